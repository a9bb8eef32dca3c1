//! A watched folder and the built program beside it: what people, PBXs and disks do to files that are being recorded.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::app::Caller;
use crate::faults::Mount;
use crate::office::{Office, PASSWORD};
use crate::program::finish;
use crate::spool::{age, header, sound, wav, write};
use crate::waiting::until;

/// Who may not read what is root's.
const NOBODY: u32 = 65_534;
const DENIED: &str = "Permission denied";

/// With these settings of its folder. The server isn't started yet.
fn with_folder(settings: &str) -> Office {
    Office::new(&format!("[[folders]]\nmachine = \"pbx1\"\nzone = \"UTC\"\n{settings}\n"))
}

fn boss(office: &Office) -> Caller {
    office.serving().caller("boss", PASSWORD)
}

const ROWS: &str =
    "SELECT path, recordid, complete, stale, talktime, status FROM recordings ORDER BY path, id";

/// A file that is being recorded: a header without sizes, and what is in it so far.
fn growing(path: &Path, bytes: usize) -> File {
    let mut file = File::create(path).expect("a file");
    file.write_all(&header(8_000, 0, false)).expect("written");
    file.write_all(&sound("growing", bytes)).expect("written");
    file
}

/// The end of it, as Asterisk closes a file.
fn close(mut file: File, bytes: u32) {
    file.seek(SeekFrom::Start(0)).expect("a place");
    file.write_all(&header(8_000, bytes, true)).expect("written");
}

#[test]
fn a_folder_that_cannot_be_read_is_named_and_keeps_nothing_else_from_being_filed() {
    let mut office = with_folder("");
    let root = office.root();
    write(&root.join("a.wav"), &wav("a", 1));
    write(&root.join("b/b.wav"), &wav("b", 1));
    let closed = ["b/private", "lost+found"].map(|name| root.join(name));
    for folder in &closed {
        fs::create_dir(folder).expect("a folder");
        fs::set_permissions(folder, fs::Permissions::from_mode(0o000)).expect("a mode");
    }
    let as_root = rustix::process::geteuid().is_root();
    if as_root {
        let chown =
            Command::new("chown").args(["-R", &NOBODY.to_string()]).arg(office.folder.path()).status();
        assert!(chown.expect("chown runs").success());
    }
    let as_nobody = |command: &mut Command| {
        if as_root {
            command.uid(NOBODY);
        }
    };
    let mut import = office.command(&["import", "freepbx-dir", &office.folder.text("sound"), "--dry-run"]);
    as_nobody(&mut import);
    let said = finish(&mut import, "").ok();
    let expected = format!("the folder cannot be read: {DENIED} (first: {})", closed[0].display());
    assert!(said.starts_with("Of 4 files, 2 could not be used.") && said.contains(&expected), "{said}");

    office.start_as(as_nobody);
    office.until(ROWS, "a.wav|1|1|0|1|\nb/b.wav|1|1|0|1|");
    write(&root.join("b/c.wav"), &wav("c", 1));
    office.until(ROWS, "a.wav|1|1|0|1|\nb/b.wav|1|1|0|1|\nb/c.wav|1|1|0|1|");
    // One that comes later is no different.
    DirBuilder::new().mode(0o000).create(root.join("later")).expect("a folder");
    write(&root.join("d.wav"), &wav("d", 1));
    office.until("SELECT count(*) FROM recordings WHERE complete = 1", "4");
    let source = boss(&office).get("status/get").data()["sources"][0].clone();
    assert_eq!(
        source["skipped"],
        json!([{"reason": format!("folders that cannot be read, first of them b/private: {DENIED}"), "count": 2}]),
        "{source}"
    );
    let log = office.stop();
    for folder in closed.iter().chain([&root.join("later")]) {
        let line = format!("the folder {} cannot be read", folder.display());
        assert!(log.contains(&line), "{line}: {log}");
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("a mode");
    }
}

#[test]
fn a_file_that_was_left_out_for_its_silence_gets_its_row_with_its_sound() {
    let mut office = with_folder("keep_empty = false");
    let root = office.root();
    let path = |number: usize| root.join(format!("meeting {number}.wav"));
    (0..42).for_each(|number| write(&path(number), &header(8_000, 0, true)));
    office.start();
    office.until("SELECT count(*) FROM intake_files WHERE excluded <> ''", "42");
    for number in 0..20 {
        write(&path(number), &wav("again", 1));
        write(&root.join(".new"), &wav("new", 1));
        fs::rename(root.join(".new"), path(number + 20)).expect("moved");
    }
    const HEARD: &str = "SELECT count(*), sum(complete), sum(stale), max(recordid) FROM recordings";
    office.until(HEARD, "40|40|0|1");
    office.stop();
    write(&path(40), &wav("meanwhile", 1));
    office.start();
    office.until(HEARD, "41|41|0|1");
    assert_eq!(office.sqlite3("SELECT path FROM intake_files WHERE excluded <> ''"), "meeting 41.wav");
}

#[test]
fn a_recording_that_was_thought_silent_for_a_while_is_still_its_calls_first() {
    let mut office = with_folder("keep_empty = false");
    let path = office.root().join("1795499618.1.wav");
    office.start();
    let file = growing(&path, 0);
    office.until(ROWS, "1795499618.1.wav|1|0|0|0|");
    close(file, 0);
    office.until(ROWS, "");
    write(&path, &wav("later", 1));
    office.until(ROWS, "1795499618.1.wav|1|1|0|1|");
}

#[test]
fn the_disk_of_the_media_root_can_be_unmounted_and_mounted_again() {
    let mut office = with_folder("");
    let root = office.root();
    let disk = office.folder.text("disk");
    fs::create_dir(&disk).expect("a folder");
    let bind = ["--bind", &disk];
    let Some(mount) = Mount::new(&bind, &root) else { return };
    write(&root.join("a.wav"), &wav("a", 1));
    office.start();
    office.until(ROWS, "a.wav|1|1|0|1|");
    let play = || boss(&office).get("recording/recordings/get?recordgroup=1;uniqueid=a;recordid=1;wrap=none");
    assert_eq!(play().body.len(), 16_044);
    let unmounted = || Command::new("umount").arg(&root).status().expect("umount runs").success();
    until("that the server leaves it", unmounted);
    write(&Path::new(&disk).join("b.wav"), &wav("b", 2));
    let _again = Mount::new(&bind, &root).expect("mounted again");
    office.until("SELECT path, talktime FROM recordings ORDER BY path", "a.wav|1\nb.wav|2");
    drop(mount);
}

#[test]
fn another_program_that_closes_a_file_does_not_end_its_recording() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: only root sees who writes to a file");
        return;
    }
    let mut office = with_folder("");
    office.start();
    let path = office.root().join("1795499618.1.wav");
    let file = growing(&path, 16_000);
    office.until(ROWS, "1795499618.1.wav|1|0|0|0|");
    drop(OpenOptions::new().append(true).open(&path).expect("it is there"));
    write(&office.root().join("b.wav"), &wav("b", 1));
    office.until(ROWS, "1795499618.1.wav|1|0|0|0|\nb.wav|1|1|0|1|");
    close(file, 16_000);
    office.until(ROWS, "1795499618.1.wav|1|1|0|1|\nb.wav|1|1|0|1|");
}

#[test]
fn recordings_of_a_call_are_counted_from_the_first_whoever_finds_them() {
    let plant = |office: &Office| {
        for (directory, name) in [
            ("", "q-400-5551230002-20261124-055333-1795499613.116.wav"),
            ("", "external-102-5551230002-20261124-055400-1795499613.116.wav"),
        ] {
            write(&office.root().join(directory).join(name), &wav(name, 1));
        }
        for number in 0..600 {
            let name = format!("in-5550100-5551230002-20261124-060000-1795500000.{number}.wav");
            write(&office.root().join(name), &header(8_000, 0, true));
        }
        // Within a second their own times tell.
        for (name, seconds) in [("z-1795499700.1.wav", 9), ("y-1795499700.1.wav", 8)] {
            write(&office.root().join(name), &wav(name, 1));
            age(&office.root().join(name), seconds);
        }
    };
    let mut watched = with_folder("");
    plant(&watched);
    watched.start();
    watched.until("SELECT sum(complete) FROM recordings", "604");
    let imported = with_folder("");
    plant(&imported);
    finish(&mut imported.command(&["import", "freepbx-dir", &imported.folder.text("sound")]), "").ok();
    for office in [&watched, &imported] {
        assert_eq!(
            office.sqlite3(
                "SELECT substr(path, 1, 2), recordid FROM recordings WHERE path NOT LIKE 'in-%' ORDER BY path"
            ),
            "ex|2\nq-|1\ny-|2\nz-|1"
        );
    }
}

#[test]
fn a_folder_that_is_mounted_again_has_its_rows_and_its_new_files_at_once() {
    let mut office = with_folder("");
    let root = office.root();
    let disk = office.folder.text("disk");
    fs::create_dir(&disk).expect("a folder");
    let (bind, at) = (["--bind", &disk], root.join("a b"));
    let Some(mount) = Mount::new(&bind, &at) else { return };
    write(&at.join("a.wav"), &wav("a", 1));
    write(&root.join("c.wav"), &wav("c", 1));
    office.start();
    office.until(ROWS, "a b/a.wav|1|1|0|1|\nc.wav|1|1|0|1|");
    drop(mount);
    until("its rows were looked at", || office.source("rows")["trouble"].to_string().contains("1 of 2"));
    office.until(ROWS, "a b/a.wav|1|1|0|1|\nc.wav|1|1|0|1|");
    write(&Path::new(&disk).join("b.wav"), &wav("b", 2));
    let _again = Mount::new(&bind, &at).expect("mounted again");
    office.until(ROWS, "a b/a.wav|1|1|0|1|\na b/b.wav|1|1|0|2|\nc.wav|1|1|0|1|");
}

/// What sox makes of a file, as a post-command would.
fn sox(from: &Path, to: &Path, effects: &[&str]) {
    let made = Command::new("sox").arg(from).arg(to).args(effects).status().expect("sox runs");
    assert!(made.success());
}

#[test]
fn what_a_post_command_makes_of_a_recording_is_the_same_recording() {
    let mut office = with_folder("");
    let root = office.root();
    office.start();
    let (louder, packed) = (root.join("louder.wav"), root.join("1795499618.1.wav"));
    for (path, name) in [(&louder, "louder"), (&packed, "packed")] {
        let new = root.join(format!(".{name}.wav"));
        write(&new, &wav(name, 3));
        // What becomes of it later was written later.
        age(&new, 3);
        fs::rename(new, path).expect("moved");
    }
    const LENGTHS: &str = "SELECT path, recordid, complete, stale, mimetype, totaltime - talktime FROM recordings ORDER BY path";
    office.until(LENGTHS, "1795499618.1.wav|1|1|0|audio/wav|0\nlouder.wav|1|1|0|audio/wav|0");
    let others = "later.wav|1|1|0|audio/wav|0\nlouder.wav|1|1|0|audio/wav|0";
    sox(&louder, &root.join(".louder.wav"), &["gain", "-3"]);
    fs::rename(root.join(".louder.wav"), &louder).expect("moved");
    sox(&packed, &root.join("1795499618.1.ogg"), &[]);
    // It has been looked at once a later one has.
    write(&root.join("later.wav"), &wav("later", 3));
    office.until(LENGTHS, &format!("1795499618.1.wav|1|1|0|audio/wav|0\n{others}"));
    fs::remove_file(&packed).expect("removed");
    office.until(LENGTHS, &format!("1795499618.1.ogg|1|1|0|audio/ogg|0\n{others}"));
    // Whoever keeps both has both, as one recording.
    sox(&louder, &root.join("louder.ogg"), &[]);
    office.until("SELECT path FROM sounds WHERE path LIKE 'louder%' ORDER BY path", "louder.ogg\nlouder.wav");
    office.until("SELECT path, recordid, stale FROM recordings WHERE path LIKE 'louder%'", "louder.wav|1|0");
}

#[test]
fn a_name_that_is_used_again_after_its_file_was_deleted_is_another_recording() {
    let mut office = with_folder("");
    let path = office.root().join("meeting.wav");
    const MEETINGS: &str =
        "SELECT path, recordid, complete, stale, totaltime - talktime, talktime FROM recordings ORDER BY id";
    const SHORT: &str = "SELECT path, recordid, stale, talktime FROM recordings ORDER BY id";
    office.start();
    write(&path, &wav("first", 1));
    office.until(MEETINGS, "meeting.wav|1|1|0|0|1");
    fs::remove_file(&path).expect("removed");
    office.until(MEETINGS, "meeting.wav|1|1|1|0|1");
    // The same again, as a backup brings it.
    write(&path, &wav("first", 1));
    office.until(SHORT, "meeting.wav|1|0|1");
    fs::remove_file(&path).expect("removed");
    office.until(SHORT, "meeting.wav|1|1|1");
    write(&path, &wav("second", 2));
    office.until(MEETINGS, "|1|1|1|0|1\nmeeting.wav|2|1|0|0|2");
    // What is put in its place at once is made of it, and what is written to it belongs to it.
    write(&office.root().join(".meeting.wav"), &wav("trimmed", 3));
    fs::rename(office.root().join(".meeting.wav"), &path).expect("moved");
    office.until(SHORT, "|1|1|1\nmeeting.wav|2|0|3");
    write(&path, &wav("anew", 4));
    office.until(SHORT, "|1|1|1\nmeeting.wav|2|0|4");
    // Between two starts.
    fs::remove_file(&path).expect("removed");
    office.until(SHORT, "|1|1|1\nmeeting.wav|2|1|4");
    office.stop();
    write(&path, &wav("third", 5));
    office.start();
    let three = "|1|1|1\n|2|1|4\nmeeting.wav|3|0|5";
    office.until(SHORT, three);
    office.stop();
    office.start();
    let gone = "recording/recordings/get?recordgroup=1;uniqueid=meeting;recordid=2;wrap=none";
    assert_eq!(boss(&office).get(gone).status, 404);
    office.until(SHORT, three);
}

#[test]
fn a_call_that_sounds_like_one_whose_file_is_gone_is_another_one() {
    let mut office = with_folder("");
    let name = |number: u32, caller: u32| {
        format!("in-5550100-{caller}-20261124-0553{number:02}-17954996{number:02}.{number}.wav")
    };
    let root = office.root();
    let path = |name: &str| root.join(name);
    let (deleted, unlinked, plain) = (name(1, 5_551), name(2, 5_552), "meeting.wav".to_owned());
    // Nothing but silence, all of them.
    let silent = |path: &Path, bytes: u32| {
        write(path, &[header(8_000, bytes, true), vec![0; bytes as usize]].concat());
    };
    for (name, bytes) in [(&deleted, 48_000), (&unlinked, 48_000), (&plain, 32_000)] {
        silent(&path(name), bytes);
    }
    let others = [(name(3, 5_553), 48_000), (name(4, 5_554), 48_000), ("conference.wav".to_owned(), 32_000)];
    office.start();
    office.until("SELECT count(*), sum(complete) FROM recordings", "3|3");
    office.stop();
    office.sqlite3("DELETE FROM recordings WHERE uniqueid IN ('1795499601.1', 'meeting')");
    for name in [deleted, unlinked, plain] {
        fs::remove_file(path(&name)).expect("removed");
    }
    for (name, bytes) in others {
        silent(&path(&name), bytes);
    }
    office.start();
    office.until(
        "SELECT uniqueid, snumber, complete, stale FROM recordings ORDER BY uniqueid",
        "1795499602.2|5552|1|1\n1795499603.3|5553|1|0\n1795499604.4|5554|1|0\nconference||1|0",
    );
}

#[test]
fn a_detail_record_does_not_bring_sound_back() {
    let mut office = with_folder("");
    let path = office.root().join("1795499618.1.wav");
    write(&path, &wav("gone", 1));
    office.start();
    office.until(ROWS, "1795499618.1.wav|1|1|0|1|");
    fs::remove_file(&path).expect("removed");
    office.until(ROWS, "1795499618.1.wav|1|1|1|1|");
    let csv = office.folder.file("Master.csv");
    let record = "\"\",\"101\",\"102\",\"from-internal\",\"101\",\"PJSIP/101-1\",\"PJSIP/102-2\",\"Dial\",\"\",\
        \"2026-11-24 05:53:38\",\"2026-11-24 05:53:38\",\"2026-11-24 05:53:39\",1,1,\"ANSWERED\",\"DOCUMENTATION\",\
        \"1795499618.1\",\"\"\n";
    fs::write(&csv, record).expect("a file");
    let words = ["import", "asterisk-csv", csv.to_str().expect("UTF-8"), "--timezone", "UTC"];
    finish(&mut office.command(&words), "").ok();
    assert_eq!(office.sqlite3(ROWS), "1795499618.1.wav|1|1|1|1|answer");
}

#[test]
fn a_row_that_writes_its_path_in_another_way_has_its_file_all_the_same() {
    let mut office = with_folder("");
    fs::create_dir(office.root().join("d")).expect("a folder");
    for name in ["d/dots.wav", "d/slashes.wav", "plain.wav"] {
        write(&office.root().join(name), &wav(name, 1));
    }
    office.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, end, totaltime, complete, path)
           VALUES (1, 1, 'a', '1', 1795499606, 1795499607, 1, 1, './d/dots.wav'),
                  (1, 1, 'b', '1', 1795499606, 1795499607, 1, 1, 'd//slashes.wav')",
    );
    office.start();
    let rows = "SELECT group_concat(path, ' ') FROM (SELECT path FROM recordings ORDER BY id)";
    // As it is written everywhere else.
    office.until(rows, "d/dots.wav d/slashes.wav plain.wav");
    office.stop();
    office.start();
    boss(&office);
    office.until("SELECT count(*), sum(stale) FROM recordings", "3|0");
}
