use super::{Column, Value, WriteError, decimal};
use std::io::Write;

/// Writes a table as CSV: UTF-8, commas, line ends of RFC 4180, or of Unix where another program reads on.
pub struct CsvWriter<W: Write> {
    writer: csv::Writer<W>,
    scratch: String,
}

impl<W: Write> CsvWriter<W> {
    /// Begins a table for a person's spreadsheet and writes its header.
    pub fn new(writer: W, columns: &[Column]) -> Result<Self, WriteError> {
        Self::ending_lines_with(csv::Terminator::CRLF, writer, columns)
    }

    /// Begins a table for the next program in a pipe, whose tools take a carriage return for part of the last value.
    pub fn for_pipes(writer: W, columns: &[Column]) -> Result<Self, WriteError> {
        Self::ending_lines_with(csv::Terminator::Any(b'\n'), writer, columns)
    }

    fn ending_lines_with(
        terminator: csv::Terminator,
        writer: W,
        columns: &[Column],
    ) -> Result<Self, WriteError> {
        let mut this = Self {
            writer: csv::WriterBuilder::new()
                .terminator(terminator)
                .from_writer(writer),
            scratch: String::new(),
        };
        let names: Vec<Value<'_>> = columns
            .iter()
            .map(|column| Value::Text(&column.name))
            .collect();
        this.row(&names)?;
        Ok(this)
    }

    /// Writes a row; it has one value for each column.
    pub fn row(&mut self, values: &[Value<'_>]) -> Result<(), WriteError> {
        for value in values {
            self.scratch.clear();
            match value {
                Value::Text(text) => push_inert(text, &mut self.scratch),
                Value::Integer(number) => self.scratch = number.to_string(),
                Value::Decimal(number, decimals) => self.scratch = decimal(*number, *decimals),
                Value::Number(number) if number.is_finite() => self.scratch = number.to_string(),
                Value::Empty | Value::Number(_) => {}
                Value::Date(date) => self.scratch = date.format("%Y-%m-%d").to_string(),
                Value::DateTime(moment) => {
                    self.scratch = moment.format("%Y-%m-%dT%H:%M:%S").to_string();
                }
                Value::Truth(truth) => self.scratch = truth.to_string(),
            }
            self.writer.write_field(&self.scratch).map_err(into_io)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(into_io)?;
        Ok(())
    }

    /// Writes what is left and gives the writer back.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.writer.flush()?;
        self.writer
            .into_inner()
            .map_err(|error| WriteError::Io(error.into_error()))
    }
}

/// Text that a spreadsheet would run as a formula gets an apostrophe in front, which spreadsheets read as "this is text".
fn push_inert(text: &str, into: &mut String) {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        into.push('\'');
    }
    into.push_str(text);
}

fn into_io(error: csv::Error) -> WriteError {
    WriteError::Io(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::ColumnKind;
    use crate::{ReadOptions, Table};
    use chrono::NaiveDate;
    use proptest::prelude::*;

    fn text_columns(count: usize) -> Vec<Column> {
        (0..count)
            .map(|n| Column::new(format!("c{n}"), ColumnKind::Text))
            .collect()
    }

    fn written(rows: &[Vec<Value<'_>>], columns: &[Column]) -> String {
        let mut writer = CsvWriter::new(Vec::new(), columns).unwrap();
        for row in rows {
            writer.row(row).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn numbers_and_dates_are_plain_and_formulas_are_text() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        let rows = vec![
            vec![Value::Decimal(-123_456, 2), Value::Date(day), Value::Empty],
            vec![
                Value::Text("-5"),
                Value::Text("=cmd|' /C calc'!A0"),
                Value::Text("@x"),
            ],
            vec![
                Value::Number(f64::NAN),
                Value::Text("\tx"),
                Value::Text("a,\"b\""),
            ],
            vec![
                Value::Integer(-3),
                Value::Truth(true),
                Value::DateTime(day.and_hms_opt(1, 2, 3).unwrap()),
            ],
        ];
        assert_eq!(
            written(&rows, &text_columns(3)),
            "c0,c1,c2\r\n-1234.56,2024-02-29,\r\n'-5,'=cmd|' /C calc'!A0,'@x\r\n,'\tx,\"a,\"\"b\"\"\"\r\n\
             -3,true,2024-02-29T01:02:03\r\n"
        );
    }

    #[test]
    fn a_pipe_gets_the_line_ends_of_unix() {
        let mut writer = CsvWriter::for_pipes(Vec::new(), &text_columns(2)).unwrap();
        writer.row(&[Value::Text("a"), Value::Empty]).unwrap();
        assert_eq!(writer.finish().unwrap(), b"c0,c1\na,\n");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(rows in proptest::collection::vec(
            proptest::collection::vec("[a-zäß0-9 ,;\"\n=+@-]{0,8}", 3), 1..20)) {
            let values: Vec<Vec<Value<'_>>> =
                rows.iter().map(|row| row.iter().map(|text| Value::Text(text)).collect()).collect();
            let text = written(&values, &text_columns(3));
            let options = ReadOptions { header_row: Some(1), delimiter: Some(','), ..ReadOptions::default() };
            let mut table = Table::from_bytes(text.as_bytes(), "x.csv", &options).unwrap();
            for expected in &rows {
                let row = table.next_row().unwrap().unwrap();
                for (cell, text) in row.cells().zip(expected) {
                    prop_assert_eq!(cell.text.strip_prefix('\'').unwrap_or(cell.text), text);
                }
            }
            prop_assert!(table.next_row().unwrap().is_none());
        }
    }
}
