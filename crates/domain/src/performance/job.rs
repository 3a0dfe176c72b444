//! Work on measures that can wait.

use keelson_jobs::{Job, JobError};
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

use super::refresh::{Scope, refresh};
use crate::{Keelson, SupplierId};

/// Computes measures and figures anew: of the suppliers named, or of everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refresh {
    pub suppliers: Option<Vec<SupplierId>>,
}

impl Job<Keelson> for Refresh {
    const NAME: &'static str = "performance.refresh";

    async fn run(self, keelson: &Keelson) -> Result<(), JobError> {
        let now = keelson.clock.now();
        let scope = self.suppliers.map_or(Scope::Everyone, Scope::Suppliers);
        refresh(keelson, &scope, now.date_naive(), now).await?;
        Ok(())
    }
}

/// Puts a refresh of everybody into the queue, once however often it is asked for.
pub async fn refresh_everyone(
    tx: &impl ConnectionTrait,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), DbErr> {
    let job = Refresh { suppliers: None };
    keelson_jobs::enqueue_once::<Keelson, _>(tx, &job, "performance.refresh", now).await
}
