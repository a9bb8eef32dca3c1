//! Clients that are slow and steady, and what they are waited for.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::app::TestApp;
use crate::http::{self, Answer};
use crate::streaming::{LONG, spawn_many_rows};
use crate::waiting::take;

/// Bytes of sound: more than the buffers between server and client.
const SOUND: usize = 6 << 20;
/// The recording that has it.
const F: &str = "recordgroup=4;uniqueid=f;recordid=1";

/// A reader of so many bytes a second.
struct Steady {
    stream: TcpStream,
    rate: f64,
    since: Instant,
    taken: usize,
}

impl Read for Steady {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let due = Duration::from_secs_f64(self.taken as f64 / self.rate);
        take(due.saturating_sub(self.since.elapsed()));
        let room = buffer.len().min(16 << 10);
        let count = self.stream.read(&mut buffer[..room])?;
        self.taken += count;
        Ok(count)
    }
}

fn with_sound(app: &TestApp) {
    let folder = app.db.with_file_name("sound");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("f.wav"), vec![b'x'; SOUND]).expect("a file");
    app.sqlite3("UPDATE recordings SET path = 'f.wav' WHERE uniqueid = 'f';");
}

/// Fetches steadily.
fn fetch(app: &TestApp, call: &str, rate: f64, receive_buffer: Option<usize>) -> Answer {
    let mut stream = http::connect(app.address, None, receive_buffer);
    let bytes = app.owner().bytes("GET", &format!("/api/json/recording/recordings/{call}"), &[], b"");
    stream.write_all(&bytes).expect("the server reads");
    let mut steady = Steady { stream, rate, since: Instant::now(), taken: 0 };
    let (status, headers, rest) = http::read_head(&mut steady);
    http::read_body(&mut steady, status, headers, rest)
}

#[test]
fn whoever_reads_steadily_gets_all_of_sound_archives_and_rows() {
    let app = spawn_many_rows(|config| config.stream_stall_seconds = 2);
    with_sound(&app);
    let calls = [
        format!("get?{F};wrap=none"),
        format!("get?{F}"),
        "export?ids=4:f:1;format=zip".into(),
        "export?recordgroup=4;end=1600015000".into(),
    ];
    let app = &app;
    std::thread::scope(|scope| {
        for call in &calls {
            for (rate, receive_buffer) in [(400e3, None), (400e3, Some(32 << 10))] {
                scope.spawn(move || {
                    let answer = fetch(app, call, rate, receive_buffer);
                    assert!(answer.whole, "{call} {receive_buffer:?}: {} bytes", answer.body.len());
                    assert!(answer.body.len() > 5 << 20, "{call}: {} bytes", answer.body.len());
                });
            }
        }
    });
}

#[test]
fn only_what_keeps_the_rows_of_one_moment_has_to_be_over_in_time() {
    let app = spawn_many_rows(|config| config.stream_minutes = 0);
    with_sound(&app);
    let get = |call: &str| app.owner().get(&format!("recording/recordings/{call}"));
    for call in [
        &format!("get?{F};wrap=none"),
        &format!("get?{F}"),
        "export?recordgroup=4",
        "export?ids=4:f:1;format=zip",
    ] {
        assert!(get(call).whole, "{call}");
    }
    let mut stream = http::connect(app.address, None, None);
    let bytes = app.owner().bytes("GET", &format!("/api/json/{LONG}"), &[], b"");
    stream.write_all(&bytes).expect("the server reads");
    let mut rest = Vec::new();
    // Whether it ends or is reset.
    let _ = stream.read_to_end(&mut rest);
    assert!(!rest.ends_with(b"\r\n0\r\n\r\n"), "a list takes longer than no time");
}

#[test]
fn rows_of_an_export_wait_for_no_client_and_keep_no_moment() {
    let app = spawn_many_rows(|config| config.stream_stall_seconds = 600);
    let mut stream = http::connect(app.address, None, Some(4096));
    let target = "/api/json/recording/recordings/export?recordgroup=4";
    stream.write_all(&app.owner().bytes("GET", target, &[], b"")).expect("the server reads");
    let (status, headers, rest) = http::read_head(&mut stream);
    // The first number says whether a reader was in the way.
    let checkpoint =
        || app.sqlite3("DELETE FROM recordings WHERE uniqueid = 'f'; PRAGMA wal_checkpoint(TRUNCATE);");
    crate::waiting::until("that no connection looks back", || checkpoint().starts_with("0|0|0"));
    let answer = http::read_body(&mut stream, status, headers, rest);
    assert!(answer.whole);
    let lines = answer.text().lines().count();
    assert_eq!(lines, crate::streaming::ROWS + 2, "as it was when it was asked, in order, with its head");
}
