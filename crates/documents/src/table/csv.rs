//! Text tables: what separates the columns is found by looking, quoting is respected, a row costs no allocation.

mod delimiter;
mod split;

use super::row::RowBuffer;
use super::source::Text;
use super::{Format, ReadOptions, RowSource, encoding};
use crate::TableError;
use encoding_rs::UTF_8;
use split::Splitter;
use std::io::Read;

/// The rows of a text table.
pub(super) struct CsvRows<'a> {
    splitter: Splitter<Box<dyn Read + Send + 'a>>,
    /// Some spreadsheets write the delimiter into a first line of its own, `sep=;`.
    skip_sep_line: bool,
    /// Rows that were not UTF-8 although the file is, and the first of them.
    western: u64,
    first_western: u64,
}

/// Opens a text table: the encoding and the delimiter are as told, or found in the first bytes.
pub(super) fn open<'a>(
    text: Text<'a>,
    options: &ReadOptions,
) -> Result<(CsvRows<'a>, Format), TableError> {
    let encoding = encoding::of(&text.head, options.encoding.as_deref())?;
    let sample = encoding.decode_with_bom_removal(&text.head).0;
    // UTF-8 is read as it is, so that a row in another encoding is noticed rather than filled with replacement marks.
    let bytes = if encoding == UTF_8 {
        text.bytes
    } else {
        Box::new(encoding::Transcoded::new(text.bytes, encoding))
    };
    let told = options.delimiter.map(delimiter::check).transpose()?;
    let written = delimiter::written(&sample);
    let delimiter = told
        .or(written)
        .unwrap_or_else(|| delimiter::find(sample.as_bytes(), &options.limits));
    let rows = CsvRows {
        splitter: Splitter::new(bytes, delimiter, options.limits),
        skip_sep_line: written.is_some(),
        western: 0,
        first_western: 0,
    };
    let format = Format::Csv {
        delimiter: char::from(delimiter),
        encoding: encoding.name(),
    };
    Ok((rows, format))
}

impl RowSource for CsvRows<'_> {
    fn read(&mut self, row: &mut RowBuffer) -> Result<bool, TableError> {
        if std::mem::take(&mut self.skip_sep_line) {
            self.splitter.read(row)?;
        }
        let Some(not_utf8) = self.splitter.read(row)? else {
            return Ok(false);
        };
        if not_utf8 {
            self.western += 1;
            if self.western == 1 {
                self.first_western = row.number;
            }
        }
        Ok(true)
    }

    fn notes(&self) -> Vec<String> {
        if self.western == 0 {
            return Vec::new();
        }
        vec![format!(
            "{} rows (the first is row {}) are not in the file's encoding, UTF-8, and were read as Windows-1252.",
            self.western, self.first_western
        )]
    }
}
