//! Suppliers: the list, a supplier's page, creating and editing one, and records that are the same party twice.

mod documents;
mod duplicates;
mod export;
mod form;
mod list;
mod notes;
mod search;
mod show;
mod steps;
mod words;

use keelson_domain::{
    self as domain, Keelson, SupplierId,
    access::{Permission, Scope},
    suppliers::{self, Supplier},
};

use crate::{ById, Record, Routes};

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
        .get("/suppliers/duplicates", MergeSuppliers, duplicates::page)
        // Where the sidebar leads.
        .get("/duplicates", MergeSuppliers, duplicates::page)
        .post(
            "/duplicates/{pair}/merge",
            MergeSuppliers,
            duplicates::merge,
        )
        .post(
            "/duplicates/{pair}/distinction",
            MergeSuppliers,
            duplicates::distinct,
        )
        .post(
            "/duplicates/{pair}/reconsideration",
            MergeSuppliers,
            duplicates::reconsider,
        )
        .post("/merges/{merge}/undo", MergeSuppliers, duplicates::undo)
        .get("/search", ViewSuppliers, search::find)
        .get("/suppliers/{id}", ViewSuppliers, show::page)
        .get("/suppliers/{id}/edit", EditSuppliers, form::edit)
        .post("/suppliers/{id}/edit", EditSuppliers, form::save)
        .get(
            "/suppliers/{id}/scorecard",
            ViewPerformance,
            show::tab_scorecard,
        )
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
