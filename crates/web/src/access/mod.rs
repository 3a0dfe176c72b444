//! Coming in: sign-in, links, set-up, invitations; and everybody's own account.

mod account;
mod invitation;
mod reset;
mod set_up;
mod sign_in;
mod sign_out;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use keelson_domain::access::Secret;

use crate::{
    Access::{Public, SignedIn},
    App, Routes,
    kit::{BareShell, Locale, Page, Problem, form::Choice, format},
    server::guard,
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/sign-in", Public, sign_in::show)
        .post("/sign-in", Public, sign_in::with_password)
        .post("/sign-in/link", Public, sign_in::ask_for_link)
        .get("/sign-in/link/{token}", Public, sign_in::show_link)
        .post("/sign-in/link/{token}", Public, sign_in::with_link)
        .get("/reset", Public, reset::show)
        .post("/reset", Public, reset::ask)
        .get("/reset/{token}", Public, reset::show_link)
        .post("/reset/{token}", Public, reset::with_link)
        .get("/invitation/{token}", Public, invitation::show)
        .post("/invitation/{token}", Public, invitation::accept)
        .get("/set-up", Public, set_up::where_to)
        .get("/set-up/{token}", Public, set_up::show)
        .post("/set-up/{token}", Public, set_up::found)
        .post("/sign-out", Public, sign_out::sign_out)
        .get("/account", SignedIn, account::show)
        .post("/account/name", SignedIn, account::rename)
        .post("/account/preferences", SignedIn, account::prefer)
        .post("/account/password", SignedIn, account::change_password)
        .post(
            "/account/sessions/{session}/end",
            SignedIn,
            account::end_session,
        )
}

/// A short page with one thing to say.
#[derive(Template)]
#[template(path = "access/note.html")]
struct Note {
    shell: BareShell,
    title: &'static str,
    text: String,
}

/// The reader is signed in now: gives the session and sends them to where they wanted, if it is theirs.
fn welcome(app: &App, session: &Secret, to: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    guard::begin(app, &mut response, session);
    response
}

/// Used, too old, replaced, or never made: the same page for all.
async fn dead_link(app: &App, what: &str) -> Response {
    let text = format!(
        "{what} works once and for a limited time. This one has been used, has run out, or was replaced by a newer one."
    );
    Problem {
        title: "This link no longer works".to_owned(),
        text,
        ..Problem::not_found(app.bare_shell().await)
    }
    .way_out("Go to sign-in", "/sign-in")
    .into_response()
}

/// How numbers and dates can be written, each shown by an example.
pub(crate) fn locales() -> Vec<Choice> {
    let example = |locale: Locale| {
        let day = chrono::NaiveDate::from_ymd_opt(2027, 1, 31).unwrap_or_default();
        format!(
            "{}, {}",
            format::number(1_234_567.89, 2, locale),
            format::date(day, locale)
        )
    };
    Locale::ALL
        .into_iter()
        .map(|locale| {
            Choice::new(
                locale.tag(),
                format!("{} ({})", example(locale), locale.tag()),
            )
        })
        .collect()
}

/// The tag, if it is one of [`locales`].
pub(crate) fn known_locale(tag: &str) -> Option<&'static str> {
    Locale::ALL
        .into_iter()
        .map(Locale::tag)
        .find(|known| *known == tag)
}

/// A form that needs fixing.
fn unprocessable(view: &impl Template) -> Response {
    Page::whole(view).unprocessable().into_response()
}
