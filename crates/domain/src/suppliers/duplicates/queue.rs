use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, RwLock},
};

use keelson_jobs::{Job, JobError};
use keelson_methods::identity::cluster;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    super::{
        Country, Identifier, NewIdentifier, Scheme, Status,
        supplier::{must_find_in, tell},
    },
    Candidate, DuplicateIndex, Evidence, Known, Party, PartyId,
};
use crate::{
    Act, DuplicateId, Error, IdentifierId, Keelson, PersonId, Result, SupplierId, Tx, micros,
    moment, record::Audience, rows, sql::Sql,
};

/// What people decided about a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Open,
    Merged,
    Distinct,
}

impl Verdict {
    const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Distinct => "distinct",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Open, Self::Merged, Self::Distinct]
            .into_iter()
            .find(|verdict| verdict.code() == code)
    }
}

/// The index every request shares, brought up to date before it is asked. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Duplicates {
    shared: Arc<RwLock<Shared>>,
    /// One refresh at a time; the others wait and find it done.
    refreshing: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    index: DuplicateIndex,
    /// The names of absorbed records still find their survivor.
    survivors: HashMap<SupplierId, SupplierId>,
    /// Up to which id and which change the index has read.
    last_id: i64,
    last_change: i64,
}

/// A record that may be the supplier somebody is entering.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub side: Side,
    pub evidence: Evidence,
}

/// One of two records under comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    pub id: SupplierId,
    pub number: String,
    pub name: String,
    pub legal_form: Option<String>,
    pub status: Status,
    pub country: Option<Country>,
    pub city: Option<String>,
    pub postcode: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
    pub identifiers: Vec<Identifier>,
    /// The systems that name it.
    pub sources: Vec<String>,
    pub order_lines: Option<i64>,
    pub spend_minor: Option<i64>,
}

/// A pair in the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub id: DuplicateId,
    pub left: Side,
    pub right: Side,
    pub evidence: Evidence,
    /// Part of a chain that does not hold in every link, or of more than ten: look at each pair by itself.
    pub in_chain: bool,
    pub verdict: Verdict,
    pub decided_by: Option<PersonId>,
    pub decided_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl Pair {
    /// Who should stay: the record more systems name, then the one with more order lines, then the older one.
    pub fn suggested_survivor(&self) -> SupplierId {
        let rank = |side: &Side| (side.sources.len(), side.order_lines.unwrap_or(0));
        if rank(&self.right) > rank(&self.left) {
            self.right.id
        } else {
            self.left.id
        }
    }
}

/// A page of the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueuePage {
    pub pairs: Vec<Pair>,
    pub total: u64,
    pub page: u64,
    pub pages: u64,
}

/// What a check came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub suppliers: u64,
    /// Pairs that were not in the queue before.
    pub new_pairs: u64,
}

/// Pairs on a page.
pub const PAGE_PAIRS: u64 = 20;

/// A supplier brings at most so many of its likeliest pairs into the queue: nobody reads more.
const MOST_PAIRS_EACH: usize = 10;

/// A change made this long ago may still have been invisible when the index last looked: imports name the moment they began.
const OVERLAP: i64 = 3_600_000_000;

/// The suppliers that may be the one somebody is entering, the likeliest first. `but` is the record being edited.
pub async fn possible_duplicates(
    keelson: &Keelson,
    known: Known<'_>,
    identifiers: &[NewIdentifier],
    but: Option<SupplierId>,
) -> Result<Vec<Found>> {
    refresh(keelson).await?;
    let ids = identifiers
        .iter()
        .map(|id| PartyId {
            scheme: id.scheme(),
            value: id.value().to_owned(),
            country: id.country,
            valid: id.warning().is_none(),
        })
        .collect();
    let party = Party::new(known, ids);
    let candidates: Vec<Candidate> = {
        let shared = keelson
            .duplicates
            .shared
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        shared.look_up(&party, but)
    };
    let ids: Vec<_> = candidates
        .iter()
        .take(MOST_PAIRS_EACH)
        .map(|found| found.id)
        .collect();
    let mut sides = sides(keelson.db.read(), &ids).await?;
    Ok(candidates
        .into_iter()
        .filter_map(|candidate| {
            Some(Found {
                side: sides.remove(&candidate.id)?,
                evidence: candidate.evidence,
            })
        })
        .collect())
}

/// Looks for duplicates of every supplier, or of those changed since a moment, and puts new pairs into the queue. A pair that
/// has a verdict keeps it.
pub async fn find_duplicates(
    keelson: &Keelson,
    act: &Act,
    changed_since: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<Checked> {
    refresh(keelson).await?;
    let among = match changed_since {
        None => None,
        Some(since) => Some(changed(keelson.db.read(), micros(since)).await?),
    };
    let shared = keelson.duplicates.shared.clone();
    // A hundred thousand look-ups take seconds; the threads that answer requests must not wait for them.
    let (suppliers, pairs) = tokio::task::spawn_blocking(move || {
        let shared = shared
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        shared.pairs(among)
    })
    .await
    .map_err(|why| Error::damaged("duplicate check", why))?;
    let tx = keelson.db.begin().await?;
    let new_pairs = store(&tx, act, &pairs).await?;
    tx.commit().await?;
    Ok(Checked {
        suppliers,
        new_pairs,
    })
}

/// The job that follows an import or an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindDuplicates {
    /// Only suppliers changed since; all of them without it.
    pub changed_since: Option<chrono::DateTime<chrono::Utc>>,
}

impl FindDuplicates {
    /// Two waiting checks of everybody are one.
    pub const KEY: &'static str = "suppliers.find_duplicates";
}

impl Job<Keelson> for FindDuplicates {
    const NAME: &'static str = "suppliers.find_duplicates";

    async fn run(self, keelson: &Keelson) -> std::result::Result<(), JobError> {
        let act = Act::by_system(crate::Via::Job, keelson.clock.now());
        find_duplicates(keelson, &act, self.changed_since).await?;
        Ok(())
    }
}

/// The open pairs, the likeliest first. Pairs of records merged in the meantime are left out.
pub async fn queue(db: &impl ConnectionTrait, page: u64) -> Result<QueuePage> {
    let total = open_pairs(db).await?;
    let pages = total.div_ceil(PAGE_PAIRS).max(1);
    let page = page.clamp(1, pages);
    let rows = Row::select(
        " WHERE d.verdict = 'open' AND l.merged_into IS NULL AND r.merged_into IS NULL \
         ORDER BY d.probability_ppm DESC, d.id LIMIT ? OFFSET ?",
    )
    .bind(PAGE_PAIRS as i64)
    .bind(((page - 1) * PAGE_PAIRS) as i64)
    .all::<Row>(db)
    .await?;
    Ok(QueuePage {
        pairs: with_sides(db, rows).await?,
        total,
        page,
        pages,
    })
}

/// How many pairs wait for somebody.
pub async fn open_pairs(db: &impl ConnectionTrait) -> Result<u64> {
    #[derive(FromQueryResult)]
    struct Count {
        total: i64,
    }
    let count = Sql::new(
        "SELECT COUNT(*) AS total FROM duplicate_pairs d JOIN suppliers l ON l.id = d.left_id \
         JOIN suppliers r ON r.id = d.right_id \
         WHERE d.verdict = 'open' AND l.merged_into IS NULL AND r.merged_into IS NULL",
    )
    .one::<Count>(db)
    .await?;
    Ok(count.map_or(0, |count| count.total as u64))
}

/// One pair, whatever its verdict.
pub async fn pair(db: &impl ConnectionTrait, id: DuplicateId) -> Result<Option<Pair>> {
    let rows = Row::select(" WHERE d.id = ?")
        .bind(id)
        .all::<Row>(db)
        .await?;
    Ok(with_sides(db, rows).await?.pop())
}

/// The pairs last found to be two parties, newest first: what a person may want to take back.
pub async fn recently_distinct(db: &impl ConnectionTrait, most: u64) -> Result<Vec<Pair>> {
    let rows =
        Row::select(" WHERE d.verdict = 'distinct' ORDER BY d.decided_at DESC, d.id DESC LIMIT ?")
            .bind(most as i64)
            .all::<Row>(db)
            .await?;
    with_sides(db, rows).await
}

/// Open pairs one supplier is part of.
pub async fn pairs_of(db: &impl ConnectionTrait, supplier: SupplierId) -> Result<Vec<Pair>> {
    let rows = Row::select(
        " WHERE d.verdict = 'open' AND l.merged_into IS NULL AND r.merged_into IS NULL \
         AND (d.left_id = ? OR d.right_id = ?) ORDER BY d.probability_ppm DESC, d.id",
    )
    .bind(supplier)
    .bind(supplier)
    .all::<Row>(db)
    .await?;
    with_sides(db, rows).await
}

/// Two parties: the pair is never proposed again.
pub async fn not_a_duplicate(keelson: &Keelson, act: &Act, id: DuplicateId) -> Result<()> {
    set_verdict(
        keelson,
        act,
        id,
        Verdict::Open,
        Verdict::Distinct,
        "found_distinct",
    )
    .await
}

/// Takes "not a duplicate" back: the pair waits in the queue again.
pub async fn reconsider(keelson: &Keelson, act: &Act, id: DuplicateId) -> Result<()> {
    set_verdict(
        keelson,
        act,
        id,
        Verdict::Distinct,
        Verdict::Open,
        "reconsidered",
    )
    .await
}

async fn set_verdict(
    keelson: &Keelson,
    act: &Act,
    id: DuplicateId,
    from: Verdict,
    to: Verdict,
    verb: &'static str,
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Sides {
        left_id: SupplierId,
        right_id: SupplierId,
    }
    let tx = keelson.db.begin().await?;
    let sides = Sql::new("SELECT left_id, right_id FROM duplicate_pairs WHERE id = ?")
        .bind(id)
        .one::<Sides>(&tx)
        .await?
        .ok_or(Error::NotFound("pair"))?;
    let decided = to != Verdict::Open;
    let changed = Sql::new(
        "UPDATE duplicate_pairs SET verdict = ?, decided_by = ?, decided_at = ? WHERE id = ? AND verdict = ?",
    )
    .bind(to.code())
    .bind(act.by.filter(|_| decided))
    .bind(decided.then_some(micros(act.at)))
    .bind(id)
    .bind(from.code())
    .run(&tx)
    .await?;
    if changed == 0 {
        return Err(Error::conflict(
            "Somebody else has decided about this pair in the meantime.",
        ));
    }
    for (one, other) in [
        (sides.left_id, sides.right_id),
        (sides.right_id, sides.left_id),
    ] {
        let other = must_find_in(&tx, other).await?;
        let payload =
            json!({ "pair": id, "other": other.number, "name": other.details.name.as_str() });
        tell(&tx, act, one, verb, payload, Audience::Internal).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Notes a merge as the verdict on its pair and says what the verdict was before, if there was one.
pub(in super::super) async fn decide(
    tx: &Tx,
    act: &Act,
    a: SupplierId,
    b: SupplierId,
    verdict: Verdict,
) -> Result<Option<Verdict>> {
    #[derive(FromQueryResult)]
    struct Before {
        verdict: String,
    }
    let (left, right) = (a.min(b), a.max(b));
    let before = Sql::new("SELECT verdict FROM duplicate_pairs WHERE left_id = ? AND right_id = ?")
        .bind(left)
        .bind(right)
        .one::<Before>(tx)
        .await?;
    Sql::new(
        "UPDATE duplicate_pairs SET verdict = ?, decided_by = ?, decided_at = ? WHERE left_id = ? AND right_id = ?",
    )
    .bind(verdict.code())
    .bind(act.by)
    .bind(micros(act.at))
    .bind(left)
    .bind(right)
    .run(tx)
    .await?;
    Ok(before.and_then(|before| Verdict::parse(&before.verdict)))
}

/// Puts a pair's verdict back to what it was before a merge.
pub(in super::super) async fn undecide(
    tx: &Tx,
    a: SupplierId,
    b: SupplierId,
    before: Option<Verdict>,
) -> Result<()> {
    let Some(before) = before else {
        return Ok(());
    };
    Sql::new(
        "UPDATE duplicate_pairs SET verdict = ?, decided_by = NULL, decided_at = NULL WHERE left_id = ? AND right_id = ?",
    )
    .bind(before.code())
    .bind(a.min(b))
    .bind(a.max(b))
    .run(tx)
    .await
    .map(drop)
}

/// Why two records cannot be one party, if something says so.
pub(in super::super) async fn contradiction(
    tx: &Tx,
    a: SupplierId,
    b: SupplierId,
) -> Result<Option<String>> {
    let mut index = DuplicateIndex::new();
    for record in records(tx, " WHERE s.id IN (?, ?)", vec![a.into(), b.into()]).await? {
        index.insert(record.id, record.party);
    }
    Ok(index
        .compare(a, b)
        .and_then(|evidence| evidence.contradiction))
}

impl Shared {
    fn look_up(&self, party: &Party, but: Option<SupplierId>) -> Vec<Candidate> {
        let but = but.map(|id| self.survivor(id));
        let mut seen = HashSet::new();
        self.index
            .look_up(party, None)
            .into_iter()
            .map(|found| Candidate {
                id: self.survivor(found.id),
                ..found
            })
            .filter(|found| Some(found.id) != but && seen.insert(found.id))
            .collect()
    }

    /// The pairs of some suppliers, or of all, with whether each is part of a doubtful chain. Absorbed records have had their
    /// turn.
    fn pairs(&self, among: Option<HashSet<SupplierId>>) -> (u64, Vec<StoredPair>) {
        let mut suppliers = 0;
        let mut pairs = Vec::new();
        let mut ids: Vec<SupplierId> = match &among {
            Some(among) => among.iter().copied().collect(),
            None => self.index.ids().collect(),
        };
        ids.retain(|id| !self.survivors.contains_key(id));
        ids.sort_unstable();
        for id in ids {
            let Some(party) = self.index.party(id) else {
                continue;
            };
            suppliers += 1;
            let found = self
                .index
                .look_up(party, Some(id))
                .into_iter()
                .filter(|found| !self.survivors.contains_key(&found.id))
                .take(MOST_PAIRS_EACH);
            for found in found {
                // When everybody is asked, each pair is met from both sides; the lower id brings it in.
                let met_twice = among.as_ref().is_none_or(|among| among.contains(&found.id));
                if found.id > id || !met_twice {
                    pairs.push(StoredPair {
                        left: id.min(found.id),
                        right: id.max(found.id),
                        evidence: found.evidence,
                        in_chain: false,
                    });
                }
            }
        }
        mark_chains(&mut pairs);
        (suppliers, pairs)
    }

    fn survivor(&self, id: SupplierId) -> SupplierId {
        self.survivors.get(&id).copied().unwrap_or(id)
    }
}

struct StoredPair {
    left: SupplierId,
    right: SupplierId,
    evidence: Evidence,
    in_chain: bool,
}

/// What lies in `duplicate_pairs.weights`.
#[derive(Serialize, Deserialize)]
struct Weights {
    evidence: Evidence,
    #[serde(default)]
    in_chain: bool,
}

/// A like B and B like C do not make A like C: such groups, and those of more than ten, are marked (handbook 11.5).
fn mark_chains(pairs: &mut [StoredPair]) {
    let mut places: HashMap<SupplierId, usize> = HashMap::new();
    for pair in pairs.iter() {
        for id in [pair.left, pair.right] {
            let next = places.len();
            places.entry(id).or_insert(next);
        }
    }
    let links: Vec<_> = pairs
        .iter()
        .map(|pair| {
            (
                places[&pair.left],
                places[&pair.right],
                pair.evidence.probability,
            )
        })
        .collect();
    let doubtful: HashSet<usize> = cluster(places.len(), &links)
        .into_iter()
        .filter(|group| group.needs_review)
        .flat_map(|group| group.members)
        .collect();
    for pair in pairs {
        pair.in_chain = doubtful.contains(&places[&pair.left]);
    }
}

async fn store(tx: &Tx, act: &Act, pairs: &[StoredPair]) -> Result<u64> {
    #[derive(FromQueryResult)]
    struct Count {
        total: i64,
    }
    const COLUMNS: [&str; 6] = [
        "left_id",
        "right_id",
        "probability_ppm",
        "weights",
        "verdict",
        "found_at",
    ];
    // An open pair is weighed anew; one that people decided about stays as they left it.
    const TAIL: &str = "ON CONFLICT (left_id, right_id) DO UPDATE SET probability_ppm = excluded.probability_ppm, \
        weights = excluded.weights WHERE duplicate_pairs.verdict = 'open'";
    let count = async || -> Result<i64> {
        let row = Sql::new("SELECT COUNT(*) AS total FROM duplicate_pairs")
            .one::<Count>(tx)
            .await?;
        Ok(row.map_or(0, |row| row.total))
    };
    let before = count().await?;
    let mut values: Vec<Vec<Value>> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let weights = serde_json::to_string(&Weights {
            evidence: pair.evidence.clone(),
            in_chain: pair.in_chain,
        })
        .map_err(|why| Error::damaged("duplicate pair", why))?;
        values.push(vec![
            pair.left.into(),
            pair.right.into(),
            ((pair.evidence.probability * 1e6).round() as i64).into(),
            weights.into(),
            Verdict::Open.code().into(),
            micros(act.at).into(),
        ]);
    }
    rows::insert(tx, "duplicate_pairs", &COLUMNS, values, TAIL).await?;
    Ok((count().await? - before) as u64)
}

/// Reads what changed since the index last looked. The first time, that is everything.
async fn refresh(keelson: &Keelson) -> Result<()> {
    let _one_at_a_time = keelson.duplicates.refreshing.lock().await;
    let (last_id, last_change) = {
        let shared = keelson
            .duplicates
            .shared
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        (shared.last_id, shared.last_change)
    };
    let changed = records(
        keelson.db.read(),
        " WHERE s.id > ? OR s.updated_at >= ?",
        vec![last_id.into(), (last_change - OVERLAP).into()],
    )
    .await?;
    let mut shared = keelson
        .duplicates
        .shared
        .write()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    for record in changed {
        shared.last_id = shared.last_id.max(record.id.0);
        shared.last_change = shared.last_change.max(record.updated_at);
        match record.merged_into {
            Some(survivor) => shared.survivors.insert(record.id, survivor),
            None => shared.survivors.remove(&record.id),
        };
        if shared.index.party(record.id) != Some(&record.party) {
            shared.index.insert(record.id, record.party);
        }
    }
    Ok(())
}

async fn changed(db: &impl ConnectionTrait, since: i64) -> Result<HashSet<SupplierId>> {
    #[derive(FromQueryResult)]
    struct Id {
        id: SupplierId,
    }
    let rows = Sql::new("SELECT id FROM suppliers WHERE updated_at >= ? AND merged_into IS NULL")
        .bind(since)
        .all::<Id>(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// A supplier as it goes into the index.
struct Record {
    id: SupplierId,
    party: Party,
    merged_into: Option<SupplierId>,
    updated_at: i64,
}

async fn records(
    db: &impl ConnectionTrait,
    condition: &str,
    values: Vec<Value>,
) -> Result<Vec<Record>> {
    #[derive(FromQueryResult)]
    struct SupplierRow {
        id: SupplierId,
        name: String,
        country: Option<Country>,
        city: Option<String>,
        postcode: Option<String>,
        address: Option<String>,
        phone: Option<String>,
        website: Option<String>,
        merged_into: Option<SupplierId>,
        updated_at: i64,
    }
    let with_values = |text: String| {
        values
            .iter()
            .fold(Sql::new(&text), |sql, value| sql.bind(value.clone()))
    };
    let suppliers = with_values(format!(
        "SELECT s.id, s.name, s.country, s.city, s.postcode, s.address, s.phone, s.website, s.merged_into, s.updated_at \
         FROM suppliers s{condition} ORDER BY s.id"
    ))
    .all::<SupplierRow>(db)
    .await?;
    let mut ids: HashMap<SupplierId, Vec<PartyId>> = HashMap::new();
    let rows = with_values(format!(
        "SELECT i.id, i.supplier_id, i.scheme, i.value, i.country, i.note FROM supplier_identifiers i \
         JOIN suppliers s ON s.id = i.supplier_id{condition} ORDER BY i.id"
    ))
    .all::<IdRow>(db)
    .await?;
    for row in rows {
        let (supplier, id) = (row.supplier_id, row.identifier()?);
        ids.entry(supplier).or_default().push(PartyId {
            scheme: id.scheme,
            value: id.value,
            country: id.country,
            valid: id.warning.is_none(),
        });
    }
    Ok(suppliers
        .into_iter()
        .map(|row| {
            let known = Known {
                name: &row.name,
                country: row.country,
                city: row.city.as_deref(),
                postcode: row.postcode.as_deref(),
                address: row.address.as_deref(),
                phone: row.phone.as_deref(),
                website: row.website.as_deref(),
            };
            Record {
                id: row.id,
                party: Party::new(known, ids.remove(&row.id).unwrap_or_default()),
                merged_into: row.merged_into,
                updated_at: row.updated_at,
            }
        })
        .collect())
}

#[derive(FromQueryResult)]
struct IdRow {
    id: IdentifierId,
    supplier_id: SupplierId,
    scheme: String,
    value: String,
    country: Option<Country>,
    note: Option<String>,
}

impl IdRow {
    fn identifier(self) -> Result<Identifier> {
        Ok(Identifier {
            id: self.id,
            scheme: Scheme::parse(&self.scheme).ok_or_else(|| {
                Error::damaged("identifier", format!("its scheme is {}", self.scheme))
            })?,
            value: self.value,
            country: self.country,
            warning: self.note,
        })
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: DuplicateId,
    left_id: SupplierId,
    right_id: SupplierId,
    weights: String,
    verdict: String,
    decided_by: Option<PersonId>,
    decided_at: Option<i64>,
}

impl Row {
    fn select(tail: &str) -> Sql {
        let mut sql = Sql::new(
            "SELECT d.id, d.left_id, d.right_id, d.weights, d.verdict, d.decided_by, d.decided_at \
             FROM duplicate_pairs d JOIN suppliers l ON l.id = d.left_id JOIN suppliers r ON r.id = d.right_id",
        );
        sql.push(tail);
        sql
    }
}

async fn with_sides(db: &impl ConnectionTrait, rows: Vec<Row>) -> Result<Vec<Pair>> {
    let ids: Vec<_> = rows
        .iter()
        .flat_map(|row| [row.left_id, row.right_id])
        .collect();
    let sides = sides(db, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let side = |id| {
                sides
                    .get(&id)
                    .cloned()
                    .ok_or_else(|| Error::damaged("duplicate pair", "one of its records is gone"))
            };
            let weights: Weights = serde_json::from_str(&row.weights)
                .map_err(|why| Error::damaged("duplicate pair", why))?;
            Ok(Pair {
                id: row.id,
                left: side(row.left_id)?,
                right: side(row.right_id)?,
                evidence: weights.evidence,
                in_chain: weights.in_chain,
                verdict: Verdict::parse(&row.verdict).ok_or_else(|| {
                    Error::damaged("duplicate pair", format!("its verdict is {}", row.verdict))
                })?,
                decided_by: row.decided_by,
                decided_at: row.decided_at.map(moment),
            })
        })
        .collect()
}

/// What a person needs to see of each record, in three questions whatever their number.
async fn sides(db: &impl ConnectionTrait, ids: &[SupplierId]) -> Result<HashMap<SupplierId, Side>> {
    #[derive(FromQueryResult)]
    struct SideRow {
        id: SupplierId,
        number: String,
        name: String,
        legal_form: Option<String>,
        status: Status,
        country: Option<Country>,
        city: Option<String>,
        postcode: Option<String>,
        address: Option<String>,
        phone: Option<String>,
        website: Option<String>,
        order_lines: Option<i64>,
        spend_minor: Option<i64>,
    }
    #[derive(FromQueryResult)]
    struct SourceRow {
        supplier_id: SupplierId,
        name: String,
    }
    let of = |text: &str, tail: &str| {
        let mut sql = Sql::new(text);
        sql.list(ids.iter().copied()).push(tail);
        sql
    };
    let rows = of(
        "SELECT s.id, s.number, s.name, s.legal_form, s.status, s.country, s.city, s.postcode, s.address, s.phone, \
         s.website, f.order_lines, f.spend_minor FROM suppliers s \
         LEFT JOIN supplier_figures f ON f.supplier_id = s.id WHERE s.id IN (",
        ")",
    )
    .all::<SideRow>(db)
    .await?;
    let mut identifiers: HashMap<SupplierId, Vec<Identifier>> = HashMap::new();
    let id_rows = of(
        "SELECT id, supplier_id, scheme, value, country, note FROM supplier_identifiers WHERE supplier_id IN (",
        ") ORDER BY scheme, value",
    )
    .all::<IdRow>(db)
    .await?;
    for row in id_rows {
        identifiers
            .entry(row.supplier_id)
            .or_default()
            .push(row.identifier()?);
    }
    let mut sources: HashMap<SupplierId, Vec<String>> = HashMap::new();
    let source_rows = of(
        "SELECT DISTINCT k.supplier_id, o.name FROM source_suppliers k JOIN sources o ON o.id = k.source_id \
         WHERE k.supplier_id IN (",
        ") ORDER BY o.name",
    )
    .all::<SourceRow>(db)
    .await?;
    for row in source_rows {
        sources.entry(row.supplier_id).or_default().push(row.name);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let side = Side {
                id: row.id,
                number: row.number,
                name: row.name,
                legal_form: row.legal_form,
                status: row.status,
                country: row.country,
                city: row.city,
                postcode: row.postcode,
                address: row.address,
                phone: row.phone,
                website: row.website,
                identifiers: identifiers.remove(&row.id).unwrap_or_default(),
                sources: sources.remove(&row.id).unwrap_or_default(),
                order_lines: row.order_lines,
                spend_minor: row.spend_minor,
            };
            (row.id, side)
        })
        .collect())
}
