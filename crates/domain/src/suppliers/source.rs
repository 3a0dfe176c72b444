use std::collections::HashMap;

use sea_orm::{ActiveValue::Set, EntityTrait, FromQueryResult};
use serde_json::json;

use super::{
    Details, NewSupplier, Status, contact, identifier, number, site,
    supplier::{SUBJECT, create_in, edit_in, must_find_in, suppliers},
};
use crate::{
    Act, ImportId, Result, SourceId, SupplierId, Tx,
    record::{self, Audience, NewEvent},
    sql::Sql,
};

/// A supplier as a file of facts names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The source's own key: the vendor number, or the name where the file has none.
    pub key: String,
    /// Its name, and what else the file says where it brings a new supplier.
    pub details: Details,
}

/// What became of a batch of mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// One id for each mention, in the same order. It may be that of a record merged into another since: facts keep it, and
    /// whoever reads them follows `merged_into`, so that a merge can be undone.
    pub suppliers: Vec<SupplierId>,
    pub created: u64,
}

/// A supplier as a file of suppliers describes it.
#[derive(Clone, Debug)]
pub struct SourceRecord {
    pub key: String,
    pub supplier: NewSupplier,
    /// Of the row as it was read; the same digest means that nothing changed.
    pub digest: String,
}

/// What became of a described supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Described {
    Created(SupplierId),
    Changed(SupplierId),
    Unchanged(SupplierId),
}

/// The suppliers that a source's keys stand for; those not seen before are created. Keys must not repeat in `mentions`.
/// Nothing is merged here: the duplicates check that follows an import proposes, people decide.
pub async fn find_or_create_from_source(
    tx: &Tx,
    act: &Act,
    source: SourceId,
    import: Option<ImportId>,
    mentions: &[Mention],
) -> Result<Resolved> {
    let keys: Vec<&str> = mentions
        .iter()
        .map(|mention| mention.key.as_str())
        .collect();
    let mut known = known(tx, source, &keys).await?;
    let mut created = 0;
    if known.len() < mentions.len() {
        // Whoever takes numbers waits for others who do; after the wait, what they created is found.
        number::take(tx, 0).await?;
        let missing: Vec<&str> = keys
            .iter()
            .copied()
            .filter(|key| !known.contains_key(*key))
            .collect();
        known.extend(self::known(tx, source, &missing).await?);
        let new: Vec<&Mention> = mentions
            .iter()
            .filter(|mention| !known.contains_key(&mention.key))
            .collect();
        created = new.len() as u64;
        for some in new.chunks(500) {
            known.extend(create_all(tx, act, source, import, some).await?);
        }
    }
    Ok(Resolved {
        suppliers: mentions
            .iter()
            .filter_map(|mention| known.get(&mention.key).map(|known| known.supplier))
            .collect(),
        created,
    })
}

/// Creates or updates suppliers from a file that describes them. What a person has changed here since stays as it is; the
/// file fills in and corrects the rest.
pub async fn take_over_from_source(
    tx: &Tx,
    act: &Act,
    source: SourceId,
    import: Option<ImportId>,
    records: &[SourceRecord],
) -> Result<Vec<Described>> {
    let keys: Vec<&str> = records.iter().map(|record| record.key.as_str()).collect();
    let known = known(tx, source, &keys).await?;
    let mut outcomes = Vec::with_capacity(records.len());
    for record in records {
        let outcome = match known.get(&record.key) {
            None => {
                let id = create_in(tx, act, &record.supplier).await?;
                let name = record.supplier.details.name.as_str();
                link(
                    tx,
                    source,
                    import,
                    &[(&record.key, name, id, Some(&record.digest))],
                )
                .await?;
                Described::Created(id)
            }
            Some(known) if known.digest.as_deref() == Some(record.digest.as_str()) => {
                Described::Unchanged(known.supplier)
            }
            Some(known) => {
                update(tx, act, known.supplier, &record.supplier).await?;
                Sql::new(
                    "UPDATE source_suppliers SET raw_name = ?, digest = ?, import_id = ? \
                     WHERE source_id = ? AND source_key = ?",
                )
                .bind(record.supplier.details.name.as_str())
                .bind(record.digest.as_str())
                .bind(import)
                .bind(source)
                .bind(record.key.as_str())
                .run(tx)
                .await?;
                Described::Changed(known.supplier)
            }
        };
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// A source record that is in the table already.
struct Known {
    supplier: SupplierId,
    digest: Option<String>,
}

async fn known(tx: &Tx, source: SourceId, keys: &[&str]) -> Result<HashMap<String, Known>> {
    #[derive(FromQueryResult)]
    struct Row {
        source_key: String,
        supplier_id: SupplierId,
        digest: Option<String>,
    }
    let mut found = HashMap::with_capacity(keys.len());
    for some in keys.chunks(5_000) {
        let mut sql = Sql::new(
            "SELECT source_key, supplier_id, digest FROM source_suppliers WHERE source_id = ?",
        )
        .bind(source);
        sql.push(" AND source_key IN (")
            .list(some.iter().copied())
            .push(")");
        for row in sql.all::<Row>(tx).await? {
            let known = Known {
                supplier: row.supplier_id,
                digest: row.digest,
            };
            found.insert(row.source_key, known);
        }
    }
    Ok(found)
}

async fn create_all(
    tx: &Tx,
    act: &Act,
    source: SourceId,
    import: Option<ImportId>,
    mentions: &[&Mention],
) -> Result<Vec<(String, Known)>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: SupplierId,
        number: String,
    }
    let first = number::take(tx, mentions.len()).await?;
    let numbers: Vec<String> = (first..).take(mentions.len()).map(number::format).collect();
    let rows = mentions
        .iter()
        .zip(&numbers)
        .map(|(mention, number)| suppliers::ActiveModel {
            number: Set(number.clone()),
            status: Set(Status::Active),
            version: Set(1),
            created_at: Set(crate::micros(act.at)),
            updated_at: Set(crate::micros(act.at)),
            ..suppliers::ActiveModel::from(&mention.details)
        });
    suppliers::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    let mut sql = Sql::new("SELECT id, number FROM suppliers WHERE number IN (");
    sql.list(numbers.iter().map(String::as_str)).push(")");
    let ids: HashMap<String, SupplierId> = sql
        .all::<Row>(tx)
        .await?
        .into_iter()
        .map(|row| (row.number, row.id))
        .collect();
    let placed: Vec<(&Mention, &String, SupplierId)> = mentions
        .iter()
        .zip(&numbers)
        .filter_map(|(mention, number)| Some((*mention, number, *ids.get(number)?)))
        .collect();
    let links: Vec<_> = placed
        .iter()
        .map(|(mention, _, id)| {
            let name = mention.details.name.as_str();
            (mention.key.as_str(), name, *id, None)
        })
        .collect();
    link(tx, source, import, &links).await?;
    let events = placed
        .iter()
        .map(|(mention, number, id)| NewEvent {
            supplier: Some(*id),
            subject: SUBJECT,
            subject_id: id.0,
            verb: "created",
            payload: json!({
                "number": number,
                "name": mention.details.name.as_str(),
                "status": Status::Active,
                "import": import,
            }),
            audience: Audience::Internal,
        })
        .collect();
    record::append_all(tx, act, events).await?;
    Ok(placed
        .into_iter()
        .map(|(mention, _, supplier)| {
            let known = Known {
                supplier,
                digest: None,
            };
            (mention.key.clone(), known)
        })
        .collect())
}

/// Notes which of a source's keys stands for which supplier.
async fn link(
    tx: &Tx,
    source: SourceId,
    import: Option<ImportId>,
    links: &[(&str, &str, SupplierId, Option<&str>)],
) -> Result<()> {
    let mut sql = Sql::new(
        "INSERT INTO source_suppliers (source_id, source_key, supplier_id, raw_name, digest, import_id) VALUES ",
    );
    for (place, (key, name, supplier, digest)) in links.iter().enumerate() {
        sql.with(if place == 0 { "(?" } else { ", (?" }, source)
            .with(", ?", *key)
            .with(", ?", *supplier)
            .with(", ?", *name)
            .with(", ?", *digest)
            .with(", ?)", import);
    }
    sql.run(tx).await.map(drop)
}

/// Brings a supplier up to what its source says now. Fields a person has changed here keep the person's value.
async fn update(tx: &Tx, act: &Act, id: SupplierId, new: &NewSupplier) -> Result<()> {
    let now = must_find_in(tx, id).await?;
    let by_hand = record::of_subject(tx, SUBJECT, id.0)
        .await?
        .iter()
        .filter(|event| event.verb == "edited" && event.actor.is_some() && event.via != "command")
        .filter_map(|event| event.payload.get("changed")?.as_object().cloned())
        .flat_map(|changed| changed.into_iter().map(|(field, _)| field))
        .collect::<Vec<_>>();
    let mut details = now.details.clone();
    details.take_over(&new.details, |field| {
        !by_hand.iter().any(|name| name == field)
    });
    // A record that was merged keeps what it had, so that undoing the merge brings back what there was; its source's news
    // still belong to it.
    if now.merged_into.is_none() {
        edit_in(tx, act, id, now.version, &details).await?;
    }
    for one in &new.identifiers {
        identifier::insert_if_new(tx, act, id, one).await?;
    }
    for one in &new.sites {
        site::insert_if_new(tx, act, id, one).await?;
    }
    for one in &new.contacts {
        contact::insert_if_new(tx, act, id, one).await?;
    }
    Ok(())
}
