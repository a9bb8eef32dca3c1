//! Nobody starves others: what one person holds of what is scarce ends, or comes to an end, for somebody else.

use std::fs::{self, File};
use std::io::Write;
use std::net::TcpStream;

use crate::app::{Caller, TestApp, spawn_app, spawn_with};
use crate::http;
use crate::program::Shell;
use crate::streaming::{LONG, ROWS, spawn_many_rows};
use crate::waiting::until;

/// A receive buffer that is full at once.
const SMALL: usize = 4096;
/// More than fits between server and client.
const SOUND: u64 = 16 << 20;

/// Asks and does not read.
fn ask(caller: &Caller, call: &str) -> TcpStream {
    let mut stream = http::connect(caller.address, None, Some(SMALL));
    let bytes = caller.bytes("GET", &format!("/api/json/{call}"), &[], b"");
    stream.write_all(&bytes).expect("the server reads");
    stream
}

/// Asks so many times, and reads the heads alone: all are 200.
fn hold(caller: &Caller, call: &str, count: usize) -> Vec<TcpStream> {
    let mut held: Vec<TcpStream> = (0..count).map(|_| ask(caller, call)).collect();
    for stream in &mut held {
        assert_eq!(http::read_head(stream).0, 200, "{call}");
    }
    held
}

/// Sound of Alder's first recording and of Birch's first one.
fn with_sound(app: &TestApp) {
    let folder = app.db.with_file_name("sound");
    fs::create_dir_all(&folder).expect("a folder");
    File::create(folder.join("long.wav")).and_then(|file| file.set_len(SOUND)).expect("a file");
    app.sqlite3("UPDATE recordings SET path = 'long.wav' WHERE uniqueid IN ('a', 'f');");
}

#[test]
fn whoever_holds_all_sound_makes_room_for_somebody_else() {
    let app = spawn_with(|config| config.stream_stall_seconds = 600);
    with_sound(&app);
    let call = "recording/recordings/get?recordgroup=1;uniqueid=a;recordid=1;wrap=none";
    let held = hold(&app.supervisor(), call, 32);
    for caller in [app.agent(), app.owner()] {
        let answer = caller.get(call);
        assert_eq!((answer.status, answer.body.len() as u64), (200, SOUND));
    }
    let kept: Vec<bool> = held.iter().map(http::is_kept).collect();
    assert_eq!(kept.iter().filter(|kept| **kept).count(), 31, "one of them had to end");
    assert!(kept[0], "not the one that came first");
}

#[test]
fn whoever_holds_all_long_lists_makes_room_for_somebody_else() {
    let app = spawn_many_rows(|config| {
        config.streams = 3;
        config.stream_stall_seconds = 600;
    });
    let held = hold(&app.owner(), LONG, 3);
    assert_eq!(app.owner().get(LONG).codes(), "503", "nobody else waits");
    let answer = app.stranger().get(LONG);
    assert_eq!(answer.data().as_array().map(Vec::len), Some(ROWS + 1));
    assert_eq!(held.iter().filter(|stream| http::is_kept(stream)).count(), 2);
}

#[test]
fn a_search_is_answered_while_thirty_sorted_lists_are_not_read() {
    let app = spawn_many_rows(|config| config.stream_stall_seconds = 600);
    let sorted = format!("{LONG};sort=totaltime");
    let held: Vec<TcpStream> = (0..30).map(|_| ask(&app.owner(), &sorted)).collect();
    for _ in 0..3 {
        let answer = app.stranger().get(&format!("{LONG};sort=totaltime;limit=5"));
        assert_eq!(answer.data().as_array().map(Vec::len), Some(5));
    }
    // With all places of long lists taken, one's own short search is answered too.
    let answer = app.owner().get(&format!("{LONG};sort=totaltime;limit=5"));
    assert_eq!(answer.data().as_array().map(Vec::len), Some(5));
    assert_eq!(app.stranger().get(LONG).data().as_array().map(Vec::len), Some(ROWS + 1));
    drop(held);
}

#[test]
fn whoever_listens_five_hundred_times_makes_room_for_the_next_listener() {
    let app = spawn_app();
    let _listeners = hold(&app.owner(), "events", 512);
    let mut refused = ask(&app.owner(), "events");
    assert_eq!(http::read_head(&mut refused).0, 503);
    hold(&app.supervisor(), "events", 2);
}

#[test]
fn what_somebody_may_no_longer_see_ends_in_the_middle() {
    let app = spawn_many_rows(|config| config.stream_stall_seconds = 600);
    with_sound(&app);
    let sound = "recording/recordings/get?recordgroup=4;uniqueid=f;recordid=1;wrap=none";
    let json = "recording/recordings/get?recordgroup=4;uniqueid=f;recordid=1";
    let (csv, zip) =
        ("recording/recordings/export?recordgroup=4", "recording/recordings/export?ids=4:f:1;format=zip");
    let token = format!("Bearer {}", app.token("boris"));
    let mut ended = Vec::new();
    for call in [LONG, csv, zip, sound, json] {
        ended.extend(hold(&app.person("bea"), call, 1));
        ended.extend(hold(&app.anon().with("Authorization", &token), call, 1));
        ended.extend(hold(&app.stranger(), call, 1));
    }
    let stays = hold(&app.owner(), LONG, 1);
    app.sqlite3(
        "DELETE FROM recordgroup_members WHERE person = 7;
         DELETE FROM tokens;
         UPDATE people SET role = 'agent' WHERE username = 'boris';",
    );
    until("that all of them end", || !ended.iter().any(http::is_kept));
    assert!(http::is_kept(&stays[0]), "who may see it goes on");
    let deleted = hold(&app.owner(), sound, 1);
    app.sqlite3("DELETE FROM recordings WHERE uniqueid = 'f';");
    until("that the sound ends with its recording", || !http::is_kept(&deleted[0]));
}

#[test]
fn twenty_writers_wait_together_while_another_program_keeps_the_database_locked() {
    let app = spawn_app();
    let mut shell = Shell::open(&app.db);
    shell.run("BEGIN IMMEDIATE;");
    std::thread::scope(|scope| {
        for number in 0..20 {
            let app = &app;
            scope.spawn(move || {
                // One after another they would wait for longer than this connection does.
                let answer =
                    app.administrator().post("recording/groups/create", &format!("name=New {number}"));
                assert_eq!(answer.codes(), "503");
                assert!(answer.text().contains("end that program") && answer.header("retry-after").is_some());
            });
        }
    });
    shell.run("ROLLBACK;");
    assert_eq!(app.administrator().post("recording/groups/create", "name=New").status, 200);
}
