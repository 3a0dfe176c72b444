//! What is suggested for the real files: good enough that a person has little left to say.

use std::{fs::File, path::Path};

use keelson_domain::ingest::{self, Kind, Mapping, Outcome, Row, RowReader};
use keelson_testkit::real_data;

fn suggested(kind: Kind, path: &Path) -> Mapping {
    let name = path.file_name().unwrap().to_string_lossy();
    let mapping = ingest::suggest(kind, File::open(path).unwrap(), &name).unwrap();
    // What is shown is what is loaded.
    let written = mapping.to_toml();
    if mapping.check().is_empty() {
        assert_eq!(Mapping::parse(&written).unwrap(), mapping, "{written}");
    }
    mapping
}

/// The column or the constant a field is read from.
fn source<'a>(mapping: &'a Mapping, field: &str) -> &'a str {
    let Some(rule) = mapping.fields.get(field) else {
        return "";
    };
    rule.columns
        .first()
        .or(rule.constant.as_ref())
        .or(rule.same_as.as_ref())
        .map_or("", String::as_str)
}

fn open_fields(mapping: &Mapping) -> Vec<String> {
    mapping
        .check()
        .into_iter()
        .map(|error| error.field)
        .collect()
}

/// The rows a mapping keeps of a file, and how many it refuses.
fn read(mapping: &Mapping, path: &Path) -> (Vec<Row>, usize) {
    let name = path.file_name().unwrap().to_string_lossy();
    let mut reader = RowReader::open(File::open(path).unwrap(), &name, mapping).unwrap();
    let (mut rows, mut refused) = (Vec::new(), 0);
    while let Some(outcome) = reader.next_outcome().unwrap() {
        match outcome {
            Outcome::Row(row) => rows.push(row),
            Outcome::Rejected { .. } => refused += 1,
            Outcome::Repeated { .. } => {}
        }
    }
    (rows, refused)
}

#[test]
fn the_delivery_history_needs_no_word_more() {
    let Some(path) = real_data("scms-delivery/scms_dev.csv") else {
        return;
    };
    let mapping = suggested(Kind::OrderLines, &path);
    for (field, column) in [
        ("key", "ID"),
        ("supplier_name", "Vendor"),
        ("order_number", "PO / SO #"),
        ("description", "Item Description"),
        ("category", "Product Group"),
        ("quantity", "Line Item Quantity"),
        ("value", "Line Item Value"),
        // Of two prices the one that gives the line's value with the quantity.
        ("unit_price", "Pack Price"),
        ("currency", "USD"),
        ("ordered_on", "PO Sent to Vendor Date"),
        ("requested_on", "Scheduled Delivery Date"),
        ("received_on", "Delivered to Client Date"),
        ("received_quantity", "quantity"),
        ("unit", ""),
    ] {
        assert_eq!(
            source(&mapping, field),
            column,
            "{field}\n{}",
            mapping.to_toml()
        );
    }
    assert_eq!(open_fields(&mapping), Vec::<String>::new());
    let (rows, refused) = read(&mapping, &path);
    assert_eq!((rows.len(), refused), (6_507, 0));
    let (mut on_time, mut undated) = (0, 0);
    for row in &rows {
        let Row::OrderLine(line) = row else {
            panic!("{row:?}")
        };
        let received = line.receipt.as_ref().map(|receipt| receipt.received_on);
        on_time += usize::from(received <= line.requested_on);
        undated += usize::from(line.ordered_on.is_none());
    }
    assert_eq!((on_time, undated), (5_905, 4_010));
}

#[test]
fn the_awards_lack_only_their_currency() {
    let Some(path) = real_data("chicago-contracts/contracts_dev.csv.gz") else {
        return;
    };
    let mut mapping = suggested(Kind::InvoiceLines, &path);
    for (field, column) in [
        ("supplier_key", "Vendor ID"),
        ("supplier_name", "Vendor Name"),
        ("supplier_city", "City"),
        ("supplier_region", "State"),
        ("supplier_postcode", "Zip"),
        ("invoice_number", "Purchase Order (Contract) Number"),
        ("description", "Purchase Order Description"),
        ("category", "Contract Type"),
        ("cost_centre", "Department"),
        ("amount", "Award Amount"),
        ("invoiced_on", "Approval Date"),
    ] {
        assert_eq!(
            source(&mapping, field),
            column,
            "{field}\n{}",
            mapping.to_toml()
        );
    }
    assert_eq!(open_fields(&mapping), ["fields.currency"]);
    let dollars = ingest::FieldRule {
        constant: Some("USD".to_owned()),
        ..ingest::FieldRule::default()
    };
    mapping.fields.insert("currency".to_owned(), dollars);
    let (rows, refused) = read(&mapping, &path);
    assert_eq!((rows.len(), refused), (129_879, 0));

    let vendors = suggested(Kind::Suppliers, &path);
    for (field, column) in [
        ("key", "Vendor ID"),
        ("name", "Vendor Name"),
        ("city", "City"),
        ("region", "State"),
        ("postcode", "Zip"),
    ] {
        assert_eq!(
            source(&vendors, field),
            column,
            "{field}\n{}",
            vendors.to_toml()
        );
    }
    assert_eq!(open_fields(&vendors), Vec::<String>::new());
}

#[test]
fn the_councils_seventeen_files_lack_only_their_currency() {
    let Some(folder) = real_data("oxford-spend") else {
        return;
    };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "csv") {
            continue;
        }
        files += 1;
        let mapping = suggested(Kind::InvoiceLines, &path);
        let column = |field: &str| {
            source(&mapping, field)
                .trim()
                .to_lowercase()
                .replace('_', " ")
        };
        for (field, name) in [
            ("supplier_key", "supplier id"),
            ("supplier_name", "supplier name"),
            ("amount", "amount"),
            ("invoice_number", "trans no"),
        ] {
            assert_eq!(
                column(field),
                name,
                "{path:?} {field}\n{}",
                mapping.to_toml()
            );
        }
        if !path.to_string_lossy().contains("apr-jun-2014") {
            assert_eq!(
                column("paid_on"),
                "paid date",
                "{path:?}\n{}",
                mapping.to_toml()
            );
        }
        assert_eq!(open_fields(&mapping), ["fields.currency"], "{path:?}");
    }
    assert_eq!(files, 17);
}

#[test]
fn the_treasurys_payments_need_no_word_more() {
    let Some(path) = real_data("hm-treasury-spend/2025-03.json") else {
        return;
    };
    let mapping = suggested(Kind::InvoiceLines, &path);
    for (field, column) in [
        ("supplier_name", "supplier"),
        ("amount", "amount_gbp"),
        ("currency", "GBP"),
        ("category", "expense_type"),
        ("description", "description"),
        ("supplier_postcode", "supplier_postcode"),
    ] {
        assert_eq!(
            source(&mapping, field),
            column,
            "{field}\n{}",
            mapping.to_toml()
        );
    }
    assert_eq!(open_fields(&mapping), Vec::<String>::new());
    let (rows, refused) = read(&mapping, &path);
    assert_eq!((rows.len(), refused), (126, 0));
}
