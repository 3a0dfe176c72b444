//! The invariants of ARCHITECTURE.md, read off the manifests and sources. A failure names the file and the rule it breaks.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read the sources fails"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The floors, lowest first. An arrow goes from a higher floor to a lower one, never up and never sideways.
const FLOORS: &[&[&str]] = &[
    &["keelson-methods", "keelson-testkit-macros", "keelson-unify"],
    &["keelson-migrations"],
    &["keelson-analytics", "keelson-documents", "keelson-jobs"],
    &["keelson-domain"],
    &["keelson-demo", "keelson-web"],
    &["keelson"],
    &["keelson-testkit"],
];

/// Who may know a word. `testkit` never ships and is free.
const WORDS: &[(&[&str], &[&str])] = &[
    (
        &[
            "askama",
            "axum",
            "cookie",
            "http",
            "hyper",
            "tower",
            "tower-http",
        ],
        &["keelson-web"],
    ),
    (&["arrow", "datafusion", "parquet"], &["keelson-analytics"]),
    (
        &["sea-orm", "sqlx"],
        // The queue owns one table and nothing else.
        &["keelson-domain", "keelson-migrations", "keelson-jobs"],
    ),
    (&["rusqlite"], &["keelson-domain"]),
    (&["sea-orm-migration"], &["keelson-migrations"]),
    (
        &["calamine", "csv", "rust_xlsxwriter"],
        &["keelson-documents"],
    ),
    (&["clap", "indicatif", "anyhow"], &["keelson"]),
];

/// Where the clock may be read and chance drawn from the machine, and why. A path that ends with a slash is a folder.
const FROM_THE_MACHINE: &[(&str, &str)] = &[
    (
        "crates/domain/src/time.rs",
        "SystemClock is the one clock that moves by itself",
    ),
    (
        "crates/keelson/src/",
        "the binary draws chance from the machine and hands it down",
    ),
];

/// Capabilities of one crate only, and why.
const WITHOUT_A_TWIN: &[(&str, &str)] = &[
    (
        "domain/operations",
        "facts are read on the pages of suppliers and imports",
    ),
    (
        "domain/record",
        "events are read on the pages of what they are about",
    ),
    ("web/charts", "drawing, not business"),
    ("web/home", "one page over several capabilities"),
    ("web/kit", "components, not business"),
    (
        "web/server",
        "how a request is let in and answered, not business",
    ),
    ("web/settings", "pages that set up several capabilities"),
    (
        "web/portal",
        "the supplier's side of the same capabilities, with view types of its own",
    ),
];

#[test]
fn arrows_point_down() {
    let floor = |name: &str| FLOORS.iter().position(|floor| floor.contains(&name));
    let mut wrong = Vec::new();
    for room in rooms() {
        let Some(own) = floor(&room.name) else {
            wrong.push(format!(
                "{} has no floor: add it to FLOORS and to ARCHITECTURE.md",
                room.name
            ));
            continue;
        };
        for dependency in room.dependencies.iter().filter(|d| is_house(d)) {
            if floor(dependency).is_none_or(|other| other >= own) {
                wrong.push(format!("{} must not depend on {dependency}", room.name));
            }
        }
    }
    assert_nothing(&wrong);
}

#[test]
fn nothing_that_ships_depends_on_the_testkit() {
    let wrong: Vec<String> = rooms()
        .into_iter()
        .filter(|room| room.name != "keelson-testkit")
        .filter(|room| {
            room.dependencies
                .iter()
                .any(|d| d.starts_with("keelson-testkit"))
        })
        .map(|room| {
            format!(
                "{} depends on the testkit outside of its dev-dependencies",
                room.name
            )
        })
        .collect();
    assert_nothing(&wrong);
}

#[test]
fn each_word_is_known_only_where_it_may_be() {
    let mut wrong = Vec::new();
    for room in rooms().iter().filter(|room| room.name != "keelson-testkit") {
        for (words, knowers) in WORDS {
            if knowers.contains(&room.name.as_str()) {
                continue;
            }
            for word in room
                .dependencies
                .iter()
                .filter(|d| words.contains(&d.as_str()))
            {
                wrong.push(format!(
                    "{} knows {word}; only {} may",
                    room.name,
                    knowers.join(", ")
                ));
            }
        }
    }
    assert_nothing(&wrong);
}

#[test]
fn methods_stands_alone_and_computes_only() {
    let methods = rooms()
        .into_iter()
        .find(|room| room.name == "keelson-methods")
        .unwrap();
    let mut wrong: Vec<String> = methods
        .dependencies
        .iter()
        .filter(|d| is_house(d) || ["tokio", "futures", "rand", "reqwest"].contains(&d.as_str()))
        .map(|d| format!("methods depends on {d}"))
        .collect();
    let forbidden = [
        "async fn",
        ".await",
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "std::time::",
        "Instant::now",
    ];
    for source in sources(&methods.folder.join("src")) {
        find(&source, &forbidden, &mut wrong);
    }
    assert_nothing(&wrong);
}

#[test]
fn only_the_listed_places_read_the_clock_or_draw_chance_from_the_machine() {
    let machine = [
        "Utc::now",
        "Local::now",
        "SystemTime::now",
        "rand::rng()",
        "rand::random",
        "OsRng",
        "SysRng",
        "from_os_rng",
        "thread_rng",
    ];
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for source in all_sources() {
        let mut found = Vec::new();
        find(&source, &machine, &mut found);
        let allowed = FROM_THE_MACHINE.iter().find(|(path, _)| {
            *path == source.path || (path.ends_with('/') && source.path.starts_with(path))
        });
        match allowed {
            Some((path, _)) if !found.is_empty() => {
                used.insert(*path);
            }
            _ => wrong.append(&mut found),
        }
    }
    let files = FROM_THE_MACHINE
        .iter()
        .filter(|(path, _)| !path.ends_with('/'));
    for (path, _) in files.filter(|(path, _)| !used.contains(path)) {
        wrong.push(format!(
            "{path} no longer reads the machine: take it off FROM_THE_MACHINE"
        ));
    }
    assert_nothing(&wrong);
}

#[test]
fn nothing_is_left_undone_or_switched_off() {
    let unfinished = [
        "todo!(",
        "unimplemented!(",
        "FIXME",
        "#[ignore",
        "#![allow(warnings",
        "#[allow(dead_code",
    ];
    let mut wrong = Vec::new();
    for source in all_sources() {
        find(&source, &unfinished, &mut wrong);
    }
    assert_nothing(&wrong);
}

#[test]
fn no_file_names_a_machine() {
    let machine = ["/home/", "/Users/", "/root/", "C:\\Users"];
    let mut wrong = Vec::new();
    for source in all_texts() {
        find(&source, &machine, &mut wrong);
    }
    assert_nothing(&wrong);
}

#[test]
fn each_capability_has_its_twin() {
    let folders = |room: &str| -> BTreeSet<String> {
        fs::read_dir(root().join("crates").join(room).join("src"))
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect()
    };
    let (domain, web) = (folders("domain"), folders("web"));
    let mut alone: BTreeSet<String> = domain
        .difference(&web)
        .map(|name| format!("domain/{name}"))
        .collect();
    alone.extend(web.difference(&domain).map(|name| format!("web/{name}")));
    let wrong: Vec<String> = alone
        .iter()
        .filter(|name| {
            WITHOUT_A_TWIN
                .iter()
                .all(|(exception, _)| exception != name)
        })
        .map(|name| format!("{name} has no twin of the same name"))
        .collect();
    assert_nothing(&wrong);
}

#[test]
fn every_template_is_used() {
    let src = root().join("crates/web/src");
    let readers: Vec<Source> = files(&src)
        .into_iter()
        .filter(|path| has_extension(path, &["rs", "html"]))
        .map(Source::read)
        .collect();
    let wrong: Vec<String> = files(&src)
        .into_iter()
        .filter(|path| has_extension(path, &["html"]))
        .filter_map(|path| {
            let name = path
                .strip_prefix(&src)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            let quoted = format!("\"{name}\"");
            let used = readers.iter().any(|reader| reader.text.contains(&quoted));
            (!used)
                .then(|| format!("crates/web/src/{name} is used by no page and no other template"))
        })
        .collect();
    assert_nothing(&wrong);
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    let wrong: Vec<String> = rooms()
        .into_iter()
        .filter(|room| !room.takes_lints)
        .map(|room| format!("{} has no [lints] workspace = true", room.name))
        .collect();
    assert_nothing(&wrong);
}

#[test]
fn the_map_names_every_room() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let wrong: Vec<String> = rooms()
        .iter()
        .filter_map(|room| Some(room.folder.file_name()?.to_str()?.to_owned()))
        .filter(|name| !map.contains(&format!("`{name}`")))
        .map(|name| format!("ARCHITECTURE.md does not name `{name}`"))
        .collect();
    assert_nothing(&wrong);
}

struct Room {
    name: String,
    folder: PathBuf,
    dependencies: BTreeSet<String>,
    takes_lints: bool,
}

fn rooms() -> Vec<Room> {
    let mut rooms: Vec<Room> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|folder| folder.join("Cargo.toml").exists())
        .map(|folder| {
            let text = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
            let manifest: toml::Table = text.parse().unwrap();
            Room {
                name: manifest["package"]["name"].as_str().unwrap().to_owned(),
                folder,
                dependencies: dependencies(&manifest),
                takes_lints: manifest
                    .get("lints")
                    .and_then(|lints| lints.get("workspace")?.as_bool())
                    .unwrap_or(false),
            }
        })
        .collect();
    rooms.sort_by(|a, b| a.name.cmp(&b.name));
    rooms
}

/// What ships: ordinary and build dependencies, for every target. A renamed one counts under its real name.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let mut tables: Vec<&toml::Value> = Vec::new();
    let mut levels = vec![manifest];
    if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
        levels.extend(targets.values().filter_map(toml::Value::as_table));
    }
    for level in levels {
        tables.extend(level.get("dependencies"));
        tables.extend(level.get("build-dependencies"));
    }
    tables
        .into_iter()
        .filter_map(toml::Value::as_table)
        .flatten()
        .map(|(name, how)| {
            let real = how.get("package").and_then(toml::Value::as_str);
            real.unwrap_or(name).to_owned()
        })
        .collect()
}

fn is_house(dependency: &str) -> bool {
    dependency == "keelson" || dependency.starts_with("keelson-")
}

struct Source {
    /// From the root of the repository.
    path: String,
    text: String,
}

impl Source {
    fn read(path: PathBuf) -> Self {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let path = path
            .strip_prefix(root())
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        Self { path, text }
    }
}

/// Every Rust file of the house, but for this one, which has to spell what it looks for.
fn all_sources() -> Vec<Source> {
    sources(&root().join("crates"))
        .into_iter()
        .filter(|source| !source.path.ends_with("testkit/tests/house.rs"))
        .collect()
}

fn sources(folder: &Path) -> Vec<Source> {
    files(folder)
        .into_iter()
        .filter(|path| has_extension(path, &["rs"]))
        .map(Source::read)
        .collect()
}

/// Every text a person wrote.
fn all_texts() -> Vec<Source> {
    let written = [
        "rs", "toml", "sql", "html", "css", "js", "mjs", "json", "md", "sh", "yml", "yaml", "txt",
    ];
    files(&root())
        .into_iter()
        .filter(|path| has_extension(path, &written) || path.extension().is_none())
        .filter(|path| !path.ends_with("tests/house.rs") && !path.ends_with("LICENSE"))
        .map(Source::read)
        .collect()
}

/// Files below a folder, without what tools put there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let made_by_tools = [
                "target",
                "node_modules",
                ".git",
                "data",
                "package-lock.json",
            ];
            if made_by_tools.contains(&name) || path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn has_extension(path: &Path, wanted: &[&str]) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| wanted.contains(&extension))
}

/// Notes each line that holds one of the words. Comments count: what is written there is read too.
fn find(source: &Source, words: &[&str], found: &mut Vec<String>) {
    let mut seen: BTreeMap<usize, &str> = BTreeMap::new();
    for (number, line) in source.text.lines().enumerate() {
        if let Some(word) = words.iter().find(|word| line.contains(**word)) {
            seen.insert(number + 1, word);
        }
    }
    let path = &source.path;
    found.extend(
        seen.iter()
            .map(|(line, word)| format!("{path}:{line} holds {word:?}")),
    );
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn assert_nothing(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
}
