//! A form about one part of a supplier: a contact, a site, an identifier, its owner. One page, whatever it asks.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use keelson_domain::{self as domain, Error as Problem, suppliers::Supplier};

use crate::{
    Result, Signed,
    kit::{
        Html, NavItem, Page, Shell,
        form::{Choice, Errors, Field, SaveBar},
    },
};

/// What a form is about and where it goes.
pub(super) struct Part<'a> {
    pub(super) supplier: &'a Supplier,
    /// What the page is called: "Add a contact".
    pub(super) title: &'a str,
    /// A line on what it is good for.
    pub(super) lead: &'a str,
    /// Where the form goes, below the supplier's address: "contacts/new".
    pub(super) path: String,
    /// Verb and noun of the button.
    pub(super) action: &'a str,
    /// The tab one comes from and goes back to.
    pub(super) tab: &'static str,
}

#[derive(Template)]
#[template(path = "suppliers/part.html")]
struct View {
    shell: Shell,
    supplier: String,
    home: String,
    title: String,
    lead: String,
    action: String,
    errors: Errors,
    fields: Vec<Field>,
    save: SaveBar,
    below: Html,
}

impl Part<'_> {
    /// The form as it is opened.
    pub(super) fn page(&self, signed: &Signed, fields: Vec<Field>) -> Page {
        self.with(signed, fields, Errors::none(), Html::default())
    }

    /// The form as it is opened, with something below it.
    pub(super) fn page_over(&self, signed: &Signed, fields: Vec<Field>, below: Html) -> Page {
        self.with(signed, fields, Errors::none(), below)
    }

    /// The form again, with what needs fixing.
    pub(super) fn again(&self, signed: &Signed, fields: Vec<Field>, errors: Errors) -> Response {
        self.with(signed, fields, errors, Html::default())
            .unprocessable()
            .into_response()
    }

    /// The tab the form belongs to.
    pub(super) fn back(&self) -> String {
        at(self.supplier, self.tab)
    }

    fn with(&self, signed: &Signed, fields: Vec<Field>, errors: Errors, below: Html) -> Page {
        let home = format!("/suppliers/{}", self.supplier.id);
        Page::whole(&View {
            shell: Shell {
                has_errors: !errors.is_empty(),
                ..signed.shell(NavItem::Suppliers)
            },
            supplier: self.supplier.details.name.to_string(),
            title: self.title.to_owned(),
            lead: self.lead.to_owned(),
            action: format!("{home}/{}", self.path),
            fields: fields
                .into_iter()
                .map(|field| field.error(&errors))
                .collect(),
            errors,
            save: SaveBar::new(self.action).cancel(self.back()),
            home,
            below,
        })
    }
}

/// A tab of a supplier's page.
pub(super) fn at(supplier: &Supplier, tab: &str) -> String {
    if tab == "overview" {
        format!("/suppliers/{}", supplier.id)
    } else {
        format!("/suppliers/{}?tab={tab}", supplier.id)
    }
}

/// What an operation came to, or what the form has to say field by field. Whatever else went wrong goes on as it is.
pub(super) fn mistakes<T>(done: domain::Result<T>) -> Result<Result<T, Errors>> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(Problem::Invalid(fields)) => {
            let mut errors = Errors::none();
            for field in fields {
                errors.add(&field.name, field.message);
            }
            Ok(Err(errors))
        }
        Err(error) => Err(error.into()),
    }
}

/// Every country to choose from, and "Not known".
pub(super) fn countries() -> Vec<Choice> {
    std::iter::once(Choice::new("", "Not known"))
        .chain(
            domain::suppliers::Country::all()
                .into_iter()
                .map(|country| Choice::new(country.code(), country.name())),
        )
        .collect()
}

/// A form without questions: what is done stands in its address.
#[derive(serde::Deserialize)]
pub(super) struct Nothing {}
