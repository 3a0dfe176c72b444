//! What a draft would change, before anybody publishes it; and publishing it.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain as domain;

use super::{
    Answers, BASE, Editable, EffectRow, Effects, Reader,
    edit::{Draft, as_text, questions_view},
    form, newest,
    show::differences,
};
use crate::{
    App, Error, Form, Result, Signed,
    kit::{
        Flash, Hx, NavItem, Page, Shell, Tone,
        form::Errors,
        format::count,
        list::Column,
        panel::{Diff, Notice},
    },
};

/// More suppliers than this nobody reads in a preview.
const MOST: usize = 100;

#[derive(Template)]
#[template(path = "settings/document/preview.html")]
struct Preview {
    shell: Shell,
    home: (&'static str, &'static str),
    title: String,
    own: Option<(String, String)>,
    notice: Option<Notice>,
    diff: Option<Diff>,
    compared: String,
    sentences: Vec<String>,
    columns: Vec<Column>,
    rows: Vec<EffectRow>,
    more: Option<String>,
    /// Where it is published; nothing where there is nothing to publish.
    publish: Option<String>,
    action: String,
    draft: String,
    document: String,
    base: i64,
}

/// Reads the form, or the document written as such, and shows what it would change.
pub(in crate::settings) async fn preview<D: Editable>(
    State(app): State<App>,
    signed: Signed,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let base: i64 = form::one(&answers, BASE)
        .parse()
        .map_err(|_| unreadable())?;
    if let Some(text) = answers.get("document").and_then(|values| values.last()) {
        if answers.len() > 2 {
            return Err(unreadable());
        }
        return match super::parse::<D>(text) {
            Ok(document) => shown(&app, &signed, &document, Some(base)).await,
            Err(mistakes) => {
                let errors = super::at_the_text(mistakes);
                let view = as_text::<D>(&app, &signed, text, Some(base), errors).await?;
                Ok(Page::whole(&view).unprocessable().into_response())
            }
        };
    }
    let reader = Reader::of(&app, &signed).await?;
    let answers = D::tidied(answers);
    let groups = D::form(&answers, &reader)?;
    if form::unasked(&groups, &answers).is_some() {
        return Err(unreadable());
    }
    let mut errors = Errors::none();
    let table = form::write(&groups, &answers, reader.locale, &mut errors);
    let table = D::assemble(table, &answers, &reader, &mut errors);
    let text = table.to_string();
    let mistakes = match super::parse::<D>(&text) {
        Ok(document) if errors.is_empty() => {
            let mistakes = document.check(&app.keelson).await?;
            if mistakes.is_empty() {
                return shown(&app, &signed, &document, Some(base)).await;
            }
            mistakes
                .into_iter()
                .map(|mistake| (mistake.name.into_owned(), mistake.message))
                .collect()
        }
        // What was not understood is missing from the document; what that does is no second mistake.
        _ if !errors.is_empty() => Vec::new(),
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes
            .into_iter()
            .map(|mistake| (mistake.field, mistake.message))
            .collect::<Vec<_>>(),
    };
    for (field, message) in mistakes {
        let (name, text) = form::placed(&groups, &D::question(&field), &message);
        errors.add(&name, text);
    }
    let key = form::one(&answers, "id");
    let own = match base {
        0 => None,
        _ => newest::<D>(&app, &key).await?.map(|published| {
            (
                published.document.name().to_owned(),
                published.document.address(),
            )
        }),
    };
    let view = questions_view::<D>(&signed, &groups, &answers, own, errors);
    Ok(Page::whole(&view).unprocessable().into_response())
}

fn unreadable() -> Error {
    Error::Unreadable(
        "The form holds something this page does not ask. Go back, reload the page and try again."
            .to_owned(),
    )
}

/// The page with what a draft would change. `base` is the version that the editing started from, where it is known.
pub(super) async fn shown<D: Editable>(
    app: &App,
    signed: &Signed,
    document: &D,
    base: Option<i64>,
) -> Result<Response> {
    let reader = Reader::of(app, signed).await?;
    let mistakes = document.check(&app.keelson).await?;
    if !mistakes.is_empty() {
        let errors = told(mistakes);
        let view = as_text::<D>(app, signed, &document.to_toml(), base, errors).await?;
        return Ok(Page::whole(&view).unprocessable().into_response());
    }
    let published = newest::<D>(app, document.key()).await?;
    let version = published.as_ref().map_or(0, |published| published.version);
    let is_same = published
        .as_ref()
        .is_some_and(|published| published.document == *document);
    let is_stale = base.is_some_and(|base| base != version);
    let notice = match &published {
        Some(published) if is_stale => Some(Notice::new(
            Tone::Warn,
            format!("Version {version} was published meanwhile."),
            format!(
                "{} published it while you were editing. This compares your draft with it; publishing replaces it.",
                published.by_name.as_deref().unwrap_or("Somebody")
            ),
        )),
        Some(_) if is_same => Some(Notice::new(
            Tone::Info,
            "Nothing would change.",
            format!("Version {version} says the same already."),
        )),
        None => Some(Notice::new(
            Tone::Info,
            format!("A new {}.", D::WHAT),
            "Nothing is published under this id yet.",
        )),
        Some(_) => None,
    };
    let diff = match &published {
        Some(published) if !is_same => Some(differences(&published.document, document, &reader)?),
        _ => None,
    };
    let Effects {
        sentences,
        columns,
        mut rows,
    } = if is_same {
        Effects::default()
    } else {
        document.effects(&app.keelson, &reader).await?
    };
    let more = (rows.len() > MOST).then(|| {
        format!(
            "The first {} of {} suppliers by name.",
            count(MOST as i64, reader.locale),
            count(rows.len() as i64, reader.locale)
        )
    });
    rows.truncate(MOST);
    let view = Preview {
        shell: signed.shell(NavItem::Settings),
        home: (D::TITLE, D::HOME),
        title: format!("Preview of {}", document.name()),
        own: published.filter(|_| !D::IS_ONE).map(|published| {
            (
                published.document.name().to_owned(),
                published.document.address(),
            )
        }),
        notice,
        diff,
        compared: format!("Changes from version {version}"),
        sentences,
        columns,
        rows,
        more,
        publish: (!is_same).then(|| D::HOME.to_owned()),
        action: format!("Publish version {}", version + 1),
        draft: format!("{}/draft", D::HOME),
        document: document.to_toml(),
        base: version,
    };
    Ok(Page::whole(&view).into_response())
}

/// Publishes the draft that was previewed, unless somebody else published meanwhile.
pub(in crate::settings) async fn publish<D: Editable>(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Form(draft): Form<Draft>,
) -> Result<Response> {
    let document = match super::parse::<D>(&draft.document) {
        Ok(document) => document,
        Err(mistakes) => {
            let errors = super::at_the_text(mistakes);
            let view =
                as_text::<D>(&app, &signed, &draft.document, Some(draft.base), errors).await?;
            return Ok(Page::whole(&view).unprocessable().into_response());
        }
    };
    let published = newest::<D>(&app, document.key()).await?;
    if published.map_or(0, |published| published.version) != draft.base {
        return shown(&app, &signed, &document, Some(draft.base)).await;
    }
    match document.publish(&app.keelson, &signed.act(&app)).await {
        Ok(published) => {
            let said = Flash::ok(format!(
                "Version {} of {} is published. {}",
                published.version,
                published.document.name(),
                published.document.next_step()
            ));
            Ok(signed.done(&app, &hx, &published.document.address(), said))
        }
        Err(domain::Error::Invalid(mistakes)) => {
            let errors = told(mistakes);
            let view =
                as_text::<D>(&app, &signed, &draft.document, Some(draft.base), errors).await?;
            Ok(Page::whole(&view).unprocessable().into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn told(mistakes: Vec<domain::Field>) -> Errors {
    mistakes
        .into_iter()
        .fold(Errors::none(), |errors, mistake| {
            errors.with("document", format!("{}: {}", mistake.name, mistake.message))
        })
}
