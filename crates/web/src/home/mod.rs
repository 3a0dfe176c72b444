//! Home.

use askama::Template;
use axum::response::Redirect;
use axum::response::{IntoResponse as _, Response};
use keelson_domain::access::Side;

use crate::{
    Access, Result, Routes, Signed,
    kit::{NavItem, Page, Shell},
};

pub(crate) fn routes() -> Routes {
    // Everybody's start page. A supplier's people are sent on to the portal.
    Routes::new().get("/", Access::SignedIn, page)
}

#[derive(Template)]
#[template(path = "home/home.html")]
struct Home {
    shell: Shell,
}

async fn page(signed: Signed) -> Result<Response> {
    if signed.person().side() == Side::Supplier {
        return Ok(Redirect::to("/portal").into_response());
    }
    Ok(Page::whole(&Home {
        shell: signed.shell(NavItem::Home),
    })
    .into_response())
}
