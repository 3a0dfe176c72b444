//! The sample company.

use std::{process::ExitCode, sync::Mutex, time::Duration};

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use keelson_demo::Options;
use keelson_domain::access::{Organisation, link};
use rand::{SeedableRng, rngs::StdRng};

use super::{act, serve};
use crate::{
    cli::{Demo, Place},
    folder,
    output::say,
};

/// `keelson demo`
pub(crate) async fn demo(place: &Place, options: Demo) -> Result<ExitCode> {
    let keelson = folder::create(place).await?;
    match Organisation::find(keelson.db.read()).await? {
        Some(organisation) if organisation.invented => {}
        Some(organisation) => bail!(
            "{} holds {}, which is no sample company. Choose another folder with --data.",
            place.data.display(),
            organisation.name
        ),
        None => {
            let bar = Mutex::new(progress());
            let today = keelson.clock.now().date_naive();
            let wanted = Options {
                seed: options.seed,
                suppliers: options.suppliers,
                today,
            };
            keelson_demo::make(&keelson, wanted, &|step| {
                tracing::info!(step = step.what, "making the sample company");
                if let Ok(bar) = bar.lock() {
                    bar.set_message(step.what);
                    bar.set_position((step.done * 100.0) as u64);
                }
            })
            .await?;
            if let Ok(bar) = bar.into_inner() {
                bar.finish_and_clear();
            }
        }
    }
    let address = format!("http://{}", options.listen);
    let listener = serve::listen(options.listen).await?;
    let app = serve::app(place, &keelson, &address)?;
    say(&format!(
        "{} is a sample company; everything in it is invented. Sign in as",
        keelson_demo::ORGANISATION
    ));
    for visitor in keelson_demo::visitors(&keelson).await? {
        let secret = link::for_demo(
            &keelson,
            &act(&keelson),
            &mut StdRng::from_os_rng(),
            visitor.person.id,
        )
        .await?;
        say(&format!(
            "  {:<17} {:<14} {address}/sign-in/link/{}",
            visitor.role,
            visitor.person.name,
            secret.reveal()
        ));
    }
    say("The links work for twelve hours. Stop the server with Ctrl C.");
    serve::run(keelson, app, listener).await
}

fn progress() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:32} {percent:>3}% {msg}, {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(100).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
