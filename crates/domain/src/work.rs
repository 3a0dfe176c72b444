//! The worker, and every kind of job it knows.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use keelson_jobs::Worker;

use crate::{Keelson, Result, ingest, operations, performance, suppliers};

/// A worker on this Keelson's queue.
pub fn worker(keelson: &Keelson) -> Worker<Keelson> {
    worker_for(keelson, keelson.clone())
        .knows::<operations::Project>()
        .knows::<performance::Refresh>()
        .knows::<performance::DailyRefresh>()
        .knows::<ingest::RunImport>()
        .knows::<suppliers::FindDuplicates>()
        .knows::<suppliers::FactsMoved>()
}

/// A worker on this Keelson's queue that knows no job yet and works on something of the caller's.
pub fn worker_for<C: Send + Sync + 'static>(keelson: &Keelson, context: C) -> Worker<C> {
    let clock = keelson.clock.clone();
    Worker::new(
        keelson.db.writer().clone(),
        context,
        Arc::new(move || clock.now()),
    )
}

/// Sees to it that what comes back every day is in the queue. At start, as often as one likes.
pub async fn schedule(keelson: &Keelson, now: DateTime<Utc>) -> Result<()> {
    let tx = keelson.db.begin().await?;
    performance::schedule_daily_refresh(&tx, now).await?;
    tx.commit().await?;
    Ok(())
}
