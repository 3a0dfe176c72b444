//! The four quadrants of the Kraljic matrix and the tiers they lead to.

use crate::code::coded;
use serde::{Deserialize, Serialize};

coded! {
    /// A quadrant of the Kraljic matrix, in the order in which a supplier's items are rolled up.
    ///
    /// Source: Kraljic 1983; handbook 1.3.
    pub enum Quadrant {
        /// High profit impact, high supply risk.
        Strategic = "strategic",
        /// Low profit impact, high supply risk.
        Bottleneck = "bottleneck",
        /// High profit impact, low supply risk.
        Leverage = "leverage",
        /// Low profit impact, low supply risk (non-critical).
        Routine = "routine",
    }
}

coded! {
    /// A supplier's tier. Source: handbook 1.4.
    pub enum Tier {
        /// Tier 1.
        Strategic = "strategic",
        /// Tier 2.
        Leverage = "leverage",
        /// Added for low spend with high risk, which the seed tiers leave out.
        Bottleneck = "bottleneck",
        /// Tier 3.
        Transactional = "transactional",
        /// Too little is known; queued for review and monitored like a bottleneck.
        Unclassified = "unclassified",
    }
}

impl Quadrant {
    /// The quadrant of two axes, each high or not.
    pub const fn of(profit_impact_high: bool, supply_risk_high: bool) -> Self {
        match (profit_impact_high, supply_risk_high) {
            (true, true) => Self::Strategic,
            (false, true) => Self::Bottleneck,
            (true, false) => Self::Leverage,
            (false, false) => Self::Routine,
        }
    }

    /// Whether the supplier's profit impact is high here.
    pub const fn profit_impact_high(self) -> bool {
        matches!(self, Self::Strategic | Self::Leverage)
    }

    /// Whether the supply risk is high here.
    pub const fn supply_risk_high(self) -> bool {
        matches!(self, Self::Strategic | Self::Bottleneck)
    }

    /// The tier a supplier of this quadrant is in.
    pub const fn tier(self) -> Tier {
        match self {
            Self::Strategic => Tier::Strategic,
            Self::Bottleneck => Tier::Bottleneck,
            Self::Leverage => Tier::Leverage,
            Self::Routine => Tier::Transactional,
        }
    }
}

impl Tier {
    /// The name people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Strategic => "Tier 1 Strategic",
            Self::Leverage => "Tier 2 Leverage",
            Self::Bottleneck => "Bottleneck",
            Self::Transactional => "Tier 3 Transactional",
            Self::Unclassified => "Unclassified",
        }
    }

    /// The relationship group: strategic partner, key supplier, transactional.
    pub const fn group(self) -> &'static str {
        match self {
            Self::Strategic => "strategic partner",
            Self::Leverage | Self::Bottleneck | Self::Unclassified => "key supplier",
            Self::Transactional => "transactional",
        }
    }

    /// The purchasing posture, in a few words.
    pub const fn posture(self) -> &'static str {
        match self {
            Self::Strategic => "joint plan, executive sponsor, co-innovation",
            Self::Leverage => "compete, bundle volume, e-auction",
            Self::Bottleneck => "secure supply, buffer, second source, substitute",
            Self::Transactional => "automate, catalogue, consolidate",
            Self::Unclassified => "complete the data, monitor like a bottleneck",
        }
    }

    /// The tier whose monitoring applies: an unclassified supplier is watched like a bottleneck.
    pub const fn monitored_as(self) -> Self {
        match self {
            Self::Unclassified => Self::Bottleneck,
            other => other,
        }
    }
}

/// One item a supplier sells us.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The item's quadrant.
    pub quadrant: Quadrant,
    /// Spend on the item with this supplier in twelve months, in minor units; nothing or less counts as nothing.
    pub spend_minor: i64,
    /// Business impact of the item, 1 to 5, where it is rated.
    pub business_impact: Option<u8>,
}

/// A supplier's quadrant from its items, with the shares behind it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RollUp {
    /// The supplier's quadrant.
    pub quadrant: Quadrant,
    /// Share of the supplier's spend in each quadrant, in the order of [`Quadrant::ALL`]; all 0 without spend.
    pub shares: [f64; 4],
    /// Whether a critical item, not the share of spend, put the supplier here.
    pub by_critical_item: bool,
}

/// Rolls a supplier's items up to the supplier: the first of strategic, bottleneck, leverage, routine that holds at
/// least `share` of the spend, or an item of business impact `critical_impact` or more.
///
/// `None` without items: then the supplier's own axes decide. Where no item has spend and none is critical, the first
/// quadrant that holds an item counts. Defaults: 20 % and 5. Source: handbook 1.3.
pub fn roll_up(items: &[Item], share: f64, critical_impact: u8) -> Option<RollUp> {
    let spend_in = |quadrant: Quadrant| -> f64 {
        items
            .iter()
            .filter(|item| item.quadrant == quadrant)
            .map(|item| item.spend_minor.max(0) as f64)
            .sum()
    };
    let amounts = [
        Quadrant::Strategic,
        Quadrant::Bottleneck,
        Quadrant::Leverage,
        Quadrant::Routine,
    ]
    .map(spend_in);
    let total: f64 = amounts.iter().sum();
    let shares = amounts.map(|amount| if total > 0.0 { amount / total } else { 0.0 });
    let is_critical = |item: &Item| {
        item.business_impact
            .is_some_and(|impact| impact >= critical_impact)
    };
    let by_rule = Quadrant::ALL
        .iter()
        .zip(shares)
        .find_map(|(quadrant, held)| {
            let by_share = total > 0.0 && held >= share;
            let critical = items
                .iter()
                .any(|item| item.quadrant == *quadrant && is_critical(item));
            (by_share || critical).then_some(RollUp {
                quadrant: *quadrant,
                shares,
                by_critical_item: !by_share,
            })
        });
    by_rule.or_else(|| {
        let quadrant = items.iter().map(|item| item.quadrant).min()?;
        Some(RollUp {
            quadrant,
            shares,
            by_critical_item: false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn item(quadrant: Quadrant, spend_minor: i64, impact: u8) -> Item {
        Item {
            quadrant,
            spend_minor,
            business_impact: Some(impact),
        }
    }

    #[test]
    fn a_supplier_takes_the_first_quadrant_with_a_fifth_of_its_spend() {
        let items = [
            item(Quadrant::Routine, 790, 1),
            item(Quadrant::Leverage, 200, 1),
            item(Quadrant::Strategic, 10, 1),
        ];
        let found = roll_up(&items, 0.20, 5).unwrap();
        assert_eq!(
            (found.quadrant, found.by_critical_item),
            (Quadrant::Leverage, false)
        );
        assert_eq!(found.shares, [0.01, 0.0, 0.20, 0.79]);
    }

    #[test]
    fn an_item_that_stops_our_operation_outweighs_its_spend() {
        let items = [
            item(Quadrant::Routine, 999, 1),
            item(Quadrant::Bottleneck, 1, 5),
        ];
        let found = roll_up(&items, 0.20, 5).unwrap();
        assert_eq!(
            (found.quadrant, found.by_critical_item),
            (Quadrant::Bottleneck, true)
        );
    }

    #[test]
    fn items_without_spend_still_say_something() {
        assert_eq!(roll_up(&[], 0.20, 5), None);
        let items = [
            item(Quadrant::Routine, 0, 1),
            item(Quadrant::Leverage, -5, 1),
        ];
        assert_eq!(
            roll_up(&items, 0.20, 5).unwrap().quadrant,
            Quadrant::Leverage
        );
    }

    #[test]
    fn quadrants_lead_to_tiers_and_back_to_their_axes() {
        for quadrant in Quadrant::ALL {
            assert_eq!(
                Quadrant::of(quadrant.profit_impact_high(), quadrant.supply_risk_high()),
                *quadrant
            );
        }
        assert_eq!(Quadrant::of(true, false).tier(), Tier::Leverage);
        assert_eq!(Quadrant::Routine.tier().label(), "Tier 3 Transactional");
        assert_eq!(Tier::Unclassified.monitored_as(), Tier::Bottleneck);
    }

    proptest! {
        #[test]
        fn the_order_of_items_does_not_matter(spends in prop::collection::vec((0usize..4, 0i64..1000, 1u8..6), 1..12)) {
            let mut items: Vec<Item> = spends.iter().map(|(q, spend, impact)| item(Quadrant::ALL[*q], *spend, *impact)).collect();
            let before = roll_up(&items, 0.20, 5).unwrap();
            items.reverse();
            prop_assert_eq!(roll_up(&items, 0.20, 5).unwrap().quadrant, before.quadrant);
        }
    }
}
