//! What the buying company wrote for this supplier to read. An internal note does not exist here.

use keelson_domain::{
    SupplierId,
    suppliers::{Reader, notes},
};

use crate::{
    App, Result, Signed,
    kit::{Html, format},
};

/// The newest shared notes a page shows.
const NEWEST: usize = 5;

pub(super) struct Note {
    pub(super) author: String,
    pub(super) at: Html,
    pub(super) body: String,
}

pub(super) async fn shared(app: &App, signed: &Signed, own: SupplierId) -> Result<Vec<Note>> {
    let found = notes(app.keelson.db.read(), own, Reader::Supplier).await?;
    Ok(found
        .into_iter()
        .take(NEWEST)
        .map(|note| Note {
            author: note.author_name,
            at: format::ago(note.at, app.now(), signed.locale()),
            body: note.body,
        })
        .collect())
}
