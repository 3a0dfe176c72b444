//! The supplier's side: its own scorecards with their lines, its own record, its own documents.
//!
//! Every page begins with [`Own`], the supplier its reader speaks for, and asks the domain for that one only: no address of
//! the portal names a supplier. Templates print the view types of this folder, and none of them holds an internal field.

mod documents;
mod home;
mod lines;
mod notes;
mod profile;
mod scorecard;
mod words;

use axum::{extract::FromRequestParts, http::request::Parts};
use keelson_domain::{
    SupplierId,
    access::{Permission, Scope},
};

use crate::{
    App, Error, Result, Routes, Signed,
    kit::{PortalNav, PortalShell},
};

pub(crate) use self::{documents::attachment, words::typed_date};

pub(crate) fn routes() -> Routes {
    use Permission::{EditOwnProfile, ShareDocuments, UsePortal};
    Routes::new()
        .get("/portal", UsePortal, home::page)
        .get("/portal/scorecard", UsePortal, scorecard::page)
        .get("/portal/scorecard/lines", UsePortal, lines::page)
        .get("/portal/profile", UsePortal, profile::page)
        .get(
            "/portal/profile/address",
            EditOwnProfile,
            profile::address::edit,
        )
        .post(
            "/portal/profile/address",
            EditOwnProfile,
            profile::address::save,
        )
        .get(
            "/portal/profile/contacts/new",
            EditOwnProfile,
            profile::contacts::new,
        )
        .post(
            "/portal/profile/contacts",
            EditOwnProfile,
            profile::contacts::add,
        )
        .post(
            "/portal/profile/contacts/{contact}/lead",
            EditOwnProfile,
            profile::contacts::lead,
        )
        .post(
            "/portal/profile/contacts/{contact}/departure",
            EditOwnProfile,
            profile::contacts::left,
        )
        .get("/portal/documents", UsePortal, documents::page)
        .get("/portal/documents/new", ShareDocuments, documents::new)
        .get(
            "/portal/documents/{document}",
            UsePortal,
            documents::download,
        )
        .upload(
            "/portal/documents",
            ShareDocuments,
            documents::LIMIT,
            documents::add,
        )
}

/// The supplier this person speaks for: the only one there is in the portal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own(pub(crate) SupplierId);

impl FromRequestParts<App> for Own {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let signed = <Signed as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        match signed.scope() {
            Scope::Supplier(own) => Ok(Self(own)),
            Scope::Organisation => Err(Error::NotFound),
        }
    }
}

/// The places of the portal, none of them current.
pub(crate) fn places() -> Vec<PortalNav> {
    [
        ("Home", "/portal"),
        ("Scorecard", "/portal/scorecard"),
        ("Documents", "/portal/documents"),
        ("Profile", "/portal/profile"),
    ]
    .map(|(label, href)| PortalNav {
        label: label.to_owned(),
        href: href.to_owned(),
        current: false,
        count: None,
    })
    .into()
}

/// The frame of a page that belongs to one of the places.
async fn shell(app: &App, signed: &Signed, place: &str) -> Result<PortalShell> {
    let mut shell = signed.portal_shell(app).await?;
    for item in &mut shell.nav {
        item.current = item.href == place;
    }
    Ok(shell)
}
