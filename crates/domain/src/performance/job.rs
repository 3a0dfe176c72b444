//! Work on measures that can wait.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
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

/// Computes everybody's figures once a day: overdue lines age and windows move although no fact comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyRefresh;

impl Job<Keelson> for DailyRefresh {
    const NAME: &'static str = "performance.daily_refresh";

    async fn run(self, keelson: &Keelson) -> Result<(), JobError> {
        let now = keelson.clock.now();
        // Tomorrow's comes first, so that a day that fails does not end the row.
        let tx = keelson.db.begin().await?;
        schedule_daily_refresh(&tx, now).await?;
        tx.commit().await?;
        refresh(keelson, &Scope::Everyone, now.date_naive(), now).await?;
        Ok(())
    }
}

/// Puts the next daily refresh into the queue, unless one waits there: shortly after the next midnight, when the day that
/// figures are asked for has changed.
pub async fn schedule_daily_refresh(
    tx: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let midnight = (now.date_naive() + Days::new(1))
        .and_time(NaiveTime::MIN)
        .and_utc();
    let due = midnight + TimeDelta::minutes(5);
    let key = DailyRefresh::NAME;
    keelson_jobs::enqueue_once_at::<Keelson, _>(tx, &DailyRefresh, key, now, due).await
}

/// Puts a refresh of everybody into the queue, once however often it is asked for.
pub async fn refresh_everyone(tx: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
    let job = Refresh { suppliers: None };
    keelson_jobs::enqueue_once::<Keelson, _>(tx, &job, "performance.refresh", now).await
}
