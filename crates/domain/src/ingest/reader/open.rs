//! Before the first row: the columns are found, and what the mapping leaves open is decided by looking at the file.

use super::build::{Builder, KeyPlan};
use super::control::Tally;
use super::draft::Draft;
use super::plan::{self, Columns, Plan, Reading};
use super::seen::Seen;
use super::{RowReader, TableProblem};
use crate::ingest::detect;
use crate::ingest::kinds::{self, Field, Holds, Need};
use crate::ingest::mapping::{FieldRule, Mapping};
use crate::ingest::values::{DateFormat, NumberStyle};
use keelson_documents::{CellKind, Format, Limits, Table};

/// How many rows are looked at to find out how numbers and dates are written.
const SAMPLE: usize = 1000;

impl RowReader {
    pub(super) fn over(
        mut table: Table<'static>,
        limits: Limits,
        mapping: &Mapping,
    ) -> Result<Self, TableProblem> {
        let errors = mapping.check();
        if !errors.is_empty() {
            return Err(TableProblem::Mapping { errors });
        }
        let columns = Columns::of(table.columns());
        missing_columns(mapping, &columns, table.columns())?;
        let mut notes = Vec::new();
        let style = number_style(&mut table, mapping, &columns, &mut notes)?;
        let mut plans = Vec::new();
        for (at, field) in kinds::fields(mapping.kind).iter().enumerate() {
            if let Some(rule) = mapping.fields.get(field.name) {
                let reading = reading(
                    &mut table, mapping, &columns, field, rule, style, &mut notes,
                )?;
                plans.push(Plan::new(at, field, rule, mapping, &columns, reading));
            }
        }
        let key = KeyPlan::new(mapping, &columns);
        Ok(Self {
            limits,
            skips: mapping
                .skip
                .iter()
                .map(|skip| plan::Skip::new(skip, &columns))
                .collect(),
            draft: Draft::default(),
            seen: Seen::new(key.counts_occurrences()),
            tally: Tally::new(mapping),
            builder: Builder::new(mapping, &plans),
            key,
            plans,
            notes,
            ended: false,
            table,
        })
    }
}

/// Fields that must have a column and have none in this file.
fn missing_columns(
    mapping: &Mapping,
    columns: &Columns,
    there: &[String],
) -> Result<(), TableProblem> {
    let mut fields = Vec::new();
    for field in kinds::fields(mapping.kind) {
        let Some(rule) = mapping.fields.get(field.name) else {
            continue;
        };
        let names: Vec<&str> = rule
            .columns
            .iter()
            .chain(&rule.join)
            .map(String::as_str)
            .collect();
        let required = rule.required.unwrap_or(field.need != Need::Optional);
        let filled_otherwise =
            rule.constant.is_some() || rule.default.is_some() || rule.same_as.is_some();
        if required && !filled_otherwise && !names.iter().any(|name| columns.find(name).is_some()) {
            fields.push(format!("{} ({})", field.name, names.join(" or ")));
        }
    }
    let supplier = ["supplier_name", "supplier_key"].map(|name| mapping.fields.get(name));
    let mut supplier_columns = supplier
        .iter()
        .flatten()
        .flat_map(|rule| rule.columns.iter().chain(&rule.join))
        .peekable();
    let has_other_source = supplier
        .iter()
        .flatten()
        .any(|rule| rule.constant.is_some());
    if supplier_columns.peek().is_some() && !has_other_source {
        let names: Vec<&str> = supplier_columns.map(String::as_str).collect();
        if !names.iter().any(|name| columns.find(name).is_some()) {
            fields.push(format!("the supplier ({})", names.join(" or ")));
        }
    }
    if let Some(key) = &mapping.key {
        for names in plan::key_columns(key) {
            if !names.iter().any(|name| columns.find(name).is_some()) {
                fields.push(format!("the key ({})", names.join(" or ")));
            }
        }
    }
    if fields.is_empty() {
        return Ok(());
    }
    Err(TableProblem::MissingColumns {
        fields,
        columns: there.to_vec(),
    })
}

/// The decimal sign of the file, where the mapping leaves it open: decided over all mapped columns that hold numbers.
fn number_style(
    table: &mut Table<'static>,
    mapping: &Mapping,
    columns: &Columns,
    notes: &mut Vec<String>,
) -> Result<NumberStyle, TableProblem> {
    let thousands = mapping.file.thousands;
    if let Some(decimal) = mapping.file.decimal {
        return Ok(NumberStyle { decimal, thousands });
    }
    let open: Vec<usize> = kinds::fields(mapping.kind)
        .iter()
        .filter(|field| field.holds.is_number())
        .filter_map(|field| mapping.fields.get(field.name))
        .filter(|rule| rule.decimal.is_none())
        .flat_map(|rule| columns.all(&rule.columns))
        .collect();
    // Where semicolons separate the columns, commas are usually taken for decimals.
    let usual = match table.format() {
        Format::Csv { delimiter: ';', .. } => ',',
        _ => '.',
    };
    let values = sample(table, &open)?;
    let found = detect::decimal(values.iter().map(String::as_str), usual);
    if found.against > 0 {
        notes.push(format!(
            "Some numbers are written with a decimal point and some with a decimal comma; \"{}\" was taken, as in {} of the \
             first {SAMPLE} rows. Say which holds with decimal in the mapping.",
            found.sign, found.evidence
        ));
    }
    Ok(NumberStyle {
        decimal: found.sign,
        thousands,
    })
}

/// How the texts of a field are read.
fn reading(
    table: &mut Table<'static>,
    mapping: &Mapping,
    columns: &Columns,
    field: &'static Field,
    rule: &FieldRule,
    style: NumberStyle,
    notes: &mut Vec<String>,
) -> Result<Reading, TableProblem> {
    let mut reading = Reading {
        formats: Vec::new(),
        style: NumberStyle {
            decimal: rule.decimal.unwrap_or(style.decimal),
            thousands: rule
                .thousands
                .or(style.thousands.filter(|_| rule.decimal.is_none())),
        },
    };
    if field.holds != Holds::Date {
        return Ok(reading);
    }
    let told = if rule.formats.is_empty() {
        &mapping.file.dates
    } else {
        &rule.formats
    };
    let found;
    let formats = if told.is_empty() {
        let positions: Vec<usize> = columns.all(&rule.columns).collect();
        let values = sample(table, &positions)?;
        let dates = detect::dates(values.iter().map(String::as_str));
        if let Some(example) = dates.ambiguous {
            return Err(TableProblem::AmbiguousDates {
                field: field.name,
                column: columns.label(positions.first().copied()),
                example,
            });
        }
        if !dates.formats.is_empty() {
            notes.push(format!(
                "Dates of {} were read as {}.",
                field.name,
                dates.formats.join(", ")
            ));
        }
        // Formats that leave no doubt are read wherever they turn up further down.
        found = [
            dates.formats,
            ["%Y-%m-%d", "%d.%m.%Y", "%d-%b-%Y"]
                .map(str::to_owned)
                .to_vec(),
        ]
        .concat();
        &found
    } else {
        told
    };
    reading.formats = formats
        .iter()
        .filter_map(|format| DateFormat::compile(format).ok())
        .collect();
    Ok(reading)
}

/// The texts that stand in some columns of the first rows; numbers and dates of workbooks are no texts.
fn sample(table: &mut Table<'static>, columns: &[usize]) -> Result<Vec<String>, TableProblem> {
    let mut values = Vec::new();
    for row in table.peek(SAMPLE)? {
        for column in columns {
            let cell = row.cell(*column);
            if cell.kind == CellKind::Text && !cell.text.trim().is_empty() {
                values.push(cell.text.to_owned());
            }
        }
    }
    Ok(values)
}
