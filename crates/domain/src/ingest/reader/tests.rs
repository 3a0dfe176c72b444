use super::*;
use crate::ingest::rows::{InvoiceLineRow, OrderLineRow, ReceiptRow, SupplierRow};
use chrono::NaiveDate;
use keelson_methods::missing::Missing;

mod real;

/// What became of every row of a small file.
fn outcomes(mapping: &str, file: &str) -> Vec<Outcome> {
    named_outcomes(mapping, file, "x.csv")
}

fn named_outcomes(mapping: &str, file: &str, name: &str) -> Vec<Outcome> {
    let mut reader = open(mapping, file.as_bytes(), name).unwrap();
    let mut all = Vec::new();
    while let Some(outcome) = reader.next_outcome().unwrap() {
        all.push(outcome);
    }
    all
}

fn open(mapping: &str, file: &[u8], name: &str) -> Result<RowReader, TableProblem> {
    let mapping = Mapping::parse(mapping).unwrap_or_else(|errors| panic!("{errors:#?}"));
    RowReader::from_bytes(file.to_vec(), name, &mapping, Limits::default())
}

fn reasons(outcome: &Outcome) -> Vec<(u64, &str, &str, &str)> {
    match outcome {
        Outcome::Rejected { row, problems } => problems
            .iter()
            .map(|problem| {
                let text = |text: &'_ Option<String>| {
                    text.as_deref().map_or("", |text| text.to_owned().leak())
                };
                (
                    *row,
                    text(&problem.column),
                    text(&problem.value),
                    problem.reason.as_str(),
                )
            })
            .collect(),
        other => panic!("not rejected: {other:?}"),
    }
}

fn order_line(outcome: &Outcome) -> &OrderLineRow {
    match outcome {
        Outcome::Row(Row::OrderLine(row)) => row,
        other => panic!("no order line: {other:?}"),
    }
}

fn invoice_line(outcome: &Outcome) -> &InvoiceLineRow {
    match outcome {
        Outcome::Row(Row::InvoiceLine(row)) => row,
        other => panic!("no invoice line: {other:?}"),
    }
}

fn receipt(outcome: &Outcome) -> &ReceiptRow {
    match outcome {
        Outcome::Row(Row::Receipt(row)) => row,
        other => panic!("no receipt: {other:?}"),
    }
}

fn supplier(outcome: &Outcome) -> &SupplierRow {
    match outcome {
        Outcome::Row(Row::Supplier(row)) => row,
        other => panic!("no supplier: {other:?}"),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const LINES: &str = r#"
kind = "order-lines"
source = "ERP"
[fields.order_number]
columns = ["Bestellung", "PO"]
[fields.line_number]
columns = ["Position", "Line"]
[fields.supplier_key]
columns = ["Kreditor"]
[fields.supplier_name]
columns = ["Lieferant", "Vendor"]
[fields.quantity]
columns = ["Menge", "Quantity"]
[fields.currency]
columns = ["Währung", "Currency"]
default = "EUR"
[fields.unit_price]
columns = ["Preis", "Price"]
per = ["Preiseinheit"]
[fields.value]
columns = ["Wert", "Value"]
[fields.requested_on]
columns = ["Wunschtermin", "Due"]
[fields.ordered_on]
columns = ["Bestelldatum"]
missing = { "offen" = "not_reported", "entfällt*" = "not_applicable" }
on_error = "missing"
[fields.received_on]
columns = ["Wareneingang", "Received"]
[fields.received_quantity]
columns = ["WE-Menge", "Received quantity"]
[fields.rejected_quantity]
columns = ["Ausschuss"]
"#;

#[test]
fn a_german_export_becomes_order_lines_with_receipts() {
    let file = "Bestellung;Position;Kreditor;Lieferant;Menge;Währung;Preis;Preiseinheit;Wert;Wunschtermin;Bestelldatum;Wareneingang;\
                WE-Menge;Ausschuss\n\
                4500001;10;K7;Müller GmbH;1.234,5;;99,95;100;1.233,88;31.01.2024;02.01.2024;30.01.2024;1.234,5;4,5\n\
                4500001;20;K7;Müller GmbH;2;USD;(3,00);;-6,00-;31.01.2024;;;;\n\
                4500002;10;K8;;7;CHF;1,5;;10,50;31.01.2024;entfällt (Lager);;;\n";
    let all = outcomes(LINES, file);
    let line = order_line(&all[0]);
    assert_eq!(line.provenance.key, "4500001/10");
    assert_eq!(line.provenance.row_number, 2);
    assert_eq!(
        (line.supplier.key.as_str(), line.supplier.name.as_str()),
        ("K7", "Müller GmbH")
    );
    assert_eq!(line.quantity.to_string(), "1234.5");
    assert_eq!(line.unit_price.unwrap().to_string(), "0.9995 EUR");
    assert_eq!(line.value.unwrap().to_string(), "1233.88 EUR");
    assert_eq!(
        (line.requested_on, line.ordered_on),
        (Some(day("2024-01-31")), Some(day("2024-01-02")))
    );
    let arrived = line.receipt.as_ref().unwrap();
    assert_eq!(
        (arrived.provenance.key.as_str(), arrived.line_key.as_str()),
        ("4500001/10/receipt", "4500001/10")
    );
    assert_eq!(
        (
            arrived.received_on,
            arrived.good.to_string(),
            arrived.rejected.to_string()
        ),
        (day("2024-01-30"), "1230".to_owned(), "4.5".to_owned())
    );
    // A price below zero and a sign written twice are told, both of them.
    let told = reasons(&all[1]);
    assert_eq!(told.len(), 2);
    assert_eq!(
        (told[0].1, told[0].2, told[0].3),
        ("Preis", "(3,00)", "The price is negative. Correct it.")
    );
    assert_eq!(
        (told[1].1, told[1].3.split('.').next()),
        ("Wert", Some("This is not a number"))
    );
    let line = order_line(&all[2]);
    assert_eq!(line.supplier.name, "Supplier K8");
    assert_eq!(
        line.provenance.missing,
        [("ordered_on", Missing::NotApplicable)]
    );
    assert!(line.receipt.is_none());
}

#[test]
fn bad_values_reject_their_row_with_column_value_and_reason_and_no_other() {
    let file = "PO,Line,Vendor,Quantity,Currency,Price,Due,Received,Received quantity\n\
                1,1,Acme,0,,,2024-01-31,,\n\
                1,2,Acme,-5,EUR,1,31.02.2024,,\n\
                1,3,Acme,many,XYZ,1,2024-01-31,,\n\
                1,4,GmbH,5,EUR,1,1024-01-31,,\n\
                1,5,,5,EUR,1,2024-01-31,,\n\
                1,,Acme,5,EUR,1,2024-01-31,,\n\
                1,6,Acme,5,EUR,1,2024-01-31,2024-02-01,\n\
                1,7,Acme,5,EUR,1,2024-01-31,,3\n\
                1,8,Acme,5,EUR,€ 2.00,2024-01-31,,\n\
                1,9,Acme,5,USD,€ 2.00,soon,,\n\
                1,10,Acme,5,EUR,1,2024-01-31,2024-02-01,5,x\n\
                ,,,,,,,,\n\
                1,11,Acme,,EUR,1,2024-01-31,,\n";
    let all = outcomes(LINES, file);
    assert_eq!(all.len(), 12);
    let first = |position: usize| reasons(&all[position])[0];
    assert_eq!(
        first(0),
        (
            2,
            "Quantity",
            "0",
            "The ordered quantity is 0, and an order line orders something. Correct it, or leave the line out if it was cancelled."
        )
    );
    assert!(first(1).3.starts_with("The ordered quantity is negative."));
    assert_eq!(
        reasons(&all[1])[1].3,
        "There is no day 31 in month 2 of 2024. Correct the date."
    );
    assert_eq!(
        reasons(&all[2])
            .iter()
            .map(|told| (told.1, told.2))
            .collect::<Vec<_>>(),
        [("Quantity", "many"), ("Currency", "XYZ"), ("Price", "1")]
    );
    assert_eq!(
        first(3).3,
        "This cannot be a supplier's name: \"GmbH\" is only a legal form; enter the name that goes with it."
    );
    assert!(
        reasons(&all[3])[1]
            .3
            .starts_with("The year 1024 is implausibly far away.")
    );
    assert!(first(4).3.starts_with("The row names no supplier."));
    assert_eq!((first(5).0, first(5).1), (7, "Line"));
    assert!(first(5).3.starts_with("The key is empty"));
    assert_eq!(
        (first(6).1, first(6).3.split(',').next()),
        (
            "Received quantity",
            Some("The receipt has a date but no quantity. Fill it in")
        )
    );
    assert!(
        first(7)
            .3
            .starts_with("A quantity was received, but the date of the receipt is empty.")
    );
    assert!(order_line(&all[8]).unit_price.is_some());
    assert_eq!(
        first(9).3,
        "The amount is written in EUR, but the row's currency is USD. Correct one of the two."
    );
    assert!(
        reasons(&all[9])[1]
            .3
            .starts_with("This is not a date in any of the formats")
    );
    assert!(
        first(10)
            .3
            .starts_with("The row has 10 cells and the header 9.")
    );
    assert_eq!(first(11).0, 14);
    assert_eq!(
        first(11).3,
        "The value for quantity is empty, and a row needs one. Fill it in, or leave the row out."
    );
}

#[test]
fn a_key_that_comes_twice_is_repeated_or_contradicted() {
    let file = "PO,Line,Vendor,Quantity,Currency,Price,Due\n\
                1,1,Acme,5,EUR,1.50,2024-01-31\n1,1,Acme,5.000,EUR,1.5,2024-01-31 00:00\n1,1,Acme,6,EUR,1.5,2024-01-31\n";
    let all = outcomes(LINES, file);
    assert_eq!(all[1], Outcome::Repeated { row: 3 });
    assert!(
        reasons(&all[2])[0]
            .3
            .starts_with("Row 2 has the same key and other values")
    );
    let numbered = LINES.replace("source", "#\nsource")
        + "[key]\ncolumns = [\"PO\", \"#occurrence\"]\nseparator = \"-\"\n";
    let keys: Vec<String> = outcomes(&numbered, file)
        .iter()
        .map(|o| order_line(o).provenance.key.clone())
        .collect();
    assert_eq!(keys, ["1", "1#2", "1#3"]);
}

#[test]
fn the_digest_of_a_line_covers_the_line_alone() {
    let digests = |file: &str| {
        let all = outcomes(LINES, file);
        let line = order_line(&all[0]);
        (
            line.provenance.digest,
            line.receipt
                .as_ref()
                .map(|receipt| receipt.provenance.digest),
        )
    };
    let head = "PO,Line,Kreditor,Vendor,Quantity,Currency,Price,Due,Received,Received quantity\n";
    let base = digests(&format!(
        "{head}1,1,K,Acme,5,EUR,1.5,2024-01-31,2024-02-01,5\n"
    ));
    let receipt = digests(&format!(
        "{head}1,1,K,Acme,5,EUR,1.5,2024-01-31,2024-02-02,5\n"
    ));
    assert_eq!(base.0, receipt.0);
    assert_ne!(base.1, receipt.1);
    let renamed = digests(&format!(
        "{head}1,1,K,Acme Inc.,5.0,EUR,1.50,2024-01-31,2024-02-01,5\n"
    ));
    assert_eq!(base, renamed);
    let other_supplier = digests(&format!(
        "{head}1,1,L,Acme,5,EUR,1.5,2024-01-31,2024-02-01,5\n"
    ));
    let other_date = digests(&format!(
        "{head}1,1,K,Acme,5,EUR,1.5,2024-02-28,2024-02-01,5\n"
    ));
    let no_date = digests(&format!("{head}1,1,K,Acme,5,EUR,1.5,,2024-02-01,5\n"));
    let mut all = vec![base.0, other_supplier.0, other_date.0, no_date.0];
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 4);
    // A value that moves to another column is another row.
    let headed = "PO,Line,Vendor,Quantity,Due,Bestelldatum\n";
    assert_ne!(
        digests(&format!("{headed}1,1,Acme,5,2024-01-31,\n")).0,
        digests(&format!("{headed}1,1,Acme,5,,2024-01-31\n")).0
    );
}

#[test]
fn a_file_for_another_mapping_is_refused_with_what_is_missing() {
    let error = open(LINES, b"Vendor,Amount\nAcme,5\n", "x.csv")
        .err()
        .unwrap()
        .to_string();
    assert_eq!(
        error,
        "The file has no column for quantity (Menge or Quantity). Its columns are: Vendor, Amount. Correct the names in the \
         mapping, or choose the mapping that belongs to this file."
    );
    let error = open(LINES, b"PO,Line,Quantity\n1,1,5\n", "x.csv")
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("the supplier (Lieferant or Vendor or Kreditor)"),
        "{error}"
    );
    let both = "PO,Line,Vendor,Quantity,Due\n1,1,Acme,5,01/02/2024\n";
    let error = open(LINES, both.as_bytes(), "x.csv")
        .err()
        .unwrap()
        .to_string();
    assert!(error.starts_with("The dates in column \"Due\" can be read day first or month first; for example \"01/02/2024\"."), "{error}");
    let sure = "PO,Line,Vendor,Quantity,Due\n1,1,Acme,5,01/02/2024\n1,2,Acme,5,13/02/2024\n";
    assert_eq!(
        order_line(&outcomes(LINES, sure)[0]).requested_on,
        Some(day("2024-02-01"))
    );
}

#[test]
fn receipts_belong_to_an_order_line() {
    let mapping = r##"
        kind = "receipts"
        source = "ERP"
        [key]
        columns = ["GR", "#occurrence"]
        [fields.order_number]
        columns = ["PO"]
        [fields.line_number]
        columns = ["Line"]
        [fields.received_on]
        columns = ["Date"]
        formats = ["%Y%m%d"]
        [fields.quantity_received]
        columns = ["Received"]
        [fields.quantity_rejected]
        columns = ["Rejected"]
    "##;
    let file = "GR,PO,Line,Date,Received,Rejected\n1,45,10,20240131,5,1\n2,,10,20240131,5,\n3,45,20,20240131,1,2\n4,45,20,,1,\n";
    let all = outcomes(mapping, file);
    let first = receipt(&all[0]);
    assert_eq!(
        (
            first.line_key.as_str(),
            first.good.to_string(),
            first.rejected.to_string()
        ),
        ("45/10", "4".to_owned(), "1".to_owned())
    );
    assert!(first.supplier.is_none());
    assert_eq!(reasons(&all[1])[0].1, "PO");
    assert!(
        reasons(&all[1])[0]
            .3
            .starts_with("The receipt names no order line")
    );
    assert_eq!(
        reasons(&all[2])[0].3,
        "More was rejected (2) than received (1). Correct one of the two."
    );
    assert!(
        reasons(&all[3])[0]
            .3
            .starts_with("The value for received_on is empty")
    );
}

#[test]
fn inspections_and_suppliers_keep_their_codes_and_bounds() {
    let inspections = r#"
        kind = "inspections"
        source = "QM"
        [fields.key]
        columns = ["Lot"]
        [fields.supplier_key]
        columns = ["Vendor"]
        [fields.lot]
        columns = ["Lot"]
        [fields.quantity_inspected]
        columns = ["Inspected"]
        [fields.quantity_defective]
        columns = ["Defective"]
        [fields.result]
        columns = ["Decision"]
        translate = { "A" = "accepted" }
    "#;
    let all = outcomes(
        inspections,
        "Lot,Vendor,Inspected,Defective,Decision\nL1,7,100,2,a\nL2,7,10,11,Use as is\nL3,7,1,0,maybe\n",
    );
    assert!(
        matches!(&all[0], Outcome::Row(Row::Inspection(row)) if row.result.as_deref() == Some("accepted"))
    );
    assert_eq!(
        reasons(&all[1])[0].3,
        "More units are defective (11) than were inspected (10). Correct one of the two."
    );
    assert!(
        reasons(&all[2])[0]
            .3
            .contains("accepted, use_as_is, sorted, reworked, rejected")
    );

    let suppliers = r#"
        kind = "suppliers"
        source = "ERP"
        [fields.name]
        columns = ["Name"]
        [fields.country]
        columns = ["Country"]
        [fields.business_impact]
        columns = ["Impact"]
        [fields.market_hhi]
        columns = ["HHI"]
        factor = 0.0001
        [fields.dependency]
        columns = ["Dependency"]
        [fields.supplier_revenue]
        columns = ["Revenue"]
        factor = 1000
        [fields.currency]
        constant = "EUR"
    "#;
    let file = "Name,Country,Impact,HHI,Dependency,Revenue\n Acme  GmbH ,Deutschland,4,1800,35 %,\"1,250\"\nBeta,Atlantis,6,,200,-1\n";
    let all = outcomes(suppliers, file);
    let acme = supplier(&all[0]);
    assert_eq!(
        (acme.provenance.key.as_str(), acme.country.as_deref()),
        ("acme gmbh", Some("DE"))
    );
    assert_eq!(
        (
            acme.market_hhi_ppm,
            acme.dependency_centi,
            acme.business_impact
        ),
        (Some(180_000), Some(3_500), Some(4))
    );
    assert_eq!(acme.supplier_revenue.unwrap().to_string(), "1250000.00 EUR");
    assert_eq!(
        reasons(&all[1])
            .iter()
            .map(|told| told.1)
            .collect::<Vec<_>>(),
        ["Country", "Impact", "Revenue", "Dependency"]
    );
}

#[test]
fn invoices_may_be_credits_and_rows_may_be_skipped() {
    let mapping = r#"
        kind = "invoice-lines"
        source = "FI"
        unnamed_supplier = "Nobody named"
        [key]
        columns = ["No"]
        when_empty = "digest"
        [[skip]]
        columns = ["Vendor"]
        starts_with = ["total"]
        reason = "a total"
        [fields.supplier_name]
        columns = ["Vendor"]
        [fields.amount]
        columns = ["Amount"]
        required = false
        [fields.tax]
        columns = ["Tax"]
        on_error = "missing"
        [fields.currency]
        constant = "JPY"
    "#;
    let file = "No,Vendor,Amount,Tax\n1,Acme,-5.5,see note\n,,,\n,,,x\n2,TOTAL of all,99,\n";
    let mut reader = open(mapping, file.as_bytes(), "x.csv").unwrap();
    let mut all = Vec::new();
    while let Some(outcome) = reader.next_outcome().unwrap() {
        all.push(outcome);
    }
    assert_eq!(all.len(), 2);
    let line = invoice_line(&all[0]);
    assert_eq!((line.amount.unwrap().minor, line.tax), (-6, None));
    assert_eq!(line.provenance.missing, [("tax", Missing::ParseError)]);
    let line = invoice_line(&all[1]);
    assert_eq!(
        (
            line.supplier.name.as_str(),
            line.amount,
            line.provenance.key.len()
        ),
        ("Nobody named", None, 32)
    );
    assert_eq!(reader.skipped().collect::<Vec<_>>(), [("a total", 1)]);
    assert_eq!(reader.control(), None);
}

#[test]
fn a_workbook_gives_its_dates_and_numbers_untouched_by_habits() {
    use keelson_documents::write::{Column, ColumnKind, Value, XlsxWriter};
    let columns = [
        Column::new("PO", ColumnKind::Text),
        Column::new("Line", ColumnKind::Number { decimals: 0 }),
        Column::new("Vendor", ColumnKind::Text),
        Column::new("Quantity", ColumnKind::Number { decimals: 1 }),
        Column::new("Value", ColumnKind::Number { decimals: 2 }),
        Column::new("Due", ColumnKind::Date),
    ];
    let mut writer = XlsxWriter::new("Lines", &columns).unwrap();
    writer
        .row(&[
            Value::Text("0045"),
            Value::Integer(10),
            Value::Text("Acme"),
            Value::Number(1234.5),
            Value::Decimal(30, 2),
            Value::Date(day("2024-02-29")),
        ])
        .unwrap();
    let mut file = std::io::Cursor::new(Vec::new());
    writer.finish(&mut file).unwrap();
    let mapping = LINES.replace(
        "[fields.order_number]",
        "[file]\ndecimal = \",\"\n[fields.order_number]",
    );
    let mut reader = open(&mapping, &file.into_inner(), "x.xlsx").unwrap();
    let outcome = reader.next_outcome().unwrap().unwrap();
    let line = order_line(&outcome);
    assert_eq!(
        (
            line.provenance.key.as_str(),
            line.quantity.to_string(),
            line.requested_on
        ),
        ("0045/10", "1234.5".to_owned(), Some(day("2024-02-29")))
    );
    assert_eq!(line.value.unwrap().to_string(), "0.30 EUR");
}

#[test]
fn control_totals_are_compared_and_told() {
    let mapping = r#"
        kind = "invoice-lines"
        source = "FI"
        [key]
        columns = ["no"]
        [control]
        rows = "meta.count"
        sums = { amount = "meta.total" }
        [fields.supplier_name]
        columns = ["vendor.name"]
        [fields.amount]
        columns = ["amount"]
        [fields.currency]
        constant = "EUR"
    "#;
    let report = |count: u32, total: &str| {
        let file = format!(
            "{{\"rows\": [{{\"no\": 1, \"vendor\": {{\"name\": \"Acme\"}}, \"amount\": 0.1}}, \
             {{\"no\": 2, \"vendor\": {{\"name\": \"Beta\"}}, \"amount\": 0.2}}], \"meta\": {{\"count\": {count}, \"total\": {total}}}}}"
        );
        let mut reader = open(mapping, file.as_bytes(), "x.json").unwrap();
        while reader.next_outcome().unwrap().is_some() {}
        reader.control().unwrap()
    };
    assert!(report(2, "0.30000000000000004").agrees());
    let off = report(3, "0.4");
    assert!(!off.agrees());
    assert_eq!(
        off.to_string(),
        "The file says 3 records, but 2 were read. The file says 0.40 for the sum of amount, but 0.30 was read."
    );
    assert!(!report(2, "null").agrees());
}

#[test]
fn no_file_and_no_mapping_make_a_panic() {
    use proptest::prelude::*;
    let mapping = Mapping::parse(LINES).unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let cell = "[0-9a-zA-Z.,;:/€%(){}\" +-]{0,12}|31\\.12\\.2024|2024-02-30|1e9|-0|#N/A";
    runner
        .run(&proptest::collection::vec(proptest::collection::vec(cell, 1..12), 1..8), |rows| {
            let mut file = "PO,Line,Vendor,Quantity,Currency,Price,Value,Due,Bestelldatum,Received,Received quantity\n".to_owned();
            for row in rows {
                file.push_str(&row.join(","));
                file.push('\n');
            }
            if let Ok(mut reader) = RowReader::from_bytes(file.into_bytes(), "x.csv", &mapping, Limits::default()) {
                while let Ok(Some(outcome)) = reader.next_outcome() {
                    if let Outcome::Rejected { problems, .. } = outcome {
                        prop_assert!(!problems.is_empty());
                    }
                }
            }
            Ok(())
        })
        .unwrap();
}
