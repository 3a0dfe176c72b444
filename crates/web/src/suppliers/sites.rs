//! The sites of a supplier: adding one, correcting one, closing one.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::{
    SiteId,
    suppliers::{self, SiteDraft, Supplier},
};
use serde::Deserialize;

use super::part::{Nothing, Part, at, countries, mistakes};
use crate::{
    Allowed, App, Error, Form, Path, Result, Signed,
    kit::{Flash, Hx, Page, form::Field},
};

const TAB: &str = "overview";

fn adding(supplier: &Supplier) -> Part<'_> {
    Part {
        supplier,
        title: "Add a site",
        lead: "A place the supplier delivers from or is reached at.",
        path: "sites/new".to_owned(),
        action: "Add site",
        tab: TAB,
    }
}

fn editing(supplier: &Supplier, site: SiteId) -> Part<'_> {
    Part {
        supplier,
        title: "Edit site",
        lead: "What is on record about this place.",
        path: format!("sites/{site}/edit"),
        action: "Save site",
        tab: TAB,
    }
}

fn fields(draft: &SiteDraft) -> Vec<Field> {
    vec![
        Field::text("name", "Name of the site").value(&draft.name),
        Field::text("purpose", "Purpose")
            .value(&draft.purpose)
            .hint("For example foundry, warehouse or sales office")
            .optional(),
        Field::select("country", "Country", countries())
            .value(&draft.country)
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
    ]
}

pub(super) async fn new(signed: Signed, Allowed(supplier): Allowed<Supplier>) -> Page {
    adding(&supplier).page(&signed, fields(&SiteDraft::default()))
}

pub(super) async fn add(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(draft): Form<SiteDraft>,
) -> Result<Response> {
    let part = adding(&supplier);
    let site = match mistakes(draft.parse())? {
        Ok(site) => site,
        Err(errors) => return Ok(part.again(&signed, fields(&draft), errors)),
    };
    suppliers::add_site(&app.keelson, &signed.act(&app), supplier.id, &site).await?;
    let said = Flash::ok(format!("The site {} is on record.", site.name));
    Ok(signed.done(&app, &hx, &part.back(), said))
}

#[derive(Deserialize)]
pub(super) struct One {
    site: SiteId,
}

pub(super) async fn edit(
    State(app): State<App>,
    signed: Signed,
    Allowed(supplier): Allowed<Supplier>,
    Path(One { site }): Path<One>,
) -> Result<Response> {
    let found = suppliers::sites(app.keelson.db.read(), supplier.id)
        .await?
        .into_iter()
        .find(|known| known.id == site && !known.closed)
        .ok_or(Error::NotFound)?;
    Ok(editing(&supplier, site)
        .page(&signed, fields(&SiteDraft::from(&found)))
        .into_response())
}

pub(super) async fn save(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Path(One { site }): Path<One>,
    Form(draft): Form<SiteDraft>,
) -> Result<Response> {
    let part = editing(&supplier, site);
    let to = match mistakes(draft.parse())? {
        Ok(to) => to,
        Err(errors) => return Ok(part.again(&signed, fields(&draft), errors)),
    };
    suppliers::edit_site(&app.keelson, &signed.act(&app), supplier.id, site, &to).await?;
    let said = Flash::ok(format!("The site {} is saved.", to.name));
    Ok(signed.done(&app, &hx, &part.back(), said))
}

pub(super) async fn close(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Path(One { site }): Path<One>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    suppliers::close_site(&app.keelson, &signed.act(&app), supplier.id, site).await?;
    let said = Flash::ok("The site is closed; what was delivered from it stays readable.");
    Ok(signed.done(&app, &hx, &at(&supplier, TAB), said))
}
