//! A PostgreSQL that the tests start themselves.
//!
//! One cluster serves every test process of a target folder, because starting one takes seconds and cargo-nextest runs each
//! test in a process of its own. Processes agree through two files: whoever holds `starting` may start the cluster, and
//! everyone holds a shared lock on `users` while alive. `watchdog.sh` stops the cluster when that lock has been free for a while.

use std::{
    cmp::Reverse,
    collections::hash_map::DefaultHasher,
    env,
    fs::{self, File},
    hash::{Hash, Hasher},
    io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use keelson_domain::Db;
use sqlx::{ConnectOptions, Executor, PgConnection, postgres::PgConnectOptions};

/// The running cluster with a migrated template database, or nothing where this machine has no PostgreSQL.
///
/// Where tests must be complete (`CI=true`, which `./test` sets) a missing PostgreSQL fails the test instead.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| {
        let binaries = binaries()?;
        Some(Cluster::join(&binaries).unwrap_or_else(|why| panic!("PostgreSQL: {why}")))
    });
    if cluster.is_none() {
        let why = "PostgreSQL is not installed (on Debian: apt install postgresql)";
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{why}");
        crate::skip(why);
    }
    cluster.as_ref()
}

#[derive(Debug)]
pub(crate) struct Cluster {
    /// Where the socket and the data are.
    folder: PathBuf,
    template: String,
    /// Held while this process lives, so that the watchdog waits.
    _users: File,
}

/// A database of one test.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) url: String,
    name: String,
    cluster: &'static Cluster,
}

impl Cluster {
    /// Joins the target folder's cluster, starting it when it does not run.
    fn join(binaries: &Path) -> Result<Self, String> {
        let meeting = meeting_place().map_err(|error| format!("no folder to meet in: {error}"))?;
        let users = open_to_lock(&meeting.join("users")).map_err(|error| error.to_string())?;
        users.lock_shared().map_err(|error| error.to_string())?;
        // Tells the watchdog when a test last came.
        users.set_len(0).map_err(|error| error.to_string())?;

        let starting =
            open_to_lock(&meeting.join("starting")).map_err(|error| error.to_string())?;
        starting.lock().map_err(|error| error.to_string())?;
        let state = meeting.join("cluster");
        let folder = match running(&state) {
            Some(folder) => folder,
            None => start(binaries, &meeting, &state)?,
        };
        let cluster = Self {
            folder,
            template: template_name().map_err(|error| error.to_string())?,
            _users: users,
        };
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime starts")
            .block_on(cluster.prepare_template())
            .map_err(|error| format!("the template database cannot be made: {error}"))?;
        Ok(cluster)
    }

    /// A fresh, migrated database.
    pub(crate) async fn create_database(&'static self) -> Database {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let count = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        let made = async {
            let mut admin = self.admin().await?;
            admin
                .execute(sql(format!("DROP DATABASE IF EXISTS {name}")))
                .await?;
            admin
                .execute(sql(format!(
                    "CREATE DATABASE {name} TEMPLATE {}",
                    self.template
                )))
                .await
        };
        made.await.expect("PostgreSQL makes a database");
        Database {
            url: self.url(&name),
            name,
            cluster: self,
        }
    }

    async fn prepare_template(&self) -> Result<(), Box<dyn std::error::Error>> {
        let mut admin = self.admin().await?;
        let found: Option<(i32,)> = sqlx::query_as("SELECT 1 FROM pg_database WHERE datname = $1")
            .bind(&self.template)
            .fetch_optional(&mut admin)
            .await?;
        if found.is_some() {
            return Ok(());
        }
        // Migrated under another name first: a process killed here leaves no half-made template.
        let draft = format!("{}_draft", self.template);
        admin
            .execute(sql(format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")))
            .await?;
        admin
            .execute(sql(format!("CREATE DATABASE {draft}")))
            .await?;
        Db::connect_postgres(&self.url(&draft))
            .await?
            .close()
            .await?;
        admin
            .execute(sql(format!(
                "ALTER DATABASE {draft} RENAME TO {}",
                self.template
            )))
            .await?;
        Ok(())
    }

    async fn admin(&self) -> Result<PgConnection, sqlx::Error> {
        let options: PgConnectOptions = self.url("postgres").parse()?;
        options.connect().await
    }

    fn url(&self, database: &str) -> String {
        let socket = self.folder.display();
        format!("postgres:///{database}?host={socket}&user=keelson")
    }
}

impl Database {
    pub(crate) async fn drop(self) {
        let dropped = async {
            let mut admin = self.cluster.admin().await?;
            admin
                .execute(sql(format!("DROP DATABASE {} WITH (FORCE)", self.name)))
                .await
        };
        dropped.await.expect("PostgreSQL drops the test's database");
    }
}

/// Names made here, of letters, digits and underscores, are the only thing ever written into these statements.
fn sql(statement: String) -> sqlx::AssertSqlSafe<String> {
    sqlx::AssertSqlSafe(statement)
}

/// The folder with `initdb` and `postgres`: from the path, else Debian's newest.
fn binaries() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path)
        .filter_map(|folder| folder.join("initdb").canonicalize().ok())
        .filter_map(|initdb| Some(initdb.parent()?.to_owned()));
    let mut debian: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    debian.sort_by_key(|(version, _)| Reverse(*version));
    on_path
        .chain(debian.into_iter().map(|(_, folder)| folder))
        .find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
}

/// A folder in the target folder of the running test.
fn meeting_place() -> io::Result<PathBuf> {
    let executable = env::current_exe()?;
    let profile = executable
        .ancestors()
        .find(|folder| folder.join("deps").is_dir())
        .ok_or_else(|| io::Error::other("the test does not run from a target folder"))?;
    let folder = profile.join("testkit-postgres");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// One template per test executable: it holds the migrations, so an edited migration never meets an old template.
fn template_name() -> io::Result<String> {
    let executable = env::current_exe()?;
    let built = fs::metadata(&executable)?.modified()?;
    let mut hasher = DefaultHasher::new();
    (executable, built).hash(&mut hasher);
    Ok(format!("template_{:016x}", hasher.finish()))
}

fn open_to_lock(path: &Path) -> io::Result<File> {
    File::options().create(true).append(true).open(path)
}

/// The folder of the cluster named in the state file, when its server lives.
fn running(state: &Path) -> Option<PathBuf> {
    let folder = PathBuf::from(fs::read_to_string(state).ok()?);
    let pid_file = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    let alive = run(Command::new("kill").args(["-0", pid_file.lines().next()?])).is_ok();
    alive.then_some(folder)
}

/// Makes a cluster in a temporary folder, starts it, and sets the watchdog on it.
fn start(binaries: &Path, meeting: &Path, state: &Path) -> Result<PathBuf, String> {
    let folder = tempfile::Builder::new()
        .prefix("keelson-pg-")
        .tempdir()
        .map_err(|error| error.to_string())?;
    let owner = owner()?;
    if let Some(owner) = owner {
        run(Command::new("chown").arg(owner).arg(folder.path()))?;
    }
    let data = folder.path().join("data");
    run(as_user(owner, &binaries.join("initdb"))
        .arg("--pgdata")
        .arg(&data)
        .args(["--username=keelson", "--auth=trust", "--no-sync"])
        .args(["--encoding=UTF8", "--locale=C.UTF-8"]))?;
    fs::write(data.join("postgresql.auto.conf"), settings(folder.path()))
        .map_err(|error| error.to_string())?;
    run(as_user(owner, &binaries.join("pg_ctl"))
        .arg("--pgdata")
        .arg(&data)
        .arg("--log")
        .arg(folder.path().join("log"))
        .args(["--wait", "start"]))?;

    let folder = folder.keep();
    fs::write(state, folder.as_os_str().as_encoded_bytes()).map_err(|error| error.to_string())?;
    Command::new("setsid")
        .args(["sh", "-c", include_str!("watchdog.sh"), "watchdog"])
        .args([&folder, state, &meeting.join("users")])
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("the watchdog does not start: {error}"))?;
    Ok(folder)
}

/// Nothing here outlives the tests, so nothing waits for the disk.
fn settings(socket: &Path) -> String {
    format!(
        "listen_addresses = ''
unix_socket_directories = '{}'
max_connections = 500
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
",
        socket.display()
    )
}

/// The user the server runs as, when it cannot be the one who runs the tests: PostgreSQL refuses root.
fn owner() -> Result<Option<&'static str>, String> {
    if text(&run(Command::new("id").arg("-u"))?) != "0" {
        return Ok(None);
    }
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| run(Command::new("id").args(["-u", user])).is_ok())
        .map(Some)
        .ok_or_else(|| {
            "it refuses to run as root, and there is no user postgres or nobody".to_owned()
        })
}

fn as_user(owner: Option<&str>, program: &Path) -> Command {
    let mut command = match owner {
        None => Command::new(program),
        Some(user) => {
            let group = run(Command::new("id").args(["-g", user])).map(|output| text(&output));
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid", user, "--regid", &group.unwrap_or_default()])
                .args(["--clear-groups", "--"])
                .arg(program);
            command
        }
    };
    // The server must not hold the folder the tests run in, which its user may not even enter.
    command.current_dir("/");
    command
}

fn run(command: &mut Command) -> Result<Output, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{program} does not start: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program} ended with {}: {said}", output.status))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
