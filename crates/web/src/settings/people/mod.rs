//! People and roles: who may come in, as what, and the links that let them in.

mod edit;
mod invite;
mod list;

use askama::Template;
use keelson_domain::{
    Keelson, PersonId, Result,
    access::{self, Person, Role, Scope, Side, Status},
};

pub(super) use self::{
    edit::{change_roles, disable, enable, invite_again, make_reset_link, show},
    invite::{invite, new},
    list::list,
};
use crate::{
    ById, Record,
    kit::{Html, Shell, Tone, form::Choice, marks},
};

impl Record for Person {
    type Path = ById<PersonId>;

    /// Only the buying company manages people; a supplier's people see nobody here, not even themselves.
    async fn find(keelson: &Keelson, scope: Scope, path: Self::Path) -> Result<Option<Self>> {
        match scope {
            Scope::Organisation => Person::find(keelson.db.read(), path.id).await,
            Scope::Supplier(_) => Ok(None),
        }
    }
}

/// A link that lets somebody in, shown once to whoever hands it over.
#[derive(Template)]
#[template(path = "settings/people/handover.html")]
struct Handover {
    shell: Shell,
    title: String,
    person: Person,
    link: String,
    life: &'static str,
}

fn role_choices(side: Side) -> Vec<Choice> {
    Role::of_side(side)
        .map(|role| Choice::new(role.code(), role.label()).hint(describe(role)))
        .collect()
}

/// What a role is for, so that nobody has to guess from its name.
fn describe(role: Role) -> &'static str {
    match role {
        Role::Administrator => "Everything, and people, roles and the organisation",
        Role::SupplierManager => {
            "Suppliers, imports, duplicates, KPIs, scorecards, tiers and their definitions"
        }
        Role::CategoryManager => "Suppliers and their tiers, without the definitions",
        Role::Buyer => "Edits suppliers, writes notes, adds documents",
        Role::Quality => "Imports inspections, writes notes, adds documents",
        Role::Finance => "Imports invoices, writes notes, adds documents",
        Role::Legal => "Writes notes, adds documents",
        Role::Executive => "Reads everything, changes nothing",
        Role::Auditor => "Reads everything and the audit log, changes nothing",
        Role::SupplierAdministrator => {
            "Edits the own company's profile, adds documents, invites colleagues"
        }
        Role::SupplierMember => "Sees the own company's scorecard, adds documents",
    }
}

fn status_badge(status: Status) -> Html {
    match status {
        Status::Invited => marks::badge("Invited", Tone::Info),
        Status::Active => marks::badge("Active", Tone::Ok),
        Status::Disabled => marks::badge("Disabled", Tone::Plain),
    }
}

fn roles_in_words(person: &Person) -> String {
    person
        .roles
        .iter()
        .map(|role| role.label())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The roles that a form's codes name; a code that is none was not sent by our form.
fn read_roles(codes: &[String]) -> crate::Result<Vec<Role>> {
    let unknown = || crate::Error::Unreadable("There is no such role to choose.".to_owned());
    codes
        .iter()
        .map(|code| Role::from_code(code).ok_or_else(unknown))
        .collect()
}

async fn supplier_name(keelson: &Keelson, person: &Person) -> Result<Option<String>> {
    match person.supplier {
        Some(id) => access::name_of_supplier(keelson.db.read(), id).await,
        None => Ok(None),
    }
}
