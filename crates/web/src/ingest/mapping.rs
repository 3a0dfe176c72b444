use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use keelson_domain::{
    self as domain,
    ingest::{self, Import, Mapping, Outcome, Row, RowReader, State as Stage},
};
use serde::Deserialize;

use super::{address, kind_in_words};
use crate::{
    Allowed, App, Form, Result, Signed,
    kit::{
        Flash, Html, Hx, NavItem, Page, Shell, Tone,
        form::{Errors, Field, SaveBar},
        marks,
    },
};

/// Rows of the file that show what a mapping makes of it.
const SAMPLE: usize = 10;

#[derive(Template)]
#[template(path = "ingest/mapping.html", blocks = ["sample"])]
struct Editor {
    shell: Shell,
    import: Import,
    kind: &'static str,
    errors: Errors,
    mapping: Field,
    sample: Sample,
}

/// What the first rows become, or why they cannot be read.
struct Sample {
    problems: Vec<String>,
    notes: Vec<String>,
    rows: Vec<Sampled>,
}

struct Sampled {
    row: String,
    outcome: Html,
    /// What the row says, or what is wrong with it.
    lines: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    mapping: String,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Allowed(import): Allowed<Import>,
) -> Result<Page> {
    let text = import.mapping.clone();
    let errors = errors_of(&read(&import, &text));
    Ok(Page::whole(
        &editor(&app, &signed, import, &text, errors).await?,
    ))
}

/// Keeps the document where it can be used; shows it again, with what is wrong, where it cannot.
pub(super) async fn save(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
    Form(written): Form<Written>,
) -> Result<Response> {
    let mapping = read(&import, &written.mapping);
    let errors = errors_of(&mapping);
    let Ok(mapping) = mapping else {
        let view = editor(&app, &signed, import, &written.mapping, errors).await?;
        return Ok(Page::whole(&view).unprocessable().into_response());
    };
    ingest::remap(&app.keelson, &signed.act(&app), import.id, &mapping).await?;
    let to = format!("{}/mapping", address(&import));
    Ok(signed.done(&app, &hx, &to, Flash::ok("The mapping is saved.")))
}

/// What the first rows become with a document that is being written. Nothing is kept.
pub(super) async fn sample(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
    Form(written): Form<Written>,
) -> Result<Page> {
    let errors = errors_of(&read(&import, &written.mapping));
    let view = editor(&app, &signed, import, &written.mapping, errors).await?;
    Ok(Page::of(&hx, &view, &view.as_sample()))
}

/// The mapping a document says, or every mistake in it.
pub(super) fn read(import: &Import, text: &str) -> Result<Mapping, Vec<String>> {
    let mapping = Mapping::parse(text)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    if mapping.kind == import.kind {
        return Ok(mapping);
    }
    Err(vec![format!(
        "kind: the file was uploaded as {0}; write kind = \"{0}\", or upload it again as {1}",
        import.kind.code(),
        mapping.kind.code()
    )])
}

fn errors_of(mapping: &Result<Mapping, Vec<String>>) -> Errors {
    let problems = mapping.as_ref().err().into_iter().flatten();
    problems.fold(Errors::none(), |errors, problem| {
        errors.with("mapping", problem.as_str())
    })
}

async fn editor(
    app: &App,
    signed: &Signed,
    import: Import,
    text: &str,
    errors: Errors,
) -> Result<Editor> {
    let sample = match (read(&import, text), import.sha256.is_empty()) {
        // Rows that came from the program itself have no file.
        (_, true) => Sample::refused(vec!["There is no file to look at.".to_owned()]),
        (Err(problems), false) => Sample::refused(problems),
        (Ok(mapping), false) => {
            let file = ingest::file(&app.keelson, &import).await?;
            let name = import.file_name.clone();
            tokio::task::spawn_blocking(move || Sample::of(file, &name, &mapping))
                .await
                .map_err(|error| {
                    domain::Error::conflict(format!("Reading the file stopped: {error}."))
                })?
        }
    };
    Ok(Editor {
        shell: Shell {
            has_errors: !errors.is_empty(),
            ..signed.shell(NavItem::Imports)
        },
        kind: kind_in_words(import.kind),
        mapping: Field::text_area("mapping", "Mapping", 24)
            .hint("Which column fills which field, and how its values are read")
            .value(text)
            .error(&errors),
        errors,
        import,
        sample,
    })
}

impl Editor {
    fn is_open(&self) -> bool {
        self.import.state == Stage::Uploaded
    }

    fn address(&self) -> String {
        address(&self.import)
    }
}

impl Sample {
    fn refused(problems: Vec<String>) -> Self {
        Self {
            problems,
            notes: Vec::new(),
            rows: Vec::new(),
        }
    }

    fn of(file: std::fs::File, name: &str, mapping: &Mapping) -> Self {
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
