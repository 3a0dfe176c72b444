use std::{future::Future, ops::Deref};

use axum::{extract::FromRequestParts, http::request::Parts};
use keelson_domain::{self as domain, Keelson, access::Scope};
use serde::{Deserialize, de::DeserializeOwned};

use super::{App, Path, Signed};
use crate::Error;

/// Something a path names: `/suppliers/{id}`.
///
/// ```text
/// impl Record for Supplier {
///     type Path = ById<SupplierId>;
///
///     async fn find(keelson: &Keelson, scope: Scope, path: Self::Path) -> domain::Result<Option<Self>> {
///         Supplier::find(keelson.db.read(), scope, path.id).await
///     }
/// }
/// ```
pub trait Record: Sized + Send {
    /// The path's parameters. Where a record lies below another it names both, and `find` checks that they belong together:
    /// `/suppliers/{id}/notes/{note}`.
    type Path: DeserializeOwned + Send;

    /// The row, if it is within this person's scope. A foreign row is none, exactly like a missing one.
    fn find(
        keelson: &Keelson,
        scope: Scope,
        path: Self::Path,
    ) -> impl Future<Output = domain::Result<Option<Self>>> + Send;
}

/// The path of a record that `{id}` alone names.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct ById<T> {
    pub id: T,
}

/// The record the path names, which this person may touch. Foreign, missing, and an id that no row can have are all 404.
#[derive(Clone, Copy, Debug)]
pub struct Allowed<T>(pub T);

impl<T> Deref for Allowed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Record> FromRequestParts<App> for Allowed<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let signed = <Signed as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        let Path(path) = Path::<T::Path>::from_request_parts(parts, app).await?;
        let found = T::find(&app.keelson, signed.scope(), path).await?;
        found.map(Self).ok_or(Error::NotFound)
    }
}
