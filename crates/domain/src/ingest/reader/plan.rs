//! How a field is read from a row: the mapping's words turned into positions and compiled formats, once for the whole file.

use super::draft::{Draft, Value};
use crate::ingest::kinds::{self, Field, Holds, Need};
use crate::ingest::mapping::{FieldRule, KeyPart, KeyRule, Mapping, OnError, SkipRule, column_key};
use crate::ingest::values::{self, DateFormat, NotADate, NotANumber, NumberStyle, Plain};
use crate::suppliers::Name;
use chrono::{Datelike, NaiveDate};
use keelson_documents::{Cell, CellKind, Row};
use keelson_methods::decimal::{DecimalError, parse_scaled};
use keelson_methods::missing::Missing;
use keelson_methods::money::Currency;
use std::borrow::Cow;
use std::collections::HashMap;

/// The columns of a file by the names they are compared by.
pub(super) struct Columns {
    positions: HashMap<String, usize>,
    names: Vec<String>,
}

impl Columns {
    pub(super) fn of(names: &[String]) -> Self {
        let mut positions = HashMap::new();
        for (position, name) in names.iter().enumerate() {
            positions.entry(column_key(name)).or_insert(position);
        }
        Self {
            positions,
            names: names.to_vec(),
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.positions.get(&column_key(name)).copied()
    }

    /// The positions of those of the names that the file has.
    pub(super) fn all<'a>(&'a self, names: &'a [String]) -> impl Iterator<Item = usize> + 'a {
        names.iter().filter_map(|name| self.find(name))
    }

    pub(super) fn first(&self, names: &[String]) -> Option<usize> {
        self.all(names).next()
    }

    pub(super) fn label(&self, position: Option<usize>) -> String {
        position.map_or_else(String::new, |position| self.names[position].clone())
    }
}

/// How texts are read, as far as it had to be found out.
pub(super) struct Reading {
    pub(super) formats: Vec<DateFormat>,
    pub(super) style: NumberStyle,
}

/// How one field is read.
pub(super) struct Plan {
    pub(super) at: usize,
    pub(super) field: &'static Field,
    source: Source,
    /// The column that is named in a problem.
    pub(super) label: Option<String>,
    missing: Vec<(String, Missing)>,
    translate: HashMap<String, String>,
    default: Option<String>,
    pub(super) same_as: Option<usize>,
    reading: Reading,
    factor: i32,
    negate: bool,
    per: Option<usize>,
    required: bool,
    on_error: OnError,
    /// Where the row's currency is.
    currency_at: Option<usize>,
}

enum Source {
    Column(usize),
    FirstFilled(Vec<usize>),
    Join(Vec<usize>, String),
    Constant(String),
    /// The file has none of the columns.
    Absent,
}

impl Plan {
    pub(super) fn new(
        at: usize,
        field: &'static Field,
        rule: &FieldRule,
        mapping: &Mapping,
        columns: &Columns,
        reading: Reading,
    ) -> Self {
        let found: Vec<usize> = columns.all(&rule.columns).collect();
        let joined: Vec<usize> = columns.all(&rule.join).collect();
        let label = found.first().or(joined.first()).copied();
        let source = match (&rule.constant, found.first()) {
            (Some(text), _) => Source::Constant(text.clone()),
            (None, Some(_)) if rule.first_filled => Source::FirstFilled(found),
            (None, Some(column)) => Source::Column(*column),
            (None, None) if !joined.is_empty() => Source::Join(
                joined,
                rule.separator.clone().unwrap_or_else(|| ", ".to_owned()),
            ),
            (None, None) => Source::Absent,
        };
        let position = |name: &str| {
            kinds::fields(mapping.kind)
                .iter()
                .position(|field| field.name == name)
        };
        Self {
            at,
            field,
            source,
            label: label.map(|label| columns.label(Some(label))),
            missing: rule
                .missing
                .iter()
                .chain(&mapping.file.missing)
                .map(|(text, reason)| (text.trim().to_lowercase(), *reason))
                .collect(),
            translate: rule
                .translate
                .iter()
                .map(|(from, to)| (from.trim().to_lowercase(), to.clone()))
                .collect(),
            default: rule.default.clone(),
            same_as: rule.same_as.as_deref().and_then(position),
            reading,
            factor: rule.factor,
            negate: rule.negate,
            per: columns.first(&rule.per),
            required: rule.required.unwrap_or(field.need != Need::Optional),
            on_error: rule.on_error.unwrap_or(OnError::Reject),
            currency_at: position("currency"),
        }
    }

    /// Reads the field from a row into the draft: a value, a gap with its reason, or a problem.
    pub(super) fn read(&self, row: &Row<'_>, draft: &mut Draft) {
        let (cell, plain) = self.cell(row);
        let text = values::tidy(&cell.text);
        if text.is_empty() {
            match self.same_as.and_then(|other| draft.value(other).cloned()) {
                Some(value) => draft.set(self.at, value),
                None => self.gap(Missing::NotReported, "", draft),
            }
            return;
        }
        if let Some(reason) = self.missing_reason(&text) {
            self.gap(reason, &text, draft);
            return;
        }
        let (text, plain) = match self.translated(&text) {
            Some(translated) => (Cow::Borrowed(translated), true),
            None => (text, plain),
        };
        let kind = if plain { CellKind::Number } else { cell.kind };
        match self.value(&text, kind, row, draft) {
            Ok(value) => draft.set(self.at, value),
            Err(_) if self.on_error == OnError::Missing => {
                self.gap(Missing::ParseError, &text, draft);
            }
            Err(reason) => draft.reject(self.label.as_deref(), Some(&text), reason),
        }
    }

    /// What stands in the row, and whether it is the mapping's own text, which is written plainly.
    fn cell<'r>(&'r self, row: &Row<'r>) -> (Text<'r>, bool) {
        let cell = match &self.source {
            Source::Column(column) => row.cell(*column).into(),
            Source::FirstFilled(columns) => columns
                .iter()
                .map(|column| row.cell(*column))
                .find(|cell| !cell.text.trim().is_empty())
                .unwrap_or(Cell::EMPTY)
                .into(),
            Source::Join(columns, separator) => {
                let parts: Vec<&str> = columns
                    .iter()
                    .map(|column| row.cell(*column).text.trim())
                    .filter(|text| !text.is_empty())
                    .collect();
                Text {
                    text: Cow::Owned(parts.join(separator)),
                    kind: CellKind::Text,
                }
            }
            Source::Constant(text) => return (Text::plain(text), true),
            Source::Absent => Cell::EMPTY.into(),
        };
        match &self.default {
            Some(default) if cell.text.trim().is_empty() => (Text::plain(default), true),
            _ => (cell, false),
        }
    }

    fn gap(&self, reason: Missing, text: &str, draft: &mut Draft) {
        if !self.required {
            draft.missing.push((self.at, self.field.name, reason));
            return;
        }
        let name = self.field.name;
        let what = if text.is_empty() {
            "is empty".to_owned()
        } else {
            format!("is missing (\"{}\")", values::cut(text))
        };
        let advice = match self.field.need {
            Need::Always => "Fill it in, or leave the row out.",
            Need::Optional | Need::Usual => {
                "Fill it in, or write required = false for it in the mapping."
            }
        };
        let value = Some(text).filter(|text| !text.is_empty());
        draft.reject(
            self.label.as_deref(),
            value,
            format!("The value for {name} {what}, and a row needs one. {advice}"),
        );
    }

    fn missing_reason(&self, text: &str) -> Option<Missing> {
        let same = |known: &str| match known.strip_suffix('*') {
            Some(beginning) => {
                text.len() >= beginning.len()
                    && text.is_char_boundary(beginning.len())
                    && equal(&text[..beginning.len()], beginning)
            }
            None => equal(text, known),
        };
        self.missing
            .iter()
            .find(|(known, _)| same(known))
            .map(|(_, reason)| *reason)
    }

    fn translated(&self, text: &str) -> Option<&str> {
        if self.translate.is_empty() {
            return None;
        }
        self.translate.get(&text.to_lowercase()).map(String::as_str)
    }

    fn value(
        &self,
        text: &str,
        kind: CellKind,
        row: &Row<'_>,
        draft: &Draft,
    ) -> Result<Value, String> {
        if kind == CellKind::Error {
            return Err(format!(
                "A formula failed in this cell ({text}). Correct it in the spreadsheet and load the file again."
            ));
        }
        match self.field.holds {
            Holds::Text => text_value(text, self.field.name),
            Holds::Name => match Name::parse(text) {
                Ok(name) => Ok(Value::Text(name.into())),
                Err(why) => Err(format!("This cannot be a supplier's name: {why}.")),
            },
            Holds::Country => values::country(text)
                .map(|code| Value::Text(code.to_owned()))
                .ok_or_else(|| "This country is not known. Write its ISO code, such as DE, or translate it in the mapping.".to_owned()),
            Holds::Currency => values::currency(text)
                .map(Value::Currency)
                .ok_or_else(|| "This currency is not known. Write an ISO 4217 code, such as EUR, or translate it in the mapping.".to_owned()),
            Holds::Date => self.date(text, kind).map(Value::Date),
            Holds::Code(codes) => code(text, codes),
            _ => self.number(text, kind, row, draft).map(Value::Number),
        }
    }

    fn date(&self, text: &str, kind: CellKind) -> Result<NaiveDate, String> {
        let typed = matches!(kind, CellKind::Date | CellKind::DateTime | CellKind::Number)
            .then(|| values::iso_date(text));
        let date = match typed.flatten() {
            Some(date) => Ok(date),
            None => values::parse_any(text, &self.reading.formats),
        };
        match date {
            Ok(date) if (1950..=2100).contains(&date.year()) => Ok(date),
            Ok(date) => Err(format!(
                "The year {} is implausibly far away. Correct the date, or write in the mapping that this value means missing.",
                date.year()
            )),
            Err(NotADate::NoSuchDay { year, month, day }) => Err(format!(
                "There is no day {day} in month {month} of {year}. Correct the date."
            )),
            Err(NotADate::OtherFormat) => Err(
                "This is not a date in any of the formats the mapping gives. Correct it, add its format, or write in the mapping that \
                 this text means missing."
                    .to_owned(),
            ),
        }
    }

    fn number(
        &self,
        text: &str,
        kind: CellKind,
        row: &Row<'_>,
        draft: &Draft,
    ) -> Result<i64, String> {
        let currency = match self
            .currency_at
            .filter(|_| self.field.holds.needs_currency())
        {
            None => None,
            Some(at) => Some(Self::currency(at, text, kind, draft)?),
        };
        let decimals = decimals(self.field.holds, currency);
        let exact = kind == CellKind::Number && self.factor == 0;
        let scaled = if exact && let Ok(scaled) = parse_scaled(text, decimals) {
            scaled
        } else {
            let style = if kind == CellKind::Number {
                NumberStyle::POINT
            } else {
                self.reading.style
            };
            self.scaled(text, style, decimals)?
        };
        let scaled = self.per_units(scaled, row)?;
        self.within_bounds(if self.negate { -scaled } else { scaled })
    }

    fn scaled(&self, text: &str, style: NumberStyle, decimals: u32) -> Result<i64, String> {
        let mut plain = Plain::new();
        let places = plain
            .read(text, style)
            .map_err(|problem| not_a_number(problem, style))?;
        // Shares from 0 to 100 are written with or without a percent sign; both mean the same.
        let hundred = matches!(self.field.holds, Holds::Share(100, _));
        let percent = if hundred && places == -2 { 0 } else { places };
        plain
            .shift(percent + self.factor)
            .map_err(|problem| not_a_number(problem, style))?;
        parse_scaled(plain.text(), decimals).map_err(|problem| match problem {
            DecimalError::TooLarge => "The number is too large.".to_owned(),
            _ => not_a_number(NotANumber::Text, style),
        })
    }

    /// The row's currency, which a currency sign in the amount itself may not contradict.
    fn currency(at: usize, text: &str, kind: CellKind, draft: &Draft) -> Result<Currency, String> {
        let currency = draft.currency(at).ok_or_else(|| {
            "The amount has no currency. Fill in the row's currency, or write a constant or a default for it in the mapping.".to_owned()
        })?;
        let written = if kind == CellKind::Text {
            values::currency_in(text)
        } else {
            None
        };
        match written {
            Some(other) if other != currency => Err(format!(
                "The amount is written in {other}, but the row's currency is {currency}. Correct one of the two."
            )),
            _ => Ok(currency),
        }
    }

    /// A price for several units, divided by their number.
    fn per_units(&self, price: i64, row: &Row<'_>) -> Result<i64, String> {
        let Some(column) = self.per else {
            return Ok(price);
        };
        let cell = row.cell(column);
        let text = cell.text.trim();
        if text.is_empty() {
            return Ok(price);
        }
        let style = if cell.kind == CellKind::Number {
            NumberStyle::POINT
        } else {
            self.reading.style
        };
        let mut plain = Plain::new();
        let units = plain
            .read(text, style)
            .ok()
            .and_then(|_| parse_scaled(plain.text(), 3).ok());
        match units.filter(|units| *units > 0) {
            Some(units) => {
                let exact = i128::from(price) * 1000;
                let units = i128::from(units);
                let half = if exact < 0 { -units / 2 } else { units / 2 };
                i64::try_from((exact + half) / units)
                    .map_err(|_| "The number is too large.".to_owned())
            }
            None => Err(format!(
                "The price is for \"{}\" units, which is no number above 0.",
                values::cut(text)
            )),
        }
    }

    fn within_bounds(&self, number: i64) -> Result<i64, String> {
        let problem = match self.field.holds {
            Holds::Ordered if number == 0 => {
                "The ordered quantity is 0, and an order line orders something. Correct it, or leave the line out if it was cancelled."
            }
            Holds::Ordered if number < 0 => {
                "The ordered quantity is negative. Correct it, or load returns as receipts that were rejected."
            }
            Holds::Counted if number < 0 => "The quantity is negative. Correct it.",
            Holds::Worth if number < 0 => "The amount is negative. Correct it.",
            Holds::UnitPrice | Holds::Rate if number < 0 => "The price is negative. Correct it.",
            Holds::Whole(least, most) if number < least || number > most => {
                return Err(format!("The number must lie between {least} and {most}."));
            }
            Holds::Share(most, decimals) if number < 0 || number > most * 10_i64.pow(decimals) => {
                return Err(format!("The number must lie between 0 and {most}."));
            }
            _ => return Ok(number),
        };
        Err(problem.to_owned())
    }
}

/// The text of a cell, which may have been put together.
struct Text<'a> {
    text: Cow<'a, str>,
    kind: CellKind,
}

impl<'a> Text<'a> {
    fn plain(text: &'a str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            kind: CellKind::Number,
        }
    }
}

impl<'a> From<Cell<'a>> for Text<'a> {
    fn from(cell: Cell<'a>) -> Self {
        Self {
            text: Cow::Borrowed(cell.text),
            kind: cell.kind,
        }
    }
}

/// How many digits after the point a field keeps.
fn decimals(holds: Holds, currency: Option<Currency>) -> u32 {
    match holds {
        Holds::Ordered | Holds::Counted | Holds::Quantity => 3,
        Holds::Money | Holds::Worth => currency.map_or(2, Currency::exponent),
        Holds::UnitPrice | Holds::Rate => 6,
        Holds::Share(_, decimals) => decimals,
        _ => 0,
    }
}

fn text_value(text: &str, name: &str) -> Result<Value, String> {
    let most = if name.ends_with("key") || name.ends_with("number") {
        300
    } else {
        4000
    };
    if text.len() > most && text.chars().count() > most {
        return Err(format!(
            "The text is longer than {most} characters. Shorten it."
        ));
    }
    Ok(Value::Text(text.to_owned()))
}

/// One of the codes, in any case, with spaces or hyphens for underscores.
fn code(text: &str, codes: &[&str]) -> Result<Value, String> {
    let same = |code: &&&str| {
        text.len() == code.len()
            && text.bytes().zip(code.bytes()).all(|(written, known)| {
                written.eq_ignore_ascii_case(&known)
                    || (known == b'_' && matches!(written, b' ' | b'-'))
            })
    };
    codes
        .iter()
        .find(same)
        .map(|code| Value::Text((*code).to_owned()))
        .ok_or_else(|| {
            format!(
                "This is not known here. Write one of {}, or translate it in the mapping.",
                codes.join(", ")
            )
        })
}

fn not_a_number(problem: NotANumber, style: NumberStyle) -> String {
    match problem {
        NotANumber::Text => {
            "This is not a number. Correct it, or write in the mapping that this text means missing.".to_owned()
        }
        NotANumber::OtherStyle => {
            let (here, other) = if style.decimal == '.' { ("point", ",") } else { ("comma", ".") };
            format!(
                "The number does not fit a file with a decimal {here}. Correct it, or write decimal = \"{other}\" in the mapping if \
                 all numbers are written this way."
            )
        }
        NotANumber::TooLong => "The number is too large.".to_owned(),
    }
}

/// Whether two texts are the same but for the case of their letters; the second is in lower case.
fn equal(text: &str, lower: &str) -> bool {
    if text.is_ascii() {
        text.eq_ignore_ascii_case(lower)
    } else {
        text.to_lowercase() == lower
    }
}

/// The names each column of a key may have.
pub(super) fn key_columns(key: &KeyRule) -> impl Iterator<Item = &Vec<String>> {
    key.parts.iter().filter_map(|part| match part {
        KeyPart::Column(names) => Some(names),
        KeyPart::Occurrence | KeyPart::Digest => None,
    })
}

/// Rows that are passed over.
pub(super) struct Skip {
    column: Option<usize>,
    equals: Vec<String>,
    starts_with: Vec<String>,
    empty: bool,
    pub(super) reason: String,
    pub(super) count: u64,
}

impl Skip {
    pub(super) fn new(rule: &SkipRule, columns: &Columns) -> Self {
        let lower = |texts: &[String]| {
            texts
                .iter()
                .map(|text| text.trim().to_lowercase())
                .collect()
        };
        Self {
            column: columns.first(&rule.columns),
            equals: lower(&rule.equals),
            starts_with: lower(&rule.starts_with),
            empty: rule.empty,
            reason: if rule.reason.is_empty() {
                "left out by the mapping".to_owned()
            } else {
                rule.reason.clone()
            },
            count: 0,
        }
    }

    pub(super) fn matches(&self, row: &Row<'_>) -> bool {
        let Some(column) = self.column else {
            return false;
        };
        let text = row.cell(column).text.trim().to_lowercase();
        (self.empty && text.is_empty())
            || self.equals.contains(&text)
            || self
                .starts_with
                .iter()
                .any(|beginning| text.starts_with(beginning))
    }
}
