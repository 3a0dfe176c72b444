//! The data folder, and the running Keelson in it.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use keelson_domain::{Db, Keelson, SystemClock, operations};

use crate::cli::Place;

/// Opens what `--data` and `--database-url` name. A folder without a database is refused, so that a typing error in a path
/// makes no second, empty Keelson.
pub(crate) async fn open(place: &Place) -> Result<Keelson> {
    if place.database_url.is_none() && !place.data.join("keelson.db").exists() {
        bail!(
            "There is no Keelson in {}. Make one with `keelson init --organisation NAME --admin EMAIL --data {0}`, or look at the sample company with `keelson demo`.",
            place.data.display()
        );
    }
    create(place).await
}

/// Opens the folder, making it and an empty database when they are not there.
pub(crate) async fn create(place: &Place) -> Result<Keelson> {
    make(&place.data)?;
    let clock = Arc::new(SystemClock);
    let keelson = match &place.database_url {
        None => Keelson::open(&place.data, clock).await,
        Some(url) => {
            let db = Db::connect_postgres(url)
                .await
                .context("PostgreSQL did not take the connection")?;
            Keelson::with_folder(db, &place.data, clock)
        }
    };
    let keelson = keelson.with_context(|| {
        format!(
            "The data folder {} could not be opened",
            place.data.display()
        )
    })?;
    operations::show(&keelson).await?;
    Ok(keelson)
}

fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("The data folder {} could not be made", folder.display()))
}
