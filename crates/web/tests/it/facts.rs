//! A small company's facts, loaded and projected the way an import does it.

use chrono::{Datelike as _, Days, NaiveDate};
use keelson_analytics::Kind;
use keelson_domain::{
    ImportId, SourceId, SupplierId, day_of,
    operations::{Bulk, Cell, Fact, Known, project},
    performance::{self, Scope},
    suppliers::{self, Details, Name, NewSupplier, RatingsDraft},
};
use keelson_methods::{money::Currency, period::Period};
use keelson_testkit::TestDb;

/// A supplier we buy from.
pub(crate) async fn supplier(t: &TestDb, name: &str) -> SupplierId {
    let new = NewSupplier::established(Details::of(Name::parse(name).unwrap()));
    suppliers::create(&t.keelson, &t.act(), &new).await.unwrap()
}

/// What our people say: alternatives, business impact and innovation potential of five, risk of disruption of 100.
pub(crate) async fn rate(
    t: &TestDb,
    supplier: SupplierId,
    [alternatives, impact, innovation, disruption]: [&str; 4],
) {
    let draft = RatingsDraft {
        alternatives: alternatives.to_owned(),
        business_impact: impact.to_owned(),
        innovation_potential: innovation.to_owned(),
        innovation_evidence: "a joint project".to_owned(),
        disruption_risk: disruption.to_owned(),
        ..RatingsDraft::default()
    };
    let ratings = draft.parse(Currency::parse("EUR").unwrap()).unwrap();
    suppliers::rate(&t.keelson, &t.act(), supplier, &ratings)
        .await
        .unwrap();
}

/// Sixty order lines of 100 pieces at 10 euro in each month of the last quarter of 2025, of which the last `late` come five
/// days late, with their receipts and an invoice line each; projected and measured.
pub(crate) async fn deliver(t: &TestDb, supplier: SupplierId, late: u32) {
    let lines: Vec<Line> = (10..=12)
        .flat_map(|month| {
            (0..60).map(move |at| {
                let due = NaiveDate::from_ymd_opt(2025, month, 1 + at % 20).unwrap();
                let delay = if at >= 60 - late { 5 } else { 0 };
                Line {
                    supplier,
                    key: format!("PO-{supplier}-{month:02}{at:02}"),
                    due,
                    received: due + Days::new(delay),
                }
            })
        })
        .collect();
    load(t, &lines).await;
}

/// Judges everybody for a quarter.
pub(crate) async fn judge(t: &TestDb, quarter: &str) {
    let period = Period::parse(quarter).unwrap();
    performance::score(&t.keelson, &t.act(), period, None, t.act().on())
        .await
        .unwrap();
}

#[derive(Debug)]
struct Line {
    supplier: SupplierId,
    key: String,
    due: NaiveDate,
    received: NaiveDate,
}

async fn load(t: &TestDb, lines: &[Line]) {
    let text = |text: &str| Cell::Text(Some(text.to_owned()));
    let number = |number: i64| Cell::Number(Some(number));
    let on = |day: NaiveDate| Cell::Number(Some(i64::from(day_of(day))));
    let (none, no_text) = (|| Cell::Number(None), || Cell::Text(None));
    let fact = |line: &Line, day: NaiveDate, cells| Fact {
        key: line.key.clone(),
        supplier: Some(line.supplier),
        month: day.year() * 100 + day.month().cast_signed(),
        digest: format!("{line:?}"),
        row_number: 1,
        missing: None,
        cells,
    };
    let orders = lines.iter().map(|line| {
        let mut cells = vec![text(&line.key), text("1"), text("Housing"), no_text()];
        cells.extend([text("Castings"), no_text(), number(100_000), text("pcs")]);
        cells.extend([number(10_000_000), number(100_000), text("EUR")]);
        cells.extend([on(line.due - Days::new(30)), on(line.due), on(line.due)]);
        cells.extend([on(line.due), none(), none(), no_text()]);
        fact(line, line.due, cells)
    });
    let receipts = lines.iter().map(|line| {
        let cells = vec![
            text(&line.key),
            on(line.received),
            number(100_000),
            number(0),
            no_text(),
        ];
        fact(line, line.received, cells)
    });
    let mut bulk = Bulk::begin(&t.db).await.unwrap();
    for (kind, facts) in [
        (Kind::OrderLines, orders.collect::<Vec<_>>()),
        (Kind::Receipts, receipts.collect()),
    ] {
        bulk.load(kind, SourceId(1), ImportId(1), facts, Known::default())
            .await
            .unwrap();
    }
    bulk.commit().await.unwrap();
    project(&t.keelson, t.act().at).await.unwrap();
    performance::refresh(&t.keelson, &Scope::Everyone, t.act().on(), t.act().at)
        .await
        .unwrap();
}
