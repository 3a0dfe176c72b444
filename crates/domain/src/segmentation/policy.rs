//! The segmentation policy: one document, published in versions.

use keelson_methods::{document::FieldError, segmentation::Policy};
use sea_orm::ConnectionTrait;

use crate::{
    Act, Error, Keelson, Result, Tx,
    versions::{self, Document, Published},
};

impl Document for Policy {
    const TABLE: &'static str = "segmentation_policies";
    const KEY: &'static str = "policy";
    const SUBJECT: &'static str = "segmentation_policy";
    const WHAT: &'static str = "segmentation policy";

    fn key(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn parse(toml: &str) -> Result<Self, Vec<FieldError>> {
        Self::parse(toml)
    }

    fn to_toml(&self) -> String {
        self.to_toml()
    }
}

/// The policy suppliers are placed by.
pub async fn current(db: &impl ConnectionTrait) -> Result<Published<Policy>> {
    versions::current::<Policy>(db).await?.pop().ok_or_else(|| {
        Error::conflict("There is no segmentation policy. Publish one in the settings.")
    })
}

/// Publishes the policy: a new version, unless the newest says the same already. There is one policy, so its id stays.
pub async fn publish(keelson: &Keelson, act: &Act, policy: &Policy) -> Result<Published<Policy>> {
    let tx = keelson.db.begin().await?;
    if let Some(current) = versions::current::<Policy>(&tx).await?.pop()
        && current.document.id != policy.id
    {
        return Err(Error::invalid(
            "id",
            format!(
                "the policy's id is \"{}\"; keep it, so that versions of one policy stay together",
                current.document.id
            ),
        ));
    }
    let (published, _new) = versions::publish(&tx, act, policy).await?;
    tx.commit().await?;
    Ok(published)
}

/// Reads a policy written as TOML and publishes it.
pub async fn apply(keelson: &Keelson, act: &Act, toml: &str) -> Result<Published<Policy>> {
    publish(keelson, act, &versions::read(toml)?).await
}

/// Publishes the handbook's policy where there is none. Part of setting up an organisation.
pub async fn seed(tx: &Tx, act: &Act) -> Result<()> {
    if versions::current::<Policy>(tx).await?.is_empty() {
        versions::publish(tx, act, &Policy::standard()).await?;
    }
    Ok(())
}
