//! The queue: work that can wait. It knows no business word.
//!
//! A job is a struct with a name and a `run`. It is enqueued in the transaction that causes it, so it exists exactly when its
//! cause does, and runs at least once: `run` must be safe to repeat. A claim lasts [`CLAIM`] and is renewed while the job runs;
//! a worker that died loses it and another takes over. After [`MAX_ATTEMPTS`] failures a job is set aside, with its error, and
//! the queue moves on.

mod queue;
mod worker;

pub use queue::{Waiting, enqueue, enqueue_once, enqueue_once_at, waiting};
pub use worker::{Clock, Worker};

use std::{future::Future, time::Duration};

use serde::{Serialize, de::DeserializeOwned};

/// How long a worker may hold a job without a sign of life before another may take it.
pub const CLAIM: Duration = Duration::from_mins(1);

/// How often a worker renews its claim while a job runs.
pub const RENEWAL: Duration = Duration::from_secs(15);

/// How often a job is tried before it is set aside.
pub const MAX_ATTEMPTS: i64 = 5;

/// Work that can wait. `C` is what it works on.
pub trait Job<C>: Serialize + DeserializeOwned + Send + 'static {
    /// How stored jobs name this struct. It outlives renames of the struct.
    const NAME: &'static str;

    /// Does the work. It may run more than once.
    fn run(self, context: &C) -> impl Future<Output = Result<(), JobError>> + Send;
}

/// Why a job failed, for the person who looks after the queue.
pub type JobError = Box<dyn std::error::Error + Send + Sync>;
