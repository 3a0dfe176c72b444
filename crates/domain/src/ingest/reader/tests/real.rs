//! The example mappings on the real files they are for. The files are not part of the house; without them these tests say
//! so and pass.

use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const SCMS: &str = include_str!("../../../../../../examples/mappings/scms.toml");
const CHICAGO: &str = include_str!("../../../../../../examples/mappings/chicago-contracts.toml");
const CHICAGO_SUPPLIERS: &str =
    include_str!("../../../../../../examples/mappings/chicago-contracts-suppliers.toml");
const OXFORD: &str = include_str!("../../../../../../examples/mappings/oxford.toml");
const TREASURY: &str = include_str!("../../../../../../examples/mappings/hm-treasury.toml");

/// The folder of a real data set, or nothing, said aloud.
fn real(folder: &str) -> Option<PathBuf> {
    keelson_testkit::real_data(folder)
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    files
}

struct Read {
    rows: Vec<Row>,
    rejected: Vec<Outcome>,
    repeated: u64,
    control: Option<ControlReport>,
}

fn read(path: &Path, mapping: &str) -> Read {
    let mapping = Mapping::parse(mapping).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let name = path.file_name().unwrap().to_string_lossy();
    let mut reader = RowReader::open(File::open(path).unwrap(), &name, &mapping)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut read = Read {
        rows: Vec::new(),
        rejected: Vec::new(),
        repeated: 0,
        control: None,
    };
    while let Some(outcome) = reader.next_outcome().unwrap() {
        match outcome {
            Outcome::Row(row) => read.rows.push(row),
            Outcome::Repeated { .. } => read.repeated += 1,
            rejected @ Outcome::Rejected { .. } => read.rejected.push(rejected),
        }
    }
    read.control = reader.control();
    read
}

fn invoice_lines(read: &Read) -> impl Iterator<Item = &InvoiceLineRow> {
    read.rows.iter().map(|row| match row {
        Row::InvoiceLine(row) => &**row,
        other => panic!("{other:?}"),
    })
}

#[test]
fn scms_gives_every_line_its_delivery_and_no_invented_order_date() {
    let Some(folder) = real("scms-delivery") else {
        return;
    };
    let read = read(&folder.join("scms_dev.csv"), SCMS);
    assert!(read.rejected.is_empty(), "{:#?}", &read.rejected[..1]);
    assert_eq!((read.rows.len(), read.repeated), (6_507, 0));
    let lines: Vec<&OrderLineRow> = read
        .rows
        .iter()
        .map(|row| match row {
            Row::OrderLine(row) => &**row,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.ordered_on.is_none())
            .count(),
        4_010
    );
    let not_applicable = lines
        .iter()
        .filter(|line| line.provenance.missing == [("ordered_on", Missing::NotApplicable)])
        .count();
    assert_eq!(not_applicable, 3_739);
    let on_time = |line: &&&OrderLineRow| {
        line.receipt.as_ref().unwrap().received_on <= line.requested_on.unwrap()
    };
    assert_eq!(lines.iter().filter(on_time).count(), 5_905);
    let of = |name: &str| {
        let name = name.to_owned();
        let all: Vec<&&OrderLineRow> = lines
            .iter()
            .filter(|line| line.supplier.name.starts_with(&name))
            .collect();
        (all.iter().filter(|line| on_time(line)).count(), all.len())
    };
    assert_eq!(of("Aurobindo"), (400, 484));
    assert_eq!(of("Orgenics"), (392, 427));
    assert_eq!(of("S. BUYS"), (403, 413));
    assert_eq!(
        lines
            .iter()
            .map(|line| &line.supplier.key)
            .collect::<BTreeSet<_>>()
            .len(),
        61
    );
    // 12/01/2006 is the first of December: no order was sent long after its delivery.
    let late = |line: &&&OrderLineRow| {
        line.ordered_on
            .is_some_and(|on| on > line.receipt.as_ref().unwrap().received_on)
    };
    assert!(lines.iter().filter(late).count() <= 2);
    let first = lines[0];
    assert_eq!(
        (first.quantity.to_string(), first.value.unwrap().to_string()),
        ("19".to_owned(), "551.00 USD".to_owned())
    );
}

#[test]
fn chicago_keeps_every_award_negative_and_zero_ones_too() {
    let Some(folder) = real("chicago-contracts") else {
        return;
    };
    let file = folder.join("contracts_dev.csv.gz");
    let awards = read(&file, CHICAGO);
    assert!(awards.rejected.is_empty(), "{:#?}", &awards.rejected[..1]);
    assert_eq!((awards.rows.len(), awards.repeated), (129_879, 0));
    let amounts: Vec<i64> = invoice_lines(&awards)
        .map(|line| line.amount.unwrap().minor)
        .collect();
    assert_eq!(amounts.iter().filter(|amount| **amount < 0).count(), 20_207);
    assert_eq!(
        amounts.iter().filter(|amount| **amount == 0).count(),
        18_125
    );
    assert_eq!(amounts.iter().sum::<i64>(), 8_306_795_960_580);
    assert_eq!(
        invoice_lines(&awards)
            .filter(|line| line.invoiced_on.is_none())
            .count(),
        21
    );
    let keys: BTreeSet<&str> = awards
        .rows
        .iter()
        .map(|row| row.provenance().key.as_str())
        .collect();
    assert_eq!(keys.len(), 129_879);
    assert_eq!(
        invoice_lines(&awards)
            .filter(|line| line.supplier.country.is_none())
            .count(),
        3
    );

    let vendors = read(&file, CHICAGO_SUPPLIERS);
    assert_eq!(vendors.rows.len(), 10_857);
    // One vendor has two names: the later one is a contradiction a person has to solve.
    assert!(!vendors.rejected.is_empty());
    assert!(
        vendors
            .rejected
            .iter()
            .all(|row| reasons(row)[0].2 == "94547541L")
    );
    assert_eq!(
        vendors.rows.len() as u64 + vendors.repeated + vendors.rejected.len() as u64,
        129_879
    );
}

#[test]
fn one_mapping_reads_the_seventeen_files_of_oxford() {
    let Some(folder) = real("oxford-spend") else {
        return;
    };
    let mut rows = 0;
    let mut undated = BTreeMap::new();
    let mut keys = BTreeSet::new();
    let mut unnamed = 0;
    let mut without_amount = Vec::new();
    let paths = files(&folder, ".csv");
    assert_eq!(paths.len(), 17);
    for path in paths {
        let read = read(&path, OXFORD);
        assert!(
            read.rejected.is_empty(),
            "{path:?} {:#?}",
            &read.rejected[..1]
        );
        assert_eq!(read.repeated, 0);
        rows += read.rows.len();
        for line in invoice_lines(&read) {
            assert!(
                keys.insert(line.provenance.key.clone()),
                "{}",
                line.provenance.key
            );
            unnamed += usize::from(line.supplier.name == "Not named by Oxford City Council");
            if line.paid_on.is_none() {
                *undated
                    .entry(path.file_name().unwrap().to_string_lossy().into_owned())
                    .or_insert(0) += 1;
            }
            if line.amount.is_none() {
                without_amount.push(line.provenance.row_number);
            }
        }
    }
    assert_eq!(rows, 61_529);
    assert_eq!(keys.len(), 61_529);
    assert_eq!(
        undated.into_iter().collect::<Vec<_>>(),
        [
            ("expenditure-over-500-apr-jun-2014.csv".to_owned(), 3_836),
            ("expenditure-over-500-jan-mar-2014.csv".to_owned(), 1)
        ]
    );
    assert_eq!((unnamed, without_amount), (19, vec![3_861]));
}

#[test]
fn the_treasury_agrees_with_its_own_totals() {
    let Some(folder) = real("hm-treasury-spend") else {
        return;
    };
    for (path, rows) in files(&folder, ".json").into_iter().zip([79, 67, 126]) {
        let read = read(&path, TREASURY);
        assert!(read.rejected.is_empty(), "{:#?}", &read.rejected[..1]);
        assert_eq!(read.rows.len(), rows);
        let control = read.control.unwrap();
        assert!(control.agrees(), "{control}");
        assert_eq!(control.rows, rows as u64);
    }
}

#[test]
fn the_example_mappings_survive_their_own_document() {
    for text in [SCMS, CHICAGO, CHICAGO_SUPPLIERS, OXFORD, TREASURY] {
        let mapping = Mapping::parse(text).unwrap_or_else(|errors| panic!("{errors:#?}"));
        assert_eq!(Mapping::parse(&mapping.to_toml()).unwrap(), mapping);
    }
}
