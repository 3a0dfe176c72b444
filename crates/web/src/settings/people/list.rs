use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use keelson_domain::access::{self, Person, Status};

use super::{roles_in_words, status_badge};
use crate::{
    App, Result, Signed,
    kit::{Html, NavItem, Page, Shell, format},
};

#[derive(Template)]
#[template(path = "settings/people/list.html")]
struct List {
    shell: Shell,
    ours: Vec<Row>,
    theirs: Vec<Row>,
}

struct Row {
    href: String,
    name: String,
    email: String,
    supplier: String,
    roles: String,
    status: Html,
    seen: Html,
}

pub(crate) async fn list(State(app): State<App>, signed: Signed) -> Result<Page> {
    let db = app.keelson.db.read();
    let people = access::people(db).await?;
    let mut names = BTreeMap::new();
    for id in people.iter().filter_map(|person| person.supplier) {
        if let std::collections::btree_map::Entry::Vacant(free) = names.entry(id) {
            free.insert(access::name_of_supplier(db, id).await?.unwrap_or_default());
        }
    }
    let row = |person: &Person| Row {
        href: format!("/settings/people/{}", person.id),
        name: person.name.to_string(),
        email: person.email.to_string(),
        supplier: person
            .supplier
            .and_then(|id| names.get(&id).cloned())
            .unwrap_or_default(),
        roles: roles_in_words(person),
        status: status_badge(person.status),
        seen: match person.last_seen_at {
            Some(at) => format::recent(at, app.now(), signed.locale()).into(),
            None if person.status == Status::Invited => "Not yet".into(),
            None => "Never".into(),
        },
    };
    let (ours, theirs): (Vec<&Person>, Vec<&Person>) =
        people.iter().partition(|person| person.supplier.is_none());
    Ok(Page::whole(&List {
        shell: signed.shell(NavItem::Settings),
        ours: ours.into_iter().map(row).collect(),
        theirs: theirs.into_iter().map(row).collect(),
    }))
}
