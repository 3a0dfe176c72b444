//! What the palette finds: suppliers by name, number, city, category or identifier.

use axum::extract::State;
use keelson_domain::suppliers::{self, ListQuery};
use serde::Deserialize;

use crate::{
    App, Query, Result, Signed,
    kit::{
        Page,
        panel::{SearchHit, SearchHits},
    },
};

/// More than this nobody reads in a palette.
const HITS: usize = 8;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

pub(super) async fn find(
    State(app): State<App>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let text: String = asked.q.trim().chars().take(200).collect();
    let mut hits = SearchHits::default();
    if text.chars().count() > 1 {
        let query = ListQuery {
            text,
            ..ListQuery::default()
        };
        let currency = signed.organisation().currency;
        let found = suppliers::list(app.keelson.db.read(), &query, currency).await?;
        hits.hits = found
            .rows
            .into_iter()
            .take(HITS)
            .map(|row| SearchHit {
                text: row.name,
                hint: format!("Supplier, {}", row.number),
                href: format!("/suppliers/{}", row.id),
                icon: None,
            })
            .collect();
    }
    Ok(Page::whole(&hits))
}
