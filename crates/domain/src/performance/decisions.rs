//! What waits for somebody's decision, found in the record itself: nothing here is entered by hand or kept on a list.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use keelson_methods::{
    interval::Verdict,
    kpi::Unit,
    period::Period,
    segmentation::{OverrideState, Tier},
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use super::{portfolio::last_quarter, scorecard::Breakdown};
use crate::{
    DocumentId, Error, ImportId, Result, SupplierId, date_of_day, day_of,
    segmentation::overrides::{self, Stage, TierOverride},
};

/// Documents that end within so many days wait for a new one.
const DOCUMENT_DAYS: u64 = 60;
/// How many of one kind are named one by one.
const MOST: usize = 5;

/// Something somebody has to decide about, with its reason.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// A strategic supplier clearly missed a target in the last two quarters.
    TargetMissed {
        supplier: SupplierId,
        name: String,
        owner: Option<String>,
        /// The last quarter.
        quarter: Period,
        kpis: Vec<MissedKpi>,
    },
    /// Somebody asked for another tier.
    OverrideRequested(Box<TierOverride>),
    /// The computed tier returns soon.
    OverrideEnding(Box<TierOverride>),
    /// Suppliers wait for approval.
    Approvals { suppliers: u64 },
    /// Pairs that may be one party.
    Duplicates { open: u64 },
    /// The last import refused rows.
    Rejects {
        import: ImportId,
        file: String,
        rejected: u64,
        rows: u64,
    },
    /// The last import failed.
    ImportFailed {
        import: ImportId,
        file: String,
        why: String,
    },
    /// A certificate or another document ends.
    DocumentEnding {
        document: DocumentId,
        document_name: String,
        supplier: SupplierId,
        name: String,
        ends_on: NaiveDate,
    },
    /// Too little is known to place suppliers.
    Unclassified { suppliers: u64, spend_minor: i64 },
}

/// A KPI that was missed two quarters running.
#[derive(Clone, Debug, PartialEq)]
pub struct MissedKpi {
    pub kpi: String,
    pub version: i64,
    pub name: String,
    pub unit: Unit,
    pub value: f64,
    pub target: f64,
}

/// Everything that waits, the most pressing first, in a fixed number of queries.
pub async fn waiting(db: &impl ConnectionTrait, on: NaiveDate) -> Result<Vec<Decision>> {
    let mut found = missed_targets(db, on).await?;
    found.extend(last_import(db).await?);
    found.extend(documents(db, on).await?);
    for over in overrides::open(db, on).await? {
        match over.stage(on) {
            Stage::Requested => found.push(Decision::OverrideRequested(Box::new(over))),
            Stage::Approved(OverrideState::EndsSoon) => {
                found.push(Decision::OverrideEnding(Box::new(over)));
            }
            _ => {}
        }
    }
    found.extend(counted(db).await?);
    Ok(found)
}

#[derive(FromQueryResult)]
struct CardRow {
    supplier_id: i64,
    name: String,
    owner: Option<String>,
    period: String,
    breakdown: String,
}

/// Strategic suppliers whose newest scorecards of the last two quarters both say that the same target was missed. A verdict
/// within the margin of error is no miss.
async fn missed_targets(db: &impl ConnectionTrait, on: NaiveDate) -> Result<Vec<Decision>> {
    let last = last_quarter(on);
    let before = last.previous().unwrap_or(last);
    let sql = "SELECT c.supplier_id, s.name, p.name AS owner, c.period, c.breakdown FROM supplier_figures f \
               JOIN scorecards c ON c.supplier_id = f.supplier_id JOIN suppliers s ON s.id = f.supplier_id \
               LEFT JOIN people p ON p.id = s.owner_id \
               WHERE f.tier = $1 AND c.period IN ($2, $3) AND NOT EXISTS (\
                 SELECT 1 FROM scorecards newer WHERE newer.supplier_id = c.supplier_id AND newer.period = c.period \
                 AND newer.version > c.version) ORDER BY f.spend_minor DESC, c.supplier_id";
    let values: [Value; 3] = [
        Tier::Strategic.code().into(),
        last.to_string().into(),
        before.to_string().into(),
    ];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let mut earlier: HashMap<i64, Vec<String>> = HashMap::new();
    let mut latest = Vec::new();
    for row in CardRow::find_by_statement(statement).all(db).await? {
        let breakdown: Breakdown = serde_json::from_str(&row.breakdown)
            .map_err(|error| Error::damaged("scorecard", error))?;
        let missed = missed(&breakdown);
        if row.period == last.to_string() {
            latest.push((row, missed));
        } else {
            let kpis = missed.into_iter().map(|kpi| kpi.kpi).collect();
            earlier.insert(row.supplier_id, kpis);
        }
    }
    Ok(latest
        .into_iter()
        .filter_map(|(row, mut kpis)| {
            let before = earlier.get(&row.supplier_id)?;
            kpis.retain(|kpi| before.contains(&kpi.kpi));
            (!kpis.is_empty()).then_some(Decision::TargetMissed {
                supplier: SupplierId(row.supplier_id),
                name: row.name,
                owner: row.owner,
                quarter: last,
                kpis,
            })
        })
        .take(MOST)
        .collect())
}

fn missed(breakdown: &Breakdown) -> Vec<MissedKpi> {
    breakdown
        .lines()
        .filter(|(_, scored)| scored.verdict == Some(Verdict::Missed) && !scored.provisional)
        .filter_map(|(basis, scored)| {
            let definition = basis.definition.as_ref()?;
            Some(MissedKpi {
                kpi: basis.kpi.clone(),
                version: definition.version,
                name: definition.name.clone(),
                unit: definition.unit,
                value: scored.value?,
                target: basis.target,
            })
        })
        .collect()
}

#[derive(FromQueryResult)]
struct ImportRow {
    id: i64,
    file_name: String,
    state: String,
    rejected: i64,
    rows_done: i64,
    failure: Option<String>,
}

async fn last_import(db: &impl ConnectionTrait) -> Result<Option<Decision>> {
    let sql = "SELECT id, file_name, state, rejected, rows_done, failure FROM imports \
               WHERE state IN ('done', 'failed') ORDER BY id DESC LIMIT 1";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let last = ImportRow::find_by_statement(statement).one(db).await?;
    Ok(last.and_then(|row| {
        let (import, file) = (ImportId(row.id), row.file_name);
        match row.state.as_str() {
            "failed" => Some(Decision::ImportFailed {
                import,
                file,
                why: row.failure.unwrap_or_default(),
            }),
            _ if row.rejected > 0 => Some(Decision::Rejects {
                import,
                file,
                rejected: row.rejected.unsigned_abs(),
                rows: row.rows_done.unsigned_abs(),
            }),
            _ => None,
        }
    }))
}

#[derive(FromQueryResult)]
struct DocumentRow {
    id: i64,
    document_name: String,
    supplier_id: i64,
    name: String,
    valid_to: i32,
}

/// Documents that end soon, of suppliers we work with, those that end first first.
async fn documents(db: &impl ConnectionTrait, on: NaiveDate) -> Result<Vec<Decision>> {
    let sql = "SELECT d.id, d.name AS document_name, d.supplier_id, s.name, d.valid_to FROM documents d \
               JOIN suppliers s ON s.id = d.supplier_id \
               WHERE d.withdrawn_at IS NULL AND d.valid_to >= $1 AND d.valid_to < $2 AND s.merged_into IS NULL \
               AND s.status IN ('approved', 'active') ORDER BY d.valid_to, d.id LIMIT 5";
    let values = [
        day_of(on).into(),
        day_of(on + Days::new(DOCUMENT_DAYS)).into(),
    ];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = DocumentRow::find_by_statement(statement).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| Decision::DocumentEnding {
            document: DocumentId(row.id),
            document_name: row.document_name,
            supplier: SupplierId(row.supplier_id),
            name: row.name,
            ends_on: date_of_day(row.valid_to),
        })
        .collect())
}

#[derive(FromQueryResult)]
struct Counts {
    approvals: i64,
    duplicates: i64,
    unclassified: i64,
    unclassified_spend: Option<i64>,
}

/// What is told as a number with a list behind it.
async fn counted(db: &impl ConnectionTrait) -> Result<Vec<Decision>> {
    let sql = "SELECT \
               (SELECT COUNT(*) FROM suppliers WHERE status = 'under_review' AND merged_into IS NULL) AS approvals, \
               (SELECT COUNT(*) FROM duplicate_pairs WHERE verdict = 'open') AS duplicates, \
               (SELECT COUNT(*) FROM supplier_figures WHERE tier = 'unclassified') AS unclassified, \
               (SELECT CAST(SUM(spend_minor) AS BIGINT) FROM supplier_figures WHERE tier = 'unclassified') AS unclassified_spend";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let Some(counts) = Counts::find_by_statement(statement).one(db).await? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    if counts.approvals > 0 {
        found.push(Decision::Approvals {
            suppliers: counts.approvals.unsigned_abs(),
        });
    }
    if counts.duplicates > 0 {
        found.push(Decision::Duplicates {
            open: counts.duplicates.unsigned_abs(),
        });
    }
    if counts.unclassified > 0 {
        found.push(Decision::Unclassified {
            suppliers: counts.unclassified.unsigned_abs(),
            spend_minor: counts.unclassified_spend.unwrap_or(0),
        });
    }
    Ok(found)
}
