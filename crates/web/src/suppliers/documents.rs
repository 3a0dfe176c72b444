//! A supplier's documents: the tab, adding, opening and withdrawing them.

use askama::{Template, filters::HtmlSafe};
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, State, multipart::MultipartError},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chrono::NaiveDate;
use keelson_domain::{
    DocumentId,
    access::Permission,
    suppliers::{self, DocumentKind, MOST_BYTES, Reader, Supplier, Upload, Validity},
};
use serde::Deserialize;

use super::{
    part::{Nothing, at, mistakes},
    show::{self, Asked, Tab},
};
use crate::{
    Allowed, App, Error, Form, Path, Result, Signed,
    kit::{
        Flash, Html, Hx, Level, Locale,
        form::{Choice, Errors, Field},
        format, marks,
    },
};

/// The file, and what stands around it in a form.
pub(super) const LIMIT: usize = MOST_BYTES + 64 * 1024;

/// The documents of a supplier, newest first, and the form that adds one.
#[derive(Template)]
#[template(path = "suppliers/documents.html")]
pub(super) struct Documents {
    home: String,
    rows: Vec<DocumentRow>,
    errors: Errors,
    form: Option<Vec<Field>>,
}

impl HtmlSafe for Documents {}

struct DocumentRow {
    name: String,
    href: String,
    kind: &'static str,
    valid_to: Html,
    status: Html,
    shared: bool,
    by: String,
    at: Html,
    size: String,
    withdraw: Option<String>,
}

impl Documents {
    /// The tab; `answers` and `errors` are those of a form that needs fixing.
    pub(super) async fn of(
        app: &App,
        signed: &Signed,
        supplier: &Supplier,
        answers: Option<&Answers>,
        errors: Errors,
    ) -> Result<Self> {
        let db = app.keelson.db.read();
        let found = suppliers::documents(db, supplier.id, Reader::Colleague).await?;
        let may_manage = signed.may(Permission::ManageDocuments);
        let today = app.now().date_naive();
        let locale = signed.locale();
        let home = format!("/suppliers/{}", supplier.id);
        Ok(Self {
            rows: found
                .into_iter()
                .map(|document| {
                    let href = format!("{home}/documents/{}", document.id);
                    DocumentRow {
                        kind: document.kind.words(),
                        valid_to: document.valid_to.map_or_else(
                            || Html::from("No end date"),
                            |on| format::day(on, locale),
                        ),
                        status: status(document.validity(today), locale),
                        shared: document.shared,
                        at: format::day(document.uploaded_at.date_naive(), locale),
                        size: size(document.bytes, locale),
                        withdraw: may_manage.then(|| format!("{href}/withdrawal")),
                        by: document.uploaded_by_name,
                        name: document.name,
                        href,
                    }
                })
                .collect(),
            form: may_manage.then(|| fields(supplier, answers, &errors)),
            errors,
            home,
        })
    }
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

fn fields(supplier: &Supplier, answers: Option<&Answers>, errors: &Errors) -> Vec<Field> {
    let text = |of: fn(&Answers) -> &String| answers.map_or("", |answers| of(answers).as_str());
    let kinds = [
        DocumentKind::Certificate,
        DocumentKind::Insurance,
        DocumentKind::CodeOfConduct,
        DocumentKind::Agreement,
        DocumentKind::Tax,
        DocumentKind::Other,
    ]
    .map(|kind| Choice::new(kind.code(), kind.words()))
    .into();
    let may_read = format!("{} may read it", supplier.details.name);
    [
        Field::file("file", "File", ".pdf,.docx,.xlsx,.png,.jpg,.jpeg,.txt,.csv").hint(format!(
            "PDF, Word, Excel, image or text, up to {} MB",
            MOST_BYTES / 1_048_576
        )),
        Field::select("kind", "What it is", kinds).value(text(|answers| &answers.kind)),
        Field::date("valid_from", "Valid from")
            .value(text(|answers| &answers.valid_from))
            .optional(),
        Field::date("valid_to", "Valid to")
            .value(text(|answers| &answers.valid_to))
            .optional(),
        Field::check(
            "shared",
            &may_read,
            answers.is_some_and(|answers| answers.shared),
        ),
    ]
    .into_iter()
    .map(|field| field.error(errors))
    .collect()
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
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let act = signed.act(&app);
    suppliers::withdraw_document(&app.keelson, &act, supplier.id, Reader::Colleague, document)
        .await?;
    let said = Flash::ok("The document is withdrawn.");
    Ok(signed.done(&app, &hx, &at(&supplier, "documents"), said))
}

pub(super) async fn add(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    answers: Answers,
) -> Result<Response> {
    let errors = match answers.read() {
        Err(errors) => errors,
        Ok(upload) => {
            let act = signed.act(&app);
            let added = suppliers::upload_document(&app.keelson, &act, supplier.id, upload).await;
            let Err(errors) = mistakes(added)? else {
                let said = Flash::ok(format!("{} is saved.", answers.file_name));
                return Ok(signed.done(&app, &hx, &at(&supplier, "documents"), said));
            };
            errors
        }
    };
    let tab = Documents::of(&app, &signed, &supplier, Some(&answers), errors).await?;
    let asked = Asked::tab(Tab::Documents);
    let page = show::with(&app, &signed, &supplier, &asked, Html::of(tab), true).await?;
    Ok(page.unprocessable().into_response())
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

impl Answers {
    /// What is to be kept, or what needs fixing first.
    fn read(&self) -> Result<Upload<'_>, Errors> {
        let mut errors = Errors::none();
        if self.file_name.is_empty() {
            errors.add("file", "Choose a file to add.");
        }
        let kind = DocumentKind::parse(&self.kind);
        if kind.is_none() {
            errors.add("kind", "Choose what the document is.");
        }
        let mut date = |field: &str, text: &str| -> Option<NaiveDate> {
            let text = text.trim();
            let read = crate::portal::typed_date(text);
            if !text.is_empty() && read.is_none() {
                errors.add(
                    field,
                    format!("\"{text}\" is not a date; write it like 31 Jan 2027."),
                );
            }
            read
        };
        let valid_from = date("valid_from", &self.valid_from);
        let valid_to = date("valid_to", &self.valid_to);
        let (Some(kind), true) = (kind, errors.is_empty()) else {
            return Err(errors);
        };
        Ok(Upload {
            file_name: &self.file_name,
            content: self.content.clone(),
            kind,
            valid_from,
            valid_to,
            shared: self.shared,
        })
    }
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
