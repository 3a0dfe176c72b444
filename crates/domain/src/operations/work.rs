//! The job that carries facts into the columns.

use keelson_jobs::{Job, JobError};
use serde::{Deserialize, Serialize};

use super::projection;
use crate::Keelson;

/// Rewrites the months on the worklist.
#[derive(Debug, Serialize, Deserialize)]
pub struct Project;

impl Project {
    /// One waiting projection is enough for all that was loaded before it runs.
    pub const KEY: &'static str = "project";
}

impl Job<Keelson> for Project {
    const NAME: &'static str = "operations.project";

    async fn run(self, keelson: &Keelson) -> Result<(), JobError> {
        projection::project(keelson, keelson.clock.now()).await?;
        Ok(())
    }
}
