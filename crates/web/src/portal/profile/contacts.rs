//! The own people on record: adding one, naming the one to call first, saying that somebody has left.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use keelson_domain::{
    ContactId, Error,
    suppliers::{self, ContactDraft},
};
use serde::Deserialize;

use crate::{
    App, Form, Path, Result, Signed,
    kit::{
        Flash, Hx, Page, PortalShell,
        form::{Errors, Field, SaveBar},
    },
    portal::{Own, shell},
};

#[derive(Template)]
#[template(path = "portal/profile/contact.html")]
struct View {
    shell: PortalShell,
    errors: Errors,
    answers: Answers,
}

#[derive(Default, Deserialize)]
pub(in crate::portal) struct Answers {
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    lead: bool,
}

impl View {
    fn fields(&self) -> [Field; 5] {
        let answers = &self.answers;
        [
            Field::text("name", "Name").value(&answers.name),
            Field::text("role", "Role")
                .value(&answers.role)
                .hint("For example sales or quality")
                .optional(),
            Field::email("email", "Mail address")
                .value(&answers.email)
                .optional(),
            Field::text("phone", "Telephone")
                .value(&answers.phone)
                .optional(),
            Field::check("lead", "Call this person first", answers.lead),
        ]
        .map(|field| field.error(&self.errors))
    }
}

pub(in crate::portal) async fn new(State(app): State<App>, signed: Signed) -> Result<Page> {
    let view = View {
        shell: shell(&app, &signed, "/portal/profile").await?,
        errors: Errors::none(),
        answers: Answers::default(),
    };
    Ok(Page::whole(&view))
}

pub(in crate::portal) async fn add(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Own(own): Own,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let draft = ContactDraft {
        name: answers.name.clone(),
        email: answers.email.clone(),
        phone: answers.phone.clone(),
        role: answers.role.clone(),
        lead: if answers.lead { "yes" } else { "" }.to_owned(),
    };
    let mut errors = Errors::none();
    match draft.parse() {
        Ok(contact) => {
            suppliers::add_contact(&app.keelson, &signed.act(&app), own, &contact).await?;
            let said = Flash::ok(format!("{} is on record.", contact.name));
            return Ok(signed.done(&app, &hx, "/portal/profile", said));
        }
        Err(Error::Invalid(fields)) => fields
            .into_iter()
            .for_each(|field| errors.add(&field.name, field.message)),
        Err(error) => return Err(error.into()),
    }
    let mut shell = shell(&app, &signed, "/portal/profile").await?;
    shell.has_errors = true;
    let view = View {
        shell,
        errors,
        answers,
    };
    Ok(Page::whole(&view).unprocessable().into_response())
}

#[derive(Deserialize)]
pub(in crate::portal) struct One {
    contact: ContactId,
}

#[derive(Deserialize)]
pub(in crate::portal) struct Nothing {}

pub(in crate::portal) async fn lead(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Own(own): Own,
    Path(One { contact }): Path<One>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    suppliers::make_lead(&app.keelson, &signed.act(&app), own, contact).await?;
    let said = Flash::ok("The one to call first is changed.");
    Ok(signed.done(&app, &hx, "/portal/profile", said))
}

pub(in crate::portal) async fn left(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Own(own): Own,
    Path(One { contact }): Path<One>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    suppliers::contact_left(&app.keelson, &signed.act(&app), own, contact).await?;
    let said = Flash::ok("The record says now that this person has left.");
    Ok(signed.done(&app, &hx, "/portal/profile", said))
}
