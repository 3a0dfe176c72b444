use std::io::Write as _;

use askama::Template;
use axum::{
    extract::{FromRequest, Multipart, Request, State, multipart::MultipartError},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use keelson_domain::{
    self as domain,
    ingest::{self, Kind},
};
use tempfile::NamedTempFile;

use super::kind_in_words;
use crate::{
    App, Error, Result, Signed,
    kit::{
        Flash, Hx, NavItem, Page, Shell,
        form::{Choice, Errors, Field, SaveBar},
    },
};

/// The largest file that is taken in through the browser; the command line takes larger ones.
pub(super) const LIMIT: usize = 2 << 30;

#[derive(Template)]
#[template(path = "ingest/new.html")]
struct New {
    shell: Shell,
    errors: Errors,
    kind: Field,
    file: Field,
}

impl New {
    fn page(signed: &Signed, kind: &str, errors: Errors) -> Page {
        let choices = Kind::ALL
            .into_iter()
            .map(|kind| Choice::new(kind.code(), kind_in_words(kind)).hint(describe(kind)));
        Page::whole(&Self {
            shell: Shell {
                has_errors: !errors.is_empty(),
                ..signed.shell(NavItem::Imports)
            },
            kind: Field::radios("kind", "What the rows are", choices.collect())
                .value(kind)
                .error(&errors),
            file: Field::file("file", "File", ".csv,.tsv,.txt,.xlsx,.json,.jsonl")
                .hint("CSV, Excel or JSON, with the names of the columns in it")
                .error(&errors),
            errors,
        })
    }
}

fn describe(kind: Kind) -> &'static str {
    match kind {
        Kind::Suppliers => "Master data: names, addresses, identifiers, contacts",
        Kind::OrderLines => "Lines of purchase orders, perhaps each with its receipt",
        Kind::Receipts => "Goods that arrived, for order lines loaded before",
        Kind::Inspections => "Results of incoming inspections, lot by lot",
        Kind::InvoiceLines => "Lines of invoices and credit notes",
    }
}

pub(super) async fn page(signed: Signed) -> Page {
    New::page(&signed, "", Errors::none())
}

/// What was uploaded; the file lies on disk, however large it is.
#[derive(Default)]
pub(super) struct Upload {
    kind: String,
    name: String,
    file: Option<NamedTempFile>,
}

/// Takes the file in with a mapping guessed from it, and goes on to that mapping.
pub(super) async fn receive(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    upload: Upload,
) -> Result<Response> {
    let mut errors = Errors::none();
    let kind = Kind::parse(&upload.kind);
    if kind.is_none() {
        errors.add("kind", "Choose what the rows are");
    }
    if upload.file.is_none() {
        errors.add("file", "Choose a file that is not empty");
    }
    let refuse = |errors| {
        New::page(&signed, &upload.kind, errors)
            .unprocessable()
            .into_response()
    };
    let (Some(kind), Some(file)) = (kind, &upload.file) else {
        return Ok(refuse(errors));
    };
    let (opened, name) = (file.reopen().map_err(unwritable)?, upload.name.clone());
    let suggestion = tokio::task::spawn_blocking(move || ingest::suggest(kind, opened, &name))
        .await
        .map_err(|error| domain::Error::conflict(format!("Reading the file stopped: {error}.")))?;
    let mapping = match suggestion {
        Ok(mapping) => mapping,
        Err(problem) => return Ok(refuse(errors.with("file", problem.to_string()))),
    };
    let act = signed.act(&app);
    let id = ingest::receive(
        &app.keelson,
        &act,
        kind,
        &upload.name,
        file.path(),
        &mapping,
    )
    .await?;
    let said = Flash::ok(format!(
        "{} is uploaded. Check how its columns are read, then start the import.",
        upload.name
    ));
    Ok(signed.done(&app, &hx, &format!("/imports/{id}/mapping"), said))
}

impl FromRequest<App> for Upload {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let mut parts = Multipart::from_request(request, app).await.map_err(|_| {
            Error::Unreadable("This address reads the form with a file only.".to_owned())
        })?;
        let mut upload = Self::default();
        while let Some(mut part) = parts.next_field().await.map_err(broken)? {
            match part.name() {
                Some("kind") => upload.kind = part.text().await.map_err(broken)?,
                Some("file") => {
                    upload.name = file_name(part.file_name().unwrap_or_default());
                    let mut file = NamedTempFile::new().map_err(unwritable)?;
                    let mut is_empty = true;
                    while let Some(chunk) = part.chunk().await.map_err(broken)? {
                        is_empty &= chunk.is_empty();
                        file.write_all(&chunk).map_err(unwritable)?;
                    }
                    file.flush().map_err(unwritable)?;
                    upload.file = (!is_empty).then_some(file);
                }
                name => {
                    let name: String = name.unwrap_or_default().chars().take(60).collect();
                    return Err(Error::Unreadable(format!(
                        "The form has no field \"{name}\". Go back, reload the page and try again."
                    )));
                }
            }
        }
        Ok(upload)
    }
}

/// The name alone: some browsers send the folders before it.
fn file_name(sent: &str) -> String {
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars()
        .filter(|letter| !letter.is_control())
        .take(200)
        .collect()
}

fn broken(error: MultipartError) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Error::TooLarge
    } else {
        Error::Unreadable("The form broke off on its way. Send it again.".to_owned())
    }
}

fn unwritable(error: std::io::Error) -> Error {
    domain::Error::damaged("upload", error.to_string()).into()
}
