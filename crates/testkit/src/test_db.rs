use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    process::{ExitCode, Termination},
    sync::Arc,
};

use keelson_domain::{Act, Clock, Db, Engine, Keelson, PersonId, Via};
use rand::{SeedableRng, rngs::StdRng};
use tempfile::TempDir;

use crate::{TestClock, postgres};

/// A Keelson of its own for one test: a fresh database, empty folders, a clock that stands still.
#[derive(Debug)]
pub struct TestDb {
    pub keelson: Keelson,
    /// The same database as `keelson.db`.
    pub db: Db,
    /// The clock `keelson` reads.
    pub clock: TestClock,
    folder: TempDir,
}

impl TestDb {
    /// The data folder; it goes when the test ends.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// The system acts, now.
    pub fn act(&self) -> Act {
        Act::by_system(Via::Command, self.clock.now())
    }

    /// A person acts on a page, now.
    pub fn act_by(&self, person: PersonId) -> Act {
        Act::by_person(person, Via::Page, self.clock.now())
    }

    fn assemble(db: Db, folder: TempDir) -> Self {
        let clock = TestClock::default();
        let keelson = Keelson::with_folder(db.clone(), folder.path(), Arc::new(clock.clone()))
            .expect("the data folder can be made");
        Self {
            keelson,
            db,
            clock,
            folder,
        }
    }
}

/// Chance that repeats: the same numbers in every run.
pub fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

/// Runs the body of a `#[db_test]` on one engine. What it made is gone afterwards, also when the body panics.
pub fn run_on<F, T>(engine: Engine, body: impl FnOnce(TestDb) -> F) -> ExitCode
where
    F: Future<Output = T>,
    T: Termination,
{
    let cluster = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => match postgres::cluster() {
            Some(cluster) => Some(cluster),
            None => return ExitCode::SUCCESS,
        },
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    let folder = tempfile::Builder::new()
        .prefix("keelson-test-")
        .tempdir()
        .expect("the temporary folder can be written");
    let database = cluster.map(|cluster| runtime.block_on(cluster.create_database()));
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            let db = match &database {
                Some(database) => Db::connect_postgres(&database.url).await,
                None => Db::open_sqlite(&folder.path().join("keelson.db")).await,
            };
            let test = TestDb::assemble(db.expect("the database opens"), folder);
            body(test).await
        })
    }));
    if let Some(database) = database {
        runtime.block_on(database.drop());
    }
    outcome.map_or_else(|panic| resume_unwind(panic), T::report)
}
