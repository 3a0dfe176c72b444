//! KPI definitions: what is measured and by which rule.

use keelson_methods::{document::FieldError, kpi::Definition};

use crate::{
    Act, Keelson, Result, Tx,
    versions::{self, Document, Published},
};

impl Document for Definition {
    const TABLE: &'static str = "kpi_definitions";
    const KEY: &'static str = "kpi";
    const SUBJECT: &'static str = "kpi_definition";
    const WHAT: &'static str = "KPI definition";

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

/// Publishes a definition: a new version, unless the newest says the same already. A job computes its measures.
pub async fn publish(
    keelson: &Keelson,
    act: &Act,
    definition: &Definition,
) -> Result<Published<Definition>> {
    let tx = keelson.db.begin().await?;
    let (published, new) = versions::publish(&tx, act, definition).await?;
    if new {
        super::refresh_everyone(&tx, act.at).await?;
    }
    tx.commit().await?;
    Ok(published)
}

/// Reads a definition written as TOML and publishes it: `keelson kpi apply` and the editor in the settings.
pub async fn apply(keelson: &Keelson, act: &Act, toml: &str) -> Result<Published<Definition>> {
    publish(keelson, act, &versions::read(toml)?).await
}

/// Publishes the handbook's definitions where their ids are not taken. Part of setting up an organisation.
pub async fn seed(tx: &Tx, act: &Act) -> Result<()> {
    versions::seed(tx, act, Definition::standard()).await
}
