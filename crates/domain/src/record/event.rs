use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use serde_json::Value;

use crate::{Act, EventId, PersonId, Result, SupplierId, Tx, micros, moment, rows};

/// Who may read an event about a supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The buying company only.
    Internal,
    /// The buying company and the supplier it is about.
    Both,
}

impl Audience {
    fn code(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Both => "both",
        }
    }
}

/// What happened, to be appended in the transaction that made it happen.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub supplier: Option<SupplierId>,
    /// The kind of record, in the table's singular: "supplier", "import", "scorecard".
    pub subject: &'static str,
    pub subject_id: i64,
    /// What was done, in the past tense: "approved", "merged", "published".
    pub verb: &'static str,
    /// What changed. Never a secret: events are read by auditors and exported.
    pub payload: Value,
    pub audience: Audience,
}

/// Appends an event to the log.
pub async fn append(tx: &Tx, act: &Act, event: NewEvent) -> Result<EventId> {
    let row = events::ActiveModel {
        at: Set(micros(act.at)),
        actor_id: Set(act.by),
        via: Set(act.via.code().to_owned()),
        supplier_id: Set(event.supplier),
        subject: Set(event.subject.to_owned()),
        subject_id: Set(event.subject_id),
        verb: Set(event.verb.to_owned()),
        payload: Set(event.payload.to_string()),
        audience: Set(event.audience.code().to_owned()),
        ..Default::default()
    };
    Ok(events::Entity::insert(row).exec(tx).await?.last_insert_id)
}

/// Appends many events of one act.
pub async fn append_all(tx: &Tx, act: &Act, events: Vec<NewEvent>) -> Result<()> {
    const COLUMNS: [&str; 9] = [
        "at",
        "actor_id",
        "via",
        "supplier_id",
        "subject",
        "subject_id",
        "verb",
        "payload",
        "audience",
    ];
    let values = events.into_iter().map(|event| -> Vec<sea_orm::Value> {
        vec![
            micros(act.at).into(),
            act.by.map(|person| person.0).into(),
            act.via.code().into(),
            event.supplier.map(|supplier| supplier.0).into(),
            event.subject.into(),
            event.subject_id.into(),
            event.verb.into(),
            event.payload.to_string().into(),
            event.audience.code().into(),
        ]
    });
    rows::insert(tx, "events", &COLUMNS, values.collect(), "").await
}

/// An event as it is read.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: EventId,
    pub at: DateTime<Utc>,
    pub actor: Option<PersonId>,
    pub via: String,
    pub supplier: Option<SupplierId>,
    pub subject: String,
    pub subject_id: i64,
    pub verb: String,
    pub payload: Value,
}

/// One event.
pub async fn find(db: &impl ConnectionTrait, id: EventId) -> Result<Option<Entry>> {
    Ok(events::Entity::find_by_id(id)
        .one(db)
        .await?
        .map(Entry::from))
}

/// What happened around a supplier and the records merged into it, newest first. A supplier's own people see only what is for
/// both sides.
pub async fn of_supplier(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
    reader: Audience,
    before: Option<EventId>,
    limit: u64,
) -> Result<Vec<Entry>> {
    // The two engines write the place of a value differently; our own number may stand in the text.
    let family = format!(
        "supplier_id IN (SELECT id FROM suppliers WHERE id = {supplier} OR merged_into = {supplier})"
    );
    let mut query = events::Entity::find()
        .filter(Expr::cust(family))
        .order_by_desc(events::Column::Id)
        .limit(limit);
    if reader == Audience::Both {
        query = query.filter(events::Column::Audience.eq(Audience::Both.code()));
    }
    if let Some(before) = before {
        query = query.filter(events::Column::Id.lt(before));
    }
    Ok(query.all(db).await?.into_iter().map(Entry::from).collect())
}

/// What happened to one record, newest first.
pub async fn of_subject(db: &impl ConnectionTrait, subject: &str, id: i64) -> Result<Vec<Entry>> {
    let rows = events::Entity::find()
        .filter(events::Column::Subject.eq(subject))
        .filter(events::Column::SubjectId.eq(id))
        .order_by_desc(events::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

impl From<events::Model> for Entry {
    fn from(row: events::Model) -> Self {
        Self {
            id: row.id,
            at: moment(row.at),
            actor: row.actor_id,
            via: row.via,
            supplier: row.supplier_id,
            subject: row.subject,
            subject_id: row.subject_id,
            verb: row.verb,
            payload: serde_json::from_str(&row.payload).unwrap_or(Value::Null),
        }
    }
}

mod events {
    use sea_orm::entity::prelude::*;

    use crate::{EventId, PersonId, SupplierId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "events")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: EventId,
        pub at: i64,
        pub actor_id: Option<PersonId>,
        pub via: String,
        pub supplier_id: Option<SupplierId>,
        pub subject: String,
        pub subject_id: i64,
        pub verb: String,
        pub payload: String,
        pub audience: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
