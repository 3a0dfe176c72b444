//! Editing a document: as questions, or as the document itself.

use askama::Template;
use axum::{
    extract::{Multipart, State},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;

use super::{Answers, BASE, Editable, Reader, Version, answered, at_the_text, form, newest};
use crate::{
    Allowed, App, Error, Form, Query, Result, Signed,
    kit::{
        NavItem, Page, Shell,
        form::{Errors, Field, SaveBar},
        panel::Segments,
    },
};

#[derive(Template)]
#[template(path = "settings/document/edit.html")]
pub(super) struct Edit {
    shell: Shell,
    home: (&'static str, &'static str),
    title: String,
    lead: String,
    own: Option<(String, String)>,
    modes: Option<Segments>,
    errors: Errors,
    groups: Vec<FieldGroup>,
    hidden: Vec<(String, String)>,
    preview: String,
    save: SaveBar,
    width: &'static str,
}

struct FieldGroup {
    legend: String,
    lead: String,
    layout: &'static str,
    fields: Vec<Field>,
}

#[derive(Deserialize)]
pub(in crate::settings) struct Asked {
    #[serde(default, rename = "as")]
    mode: String,
}

/// The form of a document that is published.
pub(in crate::settings) async fn edit<D: Editable>(
    State(app): State<App>,
    signed: Signed,
    Allowed(Version(published)): Allowed<Version<D>>,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let reader = Reader::of(&app, &signed).await?;
    let view = if asked.mode == "document" {
        let text = published.document.to_toml();
        as_text::<D>(
            &app,
            &signed,
            &text,
            Some(published.version),
            Errors::none(),
        )
        .await?
    } else {
        as_questions(&signed, &reader, &published.document, published.version)?
    };
    Ok(Page::whole(&view))
}

/// The form of a document that does not exist yet, filled with what most begin from.
pub(in crate::settings) async fn edit_new<D: Editable>(
    app: &App,
    signed: &Signed,
    document: &D,
) -> Result<Page> {
    let reader = Reader::of(app, signed).await?;
    Ok(Page::whole(&as_questions(signed, &reader, document, 0)?))
}

/// What was written so far, on its way from the preview back into the form.
#[derive(Deserialize)]
pub(in crate::settings) struct Draft {
    pub(super) document: String,
    pub(super) base: i64,
}

/// Back from the preview into the form.
pub(in crate::settings) async fn draft<D: Editable>(
    State(app): State<App>,
    signed: Signed,
    Form(draft): Form<Draft>,
) -> Result<Response> {
    let view = match super::parse::<D>(&draft.document) {
        Ok(document) => {
            let reader = Reader::of(&app, &signed).await?;
            as_questions(&signed, &reader, &document, draft.base)?
        }
        Err(mistakes) => {
            let errors = at_the_text(mistakes);
            let view =
                as_text::<D>(&app, &signed, &draft.document, Some(draft.base), errors).await?;
            return Ok(Page::whole(&view).unprocessable().into_response());
        }
    };
    Ok(Page::whole(&view).into_response())
}

/// A document as a file: shown as what it would change, or with what is wrong with it.
pub(in crate::settings) async fn upload<D: Editable>(
    State(app): State<App>,
    signed: Signed,
    file: Upload,
) -> Result<Response> {
    let Ok(text) = String::from_utf8(file.0.to_vec()) else {
        return Err(Error::Unreadable(
            "This file is not text in UTF-8. Choose the TOML document, for example the one downloaded here.".to_owned(),
        ));
    };
    // Windows editors begin a text with a mark that is no part of it.
    let text = text.trim_start_matches('\u{feff}');
    match super::parse::<D>(text) {
        Ok(document) => super::preview::shown(&app, &signed, &document, None).await,
        Err(mistakes) => {
            let view = as_text::<D>(&app, &signed, text, None, at_the_text(mistakes)).await?;
            Ok(Page::whole(&view).unprocessable().into_response())
        }
    }
}

/// The one file of an upload.
pub(in crate::settings) struct Upload(axum::body::Bytes);

impl axum::extract::FromRequest<App> for Upload {
    type Rejection = Error;

    async fn from_request(request: axum::extract::Request, app: &App) -> Result<Self> {
        let unreadable = || Error::Unreadable("Choose a TOML document to upload.".to_owned());
        let mut parts = Multipart::from_request(request, app)
            .await
            .map_err(|_| unreadable())?;
        let mut file = None;
        while let Some(part) = parts.next_field().await.map_err(|_| Error::TooLarge)? {
            if part.name() != Some("file") {
                return Err(unreadable());
            }
            file = Some(part.bytes().await.map_err(|_| Error::TooLarge)?);
        }
        file.filter(|file| !file.is_empty())
            .map(Self)
            .ok_or_else(unreadable)
    }
}

fn as_questions<D: Editable>(
    signed: &Signed,
    reader: &Reader,
    document: &D,
    base: i64,
) -> Result<Edit> {
    let (groups, answers) = answered(document, base, reader)?;
    let own = (base > 0).then(|| (document.name().to_owned(), document.address()));
    Ok(questions_view::<D>(
        signed,
        &groups,
        &answers,
        own,
        Errors::none(),
    ))
}

/// The questions with their answers and what is wrong with them.
pub(super) fn questions_view<D: Editable>(
    signed: &Signed,
    groups: &[super::Group],
    answers: &Answers,
    own: Option<(String, String)>,
    errors: Errors,
) -> Edit {
    let hidden = form::hidden(groups)
        .chain([BASE])
        .map(|name| (name.to_owned(), form::one(answers, name)))
        .collect();
    let fields = groups
        .iter()
        .map(|group| FieldGroup {
            legend: group.legend.clone(),
            lead: group.lead.clone(),
            layout: group.layout,
            fields: group
                .questions
                .iter()
                .flat_map(|question| question.fields(answers, &errors))
                .collect(),
        })
        .filter(|group| !group.fields.is_empty())
        .collect();
    view::<D>(signed, fields, hidden, own, errors, false)
}

/// The document itself in a text area.
pub(super) async fn as_text<D: Editable>(
    app: &App,
    signed: &Signed,
    text: &str,
    base: Option<i64>,
    errors: Errors,
) -> Result<Edit> {
    let published = match key_of(text) {
        Some(key) => newest::<D>(app, &key).await?,
        None => None,
    };
    let own = published.as_ref().map(|published| {
        (
            published.document.name().to_owned(),
            published.document.address(),
        )
    });
    let base = base.or(published.map(|published| published.version));
    let rows = text.lines().count().clamp(14, 60) as u8;
    let field = Field::text_area("document", "Document", rows)
        .value(text)
        .hint("TOML, as it is downloaded here and as the command line takes it.")
        .error(&errors);
    let group = FieldGroup {
        legend: String::new(),
        lead: String::new(),
        layout: "",
        fields: vec![field],
    };
    let hidden = vec![(BASE.to_owned(), base.unwrap_or(0).to_string())];
    Ok(view::<D>(signed, vec![group], hidden, own, errors, true))
}

/// The id of a document that may be broken elsewhere.
fn key_of(text: &str) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    Some(table.get("id")?.as_str()?.to_owned())
}

fn view<D: Editable>(
    signed: &Signed,
    groups: Vec<FieldGroup>,
    hidden: Vec<(String, String)>,
    own: Option<(String, String)>,
    errors: Errors,
    is_text: bool,
) -> Edit {
    let modes = own.as_ref().map(|(_, address)| Segments {
        label: "Edit as".to_owned(),
        choices: vec![
            ("Questions".to_owned(), format!("{address}/edit"), !is_text),
            (
                "Document".to_owned(),
                format!("{address}/edit?as=document"),
                is_text,
            ),
        ],
    });
    let cancel = own
        .as_ref()
        .map_or_else(|| D::HOME.to_owned(), |(_, address)| address.clone());
    Edit {
        shell: Shell {
            has_errors: !errors.is_empty(),
            ..signed.shell(NavItem::Settings)
        },
        home: (D::TITLE, D::HOME),
        title: match &own {
            Some((name, _)) => format!("Edit {name}"),
            None => format!("New {}", D::WHAT),
        },
        width: if groups.iter().any(|group| group.layout.contains("quad")) {
            "mid"
        } else {
            "narrow"
        },
        lead: "Nothing changes before you have seen what it would change, and published it."
            .to_owned(),
        own: own.filter(|_| !D::IS_ONE),
        modes,
        errors,
        groups,
        hidden,
        preview: format!("{}/preview", D::HOME),
        save: SaveBar::new("Preview changes").cancel(cancel),
    }
}
