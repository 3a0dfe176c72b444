//! Loading twice, correcting, being killed, and bad rows among good ones.

use std::sync::atomic::{AtomicBool, Ordering};

use keelson_domain::{
    Error, ImportId, Result,
    ingest::{self, Counts, Import, Mapping, RunImport, State},
    operations, work,
};
use keelson_testkit::{TestDb, db_test};
use tokio::sync::Notify;

use super::{FLAT, HEAD, file, load, mapping, number, projected, record, refused, rows, started};

const THREE: &str = "\
    1,1,Acme,5,,2.50,2024-01-31,2024-01-30,5\n\
    1,2,Acme,7,,1.00,2024-01-31,,\n\
    2,1,Bolt,9,,3.00,2024-02-15,2024-02-20,8\n";

#[db_test]
async fn the_same_file_twice_changes_nothing(t: TestDb) -> Result<()> {
    let text = format!("{HEAD}{THREE}");
    let first = load(&t, "a.csv", &text, FLAT).await?;
    assert_eq!((first.state, first.counts.inserted), (State::Done, 3));
    assert_eq!(projected(&t).await?, 3);
    let before = record(&t).await?;
    let again = load(&t, "a.csv", &text, FLAT).await?;
    let counts = Counts {
        rows: 3,
        unchanged: 3,
        ..Counts::default()
    };
    assert_eq!((again.state, again.counts), (State::Done, counts));
    assert_eq!(record(&t).await?, before);
    let nothing = operations::project(&t.keelson, t.act().at).await?;
    assert_eq!(nothing, operations::Projected::default());
    // The same rows in another file, order and spelling of numbers are the same facts.
    let other = format!(
        "{HEAD}2,1,Bolt,9.0,EUR,3,2024-02-15,2024-02-20,8\n1,2,Acme,7,EUR,1,2024-01-31,,\n"
    );
    assert_eq!(load(&t, "b.csv", &other, FLAT).await?.counts.unchanged, 2);
    assert_eq!(record(&t).await?, before);
    Ok(())
}

#[db_test]
async fn a_corrected_row_supersedes_the_old_one_which_stays_readable(t: TestDb) -> Result<()> {
    let first = load(&t, "a.csv", format!("{HEAD}{THREE}"), FLAT).await?;
    projected(&t).await?;
    let corrected = THREE.replace("1,2,Acme,7,,1.00,2024-01-31", "1,2,Acme,6,,1.00,2024-03-01");
    let second = load(&t, "b.csv", format!("{HEAD}{corrected}"), FLAT).await?;
    let counts = Counts {
        rows: 3,
        superseded: 1,
        unchanged: 2,
        ..Counts::default()
    };
    assert_eq!(second.counts, counts);
    let lines = rows(
        &t,
        "SELECT id, import_id, row_number, month, quantity_milli, superseded_by FROM order_lines \
         WHERE source_key = '1/2' ORDER BY id",
    )
    .await?;
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["quantity_milli"], &lines[0]["superseded_by"]),
        (&7_000.into(), &lines[1]["id"])
    );
    assert_eq!(
        (&lines[0]["import_id"], &lines[0]["row_number"]),
        (&first.id.0.into(), &3.into())
    );
    assert_eq!(
        (&lines[1]["quantity_milli"], &lines[1]["month"]),
        (&6_000.into(), &202_403.into())
    );
    assert!(lines[1]["superseded_by"].is_null());
    // Both months are written anew: the one the line left and the one it came to.
    let months = operations::project(&t.keelson, t.act().at).await?.months;
    let mut months: Vec<i32> = months.iter().map(|(_, month)| *month).collect();
    months.sort_unstable();
    assert_eq!(months, [202_401, 202_403]);
    assert_eq!(operations::check(&t.keelson).await?, Vec::<String>::new());
    Ok(())
}

/// Rows enough for three batches; every thousandth cannot be read.
fn many() -> (String, u64, u64) {
    let mut text = HEAD.to_owned();
    let (mut good, mut bad) = (0, 0);
    for at in 0..23_500 {
        let supplier = at % 40;
        if at % 1_000 == 999 {
            bad += 1;
            text.push_str(&format!("{at},1,Vendor {supplier},many,,1,2024-01-31,,\n"));
        } else {
            good += 1;
            text.push_str(&format!(
                "{at},1,Vendor {supplier},{},,1,2024-01-31,2024-02-01,1\n",
                at + 1
            ));
        }
    }
    (text, good, bad)
}

/// Runs an import until its first batch is committed and then lets go of it, as a killed process does.
async fn killed_after_a_batch(t: &TestDb, id: ImportId) {
    let committed = Notify::new();
    let watch = |_: &Counts| committed.notify_one();
    let act = t.act();
    tokio::select! {
        ended = ingest::run(&t.keelson, &act, id, &watch) => panic!("it was not killed: {ended:?}"),
        () = committed.notified() => {}
    }
}

async fn exactly_the_right_rows(t: &TestDb, import: &Import) -> Result<()> {
    let (_, good, bad) = many();
    assert_eq!(import.state, State::Done);
    let counts = Counts {
        rows: good + bad,
        inserted: good,
        rejected: bad,
        suppliers_created: 40,
        ..Counts::default()
    };
    assert_eq!(import.counts, counts);
    for table in ["order_lines", "receipts"] {
        let found = number(t, &format!("SELECT COUNT(*) FROM {table}")).await?;
        assert_eq!(found as u64, good, "{table}");
    }
    let right: i64 = (0..23_500)
        .filter(|at| at % 1_000 != 999)
        .map(|at| at + 1)
        .sum();
    let sum =
        "SELECT CAST(SUM(quantity_milli) AS BIGINT) FROM order_lines WHERE superseded_by IS NULL";
    assert_eq!(number(t, sum).await?, right * 1_000);
    assert_eq!(number(t, "SELECT COUNT(*) FROM suppliers").await?, 40);
    let refused: Vec<u64> = refused(t, import)
        .await?
        .iter()
        .map(|row| row.row)
        .collect();
    let wanted: Vec<u64> = (1..=bad).map(|nth| nth * 1_000 + 1).collect();
    assert_eq!(refused, wanted);
    Ok(())
}

#[db_test]
async fn a_killed_import_goes_on_where_its_last_batch_ended(t: TestDb) -> Result<()> {
    let (text, ..) = many();
    let id = started(&t, "many.csv", &text, FLAT).await?;
    for batch in 1..=2 {
        killed_after_a_batch(&t, id).await;
        let so_far = ingest::find(t.db.read(), id).await?;
        assert_eq!(so_far.state, State::Running);
        assert!(so_far.counts.rows >= batch * 10_000 && so_far.counts.rows < 23_500);
    }
    // A second run of the same command finds it by its file and its mapping.
    let path = file(&t, "renamed.csv", &text);
    let found = ingest::interrupted(&t.keelson, mapping(FLAT).kind, &path, &mapping(FLAT)).await?;
    assert_eq!(found.map(|import| import.id), Some(id));
    let other = mapping(&FLAT.replace("\"ERP\"", "\"Other\""));
    assert!(
        ingest::interrupted(&t.keelson, other.kind, &path, &other)
            .await?
            .is_none()
    );

    let import = ingest::run(&t.keelson, &t.act(), id, &|_| {}).await?;
    exactly_the_right_rows(&t, &import).await?;
    assert!(
        ingest::interrupted(&t.keelson, mapping(FLAT).kind, &path, &mapping(FLAT))
            .await?
            .is_none()
    );
    Ok(())
}

#[db_test]
async fn an_import_whose_worker_died_is_finished_by_the_next_worker(t: TestDb) -> Result<()> {
    let (text, ..) = many();
    let id = started(&t, "many.csv", &text, FLAT).await?;
    let tx = t.db.begin().await?;
    keelson_jobs::enqueue(&tx, &RunImport { import: id }, t.act().at).await?;
    tx.commit().await?;
    let worker = work::worker(&t.keelson);
    let some_rows = async {
        while ingest::find(t.db.read(), id).await?.counts.rows == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        Ok::<_, Error>(())
    };
    tokio::select! {
        done = worker.run_due() => panic!("it was not killed: {done:?}"),
        some = some_rows => some?,
    }
    drop(worker);
    let successor = work::worker(&t.keelson);
    assert_eq!(
        successor.run_due().await?,
        0,
        "the dead worker still holds it"
    );
    t.clock
        .advance(chrono::TimeDelta::from_std(keelson_jobs::CLAIM).unwrap());
    t.clock.advance(chrono::TimeDelta::seconds(1));
    assert!(successor.run_due().await? > 0);
    exactly_the_right_rows(&t, &ingest::find(t.db.read(), id).await?).await?;
    assert_eq!(operations::check(&t.keelson).await?, Vec::<String>::new());
    Ok(())
}

#[db_test]
async fn two_runs_of_one_import_load_each_row_once(t: TestDb) -> Result<()> {
    let (text, ..) = many();
    let id = started(&t, "many.csv", &text, FLAT).await?;
    let act = t.act();
    let began = AtomicBool::new(false);
    let watch = |_: &Counts| began.store(true, Ordering::Relaxed);
    let (one, other) = tokio::join!(
        ingest::run(&t.keelson, &act, id, &watch),
        ingest::run(&t.keelson, &act, id, &watch)
    );
    assert!(one.is_err() || other.is_err(), "one of the two gives way");
    assert!(began.into_inner());
    let import = ingest::run(&t.keelson, &t.act(), id, &|_| {}).await?;
    exactly_the_right_rows(&t, &import).await
}

#[db_test]
async fn an_incomplete_mapping_is_not_started_and_what_is_missing_is_named(
    t: TestDb,
) -> Result<()> {
    let mut incomplete: Mapping = mapping(FLAT);
    for field in ["quantity", "supplier_name", "line_number", "currency"] {
        incomplete.fields.remove(field);
    }
    let path = file(&t, "a.csv", format!("{HEAD}{THREE}"));
    let k = &t.keelson;
    let id = ingest::receive(k, &t.act(), incomplete.kind, "a.csv", &path, &incomplete).await?;
    let tx = t.db.begin().await?;
    let Err(Error::Invalid(fields)) = ingest::start(&tx, &t.act(), id).await else {
        panic!("an incomplete mapping was started");
    };
    drop(tx);
    let mut named: Vec<&str> = fields.iter().map(|field| &*field.name).collect();
    named.sort_unstable();
    assert_eq!(
        named,
        [
            "fields.currency",
            "fields.quantity",
            "fields.supplier_name",
            "key"
        ]
    );
    assert_eq!(ingest::find(t.db.read(), id).await?.state, State::Uploaded);
    ingest::remap(k, &t.act(), id, &mapping(FLAT)).await?;
    let tx = t.db.begin().await?;
    ingest::start(&tx, &t.act(), id).await?;
    tx.commit().await?;
    assert_eq!(
        ingest::run(k, &t.act(), id, &|_| {}).await?.counts.inserted,
        3
    );
    Ok(())
}

#[db_test]
async fn what_a_file_of_facts_says_about_a_new_supplier_is_kept(t: TestDb) -> Result<()> {
    let document = format!(
        "{FLAT}\n[fields.supplier_country]\ncolumns = [\"Country\"]\n[fields.supplier_city]\ncolumns = [\"City\"]\n"
    );
    let text = "PO,Line,Vendor,Qty,Due,Country,City\n1,1,Acme,5,2024-01-31,Deutschland,Ulm\n";
    load(&t, "a.csv", text, &document).await?;
    let said = rows(&t, "SELECT name, country, city FROM suppliers").await?;
    assert_eq!(
        said,
        [serde_json::json!({ "name": "Acme", "country": "DE", "city": "Ulm" })]
    );
    Ok(())
}
