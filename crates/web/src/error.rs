//! What went wrong, as an answer: the one place that turns errors into status codes, pages and JSON.

use std::borrow::Cow;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use keelson_domain as domain;

use crate::{
    kit::Problem,
    server::{App, RequestId, address},
};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request gets no page. Handlers pass errors on with `?`; a form's own errors come back as the form.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignIn,
    /// It does not exist, or this person may not know that it does.
    #[error("not found")]
    NotFound,
    /// A request of this shape is refused whoever sends it; the sentence says why.
    #[error("{0}")]
    Refused(Cow<'static, str>),
    /// The request cannot be understood: an unknown field, a number that is none.
    #[error("{0}")]
    Unreadable(String),
    #[error("the request is larger than allowed")]
    TooLarge,
    #[error(transparent)]
    Domain(#[from] domain::Error),
}

/// What an error answer carries until [`dress`] makes it a page for this person.
#[derive(Clone, Debug)]
struct Failure {
    status: StatusCode,
    title: Cow<'static, str>,
    text: String,
    /// For the log, never for the page.
    cause: Option<String>,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let failure = Failure::from(self);
        let mut response = failure.status.into_response();
        response.extensions_mut().insert(failure);
        response
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::SignIn => Self::of(StatusCode::UNAUTHORIZED),
            Error::NotFound | Error::Domain(domain::Error::NotFound(_)) => {
                Self::of(StatusCode::NOT_FOUND)
            }
            Error::Refused(text) => Self {
                text: text.into_owned(),
                ..Self::of(StatusCode::FORBIDDEN)
            },
            Error::Unreadable(text) => Self {
                text,
                ..Self::of(StatusCode::UNPROCESSABLE_ENTITY)
            },
            Error::TooLarge => Self::of(StatusCode::PAYLOAD_TOO_LARGE),
            Error::Domain(error) => Self::from(error),
        }
    }
}

impl From<domain::Error> for Failure {
    fn from(error: domain::Error) -> Self {
        match error {
            domain::Error::NotFound(_) => Self::of(StatusCode::NOT_FOUND),
            domain::Error::Invalid(fields) => Self {
                text: fields
                    .into_iter()
                    .map(|field| field.message)
                    .collect::<Vec<_>>()
                    .join(". "),
                ..Self::of(StatusCode::UNPROCESSABLE_ENTITY)
            },
            domain::Error::Conflict(text) => Self {
                text: text.into_owned(),
                ..Self::of(StatusCode::CONFLICT)
            },
            domain::Error::Forbidden(text) => Self {
                text: text.into_owned(),
                ..Self::of(StatusCode::FORBIDDEN)
            },
            domain::Error::Database(_)
            | domain::Error::Storage(_)
            | domain::Error::Analytics(_)
            | domain::Error::Damaged { .. } => Self {
                cause: Some(error.to_string()),
                ..Self::of(StatusCode::INTERNAL_SERVER_ERROR)
            },
        }
    }
}

impl Failure {
    /// What a status says when nobody said more.
    fn of(status: StatusCode) -> Self {
        let (title, text) = match status {
            StatusCode::UNAUTHORIZED => (
                "Sign in to go on",
                "Your session has ended, or there was none. Sign in and try again.",
            ),
            StatusCode::FORBIDDEN => ("This is not allowed", "Your role does not include it."),
            StatusCode::NOT_FOUND => (
                "This page does not exist",
                "The address may be mistyped, the record may have been merged or removed, or your role may not include it. \
                 Search for it by name, or ask an administrator what you should be able to see.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "This address does not work like that",
                "It may be the address of a form. Go back and send it from its page.",
            ),
            StatusCode::CONFLICT => (
                "This cannot be done now",
                "Somebody may have changed it meanwhile.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (
                "This is too large",
                "The form or file is larger than this page accepts. Send less, or split the file.",
            ),
            StatusCode::SERVICE_UNAVAILABLE => ("Keelson is busy", "Try again in a moment."),
            status if status.is_server_error() => (
                "Something on our side failed",
                "A change is either saved whole or not at all, so nothing is half done. Try again in a moment. \
                 If it fails again, send the reference below to your administrator.",
            ),
            _ => (
                "This could not be read",
                "The request holds something this page does not know. Go back, reload and try again.",
            ),
        };
        Self {
            status,
            title: title.into(),
            text: text.to_owned(),
            cause: None,
        }
    }
}

/// What a panic is answered with. What it said goes to the log only.
pub(crate) fn after_panic(panic: Box<dyn std::any::Any + Send>) -> Response {
    let said = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    let failure = Failure {
        cause: Some(format!("a handler panicked: {}", said.unwrap_or_default())),
        ..Failure::of(StatusCode::INTERNAL_SERVER_ERROR)
    };
    let mut response = failure.status.into_response();
    response.extensions_mut().insert(failure);
    response
}

/// Turns every error answer into what its reader expects: the sign-in page, a page of ours, or a problem document.
pub(crate) async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let mut response = next.run(request).await;
    let status = response.status();
    let failure = match response.extensions_mut().remove::<Failure>() {
        Some(failure) => failure,
        // What axum and tower refuse by themselves comes as plain text.
        None if (status.is_client_error() || status.is_server_error())
            && !is_finished(&response) =>
        {
            Failure::of(status)
        }
        None => return response,
    };
    if let Some(cause) = &failure.cause {
        tracing::error!(request = %asked.id, cause, "a request failed");
    }
    let mut answer = asked.answer(&app, failure).await;
    // A method that is not allowed names those that are, a cookie that must go still goes.
    for kept in [header::ALLOW, header::SET_COOKIE] {
        for value in response.headers().get_all(&kept) {
            answer.headers_mut().append(kept.clone(), value.clone());
        }
    }
    if let Some(person) = response.extensions().get::<domain::PersonId>() {
        answer.extensions_mut().insert(*person);
    }
    answer
}

/// Whether a handler made this answer itself: a form that needs fixing, a problem document.
fn is_finished(response: &Response) -> bool {
    let content_type = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| text.starts_with("text/html") || text.contains("json"))
}

/// What matters of a request for how its failure is told.
struct Asked {
    id: RequestId,
    method: Method,
    path: String,
    htmx: bool,
    /// Where the person is, as htmx says it.
    page: Option<String>,
    json: bool,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let text = |name: &str| {
            request
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let uri = request.uri();
        Self {
            id: request
                .extensions()
                .get::<RequestId>()
                .cloned()
                .unwrap_or_default(),
            method: request.method().clone(),
            path: uri
                .path_and_query()
                .map_or_else(|| uri.path().to_owned(), ToString::to_string),
            htmx: text("hx-request") == Some("true"),
            page: text("hx-current-url").map(str::to_owned),
            json: text("accept")
                .is_some_and(|accept| accept.contains("json") && !accept.contains("html")),
        }
    }

    async fn answer(self, app: &App, failure: Failure) -> Response {
        if self.json {
            return self.problem_document(&failure);
        }
        if failure.status == StatusCode::UNAUTHORIZED
            && let Some(response) = self.to_sign_in()
        {
            return response;
        }
        let way_out = if failure.status == StatusCode::UNAUTHORIZED {
            ("Sign in".to_owned(), "/sign-in".to_owned())
        } else {
            ("Go to home".to_owned(), "/".to_owned())
        };
        let reference = failure
            .status
            .is_server_error()
            .then(|| self.id.to_string());
        Problem {
            shell: app.bare_shell().await,
            status: failure.status,
            title: failure.title.into_owned(),
            text: failure.text,
            reference,
            way_out,
        }
        .into_response()
    }

    /// Sends a reader to sign in and back again. A form that was sent is not repeated by itself, so its sender is told instead.
    fn to_sign_in(&self) -> Option<Response> {
        if self.htmx {
            let page = self
                .page
                .as_deref()
                .and_then(address::path_of)
                .unwrap_or("/");
            let redirect = [("hx-redirect", address::sign_in(page))];
            return Some((StatusCode::UNAUTHORIZED, redirect).into_response());
        }
        let reads = self.method == Method::GET || self.method == Method::HEAD;
        reads.then(|| {
            (
                StatusCode::SEE_OTHER,
                [(header::LOCATION, address::sign_in(&self.path))],
            )
                .into_response()
        })
    }

    fn problem_document(&self, failure: &Failure) -> Response {
        let document = serde_json::json!({
            "title": failure.title,
            "status": failure.status.as_u16(),
            "detail": failure.text,
            "reference": self.id.to_string(),
        });
        let media = [(header::CONTENT_TYPE, "application/problem+json")];
        (failure.status, media, document.to_string()).into_response()
    }
}
