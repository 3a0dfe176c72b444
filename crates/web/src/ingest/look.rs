//! What a file turned out to be: format, encoding, header row, decimal sign, columns with their first values.

use std::fs::File;

use keelson_documents::{Format, Limits, Table};
use keelson_domain::ingest::{
    Mapping,
    detect::{self, Dates},
    kinds,
};

use crate::kit::panel::Props;

/// Rows that are looked at.
const ROWS: usize = 400;

/// A file as it was found.
#[derive(Default)]
pub(super) struct Look {
    pub(super) columns: Vec<Seen>,
    pub(super) found: Props,
    /// Why it cannot be read at all.
    pub(super) problem: Option<String>,
}

/// A column and its first values.
pub(super) struct Seen {
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

impl Look {
    /// Reads the beginning of a file as the mapping says, or by looking where it says nothing.
    pub(super) fn at(file: File, name: &str, mapping: &Mapping) -> Self {
        let mut table = match Table::from_file(file, name, &mapping.read_options(Limits::default()))
        {
            Ok(table) => table,
            Err(problem) => {
                return Self {
                    problem: Some(problem.to_string()),
                    ..Self::default()
                };
            }
        };
        let mut columns: Vec<Seen> = table
            .columns()
            .iter()
            .map(|name| Seen {
                name: name.clone(),
                values: Vec::new(),
            })
            .collect();
        match table.peek(ROWS) {
            Ok(rows) => {
                for row in rows.filter(|row| !row.is_blank()) {
                    for (at, column) in columns.iter_mut().enumerate() {
                        column.values.push(row.cell(at).text.trim().to_owned());
                    }
                }
            }
            Err(problem) => {
                return Self {
                    problem: Some(problem.to_string()),
                    ..Self::default()
                };
            }
        }
        let found = found(&table, mapping, &columns);
        Self {
            columns,
            found,
            problem: None,
        }
    }

    /// The column a rule reads, by the first of its names that the file has.
    pub(super) fn column(&self, names: &[String]) -> Option<&Seen> {
        names
            .iter()
            .find_map(|name| self.columns.iter().find(|column| same(&column.name, name)))
    }
}

impl Seen {
    /// The first values that are different, as a reader recognises them.
    pub(super) fn examples(&self) -> String {
        let mut shown: Vec<&str> = Vec::new();
        for value in self.values.iter().filter(|value| !value.is_empty()) {
            if !shown.contains(&value.as_str()) {
                shown.push(value);
            }
            if shown.len() == 3 {
                break;
            }
        }
        if shown.is_empty() {
            return "empty in the first rows".to_owned();
        }
        let short = |text: &&str| match text.char_indices().nth(40) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => (*text).to_owned(),
        };
        shown.iter().map(short).collect::<Vec<_>>().join(" · ")
    }

    pub(super) fn dates(&self) -> Dates {
        detect::dates(self.values.iter().map(String::as_str))
    }
}

/// Whether two names are one column: case, spaces, underscores and hyphens do not count.
pub(super) fn same(a: &str, b: &str) -> bool {
    let key = |name: &str| -> String {
        name.chars()
            .filter(|letter| !letter.is_whitespace() && !matches!(letter, '_' | '-'))
            .flat_map(char::to_lowercase)
            .collect()
    };
    key(a) == key(b)
}

fn found(table: &Table<'static>, mapping: &Mapping, columns: &[Seen]) -> Props {
    let props = match table.format() {
        Format::Csv {
            delimiter,
            encoding,
        } => Props::default()
            .row("Format", "CSV")
            .row("Separator", delimiter_words(*delimiter))
            .row("Encoding", *encoding),
        Format::Xlsx { sheet, sheets } => {
            let sheet = if sheets.len() > 1 {
                format!("{sheet}, of {}", sheets.join(", "))
            } else {
                sheet.clone()
            };
            Props::default()
                .row("Format", "Excel workbook")
                .row("Sheet", sheet)
        }
        Format::Json { path, lines } => Props::default().row(
            "Format",
            match (lines, path.as_str()) {
                (true, _) => "JSON, one record a line".to_owned(),
                (false, "") => "JSON".to_owned(),
                (false, path) => format!("JSON, records in {path}"),
            },
        ),
    };
    props
        .row("Header in row", table.header_row().to_string())
        .row("Columns", columns.len().to_string())
        .row("Decimal sign", decimal(mapping, columns))
}

fn delimiter_words(delimiter: char) -> String {
    match delimiter {
        ',' => "comma".to_owned(),
        ';' => "semicolon".to_owned(),
        '\t' => "tab".to_owned(),
        '|' => "vertical bar".to_owned(),
        other => other.to_string(),
    }
}

/// The decimal sign as the mapping says it, or as the columns that hold numbers show it.
fn decimal(mapping: &Mapping, columns: &[Seen]) -> String {
    let words = |sign: char| if sign == ',' { "comma" } else { "point" };
    let numbers = mapping.fields.iter().filter_map(|(name, rule)| {
        kinds::field(mapping.kind, name).filter(|field| field.holds.is_number())?;
        rule.columns
            .iter()
            .find_map(|name| columns.iter().find(|column| same(&column.name, name)))
    });
    let values = numbers.flat_map(|column| column.values.iter().map(String::as_str));
    let found = detect::decimal(values, '.');
    let shown = if found.evidence == 1 {
        "1 number shows".to_owned()
    } else {
        format!("{} numbers show", found.evidence)
    };
    if let Some(sign) = mapping.file.decimal {
        return if found.is_sure() && found.sign == sign {
            format!("{}, as {shown}", words(sign))
        } else {
            format!("{}, as the mapping says", words(sign))
        };
    }
    if found.is_sure() {
        format!("{}, as {shown}", words(found.sign))
    } else if found.evidence > 0 {
        format!(
            "unclear: {} numbers say {}, {} the other",
            found.evidence,
            words(found.sign),
            found.against
        )
    } else {
        "no number tells; a point is taken".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use keelson_domain::ingest::{Kind, suggest};

    use super::*;

    fn look(text: &str) -> Look {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mapping = suggest(Kind::InvoiceLines, file.reopen().unwrap(), "a.csv").unwrap();
        Look::at(file.reopen().unwrap(), "a.csv", &mapping)
    }

    #[test]
    fn a_file_says_how_it_is_written() {
        let look = look("Lieferant;Betrag;Währung\nAlder AB;1.234,50;EUR\nBirch;7,25;EUR\n");
        let found: Vec<String> = look
            .found
            .rows
            .iter()
            .map(|(term, value)| format!("{term}: {value}"))
            .collect();
        assert!(
            found.contains(&"Separator: semicolon".to_owned()),
            "{found:?}"
        );
        assert!(found.contains(&"Header in row: 1".to_owned()), "{found:?}");
        assert!(
            found
                .iter()
                .any(|line| line.starts_with("Decimal sign: comma")),
            "{found:?}"
        );
        assert_eq!(look.columns[0].examples(), "Alder AB · Birch");
    }
}
