//! Receipts: with their lines in one file, in a file of their own, before their lines, corrected and taken back.

use keelson_analytics::Kind;
use keelson_domain::{Result, operations};
use keelson_testkit::{TestDb, db_test};

use super::{FLAT, HEAD, RECEIPTS, load, projected, rows};

/// Good quantities and days of the current receipts.
async fn current(t: &TestDb) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT good_milli, received_on FROM receipts WHERE superseded_by IS NULL ORDER BY source_key";
    let rows = rows(t, sql).await?;
    let number = |row: &serde_json::Value, name: &str| row[name].as_i64().unwrap();
    Ok(rows
        .iter()
        .map(|row| (number(row, "good_milli"), number(row, "received_on")))
        .collect())
}

async fn whole(t: &TestDb) -> Result<()> {
    projected(t).await?;
    assert_eq!(operations::check(&t.keelson).await?, Vec::<String>::new());
    Ok(())
}

#[db_test]
async fn a_flat_rows_receipt_comes_is_corrected_and_is_taken_back(t: TestDb) -> Result<()> {
    let line = |receipt: &str| format!("{HEAD}1,1,Acme,5,,2.50,2024-01-31,{receipt}\n");
    load(&t, "a.csv", line(","), FLAT).await?;
    whole(&t).await?;
    assert_eq!(current(&t).await?, []);

    let came = load(&t, "b.csv", line("2024-02-01,4"), FLAT).await?;
    assert_eq!((came.counts.superseded, came.counts.unchanged), (1, 0));
    whole(&t).await?;
    assert_eq!(current(&t).await?, [(4_000, 19_754)]);

    let corrected = load(&t, "c.csv", line("2024-02-02,5"), FLAT).await?;
    assert_eq!(
        (corrected.counts.superseded, corrected.counts.unchanged),
        (1, 0)
    );
    whole(&t).await?;
    assert_eq!(current(&t).await?, [(5_000, 19_755)]);

    let back = load(&t, "d.csv", line(","), FLAT).await?;
    assert_eq!((back.counts.superseded, back.counts.unchanged), (1, 0));
    whole(&t).await?;
    assert_eq!(current(&t).await?, []);
    let kept = rows(
        &t,
        "SELECT good_milli, superseded_by, id FROM receipts ORDER BY id",
    )
    .await?;
    assert_eq!(kept.len(), 2, "what was reported stays readable");
    assert_eq!(kept[0]["superseded_by"], kept[1]["id"]);
    assert_eq!(
        kept[1]["superseded_by"], kept[1]["id"],
        "nothing took its place"
    );

    let again = load(&t, "e.csv", line("2024-02-03,5"), FLAT).await?;
    assert_eq!(again.counts.superseded, 1);
    whole(&t).await?;
    assert_eq!(current(&t).await?, [(5_000, 19_756)]);
    Ok(())
}

#[db_test]
async fn a_corrected_receipt_is_projected_with_the_line_it_names_now(t: TestDb) -> Result<()> {
    let lines = "1,1,Acme,5,,2.50,2024-01-31,,\n1,2,Acme,5,,2.50,2024-02-28,,\n";
    load(&t, "lines.csv", format!("{HEAD}{lines}"), FLAT).await?;
    load(
        &t,
        "gr.csv",
        "GR,PO,Line,Date,Qty\nG1,1,1,2024-01-30,5\n",
        RECEIPTS,
    )
    .await?;
    whole(&t).await?;
    let moved = load(
        &t,
        "gr2.csv",
        "GR,PO,Line,Date,Qty\nG1,1,2,2024-01-30,5\n",
        RECEIPTS,
    )
    .await?;
    assert_eq!(moved.counts.superseded, 1);
    let months = operations::project(&t.keelson, t.act().at).await?.months;
    let lines: Vec<i32> = months
        .iter()
        .filter(|(kind, _)| *kind == Kind::OrderLines)
        .map(|(_, month)| *month)
        .collect();
    assert_eq!(lines.len(), 2, "both lines are written anew: {months:?}");
    whole(&t).await
}

#[db_test]
async fn a_receipt_before_its_line_waits_for_it_and_says_so(t: TestDb) -> Result<()> {
    let document = format!("{RECEIPTS}\n[fields.supplier_name]\ncolumns = [\"Vendor\"]\n");
    let text = "GR,PO,Line,Date,Qty,Vendor\nG1,1,1,2024-01-30,5,Acme\nG2,1,2,2024-02-28,5,\n";
    let early = load(&t, "gr.csv", text, &document).await?;
    assert_eq!(early.counts.inserted, 2);
    assert_eq!(
        early.notes,
        [
            "2 receipts belong to order lines that are not known here, first 1/1 in row 2. They count once those lines are \
          loaded."
        ]
    );
    whole(&t).await?;
    let lines = "1,1,Acme,5,,2.50,2024-01-31,,\n1,2,Acme,5,,2.50,2024-02-28,,\n";
    let separate = FLAT.split("[fields.received_on]").next().unwrap();
    load(&t, "lines.csv", format!("{HEAD}{lines}"), separate).await?;
    whole(&t).await?;
    let late = load(&t, "gr.csv", text, &document).await?;
    assert_eq!((late.counts.unchanged, late.notes.len()), (2, 0));
    Ok(())
}
