use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures::{FutureExt, future::BoxFuture};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use tokio::sync::{Notify, watch};

use crate::{CLAIM, Job, JobError, MAX_ATTEMPTS, RENEWAL};

/// How long an idle worker waits before it looks again by itself. A wake-up comes sooner.
const IDLE: Duration = Duration::from_secs(2);

/// Where a worker's present comes from.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

type Run<C> = Box<dyn Fn(String, Arc<C>) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;

/// Takes jobs from the queue and runs them, one at a time.
pub struct Worker<C> {
    db: DatabaseConnection,
    context: Arc<C>,
    clock: Clock,
    known: HashMap<&'static str, Run<C>>,
    bell: Arc<Notify>,
}

struct Claimed {
    id: i64,
    name: String,
    payload: String,
    attempts: i64,
}

impl<C: Send + Sync + 'static> Worker<C> {
    /// A worker on the queue in `db` (the connection that may write).
    pub fn new(db: DatabaseConnection, context: C, clock: Clock) -> Self {
        Self {
            db,
            context: Arc::new(context),
            clock,
            known: HashMap::new(),
            bell: Arc::default(),
        }
    }

    /// Teaches the worker a kind of job.
    #[must_use]
    pub fn knows<J: Job<C>>(mut self) -> Self {
        let run: Run<C> = Box::new(|payload, context| {
            async move { serde_json::from_str::<J>(&payload)?.run(&context).await }.boxed()
        });
        self.known.insert(J::NAME, run);
        self
    }

    /// Rung after a commit, it makes the worker look at once.
    pub fn bell(&self) -> Arc<Notify> {
        self.bell.clone()
    }

    /// Runs jobs until `stop` turns true. A job under way is finished first.
    pub async fn serve(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.run_one().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "the queue could not be read"),
            }
            tokio::select! {
                () = self.bell.notified() => {}
                () = tokio::time::sleep(IDLE) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Runs everything that is due and answers how many jobs that were. For the command line and for tests.
    pub async fn run_due(&self) -> Result<usize, DbErr> {
        let mut count = 0;
        while self.run_one().await? {
            count += 1;
        }
        Ok(count)
    }

    async fn run_one(&self) -> Result<bool, DbErr> {
        let Some(job) = self.claim().await? else {
            return Ok(false);
        };
        let outcome = match self.known.get(job.name.as_str()) {
            _ if job.attempts > MAX_ATTEMPTS => {
                Err("every worker that took this job stopped before it ended".into())
            }
            Some(run) => {
                let run = run(job.payload.clone(), self.context.clone());
                // A job that panics is a failed job, not the end of the worker.
                let run = AssertUnwindSafe(run).catch_unwind();
                tokio::select! {
                    outcome = run => outcome.unwrap_or_else(|_| Err("the job panicked".into())),
                    () = self.keep(&job) => {
                        tracing::warn!(job = job.name, id = job.id, "another worker has taken this job over");
                        return Ok(true);
                    }
                }
            }
            None => Err(format!("this version does not know jobs named {:?}", job.name).into()),
        };
        match outcome {
            Ok(()) => self.finish(&job).await?,
            Err(error) => {
                tracing::warn!(job = job.name, id = job.id, attempt = job.attempts, %error, "a job failed");
                self.give_back(&job, &error.to_string()).await?;
            }
        }
        Ok(true)
    }

    /// Takes the oldest job that is due, or one whose worker went silent. One statement, so two workers never take the same.
    async fn claim(&self) -> Result<Option<Claimed>, DbErr> {
        let now = (self.clock)();
        let locked = match self.db.get_database_backend() {
            sea_orm::DatabaseBackend::Postgres => "FOR UPDATE SKIP LOCKED",
            _ => "",
        };
        let sql = format!(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, claimed_until = $2 WHERE id = (\
               SELECT id FROM jobs WHERE (state = 'waiting' AND run_at <= $1) OR (state = 'running' AND claimed_until < $1) \
               ORDER BY run_at, id LIMIT 1 {locked}) \
             RETURNING id, name, payload, attempts"
        );
        let until = now + TimeDelta::from_std(CLAIM).unwrap_or_default();
        let row = self
            .db
            .query_one_raw(Statement::from_sql_and_values(
                self.db.get_database_backend(),
                sql,
                [
                    now.timestamp_micros().into(),
                    until.timestamp_micros().into(),
                ],
            ))
            .await?;
        row.map(|row| {
            Ok(Claimed {
                id: row.try_get("", "id")?,
                name: row.try_get("", "name")?,
                payload: row.try_get("", "payload")?,
                attempts: row.try_get("", "attempts")?,
            })
        })
        .transpose()
    }

    /// Renews the claim for as long as it is held; returns when it is lost.
    async fn keep(&self, job: &Claimed) {
        loop {
            tokio::time::sleep(RENEWAL).await;
            let until = (self.clock)() + TimeDelta::from_std(CLAIM).unwrap_or_default();
            let renewed = self
                .execute(
                    "UPDATE jobs SET claimed_until = $2 WHERE id = $1 AND state = 'running' AND attempts = $3",
                    [job.id.into(), until.timestamp_micros().into(), job.attempts.into()],
                )
                .await;
            match renewed {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(job = job.name, id = job.id, %error, "a claim could not be renewed");
                }
            }
        }
    }

    async fn finish(&self, job: &Claimed) -> Result<(), DbErr> {
        self.execute(
            "UPDATE jobs SET state = 'done', finished_at = $2, last_error = NULL WHERE id = $1 AND attempts = $3",
            [job.id.into(), (self.clock)().timestamp_micros().into(), job.attempts.into()],
        )
        .await
        .map(drop)
    }

    /// Puts a failed job back, later each time, or sets it aside. A job another worker has taken over is that worker's.
    async fn give_back(&self, job: &Claimed, error: &str) -> Result<(), DbErr> {
        let now = (self.clock)();
        if job.attempts >= MAX_ATTEMPTS {
            return self
                .execute(
                    "UPDATE jobs SET state = 'set_aside', finished_at = $2, last_error = $3 \
                     WHERE id = $1 AND attempts = $4",
                    [
                        job.id.into(),
                        now.timestamp_micros().into(),
                        error.into(),
                        job.attempts.into(),
                    ],
                )
                .await
                .map(drop);
        }
        let later =
            now + TimeDelta::seconds(10 * 3_i64.pow(u32::try_from(job.attempts - 1).unwrap_or(0)));
        // The same work may have been asked for again meanwhile; then this one has nothing left to do.
        self.execute(
            "UPDATE jobs SET state = CASE WHEN dedup_key IS NOT NULL AND EXISTS (\
               SELECT 1 FROM jobs other WHERE other.dedup_key = jobs.dedup_key AND other.state = 'waiting') \
               THEN 'done' ELSE 'waiting' END, run_at = $2, last_error = $3 WHERE id = $1 AND attempts = $4",
            [
                job.id.into(),
                later.timestamp_micros().into(),
                error.into(),
                job.attempts.into(),
            ],
        )
        .await
        .map(drop)
    }

    async fn execute<const N: usize>(
        &self,
        sql: &str,
        values: [sea_orm::Value; N],
    ) -> Result<u64, DbErr> {
        let statement = Statement::from_sql_and_values(self.db.get_database_backend(), sql, values);
        Ok(self.db.execute_raw(statement).await?.rows_affected())
    }
}
