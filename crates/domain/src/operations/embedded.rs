//! The embedded database through its own library, for what moves rows by the hundred thousand: one small statement is
//! prepared once and stepped through, and values cross into Rust without a copy for every column.
//!
//! Everything else goes through the pools of [`Db`]. A writer here holds the pool's only connection for writing meanwhile,
//! so that both ways in take turns.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};
use sqlx::{Sqlite, pool::PoolConnection};

use crate::{Db, Error, Result};

/// A connection that works on a thread for blocking calls.
pub struct Embedded {
    /// Gone while work is under way, and after work whose caller did not wait for it.
    connection: Option<Connection>,
    /// The right to write, in the queue of all writers.
    _turn: Option<PoolConnection<Sqlite>>,
}

impl Embedded {
    /// Waits for its turn and begins to write. Dropped without [`Self::commit`], nothing of it happened.
    pub(super) async fn begin(db: &Db, file: &Path) -> Result<Self> {
        let turn = db.writer().get_sqlite_connection_pool().acquire().await?;
        let mut embedded = Self {
            connection: Some(open(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?),
            _turn: Some(turn),
        };
        embedded
            .work(|connection| {
                connection.execute_batch(
                    "PRAGMA synchronous = full; PRAGMA foreign_keys = on; PRAGMA cache_size = -65536; \
                     PRAGMA temp_store = memory; PRAGMA wal_autocheckpoint = 16000; BEGIN IMMEDIATE",
                )
            })
            .await?;
        Ok(embedded)
    }

    /// For reading alone.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let connection = open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.execute_batch("PRAGMA cache_size = -32768")?;
        Ok(Self {
            connection: Some(connection),
            _turn: None,
        })
    }

    /// Makes what was written since [`Self::begin`] last.
    pub(super) async fn commit(mut self) -> Result<()> {
        self.work(|connection| connection.execute_batch("COMMIT"))
            .await
    }

    /// Works with the connection on a thread where it may take its time.
    pub(super) async fn work<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let connection = self.connection.take().ok_or_else(gone)?;
        let (connection, done) = tokio::task::spawn_blocking(move || {
            let done = work(&connection);
            (connection, done)
        })
        .await
        .map_err(|_| gone())?;
        self.connection = Some(connection);
        Ok(done?)
    }
}

fn open(file: &Path, access: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    Ok(connection)
}

fn gone() -> Error {
    Error::damaged("connection", "work on it was given up half-way")
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(sea_orm::DbErr::Custom(error.to_string()))
    }
}
