//! What a supplier is placed by: figures from the facts and ratings by people, each with its source and date.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use keelson_analytics::{By, Request};
use keelson_methods::{
    kpi::{Definition, Measure},
    missing::Missing,
    period::{Bounds, Period},
    segmentation::{Fact, Policy, Source, SupplierFacts, dependency, spend_scores},
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::{Deserialize, Serialize};

use crate::{
    Keelson, Result, moment,
    performance::{SupplierSpend, first_of, spend_of},
    versions,
};

/// What one supplier is placed by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub facts: SupplierFacts,
    /// The twelve months that spend and lead time are taken from.
    pub window: Period,
    /// Spend is the value of orders, because no invoice is known.
    pub spend_from_orders: bool,
    /// There is spend in other currencies, which is not converted and not counted.
    pub other_currencies: bool,
    /// When the ratings were last given or confirmed.
    pub rated_at: Option<DateTime<Utc>>,
}

/// Gathers the inputs of every supplier that can be placed, in a fixed number of queries.
///
/// `until` is the last day that counts: the end of the quarter, or the day of asking while it is under way.
pub(super) async fn gather(
    keelson: &Keelson,
    policy: &Policy,
    quarter: Period,
    as_of: NaiveDate,
) -> Result<Vec<(i64, Input)>> {
    let db = keelson.db.read();
    let suppliers = suppliers(db).await?;
    let ratings = ratings(db).await?;
    let window = window(quarter, as_of);
    let mut spend = spend_of(keelson, window, None, as_of).await?;
    let lead_times = lead_times(keelson, window, as_of).await?;
    let category_shares = category_shares(keelson, window.bounds(as_of)).await?;
    let spend_is_known = !spend.is_empty();

    let spends: Vec<(SupplierSpend, Result<i64, Missing>)> = suppliers
        .iter()
        .map(|supplier| {
            let found = spend.remove(supplier);
            let minor = match found {
                Some(ref spend) => spend.minor.ok_or(Missing::NotReported),
                // The books are here and say nothing of this supplier: nothing was spent.
                None if spend_is_known => Ok(0),
                None => Err(Missing::NotReported),
            };
            (found.unwrap_or_default(), minor)
        })
        .collect();
    let minors: Vec<Result<i64, Missing>> = spends.iter().map(|(_, minor)| *minor).collect();
    let scores = spend_scores(&minors, &policy.anchors);

    let unrated = Rating::default();
    let inputs = suppliers.iter().zip(spends).zip(scores);
    Ok(inputs
        .map(|((supplier, (spend, minor)), score)| {
            let rating = ratings.get(supplier).unwrap_or(&unrated);
            let computed = |value: Result<f64, Missing>| Fact {
                value,
                source: Source::Computed,
            };
            let rated = |value: Option<f64>, source| Fact {
                value: value.ok_or(Missing::NotReported),
                source,
            };
            let share = category_shares.get(supplier).copied();
            let facts = SupplierFacts {
                spend_minor: Fact {
                    value: minor,
                    source: Source::Computed,
                },
                spend_score: computed(score),
                business_impact: rated(rating.business_impact.map(|r| r as f64), Source::Rated),
                innovation_potential: rated(
                    rating.innovation_potential.map(|r| r as f64),
                    Source::Rated,
                ),
                alternatives: Fact {
                    value: rating
                        .alternatives
                        .and_then(|count| u32::try_from(count).ok())
                        .ok_or(Missing::NotReported),
                    source: Source::Rated,
                },
                switching_cost_minor: Fact {
                    value: rating.switching_cost_minor.ok_or(Missing::NotReported),
                    source: Source::Estimated,
                },
                lead_time_days: computed(
                    lead_times.get(supplier).copied().ok_or(Missing::NoActivity),
                ),
                market_hhi: rated(
                    rating.market_hhi_ppm.map(|ppm| ppm as f64 / 1e6),
                    Source::External,
                ),
                disruption_risk: rated(
                    rating
                        .disruption_risk_centi
                        .map(|centi| centi as f64 / 100.0),
                    Source::Rated,
                ),
                dependency: match rating.dependency_centi {
                    Some(centi) => rated(Some(centi as f64 / 100.0), Source::Rated),
                    None => computed(dependency(
                        share.ok_or(Missing::NotReported),
                        Err(Missing::NotReported),
                    )),
                },
            };
            let input = Input {
                facts,
                window,
                spend_from_orders: spend.ordered,
                other_currencies: !spend.elsewhere.is_empty(),
                rated_at: rating.updated_at.map(moment),
            };
            (*supplier, input)
        })
        .collect())
}

/// The twelve complete months up to the end of the quarter, or up to now while it is under way.
fn window(quarter: Period, as_of: NaiveDate) -> Period {
    let end = quarter.bounds(as_of).to.unwrap_or(as_of);
    let first_of_month = as_of.with_day(1).unwrap_or(as_of);
    let last = end.min(first_of_month) - Days::new(1);
    Period::Trailing {
        months: 12,
        until: Some((last.year(), last.month() as u8)),
    }
}

/// Suppliers we buy from or may buy from. Those on their way in and those retired are in no tier.
async fn suppliers(db: &impl ConnectionTrait) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM suppliers WHERE merged_into IS NULL \
               AND status IN ('approved', 'active', 'blocked') ORDER BY id";
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    rows.iter()
        .map(|row| Ok(row.try_get_by_index(0)?))
        .collect()
}

#[derive(Default, FromQueryResult)]
struct Rating {
    supplier_id: i64,
    business_impact: Option<i64>,
    innovation_potential: Option<i64>,
    alternatives: Option<i64>,
    switching_cost_minor: Option<i64>,
    market_hhi_ppm: Option<i64>,
    disruption_risk_centi: Option<i64>,
    dependency_centi: Option<i64>,
    updated_at: Option<i64>,
}

async fn ratings(db: &impl ConnectionTrait) -> Result<HashMap<i64, Rating>> {
    let sql = "SELECT supplier_id, business_impact, innovation_potential, alternatives, switching_cost_minor, \
               market_hhi_ppm, disruption_risk_centi, dependency_centi, updated_at FROM supplier_ratings";
    let rows = Rating::find_by_statement(Statement::from_string(db.get_database_backend(), sql))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.supplier_id, row)).collect())
}

/// The median of the days from order to delivery by supplier (handbook 01, 1.1): one line that took a year moves no tier.
async fn lead_times(
    keelson: &Keelson,
    window: Period,
    as_of: NaiveDate,
) -> Result<HashMap<i64, f64>> {
    let definitions = versions::current::<Definition>(keelson.db.read()).await?;
    let definition = first_of(&definitions, Measure::LeadTimeBias)
        .or_else(|| first_of(&definitions, Measure::LeadTimeWithin));
    let Some(definition) = definition else {
        return Ok(HashMap::new());
    };
    let request = Request {
        definition,
        bounds: window.bounds(as_of),
        as_of,
        by: By::Supplier,
        suppliers: None,
    };
    Ok(keelson.analytics.median_lead_times(&request).await?)
}

/// The largest share each supplier has of what we spend in one category.
async fn category_shares(keelson: &Keelson, window: Bounds) -> Result<HashMap<i64, f64>> {
    let spends = keelson
        .analytics
        .spend(window, By::SupplierCategory, None)
        .await?;
    let key = |group: &keelson_analytics::Group| (group.category.clone(), group.currency.clone());
    let mut totals: HashMap<_, i64> = HashMap::new();
    for spend in spends.iter().filter(|spend| spend.amount_minor > 0) {
        *totals.entry(key(&spend.group)).or_default() += spend.amount_minor;
    }
    let mut shares: HashMap<i64, f64> = HashMap::new();
    for spend in &spends {
        let (Some(supplier), Some(_)) = (spend.group.supplier, &spend.group.category) else {
            continue;
        };
        let total = totals.get(&key(&spend.group)).copied().unwrap_or(0);
        if total > 0 && spend.amount_minor > 0 {
            let share = spend.amount_minor as f64 / total as f64;
            let largest = shares.entry(supplier).or_default();
            *largest = largest.max(share);
        }
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_ends_with_the_quarter_or_with_the_last_complete_month() {
        let on = |quarter: &str, as_of: &str| {
            window(Period::parse(quarter).unwrap(), as_of.parse().unwrap()).to_string()
        };
        assert_eq!(on("2026-Q3", "2026-11-23"), "trailing-12@2026-09");
        assert_eq!(on("2026-Q4", "2026-11-23"), "trailing-12@2026-10");
        assert_eq!(on("2026-Q4", "2026-10-01"), "trailing-12@2026-09");
    }
}
