//! Placing one supplier: both axes, the quadrant, the tier and the tier score, with the breakdown of each.

use super::hysteresis::{Standing, decide};
use super::{Composite, InputName, Part, PartName, Policy, Quadrant, SupplierFacts, Tier};
use crate::missing::Missing;
use crate::stats;
use serde::{Deserialize, Serialize};

/// Where a supplier stands and why, complete enough to explain itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// The profit-impact axis.
    pub profit_impact: Composite,
    /// The supply-risk axis.
    pub supply_risk: Composite,
    /// The quadrant of the plain lines, without hysteresis and items; `None` while too little is known.
    pub plain_quadrant: Option<Quadrant>,
    /// Quadrant and tier after hysteresis; the next period starts from it.
    pub standing: Standing,
    /// Ranks inside a tier and allocates effort; it decides no tier.
    pub tier_score: Composite,
    /// A leverage or bottleneck supplier with much potential for innovation: look again, never promote by itself.
    pub strategic_candidate: bool,
    /// Too little is known: queue it for review.
    pub needs_review: bool,
}

/// Places one supplier for a period, from its facts and its standing of the period before.
///
/// `rolled_up` is the quadrant of its items where there is item data ([`super::roll_up`]); `bypass` skips hysteresis (an
/// override, a sanctions hit, insolvency). Pure: the same input gives the same result, for ever. Source: handbook 1.3 to
/// 1.5.
pub fn assess(
    facts: &SupplierFacts,
    policy: &Policy,
    previous: Option<&Standing>,
    rolled_up: Option<Quadrant>,
    bypass: bool,
) -> Assessment {
    let profit_impact = profit_impact(facts, policy);
    let supply_risk = supply_risk(facts, policy);
    let minimum = policy.matrix.minimum_coverage;
    let (impact, risk) = (
        profit_impact.at_coverage(minimum),
        supply_risk.at_coverage(minimum),
    );
    let standing = decide(previous, impact, risk, rolled_up, policy, bypass);
    let plain_quadrant = impact.zip(risk).map(|(impact, risk)| {
        Quadrant::of(
            impact >= policy.matrix.profit_impact_cut,
            risk >= policy.matrix.supply_risk_cut,
        )
    });
    let innovation = facts
        .innovation_potential
        .value
        .ok()
        .and_then(stats::rating_score);
    let innovative = innovation.is_some_and(|score| score >= policy.matrix.candidate_innovation);
    Assessment {
        profit_impact,
        supply_risk,
        plain_quadrant,
        standing,
        tier_score: tier_score(facts, policy),
        strategic_candidate: innovative
            && matches!(standing.tier, Tier::Leverage | Tier::Bottleneck),
        needs_review: standing.tier == Tier::Unclassified,
    }
}

/// The profit-impact axis, 0..=100: spend percentile and business impact. Source: handbook 1.3.
pub fn profit_impact(facts: &SupplierFacts, policy: &Policy) -> Composite {
    let weights = &policy.profit_impact;
    Composite::of(vec![
        spend(facts, weights.spend),
        business_impact(facts, weights.business_impact),
    ])
}

/// The supply-risk axis, 0..=100: alternatives, switching cost, market, disruption, lead time. Source: handbook 1.3.
pub fn supply_risk(facts: &SupplierFacts, policy: &Policy) -> Composite {
    let (weights, anchors) = (&policy.supply_risk, &policy.anchors);
    let alternatives = facts
        .alternatives
        .value
        .map(|count| anchors.alternatives[count.min(3) as usize]);
    let market = facts.market_hhi.value.and_then(|hhi| {
        let inside = (0.0..=1.0).contains(&hhi);
        stats::anchored(hhi, anchors.market_hhi_low, anchors.market_hhi_high)
            .filter(|_| inside)
            .ok_or(Missing::ParseError)
    });
    let lead_time = facts.lead_time_days.value.and_then(|days| {
        stats::anchored(days, anchors.lead_time_low, anchors.lead_time_high)
            .filter(|_| days >= 0.0)
            .ok_or(Missing::ParseError)
    });
    Composite::of(vec![
        Part::new(
            PartName::Alternatives,
            weights.alternatives,
            vec![facts.alternatives.input(InputName::Alternatives, f64::from)],
            alternatives,
        ),
        Part::new(
            PartName::SwitchingCost,
            weights.switching_cost,
            vec![
                facts
                    .switching_cost_minor
                    .input(InputName::SwitchingCostMinor, |minor| minor as f64),
                facts
                    .spend_minor
                    .input(InputName::SpendMinor, |minor| minor as f64),
            ],
            switching_points(facts.switching_cost_minor.value, facts.spend_minor.value),
        ),
        Part::new(
            PartName::Market,
            weights.market,
            vec![facts.market_hhi.input(InputName::MarketHhi, |hhi| hhi)],
            market,
        ),
        disruption(facts, weights.disruption),
        Part::new(
            PartName::LeadTime,
            weights.lead_time,
            vec![
                facts
                    .lead_time_days
                    .input(InputName::LeadTimeDays, |days| days),
            ],
            lead_time,
        ),
    ])
}

/// The tier score, 0..=100: ranks suppliers inside a tier. Source: handbook 1.4.
pub fn tier_score(facts: &SupplierFacts, policy: &Policy) -> Composite {
    let weights = &policy.tier_score;
    let innovation = facts
        .innovation_potential
        .value
        .and_then(|rating| stats::rating_score(rating).ok_or(Missing::ParseError));
    Composite::of(vec![
        spend(facts, weights.spend),
        business_impact(facts, weights.impact),
        disruption(facts, weights.risk),
        Part::new(
            PartName::Innovation,
            weights.innovation,
            vec![
                facts
                    .innovation_potential
                    .input(InputName::InnovationPotential, |rating| rating),
            ],
            innovation,
        ),
        Part::new(
            PartName::Dependency,
            weights.dependency,
            vec![
                facts
                    .dependency
                    .input(InputName::Dependency, |points| points),
            ],
            facts.dependency.value.and_then(points),
        ),
    ])
}

fn spend(facts: &SupplierFacts, weight: f64) -> Part {
    let inputs = vec![
        facts
            .spend_score
            .input(InputName::SpendPercentile, |percentile| percentile),
        facts
            .spend_minor
            .input(InputName::SpendMinor, |minor| minor as f64),
    ];
    Part::new(
        PartName::Spend,
        weight,
        inputs,
        facts.spend_score.value.and_then(points),
    )
}

fn business_impact(facts: &SupplierFacts, weight: f64) -> Part {
    let inputs = vec![
        facts
            .business_impact
            .input(InputName::BusinessImpact, |rating| rating),
    ];
    let score = facts
        .business_impact
        .value
        .and_then(|rating| stats::rating_score(rating).ok_or(Missing::ParseError));
    Part::new(PartName::BusinessImpact, weight, inputs, score)
}

fn disruption(facts: &SupplierFacts, weight: f64) -> Part {
    let inputs = vec![
        facts
            .disruption_risk
            .input(InputName::DisruptionRisk, |points| points),
    ];
    Part::new(
        PartName::Disruption,
        weight,
        inputs,
        facts.disruption_risk.value.and_then(points),
    )
}

/// `100 * clamp(cost / spend, 0, 1)`; without spend 100 where changing costs anything, else 0.
fn switching_points(
    cost: Result<i64, Missing>,
    spend: Result<i64, Missing>,
) -> Result<f64, Missing> {
    match (cost?, spend?) {
        (cost, _) if cost < 0 => Err(Missing::ParseError),
        (cost, spend) if spend <= 0 => Ok(if cost > 0 { 100.0 } else { 0.0 }),
        (cost, spend) => Ok(100.0 * (cost as f64 / spend as f64).min(1.0)),
    }
}

/// A figure that is points already.
fn points(value: f64) -> Result<f64, Missing> {
    if (0.0..=100.0).contains(&value) {
        Ok(value)
    } else {
        Err(Missing::ParseError)
    }
}

#[cfg(test)]
mod tests;
