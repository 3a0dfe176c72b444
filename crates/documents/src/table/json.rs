//! JSON: a list of records somewhere in a document, or one record a line.
//!
//! The list is walked record by record, so the document is never held whole. What stands beside the list on the way to
//! it (control totals, for example) is kept as long as it is small.

mod flatten;
mod scan;

use super::row::{RowBuffer, RowProblem};
use super::source::Text;
use super::{Format, ReadOptions, RowSource};
use crate::{Limits, TableError};
use flatten::Flatten;
use scan::Scanner;
use serde_json::Value;
use std::collections::HashMap;
use std::io::Read;

/// How many records are looked at to learn the columns.
const SAMPLE: usize = 1000;

/// How much of what stands around the records is kept.
const AROUND_BYTES: usize = 8 << 20;

/// The records of a JSON document.
pub(super) struct JsonRows<'a> {
    scanner: Scanner<Box<dyn Read + Send + 'a>>,
    limits: Limits,
    path: String,
    lines: bool,
    columns: Columns,
    /// Keys of the objects on the way to the list, outermost first.
    way: Vec<String>,
    around: Value,
    around_bytes: usize,
    record: Vec<u8>,
    number: u64,
    ended: bool,
    /// The columns are settled: a name seen for the first time from now on is noted, not read.
    settled: bool,
    late: Option<(String, u64)>,
}

/// The names found so far. A nested value is called by its path, `a.b`.
#[derive(Default)]
pub(super) struct Columns {
    names: Vec<String>,
    positions: HashMap<String, usize>,
}

impl Columns {
    fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    fn add(&mut self, name: &str) -> usize {
        let position = self.names.len();
        self.names.push(name.to_owned());
        self.positions.insert(name.to_owned(), position);
        position
    }
}

/// Opens the list of records, reads the first of them, and says which columns they have.
pub(super) fn open<'a>(
    text: Text<'a>,
    lines: bool,
    options: &ReadOptions,
) -> Result<(JsonRows<'a>, Vec<RowBuffer>, Vec<String>), TableError> {
    let mut rows = JsonRows {
        scanner: Scanner::new(text.bytes),
        limits: options.limits,
        path: options.json_path.clone().unwrap_or_default(),
        lines,
        columns: Columns::default(),
        way: Vec::new(),
        around: Value::Object(serde_json::Map::new()),
        around_bytes: 0,
        record: Vec::new(),
        number: 0,
        ended: false,
        settled: false,
        late: None,
    };
    if !lines {
        rows.enter(options.json_path.as_deref().unwrap_or_default())?;
    }
    let mut sample = Vec::new();
    let mut sampled_bytes = 0;
    while sample.len() < SAMPLE && sampled_bytes < AROUND_BYTES {
        let mut row = RowBuffer::default();
        if !rows.read(&mut row)? {
            break;
        }
        sampled_bytes += row.text.len();
        sample.push(row);
    }
    if rows.columns.names.is_empty() {
        return Err(rows.no_records());
    }
    rows.settled = true;
    let columns = rows.columns.names.clone();
    Ok((rows, sample, columns))
}

impl JsonRows<'_> {
    pub(super) fn format(&self) -> Format {
        Format::Json {
            path: self.path.clone(),
            lines: self.lines,
        }
    }

    /// Walks to the list of records: along the path, or to the first list of objects at the top of the document.
    fn enter(&mut self, path: &str) -> Result<(), TableError> {
        let keys: Vec<&str> = path.split('.').filter(|key| !key.is_empty()).collect();
        match self.scanner.peek()? {
            Some(b'[') if keys.is_empty() => return self.scanner.skip_one(),
            Some(b'[') => return Err(self.no_records()),
            Some(b'{') => self.scanner.skip_one()?,
            Some(_) => {
                return Err(TableError::damaged(
                    "it begins neither with a list nor with an object",
                ));
            }
            None => return Err(TableError::Empty),
        }
        while let Some(key) = self.scanner.next_key(self.limits.cell_bytes)? {
            let next = self.scanner.peek()?;
            let depth = self.way.len();
            let on_the_way = keys.get(depth) == Some(&key.as_str());
            if on_the_way && next == Some(b'{') && depth + 1 < keys.len() {
                self.scanner.skip_one()?;
                self.way.push(key);
            } else if next == Some(b'[')
                && ((on_the_way && depth + 1 == keys.len())
                    || (keys.is_empty() && self.scanner.opens_records()?))
            {
                self.scanner.skip_one()?;
                self.path = self
                    .way
                    .iter()
                    .chain([&key])
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(".");
                return Ok(());
            } else {
                self.keep_around(&key)?;
            }
        }
        Err(self.no_records())
    }

    /// Keeps a value that stands beside the records, while there is room.
    fn keep_around(&mut self, key: &str) -> Result<(), TableError> {
        let room = AROUND_BYTES.saturating_sub(self.around_bytes);
        self.record.clear();
        let whole = self.scanner.value(&mut self.record, room)?;
        if !whole {
            return Ok(());
        }
        self.around_bytes += self.record.len();
        let value: Value = serde_json::from_slice(&self.record).map_err(|error| {
            TableError::damaged(format!("\"{key}\" is not valid JSON ({error})"))
        })?;
        let mut place = &mut self.around;
        for step in &self.way {
            place = &mut place[step.as_str()];
        }
        place[key] = value;
        Ok(())
    }

    /// After the list: the rest of the objects it lies in, where control totals may stand too.
    fn leave(&mut self) -> Result<(), TableError> {
        if self.path.is_empty() {
            return Ok(());
        }
        loop {
            while let Some(key) = self.scanner.next_key(self.limits.cell_bytes)? {
                self.keep_around(&key)?;
            }
            if self.way.pop().is_none() {
                return Ok(());
            }
        }
    }

    fn no_records(&self) -> TableError {
        let lists = lists_of_objects(&self.around, "");
        TableError::NoTable {
            what: if self.path.is_empty() {
                "The document holds no list of records at its top.".to_owned()
            } else {
                format!(
                    "The document holds no list of records at \"{}\".",
                    self.path
                )
            },
            advice: if lists.is_empty() {
                "Say in the mapping where the list is (json_path), for example \"result.transactions\".".to_owned()
            } else {
                format!(
                    "Say in the mapping which list is meant (json_path): {}.",
                    lists.join(", ")
                )
            },
        }
    }

    fn next_record(&mut self) -> Result<bool, TableError> {
        self.record.clear();
        let more = if self.lines {
            self.scanner.peek()?.is_some()
        } else {
            self.scanner.next_item()?
        };
        if !more {
            self.ended = true;
            if !self.lines {
                self.leave()?;
            }
            return Ok(false);
        }
        self.number += 1;
        if !self
            .scanner
            .value(&mut self.record, self.limits.row_bytes)?
        {
            self.record.clear();
        }
        Ok(true)
    }
}

impl RowSource for JsonRows<'_> {
    fn read(&mut self, row: &mut RowBuffer) -> Result<bool, TableError> {
        if self.ended || !self.next_record()? {
            return Ok(false);
        }
        row.begin(self.number);
        row.positioned = true;
        if self.record.is_empty() {
            row.problem = Some(RowProblem::RowTooLarge);
            return Ok(true);
        }
        if self.record[0] != b'{' {
            row.problem = Some(RowProblem::NotARecord);
            return Ok(true);
        }
        let mut flatten = Flatten {
            row,
            columns: &mut self.columns,
            limits: &self.limits,
            settled: self.settled,
            unknown: None,
            path: String::new(),
        };
        flatten
            .record(&self.record)
            .map_err(|what| TableError::Damaged {
                row: Some(self.number),
                what,
            })?;
        if let (None, Some(name)) = (&self.late, flatten.unknown.take()) {
            self.late = Some((name, self.number));
        }
        Ok(true)
    }

    fn notes(&self) -> Vec<String> {
        self.late
            .iter()
            .map(|(name, record)| {
                format!(
                    "Record {record} has a value called \"{name}\" that none of the first {SAMPLE} records has. It and other \
                     late names are not read."
                )
            })
            .collect()
    }

    fn around(&self) -> Option<&Value> {
        Some(&self.around)
    }
}

/// The paths of the lists of objects in what has been seen of a document.
fn lists_of_objects(value: &Value, path: &str) -> Vec<String> {
    match value {
        Value::Array(items) if items.first().is_some_and(Value::is_object) => vec![path.to_owned()],
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, member)| {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                lists_of_objects(member, &path)
            })
            .collect(),
        _ => Vec::new(),
    }
}
