//! Reading tables: CSV, XLSX and JSON through one streaming interface.
//!
//! ```
//! use keelson_documents::{ReadOptions, Table};
//! let mut table = Table::from_bytes(b"Vendor;Betrag\nAcme;1.234,50\n", "lines.csv", &ReadOptions::default())?;
//! assert_eq!(table.columns(), ["Vendor", "Betrag"]);
//! let row = table.next_row()?.unwrap();
//! assert_eq!((row.number(), row.cell(1).text), (2, "1.234,50"));
//! # Ok::<(), keelson_documents::TableError>(())
//! ```

mod csv;
mod encoding;
mod header;
mod json;
mod row;
mod source;
mod xlsx;

pub use header::column_letters;
pub use row::{Cell, CellKind, Row, RowProblem};

use crate::{Limits, TableError};
use row::RowBuffer;
use source::Opened;
use std::collections::VecDeque;
use std::fs::File;
use std::io::Cursor;
use std::path::Path;

/// What the reader is told about a file; everything left open is found out by looking.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    pub limits: Limits,
    /// What separates the columns of a text file: `,`, `;`, a tab or `|`.
    pub delimiter: Option<char>,
    /// The name of a text encoding, for example `windows-1252`.
    pub encoding: Option<String>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The row the header is in, counted from 1 as a spreadsheet counts.
    pub header_row: Option<u64>,
    /// Where in a JSON document the list of records is, for example `data` or `result.transactions`.
    pub json_path: Option<String>,
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    Csv {
        delimiter: char,
        encoding: &'static str,
    },
    Xlsx {
        sheet: String,
        sheets: Vec<String>,
    },
    /// A list of records at a path (empty: the document itself), or one record a line.
    Json {
        path: String,
        lines: bool,
    },
}

/// A table being read, row by row.
pub struct Table<'a> {
    columns: Vec<String>,
    format: Format,
    header_row: u64,
    source: Box<dyn RowSource + Send + 'a>,
    /// Rows read while looking for the header or for a sample, not yet handed out.
    ahead: VecDeque<RowBuffer>,
    current: RowBuffer,
    limits: Limits,
    cells_read: u64,
}

/// One of the formats, read row by row.
trait RowSource {
    /// Reads the next row into `row`; `false` at the end.
    fn read(&mut self, row: &mut RowBuffer) -> Result<bool, TableError>;

    /// What a careful reader of the file should know.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// What stands around the records of a JSON document.
    fn around(&self) -> Option<&serde_json::Value> {
        None
    }
}

/// How many rows are looked at to find the header and, in a workbook, the sheet.
const LOOK_AHEAD: usize = 60;

impl Table<'static> {
    /// Opens a file on disk.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Self, TableError> {
        let name = path.file_name().map(|name| name.to_string_lossy());
        let file = File::open(path).map_err(TableError::Io)?;
        Self::from_file(file, name.as_deref().unwrap_or(""), options)
    }

    /// Reads a file that is open; its name matters, because name and content must agree.
    pub fn from_file(file: File, name: &str, options: &ReadOptions) -> Result<Self, TableError> {
        Self::from_input(Box::new(file), name, options)
    }
}

impl<'a> Table<'a> {
    /// Reads a file held in memory, borrowed or owned.
    pub fn from_bytes(
        bytes: impl AsRef<[u8]> + Send + 'a,
        name: &str,
        options: &ReadOptions,
    ) -> Result<Self, TableError> {
        Self::from_input(Box::new(Cursor::new(bytes)), name, options)
    }

    fn from_input(
        input: Box<dyn source::Input + 'a>,
        name: &str,
        options: &ReadOptions,
    ) -> Result<Self, TableError> {
        match source::open(input, name, &options.limits)? {
            Opened::Text(text) => {
                let (source, format) = csv::open(text, options)?;
                Self::with_header(Box::new(source), format, options)
            }
            Opened::Json { text, lines } => {
                let (source, sample, columns) = json::open(text, lines, options)?;
                let format = source.format();
                Ok(Self {
                    columns,
                    header_row: 0,
                    ahead: sample.into(),
                    ..Self::bare(Box::new(source), format, options)
                })
            }
            Opened::Workbook(archive) => {
                Self::from_workbook(xlsx::Workbook::open(archive, options)?, options)
            }
        }
    }

    /// The sheet that was asked for, or the first one that holds a table.
    fn from_workbook(
        mut workbook: xlsx::Workbook<'a>,
        options: &ReadOptions,
    ) -> Result<Self, TableError> {
        let sheets = workbook.sheet_names();
        let candidates = match &options.sheet {
            Some(wanted) => vec![workbook.find_sheet(wanted)?],
            None => (0..sheets.len()).collect(),
        };
        let mut problem = None;
        for (position, sheet) in candidates.iter().enumerate() {
            let format = Format::Xlsx {
                sheet: sheets[*sheet].clone(),
                sheets: sheets.clone(),
            };
            let cells = workbook.rows(*sheet)?;
            match Self::with_header(Box::new(cells), format, options) {
                Ok(table) if position + 1 == candidates.len() || table.looks_like_a_table() => {
                    return Ok(table);
                }
                Ok(_) => {}
                Err(TableError::NoTable { what, advice }) => {
                    problem.get_or_insert(TableError::NoTable { what, advice });
                }
                Err(other) => return Err(other),
            }
        }
        Err(problem.unwrap_or(TableError::NoTable {
            what: format!(
                "No sheet of this workbook looks like a table (its sheets are: {}).",
                sheets.join(", ")
            ),
            advice: "Name the sheet, and the row its header is in, in the mapping.".to_owned(),
        }))
    }

    /// Two columns and a row below them: anything less is a cover sheet.
    fn looks_like_a_table(&self) -> bool {
        self.columns.len() > 1 && !self.ahead.is_empty()
    }

    fn bare(source: Box<dyn RowSource + Send + 'a>, format: Format, options: &ReadOptions) -> Self {
        Self {
            columns: Vec::new(),
            format,
            header_row: 0,
            source,
            ahead: VecDeque::new(),
            current: RowBuffer::default(),
            limits: options.limits,
            cells_read: 0,
        }
    }

    fn with_header(
        source: Box<dyn RowSource + Send + 'a>,
        format: Format,
        options: &ReadOptions,
    ) -> Result<Self, TableError> {
        let mut table = Self::bare(source, format, options);
        let wanted = options.header_row.unwrap_or(0);
        // A header that a mapping puts far down is walked to; only the rows around it are kept.
        while table.ahead.len() < LOOK_AHEAD
            || table.ahead.back().is_some_and(|r| r.number < wanted)
        {
            if !table.read_ahead()? {
                break;
            }
            while table.ahead.front().is_some_and(|row| row.number < wanted) {
                table.ahead.pop_front();
            }
        }
        let found = header::find(table.ahead.make_contiguous(), options.header_row)?;
        let header = &table.ahead[found];
        if let Some(problem) = &header.problem {
            return Err(problem.as_error(header.number, &options.limits));
        }
        table.header_row = header.number;
        table.columns = header::names(header);
        table.ahead.drain(..=found);
        Ok(table)
    }

    /// The names of the columns, in the order of the file, without surrounding spaces.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    pub fn format(&self) -> &Format {
        &self.format
    }

    /// The row the header was found in, counted from 1; 0 where the format has no header row.
    pub fn header_row(&self) -> u64 {
        self.header_row
    }

    /// What a careful reader of the file should know, complete once every row has been read.
    pub fn notes(&self) -> Vec<String> {
        self.source.notes()
    }

    /// A value that stands beside the records of a JSON document, by its path; complete once every row has been read.
    pub fn around(&self, path: &str) -> Option<&serde_json::Value> {
        let mut value = self.source.around()?;
        for key in path.split('.') {
            value = value.get(key)?;
        }
        Some(value)
    }

    /// The next row; `None` after the last. A row that cannot be read as a row carries its [`RowProblem`] and does not
    /// end the table; an error does.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        if let Some(row) = self.ahead.pop_front() {
            self.current = row;
        } else if !self.source.read(&mut self.current)? {
            return Ok(None);
        } else {
            Self::spend(&mut self.cells_read, &self.limits, &self.current)?;
        }
        Ok(Some(self.current.view(self.columns.len())))
    }

    /// The next rows, at most `count`, without taking them: what detection and the preview look at.
    pub fn peek(&mut self, count: usize) -> Result<impl Iterator<Item = Row<'_>>, TableError> {
        while self.ahead.len() < count && self.read_ahead()? {}
        let columns = self.columns.len();
        Ok(self
            .ahead
            .iter()
            .take(count)
            .map(move |row| row.view(columns)))
    }

    fn read_ahead(&mut self) -> Result<bool, TableError> {
        let mut row = RowBuffer::default();
        if !self.source.read(&mut row)? {
            return Ok(false);
        }
        Self::spend(&mut self.cells_read, &self.limits, &row)?;
        self.ahead.push_back(row);
        Ok(true)
    }

    fn spend(cells_read: &mut u64, limits: &Limits, row: &RowBuffer) -> Result<(), TableError> {
        const ADVICE: &str = "Split the file and load the parts one after the other.";
        *cells_read += row.cells.len() as u64;
        if row.number > limits.rows {
            return Err(TableError::TooLarge {
                what: format!("The file has more than {} rows.", limits.rows),
                advice: ADVICE,
            });
        }
        if *cells_read > limits.cells {
            return Err(TableError::TooLarge {
                what: format!(
                    "The file has more than {} cells (row {}).",
                    limits.cells, row.number
                ),
                advice: ADVICE,
            });
        }
        Ok(())
    }
}
