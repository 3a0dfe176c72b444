//! Scorecards: a supplier judged for a period. Immutable, with everything they were made from; new facts make a new one.

use chrono::{DateTime, NaiveDate, Utc};
use keelson_methods::{
    kpi::{Direction, Measure, Unit},
    period::Period,
    scoring::{Grade, Incidents, MissingPolicy, Scorecard, ScoredLine, ScoringFunction},
    segmentation::Tier,
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::measure::Figure;
use crate::{
    Act, Error, Keelson, PersonId, Result, ScorecardId, SupplierId, date_of_day, micros, moment,
    record::{self, Audience, NewEvent},
    rows,
};

/// Scorecards shared by one statement.
const CHUNK: usize = 500;

/// A scorecard as it was made. Nothing of it changes afterwards but whether the supplier may see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    pub id: ScorecardId,
    pub supplier: SupplierId,
    pub period: Period,
    /// 1 for the first judgement of the period.
    pub version: i64,
    pub breakdown: Breakdown,
    pub digest: String,
    pub as_of: NaiveDate,
    pub by: Option<PersonId>,
    pub at: DateTime<Utc>,
    pub shared_at: Option<DateTime<Utc>>,
}

/// Everything a scorecard was made from and how it came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breakdown {
    /// The tier whose template applied.
    pub tier: Tier,
    pub template: TemplateRef,
    /// What each line was judged by, in the order of the lines of `card`.
    pub lines: Vec<LineBasis>,
    pub context: Context,
    /// The judgement, with points, weights, contributions, totals, grades and gates.
    pub card: Scorecard,
}

/// The template's version a scorecard was made by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRef {
    pub id: String,
    pub version: i64,
    pub name: String,
}

/// What a scorecard knew beside the measures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// In its first two periods: what is missing counts neutral.
    pub new_supplier: bool,
    /// The grade before gates of the period before.
    pub previous_grade: Option<Grade>,
    pub incidents: Incidents,
}

/// What one line was judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineBasis {
    pub kpi: String,
    /// `None` where the template names a KPI that is not defined.
    pub definition: Option<DefinitionRef>,
    pub target: f64,
    pub threshold: f64,
    pub function: ScoringFunction,
    pub missing: MissingPolicy,
    pub supplier_owes: bool,
    /// The figure of the period.
    pub figure: Figure,
    /// Too few observations in the period: the twelve months up to its end counted instead.
    pub widened: Option<Widened>,
    /// The last known value and how many periods ago it was, where the line carries forward.
    pub last: Option<(f64, u32)>,
}

/// The definition's version a line was measured by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionRef {
    pub version: i64,
    pub name: String,
    pub measure: Measure,
    pub direction: Direction,
    pub unit: Unit,
    pub minimum_n: u32,
}

/// A figure of a longer period than the scorecard's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Widened {
    pub period: Period,
    pub figure: Figure,
}

impl Breakdown {
    /// The lines with what they were judged by.
    pub fn lines(&self) -> impl Iterator<Item = (&LineBasis, &ScoredLine)> {
        self.lines.iter().zip(&self.card.lines)
    }
}

impl LineBasis {
    /// The figure that counted and its period.
    pub fn counted(&self, period: Period) -> (Period, &Figure) {
        match &self.widened {
            Some(widened) => (widened.period, &widened.figure),
            None => (period, &self.figure),
        }
    }
}

/// One scorecard.
pub async fn find(db: &impl ConnectionTrait, id: ScorecardId) -> Result<Card> {
    select(db, "WHERE id = $1", [id.0.into()])
        .await?
        .pop()
        .ok_or(Error::NotFound("scorecard"))
}

/// The newest judgement of a supplier's newest judged quarter.
pub async fn newest(db: &impl ConnectionTrait, supplier: SupplierId) -> Result<Option<Card>> {
    let newest = "WHERE supplier_id = $1 AND period LIKE '____-Q_' ORDER BY period DESC, version DESC LIMIT 1";
    Ok(select(db, newest, [supplier.0.into()]).await?.pop())
}

/// Every judgement of a supplier for a period, newest first.
pub async fn history(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
    period: Period,
) -> Result<Vec<Card>> {
    let of = "WHERE supplier_id = $1 AND period = $2 ORDER BY version DESC";
    select(db, of, [supplier.0.into(), period.to_string().into()]).await
}

/// The newest judgement for the period before a scorecard's, to compare with.
pub async fn before(db: &impl ConnectionTrait, card: &Card) -> Result<Option<Card>> {
    let Some(period) = card.period.previous() else {
        return Ok(None);
    };
    let of = "WHERE supplier_id = $1 AND period = $2 ORDER BY version DESC LIMIT 1";
    Ok(
        select(db, of, [card.supplier.0.into(), period.to_string().into()])
            .await?
            .pop(),
    )
}

/// Lets the suppliers see their scorecards, in the portal, from now on. Those already shared stay as they are.
pub async fn share(keelson: &Keelson, act: &Act, cards: &[ScorecardId]) -> Result<u64> {
    #[derive(FromQueryResult)]
    struct Shared {
        id: i64,
        supplier_id: i64,
        period: String,
        shared_at: Option<i64>,
    }
    let tx = keelson.db.begin().await?;
    let backend = tx.get_database_backend();
    let mut shared = 0;
    for chunk in cards.chunks(CHUNK) {
        let ids: Vec<i64> = chunk.iter().map(|id| id.0).collect();
        let sql = format!(
            "SELECT id, supplier_id, period, shared_at FROM scorecards WHERE id IN ({}) ORDER BY id",
            rows::list(&ids)
        );
        let mut found = Shared::find_by_statement(Statement::from_string(backend, sql))
            .all(&tx)
            .await?;
        if ids.iter().any(|id| found.iter().all(|row| row.id != *id)) {
            return Err(Error::NotFound("scorecard"));
        }
        found.retain(|row| row.shared_at.is_none());
        let ids: Vec<i64> = found.iter().map(|row| row.id).collect();
        tx.execute_raw(Statement::from_sql_and_values(
            backend,
            format!(
                "UPDATE scorecards SET shared_at = $1 WHERE id IN ({})",
                rows::list(&ids)
            ),
            [micros(act.at).into()],
        ))
        .await?;
        let events = found.iter().map(|row| NewEvent {
            supplier: Some(SupplierId(row.supplier_id)),
            subject: "scorecard",
            subject_id: row.id,
            verb: "shared",
            payload: json!({ "period": row.period }),
            audience: Audience::Both,
        });
        record::append_all(&tx, act, events.collect()).await?;
        shared += ids.len() as u64;
    }
    tx.commit().await?;
    Ok(shared)
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    supplier_id: i64,
    period: String,
    version: i64,
    breakdown: String,
    digest: String,
    as_of: i32,
    scored_by: Option<i64>,
    scored_at: i64,
    shared_at: Option<i64>,
}

pub(super) async fn select<const N: usize>(
    db: &impl ConnectionTrait,
    which: &str,
    values: [Value; N],
) -> Result<Vec<Card>> {
    let sql = format!(
        "SELECT id, supplier_id, period, version, breakdown, digest, as_of, scored_by, scored_at, shared_at \
         FROM scorecards {which}"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = Row::find_by_statement(statement).all(db).await?;
    rows.into_iter().map(Card::try_from).collect()
}

impl TryFrom<Row> for Card {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: ScorecardId(row.id),
            supplier: SupplierId(row.supplier_id),
            period: Period::parse(&row.period)
                .map_err(|error| Error::damaged("scorecard", error))?,
            version: row.version,
            breakdown: serde_json::from_str(&row.breakdown)
                .map_err(|error| Error::damaged("scorecard", error))?,
            digest: row.digest,
            as_of: date_of_day(row.as_of),
            by: row.scored_by.map(PersonId),
            at: moment(row.scored_at),
            shared_at: row.shared_at.map(moment),
        })
    }
}

/// The newest score of one quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scored {
    pub id: ScorecardId,
    pub period: Period,
    pub score_centi: Option<i64>,
}

#[derive(FromQueryResult)]
struct CourseRow {
    id: i64,
    period: String,
    score_centi: Option<i64>,
}

/// A supplier's score of each quarter, oldest first; of a quarter judged more than once, the newest.
pub async fn course(db: &impl ConnectionTrait, supplier: SupplierId) -> Result<Vec<Scored>> {
    let sql = "SELECT c.id, c.period, c.score_centi FROM scorecards c WHERE c.supplier_id = $1 \
               AND c.period LIKE '____-Q_' AND NOT EXISTS (\
                 SELECT 1 FROM scorecards newer WHERE newer.supplier_id = c.supplier_id AND newer.period = c.period \
                 AND newer.version > c.version) ORDER BY c.period";
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), sql, [supplier.0.into()]);
    let rows = CourseRow::find_by_statement(statement).all(db).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Scored {
                id: ScorecardId(row.id),
                period: Period::parse(&row.period)
                    .map_err(|error| Error::damaged("scorecard", error))?,
                score_centi: row.score_centi,
            })
        })
        .collect()
}
