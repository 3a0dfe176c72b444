//! The job that runs an import somebody started on a page.

use keelson_jobs::{Job, JobError};
use serde::{Deserialize, Serialize};

use super::run;
use crate::{Act, ImportId, Keelson, Via};

/// Runs an import to its end. Killed, it goes on where its last commit ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunImport {
    pub import: ImportId,
}

impl Job<Keelson> for RunImport {
    const NAME: &'static str = "ingest.run";

    async fn run(self, keelson: &Keelson) -> Result<(), JobError> {
        let started_by = super::find(keelson.db.read(), self.import)
            .await?
            .started_by;
        let act = Act {
            by: started_by,
            via: Via::Job,
            at: keelson.clock.now(),
        };
        run::run(keelson, &act, self.import, &|_| {}).await?;
        Ok(())
    }
}
