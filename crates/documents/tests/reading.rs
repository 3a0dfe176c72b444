//! The three formats through the one door, as a person's files come.

use chrono::NaiveDate;
use flate2::Compression;
use flate2::write::GzEncoder;
use keelson_documents::write::{Column, ColumnKind, CsvWriter, Value, XlsxWriter};
use keelson_documents::{CellKind, Format, ReadOptions, Table, TableError};
use std::io::{Cursor, Write};

fn open(bytes: &[u8], name: &str) -> Result<(Vec<String>, Vec<Vec<String>>), TableError> {
    read(Table::from_bytes(bytes, name, &ReadOptions::default())?)
}

fn read(mut table: Table<'_>) -> Result<(Vec<String>, Vec<Vec<String>>), TableError> {
    let mut rows = Vec::new();
    while let Some(row) = table.next_row()? {
        rows.push(row.cells().map(|cell| cell.text.to_owned()).collect());
    }
    Ok((table.columns().to_vec(), rows))
}

fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

#[test]
fn a_german_export_with_a_title_in_windows_1252_is_read() {
    let text = "Offene Bestellungen\r\nStand 31.01.2024\r\n\r\nBestellung;Lieferant;Menge;Größe\r\n\
                4500001;M\u{fc}ller & S\u{f6}hne;1.234,50;gro\u{df}\r\n4500002;\"Acme; Inc.\";2,00;klein\r\n";
    let bytes: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let mut table = Table::from_bytes(&bytes, "EXPORT.CSV", &ReadOptions::default()).unwrap();
    assert_eq!(
        *table.format(),
        Format::Csv {
            delimiter: ';',
            encoding: "windows-1252"
        }
    );
    assert_eq!(table.header_row(), 4);
    assert_eq!(
        table.columns(),
        ["Bestellung", "Lieferant", "Menge", "Größe"]
    );
    let row = table.next_row().unwrap().unwrap();
    assert_eq!(row.number(), 5);
    assert_eq!(row.cell(1).text, "Müller & Söhne");
    let row = table.next_row().unwrap().unwrap();
    assert_eq!((row.cell(1).text, row.cell(9).text), ("Acme; Inc.", ""));
    assert!(table.next_row().unwrap().is_none());
}

#[test]
fn a_packed_file_of_any_level_is_the_same_table() {
    let text = "a,b\n1,2\n3,4\n";
    let plain = open(text.as_bytes(), "x.csv").unwrap();
    for level in [0, 1, 6, 9] {
        assert_eq!(
            open(&gzip(text.as_bytes(), level), "x.csv.gz").unwrap(),
            plain
        );
    }
    // Two packed files joined are the two texts joined.
    let joined = [gzip(b"a,b\n1,2\n", 6), gzip(b"3,4\n", 6)].concat();
    assert_eq!(open(&joined, "x.csv.gz").unwrap(), plain);
    assert_eq!(
        open(&gzip(b"[{\"a\":1}]", 6), "x.json.gz").unwrap().0,
        ["a"]
    );
}

#[test]
fn peeking_takes_nothing_and_works_past_the_end() {
    let mut table =
        Table::from_bytes(b"a,b\n1,2\n3,4\n5,6\n", "x.csv", &ReadOptions::default()).unwrap();
    assert_eq!(table.peek(2).unwrap().count(), 2);
    assert_eq!(
        table
            .peek(100)
            .unwrap()
            .map(|row| row.number())
            .collect::<Vec<_>>(),
        [2, 3, 4]
    );
    assert_eq!(read(table).unwrap().1.len(), 3);
}

#[test]
fn a_shifted_row_is_told_and_the_rest_is_read() {
    let mut table = Table::from_bytes(
        b"a,b\n1,2\n3,4,5\n6\n7,8,,\n",
        "x.csv",
        &ReadOptions::default(),
    )
    .unwrap();
    let mut problems = Vec::new();
    while let Some(row) = table.next_row().unwrap() {
        problems.push(
            row.problem()
                .map(|p| p.explain(&keelson_documents::Limits::default())),
        );
    }
    assert_eq!(problems.len(), 4);
    assert_eq!(
        problems[1].as_deref(),
        Some(
            "The row has 3 cells and the header 2. A cell that contains the delimiter needs quotation marks around it."
        )
    );
    assert!(problems[0].is_none() && problems[2].is_none() && problems[3].is_none());
}

#[test]
fn json_lists_paths_and_lines_become_tables() {
    let nested = br#"{"meta": {"total": 12.5, "lists": [{"x": 1}]}, "data": [
        {"id": 7, "vendor": {"name": "Acme", "tags": ["a", "b"]}, "paid": null, "amount": 74039.61},
        {"id": 8, "vendor": {"name": "B\u00e4r"}, "ok": true}], "after": {"rows": 2}}"#;
    let mut table = Table::from_bytes(nested, "x.json", &ReadOptions::default()).unwrap();
    assert_eq!(
        table.columns(),
        ["id", "vendor.name", "vendor.tags", "paid", "amount", "ok"]
    );
    let row = table.next_row().unwrap().unwrap();
    assert_eq!(
        row.cells().map(|cell| cell.text).collect::<Vec<_>>(),
        ["7", "Acme", "a; b", "", "74039.61", ""]
    );
    assert_eq!(row.cell(4).kind, CellKind::Number);
    assert_eq!(table.next_row().unwrap().unwrap().cell(1).text, "Bär");
    assert!(table.next_row().unwrap().is_none());
    assert_eq!(table.around("meta.total").unwrap().as_f64(), Some(12.5));
    assert_eq!(table.around("after.rows").unwrap().as_u64(), Some(2));

    let lines = b"{\"a\": 1}\n{\"a\": 2, \"b\": \"x\"}\n";
    assert_eq!(open(lines, "x.jsonl").unwrap().1, [["1", ""], ["2", "x"]]);
    assert_eq!(open(lines, "x.json").unwrap().1.len(), 2);
    assert_eq!(
        open(b" [ {\"a\":\"1\"} , {\"a\":\"2\"} ] ", "x.json")
            .unwrap()
            .1,
        [["1"], ["2"]]
    );

    let deep = br#"{"result": {"page": 1, "items": [{"a": 1}], "count": 1}}"#;
    let options = ReadOptions {
        json_path: Some("result.items".to_owned()),
        ..ReadOptions::default()
    };
    let mut table = Table::from_bytes(deep, "x.json", &options).unwrap();
    while table.next_row().unwrap().is_some() {}
    assert_eq!(table.around("result.count").unwrap().as_u64(), Some(1));
    let error = open(deep, "x.json").err().unwrap().to_string();
    assert!(error.contains("result.items"), "{error}");
}

#[test]
fn a_workbook_of_our_own_comes_back_with_its_types() {
    let columns = [
        Column::new("Name", ColumnKind::Text),
        Column::new("Value", ColumnKind::Number { decimals: 2 }),
        Column::new("On time", ColumnKind::Percent { decimals: 1 }),
        Column::new("Due", ColumnKind::Date),
        Column::new("Seen", ColumnKind::DateTime),
    ];
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let rows = [
        vec![
            Value::Text("=1+1"),
            Value::Decimal(123_456, 2),
            Value::Number(0.907_484),
            Value::Date(day),
            Value::DateTime(day.and_hms_opt(13, 45, 0).unwrap()),
        ],
        vec![
            Value::Text("Bär & Söhne <x>"),
            Value::Integer(-3),
            Value::Empty,
            Value::Empty,
            Value::Empty,
        ],
    ];
    let mut writer = XlsxWriter::new("Suppliers [2024]", &columns).unwrap();
    for row in &rows {
        writer.row(row).unwrap();
    }
    let mut file = Cursor::new(Vec::new());
    writer.finish(&mut file).unwrap();
    let bytes = file.into_inner();

    let mut table = Table::from_bytes(&bytes, "x.xlsx", &ReadOptions::default()).unwrap();
    assert!(matches!(table.format(), Format::Xlsx { sheet, .. } if sheet == "Suppliers 2024"));
    let row = table.next_row().unwrap().unwrap();
    let cells: Vec<_> = row
        .cells()
        .map(|cell| (cell.text.to_owned(), cell.kind))
        .collect();
    assert_eq!(
        cells,
        [
            ("=1+1".to_owned(), CellKind::Text),
            ("1234.56".to_owned(), CellKind::Number),
            ("0.907484".to_owned(), CellKind::Number),
            ("2024-02-29".to_owned(), CellKind::Date),
            ("2024-02-29T13:45:00".to_owned(), CellKind::DateTime),
        ]
    );
    let row = table.next_row().unwrap().unwrap();
    assert_eq!(
        (row.cell(0).text, row.cell(1).text, row.cell(2).text),
        ("Bär & Söhne <x>", "-3", "")
    );

    // A second opinion: what another reader makes of the same bytes.
    use calamine::Reader;
    let mut workbook: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(&bytes)).unwrap();
    let range = workbook.worksheet_range("Suppliers 2024").unwrap();
    assert_eq!(
        range.get_value((1, 0)),
        Some(&calamine::Data::String("=1+1".to_owned()))
    );
    assert_eq!(
        range.get_value((1, 1)),
        Some(&calamine::Data::Float(1234.56))
    );
    assert!(matches!(
        range.get_value((1, 3)),
        Some(calamine::Data::DateTime(_))
    ));
    assert!(
        workbook
            .worksheet_formula("Suppliers 2024")
            .unwrap()
            .is_empty()
    );
}

#[test]
fn the_first_sheet_with_a_table_is_taken_unless_one_is_named() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook
        .add_worksheet()
        .set_name("Cover")
        .unwrap()
        .write(0, 0, "Read me")
        .unwrap();
    let lines = workbook.add_worksheet().set_name("Lines").unwrap();
    lines
        .write(2, 0, "No")
        .unwrap()
        .write(2, 1, "Vendor")
        .unwrap();
    lines.write(3, 0, 1).unwrap().write(3, 1, "Acme").unwrap();
    let other = workbook.add_worksheet().set_name("Other").unwrap();
    other.write(0, 0, "X").unwrap().write(1, 0, "Y").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();

    let table = Table::from_bytes(&bytes, "x.xlsx", &ReadOptions::default()).unwrap();
    assert_eq!(
        (table.columns(), table.header_row()),
        (&["No".to_owned(), "Vendor".to_owned()][..], 3)
    );
    let named = |sheet: &str| ReadOptions {
        sheet: Some(sheet.to_owned()),
        ..ReadOptions::default()
    };
    assert_eq!(
        Table::from_bytes(&bytes, "x.xlsx", &named("other"))
            .unwrap()
            .columns(),
        ["X"]
    );
    let error = Table::from_bytes(&bytes, "x.xlsx", &named("Orders"))
        .err()
        .unwrap()
        .to_string();
    assert_eq!(
        error,
        "The workbook has no sheet named \"Orders\". Its sheets are: Cover, Lines, Other."
    );
}

#[test]
fn a_header_row_that_is_told_is_used() {
    let text = b"x,y\na,b\n1,2\n";
    let options = ReadOptions {
        header_row: Some(2),
        ..ReadOptions::default()
    };
    let table = Table::from_bytes(text, "x.csv", &options).unwrap();
    assert_eq!(
        (table.columns().join("|"), table.header_row()),
        ("a|b".to_owned(), 2)
    );
    let far: String = "title\n".repeat(500) + "a,b\n1,2\n";
    let options = ReadOptions {
        header_row: Some(501),
        delimiter: Some(','),
        ..ReadOptions::default()
    };
    assert_eq!(
        read(Table::from_bytes(far.as_bytes(), "x.csv", &options).unwrap())
            .unwrap()
            .1,
        [["1", "2"]]
    );
}

#[test]
fn a_csv_of_our_own_opens_again() {
    let columns = [
        Column::new("Name", ColumnKind::Text),
        Column::new("Value", ColumnKind::Number { decimals: 2 }),
    ];
    let mut writer = CsvWriter::new(Vec::new(), &columns).unwrap();
    writer
        .row(&[Value::Text("Acme, Inc."), Value::Decimal(5, 2)])
        .unwrap();
    let bytes = writer.finish().unwrap();
    assert_eq!(open(&bytes, "x.csv").unwrap().1, [["Acme, Inc.", "0.05"]]);
}
