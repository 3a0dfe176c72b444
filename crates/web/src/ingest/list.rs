use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use keelson_domain::{ImportId, ingest};
use serde::Deserialize;

use super::{address, kind_in_words, state_badge, who};
use crate::{
    App, Query, Result, Signed,
    kit::{
        Html, NavItem, Page, Shell,
        format::{self, count},
        list::Blank,
    },
};

/// Imports on a page.
const ROWS: u64 = 50;

#[derive(Template)]
#[template(path = "ingest/list.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
    blank: Blank,
    /// Saved mappings: name, kind, version, when.
    kept: Vec<(String, &'static str, i64, String)>,
    /// Where the imports before these are.
    older: Option<String>,
}

struct Row {
    href: String,
    file: String,
    kind: &'static str,
    state: Html,
    rows: String,
    loaded: String,
    refused: String,
    who: String,
    when: String,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    before: Option<ImportId>,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let mut imports = ingest::recent(app.keelson.db.read(), asked.before, ROWS + 1).await?;
    let has_older = imports.len() as u64 > ROWS;
    imports.truncate(ROWS as usize);
    let older = imports
        .last()
        .filter(|_| has_older)
        .map(|last| format!("/imports?before={}", last.id));
    let (locale, now) = (signed.locale(), app.now());
    let write = |number: u64| count(number.try_into().unwrap_or(i64::MAX), locale);
    let mut names = BTreeMap::new();
    let mut rows = Vec::new();
    for import in imports {
        let name = if let Some(name) = names.get(&import.started_by) {
            String::clone(name)
        } else {
            let name = who(&app.keelson, &import).await?;
            names.insert(import.started_by, name.clone());
            name
        };
        let counts = import.counts;
        rows.push(Row {
            href: address(&import),
            kind: kind_in_words(import.kind),
            state: state_badge(import.state),
            rows: write(counts.rows),
            loaded: write(counts.inserted + counts.superseded),
            refused: write(counts.rejected),
            who: name,
            when: format::recent(import.created_at, now, locale),
            file: import.file_name,
        });
    }
    Ok(Page::whole(&List {
        shell: signed.shell(NavItem::Imports),
        rows,
        kept: ingest::kept_mappings(app.keelson.db.read())
            .await?
            .into_iter()
            .map(|kept| {
                let saved = format::recent(kept.at, now, locale);
                (kept.name, kind_in_words(kept.kind), kept.version, saved)
            })
            .collect(),
        blank: Blank::new(
            "upload",
            "Nothing has been imported yet",
            "Upload suppliers, order lines, receipts, inspections or invoice lines as CSV, Excel or JSON.",
        )
        .action("Import a file", "/imports/new"),
        older,
    }))
}
