//! Notes about a supplier: internal, or for both sides to read.

use axum::{extract::State, response::Response};
use keelson_domain::{
    NoteId,
    suppliers::{self, Supplier},
};
use serde::Deserialize;

use crate::{
    Allowed, App, Form, Path, Result, Signed,
    kit::{Flash, Hx},
};

#[derive(Deserialize)]
pub(super) struct Answers {
    #[serde(default)]
    body: String,
    #[serde(default)]
    shared: bool,
}

pub(super) async fn write(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let act = signed.act(&app);
    suppliers::write_note(
        &app.keelson,
        &act,
        supplier.id,
        &answers.body,
        answers.shared,
    )
    .await?;
    let said = Flash::ok(if answers.shared {
        format!("The note is saved. {} can read it.", supplier.details.name)
    } else {
        "The note is saved for colleagues only.".to_owned()
    });
    Ok(signed.done(&app, &hx, &activity(&supplier), said))
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
) -> Result<Response> {
    suppliers::withdraw_note(&app.keelson, &signed.act(&app), supplier.id, note).await?;
    Ok(signed.done(
        &app,
        &hx,
        &activity(&supplier),
        Flash::ok("The note is withdrawn."),
    ))
}

fn activity(supplier: &Supplier) -> String {
    format!("/suppliers/{}?tab=activity", supplier.id)
}
