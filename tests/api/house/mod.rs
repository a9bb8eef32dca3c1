//! The house's order: which file may import what, and how long it may be.

mod circles;
mod page;
mod paths;
mod size;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A room's floor. A file belongs to the room that its path begins with.
const FLOORS: [(&str, u8); 15] = [
    ("model", 0),
    ("config", 0),
    ("telemetry", 0),
    ("store", 1),
    ("auth", 2),
    ("media", 2),
    ("app", 3),
    ("intake", 3),
    ("api", 4),
    ("viewer", 4),
    ("ingest", 4),
    ("demo", 4),
    ("server", 5),
    ("cli", 6),
    ("main", 7),
];

/// A library, and the only rooms that know it.
const ROOMS: [(&str, &[&str]); 11] = [
    ("actix_web", &["api", "ingest", "viewer", "server"]),
    ("rusqlite", &["store"]),
    ("r2d2", &["store"]),
    ("bcrypt", &["auth"]),
    ("caseless", &["model"]),
    ("unicode_normalization", &["model"]),
    ("rust_embed", &["viewer"]),
    ("clap", &["cli"]),
    ("cap_std", &["media"]),
    ("symphonia", &["media"]),
    ("opus_decoder", &["media"]),
];

struct Source {
    path: String,
    room: String,
    floor: u8,
    /// Without comments and without tests.
    code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found
}

fn sources() -> Vec<Source> {
    let source = root().join("src");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("UTF-8");
        let path = path.strip_prefix(&source).expect("below src").to_str().expect("UTF-8").to_owned();
        let room = path.split(['/', '.']).next().expect("a name").to_owned();
        let floor = FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor);
        let code = without_comments(&without_tests(&text));
        Source {
            floor: floor.unwrap_or_else(|| panic!("{path} is in no room of the house")),
            path,
            room,
            code,
        }
    };
    files(&source, "rs").into_iter().filter(|path| !path.ends_with("src/lib.rs")).map(read).collect()
}

/// By the layout of this house the tests of a file are its last module.
fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned()
}

fn without_comments(text: &str) -> String {
    let kept = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    kept.map(|line| line.split(" // ").next().unwrap_or(line))
        .fold(String::new(), |all, line| all + line + "\n")
}

/// Whether a word stands in the code, not as a part of a longer one.
fn names(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

#[test]
fn every_file_has_a_floor() {
    assert!(sources().len() > 30);
}

#[test]
fn a_file_imports_from_lower_floors_only() {
    for source in sources() {
        for (room, floor) in FLOORS {
            let path = format!("crate::{room}");
            let grouped =
                source.code.contains(&format!("crate::{{{room}")) || names_in_group(&source.code, room);
            if (names(&source.code, &path) || grouped) && room != source.room {
                assert!(floor < source.floor, "{} names {path}, which is not below it", source.path);
            }
        }
    }
}

/// In `use crate::{api, viewer};`
fn names_in_group(code: &str, room: &str) -> bool {
    code.split("crate::{").skip(1).filter_map(|rest| rest.split('}').next()).any(|group| names(group, room))
}

#[test]
fn a_library_has_one_room() {
    for source in sources() {
        for (library, rooms) in ROOMS {
            let uses = |library: &str| {
                let path = format!("{library}::");
                source.code.contains(&path) || source.code.contains(&format!("use {library};"))
            };
            let used = uses(library) || (library == "r2d2" && uses("r2d2_sqlite"));
            assert!(!used || rooms.contains(&source.room.as_str()), "{} names {library}", source.path);
        }
    }
}

#[test]
fn sql_stands_in_the_store_only() {
    for source in sources().iter().filter(|source| source.room != "store") {
        for sql in ["SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE recordings", "PRAGMA "] {
            assert!(!source.code.contains(sql), "{} has SQL: {sql}", source.path);
        }
    }
}

#[test]
fn no_file_unwraps() {
    for source in sources() {
        for word in ["unwrap()", "unwrap_err()", "todo!(", "dbg!(", "unimplemented!("] {
            assert!(!source.code.contains(word), "{} has {word}", source.path);
        }
    }
}

/// Where the tests rest between two looks at what they wait for, and where they give up on the page.
const RESTING: [&str; 3] = ["tests/office/waiting.rs", "tests/browser/server.js", "tests/browser/sound.js"];

#[test]
fn tests_wait_for_what_they_wait_for_and_sleep_nowhere() {
    let tests =
        ["api", "office", "pbx", "browser", "install"].map(|folder| root().join("tests").join(folder));
    // Put together, so that this file does not name them.
    let words = ["sleep", "setTimeout", "waitForTimeout", "sleep_until"].map(|word| format!("{word}("));
    let texts = tests.iter().flat_map(|folder| ["rs", "js"].map(|end| files(folder, end))).flatten();
    for path in texts.chain(files(&root().join("src"), "rs")) {
        let name = path.strip_prefix(root()).expect("below it").display().to_string();
        let text = fs::read_to_string(&path).expect("UTF-8");
        let tests = if name.starts_with("src") { text.replace(&without_tests(&text), "") } else { text };
        if RESTING.contains(&name.as_str()) || name.contains("node_modules") {
            continue;
        }
        let found = words.iter().find(|word| tests.contains(word.as_str()));
        assert!(found.is_none(), "{name} sleeps: wait for something by tests/office/waiting.rs instead");
    }
}

#[test]
fn the_folder_holds_what_the_house_has_and_nothing_else() {
    let house = [
        "Cargo.lock",
        "Cargo.toml",
        "Makefile",
        "README.md",
        "schema.sql",
        "src",
        "static",
        "target",
        "tests",
    ];
    for entry in fs::read_dir(root()).expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        assert!(name.starts_with('.') || house.contains(&name.as_str()), "{name} is not of the house");
    }
}

#[test]
fn nothing_needs_a_path_outside() {
    let folders = ["src", "tests/api", "tests/office", "tests/bench", "static"];
    let mut texts: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| ["rs", "js", "css", "html", "c", "md"].map(|end| files(&root().join(folder), end)))
        .flatten()
        .collect();
    texts.extend(
        ["README.md", "Makefile", "Cargo.toml", "schema.sql", "tests/run"].map(|name| root().join(name)),
    );
    // Put together, so that this file does not name it.
    let outside = [["..", "shared"].join("/"), ["", "work", ""].join("/")];
    for path in texts.iter().filter(|path| path.exists()) {
        let text = fs::read_to_string(path).expect("UTF-8");
        for word in &outside {
            assert!(!text.contains(word.as_str()), "{} names {word}", path.display());
        }
    }
}

#[test]
fn where_something_is_added_says_how() {
    let inside = fs::read_to_string(root().join("src/lib.rs")).expect("UTF-8");
    let outside = fs::read_to_string(root().join("README.md")).expect("UTF-8");
    let table = |text: &str| -> Vec<String> {
        let rows = text.split("Where do I add").nth(1).expect("the table").lines().skip(2);
        rows.map_while(|row| row.trim_start_matches("//!").trim().strip_prefix("| "))
            .map(String::from)
            .collect()
    };
    let named = |row: &str, src: &str| -> Vec<String> {
        let paths = row.split('`').skip(1).step_by(2);
        paths
            .map(|path| if path.starts_with("static/") { path.into() } else { format!("{src}{path}") })
            .collect()
    };
    assert!(table(&outside).len() > 5 && table(&outside).len() == table(&inside).len());
    for (row, same) in table(&outside).iter().zip(table(&inside)) {
        assert_eq!(named(row, ""), named(&same, "src/"), "README.md and src/lib.rs tell the same");
        for path in named(row, "") {
            let text =
                fs::read_to_string(root().join(&path)).unwrap_or_else(|_| panic!("{path}, in README.md"));
            assert!(text.to_lowercase().contains("to add a"), "{path} does not say how something is added");
        }
    }
}

/// Elsewhere a function would act for whoever asked as they were when the request came.
#[test]
fn what_is_sound_is_listed_once() {
    const LIST: &str = "media/decode/forms.rs";
    for source in sources().iter().filter(|source| source.path != LIST) {
        let words: BTreeSet<&str> = source.code.split('"').skip(1).step_by(2).collect();
        let kept: Vec<&str> = tapeline::media::endings().filter(|ending| words.contains(ending)).collect();
        assert!(kept.len() < 3, "{} has a list of sound of its own: {kept:?}; {LIST} has it", source.path);
    }
}

#[test]
fn the_api_changes_the_database_by_one_file_which_looks_again_at_who_asks() {
    for source in sources().iter().filter(|source| source.room == "api") {
        let code: String = source.code.split_whitespace().collect();
        for call in ["store.change", "store.rehearse"] {
            let is_there = source.path == "api/wire/changing.rs";
            assert!(is_there || !code.contains(call), "{} calls {call}", source.path);
        }
    }
}
