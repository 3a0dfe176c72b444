//! The people around a supplier: its contacts, its people in the portal, the colleague who looks after it.

use askama::{Template, filters::HtmlSafe};
use keelson_domain::{
    access::{self, Permission, Person, Status as Account},
    suppliers::{self, Contact, Supplier},
};

use super::words;
use crate::{
    App, Result, Signed,
    kit::{Html, format, marks},
};

#[derive(Template)]
#[template(path = "suppliers/people.html")]
pub(super) struct People {
    home: String,
    may_edit: bool,
    contacts: Vec<Contact>,
    portal: Vec<SignIn>,
    owner: Html,
}

impl HtmlSafe for People {}

/// Somebody of the supplier who can sign in.
struct SignIn {
    name: String,
    email: String,
    role: String,
    seen: Html,
}

impl People {
    pub(super) async fn of(app: &App, signed: &Signed, supplier: &Supplier) -> Result<Self> {
        let db = app.keelson.db.read();
        let locale = signed.locale();
        let owner = match supplier.owner {
            Some(owner) => Person::find(db, owner).await?,
            None => None,
        };
        let portal = access::people_of_supplier(db, supplier.id).await?;
        Ok(Self {
            home: format!("/suppliers/{}", supplier.id),
            may_edit: signed.may(Permission::EditSuppliers),
            contacts: suppliers::contacts(db, supplier.id).await?,
            portal: portal
                .into_iter()
                .map(|person| {
                    let roles: Vec<&str> = person.roles.iter().map(|role| role.label()).collect();
                    SignIn {
                        role: roles.join(", "),
                        seen: match (person.status, person.last_seen_at) {
                            (Account::Disabled, _) => Html::from("Disabled"),
                            (_, Some(at)) => format::day(at.date_naive(), locale),
                            (_, None) => format::missing("never signed in"),
                        },
                        name: person.name.to_string(),
                        email: person.email.to_string(),
                    }
                })
                .collect(),
            owner: owner.map_or_else(
                || format::missing("nobody"),
                |person| marks::person(person.name.as_str()),
            ),
        })
    }
}
