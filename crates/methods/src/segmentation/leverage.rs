//! Who holds how much power in a negotiation.

use super::{Composite, Fact, InputName, LeverageRules, Part, PartName, Policy};
use crate::code::coded;
use crate::missing::Missing;
use crate::stats;
use serde::{Deserialize, Serialize};

/// What our position rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LeverageFacts {
    /// Our spend / their revenue, a fraction: their revenue from us gives us power.
    pub relative_value: Fact<f64>,
    /// Qualified alternative sources.
    pub alternatives: Fact<u32>,
    /// Concentration of the supply market, 0..=1.
    pub market_hhi: Fact<f64>,
    /// One-off cost of changing, in minor units.
    pub switching_cost_minor: Fact<i64>,
    /// Annual spend, in minor units.
    pub spend_minor: Fact<i64>,
}

coded! {
    /// Our position.
    pub enum LeverageBand {
        /// From 60 points.
        Strong = "strong",
        /// Between.
        Balanced = "balanced",
        /// Below 40 points.
        Weak = "weak",
    }
}

/// The leverage index with its four parts, which are always shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leverage {
    /// The index, 0..=100.
    pub index: Composite,
    /// The band; at best balanced while a part is missing, `None` where all are.
    pub band: Option<LeverageBand>,
}

/// The leverage index: what our share of their revenue, alternatives, an open market and low switching cost give us.
///
/// A missing part gives its weight to the others and caps the band at balanced. Source: handbook 1.9.
pub fn leverage_index(facts: &LeverageFacts, policy: &Policy) -> Leverage {
    let rules = &policy.leverage;
    let relative_value = facts.relative_value.value.and_then(|share| {
        if (0.0..=1.0).contains(&share) {
            Ok(100.0 * (share / rules.relative_value_full).min(1.0))
        } else {
            Err(Missing::ParseError)
        }
    });
    let alternatives = facts
        .alternatives
        .value
        .map(|count| 100.0 * (f64::from(count) / rules.alternatives_full).min(1.0));
    let market = facts.market_hhi.value.and_then(|hhi| {
        let anchors = &policy.anchors;
        let closed = stats::anchored(hhi, anchors.market_hhi_low, anchors.market_hhi_high);
        closed
            .filter(|_| (0.0..=1.0).contains(&hhi))
            .map(|closed| 100.0 - closed)
            .ok_or(Missing::ParseError)
    });
    let money = |fact: &Fact<i64>, name: InputName| fact.input(name, |minor| minor as f64);
    let index = Composite::of(vec![
        Part::new(
            PartName::RelativeValue,
            rules.relative_value,
            vec![
                facts
                    .relative_value
                    .input(InputName::RelativeValue, |share| share),
            ],
            relative_value,
        ),
        Part::new(
            PartName::Alternatives,
            rules.alternatives,
            vec![facts.alternatives.input(InputName::Alternatives, f64::from)],
            alternatives,
        ),
        Part::new(
            PartName::Market,
            rules.market,
            vec![facts.market_hhi.input(InputName::MarketHhi, |hhi| hhi)],
            market,
        ),
        Part::new(
            PartName::SwitchingCost,
            rules.switching_cost,
            vec![
                money(&facts.switching_cost_minor, InputName::SwitchingCostMinor),
                money(&facts.spend_minor, InputName::SpendMinor),
            ],
            ease_of_switching(facts.switching_cost_minor.value, facts.spend_minor.value),
        ),
    ]);
    Leverage {
        band: band(&index, rules),
        index,
    }
}

/// `1 - min(cost / spend, 1)` in points; without spend 0.
fn ease_of_switching(
    cost: Result<i64, Missing>,
    spend: Result<i64, Missing>,
) -> Result<f64, Missing> {
    match (cost?, spend?) {
        (cost, _) if cost < 0 => Err(Missing::ParseError),
        (_, spend) if spend <= 0 => Ok(0.0),
        (cost, spend) => Ok(100.0 * (1.0 - (cost as f64 / spend as f64).min(1.0))),
    }
}

fn band(index: &Composite, rules: &LeverageRules) -> Option<LeverageBand> {
    let complete = index.parts.iter().all(|part| part.points.is_some());
    Some(match index.value? {
        value if value < rules.weak => LeverageBand::Weak,
        value if value >= rules.strong && complete => LeverageBand::Strong,
        _ => LeverageBand::Balanced,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segmentation::Source;
    use proptest::prelude::*;

    fn example() -> LeverageFacts {
        let computed = Source::Computed;
        LeverageFacts {
            relative_value: Fact::known(0.03, computed),
            alternatives: Fact::known(2, computed),
            market_hhi: Fact::known(0.30, computed),
            switching_cost_minor: Fact::known(24_000_000, computed),
            spend_minor: Fact::known(120_000_000, computed),
        }
    }

    fn index(facts: &LeverageFacts) -> Leverage {
        leverage_index(facts, &Policy::standard())
    }

    #[test]
    fn t1_6_leverage_index() {
        let found = index(&example());
        let points: Vec<f64> = found
            .index
            .parts
            .iter()
            .filter_map(|part| part.points)
            .collect();
        for (points, expected) in points.iter().zip([15.0, 66.6667, 33.3333, 80.0]) {
            assert!((points - expected).abs() < 1e-4);
        }
        assert!((found.index.value.unwrap() - 47.1667).abs() < 1e-4);
        assert_eq!(found.band, Some(LeverageBand::Balanced));
    }

    #[test]
    fn a_missing_part_caps_the_band_at_balanced() {
        let strong = LeverageFacts {
            relative_value: Fact::known(0.5, Source::Computed),
            alternatives: Fact::known(4, Source::Computed),
            ..example()
        };
        assert_eq!(index(&strong).band, Some(LeverageBand::Strong));
        let unsure = LeverageFacts {
            market_hhi: Fact::missing(Missing::NotReported, Source::External),
            ..strong
        };
        assert_eq!(index(&unsure).band, Some(LeverageBand::Balanced));
        let weak = LeverageFacts {
            alternatives: Fact::known(0, Source::Computed),
            ..example()
        };
        assert_eq!(index(&weak).band, Some(LeverageBand::Weak));
    }

    #[test]
    fn without_spend_switching_gives_no_power() {
        let found = index(&LeverageFacts {
            spend_minor: Fact::known(0, Source::Computed),
            ..example()
        });
        assert_eq!(found.index.parts[3].points, Some(0.0));
    }

    proptest! {
        #[test]
        fn the_index_stays_inside_and_grows_with_alternatives(share in 0.0..=1.0f64, count in 0u32..6, hhi in 0.0..=1.0f64) {
            let facts = |count| LeverageFacts {
                relative_value: Fact::known(share, Source::Computed),
                alternatives: Fact::known(count, Source::Computed),
                market_hhi: Fact::known(hhi, Source::Computed),
                ..example()
            };
            let (few, more) = (index(&facts(count)).index.value.unwrap(), index(&facts(count + 1)).index.value.unwrap());
            prop_assert!((0.0..=100.0).contains(&few) && few <= more);
        }
    }
}
