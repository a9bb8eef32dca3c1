//! Exports of any size, and clients that are slow, stalled or gone.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{EXPORT, Unpacked, media, python, with_sound, zip};
use crate::app::{PASSWORD, TestApp, basic, make_database, spawn_app, spawn_with};
use crate::http::{Answer, connect, is_kept, read_answer, read_body, read_head, request};
use crate::program::{Folder, Serving, Shell, finish, serve, sqlite3};
use crate::waiting::{take, until};

/// More than fits in a ZIP without 64 bits.
const ROWS: usize = 100_000;
/// A receive buffer that is full at once.
const SMALL: usize = 32 << 10;
/// What an export may take in memory, in KiB, whatever its size.
const LITTLE: u64 = 24 << 10;

/// Fetches a URL to a file, of which what is zero takes no room.
const FETCH: &str = r#"
import http.client, os, sys
address, target, authorization, path = sys.argv[1:]
connection = http.client.HTTPConnection(address)
connection.request("GET", target, headers={"Authorization": authorization})
answer = connection.getresponse()
assert answer.status == 200, answer.status
zeros = bytes(1 << 20)
with open(path, "wb") as file:
    while piece := answer.read(1 << 20):
        if piece == zeros[:len(piece)]:
            file.seek(len(piece), os.SEEK_CUR)
        else:
            file.write(piece)
    file.truncate()
"#;

/// Says what is in an archive, and holds the end of it against the standard.
const INSPECT: &str = r#"
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    files = archive.infolist()
    print(len(files), len({one.filename.lower() for one in files}), max(one.file_size for one in files))
    for one in files[:2] + files[-1:]:
        print(one.filename, one.file_size, one.header_offset, one.extract_version)
    print(archive.read(files[-1]).decode("utf-8-sig").count("\r\n"))
"#;

/// The most private memory that a server has while something is done.
fn most_memory(server: &Serving, work: impl FnOnce()) -> u64 {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = 0;
            while !over.load(Ordering::Relaxed) {
                most = most.max(server.private_memory());
                take(Duration::from_millis(5));
            }
            most
        });
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        over.store(true, Ordering::Relaxed);
        assert!(done.is_ok(), "it failed");
        watch.join().expect("it was watched")
    })
}

/// Asks for an export and does not read it.
fn ask(app: &TestApp, query: &str) -> TcpStream {
    let mut stream = connect(app.address, None, Some(SMALL));
    let bytes = app.supervisor().bytes("GET", &format!("/api/json/{EXPORT}?{query}"), &[], b"");
    stream.write_all(&bytes).expect("the server reads");
    stream
}

/// Reads the head of an answer and the first of its body.
fn read_first(stream: &mut TcpStream) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let (status, headers, mut rest) = read_head(stream);
    let mut first = [0; 100];
    let count = if rest.is_empty() { stream.read(&mut first).expect("a body") } else { 0 };
    rest.extend(&first[..count]);
    (status, headers, rest)
}

/// Makes the sound of the first recording this long, without writing it.
fn with_long_sound(app: &TestApp, bytes: u64) {
    with_sound(app);
    File::create(media(&app.db).join("a.wav")).and_then(|file| file.set_len(bytes)).expect("a file");
}

#[test]
fn a_hundred_thousand_recordings_take_no_more_memory_than_one() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    fs::create_dir(folder.file("sound")).expect("a folder");
    fs::write(folder.file("sound/x.wav"), "x").expect("a file");
    sqlite3(
        &db,
        &format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
             INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, snumber, cnumber, path)
             SELECT 2, 4, 'r' || i, '1', 1600000000 + i / 3, 1, '101', '0049301234567', 'x.wav' FROM n;"
        ),
    );
    let server = Serving::start(&mut serve(&db));
    let fetch = |query: &str, path: &Path| {
        let (address, target) =
            (server.address.to_string(), format!("/api/json/{EXPORT}?customer=2;{query}"));
        let authorization = basic("olga", PASSWORD);
        let arguments = [address.as_str(), &target, &authorization].map(Path::new);
        python(FETCH, &[arguments[0], arguments[1], arguments[2], path], "").ok();
    };
    let (rows, archive) = (folder.file("rows.csv"), folder.file("rows.zip"));
    for format in ["csv", "zip"] {
        fetch(&format!("format={format};limit=10"), &rows);
    }
    let before = server.private_memory();
    for (format, path) in [("csv", &rows), ("zip", &archive)] {
        let most = most_memory(&server, || fetch(&format!("format={format}"), path));
        assert!(most < before + LITTLE, "{format}: {most} KiB where {before} are usual");
    }
    assert_eq!(fs::read_to_string(&rows).expect("UTF-8").lines().count(), ROWS + 3);
    let said = python(INSPECT, &[&archive], "").ok();
    let counts: Vec<&str> = said.lines().collect();
    assert!(counts[0].starts_with(&format!("{0} {0} ", ROWS + 1)), "as many names as files: {said}");
    assert_eq!(counts[2], "2020-09-13 12-26-40 101 - 0049301234567 (2).wav 1 99 20");
    assert_eq!(counts[4], (ROWS + 3).to_string());
    let tested = finish(std::process::Command::new("unzip").arg("-tq").arg(&archive), "").ok();
    assert!(tested.contains("No errors detected"), "{tested}");
    let left: Vec<String> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .filter(|name| !name.starts_with("recordings.db") && !name.starts_with("rows"))
        .collect();
    assert_eq!(left, ["sound"], "nothing is left behind");
}

#[test]
fn a_sound_of_more_than_four_gigabytes_is_whole() {
    let app = spawn_app();
    let size = (4 << 30) + 100;
    with_long_sound(&app, size);
    let archive = app.db.with_file_name("long.zip");
    let (address, target) = (app.address.to_string(), format!("/api/json/{EXPORT}?format=zip;recordgroup=1"));
    let authorization = basic("sara", PASSWORD);
    let arguments = [address.as_str(), &target, &authorization].map(Path::new);
    python(FETCH, &[arguments[0], arguments[1], arguments[2], &archive], "").ok();
    let file = fs::metadata(&archive).expect("a file");
    assert!(file.len() > size && file.blocks() * 512 < 64 << 20, "it is sparse");
    let said = python(INSPECT, &[&archive], "").ok();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], format!("3 3 {size}"));
    assert_eq!(lines[1], format!("2023-11-14 22-13-20 +49 30 1 - 100.wav {size} 0 45"));
    assert!(lines[2].starts_with("2023-11-14 22-15-00 101 - 0049.wav 10 4294967"), "{said}");
    assert_eq!(lines[4], "3");
    let tested = finish(std::process::Command::new("unzip").arg("-tq").arg(&archive), "").ok();
    assert!(tested.contains("No errors detected"), "{tested}");
}

#[test]
fn a_sound_that_grows_is_exported_as_it_was_and_one_that_shrinks_is_said_to() {
    let app = spawn_app();
    let size = 16 << 20;
    with_long_sound(&app, size);
    let mut stream = ask(&app, "format=zip;recordgroup=1");
    let (status, headers, rest) = read_first(&mut stream);
    let path = media(&app.db).join("a.wav");
    let file = File::options().write(true).open(&path).expect("a file");
    file.set_len(2 * size).expect("it grows");
    let unpacked = Unpacked::new(&read_body(&mut stream, status, headers, rest));
    assert_eq!(unpacked.files[0].1[1], size);
    assert_eq!(unpacked.column("missing"), ["", ""]);

    let mut stream = ask(&app, "format=zip;recordgroup=1");
    let (status, headers, rest) = read_first(&mut stream);
    file.set_len(0).expect("it shrinks");
    let unpacked = Unpacked::new(&read_body(&mut stream, status, headers, rest));
    let kept = unpacked.files[0].1[1].as_u64().expect("a size");
    assert!(kept < 2 * size);
    let why = format!("only the first {kept} of {} bytes could be read", 2 * size);
    assert_eq!(unpacked.column("missing"), [why.as_str(), ""]);
    assert_eq!(unpacked.text("2023-11-14 22-15-00 101 - 0049.wav"), "sound of b");
}

#[test]
fn sound_on_its_way_keeps_no_row_from_changing() {
    let app = spawn_app();
    with_long_sound(&app, 16 << 20);
    let mut stream = ask(&app, "format=zip");
    let (status, headers, rest) = read_head(&mut stream);
    let mut shell = Shell::open(&app.db);
    shell.run("DELETE FROM recordings WHERE id IN (12, 13); UPDATE recordings SET snumber = 'changed';");
    // The first number says whether a reader was in the way.
    assert!(app.sqlite3("PRAGMA wal_checkpoint(TRUNCATE);").starts_with("0|0|0"), "no connection looks back");
    let unpacked = Unpacked::new(&read_body(&mut stream, status, headers, rest));
    assert_eq!(unpacked.column("uniqueid"), ["a", "b", "c", "d"], "as it was when it was asked");
    assert_eq!(unpacked.column("snumber"), ["+49 30 1", "101", "102", "9"]);
    assert_eq!(unpacked.files.len(), 5);
    assert_eq!(zip(&app.supervisor(), "").column("uniqueid"), ["a", "d"]);
}

#[test]
fn clients_that_go_away_end_their_exports() {
    let app = spawn_with(|config| config.stream_stall_seconds = 600);
    with_long_sound(&app, 8 << 30);
    let mut held: Vec<TcpStream> = (0..32).map(|_| ask(&app, "format=zip")).collect();
    for stream in &mut held {
        assert_eq!(read_head(stream).0, 200);
    }
    let refused = app.supervisor().get(&format!("{EXPORT}?format=zip"));
    assert_eq!(refused.codes(), "503");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(app.supervisor().get(EXPORT).status, 200, "rows are not sound");
    drop(held);
    let again = || app.supervisor().get(&format!("{EXPORT}?format=zip;recordgroup=3"));
    until("a place", || again().status == 200);
    let entries = app.sqlite3("SELECT count(*) FROM audit WHERE action = 'recordings/export';");
    assert_eq!(entries, "34", "who was refused got nothing");
}

#[test]
fn an_export_whose_client_stalls_breaks_off() {
    let app = spawn_with(|config| config.stream_stall_seconds = 1);
    with_long_sound(&app, 32 << 20);
    let mut stream = ask(&app, "format=zip");
    let (status, headers, rest) = read_head(&mut stream);
    assert_eq!(status, 200);
    until("that the server gives up", || !is_kept(&stream));
    let answer = read_body(&mut stream, status, headers, rest);
    assert!(!answer.whole, "it must not be mistaken for a whole one");
}

#[test]
fn a_connection_is_kept_behind_an_archive() {
    let app = spawn_app();
    with_sound(&app);
    let mut stream = connect(app.address, None, None);
    let headers = [("Host", "x"), ("Authorization", &basic("sara", PASSWORD))];
    let target = format!("/api/json/{EXPORT}?format=zip;called=none-such");
    stream.write_all(&request("GET", &target, &headers, b"")).expect("the server reads");
    let answer: Answer = read_answer(&mut stream);
    assert_eq!(Unpacked::new(&answer).names(), ["index.csv"]);
    // The connection is kept, so the end of the archive was told.
    stream.write_all(&request("GET", &target, &headers, b"")).expect("the server reads");
    assert_eq!(Unpacked::new(&read_answer(&mut stream)).names(), ["index.csv"]);
}
