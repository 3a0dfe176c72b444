//! A mapping: the small TOML document that says how the columns of a file become the fields of a kind.
//!
//! ```toml
//! kind = "order-lines"
//! source = "SCMS"
//!
//! [fields.supplier_name]
//! columns = ["Vendor", "Lieferant"]        # the first of them that the file has
//!
//! [fields.ordered_on]
//! columns = ["PO Sent to Vendor Date"]
//! formats = ["%m/%d/%y", "%m/%d/%Y"]        # tried in order
//! missing = { "Date Not Captured" = "not_reported", "N/A - From RDC" = "not_applicable" }
//! ```
//!
//! The browser's wizard edits the same document. `docs` for each field of it stand at the fields of [`Mapping`].

mod check;
mod read;
mod write;

pub use keelson_methods::document::FieldError as MappingError;

use super::rows::Kind;
use keelson_documents::{Limits, ReadOptions};
use keelson_methods::missing::Missing;
use std::collections::BTreeMap;

/// A mapping that has been read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    pub kind: Kind,
    /// The system the file comes from: with the key it identifies a fact.
    pub source: String,
    /// What people call the mapping.
    pub name: String,
    pub note: String,
    /// The supplier under which rows are kept that name none. Without it such rows are rejected.
    pub unnamed_supplier: Option<String>,
    pub file: FileRules,
    /// How the key of a row is built. Without it the field `key` is used, else the order number and line.
    pub key: Option<KeyRule>,
    /// Rows that are no records, such as totals.
    pub skip: Vec<SkipRule>,
    pub control: Control,
    /// The target fields, in the order of their kind's list.
    pub fields: BTreeMap<String, FieldRule>,
}

/// How the file is read. What is left open is found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileRules {
    pub delimiter: Option<char>,
    pub encoding: Option<String>,
    pub sheet: Option<String>,
    pub header_row: Option<u64>,
    pub json_path: Option<String>,
    /// `.` or `,`.
    pub decimal: Option<char>,
    /// What separates groups of digits.
    pub thousands: Option<char>,
    /// Formats for every date that has none of its own.
    pub dates: Vec<String>,
    /// Texts that mean "missing" in every column.
    pub missing: BTreeMap<String, Missing>,
}

/// How the key of a row is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRule {
    pub parts: Vec<KeyPart>,
    /// Stands between the parts.
    pub separator: String,
    /// A row whose key columns are all empty is known by its whole content rather than rejected.
    pub when_empty: WhenEmpty,
}

/// A part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPart {
    /// A column, by any of its names.
    Column(Vec<String>),
    /// `#occurrence`: numbers the rows of a file whose other parts are equal; the first has no number.
    Occurrence,
    /// `#digest`: the content of the whole row.
    Digest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenEmpty {
    #[default]
    Reject,
    Digest,
}

/// Rows that are passed over. All conditions that are written must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkipRule {
    /// The column looked at, by any of its names.
    pub columns: Vec<String>,
    pub equals: Vec<String>,
    pub starts_with: Vec<String>,
    pub empty: bool,
    /// What such rows are, told in the result of the import.
    pub reason: String,
}

/// Totals that stand in the file beside its records and are compared after reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Control {
    /// The path of the number of records.
    pub rows: Option<String>,
    /// A field and the path of its sum.
    pub sums: BTreeMap<String, String>,
}

/// Where the value of a target field comes from and how it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldRule {
    /// The first of these columns that the file has.
    pub columns: Vec<String>,
    /// Looks through all `columns` the file has for the first that is filled in the row.
    pub first_filled: bool,
    /// Columns whose filled values are joined.
    pub join: Vec<String>,
    /// Stands between joined values; a comma and a space where it is not written.
    pub separator: Option<String>,
    /// The same text in every row.
    pub constant: Option<String>,
    /// The field whose value is taken where this one has none.
    pub same_as: Option<String>,
    /// The text taken where the cell is empty.
    pub default: Option<String>,
    /// Formats of a date, tried in order.
    pub formats: Vec<String>,
    /// Texts that mean "missing", with the reason. A star at the end stands for any ending.
    pub missing: BTreeMap<String, Missing>,
    /// Texts and what they are read as.
    pub translate: BTreeMap<String, String>,
    pub decimal: Option<char>,
    pub thousands: Option<char>,
    /// Powers of ten the number is multiplied by: `factor = 1000` is 3.
    pub factor: i32,
    /// The file writes the opposite sign.
    pub negate: bool,
    /// The column that says for how many units the price is.
    pub per: Vec<String>,
    /// Overrides whether a row without a value is rejected.
    pub required: Option<bool>,
    /// What happens to a value that cannot be read.
    pub on_error: Option<OnError>,
}

/// What happens to a value that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// The row is rejected, so that nothing is lost in silence. This is the default.
    Reject,
    /// The value is missing, with the reason `parse_error`.
    Missing,
}

impl Mapping {
    /// Reads a document. One reading finds every mistake and names its place.
    pub fn parse(text: &str) -> Result<Self, Vec<MappingError>> {
        let (mapping, mut errors) = read::document(text)?;
        let Some(mapping) = mapping else {
            return Err(errors);
        };
        errors.extend(check::mapping(&mapping));
        if errors.is_empty() {
            Ok(mapping)
        } else {
            Err(errors)
        }
    }

    /// Reads a document as far as it can be read, with every mistake in it: what an editor shows while it is written.
    pub fn draft(text: &str) -> (Option<Self>, Vec<MappingError>) {
        match read::document(text) {
            Ok((mapping, mut errors)) => {
                if let Some(mapping) = &mapping {
                    errors.extend(check::mapping(mapping));
                }
                (mapping, errors)
            }
            Err(errors) => (None, errors),
        }
    }

    /// The document again: reading it gives the same mapping.
    pub fn to_toml(&self) -> String {
        write::document(self)
    }

    /// Every mistake of a mapping that was put together rather than read.
    pub fn check(&self) -> Vec<MappingError> {
        check::mapping(self)
    }

    /// An empty mapping of a kind, to be filled.
    pub fn new(kind: Kind, source: &str) -> Self {
        Self {
            kind,
            source: source.to_owned(),
            name: String::new(),
            note: String::new(),
            unnamed_supplier: None,
            file: FileRules::default(),
            key: None,
            skip: Vec::new(),
            control: Control::default(),
            fields: BTreeMap::new(),
        }
    }

    /// What the reader of tables is told.
    pub fn read_options(&self, limits: Limits) -> ReadOptions {
        ReadOptions {
            limits,
            delimiter: self.file.delimiter,
            encoding: self.file.encoding.clone(),
            sheet: self.file.sheet.clone(),
            header_row: self.file.header_row,
            json_path: self.file.json_path.clone(),
        }
    }
}

impl KeyRule {
    pub(super) const SEPARATOR: &'static str = "/";
}

/// A column's name as it is compared: case, spaces, underscores and hyphens do not count.
pub(super) fn column_key(name: &str) -> String {
    name.chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests;
