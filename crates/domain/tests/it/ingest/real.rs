//! The example mappings and definitions on the real files they are for, from the file to the figure.

use std::path::Path;

use chrono::NaiveDate;
use keelson_analytics::By;
use keelson_domain::{
    Result,
    ingest::{self, Import, State},
    operations,
    performance::{self, definition},
};
use keelson_methods::{kpi::Definition, period::Period};
use keelson_testkit::{TestDb, db_test, real_data};

use super::{mapping, number, projected};

const SCMS: &str = include_str!("../../../../../examples/mappings/scms.toml");
const CHICAGO: &str = include_str!("../../../../../examples/mappings/chicago-contracts.toml");
const OXFORD: &str = include_str!("../../../../../examples/mappings/oxford.toml");
const TREASURY: &str = include_str!("../../../../../examples/mappings/hm-treasury.toml");
const ON_OR_BEFORE: &str = include_str!("../../../../../examples/kpis/on-or-before-scheduled.toml");

/// Loads a file as it lies there.
async fn load(t: &TestDb, path: &Path, document: &str) -> Result<Import> {
    let mapping = mapping(document);
    let name = path.file_name().unwrap().to_string_lossy();
    let id = ingest::receive(&t.keelson, &t.act(), mapping.kind, &name, path, &mapping).await?;
    let tx = t.db.begin().await?;
    ingest::start(&tx, &t.act(), id).await?;
    tx.commit().await?;
    let import = ingest::run(&t.keelson, &t.act(), id, &|_| {}).await?;
    assert_eq!(import.state, State::Done, "{name}: {:?}", import.failure);
    Ok(import)
}

#[db_test]
async fn scms_gives_the_on_time_figures_that_can_be_counted_by_hand(t: TestDb) -> Result<()> {
    let Some(path) = real_data("scms-delivery/scms_dev.csv") else {
        return Ok(());
    };
    let import = load(&t, &path, SCMS).await?;
    assert_eq!((import.counts.inserted, import.counts.rejected), (6_507, 0));
    assert_eq!(import.counts.suppliers_created, 61);
    let undated = "SELECT COUNT(*) FROM order_lines WHERE ordered_on IS NULL";
    assert_eq!(number(&t, undated).await?, 4_010);
    let reason = "SELECT COUNT(*) FROM order_lines WHERE missing = 'ordered_on=not_applicable'";
    assert_eq!(number(&t, reason).await?, 3_739);
    projected(&t).await?;
    assert_eq!(operations::check(&t.keelson).await?, Vec::<String>::new());

    definition::apply(&t.keelson, &t.act(), ON_OR_BEFORE).await?;
    let definition = Definition::parse(ON_OR_BEFORE).unwrap();
    let today = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let answers =
        performance::measure(&t.keelson, &definition, Period::All, By::Supplier, today).await?;
    let total = answers.iter().fold((0, 0), |sum, answer| {
        let rate = answer.measured.rate;
        (sum.0 + rate.numerator, sum.1 + rate.denominator)
    });
    assert_eq!(total, (5_905, 6_507));
    for (name, on_time, lines) in [
        ("Aurobindo", 400, 484),
        ("Orgenics", 392, 427),
        ("S. BUYS", 403, 413),
    ] {
        let answer = answers
            .iter()
            .find(|answer| {
                let supplier = answer.supplier.as_ref();
                supplier.is_some_and(|supplier| supplier.name.starts_with(name))
            })
            .unwrap();
        let rate = answer.measured.rate;
        assert_eq!(
            (rate.numerator, rate.denominator),
            (on_time, lines),
            "{name}"
        );
    }
    let again = load(&t, &path, SCMS).await?;
    assert_eq!((again.counts.unchanged, again.counts.inserted), (6_507, 0));
    Ok(())
}

#[db_test]
async fn one_mapping_loads_the_seventeen_files_of_oxford(t: TestDb) -> Result<()> {
    let Some(folder) = real_data("oxford-spend") else {
        return Ok(());
    };
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "csv"))
        .collect();
    paths.sort();
    assert_eq!(paths.len(), 17);
    let (mut rows, mut rejected) = (0, 0);
    for path in &paths {
        let counts = load(&t, path, OXFORD).await?.counts;
        rows += counts.inserted;
        rejected += counts.rejected;
    }
    assert_eq!((rows, rejected), (61_529, 0));
    let current = "SELECT COUNT(*) FROM invoice_lines WHERE superseded_by IS NULL";
    assert_eq!(number(&t, current).await?, 61_529);
    let named = "SELECT COUNT(*) FROM invoice_lines WHERE supplier_id IN (SELECT id FROM suppliers WHERE name = 'JSC')";
    assert_eq!(
        number(&t, named).await?,
        30,
        "a name like a legal form is a name"
    );
    assert_eq!(
        projected(&t).await?,
        61_528,
        "the line without an amount counts in no total"
    );
    let again = load(&t, &paths[0], OXFORD).await?;
    assert_eq!((again.counts.inserted, again.counts.superseded), (0, 0));
    Ok(())
}

#[db_test]
async fn chicago_brings_suppliers_with_their_places_and_every_award(t: TestDb) -> Result<()> {
    let Some(path) = real_data("chicago-contracts/contracts_dev.csv.gz") else {
        return Ok(());
    };
    let import = load(&t, &path, CHICAGO).await?;
    assert_eq!(
        (import.counts.inserted, import.counts.rejected),
        (129_879, 0)
    );
    let sum =
        "SELECT CAST(SUM(amount_minor) AS BIGINT) FROM invoice_lines WHERE superseded_by IS NULL";
    assert_eq!(number(&t, sum).await?, 8_306_795_960_580);
    let vendors = "SELECT COUNT(*) FROM suppliers";
    assert_eq!(
        number(&t, vendors).await?,
        import.counts.suppliers_created as i64
    );
    let chicago = "SELECT COUNT(*) FROM suppliers WHERE country = 'US' AND UPPER(city) = 'CHICAGO'";
    assert!(number(&t, chicago).await? > 1_000);
    Ok(())
}

#[db_test]
async fn the_treasurys_files_agree_with_their_own_totals(t: TestDb) -> Result<()> {
    let Some(folder) = real_data("hm-treasury-spend") else {
        return Ok(());
    };
    for (month, count, total) in [
        ("2025-01", 79, "17274927.62"),
        ("2025-02", 67, "14204796.49"),
        ("2025-03", 126, "24210088.95"),
    ] {
        let import = load(&t, &folder.join(format!("{month}.json")), TREASURY).await?;
        assert_eq!((import.counts.inserted, import.counts.rejected), (count, 0));
        assert_eq!(
            import.control.as_deref(),
            Some(
                format!(
                    "The file says {count} records, and as many were read. The file says {total} for the sum of amount, and \
                     that was read."
                )
                .as_str()
            )
        );
    }
    let foreign = "SELECT COUNT(*) FROM invoice_lines WHERE currency <> 'GBP'";
    assert_eq!(number(&t, foreign).await?, 0);
    let sum = "SELECT CAST(SUM(amount_minor) AS BIGINT) FROM invoice_lines";
    assert_eq!(number(&t, sum).await?, 5_568_981_306);
    Ok(())
}
