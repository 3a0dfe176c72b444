//! Suppliers: the list, a supplier's page, creating and editing one, and records that are the same party twice.

mod activity;
mod bulk;
mod categories;
mod contacts;
mod deliveries;
mod documents;
mod duplicates;
mod export;
mod filters;
mod form;
mod identifiers;
mod list;
mod notes;
mod overview;
mod pair;
mod part;
mod people;
mod ratings;
mod relations;
mod search;
mod show;
mod sites;
mod steps;
mod views;
mod words;

use keelson_domain::{
    self as domain, Keelson, PersonId, SupplierId,
    access::{Permission, Scope},
    suppliers::{self, Supplier},
};

use crate::{App, ById, Record, Result, Routes, kit::PinnedView};

pub(crate) fn routes() -> Routes {
    use Permission::{
        ApproveSuppliers, EditSuppliers, ExportData, ManageDocuments, MergeSuppliers,
        ViewPerformance, ViewSuppliers, WriteNotes,
    };
    Routes::new()
        .get("/suppliers", ViewSuppliers, list::page)
        .get("/suppliers/export", ExportData, export::file)
        .get("/suppliers/new", EditSuppliers, form::new)
        .post("/suppliers/new", EditSuppliers, form::create)
        .get("/suppliers/views", ViewSuppliers, views::page)
        .post("/suppliers/views", ViewSuppliers, views::save)
        .post("/views/{view}/name", ViewSuppliers, views::rename)
        .post("/views/{view}/pin", ViewSuppliers, views::pin)
        .post("/views/{view}/deletion", ViewSuppliers, views::delete)
        .post("/suppliers/bulk/owner", EditSuppliers, bulk::owner)
        .post("/suppliers/bulk/category", EditSuppliers, bulk::category)
        .post("/suppliers/bulk/status", ApproveSuppliers, bulk::status)
        .post("/bulk-edits/{event}/undo", EditSuppliers, bulk::undo)
        .get("/duplicates", MergeSuppliers, duplicates::page)
        .get("/duplicates/{pair}", MergeSuppliers, pair::page)
        .post("/duplicates/{pair}/merge", MergeSuppliers, pair::merge)
        .post(
            "/duplicates/{pair}/distinction",
            MergeSuppliers,
            pair::distinct,
        )
        .post(
            "/duplicates/{pair}/reconsideration",
            MergeSuppliers,
            pair::reconsider,
        )
        .post("/merges/{merge}/undo", MergeSuppliers, pair::undo)
        .get("/search", ViewSuppliers, search::find)
        .get("/suppliers/{id}", ViewSuppliers, show::page)
        .get("/suppliers/{id}/edit", EditSuppliers, form::edit)
        .post("/suppliers/{id}/edit", EditSuppliers, form::save)
        .get(
            "/suppliers/{id}/scorecard",
            ViewPerformance,
            show::tab_scorecard,
        )
        .merge(parts())
        .get("/suppliers/{id}/steps", ApproveSuppliers, steps::choose)
        .post("/suppliers/{id}/steps", ApproveSuppliers, steps::take)
        .post("/suppliers/{id}/notes", WriteNotes, notes::write)
        .post(
            "/suppliers/{id}/notes/{note}/withdrawal",
            WriteNotes,
            notes::withdraw,
        )
        .get(
            "/suppliers/{id}/documents",
            ViewSuppliers,
            show::tab_documents,
        )
        .upload(
            "/suppliers/{id}/documents",
            ManageDocuments,
            documents::LIMIT,
            documents::add,
        )
        .get(
            "/suppliers/{id}/documents/{document}",
            ViewSuppliers,
            documents::download,
        )
        .post(
            "/suppliers/{id}/documents/{document}/withdrawal",
            ManageDocuments,
            documents::withdraw,
        )
}

/// The views of the list that a person keeps in the sidebar.
pub(crate) async fn pinned(app: &App, person: PersonId) -> Result<Vec<PinnedView>> {
    let views = suppliers::views(app.keelson.db.read(), views::LIST, person).await?;
    Ok(views
        .into_iter()
        .filter(|view| view.pinned)
        .map(|view| PinnedView {
            href: views::address(&view),
            name: view.name,
        })
        .collect())
}

/// What a supplier consists of: its people, places, numbers, categories, ratings and relations.
fn parts() -> Routes {
    use Permission::EditSuppliers;
    Routes::new()
        .get("/suppliers/{id}/contacts/new", EditSuppliers, contacts::new)
        .post("/suppliers/{id}/contacts/new", EditSuppliers, contacts::add)
        .get(
            "/suppliers/{id}/contacts/{contact}/edit",
            EditSuppliers,
            contacts::edit,
        )
        .post(
            "/suppliers/{id}/contacts/{contact}/edit",
            EditSuppliers,
            contacts::save,
        )
        .post(
            "/suppliers/{id}/contacts/{contact}/lead",
            EditSuppliers,
            contacts::lead,
        )
        .post(
            "/suppliers/{id}/contacts/{contact}/departure",
            EditSuppliers,
            contacts::left,
        )
        .get("/suppliers/{id}/sites/new", EditSuppliers, sites::new)
        .post("/suppliers/{id}/sites/new", EditSuppliers, sites::add)
        .get(
            "/suppliers/{id}/sites/{site}/edit",
            EditSuppliers,
            sites::edit,
        )
        .post(
            "/suppliers/{id}/sites/{site}/edit",
            EditSuppliers,
            sites::save,
        )
        .post(
            "/suppliers/{id}/sites/{site}/closure",
            EditSuppliers,
            sites::close,
        )
        .get(
            "/suppliers/{id}/identifiers/new",
            EditSuppliers,
            identifiers::new,
        )
        .post(
            "/suppliers/{id}/identifiers/new",
            EditSuppliers,
            identifiers::add,
        )
        .post(
            "/suppliers/{id}/identifiers/{identifier}/removal",
            EditSuppliers,
            identifiers::remove,
        )
        .get(
            "/suppliers/{id}/categories",
            EditSuppliers,
            categories::edit,
        )
        .post(
            "/suppliers/{id}/categories",
            EditSuppliers,
            categories::save,
        )
        .get("/suppliers/{id}/ratings", EditSuppliers, ratings::edit)
        .post("/suppliers/{id}/ratings", EditSuppliers, ratings::save)
        .get("/suppliers/{id}/owner", EditSuppliers, relations::owner)
        .post("/suppliers/{id}/owner", EditSuppliers, relations::assign)
        .get("/suppliers/{id}/parent", EditSuppliers, relations::parent)
        .post("/suppliers/{id}/parent", EditSuppliers, relations::belong)
        .post(
            "/suppliers/{id}/verification",
            EditSuppliers,
            relations::verify,
        )
}

impl Record for Supplier {
    type Path = ById<SupplierId>;

    async fn find(
        keelson: &Keelson,
        scope: Scope,
        path: Self::Path,
    ) -> domain::Result<Option<Self>> {
        if !scope.covers(path.id) {
            return Ok(None);
        }
        suppliers::find(keelson.db.read(), path.id).await
    }
}
