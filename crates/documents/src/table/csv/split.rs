//! The splitter: from bytes to rows.
//!
//! Our own rather than the `csv` crate's reader, because a hostile or broken file must be answered with the row and the
//! column: a cell that never ends is skipped without being kept, a quotation mark that is never closed is found, and rows
//! are counted as a spreadsheet counts them. The rules are those of RFC 4180, read generously, and the tests hold the
//! two readers side by side.

use crate::table::encoding;
use crate::table::header::column_letters;
use crate::table::row::{CellKind, RowBuffer, RowProblem, Span};
use crate::{Limits, TableError};
use memchr::{memchr, memchr3};
use std::io::Read;

const QUOTE: u8 = b'"';

pub(super) struct Splitter<R> {
    input: R,
    delimiter: u8,
    limits: Limits,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// The bytes of the row being read; becomes its text.
    bytes: Vec<u8>,
    row: u64,
    /// The line feed that belongs to a carriage return already seen.
    swallow_line_feed: bool,
    at_start: bool,
}

/// Where in a cell the splitter is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// After a quotation mark inside quotation marks: the end, or the first half of a doubled one.
    QuoteInQuoted,
}

impl<R: Read> Splitter<R> {
    pub(super) fn new(input: R, delimiter: u8, limits: Limits) -> Self {
        Self {
            input,
            delimiter,
            limits,
            buffer: vec![0; 64 << 10],
            start: 0,
            end: 0,
            bytes: Vec::new(),
            row: 0,
            swallow_line_feed: false,
            at_start: true,
        }
    }

    /// Reads the next row that is not an empty line. `None` at the end; otherwise whether the row was not UTF-8.
    pub(super) fn read(&mut self, row: &mut RowBuffer) -> Result<Option<bool>, TableError> {
        row.begin(0);
        self.bytes = std::mem::take(&mut row.text).into_bytes();
        let mut state = State::CellStart;
        let mut cell_start = 0;
        loop {
            if self.start == self.end && !self.fill()? {
                return self.finish(row, state, cell_start);
            }
            let chunk = &self.buffer[self.start..self.end];
            match state {
                State::CellStart => {
                    if std::mem::take(&mut self.swallow_line_feed) && chunk[0] == b'\n' {
                        self.start += 1;
                    } else if chunk[0] == QUOTE {
                        self.start += 1;
                        state = State::Quoted;
                    } else {
                        state = State::Plain;
                    }
                }
                State::Plain => {
                    let stop = memchr3(self.delimiter, b'\n', b'\r', chunk);
                    let text = &chunk[..stop.unwrap_or(chunk.len())];
                    Self::keep(&mut self.bytes, row, cell_start, text, &self.limits);
                    self.start += text.len();
                    let Some(stop) = stop else { continue };
                    let byte = self.buffer[self.start];
                    debug_assert_eq!(stop, text.len());
                    self.start += 1;
                    if byte == self.delimiter {
                        self.end_cell(row, &mut cell_start);
                        state = State::CellStart;
                        continue;
                    }
                    self.swallow_line_feed = byte == b'\r';
                    self.row += 1;
                    if row.cells.is_empty() && self.bytes.is_empty() && row.problem.is_none() {
                        // An empty line is counted and passed over.
                        state = State::CellStart;
                        continue;
                    }
                    self.end_cell(row, &mut cell_start);
                    return Ok(Some(self.end_row(row)));
                }
                State::Quoted => {
                    let stop = memchr(QUOTE, chunk);
                    let text = &chunk[..stop.unwrap_or(chunk.len())];
                    Self::keep(&mut self.bytes, row, cell_start, text, &self.limits);
                    self.start += text.len() + usize::from(stop.is_some());
                    if stop.is_some() {
                        state = State::QuoteInQuoted;
                    }
                }
                State::QuoteInQuoted => {
                    if chunk[0] == QUOTE {
                        Self::keep(&mut self.bytes, row, cell_start, b"\"", &self.limits);
                        self.start += 1;
                        state = State::Quoted;
                    } else if chunk[0] == b'\n' || chunk[0] == b'\r' {
                        // An empty quoted cell alone in its line is a row, not an empty line.
                        let byte = chunk[0];
                        self.start += 1;
                        self.swallow_line_feed = byte == b'\r';
                        self.row += 1;
                        self.end_cell(row, &mut cell_start);
                        return Ok(Some(self.end_row(row)));
                    } else {
                        // Anything else after the closing mark belongs to the cell, as other readers have it.
                        state = State::Plain;
                    }
                }
            }
        }
    }

    fn fill(&mut self) -> Result<bool, TableError> {
        self.start = 0;
        self.end = self.input.read(&mut self.buffer)?;
        if std::mem::take(&mut self.at_start) {
            // A byte order mark may come in pieces; three bytes are worth waiting for.
            while self.end < 3 {
                let more = self.input.read(&mut self.buffer[self.end..])?;
                if more == 0 {
                    break;
                }
                self.end += more;
            }
            if self.buffer[..self.end].starts_with(b"\xEF\xBB\xBF") {
                self.start = 3;
            }
            if self.start == self.end {
                return self.fill();
            }
        }
        Ok(self.end > 0)
    }

    /// The end of the file ends a row too, unless a quotation mark is still open.
    fn finish(
        &mut self,
        row: &mut RowBuffer,
        state: State,
        mut cell_start: usize,
    ) -> Result<Option<bool>, TableError> {
        if state == State::Quoted {
            return Err(TableError::UnclosedQuote {
                row: self.row + 1,
                column: column_letters(row.cells.len()),
            });
        }
        let nothing = row.cells.is_empty() && self.bytes.is_empty() && row.problem.is_none();
        if nothing && state != State::QuoteInQuoted {
            return Ok(None);
        }
        self.row += 1;
        self.end_cell(row, &mut cell_start);
        Ok(Some(self.end_row(row)))
    }

    /// Keeps a piece of a cell, unless the row has already gone over a limit: then it is only walked through.
    fn keep(
        bytes: &mut Vec<u8>,
        row: &mut RowBuffer,
        cell_start: usize,
        text: &[u8],
        limits: &Limits,
    ) {
        if row.problem.is_some() {
            return;
        }
        if bytes.len() - cell_start + text.len() > limits.cell_bytes {
            row.problem = Some(RowProblem::CellTooLarge {
                column: row.cells.len(),
            });
        } else if bytes.len() + text.len() > limits.row_bytes {
            row.problem = Some(RowProblem::RowTooLarge);
        } else {
            bytes.extend_from_slice(text);
        }
    }

    fn end_cell(&self, row: &mut RowBuffer, cell_start: &mut usize) {
        match &mut row.problem {
            None if row.cells.len() == self.limits.columns => {
                row.problem = Some(RowProblem::TooManyCells {
                    cells: self.limits.columns + 1,
                    columns: self.limits.columns,
                });
            }
            None => row.cells.push(Span {
                start: *cell_start as u32,
                end: self.bytes.len() as u32,
                kind: CellKind::Text,
            }),
            Some(RowProblem::TooManyCells { cells, .. }) => *cells += 1,
            Some(_) => {}
        }
        *cell_start = self.bytes.len();
    }

    /// Hands the bytes over as text; whether they were not UTF-8 and have been read as western letters.
    fn end_row(&mut self, row: &mut RowBuffer) -> bool {
        row.number = self.row;
        let bytes = match String::from_utf8(std::mem::take(&mut self.bytes)) {
            // Two halves of a letter on both sides of a delimiter would look whole once the delimiter is gone.
            Ok(text)
                if row
                    .cells
                    .iter()
                    .all(|span| text.is_char_boundary(span.end as usize)) =>
            {
                row.text = text;
                return false;
            }
            Ok(text) => text.into_bytes(),
            Err(error) => error.into_bytes(),
        };
        for span in &mut row.cells {
            let text = encoding::as_western(&bytes[span.start as usize..span.end as usize]);
            span.start = row.text.len() as u32;
            row.text.push_str(&text);
            span.end = row.text.len() as u32;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Seen = (u64, Vec<String>, Option<RowProblem>);

    fn rows(bytes: &[u8], limits: Limits) -> Result<Vec<Seen>, TableError> {
        // A reader that hands out three bytes at a time makes every state cross a chunk.
        struct Trickle<'a>(&'a [u8]);
        impl Read for Trickle<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let count = self.0.len().min(3).min(buffer.len());
                buffer[..count].copy_from_slice(&self.0[..count]);
                self.0 = &self.0[count..];
                Ok(count)
            }
        }
        let mut splitter = Splitter::new(Trickle(bytes), b',', limits);
        let mut row = RowBuffer::default();
        let mut all = Vec::new();
        while splitter.read(&mut row)?.is_some() {
            all.push((
                row.number,
                row.texts().map(|cell| cell.text.to_owned()).collect(),
                row.problem,
            ));
        }
        Ok(all)
    }

    fn texts(bytes: &[u8]) -> Vec<Vec<String>> {
        rows(bytes, Limits::default())
            .unwrap()
            .into_iter()
            .map(|(_, cells, _)| cells)
            .collect()
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_counts_them() {
        let read = rows(b"a,b\r\n\r\n\"x\ny\",2\r\n3,4", Limits::default()).unwrap();
        let numbers: Vec<u64> = read.iter().map(|(number, ..)| *number).collect();
        assert_eq!(numbers, [1, 3, 4]);
        assert_eq!(read[1].1, ["x\ny", "2"]);
    }

    #[test]
    fn every_kind_of_line_end_and_quote_is_understood() {
        assert_eq!(texts(b"a,b\nc,d\n"), [["a", "b"], ["c", "d"]]);
        assert_eq!(texts(b"a,b\rc,d"), [["a", "b"], ["c", "d"]]);
        assert_eq!(
            texts(b"\xEF\xBB\xBFa,\"say \"\"hi\"\"\"\r\n"),
            [["a", "say \"hi\""]]
        );
        assert_eq!(texts(b"a\"b,\"c\"d,\"\"\n"), [["a\"b", "cd", ""]]);
        assert_eq!(texts(b"\"\"\n"), [[""]]);
        assert_eq!(texts(b",\n"), [["", ""]]);
        assert_eq!(texts(b"\xEF\xBB\xBF"), Vec::<Vec<String>>::new());
    }

    #[test]
    fn a_cell_without_end_is_walked_through_and_the_next_row_is_read() {
        let limits = Limits {
            cell_bytes: 10,
            ..Limits::default()
        };
        let read = rows(b"a,b\n1,aaaaaaaaaaaaaaaaaaaaaaaaa,3\n\"x\",y\n", limits).unwrap();
        assert_eq!(read[1].2, Some(RowProblem::CellTooLarge { column: 1 }));
        assert_eq!(read[2], (3, vec!["x".to_owned(), "y".to_owned()], None));
    }

    #[test]
    fn too_many_cells_are_counted_not_kept() {
        let limits = Limits {
            columns: 3,
            ..Limits::default()
        };
        let read = rows(b"1,2,3,4,5\n1,2,3\n", limits).unwrap();
        assert_eq!(
            read[0].2,
            Some(RowProblem::TooManyCells {
                cells: 5,
                columns: 3
            })
        );
        assert_eq!(read[1].2, None);
    }

    #[test]
    fn a_quotation_mark_never_closed_names_its_row_and_column() {
        let error = rows(b"a,b\n1,\"two\n3,4\n", Limits::default()).unwrap_err();
        assert!(
            matches!(&error, TableError::UnclosedQuote { row: 2, column } if column == "B"),
            "{error}"
        );
    }

    #[test]
    fn a_row_in_another_encoding_is_read_as_western() {
        assert_eq!(
            texts(b"Gr\xF6\xDFe,1\nGr\xC3\xB6\xC3\x9Fe,2\n"),
            [["Größe", "1"], ["Größe", "2"]]
        );
    }

    proptest! {
        /// Whatever the `csv` crate writes, quoted or not, comes back cell by cell.
        #[test]
        fn what_is_written_is_read(table in proptest::collection::vec(
            proptest::collection::vec("[a-c,;\"\r\n ü]{0,6}", 2..5), 1..8)) {
            let mut bytes = Vec::new();
            {
                let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(&mut bytes);
                for row in &table {
                    writer.write_record(row).unwrap();
                }
                writer.flush().unwrap();
            }
            prop_assert_eq!(texts(&bytes), table);
        }

        /// Where both readers accept a text, they see the same cells.
        #[test]
        fn reads_as_the_csv_crate_reads(text in "[ab,\"\n\r]{0,40}") {
            let Ok(ours) = rows(text.as_bytes(), Limits::default()) else { return Ok(()) };
            let theirs: Vec<Vec<String>> = ::csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes())
                .records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect())
                .collect();
            let ours: Vec<Vec<String>> = ours.into_iter().map(|(_, cells, _)| cells).collect();
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let limits = Limits { cell_bytes: 20, row_bytes: 60, columns: 4, ..Limits::default() };
            let _ = rows(&bytes, limits);
        }
    }
}
