use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use keelson_domain::{Error, access::Organisation};
use keelson_methods::money::Currency;
use serde::Deserialize;

use crate::{
    App, Form, Result, Signed,
    access::{known_locale, locales},
    kit::{
        Flash, Hx, NavItem, Page, Shell,
        form::{Choice, Errors, Field, SaveBar},
    },
};

#[derive(Template)]
#[template(path = "settings/organisation.html")]
struct View {
    shell: Shell,
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
}

impl View {
    fn fields(&self) -> [Field; 3] {
        let currencies = Currency::in_use()
            .map(|currency| Choice::new(currency.code(), currency.code()))
            .collect();
        [
            Field::text("organisation", "Name").value(&self.answers.organisation),
            Field::select("currency", "Currency of reports", currencies)
                .value(&self.answers.currency)
                .hint("Amounts keep the currency they were ordered in"),
            Field::select("locale", "Numbers and dates", locales())
                .value(&self.answers.locale)
                .hint("For everybody who chose nothing else"),
        ]
        .map(|field| field.error(&self.errors))
    }
}

pub(super) async fn show(signed: Signed) -> Page {
    let organisation = signed.organisation();
    let answers = Answers {
        organisation: organisation.name.clone(),
        currency: organisation.currency.code().to_owned(),
        locale: organisation.locale.clone(),
    };
    Page::whole(&View {
        shell: signed.shell(NavItem::Settings),
        errors: Errors::none(),
        answers,
    })
}

pub(super) async fn change(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let mut errors = Errors::none();
    let currency = Currency::parse(&answers.currency)
        .map_err(|_| errors.add("currency", "Choose a currency"))
        .ok();
    let locale = known_locale(&answers.locale);
    if locale.is_none() {
        errors.add("locale", "Choose how numbers and dates are written");
    }
    if let (Some(currency), Some(locale)) = (currency, locale) {
        let changed = Organisation::change(
            &app.keelson,
            &signed.act(&app),
            &answers.organisation,
            currency,
            locale,
        )
        .await;
        match changed {
            Ok(()) => {
                let said = Flash::ok("The organisation's settings are saved.");
                return Ok(signed.done(&app, &hx, "/settings/organisation", said));
            }
            Err(Error::Invalid(fields)) => fields
                .into_iter()
                .for_each(|field| errors.add(&field.name, field.message)),
            Err(error) => return Err(error.into()),
        }
    }
    let shell = Shell {
        has_errors: true,
        ..signed.shell(NavItem::Settings)
    };
    Ok(Page::whole(&View {
        shell,
        errors,
        answers,
    })
    .unprocessable()
    .into_response())
}
