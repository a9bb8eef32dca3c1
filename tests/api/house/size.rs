//! How long a file and a function may be, and how full a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::{files, root, sources, without_tests};

const LONGEST_FILE: usize = 400;
const FULLEST_FOLDER: usize = 16;
/// Where, and of what ending.
const SIZED: [(&str, &str); 4] =
    [("src", "rs"), ("static/js", "js"), ("static/css", "css"), ("tests/browser", "js")];
const LONGEST_FUNCTION: usize = 60;
const MEDIAN_FUNCTION: usize = 8;

#[test]
fn no_file_is_long_and_no_folder_full() {
    let mut over = BTreeSet::new();
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for path in SIZED.iter().flat_map(|(folder, end)| files(&root().join(folder), end)) {
        let name = path.strip_prefix(root()).expect("below it").display().to_string();
        if name.contains("node_modules") {
            continue;
        }
        if fs::read_to_string(&path).expect("UTF-8").lines().count() > LONGEST_FILE {
            over.insert(name.clone());
        }
        *folders.entry(name.rsplit_once('/').expect("a folder").0.to_owned()).or_default() += 1;
    }
    over.extend(folders.into_iter().filter(|(_, files)| *files > FULLEST_FOLDER).map(|(folder, _)| folder));
    assert!(over.is_empty(), "more than {LONGEST_FILE} lines or {FULLEST_FOLDER} files: {over:?}");
}

#[test]
fn no_function_is_long_and_most_are_short() {
    let mut lengths = Vec::new();
    let mut over = BTreeSet::new();
    for source in sources().iter().filter(|source| !source.path.contains("tests")) {
        let text = fs::read_to_string(root().join("src").join(&source.path)).expect("UTF-8");
        for (name, length) in functions(&without_tests(&text)) {
            lengths.push(length);
            if length > LONGEST_FUNCTION {
                over.insert(format!("src/{} {name}", source.path));
            }
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= MEDIAN_FUNCTION, "half of the functions have more than {median} lines");
    assert!(over.is_empty(), "more than {LONGEST_FUNCTION} lines: {over:?}");
}

/// Name and length of every function: from its first line to the brace that closes it, as `cargo fmt` sets them.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let length = |at: usize| {
        let indent = &lines[at][..lines[at].len() - lines[at].trim_start().len()];
        let end = |line: &&str| line.strip_prefix(indent).is_some_and(|rest| rest.starts_with('}'));
        match lines[at].ends_with('}') || lines[at].ends_with(';') {
            true => Some(1),
            false => lines[at..].iter().position(end).map(|length| length + 1),
        }
    };
    let name = |line: &str| {
        let (before, after) = line.split_once("fn ")?;
        let words = ["pub", "const", "async", "extern", "\"C\""];
        let begins = before.split_whitespace().all(|word| words.contains(&word) || word.starts_with("pub("));
        begins.then(|| after.split(['(', '<']).next().unwrap_or_default().to_owned())
    };
    let named = lines.iter().enumerate().filter_map(|(at, line)| Some((name(line)?, length(at)?)));
    named.collect()
}

#[test]
fn a_functions_length_is_from_its_name_to_its_brace() {
    let text = "pub(crate) fn one() -> u8 { 1 }\n\nimpl A {\n    async fn two<T>(\n        &self,\n    ) {\n        if x {\n        }\n    }\n}\n";
    assert_eq!(functions(text), [("one".to_owned(), 1), ("two".to_owned(), 6)]);
}

#[test]
fn a_folder_has_one_form_of_facade() {
    for path in
        ["src", "tests/api", "tests/office"].iter().flat_map(|folder| files(&root().join(folder), "rs"))
    {
        let folder = path.with_extension("");
        assert!(
            !folder.is_dir(),
            "{} stands beside its folder: it is {}/mod.rs",
            path.display(),
            folder.display()
        );
    }
}
