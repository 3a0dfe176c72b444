use std::collections::BTreeMap;

use keelson_analytics::Kind;
use keelson_jobs::{Job, JobError};
use keelson_methods::identity::{Candidate, RecordSource, survivor};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Details, Draft, Parent, Supplier,
    duplicates::{self, Verdict},
    number,
    supplier::{SUBJECT, ancestors, family, must_find_in, tell, write_details},
};
use crate::{
    Act, Error, Keelson, MergeId, PersonId, Result, SupplierId, Tx, micros, moment, operations,
    performance,
    record::{self, Audience},
    sql::Sql,
};

/// What a merge changed, so that it can be undone exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Before {
    /// The survivor's fields that took the absorbed record's value: what they were and what they became.
    fields: BTreeMap<String, Change>,
    owner: Option<(Option<PersonId>, Option<PersonId>)>,
    parent: Option<(Option<SupplierId>, Option<i64>)>,
    /// The records that had been merged into the absorbed one before.
    repointed: Vec<SupplierId>,
    verdict: Option<Verdict>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Change {
    from: String,
    to: String,
}

/// A merge that can be looked at and undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    pub id: MergeId,
    pub survivor: SupplierId,
    pub absorbed: SupplierId,
    pub absorbed_number: String,
    pub absorbed_name: String,
    /// The survivor's fields that took the absorbed record's value.
    pub taken_over: Vec<String>,
    pub merged_by: Option<PersonId>,
    pub merged_at: chrono::DateTime<chrono::Utc>,
}

/// Makes two records one. The absorbed record keeps its rows and points at the survivor; whatever belongs to it is read with
/// the survivor's from now on. Each field survives by handbook 11.5; bank accounts are shown side by side, never chosen.
pub async fn merge(
    keelson: &Keelson,
    act: &Act,
    survivor: SupplierId,
    absorbed: SupplierId,
) -> Result<MergeId> {
    merge_choosing(keelson, act, survivor, absorbed, &BTreeMap::new()).await
}

/// The fields of the two records in which they differ, each with the survivor's and the absorbed record's value, and whether
/// the absorbed record's is the more trustworthy: what a person may choose before a merge.
pub async fn differing(
    keelson: &Keelson,
    act: &Act,
    survivor: SupplierId,
    absorbed: SupplierId,
) -> Result<Vec<Differing>> {
    let db = keelson.db.read();
    let stays = must_find_in(db, survivor).await?;
    let goes = must_find_in(db, absorbed).await?;
    let (mine, theirs) = (Trust::of(db, &stays).await?, Trust::of(db, &goes).await?);
    let (old, other) = (fields_of(&stays.details), fields_of(&goes.details));
    Ok(other
        .into_iter()
        .filter_map(|(field, theirs_value)| {
            let mine_value = old.get(&field).cloned().unwrap_or_default();
            if mine_value == theirs_value {
                return None;
            }
            let chosen = more_trusted(&field, (&mine_value, &mine), (&theirs_value, &theirs), act);
            Some(Differing {
                takes_absorbed: chosen != mine_value,
                field,
                survivor: mine_value,
                absorbed: theirs_value,
            })
        })
        .collect())
}

/// A field in which two records differ; an empty text is a value nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    pub field: String,
    pub survivor: String,
    pub absorbed: String,
    /// Whether the absorbed record's value survives unless somebody chooses otherwise.
    pub takes_absorbed: bool,
}

/// A merge in which a person chose for some fields whose value survives: `true` for the absorbed record's. For the others
/// trust decides.
pub async fn merge_choosing(
    keelson: &Keelson,
    act: &Act,
    survivor: SupplierId,
    absorbed: SupplierId,
    choices: &BTreeMap<String, bool>,
) -> Result<MergeId> {
    let tx = keelson.db.begin().await?;
    number::hold_groups(&tx).await?;
    let (stays, goes) = may_merge(&tx, survivor, absorbed).await?;
    let mut before = Before {
        repointed: family(&tx, absorbed)
            .await?
            .into_iter()
            .filter(|id| *id != absorbed)
            .collect(),
        ..Before::default()
    };
    let details = golden(&tx, act, &stays, &goes, choices, &mut before).await?;
    write_details(&tx, act, survivor, &details).await?;
    take_over_owner_and_parent(&tx, &stays, &goes, &mut before).await?;
    before.verdict = duplicates::decide(&tx, act, survivor, absorbed, Verdict::Merged).await?;
    Sql::new(
        "UPDATE suppliers SET merged_into = ?, updated_at = ? WHERE id = ? OR merged_into = ?",
    )
    .bind(survivor)
    .bind(micros(act.at))
    .bind(absorbed)
    .bind(absorbed)
    .run(&tx)
    .await?;
    let id = insert(&tx, act, survivor, absorbed, &before).await?;
    let payload = json!({
        "merge": id,
        "survivor": stays.number,
        "absorbed": goes.number,
        "name": goes.details.name.as_str(),
        "taken_over": before.fields.keys().collect::<Vec<_>>(),
    });
    tell(
        &tx,
        act,
        survivor,
        "merged",
        payload.clone(),
        Audience::Internal,
    )
    .await?;
    tell(
        &tx,
        act,
        absorbed,
        "merged_into",
        payload,
        Audience::Internal,
    )
    .await?;
    facts_moved(&tx, act, survivor, absorbed, &before.repointed).await?;
    tx.commit().await?;
    Ok(id)
}

/// Takes a merge back: the absorbed record stands by itself again, and the survivor's fields become what they were, unless
/// somebody has changed them since.
pub async fn unmerge(keelson: &Keelson, act: &Act, id: MergeId) -> Result<()> {
    let tx = keelson.db.begin().await?;
    number::hold_groups(&tx).await?;
    let row = Row::find(&tx, id).await?.ok_or(Error::NotFound("merge"))?;
    if row.undone_at.is_some() {
        return Err(Error::conflict("This merge has been undone already."));
    }
    let before = row.before()?;
    let stays = must_find_in(&tx, row.survivor_id).await?;
    let goes = must_find_in(&tx, row.absorbed_id).await?;
    if goes.merged_into != Some(stays.id) {
        return Err(Error::conflict(format!(
            "{} {} was merged into another supplier afterwards. Undo that merge first.",
            stays.number, stays.details.name
        )));
    }
    restore(&tx, act, &stays, &before).await?;
    Sql::new("UPDATE suppliers SET merged_into = NULL, updated_at = ? WHERE id = ?")
        .bind(micros(act.at))
        .bind(goes.id)
        .run(&tx)
        .await?;
    let mut sql = Sql::new("UPDATE suppliers SET merged_into = ?, updated_at = ? WHERE id IN (")
        .bind(goes.id)
        .bind(micros(act.at));
    sql.list(before.repointed.iter().copied()).push(")");
    sql.run(&tx).await?;
    Sql::new("UPDATE supplier_merges SET undone_by = ?, undone_at = ? WHERE id = ?")
        .bind(act.by)
        .bind(micros(act.at))
        .bind(id)
        .run(&tx)
        .await?;
    duplicates::undecide(&tx, stays.id, goes.id, before.verdict).await?;
    let payload = json!({ "merge": id, "survivor": stays.number, "absorbed": goes.number });
    tell(
        &tx,
        act,
        stays.id,
        "merge_undone",
        payload.clone(),
        Audience::Internal,
    )
    .await?;
    tell(
        &tx,
        act,
        goes.id,
        "merge_undone",
        payload,
        Audience::Internal,
    )
    .await?;
    facts_moved(&tx, act, stays.id, goes.id, &before.repointed).await?;
    tx.commit().await?;
    Ok(())
}

/// The merges into a supplier that stand, newest first.
pub async fn merges_into(db: &impl ConnectionTrait, survivor: SupplierId) -> Result<Vec<Merge>> {
    let rows = Row::select(" WHERE m.survivor_id = ? AND m.undone_at IS NULL ORDER BY m.id DESC")
        .bind(survivor)
        .all::<Row>(db)
        .await?;
    rows.into_iter().map(Merge::try_from).collect()
}

/// The latest merges that stand, newest first: what a person may want to take back.
pub async fn recent_merges(db: &impl ConnectionTrait, most: u64) -> Result<Vec<Merge>> {
    let rows = Row::select(" WHERE m.undone_at IS NULL ORDER BY m.id DESC LIMIT ?")
        .bind(most as i64)
        .all::<Row>(db)
        .await?;
    rows.into_iter().map(Merge::try_from).collect()
}

/// The record an id leads to: itself, or the one it was merged into.
pub async fn survivor_of(db: &impl ConnectionTrait, id: SupplierId) -> Result<SupplierId> {
    Ok(must_find_in(db, id).await?.merged_into.unwrap_or(id))
}

/// Both records, or why they cannot be one.
async fn may_merge(
    tx: &Tx,
    survivor: SupplierId,
    absorbed: SupplierId,
) -> Result<(Supplier, Supplier)> {
    if survivor == absorbed {
        return Err(Error::conflict("A record cannot be merged with itself."));
    }
    let stays = must_find_in(tx, survivor).await?;
    let goes = must_find_in(tx, absorbed).await?;
    stays.must_stand_alone()?;
    goes.must_stand_alone()?;
    let owns = |one: &Supplier, other: &Supplier| one.parent.is_some_and(|p| p.id == other.id);
    if owns(&stays, &goes) || owns(&goes, &stays) {
        return Err(Error::conflict(format!(
            "{} and {} are parent and subsidiary, two companies of one group. Remove the parent first if they are one.",
            stays.details.name, goes.details.name
        )));
    }
    if let Some(why) = duplicates::contradiction(tx, survivor, absorbed).await? {
        return Err(Error::conflict(format!(
            "{} and {} have {why}, so they are two companies. Correct the identifier first if it is wrong.",
            stays.details.name, goes.details.name
        )));
    }
    Ok((stays, goes))
}

/// The survivor's details, field by field what was chosen, or else the more trustworthy of the two (handbook 11.5).
async fn golden(
    tx: &Tx,
    act: &Act,
    stays: &Supplier,
    goes: &Supplier,
    choices: &BTreeMap<String, bool>,
    before: &mut Before,
) -> Result<Details> {
    let (mine, theirs) = (Trust::of(tx, stays).await?, Trust::of(tx, goes).await?);
    let (old, other) = (fields_of(&stays.details), fields_of(&goes.details));
    let mut new = old.clone();
    for (field, theirs_value) in &other {
        let mine_value = old.get(field).map_or("", String::as_str);
        let chosen = match choices.get(field) {
            Some(true) => theirs_value,
            Some(false) => mine_value,
            None => more_trusted(field, (mine_value, &mine), (theirs_value, &theirs), act),
        };
        if chosen != mine_value {
            let change = Change {
                from: mine_value.to_owned(),
                to: chosen.to_owned(),
            };
            before.fields.insert(field.clone(), change);
            new.insert(field.clone(), chosen.to_owned());
        }
    }
    details_of(&new, act)
}

/// The more trustworthy of two values of a field. What is missing never survives what is there.
fn more_trusted<'a>(
    field: &str,
    mine: (&'a str, &Trust),
    theirs: (&'a str, &Trust),
    act: &Act,
) -> &'a str {
    let candidates: Vec<Candidate<&str>> = [mine, theirs]
        .into_iter()
        .filter(|(value, _)| !value.is_empty())
        .map(|(value, trust)| Candidate {
            value,
            source: trust.source(field),
            verified_on: trust.verified_on(field),
            completeness: trust.completeness,
        })
        .collect();
    survivor(&candidates, act.on()).map_or("", |candidate| candidate.value)
}

/// How far one record's values can be trusted.
struct Trust {
    in_a_source: bool,
    verified_on: Option<chrono::NaiveDate>,
    /// A record that was checked and carries a valid LEI or VAT number counts as the register's answer about the company.
    registered: bool,
    /// Fields the supplier itself last changed in the portal, and when.
    by_supplier: BTreeMap<String, chrono::NaiveDate>,
    completeness: f64,
}

impl Trust {
    async fn of(db: &impl ConnectionTrait, supplier: &Supplier) -> Result<Self> {
        #[derive(FromQueryResult)]
        struct Counts {
            sources: i64,
            registered: i64,
        }
        let counts = Sql::new(
            "SELECT (SELECT COUNT(*) FROM source_suppliers WHERE supplier_id = ?) AS sources, \
             (SELECT COUNT(*) FROM supplier_identifiers WHERE supplier_id = ? AND outcome = 'valid' \
              AND scheme IN ('lei', 'vat')) AS registered",
        )
        .bind(supplier.id)
        .bind(supplier.id)
        .one::<Counts>(db)
        .await?;
        let mut by_supplier = BTreeMap::new();
        for event in record::of_subject(db, SUBJECT, supplier.id.0).await? {
            let Some(Value::Object(changed)) = event.payload.get("changed") else {
                continue;
            };
            for field in changed.keys() {
                // The newest comes first; an edit by a colleague since then takes the field out of the supplier's hand.
                let day = event.at.date_naive();
                let hand = if event.via == "portal" {
                    Some(day)
                } else {
                    None
                };
                by_supplier.entry(field.clone()).or_insert(hand);
            }
        }
        let fields = fields_of(&supplier.details);
        let filled = fields.values().filter(|value| !value.is_empty()).count();
        Ok(Self {
            in_a_source: counts.as_ref().is_some_and(|counts| counts.sources > 0),
            verified_on: supplier.verified_at.map(|at| at.date_naive()),
            registered: supplier.verified_at.is_some()
                && counts.is_some_and(|counts| counts.registered > 0),
            by_supplier: by_supplier
                .into_iter()
                .filter_map(|(field, day)| Some((field, day?)))
                .collect(),
            completeness: filled as f64 / fields.len().max(1) as f64,
        })
    }

    fn source(&self, field: &str) -> RecordSource {
        const OF_THE_REGISTER: [&str; 5] = ["legal_name", "country", "city", "postcode", "address"];
        if self.registered && OF_THE_REGISTER.contains(&field) {
            RecordSource::ValidatedRegistry
        } else if self.by_supplier.contains_key(field) {
            RecordSource::SupplierPortal
        } else if self.in_a_source {
            RecordSource::Erp
        } else {
            RecordSource::Other
        }
    }

    fn verified_on(&self, field: &str) -> Option<chrono::NaiveDate> {
        self.by_supplier.get(field).copied().max(self.verified_on)
    }
}

async fn take_over_owner_and_parent(
    tx: &Tx,
    stays: &Supplier,
    goes: &Supplier,
    before: &mut Before,
) -> Result<()> {
    if stays.owner.is_none() && goes.owner.is_some() {
        before.owner = Some((None, goes.owner));
        Sql::new("UPDATE suppliers SET owner_id = ? WHERE id = ?")
            .bind(goes.owner)
            .bind(stays.id)
            .run(tx)
            .await?;
    }
    if let (None, Some(parent)) = (stays.parent, goes.parent)
        && !ancestors(tx, parent.id).await?.contains(&stays.id)
    {
        before.parent = Some((Some(parent.id), parent.share_ppm));
        set_parent(tx, stays.id, Some(parent)).await?;
    }
    Ok(())
}

async fn set_parent(tx: &Tx, id: SupplierId, parent: Option<Parent>) -> Result<()> {
    Sql::new("UPDATE suppliers SET parent_id = ?, parent_share_ppm = ? WHERE id = ?")
        .bind(parent.map(|parent| parent.id))
        .bind(parent.and_then(|parent| parent.share_ppm))
        .bind(id)
        .run(tx)
        .await
        .map(drop)
}

/// Puts back what a merge changed, where it still is as the merge left it.
async fn restore(tx: &Tx, act: &Act, stays: &Supplier, before: &Before) -> Result<()> {
    let mut fields = fields_of(&stays.details);
    for (field, change) in &before.fields {
        if fields.get(field) == Some(&change.to) {
            fields.insert(field.clone(), change.from.clone());
        }
    }
    write_details(tx, act, stays.id, &details_of(&fields, act)?).await?;
    if let Some((from, to)) = before.owner
        && stays.owner == to
    {
        Sql::new("UPDATE suppliers SET owner_id = ? WHERE id = ?")
            .bind(from)
            .bind(stays.id)
            .run(tx)
            .await?;
    }
    if let Some((parent, share)) = before.parent
        && stays.parent.map(|now| (Some(now.id), now.share_ppm)) == Some((parent, share))
    {
        set_parent(tx, stays.id, None).await?;
    }
    Ok(())
}

fn fields_of(details: &Details) -> BTreeMap<String, String> {
    match serde_json::to_value(Draft::from(details)) {
        Ok(Value::Object(fields)) => fields
            .into_iter()
            .map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()))
            .collect(),
        _ => BTreeMap::new(),
    }
}

fn details_of(fields: &BTreeMap<String, String>, act: &Act) -> Result<Details> {
    serde_json::to_value(fields)
        .and_then(serde_json::from_value::<Draft>)
        .map_err(|why| Error::damaged("merge", why))?
        .parse(act.on())
}

/// The facts of a record count for another one now: their months are projected again, and the figures follow.
async fn facts_moved(
    tx: &Tx,
    act: &Act,
    survivor: SupplierId,
    absorbed: SupplierId,
    with_it: &[SupplierId],
) -> Result<()> {
    for supplier in std::iter::once(&absorbed).chain(with_it) {
        touch_months_of_supplier(tx, *supplier).await?;
    }
    let job = FactsMoved {
        suppliers: vec![survivor, absorbed],
    };
    keelson_jobs::enqueue::<Keelson, _>(tx, &job, act.at).await?;
    Ok(())
}

/// Puts every month that holds a fact of a supplier on the projection's worklist.
async fn touch_months_of_supplier(tx: &Tx, supplier: SupplierId) -> Result<()> {
    for kind in Kind::ALL {
        Sql::new(&format!(
            "INSERT INTO projection_months (kind, month, wanted) \
             SELECT DISTINCT '{table}', month, 1 FROM {table} WHERE supplier_id = ? AND superseded_by IS NULL \
             ON CONFLICT (kind, month) DO UPDATE SET wanted = projection_months.wanted + 1",
            table = kind.code()
        ))
        .bind(supplier)
        .run(tx)
        .await?;
    }
    Ok(())
}

/// Brings columns and figures up to date after facts have changed hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactsMoved {
    pub suppliers: Vec<SupplierId>,
}

impl Job<Keelson> for FactsMoved {
    const NAME: &'static str = "suppliers.facts_moved";

    async fn run(self, keelson: &Keelson) -> std::result::Result<(), JobError> {
        let now = keelson.clock.now();
        operations::project(keelson, now).await?;
        let scope = performance::Scope::Suppliers(self.suppliers);
        performance::refresh(keelson, &scope, now.date_naive(), now).await?;
        Ok(())
    }
}

async fn insert(
    tx: &Tx,
    act: &Act,
    survivor: SupplierId,
    absorbed: SupplierId,
    before: &Before,
) -> Result<MergeId> {
    #[derive(FromQueryResult)]
    struct Id {
        id: MergeId,
    }
    let before = serde_json::to_string(before).map_err(|why| Error::damaged("merge", why))?;
    Sql::new(
        "INSERT INTO supplier_merges (survivor_id, absorbed_id, before, merged_by, merged_at) \
         VALUES (?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(survivor)
    .bind(absorbed)
    .bind(before)
    .bind(act.by)
    .bind(micros(act.at))
    .one::<Id>(tx)
    .await?
    .map(|row| row.id)
    .ok_or_else(|| Error::damaged("merge", "an inserted row has no id"))
}

#[derive(FromQueryResult)]
struct Row {
    id: MergeId,
    survivor_id: SupplierId,
    absorbed_id: SupplierId,
    absorbed_number: String,
    absorbed_name: String,
    before: String,
    merged_by: Option<PersonId>,
    merged_at: i64,
    undone_at: Option<i64>,
}

impl Row {
    fn select(tail: &str) -> Sql {
        let mut sql = Sql::new(
            "SELECT m.id, m.survivor_id, m.absorbed_id, s.number AS absorbed_number, s.name AS absorbed_name, \
             m.before, m.merged_by, m.merged_at, m.undone_at \
             FROM supplier_merges m JOIN suppliers s ON s.id = m.absorbed_id",
        );
        sql.push(tail);
        sql
    }

    async fn find(db: &impl ConnectionTrait, id: MergeId) -> Result<Option<Self>> {
        Self::select(" WHERE m.id = ?").bind(id).one(db).await
    }

    fn before(&self) -> Result<Before> {
        serde_json::from_str(&self.before).map_err(|why| Error::damaged("merge", why))
    }
}

impl TryFrom<Row> for Merge {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            taken_over: row.before()?.fields.into_keys().collect(),
            id: row.id,
            survivor: row.survivor_id,
            absorbed: row.absorbed_id,
            absorbed_number: row.absorbed_number,
            absorbed_name: row.absorbed_name,
            merged_by: row.merged_by,
            merged_at: moment(row.merged_at),
        })
    }
}
