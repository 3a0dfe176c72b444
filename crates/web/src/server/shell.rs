//! The frame of a page, filled for the person who reads it.

use keelson_domain::access::{self, Permission, Side, Theme as Chosen};

use super::{App, Signed};
use crate::{
    Result,
    kit::{Create, NavItem, Person, PortalShell, Shell, Theme},
};

/// What it takes to be shown a place in the sidebar: one of these.
const fn opened_by(item: NavItem) -> &'static [Permission] {
    match item {
        NavItem::Home => &[Permission::ViewPortfolio],
        NavItem::Suppliers => &[Permission::ViewSuppliers],
        NavItem::Segmentation => &[Permission::ViewSegmentation],
        NavItem::Duplicates => &[Permission::MergeSuppliers],
        NavItem::Scorecards => &[Permission::ViewPerformance],
        NavItem::Imports => &[Permission::ImportFacts],
        NavItem::Settings => &[
            Permission::DefinePerformance,
            Permission::DefineSegmentation,
            Permission::ManagePeople,
            Permission::ManageOrganisation,
        ],
    }
}

/// What can be created from anywhere, each with its key after N.
const CREATES: [(Permission, &str, &str, char); 2] = [
    (
        Permission::EditSuppliers,
        "New supplier",
        "/suppliers/new",
        's',
    ),
    (
        Permission::ImportFacts,
        "Import a file",
        "/imports/new",
        'i',
    ),
];

impl Signed {
    /// The frame of a page of the buying company.
    pub fn shell(&self, current: NavItem) -> Shell {
        let may_open = |item: &NavItem| {
            opened_by(*item)
                .iter()
                .any(|permission| self.may(*permission))
        };
        Shell {
            organisation: self.organisation().name.clone(),
            demo: self.organisation().invented,
            person: self.shown(),
            locale: self.locale(),
            theme: self.theme(),
            single_keys: self.person().preferences.shortcuts,
            current,
            nav: NavItem::ALL.into_iter().filter(may_open).collect(),
            creates: CREATES
                .iter()
                .filter(|(permission, ..)| self.may(*permission))
                .map(|(_, label, href, key)| Create {
                    label: (*label).into(),
                    href: (*href).into(),
                    key: *key,
                })
                .collect(),
            flash: self.flash(),
            pinned: self.pinned(),
            ..Shell::default()
        }
    }

    /// The frame of a page of the portal. The page sets which place is current.
    pub(crate) async fn portal_shell(&self, app: &App) -> Result<PortalShell> {
        let supplier = match self.person().supplier {
            Some(id) => access::name_of_supplier(app.keelson.db.read(), id).await?,
            None => None,
        };
        Ok(PortalShell {
            organisation: self.organisation().name.clone(),
            demo: self.organisation().invented,
            supplier: supplier.unwrap_or_default(),
            person: self.shown(),
            locale: self.locale(),
            theme: self.theme(),
            nav: crate::portal::places(),
            flash: self.flash(),
            ..PortalShell::default()
        })
    }

    /// Where this person's own pages begin.
    pub fn home(&self) -> &'static str {
        match self.person().side() {
            Side::Buyer => "/",
            Side::Supplier => "/portal",
        }
    }

    pub(crate) fn shown(&self) -> Person {
        let person = self.person();
        let roles: Vec<&str> = person.roles.iter().map(|role| role.label()).collect();
        Person {
            name: person.name.to_string(),
            role: roles.join(", "),
        }
    }

    pub(crate) fn theme(&self) -> Theme {
        match self.person().preferences.theme {
            Chosen::System => Theme::System,
            Chosen::Light => Theme::Light,
            Chosen::Dark => Theme::Dark,
        }
    }
}
