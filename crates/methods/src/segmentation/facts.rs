//! What is known about a supplier before it is placed.

use super::{Input, InputName};
use crate::code::coded;
use crate::missing::Missing;
use serde::{Deserialize, Serialize};

coded! {
    /// Where a figure comes from.
    pub enum Source {
        /// Computed from our own orders, receipts and invoices.
        Computed = "computed",
        /// Rated by a person of ours.
        Rated = "rated",
        /// Answered by the supplier.
        Asked = "asked",
        /// Estimated by us.
        Estimated = "estimated",
        /// From outside: a register, an index, a market study.
        External = "external",
    }
}

/// A figure, or why there is none, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fact<T> {
    /// The figure.
    pub value: Result<T, Missing>,
    /// Where it comes from.
    pub source: Source,
}

impl<T> Fact<T> {
    /// A known figure.
    pub const fn known(value: T, source: Source) -> Self {
        Self {
            value: Ok(value),
            source,
        }
    }

    /// No figure, for this reason.
    pub const fn missing(reason: Missing, source: Source) -> Self {
        Self {
            value: Err(reason),
            source,
        }
    }
}

impl<T: Copy> Fact<T> {
    pub(super) fn input(&self, name: InputName, number: impl Fn(T) -> f64) -> Input {
        Input {
            name,
            value: self.value.ok().map(number),
            source: self.source,
        }
    }
}

/// What is known about a supplier, at parent level. Source: handbook 1.1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SupplierFacts {
    /// Spend of the trailing twelve months, net of credit notes, in minor units of the base currency.
    pub spend_minor: Fact<i64>,
    /// P(spend), 0..=100, from [`super::spend_scores`] over all suppliers.
    pub spend_score: Fact<f64>,
    /// 1 to 5; at 5 our operation or revenue stops within a week.
    pub business_impact: Fact<f64>,
    /// 1 to 5, rated by engineering.
    pub innovation_potential: Fact<f64>,
    /// Qualified sources able to take at least 80 % of the volume within six months.
    pub alternatives: Fact<u32>,
    /// One-off cost of changing, requalification included, in minor units of the base currency.
    pub switching_cost_minor: Fact<i64>,
    /// Median actual lead time in days.
    pub lead_time_days: Fact<f64>,
    /// Concentration of the supply market, 0..=1.
    pub market_hhi: Fact<f64>,
    /// Residual risk of disruption, 0..=100.
    pub disruption_risk: Fact<f64>,
    /// How far we depend on them, 0..=100: see [`dependency`].
    pub dependency: Fact<f64>,
}

impl SupplierFacts {
    /// A supplier about which nothing is known yet.
    pub const fn unknown() -> Self {
        const NOT_REPORTED: Missing = Missing::NotReported;
        Self {
            spend_minor: Fact::missing(NOT_REPORTED, Source::Computed),
            spend_score: Fact::missing(NOT_REPORTED, Source::Computed),
            business_impact: Fact::missing(NOT_REPORTED, Source::Rated),
            innovation_potential: Fact::missing(NOT_REPORTED, Source::Rated),
            alternatives: Fact::missing(NOT_REPORTED, Source::Rated),
            switching_cost_minor: Fact::missing(NOT_REPORTED, Source::Estimated),
            lead_time_days: Fact::missing(NOT_REPORTED, Source::Computed),
            market_hhi: Fact::missing(NOT_REPORTED, Source::External),
            disruption_risk: Fact::missing(NOT_REPORTED, Source::Computed),
            dependency: Fact::missing(NOT_REPORTED, Source::Computed),
        }
    }
}

/// How far we depend on a supplier, 0..=100: 100 times the larger of its share of the category's spend and the share of
/// our revenue that needs its items. One missing share leaves the other; with both missing, the first reason stands.
/// Source: handbook 1.1.
pub fn dependency(
    category_share: Result<f64, Missing>,
    revenue_share: Result<f64, Missing>,
) -> Result<f64, Missing> {
    let larger = match (category_share, revenue_share) {
        (Ok(category), Ok(revenue)) => category.max(revenue),
        (Ok(known), Err(_)) | (Err(_), Ok(known)) => known,
        (Err(reason), Err(_)) => return Err(reason),
    };
    if (0.0..=1.0).contains(&larger) {
        Ok(100.0 * larger)
    } else {
        Err(Missing::ParseError)
    }
}
