//! The binary killed in the middle of an import: the same command, given again, ends with exactly the right rows.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use keelson_domain::{Db, ingest};

const MAPPING: &str = r#"
kind = "order-lines"
source = "ERP"
[fields.order_number]
columns = ["PO"]
[fields.line_number]
columns = ["Line"]
[fields.supplier_name]
columns = ["Vendor"]
[fields.quantity]
columns = ["Qty"]
[fields.requested_on]
columns = ["Due"]
formats = ["%Y-%m-%d"]
"#;

/// Six batches.
const ROWS: usize = 60_000;

fn keelson(data: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keelson"));
    command
        .arg("--data")
        .arg(data)
        .args(words)
        .stdin(Stdio::null());
    command
}

fn run(data: &Path, words: &[&str]) -> Output {
    let output = keelson(data, words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
    output
}

/// Waits until some batches are committed, and answers how many rows that are.
fn some_rows(data: &Path) -> u64 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = Db::open_sqlite(&data.join("keelson.db")).await.unwrap();
        let began = Instant::now();
        loop {
            let newest = ingest::recent(db.read(), None, 1).await.unwrap();
            match newest.first().map(|import| import.counts.rows) {
                Some(rows) if rows >= 10_000 => return rows,
                _ => assert!(
                    began.elapsed() < Duration::from_mins(5),
                    "no batch was committed"
                ),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
}

#[test]
fn an_import_killed_with_the_process_goes_on_with_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (file, mapping) = (
        folder.path().join("lines.csv"),
        folder.path().join("erp.toml"),
    );
    let rows: String = (0..ROWS)
        .map(|at| format!("{at},1,Vendor {},{},2026-01-31\n", at % 50, at + 1))
        .collect();
    std::fs::write(&file, format!("PO,Line,Vendor,Qty,Due\n{rows}")).unwrap();
    std::fs::write(&mapping, MAPPING).unwrap();
    let (file, mapping) = (file.to_str().unwrap(), mapping.to_str().unwrap());
    run(
        &data,
        &[
            "init",
            "--organisation",
            "Harbour Tools",
            "--admin",
            "ada@harbour.example",
        ],
    );

    let import = ["import", "order-lines", file, "--mapping", mapping];
    let mut child = keelson(&data, &import)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let so_far = some_rows(&data);
    // SIGKILL: nothing is flushed, nothing is said.
    child.kill().unwrap();
    assert!(
        !child.wait().unwrap().success(),
        "it came to its end before it was killed"
    );
    assert!(so_far < ROWS as u64);

    let again = run(&data, &import);
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(said.contains("it goes on from there"), "{said}");
    assert!(
        said.contains("60,000 rows: 60,000 new, 0 changed"),
        "{said}"
    );
    let facts = run(&data, &["export", "facts", "--kind", "order-lines"]);
    let lines = String::from_utf8(facts.stdout).unwrap();
    let mut keys: Vec<&str> = lines.lines().skip(1).collect();
    assert_eq!(keys.len(), ROWS);
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), ROWS, "a row was loaded twice");
    run(&data, &["check"]);
    let third = run(&data, &import);
    let said = String::from_utf8_lossy(&third.stderr);
    assert!(
        said.contains("0 new, 0 changed, 60,000 unchanged"),
        "{said}"
    );
}
