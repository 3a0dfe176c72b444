//! How well duplicates are found, on names whose true owners are known, and how long one look-up takes.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Result;
use keelson_documents::{ReadOptions, Table};
use keelson_domain::{
    SupplierId,
    suppliers::{Advice, DuplicateIndex, Known, Party},
};

/// Suppliers in the index for the look-up time.
const MANY: usize = 100_000;

pub(crate) fn measure() -> Result<()> {
    println!("\nduplicates: names whose true owners are known");
    let folder = std::env::var("KEELSON_REAL_DATA")
        .map_or_else(|_| PathBuf::from("../shared/data"), PathBuf::from);
    println!("set                  advice    precision  recall  F1");
    let patstat = read(&folder.join("names-patstat/patstat_reference.csv"))?;
    score("names-patstat", &patstat, |row| {
        (&row[1], known(&row[2], None, None))
    });
    let chicago = read(&folder.join("names-chicago-orgs/records_with_true_ids.csv"))?;
    score("names-chicago-orgs", &chicago, |row| {
        (&row[0], known(&row[3], row.get(4), row.get(6)))
    });
    let names: Vec<&str> = patstat
        .iter()
        .map(|row| row[2].as_str())
        .chain(chicago.iter().map(|row| row[3].as_str()))
        .collect();
    if names.is_empty() {
        println!("skipped: there is no data in {}", folder.display());
    } else {
        look_up_time(&names);
    }
    Ok(())
}

fn known<'a>(name: &'a str, address: Option<&'a String>, phone: Option<&'a String>) -> Known<'a> {
    Known {
        name,
        address: address.map(String::as_str),
        phone: phone.map(String::as_str),
        ..Known::default()
    }
}

/// Compares the pairs found with the pairs there are: those proposed, and those a person would at least look at.
fn score<'a>(
    name: &str,
    rows: &'a [Vec<String>],
    read: impl Fn(&'a [String]) -> (&'a String, Known<'a>),
) {
    let mut index = DuplicateIndex::new();
    let mut members: HashMap<&String, u64> = HashMap::new();
    let mut owners = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let (owner, known) = read(row);
        *members.entry(owner).or_default() += 1;
        owners.push(owner);
        index.insert(SupplierId(place as i64), Party::new(known, Vec::new()));
    }
    let pairs: u64 = members.values().map(|n| n * (n - 1) / 2).sum();
    let (mut proposed, mut looked_at) = ((0_u64, 0_u64), (0_u64, 0_u64));
    for (place, owner) in owners.iter().enumerate() {
        let id = SupplierId(place as i64);
        let Some(party) = index.party(id) else {
            continue;
        };
        for found in index.look_up(party, Some(id)) {
            if found.id <= id {
                continue;
            }
            let right = u64::from(owners[found.id.0 as usize] == *owner);
            looked_at = (looked_at.0 + right, looked_at.1 + 1);
            if found.evidence.advice() == Advice::Merge {
                proposed = (proposed.0 + right, proposed.1 + 1);
            }
        }
    }
    for (advice, (right, found)) in [("proposed", proposed), ("reviewed", looked_at)] {
        let precision = right as f64 / found.max(1) as f64;
        let recall = right as f64 / pairs.max(1) as f64;
        let f1 = 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE);
        println!("{name:<20} {advice:<9} {precision:>9.4} {recall:>7.4} {f1:.4}");
    }
}

/// Fills the index with names put together from halves of real ones and asks for three thousand of them. Of five tries the
/// fastest counts, because what else the machine does is not what is measured.
fn look_up_time(names: &[&str]) {
    let mut index = DuplicateIndex::new();
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for place in 0..MANY {
        let (front, back) = (names[next() % names.len()], names[next() % names.len()]);
        let (front, back): (Vec<_>, Vec<_>) = (
            front.split_whitespace().collect(),
            back.split_whitespace().collect(),
        );
        let cut = 1 + next() % front.len().max(1);
        let name = format!(
            "{} {} {}",
            front[..cut.min(front.len())].join(" "),
            back[back.len() / 2..].join(" "),
            next() % 50_000
        );
        let party = Party::new(known(&name, None, None), Vec::new());
        index.insert(SupplierId(place as i64), party);
    }
    let mut times: Vec<Duration> = (0..3_000)
        .filter_map(|nth| {
            let id = SupplierId((nth * 7_919 % MANY) as i64);
            let party = index.party(id)?;
            let once = || {
                let start = Instant::now();
                std::hint::black_box(index.look_up(party, Some(id)));
                start.elapsed()
            };
            (0..5).map(|_| once()).min()
        })
        .collect();
    times.sort_unstable();
    let at = |percent: usize| times[times.len() * percent / 100];
    println!(
        "\none look-up among {}: p50 {:?}, p95 {:?}, p99 {:?}",
        index.len(),
        at(50),
        at(95),
        at(99)
    );
}

/// The rows of a CSV file without its header; nothing where there is no file.
fn read(path: &Path) -> Result<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return Ok(rows);
    }
    let options = ReadOptions {
        header_row: Some(1),
        ..ReadOptions::default()
    };
    let mut table = Table::open(path, &options)?;
    while let Some(row) = table.next_row()? {
        rows.push(
            row.cells()
                .map(|cell| cell.text.trim().to_owned())
                .collect(),
        );
    }
    Ok(rows)
}
