//! The scorecard: points per KPI, one score, its coverage, its grade, and why.

use super::grade::{AppliedGate, Grade, Hold, Incidents, apply_gates};
use super::{MissingPolicy, ScorecardTemplate, ScoringFunction, TemplateLine};
use crate::code::coded;
use crate::interval::{Interval, Verdict};
use crate::kpi::Direction;
use crate::missing::Missing;
use crate::stats;
use serde::{Deserialize, Serialize};

/// Below this share of weight with values there is no grade.
const MINIMUM_COVERAGE: f64 = 0.60;
/// A KPI of at least this share of the weight that fails outright caps the grade.
const HEAVY: f64 = 0.15;
/// What a neutral line scores.
const NEUTRAL: f64 = 50.0;
/// A carried-forward value is at most this many periods old.
const CARRY_PERIODS: u32 = 2;

/// What is known about one KPI of one supplier in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KpiValue {
    /// The value in the KPI's unit, or why there is none.
    pub value: Result<f64, Missing>,
    /// Its interval in the same unit, where there is one.
    pub interval: Option<Interval>,
    /// Whether it stands on fewer observations than its minimum n.
    pub provisional: bool,
    /// The last known value and how many periods ago it was.
    pub last: Option<(f64, u32)>,
}

impl KpiValue {
    /// A value on enough observations, without an interval.
    pub const fn known(value: f64) -> Self {
        Self {
            value: Ok(value),
            interval: None,
            provisional: false,
            last: None,
        }
    }

    /// No value, for this reason.
    pub const fn missing(reason: Missing) -> Self {
        Self {
            value: Err(reason),
            interval: None,
            provisional: false,
            last: None,
        }
    }
}

/// What a scorecard needs to know beside the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CardContext {
    /// The supplier is in its first two periods, so missing lines count neutral.
    pub new_supplier: bool,
    /// The raw grade (before gates) of the period before, for hysteresis.
    pub previous_grade: Option<Grade>,
    /// What happened outside the figures.
    pub incidents: Incidents,
}

coded! {
    /// Where the points of a line come from.
    pub enum Policy {
        /// From the value.
        Measured = "measured",
        /// From an older value, marked stale.
        CarriedForward = "carried_forward",
        /// No value; the other lines share the weight.
        Reweighted = "reweighted",
        /// No value; counts 50.
        Neutral = "neutral",
        /// No value, and the supplier owes it; counts 0.
        Penalised = "penalised",
    }
}

/// A scorecard with its breakdown. Immutable once stored; a recomputation is a new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scorecard {
    /// The score, 0..=100, by each line's own policy; `None` where nothing counts.
    pub score: Option<f64>,
    /// Share of the weight that has a value, 0..=1.
    pub coverage: f64,
    /// The score under each policy for all missing lines alike.
    pub totals: Totals,
    /// The grade before the gates; `None` below a coverage of 0.60.
    pub raw_grade: Option<Grade>,
    /// Why the raw grade did not follow the score, where it did not.
    pub hold: Option<Hold>,
    /// The grade after the gates; `None` without a raw grade, and for a blocked supplier.
    pub grade: Option<Grade>,
    /// A gate blocks the supplier.
    pub blocked: bool,
    /// Every gate that applied, in order.
    pub gates: Vec<AppliedGate>,
    /// A value below its minimum n takes part in the score.
    pub provisional: bool,
    /// The lines, in the template's order.
    pub lines: Vec<ScoredLine>,
}

/// The score under each policy for all missing lines alike, 0..=100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// The lines with values share the weight; `None` where there are none.
    pub reweight: Option<f64>,
    /// Missing lines count 50.
    pub neutral: f64,
    /// Missing lines count 0.
    pub penalise: f64,
    /// Weighted geometric mean of the lines with values, points below 1 counting 1: no line buys off another.
    pub geometric: Option<f64>,
}

/// One line of a scorecard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredLine {
    /// Id of the KPI.
    pub kpi: String,
    /// The value that counted, in the KPI's unit.
    pub value: Option<f64>,
    /// Points, 0..=100; `None` where the weight went to the other lines.
    pub points: Option<f64>,
    /// Weight in points of 100, from the template.
    pub weight: f64,
    /// Points of the score that come from this line; they add up to the score.
    pub contribution: Option<f64>,
    /// Why there is no value of this period.
    pub missing: Option<Missing>,
    /// Where the points come from.
    pub policy: Policy,
    /// What the interval says about the target.
    pub verdict: Option<Verdict>,
    /// The value stands on fewer observations than its minimum n.
    pub provisional: bool,
}

/// Scores a supplier for a period.
///
/// - `values` holds a value per KPI id; a KPI of the template that is not among them counts as `not_reported`.
/// - A missing line that does not apply to the supplier always gives its weight to the others. Otherwise, in this order:
///   a template line that carries forward takes a last value of at most two periods ago; not reporting what the supplier
///   owes scores 0; a new supplier's lines count 50; else the line's own policy decides.
/// - No grade below a coverage of 0.60 (carried values count as covered). A grade changes two points beyond the line only.
/// - Values below their minimum n lower no grade: a fall that the firm values alone do not support is held.
/// - Source: handbook 2.6 to 2.8, 2.11.
pub fn score_card(
    template: &ScorecardTemplate,
    values: &[(&str, KpiValue)],
    context: &CardContext,
) -> Scorecard {
    let mut lines: Vec<ScoredLine> = template
        .lines
        .iter()
        .map(|line| {
            let found = values
                .iter()
                .find(|(kpi, _)| *kpi == line.kpi)
                .map(|(_, value)| *value);
            score_line(
                line,
                found.unwrap_or(KpiValue::missing(Missing::NotReported)),
                context.new_supplier,
            )
        })
        .collect();
    let total_weight = template.total_weight();
    let sum = weigh(&lines, |line| line.points);
    let available = weigh(&lines, ScoredLine::measured_points);
    let score = sum.mean();
    for line in &mut lines {
        line.contribution = line.points.map(|points| points * line.weight / sum.weight);
    }
    let coverage = if total_weight > 0.0 {
        (available.weight / total_weight).min(1.0)
    } else {
        0.0
    };
    let (raw_grade, hold) = match score.filter(|_| coverage >= MINIMUM_COVERAGE) {
        Some(score) => grade(&lines, score, total_weight, context.previous_grade),
        None => (None, None),
    };
    let heavy = lines
        .iter()
        .filter(|line| line.fails_outright() && line.weight >= HEAVY * total_weight - 1e-9);
    let heavy = heavy.map(|line| line.kpi.clone()).collect();
    let (grade, blocked, gates) = apply_gates(raw_grade, context.incidents, heavy);
    Scorecard {
        score,
        coverage,
        totals: totals(&lines, available, total_weight),
        raw_grade,
        hold,
        grade,
        blocked,
        gates,
        provisional: lines
            .iter()
            .any(|line| line.provisional && line.measured_points().is_some()),
        lines,
    }
}

impl ScoredLine {
    /// The points where they come from a value, of this period or carried forward.
    fn measured_points(&self) -> Option<f64> {
        self.points
            .filter(|_| matches!(self.policy, Policy::Measured | Policy::CarriedForward))
    }

    /// Nothing scored, the target clearly missed, on enough observations.
    fn fails_outright(&self) -> bool {
        self.policy == Policy::Measured
            && self.points == Some(0.0)
            && self.verdict == Some(Verdict::Missed)
            && !self.provisional
    }
}

fn score_line(line: &TemplateLine, known: KpiValue, new_supplier: bool) -> ScoredLine {
    let points_of = |value: f64| line.function.points(value, line.target, line.threshold);
    let scored = ScoredLine {
        kpi: line.kpi.clone(),
        value: None,
        points: None,
        weight: line.weight,
        contribution: None,
        missing: None,
        policy: Policy::Measured,
        verdict: None,
        provisional: false,
    };
    let measured = known.value.and_then(|value| {
        points_of(value)
            .map(|points| (value, points))
            .ok_or(Missing::ParseError)
    });
    let reason = match measured {
        Ok((value, points)) => {
            let (direction, tolerance) = aim(line);
            let verdict = known
                .interval
                .map(|interval| interval.verdict(line.target, direction, tolerance));
            let provisional = known.provisional;
            return ScoredLine {
                value: Some(value),
                points: Some(points),
                verdict,
                provisional,
                ..scored
            };
        }
        Err(reason) => reason,
    };
    let scored = ScoredLine {
        missing: Some(reason),
        ..scored
    };
    let carried = known
        .last
        .filter(|(_, age)| line.missing == MissingPolicy::CarryForward && *age <= CARRY_PERIODS);
    if reason != Missing::NotApplicable
        && let Some((value, points)) =
            carried.and_then(|(value, _)| Some((value, points_of(value)?)))
    {
        return ScoredLine {
            value: Some(value),
            points: Some(points),
            policy: Policy::CarriedForward,
            ..scored
        };
    }
    let (policy, points) = match (reason, line.missing) {
        (Missing::NotApplicable, _) => (Policy::Reweighted, None),
        (Missing::NotReported, _) if line.supplier_owes => (Policy::Penalised, Some(0.0)),
        _ if new_supplier => (Policy::Neutral, Some(NEUTRAL)),
        (_, MissingPolicy::Reweight | MissingPolicy::CarryForward) => (Policy::Reweighted, None),
        (_, MissingPolicy::Neutral) => (Policy::Neutral, Some(NEUTRAL)),
        (_, MissingPolicy::Penalise) => (Policy::Penalised, Some(0.0)),
    };
    ScoredLine {
        points,
        policy,
        ..scored
    }
}

/// Which way the line's target is to be reached, and how closely.
fn aim(line: &TemplateLine) -> (Direction, f64) {
    match line.function {
        ScoringFunction::TwoSided { tolerance } => (Direction::Target, tolerance),
        _ if line.target > line.threshold => (Direction::Higher, 0.0),
        _ => (Direction::Lower, 0.0),
    }
}

#[derive(Debug, Clone, Copy)]
struct Weighed {
    points: f64,
    weight: f64,
}

impl Weighed {
    fn mean(self) -> Option<f64> {
        (self.weight > 0.0).then(|| stats::round_off(self.points / self.weight).clamp(0.0, 100.0))
    }
}

fn weigh(lines: &[ScoredLine], points: impl Fn(&ScoredLine) -> Option<f64>) -> Weighed {
    lines.iter().fold(
        Weighed {
            points: 0.0,
            weight: 0.0,
        },
        |sum, line| match points(line) {
            Some(points) => Weighed {
                points: sum.points + line.weight * points,
                weight: sum.weight + line.weight,
            },
            None => sum,
        },
    )
}

fn totals(lines: &[ScoredLine], available: Weighed, total_weight: f64) -> Totals {
    let absent = (total_weight - available.weight).max(0.0);
    let over_all = |points: f64| {
        if total_weight > 0.0 {
            (points / total_weight).clamp(0.0, 100.0)
        } else {
            0.0
        }
    };
    let logs = weigh(lines, |line| {
        line.measured_points().map(|points| points.max(1.0).ln())
    });
    Totals {
        reweight: available.mean(),
        neutral: over_all(available.points + NEUTRAL * absent),
        penalise: over_all(available.points),
        geometric: (logs.weight > 0.0).then(|| (logs.points / logs.weight).exp().clamp(0.0, 100.0)),
    }
}

/// The raw grade, and why it did not follow the score where it did not.
fn grade(
    lines: &[ScoredLine],
    score: f64,
    total_weight: f64,
    previous: Option<Grade>,
) -> (Option<Grade>, Option<Hold>) {
    let by_score = Grade::after(previous, score);
    if let Some(before) = previous
        && by_score > before
    {
        let firm = weigh(lines, |line| line.points.filter(|_| !line.provisional));
        let enough = firm.weight >= MINIMUM_COVERAGE * total_weight;
        let supported = firm
            .mean()
            .filter(|_| enough)
            .map_or(before, |score| Grade::after(previous, score));
        let held = by_score.min(supported.max(before));
        if held != by_score {
            return (Some(held), Some(Hold::ProvisionalValues));
        }
    }
    let hold = (by_score != Grade::of(score)).then_some(Hold::Hysteresis);
    (Some(by_score), hold)
}

#[cfg(test)]
mod tests;
