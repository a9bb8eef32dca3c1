//! Who heard what: an entry of the audit log for a person, a recording and ten minutes.

use std::fs;
use std::path::Path;

use crate::app::{PASSWORD, TestApp, make_database, spawn_app};
use crate::program::{Folder, Serving, Shell, serve, sqlite3};
use crate::waiting::{until, until_answer};

const GET: &str = "recording/recordings/get";
const A: &str = "recordgroup=1;uniqueid=a;recordid=1";
const ENTRIES: &str =
    "SELECT person, username, address, action, customer, recordgroup, uniqueid, recordid, detail
    FROM audit WHERE action = 'recordings/listen' ORDER BY id;";
const SARA_HEARS_A: &str = "3|sara|127.0.0.1|recordings/listen|1|1|a|1|";

fn with_sound(db: &Path) {
    let media = db.with_file_name("sound/a");
    fs::create_dir_all(&media).expect("a folder");
    fs::write(media.join("a.wav"), vec![7; 1000]).expect("a file");
    sqlite3(db, "UPDATE recordings SET path = 'a/a.wav';");
}

fn app() -> TestApp {
    let app = spawn_app();
    with_sound(&app.db);
    app
}

#[test]
fn ten_minutes_of_a_person_and_a_recording_are_one_entry_however_the_sound_is_asked_for() {
    let app = app();
    let sara = app.supervisor();
    let target = format!("/api/json/{GET}?{A};wrap=none");
    assert_eq!(sara.send("GET", &target, &[("Range", "bytes=5-9")], b"").status, 206);
    assert_eq!(app.sqlite3(ENTRIES), SARA_HEARS_A, "before the sound is there");
    for query in ["", ";wrap=json", ";wrap=none", ";wrap=none;play=1", ";sha1=1"] {
        assert_eq!(sara.get(&format!("{GET}?{A}{query}")).status, 200);
        assert_eq!(sara.post(GET, &format!("{A}{query}")).status, 200);
    }
    assert_eq!(app.sqlite3(ENTRIES), SARA_HEARS_A);
    assert_eq!(sara.get(&format!("{GET}?recordgroup=1;uniqueid=b;recordid=1")).status, 200);
    assert_eq!(app.agent().get(&format!("{GET}?{A};wrap=none")).status, 200);
    assert_eq!(app.viewer("olga").get(&format!("{GET}?recordgroup=4;uniqueid=f;recordid=1")).status, 200);
    let all = [
        SARA_HEARS_A,
        "3|sara|127.0.0.1|recordings/listen|1|1|b|1|",
        "4|anna|127.0.0.1|recordings/listen|1|1|a|1|",
        "1|olga|127.0.0.1|recordings/listen|2|4|f|1|",
    ];
    assert_eq!(app.sqlite3(ENTRIES), all.join("\n"));
}

#[test]
fn who_gets_no_sound_has_not_listened() {
    let app = app();
    let sara = app.supervisor();
    let target = format!("/api/json/{GET}?{A};wrap=none");
    sara.get(&format!("{GET}?{A};wrap=meta"));
    let head = |target: &str| {
        let mut stream = crate::http::connect(app.address, None, None);
        std::io::Write::write_all(&mut stream, &sara.bytes("HEAD", target, &[], b"")).expect("it is sent");
        let (status, headers, _) = crate::http::read_head(&mut stream);
        (status, headers)
    };
    assert_eq!(head(&format!("/api/json/{GET}?{A}")).0, 405);
    let (status, headers) = head(&target);
    assert_eq!(status, 200);
    let tag = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("etag")).expect("a tag").1.clone();
    assert_eq!(sara.send("GET", &target, &[("If-None-Match", &tag)], b"").status, 304);
    assert_eq!(sara.send("GET", &target, &[("Range", "bytes=5000-")], b"").status, 416);
    assert_eq!(app.user().get(&format!("{GET}?{A}")).status, 402);
    assert_eq!(app.stranger().get(&format!("{GET}?{A}")).status, 404);
    app.sqlite3("UPDATE recordings SET path = 'none.wav';");
    assert_eq!(sara.get(&format!("{GET}?{A}")).codes(), "404 path");
    assert_eq!(app.sqlite3(ENTRIES), "");
}

#[test]
fn an_entry_names_the_recording_as_its_row_does() {
    let app = app();
    app.sqlite3("UPDATE recordings SET uniqueid = '1700000000.12' WHERE id = 11;");
    let get = format!("{GET}?recordgroup=1;uniqueid=170000000012;recordid=1");
    assert_eq!(app.supervisor().get(&get).status, 200);
    assert_eq!(app.sqlite3(ENTRIES), SARA_HEARS_A.replace("|a|", "|1700000000.12|"));
}

fn listens(serving: &Serving) {
    assert_eq!(serving.caller("sara", PASSWORD).get(&format!("{GET}?{A};wrap=none")).body, vec![7; 1000]);
}

#[test]
fn a_restart_within_ten_minutes_adds_no_entry_and_later_there_is_one() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    with_sound(&db);
    for _ in 0..2 {
        let serving = Serving::start(&mut serve(&db));
        listens(&serving);
        serving.stop();
        assert_eq!(sqlite3(&db, ENTRIES), SARA_HEARS_A);
    }
    sqlite3(&db, "UPDATE audit SET time = time - 600;");
    let serving = Serving::start(&mut serve(&db));
    listens(&serving);
    serving.stop();
    assert_eq!(sqlite3(&db, ENTRIES), [SARA_HEARS_A; 2].join("\n"));
}

#[test]
fn while_another_program_writes_the_sound_comes_and_the_entry_follows() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    with_sound(&db);
    let serving = Serving::start(&mut serve(&db));
    let mut shell = Shell::open(&db);
    shell.run("BEGIN IMMEDIATE;");
    (0..3).for_each(|_| listens(&serving));
    assert_eq!(sqlite3(&db, ENTRIES), "");
    until("a second attempt of the writer", || serving.log().contains("trying again"));
    shell.run("COMMIT;");
    until_answer("the entry", SARA_HEARS_A, || sqlite3(&db, ENTRIES));
}

#[test]
fn an_entry_that_cannot_be_written_is_in_the_log() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    with_sound(&db);
    let serving = Serving::start(&mut serve(&db));
    let mut shell = Shell::open(&db);
    shell.run("BEGIN IMMEDIATE;");
    listens(&serving);
    let log = serving.stop().err;
    for words in ["is heard before the audit log says so", "the audit log lacks that somebody listened"] {
        let line = log.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}: {log}"));
        for part in ["sara", "recordgroup: 1", "uniqueid: \"a\"", "recordid: \"1\"", "time="] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
    drop(shell);
    assert_eq!(sqlite3(&db, ENTRIES), "");
}
