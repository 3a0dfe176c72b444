//! Pages, JSON and the portal: the only crate that knows HTTP and HTML.
//!
//! A capability is a folder; its `mod.rs` exports `routes()`, and each route names the permission it needs:
//!
//! ```text
//! pub fn routes() -> Routes {
//!     Routes::new()
//!         .get("/suppliers", Permission::ViewSuppliers, list::page)
//!         .get("/suppliers/{id}", Permission::ViewSuppliers, show::page)
//!         .post("/suppliers/{id}/approval", Permission::ApproveSuppliers, approval::create)
//! }
//! ```
//!
//! [`routes()`] merges them; it is also what the access matrix test enumerates.

mod access;
pub mod assets;
pub mod charts;
mod error;
mod home;
mod ingest;
pub mod kit;
mod performance;
mod portal;
mod routes;
mod segmentation;
mod server;
mod settings;
mod sheet;
mod suppliers;

pub use error::{Error, Result};
pub use routes::{Access, RouteInfo, Routes};
pub use server::{
    Allowed, App, ById, FolderOutbox, Form, Letter, Outbox, Path, Query, Record, Signed, Site,
    router, serve,
};

/// Every page and every form there is, each with what it takes to reach it.
pub fn routes() -> Routes {
    Routes::new()
        .merge(access::routes())
        .merge(home::routes())
        .merge(ingest::routes())
        .merge(performance::routes())
        .merge(portal::routes())
        .merge(segmentation::routes())
        .merge(settings::routes())
        .merge(suppliers::routes())
}
