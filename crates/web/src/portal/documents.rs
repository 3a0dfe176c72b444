//! The documents both sides read: what the buying company shares with this supplier, and what the supplier itself added.

use std::collections::HashSet;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, State, multipart::MultipartError},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use keelson_domain::{
    self as domain, DocumentId, PersonId, SupplierId, access,
    suppliers::{
        Document, DocumentKind, MOST_BYTES, Reader, Upload, Validity, documents, open_document,
        upload_document,
    },
};
use serde::Deserialize;

use super::{Own, shell, words};
use crate::{
    App, Error, Path, Result, Signed,
    kit::{
        Flash, Html, Hx, Level, Locale, Page, PortalShell,
        form::{Choice, Errors, Field, SaveBar},
        format,
        list::Blank,
        marks,
    },
};

/// The file, and what stands around it in a form.
pub(super) const LIMIT: usize = MOST_BYTES + 64 * 1024;

#[derive(Template)]
#[template(path = "portal/documents.html")]
struct View {
    shell: PortalShell,
    lead: String,
    rows: Vec<Row>,
    blank: Blank,
}

/// A shared document.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) kind: &'static str,
    pub(super) valid_to: Html,
    pub(super) status: Html,
    pub(super) size: String,
    /// A colleague's name, or the buying company's: which of its people uploaded it is its own business.
    pub(super) by: String,
    pub(super) at: Html,
}

pub(super) async fn page(State(app): State<App>, signed: Signed, Own(own): Own) -> Result<Page> {
    let organisation = &signed.organisation().name;
    let view = View {
        shell: shell(&app, &signed, "/portal/documents").await?,
        lead: format!("What you and {organisation} share. Nobody else sees it."),
        rows: shared(&app, &signed, own).await?,
        blank: Blank::new(
            "file-text",
            "No documents yet",
            format!("Add a certificate or a policy, and {organisation} has it at hand."),
        )
        .action("Add a document", "/portal/documents/new"),
    };
    Ok(Page::whole(&view))
}

/// The shared documents as rows, newest first.
pub(super) async fn shared(app: &App, signed: &Signed, own: SupplierId) -> Result<Vec<Row>> {
    let db = app.keelson.db.read();
    let colleagues: HashSet<PersonId> = access::people_of_supplier(db, own)
        .await?
        .into_iter()
        .map(|person| person.id)
        .collect();
    let today = app.now().date_naive();
    let locale = signed.locale();
    let found = documents(db, own, Reader::Supplier).await?;
    Ok(found
        .into_iter()
        .map(|document| Row {
            href: format!("/portal/documents/{}", document.id),
            kind: document.kind.words(),
            valid_to: document
                .valid_to
                .map_or_else(|| Html::from("No end date"), |on| format::day(on, locale)),
            status: status(document.validity(today), document.valid_from, locale),
            size: size(document.bytes, locale),
            by: if colleagues.contains(&document.uploaded_by) {
                document.uploaded_by_name
            } else {
                signed.organisation().name.clone()
            },
            at: format::day(document.uploaded_at.date_naive(), locale),
            name: document.name,
        })
        .collect())
}

fn status(validity: Validity, from: Option<NaiveDate>, locale: Locale) -> Html {
    match validity {
        Validity::Valid => marks::level("Valid", Level::Low),
        Validity::NotYet => {
            let from = from.map_or_else(String::new, |on| {
                format!(" before {}", format::date(on, locale))
            });
            marks::level(&format!("Not valid{from}"), Level::Medium)
        }
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

/// The documents that should be replaced: ended or about to, and nothing newer of their kind reaches further.
pub(super) fn to_replace(all: &[Document], today: NaiveDate) -> Vec<(&Document, Validity)> {
    let is_replaced = |old: &Document| {
        // A supplier holds many certificates and agreements, and only a name tells them apart.
        let by_name = !matches!(
            old.kind,
            DocumentKind::Insurance | DocumentKind::CodeOfConduct | DocumentKind::Tax
        );
        all.iter().any(|new| {
            new.uploaded_at > old.uploaded_at
                && new.kind == old.kind
                && (!by_name || new.name == old.name)
                && new.valid_to.is_none_or(|to| Some(to) > old.valid_to)
        })
    };
    all.iter()
        .map(|document| (document, document.validity(today)))
        .filter(|&(document, validity)| {
            matches!(validity, Validity::Ending(_) | Validity::Ended(_)) && !is_replaced(document)
        })
        .collect()
}

#[derive(Deserialize)]
pub(super) struct One {
    document: DocumentId,
}

/// The file, always as an attachment: nothing somebody uploaded is shown inside this site.
pub(super) async fn download(
    State(app): State<App>,
    Own(own): Own,
    Path(One { document }): Path<One>,
) -> Result<Response> {
    let (document, content) = open_document(&app.keelson, own, Reader::Supplier, document).await?;
    let media = HeaderValue::from_str(&document.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, media),
        (header::CONTENT_DISPOSITION, attachment(&document.name)),
    ];
    Ok((headers, content).into_response())
}

/// "Save as" with the name as it is, and in plain letters for clients that read no other.
pub(crate) fn attachment(name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|c| {
            let fits = c.is_ascii_graphic() || c == ' ';
            if fits && !matches!(c, '"' | '\\' | '%') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut coded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            coded.push(char::from(byte));
        } else {
            coded.push_str(&format!("%{byte:02X}"));
        }
    }
    HeaderValue::from_str(&format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}"
    ))
    .unwrap_or(HeaderValue::from_static("attachment"))
}

#[derive(Template)]
#[template(path = "portal/document_form.html")]
struct FormView {
    shell: PortalShell,
    errors: Errors,
    lead: String,
    answers: Answers,
}

/// The form as it was sent. The file itself a browser cannot be given back.
#[derive(Default)]
pub(super) struct Answers {
    kind: String,
    valid_from: String,
    valid_to: String,
    file_name: String,
    content: Bytes,
}

impl FormView {
    async fn of(app: &App, signed: &Signed, answers: Answers, errors: Errors) -> Result<Self> {
        let mut shell = shell(app, signed, "/portal/documents").await?;
        shell.has_errors = !errors.is_empty();
        let organisation = &signed.organisation().name;
        Ok(Self {
            shell,
            errors,
            lead: format!(
                "{organisation} and your colleagues can read it. Other suppliers cannot."
            ),
            answers,
        })
    }

    fn fields(&self) -> [Field; 4] {
        let kinds = DocumentKind::ALL
            .map(|kind| Choice::new(kind.code(), kind.words()))
            .into();
        let kind = match self.answers.kind.as_str() {
            "" => DocumentKind::Certificate.code(),
            kind => kind,
        };
        [
            Field::file("file", "File", ".pdf,.png,.jpg,.jpeg,.docx,.xlsx,.csv,.txt").hint(
                format!(
                    "PDF, PNG, JPEG, DOCX, XLSX, CSV or TXT, up to {} MB",
                    MOST_BYTES / 1_048_576
                ),
            ),
            Field::select("kind", "What it is", kinds).value(kind),
            Field::date("valid_from", "Valid from")
                .value(&self.answers.valid_from)
                .optional(),
            Field::date("valid_to", "Valid to")
                .value(&self.answers.valid_to)
                .optional(),
        ]
        .map(|field| field.error(&self.errors))
    }
}

pub(super) async fn new(State(app): State<App>, signed: Signed) -> Result<Page> {
    let view = FormView::of(&app, &signed, Answers::default(), Errors::none()).await?;
    Ok(Page::whole(&view))
}

pub(super) async fn add(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Own(own): Own,
    answers: Answers,
) -> Result<Response> {
    let mut errors = Errors::none();
    if answers.file_name.is_empty() {
        errors.add("file", "Choose a file");
    }
    let kind = DocumentKind::parse(&answers.kind);
    if kind.is_none() {
        errors.add("kind", "Choose what it is");
    }
    let valid_from = date("valid_from", &answers.valid_from, &mut errors);
    let valid_to = date("valid_to", &answers.valid_to, &mut errors);
    if let Some(kind) = kind.filter(|_| errors.is_empty()) {
        let upload = Upload {
            file_name: &answers.file_name,
            content: answers.content.clone(),
            kind,
            valid_from,
            valid_to,
            shared: true,
        };
        match upload_document(&app.keelson, &signed.act(&app), own, upload).await {
            Ok(_) => {
                let said = Flash::ok(format!(
                    "Your document is saved. {} can read it now.",
                    signed.organisation().name
                ));
                return Ok(signed.done(&app, &hx, "/portal/documents", said));
            }
            Err(domain::Error::Invalid(fields)) => fields
                .into_iter()
                .for_each(|field| errors.add(&field.name, field.message)),
            Err(error) => return Err(error.into()),
        }
    }
    let view = FormView::of(&app, &signed, answers, errors).await?;
    Ok(Page::whole(&view).unprocessable().into_response())
}

fn date(field: &str, text: &str, errors: &mut Errors) -> Option<NaiveDate> {
    if text.trim().is_empty() {
        return None;
    }
    let day = words::typed_date(text);
    if day.is_none() {
        errors.add(field, "Enter a date, for example 31 Jan 2027");
    }
    day
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

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn a_name_with_accents_and_quotes_is_a_header_that_holds() {
        let header = attachment("Zertifikat \"Güte\".pdf");
        assert_eq!(
            header.to_str().unwrap(),
            "attachment; filename=\"Zertifikat _G_te_.pdf\"; filename*=UTF-8''Zertifikat%20%22G%C3%BCte%22.pdf"
        );
    }

    #[test]
    fn what_was_replaced_is_not_asked_for_again() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let document = |id: i64, kind, name: &str, left: i64| Document {
            id: DocumentId(id),
            name: name.to_owned(),
            kind,
            media_type: "application/pdf".to_owned(),
            bytes: 1,
            sha256: String::new(),
            valid_from: None,
            valid_to: Some(today + TimeDelta::days(left)),
            shared: true,
            uploaded_by: PersonId(1),
            uploaded_by_name: String::new(),
            uploaded_at: DateTime::UNIX_EPOCH + TimeDelta::days(id),
        };
        let all = [
            document(1, DocumentKind::Insurance, "2025.pdf", -3),
            document(2, DocumentKind::Insurance, "2026.pdf", 300),
            document(3, DocumentKind::Certificate, "ISO 9001.pdf", 20),
            document(4, DocumentKind::Certificate, "ISO 14001.pdf", 400),
            document(5, DocumentKind::Other, "Map.pdf", 61),
        ];
        let asked: Vec<i64> = to_replace(&all, today)
            .into_iter()
            .map(|(document, _)| document.id.0)
            .collect();
        assert_eq!(
            asked,
            [3],
            "another certificate replaces none of a different name"
        );
    }
}
