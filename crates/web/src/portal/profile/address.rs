//! Changing the own address, telephone and website. Name, country and identifiers say who a company is: changing those is
//! for the buying company, which checks them.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use keelson_domain::{
    Error,
    suppliers::{self, Draft, Supplier},
};
use serde::Deserialize;

use super::record;
use crate::{
    App, Form, Result, Signed,
    kit::{
        Flash, Hx, Page, PortalShell,
        form::{Errors, Field, SaveBar},
    },
    portal::{Own, shell},
};

#[derive(Template)]
#[template(path = "portal/profile/address.html")]
struct View {
    shell: PortalShell,
    errors: Errors,
    /// Said above the form when somebody else was faster.
    overtaken: bool,
    answers: Answers,
}

#[derive(Deserialize)]
pub(in crate::portal) struct Answers {
    /// Of the record as it was when the form was opened.
    version: i64,
    #[serde(default)]
    address: String,
    #[serde(default)]
    postcode: String,
    #[serde(default)]
    city: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    website: String,
}

impl Answers {
    fn of(supplier: &Supplier) -> Self {
        let draft = Draft::from(&supplier.details);
        Self {
            version: supplier.version,
            address: draft.address,
            postcode: draft.postcode,
            city: draft.city,
            region: draft.region,
            phone: draft.phone,
            website: draft.website,
        }
    }

    /// The record with these answers in place of its own.
    fn over(&self, supplier: &Supplier) -> Draft {
        Draft {
            address: self.address.clone(),
            postcode: self.postcode.clone(),
            city: self.city.clone(),
            region: self.region.clone(),
            phone: self.phone.clone(),
            website: self.website.clone(),
            ..Draft::from(&supplier.details)
        }
    }
}

impl View {
    fn fields(&self) -> [Field; 6] {
        let answers = &self.answers;
        [
            Field::text("address", "Street and number")
                .value(&answers.address)
                .autocomplete("street-address"),
            Field::text("postcode", "Postcode")
                .value(&answers.postcode)
                .autocomplete("postal-code")
                .half()
                .optional(),
            Field::text("city", "City")
                .value(&answers.city)
                .autocomplete("address-level2"),
            Field::text("region", "Region")
                .value(&answers.region)
                .autocomplete("address-level1")
                .optional(),
            Field::text("phone", "Telephone")
                .value(&answers.phone)
                .autocomplete("tel")
                .optional(),
            Field::text("website", "Website")
                .value(&answers.website)
                .autocomplete("url")
                .optional(),
        ]
        .map(|field| field.error(&self.errors))
    }
}

pub(in crate::portal) async fn edit(
    State(app): State<App>,
    signed: Signed,
    Own(own): Own,
) -> Result<Page> {
    let view = View {
        shell: shell(&app, &signed, "/portal/profile").await?,
        errors: Errors::none(),
        overtaken: false,
        answers: Answers::of(&record(&app, own).await?),
    };
    Ok(Page::whole(&view))
}

pub(in crate::portal) async fn save(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Own(own): Own,
    Form(mut answers): Form<Answers>,
) -> Result<Response> {
    let supplier = record(&app, own).await?;
    let act = signed.act(&app);
    let mut errors = Errors::none();
    let mut overtaken = false;
    for (field, text, says) in [
        ("address", &answers.address, "Enter the street and number"),
        ("city", &answers.city, "Enter the city"),
    ] {
        if text.trim().is_empty() {
            errors.add(field, says);
        }
    }
    match answers.over(&supplier).parse(act.on()) {
        Err(Error::Invalid(fields)) => fields
            .into_iter()
            .for_each(|field| errors.add(&field.name, field.message)),
        Err(error) => return Err(error.into()),
        Ok(details) if errors.is_empty() => {
            match suppliers::edit(&app.keelson, &act, own, answers.version, &details).await {
                Ok(()) => {
                    let said = Flash::ok("Your address is saved.");
                    return Ok(signed.done(&app, &hx, "/portal/profile", said));
                }
                // Who was faster is the buying company's business, so the domain's sentence stays there.
                Err(Error::Conflict(_)) => {
                    overtaken = true;
                    answers.version = supplier.version;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(_) => {}
    }
    let mut shell = shell(&app, &signed, "/portal/profile").await?;
    shell.has_errors = true;
    let view = View {
        shell,
        errors,
        overtaken,
        answers,
    };
    Ok(Page::whole(&view).unprocessable().into_response())
}
