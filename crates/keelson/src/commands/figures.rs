//! Definitions, measures, scores and tiers.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use keelson_analytics::By;
use keelson_documents::write::{CsvWriter, Value};
use keelson_domain::{Keelson, performance, segmentation, versions, work};
use keelson_methods::kpi::Definition;

use super::{act, columns};
use crate::{
    cli::{self, Kpi, Measure, Place, Score, Tier},
    folder,
    output::say,
};

/// `keelson kpi apply`
pub(crate) async fn kpi(place: &Place, command: Kpi) -> Result<ExitCode> {
    let Kpi::Apply { file } = command;
    let toml = std::fs::read_to_string(&file)
        .with_context(|| format!("The definition {} could not be read", file.display()))?;
    let keelson = folder::open(place).await?;
    let published = performance::definition::apply(&keelson, &act(&keelson), &toml).await?;
    say(&format!(
        "{} is version {} of {}.",
        file.display(),
        published.version,
        published.document.id
    ));
    work::worker(&keelson).run_due().await?;
    Ok(ExitCode::SUCCESS)
}

/// `keelson measure`
pub(crate) async fn measure(place: &Place, options: Measure) -> Result<ExitCode> {
    let keelson = folder::open(place).await?;
    let as_of = today(&keelson, options.as_of);
    let by = match options.by {
        cli::By::Supplier => By::Supplier,
        cli::By::Category => By::Category,
        cli::By::Site => By::Site,
    };
    let mut definitions = versions::current::<Definition>(keelson.db.read()).await?;
    if let Some(wanted) = &options.kpi {
        let known: Vec<String> = definitions
            .iter()
            .map(|published| published.document.id.clone())
            .collect();
        definitions.retain(|published| published.document.id == *wanted);
        if definitions.is_empty() {
            bail!(
                "There is no KPI called {wanted:?}. There are: {}.",
                known.join(", ")
            );
        }
    }
    let [key, name] = match options.by {
        cli::By::Supplier => ["supplier_key", "supplier"],
        cli::By::Category => ["category_key", "category"],
        cli::By::Site => ["site_key", "site"],
    };
    let columns = columns(&[
        key,
        name,
        "kpi",
        "version",
        "period",
        "numerator",
        "denominator",
        "n",
        "value",
        "low",
        "high",
        "reason",
    ]);
    let mut out = CsvWriter::for_pipes(std::io::stdout().lock(), &columns)?;
    let period = options.period.resolved(as_of).to_string();
    for published in definitions {
        let definition = &published.document;
        for answer in performance::measure(&keelson, definition, options.period, by, as_of).await? {
            let (key, name) = match options.by {
                cli::By::Supplier => answer.supplier.map_or_else(Default::default, |supplier| {
                    (supplier.number, supplier.name)
                }),
                cli::By::Category => twice(answer.category),
                cli::By::Site => twice(answer.site),
            };
            let measured = &answer.measured;
            let number = |value: Option<f64>| value.map_or(Value::Empty, Value::Number);
            out.row(&[
                Value::Text(&key),
                Value::Text(&name),
                Value::Text(definition.id.as_str()),
                Value::Integer(published.version),
                Value::Text(&period),
                Value::Integer(measured.rate.numerator),
                Value::Integer(measured.rate.denominator),
                Value::Integer(measured.rate.n as i64),
                number(measured.value),
                number(measured.interval.map(|interval| interval.low)),
                number(measured.interval.map(|interval| interval.high)),
                measured
                    .reason
                    .map_or(Value::Empty, |reason| Value::Text(reason.code())),
            ])?;
        }
    }
    drop(out.finish()?);
    Ok(ExitCode::SUCCESS)
}

/// `keelson score`
pub(crate) async fn score(place: &Place, options: Score) -> Result<ExitCode> {
    let keelson = folder::open(place).await?;
    let as_of = today(&keelson, options.as_of);
    let scored = performance::score(&keelson, &act(&keelson), options.period, None, as_of).await?;
    say(&format!(
        "{}: {} new scorecards, {} unchanged, {} suppliers without data, which have no score.",
        options.period.resolved(as_of).label(),
        scored.added,
        scored.unchanged,
        scored.without_data
    ));
    Ok(ExitCode::SUCCESS)
}

/// `keelson tier`
pub(crate) async fn tier(place: &Place, options: Tier) -> Result<ExitCode> {
    let keelson = folder::open(place).await?;
    let as_of = today(&keelson, options.as_of);
    let quarter = segmentation::quarter_of(as_of);
    let tiered = segmentation::tier(&keelson, &act(&keelson), quarter, as_of).await?;
    say(&format!(
        "{}: {} placed anew, {} unchanged, {} moved to another tier, {} unclassified because too little is known.",
        quarter.label(),
        tiered.added,
        tiered.unchanged,
        tiered.moved,
        tiered.unclassified
    ));
    Ok(ExitCode::SUCCESS)
}

fn today(keelson: &Keelson, asked: Option<NaiveDate>) -> NaiveDate {
    asked.unwrap_or_else(|| keelson.clock.now().date_naive())
}

fn twice(text: Option<String>) -> (String, String) {
    let text = text.unwrap_or_default();
    (text.clone(), text)
}
