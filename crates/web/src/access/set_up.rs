use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use keelson_domain::{
    Act, Error, Via,
    access::{
        self, Email, NewAdministrator, NewOrganisation, NewPassword, Organisation, PersonName,
        Secret,
    },
};
use keelson_methods::money::Currency;
use serde::Deserialize;

use super::{Note, dead_link, known_locale, locales, unprocessable, welcome};
use crate::{
    App, Form, Path, Result,
    kit::{
        BareShell, Locale, Page,
        form::{Choice, Errors, Field},
    },
    server::guard,
};

#[derive(Template)]
#[template(path = "access/set_up.html")]
struct SetUp {
    shell: BareShell,
    errors: Errors,
    answers: Answers,
}

#[derive(Deserialize)]
pub(super) struct Answers {
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    locale: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

impl SetUp {
    fn organisation_fields(&self) -> [Field; 3] {
        let answers = &self.answers;
        let currencies = Currency::in_use()
            .map(|currency| Choice::new(currency.code(), currency.code()))
            .collect();
        [
            Field::text("organisation", "Name of the organisation")
                .value(&answers.organisation)
                .autocomplete("organization"),
            Field::select("currency", "Currency of your reports", currencies)
                .value(&answers.currency),
            Field::select("locale", "Numbers and dates", locales()).value(&answers.locale),
        ]
        .map(|field| field.error(&self.errors))
    }

    fn administrator_fields(&self) -> [Field; 3] {
        let answers = &self.answers;
        [
            Field::text("name", "Your name")
                .value(&answers.name)
                .autocomplete("name"),
            Field::email("email", "Your e-mail address")
                .value(&answers.email)
                .autocomplete("username"),
            Field::password("password", "Password")
                .hint("At least 12 characters. Several words in a row are easy to keep in mind")
                .autocomplete("new-password"),
        ]
        .map(|field| field.error(&self.errors))
    }
}

/// Who comes here before there is an organisation is told where the link is; afterwards there is nothing to set up.
pub(super) async fn where_to(State(app): State<App>) -> Result<Response> {
    if Organisation::find(app.keelson.db.read()).await?.is_some() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let note = Note {
        shell: app.bare_shell().await,
        title: "Keelson is not set up yet",
        text: "The server printed a set-up link when it started. Open that link to name your organisation and its first \
               administrator."
            .to_owned(),
    };
    Ok(Page::whole(&note).into_response())
}

pub(super) async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    if !is_open(&app, &token).await? {
        return Ok(dead_link(&app, "A set-up link").await);
    }
    let answers = Answers {
        organisation: String::new(),
        currency: "EUR".to_owned(),
        locale: Locale::default().tag().to_owned(),
        name: String::new(),
        email: String::new(),
        password: String::new(),
    };
    Ok(Page::whole(&SetUp {
        shell: app.bare_shell().await,
        errors: Errors::none(),
        answers,
    })
    .into_response())
}

pub(super) async fn found(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    if !is_open(&app, &token).await? {
        return Ok(dead_link(&app, "A set-up link").await);
    }
    let (organisation, administrator) = match read(&answers) {
        Ok(both) => both,
        Err(errors) => return Ok(again(&app, answers, errors).await),
    };
    let act = Act::by_system(Via::Page, app.now());
    let browser = guard::browser(&app, &headers);
    let session = access::set_up(
        &app.keelson,
        &app.passwords,
        &act,
        &mut app.rng(),
        (organisation, administrator),
        &browser,
    )
    .await;
    match session {
        Ok(session) => Ok(welcome(&app, &session, "/")),
        Err(Error::Invalid(fields)) => {
            let errors = fields.into_iter().fold(Errors::none(), |errors, field| {
                errors.with(&field.name, field.message)
            });
            Ok(again(&app, answers, errors).await)
        }
        Err(error) => Err(error.into()),
    }
}

fn read(answers: &Answers) -> Result<(NewOrganisation, NewAdministrator), Errors> {
    let mut errors = Errors::none();
    if answers.organisation.trim().is_empty() {
        errors.add("organisation", "Enter the name of the organisation");
    }
    let currency = Currency::parse(&answers.currency)
        .map_err(|_| errors.add("currency", "Choose a currency"))
        .ok();
    let locale = known_locale(&answers.locale);
    if locale.is_none() {
        errors.add("locale", "Choose how numbers and dates are written");
    }
    let name = PersonName::parse(&answers.name)
        .map_err(|message| errors.add("name", message))
        .ok();
    let email = Email::parse(&answers.email)
        .map_err(|message| errors.add("email", message))
        .ok();
    let password = NewPassword::parse(&answers.password, answers.email.trim())
        .map_err(|message| errors.add("password", message))
        .ok();
    match (currency, locale, name, email, password) {
        (Some(currency), Some(locale), Some(name), Some(email), Some(password))
            if errors.is_empty() =>
        {
            Ok((
                NewOrganisation {
                    name: answers.organisation.clone(),
                    currency,
                    locale: locale.to_owned(),
                    invented: false,
                },
                NewAdministrator {
                    name,
                    email,
                    password,
                },
            ))
        }
        _ => Err(errors),
    }
}

async fn again(app: &App, answers: Answers, errors: Errors) -> Response {
    let shell = BareShell {
        has_errors: true,
        ..app.bare_shell().await
    };
    unprocessable(&SetUp {
        shell,
        errors,
        answers,
    })
}

async fn is_open(app: &App, token: &str) -> Result<bool> {
    let founded = Organisation::find(app.keelson.db.read()).await?.is_some();
    Ok(!founded && Secret::parse(token).is_some_and(|secret| app.may_set_up(&secret)))
}
