//! One receipt for a line that waits for it: how long until the supplier's figures hold it. The whole way is measured, the
//! start of the program with it; in a running server the same work is a job and has no start.

use std::{collections::HashSet, path::Path, process::Command};

use anyhow::{Context, Result};
use keelson_documents::{ReadOptions, Table};

use crate::{program, start};

const MAPPING: &str = r#"kind = "receipts"
source = "SOURCE"
name = "Bench receipts"

[fields]
key.columns = ["key"]
order_line_key.columns = ["line_key"]
received_on = { columns = ["received_on"], formats = ["%Y-%m-%d"] }
quantity_good.columns = ["good"]
"#;

pub(crate) fn measure(suppliers: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (_, child) = start::until_first_page(&data, suppliers)?;
    start::stop(child)?;

    let lines = export(&data, &["facts", "--kind", "order-lines"])?;
    let received: HashSet<String> = export(&data, &["facts", "--kind", "receipts"])?
        .into_iter()
        .map(|row| row[2].clone())
        .collect();
    // source, source_key, …, and the day it was confirmed for: the oldest that waits.
    let waiting = lines
        .iter()
        .filter(|row| !received.contains(&row[1]) && !row[17].is_empty() && row[20].is_empty())
        .min_by_key(|row| row[17].clone())
        .context("no line of the sample company waits for its receipt")?;
    let file = folder.path().join("receipt.csv");
    std::fs::write(
        &file,
        format!(
            "key,line_key,received_on,good\nbench-1,{},{},{}\n",
            waiting[1], waiting[17], waiting[10]
        ),
    )?;
    let mapping = folder.path().join("receipt.toml");
    std::fs::write(&mapping, MAPPING.replace("SOURCE", &waiting[0]))?;

    let before = figures(&data, &waiting[2])?;
    let mut command = Command::new(program::keelson()?);
    command
        .args(["import", "receipts"])
        .arg(&file)
        .arg("--mapping")
        .arg(&mapping);
    let ran = program::run(command.arg("--data").arg(&data))?;
    let after = figures(&data, &waiting[2])?;
    let changed = after.iter().filter(|row| !before.contains(row)).count();

    println!(
        "\nreceipt: one receipt for {} into the sample company of {suppliers} suppliers",
        waiting[3]
    );
    println!(
        "until its figures hold it    {:>8.2} s   bar 1 s",
        ran.took.as_secs_f64()
    );
    println!("figures of the supplier that changed: {changed}");
    for (at, line) in &ran.lines {
        println!("  {:>6.2} s  {line}", at.as_secs_f64());
    }
    Ok(())
}

/// The measures of one supplier.
fn figures(data: &Path, supplier: &str) -> Result<Vec<Vec<String>>> {
    let mut rows = export(data, &["measures"])?;
    rows.retain(|row| row[0] == supplier);
    Ok(rows)
}

fn export(data: &Path, what: &[&str]) -> Result<Vec<Vec<String>>> {
    let mut command = Command::new(program::keelson()?);
    let ran = program::run(command.arg("export").args(what).arg("--data").arg(data))?;
    let options = ReadOptions {
        header_row: Some(1),
        delimiter: Some(','),
        ..ReadOptions::default()
    };
    let mut table = Table::from_bytes(&ran.output, "export.csv", &options)?;
    let mut rows = Vec::new();
    while let Some(row) = table.next_row()? {
        rows.push(row.cells().map(|cell| cell.text.to_owned()).collect());
    }
    Ok(rows)
}
