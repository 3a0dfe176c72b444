//! Creating a supplier, after a look for the same party, and editing one.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::{
    Error as Problem,
    suppliers::{self, Country, Details, Draft, Found, Known, NewSupplier, Supplier},
};
use serde::Deserialize;

use super::words;
use crate::{
    Allowed, App, Form, Result, Signed,
    kit::{
        Flash, Html, Hx, Locale, NavItem, Page, Shell, Tone,
        form::{Choice, Errors, Field, SaveBar},
        format::percent,
        panel::Notice,
    },
};

#[derive(Template)]
#[template(path = "suppliers/form.html")]
struct View {
    shell: Shell,
    title: String,
    action: String,
    errors: Errors,
    conflict: Option<Notice>,
    version: Option<i64>,
    found: Vec<Hit>,
    fields: Vec<Field>,
    save: SaveBar,
}

/// A record that may be the same party.
struct Hit {
    name: String,
    number: String,
    href: String,
    status: Html,
    country: Html,
    city: Html,
    likely: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answers {
    /// Of the record as it was when the form was opened.
    version: Option<i64>,
    /// Said after the possible duplicates were shown: it is another party.
    another: bool,
    name: String,
    legal_name: String,
    country: String,
    region: String,
    city: String,
    postcode: String,
    address: String,
    website: String,
    phone: String,
    currency: String,
    partner_since: String,
}

impl Answers {
    fn draft(&self) -> Draft {
        Draft {
            name: self.name.clone(),
            legal_name: self.legal_name.clone(),
            country: self.country.clone(),
            region: self.region.clone(),
            city: self.city.clone(),
            postcode: self.postcode.clone(),
            address: self.address.clone(),
            website: self.website.clone(),
            phone: self.phone.clone(),
            currency: self.currency.clone(),
            partner_since: self.partner_since.clone(),
        }
    }
}

fn fields(draft: &Draft, errors: &Errors) -> Vec<Field> {
    let countries = std::iter::once(Choice::new("", "Not known"))
        .chain(
            Country::all()
                .into_iter()
                .map(|country| Choice::new(country.code(), country.name())),
        )
        .collect();
    [
        Field::text("name", "Name").value(&draft.name),
        Field::text("legal_name", "Legal name")
            .value(&draft.legal_name)
            .optional(),
        Field::select("country", "Country", countries)
            .value(&draft.country)
            .optional(),
        Field::text("region", "Region")
            .value(&draft.region)
            .half()
            .optional(),
        Field::text("city", "City")
            .value(&draft.city)
            .half()
            .optional(),
        Field::text("postcode", "Postcode")
            .value(&draft.postcode)
            .half()
            .optional(),
        Field::text("address", "Street and number")
            .value(&draft.address)
            .optional(),
        Field::text("website", "Website")
            .value(&draft.website)
            .optional(),
        Field::text("phone", "Telephone")
            .value(&draft.phone)
            .half()
            .optional(),
        Field::text("currency", "Currency")
            .value(&draft.currency)
            .hint("Three letters, such as EUR")
            .half()
            .optional(),
        Field::number("partner_since", "Partner since, year")
            .value(&draft.partner_since)
            .optional(),
    ]
    .into_iter()
    .map(|field| field.error(errors))
    .collect()
}

fn blank_view(signed: &Signed, draft: &Draft, errors: Errors, found: Vec<Hit>) -> View {
    let mut shell = signed.shell(NavItem::Suppliers);
    shell.has_errors = !errors.is_empty();
    View {
        shell,
        title: "New supplier".to_owned(),
        action: "/suppliers/new".to_owned(),
        fields: fields(draft, &errors),
        errors,
        conflict: None,
        version: None,
        save: SaveBar::new(if found.is_empty() {
            "Create supplier"
        } else {
            "Create as another party"
        })
        .cancel("/suppliers"),
        found,
    }
}

pub(super) async fn new(signed: Signed) -> Page {
    Page::whole(&blank_view(
        &signed,
        &Draft::default(),
        Errors::none(),
        Vec::new(),
    ))
}

/// Creates a supplier; where the same party may be on record, shows that first.
pub(super) async fn create(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let act = signed.act(&app);
    let draft = answers.draft();
    let details = match parsed(&draft, act.on())? {
        Ok(details) => details,
        Err(errors) => {
            let view = blank_view(&signed, &draft, errors, Vec::new());
            return Ok(Page::whole(&view).unprocessable().into_response());
        }
    };
    if !answers.another {
        let found = same_party(&app, &details).await?;
        if !found.is_empty() {
            let found = found
                .into_iter()
                .map(|one| hit(one, signed.locale()))
                .collect();
            let view = blank_view(&signed, &draft, Errors::none(), found);
            return Ok(Page::whole(&view).unprocessable().into_response());
        }
    }
    let new = NewSupplier::invited(details);
    let id = suppliers::create(&app.keelson, &act, &new).await?;
    let said = Flash::ok(format!("{} is created.", new.details.name));
    Ok(signed.done(&app, &hx, &format!("/suppliers/{id}"), said))
}

async fn same_party(app: &App, details: &Details) -> Result<Vec<Found>> {
    let known = Known {
        name: details.name.as_str(),
        country: details.country,
        city: details.city.as_deref(),
        postcode: details.postcode.as_deref(),
        address: details.address.as_deref(),
        phone: details.phone.as_deref(),
        website: details.website.as_ref().map(suppliers::Website::as_str),
    };
    Ok(suppliers::possible_duplicates(&app.keelson, known, &[], None).await?)
}

fn hit(found: Found, locale: Locale) -> Hit {
    let side = found.side;
    Hit {
        href: format!("/suppliers/{}", side.id),
        status: words::status(side.status),
        country: words::country(side.country),
        city: words::text(side.city.as_ref(), "not known"),
        likely: percent(found.evidence.probability, 0, locale),
        name: side.name,
        number: side.number,
    }
}

/// What was typed, or what is wrong with it.
fn parsed(draft: &Draft, on: chrono::NaiveDate) -> Result<Result<Details, Errors>> {
    match draft.parse(on) {
        Ok(details) => Ok(Ok(details)),
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

fn edit_view(
    signed: &Signed,
    supplier: &Supplier,
    draft: &Draft,
    version: i64,
    errors: Errors,
) -> View {
    let mut shell = signed.shell(NavItem::Suppliers);
    shell.has_errors = !errors.is_empty();
    let home = format!("/suppliers/{}", supplier.id);
    View {
        shell,
        title: format!("Edit {}", supplier.details.name),
        action: format!("{home}/edit"),
        fields: fields(draft, &errors),
        errors,
        conflict: None,
        version: Some(version),
        found: Vec::new(),
        save: SaveBar::new("Save supplier").cancel(home),
    }
}

pub(super) async fn edit(signed: Signed, Allowed(supplier): Allowed<Supplier>) -> Page {
    let draft = Draft::from(&supplier.details);
    Page::whole(&edit_view(
        &signed,
        &supplier,
        &draft,
        supplier.version,
        Errors::none(),
    ))
}

pub(super) async fn save(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let act = signed.act(&app);
    let draft = answers.draft();
    let version = answers.version.unwrap_or(supplier.version);
    let details = match parsed(&draft, act.on())? {
        Ok(details) => details,
        Err(errors) => {
            let view = edit_view(&signed, &supplier, &draft, version, errors);
            return Ok(Page::whole(&view).unprocessable().into_response());
        }
    };
    match suppliers::edit(&app.keelson, &act, supplier.id, version, &details).await {
        Ok(()) => {
            let said = Flash::ok(format!("{} is saved.", details.name));
            Ok(signed.done(&app, &hx, &format!("/suppliers/{}", supplier.id), said))
        }
        // The answers stay, on top of the record as it is now: saving again is a decision.
        Err(Problem::Conflict(text)) => {
            let mut view = edit_view(&signed, &supplier, &draft, supplier.version, Errors::none());
            view.conflict = Some(Notice::new(
                Tone::Warn,
                text.into_owned(),
                "Your answers are kept below. Saving them replaces what was changed in the meantime.",
            ));
            Ok(Page::whole(&view).unprocessable().into_response())
        }
        Err(error) => Err(error.into()),
    }
}
