//! What is kept, as CSV or JSON lines.

use std::{
    io::{BufWriter, StdoutLock, Write},
    process::ExitCode,
};

use anyhow::{Result, anyhow};
use keelson_analytics::Kind;
use keelson_domain::export::{self, Export as Table};
use serde_json::{Map, Value};

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
    let mut out = Out::new(options.format);
    let mut after = 0;
    while let Some((rows, last)) = export::rows(&keelson, table, after).await? {
        for row in &rows {
            out.write(row)?;
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
    Csv {
        writer: Box<csv::Writer<StdoutLock<'static>>>,
        head: bool,
    },
    Lines(BufWriter<StdoutLock<'static>>),
}

impl Out {
    fn new(format: Format) -> Self {
        let out = std::io::stdout().lock();
        match format {
            Format::Csv => Self::Csv {
                writer: Box::new(csv::Writer::from_writer(out)),
                head: true,
            },
            Format::Jsonl => Self::Lines(BufWriter::new(out)),
        }
    }

    fn write(&mut self, row: &Map<String, Value>) -> Result<()> {
        match self {
            Self::Csv { writer, head } => {
                if std::mem::take(head) {
                    writer.write_record(row.keys())?;
                }
                writer.write_record(row.values().map(cell))?;
            }
            Self::Lines(out) => {
                serde_json::to_writer(&mut *out, row)?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Csv { mut writer, .. } => writer.flush()?,
            Self::Lines(mut out) => out.flush()?,
        }
        Ok(())
    }
}

/// A value as a cell. Text that a spreadsheet would take for a formula is kept text by an apostrophe.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => {
            format!("'{text}")
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
