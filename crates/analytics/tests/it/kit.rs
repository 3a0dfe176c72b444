//! Facts by the handful.

use std::sync::Arc;

use chrono::NaiveDate;
use keelson_analytics::{
    Analytics, By, Fact, Group, Limits, LineReceipt, Measured, MonthFile, OrderLine, Request,
};
use keelson_methods::{
    kpi::{Definition, Measure},
    period::{Bounds, Period},
};
use object_store::memory::InMemory;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn period(text: &str) -> Bounds {
    Period::parse(text).unwrap().bounds(day("2026-06-30"))
}

pub(crate) fn analytics() -> Analytics {
    let limits = Limits {
        threads: 2,
        ..Limits::default()
    };
    Analytics::with_limits(Arc::new(InMemory::new()), limits).unwrap()
}

/// The handbook's definition of a measure.
pub(crate) fn standard(measure: Measure) -> Definition {
    let mut all = Definition::standard().into_iter();
    all.find(|definition| definition.measure == measure)
        .unwrap()
}

/// A line of one supplier, with receipts of (day, good units).
pub(crate) fn line(
    id: i64,
    order: &str,
    units: i64,
    due: &str,
    receipts: &[(&str, i64)],
) -> OrderLine {
    OrderLine {
        id,
        supplier: 1,
        source: 1,
        key: format!("line-{id}"),
        order_number: Some(order.to_owned()),
        quantity_milli: units * 1000,
        requested_on: Some(day(due)),
        receipts: receipts
            .iter()
            .enumerate()
            .map(|(at, (on, good))| LineReceipt {
                id: id * 100 + at as i64,
                received_on: day(on),
                good_milli: good * 1000,
                rejected_milli: 0,
            })
            .collect(),
        ..OrderLine::default()
    }
}

/// Writes one file and adds it to the current ones.
pub(crate) async fn write<F: Fact>(
    analytics: &Analytics,
    month: i32,
    name: &str,
    rows: &[F],
) -> Option<MonthFile> {
    let mut writer = analytics.write_month::<F>(month, name);
    for rows in rows.chunks(3) {
        writer.push(rows).await.unwrap();
    }
    writer.finish().await.unwrap()
}

/// Writes one file and makes it the only one of its kind.
pub(crate) async fn load<F: Fact>(analytics: &Analytics, rows: &[F]) {
    let file = write(analytics, 202_603, "1", rows).await;
    analytics.set_months(F::KIND, file.into_iter().collect());
}

pub(crate) async fn measure(
    analytics: &Analytics,
    definition: &Definition,
    bounds: Bounds,
    as_of: &str,
    by: By,
) -> Vec<Measured> {
    let request = Request {
        definition,
        bounds,
        as_of: day(as_of),
        by,
        suppliers: None,
    };
    analytics.measure(&request).await.unwrap()
}

pub(crate) async fn total(
    analytics: &Analytics,
    definition: &Definition,
    bounds: Bounds,
    as_of: &str,
) -> Measured {
    let mut answers = measure(analytics, definition, bounds, as_of, By::Total).await;
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

/// T2.1 of the handbook.
pub(crate) fn t2_1() -> Vec<OrderLine> {
    vec![
        line(
            1,
            "A",
            100,
            "2026-03-10",
            &[("2026-03-08", 60), ("2026-03-10", 40)],
        ),
        line(
            2,
            "A",
            200,
            "2026-03-12",
            &[("2026-03-12", 150), ("2026-03-15", 50)],
        ),
        line(3, "B", 50, "2026-03-14", &[("2026-03-09", 50)]),
        line(4, "C", 1000, "2026-03-20", &[("2026-03-19", 985)]),
        line(5, "D", 80, "2026-03-25", &[]),
        line(6, "E", 40, "2026-04-05", &[]),
    ]
}

/// The answers as (group, numerator, denominator).
pub(crate) fn parts(answers: &[Measured]) -> Vec<(Group, i64, i64)> {
    let part = |answer: &Measured| {
        (
            answer.group.clone(),
            answer.rate.numerator,
            answer.rate.denominator,
        )
    };
    answers.iter().map(part).collect()
}

pub(crate) fn supplier(id: i64) -> Group {
    Group {
        supplier: Some(id),
        ..Group::default()
    }
}
