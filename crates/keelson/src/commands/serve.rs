//! Serving, and making the folder that is served.

use std::{process::ExitCode, sync::Arc};

use anyhow::{Context, Result, anyhow, bail};
use keelson_domain::{Keelson, access, operations, work};
use keelson_methods::money::Currency;
use keelson_web::{App, FolderOutbox, Site};
use rand::{SeedableRng, rngs::StdRng};
use tokio::{net::TcpListener, sync::watch};

use super::act;
use crate::{
    cli::{Init, Place, Serve},
    folder,
    output::say,
};

/// `keelson serve`
pub(crate) async fn serve(place: &Place, options: Serve) -> Result<ExitCode> {
    let keelson = folder::create(place).await?;
    let address = options
        .url
        .unwrap_or_else(|| format!("http://{}", options.listen));
    let listener = listen(options.listen).await?;
    let app = app(place, &keelson, &address)?;
    if let Some(link) = app.set_up_link().await? {
        say(&format!("Set up this Keelson at {link}"));
    }
    say(&format!("Keelson serves {address}. Stop it with Ctrl C."));
    run(keelson, app, listener).await
}

/// `keelson init`
pub(crate) async fn init(place: &Place, options: Init) -> Result<ExitCode> {
    let currency = Currency::parse(&options.currency).map_err(|_| {
        anyhow!(
            "{:?} is no ISO 4217 currency code such as EUR.",
            options.currency
        )
    })?;
    let administrator =
        access::Email::parse(&options.admin).map_err(|why| anyhow!("--admin: {why}"))?;
    let keelson = folder::create(place).await?;
    if access::Organisation::find(keelson.db.read())
        .await?
        .is_some()
    {
        bail!(
            "{} holds an organisation already. Choose another folder with --data.",
            place.data.display()
        );
    }
    let new = access::NewOrganisation {
        name: options.organisation,
        currency,
        locale: options.locale,
        invented: false,
    };
    let secret = access::init(
        &keelson,
        &act(&keelson),
        &mut StdRng::from_os_rng(),
        new,
        administrator,
    )
    .await?;
    say(
        "The organisation is made. Start the server with `keelson serve`, then let the administrator open",
    );
    say(&format!(
        "  http://127.0.0.1:8080/invitation/{}",
        secret.reveal()
    ));
    say("The link works once, and for a few days.");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn listen(address: std::net::SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("{address} cannot be listened on; another program may hold it. Choose another with --listen")
    })
}

pub(super) fn app(place: &Place, keelson: &Keelson, address: &str) -> Result<App> {
    let site = Site::parse(address).map_err(|why| anyhow!("--url: {why}"))?;
    let outbox = FolderOutbox::new(place.data.join("outbox"))
        .context("The folder for letters could not be made")?;
    Ok(App::new(
        keelson.clone(),
        site,
        Arc::new(outbox),
        StdRng::from_os_rng(),
    ))
}

/// Serves until Ctrl C or SIGTERM, with a worker for the queue beside it.
pub(super) async fn run(keelson: Keelson, app: App, listener: TcpListener) -> Result<ExitCode> {
    work::schedule(&keelson, keelson.clock.now()).await?;
    let (stop, stopping) = watch::channel(false);
    let worker = tokio::spawn(work::worker(&keelson).serve(stopping.clone()));
    let watching = tokio::spawn(follow_columns(keelson, stopping));
    keelson_web::serve(app, listener, asked_to_stop())
        .await
        .context("The server stopped")?;
    stop.send_replace(true);
    worker.await?;
    watching.await?;
    Ok(ExitCode::SUCCESS)
}

/// Another process may project facts: the command line beside the server, or another node.
async fn follow_columns(keelson: Keelson, mut stopping: watch::Receiver<bool>) {
    const EVERY: std::time::Duration = std::time::Duration::from_secs(2);
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopping.changed() => return,
        }
        if let Err(error) = operations::show(&keelson).await {
            tracing::error!(%error, "the catalogue of columns could not be read");
        }
    }
}

async fn asked_to_stop() {
    let ctrl_c = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = ctrl_c => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = ctrl_c.await;
        }
    }
}
