//! The way of a request: headers and log around everything, then errors, then protection, then the route's guard.

pub(crate) mod address;
mod app;
mod form;
pub(crate) mod guard;
mod outbox;
mod protect;
mod record;
mod shell;
mod watch;

use std::{future::Future, net::SocketAddr, time::Duration};

use axum::{Router, middleware};
use tokio::net::TcpListener;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

pub use app::{App, Site};
pub use form::{Form, Path, Query};
pub use guard::Signed;
pub use outbox::{FolderOutbox, Letter, Outbox};
pub use record::{Allowed, ById, Record};
pub(crate) use watch::RequestId;

use crate::{assets, error};

/// How long requests under way may take to finish once the server was asked to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// The whole application as a service: what the server serves and what tests call.
pub fn router(app: App) -> Router {
    let with = |app: &App| app.clone();
    crate::routes()
        .guarded(&app)
        .merge(assets::router())
        .fallback(async || crate::Error::NotFound)
        .layer(middleware::from_fn_with_state(
            with(&app),
            protect::refuse_cross_site,
        ))
        .layer(CatchPanicLayer::custom(error::after_panic))
        .layer(middleware::from_fn_with_state(with(&app), error::dress))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(with(&app), protect::headers))
        .layer(middleware::from_fn_with_state(with(&app), watch::observe))
        .with_state(app)
}

/// Serves until `shutdown` is ready. Then no new request is taken, and those under way are finished.
pub async fn serve(
    app: App,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (asked, mut stopping) = tokio::sync::watch::channel(false);
    let service = router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        shutdown.await;
        asked.send_replace(true);
    });
    let too_late = async {
        // The sender lives as long as the server does.
        let _ = stopping.wait_for(|stop| *stop).await;
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::select! {
        done = async { serving.await } => done?,
        () = too_late => tracing::warn!("requests still under way were cut off"),
    }
    app.settled().await;
    Ok(())
}
