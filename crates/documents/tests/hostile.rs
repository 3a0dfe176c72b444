//! Files built to hurt, and files that are something else: each is a typed error that says what to do, in bounded memory.

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use keelson_documents::{Limits, ReadOptions, RowProblem, Table, TableError};
use std::io::Write;

fn refused_with(bytes: &[u8], name: &str, options: &ReadOptions) -> TableError {
    let mut table = match Table::from_bytes(bytes, name, options) {
        Ok(table) => table,
        Err(error) => return error,
    };
    loop {
        match table.next_row() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("{name} was accepted"),
            Err(error) => return error,
        }
    }
}

fn refused(bytes: &[u8], name: &str) -> TableError {
    let error = refused_with(bytes, name, &ReadOptions::default());
    let text = error.to_string();
    assert!(
        text.len() > 40 && text.ends_with(['.', ')']),
        "{name}: the message says what to do: {text}"
    );
    error
}

/// A zip archive by hand, so that its claims can be false.
fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in parts {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).expect("memory takes it");
        let packed = encoder.finish().expect("memory takes it");
        let offset = archive.len() as u32;
        let sizes = [(packed.len() as u32).to_le_bytes(), 1000_u32.to_le_bytes()].concat();
        let name_length = (name.len() as u16).to_le_bytes();
        archive.extend(b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0");
        archive.extend(&sizes);
        archive.extend(name_length);
        archive.extend([0, 0]);
        archive.extend(name.as_bytes());
        archive.extend(&packed);
        directory.extend(b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0");
        directory.extend(&sizes);
        directory.extend(name_length);
        directory.extend([0; 12]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = archive.len() as u32;
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend((parts.len() as u16).to_le_bytes());
    archive.extend((parts.len() as u16).to_le_bytes());
    archive.extend((directory.len() as u32).to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

fn workbook(sheet: &str, shared: &str) -> Vec<u8> {
    zip(&[
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/sharedStrings.xml", shared.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn sheet(rows: &str) -> String {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

const NO_TEXTS: &str = "<sst/>";

#[test]
fn a_hand_made_workbook_is_read() {
    let bytes = workbook(
        &sheet(
            "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"inlineStr\"><is><t>Due &amp; paid</t></is></c></row>\
             <row><c><v>1</v></c><c r=\"B2\" t=\"str\"><f>x</f><v>y_x000D_z</v></c></row>",
        ),
        "<x:sst xmlns:x=\"x\"><x:si><x:r><x:t>N</x:t></x:r><x:r><x:t>o</x:t></x:r><x:rPh><x:t>?</x:t></x:rPh></x:si></x:sst>",
    );
    let mut table = Table::from_bytes(&bytes, "x.xlsx", &ReadOptions::default()).unwrap();
    assert_eq!(table.columns(), ["No", "Due & paid"]);
    let row = table.next_row().unwrap().unwrap();
    assert_eq!(
        (row.number(), row.cell(0).text, row.cell(1).text),
        (2, "1", "y\rz")
    );
}

#[test]
fn the_wrong_kind_of_file_is_named() {
    for (bytes, name, expected) in [
        (
            &b"%PDF-1.7 ..."[..],
            "orders.csv",
            "The file is a PDF document.",
        ),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
            "orders.xls",
            "old .xls workbook",
        ),
        (b"\x89PNG\r\n", "orders.csv", "picture"),
        (b"a\0\x01\x02binary", "orders.csv", "not a table"),
        (b"<html><table>", "orders.xls", "web page"),
        (b"<?xml version='1.0'?><a/>", "orders.csv", "XML document"),
        (b"a,b\n1,2\n", "orders.xlsx", "content is text"),
        (b"a,b\n1,2\n", "orders.csv.gz", "not packed"),
        (b"PAR1....", "orders.csv", "Parquet"),
        (
            &zip(&[("word/document.xml", b"<x/>")]),
            "orders.xlsx",
            "not an Excel workbook",
        ),
        (
            &workbook(&sheet(""), NO_TEXTS),
            "orders.csv",
            "is a workbook",
        ),
        (&gzip(b"a,b\n1,2\n"), "orders.csv", "packed with gzip"),
        (&gzip(&gzip(b"a,b\n1,2\n")), "orders.csv.gz", "packed twice"),
        (&gzip(b"%PDF-1.7"), "orders.csv.gz", "PDF"),
    ] {
        let error = refused(bytes, name);
        assert!(
            matches!(error, TableError::WrongType { .. }),
            "{name}: {error}"
        );
        assert!(error.to_string().contains(expected), "{name}: {error}");
    }
}

#[test]
fn nothing_is_no_table() {
    assert!(matches!(refused(b"", "x.csv"), TableError::Empty));
    assert!(matches!(refused(&gzip(b""), "x.csv.gz"), TableError::Empty));
    assert!(matches!(
        refused(b"\xEF\xBB\xBF\r\n\r\n", "x.csv"),
        TableError::NoTable { .. }
    ));
    assert!(matches!(
        refused(b"[]", "x.json"),
        TableError::NoTable { .. }
    ));
    assert!(matches!(
        refused(b"{\"a\": {}}", "x.json"),
        TableError::NoTable { .. }
    ));
    assert!(matches!(
        refused(&workbook(&sheet(""), NO_TEXTS), "x.xlsx"),
        TableError::NoTable { .. }
    ));
}

#[test]
fn wide_headers_are_read_up_to_the_limit() {
    let header = |count: usize| {
        (0..count)
            .map(|n| format!("c{n}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let text = header(200) + "\n1,2\n";
    let table = Table::from_bytes(text.as_bytes(), "x.csv", &ReadOptions::default()).unwrap();
    assert_eq!(table.columns().len(), 200);
    let error = refused((header(700) + "\n").as_bytes(), "x.csv");
    assert!(
        matches!(
            error,
            TableError::TooManyColumns {
                row: 1,
                columns: 700,
                limit: 512
            }
        ),
        "{error}"
    );
}

#[test]
fn a_cell_of_ten_megabytes_names_its_row_and_column_and_stops_nothing() {
    let text = format!("a,b\n1,2\n3,{}\n5,6\n", "x".repeat(10 << 20));
    let mut table = Table::from_bytes(text.as_bytes(), "x.csv", &ReadOptions::default()).unwrap();
    let mut seen = Vec::new();
    while let Some(row) = table.next_row().unwrap() {
        seen.push((row.number(), row.problem()));
    }
    assert_eq!(
        seen,
        [
            (2, None),
            (3, Some(RowProblem::CellTooLarge { column: 1 })),
            (4, None)
        ]
    );

    let header = format!("a,{}\n", "x".repeat(10 << 20));
    assert!(matches!(
        refused(header.as_bytes(), "x.csv"),
        TableError::CellTooLarge { row: 1, .. }
    ));

    let json = format!(
        "[{{\"a\": \"{}\"}}, {{\"a\": \"ok\"}}]",
        "x".repeat(10 << 20)
    );
    let mut table = Table::from_bytes(json.as_bytes(), "x.json", &ReadOptions::default()).unwrap();
    assert_eq!(
        table.next_row().unwrap().unwrap().problem(),
        Some(RowProblem::RowTooLarge)
    );
    assert_eq!(table.next_row().unwrap().unwrap().cell(0).text, "ok");

    let cell = format!(
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{}</t></is></c></row>",
        "xy ".repeat(4 << 20)
    );
    assert!(matches!(
        refused(&workbook(&sheet(&cell), NO_TEXTS), "x.xlsx"),
        TableError::TooLarge { .. }
    ));
    // The same in a million small pieces, none of which is suspicious by itself.
    let pieces = "<r><t>abcdefgh</t></r>".repeat(1 << 18);
    let cell = format!("<row r=\"7\"><c r=\"C7\" t=\"inlineStr\"><is>{pieces}</is></c></row>");
    let error = refused_with(&workbook(&sheet(&cell), NO_TEXTS), "x.xlsx", &generous());
    assert!(
        matches!(&error, TableError::CellTooLarge { row: 7, column, .. } if column == "C"),
        "{error}"
    );
}

#[test]
fn a_quotation_mark_never_closed_is_found() {
    let error = refused(b"a,b\n1,2\n3,\"four\n5,6\n7,8\n", "x.csv");
    assert_eq!(
        error.to_string(),
        "A quotation mark is opened in row 3, column B, and never closed, so the rows after it cannot be told apart. \
         Correct that cell and load the file again."
    );
}

#[test]
fn bombs_are_stopped_while_they_unpack() {
    let lines = b"a,b\n"
        .iter()
        .copied()
        .cycle()
        .take(20 << 20)
        .collect::<Vec<_>>();
    assert!(matches!(
        refused(&gzip(&lines), "x.csv.gz"),
        TableError::TooLarge { .. }
    ));
    assert!(matches!(
        refused(&gzip(&vec![0; 20 << 20]), "x.csv.gz"),
        TableError::WrongType { .. }
    ));
    let blank = sheet(&" ".repeat(20 << 20));
    assert!(matches!(
        refused(&workbook(&blank, NO_TEXTS), "x.xlsx"),
        TableError::TooLarge { .. }
    ));
    let texts = format!(
        "<sst>{}</sst>",
        "<si><t>aaaaaaaaaaaaaaaa</t></si>".repeat(1 << 20)
    );
    assert!(matches!(
        refused(&workbook(&sheet(""), &texts), "x.xlsx"),
        TableError::TooLarge { .. }
    ));
    let small = ReadOptions {
        limits: Limits {
            file_bytes: 10,
            ..Limits::default()
        },
        ..ReadOptions::default()
    };
    assert!(matches!(
        refused_with(b"a,b\n1,2\n3,4\n", "x.csv", &small),
        TableError::TooLarge { .. }
    ));
}

#[test]
fn a_sheet_from_corner_to_corner_is_never_made_dense() {
    let rows = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Name</t></is></c></row>\
                <row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    let error = refused(&workbook(&sheet(rows), NO_TEXTS), "x.xlsx");
    assert!(
        error
            .to_string()
            .starts_with("Row 1048576 has a value in column XFD (16384), beyond the 512 columns"),
        "{error}"
    );
}

#[test]
fn a_workbook_may_not_declare_a_document_type() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]><worksheet><sheetData><row r=\"1\">\
                <c r=\"A1\" t=\"str\"><v>&b;</v></c></row></sheetData></worksheet>";
    let error = refused(&workbook(bomb, NO_TEXTS), "x.xlsx").to_string();
    assert!(error.contains("document type"), "{error}");
    let entity = sheet("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>&nope;</v></c></row>");
    assert!(matches!(
        refused(&workbook(&entity, NO_TEXTS), "x.xlsx"),
        TableError::Damaged { .. }
    ));
}

#[test]
fn damaged_files_say_so() {
    let good = workbook(
        &sheet("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>a</v></c></row>"),
        NO_TEXTS,
    );
    assert!(matches!(
        refused(&good[..good.len() - 30], "x.xlsx"),
        TableError::Damaged { .. }
    ));
    let cut = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>a</v></c></row>";
    assert!(matches!(
        refused(&workbook(cut, NO_TEXTS), "x.xlsx"),
        TableError::Damaged { .. }
    ));
    let lost = sheet("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>9</v></c></row>");
    assert!(matches!(
        refused(&workbook(&lost, NO_TEXTS), "x.xlsx"),
        TableError::Damaged { row: Some(1), .. }
    ));
    let backwards = sheet(
        "<row r=\"2\"><c t=\"str\"><v>a</v></c></row><row r=\"1\"><c t=\"str\"><v>b</v></c></row>",
    );
    assert!(matches!(
        refused(&workbook(&backwards, NO_TEXTS), "x.xlsx"),
        TableError::Damaged { .. }
    ));
    let packed = gzip(b"a,b\n1,2\n3,4\n");
    assert!(matches!(
        refused(&packed[..packed.len() - 12], "x.csv.gz"),
        TableError::Damaged { .. }
    ));
    assert!(matches!(
        refused(b"[{\"a\": 1}, {\"a\": ", "x.json"),
        TableError::Damaged { .. }
    ));
    assert!(matches!(
        refused(b"[{\"a\": tru}]", "x.json"),
        TableError::Damaged { row: Some(1), .. }
    ));
    assert!(matches!(
        refused(b"{\"a\" 1}", "x.json"),
        TableError::Damaged { .. }
    ));
}

#[test]
fn a_workbook_of_too_many_files_is_refused_before_they_are_listed() {
    let mut parts: Vec<(&str, &[u8])> = vec![("xl/workbook.xml", WORKBOOK.as_bytes())];
    parts.extend(std::iter::repeat_n(("x", &b""[..]), 11_000));
    assert!(matches!(
        refused(&zip(&parts), "x.xlsx"),
        TableError::TooLarge { .. }
    ));
}

#[test]
fn rows_and_cells_have_budgets() {
    let limits = |rows, cells| ReadOptions {
        limits: Limits {
            rows,
            cells,
            ..Limits::default()
        },
        ..ReadOptions::default()
    };
    let text = "a,b\n".to_owned() + &"1,2\n".repeat(100);
    assert!(matches!(
        refused_with(text.as_bytes(), "x.csv", &limits(50, 1000)),
        TableError::TooLarge { .. }
    ));
    assert!(matches!(
        refused_with(text.as_bytes(), "x.csv", &limits(500, 100)),
        TableError::TooLarge { .. }
    ));
}

#[test]
fn no_bytes_and_no_name_make_a_panic() {
    use proptest::prelude::*;
    let seeds: Vec<Vec<u8>> = vec![
        workbook(
            &sheet("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>a</v></c></row>"),
            NO_TEXTS,
        ),
        gzip(b"a,b\n1,2\n"),
        br#"{"m": 1, "data": [{"a": {"b": [1, 2]}}, {"a": "x"}]}"#.to_vec(),
        "a;\"b\"\r\n1;2,5\r\n".as_bytes().to_vec(),
    ];
    let names = [
        "x.csv", "x.csv.gz", "x.xlsx", "x.json", "x.jsonl", "x", ".gz", "x.exe",
    ];
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = (
        0..seeds.len(),
        0..names.len(),
        proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        any::<prop::sample::Index>(),
    );
    runner
        .run(&strategy, |(seed, name, changes, cut)| {
            let mut bytes = seeds[seed].clone();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(1 + cut.index(bytes.len() * 2).min(bytes.len() - 1));
            if let Ok(mut table) = Table::from_bytes(&bytes, names[name], &ReadOptions::default()) {
                while let Ok(Some(row)) = table.next_row() {
                    assert!(
                        row.cells().count()
                            == row.cells().filter(|cell| cell.text.len() < 1 << 21).count()
                    );
                }
            }
            Ok(())
        })
        .unwrap();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// The ratio left out, so that the limits behind it can be seen at work.
fn generous() -> ReadOptions {
    ReadOptions {
        limits: Limits {
            ratio: u64::MAX,
            ..Limits::default()
        },
        ..ReadOptions::default()
    }
}
