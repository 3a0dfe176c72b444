use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use serde::Serialize;

use crate::Job;

/// Puts a job into the queue, in the transaction that causes it.
pub async fn enqueue<C, J: Job<C>>(
    tx: &impl ConnectionTrait,
    job: &J,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    insert(tx, J::NAME, job, None, now, now).await
}

/// Like [`enqueue`], but two waiting jobs with the same key are one: the second adds nothing.
pub async fn enqueue_once<C, J: Job<C>>(
    tx: &impl ConnectionTrait,
    job: &J,
    key: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    insert(tx, J::NAME, job, Some(key), now, now).await
}

/// Like [`enqueue_once`], for work that is due at a later moment.
pub async fn enqueue_once_at<C, J: Job<C>>(
    tx: &impl ConnectionTrait,
    job: &J,
    key: &str,
    now: DateTime<Utc>,
    due: DateTime<Utc>,
) -> Result<(), DbErr> {
    insert(tx, J::NAME, job, Some(key), now, due).await
}

async fn insert(
    tx: &impl ConnectionTrait,
    name: &str,
    job: &impl Serialize,
    key: Option<&str>,
    now: DateTime<Utc>,
    due: DateTime<Utc>,
) -> Result<(), DbErr> {
    let payload = serde_json::to_string(job).map_err(|error| DbErr::Custom(error.to_string()))?;
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        "INSERT INTO jobs (name, payload, dedup_key, state, run_at, created_at) \
         VALUES ($1, $2, $3, 'waiting', $4, $5) \
         ON CONFLICT (dedup_key) WHERE state = 'waiting' AND dedup_key IS NOT NULL DO NOTHING",
        [
            name.into(),
            payload.into(),
            Value::from(key.map(str::to_owned)),
            due.timestamp_micros().into(),
            now.timestamp_micros().into(),
        ],
    ))
    .await?;
    Ok(())
}

/// A job that has not been done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub name: String,
    pub state: String,
    pub attempts: i64,
    pub last_error: Option<String>,
}

/// What has not been done: waiting, running or set aside, oldest first.
pub async fn waiting(db: &impl ConnectionTrait) -> Result<Vec<Waiting>, DbErr> {
    let rows = db
        .query_all_raw(Statement::from_string(
            db.get_database_backend(),
            "SELECT name, state, attempts, last_error FROM jobs WHERE state <> 'done' ORDER BY id",
        ))
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                name: row.try_get("", "name")?,
                state: row.try_get("", "state")?,
                attempts: row.try_get("", "attempts")?,
                last_error: row.try_get("", "last_error")?,
            })
        })
        .collect()
}
