use super::{Column, ColumnKind, Value, WriteError};
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use std::io::{Seek, Write};

/// Writes a table as a workbook of one sheet: numbers are numbers, dates are dates, the header stays in sight and filters.
/// Rows go to a temporary file as they come, so memory does not grow with the table.
pub struct XlsxWriter {
    workbook: Workbook,
    formats: Vec<Format>,
    columns: usize,
    row: u32,
}

impl XlsxWriter {
    /// Begins a workbook and writes the header. A sheet's name is at most 31 characters without `[]:*?/\`; what does not
    /// fit is left out.
    pub fn new(sheet: &str, columns: &[Column]) -> Result<Self, WriteError> {
        let mut workbook = Workbook::new();
        let worksheet = workbook.add_worksheet_with_constant_memory()?;
        worksheet.set_name(sheet_name(sheet))?;
        worksheet.set_freeze_panes(1, 0)?;
        let header = Format::new().set_bold();
        let mut formats = Vec::with_capacity(columns.len());
        for (position, column) in (0_u16..).zip(columns) {
            worksheet.set_column_width(position, f64::from(column.width))?;
            worksheet.write_string_with_format(0, position, &column.name, &header)?;
            formats.push(Format::new().set_num_format(number_format(column.kind)));
        }
        Ok(Self {
            workbook,
            formats,
            columns: columns.len(),
            row: 0,
        })
    }

    /// Writes a row; it has one value for each column.
    pub fn row(&mut self, values: &[Value<'_>]) -> Result<(), WriteError> {
        self.row += 1;
        let worksheet = self.workbook.worksheet_from_index(0)?;
        for ((position, value), format) in (0_u16..).zip(values).zip(&self.formats) {
            write(worksheet, self.row, position, *value, format)?;
        }
        Ok(())
    }

    /// Writes the workbook.
    pub fn finish<W: Write + Seek + Send>(mut self, writer: W) -> Result<(), WriteError> {
        let last_column = (self.columns.max(1) - 1) as u16;
        self.workbook
            .worksheet_from_index(0)?
            .autofilter(0, 0, self.row, last_column)?;
        self.workbook.save_to_writer(writer)?;
        Ok(())
    }
}

fn write(
    worksheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: Value<'_>,
    format: &Format,
) -> Result<(), WriteError> {
    match value {
        // A string is a string in a workbook: nothing in it is run.
        Value::Text(text) => worksheet.write_string(row, column, clip(text))?,
        Value::Integer(number) => {
            worksheet.write_number_with_format(row, column, number as f64, format)?
        }
        Value::Decimal(number, decimals) => {
            let number = number as f64 / 10_f64.powi(i32::from(decimals));
            worksheet.write_number_with_format(row, column, number, format)?
        }
        Value::Number(number) if number.is_finite() => {
            worksheet.write_number_with_format(row, column, number, format)?
        }
        Value::Empty | Value::Number(_) => return Ok(()),
        Value::Date(date) => worksheet.write_datetime_with_format(row, column, date, format)?,
        Value::DateTime(moment) => {
            worksheet.write_datetime_with_format(row, column, moment, format)?
        }
        Value::Truth(truth) => worksheet.write_boolean(row, column, truth)?,
    };
    Ok(())
}

fn number_format(kind: ColumnKind) -> String {
    let decimals = |count: u8| {
        if count == 0 {
            String::new()
        } else {
            format!(".{}", "0".repeat(usize::from(count)))
        }
    };
    match kind {
        ColumnKind::Text => "General".to_owned(),
        ColumnKind::Number { decimals: count } => format!("#,##0{}", decimals(count)),
        ColumnKind::Percent { decimals: count } => format!("0{}%", decimals(count)),
        ColumnKind::Date => "yyyy-mm-dd".to_owned(),
        ColumnKind::DateTime => "yyyy-mm-dd hh:mm:ss".to_owned(),
    }
}

/// A cell of a workbook holds at most 32,767 characters.
fn clip(text: &str) -> &str {
    const MOST: usize = 32_767;
    match text.char_indices().nth(MOST) {
        Some((end, _)) if text.len() > MOST => &text[..end],
        _ => text,
    }
}

fn sheet_name(wanted: &str) -> String {
    let name: String = wanted
        .chars()
        .filter(|c| !"[]:*?/\\".contains(*c))
        .take(31)
        .collect();
    let name = name.trim_matches('\'').trim();
    if name.is_empty() {
        "Sheet1".to_owned()
    } else {
        name.to_owned()
    }
}
