//! Files in, and the state of what is kept.

use std::{fs::File, io::Write, path::Path, process::ExitCode};

use anyhow::{Context, Result, anyhow, bail};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use keelson_documents::write::{CsvWriter, Value};
use keelson_domain::{
    Keelson,
    ingest::{self, Counts, Kind, Mapping, Outcome, RowReader},
    operations, work,
};

use super::{act, columns};
use crate::{
    cli::{self, Import, Place},
    folder,
    output::{self, say},
};

/// `keelson import`
pub(crate) async fn import(place: &Place, options: Import) -> Result<ExitCode> {
    let kind = kind(&options.kind)?;
    let mapping = options.mapping.as_deref().map(read_mapping).transpose()?;
    if let Some(mapping) = &mapping
        && mapping.kind != kind
    {
        bail!(
            "The mapping is for {}, but {} was asked for. Use the mapping's kind, or another mapping.",
            mapping.kind.code(),
            kind.code()
        );
    }
    let mut rejects = options
        .rejects
        .as_deref()
        .map(Rejects::create)
        .transpose()?;
    let mut refused = 0;
    if options.dry_run {
        for file in &options.files {
            let mapping = mapping_for(file, kind, mapping.as_ref())?;
            refused += rehearse(file, &mapping, rejects.as_mut())?;
        }
    } else {
        let keelson = folder::open(place).await?;
        for file in &options.files {
            let mapping = mapping_for(file, kind, mapping.as_ref())?;
            refused += load(&keelson, file, kind, &mapping, rejects.as_mut()).await?;
        }
        say("Bringing the figures up to date.");
        work::worker(&keelson).run_due().await?;
    }
    if let Some(rejects) = rejects {
        rejects.finish()?;
    }
    Ok(if refused == 0 {
        ExitCode::SUCCESS
    } else {
        output::with_findings()
    })
}

fn kind(word: &str) -> Result<Kind> {
    Kind::parse(word).ok_or_else(|| {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        anyhow!(
            "There is no kind of file called {word:?}. Choose one of {}.",
            known.join(", ")
        )
    })
}

fn read_mapping(path: &Path) -> Result<Mapping> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("The mapping {} could not be read", path.display()))?;
    Mapping::parse(&text).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|error| format!("  {error}")).collect();
        anyhow!(
            "The mapping {} cannot be used:\n{}",
            path.display(),
            lines.join("\n")
        )
    })
}

/// The mapping given, or one guessed from the file, said aloud so that nothing is loaded on a silent guess.
fn mapping_for(file: &Path, kind: Kind, given: Option<&Mapping>) -> Result<Mapping> {
    if let Some(mapping) = given {
        return Ok(mapping.clone());
    }
    let suggestion = suggest(kind, file)?;
    say(&format!(
        "{}: no mapping was given; this one was guessed from the file:\n",
        file.display()
    ));
    say(&suggestion.to_toml());
    Ok(suggestion)
}

async fn load(
    keelson: &Keelson,
    file: &Path,
    kind: Kind,
    mapping: &Mapping,
    rejects: Option<&mut Rejects>,
) -> Result<u64> {
    let name = file
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let act = act(keelson);
    let id = if let Some(import) = ingest::interrupted(keelson, kind, file, mapping).await? {
        say(&format!(
            "{name}: an import of this file was interrupted after {} rows; it goes on from there.",
            HumanCount(import.counts.rows)
        ));
        import.id
    } else {
        let id = ingest::receive(keelson, &act, kind, &name, file, mapping).await?;
        let tx = keelson.db.begin().await?;
        ingest::start(&tx, &act, id).await?;
        tx.commit().await?;
        id
    };
    let bar = spinner(&name);
    let import = ingest::run(keelson, &act, id, &|counts: &Counts| {
        bar.set_position(counts.rows);
    })
    .await?;
    bar.finish_and_clear();
    let counts = import.counts;
    say(&format!(
        "{name}: {} rows: {} new, {} changed, {} unchanged, {} repeated, {} refused; {} new suppliers.",
        HumanCount(counts.rows),
        HumanCount(counts.inserted),
        HumanCount(counts.superseded),
        HumanCount(counts.unchanged),
        HumanCount(counts.repeated),
        HumanCount(counts.rejected),
        HumanCount(counts.suppliers_created),
    ));
    for remark in import.control.iter().chain(&import.notes) {
        say(&format!("{name}: {remark}"));
    }
    if let Some(rejects) = rejects {
        for refused in ingest::refused(keelson.db.read(), id, 0, u64::MAX >> 1).await? {
            rejects.add(
                &name,
                refused.row,
                refused.column.as_deref(),
                refused.value.as_deref(),
                &refused.reason,
            )?;
        }
    }
    match import.failure {
        Some(failure) => bail!("{name}: {failure}"),
        None => Ok(counts.rejected),
    }
}

/// Reads and judges every row and loads none.
fn rehearse(file: &Path, mapping: &Mapping, mut rejects: Option<&mut Rejects>) -> Result<u64> {
    let name = file
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let opened =
        File::open(file).with_context(|| format!("{} could not be opened", file.display()))?;
    let mut reader =
        RowReader::open(opened, &name, mapping).map_err(|error| anyhow!("{name}: {error}"))?;
    let (mut good, mut repeated, mut refused) = (0_u64, 0_u64, 0_u64);
    while let Some(outcome) = reader
        .next_outcome()
        .map_err(|error| anyhow!("{name}: {error}"))?
    {
        match outcome {
            Outcome::Row(_) => good += 1,
            Outcome::Repeated { .. } => repeated += 1,
            Outcome::Rejected { row, problems } => {
                refused += 1;
                for problem in problems {
                    let (column, value) = (problem.column.as_deref(), problem.value.as_deref());
                    match &mut rejects {
                        Some(rejects) => rejects.add(&name, row, column, value, &problem.reason)?,
                        None => say(&format!(
                            "{name}, row {row}{}: {}",
                            column
                                .map(|column| format!(", {column}"))
                                .unwrap_or_default(),
                            problem.reason
                        )),
                    }
                }
            }
        }
    }
    say(&format!(
        "{name}: {good} rows would be loaded, {repeated} repeat another, {refused} would be refused."
    ));
    if let Some(control) = reader.control() {
        say(&format!("{name}: {control}"));
    }
    Ok(refused)
}

/// The file refused rows are written to.
struct Rejects(CsvWriter<File>);

impl Rejects {
    fn create(path: &Path) -> Result<Self> {
        let file = File::create(path)
            .with_context(|| format!("{} could not be written", path.display()))?;
        let columns = columns(&["file", "row", "column", "value", "reason"]);
        Ok(Self(CsvWriter::for_pipes(file, &columns)?))
    }

    fn add(
        &mut self,
        file: &str,
        row: u64,
        column: Option<&str>,
        value: Option<&str>,
        reason: &str,
    ) -> Result<()> {
        self.0.row(&[
            Value::Text(file),
            Value::Integer(row as i64),
            column.map_or(Value::Empty, Value::Text),
            value.map_or(Value::Empty, Value::Text),
            Value::Text(reason),
        ])?;
        Ok(())
    }

    fn finish(self) -> Result<()> {
        self.0.finish()?;
        Ok(())
    }
}

/// `keelson mapping suggest`
pub(crate) fn mapping(command: &cli::Mapping) -> Result<ExitCode> {
    let cli::Mapping::Suggest { kind: word, file } = command;
    let suggestion = suggest(kind(word)?, file)?;
    std::io::stdout().write_all(suggestion.to_toml().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// A mapping guessed from a file's headers and values.
fn suggest(kind: Kind, file: &Path) -> Result<Mapping> {
    let name = file
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let opened =
        File::open(file).with_context(|| format!("{} could not be opened", file.display()))?;
    ingest::suggest(kind, opened, &name).map_err(|error| anyhow!("{name}: {error}"))
}

/// `keelson reproject`
pub(crate) async fn reproject(place: &Place) -> Result<ExitCode> {
    let keelson = folder::open(place).await?;
    operations::invalidate(&keelson).await?;
    let bar = spinner("columns");
    let projected = operations::project(&keelson, keelson.clock.now()).await?;
    bar.finish_and_clear();
    say(&format!(
        "{} months with {} facts were written anew.",
        projected.months.len(),
        HumanCount(projected.rows)
    ));
    work::worker(&keelson).run_due().await?;
    Ok(ExitCode::SUCCESS)
}

/// `keelson check`
pub(crate) async fn check(place: &Place) -> Result<ExitCode> {
    let keelson = folder::open(place).await?;
    let findings = operations::check(&keelson).await?;
    for finding in &findings {
        say(finding);
    }
    if findings.is_empty() {
        say("The database is whole, and the columns hold what the record holds.");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(output::with_findings())
}

fn spinner(name: &str) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{spinner} {msg}: {human_pos} rows, {per_sec}, {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::new_spinner()
        .with_style(style)
        .with_message(name.to_owned())
}
