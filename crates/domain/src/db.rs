use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use keelson_migrations::{Migrator, MigratorTrait};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use sqlx::{
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{Error, Result};

/// A write transaction. Dropped without `commit`, it never happened.
pub type Tx = DatabaseTransaction;

/// Which database keeps the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The system of record: SQLite with one writer and many readers, or PostgreSQL.
#[derive(Clone, Debug)]
pub struct Db {
    write: DatabaseConnection,
    read: DatabaseConnection,
    engine: Engine,
    /// Where the embedded database lies.
    file: Option<PathBuf>,
}

impl Db {
    /// Opens the database in a file, creating it when it is not there, and brings it to the newest schema.
    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Acknowledged means on disk, also when the power goes.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(30))
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory")
            .statement_cache_capacity(256);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(8)
            .idle_timeout(Duration::from_mins(5))
            .connect_with(
                options
                    .pragma("cache_size", "-16384")
                    .pragma("query_only", "on"),
            )
            .await?;
        Self::ready(Self {
            write: write.into(),
            read: read.into(),
            engine: Engine::Sqlite,
            file: Some(path.to_owned()),
        })
        .await
    }

    /// Connects to PostgreSQL, given as `postgres://user:password@host:port/database`, and brings it to the newest schema.
    pub async fn connect_postgres(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)?.application_name("keelson");
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await?;
        let pool = DatabaseConnection::from(pool);
        Self::ready(Self {
            write: pool.clone(),
            read: pool,
            engine: Engine::Postgres,
            file: None,
        })
        .await
    }

    async fn ready(self) -> Result<Self> {
        Migrator::up(&self.write, None).await?;
        Ok(self)
    }

    /// For reading outside a transaction.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Begins a write. On SQLite it takes the write lock at once: a transaction that began by reading could not upgrade.
    pub async fn begin(&self) -> Result<Tx> {
        let options = TransactionOptions {
            sqlite_transaction_mode: match self.engine {
                Engine::Sqlite => Some(SqliteTransactionMode::Immediate),
                Engine::Postgres => None,
            },
            ..TransactionOptions::default()
        };
        Ok(self.write.begin_with_options(options).await?)
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The writer's own pool, for bulk loading, which speaks each engine's own language.
    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.write
    }

    /// The embedded database's file; nothing for PostgreSQL.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Closes every connection, so that a data folder can be moved or a test database dropped.
    pub async fn close(self) -> Result<()> {
        if self.engine == Engine::Sqlite {
            self.read.close().await?;
        }
        self.write.close().await.map_err(Error::from)
    }
}
