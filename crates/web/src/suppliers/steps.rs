//! The steps of the onboarding path: approving, activating, blocking, retiring.

use axum::{extract::State, response::Response};
use keelson_domain::suppliers::{self, Step, Supplier};
use serde::Deserialize;

use crate::{
    Allowed, App, Error, Form, Result, Signed,
    kit::{Flash, Hx},
};

#[derive(Deserialize)]
pub(super) struct Answers {
    #[serde(default)]
    step: String,
    #[serde(default)]
    reason: String,
}

pub(super) async fn take(
    State(app): State<App>,
    signed: Signed,
    hx: Hx,
    Allowed(supplier): Allowed<Supplier>,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    let step = Step::parse(&answers.step)
        .ok_or_else(|| Error::Unreadable("Choose a step of the onboarding path.".to_owned()))?;
    let reason = Some(answers.reason.trim()).filter(|reason| !reason.is_empty());
    suppliers::take(&app.keelson, &signed.act(&app), supplier.id, step, reason).await?;
    let said = Flash::ok(format!(
        "The status of {} is changed.",
        supplier.details.name
    ));
    Ok(signed.done(&app, &hx, &format!("/suppliers/{}", supplier.id), said))
}
