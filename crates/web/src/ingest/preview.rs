//! What an import would change, before it runs.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::ingest::{self, Import, Preview, State as Stage};

use super::{address, kind_in_words, mapping, show, steps};
use crate::{
    Allowed, App, Result, Signed,
    kit::{
        Flash, Hx, NavItem, Page, Shell, Tone,
        format::count,
        panel::{Figure, Figures, Notice, Steps},
        redirect,
    },
};

#[derive(Template)]
#[template(path = "ingest/preview.html")]
struct View {
    shell: Shell,
    steps: Steps,
    import: Import,
    kind: &'static str,
    figures: Option<Figures>,
    said: Option<Notice>,
    preview: Preview,
    others: Vec<Import>,
}

pub(super) async fn page(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(import): Allowed<Import>,
) -> Result<Response> {
    if import.state != Stage::Uploaded || import.sha256.is_empty() {
        return Ok(redirect(&hx, &address(&import)));
    }
    let mapping = match mapping::read(&import, &import.mapping) {
        Ok(mapping) => mapping,
        Err(problems) => {
            let said = Flash::bad(format!(
                "The mapping is not complete yet. {}",
                problems.first().map_or("", String::as_str)
            ));
            let to = format!("{}/mapping", address(&import));
            return Ok(signed.done(&app, &hx, &to, said));
        }
    };
    let looked = ingest::preview(&app.keelson, &signed.act(&app), &import, &mapping).await?;
    let locale = signed.locale();
    let write = |number: u64| count(number.try_into().unwrap_or(i64::MAX), locale);
    let (preview, said, readable) = match looked {
        Ok(preview) => {
            let said = said(&preview, &write);
            (preview, said, true)
        }
        Err(problem) => {
            let said = Notice::new(Tone::Bad, "The file cannot be read this way.", problem);
            (Preview::default(), Some(said), false)
        }
    };
    let counts = preview.counts;
    let figures = [
        ("Rows read", counts.rows),
        ("New", counts.inserted),
        ("Corrected", counts.superseded),
        ("Unchanged", counts.unchanged),
        ("Refused", counts.rejected),
        ("New suppliers", counts.suppliers_created),
    ];
    let view = View {
        shell: signed.shell(NavItem::Imports),
        steps: steps(&import, 2),
        kind: kind_in_words(import.kind),
        figures: readable.then(|| {
            Figures::new(
                figures
                    .into_iter()
                    .map(|(label, number)| Figure::new(label, write(number)))
                    .collect(),
            )
        }),
        said,
        others: show::beside(&app, &import).await?,
        preview,
        import,
    };
    Ok(Page::whole(&view).into_response())
}

/// What the figures come to, in a sentence.
fn said(preview: &Preview, write: &impl Fn(u64) -> String) -> Option<Notice> {
    let counts = preview.counts;
    if counts.rows == 0 {
        let text = "There is nothing to import. Check the sheet and the header row in the mapping.";
        return Some(Notice::new(Tone::Warn, "The file has no rows.", text));
    }
    if !preview.complete {
        let text = format!(
            "The file is long: the figures are those of its first {} rows.",
            write(counts.rows)
        );
        return Some(Notice::new(Tone::Info, "", text));
    }
    if counts.rejected == counts.rows {
        let text = "Look at the reasons below and correct the mapping.";
        return Some(Notice::new(Tone::Bad, "Every row would be refused.", text));
    }
    (counts.inserted + counts.superseded == 0).then(|| {
        let text = "Every row is stored already, as it stands in the file.";
        Notice::new(Tone::Info, "Nothing would change.", text)
    })
}

impl View {
    fn address(&self) -> String {
        address(&self.import)
    }
}
