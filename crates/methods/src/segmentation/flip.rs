//! What would have to change: the single change of one figure that moves a supplier to another quadrant.

use super::hysteresis::{Axis, AxisState, Standing};
use super::{
    Anchors, Assessment, Composite, InputName, Part, PartName, Policy, Quadrant, SupplierFacts,
};
use crate::code::coded;
use serde::{Deserialize, Serialize};

coded! {
    /// On which side of a needed figure the change happens.
    pub enum Bound {
        /// The figure or more.
        AtLeast = "at_least",
        /// The figure or less.
        AtMost = "at_most",
        /// Less than the figure.
        Below = "below",
    }
}

/// What would move a supplier across the line of one axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flip {
    /// The axis to cross.
    pub axis: Axis,
    /// The axis now, 0..=100.
    pub value: f64,
    /// The line to cross: the plain one for a new supplier, else beyond the band.
    pub line: f64,
    /// Points from the value to the line.
    pub distance: f64,
    /// Periods in a row for which the value must be beyond the line.
    pub periods: u32,
    /// Where it would move.
    pub moves_to: Quadrant,
    /// The single changes that do it, in the order of the parts; empty where no single change can.
    pub points: Vec<FlipPoint>,
}

/// One change that is enough by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlipPoint {
    /// The part that changes.
    pub part: PartName,
    /// Its points now; `None` where it is missing.
    pub points_now: Option<f64>,
    /// The points at the boundary.
    pub points_needed: f64,
    /// The figure behind the part, in its unit.
    pub input: InputName,
    /// The figure now.
    pub input_now: Option<f64>,
    /// The figure at the boundary.
    pub input_needed: f64,
    /// On which side of it the supplier moves.
    pub bound: Bound,
}

/// For each axis that is known, what single change would move the supplier to the neighbouring quadrant.
///
/// `previous` is the standing before the period: with it the line lies beyond the band of the hysteresis. Empty while the
/// supplier is unclassified. The answer is data; the page writes the sentence. Source: handbook 1.3 and 1.5.
pub fn flip_points(
    facts: &SupplierFacts,
    assessment: &Assessment,
    previous: Option<&Standing>,
    policy: &Policy,
) -> Vec<Flip> {
    let standing = &assessment.standing;
    let (Some(impact), Some(risk)) = (standing.profit_impact, standing.supply_risk) else {
        return Vec::new();
    };
    if standing.quadrant.is_none() {
        return Vec::new();
    }
    let matrix = &policy.matrix;
    let known_impact = previous.and_then(|previous| previous.profit_impact);
    let known_risk = previous.and_then(|previous| previous.supply_risk);
    let axes = [
        (
            Axis::ProfitImpact,
            &assessment.profit_impact,
            impact,
            known_impact,
            matrix.profit_impact_cut,
        ),
        (
            Axis::SupplyRisk,
            &assessment.supply_risk,
            risk,
            known_risk,
            matrix.supply_risk_cut,
        ),
    ];
    let flip = |(axis, composite, state, before, cut): (
        Axis,
        &Composite,
        AxisState,
        Option<AxisState>,
        f64,
    )| {
        let value = composite.at_coverage(matrix.minimum_coverage)?;
        let band = if before.is_some() {
            policy.stability.band
        } else {
            0.0
        };
        let line = if state.high { cut - band } else { cut + band };
        let moves_to = match axis {
            Axis::ProfitImpact => Quadrant::of(!impact.high, risk.high),
            Axis::SupplyRisk => Quadrant::of(impact.high, !risk.high),
        };
        let points = composite.parts.iter();
        let points = points.filter_map(|part| {
            flip_point(
                part,
                composite,
                value,
                line,
                state.high,
                facts,
                &policy.anchors,
            )
        });
        Some(Flip {
            axis,
            value,
            line,
            distance: (value - line).abs(),
            periods: if before.is_some() {
                policy.stability.periods
            } else {
                1
            },
            moves_to,
            points: points.collect(),
        })
    };
    axes.into_iter().filter_map(flip).collect()
}

/// The points one part needs to bring the axis to the line, and the figure behind them; `None` where the part cannot.
fn flip_point(
    part: &Part,
    composite: &Composite,
    value: f64,
    line: f64,
    high: bool,
    facts: &SupplierFacts,
    anchors: &Anchors,
) -> Option<FlipPoint> {
    if part.weight <= 0.0 {
        return None;
    }
    let known: f64 = composite
        .parts
        .iter()
        .filter(|part| part.points.is_some())
        .map(|part| part.weight)
        .sum();
    let points_needed = match part.points {
        Some(points) => points + (line - value) * known / part.weight,
        // A missing part, once known, joins with its own weight.
        None => (line * (known + part.weight) - known * value) / part.weight,
    };
    // Down means below the line, so nought points must still leave room; up means reaching it.
    let already = part.points.is_some_and(|points| {
        if high {
            points < points_needed
        } else {
            points >= points_needed
        }
    });
    let possible = if high {
        points_needed > 1e-9
    } else {
        points_needed <= 100.0
    };
    if already || !possible {
        return None;
    }
    let points_needed = points_needed.clamp(0.0, 100.0);
    let (input, input_needed, bound) = figure(part.name, points_needed, high, facts, anchors)?;
    let input_now = part
        .inputs
        .iter()
        .find(|known| known.name == input)
        .and_then(|known| known.value);
    Some(FlipPoint {
        part: part.name,
        points_now: part.points,
        points_needed,
        input,
        input_now,
        input_needed,
        bound,
    })
}

/// The figure that gives a part so many points. `high` means the axis is high now and must come down.
fn figure(
    name: PartName,
    points: f64,
    high: bool,
    facts: &SupplierFacts,
    anchors: &Anchors,
) -> Option<(InputName, f64, Bound)> {
    let bound = if high { Bound::Below } else { Bound::AtLeast };
    let between = |low: f64, high: f64| low + points / 100.0 * (high - low);
    Some(match name {
        PartName::Spend => (InputName::SpendPercentile, points, bound),
        PartName::Disruption => (InputName::DisruptionRisk, points, bound),
        PartName::Market => (
            InputName::MarketHhi,
            between(anchors.market_hhi_low, anchors.market_hhi_high),
            bound,
        ),
        PartName::LeadTime => (
            InputName::LeadTimeDays,
            between(anchors.lead_time_low, anchors.lead_time_high),
            bound,
        ),
        PartName::BusinessImpact => {
            // Ratings are whole: the next one that is enough.
            let rating = (between(1.0, 5.0) - 1e-9).ceil();
            if high {
                (
                    InputName::BusinessImpact,
                    Some(rating - 1.0).filter(|rating| *rating >= 1.0)?,
                    Bound::AtMost,
                )
            } else {
                (InputName::BusinessImpact, rating, bound)
            }
        }
        PartName::Alternatives => {
            let enough = |count: &usize| {
                if high {
                    anchors.alternatives[*count] < points - 1e-9
                } else {
                    anchors.alternatives[*count] >= points - 1e-9
                }
            };
            // More sources lower the risk: the fewest that are enough, or the most that still are.
            if high {
                (
                    InputName::Alternatives,
                    (0..4).find(enough)? as f64,
                    Bound::AtLeast,
                )
            } else {
                (
                    InputName::Alternatives,
                    (0..4).rev().find(enough)? as f64,
                    Bound::AtMost,
                )
            }
        }
        PartName::SwitchingCost => {
            let spend = facts.spend_minor.value.ok().filter(|spend| *spend > 0)? as f64;
            let cost = points / 100.0 * spend;
            (
                InputName::SwitchingCostMinor,
                if high { cost } else { cost.ceil() },
                bound,
            )
        }
        _ => return None,
    })
}
