//! recording/recordings/update, copy and delete.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::app::{Caller, TestApp, spawn_app, spawn_with};
use crate::http::Answer;
use crate::program::Shell;

const UPDATE: &str = "recording/recordings/update";
const COPY: &str = "recording/recordings/copy";
const DELETE: &str = "recording/recordings/delete";
const A: &str = "recordgroup=1;uniqueid=a;recordid=1";
const B: &str = "recordgroup=1;uniqueid=b;recordid=1";
const IN_PROGRESS: &str = "recordgroup=3;uniqueid=e;recordid=1";
const OF_BIRCH: &str = "recordgroup=4;uniqueid=f;recordid=1";
const ABSENT: &str = "recordgroup=1;uniqueid=none;recordid=1";

const DONE: &str = r#"{"responses":[{"code":"204","key":"","message":"OK"}]}"#;
const VALIDATED: &str = r#"{"responses":[{"code":"201","key":"","message":"OK"}]}"#;

#[track_caller]
fn done(answer: &Answer) {
    assert_eq!((answer.status, answer.text().as_str()), (200, DONE));
}

/// The answer's codes; nothing was changed.
#[track_caller]
fn refused(app: &TestApp, caller: &Caller, function: &str, form: &str) -> String {
    app.unchanged(|| caller.post(function, form).codes())
}

fn row(app: &TestApp, id: i64) -> String {
    app.sqlite3(&format!("SELECT * FROM recordings WHERE id = {id};"))
}

// update

#[test]
fn a_supervisor_keeps_and_holds_a_recording_and_each_change_is_one_entry() {
    let app = spawn_app();
    let sara = app.supervisor();
    let before = row(&app, 12);
    for (form, set, detail) in [
        ("expires=1900000000", "expires = 1900000000", "expires 1900000000"),
        ("hold=1", "hold = 1", "hold 1"),
        ("expires=0;hold=0", "expires = 0, hold = 0", "expires 0, hold 0"),
    ] {
        let entries = app.entries().len();
        done(&sara.post(UPDATE, &format!("{B};{form}")));
        let set = set.replace(", ", " AND ");
        assert_eq!(app.sqlite3(&format!("SELECT count(*) FROM recordings WHERE {set} AND id = 12")), "1");
        let entry = format!("3|sara|127.0.0.1|recordings/update|1|1|b|1|{detail}");
        assert_eq!(app.entries()[entries..], [entry]);
    }
    assert_eq!(row(&app, 12), before, "nothing else of the row has changed");
}

#[test]
fn an_update_that_changes_nothing_leaves_nothing_behind() {
    let app = spawn_app();
    for form in ["", ";hold=1", ";expires=1800000000", ";expires=1800000000;hold=1", ";expires=;hold="] {
        app.unchanged(|| done(&app.supervisor().post(UPDATE, &format!("{A}{form}"))));
    }
}

#[test]
fn validation_says_what_an_update_would_and_does_nothing() {
    let app = spawn_app();
    let sara = app.supervisor();
    let answer = app.unchanged(|| sara.post(UPDATE, &format!("{B};hold=1;expires=5;validation=1")));
    assert_eq!((answer.status, answer.text().as_str()), (200, VALIDATED));
    for (form, codes) in [
        (format!("{ABSENT};hold=1;validation=1"), "404 uniqueid"),
        (format!("{OF_BIRCH};hold=1;validation=1"), "404 uniqueid"),
        (format!("{B};hold=2;validation=1"), "400 hold"),
    ] {
        assert_eq!(refused(&app, &sara, UPDATE, &form), codes, "{form}");
    }
    done(&sara.post(UPDATE, &format!("{B};hold=1;validation=0")));
}

#[test]
fn every_fault_of_an_update_is_named_before_anything_is_looked_for() {
    let app = spawn_app();
    for (form, codes) in [
        ("".to_owned(), "400 recordgroup, 400 uniqueid, 400 recordid"),
        (format!("{A};expires=-1"), "400 expires"),
        (format!("{A};expires=tomorrow;hold=2;validation=x"), "400 expires, 400 hold, 400 validation"),
        (format!("{A};expires=9223372036854775808"), "400 expires"),
        (format!("{A};expires=1;expires=2"), "400 expires"),
        (format!("{ABSENT};hold=x"), "400 hold"),
        (format!("{ABSENT};hold=1"), "404 uniqueid"),
        ("recordgroup=99;uniqueid=a;recordid=1;hold=1".into(), "404 uniqueid"),
    ] {
        assert_eq!(refused(&app, &app.supervisor(), UPDATE, &form), codes, "{form}");
    }
    assert_eq!(app.supervisor().get(&format!("{UPDATE}?{B};hold=1")).codes(), "204", "by GET as well");
}

#[test]
fn a_call_in_progress_can_be_held_and_a_uniqueid_may_lack_its_dot() {
    let app = spawn_app();
    done(&app.supervisor().post(UPDATE, &format!("{IN_PROGRESS};hold=1")));
    app.sqlite3("UPDATE recordings SET uniqueid = '17.5' WHERE id = 12;");
    done(&app.supervisor().post(UPDATE, "recordgroup=1;uniqueid=175;recordid=1;hold=1"));
    assert_eq!(app.sqlite3("SELECT group_concat(id) FROM recordings WHERE hold = 1 AND id <> 11;"), "12,15");
    assert!(app.entries()[1].contains("|17.5|"), "the row's name: {:?}", app.entries());
}

// who

#[test]
fn only_who_may_record_changes_recordings_and_only_of_the_own_customer() {
    let app = spawn_app();
    for (function, more) in [(UPDATE, ";hold=1"), (COPY, ";destination=3"), (DELETE, "")] {
        for form in [format!("{B}{more}"), "hold=x".into()] {
            assert_eq!(refused(&app, &app.anon(), function, &form), "401");
            assert_eq!(refused(&app, &app.user(), function, &form), "402");
            assert_eq!(refused(&app, &app.agent(), function, &form), "402", "{form}, of her own group");
        }
        let foreign = app.unchanged(|| app.supervisor().post(function, &format!("{OF_BIRCH}{more}")).text());
        let absent = app.supervisor().post(function, &format!("{ABSENT}{more}")).text();
        assert_eq!(foreign, absent);
        assert_eq!(
            refused(&app, &app.administrator(), function, &format!("{OF_BIRCH}{more}")),
            "404 uniqueid"
        );
    }
    done(&app.owner().post(UPDATE, &format!("{OF_BIRCH};hold=1")));
    done(&app.stranger().post(UPDATE, &format!("{OF_BIRCH};hold=0")));
    let entries = app.entries();
    assert_eq!(entries[0], "1|olga|127.0.0.1|recordings/update|2|4|f|1|hold 1");
    assert_eq!(entries[1], "6|boris|127.0.0.1|recordings/update|2|4|f|1|hold 0");
}

// copy

#[test]
fn a_copy_is_the_same_row_in_another_group_and_shares_the_sound() {
    let app = spawn_app();
    done(&app.supervisor().post(COPY, &format!("{A};destination=3")));
    let columns = app.sqlite3(
        "SELECT group_concat('\"' || name || '\"') FROM pragma_table_info('recordings') WHERE name NOT IN ('id', 'recordgroup');",
    );
    let rows = app.sqlite3(&format!("SELECT {columns} FROM recordings WHERE uniqueid = 'a' ORDER BY id;"));
    let (one, other) = rows.split_once('\n').expect("two rows");
    assert_eq!(one, other);
    assert_eq!(app.sqlite3("SELECT group_concat(recordgroup) FROM recordings WHERE uniqueid = 'a';"), "1,3");
    assert_eq!(app.entries(), ["3|sara|127.0.0.1|recordings/copy|1|1|a|1|to group 3"]);
    let list = app.supervisor().get("recording/recordings/list?recordgroup=3;search=%C3%85ngstr%C3%B6m");
    assert_eq!(list.rows(), "a", "it is found like any other");
}

#[test]
fn what_is_there_already_is_not_copied_again() {
    let app = spawn_app();
    let sara = app.supervisor();
    done(&sara.post(COPY, &format!("{A};destination=2")));
    for destination in [2, 1] {
        app.unchanged(|| done(&sara.post(COPY, &format!("{A};destination={destination}"))));
    }
    // The copy may be copied, and the copy's copy.
    done(&sara.post(COPY, "recordgroup=2;uniqueid=a;recordid=1;destination=3"));
    app.unchanged(|| done(&sara.post(COPY, "recordgroup=3;uniqueid=a;recordid=1;destination=1")));
}

#[test]
fn a_copy_stays_with_its_customer() {
    let app = spawn_app();
    app.sqlite3("UPDATE recordings SET start = unixepoch() - 3600 WHERE id = 15;");
    for (who, form, codes) in [
        ("sara", A.to_owned(), "400 destination"),
        ("sara", format!("{A};destination="), "400 destination"),
        ("sara", format!("{A};destination=x"), "400 destination"),
        ("sara", format!("{A};destination=4"), "400 destination"),
        ("sara", format!("{A};destination=99"), "400 destination"),
        ("sara", format!("{ABSENT};destination=99"), "400 destination"),
        ("sara", format!("{ABSENT};destination=2"), "404 uniqueid"),
        ("olga", format!("{A};destination=4"), "400 destination"),
        ("olga", format!("{OF_BIRCH};destination=1"), "400 destination"),
        ("sara", format!("{IN_PROGRESS};destination=1"), "400 complete"),
    ] {
        assert_eq!(refused(&app, &app.person(who), COPY, &form), codes, "{who} {form}");
    }
    let foreign = app.supervisor().post(COPY, &format!("{A};destination=4")).text();
    assert_eq!(foreign, app.supervisor().post(COPY, &format!("{A};destination=99")).text());
    done(&app.owner().post(COPY, &format!("{OF_BIRCH};destination=5")));
    assert_eq!(app.sqlite3("SELECT customer FROM recordings WHERE uniqueid = 'f' AND recordgroup = 5;"), "2");
}

#[test]
fn a_copy_has_the_columns_that_another_program_added() {
    let app = spawn_app();
    app.sqlite3("ALTER TABLE recordings ADD COLUMN \"no\"\"te\" TEXT; UPDATE recordings SET \"no\"\"te\" = 'x' WHERE id = 11;");
    done(&app.supervisor().post(COPY, &format!("{A};destination=3")));
    assert_eq!(app.sqlite3("SELECT \"no\"\"te\" FROM recordings WHERE uniqueid = 'a';"), "x\nx");
}

#[test]
fn a_table_that_spells_its_columns_otherwise_has_copies_too() {
    let app = spawn_app();
    app.sqlite3(
        "ALTER TABLE recordings RENAME COLUMN recordgroup TO RecordGroup;
         ALTER TABLE recordings RENAME COLUMN id TO ID;",
    );
    done(&app.supervisor().post(COPY, &format!("{A};destination=3")));
    assert_eq!(app.sqlite3("SELECT recordgroup FROM recordings WHERE uniqueid = 'a' ORDER BY 1;"), "1\n3");
}

// delete

fn media(app: &TestApp) -> PathBuf {
    app.db.with_file_name("sound")
}

/// A file below the media root.
fn sound(app: &TestApp, path: &str) -> PathBuf {
    let file = media(app).join(path);
    fs::create_dir_all(file.parent().expect("a folder")).expect("it is made");
    fs::write(&file, path).expect("it is written");
    file
}

fn set_path(app: &TestApp, id: i64, path: &str) {
    let path = path.replace('\'', "''");
    app.sqlite3(&format!("UPDATE recordings SET path = '{path}' WHERE id = {id};"));
}

fn notes(app: &TestApp) -> String {
    app.sqlite3("SELECT count(*) FROM sound_removals;")
}

#[test]
fn delete_removes_the_row_and_its_sound_and_is_one_entry() {
    let app = spawn_app();
    let (file, beside) = (sound(&app, "2023/11/b \"ü\".wav"), sound(&app, "2023/11/other.wav"));
    set_path(&app, 12, "2023/11/b \"ü\".wav");
    done(&app.supervisor().post(DELETE, B));
    assert_eq!(row(&app, 12), "");
    assert!(!file.exists() && beside.exists());
    assert_eq!(notes(&app), "0");
    assert_eq!(app.entries(), ["3|sara|127.0.0.1|recordings/delete|1|1|b|1|"]);
    assert_eq!(refused(&app, &app.supervisor(), DELETE, B), "404 uniqueid");
    assert_eq!(app.sqlite3("SELECT count(*) FROM recordings;"), "7");
}

#[test]
fn a_recording_without_sound_is_deleted_all_the_same() {
    let app = spawn_app();
    for (id, path) in [(12, ""), (18, "none.wav"), (13, "no/such/folder.wav")] {
        set_path(&app, id, path);
        let identity = app.sqlite3(&format!(
            "SELECT printf('recordgroup=%d;uniqueid=%s;recordid=%s', recordgroup, uniqueid, recordid) FROM recordings WHERE id = {id};"
        ));
        fs::create_dir_all(media(&app)).expect("the media root");
        done(&app.supervisor().post(DELETE, &identity));
        assert_eq!((row(&app, id), notes(&app)), (String::new(), "0".into()), "{path}");
    }
}

#[test]
fn what_is_held_or_in_progress_is_not_deleted() {
    let app = spawn_app();
    let file = sound(&app, "a/a.wav");
    let sara = app.supervisor();
    let answer = sara.post(DELETE, A);
    assert_eq!(
        answer.text(),
        r#"{"responses":[{"code":"400","key":"hold","message":"The recording is held; end the hold first"}]}"#
    );
    assert_eq!(refused(&app, &sara, DELETE, A), "400 hold");
    assert!(file.exists());
    done(&sara.post(UPDATE, &format!("{A};hold=0")));
    done(&sara.post(DELETE, A));
    assert!(!file.exists());

    app.sqlite3("UPDATE recordings SET start = unixepoch() - 3600 WHERE id = 15;");
    assert_eq!(refused(&app, &sara, DELETE, IN_PROGRESS), "400 complete");
    // A row that a crash of the PBX left behind would stay for ever.
    app.sqlite3("UPDATE recordings SET start = unixepoch() - 90000 WHERE id = 15;");
    done(&sara.post(DELETE, IN_PROGRESS));
}

#[test]
fn the_sound_goes_with_the_last_recording_that_shares_it() {
    let app = spawn_app();
    let file = sound(&app, "b.wav");
    let sara = app.supervisor();
    set_path(&app, 12, "b.wav");
    done(&sara.post(COPY, &format!("{B};destination=2")));
    done(&sara.post(COPY, &format!("{B};destination=3")));
    for group in [1, 3, 2] {
        assert!(file.exists());
        let get = format!("recording/recordings/get?recordgroup={group};uniqueid=b;recordid=1;wrap=none");
        assert_eq!(sara.get(&get).body, b"b.wav");
        done(&sara.post(DELETE, &format!("recordgroup={group};uniqueid=b;recordid=1")));
        assert_eq!(notes(&app), "0");
    }
    assert!(!file.exists());
}

#[test]
fn a_path_may_be_written_in_several_ways_and_is_one_file() {
    let app = spawn_app();
    let sara = app.supervisor();
    let ways = [
        "a/b.wav",
        "a//b.wav",
        "./a/b.wav",
        "a/./b.wav",
        "./././a//.///./b.wav",
        "a/././b.wav",
        ".//a/b.wav",
    ];
    for one in ways {
        for other in ways {
            app.sqlite3(
                "INSERT OR REPLACE INTO recordings (id, customer, recordgroup, uniqueid, recordid, complete)
                   VALUES (101, 1, 1, 'one', '1', 1), (102, 2, 4, 'other', '1', 1);",
            );
            let file = sound(&app, "a/b.wav");
            set_path(&app, 101, one);
            set_path(&app, 102, other);
            done(&sara.post(DELETE, "recordgroup=1;uniqueid=one;recordid=1"));
            assert!(file.exists(), "{one} is {other}, and of another customer besides");
            done(&app.stranger().post(DELETE, "recordgroup=4;uniqueid=other;recordid=1"));
            assert!(!file.exists(), "{other}");
        }
    }
    // Alike, and yet others.
    for other in ["a/b.wav.bak", "b.wav", "aa/b.wav", "a/.b.wav", "a/b..wav", "a./b.wav", "A/b.wav", "ab.wav"]
    {
        app.sqlite3(
            "INSERT OR REPLACE INTO recordings (id, customer, recordgroup, uniqueid, recordid, complete)
               VALUES (101, 1, 1, 'one', '1', 1), (102, 2, 4, 'other', '1', 1);",
        );
        let (file, kept) = (sound(&app, "a/b.wav"), sound(&app, other));
        set_path(&app, 101, "a/b.wav");
        set_path(&app, 102, other);
        done(&sara.post(DELETE, "recordgroup=1;uniqueid=one;recordid=1"));
        assert!(!file.exists() && kept.exists(), "{other}");
    }
}

#[test]
fn whatever_a_path_says_only_files_below_the_media_root_go_and_never_through_a_link() {
    let app = spawn_app();
    let outside = app.db.with_file_name("outside");
    fs::create_dir_all(&outside).expect("a folder");
    let secret = outside.join("secret.wav");
    fs::write(&secret, "SECRET").expect("a file");
    let inside = sound(&app, "in/side.wav");
    let root = media(&app);
    fs::create_dir_all(root.join("folder.wav")).expect("a folder");
    symlink("../outside", root.join("out")).expect("a link");
    symlink(&outside, root.join("absolute")).expect("a link");
    symlink("in", root.join("around")).expect("a link");
    symlink("../outside/secret.wav", root.join("secret.wav")).expect("a link");
    symlink("in/side.wav", root.join("side.wav")).expect("a link");
    let absolute = secret.to_str().expect("UTF-8").to_owned();
    let long = format!("{}.wav", "x".repeat(300));
    for path in [
        absolute.as_str(),
        inside.to_str().expect("UTF-8"),
        "../outside/secret.wav",
        "in/../../outside/secret.wav",
        "in/../in/side.wav",
        "out/secret.wav",
        "absolute/secret.wav",
        "around/side.wav",
        "secret.wav",
        "side.wav",
        "in/side.wav/",
        "in/side.wav/.",
        "in/side.wav/x",
        "in",
        "in/",
        ".",
        "..",
        "/",
        "./",
        "folder.wav",
        &long,
    ] {
        app.sqlite3(
            "INSERT OR REPLACE INTO recordings (id, customer, recordgroup, uniqueid, recordid, complete)
               VALUES (101, 1, 1, 'one', '1', 1);",
        );
        set_path(&app, 101, path);
        done(&app.supervisor().post(DELETE, "recordgroup=1;uniqueid=one;recordid=1"));
        assert_eq!(notes(&app), "0", "{path}");
        assert_eq!(fs::read(&secret).expect("it is there"), b"SECRET", "{path}");
        assert!(inside.exists(), "{path}");
    }
    for link in ["out", "absolute", "around", "secret.wav", "side.wav"] {
        assert!(root.join(link).symlink_metadata().is_ok(), "{link}");
    }
    assert!(root.join("folder.wav").is_dir());
}

#[test]
fn rows_that_another_program_wrote_or_removes_meanwhile_are_no_trouble() {
    let app = spawn_app();
    let sara = app.supervisor();
    let file = sound(&app, "b.wav");
    for path in ["x'ff2e776176'", "CAST(x'ff2e776176' AS TEXT)", "5", "CAST(x'620063' AS TEXT)"] {
        app.sqlite3(&format!(
            "UPDATE recordings SET path = {path}, hold = 'no', expires = 'x', start = x'00' WHERE id = 12;"
        ));
        done(&sara.post(UPDATE, &format!("{B};expires=7")));
        done(&sara.post(COPY, &format!("{B};destination=3")));
        done(&sara.post(DELETE, B));
        done(&sara.post(DELETE, "recordgroup=3;uniqueid=b;recordid=1"));
        assert_eq!(notes(&app), "0", "{path}");
        app.sqlite3("INSERT INTO recordings (id, customer, recordgroup, uniqueid, recordid, complete) VALUES (12, 1, 1, 'b', '1', 1);");
    }
    set_path(&app, 12, "b.wav");
    app.sqlite3("DELETE FROM recordings WHERE id = 12;");
    for (function, more) in [(UPDATE, ";hold=1"), (COPY, ";destination=3"), (DELETE, "")] {
        assert_eq!(refused(&app, &sara, function, &format!("{B}{more}")), "404 uniqueid");
    }
    assert!(file.exists(), "who deletes by hand keeps the sound");
}

#[test]
fn while_another_program_writes_a_change_waits_and_then_asks_to_come_again() {
    let app = spawn_app();
    let mut shell = Shell::open(&app.db);
    shell.run("BEGIN IMMEDIATE;");
    let answer = app.supervisor().post(UPDATE, &format!("{B};hold=1"));
    assert_eq!(answer.codes(), "503");
    assert!(answer.header("retry-after").is_some());
    shell.run("COMMIT;");
    done(&app.supervisor().post(UPDATE, &format!("{B};hold=1")));
}

#[test]
fn a_change_and_its_entry_are_made_together_or_not_at_all() {
    let app = spawn_app();
    let file = sound(&app, "b.wav");
    set_path(&app, 12, "b.wav");
    app.sqlite3("CREATE TRIGGER no_entry BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no entry'); END;");
    for (function, more) in [(UPDATE, ";hold=1"), (COPY, ";destination=3"), (DELETE, "")] {
        let answer = app.unchanged(|| app.supervisor().post(function, &format!("{B}{more}")));
        assert_eq!(answer.codes(), "500");
        assert!(!answer.text().contains("no entry"), "the log has it");
    }
    assert!(file.exists());
}

#[test]
fn enswitch_answers_ok_to_changes_too() {
    let app = spawn_with(|config| config.compat = tapeline::config::Compat::Enswitch);
    assert_eq!(app.supervisor().post(UPDATE, &format!("{B};hold=1;validation=1")).text(), VALIDATED);
    assert_eq!(app.supervisor().post(UPDATE, &format!("{B};hold=1")).text(), DONE);
    let answer = app.supervisor().post(DELETE, B);
    assert_eq!((answer.status, &answer.json()["responses"][0]["code"]), (200, &"400".into()));
}
