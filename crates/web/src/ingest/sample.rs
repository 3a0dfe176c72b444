//! What the first rows of a file become with a mapping.

use askama::{Template, filters::HtmlSafe};
use keelson_domain::ingest::{Mapping, Outcome, Row, RowReader};

use crate::kit::{Html, Tone, marks};

/// Rows of the file that show what a mapping makes of it.
const SAMPLE: usize = 10;

/// What the first rows become, or why they cannot be read.
#[derive(Template)]
#[template(path = "ingest/sample.html")]
pub(super) struct Sample {
    pub(super) problems: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) rows: Vec<Sampled>,
}

impl HtmlSafe for Sample {}

pub(super) struct Sampled {
    pub(super) row: String,
    pub(super) outcome: Html,
    /// What the row says, or what is wrong with it.
    pub(super) lines: Vec<String>,
}

impl Sample {
    pub(super) fn refused(problems: Vec<String>) -> Self {
        Self {
            problems,
            notes: Vec::new(),
            rows: Vec::new(),
        }
    }

    pub(super) fn of(file: std::fs::File, name: &str, mapping: &Mapping) -> Self {
        let mut reader = match RowReader::open(file, name, mapping) {
            Ok(reader) => reader,
            Err(problem) => return Self::refused(vec![problem.to_string()]),
        };
        let mut sample = Self::refused(Vec::new());
        while sample.rows.len() < SAMPLE {
            match reader.next_outcome() {
                Ok(Some(outcome)) => sample.rows.push(Sampled::of(outcome)),
                Ok(None) => break,
                Err(problem) => {
                    sample.problems.push(problem.to_string());
                    break;
                }
            }
        }
        sample.notes = reader.notes();
        sample
    }
}

impl Sampled {
    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Row(row) => Self {
                row: row.provenance().row_number.to_string(),
                outcome: marks::badge("Accepted", Tone::Ok),
                lines: vec![in_words(&row)],
            },
            Outcome::Repeated { row } => Self {
                row: row.to_string(),
                outcome: marks::badge("Repeated", Tone::Plain),
                lines: vec!["Says again what a row further up says.".to_owned()],
            },
            Outcome::Rejected { row, problems } => Self {
                row: row.to_string(),
                outcome: marks::badge("Refused", Tone::Bad),
                lines: problems
                    .into_iter()
                    .map(|problem| {
                        let place = match (problem.column, problem.value) {
                            (Some(column), Some(value)) => format!("{column}, \"{value}\": "),
                            (Some(column), None) => format!("{column}: "),
                            _ => String::new(),
                        };
                        place + &problem.reason
                    })
                    .collect(),
            },
        }
    }
}

/// What a row says, as far as it says anything: the fields people check first.
fn in_words(row: &Row) -> String {
    fn say<T: ToString>(parts: &mut Vec<String>, name: &str, value: Option<T>) {
        if let Some(value) = value {
            parts.push(format!("{name} {}", value.to_string()));
        }
    }
    let mut parts = vec![format!("key {}", row.provenance().key)];
    let said = &mut parts;
    match row {
        Row::Supplier(row) => {
            say(said, "name", Some(&row.name));
            say(said, "country", row.country.as_ref());
            say(said, "city", row.city.as_ref());
            say(said, "category", row.category.as_ref());
        }
        Row::OrderLine(row) => {
            say(said, "supplier", Some(&row.supplier.name));
            say(said, "order", row.order_number.as_ref());
            say(said, "line", row.line_number.as_ref());
            say(said, "item", row.item.as_ref());
            say(said, "quantity", Some(row.quantity));
            say(said, "unit price", row.unit_price);
            say(said, "value", row.value);
            say(said, "ordered on", row.ordered_on);
            say(said, "requested on", row.requested_on);
            say(
                said,
                "received on",
                row.receipt.as_ref().map(|receipt| receipt.received_on),
            );
        }
        Row::Receipt(row) => {
            say(said, "order line", Some(&row.line_key));
            say(said, "received on", Some(row.received_on));
            say(said, "good", Some(row.good));
            say(said, "rejected", Some(row.rejected));
        }
        Row::Inspection(row) => {
            say(said, "supplier", Some(&row.supplier.name));
            say(said, "lot", row.lot.as_ref());
            say(said, "inspected on", row.inspected_on);
            say(said, "received", row.received);
            say(said, "inspected", row.inspected);
            say(said, "defective", row.defective);
            say(said, "result", row.result.as_ref());
        }
        Row::InvoiceLine(row) => {
            say(said, "supplier", Some(&row.supplier.name));
            say(said, "invoice", row.invoice_number.as_ref());
            say(said, "line", row.line_number.as_ref());
            say(said, "amount", row.amount);
            say(said, "invoiced on", row.invoiced_on);
            say(said, "due on", row.due_on);
            say(said, "paid on", row.paid_on);
        }
    }
    parts.join("; ")
}
