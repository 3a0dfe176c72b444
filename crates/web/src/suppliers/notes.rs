//! Notes about a supplier: internal, or for both sides to read. Who reads a note is asked with it, never set by default to more.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use keelson_domain::{
    NoteId,
    suppliers::{self, Supplier},
};
use serde::Deserialize;

use super::{
    activity::Activity,
    part::{Nothing, at, mistakes},
    show::{self, Asked, Tab},
};
use crate::{
    Allowed, App, Form, Path, Result, Signed,
    kit::{
        Flash, Html, Hx,
        form::{Choice, Errors, Field},
    },
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answers {
    body: String,
    readers: String,
}

/// What is written and who reads it.
pub(super) fn fields(
    supplier: &Supplier,
    answers: Option<&Answers>,
    errors: &Errors,
) -> [Field; 2] {
    let readers = vec![
        Choice::new("internal", "Colleagues only"),
        Choice::new("both", format!("Colleagues and {}", supplier.details.name)),
    ];
    [
        Field::text_area("body", "New note", 3)
            .value(answers.map_or("", |answers| &answers.body))
            .error(errors),
        Field::radios("readers", "Who reads it", readers)
            .value(answers.map_or("internal", |answers| &answers.readers))
            .error(errors),
    ]
}

pub(super) async fn write(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let shared = match answers.readers.as_str() {
        "both" => Some(true),
        "internal" => Some(false),
        _ => None,
    };
    let errors = match shared {
        None => Errors::none().with("readers", "Choose who reads the note."),
        Some(shared) => {
            let act = signed.act(&app);
            let written =
                suppliers::write_note(&app.keelson, &act, supplier.id, &answers.body, shared);
            let Err(errors) = mistakes(written.await)? else {
                let said = Flash::ok(if shared {
                    format!("The note is saved. {} can read it.", supplier.details.name)
                } else {
                    "The note is saved for colleagues only.".to_owned()
                });
                return Ok(signed.done(&app, &hx, &at(&supplier, "activity"), said));
            };
            errors
        }
    };
    let tab = Activity::of(&app, &signed, &supplier, "", Some((&answers, errors))).await?;
    let page = show::with(
        &app,
        &signed,
        &supplier,
        &Asked::tab(Tab::Activity),
        Html::of(tab),
        true,
    )
    .await?;
    Ok(page.unprocessable().into_response())
}

#[derive(Deserialize)]
pub(super) struct One {
    note: NoteId,
}

pub(super) async fn withdraw(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Path(One { note }): Path<One>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    suppliers::withdraw_note(&app.keelson, &signed.act(&app), supplier.id, note).await?;
    let said = Flash::ok("The note is withdrawn.");
    Ok(signed.done(&app, &hx, &at(&supplier, "activity"), said))
}
