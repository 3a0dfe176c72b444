use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, FromQueryResult};
use serde_json::json;

use super::{
    supplier::{must_find_in, tell},
    text::paragraphs,
};
use crate::{
    Act, Error, Keelson, NoteId, PersonId, Result, SupplierId, micros, moment, record::Audience,
    sql::Sql,
};

/// What somebody wrote down about a supplier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub id: NoteId,
    pub author: PersonId,
    pub author_name: String,
    pub body: String,
    /// Whether the supplier reads it too.
    pub shared: bool,
    pub at: DateTime<Utc>,
}

/// Who is asking: an internal note does not exist for a supplier's people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Colleague,
    Supplier,
}

/// Writes a note. An internal one stays inside the house for good; a shared one is read by both sides.
pub async fn write_note(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    body: &str,
    shared: bool,
) -> Result<NoteId> {
    let author = act
        .by
        .ok_or_else(|| Error::conflict("A note needs an author; nobody is signed in."))?;
    let body = paragraphs(body, 10_000, "the note")
        .map_err(|why| Error::invalid("body", capital(&why)))?;
    let tx = keelson.db.begin().await?;
    must_find_in(&tx, supplier).await?.must_stand_alone()?;
    let row = rows::ActiveModel {
        supplier_id: Set(supplier),
        author_id: Set(author),
        body: Set(body),
        shared: Set(shared),
        at: Set(micros(act.at)),
        ..Default::default()
    };
    let id = rows::Entity::insert(row).exec(&tx).await?.last_insert_id;
    // The event names the note and does not repeat it: an event is never taken back, a note can be.
    tell(
        &tx,
        act,
        supplier,
        "noted",
        json!({ "note": id, "shared": shared }),
        audience(shared),
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes a note back. Only its author may; the log keeps that there was one.
pub async fn withdraw_note(
    keelson: &Keelson,
    act: &Act,
    supplier: SupplierId,
    note: NoteId,
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Row {
        author_id: PersonId,
        shared: bool,
    }
    let tx = keelson.db.begin().await?;
    let row = Sql::new(
        "SELECT author_id, shared FROM supplier_notes WHERE id = ? AND withdrawn_at IS NULL AND supplier_id IN \
         (SELECT id FROM suppliers WHERE id = ? OR merged_into = ?)",
    )
    .bind(note)
    .bind(supplier)
    .bind(supplier)
    .one::<Row>(&tx)
    .await?
    .ok_or(Error::NotFound("note"))?;
    if act.by != Some(row.author_id) {
        return Err(Error::Forbidden(
            "Only the person who wrote a note can take it back.".into(),
        ));
    }
    Sql::new("UPDATE supplier_notes SET withdrawn_at = ? WHERE id = ?")
        .bind(micros(act.at))
        .bind(note)
        .run(&tx)
        .await?;
    tell(
        &tx,
        act,
        supplier,
        "note_withdrawn",
        json!({ "note": note }),
        audience(row.shared),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The notes of a supplier and of the records merged into it, newest first: all of them, or the shared ones only.
pub async fn notes(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
    reader: Reader,
) -> Result<Vec<Note>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: NoteId,
        author_id: PersonId,
        author_name: String,
        body: String,
        shared: bool,
        at: i64,
    }
    let mut sql = Sql::new(
        "SELECT n.id, n.author_id, p.name AS author_name, n.body, n.shared, n.at FROM supplier_notes n \
         JOIN suppliers s ON s.id = n.supplier_id JOIN people p ON p.id = n.author_id \
         WHERE n.withdrawn_at IS NULL AND (s.id = ? OR s.merged_into = ?)",
    )
    .bind(supplier)
    .bind(supplier);
    if reader == Reader::Supplier {
        sql.push(" AND n.shared");
    }
    sql.push(" ORDER BY n.at DESC, n.id DESC");
    let rows = sql.all::<Row>(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| Note {
            id: row.id,
            author: row.author_id,
            author_name: row.author_name,
            body: row.body,
            shared: row.shared,
            at: moment(row.at),
        })
        .collect())
}

fn audience(shared: bool) -> Audience {
    if shared {
        Audience::Both
    } else {
        Audience::Internal
    }
}

fn capital(why: &str) -> String {
    let mut letters = why.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::{NoteId, PersonId, SupplierId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "supplier_notes")]
    pub(super) struct Model {
        #[sea_orm(primary_key)]
        pub id: NoteId,
        pub supplier_id: SupplierId,
        pub author_id: PersonId,
        pub body: String,
        pub shared: bool,
        pub at: i64,
        pub withdrawn_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
