//! Every format of call detail records that is declared, with what a real PBX wrote in it: `tests/data/cdr/NAME` holds one
//! file or folder to import, and `expected.txt`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tapeline::ingest::cdr::FORMATS;
use tapeline::intake::{Draft, Intake};
use tapeline::store::Store;

use crate::office::Office;
use crate::program::run;

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cdr")
}

/// The names in a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
}

/// What is to be imported, and what recordings of its calls know then.
fn sample(format: &str) -> (String, String) {
    let folder = data().join(format);
    let expected = fs::read_to_string(folder.join("expected.txt"))
        .unwrap_or_else(|error| panic!("{format} has no expected.txt in tests/data/cdr/{format}: {error}"));
    let mut others = names(&folder);
    others.remove("expected.txt");
    assert_eq!(others.len(), 1, "tests/data/cdr/{format} has one sample: {others:?}");
    let path = folder.join(others.first().expect("a sample"));
    (path.to_str().expect("UTF-8").to_owned(), expected)
}

/// A recording of which nothing is known but whose it is.
fn record(office: &Office, uniqueid: &str) {
    let store = Store::open(&office.folder.file("recordings.db"), 1).expect("the database");
    let draft = Draft {
        machine: "pbx".into(),
        uniqueid: Some(uniqueid.into()),
        path: Some(format!("{uniqueid}.wav")),
        over: true,
        ..Draft::default()
    };
    Intake::default().accept(&store, &draft, 1_796_000_000).expect("it is taken");
}

/// The columns that the first line of `expected.txt` names, of every row.
fn rows(office: &Office, columns: &str) -> String {
    let quoted: Vec<String> = columns.split('|').map(|name| format!("\"{name}\"")).collect();
    office.sqlite3(&format!("SELECT {} FROM recordings ORDER BY uniqueid", quoted.join(", ")))
}

#[test]
fn a_sample_of_every_format_tells_recordings_what_their_calls_really_were() {
    for format in &FORMATS {
        let (sample, expected) = sample(format.name);
        let (columns, expected) = expected.trim_end().split_once('\n').expect("names, and rows");
        assert!(columns.starts_with("uniqueid|"), "{}: the first line names columns", format.name);
        let office = Office::empty();
        office.sqlite3(
            "INSERT INTO customers VALUES (1, 'Alder'); INSERT INTO recordgroups (id, customer, name) VALUES (1, 1, 'Sales');",
        );
        expected.lines().for_each(|row| record(&office, row.split('|').next().expect("a uniqueid")));
        let said = office.import(&[format.name, &sample, "--timezone", "UTC", "--machine", "pbx"]).ok();
        assert_eq!(rows(&office, columns), expected, "{}: {said}", format.name);
        let again = office.import(&[format.name, &sample, "--timezone", "UTC", "--machine", "pbx"]).ok();
        assert!(again.contains("Recordings: 0 are new, 0 know more now,"), "{}: {again}", format.name);
    }
}

#[test]
fn every_format_has_a_subcommand_with_help_and_no_sample_is_left_over() {
    let help = run(&["import", "--help"]).ok().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut declared = BTreeSet::new();
    for format in &FORMATS {
        assert!(declared.insert(format.name.to_owned()), "{} is declared twice", format.name);
        assert!(!format.help.is_empty() && !format.unit.is_empty(), "{} says what it is", format.name);
        assert!(help.contains(&format!("{} {}", format.name, format.help)), "{}: {help}", format.name);
        let own = run(&["import", format.name, "--help"]).ok();
        assert_eq!(own.contains("--columns"), format.columns, "{}: {own}", format.name);
    }
    assert_eq!(names(&data()), declared, "a folder in tests/data/cdr for each");
}

#[test]
fn what_somebody_names_that_is_not_there_is_refused_with_what_to_do_in_every_format() {
    let office = Office::empty();
    for format in &FORMATS {
        let refusal = office.import(&[format.name, "/nowhere"]).refusal();
        assert!(refusal.contains("/nowhere") && refusal.contains("check"), "{}: {refusal}", format.name);
    }
}
