//! One record to one row: nested objects become columns called by their path, `a.b`.

use super::Columns;
use crate::Limits;
use crate::table::row::{CellKind, RowBuffer, RowProblem};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Walks a record in its own order and puts its values into a row as it goes.
pub(super) struct Flatten<'a> {
    pub(super) row: &'a mut RowBuffer,
    pub(super) columns: &'a mut Columns,
    pub(super) limits: &'a Limits,
    pub(super) settled: bool,
    /// A name that turned up after the columns had been settled.
    pub(super) unknown: Option<String>,
    pub(super) path: String,
}

impl Flatten<'_> {
    pub(super) fn record(&mut self, json: &[u8]) -> Result<(), String> {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        Member(self)
            .deserialize(&mut deserializer)
            .map_err(|error| format!("not valid JSON ({error})"))?;
        deserializer
            .end()
            .map_err(|error| format!("not valid JSON ({error})"))
    }

    fn put(&mut self, text: &str, kind: CellKind) {
        let column = match self.columns.position(&self.path) {
            Some(column) => column,
            None if self.settled => {
                self.unknown.get_or_insert_with(|| self.path.clone());
                return;
            }
            None if self.columns.names.len() == self.limits.columns => {
                self.row.problem = Some(RowProblem::TooManyCells {
                    cells: self.limits.columns + 1,
                    columns: self.limits.columns,
                });
                return;
            }
            None => self.columns.add(&self.path),
        };
        if text.len() > self.limits.cell_bytes {
            self.row.problem = Some(RowProblem::CellTooLarge { column });
        } else {
            self.row.put(column, text, kind);
        }
    }
}

/// The value of the member the path names.
struct Member<'a, 'b>(&'a mut Flatten<'b>);

impl<'de> DeserializeSeed<'de> for Member<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let outer = self.0.path.len();
        while let Some(key) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            if outer > 0 {
                self.0.path.push('.');
            }
            self.0.path.push_str(&key);
            members.next_value_seed(Member(self.0))?;
            self.0.path.truncate(outer);
        }
        Ok(())
    }

    /// A list of plain values is one text; lists of anything else have no place in a row and are kept as they stand.
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut parts = Vec::new();
        while let Some(item) = items.next_element::<serde_json::Value>()? {
            parts.push(match item {
                serde_json::Value::String(text) => text,
                serde_json::Value::Null => String::new(),
                other => other.to_string(),
            });
        }
        self.0.put(&parts.join("; "), CellKind::Text);
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.put(text, CellKind::Text);
        Ok(())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<(), E> {
        self.0
            .put(if truth { "true" } else { "false" }, CellKind::Truth);
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.0.put(&number.to_string(), CellKind::Number);
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.0.put(&number.to_string(), CellKind::Number);
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.0
            .put(&crate::table::row::plain_number(number), CellKind::Number);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.put("", CellKind::Text);
        Ok(())
    }
}
