//! The queue of pairs that wait for a person, each with both sides and its weights.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};

use super::{
    super::{Country, Identifier, Scheme, Status},
    Evidence, Verdict,
};
use crate::{DuplicateId, Error, IdentifierId, PersonId, Result, SupplierId, moment, sql::Sql};

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

/// Pairs on a page.
pub const PAGE_PAIRS: u64 = 20;

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

/// What lies in `duplicate_pairs.weights`.
#[derive(Serialize, Deserialize)]
pub(super) struct Weights {
    pub(super) evidence: Evidence,
    #[serde(default)]
    pub(super) in_chain: bool,
}

#[derive(FromQueryResult)]
pub(super) struct IdRow {
    id: IdentifierId,
    pub(super) supplier_id: SupplierId,
    scheme: String,
    value: String,
    country: Option<Country>,
    note: Option<String>,
}

impl IdRow {
    pub(super) fn identifier(self) -> Result<Identifier> {
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
pub(super) async fn sides(
    db: &impl ConnectionTrait,
    ids: &[SupplierId],
) -> Result<HashMap<SupplierId, Side>> {
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
