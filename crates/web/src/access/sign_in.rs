use std::fmt::Write as _;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use chrono::TimeDelta;
use keelson_domain::access::{
    Email, Organisation, Person, Secret, Side,
    link::{self, Purpose},
    sign_in::{self, Outcome},
};
use serde::Deserialize;

use super::{Note, dead_link, unprocessable, welcome};
use crate::{
    App, Form, Letter, Path, Query, Result, Signed,
    kit::{
        BareShell, Page,
        form::{Errors, Field},
    },
    server::{
        address,
        guard::{self, Address},
    },
};

#[derive(Template)]
#[template(path = "access/sign_in.html")]
struct SignIn {
    shell: BareShell,
    errors: Errors,
    email: String,
    to: String,
}

impl SignIn {
    fn email_field(&self) -> Field {
        Field::email("email", "E-mail address")
            .value(&self.email)
            .autocomplete("username")
            .error(&self.errors)
    }

    fn password_field(&self) -> Field {
        Field::password("password", "Password")
            .autocomplete("current-password")
            .error(&self.errors)
    }
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    to: String,
}

/// The sign-in page. Who is signed in is sent on; an organisation that is not set up yet is set up first.
pub(super) async fn show(
    State(app): State<App>,
    signed: Option<Signed>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    if let Some(signed) = signed {
        return Ok(Redirect::to(way_on(signed.person(), &asked.to)).into_response());
    }
    if Organisation::find(app.keelson.db.read()).await?.is_none() {
        return Ok(Redirect::to("/set-up").into_response());
    }
    let to = address::local(&asked.to).unwrap_or_default().to_owned();
    let view = SignIn {
        shell: app.bare_shell().await,
        errors: Errors::none(),
        email: String::new(),
        to,
    };
    Ok(Page::whole(&view).into_response())
}

/// The one form has two buttons, so both handlers know all its fields.
#[derive(Deserialize)]
pub(super) struct Answers {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    to: String,
}

pub(super) async fn with_password(
    State(app): State<App>,
    Address(from): Address,
    headers: HeaderMap,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let mut errors = Errors::none();
    let email = Email::parse(&answers.email)
        .map_err(|message| errors.add("email", message))
        .ok();
    if answers.password.is_empty() {
        errors.add("password", "Enter your password");
    }
    let Some(email) = email.filter(|_| errors.is_empty()) else {
        return Ok(again(&app, answers, errors).await);
    };
    let browser = guard::browser(&app, &headers);
    let who = (&email, answers.password.as_str());
    let outcome = sign_in::with_password(
        &app.keelson,
        &app.passwords,
        app.now(),
        &mut app.rng(),
        &from,
        who,
        &browser,
    )
    .await?;
    match outcome {
        Outcome::Welcome(person, session) => {
            Ok(welcome(&app, &session, way_on(&person, &answers.to)))
        }
        Outcome::Refused => {
            errors.add("email", "The e-mail address or the password is not right");
            Ok(again(&app, answers, errors).await)
        }
        Outcome::Wait(until) => {
            let wait = until - app.now();
            errors.add(
                "email",
                format!(
                    "There were too many attempts. Try again in {}, or have a sign-in link sent to you now",
                    in_words(wait)
                ),
            );
            let mut response = again(&app, answers, errors).await;
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            let seconds = HeaderValue::from(wait.num_seconds().max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
            Ok(response)
        }
    }
}

/// Has a link sent. The answer is the same whoever asks for whom, and comes before anything is looked up.
pub(super) async fn ask_for_link(
    State(app): State<App>,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let email = match Email::parse(&answers.email) {
        Ok(email) => email,
        Err(message) => {
            return Ok(again(&app, answers, Errors::none().with("email", message)).await);
        }
    };
    Ok(send(&app, email, Purpose::SignIn).await)
}

/// The page behind a link has a button: programs that open every link in a mail do not use it up.
pub(super) async fn show_link(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Response> {
    let found = match Secret::parse(&token) {
        Some(secret) => {
            link::peek(app.keelson.db.read(), &secret, Purpose::SignIn, app.now()).await?
        }
        None => None,
    };
    let Some(person) = found else {
        return Ok(dead_link(&app, "A sign-in link").await);
    };
    let view = Link {
        shell: app.bare_shell().await,
        person,
        token,
    };
    Ok(Page::whole(&view).into_response())
}

#[derive(Template)]
#[template(path = "access/link.html")]
struct Link {
    shell: BareShell,
    person: Person,
    token: String,
}

#[derive(Deserialize)]
pub(super) struct Pressed {}

pub(super) async fn with_link(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(Pressed {}): Form<Pressed>,
) -> Result<Response> {
    let browser = guard::browser(&app, &headers);
    let came = match Secret::parse(&token) {
        Some(secret) => {
            link::sign_in(&app.keelson, app.now(), &mut app.rng(), &secret, &browser).await?
        }
        None => None,
    };
    match came {
        Some((person, session)) => Ok(welcome(&app, &session, way_on(&person, ""))),
        None => Ok(dead_link(&app, "A sign-in link").await),
    }
}

/// Sends a link to whoever has the address, after the answer has gone: how long the answer takes tells nothing.
pub(super) async fn send(app: &App, email: Email, purpose: Purpose) -> Response {
    let what = if purpose == Purpose::Reset {
        "a link to a new password"
    } else {
        "a sign-in link"
    };
    let mut text = format!(
        "If {email} belongs to an account, {what} is on its way. It works once, for {}.",
        in_words(purpose.life())
    );
    if !app.outbox.delivers() {
        let _ = write!(
            text,
            " No mail server is configured, so the link waits in the folder \"outbox\" on the server: ask your \
             administrator to hand it to you."
        );
    }
    let worker = app.clone();
    app.afterwards(async move {
        let (now, mut rng) = (worker.now(), worker.rng());
        if let Some((person, secret)) =
            link::ask(&worker.keelson, now, &mut rng, &email, purpose).await?
        {
            let letter = letter(&worker, &person, &secret, purpose).await?;
            if let Err(error) = worker.outbox.put(letter).await {
                tracing::error!(%error, person = %person.id, "a letter could not be sent");
            }
        }
        Ok(())
    });
    let note = Note {
        shell: app.bare_shell().await,
        title: "Look for your link",
        text,
    };
    Page::whole(&note).into_response()
}

async fn letter(app: &App, person: &Person, secret: &Secret, purpose: Purpose) -> Result<Letter> {
    let organisation = Organisation::find(app.keelson.db.read())
        .await?
        .map_or_else(String::new, |found| found.name);
    let (path, what) = match purpose {
        Purpose::Reset => ("reset", "choose a new password for"),
        Purpose::SignIn | Purpose::Invitation => ("sign-in/link", "sign in to"),
    };
    let link = app.site.link(&format!("/{path}/{}", secret.reveal()));
    Ok(Letter {
        to: person.email.clone(),
        subject: format!("Your link to {organisation}"),
        text: format!(
            "Hello {},\n\nfollow this link to {what} the supplier management of {organisation}:\n\n{link}\n\n\
             It works once, for {}. If you did not ask for it, ignore this message: nothing changes.",
            person.name,
            in_words(purpose.life())
        ),
    })
}

async fn again(app: &App, answers: Answers, errors: Errors) -> Response {
    let shell = BareShell {
        has_errors: true,
        ..app.bare_shell().await
    };
    let to = address::local(&answers.to).unwrap_or_default().to_owned();
    unprocessable(&SignIn {
        shell,
        errors,
        email: answers.email,
        to,
    })
}

/// Where somebody goes after signing in: where they wanted to, if it is theirs.
fn way_on<'a>(person: &Person, wanted: &'a str) -> &'a str {
    let in_portal = |path: &str| {
        path == "/portal" || path.starts_with("/portal/") || path.starts_with("/portal?")
    };
    match (person.side(), address::local(wanted)) {
        (Side::Buyer, Some(path)) if !in_portal(path) => path,
        (Side::Supplier, Some(path)) if in_portal(path) || path == "/account" => path,
        (Side::Buyer, _) => "/",
        (Side::Supplier, _) => "/portal",
    }
}

fn in_words(time: TimeDelta) -> String {
    let (count, unit) = match time.num_seconds() {
        ..60 => (time.num_seconds().max(1), "second"),
        60..3600 => ((time.num_seconds() + 59) / 60, "minute"),
        3600..86_400 => (time.num_hours(), "hour"),
        _ => (time.num_days(), "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
