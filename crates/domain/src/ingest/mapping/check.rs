//! What a mapping must hold to work, each mistake with its place and what to write instead.

use super::{FieldRule, KeyPart, Mapping, MappingError};
use crate::ingest::kinds::{self, Field, Holds, Need};
use crate::ingest::rows::Kind;
use crate::ingest::values::{self, DateFormat};
use crate::suppliers::Name;

pub(super) fn mapping(mapping: &Mapping) -> Vec<MappingError> {
    let mut errors = Errors(Vec::new());
    if mapping.source.is_empty() || mapping.source.chars().count() > 100 {
        errors.add(
            "source",
            "name the system the file comes from in at most 100 characters",
        );
    }
    if mapping
        .unnamed_supplier
        .as_deref()
        .is_some_and(|name| Name::parse(name).is_err())
    {
        errors.add(
            "unnamed_supplier",
            "write a name under which such rows are kept",
        );
    }
    file(mapping, &mut errors);
    key(mapping, &mut errors);
    for (position, skip) in mapping.skip.iter().enumerate() {
        if skip.equals.is_empty() && skip.starts_with.is_empty() && !skip.empty {
            errors.add(
                &format!("skip[{position}]"),
                "say which rows: equals = [\"…\"], starts_with = [\"…\"] or empty = true",
            );
        }
    }
    for (name, rule) in &mapping.fields {
        let place = format!("fields.{name}");
        match kinds::field(mapping.kind, name) {
            Some(field) => self::field(mapping, field, rule, &place, &mut errors),
            None => errors.add(&place, &super::read::unknown_field(mapping.kind, name)),
        }
    }
    needed(mapping, &mut errors);
    for name in mapping.control.sums.keys() {
        let holds = kinds::field(mapping.kind, name).map(|field| field.holds);
        if !mapping.fields.contains_key(name) || !holds.is_some_and(summable) {
            errors.add(
                &format!("control.sums.{name}"),
                "name a mapped field that holds a quantity or an amount",
            );
        }
    }
    errors.0
}

/// Whether the values of a field can be added up and compared with a total.
pub(in crate::ingest) fn summable(holds: Holds) -> bool {
    matches!(
        holds,
        Holds::Money | Holds::Worth | Holds::Ordered | Holds::Counted | Holds::Quantity
    )
}

struct Errors(Vec<MappingError>);

impl Errors {
    fn add(&mut self, field: &str, message: &str) {
        self.0.push(MappingError {
            field: field.to_owned(),
            message: message.to_owned(),
        });
    }
}

fn file(mapping: &Mapping, errors: &mut Errors) {
    separators("file", mapping.file.decimal, mapping.file.thousands, errors);
    formats("file.dates", &mapping.file.dates, errors);
    if mapping.file.header_row == Some(0) {
        errors.add("file.header_row", "rows are counted from 1");
    }
}

fn key(mapping: &Mapping, errors: &mut Errors) {
    let has = |name: &str| mapping.fields.contains_key(name);
    match &mapping.key {
        Some(key)
            if !key
                .parts
                .iter()
                .any(|part| !matches!(part, KeyPart::Occurrence)) =>
        {
            errors.add(
                "key.columns",
                "name the columns that identify a row, or \"#digest\"",
            );
        }
        Some(_) if has("key") => errors.add(
            "key",
            "the key is mapped as a field too; keep one of the two",
        ),
        Some(_) => {}
        None => {
            let derived = match mapping.kind {
                Kind::Suppliers => has("key") || has("name"),
                Kind::OrderLines => has("key") || (has("order_number") && has("line_number")),
                Kind::InvoiceLines => has("key") || (has("invoice_number") && has("line_number")),
                Kind::Receipts | Kind::Inspections => has("key"),
            };
            if !derived {
                errors.add(
                    "key",
                    "say how a row is identified: [fields.key], or [key] columns = [\"…\"], with \"#occurrence\" where rows may repeat",
                );
            }
        }
    }
}

fn field(mapping: &Mapping, field: &Field, rule: &FieldRule, place: &str, errors: &mut Errors) {
    let sources = [
        !rule.columns.is_empty(),
        !rule.join.is_empty(),
        rule.constant.is_some(),
    ];
    match sources.iter().filter(|there| **there).count() {
        0 if rule.same_as.is_none() => {
            errors.add(
                place,
                "say where the value comes from: columns, join, constant or same_as",
            );
        }
        0 | 1 => {}
        _ => errors.add(
            place,
            "columns, join and constant exclude each other; keep one",
        ),
    }
    if let Some(other) = &rule.same_as {
        let other_holds = kinds::field(mapping.kind, other).map(|other| other.holds);
        let alike = match (field.holds, other_holds) {
            (a, Some(b)) if a == b => true,
            (Holds::Counted, Some(Holds::Ordered)) => true,
            _ => false,
        };
        if !alike || other == field.name || !mapping.fields.contains_key(other) {
            errors.add(
                &format!("{place}.same_as"),
                "name another mapped field that holds the same kind of value",
            );
        }
    }
    formats(&format!("{place}.formats"), &rule.formats, errors);
    if !rule.formats.is_empty() && field.holds != Holds::Date {
        errors.add(&format!("{place}.formats"), "only dates have formats");
    }
    separators(place, rule.decimal, rule.thousands, errors);
    let number =
        rule.decimal.is_some() || rule.thousands.is_some() || rule.factor != 0 || rule.negate;
    if number && !field.holds.is_number() {
        errors.add(
            place,
            "decimal, thousands, factor and negate are for numbers",
        );
    }
    if !rule.per.is_empty() && field.holds != Holds::UnitPrice {
        errors.add(&format!("{place}.per"), "only prices are per so many units");
    }
    if rule.required == Some(false) && field.need == Need::Always {
        errors.add(
            &format!("{place}.required"),
            &format!(
                "no row of {} can be kept without {}",
                mapping.kind.code(),
                field.name
            ),
        );
    }
    for (name, text) in [("constant", &rule.constant), ("default", &rule.default)] {
        if let Some(text) = text {
            fits(field, text, &format!("{place}.{name}"), errors);
        }
    }
    for (from, to) in &rule.translate {
        fits(field, to, &format!("{place}.translate.\"{from}\""), errors);
    }
}

/// A text of the mapping's own must be readable as what the field holds. Numbers and dates in a mapping are written plainly.
fn fits(field: &Field, text: &str, place: &str, errors: &mut Errors) {
    let plain_number = || keelson_methods::decimal::parse_scaled(text, 6).is_ok();
    let problem = match field.holds {
        Holds::Code(codes) if !codes.contains(&text) => {
            format!("write one of {}", codes.join(", "))
        }
        Holds::Currency if values::currency(text).is_none() => {
            "write an ISO 4217 code such as EUR".to_owned()
        }
        Holds::Country if values::country(text).is_none() => {
            "write a country code such as DE".to_owned()
        }
        Holds::Date if values::iso_date(text).is_none() => "write a date as 2024-01-31".to_owned(),
        holds if holds.is_number() && !plain_number() => {
            "write a plain number such as 1234.5".to_owned()
        }
        _ => return,
    };
    errors.add(
        place,
        &format!("\"{text}\" does not fit {}; {problem}", field.name),
    );
}

fn formats(place: &str, formats: &[String], errors: &mut Errors) {
    for format in formats {
        if let Err(problem) = DateFormat::compile(format) {
            errors.add(place, &format!("\"{format}\": {problem}"));
        }
    }
}

fn separators(place: &str, decimal: Option<char>, thousands: Option<char>, errors: &mut Errors) {
    if decimal.is_some_and(|sign| !matches!(sign, '.' | ',')) {
        errors.add(&format!("{place}.decimal"), "write \".\" or \",\"");
    }
    if thousands.is_some_and(|sign| !matches!(sign, '.' | ',' | ' ' | '\'' | '’')) {
        errors.add(
            &format!("{place}.thousands"),
            "write \".\", \",\", a space or an apostrophe",
        );
    }
    if thousands.is_some() && thousands == decimal {
        errors.add(
            &format!("{place}.thousands"),
            "decimal and thousands cannot be the same sign",
        );
    }
}

/// Fields without which no row of the kind can be kept.
fn needed(mapping: &Mapping, errors: &mut Errors) {
    let has = |name: &str| mapping.fields.contains_key(name);
    let mut need = |there: bool, field: &str, message: &str| {
        if !there {
            errors.add(&format!("fields.{field}"), message);
        }
    };
    for field in kinds::fields(mapping.kind)
        .iter()
        .filter(|field| field.need != Need::Optional)
    {
        need(
            has(field.name),
            field.name,
            &format!("missing; map it ({})", field.help),
        );
    }
    let facts = matches!(
        mapping.kind,
        Kind::OrderLines | Kind::Inspections | Kind::InvoiceLines
    );
    need(
        !facts || has("supplier_name") || has("supplier_key"),
        "supplier_name",
        "missing; map the supplier's name, its number (supplier_key), or both",
    );
    if mapping.kind == Kind::Receipts {
        need(
            has("order_line_key") || has("order_number"),
            "order_number",
            "missing; a receipt belongs to an order line: map order_number with line_number, or order_line_key",
        );
        need(
            has("quantity_good") || has("quantity_received"),
            "quantity_good",
            "missing; map the good quantity, or the quantity received (quantity_received)",
        );
    }
    need(
        mapping.kind != Kind::OrderLines || has("received_quantity") || !has("received_on"),
        "received_quantity",
        "missing; received_on is mapped, so map how much arrived, or write same_as = \"quantity\"",
    );
    let money = kinds::fields(mapping.kind)
        .iter()
        .find(|field| field.holds.needs_currency() && has(field.name));
    // Where the kind needs a currency anyway, that has been said.
    let said =
        kinds::field(mapping.kind, "currency").is_some_and(|field| field.need != Need::Optional);
    if let Some(money) = money
        && !said
    {
        need(
            has("currency"),
            "currency",
            &format!(
                "missing; {} needs a currency: map its column or write constant = \"EUR\"",
                money.name
            ),
        );
    }
}
