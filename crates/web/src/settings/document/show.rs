//! A document to read: what it says, who published it when, what each version changed.

use askama::Template;
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use keelson_domain::versions::{self, Published};
use serde::Deserialize;

use super::{Editable, Reader, UploadMenu, Version};
use crate::{
    Allowed, App, Query, Result, Signed,
    kit::{
        Html, NavItem, Page, Shell, Tone,
        format::{self, counted},
        marks::{badge, badge_line},
        panel::{Diff, DiffRow},
    },
};

#[derive(Template)]
#[template(path = "settings/document/show.html")]
struct Show {
    shell: Shell,
    home: (&'static str, &'static str),
    is_one: bool,
    title: String,
    lead: String,
    badges: Vec<Html>,
    download: String,
    edit: Option<String>,
    upload: Option<UploadMenu>,
    body: Html,
    diff: Option<Compared>,
    versions: Vec<Line>,
    current: Option<String>,
}

/// A version beside another.
struct Compared {
    title: String,
    diff: Diff,
    /// There is a newer version to compare with instead.
    other: Option<(String, String)>,
}

/// A version in the list of all.
struct Line {
    text: String,
    href: String,
    is_shown: bool,
    by: String,
    at: Html,
    changed: String,
}

#[derive(Deserialize)]
pub(in crate::settings) struct Asked {
    against: Option<i64>,
}

/// A version of a document, the newest where the address names none.
pub(in crate::settings) async fn show<D: Editable>(
    State(app): State<App>,
    signed: Signed,
    Allowed(Version(published)): Allowed<Version<D>>,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let reader = Reader::of(&app, &signed).await?;
    let document = &published.document;
    let all = versions::history::<D>(app.keelson.db.read(), document.key()).await?;
    let newest = all
        .first()
        .map_or(published.version, |newest| newest.version);
    let is_newest = published.version == newest;
    let may_edit = signed.may(D::DEFINE);
    let mut badges = vec![badge_line(&format!("Version {}", published.version))];
    badges.push(if is_newest {
        badge("In use", Tone::Ok)
    } else {
        badge("Replaced", Tone::Plain)
    });
    let address = document.address();
    let view = Show {
        home: (D::TITLE, D::HOME),
        is_one: D::IS_ONE,
        title: document.name().to_owned(),
        lead: document.lead(),
        badges,
        download: format!("{address}/versions/{}/document", published.version),
        edit: (may_edit && is_newest).then(|| format!("{address}/edit")),
        upload: UploadMenu::offered::<D>(&signed).filter(|_| is_newest),
        body: document.body(&reader),
        diff: compared(&published, &all, asked.against, &reader)?,
        versions: lines(&app, &published, &all, &reader)?,
        current: (!is_newest).then_some(address),
        shell: signed.shell(NavItem::Settings),
    };
    Ok(Page::whole(&view))
}

/// The document as a file that `keelson` takes on the command line and this site takes back.
pub(in crate::settings) async fn download<D: Editable>(
    Allowed(Version(published)): Allowed<Version<D>>,
) -> Response {
    let name = format!(
        "{}-version-{}.toml",
        published.document.key(),
        published.version
    );
    let headers = [
        (header::CONTENT_TYPE, "application/toml".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, published.document.to_toml()).into_response()
}

fn lines<D: Editable>(
    app: &App,
    shown: &Published<D>,
    all: &[Published<D>],
    reader: &Reader,
) -> Result<Vec<Line>> {
    let newest = all.first().map_or(0, |newest| newest.version);
    all.iter()
        .map(|version| {
            let before = all
                .iter()
                .find(|other| other.version + 1 == version.version);
            let changed = match before {
                Some(before) => {
                    let rows = differences(&before.document, &version.document, reader)?.rows;
                    counted(rows.len() as i64, "change", "changes", reader.locale)
                }
                None => "first version".to_owned(),
            };
            let address = version.document.address();
            Ok(Line {
                text: format!("Version {}", version.version),
                href: if version.version == newest {
                    address
                } else {
                    format!("{address}/versions/{}", version.version)
                },
                is_shown: version.version == shown.version,
                by: version
                    .by_name
                    .clone()
                    .unwrap_or_else(|| "the system".to_owned()),
                at: format::ago(version.at, app.now(), reader.locale),
                changed,
            })
        })
        .collect()
}

fn compared<D: Editable>(
    shown: &Published<D>,
    all: &[Published<D>],
    against: Option<i64>,
    reader: &Reader,
) -> Result<Option<Compared>> {
    let against = against.unwrap_or(shown.version - 1);
    let Some(other) = all
        .iter()
        .find(|other| other.version == against && against != shown.version)
    else {
        return Ok(None);
    };
    let (before, after) = if other.version < shown.version {
        (other, shown)
    } else {
        (shown, other)
    };
    let newest = all.first().map_or(0, |newest| newest.version);
    let may_compare = shown.version < newest && against != newest;
    Ok(Some(Compared {
        title: format!(
            "From version {} to version {}",
            before.version, after.version
        ),
        diff: differences(&before.document, &after.document, reader)?,
        other: may_compare.then(|| {
            (
                "Compare with the one in use".to_owned(),
                format!(
                    "{}/versions/{}?against={newest}",
                    shown.document.address(),
                    shown.version
                ),
            )
        }),
    }))
}

/// What differs between two documents, in the words of the form; what the form does not ask, in those of the document.
pub(super) fn differences<D: Editable>(before: &D, after: &D, reader: &Reader) -> Result<Diff> {
    let (old, new) = (before.said(reader)?, after.said(reader)?);
    let find = |list: &[(String, String)], label: &str| {
        let found = list.iter().find(|(known, _)| known == label);
        found.map(|(_, value)| value.clone())
    };
    let gone = old.iter().filter(|(label, _)| find(&new, label).is_none());
    let mut rows: Vec<DiffRow> = new
        .iter()
        .chain(gone)
        .map(|(label, _)| DiffRow {
            field: label.clone(),
            before: find(&old, label),
            after: find(&new, label),
        })
        .filter(|row| row.before != row.after)
        .collect();
    if rows.is_empty() {
        rows = versions::changes(before, after)?
            .into_iter()
            .map(|change| DiffRow {
                field: change.field,
                before: change.before,
                after: change.after,
            })
            .collect();
    }
    Ok(Diff {
        caption: "What changed".to_owned(),
        rows,
    })
}
