//! The binary as a person or a script calls it: exit codes, what goes to which stream, the columns of what it prints.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod killed;
mod real;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// Ten order lines of one supplier in October 2025, two of them late, one whose date does not exist.
const ORDERS: &str = "\
Supplier number,Supplier,PO number,PO line,Material,Category,Plant,Order quantity,Unit price,Currency,Order date,Requested delivery date,Goods receipt date,Received quantity
V1,Alder Castings Ltd,4711,1,Housing,Castings,Hamburg,10,5.00,EUR,2025-09-01,2025-10-01,2025-10-01,10
V1,Alder Castings Ltd,4711,2,Housing,Castings,Hamburg,10,5.00,EUR,2025-09-01,2025-10-02,2025-10-02,10
V1,Alder Castings Ltd,4711,3,Housing,Castings,Hamburg,10,5.00,EUR,2025-09-01,2025-10-03,2025-10-09,10
V1,Alder Castings Ltd,4711,4,Housing,Castings,Gdansk,10,5.00,EUR,2025-09-01,2025-10-06,2025-10-06,10
V2,Birch Forge Ltd,4712,1,Flange,Forgings,Gdansk,10,5.00,EUR,2025-09-01,2025-10-07,2025-10-20,10
V2,Birch Forge Ltd,4712,2,Flange,Forgings,Gdansk,10,5.00,EUR,2025-02-31,2025-10-07,2025-10-07,10
";

struct Place(TempDir);

impl Place {
    fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A data folder of an organisation.
    fn made() -> Self {
        let place = Self::empty();
        let made = place.run(&[
            "init",
            "--organisation",
            "Harbour Tools",
            "--admin",
            "ada@harbour.example",
        ]);
        assert_eq!(made.code(), 0, "{}", made.err());
        assert!(made.err().contains("/invitation/"), "{}", made.err());
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: &str) -> String {
        fs::write(self.path(name), content).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_keelson"))
            .args(arguments)
            .env("KEELSON_DATA", self.path("data"))
            .env_remove("KEELSON_DATABASE_URL")
            .env_remove("KEELSON_LOG")
            .output()
            .unwrap();
        Ended(output)
    }

    /// Runs what must succeed without a finding.
    fn done(&self, arguments: &[&str]) -> Ended {
        let ended = self.run(arguments);
        assert_eq!(ended.code(), 0, "{arguments:?}: {}", ended.err());
        ended
    }
}

struct Ended(Output);

impl Ended {
    fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    /// What was printed, as a table: its head and its rows.
    fn table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let mut reader = csv::Reader::from_reader(self.0.stdout.as_slice());
        let head = reader
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
        let rows = reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        (head, rows)
    }
}

#[test]
fn a_folder_without_keelson_is_named_with_the_way_out() {
    let place = Place::empty();
    for command in [
        &["measure", "--period", "all"][..],
        &["score", "--period", "2025-Q4"],
        &["tier"],
        &["check"],
        &["reproject"],
        &["export", "suppliers"],
    ] {
        let ended = place.run(command);
        assert_eq!(ended.code(), 1, "{command:?}");
        assert_eq!(ended.out(), "", "{command:?}");
        assert!(ended.err().contains("keelson init"), "{}", ended.err());
        assert!(
            !place.path("data").join("keelson.db").exists(),
            "{command:?} made a folder"
        );
    }
}

#[test]
fn what_is_not_understood_ends_with_two() {
    let place = Place::empty();
    for command in [
        &["measure"][..],
        &["measure", "--period", "2025-13"],
        &["measure", "--period", "all", "--by", "colour"],
        &["export", "everything"],
        &["dance"],
    ] {
        let ended = place.run(command);
        assert_eq!((ended.code(), ended.out().as_str()), (2, ""), "{command:?}");
    }
    let period = place.run(&["score", "--period", "soon"]);
    assert!(period.err().contains("2026-Q3"), "{}", period.err());
    let help = place.run(&["--help"]);
    assert_eq!(help.code(), 0);
    for part in ["Examples:", "Exit codes:", "keelson demo", "KEELSON_DATA"] {
        assert!(help.out().contains(part), "{part} is not in the help");
    }
}

#[test]
fn an_organisation_is_made_once() {
    let place = Place::made();
    let again = place.run(&[
        "init",
        "--organisation",
        "Other",
        "--admin",
        "eve@other.example",
    ]);
    assert_eq!(again.code(), 1);
    assert!(
        again.err().contains("holds an organisation already"),
        "{}",
        again.err()
    );
    let wrong = Place::empty().run(&["init", "--organisation", "X", "--admin", "nobody"]);
    assert_eq!(wrong.code(), 1);
    assert!(wrong.err().contains("--admin"), "{}", wrong.err());
}

#[test]
fn refused_rows_end_with_three_and_are_written_with_their_reason() {
    let place = Place::made();
    let orders = place.file("orders.csv", ORDERS);
    let rejects = place.path("refused.csv");
    let rejects = rejects.to_str().unwrap();

    let rehearsal = place.run(&[
        "import",
        "order-lines",
        &orders,
        "--dry-run",
        "--rejects",
        rejects,
    ]);
    assert_eq!((rehearsal.code(), rehearsal.out().as_str()), (3, ""));
    assert!(
        rehearsal.err().contains("5 rows would be loaded"),
        "{}",
        rehearsal.err()
    );
    assert_eq!(
        place.done(&["export", "facts"]).table().1.len(),
        0,
        "a rehearsal loads nothing"
    );

    let loaded = place.run(&["import", "order-lines", &orders, "--rejects", rejects]);
    assert_eq!((loaded.code(), loaded.out().as_str()), (3, ""));
    let refused = fs::read_to_string(Path::new(rejects)).unwrap();
    let lines: Vec<&str> = refused.lines().collect();
    assert_eq!(lines[0], "file,row,column,value,reason");
    assert_eq!(lines.len(), 2, "{refused}");
    assert!(
        lines[1].starts_with("orders.csv,7,Order date,2025-02-31,"),
        "{refused}"
    );
    assert_eq!(place.done(&["export", "facts"]).table().1.len(), 5);

    let again = place.run(&["import", "order-lines", &orders]);
    assert!(
        again.err().contains("0 new, 0 changed, 5 unchanged"),
        "{}",
        again.err()
    );
}

#[test]
fn a_mapping_is_suggested_on_standard_output_and_loads_the_file() {
    let place = Place::made();
    let orders = place.file("orders.csv", &ORDERS.replace("2025-02-31", "2025-02-28"));
    let suggested = place.done(&["mapping", "suggest", "order-lines", &orders]);
    let mapping = place.file("orders.toml", &suggested.out());
    place.done(&["import", "order-lines", &orders, "--mapping", &mapping]);
    assert_eq!(place.done(&["export", "facts"]).table().1.len(), 6);

    let other = place.run(&["import", "receipts", &orders, "--mapping", &mapping]);
    assert_eq!(other.code(), 1);
    assert!(
        other.err().contains("The mapping is for order-lines"),
        "{}",
        other.err()
    );
    let missing = place.run(&["import", "order-lines", "nowhere.csv"]);
    assert_eq!(missing.code(), 1);
    assert!(missing.err().contains("nowhere.csv"), "{}", missing.err());
}

#[test]
fn measures_are_a_table_and_nothing_else() {
    let place = Place::made();
    let orders = place.file("orders.csv", ORDERS);
    assert_eq!(place.run(&["import", "order-lines", &orders]).code(), 3);
    let measure = ["measure", "--period", "2025-10", "--kpi", "otd"];

    let (head, rows) = place.done(&measure).table();
    assert_eq!(
        head.join(","),
        "supplier_key,supplier,kpi,version,period,numerator,denominator,n,value,low,high,reason"
    );
    let of = |name: &str| {
        let row = rows.iter().find(|row| row[1] == name).unwrap();
        (
            row[5].as_str(),
            row[6].as_str(),
            row[7].as_str(),
            row[8].as_str(),
        )
    };
    assert_eq!(of("Alder Castings Ltd"), ("3", "4", "4", "0.75"));
    assert_eq!(of("Birch Forge Ltd"), ("0", "1", "1", "0"));
    assert!(
        rows.iter()
            .all(|row| row[2] == "otd" && row[3] == "1" && row[4] == "2025-10")
    );

    for (by, first, keys) in [
        (
            "category",
            "category_key,category",
            ["Castings", "Forgings"],
        ),
        ("site", "site_key,site", ["Gdansk", "Hamburg"]),
    ] {
        let (head, mut rows) = place.done(&[&measure[..], &["--by", by]].concat()).table();
        rows.sort();
        assert!(head.join(",").starts_with(first), "{head:?}");
        assert_eq!(
            rows.iter().map(|row| row[1].as_str()).collect::<Vec<_>>(),
            keys
        );
    }
    // Where there is no value, the reason stands and never a zero.
    let (_, rows) = place
        .done(&["measure", "--period", "2025-10", "--kpi", "lot-acceptance"])
        .table();
    assert!(
        rows.iter()
            .all(|row| row[8].is_empty() && !row[11].is_empty()),
        "{rows:?}"
    );

    let unknown = place.run(&["measure", "--period", "all", "--kpi", "nope"]);
    assert_eq!((unknown.code(), unknown.out().as_str()), (1, ""));
    assert!(unknown.err().contains("otif-line"), "{}", unknown.err());
}

#[test]
fn a_definition_is_published_scores_and_tiers_are_made_and_everything_is_exported() {
    let place = Place::made();
    let orders = place.file("orders.csv", ORDERS);
    assert_eq!(place.run(&["import", "order-lines", &orders]).code(), 3);

    let kpi = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/kpis/on-or-before-scheduled.toml"
    );
    let applied = place.done(&["kpi", "apply", kpi]);
    assert!(
        applied
            .err()
            .contains("version 1 of on-or-before-scheduled"),
        "{}",
        applied.err()
    );
    let broken = place.file("broken.toml", "id = \"Not kebab\"\n");
    let refused = place.run(&["kpi", "apply", &broken]);
    assert_eq!(refused.code(), 1);
    assert!(refused.err().contains("measure"), "{}", refused.err());

    let scored = place.done(&["score", "--period", "2025-Q4"]);
    assert!(
        scored.err().contains("2 new scorecards"),
        "{}",
        scored.err()
    );
    let again = place.done(&["score", "--period", "2025-Q4"]);
    assert!(
        again.err().contains("0 new scorecards, 2 unchanged"),
        "{}",
        again.err()
    );
    let early = place.run(&["score", "--period", "2099-Q1"]);
    assert_eq!(early.code(), 1);
    assert!(early.err().contains("has not begun"), "{}", early.err());
    place.done(&["tier"]);

    for (what, rows) in [
        (&["export", "suppliers"][..], 2),
        (&["export", "facts"], 5),
        (&["export", "facts", "--kind", "receipts"], 5),
        (&["export", "facts", "--kind", "inspections"], 0),
        (&["export", "facts", "--kind", "invoice-lines"], 0),
        (&["export", "scorecards"], 2),
        (&["export", "tiers"], 2),
    ] {
        let (head, found) = place.done(what).table();
        assert_eq!(found.len(), rows, "{what:?}");
        assert!(
            head.len() > 5,
            "{what:?} has its columns even without a row"
        );
        let lines = place.done(&[what, &["--format", "jsonl"]].concat()).out();
        let objects: Vec<serde_json::Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(objects.len(), rows, "{what:?}");
        assert!(objects.iter().all(serde_json::Value::is_object));
    }
    place.done(&["export", "measures"]);
    let unknown = place.run(&["export", "facts", "--kind", "wishes"]);
    assert_eq!((unknown.code(), unknown.out().as_str()), (1, ""));

    let rebuilt = place.done(&["reproject"]);
    assert_eq!(rebuilt.out(), "");
    assert_eq!(place.done(&["check"]).out(), "");
    // Damage is found and named: the columns are gone.
    fs::remove_dir_all(place.path("data").join("facts")).unwrap();
    let damaged = place.run(&["check"]);
    assert_eq!(damaged.code(), 3, "{}", damaged.err());
    place.done(&["reproject"]);
    place.done(&["check"]);
}

#[test]
fn a_folder_of_a_real_company_is_no_sample() {
    let place = Place::made();
    let ended = place.run(&["demo", "--listen", "127.0.0.1:0"]);
    assert_eq!(ended.code(), 1);
    assert!(
        ended
            .err()
            .contains("Harbour Tools, which is no sample company"),
        "{}",
        ended.err()
    );
}
