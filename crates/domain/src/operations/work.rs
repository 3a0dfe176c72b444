//! The job that carries facts into the columns, and from there into the figures.

use keelson_jobs::{Job, JobError};
use serde::{Deserialize, Serialize};

use super::projection;
use crate::{Keelson, performance};

/// Rewrites the months on the worklist, then brings the figures of the suppliers up to date whose facts have changed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Project;

impl Project {
    /// One waiting projection is enough for all that was loaded before it runs.
    pub const KEY: &'static str = "project";
}

impl Job<Keelson> for Project {
    const NAME: &'static str = "operations.project";

    async fn run(self, keelson: &Keelson) -> Result<(), JobError> {
        let now = keelson.clock.now();
        // Read before the months are: whoever is touched in between stays on the list and is computed again.
        let touched = performance::Touched::read(keelson.db.read()).await?;
        projection::project(keelson, now).await?;
        performance::refresh_touched(keelson, touched, now.date_naive(), now).await?;
        Ok(())
    }
}
