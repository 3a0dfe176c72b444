//! Input that is wrong in every way the issue names: each says what is wrong, where, and what to do, and nothing that is
//! stored already is touched.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use keelson_domain::{
    Result,
    ingest::{Counts, State},
};
use keelson_testkit::{TestDb, db_test};

use super::{FLAT, HEAD, RECEIPTS, load, record, refused};

const GOOD: &str = "1,1,Acme,5,,2.50,2024-01-31,2024-01-30,5\n1,2,Bolt,7,,1.00,2024-01-31,,\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[db_test]
async fn files_that_cannot_be_read_say_why_and_touch_nothing(t: TestDb) -> Result<()> {
    load(&t, "good.csv", format!("{HEAD}{GOOD}"), FLAT).await?;
    let before = record(&t).await?;
    let wide = (0..600)
        .map(|at| format!("c{at}"))
        .collect::<Vec<_>>()
        .join(",");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        (
            "a.csv",
            b"%PDF-1.7 and so on".to_vec(),
            "The file is a PDF document.",
        ),
        (
            "a.xlsx",
            format!("{HEAD}{GOOD}").into_bytes(),
            "The file's content is text, but its name does not end in",
        ),
        ("a.csv", Vec::new(), "The file is empty. Export it again"),
        (
            "a.csv",
            format!("{wide}\n").into_bytes(),
            "Row 1 has 600 columns, more than the 512",
        ),
        (
            "a.csv",
            b"PO,Line,Vendor\n1,1,Acme\n".to_vec(),
            "The file has no column for quantity (Qty). Its columns are: PO, Line, Vendor.",
        ),
        (
            "a.csv",
            b"PO,Line,Qty\n1,1,5\n".to_vec(),
            "The file has no column for the supplier (Vendor). Its columns are: PO, Line, Qty.",
        ),
        (
            "a.csv",
            b"a\0\x01\x02 a machine's own words".to_vec(),
            "not a table",
        ),
        (
            "a.csv",
            format!("{HEAD}1,1,\"Acme,5,,1,2024-01-31,,\n1,2,Bolt,5,,1,2024-01-31,,\n")
                .into_bytes(),
            "A quotation mark is opened in row 2, column C, and never closed",
        ),
    ];
    for (name, content, said) in cases {
        let import = load(&t, name, content, FLAT).await?;
        let failure = import.failure.unwrap_or_default();
        assert_eq!(import.state, State::Failed, "{said}");
        assert!(failure.contains(said), "{said}: {failure}");
        assert_eq!(import.counts, Counts::default(), "{said}");
        assert_eq!(record(&t).await?, before, "{said}");
    }
    let told = FLAT.replace(
        "source = \"ERP\"",
        "source = \"ERP\"\n[file]\nencoding = \"klingon\"",
    );
    let import = load(&t, "a.csv", format!("{HEAD}{GOOD}"), &told).await?;
    let failure = import.failure.unwrap_or_default();
    assert!(
        failure.contains("\"klingon\" is not the name of an encoding"),
        "{failure}"
    );
    assert_eq!(record(&t).await?, before);
    Ok(())
}

#[db_test]
async fn a_zip_bomb_is_stopped_while_it_unpacks(t: TestDb) -> Result<()> {
    load(&t, "good.csv", format!("{HEAD}{GOOD}"), FLAT).await?;
    let before = record(&t).await?;
    let padding = "x".repeat(100_000);
    let row = format!("9,9,{padding},none,,1,2024-01-31,,\n");
    let bomb = gzip(format!("{HEAD}{}", row.repeat(300)).as_bytes());
    assert!(bomb.len() < 100_000);
    let import = load(&t, "a.csv.gz", bomb, FLAT).await?;
    let failure = import.failure.unwrap_or_default();
    assert_eq!(import.state, State::Failed);
    assert!(
        failure.starts_with("The file unpacks to more than 250 times its size."),
        "{failure}"
    );
    assert_eq!(record(&t).await?, before);
    Ok(())
}

#[db_test]
async fn a_wide_header_and_another_encoding_are_read(t: TestDb) -> Result<()> {
    let more: String = (0..191).map(|at| format!(",c{at}")).collect();
    let text = format!(
        "{}{more}\n1,1,M\u{fc}ller,5,,1,2024-01-31,,\n",
        HEAD.trim_end()
    );
    let western: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    let import = load(&t, "wide.csv", western, FLAT).await?;
    assert_eq!((import.state, import.counts.inserted), (State::Done, 1));
    let name = super::rows(&t, "SELECT name FROM suppliers").await?;
    assert_eq!(name[0]["name"], "M\u{fc}ller");
    Ok(())
}

#[db_test]
async fn bad_rows_name_row_column_value_and_reason_and_stop_no_good_one(t: TestDb) -> Result<()> {
    load(&t, "good.csv", format!("{HEAD}{GOOD}"), FLAT).await?;
    let before = record(&t).await?;
    let huge = "x".repeat(10 << 20);
    let long = "n".repeat(250);
    // Row numbers as a spreadsheet counts: the header is row 1.
    let rows = [
        "3,1,Acme,5,,1,2023-02-31,,".to_owned(),
        "3,2,Acme,-5,,1,2024-01-31,,".to_owned(),
        "3,3,Acme,5,,1,2024-01-31,2024-01-31,-1".to_owned(),
        "3,4,GmbH & Co. KG,5,,1,2024-01-31,,".to_owned(),
        "3,5,Acme,5,XYZ,1,2024-01-31,,".to_owned(),
        "3,6,Acme,5,,1,2024-01-31,,".to_owned(),
        "3,6,Acme,6,,1,2024-01-31,,".to_owned(),
        "3,6,Acme,5,,1,2024-01-31,,".to_owned(),
        format!("3,7,{huge},5,,1,2024-01-31,,"),
        format!("3,8,{long},5,,1,2024-01-31,,"),
        "3,,Acme,5,,1,2024-01-31,,".to_owned(),
        "3,9,,5,,1,2024-01-31,,".to_owned(),
        "3,10,Acme,5,,1,2024-01-31,,".to_owned(),
    ];
    let import = load(&t, "bad.csv", format!("{HEAD}{}\n", rows.join("\n")), FLAT).await?;
    let counts = Counts {
        rows: 13,
        inserted: 2,
        repeated: 1,
        rejected: 10,
        ..Counts::default()
    };
    assert_eq!((import.state, import.counts), (State::Done, counts));
    let told = refused(&t, &import).await?;
    let told: Vec<(u64, &str, &str, &str)> = told
        .iter()
        .map(|row| {
            (
                row.row,
                row.column.as_deref().unwrap_or_default(),
                row.value.as_deref().unwrap_or_default(),
                row.reason.split(['.', ';']).next().unwrap_or_default(),
            )
        })
        .collect();
    let cut = format!("{}…", "n".repeat(200));
    assert_eq!(
        told,
        [
            (
                2,
                "Due",
                "2023-02-31",
                "There is no day 31 in month 2 of 2023"
            ),
            (3, "Qty", "-5", "The ordered quantity is negative"),
            (4, "Received qty", "-1", "The quantity is negative"),
            (
                5,
                "Vendor",
                "GmbH & Co. KG",
                "This cannot be a supplier's name: \"GmbH & Co"
            ),
            (6, "Currency", "XYZ", "This currency is not known"),
            (6, "Price", "1", "The amount has no currency"),
            (
                8,
                "",
                "3/6",
                "Row 7 has the same key and other values, so it is not clear which of the two holds"
            ),
            (
                10,
                "",
                "",
                "The cell in column C is larger than 1048576 bytes"
            ),
            (
                11,
                "Vendor",
                cut.as_str(),
                "This cannot be a supplier's name: use at most 200 characters"
            ),
            (
                12,
                "Line",
                "",
                "The key is empty, so the row could not be recognised when it is loaded again"
            ),
            (13, "Vendor", "", "The row names no supplier"),
        ]
    );
    // What was there before is there still, the first supplier's rows included.
    let now = record(&t).await?;
    for fact in before.iter().filter(|row| row.get("digest").is_some()) {
        assert!(now.contains(fact), "{fact}");
    }
    Ok(())
}

#[db_test]
async fn a_receipt_that_names_no_order_line_is_refused(t: TestDb) -> Result<()> {
    load(&t, "good.csv", format!("{HEAD}{GOOD}"), FLAT).await?;
    let text =
        "GR,PO,Line,Date,Qty\nG1,,1,2024-01-30,5\nG2,1,2,2024-01-30,7\nG3,9,9,2024-01-30,7\n";
    let import = load(&t, "gr.csv", text, RECEIPTS).await?;
    assert_eq!((import.counts.inserted, import.counts.rejected), (2, 1));
    let told = refused(&t, &import).await?;
    assert_eq!((told[0].row, told[0].column.as_deref()), (2, Some("PO")));
    assert_eq!(
        told[0].reason,
        "The receipt names no order line, so it cannot be compared with an order. Fill in its order number and line."
    );
    assert_eq!(
        import.notes,
        [
            "The receipt in row 4 belongs to order line 9/9, which is not known here. It counts once that line is loaded."
        ]
    );
    Ok(())
}

#[db_test]
async fn a_supplier_row_that_cannot_be_right_names_its_column_and_value(t: TestDb) -> Result<()> {
    let document = r#"
        kind = "suppliers"
        source = "ERP"
        [fields.key]
        columns = ["No"]
        [fields.name]
        columns = ["Vendor"]
        [fields.website]
        columns = ["Web site"]
        [fields.lei]
        columns = ["LEI code"]
        [fields.iban]
        columns = ["Account"]
    "#;
    let text = "No,Vendor,Web site,LEI code,Account\n\
                1,Acme,www.acme.example,,DE89370400440532013000\n\
                2,Bolt,not a site,213800WSGIIZCXF1P527,DE89370400440532031000\n\
                3,Ltd.,,,\n";
    let import = load(&t, "suppliers.csv", text, document).await?;
    assert_eq!((import.counts.inserted, import.counts.rejected), (1, 2));
    let told = refused(&t, &import).await?;
    let places: Vec<(u64, &str, &str)> = told
        .iter()
        .map(|row| {
            let text = |text: &'_ Option<String>| text.clone().unwrap_or_default().leak() as &str;
            (row.row, text(&row.column), text(&row.value))
        })
        .collect();
    assert_eq!(
        places,
        [
            (3, "Web site", "not a site"),
            (3, "LEI code", "213800WSGIIZCXF1P527"),
            (3, "Account", "DE89370400440532031000"),
            (4, "Vendor", "Ltd."),
        ]
    );
    assert!(told.iter().all(|row| row.reason.ends_with('.')), "{told:?}");
    Ok(())
}
