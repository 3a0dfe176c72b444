//! Scorecards, measures, and the lines behind every figure.

mod card;
mod curve;
pub(crate) mod lines;
mod list;
mod measures;
mod show;
pub(crate) mod tab;
pub(crate) mod words;

use keelson_domain::{
    self as domain, Keelson, SupplierId,
    access::{Permission, Scope},
    performance::{
        SupplierName, measure,
        scorecard::{self, Card},
    },
};

pub(crate) use self::curve::curve;
use crate::{ById, Record, Routes};

pub(crate) fn routes() -> Routes {
    use Permission::{PublishScorecards, ViewFacts, ViewPerformance};
    Routes::new()
        .get("/scorecards", ViewPerformance, list::page)
        .get("/scorecards/export", Permission::ExportData, list::export)
        .post("/scorecards", PublishScorecards, list::score_now)
        .get("/scorecards/{id}", ViewPerformance, show::page)
        .post("/scorecards/{id}/sharing", PublishScorecards, show::share)
        .get("/measures", ViewPerformance, measures::page)
        .get("/suppliers/{id}/lines", ViewFacts, lines::page)
        .get("/suppliers/{id}/lines/export", ViewFacts, lines::export)
}

/// A supplier, as far as its figures are concerned.
#[derive(Clone, Debug)]
pub(crate) struct Measured(pub(crate) SupplierName);

impl Record for Measured {
    type Path = ById<SupplierId>;

    async fn find(
        keelson: &Keelson,
        scope: Scope,
        path: Self::Path,
    ) -> domain::Result<Option<Self>> {
        if !scope.covers(path.id) {
            return Ok(None);
        }
        let found = measure::supplier(keelson.db.read(), path.id).await?;
        Ok(found.map(Self))
    }
}

impl Record for Card {
    type Path = ById<domain::ScorecardId>;

    async fn find(
        keelson: &Keelson,
        scope: Scope,
        path: Self::Path,
    ) -> domain::Result<Option<Self>> {
        match scorecard::find(keelson.db.read(), path.id).await {
            Ok(card) => Ok(scope.covers(card.supplier).then_some(card)),
            Err(domain::Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
