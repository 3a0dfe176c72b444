//! Sessions: 256 random bits in the browser, their digest here.

use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, sea_query::Expr,
};

use super::{Person, Secret, Status};
use crate::{Act, Error, Keelson, PersonId, Result, SessionId, Tx, micros, moment};

/// How long a session nobody uses lasts.
pub const IDLE: TimeDelta = TimeDelta::hours(12);

/// How long a session lasts at most.
pub const LONGEST: TimeDelta = TimeDelta::days(14);

/// How exactly `last_seen_at` is kept: a page that is read does not write each time.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(5);

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Starts a session for a person who has just shown who they are. The session the browser held before, if any, ends: a token
/// that was planted there opens nothing.
pub async fn start(
    tx: &Tx,
    act: &Act,
    rng: &mut impl CryptoRng,
    person: PersonId,
    browser: &Browser,
) -> Result<Secret> {
    let secret = Secret::draw(rng);
    if let Some(before) = &browser.session {
        sessions::Entity::update_many()
            .col_expr(sessions::Column::EndedAt, Expr::value(micros(act.at)))
            .filter(sessions::Column::TokenHash.eq(before.digest()))
            .filter(sessions::Column::EndedAt.is_null())
            .exec(tx)
            .await?;
    }
    let row = sessions::ActiveModel {
        token_hash: Set(secret.digest()),
        person_id: Set(person),
        user_agent: Set(browser
            .user_agent
            .as_deref()
            .map(|text| text.chars().take(300).collect())),
        created_at: Set(micros(act.at)),
        last_seen_at: Set(micros(act.at)),
        expires_at: Set(micros(act.at + LONGEST)),
        ..Default::default()
    };
    sessions::Entity::insert(row).exec(tx).await?;
    Ok(secret)
}

/// What a browser says about itself, and the session it held until now.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    pub user_agent: Option<String>,
    pub session: Option<Secret>,
}

/// The session of this token and its person, unless it ended, ran out, or its person may no longer come in.
pub async fn find(
    db: &impl ConnectionTrait,
    secret: &Secret,
    now: DateTime<Utc>,
) -> Result<Option<(Session, Person)>> {
    let row = sessions::Entity::find()
        .filter(sessions::Column::TokenHash.eq(secret.digest()))
        .filter(alive(now))
        .one(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let person = Person::find(db, row.person_id).await?;
    Ok(person
        .filter(|person| person.status == Status::Active)
        .map(|person| (Session::from(row), person)))
}

/// Notes that a session is in use, so that it does not run out while it is. Writes at most every five minutes.
pub async fn seen(
    keelson: &Keelson,
    session: &Session,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<()> {
    if now - session.last_seen_at < SEEN_EVERY {
        return Ok(());
    }
    let tx = keelson.db.begin().await?;
    sessions::Entity::update_many()
        .col_expr(sessions::Column::LastSeenAt, Expr::value(micros(now)))
        .filter(sessions::Column::Id.eq(session.id))
        .exec(&tx)
        .await?;
    super::person::seen(&tx, person, now).await?;
    Ok(tx.commit().await?)
}

/// A person's sessions that are alive, the one used last first.
pub async fn of_person(
    db: &impl ConnectionTrait,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<Session>> {
    let rows = sessions::Entity::find()
        .filter(sessions::Column::PersonId.eq(person))
        .filter(alive(now))
        .order_by_desc(sessions::Column::LastSeenAt)
        .order_by_desc(sessions::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Ends one of a person's own sessions. Somebody else's is not found.
pub async fn end(keelson: &Keelson, act: &Act, person: &Person, session: SessionId) -> Result<()> {
    let tx = keelson.db.begin().await?;
    let ended = sessions::Entity::update_many()
        .col_expr(sessions::Column::EndedAt, Expr::value(micros(act.at)))
        .filter(sessions::Column::Id.eq(session))
        .filter(sessions::Column::PersonId.eq(person.id))
        .filter(sessions::Column::EndedAt.is_null())
        .exec(&tx)
        .await?
        .rows_affected;
    if ended == 0 {
        return Err(Error::NotFound("session"));
    }
    person
        .tell(
            &tx,
            act,
            "signed_out",
            serde_json::json!({ "session": session }),
        )
        .await?;
    Ok(tx.commit().await?)
}

/// Ends all of a person's sessions but one: after a new password, or when the account is closed.
pub(super) async fn end_all(
    tx: &Tx,
    act: &Act,
    person: PersonId,
    but: Option<SessionId>,
) -> Result<u64> {
    let mut query = sessions::Entity::update_many()
        .col_expr(sessions::Column::EndedAt, Expr::value(micros(act.at)))
        .filter(sessions::Column::PersonId.eq(person))
        .filter(sessions::Column::EndedAt.is_null());
    if let Some(kept) = but {
        query = query.filter(sessions::Column::Id.ne(kept));
    }
    Ok(query.exec(tx).await?.rows_affected)
}

fn alive(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(sessions::Column::EndedAt.is_null())
        .add(sessions::Column::ExpiresAt.gt(micros(now)))
        .add(sessions::Column::LastSeenAt.gt(micros(now - IDLE)))
}

impl From<sessions::Model> for Session {
    fn from(row: sessions::Model) -> Self {
        Self {
            id: row.id,
            user_agent: row.user_agent,
            created_at: moment(row.created_at),
            last_seen_at: moment(row.last_seen_at),
            expires_at: moment(row.expires_at),
        }
    }
}

mod sessions {
    use sea_orm::entity::prelude::*;

    use crate::{PersonId, SessionId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: SessionId,
        pub token_hash: String,
        pub person_id: PersonId,
        pub user_agent: Option<String>,
        pub created_at: i64,
        pub last_seen_at: i64,
        pub expires_at: i64,
        pub ended_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
