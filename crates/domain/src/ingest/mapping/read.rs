//! From TOML to a mapping, field by field.

use super::{
    Control, FieldRule, FileRules, KeyPart, KeyRule, Mapping, MappingError, OnError, SkipRule,
    WhenEmpty,
};
use crate::ingest::kinds;
use crate::ingest::rows::Kind;
use keelson_methods::document::Fields;
use keelson_methods::missing::Missing;
use std::collections::BTreeMap;

/// Reads a document; the mapping is there where its kind is, so that its fields can be checked too.
pub(super) fn document(
    text: &str,
) -> Result<(Option<Mapping>, Vec<MappingError>), Vec<MappingError>> {
    let mut fields = Fields::read(text)?;
    let kind = kind(&mut fields);
    let source: Option<String> =
        fields.required("source", "the name of the system the file comes from");
    let name = fields.or("name", "a name", String::new());
    let note = fields.or("note", "a text", String::new());
    let unnamed_supplier = fields.optional("unnamed_supplier", "a supplier's name");
    let file = fields
        .section("file", |file| Some(file_rules(file)))
        .unwrap_or_default();
    let key = fields.section("key", key_rule);
    let skip = fields.list("skip", |skip| Some(skip_rule(skip)));
    let control = fields
        .section("control", |control| Some(control_rule(control)))
        .unwrap_or_default();
    let targets: toml::Table = fields.or(
        "fields",
        "a table for each target field, [fields.supplier_name]",
        toml::Table::new(),
    );
    let (rules, mut errors) = match kind {
        Some(kind) => field_rules(kind, targets),
        None => (BTreeMap::new(), Vec::new()),
    };
    let mut all = fields.finish();
    all.append(&mut errors);
    let mapping = kind.zip(source).map(|(kind, source)| Mapping {
        kind,
        source: source.trim().to_owned(),
        name,
        note,
        unnamed_supplier,
        file,
        key,
        skip,
        control,
        fields: rules,
    });
    Ok((mapping, all))
}

fn kind(fields: &mut Fields) -> Option<Kind> {
    let kinds = Kind::ALL.map(Kind::code).join(", ");
    let written: String = fields.required("kind", &format!("one of {kinds}"))?;
    let kind = Kind::parse(&written);
    if kind.is_none() {
        fields.report(
            "kind",
            format!("\"{written}\" is no kind of file; write one of {kinds}"),
        );
    }
    kind
}

fn file_rules(file: &mut Fields) -> FileRules {
    FileRules {
        delimiter: letter(file, "delimiter"),
        encoding: file.optional(
            "encoding",
            "the name of an encoding, such as \"windows-1252\"",
        ),
        sheet: file.optional("sheet", "the name of a sheet"),
        header_row: file.optional("header_row", "the number of the row the header is in"),
        json_path: file.optional(
            "json_path",
            "the path of the list of records, such as \"data\"",
        ),
        decimal: letter(file, "decimal"),
        thousands: letter(file, "thousands"),
        dates: file.or("dates", DATE_FORMATS, Vec::new()),
        missing: missing(file),
    }
}

const DATE_FORMATS: &str = "a list of date formats, such as [\"%d.%m.%Y\"]";

fn letter(fields: &mut Fields, name: &'static str) -> Option<char> {
    let written: String = fields.optional(name, "one character in quotation marks")?;
    let mut letters = written.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        Some(letter)
    } else {
        fields.report(name, format!("expected one character, found \"{written}\""));
        None
    }
}

/// Texts with the reason they stand for.
fn missing(fields: &mut Fields) -> BTreeMap<String, Missing> {
    let written: BTreeMap<String, String> = fields.or(
        "missing",
        "texts with a reason, { \"n/a\" = \"not_reported\" }",
        BTreeMap::new(),
    );
    let mut reasons = BTreeMap::new();
    for (text, code) in written {
        match Missing::parse(&code) {
            Ok(reason) => {
                reasons.insert(text, reason);
            }
            Err(error) => fields.report(&format!("missing.\"{text}\""), error.to_string()),
        }
    }
    reasons
}

fn key_rule(key: &mut Fields) -> Option<KeyRule> {
    let written: Option<Vec<toml::Value>> = key.required("columns", "a list of columns");
    let separator = key.or("separator", "a text", KeyRule::SEPARATOR.to_owned());
    let when_empty = match key
        .or(
            "when_empty",
            "\"reject\" or \"digest\"",
            "reject".to_owned(),
        )
        .as_str()
    {
        "digest" => WhenEmpty::Digest,
        "reject" => WhenEmpty::Reject,
        other => {
            key.report(
                "when_empty",
                format!("expected \"reject\" or \"digest\", found \"{other}\""),
            );
            WhenEmpty::Reject
        }
    };
    let mut parts = Vec::new();
    for part in written? {
        match part {
            toml::Value::String(text) if text == "#occurrence" => parts.push(KeyPart::Occurrence),
            toml::Value::String(text) if text == "#digest" => parts.push(KeyPart::Digest),
            toml::Value::String(text) if text.starts_with('#') => {
                key.report(
                    "columns",
                    format!("\"{text}\" is not known; there are #occurrence and #digest"),
                );
            }
            toml::Value::String(text) => parts.push(KeyPart::Column(vec![text])),
            toml::Value::Array(names)
                if names.iter().all(toml::Value::is_str) && !names.is_empty() =>
            {
                parts.push(KeyPart::Column(
                    names
                        .iter()
                        .filter_map(toml::Value::as_str)
                        .map(str::to_owned)
                        .collect(),
                ));
            }
            other => key.report(
                "columns",
                format!("expected a column or a list of its names, found {other}"),
            ),
        }
    }
    Some(KeyRule {
        parts,
        separator,
        when_empty,
    })
}

fn skip_rule(skip: &mut Fields) -> SkipRule {
    SkipRule {
        columns: skip
            .required("columns", "a list with the names of a column")
            .unwrap_or_default(),
        equals: skip.or("equals", "a list of texts", Vec::new()),
        starts_with: skip.or("starts_with", "a list of texts", Vec::new()),
        empty: skip.or("empty", "true or false", false),
        reason: skip.or("reason", "a text", String::new()),
    }
}

fn control_rule(control: &mut Fields) -> Control {
    Control {
        rows: control.optional("rows", "the path of the number of records"),
        sums: control.or(
            "sums",
            "a field with the path of its sum, { amount = \"totals.amount\" }",
            BTreeMap::new(),
        ),
    }
}

fn field_rules(
    kind: Kind,
    targets: toml::Table,
) -> (BTreeMap<String, FieldRule>, Vec<MappingError>) {
    let mut rules = BTreeMap::new();
    let mut errors = Vec::new();
    for (name, value) in targets {
        let place = format!("fields.{name}");
        if kinds::field(kind, &name).is_none() {
            errors.push(MappingError {
                field: place,
                message: unknown_field(kind, &name),
            });
            continue;
        }
        let toml::Value::Table(table) = value else {
            errors.push(MappingError {
                field: place,
                message: format!("expected a table [fields.{name}], found {value}"),
            });
            continue;
        };
        let mut fields = Fields::of(place, table);
        let rule = field_rule(&mut fields);
        errors.extend(fields.finish());
        rules.insert(name, rule);
    }
    (rules, errors)
}

fn field_rule(field: &mut Fields) -> FieldRule {
    FieldRule {
        columns: field.or("columns", "a list of columns", Vec::new()),
        first_filled: field.or("first_filled", "true or false", false),
        join: field.or("join", "a list of columns", Vec::new()),
        separator: field.optional("separator", "a text"),
        constant: text(field, "constant"),
        same_as: field.optional("same_as", "the name of another target field"),
        default: text(field, "default"),
        formats: field.or("formats", DATE_FORMATS, Vec::new()),
        missing: missing(field),
        translate: field.or(
            "translate",
            "texts and what they mean, { \"ja\" = \"yes\" }",
            BTreeMap::new(),
        ),
        decimal: letter(field, "decimal"),
        thousands: letter(field, "thousands"),
        factor: factor(field),
        negate: field.or("negate", "true or false", false),
        per: field.or("per", "a list with the names of a column", Vec::new()),
        required: field.optional("required", "true or false"),
        on_error: on_error(field),
    }
}

/// A text, which may have been written as a number.
fn text(field: &mut Fields, name: &'static str) -> Option<String> {
    let written: toml::Value = field.optional(name, "a text")?;
    match written {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Datetime(_) => {
            Some(written.to_string())
        }
        other => {
            field.report(name, format!("expected a text, found {other}"));
            None
        }
    }
}

/// 1000 as 3, 0.01 as -2: factors are powers of ten, so that they stay exact.
fn factor(field: &mut Fields) -> i32 {
    let Some(written) = field.optional::<f64>("factor", "a power of ten, such as 1000 or 0.01")
    else {
        return 0;
    };
    let exponent = (-9..=9).find(|exponent: &i32| {
        let power = 10_f64.powi(*exponent);
        (written / power - 1.0).abs() < 1e-9
    });
    exponent.unwrap_or_else(|| {
        field.report(
            "factor",
            format!("expected a power of ten, such as 1000 or 0.01, found {written}"),
        );
        0
    })
}

fn on_error(field: &mut Fields) -> Option<OnError> {
    let written: String = field.optional("on_error", "\"reject\" or \"missing\"")?;
    match written.as_str() {
        "reject" => Some(OnError::Reject),
        "missing" => Some(OnError::Missing),
        other => {
            field.report(
                "on_error",
                format!("expected \"reject\" or \"missing\", found \"{other}\""),
            );
            None
        }
    }
}

/// "There is no field …", with the nearest one where there is one near.
pub(super) fn unknown_field(kind: Kind, name: &str) -> String {
    let names = kinds::fields(kind).iter().map(|field| field.name);
    let nearest = names.clone().min_by_key(|known| distance(name, known));
    match nearest.filter(|known| distance(name, known) <= 3.max(name.len() / 3)) {
        Some(nearest) => format!(
            "{} has no field \"{name}\"; did you mean \"{nearest}\"?",
            kind.code()
        ),
        None => format!(
            "{} has no field \"{name}\"; its fields are {}",
            kind.code(),
            names.collect::<Vec<_>>().join(", ")
        ),
    }
}

/// How many letters have to be added, taken away or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let change = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
