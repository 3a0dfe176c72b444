use askama::Template;
use axum::{extract::State, response::Response};
use keelson_documents::write::{Column, ColumnKind, Value};
use keelson_domain::{
    Error as DomainError, ImportId,
    ingest::{self, Import, Refused, RunImport, State as Stage},
};
use serde::Deserialize;

use super::{address, kind_in_words, mapping, state_badge, steps, who};
use crate::{
    Allowed, App, Form, Result, Signed,
    kit::{
        Flash, Html, Hx, NavItem, Page, Shell, Tone,
        format::{self, count},
        marks,
        panel::{Figure, Figures, Notice, Props, Steps},
    },
    sheet,
};

/// Refused rows on the page; the download has all of them.
const FIRST: u64 = 50;

/// Refused rows of a download in one go.
const EXPORT: u64 = 1_000_000;

#[derive(Template)]
#[template(path = "ingest/show.html", blocks = ["outcome"])]
struct Show {
    shell: Shell,
    steps: Steps,
    import: Import,
    state: Html,
    facts: Props,
    figures: Figures,
    progress: Html,
    refused: Vec<Refused>,
    /// How many refused rows there are, in words.
    refused_rows: String,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
) -> Result<Page> {
    let (locale, now) = (signed.locale(), app.now());
    let write = |number: u64| count(number.try_into().unwrap_or(i64::MAX), locale);
    let counts = import.counts;
    let figures = [
        ("Rows read", counts.rows),
        ("New", counts.inserted),
        ("Corrected", counts.superseded),
        ("Unchanged", counts.unchanged),
        ("Repeated", counts.repeated),
        ("Refused", counts.rejected),
    ];
    let facts = Props::default()
        .row("Kind", kind_in_words(import.kind))
        .row("By", who(&app.keelson, &import).await?)
        .row("Uploaded", format::recent(import.created_at, now, locale))
        .row_or(
            "Started",
            import.started_at.map(|at| format::recent(at, now, locale)),
            "not started",
        )
        .row_or(
            "Ended",
            import.finished_at.map(|at| format::recent(at, now, locale)),
            "not ended",
        )
        .row("New suppliers", write(counts.suppliers_created))
        .row_or(
            "Control totals",
            import.control.as_deref(),
            "the mapping names none",
        )
        .row_or(
            "Remarks",
            Some(import.notes.join(" ")).filter(|notes| !notes.is_empty()),
            "none",
        );
    let view = Show {
        shell: signed.shell(NavItem::Imports),
        steps: steps(
            &import,
            if import.state == Stage::Uploaded {
                1
            } else {
                3
            },
        ),
        state: state_badge(import.state),
        facts,
        figures: Figures::new(
            figures
                .into_iter()
                .map(|(label, number)| Figure::new(label, write(number)))
                .collect(),
        ),
        progress: marks::progress(
            "Reading rows",
            counts.rows,
            import.rows_total,
            "rows",
            locale,
        ),
        refused: ingest::refused(app.keelson.db.read(), import.id, 0, FIRST).await?,
        refused_rows: write(counts.rejected),
        import,
    };
    Ok(Page::of(&hx, &view, &view.as_outcome()))
}

impl Show {
    fn is_open(&self) -> bool {
        self.import.state == Stage::Uploaded
    }

    fn is_under_way(&self) -> bool {
        matches!(self.import.state, Stage::Waiting | Stage::Running)
    }

    fn address(&self) -> String {
        address(&self.import)
    }

    fn failure(&self) -> Option<Notice> {
        let why = self.import.failure.as_deref()?;
        let text = format!(
            "{why} What was loaded before stays. Upload the file again with a better mapping to add the rest."
        );
        Some(Notice::new(Tone::Bad, "The import stopped.", text))
    }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// The other files that came with this one in the same form and that nobody has started.
pub(super) async fn beside(app: &App, import: &Import) -> Result<Vec<Import>> {
    let (Stage::Uploaded, Some(person)) = (import.state, import.started_by) else {
        return Ok(Vec::new());
    };
    let waiting = ingest::waiting_of(app.keelson.db.read(), import.kind, person).await?;
    Ok(waiting
        .into_iter()
        .filter(|other| other.id != import.id && other.created_at == import.created_at)
        .collect())
}

/// Files that are started together with the one of the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Also {
    also: Vec<ImportId>,
}

/// Lets an import run in the background, and others with it. A mapping that cannot be used is put right first.
pub(super) async fn start(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
    Form(Also { also }): Form<Also>,
) -> Result<Response> {
    let others: Vec<Import> = beside(&app, &import)
        .await?
        .into_iter()
        .filter(|other| also.contains(&other.id))
        .collect();
    let together: Vec<&Import> = std::iter::once(&import).chain(&others).collect();
    for one in &together {
        if one.state == Stage::Uploaded
            && let Err(problems) = mapping::read(one, &one.mapping)
        {
            let said = Flash::bad(format!(
                "The mapping of {} is not complete yet. {}",
                one.file_name,
                problems.first().map_or("", String::as_str)
            ));
            return Ok(signed.done(&app, &hx, &format!("{}/mapping", address(one)), said));
        }
    }
    let act = signed.act(&app);
    let tx = app.keelson.db.begin().await?;
    for one in &together {
        match ingest::start(&tx, &act, one.id).await {
            Ok(()) => {
                let job = RunImport { import: one.id };
                let key = format!("import {}", one.id);
                keelson_jobs::enqueue_once(&tx, &job, &key, act.at)
                    .await
                    .map_err(DomainError::from)?;
            }
            Err(DomainError::Conflict(why)) => {
                return Ok(signed.done(&app, &hx, &address(&import), Flash::bad(why)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    tx.commit().await.map_err(DomainError::from)?;
    let (to, said) = if others.is_empty() {
        (
            address(&import),
            format!("{} is being imported.", import.file_name),
        )
    } else {
        (
            "/imports".to_owned(),
            format!("{} files are being imported.", together.len()),
        )
    };
    Ok(signed.done(&app, &hx, &to, Flash::ok(said)))
}

pub(super) async fn cancel(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let said = match ingest::cancel(&app.keelson, &signed.act(&app), import.id).await {
        Ok(()) => Flash::ok(format!("{} will not be imported.", import.file_name)),
        Err(DomainError::Conflict(why)) => Flash::bad(why),
        Err(error) => return Err(error.into()),
    };
    Ok(signed.done(&app, &hx, &address(&import), said))
}

/// Every refused row with its reason, to be put right where the file comes from.
pub(super) async fn rejects(
    State(app): State<App>,
    Allowed(import): Allowed<Import>,
) -> Result<Response> {
    let refused = ingest::refused(app.keelson.db.read(), import.id, 0, EXPORT).await?;
    let columns = [
        Column::new("row", ColumnKind::Number { decimals: 0 }),
        Column::new("column", ColumnKind::Text),
        Column::new("value", ColumnKind::Text),
        Column::new("reason", ColumnKind::Text),
    ];
    let rows = refused.iter().map(|refused| {
        vec![
            Value::Number(refused.row as f64),
            refused.column.as_deref().map_or(Value::Empty, Value::Text),
            refused.value.as_deref().map_or(Value::Empty, Value::Text),
            Value::Text(&refused.reason),
        ]
    });
    sheet::csv(&format!("import-{}-refused.csv", import.id), &columns, rows)
}
