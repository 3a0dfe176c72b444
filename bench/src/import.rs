//! A file of order lines through the command line: validated, idempotent, every supplier matched.
//!
//! The peer is what a person would write instead: Python's csv and sqlite3, one transaction, no validation, no history.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result};
use chrono::{Days, NaiveDate};

use crate::program::{self, Ran, mebibytes};

const PEER: &str = "
import csv, sqlite3, sys
db = sqlite3.connect(sys.argv[2])
db.execute('PRAGMA journal_mode=WAL')
rows = csv.reader(open(sys.argv[1], newline=''))
head = next(rows)
db.execute('CREATE TABLE lines (%s, PRIMARY KEY (order_number, line_number))' % ', '.join(head))
db.executemany('INSERT INTO lines VALUES (%s)' % ', '.join('?' * len(head)), rows)
db.commit()
";

const MAPPING: &str = r#"kind = "order-lines"
source = "Bench"
name = "Bench"

[file]
delimiter = ","
decimal = "."

[key]
columns = ["order_number", "line_number"]

[fields]
supplier_key.columns = ["supplier_key"]
supplier_name.columns = ["supplier"]
order_number.columns = ["order_number"]
line_number.columns = ["line_number"]
item.columns = ["item"]
category.columns = ["category"]
quantity.columns = ["quantity"]
unit_price.columns = ["price"]
currency.columns = ["currency"]
ordered_on = { columns = ["ordered_on"], formats = ["%Y-%m-%d"] }
confirmed_first_on = { columns = ["confirmed_on"], formats = ["%Y-%m-%d"] }
received_on = { columns = ["received_on"], formats = ["%Y-%m-%d"] }
received_quantity.columns = ["received"]
"#;

pub(crate) fn measure(lines: u64, suppliers: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("order-lines.csv");
    generate(&file, lines, suppliers)?;
    let mapping = folder.path().join("bench.toml");
    std::fs::write(&mapping, MAPPING)?;
    let data = folder.path().join("data");
    let keelson = program::keelson()?;
    let size = mebibytes(std::fs::metadata(&file)?.len());
    println!("\nimport: {lines} order lines of {suppliers} suppliers, {size} MiB of CSV");

    program::run(
        Command::new(&keelson)
            .args(["init", "--organisation", "Bench"])
            .args(["--admin", "bench@example.com", "--data"])
            .arg(&data),
    )?;
    let load = || -> Result<Ran> {
        let mut command = Command::new(&keelson);
        command.arg("import").arg("order-lines").arg(&file);
        command
            .arg("--mapping")
            .arg(&mapping)
            .arg("--data")
            .arg(&data);
        program::run(&mut command)
    };
    println!(
        "{:<34} {:>8} {:>10} {:>9}",
        "work", "s", "lines/s", "peak MiB"
    );
    let first = load()?;
    row("keelson, first time", &first, lines)?;
    let again = load()?;
    row("keelson, the same file again", &again, lines)?;
    match program::run(
        Command::new("python3")
            .args(["-c", PEER])
            .arg(&file)
            .arg(folder.path().join("peer.db")),
    ) {
        Ok(peer) => {
            print_row(
                "peer: csv and sqlite3 in Python",
                peer.took.as_secs_f64(),
                lines,
                peer.peak,
            );
            let ratio = loaded(&first)?.as_secs_f64() / peer.took.as_secs_f64();
            println!("{ratio:.2} times the peer's time");
        }
        Err(error) => println!("no peer: {error}"),
    }
    println!("bar: 1,000,000 lines under 10 s and 300 MiB");
    Ok(())
}

/// Until every row was stored; bringing the figures up to date follows and is printed on its own.
fn loaded(ran: &Ran) -> Result<std::time::Duration> {
    ran.said(" rows: ").with_context(|| {
        let said: Vec<&str> = ran.lines.iter().map(|(_, line)| line.as_str()).collect();
        format!(
            "the import did not say what it loaded:\n{}",
            said.join("\n")
        )
    })
}

fn row(name: &str, ran: &Ran, lines: u64) -> Result<()> {
    let loaded = loaded(ran)?;
    print_row(name, loaded.as_secs_f64(), lines, ran.peak);
    println!(
        "{:<34} {:>8.2}",
        "  figures after it",
        ran.took.saturating_sub(loaded).as_secs_f64()
    );
    for (_, line) in ran
        .lines
        .iter()
        .filter(|(_, line)| line.contains(" rows: "))
    {
        println!("  {line}");
    }
    Ok(())
}

fn print_row(name: &str, seconds: f64, lines: u64, peak: u64) {
    println!(
        "{name:<34} {seconds:>8.2} {:>10.0} {:>9}",
        lines as f64 / seconds,
        mebibytes(peak)
    );
}

/// Lines over 24 months; a line in ten came late, a line in twenty came in part, one in a hundred not yet.
fn generate(file: &Path, lines: u64, suppliers: u64) -> Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(
        out,
        "order_number,line_number,supplier_key,supplier,item,category,quantity,price,currency,ordered_on,confirmed_on,received_on,received"
    )?;
    let first = NaiveDate::default() + Days::new(54 * 365);
    let mut chance = 0x9E37_79B9_7F4A_7C15_u64;
    for line in 0..lines {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        let supplier = chance % suppliers;
        let ordered = first + Days::new(line * 730 / lines);
        let confirmed = ordered + Days::new(10 + chance % 30);
        let quantity = 1 + chance % 500;
        let late = if chance % 10 == 3 { chance % 9 } else { 0 };
        let (received, good) = match chance % 100 {
            77 => (String::new(), String::new()),
            part if part % 20 == 5 => (
                (confirmed + Days::new(late)).to_string(),
                (quantity / 2).to_string(),
            ),
            _ => (
                (confirmed + Days::new(late)).to_string(),
                quantity.to_string(),
            ),
        };
        writeln!(
            out,
            "PO-{:07},{},V{supplier:05},Supplier {} {supplier} GmbH,ITEM-{},CAT-{:02},{quantity},{}.{:02},EUR,{ordered},{confirmed},{received},{good}",
            line / 4,
            line % 4 + 1,
            ["Steel", "Plastics", "Castings", "Logistics"][(supplier % 4) as usize],
            chance % 5000,
            supplier % 25,
            1 + chance % 90,
            chance % 100,
        )?;
    }
    out.flush()?;
    Ok(())
}
