//! A small company's facts, loaded and projected the way an import does it.

use chrono::{Datelike, NaiveDate};
use keelson_analytics::Kind;
use keelson_domain::{
    ImportId, PersonId, Result, SourceId, SupplierId, day_of,
    operations::{Bulk, Cell, Fact, Known, project},
    performance, segmentation,
};
use keelson_testkit::TestDb;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An organisation in euro with the handbook's definitions, templates and policy.
pub(crate) async fn organisation(t: &TestDb) -> Result<()> {
    let mut bulk = Bulk::begin(&t.db).await?;
    bulk.execute(
        "INSERT INTO organisation (id, name, currency, locale, created_at) VALUES (1, 'Aldermark', 'EUR', 'en', 0)".to_owned(),
    )
    .await?;
    bulk.commit().await?;
    let tx = t.db.begin().await?;
    performance::definition::seed(&tx, &t.act()).await?;
    performance::template::seed(&tx, &t.act()).await?;
    segmentation::policy::seed(&tx, &t.act()).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn supplier(t: &TestDb, id: i64, name: &str) -> Result<SupplierId> {
    let mut bulk = Bulk::begin(&t.db).await?;
    bulk.execute(format!(
        "INSERT INTO suppliers (id, number, name, name_key, status, created_at, updated_at) \
         VALUES ({id}, 'S-{id:05}', '{name}', '{name}', 'active', 0, 0)"
    ))
    .await?;
    bulk.commit().await?;
    Ok(SupplierId(id))
}

pub(crate) async fn person(t: &TestDb, id: i64, name: &str) -> Result<PersonId> {
    let mut bulk = Bulk::begin(&t.db).await?;
    bulk.execute(format!(
        "INSERT INTO people (id, email, name, status, created_at) VALUES ({id}, '{id}@aldermark.example', '{name}', 'active', 0)"
    ))
    .await?;
    bulk.commit().await?;
    Ok(PersonId(id))
}

/// Ratings as (alternatives, business impact, innovation potential, disruption risk).
pub(crate) async fn rate(
    t: &TestDb,
    supplier: SupplierId,
    (alternatives, impact, innovation, disruption): (i64, i64, i64, i64),
) -> Result<()> {
    let mut bulk = Bulk::begin(&t.db).await?;
    bulk.execute(format!(
        "DELETE FROM supplier_ratings WHERE supplier_id = {supplier}"
    ))
    .await?;
    bulk.execute(format!(
        "INSERT INTO supplier_ratings (supplier_id, alternatives, business_impact, innovation_potential, \
         disruption_risk_centi, updated_at) VALUES ({supplier}, {alternatives}, {impact}, {innovation}, {disruption}00, 0)"
    ))
    .await?;
    bulk.commit().await
}

/// One order line of 100 pieces at 10 euro, due on a day, received completely on another or not at all.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) supplier: SupplierId,
    pub(crate) key: String,
    pub(crate) due: NaiveDate,
    pub(crate) received: Option<NaiveDate>,
}

/// `count` lines of a month, of which the last `late` come five days late.
pub(crate) fn month(supplier: SupplierId, month: &str, count: u32, late: u32) -> Vec<Line> {
    (0..count)
        .map(|at| {
            let due = day(&format!("{month}-{:02}", 1 + at % 20));
            let delay = if at >= count - late { 5 } else { 0 };
            Line {
                supplier,
                key: format!("{supplier}/{month}/{at}"),
                due,
                received: Some(due + chrono::Days::new(delay)),
            }
        })
        .collect()
}

/// Loads order lines with their receipts, and an invoice line for each that was received; then projects.
pub(crate) async fn load(t: &TestDb, lines: &[Line]) -> Result<()> {
    let fact = |key: &str, supplier, on: NaiveDate, digest: String, cells| Fact {
        key: key.to_owned(),
        supplier: Some(supplier),
        month: on.year() * 100 + on.month() as i32,
        digest,
        row_number: 1,
        missing: None,
        cells,
    };
    let text = |text: &str| Cell::Text(Some(text.to_owned()));
    let none = || Cell::Number(None);
    let no_text = || Cell::Text(None);
    let number = |number: i64| Cell::Number(Some(number));
    let on = |day: NaiveDate| Cell::Number(Some(i64::from(day_of(day))));
    let orders = lines
        .iter()
        .map(|line| {
            let cells = vec![
                text(&line.key),
                text("1"),
                no_text(),
                no_text(),
                text("Castings"),
                no_text(),
                number(100_000),
                text("pcs"),
                number(10_000_000),
                number(100_000),
                text("EUR"),
                on(line.due - chrono::Days::new(30)),
                on(line.due),
                on(line.due),
                on(line.due),
                none(),
                none(),
                no_text(),
            ];
            fact(
                &line.key,
                line.supplier,
                line.due,
                format!("{line:?}"),
                cells,
            )
        })
        .collect();
    let received: Vec<(&Line, NaiveDate)> = lines
        .iter()
        .filter_map(|line| Some((line, line.received?)))
        .collect();
    let receipts = received
        .iter()
        .map(|(line, day)| {
            let cells = vec![
                text(&line.key),
                on(*day),
                number(100_000),
                number(0),
                no_text(),
            ];
            fact(&line.key, line.supplier, *day, day.to_string(), cells)
        })
        .collect();
    let invoices = received
        .iter()
        .map(|(line, day)| {
            let mut cells = vec![
                text(&line.key),
                text("1"),
                text(&line.key),
                text("Castings"),
            ];
            cells.extend([no_text(), no_text(), number(100_000), number(10_000_000)]);
            cells.extend([number(100_000), none(), text("EUR"), on(*day), on(*day)]);
            cells.extend([
                none(),
                none(),
                text("matched"),
                number(10_000_000),
                text("contract"),
            ]);
            cells.extend([none(), none()]);
            fact(&line.key, line.supplier, *day, day.to_string(), cells)
        })
        .collect();
    let mut bulk = Bulk::begin(&t.db).await?;
    let (source, import) = (SourceId(1), ImportId(1));
    for (kind, facts) in [
        (Kind::OrderLines, orders),
        (Kind::Receipts, receipts),
        (Kind::InvoiceLines, invoices),
    ] {
        bulk.load(kind, source, import, facts, Known::default())
            .await?;
    }
    bulk.commit().await?;
    project(&t.keelson, t.act().at).await?;
    Ok(())
}
