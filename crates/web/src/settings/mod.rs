//! Settings: people and roles, the organisation, and the definitions that judge suppliers.

mod document;
mod kpis;
mod organisation;
mod people;
mod policy;
mod templates;

use askama::Template;
use keelson_domain::access::Permission;
use keelson_methods::{kpi::Definition, scoring::ScorecardTemplate, segmentation::Policy};

use crate::{
    Routes, Signed,
    kit::{NavItem, Page, Shell},
};

pub(crate) fn routes() -> Routes {
    use Permission::{ManageOrganisation, ManagePeople, ViewPortfolio};
    Routes::new()
        .get("/settings", ViewPortfolio, show)
        .merge(kpi_routes())
        .merge(template_routes())
        .merge(policy_routes())
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

fn kpi_routes() -> Routes {
    use Permission::{DefinePerformance, ViewPerformance};
    Routes::new()
        .get("/settings/kpis", ViewPerformance, kpis::list)
        .post(
            "/settings/kpis",
            DefinePerformance,
            document::publish::<Definition>,
        )
        .get("/settings/kpis/new", DefinePerformance, kpis::new)
        .post(
            "/settings/kpis/preview",
            DefinePerformance,
            document::preview::<Definition>,
        )
        .post(
            "/settings/kpis/draft",
            DefinePerformance,
            document::draft::<Definition>,
        )
        .upload(
            "/settings/kpis/upload",
            DefinePerformance,
            document::UPLOAD,
            document::upload::<Definition>,
        )
        .get(
            "/settings/kpis/{key}",
            ViewPerformance,
            document::show::<Definition>,
        )
        .get(
            "/settings/kpis/{key}/edit",
            DefinePerformance,
            document::edit::<Definition>,
        )
        .get(
            "/settings/kpis/{key}/versions/{version}",
            ViewPerformance,
            document::show::<Definition>,
        )
        .get(
            "/settings/kpis/{key}/versions/{version}/document",
            ViewPerformance,
            document::download::<Definition>,
        )
}

fn template_routes() -> Routes {
    use Permission::{DefinePerformance, ViewPerformance};
    Routes::new()
        .get("/settings/templates", ViewPerformance, templates::list)
        .post(
            "/settings/templates",
            DefinePerformance,
            document::publish::<ScorecardTemplate>,
        )
        .get("/settings/templates/new", DefinePerformance, templates::new)
        .post(
            "/settings/templates/preview",
            DefinePerformance,
            document::preview::<ScorecardTemplate>,
        )
        .post(
            "/settings/templates/draft",
            DefinePerformance,
            document::draft::<ScorecardTemplate>,
        )
        .upload(
            "/settings/templates/upload",
            DefinePerformance,
            document::UPLOAD,
            document::upload::<ScorecardTemplate>,
        )
        .get(
            "/settings/templates/{key}",
            ViewPerformance,
            document::show::<ScorecardTemplate>,
        )
        .get(
            "/settings/templates/{key}/edit",
            DefinePerformance,
            document::edit::<ScorecardTemplate>,
        )
        .get(
            "/settings/templates/{key}/versions/{version}",
            ViewPerformance,
            document::show::<ScorecardTemplate>,
        )
        .get(
            "/settings/templates/{key}/versions/{version}/document",
            ViewPerformance,
            document::download::<ScorecardTemplate>,
        )
}

fn policy_routes() -> Routes {
    use Permission::{DefineSegmentation, ViewSegmentation};
    Routes::new()
        .get(
            "/settings/policy",
            ViewSegmentation,
            document::show::<Policy>,
        )
        .post(
            "/settings/policy",
            DefineSegmentation,
            document::publish::<Policy>,
        )
        .get(
            "/settings/policy/edit",
            DefineSegmentation,
            document::edit::<Policy>,
        )
        .post(
            "/settings/policy/preview",
            DefineSegmentation,
            document::preview::<Policy>,
        )
        .post(
            "/settings/policy/draft",
            DefineSegmentation,
            document::draft::<Policy>,
        )
        .upload(
            "/settings/policy/upload",
            DefineSegmentation,
            document::UPLOAD,
            document::upload::<Policy>,
        )
        .get(
            "/settings/policy/versions/{version}",
            ViewSegmentation,
            document::show::<Policy>,
        )
        .get(
            "/settings/policy/versions/{version}/document",
            ViewSegmentation,
            document::download::<Policy>,
        )
}

/// What can be set, where, and who may. A capability with settings adds its line.
const SECTIONS: [(Permission, &str, &str, &str); 5] = [
    (
        Permission::ViewPerformance,
        "KPI definitions",
        "/settings/kpis",
        "What is measured: dates, windows, tolerances, who answers for a delay. Versioned, with a preview before anything changes.",
    ),
    (
        Permission::ViewPerformance,
        "Scorecard templates",
        "/settings/templates",
        "Which KPIs count for a tier, how much, against which targets.",
    ),
    (
        Permission::ViewSegmentation,
        "Segmentation policy",
        "/settings/policy",
        "By which figures suppliers are placed in a tier, and what keeps tiers from flickering.",
    ),
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
