//! Documents that people write (KPI definitions, scorecard templates, policies): read field by field, so that one
//! reading finds every mistake and names each in the writer's words.

use crate::decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One mistake in a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", if field.is_empty() { String::new() } else { format!("{field}: ") })]
pub struct FieldError {
    /// Where: `delivery.early_days`, `lines[2].weight`; empty for the document as a whole.
    pub field: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// An exact share in millionths: `0.02` is 20,000. Written in TOML and JSON as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fraction {
    /// The share, in millionths of one.
    pub millionths: u32,
}

impl Fraction {
    /// From whole percent: `Fraction::percent(2)` is 0.02.
    pub const fn percent(percent: u32) -> Self {
        Self {
            millionths: percent.saturating_mul(10_000),
        }
    }

    /// Reads plain decimal text between 0 and 4000 with at most six decimals; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text
            .trim_ascii()
            .split_once('.')
            .map_or(0, |(_, digits)| digits.len());
        let scaled = decimal::parse_scaled(text, 6)
            .ok()
            .filter(|_| digits <= 6)?;
        Some(Self {
            millionths: u32::try_from(scaled).ok()?,
        })
    }

    /// As a floating-point share.
    pub fn value(self) -> f64 {
        f64::from(self.millionths) / 1e6
    }
}

impl std::fmt::Display for Fraction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.value())
    }
}

impl Serialize for Fraction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

impl<'de> Deserialize<'de> for Fraction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Text(String),
        }
        // The shortest decimal text of a float is what the writer wrote, so going through text stays exact.
        let text = match Written::deserialize(deserializer)? {
            Written::Number(number) => number.to_string(),
            Written::Text(text) => text,
        };
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected a share such as 0.02"))
    }
}

/// A limit that may be lifted: a value, or the word `any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit<T>(pub(crate) Option<T>);

impl<T: Serialize> Serialize for Limit<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        any_or::serialize(&self.0, serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Limit<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        any_or::deserialize(deserializer).map(Self)
    }
}

/// For `#[serde(with = "any_or")]` on an `Option<T>`: `None` is written as the word `any`, never left out.
pub(crate) mod any_or {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        Any,
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written<T> {
        Word(Word),
        Value(T),
    }

    #[expect(clippy::ref_option, reason = "serde hands the field over by reference")]
    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => value.serialize(serializer),
            None => serializer.serialize_str("any"),
        }
    }

    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Word(Word::Any) => None,
            Written::Value(value) => Some(value),
        })
    }
}

/// One table of a document while it is read. Fields are taken out by name; [`Fields::finish`] reports what is left.
pub struct Fields {
    path: String,
    table: toml::Table,
    known: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads the text as TOML. The error carries the place of the mistake.
    pub fn read(text: &str) -> Result<Self, Vec<FieldError>> {
        match text.parse::<toml::Table>() {
            Ok(table) => Ok(Self::of(String::new(), table)),
            Err(error) => {
                let line = error
                    .span()
                    .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
                Err(vec![FieldError::new(
                    "",
                    format!("line {line} is not valid TOML: {}", error.message()),
                )])
            }
        }
    }

    /// A table that was found inside another one.
    pub fn of(path: String, table: toml::Table) -> Self {
        Self {
            path,
            table,
            known: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// A field that must be there. `expected` completes the sentence "expected …".
    pub fn required<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        expected: &str,
    ) -> Option<T> {
        if self.table.contains_key(name) {
            return self.optional(name, expected);
        }
        self.known.push(name);
        self.report(name, format!("missing; expected {expected}"));
        None
    }

    /// A field that may be left out.
    pub fn optional<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        expected: &str,
    ) -> Option<T> {
        self.known.push(name);
        let value = self.table.remove(name)?;
        let found = value.to_string();
        match value.try_into() {
            Ok(value) => Some(value),
            Err(error) => {
                // Serde's own text helps where a name was mistyped: it lists the names that exist.
                let hint = Some(error.message()).filter(|text| text.contains("unknown variant"));
                let hint = hint
                    .map(|text| format!(" ({})", text.trim()))
                    .unwrap_or_default();
                self.report(name, format!("expected {expected}, found {found}{hint}"));
                None
            }
        }
    }

    /// A field with a default.
    pub fn or<T: DeserializeOwned>(&mut self, name: &'static str, expected: &str, default: T) -> T {
        self.optional(name, expected).unwrap_or(default)
    }

    /// A table inside the document, if it is there, read by `read`.
    pub fn section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields) -> Option<T>,
    ) -> Option<T> {
        self.known.push(name);
        match self.table.remove(name)? {
            toml::Value::Table(table) => {
                let mut inner = Self::of(self.place(name), table);
                let value = read(&mut inner);
                self.errors.extend(inner.finish());
                value
            }
            other => {
                self.report(name, format!("expected a table [{name}], found {other}"));
                None
            }
        }
    }

    /// A list of tables (`[[lines]]`), each read by `read`. Entries that could not be read are left out, with an error.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&mut Fields) -> Option<T>,
    ) -> Vec<T> {
        self.known.push(name);
        let entries = match self.table.remove(name) {
            None => return Vec::new(),
            Some(toml::Value::Array(entries)) => entries,
            Some(other) => {
                self.report(
                    name,
                    format!("expected a list of tables [[{name}]], found {other}"),
                );
                return Vec::new();
            }
        };
        let mut values = Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            let place = self.place(&format!("{name}[{index}]"));
            let toml::Value::Table(table) = entry else {
                self.errors.push(FieldError::new(
                    place,
                    format!("expected a table [[{name}]], found {entry}"),
                ));
                continue;
            };
            let mut inner = Self::of(place, table);
            values.extend(read(&mut inner));
            self.errors.extend(inner.finish());
        }
        values
    }

    /// Adds a mistake at a field of this table.
    pub fn report(&mut self, name: &str, message: impl Into<String>) {
        let place = self.place(name);
        self.errors.push(FieldError::new(place, message));
    }

    /// Every mistake found, with a line for each field nobody asked for.
    pub fn finish(mut self) -> Vec<FieldError> {
        let known = self.known.join(", ");
        for name in std::mem::take(&mut self.table).keys() {
            self.report(
                name,
                format!("there is no such field; the fields here are {known}"),
            );
        }
        self.errors
    }

    fn place(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }
}

/// Whether a text is a name of lower-case letters, digits and single hyphens, as ids of documents are.
pub(crate) fn is_kebab(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 64
        && id.split('-').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_is_exact_whichever_way_it_is_written() {
        for (text, millionths) in [
            ("0.02", 20_000),
            ("\"0.02\"", 20_000),
            ("1", 1_000_000),
            ("0.000001", 1),
            ("0", 0),
        ] {
            let fraction: Fraction = serde_json::from_str(text).unwrap();
            assert_eq!(fraction.millionths, millionths, "{text}");
        }
        for text in ["-0.1", "0.0000001", "\"2 %\"", "true", "1e20"] {
            assert!(serde_json::from_str::<Fraction>(text).is_err(), "{text}");
        }
        assert_eq!(
            serde_json::to_string(&Fraction::percent(5)).unwrap(),
            "0.05"
        );
    }

    #[test]
    fn one_reading_finds_every_mistake() {
        let mut fields = Fields::read("days = \"soon\"\nextra = 1\n[inner]\nn = 3\nm = 4").unwrap();
        let days: Option<u32> = fields.required("days", "a whole number");
        let name: Option<String> = fields.required("name", "a name");
        let n: Option<u32> = fields.section("inner", |inner| inner.required("n", "a number"));
        assert_eq!((days, name, n), (None, None, Some(3)));
        let errors: Vec<String> = fields.finish().iter().map(ToString::to_string).collect();
        assert_eq!(
            errors,
            [
                "days: expected a whole number, found \"soon\"",
                "name: missing; expected a name",
                "inner.m: there is no such field; the fields here are n",
                "extra: there is no such field; the fields here are days, name, inner",
            ]
        );
    }

    #[test]
    fn broken_toml_names_its_line() {
        let error = Fields::read("a = 1\nb = [")
            .err()
            .unwrap()
            .remove(0)
            .to_string();
        assert!(error.starts_with("line 2 is not valid TOML"), "{error}");
    }

    #[test]
    fn kebab_names() {
        assert!(["otd", "lead-time-within-2-days"].into_iter().all(is_kebab));
        assert!(
            !["", "OTD", "a--b", "-a", "a_b", "é"]
                .into_iter()
                .any(is_kebab)
        );
    }
}
