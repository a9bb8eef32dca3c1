//! Names in other encodings, links, and folders whose time zone is another one than their settings say.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::app::Caller;
use crate::faults::Mount;
use crate::office::{Office, PASSWORD};
use crate::spool::{age, wav, write};
use crate::waiting::until;

/// With these settings of its folder. The server isn't started yet.
fn with_folder(settings: &str) -> Office {
    Office::new(&format!("[[folders]]\nmachine = \"pbx1\"\nzone = \"UTC\"\n{settings}\n"))
}

fn boss(office: &Office) -> Caller {
    office.serving().caller("boss", PASSWORD)
}

/// Path, uniqueid, recordid, caller, called, complete, stale; of paths that are no UTF-8 all bytes.
const ROWS: &str = "SELECT hex(path), uniqueid, recordid, snumber, cnumber, complete, stale FROM recordings ORDER BY path, id";

fn hex(path: &[u8]) -> String {
    path.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn below(root: &Path, name: &[u8]) -> PathBuf {
    root.join(OsStr::from_bytes(name))
}

/// What names a row to the API.
fn identity(row: &Value) -> String {
    let text = |name: &str| row[name].as_str().expect("a text").replace('ü', "%C3%BC").replace('ö', "%C3%B6");
    format!("recordgroup={};uniqueid={};recordid={}", row["recordgroup"], text("uniqueid"), text("recordid"))
}

#[test]
fn a_name_in_latin_1_keeps_its_bytes_and_is_listed_played_exported_moved_and_deleted() {
    let mut office = with_folder("");
    let root = office.root();
    let (first, second) = (&b"J\xf6rgen.wav"[..], &b"J\xfcrgen.wav"[..]);
    let named = &b"24/in-5550100-M\xfcller-20261124-055326-1795499606.77.wav"[..];
    for (name, sound) in [(first, "first"), (named, "named")] {
        write(&below(&root, name), &wav(sound, 1));
        age(&below(&root, name), 10);
    }
    office.start();
    let line = |path: &[u8], rest: &str| format!("{}|{rest}", hex(path));
    let of_named = line(named, "1795499606.77|1|Müller|5550100|1|0");
    let of_first = line(first, "Jörgen|1|||1|0");
    office.until(ROWS, &format!("{of_named}\n{of_first}"));
    // One that comes while the server runs, and looks alike to whoever sees it in JSON.
    write(&below(&root, second), &wav("second", 2));
    let of_second = line(second, "Jürgen|1|||1|0");
    office.until(ROWS, &format!("{of_named}\n{of_first}\n{of_second}"));
    let rows = office.list();
    let shown: Vec<&str> = rows.iter().filter_map(|row| row["path"].as_str()).collect();
    assert_eq!(shown.iter().filter(|path| **path == "J\u{fffd}rgen.wav").count(), 2, "{shown:?}");
    let boss = boss(&office);
    let row = |uniqueid: &str| rows.iter().find(|row| row["uniqueid"] == uniqueid).expect("a row");
    for (uniqueid, name) in [("Jörgen", first), ("Jürgen", second), ("1795499606.77", named)] {
        let got = boss.get(&format!("recording/recordings/get?{};wrap=none", identity(row(uniqueid))));
        assert_eq!(
            (got.status, got.body),
            (200, fs::read(below(&root, name)).expect("a file")),
            "{uniqueid}"
        );
    }
    let archive = boss.get("recording/recordings/export?customer=1;format=zip");
    let entries = archive.body.windows(4).filter(|window| *window == b"PK\x01\x02").count();
    assert_eq!((archive.status, entries), (200, 4), "three recordings and the index");
    // Its row goes along, also to a name that is UTF-8.
    let renamed = below(&root, b"J\xfcrgen 2.wav");
    fs::rename(below(&root, second), &renamed).expect("moved");
    let of_second = line(b"J\xfcrgen 2.wav", "Jürgen|1|||1|0");
    office.until(ROWS, &format!("{of_named}\n{of_first}\n{of_second}"));
    assert!(boss.post("recording/recordings/delete", &identity(row("Jörgen"))).status == 200);
    until("the file goes", || !below(&root, first).exists());
    office.until(ROWS, &format!("{of_named}\n{of_second}"));
    // After a start they are the ones that they were, and what is gone is missed.
    office.stop();
    fs::remove_file(renamed).expect("removed");
    office.start();
    office.until(ROWS, &format!("{of_named}\n{}", line(b"J\xfcrgen 2.wav", "Jürgen|1|||1|1")));
}

#[test]
fn another_programs_row_of_a_name_in_latin_1_is_that_file() {
    let mut office = with_folder("");
    let root = office.root();
    write(&below(&root, b"J\xfcrgen.wav"), &wav("latin", 1));
    age(&below(&root, b"J\xfcrgen.wav"), 10);
    office.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, complete, path, stale)
           VALUES (1, 1, 'theirs', '1', 1, CAST(x'4AFC7267656E2E776176' AS TEXT), 1)",
    );
    office.start();
    office.until(ROWS, &format!("{}|theirs|1|||1|0", hex(b"J\xfcrgen.wav")));
    office.sqlite3("DELETE FROM recordings");
    write(&root.join("later.wav"), &wav("later", 1));
    office.until(ROWS, &format!("{}|later|1|||1|0", hex(b"later.wav")));
    until("it is counted as deleted", || {
        office.ask("status/get", "")["files_without_rows"].to_string().contains("deleted")
            || office.source("folder")["trouble"] == ""
    });
}

#[test]
fn whether_sound_is_there_has_one_answer_whatever_links_say() {
    let mut office = with_folder("rescan_minutes = 1");
    let root = office.root();
    let name = "out-5551234567-101-20261124-055326-1795499606.0.wav";
    let (day, elsewhere) = (root.join("2026/11/24"), office.folder.file("nas"));
    write(&day.join(name), &wav("call", 1));
    age(&day.join(name), 10);
    office.start();
    const STALE: &str = "SELECT path, stale FROM recordings";
    office.until(STALE, &format!("2026/11/24/{name}|0"));
    // A script puts a link where the day was.
    fs::create_dir_all(&elsewhere).expect("a folder");
    fs::rename(day.join(name), elsewhere.join(name)).expect("moved");
    fs::remove_dir(&day).expect("removed");
    symlink(&elsewhere, &day).expect("a link");
    office.until(STALE, &format!("2026/11/24/{name}|1"));
    office.stop();
    office.start();
    until("it says why", || {
        let skipped = office.source("folder")["skipped"].to_string();
        skipped.contains("a link; links are not followed: mount there what it leads to (mount --bind)")
    });
    let boss = boss(&office);
    let got = boss.get("recording/recordings/get?recordgroup=1;uniqueid=1795499606.0;recordid=1;wrap=none");
    assert_eq!((got.status, office.sqlite3(STALE)), (404, format!("2026/11/24/{name}|1")));
    // What is there again is played again.
    office.stop();
    fs::remove_file(&day).expect("removed");
    fs::rename(&elsewhere, &day).expect("moved");
    office.start();
    office.until(STALE, &format!("2026/11/24/{name}|0"));
    let got = self::boss(&office)
        .get("recording/recordings/get?recordgroup=1;uniqueid=1795499606.0;recordid=1;wrap=none");
    assert_eq!(got.status, 200);
}

#[test]
fn a_folder_of_the_settings_that_is_a_link_says_so_and_what_to_do() {
    let mut office = with_folder("folder = \"2025\"");
    let (link, old) = (office.root().join("2025"), office.folder.file("old"));
    write(&old.join("a.wav"), &wav("a", 1));
    age(&old.join("a.wav"), 10);
    symlink(&old, &link).expect("a link");
    office.start();
    let (link_shown, old_shown) = (link.display(), old.canonicalize().expect("it is there"));
    let expected = format!(
        "{link_shown} is a link to {0}, and links out of the media root are not followed: Replace it by a folder, and mount \
         there what it leads to (mount --bind {0} {link_shown})",
        old_shown.display()
    );
    until("it says so", || office.source("folder 2025")["trouble"] == expected);
    assert_eq!(office.source("folder 2025")["state"], format!("waiting for the folder {link_shown}"));
    fs::remove_file(&link).expect("removed");
    let bind = ["--bind", old.to_str().expect("UTF-8")];
    let mount = Mount::new(&bind, &link);
    if mount.is_none() {
        write(&link.join("a.wav"), &wav("a", 1));
    }
    office.until("SELECT path, stale FROM recordings", "2025/a.wav|0");
    let got = boss(&office).get("recording/recordings/get?recordgroup=1;uniqueid=a;recordid=1;wrap=none");
    assert_eq!((got.status, got.body), (200, wav("a", 1)));
    until("nothing is wrong any more", || office.source("folder 2025")["trouble"] == "");
    assert!(office.stop().contains(&expected));
}

#[test]
fn a_zone_that_every_name_contradicts_is_told_and_nothing_is_set_right() {
    let mut office = with_folder("");
    let root = office.root();
    // A PBX in Berlin, in winter.
    let name = |hour: u32, minute: u32, begun: i64| {
        root.join(format!("out-5551234567-101-20261124-{hour:02}{minute:02}26-{begun}.{minute}.wav"))
    };
    for (minute, begun) in [(53, 1_795_499_606), (54, 1_795_499_666), (55, 1_795_499_726)] {
        write(&name(6, minute, begun), &wav("call", 1));
        age(&name(6, minute, begun), 10);
    }
    office.start();
    let expected = "the names say times that are 1 h 0 min later than their uniqueids, if they are read in UTC: give the PBX's time \
                    zone as zone in [[folders]]; its clock is at UTC+01:00";
    until("it is told", || office.source("folder")["trouble"] == expected);
    let starts = "SELECT group_concat(start) FROM recordings";
    office.until(starts, "1795503206,1795503266,1795503326");
    // One that fits is enough to doubt that.
    write(&name(5, 56, 1_795_499_786), &wav("call", 1));
    until("it is believed", || office.source("folder")["trouble"] == "");
    assert_eq!(office.stop().matches(expected).count(), 1);
}

#[test]
fn sides_that_a_setting_or_a_pattern_names_belong_to_their_call() {
    const SOUNDS: &str = "SELECT r.path, s.role, s.path FROM recordings r JOIN sounds s ON s.recording = r.id ORDER BY r.path, s.role";
    let pattern = r"pattern = '^(?<uniqueid>\d+\.\d+)\.(?<side>l|r|sum)'";
    for (setting, names) in [
        (
            "sides = { in = [\"-caller\"], out = [\"-callee\"], mix = [\"-both\"] }",
            ["x-both.wav", "x-caller.wav", "x-callee.wav"],
        ),
        (
            &*pattern.replace("|sum", "|all").replace("l|r", "left|right"),
            ["1795499606.0.all.wav", "1795499606.0.left.wav", "1795499606.0.right.wav"],
        ),
    ] {
        let mut office = with_folder(setting);
        for name in names {
            write(&office.path(name), &wav(name, 1));
            age(&office.path(name), 10);
        }
        office.start();
        let [mix, own, others] = names;
        office.until(SOUNDS, &format!("{mix}|in|{own}\n{mix}|mix|{mix}\n{mix}|out|{others}"));
        assert_eq!(office.sqlite3("SELECT path FROM recordings"), mix);
    }
}

#[test]
fn what_ends_like_a_side_is_one_only_where_the_other_side_or_the_mix_says_so() {
    let mut office = with_folder("");
    // Yate's two, rtpengine's streams, and what people call their files.
    let yate = ["7-A.wav", "7-B.wav", "7.wav"];
    let streams =
        ["1-24605@127.0.0.1-12345678.wav", "1-24605@127.0.0.1-1a2b3c4d.wav", "1-24605@127.0.0.1-mix.wav"];
    let others = ["Interview-A.wav", "Interview.wav", "memo-20261124.wav", "memo.wav"];
    for name in yate.iter().chain(&streams).chain(&others) {
        write(&office.path(name), &wav(name, 1));
        age(&office.path(name), 10);
    }
    office.start();
    let rows: Vec<&str> = [&streams[2..], &yate[2..], &others[..]].concat();
    office.until("SELECT path FROM recordings ORDER BY path", &rows.join("\n"));
    office.until(
        "SELECT path, role FROM sounds WHERE role <> 'mix' ORDER BY path",
        &format!("{}|other\n{}|other\n{}|in\n{}|out", streams[0], streams[1], yate[0], yate[1]),
    );
}
