//! A weighted figure with its parts: what went in, from where, what it scored, what is missing.

use super::Source;
use crate::code::coded;
use crate::missing::Missing;
use crate::stats;
use serde::{Deserialize, Serialize};

coded! {
    /// A part of a weighted figure.
    pub enum PartName {
        /// Spend, as a percentile.
        Spend = "spend",
        /// Business impact.
        BusinessImpact = "business_impact",
        /// How few other sources there are.
        Alternatives = "alternatives",
        /// What changing the supplier would cost.
        SwitchingCost = "switching_cost",
        /// How concentrated the supply market is.
        Market = "market",
        /// Residual risk of disruption.
        Disruption = "disruption",
        /// How long supply takes.
        LeadTime = "lead_time",
        /// Potential for innovation.
        Innovation = "innovation",
        /// How far we depend on them.
        Dependency = "dependency",
        /// How much of their revenue we are.
        RelativeValue = "relative_value",
        /// How our business with them grows.
        Growth = "growth",
        /// How punctually we pay.
        PaymentBehaviour = "payment_behaviour",
        /// Their margin, or how fair our prices are.
        Fairness = "fairness",
        /// How easy we are to work with.
        EaseOfBusiness = "ease_of_business",
        /// How well we fit their strategy.
        StrategicFit = "strategic_fit",
    }
}

coded! {
    /// A figure that goes into a part, with its unit.
    pub enum InputName {
        /// Trailing twelve months' spend, in minor units of the base currency.
        SpendMinor = "spend_minor",
        /// Percentile of the spend among all suppliers, 0 to 100.
        SpendPercentile = "spend_percentile",
        /// Rating, 1 to 5.
        BusinessImpact = "business_impact",
        /// Number of qualified sources for most of the volume within six months.
        Alternatives = "alternatives",
        /// One-off cost, in minor units of the base currency.
        SwitchingCostMinor = "switching_cost_minor",
        /// Concentration of the supply market, 0 to 1.
        MarketHhi = "market_hhi",
        /// Residual risk, 0 to 100.
        DisruptionRisk = "disruption_risk",
        /// Median actual lead time, in days.
        LeadTimeDays = "lead_time_days",
        /// Rating, 1 to 5.
        InnovationPotential = "innovation_potential",
        /// Our dependence, 0 to 100.
        Dependency = "dependency",
        /// Our spend / their revenue, a fraction.
        RelativeValue = "relative_value",
        /// A rating or measured score, 0 to 100.
        Score = "score",
    }
}

/// One figure that went into a part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Which figure, in its unit.
    pub name: InputName,
    /// The figure; `None` where it is missing.
    pub value: Option<f64>,
    /// Where it comes from.
    pub source: Source,
}

/// One part of a weighted figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which part.
    pub name: PartName,
    /// The raw figures behind it.
    pub inputs: Vec<Input>,
    /// Points, 0..=100; `None` where they are missing.
    pub points: Option<f64>,
    /// Weight in the policy, a fraction of one.
    pub weight: f64,
    /// Why there are no points.
    pub missing: Option<Missing>,
}

/// A weighted figure, 0..=100.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Composite {
    /// The weighted mean of the parts at hand; `None` where there are none.
    pub value: Option<f64>,
    /// Weight of the parts at hand / weight of all parts.
    pub coverage: f64,
    /// Every part, the missing ones too.
    pub parts: Vec<Part>,
}

impl Part {
    pub(super) fn new(
        name: PartName,
        weight: f64,
        inputs: Vec<Input>,
        points: Result<f64, Missing>,
    ) -> Self {
        Self {
            name,
            inputs,
            points: points.ok(),
            weight,
            missing: points.err(),
        }
    }
}

impl Composite {
    /// The weighted mean of the parts at hand: missing parts give their weight to the others. Source: handbook 00, 1.3.
    pub(super) fn of(parts: Vec<Part>) -> Self {
        let known = parts
            .iter()
            .filter_map(|part| part.points.map(|points| (part.weight, points)));
        let (weight, points) = known.fold((0.0, 0.0), |(sum, points), (w, p)| {
            (sum + w, points + w * p)
        });
        let total: f64 = parts.iter().map(|part| part.weight).sum();
        Self {
            value: (weight > 0.0).then(|| stats::round_off(points / weight).clamp(0.0, 100.0)),
            coverage: if total > 0.0 {
                (weight / total).min(1.0)
            } else {
                0.0
            },
            parts,
        }
    }

    /// The value where enough is known: at least `minimum` of the weight.
    pub fn at_coverage(&self, minimum: f64) -> Option<f64> {
        // Weights of 0.6 that were added up may stand a rounding error below 0.6.
        self.value.filter(|_| self.coverage >= minimum - 1e-9)
    }

    /// Points of the value that come from a part: they add up to the value. `None` where the part is missing.
    pub fn contribution(&self, part: &Part) -> Option<f64> {
        let weight: f64 = self
            .parts
            .iter()
            .filter(|part| part.points.is_some())
            .map(|part| part.weight)
            .sum();
        part.points
            .filter(|_| weight > 0.0)
            .map(|points| part.weight * points / weight)
    }
}
