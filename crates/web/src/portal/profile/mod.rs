//! What the buying company has on record about this supplier: the supplier's own data and nothing about how it is judged.

pub(super) mod address;
pub(super) mod contacts;

use askama::Template;
use axum::extract::State;
use keelson_domain::{
    SupplierId,
    access::Permission,
    suppliers::{self, Contact, Details, Identifier, Supplier},
};

use super::{Own, shell};
use crate::{
    App, Error, Result, Signed,
    kit::{Html, Page, PortalShell, format, marks, panel::Props},
};

#[derive(Template)]
#[template(path = "portal/profile/profile.html")]
struct View {
    shell: PortalShell,
    lead: String,
    company: Props,
    address: Props,
    identifiers: Option<Props>,
    sites: Vec<SiteRow>,
    contacts: Vec<ContactRow>,
    may_edit: bool,
}

struct SiteRow {
    name: String,
    purpose: String,
    place: String,
    closed: bool,
}

struct ContactRow {
    name: String,
    role: String,
    email: String,
    phone: String,
    lead: bool,
    left: bool,
    /// The path of what can be done with the entry.
    path: String,
}

pub(super) async fn page(State(app): State<App>, signed: Signed, Own(own): Own) -> Result<Page> {
    let db = app.keelson.db.read();
    let supplier = record(&app, own).await?;
    let organisation = &signed.organisation().name;
    let view = View {
        shell: shell(&app, &signed, "/portal/profile").await?,
        lead: format!(
            "What {organisation} has on record about you. Tell your contact there when something you cannot change here is wrong."
        ),
        company: company(&supplier),
        address: address(&supplier.details),
        identifiers: identifiers(suppliers::identifiers(db, own).await?),
        sites: suppliers::sites(db, own)
            .await?
            .into_iter()
            .map(SiteRow::of)
            .collect(),
        contacts: suppliers::contacts(db, own)
            .await?
            .into_iter()
            .map(ContactRow::of)
            .collect(),
        may_edit: signed.may(Permission::EditOwnProfile),
    };
    Ok(Page::whole(&view))
}

/// The own record.
pub(super) async fn record(app: &App, own: SupplierId) -> Result<Supplier> {
    let found = suppliers::find(app.keelson.db.read(), own).await?;
    found.ok_or(Error::NotFound)
}

/// What is missing and the supplier can fill in itself: the sentence and where to.
pub(super) fn gaps(
    details: &Details,
    contacts: &[Contact],
) -> Vec<(&'static str, &'static str, &'static str)> {
    let mut gaps = Vec::new();
    if details.address.is_none() || details.city.is_none() {
        gaps.push((
            "Complete your address",
            "Orders and letters go to the address on record, and a part of it is missing.",
            "/portal/profile/address",
        ));
    }
    let reachable = |contact: &Contact| !contact.left && contact.email.is_some();
    if !contacts.iter().any(reachable) {
        gaps.push((
            "Name somebody to write to",
            "There is no contact with a mail address on record.",
            "/portal/profile/contacts/new",
        ));
    } else if !contacts.iter().any(|contact| contact.lead && !contact.left) {
        gaps.push((
            "Say whom to call first",
            "None of your contacts is marked as the one to call first.",
            "/portal/profile",
        ));
    }
    gaps
}

fn company(supplier: &Supplier) -> Props {
    let details = &supplier.details;
    Props::default()
        .row("Name", details.name.to_string())
        .row_or("Legal name", details.legal_name.clone(), "not recorded")
        .row_or("Legal form", supplier.legal_form.clone(), "not recognised")
        .row("Supplier number", supplier.number.clone())
        .row_or(
            "Currency",
            details.currency.map(keelson_methods::money::Currency::code),
            "not recorded",
        )
        .row_or(
            "Partner since",
            details.partner_since.map(|year| year.to_string()),
            "not recorded",
        )
}

fn address(details: &Details) -> Props {
    Props::default()
        .row_or("Address", details.address.clone(), "not recorded")
        .row_or("Postcode", details.postcode.clone(), "not recorded")
        .row_or("City", details.city.clone(), "not recorded")
        .row_or("Region", details.region.clone(), "not recorded")
        .row_or(
            "Country",
            details
                .country
                .map(keelson_domain::suppliers::Country::name),
            "not recorded",
        )
        .row_or("Telephone", details.phone.clone(), "not recorded")
        .row_or(
            "Website",
            details
                .website
                .as_ref()
                .map(keelson_domain::suppliers::Website::as_str),
            "not recorded",
        )
}

/// Bank accounts show only what a person needs to recognise them; remarks on identifiers are the buying company's.
fn identifiers(found: Vec<Identifier>) -> Option<Props> {
    if found.is_empty() {
        return None;
    }
    Some(
        found
            .into_iter()
            .fold(Props::default(), |props, identifier| {
                props.row(identifier.scheme.words(), identifier.shown())
            }),
    )
}

impl SiteRow {
    fn of(site: suppliers::Site) -> Self {
        let country = site.country.map(|country| country.name().to_owned());
        let place = [site.address, site.postcode, site.city, country];
        Self {
            name: site.name,
            purpose: site.purpose.unwrap_or_default(),
            place: place.into_iter().flatten().collect::<Vec<_>>().join(", "),
            closed: site.closed,
        }
    }
}

impl ContactRow {
    fn of(contact: Contact) -> Self {
        Self {
            path: format!("/portal/profile/contacts/{}", contact.id),
            name: contact.name,
            role: contact.role.unwrap_or_default(),
            email: contact.email.unwrap_or_default(),
            phone: contact.phone.unwrap_or_default(),
            lead: contact.lead,
            left: contact.left,
        }
    }

    fn person(&self) -> Html {
        marks::person(&self.name)
    }

    fn or_missing(text: &str) -> Html {
        format::or_missing((!text.is_empty()).then(|| text.to_owned()), "not recorded")
    }
}
