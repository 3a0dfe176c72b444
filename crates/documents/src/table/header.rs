//! Where the header is, and what its columns are called.

use super::row::{Cell, CellKind, RowBuffer};
use crate::TableError;

/// How far down a header may hide below a title, a date of the export and blank rows.
const DEEPEST_HEADER: usize = 30;

/// The position among `rows` of the header.
///
/// Without a wish it is the first row that holds something, unless that row is surely a title: at most half as wide as
/// the table below it, and followed by a row of distinct texts as wide as the rows under it.
pub(super) fn find(rows: &[RowBuffer], wanted: Option<u64>) -> Result<usize, TableError> {
    if let Some(wanted) = wanted {
        return rows
            .iter()
            .position(|row| row.number == wanted && !row.is_blank())
            .ok_or_else(|| TableError::NoTable {
                what: format!("Row {wanted}, where the header should be, is empty or not there."),
                advice:
                    "Correct header_row in the mapping, or leave it out to have the header found."
                        .to_owned(),
            });
    }
    let Some(first) = rows.iter().position(|row| !row.is_blank()) else {
        return Err(TableError::NoTable {
            what: "There are no rows with anything in them.".to_owned(),
            advice: "Export the file again and check that it holds a header and rows.".to_owned(),
        });
    };
    let sure = (first + 1..rows.len().min(DEEPEST_HEADER)).find(|&candidate| {
        let width = rows[candidate].width();
        looks_like_header(&rows[candidate])
            && rows[first..candidate]
                .iter()
                .all(|row| filled(row) <= 1.max(width / 2))
            && typical_width(&rows[candidate + 1..]) > width / 2
    });
    Ok(match sure {
        Some(candidate) if filled(&rows[first]) <= 1.max(rows[candidate].width() / 2) => candidate,
        _ => first,
    })
}

/// At least two texts, nothing that reads like a number or a date, and no name twice.
fn looks_like_header(row: &RowBuffer) -> bool {
    let names: Vec<&str> = row
        .texts()
        .map(|cell| cell.text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    let mut distinct = names.clone();
    distinct.sort_unstable();
    distinct.dedup();
    names.len() >= 2
        && distinct.len() == names.len()
        && names.len() * 4 >= row.width() * 3
        && row.texts().all(reads_like_a_name)
}

fn reads_like_a_name(cell: Cell<'_>) -> bool {
    let text = cell.text.trim();
    text.is_empty() || (cell.kind == CellKind::Text && text.chars().any(char::is_alphabetic))
}

fn filled(row: &RowBuffer) -> usize {
    row.texts()
        .filter(|cell| !cell.text.trim().is_empty())
        .count()
}

/// The most frequent width of the next rows; blank ones do not count.
fn typical_width(rows: &[RowBuffer]) -> usize {
    let mut widths: Vec<usize> = rows
        .iter()
        .take(20)
        .map(RowBuffer::width)
        .filter(|width| *width > 0)
        .collect();
    widths.sort_unstable();
    widths
        .chunk_by(|a, b| a == b)
        .max_by_key(|same| same.len())
        .map_or(0, |same| same[0])
}

/// The names of a header's columns: spaces tidied, columns without a name called by their letters, the second of two
/// equal names numbered. Nameless columns at the right end are no columns.
pub(super) fn names(header: &RowBuffer) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(header.width());
    for (position, cell) in header.texts().take(header.width()).enumerate() {
        let tidy = cell.text.split_whitespace().collect::<Vec<_>>().join(" ");
        names.push(if tidy.is_empty() {
            format!("Column {}", column_letters(position))
        } else {
            tidy
        });
    }
    number_repeated(&mut names);
    names
}

/// The second "Amount" becomes "Amount (2)", so that each can be addressed.
fn number_repeated(names: &mut [String]) {
    let mut seen = std::collections::HashMap::<String, usize>::new();
    for name in names {
        let times = seen.entry(name.to_lowercase()).or_default();
        *times += 1;
        if *times > 1 {
            *name = format!("{name} ({times})");
        }
    }
}

/// What a spreadsheet calls the column at a position counted from 0: `A`, `Z`, `AA`, `XFD`.
pub fn column_letters(position: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = position + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(b'A' + (rest % 26) as u8);
        rest /= 26;
    }
    letters
        .iter()
        .rev()
        .map(|letter| char::from(*letter))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&str]) -> Vec<RowBuffer> {
        lines
            .iter()
            .enumerate()
            .map(|(index, line)| {
                let mut row = RowBuffer::default();
                row.begin(index as u64 + 1);
                for (column, text) in line.split('|').enumerate() {
                    row.put(column, text, CellKind::Text);
                }
                row
            })
            .collect()
    }

    #[test]
    fn the_first_row_is_the_header_unless_it_is_surely_a_title() {
        for (lines, expected) in [
            (vec!["A|B|C", "1|2|3"], 0),
            (vec!["", "A|B|C", "1|2|3"], 1),
            (
                vec![
                    "Open orders",
                    "as of 31.01.2024",
                    "",
                    "No|Vendor|Due",
                    "1|Acme|2024",
                    "2|Beta|2024",
                ],
                3,
            ),
            // A wide first row stays the header, whatever follows.
            (vec!["A|B|C", "x|y|z", "u|v|w"], 0),
            // A column of its own is a table too.
            (vec!["Name", "Acme", "Beta"], 0),
            // Numbers are no header, so the narrow row above is kept.
            (vec!["Report", "1|2|3", "4|5|6"], 0),
        ] {
            assert_eq!(find(&rows(&lines), None).unwrap(), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_wish_is_followed_and_a_blank_wish_is_refused() {
        let rows = rows(&["title", "A|B", "", "1|2"]);
        assert_eq!(find(&rows, Some(2)).unwrap(), 1);
        let error = find(&rows, Some(3)).unwrap_err().to_string();
        assert!(
            error.starts_with("Row 3, where the header should be"),
            "{error}"
        );
    }

    #[test]
    fn every_column_gets_a_name_of_its_own() {
        let header = &rows(&["  PO  Sent|Amount||amount|"])[0];
        assert_eq!(
            names(header),
            ["PO Sent", "Amount", "Column C", "amount (2)"]
        );
    }

    #[test]
    fn letters_are_those_of_a_spreadsheet() {
        for (position, letters) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (701, "ZZ"),
            (702, "AAA"),
            (16_383, "XFD"),
        ] {
            assert_eq!(column_letters(position), letters);
        }
    }
}
