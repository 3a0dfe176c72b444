//! Real deliveries: the SCMS history of 2006 to 2015.

use std::{io::Write, path::PathBuf};

use chrono::NaiveDate;
use keelson_analytics::{By, LineReceipt, OrderLine};
use keelson_methods::kpi::Definition;

use crate::kit::{analytics, load, measure, period, total};

const ON_OR_BEFORE_SCHEDULED: &str =
    include_str!("../../../../examples/kpis/on-or-before-scheduled.toml");

fn file() -> Option<PathBuf> {
    let folder = std::env::var_os("KEELSON_REAL_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    Some(folder.join("scms-delivery/scms_dev.csv")).filter(|file| file.exists())
}

fn date(text: &str) -> Option<NaiveDate> {
    ["%d-%b-%y", "%m/%d/%y"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
}

#[tokio::test]
async fn on_or_before_scheduled() {
    let Some(file) = file() else {
        // Written to the stream itself: the test harness hides what a passing test prints.
        let _ = std::io::stderr().write_all(
            b"SKIPPED: no scms-delivery/scms_dev.csv under KEELSON_REAL_DATA or ../shared/data\n",
        );
        return;
    };
    let mut table =
        csv::Reader::from_reader(std::io::BufReader::new(std::fs::File::open(file).unwrap()));
    let header = table.byte_headers().unwrap().clone();
    let at = |name: &str| {
        header
            .iter()
            .position(|column| column == name.as_bytes())
            .unwrap()
    };
    let (scheduled, delivered) = (
        at("Scheduled Delivery Date"),
        at("Delivered to Client Date"),
    );
    let (vendor, via, order, quantity) = (
        at("Vendor"),
        at("Fulfill Via"),
        at("PO / SO #"),
        at("Line Item Quantity"),
    );
    let mut vendors: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for (record, id) in table.byte_records().zip(1..) {
        let record = record.unwrap();
        let field = |at: usize| String::from_utf8_lossy(&record[at]).trim().to_owned();
        let name = format!("{}: {}", field(via), field(vendor));
        let supplier = vendors
            .iter()
            .position(|known| *known == name)
            .unwrap_or_else(|| {
                vendors.push(name);
                vendors.len() - 1
            });
        let quantity_milli = field(quantity).parse::<i64>().unwrap() * 1000;
        lines.push(OrderLine {
            id,
            supplier: supplier as i64,
            source: 1,
            key: id.to_string(),
            order_number: Some(field(order)),
            quantity_milli,
            requested_on: date(&field(scheduled)),
            receipts: vec![LineReceipt {
                id,
                received_on: date(&field(delivered)).unwrap(),
                good_milli: quantity_milli,
                rejected_milli: 0,
            }],
            ..OrderLine::default()
        });
    }
    let analytics = analytics();
    load(&analytics, &lines).await;
    let definition = Definition::parse(ON_OR_BEFORE_SCHEDULED).unwrap();
    let all = total(&analytics, &definition, period("all"), "2016-01-01").await;
    assert_eq!((all.rate.numerator, all.rate.denominator), (5905, 6507));
    let by = measure(
        &analytics,
        &definition,
        period("all"),
        "2016-01-01",
        By::Supplier,
    )
    .await;
    for (start, met, lines) in [
        ("Aurobindo", 400, 484),
        ("Orgenics", 392, 427),
        ("S. BUYS", 403, 413),
    ] {
        let found: Vec<_> = by
            .iter()
            .filter(|answer| {
                let name = &vendors[answer.group.supplier.unwrap() as usize];
                name.strip_prefix("Direct Drop: ")
                    .is_some_and(|name| name.starts_with(start))
            })
            .map(|answer| (answer.rate.numerator, answer.rate.denominator))
            .collect();
        assert_eq!(found, [(met, lines)], "{start}");
    }
}
