//! The rows of one sheet, cell by cell.

use super::Shared;
use super::number_format::NumberFormat;
use super::shared::{TextOf, push_text};
use super::xml::Xml;
use crate::table::RowSource;
use crate::table::header::column_letters;
use crate::table::row::{CellKind, RowBuffer, plain_number};
use crate::{Limits, TableError};
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::sync::Arc;

pub(in crate::table) struct SheetRows<'a> {
    xml: Xml<'a>,
    shared: Arc<Shared>,
    limits: Limits,
    row: u64,
    column: usize,
    in_data: bool,
    ended: bool,
    /// The value of the cell being read.
    value: String,
}

/// What the tags of a cell have said about it.
struct CellHead {
    column: usize,
    kind: ValueKind,
    format: NumberFormat,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueKind {
    Number,
    Shared,
    Text,
    Truth,
    Error,
    IsoDate,
}

impl<'a> SheetRows<'a> {
    pub(super) fn new(xml: Xml<'a>, shared: Arc<Shared>, limits: Limits) -> Self {
        Self {
            xml,
            shared,
            limits,
            row: 0,
            column: 0,
            in_data: false,
            ended: false,
            value: String::new(),
        }
    }

    /// Reads the rest of a cell whose opening tag has been read.
    fn cell(&mut self, head: &CellHead, into: &mut RowBuffer) -> Result<(), TableError> {
        let mut inline = TextOf::default();
        let mut in_value = false;
        self.value.clear();
        loop {
            let Some(event) = self.xml.next()? else {
                return Err(self.cut_off());
            };
            match &event {
                Event::End(tag) if tag.local_name().as_ref() == "c" => break,
                Event::Start(tag) if tag.local_name().as_ref() == "v" => in_value = true,
                Event::End(tag) if tag.local_name().as_ref() == "v" => in_value = false,
                piece if in_value => push_text(piece, &mut self.value)?,
                piece => inline.take(piece, &mut self.value)?,
            }
            if self.value.len() > self.limits.cell_bytes {
                return Err(TableError::CellTooLarge {
                    row: self.row,
                    column: column_letters(head.column),
                    limit: self.limits.cell_bytes,
                });
            }
        }
        self.put(head, into)
    }

    fn put(&self, head: &CellHead, into: &mut RowBuffer) -> Result<(), TableError> {
        if self.value.is_empty() {
            return Ok(());
        }
        let (text, kind) = match head.kind {
            ValueKind::Text => (Cow::Borrowed(self.value.as_str()), CellKind::Text),
            ValueKind::Error => (Cow::Borrowed(self.value.as_str()), CellKind::Error),
            ValueKind::Truth => {
                let truth = if self.value.trim() == "1" {
                    "true"
                } else {
                    "false"
                };
                (Cow::Borrowed(truth), CellKind::Truth)
            }
            ValueKind::IsoDate => iso_date(&self.value),
            ValueKind::Shared => {
                let text = self
                    .value
                    .trim()
                    .parse()
                    .ok()
                    .and_then(|at| self.shared.texts.get(at));
                let text = text.ok_or_else(|| TableError::Damaged {
                    row: Some(self.row),
                    what: format!(
                        "column {} refers to a text that is not there",
                        column_letters(head.column)
                    ),
                })?;
                (Cow::Borrowed(text), CellKind::Text)
            }
            ValueKind::Number => self.number(head),
        };
        if text.is_empty() {
            return Ok(());
        }
        if head.column >= self.limits.columns {
            return Err(TableError::TooLarge {
                what: format!(
                    "Row {} has a value in column {} ({}), beyond the {} columns a table may have.",
                    self.row,
                    column_letters(head.column),
                    head.column + 1,
                    self.limits.columns
                ),
                advice: "Delete what stands right of and below the table, and load the workbook again.",
            });
        }
        if into.text.len() + text.len() > self.limits.row_bytes {
            return Err(TableError::CellTooLarge {
                row: self.row,
                column: column_letters(head.column),
                limit: self.limits.row_bytes,
            });
        }
        into.put(head.column, &text, kind);
        Ok(())
    }

    fn number(&self, head: &CellHead) -> (Cow<'_, str>, CellKind) {
        let text = self.value.trim();
        let number = || text.parse::<f64>().ok().filter(|number| number.is_finite());
        if head.format != NumberFormat::Number
            && let Some(moment) =
                number().and_then(|serial| moment(serial, head.format, self.shared.from_1904))
        {
            return (Cow::Owned(moment.0), moment.1);
        }
        // Short numbers stand there as they were typed; long ones carry the noise of binary fractions.
        let plain = text.len() <= 15
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
        match number() {
            _ if plain => (Cow::Borrowed(text), CellKind::Number),
            Some(number) => (Cow::Owned(plain_number(number)), CellKind::Number),
            None => (Cow::Borrowed(text), CellKind::Text),
        }
    }

    fn cut_off(&self) -> TableError {
        TableError::Damaged {
            row: Some(self.row),
            what: "the sheet ends in the middle".to_owned(),
        }
    }

    fn begin_row(&mut self, number: Option<u64>) -> Result<(), TableError> {
        let number = number.unwrap_or(self.row + 1);
        if number <= self.row || number > 1_048_576 {
            return Err(TableError::Damaged {
                row: Some(self.row),
                what: format!("row {number} follows it"),
            });
        }
        self.row = number;
        self.column = 0;
        Ok(())
    }
}

/// What an event asks the reader of rows to do.
enum Step {
    BeginRow(Option<u64>),
    EndRow,
    Cell(CellHead),
    EmptyCell(usize),
    EndOfData,
    Nothing,
}

impl RowSource for SheetRows<'_> {
    fn read(&mut self, row: &mut RowBuffer) -> Result<bool, TableError> {
        row.begin(0);
        row.positioned = true;
        while !self.ended {
            match self.step()? {
                Step::BeginRow(number) => self.begin_row(number)?,
                Step::EmptyCell(column) => self.column = column + 1,
                Step::Cell(head) => {
                    self.column = head.column + 1;
                    self.cell(&head, row)?;
                }
                Step::EndRow if !row.cells.is_empty() => {
                    row.number = self.row;
                    return Ok(true);
                }
                Step::EndOfData => self.ended = true,
                Step::EndRow | Step::Nothing => {}
            }
        }
        Ok(false)
    }
}

impl SheetRows<'_> {
    fn step(&mut self) -> Result<Step, TableError> {
        let Some(event) = self.xml.next()? else {
            return if self.in_data {
                Err(self.cut_off())
            } else {
                Ok(Step::EndOfData)
            };
        };
        Ok(match &event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "sheetData" => {
                    self.in_data = true;
                    Step::Nothing
                }
                "row" if self.in_data => Step::BeginRow(row_number(tag)),
                "c" if self.in_data => Step::Cell(CellHead::of(
                    tag,
                    self.row,
                    self.column,
                    &self.shared.formats,
                )?),
                _ => Step::Nothing,
            },
            Event::Empty(tag) => match tag.local_name().as_ref() {
                "row" if self.in_data => Step::BeginRow(row_number(tag)),
                "c" if self.in_data => Step::EmptyCell(
                    CellHead::of(tag, self.row, self.column, &self.shared.formats)?.column,
                ),
                "sheetData" => Step::EndOfData,
                _ => Step::Nothing,
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "row" => Step::EndRow,
                "sheetData" => Step::EndOfData,
                _ => Step::Nothing,
            },
            _ => Step::Nothing,
        })
    }
}

impl CellHead {
    /// A cell without a name follows the one before it.
    fn of(
        tag: &BytesStart<'_>,
        row: u64,
        next_column: usize,
        formats: &[NumberFormat],
    ) -> Result<Self, TableError> {
        let mut head = Self {
            column: next_column,
            kind: ValueKind::Number,
            format: NumberFormat::Number,
        };
        for attribute in tag.attributes().with_checks(false).flatten() {
            let value: &str = &attribute.value;
            match attribute.key.local_name().as_ref() {
                "r" => {
                    head.column = column_of(value).ok_or_else(|| TableError::Damaged {
                        row: Some(row),
                        what: format!(
                            "\"{}\" is no cell",
                            value.chars().take(40).collect::<String>()
                        ),
                    })?;
                }
                "s" => {
                    let format = value
                        .parse::<usize>()
                        .ok()
                        .and_then(|style| formats.get(style));
                    head.format = format.copied().unwrap_or(NumberFormat::Number);
                }
                "t" => {
                    head.kind = match value {
                        "s" => ValueKind::Shared,
                        "str" | "inlineStr" => ValueKind::Text,
                        "b" => ValueKind::Truth,
                        "e" => ValueKind::Error,
                        "d" => ValueKind::IsoDate,
                        _ => ValueKind::Number,
                    };
                }
                _ => {}
            }
        }
        Ok(head)
    }
}

fn row_number(tag: &BytesStart<'_>) -> Option<u64> {
    super::xml::attribute(tag, "r").and_then(|number| number.parse().ok())
}

/// The column of a cell's name: `C7` is 2.
fn column_of(name: &str) -> Option<usize> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters == 0 || letters > 3 {
        return None;
    }
    let column = name.bytes().take(letters).fold(0, |sum, letter| {
        sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    (column <= 16_384).then(|| column - 1)
}

/// The date, the moment or the time of day a serial number stands for.
fn moment(serial: f64, format: NumberFormat, from_1904: bool) -> Option<(String, CellKind)> {
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let mut days = serial.floor() as u64;
    let mut seconds = ((serial - serial.floor()) * 86_400.0).round() as i64;
    if seconds == 86_400 {
        days += 1;
        seconds = 0;
    }
    let time = NaiveTime::MIN + TimeDelta::seconds(seconds);
    if format == NumberFormat::Time && days == 0 {
        return Some((time.format("%H:%M:%S").to_string(), CellKind::Time));
    }
    // Day 60 is the 29 February 1900 that never was; the days before it count from one day later.
    let epoch = match (from_1904, days) {
        (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1),
        (false, 60) => None,
        (false, 0..=59) => NaiveDate::from_ymd_opt(1899, 12, 31),
        (false, _) => NaiveDate::from_ymd_opt(1899, 12, 30),
    }?;
    let date = epoch.checked_add_days(Days::new(days))?;
    Some(if seconds == 0 {
        (date.format("%Y-%m-%d").to_string(), CellKind::Date)
    } else {
        (
            date.and_time(time).format("%Y-%m-%dT%H:%M:%S").to_string(),
            CellKind::DateTime,
        )
    })
}

/// A date some writers put down as text: `2024-01-31T00:00:00`.
fn iso_date(text: &str) -> (Cow<'_, str>, CellKind) {
    let text = text.trim().trim_end_matches('Z');
    match text.split_once('T') {
        None => (Cow::Borrowed(text), CellKind::Date),
        Some((date, time)) if time.bytes().all(|b| matches!(b, b'0' | b':' | b'.')) => {
            (Cow::Borrowed(date), CellKind::Date)
        }
        Some(_) => (Cow::Borrowed(text), CellKind::DateTime),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_become_the_dates_a_spreadsheet_shows() {
        for (serial, from_1904, expected) in [
            (45_322.0, false, "2024-01-31"),
            (1.0, false, "1900-01-01"),
            (59.0, false, "1900-02-28"),
            (61.0, false, "1900-03-01"),
            (0.0, true, "1904-01-01"),
            (45_322.5, false, "2024-01-31T12:00:00"),
            (45_321.999_999_99, false, "2024-01-31"),
        ] {
            assert_eq!(
                moment(serial, NumberFormat::Date, from_1904).unwrap().0,
                expected
            );
        }
        assert_eq!(moment(60.0, NumberFormat::Date, false), None);
        assert_eq!(moment(-1.0, NumberFormat::Date, false), None);
        assert_eq!(
            moment(0.0, NumberFormat::Time, false),
            Some(("00:00:00".to_owned(), CellKind::Time))
        );
    }

    #[test]
    fn names_of_cells_are_read_up_to_the_last_column() {
        assert_eq!(column_of("A1"), Some(0));
        assert_eq!(column_of("xfd1048576"), Some(16_383));
        assert_eq!(column_of("XFE1"), None);
        assert_eq!(column_of("AAAA1"), None);
        assert_eq!(column_of("7"), None);
    }
}
