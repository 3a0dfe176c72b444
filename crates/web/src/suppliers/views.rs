//! Saved views of the list: keeping one, changing, renaming, pinning, deleting, for oneself or for everybody.

use askama::Template;
use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::{
    SavedViewId,
    access::Permission,
    suppliers::{self, NewView, SavedView},
};
use serde::Deserialize;

use super::{
    list,
    part::{Nothing, mistakes},
};
use crate::{
    App, Error, Form, Path, Result, Signed,
    kit::{
        Flash, Hx, NavItem, Page, Shell,
        form::{Errors, Field, SaveBar},
        list::Blank,
    },
};

/// What saved views call this list.
pub(super) const LIST: &str = "suppliers";

/// The parameters of a list's address, and beside them those of the form that saves it.
const OF_THE_ADDRESS: [&str; 18] = [
    "q",
    "status",
    "tier",
    "quadrant",
    "grade",
    "abc",
    "category",
    "country",
    "owner",
    "spend_from",
    "spend_to",
    "score_from",
    "score_to",
    "on_time_from",
    "on_time_to",
    "sort",
    "columns",
    "page",
];

/// Where a view is opened: its filters, and which view they belong to.
pub(super) fn address(view: &SavedView) -> String {
    list::address("/suppliers", &list::read(Some(&view.query)))
        .with("view", view.id)
        .to_string()
}

#[derive(Template)]
#[template(path = "suppliers/views.html")]
struct View {
    shell: Shell,
    rows: Vec<Row>,
    blank: Blank,
}

struct Row {
    id: SavedViewId,
    name: String,
    href: String,
    shared: bool,
    pinned: bool,
    /// Whether this person may change it.
    mine: bool,
}

/// Every view this person sees, to rename, pin and delete.
pub(super) async fn page(State(app): State<App>, signed: Signed) -> Result<Page> {
    let views = suppliers::views(app.keelson.db.read(), LIST, signed.person().id).await?;
    Ok(Page::whole(&View {
        rows: views
            .into_iter()
            .map(|view| Row {
                href: address(&view),
                mine: view.created_by == Some(signed.person().id),
                id: view.id,
                name: view.name,
                shared: view.shared,
                pinned: view.pinned,
            })
            .collect(),
        blank: Blank::new(
            "list-filter",
            "No saved views yet",
            "Filter or sort the list of suppliers, then choose Save view.",
        )
        .action("Open suppliers", "/suppliers"),
        shell: signed.shell(NavItem::Suppliers),
    }))
}

#[derive(Template)]
#[template(path = "suppliers/view.html")]
struct Edit {
    shell: Shell,
    title: String,
    action: String,
    errors: Errors,
    hidden: Vec<(String, String)>,
    fields: Vec<Field>,
    save: SaveBar,
}

/// Keeps the list as it is now. With `replace` it takes the place of what a view showed before.
pub(super) async fn save(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    body: Bytes,
) -> Result<Response> {
    let asked = Asked::read(&body)?;
    let act = signed.act(&app);
    if let Some(view) = asked.replace {
        suppliers::update_view(&app.keelson, &act, view, &asked.query).await?;
        let to = reopened(&app, &signed, view).await?;
        return Ok(signed.done(&app, &hx, &to, Flash::ok("The view is saved.")));
    }
    if asked.shared && !signed.may(Permission::ShareViews) {
        return Err(Error::Domain(keelson_domain::Error::Forbidden(
            "Your role keeps views for itself. Save it without sharing.".into(),
        )));
    }
    let new = NewView {
        list: LIST,
        name: &asked.name,
        query: &asked.query,
        shared: asked.shared,
        pinned: false,
    };
    match mistakes(suppliers::save_view(&app.keelson, &act, new).await)? {
        Ok(view) => {
            let to = reopened(&app, &signed, view).await?;
            let said = Flash::ok(format!("The view {} is saved.", asked.name.trim()));
            Ok(signed.done(&app, &hx, &to, said))
        }
        Err(errors) => {
            let mut fields = vec![Field::text("name", "Name of the view").value(&asked.name)];
            if signed.may(Permission::ShareViews) {
                fields.push(Field::check("shared", "Everybody may use it", asked.shared));
            }
            let hidden = list::address("/suppliers", &list::read(Some(&asked.query)));
            Ok(edit(
                &signed,
                "Save view",
                "/suppliers/views".to_owned(),
                hidden.query().to_vec(),
                fields,
                errors,
            ))
        }
    }
}

fn edit(
    signed: &Signed,
    title: &str,
    action: String,
    hidden: Vec<(String, String)>,
    fields: Vec<Field>,
    errors: Errors,
) -> Response {
    Page::whole(&Edit {
        shell: Shell {
            has_errors: true,
            ..signed.shell(NavItem::Suppliers)
        },
        title: title.to_owned(),
        action,
        fields: fields
            .into_iter()
            .map(|field| field.error(&errors))
            .collect(),
        errors,
        hidden,
        save: SaveBar::new("Save view").cancel("/suppliers"),
    })
    .unprocessable()
    .into_response()
}

async fn reopened(app: &App, signed: &Signed, id: SavedViewId) -> Result<String> {
    let views = suppliers::views(app.keelson.db.read(), LIST, signed.person().id).await?;
    Ok(views
        .iter()
        .find(|view| view.id == id)
        .map_or_else(|| "/suppliers".to_owned(), address))
}

/// A list to be kept, with its name.
struct Asked {
    name: String,
    shared: bool,
    replace: Option<SavedViewId>,
    query: String,
}

impl Asked {
    /// Reads the form: its own fields, and the list's address field by field. Anything else is refused.
    fn read(body: &[u8]) -> Result<Self> {
        let mut asked = Self {
            name: String::new(),
            shared: false,
            replace: None,
            query: String::new(),
        };
        let mut address = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(body) {
            match name.as_ref() {
                "name" => asked.name = value.into_owned(),
                "shared" => asked.shared = value == "on",
                "replace" => {
                    let id = value.parse().map_err(|_| Error::NotFound)?;
                    asked.replace = Some(id);
                }
                name if OF_THE_ADDRESS.contains(&name) => {
                    address.append_pair(name, &value);
                }
                other => {
                    let name: String = other.chars().take(60).collect();
                    return Err(Error::Unreadable(format!(
                        "The form has no field \"{name}\". Go back, reload the page and try again."
                    )));
                }
            }
        }
        let query = list::read(Some(&address.finish()));
        asked.query = query.first_page().to_query_string();
        Ok(asked)
    }
}

#[derive(Deserialize)]
pub(super) struct One {
    view: SavedViewId,
}

const VIEWS: &str = "/suppliers/views";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Name {
    name: String,
}

pub(super) async fn rename(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Path(One { view }): Path<One>,
    Form(Name { name }): Form<Name>,
) -> Result<Response> {
    let renamed = suppliers::rename_view(&app.keelson, &signed.act(&app), view, &name).await;
    match mistakes(renamed)? {
        Ok(()) => Ok(signed.done(&app, &hx, VIEWS, Flash::ok("The view is renamed."))),
        Err(errors) => Ok(edit(
            &signed,
            "Rename view",
            format!("/views/{view}/name"),
            Vec::new(),
            vec![Field::text("name", "Name of the view").value(&name)],
            errors,
        )),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Pin {
    pinned: bool,
}

pub(super) async fn pin(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Path(One { view }): Path<One>,
    Form(Pin { pinned }): Form<Pin>,
) -> Result<Response> {
    suppliers::pin_view(&app.keelson, &signed.act(&app), view, pinned).await?;
    let said = Flash::ok(if pinned {
        "The view stands in the sidebar now."
    } else {
        "The view is taken out of the sidebar."
    });
    Ok(signed.done(&app, &hx, VIEWS, said))
}

pub(super) async fn delete(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Path(One { view }): Path<One>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    suppliers::delete_view(&app.keelson, &signed.act(&app), view).await?;
    Ok(signed.done(&app, &hx, VIEWS, Flash::ok("The view is deleted.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_keeps_the_lists_own_words_and_nothing_else() {
        let asked = Asked::read(b"name=Late&status=active&sort=-score&page=3&shared=on").unwrap();
        assert_eq!(
            (asked.name.as_str(), asked.query.as_str(), asked.shared),
            ("Late", "status=active&sort=-score", true)
        );
        assert!(Asked::read(b"name=Late&is_administrator=true").is_err());
    }
}
