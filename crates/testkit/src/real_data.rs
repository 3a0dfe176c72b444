use std::{
    env,
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
};

/// A file or folder of the real data, or nothing where this machine has none; the test then returns, and says so aloud.
///
/// It is looked for in `$KEELSON_REAL_DATA`, else in `shared/data` beside the repository.
pub fn real_data(name: &str) -> Option<PathBuf> {
    let folder = env::var_os("KEELSON_REAL_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    skip(&format!("real data {name} is not on this machine"));
    None
}

/// Says that the running test proves nothing here, and why. `./test` counts these.
pub fn skip(why: &str) {
    let thread = std::thread::current();
    let line = format!("SKIPPED {}: {why}\n", thread.name().unwrap_or("a test"));
    // Written to the stream itself: the test harness hides what a passing test prints.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(path) = env::var_os("KEELSON_TEST_SKIPS") {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
    }
}
