//! What keeps a supplier from changing its tier every time a figure wobbles.

use super::{Policy, Quadrant, Stability, Tier};
use crate::code::coded;
use serde::{Deserialize, Serialize};

coded! {
    /// An axis of the matrix.
    pub enum Axis {
        /// Profit impact.
        ProfitImpact = "profit_impact",
        /// Supply risk.
        SupplyRisk = "supply_risk",
    }
}

/// Where an axis stands after a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AxisState {
    /// The axis is high.
    pub high: bool,
    /// Consecutive periods, this one included, in which the value was beyond the line on the other side.
    pub beyond: u32,
}

coded! {
    /// Why a supplier is not in the quadrant its figures alone would give.
    pub enum TierHold {
        /// An axis is beyond its line, but not far or not long enough.
        Hysteresis = "hysteresis",
        /// The last tier change is too recent.
        TooSoon = "too_soon",
    }
}

/// Where a supplier stands after a period: what is stored, and what the next period starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The profit-impact axis; `None` while it was never known.
    pub profit_impact: Option<AxisState>,
    /// The supply-risk axis; `None` while it was never known.
    pub supply_risk: Option<AxisState>,
    /// The quadrant of this period; `None` while unclassified.
    pub quadrant: Option<Quadrant>,
    /// The tier of this period.
    pub tier: Tier,
    /// The last quadrant the supplier was in, kept while too little is known.
    pub settled: Option<Quadrant>,
    /// Periods since the last tier change; `None` where there never was one.
    pub periods_since_change: Option<u32>,
    /// Why the quadrant is not the one of the figures alone, where it is not.
    pub hold: Option<TierHold>,
}

/// Where an axis stands after one more value.
///
/// A low axis becomes high at `cut + band` or more, a high one low below `cut - band`, after so many consecutive periods
/// beyond the line. The first value is placed by the plain line. A missing value changes nothing and breaks the run.
/// Source: handbook 1.5.
pub fn axis_state(
    previous: Option<AxisState>,
    value: Option<f64>,
    cut: f64,
    stability: &Stability,
) -> Option<AxisState> {
    let Some(value) = value else {
        return previous.map(|state| AxisState { beyond: 0, ..state });
    };
    let Some(state) = previous else {
        return Some(AxisState {
            high: value >= cut,
            beyond: 0,
        });
    };
    let is_beyond = if state.high {
        value < cut - stability.band
    } else {
        value >= cut + stability.band
    };
    let beyond = if is_beyond {
        state.beyond.saturating_add(1)
    } else {
        0
    };
    Some(if beyond >= stability.periods {
        AxisState {
            high: !state.high,
            beyond: 0,
        }
    } else {
        AxisState { beyond, ..state }
    })
}

/// Decides where a supplier stands after a period.
///
/// - `profit_impact` and `supply_risk` are the axes where enough is known; with an axis missing the supplier is
///   unclassified, its earlier standing is kept, and it returns to it without counting as a change.
/// - `rolled_up` is the quadrant of the supplier's items where there is item data; it then takes the place of the axes.
/// - `bypass` (an override, a sanctions hit, insolvency) places by the plain lines at once.
/// - Source: handbook 1.3 and 1.5.
pub fn decide(
    previous: Option<&Standing>,
    profit_impact: Option<f64>,
    supply_risk: Option<f64>,
    rolled_up: Option<Quadrant>,
    policy: &Policy,
    bypass: bool,
) -> Standing {
    let (matrix, stability) = (&policy.matrix, &policy.stability);
    let before = previous.filter(|_| !bypass);
    let impact = axis_state(
        before.and_then(|p| p.profit_impact),
        profit_impact,
        matrix.profit_impact_cut,
        stability,
    );
    let risk = axis_state(
        before.and_then(|p| p.supply_risk),
        supply_risk,
        matrix.supply_risk_cut,
        stability,
    );
    let known = profit_impact.zip(supply_risk);
    let plain = known.map(|(impact, risk)| {
        Quadrant::of(
            impact >= matrix.profit_impact_cut,
            risk >= matrix.supply_risk_cut,
        )
    });
    let by_axes = known
        .and(impact.zip(risk))
        .map(|(impact, risk)| Quadrant::of(impact.high, risk.high));
    let candidate = rolled_up.or(by_axes);

    let settled = previous.and_then(|previous| previous.settled);
    let since = previous.and_then(|previous| previous.periods_since_change);
    let one_more = since.map(|periods| periods.saturating_add(1));
    let standing = Standing {
        profit_impact: impact,
        supply_risk: risk,
        quadrant: candidate,
        tier: candidate.map_or(Tier::Unclassified, Quadrant::tier),
        settled: candidate.or(settled),
        periods_since_change: one_more,
        hold: None,
    };
    let (Some(candidate), Some(settled)) = (candidate, settled) else {
        return standing;
    };
    if candidate == settled {
        let held = rolled_up.is_none() && plain.is_some_and(|plain| plain != candidate);
        return Standing {
            hold: held.then_some(TierHold::Hysteresis),
            ..standing
        };
    }
    if bypass || one_more.is_none_or(|periods| periods >= stability.periods_between_changes) {
        return Standing {
            periods_since_change: Some(0),
            ..standing
        };
    }
    Standing {
        quadrant: Some(settled),
        tier: settled.tier(),
        settled: Some(settled),
        hold: Some(TierHold::TooSoon),
        ..standing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn walk(start_high: bool, values: &[Option<f64>]) -> Vec<bool> {
        let mut state = Some(AxisState {
            high: start_high,
            beyond: 0,
        });
        let step = |value: &Option<f64>| {
            state = axis_state(state, *value, 50.0, &Stability::default());
            state.unwrap().high
        };
        values.iter().map(step).collect()
    }

    /// Places a supplier period by period.
    fn journey(axes: &[(Option<f64>, Option<f64>)]) -> Vec<Standing> {
        let policy = Policy::standard();
        let mut standings: Vec<Standing> = Vec::new();
        for (impact, risk) in axes {
            standings.push(decide(
                standings.last(),
                *impact,
                *risk,
                None,
                &policy,
                false,
            ));
        }
        standings
    }

    #[test]
    fn t1_4_an_axis_changes_after_two_periods_beyond_its_line() {
        let values = [48.0, 52.0, 56.0, 57.0, 49.0, 44.0, 43.0].map(Some);
        assert_eq!(
            walk(false, &values),
            [false, false, false, true, true, true, false]
        );
    }

    #[test]
    fn a_new_supplier_is_placed_by_the_plain_line() {
        let placed = |value| {
            axis_state(None, Some(value), 50.0, &Stability::default())
                .unwrap()
                .high
        };
        assert_eq!([placed(50.0), placed(49.9)], [true, false]);
        assert_eq!(axis_state(None, None, 50.0, &Stability::default()), None);
    }

    #[test]
    fn a_missing_period_keeps_the_level_and_breaks_the_run() {
        assert_eq!(
            walk(false, &[Some(60.0), None, Some(60.0), Some(60.0)]),
            [false, false, false, true]
        );
    }

    #[test]
    fn a_tier_changes_at_most_once_in_two_periods() {
        // Both axes rise one period apart: the second change waits one period.
        let high = Some(80.0);
        let low = Some(20.0);
        let seen = journey(&[
            (low, low),
            (high, low),
            (high, high),
            (high, high),
            (high, high),
        ]);
        let tiers: Vec<Tier> = seen.iter().map(|standing| standing.tier).collect();
        assert_eq!(
            tiers,
            [
                Tier::Transactional,
                Tier::Transactional,
                Tier::Leverage,
                Tier::Leverage,
                Tier::Strategic
            ]
        );
        assert_eq!(seen[1].hold, Some(TierHold::Hysteresis));
        assert_eq!(seen[3].hold, Some(TierHold::TooSoon));
        assert_eq!(
            (seen[4].hold, seen[4].periods_since_change),
            (None, Some(0))
        );
    }

    #[test]
    fn too_little_data_is_unclassified_for_as_long_as_it_lasts() {
        let (high, low) = (Some(80.0), Some(20.0));
        let seen = journey(&[(high, high), (high, None), (high, high), (low, low)]);
        let tiers: Vec<Tier> = seen.iter().map(|standing| standing.tier).collect();
        assert_eq!(
            tiers,
            [
                Tier::Strategic,
                Tier::Unclassified,
                Tier::Strategic,
                Tier::Strategic
            ]
        );
        assert_eq!(
            (seen[1].quadrant, seen[1].settled),
            (None, Some(Quadrant::Strategic))
        );
        assert_eq!(
            seen[2].periods_since_change, None,
            "coming back is no change"
        );
    }

    #[test]
    fn a_sanctions_hit_does_not_wait() {
        let policy = Policy::standard();
        let calm = decide(None, Some(20.0), Some(20.0), None, &policy, false);
        let hit = decide(Some(&calm), Some(80.0), Some(80.0), None, &policy, true);
        assert_eq!(
            (hit.tier, hit.hold, hit.periods_since_change),
            (Tier::Strategic, None, Some(0))
        );
    }

    #[test]
    fn item_data_takes_the_place_of_the_axes() {
        let standing = decide(
            None,
            None,
            None,
            Some(Quadrant::Bottleneck),
            &Policy::standard(),
            false,
        );
        assert_eq!((standing.tier, standing.hold), (Tier::Bottleneck, None));
    }

    proptest! {
        #[test]
        fn values_inside_the_band_never_change_an_axis(start: bool, values in prop::collection::vec(45.0..55.0f64, 1..30)) {
            let values: Vec<Option<f64>> = values.into_iter().map(Some).collect();
            prop_assert!(walk(start, &values).iter().all(|high| *high == start));
        }

        #[test]
        fn two_tier_changes_are_never_in_neighbouring_periods(
            axes in prop::collection::vec((prop::option::weighted(0.9, 0.0..100.0f64), prop::option::weighted(0.9, 0.0..100.0f64)), 2..30),
        ) {
            let seen = journey(&axes);
            let settled: Vec<Quadrant> = seen.iter().filter_map(|standing| standing.settled).collect();
            for three in settled.windows(3) {
                prop_assert!(three[0] == three[1] || three[1] == three[2]);
            }
        }
    }
}
