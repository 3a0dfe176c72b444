use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Status, Step,
    category::set_categories_in,
    status::take_in,
    supplier::{assign_owner_in, must_find_in, tell},
};
use crate::{
    Act, CategoryId, Error, EventId, Keelson, PersonId, Result, SupplierId, Tx, micros,
    record::{self, Audience, NewEvent},
    sql::Sql,
};

/// One change for many suppliers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkChange {
    Owner(Option<PersonId>),
    /// Makes it the main category; the others stay.
    Category(CategoryId),
    Step(Step, Option<String>),
}

/// What a bulk change came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkDone {
    /// By which it can be taken back.
    pub event: EventId,
    pub changed: u64,
    /// Those it could not be done for, with the reason in words.
    pub refused: Vec<(SupplierId, String)>,
}

/// Most suppliers one bulk change takes: what fits on a page many times over.
pub const MOST_IN_BULK: usize = 500;

/// What every supplier was before and what it became.
#[derive(Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum Undo {
    Owner {
        to: Option<PersonId>,
        from: Vec<(SupplierId, Option<PersonId>)>,
    },
    Category {
        from: Vec<(SupplierId, Vec<CategoryId>, Vec<CategoryId>)>,
    },
    Status {
        from: Vec<(SupplierId, Status, Status)>,
    },
}

impl Undo {
    /// Whether a supplier already was as the change wanted it.
    fn changed_nothing(&self) -> bool {
        match self {
            Self::Owner { to, from } => from.iter().all(|(_, before)| before == to),
            Self::Category { from } => from.iter().all(|(_, before, after)| before == after),
            Self::Status { from } => from.iter().all(|(_, before, after)| before == after),
        }
    }
}

const SUBJECT: &str = "bulk_edit";

/// Changes many suppliers in one transaction. Those the change does not fit are left as they are and named.
pub async fn change_many(
    keelson: &Keelson,
    act: &Act,
    suppliers: &[SupplierId],
    change: &BulkChange,
) -> Result<BulkDone> {
    let tx = keelson.db.begin().await?;
    let Attempt { done, refused, .. } = attempt(&tx, act, suppliers, change).await?;
    let changed = done.len() as u64;
    let undo = together(done.into_iter());
    let payload = serde_json::to_value(undo).map_err(|why| Error::damaged("bulk edit", why))?;
    let event = NewEvent {
        supplier: None,
        subject: SUBJECT,
        subject_id: act.by.map_or(0, |person| person.0),
        verb: "changed_many",
        payload,
        audience: Audience::Internal,
    };
    let event = record::append(&tx, act, event).await?;
    tx.commit().await?;
    Ok(BulkDone {
        event,
        changed,
        refused,
    })
}

/// What a change of many suppliers would come to. Nothing is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BulkTrial {
    pub changes: Vec<SupplierId>,
    /// Those that are already as the change would make them.
    pub unchanged: Vec<SupplierId>,
    pub refused: Vec<(SupplierId, String)>,
}

/// Tries a change of many suppliers and takes it back at once, so that what is told beforehand is what will happen.
pub async fn try_many(
    keelson: &Keelson,
    act: &Act,
    suppliers: &[SupplierId],
    change: &BulkChange,
) -> Result<BulkTrial> {
    let tx = keelson.db.begin().await?;
    let tried = attempt(&tx, act, suppliers, change).await?;
    tx.rollback().await?;
    Ok(BulkTrial {
        changes: tried.changes,
        unchanged: tried.unchanged,
        refused: tried.refused,
    })
}

/// A change of many suppliers inside a transaction.
struct Attempt {
    done: Vec<Undo>,
    changes: Vec<SupplierId>,
    unchanged: Vec<SupplierId>,
    refused: Vec<(SupplierId, String)>,
}

async fn attempt(
    tx: &Tx,
    act: &Act,
    suppliers: &[SupplierId],
    change: &BulkChange,
) -> Result<Attempt> {
    if suppliers.is_empty() {
        return Err(Error::conflict("Select at least one supplier."));
    }
    if suppliers.len() > MOST_IN_BULK {
        return Err(Error::conflict(format!(
            "Select at most {MOST_IN_BULK} suppliers at a time."
        )));
    }
    let mut tried = Attempt {
        done: Vec::new(),
        changes: Vec::new(),
        unchanged: Vec::new(),
        refused: Vec::new(),
    };
    let mut seen = HashSet::new();
    for id in suppliers.iter().copied().filter(|id| seen.insert(*id)) {
        match change_one(tx, act, id, change).await {
            Ok(undo) if undo.changed_nothing() => tried.unchanged.push(id),
            Ok(undo) => {
                tried.changes.push(id);
                tried.done.push(undo);
            }
            // What is wrong with the change itself is wrong for all of them.
            Err(Error::Conflict(why)) => tried.refused.push((id, why.into_owned())),
            Err(Error::NotFound(_)) => {
                tried
                    .refused
                    .push((id, "It is not there any more.".to_owned()));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(tried)
}

/// Takes a bulk change back for every supplier that still is as the change left it, and says how many that were.
pub async fn undo_many(keelson: &Keelson, act: &Act, event: EventId) -> Result<u64> {
    let tx = keelson.db.begin().await?;
    let entry = record::find(&tx, event)
        .await?
        .filter(|entry| entry.subject == SUBJECT && entry.actor == act.by)
        .ok_or(Error::NotFound("bulk edit"))?;
    let done = record::of_subject(&tx, SUBJECT, entry.subject_id).await?;
    let undone_already = done
        .iter()
        .any(|other| other.verb == "undone" && other.payload["event"] == json!(event));
    if entry.verb != "changed_many" || undone_already {
        return Err(Error::conflict("This has been undone already."));
    }
    let undo: Option<Undo> =
        serde_json::from_value(entry.payload).map_err(|why| Error::damaged("bulk edit", why))?;
    let mut restored = 0;
    match undo {
        None => {}
        Some(Undo::Owner { to, from }) => {
            for (id, owner) in from {
                if must_find_in(&tx, id).await?.owner == to {
                    assign_owner_in(&tx, act, id, owner).await?;
                    restored += 1;
                }
            }
        }
        Some(Undo::Category { from }) => {
            for (id, before, after) in from {
                if super::category::own(&tx, id).await? == after {
                    set_categories_in(&tx, act, id, &before).await?;
                    restored += 1;
                }
            }
        }
        Some(Undo::Status { from }) => {
            for (id, before, after) in from {
                restored += u64::from(put_status_back(&tx, act, id, before, after).await?);
            }
        }
    }
    let told = NewEvent {
        supplier: None,
        subject: SUBJECT,
        subject_id: entry.subject_id,
        verb: "undone",
        payload: json!({ "event": event, "restored": restored }),
        audience: Audience::Internal,
    };
    record::append(&tx, act, told).await?;
    tx.commit().await?;
    Ok(restored)
}

async fn change_one(tx: &Tx, act: &Act, id: SupplierId, change: &BulkChange) -> Result<Undo> {
    Ok(match change {
        BulkChange::Owner(owner) => Undo::Owner {
            to: *owner,
            from: vec![(id, assign_owner_in(tx, act, id, *owner).await?)],
        },
        BulkChange::Category(main) => {
            let mut after = vec![*main];
            after.extend(
                super::category::own(tx, id)
                    .await?
                    .into_iter()
                    .filter(|category| category != main),
            );
            let before = set_categories_in(tx, act, id, &after).await?;
            Undo::Category {
                from: vec![(id, before, super::category::own(tx, id).await?)],
            }
        }
        BulkChange::Step(step, reason) => {
            let before = take_in(tx, act, id, *step, reason.as_deref()).await?;
            let after = must_find_in(tx, id).await?;
            Undo::Status {
                from: vec![(id, before.status, after.status)],
            }
        }
    })
}

/// One record of what many suppliers were; nothing where nothing changed.
fn together(each: impl Iterator<Item = Undo>) -> Option<Undo> {
    each.reduce(|all, one| match (all, one) {
        (Undo::Owner { to, mut from }, Undo::Owner { from: more, .. }) => {
            from.extend(more);
            Undo::Owner { to, from }
        }
        (Undo::Category { mut from }, Undo::Category { from: more }) => {
            from.extend(more);
            Undo::Category { from }
        }
        (Undo::Status { mut from }, Undo::Status { from: more }) => {
            from.extend(more);
            Undo::Status { from }
        }
        (all, _) => all,
    })
}

async fn put_status_back(
    tx: &Tx,
    act: &Act,
    id: SupplierId,
    before: Status,
    after: Status,
) -> Result<bool> {
    let moved = Sql::new(
        "UPDATE suppliers SET status = ?, status_reason = NULL, version = version + 1, updated_at = ? \
         WHERE id = ? AND status = ? AND merged_into IS NULL",
    )
    .bind(before)
    .bind(micros(act.at))
    .bind(id)
    .bind(after)
    .run(tx)
    .await?;
    if moved == 0 {
        return Ok(false);
    }
    let payload = json!({ "from": after, "to": before });
    tell(tx, act, id, "status_put_back", payload, Audience::Internal).await?;
    Ok(true)
}
