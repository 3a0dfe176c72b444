//! What is kept, as CSV or JSON lines.

use std::{
    io::{BufWriter, StdoutLock, Write},
    process::ExitCode,
};

use anyhow::{Result, anyhow};
use keelson_analytics::Kind;
use keelson_documents::write::{CsvWriter, Value as Cell};
use keelson_domain::export::{self, Export as Table};
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use super::columns;
use crate::{
    cli::{Export, Format, Place, What},
    folder,
};

/// `keelson export`
pub(crate) async fn export(place: &Place, options: Export) -> Result<ExitCode> {
    let table = match options.what {
        What::Suppliers => Table::Suppliers,
        What::Measures => Table::Measures,
        What::Scorecards => Table::Scorecards,
        What::Tiers => Table::Tiers,
        What::Facts => Table::Facts(kind(&options.kind)?),
    };
    let keelson = folder::open(place).await?;
    let names: Vec<&str> = table.columns().collect();
    let mut out = Out::new(options.format, &names)?;
    let mut after = 0;
    while let Some((rows, last)) = export::rows(&keelson, table, after).await? {
        for row in &rows {
            out.write(&names, row)?;
        }
        after = last;
    }
    out.finish()?;
    Ok(ExitCode::SUCCESS)
}

fn kind(word: &str) -> Result<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.code() == word.replace('-', "_")).ok_or_else(|| {
        anyhow!("There are no facts called {word:?}. Choose order-lines, receipts, inspections or invoice-lines.")
    })
}

/// Standard output in one of the formats.
enum Out {
    Csv(Box<CsvWriter<StdoutLock<'static>>>),
    Lines(BufWriter<StdoutLock<'static>>),
}

impl Out {
    fn new(format: Format, names: &[&str]) -> Result<Self> {
        let out = std::io::stdout().lock();
        Ok(match format {
            Format::Csv => Self::Csv(Box::new(CsvWriter::for_pipes(out, &columns(names))?)),
            Format::Jsonl => Self::Lines(BufWriter::new(out)),
        })
    }

    fn write(&mut self, names: &[&str], row: &[Value]) -> Result<()> {
        match self {
            Self::Csv(writer) => {
                let documents: Vec<String> = row
                    .iter()
                    .map(|value| match value {
                        Value::Array(_) | Value::Object(_) => value.to_string(),
                        _ => String::new(),
                    })
                    .collect();
                let cells: Vec<Cell<'_>> = row.iter().zip(&documents).map(cell).collect();
                writer.row(&cells)?;
            }
            Self::Lines(out) => {
                let mut line = serde_json::Serializer::new(&mut *out);
                let mut map = line.serialize_map(Some(row.len()))?;
                for (name, value) in names.iter().zip(row) {
                    map.serialize_entry(name, value)?;
                }
                map.end()?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Csv(writer) => {
                drop(writer.finish()?);
            }
            Self::Lines(mut out) => out.flush()?,
        }
        Ok(())
    }
}

/// A value as a cell; a document as its own text, which the caller holds.
fn cell<'a>((value, document): (&'a Value, &'a String)) -> Cell<'a> {
    match value {
        Value::Null => Cell::Empty,
        Value::Bool(truth) => Cell::Truth(*truth),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Cell::Integer(whole),
            (None, Some(number)) => Cell::Number(number),
            (None, None) => Cell::Empty,
        },
        Value::String(text) => Cell::Text(text),
        Value::Array(_) | Value::Object(_) => Cell::Text(document),
    }
}
