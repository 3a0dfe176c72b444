//! Answers: a whole page or the fragment htmx asked for, and the pages that say what went wrong.

use std::convert::Infallible;

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use super::shell::BareShell;

/// What htmx says about the request; every handler that can answer with a fragment takes it.
#[derive(Debug, Clone, Default)]
pub struct Hx {
    is_request: bool,
    restores_history: bool,
    target: Option<String>,
}

impl Hx {
    /// Whether a fragment is wanted. When the browser goes back htmx asks with its header too, but needs the whole page.
    pub fn wants_fragment(&self) -> bool {
        self.is_request && !self.restores_history
    }

    /// The id of the element that will be replaced, where it has one.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    fn read(headers: &HeaderMap) -> Self {
        let is_true = |name: &str| headers.get(name).is_some_and(|value| value == "true");
        // htmx 4 writes `div#results`, htmx 2 writes `results`.
        let target = headers
            .get("hx-target")
            .and_then(|value| value.to_str().ok());
        Self {
            is_request: is_true("hx-request"),
            restores_history: is_true("hx-history-restore-request"),
            target: target.map(|text| text.rsplit('#').next().unwrap_or(text).to_owned()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Hx {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::read(&parts.headers))
    }
}

/// A rendered answer. Caches are told that the same address gives a page or a fragment.
#[derive(Debug)]
pub struct Page {
    status: StatusCode,
    html: askama::Result<String>,
    push: Option<String>,
}

impl Page {
    /// A page that is always whole.
    pub fn whole(view: &impl Template) -> Self {
        Self {
            status: StatusCode::OK,
            html: view.render(),
            push: None,
        }
    }

    /// The whole page, or one block of it for htmx: `Page::of(&hx, &view, &view.as_results())`.
    pub fn of(hx: &Hx, view: &impl Template, fragment: &impl Template) -> Self {
        let html = if hx.wants_fragment() {
            fragment.render()
        } else {
            view.render()
        };
        Self {
            status: StatusCode::OK,
            html,
            push: None,
        }
    }

    /// For answers to a form that needs fixing: 422 swaps the form in place.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub fn unprocessable(self) -> Self {
        self.status(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// Puts another address into the browser's bar, for a list whose filters were normalised.
    pub fn push_url(mut self, address: impl Into<String>) -> Self {
        self.push = Some(address.into());
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let html = match self.html {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(%error, "a template could not be rendered");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let mut response = (self.status, html).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        headers.insert(
            header::VARY,
            HeaderValue::from_static("HX-Request, HX-History-Restore-Request"),
        );
        // Pages show one person's data: neither the browser's disk nor a proxy keeps them.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(address) = self
            .push
            .and_then(|address| HeaderValue::from_str(&address).ok())
        {
            headers.insert(HeaderName::from_static("hx-push-url"), address);
        }
        response
    }
}

/// Sends the browser on after a successful POST: a redirect, which for htmx must travel in a header of its own.
pub fn redirect(hx: &Hx, to: &str) -> Response {
    let Ok(address) = HeaderValue::from_str(to) else {
        tracing::error!(
            to,
            "an address to redirect to holds characters a header cannot carry"
        );
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if hx.wants_fragment() {
        return (
            StatusCode::OK,
            [(HeaderName::from_static("hx-redirect"), address)],
        )
            .into_response();
    }
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}

/// A page that says what went wrong and what to do next.
#[derive(Debug, Template)]
#[template(path = "kit/problem.html")]
pub struct Problem {
    pub shell: BareShell,
    pub status: StatusCode,
    pub title: String,
    pub text: String,
    /// What support finds the log line by; shown with faults of ours.
    pub reference: Option<String>,
    /// Where to go from here: label and address.
    pub way_out: (String, String),
}

impl Problem {
    /// Missing and forbidden look the same: what one may not see does not exist.
    pub fn not_found(shell: BareShell) -> Self {
        Self {
            shell,
            status: StatusCode::NOT_FOUND,
            title: "This page does not exist".to_owned(),
            text: "The address may be mistyped, the record may have been merged or removed, or your role may not include it. \
                   Search for it by name, or ask an administrator what you should be able to see."
                .to_owned(),
            reference: None,
            way_out: ("Go to home".to_owned(), "/".to_owned()),
        }
    }

    /// A request that cannot be understood or carried out; `text` says what was wrong and what to do.
    pub fn unprocessable(
        shell: BareShell,
        title: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self {
            shell,
            status: StatusCode::UNPROCESSABLE_ENTITY,
            title: title.into(),
            text: text.into(),
            reference: None,
            way_out: ("Go to home".to_owned(), "/".to_owned()),
        }
    }

    /// A fault of ours. The reference is in the log line too.
    pub fn internal(shell: BareShell, reference: impl Into<String>) -> Self {
        Self {
            shell,
            status: StatusCode::INTERNAL_SERVER_ERROR,
            title: "Something on our side failed".to_owned(),
            text: "A change is either saved whole or not at all, so nothing is half done. Try again in a moment. \
                   If it fails again, send the reference below to your administrator."
                .to_owned(),
            reference: Some(reference.into()),
            way_out: ("Go to home".to_owned(), "/".to_owned()),
        }
    }

    pub fn way_out(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.way_out = (label.into(), href.into());
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Page::whole(&self).status(self.status).into_response();
        // htmx 4 swaps errors too; a whole page belongs in place of the whole page, not inside a table.
        let headers = response.headers_mut();
        headers.insert(
            HeaderName::from_static("hx-retarget"),
            HeaderValue::from_static("body"),
        );
        headers.insert(
            HeaderName::from_static("hx-reswap"),
            HeaderValue::from_static("outerSync"),
        );
        response
    }
}
