//! Imports: upload a file, map its columns, look at a sample, start, and see what became of every row.

mod columns;
mod list;
mod look;
mod mapping;
mod new;
mod preview;
mod sample;
mod show;
mod words;

use keelson_domain::{
    self as domain, ImportId, Keelson,
    access::{Permission, Person, Scope},
    ingest::{self, Import, Kind, State},
};

use crate::{
    ById, Record, Routes,
    kit::{Html, Tone, marks, panel::Steps},
};

pub(crate) fn routes() -> Routes {
    use Permission::ImportFacts;
    Routes::new()
        .get("/imports", ImportFacts, list::page)
        .get("/imports/new", ImportFacts, new::page)
        .upload("/imports/new", ImportFacts, new::LIMIT, new::receive)
        .get("/imports/{id}", ImportFacts, show::page)
        .get("/imports/{id}/mapping", ImportFacts, mapping::page)
        .post("/imports/{id}/mapping", ImportFacts, mapping::save)
        .post("/imports/{id}/sample", ImportFacts, mapping::sample)
        .post("/imports/{id}/columns", ImportFacts, mapping::save_columns)
        .post(
            "/imports/{id}/columns/sample",
            ImportFacts,
            mapping::columns_sample,
        )
        .post("/imports/{id}/library", ImportFacts, mapping::keep)
        .post("/imports/{id}/reuse", ImportFacts, mapping::reuse)
        .get("/imports/{id}/preview", ImportFacts, preview::page)
        .post("/imports/{id}/start", ImportFacts, show::start)
        .post("/imports/{id}/cancellation", ImportFacts, show::cancel)
        .get("/imports/{id}/rejects.csv", ImportFacts, show::rejects)
}

impl Record for Import {
    type Path = ById<ImportId>;

    /// Files belong to the buying company; no supplier's person sees one.
    async fn find(
        keelson: &Keelson,
        scope: Scope,
        path: Self::Path,
    ) -> domain::Result<Option<Self>> {
        if scope != Scope::Organisation {
            return Ok(None);
        }
        match ingest::find(keelson.db.read(), path.id).await {
            Ok(import) => Ok(Some(import)),
            Err(domain::Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What a kind of file is called.
fn kind_in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Suppliers => "Suppliers",
        Kind::OrderLines => "Order lines",
        Kind::Receipts => "Receipts",
        Kind::Inspections => "Inspections",
        Kind::InvoiceLines => "Invoice lines",
    }
}

fn state_badge(state: State) -> Html {
    let (text, tone) = match state {
        State::Uploaded => ("Not started", Tone::Plain),
        State::Waiting => ("Waiting", Tone::Info),
        State::Running => ("Running", Tone::Info),
        State::Done => ("Done", Tone::Ok),
        State::Failed => ("Failed", Tone::Bad),
        State::Cancelled => ("Cancelled", Tone::Plain),
    };
    marks::badge(text, tone)
}

/// Who brought the file; the program itself where nobody did.
async fn who(keelson: &Keelson, import: &Import) -> domain::Result<String> {
    let person = match import.started_by {
        Some(id) => Person::find(keelson.db.read(), id).await?,
        None => None,
    };
    Ok(person.map_or_else(|| "Keelson".to_owned(), |person| person.name.to_string()))
}

/// The steps of an import; `current` counts from 0.
fn steps(import: &Import, current: usize) -> Steps {
    let home = address(import);
    let mapped = import.state == State::Uploaded;
    Steps {
        label: "Steps of the import".to_owned(),
        steps: vec![
            ("Upload".to_owned(), None),
            (
                "Columns".to_owned(),
                mapped.then(|| format!("{home}/mapping")),
            ),
            (
                "Preview".to_owned(),
                mapped.then(|| format!("{home}/preview")),
            ),
            ("Result".to_owned(), None),
        ],
        current,
    }
}

fn address(import: &Import) -> String {
    format!("/imports/{}", import.id)
}
