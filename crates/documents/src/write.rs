//! Writing tables: what a person downloads opens in a spreadsheet with real numbers and dates, and never as a formula.

mod csv;
mod xlsx;

pub use csv::CsvWriter;
pub use xlsx::XlsxWriter;

use chrono::{NaiveDate, NaiveDateTime};

/// What a column holds; decides how a spreadsheet shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    /// A number with so many decimals.
    Number {
        decimals: u8,
    },
    /// A fraction between 0 and 1, shown as a percentage with so many decimals.
    Percent {
        decimals: u8,
    },
    Date,
    DateTime,
}

/// A column to be written.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub kind: ColumnKind,
    /// Width in characters.
    pub width: u8,
}

impl Column {
    pub fn new(name: impl Into<String>, kind: ColumnKind) -> Self {
        let name = name.into();
        let least = match kind {
            ColumnKind::Number { .. } | ColumnKind::Percent { .. } | ColumnKind::Date => 12,
            ColumnKind::Text | ColumnKind::DateTime => 18,
        };
        let width = (name.chars().count() + 3).clamp(least, 60) as u8;
        Self { name, kind, width }
    }
}

/// A value to be written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Nothing: a missing value is an empty cell, never a zero.
    Empty,
    /// Text from anywhere; what looks like a formula stays text.
    Text(&'a str),
    Integer(i64),
    /// An integer with its last digits after the point: `Decimal(123_456, 2)` is 1234.56. Written exactly.
    Decimal(i64, u8),
    Number(f64),
    Date(NaiveDate),
    DateTime(NaiveDateTime),
    Truth(bool),
}

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("The file cannot be written: {0}")]
    Io(#[from] std::io::Error),
    #[error(
        "The table has more rows than a worksheet holds (1,048,576). Export it as CSV instead."
    )]
    TooManyRows,
    #[error("The workbook cannot be written: {0}")]
    Workbook(String),
}

impl From<rust_xlsxwriter::XlsxError> for WriteError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        match error {
            rust_xlsxwriter::XlsxError::IoError(error) => Self::Io(error),
            rust_xlsxwriter::XlsxError::RowColumnLimitError => Self::TooManyRows,
            other => Self::Workbook(other.to_string()),
        }
    }
}

/// `Decimal` as text, without a float in between.
fn decimal(value: i64, decimals: u8) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let decimals = usize::from(decimals);
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal(123_456, 2), "1234.56");
        assert_eq!(decimal(-5, 3), "-0.005");
        assert_eq!(decimal(7, 0), "7");
        assert_eq!(decimal(i64::MIN, 2), "-92233720368547758.08");
    }
}
