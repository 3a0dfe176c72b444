//! The people of a supplier: adding one, correcting one, naming the one to call first, noting that somebody has left.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::{
    ContactId,
    suppliers::{self, ContactDraft, Supplier},
};
use serde::Deserialize;

use super::part::{Nothing, Part, at, mistakes};
use crate::{
    Allowed, App, Error, Form, Path, Result, Signed,
    kit::{Flash, Hx, Page, form::Field},
};

const TAB: &str = "people";

fn adding(supplier: &Supplier) -> Part<'_> {
    Part {
        supplier,
        title: "Add a contact",
        lead: "Somebody at the supplier to write to or call. It does not give a sign-in.",
        path: "contacts/new".to_owned(),
        action: "Add contact",
        tab: TAB,
    }
}

fn editing(supplier: &Supplier, contact: ContactId) -> Part<'_> {
    Part {
        supplier,
        title: "Edit contact",
        lead: "What is on record about this person.",
        path: format!("contacts/{contact}/edit"),
        action: "Save contact",
        tab: TAB,
    }
}

fn fields(draft: &ContactDraft) -> Vec<Field> {
    vec![
        Field::text("name", "Name").value(&draft.name),
        Field::text("role", "Role")
            .value(&draft.role)
            .hint("For example sales or quality")
            .optional(),
        Field::email("email", "Email")
            .value(&draft.email)
            .optional(),
        Field::text("phone", "Telephone")
            .value(&draft.phone)
            .half()
            .optional(),
        Field::check("lead", "Call this person first", !draft.lead.is_empty()),
    ]
}

pub(super) async fn new(signed: Signed, Allowed(supplier): Allowed<Supplier>) -> Page {
    adding(&supplier).page(&signed, fields(&ContactDraft::default()))
}

pub(super) async fn add(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(draft): Form<ContactDraft>,
) -> Result<Response> {
    let part = adding(&supplier);
    let contact = match mistakes(draft.parse())? {
        Ok(contact) => contact,
        Err(errors) => return Ok(part.again(&signed, fields(&draft), errors)),
    };
    suppliers::add_contact(&app.keelson, &signed.act(&app), supplier.id, &contact).await?;
    let said = Flash::ok(format!("{} is on record.", contact.name));
    Ok(signed.done(&app, &hx, &part.back(), said))
}

#[derive(Deserialize)]
pub(super) struct One {
    contact: ContactId,
}

pub(super) async fn edit(
    State(app): State<App>,
    signed: Signed,
    Allowed(supplier): Allowed<Supplier>,
    Path(One { contact }): Path<One>,
) -> Result<Response> {
    let found = suppliers::contacts(app.keelson.db.read(), supplier.id)
        .await?
        .into_iter()
        .find(|known| known.id == contact && !known.left)
        .ok_or(Error::NotFound)?;
    let draft = ContactDraft::from(&found);
    Ok(editing(&supplier, contact)
        .page(&signed, fields(&draft))
        .into_response())
}

pub(super) async fn save(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Path(One { contact }): Path<One>,
    Form(draft): Form<ContactDraft>,
) -> Result<Response> {
    let part = editing(&supplier, contact);
    let to = match mistakes(draft.parse())? {
        Ok(to) => to,
        Err(errors) => return Ok(part.again(&signed, fields(&draft), errors)),
    };
    suppliers::edit_contact(&app.keelson, &signed.act(&app), supplier.id, contact, &to).await?;
    let said = Flash::ok(format!("{} is saved.", to.name));
    Ok(signed.done(&app, &hx, &part.back(), said))
}

pub(super) async fn lead(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Path(One { contact }): Path<One>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    suppliers::make_lead(&app.keelson, &signed.act(&app), supplier.id, contact).await?;
    let said = Flash::ok("The one to call first is changed.");
    Ok(signed.done(&app, &hx, &at(&supplier, TAB), said))
}

pub(super) async fn left(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Path(One { contact }): Path<One>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    suppliers::contact_left(&app.keelson, &signed.act(&app), supplier.id, contact).await?;
    let said = Flash::ok("The record says now that this person has left.");
    Ok(signed.done(&app, &hx, &at(&supplier, TAB), said))
}
