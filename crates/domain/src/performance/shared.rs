//! What a supplier sees of its own scorecards. These types hold no internal field and no other supplier's name: what is not
//! here cannot be shown in the portal.

use chrono::{DateTime, NaiveDate, Utc};
use keelson_methods::{
    interval::{Interval, Verdict},
    kpi::Unit,
    missing::Missing,
    period::Period,
    scoring::{Gate, Grade, Hold, Policy, Scorecard},
};
use sea_orm::ConnectionTrait;

use super::{
    lines::FigureRef,
    scorecard::{self, Card},
};
use crate::{Error, Result, ScorecardId, SupplierId};

/// A scorecard that was shared with its supplier.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedScorecard {
    pub id: ScorecardId,
    pub period: Period,
    /// What is known on this day counted.
    pub as_of: NaiveDate,
    pub shared_at: DateTime<Utc>,
    pub score: Option<f64>,
    pub grade: Option<Grade>,
    /// Share of the weight that has a value.
    pub coverage: f64,
    /// Some values stand on few observations.
    pub provisional: bool,
    /// Why the grade did not follow the score, where it did not.
    pub hold: Option<Hold>,
    /// What limits the grade whatever the score.
    pub limits: Vec<Limit>,
    pub lines: Vec<SharedLine>,
}

/// What limits a grade, as far as the supplier may know it from a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// A KPI of much weight, named, clearly misses its target and scores nothing.
    Kpi(String),
    /// A critical corrective action is past its date.
    ActionOverdue,
    /// An incident or a check of the buying company. Which one is told by a person, not by a page: a supplier must not learn
    /// from its scorecard that a sanctions list names it.
    Other,
}

/// One KPI of a shared scorecard.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedLine {
    pub kpi: String,
    pub name: String,
    pub unit: Unit,
    pub value: Option<f64>,
    pub interval: Option<Interval>,
    pub numerator: i64,
    pub denominator: i64,
    pub n: u64,
    /// The months counted: the scorecard's period, or the twelve months up to its end where there were too few observations.
    pub counted: Period,
    pub target: f64,
    pub threshold: f64,
    pub points: Option<f64>,
    /// Of 100.
    pub weight: f64,
    pub verdict: Option<Verdict>,
    pub missing: Option<Missing>,
    pub policy: Policy,
    pub provisional: bool,
    /// The definition's version the value was measured by, where it was.
    pub version: Option<i64>,
}

impl Limit {
    /// Each once, in the order in which the gates apply.
    fn all(card: &Scorecard, lines: &[SharedLine]) -> Vec<Self> {
        let mut limits = Vec::new();
        for gate in &card.gates {
            let limit = match (gate.gate, &gate.kpi) {
                (Gate::HeavyKpiMissed, Some(kpi)) => {
                    let line = lines.iter().find(|line| line.kpi == *kpi);
                    Self::Kpi(line.map_or_else(|| kpi.clone(), |line| line.name.clone()))
                }
                (Gate::CriticalActionOverdue, _) => Self::ActionOverdue,
                _ => Self::Other,
            };
            if !limits.contains(&limit) {
                limits.push(limit);
            }
        }
        limits
    }
}

impl SharedScorecard {
    fn of(card: Card) -> Option<Self> {
        let lines: Vec<SharedLine> = card
            .breakdown
            .lines()
            .map(|(basis, scored)| {
                let (counted, figure) = basis.counted(card.period);
                SharedLine {
                    kpi: basis.kpi.clone(),
                    name: basis
                        .definition
                        .as_ref()
                        .map_or_else(|| basis.kpi.clone(), |definition| definition.name.clone()),
                    unit: basis
                        .definition
                        .as_ref()
                        .map_or(Unit::Points, |definition| definition.unit),
                    value: scored.value,
                    interval: figure.interval,
                    numerator: figure.rate.numerator,
                    denominator: figure.rate.denominator,
                    n: figure.rate.n,
                    counted,
                    target: basis.target,
                    threshold: basis.threshold,
                    points: scored.points,
                    weight: scored.weight,
                    verdict: scored.verdict,
                    missing: scored.missing,
                    policy: scored.policy,
                    provisional: scored.provisional,
                    version: basis
                        .definition
                        .as_ref()
                        .map(|definition| definition.version),
                }
            })
            .collect();
        let judged = &card.breakdown.card;
        Some(Self {
            id: card.id,
            period: card.period,
            as_of: card.as_of,
            shared_at: card.shared_at?,
            score: judged.score,
            grade: judged.grade,
            coverage: judged.coverage,
            provisional: judged.provisional,
            hold: judged.hold,
            limits: Limit::all(judged, &lines),
            lines,
        })
    }

    /// Names the figure of a line, to open it to the supplier's own lines.
    pub fn figure(&self, supplier: SupplierId, line: &SharedLine) -> FigureRef {
        FigureRef {
            supplier,
            kpi: line.kpi.clone(),
            version: line.version,
            period: line.counted,
            as_of: self.as_of,
        }
    }
}

/// The scorecards shared with a supplier, newest period first; of a period judged more than once, the newest shared one.
pub async fn shared_with(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
    limit: u64,
) -> Result<Vec<SharedScorecard>> {
    let of = "WHERE supplier_id = $1 AND shared_at IS NOT NULL AND NOT EXISTS (\
                SELECT 1 FROM scorecards newer WHERE newer.supplier_id = scorecards.supplier_id \
                AND newer.period = scorecards.period AND newer.shared_at IS NOT NULL \
                AND newer.version > scorecards.version) \
              ORDER BY period DESC LIMIT $2";
    let cards = scorecard::select(db, of, [supplier.0.into(), (limit as i64).into()]).await?;
    Ok(cards.into_iter().filter_map(SharedScorecard::of).collect())
}

/// One scorecard shared with this supplier. Another supplier's, or one that is not shared, does not exist.
pub async fn shared(
    db: &impl ConnectionTrait,
    supplier: SupplierId,
    id: ScorecardId,
) -> Result<SharedScorecard> {
    let of = "WHERE id = $1 AND supplier_id = $2 AND shared_at IS NOT NULL";
    scorecard::select(db, of, [id.0.into(), supplier.0.into()])
        .await?
        .pop()
        .and_then(SharedScorecard::of)
        .ok_or(Error::NotFound("scorecard"))
}
