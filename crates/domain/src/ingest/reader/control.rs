//! Totals that stand in the file, compared with what was read.

use super::draft::Draft;
use crate::ingest::kinds::{self, Holds};
use crate::ingest::mapping::{Control, Mapping};
use crate::ingest::values::{NumberStyle, Plain};
use keelson_documents::Table;
use keelson_methods::decimal::{format_scaled, parse_scaled};
use keelson_methods::money::Currency;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The control totals of a file beside what was read. A total the file was said to have and has not is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlReport {
    /// Records read, the rejected ones included.
    pub rows: u64,
    pub rows_expected: Option<u64>,
    /// Whether the mapping names a count at all.
    pub rows_named: bool,
    pub sums: Vec<ControlSum>,
}

/// The sum of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlSum {
    pub field: String,
    /// As plain decimal text.
    pub sum: String,
    pub expected: Option<String>,
}

impl ControlReport {
    /// Whether every total agrees.
    pub fn agrees(&self) -> bool {
        (!self.rows_named || self.rows_expected == Some(self.rows))
            && self
                .sums
                .iter()
                .all(|sum| sum.expected.as_ref() == Some(&sum.sum))
    }
}

impl fmt::Display for ControlReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        if self.rows_named {
            lines.push(match self.rows_expected {
                Some(expected) if expected == self.rows => {
                    format!("The file says {expected} records, and as many were read.")
                }
                Some(expected) => format!(
                    "The file says {expected} records, but {} were read.",
                    self.rows
                ),
                None => "The file holds no count of its records where the mapping looks for one."
                    .to_owned(),
            });
        }
        for sum in &self.sums {
            lines.push(match &sum.expected {
                Some(expected) if *expected == sum.sum => {
                    format!(
                        "The file says {expected} for the sum of {}, and that was read.",
                        sum.field
                    )
                }
                Some(expected) => {
                    format!(
                        "The file says {expected} for the sum of {}, but {} was read.",
                        sum.field, sum.sum
                    )
                }
                None => format!(
                    "The file holds no sum of {} where the mapping looks for one.",
                    sum.field
                ),
            });
        }
        f.write_str(&lines.join(" "))
    }
}

/// What is added up while rows are read.
pub(super) struct Tally {
    pub(super) rows: u64,
    control: Control,
    sums: Vec<Sum>,
    currency_at: Option<usize>,
}

struct Sum {
    at: usize,
    holds: Holds,
    field: &'static str,
    path: String,
    total: i128,
    currency: Option<Currency>,
}

impl Tally {
    pub(super) fn new(mapping: &Mapping) -> Self {
        let fields = kinds::fields(mapping.kind);
        let sums = fields.iter().enumerate().filter_map(|(at, field)| {
            mapping.control.sums.get(field.name).map(|path| Sum {
                at,
                holds: field.holds,
                field: field.name,
                path: path.clone(),
                total: 0,
                currency: None,
            })
        });
        Self {
            rows: 0,
            sums: sums.collect(),
            currency_at: fields.iter().position(|field| field.name == "currency"),
            control: mapping.control.clone(),
        }
    }

    /// Adds a row, kept or not: the file's totals count every record.
    pub(super) fn take(&mut self, draft: &Draft) {
        for sum in &mut self.sums {
            if let Some(number) = draft.number(sum.at) {
                sum.total += i128::from(number);
                sum.currency = sum
                    .currency
                    .or(self.currency_at.and_then(|at| draft.currency(at)));
            }
        }
    }

    pub(super) fn report(&self, table: &Table<'_>) -> Option<ControlReport> {
        if self.control == Control::default() {
            return None;
        }
        let number = |path: &str| {
            table.around(path).map(|value| match value {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            })
        };
        let sums = self.sums.iter().map(|sum| {
            let decimals = match sum.holds {
                Holds::Money | Holds::Worth => sum.currency.map_or(2, Currency::exponent),
                _ => 3,
            };
            let written = |total: i64| format_scaled(total, decimals);
            ControlSum {
                field: sum.field.to_owned(),
                sum: i64::try_from(sum.total).map_or_else(|_| "more than fits".to_owned(), written),
                expected: number(&sum.path).and_then(|text| {
                    let mut plain = Plain::new();
                    plain.read(&text, NumberStyle::POINT).ok()?;
                    parse_scaled(plain.text(), decimals).ok().map(written)
                }),
            }
        });
        Some(ControlReport {
            rows: self.rows,
            rows_expected: self
                .control
                .rows
                .as_deref()
                .and_then(number)
                .and_then(|text| text.parse().ok()),
            rows_named: self.control.rows.is_some(),
            sums: sums.collect(),
        })
    }
}
