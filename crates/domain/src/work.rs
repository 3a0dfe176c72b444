//! The worker, and every kind of job it knows.

use std::sync::Arc;

use keelson_jobs::Worker;

use crate::{Keelson, ingest, operations, performance, suppliers};

/// A worker on this Keelson's queue.
pub fn worker(keelson: &Keelson) -> Worker<Keelson> {
    let clock = keelson.clock.clone();
    Worker::new(
        keelson.db.writer().clone(),
        keelson.clone(),
        Arc::new(move || clock.now()),
    )
    .knows::<operations::Project>()
    .knows::<performance::Refresh>()
    .knows::<ingest::RunImport>()
    .knows::<suppliers::FindDuplicates>()
    .knows::<suppliers::FactsMoved>()
}
