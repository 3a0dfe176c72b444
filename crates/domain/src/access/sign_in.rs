//! Signing in with a password: the same work and the same answer whoever knocks, and slower for whoever guesses.

use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::{
    Email, Passwords, Person, Secret, Status,
    password::{Check, NewPassword},
    person,
    secret::digest_of,
    session,
};
use crate::{Act, Keelson, Result, Tx, micros, moment};

/// Failures older than this are forgotten.
const REMEMBERED: TimeDelta = TimeDelta::minutes(15);

/// How many times one may err, per account and per address, before waiting begins. Many people share an office's address.
const FREE_PER_ACCOUNT: u64 = 5;
const FREE_PER_ADDRESS: u64 = 50;

/// What came of an attempt.
#[derive(Debug)]
pub enum Outcome {
    /// The person, and the token of the new session.
    Welcome(Box<Person>, Secret),
    /// Unknown address, wrong password, no password, disabled: the visitor learns nothing of which.
    Refused,
    /// Too many failures: passwords are not tried before this moment. A sign-in link still works.
    Wait(DateTime<Utc>),
}

/// Signs in with a password.
///
/// An attempt counts as a failure from its start and stops counting when it succeeds, so that a thousand at once do not all
/// slip through before the first is counted. `address` is where the attempt comes from.
pub async fn with_password(
    keelson: &Keelson,
    passwords: &Passwords,
    at: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    address: &str,
    (email, password): (&Email, &str),
    browser: &session::Browser,
) -> Result<Outcome> {
    let account = digest_of(email.as_str().as_bytes());
    let tx = keelson.db.begin().await?;
    if let Some(until) = waiting(&tx, &account, address, at).await? {
        return Ok(Outcome::Wait(until));
    }
    count(&tx, &account, address, at).await?;
    tx.commit().await?;

    let known = Person::with_email(keelson.db.read(), email).await?;
    let active = known.filter(|person| person.status == Status::Active);
    let stored = match &active {
        Some(person) => person::password_hash(keelson.db.read(), person.id).await?,
        None => None,
    };
    let check = passwords.check(password, stored.as_deref()).await?;
    let (Some(person), Check::Right | Check::RightButOld) = (active, check) else {
        return Ok(Outcome::Refused);
    };
    let renewed = match (check, NewPassword::parse(password, email.as_str())) {
        (Check::RightButOld, Ok(password)) => Some(passwords.hash(rng, &password).await?),
        _ => None,
    };

    let tx = keelson.db.begin().await?;
    let act = Act::by_person(person.id, person.door(), at);
    forget(&tx, &account).await?;
    if let Some(hash) = renewed {
        person::store_password(&tx, person.id, hash).await?;
    }
    let session = session::start(&tx, &act, rng, person.id, browser).await?;
    person::seen(&tx, person.id, at).await?;
    person
        .tell(
            &tx,
            &act,
            "signed_in",
            serde_json::json!({ "with": "password" }),
        )
        .await?;
    tx.commit().await?;
    Ok(Outcome::Welcome(Box::new(person), session))
}

/// Until when no password is tried for this account or from this address. The wait doubles with each failure past the free
/// ones, from two seconds to fifteen minutes.
async fn waiting(
    db: &impl ConnectionTrait,
    account: &str,
    address: &str,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let of_account = failures(db, sign_in_failures::Column::EmailHash, account, now).await?;
    let of_address = failures(db, sign_in_failures::Column::Address, address, now).await?;
    let until = |(count, last): (u64, DateTime<Utc>), free: u64| {
        let beyond = count.checked_sub(free)?;
        let wait =
            TimeDelta::seconds(2_i64.saturating_pow(u32::try_from(beyond + 1).unwrap_or(u32::MAX)))
                .min(REMEMBERED);
        Some(last + wait).filter(|until| *until > now)
    };
    Ok(until(of_account, FREE_PER_ACCOUNT).max(until(of_address, FREE_PER_ADDRESS)))
}

/// How many attempts failed lately, and when the last one did.
async fn failures(
    db: &impl ConnectionTrait,
    column: sign_in_failures::Column,
    value: &str,
    now: DateTime<Utc>,
) -> Result<(u64, DateTime<Utc>)> {
    let recent = sign_in_failures::Entity::find()
        .filter(column.eq(value))
        .filter(sign_in_failures::Column::At.gt(micros(now - REMEMBERED)));
    let last = recent
        .clone()
        .order_by_desc(sign_in_failures::Column::At)
        .limit(1)
        .one(db)
        .await?
        .map_or(now, |row| moment(row.at));
    Ok((recent.count(db).await?, last))
}

async fn count(tx: &Tx, account: &str, address: &str, now: DateTime<Utc>) -> Result<()> {
    let row = sign_in_failures::ActiveModel {
        email_hash: Set(account.to_owned()),
        address: Set(address.to_owned()),
        at: Set(micros(now)),
        ..Default::default()
    };
    sign_in_failures::Entity::insert(row).exec(tx).await?;
    // Nobody reads older ones; the table stays as small as the last quarter of an hour.
    sign_in_failures::Entity::delete_many()
        .filter(sign_in_failures::Column::At.lte(micros(now - REMEMBERED)))
        .exec(tx)
        .await?;
    Ok(())
}

/// The owner came in: the failures before were slips.
async fn forget(tx: &Tx, account: &str) -> Result<()> {
    sign_in_failures::Entity::delete_many()
        .filter(sign_in_failures::Column::EmailHash.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

#[expect(unreachable_pub, reason = "SeaORM's derive asks for pub")]
mod sign_in_failures {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_in_failures")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub email_hash: String,
        pub address: String,
        pub at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
