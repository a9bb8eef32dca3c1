//! The forms and sides of a recording: what is done to it is done to all of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tapeline::config::Compat;
use tapeline::store::Store;

use crate::app::{Caller, TestApp, spawn_app, spawn_with};
use crate::program::{Folder, sqlite3};

const GET: &str = "recording/recordings/get";
const IDS: &str = "ids=1:b:1";
const DELETE: &str = "recording/recordings/delete";
const COPY: &str = "recording/recordings/copy";
const B: &str = "recordgroup=1;uniqueid=b;recordid=1";
/// Paths and roles of what there is, by recording.
const SOUNDS: &str = "SELECT recording, path, role FROM sounds ORDER BY recording, path";

/// A file below the media root.
fn sound(app: &TestApp, path: &str) -> PathBuf {
    let file = app.db.with_file_name("sound").join(path);
    fs::create_dir_all(file.parent().expect("a folder")).expect("it is made");
    fs::write(&file, path).expect("it is written");
    file
}

/// Recording 12 (b) has a WAV that plays, an MP3 elsewhere and two sides; its files.
fn b_in_four(app: &TestApp) -> [PathBuf; 4] {
    app.sqlite3(
        "UPDATE recordings SET path = 'x/b.wav', mimetype = 'audio/wav' WHERE id = 12;
         INSERT INTO sounds (recording, path, role, mimetype, size, duration, sha256) VALUES
           (12, 'mp3/b.mp3', 'mix', 'audio/mpeg', 9, NULL, NULL), (12, 'x/b.wav', 'mix', 'audio/wav', 10, 30000, x'00ff'),
           (12, 'x/b-in.wav', 'in', 'audio/wav', 11, 30000, NULL), (12, 'x/b-out.wav', 'out', 'audio/wav', 12, 0, NULL);",
    );
    ["x/b.wav", "mp3/b.mp3", "x/b-in.wav", "x/b-out.wav"].map(|path| sound(app, path))
}

#[track_caller]
fn done(app: &TestApp, function: &str, form: &str) {
    assert_eq!(app.supervisor().post(function, form).codes(), "204", "{function} {form}");
}

#[test]
fn every_form_and_side_goes_with_its_recording() {
    let app = spawn_app();
    let files = b_in_four(&app);
    done(&app, DELETE, B);
    assert!(files.iter().all(|file| !file.exists()));
    assert_eq!(app.sqlite3("SELECT count(*) FROM sounds; SELECT count(*) FROM sound_removals;"), "0\n0");
    assert_eq!(app.entries(), ["3|sara|127.0.0.1|recordings/delete|1|1|b|1|"]);
    // None of them comes back as a new one.
    assert_eq!(
        app.sqlite3("SELECT path FROM intake_files WHERE recording = 12 ORDER BY path"),
        "mp3/b.mp3\nx/b-in.wav\nx/b-out.wav\nx/b.wav"
    );
}

#[test]
fn a_form_that_another_row_or_another_recordings_form_is_stays() {
    let app = spawn_app();
    let [wav, mp3, one_side, other_side] = b_in_four(&app);
    // However the paths are written; and a line of what is gone counts for nothing.
    app.sqlite3(
        "UPDATE recordings SET path = './mp3//b.mp3' WHERE id = 13;
         INSERT INTO sounds (recording, path, role) VALUES (16, 'x/./b-in.wav', 'other'), (999, 'x/b-out.wav', 'out');",
    );
    done(&app, DELETE, B);
    assert!(mp3.exists() && one_side.exists());
    assert!(!wav.exists() && !other_side.exists());
}

#[test]
fn nothing_of_a_held_recording_goes() {
    let app = spawn_app();
    let files = b_in_four(&app);
    app.sqlite3("UPDATE recordings SET hold = 1 WHERE id = 12");
    app.unchanged(|| assert_eq!(app.supervisor().post(DELETE, B).codes(), "400 hold"));
    assert!(files.iter().all(|file| file.exists()));
}

#[test]
fn a_copy_shares_every_form_and_side_until_the_last_one_goes() {
    let app = spawn_app();
    let files = b_in_four(&app);
    done(&app, COPY, &format!("{B};destination=2"));
    let lines = |recording: &str| {
        app.sqlite3(&format!(
            "SELECT path, role, mimetype, size, duration, hex(sha256) FROM sounds WHERE recording = {recording} ORDER BY path"
        ))
    };
    assert_eq!(lines("12"), lines("(SELECT id FROM recordings WHERE uniqueid = 'b' AND recordgroup = 2)"));
    assert_eq!(lines("12").lines().count(), 4);
    app.sqlite3(
        "INSERT INTO intake_files (path, recording, excluded) VALUES ('mp3/b.mp3', 12, 'another form'), ('x/b-in.wav', 12, 'a side');",
    );
    done(&app, DELETE, B);
    // What is known of the files is known of the copy's.
    let known = "SELECT DISTINCT f.recording = r.id FROM intake_files f, recordings r WHERE r.uniqueid = 'b' AND f.excluded <> ''";
    assert_eq!(app.sqlite3(known), "1");
    assert!(files.iter().all(|file| file.exists()));
    done(&app, DELETE, "recordgroup=2;uniqueid=b;recordid=1");
    assert!(files.iter().all(|file| !file.exists()));
}

#[test]
fn another_program_that_replaces_a_row_keeps_its_forms_and_one_that_deletes_it_leaves_the_files() {
    let app = spawn_app();
    let files = b_in_four(&app);
    // As a script does that writes what it learned when the call was over.
    app.sqlite3(
        "INSERT OR REPLACE INTO recordings (customer, recordgroup, uniqueid, recordid, path, talktime)
           VALUES (1, 1, 'b', '1', 'x/b.wav', 20);",
    );
    let id = app.sqlite3("SELECT id FROM recordings WHERE uniqueid = 'b'");
    assert_ne!(id, "12");
    assert_eq!(
        app.sqlite3(SOUNDS),
        format!("{id}|mp3/b.mp3|mix\n{id}|x/b-in.wav|in\n{id}|x/b-out.wav|out\n{id}|x/b.wav|mix")
    );
    // What is ignored takes nothing over, nor does the next row.
    app.sqlite3(
        "INSERT OR IGNORE INTO recordings (customer, recordgroup, uniqueid, recordid) VALUES (1, 1, 'b', '1');
         INSERT INTO recordings (customer, recordgroup, uniqueid, recordid) VALUES (1, 1, 'new', '1');",
    );
    assert_eq!(app.sqlite3("SELECT DISTINCT recording FROM sounds"), id);
    // The same id under another name is another recording.
    app.sqlite3(&format!(
        "INSERT OR REPLACE INTO recordings (id, customer, recordgroup, uniqueid, recordid) VALUES ({id}, 1, 1, 'b2', '1');"
    ));
    assert_eq!(app.sqlite3(SOUNDS), "");

    app.sqlite3(
        "INSERT INTO sounds (recording, path, role) VALUES (13, 'x/b-in.wav', 'in'), (13, 'mp3/b.mp3', 'mix');
         DELETE FROM recordings WHERE id = 13;",
    );
    assert_eq!(app.sqlite3(SOUNDS), "");
    assert_eq!(
        app.sqlite3("SELECT path FROM intake_files WHERE recording = 13 ORDER BY path"),
        "mp3/b.mp3\nx/b-in.wav"
    );
    assert!(files.iter().all(|file| file.exists()));
}

#[test]
fn a_form_goes_along_with_what_its_row_says_of_it() {
    let app = spawn_app();
    b_in_four(&app);
    let playing = || {
        app.sqlite3("SELECT path, size, duration, hex(sha256) FROM sounds WHERE recording = 12 AND id = 2")
    };
    app.sqlite3("UPDATE recordings SET path = 'y/b.wav' WHERE id = 12");
    assert_eq!(playing(), "y/b.wav|10|30000|00FF", "moved");
    app.sqlite3("UPDATE recordings SET path = 'mp3/b.mp3', size = 9 WHERE id = 12");
    assert_eq!(playing(), "y/b.wav|10|30000|00FF", "the row turns to another form");
    app.sqlite3("UPDATE recordings SET path = 'y/b.wav', size = 10 WHERE id = 12");
    app.sqlite3("UPDATE recordings SET path = 'y/b.opus', size = 5 WHERE id = 12");
    assert_eq!(playing(), "y/b.opus|5||", "other bytes: nobody has read them");
    app.sqlite3("UPDATE recordings SET path = '', stale = 1 WHERE id = 12");
    assert_eq!(playing(), "", "lost");
    assert_eq!(app.sqlite3("SELECT count(*) FROM sounds"), "3");
}

#[test]
fn the_row_alone_tells_its_sounds_the_one_that_plays_first() {
    let app = spawn_app();
    let files = b_in_four(&app);
    fs::remove_file(&files[3]).expect("it goes");
    app.sqlite3("UPDATE sounds SET verified = 1700000500 WHERE path = 'mp3/b.mp3'");
    let meta = |who: &Caller| who.get(&format!("{GET}?{B};wrap=meta"));
    assert_eq!(
        meta(&app.supervisor()).data()["sounds"],
        json!([
            { "path": "x/b.wav", "role": "mix", "mimetype": "audio/wav", "size": 10, "duration": 30000, "sha256": "00ff", "verified": null, "stale": 0, "changed": 0 },
            { "path": "mp3/b.mp3", "role": "mix", "mimetype": "audio/mpeg", "size": 9, "duration": null, "sha256": null, "verified": 1_700_000_500, "stale": 0, "changed": 0 },
            { "path": "x/b-in.wav", "role": "in", "mimetype": "audio/wav", "size": 11, "duration": 30000, "sha256": null, "verified": null, "stale": 0, "changed": 0 },
            { "path": "x/b-out.wav", "role": "out", "mimetype": "audio/wav", "size": 12, "duration": 0, "sha256": null, "verified": null, "stale": 1, "changed": 0 },
        ])
    );
    assert_eq!(meta(&app.stranger()).codes(), "404 uniqueid");
    // A row that another program made has the sound that it names; and one without any has none.
    let of = |name: &str| {
        app.supervisor().get(&format!("{GET}?recordgroup={name};recordid=1;wrap=meta")).data()["sounds"]
            .clone()
    };
    app.sqlite3("UPDATE recordings SET path = 'c.gsm' WHERE id = 13");
    assert_eq!(
        of("2;uniqueid=c"),
        json!([{ "path": "c.gsm", "role": "mix", "mimetype": "audio/gsm", "size": 20, "duration": null, "sha256": null, "verified": null, "stale": 1, "changed": 0 }])
    );
    assert_eq!(of("3;uniqueid=d"), json!([]));
}

#[test]
fn whoever_counts_on_enswitch_gets_numbers_of_sounds_as_strings() {
    let app = spawn_with(|config| config.compat = Compat::Enswitch);
    b_in_four(&app);
    let first = app.supervisor().get(&format!("{GET}?{B};wrap=meta")).data()["sounds"][1].clone();
    assert_eq!((&first["size"], &first["duration"]), (&json!("9"), &json!(null)));
}

#[test]
fn another_form_is_got_by_its_place() {
    let app = spawn_app();
    b_in_four(&app);
    let get = |more: &str| app.supervisor().get(&format!("{GET}?{B};{more}"));
    for (place, path, kind) in
        [("0", "x/b.wav", "audio/wav"), ("1", "mp3/b.mp3", "audio/mpeg"), ("2", "x/b-in.wav", "audio/wav")]
    {
        let answer = get(&format!("wrap=none;sound={place}"));
        assert_eq!((answer.body.as_slice(), answer.header("content-type")), (path.as_bytes(), Some(kind)));
    }
    let whole = get("sound=1").data();
    assert_eq!(
        (&whole["name"], &whole["mimetype"], &whole["size"]),
        (&json!("b.mp3"), &json!("audio/mpeg"), &json!(9))
    );
    assert_eq!(get("wrap=none;sound=4").codes(), "404 sound");
    assert_eq!(get("wrap=none;sound=-1").codes(), "400 sound");
}

#[test]
fn an_archive_has_every_form_and_side_beside_what_plays() {
    let app = spawn_app();
    let files = b_in_four(&app);
    fs::remove_file(&files[3]).expect("it goes");
    let answer = app.supervisor().get(&format!("recording/recordings/export?{IDS};format=zip;timezone=UTC"));
    let zip = app.db.with_file_name("b.zip");
    fs::write(&zip, &answer.body).expect("it is written");
    let listed = Command::new("unzip").arg("-Z1").arg(&zip).output().expect("unzip runs");
    let name = "2023-11-14 22-15-00 101 - 0049";
    assert_eq!(
        String::from_utf8_lossy(&listed.stdout),
        format!("{name}.wav\n{name}.mp3\n{name} in.wav\nindex.csv\n")
    );
    let index = Command::new("unzip").arg("-p").arg(&zip).arg("index.csv").output().expect("unzip runs");
    let index = String::from_utf8_lossy(&index.stdout).into_owned();
    assert_eq!(index.lines().count(), 2);
    assert!(index.lines().nth(1).is_some_and(|line| line.starts_with(&format!("{name}.wav,,"))), "{index}");
}

/// A database of version 6 with what intake knew there.
fn of_version_6(db: &Path) {
    sqlite3(db, include_str!("../data/versions/6.sql"));
    sqlite3(
        db,
        "INSERT INTO customers (id, name) VALUES (1, 'Alder');
         INSERT INTO recordgroups (id, customer, name) VALUES (1, 1, 'Front');
         INSERT INTO recordings (id, customer, recordgroup, uniqueid, recordid, complete, mimetype, path, size) VALUES
           (1, 1, 1, 'a', '1', 1, 'audio/wav', 'a.wav', 48044), (2, 1, 1, 'b', '1', 1, 'audio/g722', 'b.g722', 8000),
           (3, 1, 1, 'c', '1', 1, 'audio/wav', 'c.wav', 44), (4, 1, 1, 'd', '1', 0, 'audio/wav', 'd.wav', 44),
           (5, 1, 1, 'e', '1', 1, '', 'another-programs.wav', 7), (6, 1, 1, 'f', '1', 1, 'audio/gsm', 'f.gsm', 0);
         INSERT INTO intake_files (path, recording, state, size, duration) VALUES ('a.wav', 1, 2, 48044, 3000),
           ('b.g722', 2, 2, 8000, 0), ('c.wav', 3, 2, 44, 0), ('d.wav', 4, 1, 44, 0), ('f.gsm', 6, 2, 0, 0), ('gone.wav', 9, 2, 44, 5);",
    );
}

#[test]
fn an_upgrade_knows_the_sounds_that_intake_knew_and_a_length_of_0_only_where_nothing_can_be_heard() {
    let folder = Folder::new();
    let db = folder.file("old.db");
    of_version_6(&db);
    const ROWS: &str = "SELECT * FROM recordings; SELECT path, recording, state, size FROM intake_files";
    let rows = sqlite3(&db, ROWS);
    drop(Store::open(&db, 1).expect("it is upgraded"));
    assert_eq!(
        sqlite3(
            &db,
            "SELECT recording, path, role, mimetype, size, ifnull(duration, 'unknown') FROM sounds ORDER BY recording"
        ),
        "1|a.wav|mix|audio/wav|48044|3000\n2|b.g722|mix|audio/g722|8000|unknown\n3|c.wav|mix|audio/wav|44|0\n6|f.gsm|mix|audio/gsm|0|0"
    );
    assert_eq!(sqlite3(&db, ROWS), rows);
    // What may be longer than nothing is looked at again.
    assert_eq!(sqlite3(&db, "SELECT path, modified FROM intake_files WHERE duration = -1"), "b.g722|-1");
    assert_eq!(sqlite3(&db, "PRAGMA user_version"), "9");
    // What was forgotten since is not filled in again.
    sqlite3(&db, "DELETE FROM sounds");
    drop(Store::open(&db, 1).expect("it opens"));
    assert_eq!(sqlite3(&db, "SELECT count(*) FROM sounds"), "0");
}
