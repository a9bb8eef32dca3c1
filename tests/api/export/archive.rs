//! Sound and an index as ZIP, read by unzip and Python.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::json;

use super::{EXPORT, Unpacked, listed, media, with_sound, zip};
use crate::app::spawn_app;
use crate::http::encoded;
use crate::program::{Folder, finish};

#[test]
fn the_zip_holds_the_sound_and_an_index() {
    let app = spawn_app();
    with_sound(&app);
    app.sqlite3("UPDATE recordings SET path = 'none.wav' WHERE uniqueid = 'b'; UPDATE recordings SET path = '' WHERE id = 14;");
    let answer = app.supervisor().get(&format!("{EXPORT}?format=zip"));
    for (header, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox"),
        ("transfer-encoding", "chunked"),
    ] {
        assert_eq!(answer.header(header), Some(value), "{header}");
    }
    let disposition = answer.header("content-disposition").expect("a name");
    assert!(disposition.starts_with("attachment; filename=\"recordings 2"), "{disposition}");
    assert!(disposition.ends_with(".zip\""), "{disposition}");
    let unpacked = Unpacked::new(&answer);
    let (a, c) = ("2023-11-14 22-13-20 +49 30 1 - 100.wav", "2023-11-14 22-16-40 102 - 101.wav");
    assert_eq!(unpacked.names(), [a, c, "index.csv"]);
    assert_eq!((unpacked.text(a), unpacked.text(c)), ("sound of a", "sound of c"));
    assert_eq!(unpacked.files[0].1[2], json!([2023, 11, 14, 22, 13, 20]));
    assert!(unpacked.files.iter().all(|(_, file)| file[3] == 0), "stored");
    assert_eq!(unpacked.column("uniqueid"), ["a", "b", "c", "d"]);
    assert_eq!(unpacked.column("file"), [a, "", c, ""]);
    let (gone, never) = ("its sound is not there or cannot be read", "no sound is known of it");
    assert_eq!(unpacked.column("missing"), ["", gone, "", never]);
    let mut rows = unpacked.index.clone();
    for row in rows.as_array_mut().expect("rows") {
        let row = row.as_object_mut().expect("a row");
        assert!(row.remove("file").is_some() && row.remove("missing").is_some());
    }
    assert_eq!(rows, listed(&app.supervisor(), ""));
    let listed = finish(Command::new("unzip").arg("-l").arg(unpacked.folder.file("export.zip")), "").ok();
    assert!(listed.contains(a) && listed.contains("3 files"), "{listed}");
    let nothing = zip(&app.supervisor(), "called=none-such");
    assert_eq!((nothing.names(), &nothing.index), (vec!["index.csv"], &json!([])));
}

#[test]
fn times_are_those_of_the_zone_on_both_sides_of_a_change_of_clocks() {
    let app = spawn_app();
    fs::create_dir_all(media(&app.db)).expect("a folder");
    fs::write(media(&app.db).join("x.wav"), "x").expect("a file");
    let rows: Vec<String> = [1_792_886_400, 1_792_890_000, 1_774_745_999, 1_774_746_000]
        .iter()
        .map(|start| format!("(1, 2, 's{start}', '1', {start}, {start} + 60, 1, '1', '2', 'x.wav')"))
        .collect();
    app.sqlite3(&format!(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, \"end\", complete, snumber, cnumber, path)
           VALUES {};",
        rows.join(", ")
    ));
    let query = "recordgroup=2;start=1774000000;end=1800000000;timezone=Europe/Berlin";
    let answer = app.supervisor().get(&format!("{EXPORT}?{query}"));
    let text = answer.text();
    let starts: Vec<&str> = text.lines().skip(1).map(|line| &line[..51]).collect();
    assert_eq!(
        starts,
        [
            "2026-03-29T01:59:59+01:00,2026-03-29T03:00:59+02:00",
            "2026-03-29T03:00:00+02:00,2026-03-29T03:01:00+02:00",
            "2026-10-25T02:00:00+02:00,2026-10-25T02:01:00+02:00",
            "2026-10-25T02:00:00+01:00,2026-10-25T02:01:00+01:00",
        ]
    );
    let unpacked = zip(&app.supervisor(), query);
    assert_eq!(
        unpacked.names(),
        [
            "2026-03-29 01-59-59 1 - 2.wav",
            "2026-03-29 03-00-00 1 - 2.wav",
            "2026-10-25 02-00-00 1 - 2.wav",
            "2026-10-25 02-00-00 1 - 2 (2).wav",
            "index.csv",
        ]
    );
    assert_eq!(unpacked.files[1].1[2], json!([2026, 3, 29, 3, 0, 0]));
    for zone in ["Mars/Olympus", "../etc/passwd", "+01:00"] {
        let answer = app.supervisor().get(&format!("{EXPORT}?timezone={}", encoded(zone)));
        assert_eq!(answer.codes(), "400 timezone", "{zone}");
    }
}

#[test]
fn sound_is_never_compressed_and_rows_are_when_asked() {
    let app = spawn_app();
    with_sound(&app);
    let gzip = app.supervisor().with("Accept-Encoding", "gzip");
    let answer = gzip.get(&format!("{EXPORT}?format=zip"));
    assert_eq!(answer.header("content-encoding"), None);
    assert_eq!(Unpacked::new(&answer).files.len(), 5);
    let answer = gzip.get(EXPORT);
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    let folder = Folder::new();
    fs::write(folder.file("rows.gz"), &answer.body).expect("a file");
    let rows = finish(Command::new("gzip").arg("-dc").arg(folder.file("rows.gz")), "").ok();
    assert_eq!(rows, app.supervisor().get(EXPORT).text());
}

#[test]
fn names_are_unique_and_safe_on_every_system() {
    let app = spawn_app();
    fs::create_dir_all(media(&app.db)).expect("a folder");
    for name in ["x.wav", "x.gsm", "x", "x.WAV", "x.a b"] {
        fs::write(media(&app.db).join(name), name).expect("a file");
    }
    let long = "ä".repeat(300);
    let rows: Vec<String> = [
        ("Anna", "x.wav"),
        ("Anna", "x.wav"),
        ("ANNA", "x.wav"),
        ("Anna", "x.gsm"),
        ("Anna", "x"),
        ("anna", "x"),
        ("Anna", "x.WAV"),
        ("Anna", "x.a b"),
        ("../../../etc/passwd", "x.wav"),
        ("C:\\Windows", "x.wav"),
        ("a:b*c?\"<>|", "x.wav"),
        ("gnp.\u{202e}vaw", "x.wav"),
        ("a\r\nb\u{0}c", "x.wav"),
        (long.as_str(), "x.wav"),
        ("", "x.wav"),
    ]
    .iter()
    .enumerate()
    .map(|(index, (caller, path))| {
        let hex: String = caller.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("(1, 2, 'n{index}', '1', 1700001000, 1, CAST(x'{hex}' AS TEXT), '100', '{path}')")
    })
    .collect();
    app.sqlite3(&format!(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, snumber, cnumber, path)
           VALUES {};",
        rows.join(", ")
    ));
    // Python's csv took no NUL before 3.11.
    app.sqlite3("UPDATE recordings SET snumber = replace(snumber, char(0), '_') WHERE recordgroup = 2;");
    let unpacked = zip(&app.supervisor(), "recordgroup=2;start=1700001000");
    let at = "2023-11-14 22-30-00";
    let expected: Vec<String> = [
        "Anna - 100.wav",
        "Anna - 100 (2).wav",
        "ANNA - 100 (3).wav",
        "Anna - 100.gsm",
        "Anna - 100",
        "anna - 100 (2)",
        "Anna - 100 (4).WAV",
        "Anna - 100 (3)",
        "_.._.._etc_passwd - 100.wav",
        "C__Windows - 100.wav",
        "a_b_c_____ - 100.wav",
        "gnp._vaw - 100.wav",
        "a__b_c - 100.wav",
        &format!("{} - 100.wav", "ä".repeat(22)),
        "unknown - 100.wav",
    ]
    .iter()
    .map(|name| format!("{at} {name}"))
    .collect();
    assert_eq!(unpacked.column("file"), expected);
    assert_eq!(&unpacked.names()[..15], expected);
    let into = unpacked.folder.file("unpacked");
    let unzip =
        Command::new("unzip").arg("-q").arg(unpacked.folder.file("export.zip")).arg("-d").arg(&into).output();
    assert!(unzip.expect("unzip runs").status.success());
    assert_eq!(fs::read_dir(&into).expect("a folder").count(), 16, "none in another place");
}

#[test]
fn only_files_below_the_media_root_are_exported() {
    let app = spawn_app();
    let root = media(&app.db);
    fs::create_dir_all(root.join("folder")).expect("a folder");
    fs::write(app.db.with_file_name("secret"), "secret").expect("a file");
    fs::write(root.join("inside.wav"), "inside").expect("a file");
    symlink("../secret", root.join("out.wav")).expect("a link");
    symlink("inside.wav", root.join("in.wav")).expect("a link");
    finish(Command::new("mkfifo").arg(root.join("fifo")), "").ok();
    let paths = ["../secret", "/etc/passwd", "out.wav", "folder", "fifo", "in.wav", "inside.wav"];
    let rows: Vec<String> = paths
        .iter()
        .enumerate()
        .map(|(index, path)| format!("(1, 2, 'p{index}', '1', 1700001000, 1, '{path}')"))
        .collect();
    app.sqlite3(&format!(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, path) VALUES {};",
        rows.join(", ")
    ));
    let unpacked = zip(&app.supervisor(), "recordgroup=2;start=1700001000");
    let gone = "its sound is not there or cannot be read";
    assert_eq!(unpacked.column("missing"), [gone, gone, gone, gone, gone, "", ""]);
    let name = "2023-11-14 22-30-00 unknown - unknown";
    assert_eq!(unpacked.names(), [&format!("{name}.wav"), &format!("{name} (2).wav"), "index.csv"]);
    assert!(unpacked.files[..2].iter().all(|(_, file)| file[4] == "inside"));
}
