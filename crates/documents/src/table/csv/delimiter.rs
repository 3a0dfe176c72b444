//! What separates the columns of a text table.

use super::split::Splitter;
use crate::table::row::RowBuffer;
use crate::{Limits, TableError};

const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many rows are split to compare the candidates.
const ROWS: usize = 200;

/// A delimiter somebody has told us.
pub(super) fn check(told: char) -> Result<u8, TableError> {
    u8::try_from(told)
        .ok()
        .filter(|told| told.is_ascii() && !matches!(told, b'"' | b'\r' | b'\n'))
        .ok_or_else(|| TableError::UnknownDelimiter(told.to_string()))
}

/// The delimiter a file writes into its first line, `sep=;`.
pub(super) fn written(sample: &str) -> Option<u8> {
    let line = sample.lines().next()?.trim_end().trim_matches('"');
    let (key, value) = line.split_at_checked(4)?;
    match value.as_bytes() {
        [delimiter] if key.eq_ignore_ascii_case("sep=") => check(char::from(*delimiter)).ok(),
        // The tab has been trimmed away with the spaces.
        [] if key.eq_ignore_ascii_case("sep=") && sample.as_bytes().get(4) == Some(&b'\t') => {
            Some(b'\t')
        }
        _ => None,
    }
}

/// The candidate that splits the rows most evenly; a comma where none splits at all.
pub(super) fn find(sample: &[u8], limits: &Limits) -> u8 {
    let mut best = (0.0, b',');
    for candidate in CANDIDATES {
        let score = evenness(sample, candidate, limits);
        if score > best.0 {
            best = (score, candidate);
        }
    }
    best.1
}

/// The share of rows of the most frequent width, a little more for wider tables, and half where the first row of that
/// width has numbers in it and so is no header: decimal commas split every row but the header.
fn evenness(sample: &[u8], delimiter: u8, limits: &Limits) -> f64 {
    let mut splitter = Splitter::new(sample, delimiter, *limits);
    let mut row = RowBuffer::default();
    let mut rows = Vec::new();
    while rows.len() < ROWS && matches!(splitter.read(&mut row), Ok(Some(_))) {
        let all_names = row
            .texts()
            .all(|cell| cell.text.trim().is_empty() || cell.text.chars().any(char::is_alphabetic));
        rows.push((row.cells.len(), all_names));
    }
    // The sample may end in the middle of a row.
    if rows.len() > 2 {
        rows.pop();
    }
    let mut widths: Vec<usize> = rows.iter().map(|(width, _)| *width).collect();
    widths.sort_unstable();
    let Some((times, width)) = widths
        .chunk_by(|a, b| a == b)
        .map(|same| (same.len(), same[0]))
        .filter(|(_, width)| *width > 1)
        .max()
    else {
        return 0.0;
    };
    let even = times as f64 / rows.len() as f64;
    let has_header = rows
        .iter()
        .find(|(other, _)| *other == width)
        .is_some_and(|(_, names)| *names);
    even * (1.0 + 0.05 * (width as f64).ln()) * if has_header { 1.0 } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sample: &str) -> char {
        char::from(written(sample).unwrap_or_else(|| find(sample.as_bytes(), &Limits::default())))
    }

    #[test]
    fn finds_what_separates_the_columns() {
        for (sample, expected) in [
            ("a,b,c\n1,2,3\n", ','),
            ("a;b;c\n1;2;3\n", ';'),
            ("a\tb\n1\t2\n", '\t'),
            ("a|b|c\n1|2|3\n", '|'),
            // Decimal commas in every row do not win over the semicolons.
            ("Menge;Preis\n1,5;2,5\n3,5;4,5\n1,0;2,0\n", ';'),
            ("Nr;Menge\n1;2,5\n2;3,5\n", ';'),
            // Delimiters inside quotes are text.
            ("name,city\n\"a;b;c\",x\n\"d;e;f\",y\n", ','),
            ("\"Acme, Inc.\";1\n\"Beta, Ltd.\";2\n\"Gamma\";3\n", ';'),
            // A title above the table.
            (
                "Open orders, as of today\n\nNo;Vendor;Due\n1;Acme, Inc.;x\n2;Beta;y\n3;Gamma;z\n",
                ';',
            ),
            ("sep=|\na|b\n1|2\n", '|'),
            ("sep=\t\na\tb\n", '\t'),
            ("one column\nx\n", ','),
        ] {
            assert_eq!(found(sample), expected, "{sample:?}");
        }
    }

    #[test]
    fn a_delimiter_that_cannot_work_is_refused() {
        assert!(check('"').is_err());
        assert!(check('\n').is_err());
        assert!(check('€').is_err());
        assert_eq!(check(';').unwrap(), b';');
    }
}
