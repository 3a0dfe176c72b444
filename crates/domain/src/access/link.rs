//! Links that let somebody in: sign-in, invitation, reset. Hashed, single use, bound to a person, short-lived.

use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait,
    QueryFilter, sea_query::Expr,
};

use super::{Organisation, Person, Secret, Status, session};
use crate::{Act, Keelson, PersonId, Result, Tx, Via, micros};

/// What a link is for. One made for one thing opens nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    SignIn,
    Invitation,
    Reset,
}

impl Purpose {
    fn code(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }

    /// How long the link works.
    pub fn life(self) -> TimeDelta {
        match self {
            Self::SignIn => TimeDelta::minutes(15),
            Self::Invitation => TimeDelta::days(7),
            Self::Reset => TimeDelta::hours(1),
        }
    }

    /// The state a person must be in for the link to work.
    fn needs(self) -> Status {
        match self {
            Self::Invitation => Status::Invited,
            Self::SignIn | Self::Reset => Status::Active,
        }
    }
}

/// How long a sample company's sign-in links work.
pub const DEMO_LIFE: TimeDelta = TimeDelta::hours(12);

/// How many links of a kind a person may hold at once. More are not made, so that nobody's mailbox is flooded.
const AT_ONCE: u64 = 5;

/// Makes a link. None when the person holds enough of them already.
pub(super) async fn issue(
    tx: &Tx,
    act: &Act,
    rng: &mut impl CryptoRng,
    person: PersonId,
    purpose: Purpose,
) -> Result<Option<Secret>> {
    let held = links::Entity::find()
        .filter(links::Column::PersonId.eq(person))
        .filter(open(purpose, act.at))
        .count(tx)
        .await?;
    if held >= AT_ONCE {
        return Ok(None);
    }
    insert(tx, act, rng, person, purpose, purpose.life(), false)
        .await
        .map(Some)
}

/// A sign-in link of the sample company: it works for twelve hours and as often as wanted, so that a demo's printed links can
/// be followed again. In any other organisation such a link opens nothing.
pub async fn for_demo(
    keelson: &Keelson,
    act: &Act,
    rng: &mut impl CryptoRng,
    person: PersonId,
) -> Result<Secret> {
    let tx = keelson.db.begin().await?;
    let secret = insert(&tx, act, rng, person, Purpose::SignIn, DEMO_LIFE, true).await?;
    tx.commit().await?;
    Ok(secret)
}

async fn insert(
    tx: &Tx,
    act: &Act,
    rng: &mut impl CryptoRng,
    person: PersonId,
    purpose: Purpose,
    life: TimeDelta,
    reusable: bool,
) -> Result<Secret> {
    let secret = Secret::draw(rng);
    let row = links::ActiveModel {
        token_hash: Set(secret.digest()),
        person_id: Set(person),
        purpose: Set(purpose.code().to_owned()),
        created_at: Set(micros(act.at)),
        expires_at: Set(micros(act.at + life)),
        reusable: Set(reusable),
        ..Default::default()
    };
    links::Entity::insert(row).exec(tx).await?;
    Ok(secret)
}

/// Whom a link would let in, without using it up: what its page shows before the button is pressed.
pub async fn peek(
    db: &impl ConnectionTrait,
    secret: &Secret,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<Option<Person>> {
    let invented = Organisation::find(db)
        .await?
        .is_some_and(|organisation| organisation.invented);
    let row = links::Entity::find()
        .filter(links::Column::TokenHash.eq(secret.digest()))
        .filter(usable(purpose, now, invented))
        .one(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let person = Person::find(db, row.person_id).await?;
    Ok(person.filter(|person| person.status == purpose.needs()))
}

/// Uses a link up. Of any number who try at once, one gets the person.
pub(super) async fn redeem(
    tx: &Tx,
    secret: &Secret,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<Option<Person>> {
    let Some(person) = peek(tx, secret, purpose, now).await? else {
        return Ok(None);
    };
    // PostgreSQL lets two transactions see the unused link; the one that updates second finds it used.
    let used = links::Entity::update_many()
        .col_expr(links::Column::UsedAt, Expr::value(micros(now)))
        .filter(links::Column::TokenHash.eq(secret.digest()))
        .filter(
            Condition::any()
                .add(links::Column::UsedAt.is_null())
                .add(links::Column::Reusable.eq(true)),
        )
        .exec(tx)
        .await?
        .rows_affected;
    Ok((used == 1).then_some(person))
}

/// Voids a person's links of a kind: a newer one replaces them, or the person may no longer come in.
pub(super) async fn void(tx: &Tx, act: &Act, person: PersonId, purposes: &[Purpose]) -> Result<()> {
    links::Entity::update_many()
        .col_expr(links::Column::ExpiresAt, Expr::value(micros(act.at)))
        .filter(links::Column::PersonId.eq(person))
        .filter(links::Column::Purpose.is_in(purposes.iter().map(|purpose| purpose.code())))
        .filter(links::Column::ExpiresAt.gt(micros(act.at)))
        .exec(tx)
        .await?;
    Ok(())
}

/// Signs somebody in who holds a sign-in link. None when the link is used, too old, or no link at all.
pub async fn sign_in(
    keelson: &Keelson,
    at: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    secret: &Secret,
    browser: &session::Browser,
) -> Result<Option<(Person, Secret)>> {
    let tx = keelson.db.begin().await?;
    let Some(person) = redeem(&tx, secret, Purpose::SignIn, at).await? else {
        return Ok(None);
    };
    let act = Act::by_person(person.id, person.door(), at);
    let session = session::start(&tx, &act, rng, person.id, browser).await?;
    super::person::seen(&tx, person.id, at).await?;
    person
        .tell(
            &tx,
            &act,
            "signed_in",
            serde_json::json!({ "with": "link" }),
        )
        .await?;
    tx.commit().await?;
    Ok(Some((person, session)))
}

/// Makes a sign-in or reset link for whoever has this address, to be sent there and nowhere else. None for an address nobody
/// active has; the caller answers the same either way.
pub async fn ask(
    keelson: &Keelson,
    at: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    email: &super::Email,
    purpose: Purpose,
) -> Result<Option<(Person, Secret)>> {
    let Some(person) = Person::with_email(keelson.db.read(), email).await? else {
        return Ok(None);
    };
    if person.status != purpose.needs() || purpose == Purpose::Invitation {
        return Ok(None);
    }
    let tx = keelson.db.begin().await?;
    let act = Act::by_system(Via::Page, at);
    let Some(secret) = issue(&tx, &act, rng, person.id, purpose).await? else {
        return Ok(None);
    };
    person
        .tell(
            &tx,
            &act,
            "link_sent",
            serde_json::json!({ "for": purpose.code() }),
        )
        .await?;
    tx.commit().await?;
    Ok(Some((person, secret)))
}

fn open(purpose: Purpose, now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(links::Column::Purpose.eq(purpose.code()))
        .add(links::Column::ExpiresAt.gt(micros(now)))
        .add(links::Column::UsedAt.is_null())
        .add(links::Column::Reusable.eq(false))
}

fn usable(purpose: Purpose, now: DateTime<Utc>, invented: bool) -> Condition {
    let again = Condition::all()
        .add(links::Column::Purpose.eq(purpose.code()))
        .add(links::Column::ExpiresAt.gt(micros(now)))
        .add(links::Column::Reusable.eq(true));
    let once = Condition::any().add(open(purpose, now));
    if invented { once.add(again) } else { once }
}

#[expect(unreachable_pub, reason = "SeaORM's derive asks for pub")]
mod links {
    use sea_orm::entity::prelude::*;

    use crate::{LinkId, PersonId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "links")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: LinkId,
        pub token_hash: String,
        pub person_id: PersonId,
        pub purpose: String,
        pub created_at: i64,
        pub expires_at: i64,
        pub used_at: Option<i64>,
        pub reusable: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
