//! How they see us, and what follows together with how we see them: supplier preferencing and the Dutch windmill.

use super::{Composite, Fact, InputName, Part, PartName, Policy, Quadrant};
use crate::code::coded;
use crate::missing::Missing;
use serde::{Deserialize, Serialize};

/// What makes us attractive, each 0..=100. A supplier's own answers are better than our guess: the source says which.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PreferencingFacts {
    /// Our spend with them, in minor units of the base currency.
    pub spend_minor: Fact<i64>,
    /// Their revenue in a year, in minor units of the base currency.
    pub supplier_revenue_minor: Fact<i64>,
    /// How our business grows.
    pub growth: Fact<f64>,
    /// 100 times the share of our invoices paid within terms.
    pub payment_behaviour: Fact<f64>,
    /// Margin or price fairness.
    pub fairness: Fact<f64>,
    /// Ease of doing business.
    pub ease_of_business: Fact<f64>,
    /// Strategic fit.
    pub strategic_fit: Fact<f64>,
}

coded! {
    /// How a supplier sees its customer. Source: Steele and Court 1996; handbook 1.7.
    pub enum PreferencingQuadrant {
        /// Little value, little attraction.
        Nuisance = "nuisance",
        /// Much value, little attraction.
        Exploitable = "exploitable",
        /// Little value, much attraction.
        Development = "development",
        /// Much value, much attraction.
        Core = "core",
    }
}

/// How a supplier sees us.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preferencing {
    /// Our share of their revenue, a fraction; `None` where it is unknown or cannot be.
    pub relative_value: Option<f64>,
    /// Why it is `None`: `parse_error` for more than all of their revenue (entity against group, or a currency).
    pub relative_value_missing: Option<Missing>,
    /// How attractive we are, 0..=100.
    pub attractiveness: Composite,
    /// The quadrant; `None` where nothing is known about our attractiveness.
    pub quadrant: Option<PreferencingQuadrant>,
    /// Our value to them is unknown and counted as low.
    pub half_known: bool,
}

/// Our share of a supplier's revenue. `denominator_zero` without revenue; `parse_error` above one or below zero: a data
/// error, such as an entity's revenue against a group's spend, or two currencies. Source: handbook 1.7.
pub fn relative_value(
    spend_minor: Result<i64, Missing>,
    revenue_minor: Result<i64, Missing>,
) -> Result<f64, Missing> {
    match (spend_minor?, revenue_minor?) {
        (_, 0) => Err(Missing::DenominatorZero),
        (spend, revenue) if revenue < 0 || spend < 0 || spend > revenue => Err(Missing::ParseError),
        (spend, revenue) => Ok(spend as f64 / revenue as f64),
    }
}

/// Places us in a supplier's eyes. Where their revenue is unknown, our value counts as low and the result is marked
/// `half_known`. Source: handbook 1.7.
pub fn preferencing(facts: &PreferencingFacts, policy: &Policy) -> Preferencing {
    let rules = &policy.preferencing;
    let part = |name: PartName, weight: f64, fact: &Fact<f64>| {
        let points = fact.value.and_then(|score| {
            if (0.0..=100.0).contains(&score) {
                Ok(score)
            } else {
                Err(Missing::ParseError)
            }
        });
        Part::new(
            name,
            weight,
            vec![fact.input(InputName::Score, |score| score)],
            points,
        )
    };
    let attractiveness = Composite::of(vec![
        part(PartName::Growth, rules.growth, &facts.growth),
        part(
            PartName::PaymentBehaviour,
            rules.payment_behaviour,
            &facts.payment_behaviour,
        ),
        part(PartName::Fairness, rules.fairness, &facts.fairness),
        part(
            PartName::EaseOfBusiness,
            rules.ease_of_business,
            &facts.ease_of_business,
        ),
        part(
            PartName::StrategicFit,
            rules.strategic_fit,
            &facts.strategic_fit,
        ),
    ]);
    let relative = relative_value(facts.spend_minor.value, facts.supplier_revenue_minor.value);
    let valuable = relative.is_ok_and(|share| share >= rules.relative_value_high);
    let quadrant =
        attractiveness.value.map(
            |value| match (value >= rules.attractiveness_high, valuable) {
                (true, true) => PreferencingQuadrant::Core,
                (true, false) => PreferencingQuadrant::Development,
                (false, true) => PreferencingQuadrant::Exploitable,
                (false, false) => PreferencingQuadrant::Nuisance,
            },
        );
    Preferencing {
        relative_value: relative.ok(),
        relative_value_missing: relative.err(),
        attractiveness,
        quadrant,
        half_known: relative.is_err(),
    }
}

/// One of the sixteen cells of the Dutch windmill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindmillCell {
    /// What to do, in a few words.
    pub advice: &'static str,
    /// Our dependence is high and their interest low: raise an alert.
    pub alert: bool,
}

/// The cell where how we see them meets how they see us. Source: van Weele; handbook 1.8.
pub const fn windmill(ours: Quadrant, theirs: PreferencingQuadrant) -> WindmillCell {
    use PreferencingQuadrant::{Core, Development, Exploitable, Nuisance};
    let (advice, alert) = match (ours, theirs) {
        (Quadrant::Strategic, Nuisance) => {
            ("mismatch: raise attractiveness or find a new source", true)
        }
        (Quadrant::Strategic, Exploitable) => ("danger: reduce lock-in, protect by contract", true),
        (Quadrant::Strategic, Development) => ("grow our share, joint roadmap", false),
        (Quadrant::Strategic, Core) => ("partnership, charter", false),
        (Quadrant::Leverage, Nuisance) => ("switch", false),
        (Quadrant::Leverage, Exploitable) => ("tender, use volume", false),
        (Quadrant::Leverage, Development) => ("tender with a growth offer", false),
        (Quadrant::Leverage, Core) => ("use goodwill, target price", false),
        (Quadrant::Bottleneck, Nuisance) => ("danger: redesign, buffer", true),
        (Quadrant::Bottleneck, Exploitable) => ("buffer, long contract", false),
        (Quadrant::Bottleneck, Development) => ("bundle volume, second source", false),
        (Quadrant::Bottleneck, Core) => ("keep warm, long contract", false),
        (Quadrant::Routine, Nuisance) => ("replace, automate", false),
        (Quadrant::Routine, Exploitable) => ("catalogue, cap prices", false),
        (Quadrant::Routine, Development | Core) => ("consolidate here", false),
    };
    WindmillCell { advice, alert }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segmentation::Source;

    fn example() -> PreferencingFacts {
        let rated = |score: f64| Fact::known(score, Source::Estimated);
        PreferencingFacts {
            spend_minor: Fact::known(120_000_000, Source::Computed),
            supplier_revenue_minor: Fact::known(4_000_000_000, Source::External),
            growth: rated(80.0),
            payment_behaviour: rated(60.0),
            fairness: rated(75.0),
            ease_of_business: rated(50.0),
            strategic_fit: rated(40.0),
        }
    }

    #[test]
    fn t1_5_preferencing() {
        let found = preferencing(&example(), &Policy::standard());
        assert_eq!(
            (found.relative_value, found.half_known),
            (Some(0.03), false)
        );
        assert!((found.attractiveness.value.unwrap() - 63.0).abs() < 1e-9);
        assert_eq!(found.quadrant, Some(PreferencingQuadrant::Development));
    }

    #[test]
    fn unknown_or_impossible_revenue_is_half_known() {
        let of = |revenue: Result<i64, Missing>| {
            let facts = PreferencingFacts {
                supplier_revenue_minor: Fact {
                    value: revenue,
                    source: Source::External,
                },
                ..example()
            };
            let found = preferencing(&facts, &Policy::standard());
            assert_eq!(found.quadrant, Some(PreferencingQuadrant::Development));
            (found.half_known, found.relative_value_missing)
        };
        assert_eq!(
            of(Err(Missing::NotReported)),
            (true, Some(Missing::NotReported))
        );
        assert_eq!(
            of(Ok(100_000_000)),
            (true, Some(Missing::ParseError)),
            "more than all of their revenue"
        );
        assert_eq!(of(Ok(0)), (true, Some(Missing::DenominatorZero)));
    }

    #[test]
    fn all_four_quadrants_are_reached_at_their_lines() {
        let of = |share: f64, score: f64| {
            let rated = Fact::known(score, Source::Asked);
            let spend_minor = Fact::known((share * 4_000_000_000.0) as i64, Source::Computed);
            let facts = PreferencingFacts {
                spend_minor,
                growth: rated,
                payment_behaviour: rated,
                fairness: rated,
                ease_of_business: rated,
                strategic_fit: rated,
                ..example()
            };
            preferencing(&facts, &Policy::standard()).quadrant.unwrap()
        };
        assert_eq!(of(0.05, 50.0), PreferencingQuadrant::Core);
        assert_eq!(of(0.05, 49.0), PreferencingQuadrant::Exploitable);
        assert_eq!(of(0.04, 50.0), PreferencingQuadrant::Development);
        assert_eq!(of(0.04, 49.0), PreferencingQuadrant::Nuisance);
    }

    #[test]
    fn the_windmill_has_sixteen_cells_and_three_alerts() {
        let alerts: Vec<(Quadrant, PreferencingQuadrant)> = Quadrant::ALL
            .iter()
            .flat_map(|ours| {
                PreferencingQuadrant::ALL
                    .iter()
                    .map(move |theirs| (*ours, *theirs))
            })
            .filter(|(ours, theirs)| windmill(*ours, *theirs).alert)
            .collect();
        assert_eq!(
            alerts,
            [
                (Quadrant::Strategic, PreferencingQuadrant::Nuisance),
                (Quadrant::Strategic, PreferencingQuadrant::Exploitable),
                (Quadrant::Bottleneck, PreferencingQuadrant::Nuisance),
            ]
        );
    }
}
