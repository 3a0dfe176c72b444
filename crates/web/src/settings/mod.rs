//! Settings: people and roles, the organisation, and the definitions that judge suppliers.

mod organisation;
mod people;

use askama::Template;
use keelson_domain::access::Permission;

use crate::{
    Routes, Signed,
    kit::{NavItem, Page, Shell},
};

pub(crate) fn routes() -> Routes {
    use Permission::{ManageOrganisation, ManagePeople, ViewPortfolio};
    Routes::new()
        .get("/settings", ViewPortfolio, show)
        .get("/settings/people", ManagePeople, people::list)
        .get("/settings/people/new", ManagePeople, people::new)
        .post("/settings/people", ManagePeople, people::invite)
        .get("/settings/people/{id}", ManagePeople, people::show)
        .post(
            "/settings/people/{id}/roles",
            ManagePeople,
            people::change_roles,
        )
        .post(
            "/settings/people/{id}/invitation",
            ManagePeople,
            people::invite_again,
        )
        .post(
            "/settings/people/{id}/reset",
            ManagePeople,
            people::make_reset_link,
        )
        .post(
            "/settings/people/{id}/suspension",
            ManagePeople,
            people::disable,
        )
        .post(
            "/settings/people/{id}/reinstatement",
            ManagePeople,
            people::enable,
        )
        .get(
            "/settings/organisation",
            ManageOrganisation,
            organisation::show,
        )
        .post(
            "/settings/organisation",
            ManageOrganisation,
            organisation::change,
        )
}

/// What can be set, where, and who may. A capability with settings adds its line.
const SECTIONS: [(Permission, &str, &str, &str); 2] = [
    (
        Permission::ManagePeople,
        "People and roles",
        "/settings/people",
        "Who may come in and what they may do. Invite colleagues and suppliers' people, change roles, disable accounts.",
    ),
    (
        Permission::ManageOrganisation,
        "Organisation",
        "/settings/organisation",
        "The organisation's name, the currency of its reports, how numbers and dates are written.",
    ),
];

#[derive(Template)]
#[template(path = "settings/settings.html")]
struct Settings {
    shell: Shell,
    sections: Vec<Section>,
}

struct Section {
    title: &'static str,
    href: &'static str,
    text: &'static str,
}

async fn show(signed: Signed) -> Page {
    let sections = SECTIONS
        .into_iter()
        .filter(|(permission, ..)| signed.may(*permission))
        .map(|(_, title, href, text)| Section { title, href, text })
        .collect();
    Page::whole(&Settings {
        shell: signed.shell(NavItem::Settings),
        sections,
    })
}
