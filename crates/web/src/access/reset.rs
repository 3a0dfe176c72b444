use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use keelson_domain::access::{
    self, Email, NewPassword, Person, Secret,
    link::{self, Purpose},
};
use serde::Deserialize;

use super::{dead_link, sign_in, unprocessable, welcome};
use crate::{
    App, Form, Path, Result,
    kit::{
        BareShell, Page,
        form::{Errors, Field},
    },
    server::guard,
};

#[derive(Template)]
#[template(path = "access/reset_ask.html")]
struct Ask {
    shell: BareShell,
    errors: Errors,
    email: String,
}

impl Ask {
    fn email_field(&self) -> Field {
        Field::email("email", "E-mail address")
            .value(&self.email)
            .autocomplete("username")
            .error(&self.errors)
    }
}

pub(super) async fn show(State(app): State<App>) -> Response {
    let view = Ask {
        shell: app.bare_shell().await,
        errors: Errors::none(),
        email: String::new(),
    };
    Page::whole(&view).into_response()
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    email: String,
}

pub(super) async fn ask(State(app): State<App>, Form(asked): Form<Asked>) -> Response {
    match Email::parse(&asked.email) {
        Ok(email) => sign_in::send(&app, email, Purpose::Reset).await,
        Err(message) => {
            let shell = BareShell {
                has_errors: true,
                ..app.bare_shell().await
            };
            unprocessable(&Ask {
                shell,
                errors: Errors::none().with("email", message),
                email: asked.email,
            })
        }
    }
}

#[derive(Template)]
#[template(path = "access/reset.html")]
struct Reset {
    shell: BareShell,
    errors: Errors,
    person: Person,
}

impl Reset {
    fn password_field(&self) -> Field {
        Field::password("password", "New password")
            .hint("At least 12 characters. Several words in a row are easy to keep in mind")
            .autocomplete("new-password")
            .error(&self.errors)
    }
}

pub(super) async fn show_link(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Response> {
    let Some((_, person)) = holder(&app, &token).await? else {
        return Ok(dead_link(&app, "A link to a new password").await);
    };
    Ok(Page::whole(&Reset {
        shell: app.bare_shell().await,
        errors: Errors::none(),
        person,
    })
    .into_response())
}

#[derive(Deserialize)]
pub(super) struct Answers {
    #[serde(default)]
    password: String,
}

pub(super) async fn with_link(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let Some((secret, person)) = holder(&app, &token).await? else {
        return Ok(dead_link(&app, "A link to a new password").await);
    };
    let password = match NewPassword::parse(&answers.password, person.email.as_str()) {
        Ok(password) => password,
        Err(message) => {
            let shell = BareShell {
                has_errors: true,
                ..app.bare_shell().await
            };
            return Ok(unprocessable(&Reset {
                shell,
                errors: Errors::none().with("password", message),
                person,
            }));
        }
    };
    let browser = guard::browser(&app, &headers);
    let (now, mut rng) = (app.now(), app.rng());
    let session = access::reset_password(
        &app.keelson,
        &app.passwords,
        now,
        &mut rng,
        &secret,
        password,
        &browser,
    )
    .await?;
    match session {
        Some(session) => Ok(welcome(&app, &session, "/")),
        None => Ok(dead_link(&app, "A link to a new password").await),
    }
}

async fn holder(app: &App, token: &str) -> Result<Option<(Secret, Person)>> {
    let Some(secret) = Secret::parse(token) else {
        return Ok(None);
    };
    let person = link::peek(app.keelson.db.read(), &secret, Purpose::Reset, app.now()).await?;
    Ok(person.map(|person| (secret, person)))
}
