//! Measures: a definition applied to the facts of a period, by supplier, category, site or month.
//!
//! Which period a fact belongs to:
//! - an order line by its reference date, as the definition picks it (a line due in March that arrives in April is
//!   March's); a line that lacks one by its order date, else its first receipt, and only as [`Measured::unreported`];
//! - an order with every period in which a line of it is due, judged by those lines;
//! - received units and defects by the day of receipt (an inspection without it by the day of inspection);
//! - an invoice line by the day it was posted, else invoiced.
//!
//! Numerators and denominators are exact integers and add up over months, with one exception: an order with lines due in
//! two months counts in both, so orders of a quarter are asked for, not summed.

mod question;
pub(crate) mod recipe;

use std::{collections::HashMap, ops::AddAssign};

use chrono::NaiveDate;
use keelson_methods::{
    interval::{self, Interval},
    kpi::{Definition, Measure},
    missing::Missing,
    period::Bounds,
    rate::Rate,
};

use self::question::Question;
pub(crate) use self::question::{Rows, count_where, group_by, rows};
use crate::{Analytics, Result};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    pub definition: &'a Definition,
    pub bounds: Bounds,
    /// The day on which the question is asked: what happened later is not known yet.
    pub as_of: NaiveDate,
    pub by: By,
    /// Only these suppliers; each of them gets an answer by supplier, if only that there was no activity.
    /// `None`: every supplier with a fact. One that is absent from the answer had no activity.
    pub suppliers: Option<&'a [i64]>,
}

/// One answer per what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    Supplier,
    Category,
    Site,
    SupplierMonth,
    SupplierCategory,
    Total,
}

/// What an answer is about. A field is `None` where the question does not split by it, or the facts do not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    pub supplier: Option<i64>,
    pub category: Option<String>,
    pub site: Option<String>,
    /// 202603.
    pub month: Option<i32>,
    /// For amounts: they are kept by currency and never added across.
    pub currency: Option<String>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub group: Group,
    /// The accountable figure's parts: lines, orders, lots, invoices; thousandths of a unit for quantities; days for the
    /// bias; minor units for the price variance.
    pub rate: Rate,
    /// In the definition's unit: a share, days, parts per million.
    pub value: Option<f64>,
    /// 95 %, in the same unit, where the measure has one.
    pub interval: Option<Interval>,
    /// Why there is no value.
    pub reason: Option<Missing>,
    /// The raw figure where it differs: with the lines the buyer answers for, with every defect whoever caused it.
    pub raw: Option<Rate>,
    /// Facts that would count but lack what the definition needs: no reference date, no match result.
    pub unreported: u64,
    /// Facts rightly left out: not yet due, cancelled before due, skipped lots.
    pub left_out: u64,
    /// Beside the lead-time measures.
    pub lead_time: Option<LeadTimeFigures>,
}

/// How lead times spread. Source: handbook 2.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeadTimeFigures {
    /// Mean error in days; positive is later than promised.
    pub bias: f64,
    pub mean_absolute_error: f64,
    /// Days from order to delivery, of the lines whose order date is known.
    pub mean: Option<f64>,
    pub standard_deviation: Option<f64>,
    /// Standard deviation / mean.
    pub variation: Result<f64, Missing>,
    /// Lines that are overdue and open, and how late they are already: a lower bound, outside the figure.
    pub censored: u64,
    pub censored_days: i64,
}

impl Analytics {
    /// Measures one definition.
    pub async fn measure(&self, request: &Request<'_>) -> Result<Vec<Measured>> {
        Ok(self
            .measure_many(std::slice::from_ref(request))
            .await?
            .remove(0))
    }

    /// The median of the days from order to completion by supplier, over the lines a lead-time definition counts. A supplier
    /// of whose lines none has an order date is not there.
    pub async fn median_lead_times(&self, request: &Request<'_>) -> Result<HashMap<i64, f64>> {
        let mut medians = HashMap::new();
        for question in Question::of(std::slice::from_ref(request))? {
            medians.extend(question.median_lead_times(self).await?);
        }
        Ok(medians)
    }

    /// Measures several definitions, periods or days at once; what reads the same facts shares one scan. The answers
    /// stand in the order of the questions, each sorted by group.
    pub async fn measure_many(&self, requests: &[Request<'_>]) -> Result<Vec<Vec<Measured>>> {
        let asked = async {
            let mut answers = vec![Groups::new(); requests.len()];
            for question in Question::of(requests)? {
                question.answer(self, &mut answers).await?;
            }
            Ok(requests
                .iter()
                .zip(answers)
                .map(|(request, groups)| finish(request, groups))
                .collect())
        };
        let about = requests.iter().filter_map(|request| request.suppliers);
        let about = about.max_by_key(|suppliers| suppliers.len());
        self.measured
            .get(self, about, || format!("{requests:?}"), asked)
            .await
    }
}

/// The sums of one request by group, as they come: several questions may have a part of a group.
type Groups = Vec<(Group, Sums)>;

/// What a question adds up for one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    rate: Rate,
    raw: Rate,
    unreported: u64,
    left_out: u64,
    lead_time: LeadTimeSums,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct LeadTimeSums {
    error: i64,
    /// The part of `error` below zero.
    early: i64,
    error_squared: i64,
    actual_n: i64,
    actual: i64,
    actual_squared: i64,
    censored: i64,
    censored_days: i64,
}

fn finish(request: &Request<'_>, mut groups: Groups) -> Vec<Measured> {
    match (request.by, request.suppliers) {
        (By::Supplier, Some(suppliers)) => {
            for supplier in suppliers {
                let group = Group {
                    supplier: Some(*supplier),
                    ..Group::default()
                };
                groups.push((group, Sums::default()));
            }
        }
        (By::Total, _) if groups.is_empty() => groups.push(Default::default()),
        _ => {}
    }
    groups.sort_by(|(left, _), (right, _)| left.cmp(right));
    groups.dedup_by(|(group, sums), (kept, total)| {
        let is_same = group == kept;
        if is_same {
            *total += *sums;
        }
        is_same
    });
    groups
        .into_iter()
        .map(|(group, sums)| measured(request.definition.measure, group, &sums))
        .collect()
}

fn measured(measure: Measure, group: Group, sums: &Sums) -> Measured {
    let (mut rate, mut raw) = (sums.rate, sums.raw);
    let mut value = rate.value();
    if measure == Measure::Ppm {
        // What was observed are units received. Where nobody inspected any of them, no defect is not good news.
        let inspections = raw.n;
        rate.n = (rate.denominator / 1000).unsigned_abs();
        raw.n = rate.n;
        value = match rate.value() {
            Ok(_) if inspections == 0 => Err(Missing::NotReported),
            Err(Missing::NoActivity) if inspections > 0 => Err(Missing::DenominatorZero),
            value => value,
        };
    }
    let value = value.map(|value| value * measure.scale());
    let lead_time = sums.lead_time.figures(rate.n);
    let reason = match value {
        Err(Missing::NoActivity) if sums.unreported > 0 => Some(Missing::NotReported),
        Err(reason) => Some(reason),
        Ok(_) => None,
    };
    let interval = match measure {
        _ if value.is_err() => None,
        Measure::LeadTimeBias => sums.lead_time.interval(rate.n),
        // Units, not thousandths: the interval is as narrow as there are cases.
        Measure::Ppm => wilson(rate.numerator / 1000, rate.denominator / 1000),
        _ if measure.is_proportion() => wilson(rate.numerator, rate.denominator),
        _ => None,
    };
    let is_lead_time = matches!(measure, Measure::LeadTimeBias | Measure::LeadTimeWithin);
    Measured {
        group,
        rate,
        value: value.ok(),
        interval: interval.map(|interval| interval.scaled(measure.scale())),
        reason,
        raw: (raw != rate).then_some(raw),
        unreported: sums.unreported,
        left_out: sums.left_out,
        lead_time: lead_time.filter(|_| is_lead_time),
    }
}

fn wilson(successes: i64, n: i64) -> Option<Interval> {
    interval::wilson(u64::try_from(successes).ok()?, u64::try_from(n).ok()?)
}

impl LeadTimeSums {
    fn figures(&self, n: u64) -> Option<LeadTimeFigures> {
        let n = i64::try_from(n).ok().filter(|n| *n > 0)?;
        let mean = (self.actual_n > 0).then(|| self.actual as f64 / self.actual_n as f64);
        let standard_deviation = deviation(self.actual_n, self.actual, self.actual_squared);
        let variation = match (mean, standard_deviation) {
            (None, _) => Err(Missing::NotReported),
            (_, None) => Err(Missing::BelowMinN),
            (Some(mean), _) if mean <= 0.0 => Err(Missing::DenominatorZero),
            (Some(mean), Some(deviation)) => Ok(deviation / mean),
        };
        Some(LeadTimeFigures {
            bias: self.error as f64 / n as f64,
            mean_absolute_error: (self.error - 2 * self.early) as f64 / n as f64,
            mean,
            standard_deviation,
            variation,
            censored: self.censored.unsigned_abs(),
            censored_days: self.censored_days,
        })
    }

    fn interval(&self, n: u64) -> Option<Interval> {
        let count = i64::try_from(n).ok()?;
        let deviation = deviation(count, self.error, self.error_squared)?;
        interval::of_mean(self.error as f64 / n as f64, deviation, n)
    }
}

/// The standard deviation (n - 1) from exact sums: the one rounding is the last step, so nothing cancels.
fn deviation(n: i64, total: i64, squared: i64) -> Option<f64> {
    let (n, total, squared) = (i128::from(n), i128::from(total), i128::from(squared));
    (n >= 2).then(|| ((n * squared - total * total) as f64 / (n * (n - 1)) as f64).sqrt())
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        for (rate, other) in [(&mut self.rate, other.rate), (&mut self.raw, other.raw)] {
            rate.numerator += other.numerator;
            rate.denominator += other.denominator;
            rate.n += other.n;
        }
        self.unreported += other.unreported;
        self.left_out += other.left_out;
        let (sums, other) = (&mut self.lead_time, other.lead_time);
        sums.error += other.error;
        sums.early += other.early;
        sums.error_squared += other.error_squared;
        sums.actual_n += other.actual_n;
        sums.actual += other.actual;
        sums.actual_squared += other.actual_squared;
        sums.censored += other.censored;
        sums.censored_days += other.censored_days;
    }
}

impl By {
    /// The columns to group by besides the month.
    const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Supplier | Self::SupplierMonth => &["supplier"],
            Self::Category => &["category"],
            Self::Site => &["site"],
            Self::SupplierCategory => &["supplier", "category"],
            Self::Total => &[],
        }
    }

    const fn is_monthly(self) -> bool {
        matches!(self, Self::SupplierMonth)
    }
}
