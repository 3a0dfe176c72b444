//! A row between its cells and its struct: values by the position of their field, gaps with their reasons, problems.

use super::Problem;
use crate::ingest::kinds::MOST_FIELDS;
use chrono::{Datelike, NaiveDate};
use keelson_methods::missing::Missing;
use keelson_methods::money::{Currency, Money, Quantity, UnitPrice};
use sha2::{Digest, Sha256};

/// A value that has been read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Date(NaiveDate),
    /// Milli, minor units, micros, or what else the field counts in.
    Number(i64),
    Currency(Currency),
}

pub(super) struct Draft {
    values: [Option<Value>; MOST_FIELDS],
    pub(super) missing: Vec<(usize, &'static str, Missing)>,
    pub(super) problems: Vec<Problem>,
    pub(super) row_number: u64,
    /// What the key columns hold, joined; empty where all of them are.
    pub(super) key: String,
    /// The row's content as bytes: what its digest is over.
    content: Vec<u8>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            values: [const { None }; MOST_FIELDS],
            missing: Vec::new(),
            problems: Vec::new(),
            row_number: 0,
            key: String::new(),
            content: Vec::new(),
        }
    }
}

impl Draft {
    pub(super) fn begin(&mut self, row_number: u64) {
        self.values.fill(None);
        self.missing.clear();
        self.problems.clear();
        self.key.clear();
        self.content.clear();
        self.row_number = row_number;
    }

    pub(super) fn set(&mut self, at: usize, value: Value) {
        self.values[at] = Some(value);
    }

    pub(super) fn value(&self, at: usize) -> Option<&Value> {
        self.values[at].as_ref()
    }

    pub(super) fn text(&mut self, at: usize) -> Option<String> {
        match self.values[at].take() {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn date(&self, at: usize) -> Option<NaiveDate> {
        match self.values[at] {
            Some(Value::Date(date)) => Some(date),
            _ => None,
        }
    }

    pub(super) fn number(&self, at: usize) -> Option<i64> {
        match self.values[at] {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        }
    }

    pub(super) fn currency(&self, at: usize) -> Option<Currency> {
        match self.values[at] {
            Some(Value::Currency(currency)) => Some(currency),
            _ => None,
        }
    }

    pub(super) fn quantity(&self, at: usize) -> Option<Quantity> {
        self.number(at).map(|milli| Quantity { milli })
    }

    /// Amounts are read only where the row has a currency, so the two are there together.
    pub(super) fn money(&self, at: usize, currency: Option<Currency>) -> Option<Money> {
        self.number(at)
            .zip(currency)
            .map(|(minor, currency)| Money { minor, currency })
    }

    pub(super) fn price(&self, at: usize, currency: Option<Currency>) -> Option<UnitPrice> {
        self.number(at)
            .zip(currency)
            .map(|(micros, currency)| UnitPrice { micros, currency })
    }

    /// The gaps of the fields of `covered` whose reason says more than "not reported".
    pub(super) fn reasons(&self, covered: fn(usize) -> bool) -> Vec<(&'static str, Missing)> {
        self.missing
            .iter()
            .filter(|(at, _, reason)| covered(*at) && *reason != Missing::NotReported)
            .map(|(_, name, reason)| (*name, *reason))
            .collect()
    }

    /// The digest of the fields of `covered` and of a text that belongs to them. Values are written down by position, so a
    /// number written differently is the same number, and a field without a value is nothing.
    pub(super) fn digest(&mut self, also: &str, covered: fn(usize) -> bool) -> [u8; 16] {
        let from = self.content.len();
        for (at, value) in self
            .values
            .iter()
            .enumerate()
            .filter(|(at, _)| covered(*at))
        {
            let Some(value) = value else { continue };
            self.content.push(at as u8);
            match value {
                Value::Text(text) => {
                    self.content.extend((text.len() as u32).to_le_bytes());
                    self.content.extend(text.as_bytes());
                }
                Value::Date(date) => self.content.extend(date.num_days_from_ce().to_le_bytes()),
                Value::Number(number) => self.content.extend(number.to_le_bytes()),
                Value::Currency(currency) => self.content.extend(currency.code().as_bytes()),
            }
        }
        for (at, _, reason) in &self.missing {
            if covered(*at) && *reason != Missing::NotReported {
                self.content.extend([0xFF, *at as u8]);
                self.content.extend(reason.code().as_bytes());
            }
        }
        self.content.push(0xFE);
        self.content.extend(also.as_bytes());
        hash(&self.content[from..])
    }

    /// The digest over everything the row's digests have been over.
    pub(super) fn content_digest(&self) -> [u8; 16] {
        hash(&self.content)
    }

    /// Whether something is wrong with this column already.
    pub(super) fn told(&self, column: Option<&str>) -> bool {
        column.is_some()
            && self
                .problems
                .iter()
                .any(|problem| problem.column.as_deref() == column)
    }

    pub(super) fn reject(
        &mut self,
        column: Option<&str>,
        value: Option<&str>,
        reason: impl Into<String>,
    ) {
        self.problems.push(Problem {
            column: column.map(str::to_owned),
            value: value.map(crate::ingest::values::cut),
            reason: reason.into(),
        });
    }
}

fn hash(bytes: &[u8]) -> [u8; 16] {
    let mut digest = [0; 16];
    digest.copy_from_slice(&Sha256::digest(bytes)[..16]);
    digest
}
