//! A supplier's documents: adding, opening and withdrawing them.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, State, multipart::MultipartError},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chrono::NaiveDate;
use keelson_domain::{
    DocumentId, SupplierId,
    access::Permission,
    suppliers::{self, DocumentKind, MOST_BYTES, Reader, Supplier, Upload, Validity},
};
use serde::Deserialize;

use super::show::kinds;
use crate::{
    Allowed, App, Error, Path, Result, Signed,
    kit::{Flash, Html, Hx, Level, Locale, form::Field, format, marks},
};

/// The file, and what stands around it in a form.
pub(super) const LIMIT: usize = MOST_BYTES + 64 * 1024;

pub(super) struct DocumentRow {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) kind: &'static str,
    pub(super) valid_to: Html,
    pub(super) status: Html,
    pub(super) shared: bool,
    pub(super) by: String,
    pub(super) at: Html,
    pub(super) size: String,
    pub(super) withdraw: Option<String>,
}

/// The documents as rows, newest first.
pub(super) async fn rows(
    app: &App,
    signed: &Signed,
    supplier: SupplierId,
) -> Result<Vec<DocumentRow>> {
    let found = suppliers::documents(app.keelson.db.read(), supplier, Reader::Colleague).await?;
    let today = app.now().date_naive();
    let locale = signed.locale();
    let may_withdraw = signed.may(Permission::ManageDocuments);
    Ok(found
        .into_iter()
        .map(|document| {
            let href = format!("/suppliers/{supplier}/documents/{}", document.id);
            DocumentRow {
                kind: document.kind.words(),
                valid_to: document
                    .valid_to
                    .map_or_else(|| Html::from("No end date"), |on| format::day(on, locale)),
                status: status(document.validity(today), locale),
                shared: document.shared,
                at: format::day(document.uploaded_at.date_naive(), locale),
                size: size(document.bytes, locale),
                withdraw: may_withdraw.then(|| format!("{href}/withdrawal")),
                by: document.uploaded_by_name,
                name: document.name,
                href,
            }
        })
        .collect())
}

fn status(validity: Validity, locale: Locale) -> Html {
    match validity {
        Validity::Valid => marks::level("Valid", Level::Low),
        Validity::NotYet => marks::level("Not valid yet", Level::Medium),
        Validity::Ending(0) => marks::level("Ends today", Level::Medium),
        Validity::Ending(left) => marks::level(
            &format!("Ends in {}", format::days(left, locale)),
            Level::Medium,
        ),
        Validity::Ended(ago) => marks::level(
            &format!("Ended {} ago", format::days(ago, locale)),
            Level::High,
        ),
    }
}

fn size(bytes: i64, locale: Locale) -> String {
    if bytes < 1_048_576 {
        format!("{}\u{a0}kB", format::count((bytes + 1023) / 1024, locale))
    } else {
        format!(
            "{}\u{a0}MB",
            format::number(bytes as f64 / 1_048_576.0, 1, locale)
        )
    }
}

pub(super) fn fields() -> Vec<Field> {
    vec![
        Field::file("file", "File", ""),
        Field::select("kind", "What it is", kinds()),
        Field::date("valid_from", "Valid from").optional(),
        Field::date("valid_to", "Valid to").optional(),
        Field::check("shared", "The supplier may read it", false),
    ]
}

#[derive(Deserialize)]
pub(super) struct One {
    document: DocumentId,
}

/// The file, always as an attachment: nothing somebody uploaded is shown inside this site.
pub(super) async fn download(
    State(app): State<App>,
    Allowed(supplier): Allowed<Supplier>,
    Path(One { document }): Path<One>,
) -> Result<Response> {
    let (document, content) =
        suppliers::open_document(&app.keelson, supplier.id, Reader::Colleague, document).await?;
    let media = HeaderValue::from_str(&document.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, media),
        (
            header::CONTENT_DISPOSITION,
            crate::portal::attachment(&document.name),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, content).into_response())
}

pub(super) async fn withdraw(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Path(One { document }): Path<One>,
) -> Result<Response> {
    let act = signed.act(&app);
    suppliers::withdraw_document(&app.keelson, &act, supplier.id, Reader::Colleague, document)
        .await?;
    let said = Flash::ok("The document is withdrawn.");
    Ok(signed.done(&app, &hx, &tab(&supplier), said))
}

pub(super) async fn add(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    answers: Answers,
) -> Result<Response> {
    if answers.file_name.is_empty() {
        return Err(Error::Unreadable("Choose a file to add.".to_owned()));
    }
    let kind = DocumentKind::parse(&answers.kind)
        .ok_or_else(|| Error::Unreadable("Choose what the document is.".to_owned()))?;
    let upload = Upload {
        file_name: &answers.file_name,
        content: answers.content.clone(),
        kind,
        valid_from: date(&answers.valid_from)?,
        valid_to: date(&answers.valid_to)?,
        shared: answers.shared,
    };
    suppliers::upload_document(&app.keelson, &signed.act(&app), supplier.id, upload).await?;
    let said = Flash::ok(format!("{} is saved.", answers.file_name));
    Ok(signed.done(&app, &hx, &tab(&supplier), said))
}

fn tab(supplier: &Supplier) -> String {
    format!("/suppliers/{}?tab=documents", supplier.id)
}

fn date(text: &str) -> Result<Option<NaiveDate>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    crate::portal::typed_date(text).map(Some).ok_or_else(|| {
        Error::Unreadable(format!(
            "\"{}\" is not a date; write it like 31 Jan 2027.",
            text.trim()
        ))
    })
}

/// The form as it was sent.
#[derive(Default)]
pub(super) struct Answers {
    file_name: String,
    content: Bytes,
    kind: String,
    valid_from: String,
    valid_to: String,
    shared: bool,
}

impl FromRequest<App> for Answers {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let mut parts = Multipart::from_request(request, app).await.map_err(|_| {
            Error::Unreadable("This address reads the form with a file only.".to_owned())
        })?;
        let mut answers = Self::default();
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            match name.as_str() {
                "file" => {
                    answers.file_name = part.file_name().unwrap_or_default().to_owned();
                    answers.content = part.bytes().await.map_err(broken)?;
                }
                "kind" => answers.kind = part.text().await.map_err(broken)?,
                "valid_from" => answers.valid_from = part.text().await.map_err(broken)?,
                "valid_to" => answers.valid_to = part.text().await.map_err(broken)?,
                "shared" => answers.shared = part.text().await.map_err(broken)? == "on",
                _ => {
                    let name: String = name.chars().take(60).collect();
                    return Err(Error::Unreadable(format!(
                        "The form has no field \"{name}\". Go back, reload the page and try again."
                    )));
                }
            }
        }
        Ok(answers)
    }
}

fn broken(error: MultipartError) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Error::TooLarge
    } else {
        Error::Unreadable("The form broke off on its way. Send it again.".to_owned())
    }
}
