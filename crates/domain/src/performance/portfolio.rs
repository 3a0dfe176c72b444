//! The portfolio at a glance: what the home page shows, in a number of queries that does not grow with the suppliers.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use keelson_analytics::By;
use keelson_methods::{
    kpi::{Definition, Measure},
    period::{Bounds, Period},
    rate::Rate,
    scoring::Grade,
    segmentation::{AbcClass, Tier},
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use super::{
    figures::{Amount, currency, first_of, read_amounts, read_trend},
    measure::Figure,
    refresh::Windows,
};
use crate::{
    Error, Keelson, Result, SupplierId, date_of_day, moment, rows as sql_rows,
    versions::{self, Published},
};

/// How far back the figures look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// The last complete quarter.
    Quarter,
    /// From January to the last complete month.
    YearToDate,
    /// The last twelve complete months.
    #[default]
    TwelveMonths,
}

/// A figure and the same figure of the span before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Compared<T> {
    pub now: Option<T>,
    pub before: Option<T>,
}

/// The figures of the whole portfolio.
#[derive(Clone, Debug)]
pub struct Portfolio {
    pub currency: Option<String>,
    /// Suppliers that are active, whether or not there are facts.
    pub active: u64,
    /// When the oldest of the figures was computed.
    pub refreshed_at: Option<DateTime<Utc>>,
    pub bounds: Bounds,
    /// Net of credit notes, in the organisation's currency.
    pub spend: Compared<i64>,
    /// What was spent in other currencies, which is in no other figure: by currency, the largest first.
    pub spend_elsewhere: Vec<Amount>,
    /// The quarter of the newest scores.
    pub quarter: Period,
    /// Weighted by spend.
    pub score: Compared<f64>,
    pub score_trend: Vec<Option<f64>>,
    /// The quarters of the trends, oldest first.
    pub quarters: Vec<Period>,
    pub on_time: Option<OnTime>,
    pub tiers: Vec<TierSummary>,
    /// Suppliers by grade, best first; `None` are those without one.
    pub grades: Vec<(Option<Grade>, u64)>,
    /// Suppliers with facts about whom too little is known for a grade.
    pub thin: u64,
    /// The largest rises and falls of the score since the quarter before, rises first.
    pub movers: Vec<Ranked>,
    /// The largest by spend.
    pub largest: Vec<Concentrated>,
    /// Spend of all suppliers with spend.
    pub total_spend: i64,
    /// Every supplier's figures, by supplier.
    pub rows: Vec<Row>,
}

/// On-time delivery of all suppliers together.
#[derive(Clone, Debug)]
pub struct OnTime {
    pub definition: Published<Definition>,
    pub now: Figure,
    pub before: Figure,
    /// By quarter, oldest first.
    pub trend: Vec<Option<f64>>,
}

/// The suppliers of a tier.
#[derive(Clone, Debug, PartialEq)]
pub struct TierSummary {
    /// `None`: never placed.
    pub tier: Option<Tier>,
    pub suppliers: u64,
    pub spend_minor: i64,
    /// Scores by quarter, weighted by spend, oldest first.
    pub score_trend: Vec<Option<f64>>,
}

/// A supplier that moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    pub row: Row,
    pub name: String,
}

/// A supplier with its spend and the share of all spend up to and including it.
#[derive(Clone, Debug, PartialEq)]
pub struct Concentrated {
    pub row: Row,
    pub name: String,
    pub running_share: f64,
}

/// A supplier's figures as they are stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub supplier: SupplierId,
    pub spend_minor: Option<i64>,
    /// In other currencies; neither converted nor added.
    pub spend_elsewhere: Vec<Amount>,
    pub spend_share_ppm: Option<i64>,
    pub abc: Option<AbcClass>,
    pub score_centi: Option<i64>,
    pub score_delta_centi: Option<i64>,
    pub coverage_ppm: Option<i64>,
    pub provisional: bool,
    pub grade: Option<Grade>,
    pub score_trend: String,
    pub on_time_ppm: Option<i64>,
    pub on_time_trend: String,
    pub ppm_milli: Option<i64>,
    pub tier: Option<Tier>,
    pub order_lines: i64,
    pub last_receipt_on: Option<NaiveDate>,
    pub refreshed_at: DateTime<Utc>,
}

impl Row {
    /// Where nothing weighs, nothing counts.
    fn weight(&self) -> f64 {
        self.spend_minor.unwrap_or(0).max(0) as f64
    }
}

impl Span {
    pub const ALL: [Self; 3] = [Self::Quarter, Self::YearToDate, Self::TwelveMonths];

    /// The word in an address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Quarter => "quarter",
            Self::YearToDate => "year",
            Self::TwelveMonths => "12-months",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.code() == code)
    }

    /// The span as a period, for the pages behind its figures.
    pub fn period(self, as_of: NaiveDate) -> Period {
        let months = match self {
            Self::Quarter => return last_quarter(as_of),
            Self::YearToDate if as_of.month() > 1 => as_of.month() - 1,
            Self::YearToDate | Self::TwelveMonths => 12,
        };
        Period::Trailing {
            months,
            until: None,
        }
        .resolved(as_of)
    }

    /// The days of the span and of the span it is compared with: the quarter before, or the same months a year before.
    pub fn bounds(self, as_of: NaiveDate) -> (Bounds, Bounds) {
        let this_month = as_of.with_day(1);
        let a_year_before = |bounds: Bounds| {
            let back = |day: Option<NaiveDate>| day?.with_year(day?.year() - 1);
            Bounds {
                from: back(bounds.from),
                to: back(bounds.to),
            }
        };
        match self {
            Self::Quarter => {
                let last = last_quarter(as_of);
                let before = last.previous().unwrap_or(last);
                (last.bounds(as_of), before.bounds(as_of))
            }
            Self::YearToDate => {
                // In January the year so far is the year before.
                let year = if as_of.month() == 1 {
                    as_of.year() - 1
                } else {
                    as_of.year()
                };
                let now = Bounds {
                    from: NaiveDate::from_ymd_opt(year, 1, 1),
                    to: this_month,
                };
                (now, a_year_before(now))
            }
            Self::TwelveMonths => {
                let now = Period::Trailing {
                    months: 12,
                    until: None,
                }
                .bounds(as_of);
                (now, a_year_before(now))
            }
        }
    }
}

impl Portfolio {
    /// One supplier's figures.
    pub fn row(&self, supplier: SupplierId) -> Option<&Row> {
        let at = self
            .rows
            .binary_search_by_key(&supplier, |row| row.supplier);
        at.ok().map(|at| &self.rows[at])
    }
}

/// The last complete quarter before a day.
pub fn last_quarter(as_of: NaiveDate) -> Period {
    let now = crate::segmentation::quarter_of(as_of);
    now.previous().unwrap_or(now)
}

/// The portfolio's figures over a span.
pub async fn portfolio(keelson: &Keelson, span: Span, as_of: NaiveDate) -> Result<Portfolio> {
    const MOVERS: usize = 5;
    const LARGEST: usize = 12;
    let db = keelson.db.read();
    let windows = Windows::on(as_of);
    let quarters = windows.complete_quarters().to_vec();
    let all = rows(db).await?;
    let (now, before) = span.bounds(as_of);
    let currency = currency(db).await?;
    let (spent, spend_elsewhere) = total_spend(keelson, now, currency.as_deref()).await?;
    let spend = Compared {
        now: spent,
        before: total_spend(keelson, before, currency.as_deref()).await?.0,
    };
    let score_trend = weighted_trend(all.iter(), quarters.len());
    let mut latest = score_trend.iter().rev();
    let score = Compared {
        now: latest.next().copied().flatten(),
        before: latest.next().copied().flatten(),
    };

    let mut by_delta: Vec<&Row> = all
        .iter()
        .filter(|row| row.score_delta_centi.is_some_and(|delta| delta != 0))
        .collect();
    by_delta.sort_by_key(|row| (std::cmp::Reverse(row.score_delta_centi), row.supplier));
    let falls = by_delta
        .len()
        .saturating_sub(MOVERS)
        .max(MOVERS.min(by_delta.len()));
    let rises = by_delta
        .iter()
        .take(MOVERS)
        .filter(|row| row.score_delta_centi > Some(0));
    let falls = by_delta[falls..]
        .iter()
        .filter(|row| row.score_delta_centi < Some(0));
    let movers: Vec<&Row> = rises.chain(falls).copied().collect();

    let mut by_spend: Vec<&Row> = all.iter().filter(|row| row.spend_minor > Some(0)).collect();
    by_spend.sort_by_key(|row| (std::cmp::Reverse(row.spend_minor), row.supplier));
    let total: i64 = by_spend.iter().filter_map(|row| row.spend_minor).sum();
    let largest = &by_spend[..by_spend.len().min(LARGEST)];
    let wanted: Vec<i64> = movers
        .iter()
        .chain(largest)
        .map(|row| row.supplier.0)
        .collect();
    let names = names(db, &wanted).await?;
    let name = |row: &Row| names.get(&row.supplier.0).cloned().unwrap_or_default();
    let mut running = 0;
    let largest = largest
        .iter()
        .map(|row| {
            running += row.spend_minor.unwrap_or(0);
            Concentrated {
                row: (*row).clone(),
                name: name(row),
                running_share: running as f64 / total as f64,
            }
        })
        .collect();
    Ok(Portfolio {
        active: active(db).await?,
        refreshed_at: all.iter().map(|row| row.refreshed_at).min(),
        bounds: now,
        spend,
        spend_elsewhere,
        quarter: last_quarter(as_of),
        score,
        on_time: on_time(keelson, now, before, &quarters, as_of).await?,
        tiers: tiers(&all, quarters.len()),
        grades: grades(&all),
        thin: all
            .iter()
            .filter(|row| row.order_lines > 0 && row.grade.is_none())
            .count() as u64,
        movers: movers
            .into_iter()
            .map(|row| Ranked {
                row: row.clone(),
                name: name(row),
            })
            .collect(),
        largest,
        total_spend: total,
        score_trend,
        quarters,
        currency,
        rows: all,
    })
}

/// Mean scores by quarter, weighted by spend.
fn weighted_trend<'a>(rows: impl Iterator<Item = &'a Row>, quarters: usize) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0.0); quarters];
    for row in rows {
        let weight = row.weight();
        for (sum, score) in sums.iter_mut().zip(read_trend(&row.score_trend)) {
            if let Some(score) = score {
                sum.0 += weight * score as f64 / 100.0;
                sum.1 += weight;
            }
        }
    }
    sums.into_iter()
        .map(|(points, weight)| (weight > 0.0).then(|| points / weight))
        .collect()
}

fn tiers(all: &[Row], quarters: usize) -> Vec<TierSummary> {
    let kinds = Tier::ALL.iter().copied().map(Some).chain([None]);
    kinds
        .map(|tier| {
            let of = || all.iter().filter(move |row| row.tier == tier);
            TierSummary {
                tier,
                suppliers: of().count() as u64,
                spend_minor: of().filter_map(|row| row.spend_minor).sum(),
                score_trend: weighted_trend(of(), quarters),
            }
        })
        .filter(|summary| summary.suppliers > 0)
        .collect()
}

fn grades(all: &[Row]) -> Vec<(Option<Grade>, u64)> {
    Grade::ALL
        .iter()
        .copied()
        .map(Some)
        .chain([None])
        .map(|grade| {
            let count = all.iter().filter(|row| row.grade == grade).count();
            (grade, count as u64)
        })
        .collect()
}

/// What was spent in the organisation's currency, and what in others.
async fn total_spend(
    keelson: &Keelson,
    bounds: Bounds,
    currency: Option<&str>,
) -> Result<(Option<i64>, Vec<Amount>)> {
    let spends = keelson.analytics.spend(bounds, By::Total, None).await?;
    let (ours, others): (Vec<_>, Vec<_>) = spends
        .into_iter()
        .filter(|spend| spend.unvalued < spend.lines)
        .partition(|spend| currency.is_some() && spend.group.currency.as_deref() == currency);
    let ours = ours
        .iter()
        .map(|spend| spend.amount_minor)
        .reduce(i64::saturating_add);
    let mut elsewhere: Vec<Amount> = others
        .into_iter()
        .map(|spend| Amount {
            currency: spend.group.currency,
            minor: spend.amount_minor,
        })
        .collect();
    elsewhere.sort_by_key(|amount| std::cmp::Reverse(amount.minor));
    Ok((ours, elsewhere))
}

async fn on_time(
    keelson: &Keelson,
    now: Bounds,
    before: Bounds,
    quarters: &[Period],
    as_of: NaiveDate,
) -> Result<Option<OnTime>> {
    let db = keelson.db.read();
    let definitions = versions::current::<Definition>(db).await?;
    let Some(id) = first_of(&definitions, Measure::OnTimeDelivery).map(|kpi| kpi.id.clone()) else {
        return Ok(None);
    };
    let Some(definition) = definitions
        .into_iter()
        .find(|definition| definition.document.id == id)
    else {
        return Ok(None);
    };
    let months = month_rates(db, &id).await?;
    let figure = |bounds: Bounds| {
        let rate = months
            .iter()
            .filter(|(month, _)| {
                month
                    .bounds(as_of)
                    .from
                    .is_some_and(|first| bounds.contains(first))
            })
            .fold(Rate::default(), |sum: Rate, (_, rate)| {
                sum.rolled_up(*rate).unwrap_or(sum)
            });
        Figure::of(Measure::OnTimeDelivery, rate, 0)
    };
    Ok(Some(OnTime {
        now: figure(now),
        before: figure(before),
        trend: quarters
            .iter()
            .map(|quarter| figure(quarter.bounds(as_of)).value)
            .collect(),
        definition,
    }))
}

#[derive(FromQueryResult)]
struct MonthRow {
    period: String,
    numerator: i64,
    denominator: i64,
    n: i64,
}

/// A KPI of all suppliers together by month: sums are divided, percentages never averaged.
async fn month_rates(db: &impl ConnectionTrait, kpi: &str) -> Result<Vec<(Period, Rate)>> {
    // A quarter has a Q where a month has a digit, and only a month and a quarter have seven characters.
    let sql = "SELECT period, CAST(SUM(numerator) AS BIGINT) AS numerator, CAST(SUM(denominator) AS BIGINT) AS denominator, \
               CAST(SUM(n) AS BIGINT) AS n FROM measures \
               WHERE kpi = $1 AND period LIKE '____-__' AND period NOT LIKE '____-Q_' GROUP BY period";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [kpi.into()]);
    let rows = MonthRow::find_by_statement(statement).all(db).await?;
    rows.into_iter()
        .map(|row| {
            let period =
                Period::parse(&row.period).map_err(|error| Error::damaged("measure", error))?;
            let rate = Rate {
                numerator: row.numerator,
                denominator: row.denominator,
                n: row.n.unsigned_abs(),
            };
            Ok((period, rate))
        })
        .collect()
}

async fn active(db: &impl ConnectionTrait) -> Result<u64> {
    let row = db
        .query_one_raw(Statement::from_string(
            db.get_database_backend(),
            "SELECT COUNT(*) FROM suppliers WHERE status = 'active' AND merged_into IS NULL",
        ))
        .await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(count.unsigned_abs())
}

async fn names(db: &impl ConnectionTrait, suppliers: &[i64]) -> Result<HashMap<i64, String>> {
    let sql = format!(
        "SELECT id, name FROM suppliers WHERE id IN ({})",
        sql_rows::list(suppliers)
    );
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

#[derive(FromQueryResult)]
struct Stored {
    supplier_id: i64,
    spend_minor: Option<i64>,
    spend_elsewhere: String,
    spend_share_ppm: Option<i64>,
    abc: Option<String>,
    score_centi: Option<i64>,
    score_delta_centi: Option<i64>,
    coverage_ppm: Option<i64>,
    provisional: bool,
    grade: Option<String>,
    score_trend: String,
    on_time_ppm: Option<i64>,
    on_time_trend: String,
    ppm_milli: Option<i64>,
    tier: Option<String>,
    order_lines: i64,
    last_receipt_on: Option<i32>,
    refreshed_at: i64,
}

/// Every supplier's figures.
pub async fn rows(db: &impl ConnectionTrait) -> Result<Vec<Row>> {
    let sql = "SELECT supplier_id, spend_minor, spend_elsewhere, spend_share_ppm, abc, score_centi, score_delta_centi, coverage_ppm, \
               provisional, grade, score_trend, on_time_ppm, on_time_trend, ppm_milli, tier, order_lines, \
               last_receipt_on, refreshed_at FROM supplier_figures ORDER BY supplier_id";
    let stored = Stored::find_by_statement(Statement::from_string(db.get_database_backend(), sql))
        .all(db)
        .await?;
    Ok(stored
        .into_iter()
        .map(|row| Row {
            supplier: SupplierId(row.supplier_id),
            spend_minor: row.spend_minor,
            spend_elsewhere: read_amounts(&row.spend_elsewhere),
            spend_share_ppm: row.spend_share_ppm,
            abc: row
                .abc
                .as_deref()
                .and_then(|code| AbcClass::parse(code).ok()),
            score_centi: row.score_centi,
            score_delta_centi: row.score_delta_centi,
            coverage_ppm: row.coverage_ppm,
            provisional: row.provisional,
            grade: row
                .grade
                .as_deref()
                .and_then(|code| Grade::parse(code).ok()),
            score_trend: row.score_trend,
            on_time_ppm: row.on_time_ppm,
            on_time_trend: row.on_time_trend,
            ppm_milli: row.ppm_milli,
            tier: row.tier.as_deref().and_then(|code| Tier::parse(code).ok()),
            order_lines: row.order_lines,
            last_receipt_on: row.last_receipt_on.map(date_of_day),
            refreshed_at: moment(row.refreshed_at),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(span: Span, as_of: &str) -> [String; 4] {
        let (now, before) = span.bounds(as_of.parse().unwrap());
        [now.from, now.to, before.from, before.to].map(|day| day.unwrap().to_string())
    }

    #[test]
    fn a_span_is_compared_with_the_one_before_it_or_a_year_ago() {
        assert_eq!(
            on(Span::Quarter, "2026-11-23"),
            ["2026-07-01", "2026-10-01", "2026-04-01", "2026-07-01"]
        );
        assert_eq!(
            on(Span::YearToDate, "2026-11-23"),
            ["2026-01-01", "2026-11-01", "2025-01-01", "2025-11-01"]
        );
        assert_eq!(
            on(Span::YearToDate, "2026-01-15"),
            ["2025-01-01", "2026-01-01", "2024-01-01", "2025-01-01"]
        );
        assert_eq!(
            on(Span::TwelveMonths, "2026-11-23"),
            ["2025-11-01", "2026-11-01", "2024-11-01", "2025-11-01"]
        );
    }
}
