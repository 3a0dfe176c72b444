use std::io::Write as _;

use askama::Template;
use axum::{
    extract::{FromRequest, Multipart, Request, State, multipart::MultipartError},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use keelson_domain::{
    self as domain,
    ingest::{self, Kind, Mapping},
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

/// More files at once nobody maps with one look.
const MOST_FILES: usize = 100;

#[derive(Template)]
#[template(path = "ingest/new.html")]
struct New {
    shell: Shell,
    errors: Errors,
    kind: Field,
    file: Field,
    mapping: Option<Field>,
}

impl New {
    async fn page(app: &App, signed: &Signed, asked: &Upload, errors: Errors) -> Result<Page> {
        let kept = ingest::kept_mappings(app.keelson.db.read()).await?;
        let mappings = std::iter::once(Choice::new("", "Guess it from the file"))
            .chain(kept.into_iter().map(|kept| {
                let label = format!(
                    "{} ({})",
                    kept.name,
                    kind_in_words(kept.kind).to_lowercase()
                );
                Choice::new(kept.name, label)
            }))
            .collect::<Vec<_>>();
        let choices = Kind::ALL
            .into_iter()
            .map(|kind| Choice::new(kind.code(), kind_in_words(kind)).hint(describe(kind)));
        Ok(Page::whole(&Self {
            shell: Shell {
                has_errors: !errors.is_empty(),
                ..signed.shell(NavItem::Imports)
            },
            kind: Field::radios("kind", "What the rows are", choices.collect())
                .value(&asked.kind)
                .error(&errors),
            file: Field::file("file", "Files", ".csv,.tsv,.txt,.gz,.xlsx,.json,.jsonl")
                .hint("CSV, Excel or JSON, with the names of the columns in it; also packed as .gz. Several files of one kind are mapped together")
                .several()
                .error(&errors),
            mapping: (mappings.len() > 1).then(|| {
                Field::select("mapping", "How the columns are read", mappings)
                    .value(&asked.mapping)
                    .hint("A saved mapping, or one guessed from the names and values of the columns")
                    .error(&errors)
            }),
            errors,
        }))
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

pub(super) async fn page(State(app): State<App>, signed: Signed) -> Result<Page> {
    New::page(&app, &signed, &Upload::default(), Errors::none()).await
}

/// What was uploaded; the files lie on disk, however large they are.
#[derive(Default)]
pub(super) struct Upload {
    kind: String,
    mapping: String,
    files: Vec<(String, NamedTempFile)>,
}

/// Takes the files in, each with the mapping chosen or one guessed from it, and goes on to the first one's mapping. Where one
/// of them is no table, none is taken: they were meant to come together.
pub(super) async fn receive(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    upload: Upload,
) -> Result<Response> {
    let (kind, mappings) = match understood(&app, &upload).await? {
        Ok(understood) => understood,
        Err(errors) => {
            let page = New::page(&app, &signed, &upload, errors).await?;
            return Ok(page.unprocessable().into_response());
        }
    };
    let act = signed.act(&app);
    let mut first = None;
    for ((name, file), mapping) in upload.files.iter().zip(&mappings) {
        let id = ingest::receive(&app.keelson, &act, kind, name, file.path(), mapping).await?;
        first.get_or_insert(id);
    }
    let (Some(first), [(name, _), ..]) = (first, upload.files.as_slice()) else {
        return Err(Error::Unreadable("The form holds no file.".to_owned()));
    };
    let what = match upload.files.len() {
        1 => format!("{name} is uploaded."),
        count => format!("{count} files are uploaded; {name} stands for them."),
    };
    let said = Flash::ok(format!(
        "{what} Check how the columns are read, then look at what would change."
    ));
    Ok(signed.done(&app, &hx, &format!("/imports/{first}/mapping"), said))
}

/// The kind and a mapping for each file, or what is wrong with the answers.
async fn understood(app: &App, upload: &Upload) -> Result<Result<(Kind, Vec<Mapping>), Errors>> {
    let mut errors = Errors::none();
    let kind = Kind::parse(&upload.kind);
    if kind.is_none() {
        errors.add("kind", "Choose what the rows are");
    }
    if upload.files.is_empty() {
        errors.add("file", "Choose a file that is not empty");
    }
    let (Some(kind), true) = (kind, errors.is_empty()) else {
        return Ok(Err(errors));
    };
    let chosen = match upload.mapping.as_str() {
        "" => None,
        name => match ingest::kept_mapping(app.keelson.db.read(), name).await? {
            Some(kept) if kept.kind == kind => Mapping::parse(&kept.toml).ok(),
            _ => {
                let text = "This mapping is for another kind of rows; choose another one";
                return Ok(Err(errors.with("mapping", text)));
            }
        },
    };
    let mut mappings = Vec::new();
    for (name, file) in &upload.files {
        let (opened, named) = (file.reopen().map_err(unwritable)?, name.clone());
        // Guessed also where a mapping is chosen: whether the file is a table at all is found out here.
        let guessed = tokio::task::spawn_blocking(move || ingest::suggest(kind, opened, &named))
            .await
            .map_err(|error| {
                domain::Error::conflict(format!("Reading the file stopped: {error}."))
            })?;
        match guessed {
            Ok(guessed) => mappings.push(chosen.clone().unwrap_or(guessed)),
            Err(problem) => errors.add("file", format!("{name}: {problem}")),
        }
    }
    Ok(if errors.is_empty() {
        Ok((kind, mappings))
    } else {
        Err(errors)
    })
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
                Some("mapping") => upload.mapping = part.text().await.map_err(broken)?,
                Some("file") => {
                    let name = file_name(part.file_name().unwrap_or_default());
                    let mut file = NamedTempFile::new().map_err(unwritable)?;
                    let mut is_empty = true;
                    while let Some(chunk) = part.chunk().await.map_err(broken)? {
                        is_empty &= chunk.is_empty();
                        file.write_all(&chunk).map_err(unwritable)?;
                    }
                    file.flush().map_err(unwritable)?;
                    if !is_empty && upload.files.len() < MOST_FILES {
                        upload.files.push((name, file));
                    }
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
