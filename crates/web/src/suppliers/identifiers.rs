//! The numbers that name a supplier in registers: adding one, with the reason at the field when it cannot be one, removing one.

use axum::{extract::State, response::Response};
use keelson_domain::{
    IdentifierId,
    suppliers::{self, Country, NewIdentifier, Scheme, Supplier},
};
use serde::Deserialize;

use super::part::{Nothing, Part, at, countries, mistakes};
use crate::{
    Allowed, App, Form, Path, Result, Signed,
    kit::{
        Flash, Hx, Page,
        form::{Choice, Errors, Field},
    },
};

const TAB: &str = "overview";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answers {
    scheme: String,
    value: String,
    country: String,
}

fn part(supplier: &Supplier) -> Part<'_> {
    Part {
        supplier,
        title: "Add an identifier",
        lead: "The check digits are verified before it is kept. Bank accounts are shown in part afterwards.",
        path: "identifiers/new".to_owned(),
        action: "Add identifier",
        tab: TAB,
    }
}

fn fields(answers: &Answers) -> Vec<Field> {
    let schemes = Scheme::ALL
        .map(|scheme| Choice::new(scheme.code(), scheme.words()).hint(hint(scheme)))
        .into();
    vec![
        Field::radios("scheme", "What it is", schemes).value(&answers.scheme),
        Field::text("value", "Number")
            .value(&answers.value)
            .hint("Spaces, dots and hyphens do not matter"),
        Field::select("country", "Country", countries())
            .value(&answers.country)
            .hint("Needed for a registration number, and for a VAT number without its country's letters")
            .optional(),
    ]
}

fn hint(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Vat => "With the letters of its country, such as DE 136695976",
        Scheme::Lei => "20 letters and digits, such as 5493001KJTIIGC8Y1R12",
        Scheme::Duns => "Nine digits",
        Scheme::Registration => "As the company register writes it, such as HRB 12345",
        Scheme::Iban => "Bank account, beginning with two letters and two digits",
    }
}

pub(super) async fn new(signed: Signed, Allowed(supplier): Allowed<Supplier>) -> Page {
    let answers = Answers {
        country: supplier
            .details
            .country
            .map_or_else(String::new, |country| country.code().to_owned()),
        ..Answers::default()
    };
    part(&supplier).page(&signed, fields(&answers))
}

pub(super) async fn add(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let part = part(&supplier);
    let identifier = match read(&answers) {
        Ok(identifier) => identifier,
        Err(errors) => return Ok(part.again(&signed, fields(&answers), errors)),
    };
    let act = signed.act(&app);
    let added = suppliers::add_identifier(&app.keelson, &act, supplier.id, &identifier).await;
    if let Err(errors) = mistakes(added)? {
        return Ok(part.again(&signed, fields(&answers), errors));
    }
    let words = identifier.scheme().words();
    let said = match identifier.warning() {
        None => Flash::ok(format!("The {words} is on record.")),
        Some(warning) => Flash::ok(format!(
            "The {words} is on record, with a warning: {warning}."
        )),
    };
    Ok(signed.done(&app, &hx, &part.back(), said))
}

/// The identifier, or why it cannot be one, each reason at its field.
fn read(answers: &Answers) -> Result<NewIdentifier, Errors> {
    let mut errors = Errors::none();
    let scheme = Scheme::parse(&answers.scheme);
    if scheme.is_none() {
        errors.add("scheme", "Choose what the number is.");
    }
    if answers.value.trim().is_empty() {
        errors.add("value", "Enter the number.");
    }
    let country = Country::parse(answers.country.trim()).ok();
    if country.is_none() && !answers.country.trim().is_empty() {
        errors.add("country", "Choose a country from the list.");
    }
    let (Some(scheme), true) = (scheme, errors.is_empty()) else {
        return Err(errors);
    };
    if scheme == Scheme::Registration && country.is_none() {
        return Err(errors.with(
            "country",
            "Choose the country whose register gave this number.",
        ));
    }
    NewIdentifier::parse(scheme, &answers.value, country).map_err(|why| errors.with("value", why))
}

#[derive(Deserialize)]
pub(super) struct One {
    identifier: IdentifierId,
}

pub(super) async fn remove(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Path(One { identifier }): Path<One>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let act = signed.act(&app);
    suppliers::remove_identifier(&app.keelson, &act, supplier.id, identifier).await?;
    let said = Flash::ok("The identifier is removed. The activity keeps what it was.");
    Ok(signed.done(&app, &hx, &at(&supplier, TAB), said))
}
