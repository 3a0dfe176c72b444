use chrono::{DateTime, Utc};
use keelson_methods::money::Currency;
use rand::CryptoRng;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, QuerySelect, SqlErr};
use serde_json::json;

use super::{
    Email, NewPerson, Passwords, PersonName, Role, Secret, Status,
    link::{self, Purpose},
    password::NewPassword,
    person, session,
};
use crate::{
    Act, Error, Keelson, Result, Tx, micros, moment, performance,
    record::{self, Audience, NewEvent},
    segmentation,
};

/// The buying company that runs this Keelson.
#[derive(Clone, Debug)]
pub struct Organisation {
    pub name: String,
    /// What figures are reported in.
    pub currency: Currency,
    /// How numbers and dates are written for people who chose nothing themselves: a language tag such as `en-GB`.
    pub locale: String,
    /// The generated sample company, which says so wherever it shows.
    pub invented: bool,
    pub created_at: DateTime<Utc>,
}

/// What a new organisation is called and how it writes figures.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    pub name: String,
    pub currency: Currency,
    pub locale: String,
    pub invented: bool,
}

/// The first administrator, who chooses a password at once.
#[derive(Debug)]
pub struct NewAdministrator {
    pub name: PersonName,
    pub email: Email,
    pub password: NewPassword,
}

impl Organisation {
    pub async fn find(db: &impl ConnectionTrait) -> Result<Option<Self>> {
        entity::Entity::find_by_id(1)
            .one(db)
            .await?
            .map(Self::try_from)
            .transpose()
    }

    /// Changes what the organisation is called and how it writes figures. The currency of stored amounts does not change: it
    /// stands beside each of them.
    pub async fn change(
        keelson: &Keelson,
        act: &Act,
        name: &str,
        currency: Currency,
        locale: &str,
    ) -> Result<()> {
        let tx = keelson.db.begin().await?;
        let before = lock(&tx).await?;
        let name = checked_name(name)?;
        let row = entity::ActiveModel {
            id: Set(1),
            name: Set(name.clone()),
            currency: Set(currency.code().to_owned()),
            locale: Set(locale.to_owned()),
            ..Default::default()
        };
        entity::Entity::update(row).exec(&tx).await?;
        let change = json!({
            "name": [before.name, name],
            "currency": [before.currency.code(), currency.code()],
            "locale": [before.locale, locale],
        });
        tell(&tx, act, "changed", change).await?;
        Ok(tx.commit().await?)
    }
}

/// Founds the organisation from the command line and invites its first administrator. The secret is the invitation's: it is
/// shown once.
pub async fn init(
    keelson: &Keelson,
    act: &Act,
    rng: &mut impl CryptoRng,
    new: NewOrganisation,
    administrator: Email,
) -> Result<Secret> {
    let tx = keelson.db.begin().await?;
    found(&tx, act, new).await?;
    let person = person::insert(
        &tx,
        act,
        NewPerson {
            name: PersonName::from_email(&administrator),
            email: administrator,
            roles: vec![Role::Administrator],
            supplier: None,
        },
        Status::Invited,
        None,
    )
    .await?;
    let secret = link::issue(&tx, act, rng, person, Purpose::Invitation).await?;
    tx.commit().await?;
    secret.ok_or_else(|| Error::conflict("the administrator has too many invitations already"))
}

/// Founds the organisation from the set-up page, with an administrator who is signed in at once.
pub async fn set_up(
    keelson: &Keelson,
    passwords: &Passwords,
    act: &Act,
    rng: &mut impl CryptoRng,
    (new, administrator): (NewOrganisation, NewAdministrator),
    browser: &session::Browser,
) -> Result<Secret> {
    let hash = passwords.hash(rng, &administrator.password).await?;
    let tx = keelson.db.begin().await?;
    found(&tx, act, new).await?;
    let person = NewPerson {
        name: administrator.name,
        email: administrator.email,
        roles: vec![Role::Administrator],
        supplier: None,
    };
    let id = person::insert(&tx, act, person, Status::Active, Some(hash)).await?;
    let session = session::start(&tx, act, rng, id, browser).await?;
    person::seen(&tx, id, act.at).await?;
    tx.commit().await?;
    Ok(session)
}

/// Founds the organisation, with the handbook's definitions to start from. There is one: a second attempt, also one at the
/// same moment, is refused.
pub async fn found(tx: &Tx, act: &Act, new: NewOrganisation) -> Result<()> {
    let name = checked_name(&new.name)?;
    let row = entity::ActiveModel {
        id: Set(1),
        name: Set(name.clone()),
        currency: Set(new.currency.code().to_owned()),
        locale: Set(new.locale.clone()),
        invented: Set(new.invented),
        created_at: Set(micros(act.at)),
    };
    entity::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .map_err(taken)?;
    let facts = json!({ "name": name, "currency": new.currency.code(), "locale": new.locale, "invented": new.invented });
    tell(tx, act, "founded", facts).await?;
    performance::definition::seed(tx, act).await?;
    performance::template::seed(tx, act).await?;
    segmentation::policy::seed(tx, act).await
}

/// Locks the organisation's row: whoever changes who administers waits here for whoever does the same.
pub(super) async fn lock(tx: &Tx) -> Result<Organisation> {
    let row = entity::Entity::find_by_id(1)
        .lock_exclusive()
        .one(tx)
        .await?;
    row.ok_or(Error::NotFound("organisation"))?.try_into()
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::invalid(
            "organisation",
            "Enter the name of the organisation",
        ));
    }
    if name.chars().count() > 120 || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "organisation",
            "Use a name of at most 120 characters, on one line",
        ));
    }
    Ok(name.to_owned())
}

fn taken(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::conflict("This Keelson is set up already. Sign in instead.")
        }
        _ => error.into(),
    }
}

async fn tell(tx: &Tx, act: &Act, verb: &'static str, payload: serde_json::Value) -> Result<()> {
    let event = NewEvent {
        supplier: None,
        subject: "organisation",
        subject_id: 1,
        verb,
        payload,
        audience: Audience::Internal,
    };
    record::append(tx, act, event).await.map(drop)
}

impl TryFrom<entity::Model> for Organisation {
    type Error = Error;

    fn try_from(row: entity::Model) -> Result<Self> {
        Ok(Self {
            currency: Currency::parse(&row.currency)
                .map_err(|error| Error::damaged("organisation", error))?,
            name: row.name,
            locale: row.locale,
            invented: row.invented,
            created_at: moment(row.created_at),
        })
    }
}

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organisation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub name: String,
        pub currency: String,
        pub locale: String,
        pub invented: bool,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
