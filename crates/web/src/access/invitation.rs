use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use keelson_domain::access::{
    self, NewPassword, Person, PersonName, Secret,
    link::{self, Purpose},
};
use serde::Deserialize;

use super::{dead_link, unprocessable, welcome};
use crate::{
    App, Form, Path, Result,
    kit::{
        BareShell, Page,
        form::{Errors, Field},
    },
    server::guard,
};

#[derive(Template)]
#[template(path = "access/invitation.html")]
struct Invited {
    shell: BareShell,
    errors: Errors,
    person: Person,
    name: String,
}

impl Invited {
    fn name_field(&self) -> Field {
        Field::text("name", "Your name")
            .value(&self.name)
            .autocomplete("name")
            .error(&self.errors)
    }

    fn password_field(&self) -> Field {
        Field::password("password", "Password")
            .hint("At least 12 characters. Several words in a row are easy to keep in mind")
            .autocomplete("new-password")
            .error(&self.errors)
    }
}

pub(super) async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    let Some((_, person)) = holder(&app, &token).await? else {
        return Ok(dead_link(&app, "An invitation").await);
    };
    let name = person.name.to_string();
    let view = Invited {
        shell: app.bare_shell().await,
        errors: Errors::none(),
        person,
        name,
    };
    Ok(Page::whole(&view).into_response())
}

#[derive(Deserialize)]
pub(super) struct Answers {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn accept(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let Some((secret, person)) = holder(&app, &token).await? else {
        return Ok(dead_link(&app, "An invitation").await);
    };
    let mut errors = Errors::none();
    let name = PersonName::parse(&answers.name)
        .map_err(|message| errors.add("name", message))
        .ok();
    let password = NewPassword::parse(&answers.password, person.email.as_str())
        .map_err(|message| errors.add("password", message))
        .ok();
    let (Some(name), Some(password)) = (name, password) else {
        let shell = BareShell {
            has_errors: true,
            ..app.bare_shell().await
        };
        return Ok(unprocessable(&Invited {
            shell,
            errors,
            person,
            name: answers.name,
        }));
    };
    let browser = guard::browser(&app, &headers);
    let (now, mut rng, chosen) = (app.now(), app.rng(), (name, password));
    let session = access::accept_invitation(
        &app.keelson,
        &app.passwords,
        now,
        &mut rng,
        &secret,
        chosen,
        &browser,
    )
    .await?;
    match session {
        Some(session) => Ok(welcome(&app, &session, "/")),
        None => Ok(dead_link(&app, "An invitation").await),
    }
}

async fn holder(app: &App, token: &str) -> Result<Option<(Secret, Person)>> {
    let Some(secret) = Secret::parse(token) else {
        return Ok(None);
    };
    let person = link::peek(
        app.keelson.db.read(),
        &secret,
        Purpose::Invitation,
        app.now(),
    )
    .await?;
    Ok(person.map(|person| (secret, person)))
}
