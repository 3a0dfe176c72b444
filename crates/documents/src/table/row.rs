//! One row: its cells lie one after the other in one text, so that reading a row allocates nothing.

use super::header::column_letters;
use crate::{Limits, TableError};

/// What a cell is in its file. Text files know only text; workbooks and JSON know numbers and dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Something a person wrote: numbers and dates in it follow the habits of a country.
    Text,
    /// A plain decimal number: `-1234.5`.
    Number,
    /// A calendar date: `2024-01-31`.
    Date,
    /// A date with a time of day: `2024-01-31T10:00:00`.
    DateTime,
    /// A time of day alone: `10:00:00`.
    Time,
    /// `true` or `false`.
    Truth,
    /// What a spreadsheet shows where a formula failed: `#N/A`.
    Error,
}

/// A cell as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    pub text: &'a str,
    pub kind: CellKind,
}

impl Cell<'_> {
    /// The cell that is not there.
    pub const EMPTY: Cell<'static> = Cell {
        text: "",
        kind: CellKind::Text,
    };
}

/// Why a row cannot be used, although the rows around it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowProblem {
    /// A cell is larger than the limit. The column is counted from 0.
    CellTooLarge { column: usize },
    /// All cells together are larger than the limit.
    RowTooLarge,
    /// There are more cells than columns, which in a text file means that the cells have shifted.
    TooManyCells { cells: usize, columns: usize },
    /// A record of a JSON file is no object.
    NotARecord,
}

impl RowProblem {
    /// One sentence for the person who loads the file.
    pub fn explain(&self, limits: &Limits) -> String {
        match self {
            Self::CellTooLarge { column } => format!(
                "The cell in column {} is larger than {} bytes. Shorten it, or check for a quotation mark that is opened \
                 and never closed.",
                column_letters(*column),
                limits.cell_bytes
            ),
            Self::RowTooLarge => format!(
                "The row is larger than {} bytes. Shorten it, or check for a quotation mark that is opened and never closed.",
                limits.row_bytes
            ),
            Self::TooManyCells { cells, columns } => format!(
                "The row has {cells} cells and the header {columns}. A cell that contains the delimiter needs quotation \
                 marks around it."
            ),
            Self::NotARecord => {
                "The record is not an object with named values. Leave it out or give its values names.".to_owned()
            }
        }
    }

    /// The same, where the row cannot be done without: the header.
    pub(super) fn as_error(self, row: u64, limits: &Limits) -> TableError {
        match self {
            Self::TooManyCells { cells, .. } => TableError::TooManyColumns {
                row,
                columns: cells,
                limit: limits.columns,
            },
            Self::CellTooLarge { column } => TableError::CellTooLarge {
                row,
                column: column_letters(column),
                limit: limits.cell_bytes,
            },
            Self::RowTooLarge | Self::NotARecord => TableError::Damaged {
                row: Some(row),
                what: self.explain(limits),
            },
        }
    }
}

/// A row of a [`Table`](super::Table), borrowed from it until the next one is read.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    buffer: &'a RowBuffer,
    columns: usize,
}

impl<'a> Row<'a> {
    /// The row's number in the file as a spreadsheet counts: from 1, with the header and blank rows.
    pub fn number(&self) -> u64 {
        self.buffer.number
    }

    /// The cell of a column, counted from 0. Cells that a short row leaves out are empty.
    pub fn cell(&self, column: usize) -> Cell<'a> {
        match self.buffer.cells.get(column) {
            Some(span) if column < self.columns => Cell {
                text: &self.buffer.text[span.start as usize..span.end as usize],
                kind: span.kind,
            },
            _ => Cell::EMPTY,
        }
    }

    /// The cells of all columns.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'a>> + '_ {
        (0..self.columns).map(|column| self.cell(column))
    }

    /// Whether every cell is empty or blank.
    pub fn is_blank(&self) -> bool {
        self.buffer.is_blank()
    }

    pub fn problem(&self) -> Option<RowProblem> {
        self.buffer.problem.or_else(|| {
            let cells = self.buffer.width();
            (cells > self.columns && !self.buffer.positioned).then_some(RowProblem::TooManyCells {
                cells,
                columns: self.columns,
            })
        })
    }
}

/// A row as it is being read.
#[derive(Debug, Default)]
pub(super) struct RowBuffer {
    pub(super) number: u64,
    pub(super) text: String,
    pub(super) cells: Vec<Span>,
    pub(super) problem: Option<RowProblem>,
    /// The cells say themselves which column they are in, so none can have shifted.
    pub(super) positioned: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: CellKind,
}

impl RowBuffer {
    /// Makes room for the row of this number.
    pub(super) fn begin(&mut self, number: u64) {
        self.number = number;
        self.text.clear();
        self.cells.clear();
        self.problem = None;
    }

    /// Puts a value into a column; columns that have been stepped over are empty.
    pub(super) fn put(&mut self, column: usize, text: &str, kind: CellKind) {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        let span = Span {
            start,
            end: self.text.len() as u32,
            kind,
        };
        while self.cells.len() <= column {
            self.cells.push(Span {
                start,
                end: start,
                kind: CellKind::Text,
            });
        }
        self.cells[column] = span;
    }

    pub(super) fn texts(&self) -> impl DoubleEndedIterator<Item = Cell<'_>> + ExactSizeIterator {
        self.cells.iter().map(|span| Cell {
            text: &self.text[span.start as usize..span.end as usize],
            kind: span.kind,
        })
    }

    /// Columns up to the last one that holds something.
    pub(super) fn width(&self) -> usize {
        self.cells
            .iter()
            .rposition(|span| {
                !self.text[span.start as usize..span.end as usize]
                    .trim()
                    .is_empty()
            })
            .map_or(0, |last| last + 1)
    }

    pub(super) fn is_blank(&self) -> bool {
        self.problem.is_none() && self.text.trim().is_empty()
    }

    pub(super) fn view(&self, columns: usize) -> Row<'_> {
        Row {
            buffer: self,
            columns,
        }
    }
}

/// A binary number as plain decimal text with the 15 digits spreadsheets show, so that 0.1 + 0.2 is 0.3 again.
pub(super) fn plain_number(number: f64) -> String {
    if !number.is_finite() {
        return "#NUM!".to_owned();
    }
    let scientific = format!("{number:.14e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    let whole_digits = exponent + 1;
    if whole_digits <= 0 {
        let zeros = "0".repeat(whole_digits.unsigned_abs() as usize);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole_digits = whole_digits as usize;
    if digits.len() <= whole_digits {
        let zeros = "0".repeat(whole_digits - digits.len());
        return format!("{sign}{digits}{zeros}");
    }
    let (whole, fraction) = digits.split_at(whole_digits);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_plainly_with_fifteen_digits() {
        for (number, text) in [
            (0.1 + 0.2, "0.3"),
            (74_039.61, "74039.61"),
            (1_231_174.640_000_000_1, "1231174.64"),
            (-0.000_012_5, "-0.0000125"),
            (1e21, "1000000000000000000000"),
            (120.0, "120"),
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (f64::NAN, "#NUM!"),
        ] {
            assert_eq!(plain_number(number), text);
        }
    }
}
