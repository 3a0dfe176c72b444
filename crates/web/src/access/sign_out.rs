use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use keelson_domain::{Error, access::session};

use crate::{App, Form, Result, Signed, server::guard};

#[derive(serde::Deserialize)]
pub(super) struct Nothing {}

/// Ends the session here and in the browser. Who is signed out already sees the same.
pub(super) async fn sign_out(
    State(app): State<App>,
    signed: Option<Signed>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    if let Some(signed) = signed {
        match session::end(
            &app.keelson,
            &signed.act(&app),
            signed.person(),
            signed.session().id,
        )
        .await
        {
            Ok(()) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut response = Redirect::to("/sign-in").into_response();
    guard::forget(&app, &mut response);
    Ok(response)
}
