use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use keelson_domain::{
    Error,
    access::{self, Person, Status},
    record,
};
use serde::Deserialize;

use super::{Handover, invite::handover, read_roles, role_choices, status_badge, supplier_name};
use crate::{
    Allowed, App, Form, Result, Signed,
    kit::{
        Flash, Html, Hx, NavItem, Page, Shell,
        form::{Errors, Field, SaveBar},
        format,
        panel::Props,
    },
};

#[derive(Template)]
#[template(path = "settings/people/show.html")]
struct Show {
    shell: Shell,
    errors: Errors,
    person: Person,
    is_self: bool,
    status: Html,
    facts: Props,
    roles: Field,
    history: Vec<(String, String)>,
}

pub(crate) async fn show(
    State(app): State<App>,
    signed: Signed,
    Allowed(person): Allowed<Person>,
) -> Result<Page> {
    let chosen = person
        .roles
        .iter()
        .map(|role| role.code().to_owned())
        .collect();
    page(&app, &signed, person, chosen, Errors::none()).await
}

#[derive(Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    roles: Vec<String>,
}

pub(crate) async fn change_roles(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(person): Allowed<Person>,
    Form(chosen): Form<Chosen>,
) -> Result<Response> {
    let roles = read_roles(&chosen.roles)?;
    match access::change_roles(&app.keelson, &signed.act(&app), person.id, &roles).await {
        Ok(()) => {
            let said = Flash::ok(format!("The roles of {} are changed.", person.name));
            Ok(signed.done(&app, &hx, &address(&person), said))
        }
        Err(Error::Invalid(fields)) => {
            let errors = fields.into_iter().fold(Errors::none(), |errors, field| {
                errors.with(&field.name, field.message)
            });
            Ok(page(&app, &signed, person, chosen.roles, errors)
                .await?
                .unprocessable()
                .into_response())
        }
        Err(Error::Conflict(why)) => Ok(signed.done(&app, &hx, &address(&person), Flash::bad(why))),
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

/// Makes a new invitation, for somebody who lost the first. The earlier link stops working.
pub(crate) async fn invite_again(
    State(app): State<App>,
    signed: Signed,
    Allowed(person): Allowed<Person>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let invitation =
        access::invite_again(&app.keelson, &signed.act(&app), &mut app.rng(), person.id).await?;
    handover(&app, &signed, invitation).await
}

/// Makes a link with which somebody chooses a new password. Its use signs them out everywhere, so that nobody uses it unseen.
pub(crate) async fn make_reset_link(
    State(app): State<App>,
    signed: Signed,
    Allowed(person): Allowed<Person>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let secret =
        access::make_reset_link(&app.keelson, &signed.act(&app), &mut app.rng(), person.id).await?;
    let view = Handover {
        shell: signed.shell(NavItem::Settings),
        title: format!("Link to a new password for {}", person.name),
        link: app.site.link(&format!("/reset/{}", secret.reveal())),
        person,
        life: "an hour",
    };
    Ok(Page::whole(&view).into_response())
}

pub(crate) async fn disable(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(person): Allowed<Person>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let said = match access::disable(&app.keelson, &signed.act(&app), person.id).await {
        Ok(()) => Flash::ok(format!(
            "{} is signed out everywhere and can no longer come in.",
            person.name
        ))
        .with_undo(format!("{}/reinstatement", address(&person))),
        Err(Error::Conflict(why)) => Flash::bad(why),
        Err(error) => return Err(error.into()),
    };
    Ok(signed.done(&app, &hx, &address(&person), said))
}

pub(crate) async fn enable(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(person): Allowed<Person>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let said = match access::enable(&app.keelson, &signed.act(&app), person.id).await {
        Ok(()) => Flash::ok(format!("{} can come in again.", person.name)),
        Err(Error::Conflict(why)) => Flash::bad(why),
        Err(error) => return Err(error.into()),
    };
    Ok(signed.done(&app, &hx, &address(&person), said))
}

fn address(person: &Person) -> String {
    format!("/settings/people/{}", person.id)
}

async fn page(
    app: &App,
    signed: &Signed,
    person: Person,
    chosen: Vec<String>,
    errors: Errors,
) -> Result<Page> {
    let (locale, now) = (signed.locale(), app.now());
    let mut facts = Props::default()
        .row("E-mail address", person.email.as_str())
        .row(
            "Since",
            format::date(person.created_at.date_naive(), locale),
        )
        .row_or(
            "Last seen",
            person
                .last_seen_at
                .map(|at| format::recent(at, now, locale)),
            "never",
        );
    if let Some(name) = supplier_name(&app.keelson, &person).await? {
        facts = facts.row("Supplier", name);
    }
    let events = record::of_subject(app.keelson.db.read(), "person", person.id.0).await?;
    let history = events
        .iter()
        .take(20)
        .map(|event| (in_words(&event.verb), format::recent(event.at, now, locale)));
    let view = Show {
        shell: Shell {
            has_errors: !errors.is_empty(),
            ..signed.shell(NavItem::Settings)
        },
        is_self: person.id == signed.person().id,
        status: status_badge(person.status),
        facts,
        roles: Field::checks("roles", "Roles", role_choices(person.side()), chosen).error(&errors),
        history: history.collect(),
        errors,
        person,
    };
    Ok(Page::whole(&view))
}

/// An event's verb as people read it: "changed_roles" is "Changed roles".
fn in_words(verb: &str) -> String {
    let mut letters = verb.replace('_', " ");
    if let Some(first) = letters.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    letters
}
