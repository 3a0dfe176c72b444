//! The job that carries facts into the columns, and from there into the figures.

use keelson_jobs::{Job, JobError};
use serde::{Deserialize, Serialize};

use super::projection;
use crate::{Keelson, performance};

/// Rewrites the months on the worklist, then brings the figures of the suppliers in them up to date.
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
        let projected = projection::project(keelson, now).await?;
        let scope = performance::suppliers_of_months(keelson.db.read(), &projected.months).await?;
        performance::refresh(keelson, &scope, now.date_naive(), now).await?;
        Ok(())
    }
}
