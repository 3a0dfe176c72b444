//! Looking for duplicates: an index in memory that every request shares, asked for one party or for everybody.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, RwLock},
};

use keelson_jobs::{Job, JobError};
use keelson_methods::identity::cluster;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::{Deserialize, Serialize};

use super::{
    super::{Country, NewIdentifier},
    Candidate, DuplicateIndex, Evidence, Known, Party, PartyId, Side, Verdict,
    queue::{IdRow, Weights, sides},
};
use crate::{Act, Error, Keelson, Result, SupplierId, Tx, micros, rows, sql::Sql};

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

/// What a check came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub suppliers: u64,
    /// Pairs that were not in the queue before.
    pub new_pairs: u64,
}

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
            .unwrap_or_else(std::sync::PoisonError::into_inner);
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
            .unwrap_or_else(std::sync::PoisonError::into_inner);
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
            .unwrap_or_else(std::sync::PoisonError::into_inner);
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
        .unwrap_or_else(std::sync::PoisonError::into_inner);
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
pub(super) struct Record {
    pub(super) id: SupplierId,
    pub(super) party: Party,
    merged_into: Option<SupplierId>,
    updated_at: i64,
}

pub(super) async fn records(
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
