//! Long answers, and clients that are slow, stalled or gone.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use tapeline::config::Config;

use crate::app::{PASSWORD, TestApp, basic, make_database, spawn};
use crate::http::{self, Answer};
use crate::program::{Folder, Serving, Shell, serve, sqlite3};
use crate::transport::by_http10;
use crate::waiting::{settled, take, until, wait};

const LIST: &str = "recording/recordings/list";
/// Recordings of customer 2's group 4: some 30 MB of JSON, more than any buffer between server and client.
pub const ROWS: usize = 30_000;
pub const LONG: &str = "recording/recordings/list?recordgroup=4";
/// A receive buffer that is full at once.
const SMALL: usize = 4096;

/// The file that each test gets a copy of.
static MANY_ROWS: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("many-rows-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("target/ can be written to");
    let db = folder.join("recordings.db");
    make_database(&db);
    sqlite3(
        &db,
        &format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
             INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, snumber, cnumber)
             SELECT 2, 4, printf('%06d', i), '1', 1600000000 + i, 1, i * 7919 % 30011, printf('%.*c', 300, 'x') FROM n;"
        ),
    );
    let bytes = std::fs::read(&db).expect("the file");
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    // One file for all runs, put in place whole.
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("many-rows.db");
    let made = kept.with_extension(std::process::id().to_string());
    std::fs::write(&made, bytes).and_then(|()| std::fs::rename(&made, &kept)).expect("the file is kept");
    kept
});

pub fn spawn_many_rows(settings: impl FnOnce(&mut Config)) -> TestApp {
    spawn(settings, |db| {
        std::fs::copy(&*MANY_ROWS, db).expect("a copy");
    })
}

/// Asks for a long list and does not read.
fn ask(app: &TestApp, call: &str, receive_buffer: Option<usize>) -> TcpStream {
    let mut stream = http::connect(app.address, None, receive_buffer);
    let bytes = app.owner().bytes("GET", &format!("/api/json/{call}"), &[], b"");
    stream.write_all(&bytes).expect("the server reads");
    stream
}

/// Asks until it is not refused any more.
fn in_the_end(app: &TestApp, call: &str) -> Answer {
    wait("a place", || {
        let answer = app.owner().get(call);
        if answer.status == 200 {
            return Some(answer);
        }
        assert_eq!(answer.codes(), "503");
        None
    })
}

fn count(answer: &Answer) -> usize {
    answer.data().as_array().expect("rows").len()
}

/// A reader that lets the server wait between any two pieces.
struct Slow(TcpStream);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        take(Duration::from_millis(3));
        let room = buffer.len().min(64 << 10);
        self.0.read(&mut buffer[..room])
    }
}

#[test]
fn a_long_list_is_chunked_and_whole_and_a_short_one_has_its_length() {
    let app = spawn_many_rows(|_| {});
    for (call, descending) in [(LONG.to_owned(), false), (format!("{LONG};descending=1"), true)] {
        let answer = app.owner().get(&call);
        assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
        assert_eq!(answer.header("content-length"), None);
        assert!(answer.body.len() > 20 << 20);
        let rows = answer.rows();
        let rows: Vec<&str> = rows.split(' ').collect();
        let expected: Vec<String> = (1..=ROWS).map(|i| format!("{i:06}")).chain(["f".into()]).collect();
        if descending {
            assert!(rows.iter().rev().eq(&expected));
        } else {
            assert!(rows.iter().eq(&expected));
        }
    }
    let short = app.owner().get(&format!("{LONG};limit=100"));
    assert_eq!(short.header("transfer-encoding"), None);
    assert_eq!(short.header("content-length"), Some(short.body.len().to_string().as_str()));
    for (limit, offset) in [(250, 0), (300, 7), (1000, 29_500)] {
        let answer = app.owner().get(&format!("{LONG};limit={limit};offset={offset}"));
        assert_eq!(count(&answer), limit.min(ROWS + 1 - offset), "around the 256 KiB that are gathered");
    }
}

#[test]
fn whoever_knows_no_chunks_gets_none() {
    let app = spawn_many_rows(|_| {});
    for encoding in ["identity", "gzip"] {
        let olga = app.owner().with("Accept-Encoding", encoding);
        for call in [LONG, "recording/recordings/export?recordgroup=4"] {
            let (head, body, reset) = by_http10(&olga, &format!("/api/json/{call}"), None);
            assert!(head.starts_with("http/1.0 200"), "{head}");
            assert!(!head.contains("transfer-encoding") && !head.contains("content-length"), "{head}");
            assert_eq!(head.contains("content-encoding: gzip"), encoding == "gzip", "{head}");
            assert!(!reset, "{call}");
            assert!(encoding == "gzip" || body.len() > 5 << 20, "{call}: {}", body.len());
            if call == LONG && encoding == "identity" {
                let json: serde_json::Value = serde_json::from_slice(&body).expect("JSON without chunks");
                assert_eq!(json["data"].as_array().map(Vec::len), Some(ROWS + 1));
            }
        }
    }
    let (head, body, _) = by_http10(&app.owner(), &format!("/api/json/{LONG};limit=3"), None);
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
}

#[test]
fn a_reader_that_knows_no_chunks_and_stalls_is_cut_off_by_a_reset() {
    let app = spawn_many_rows(|config| config.stream_stall_seconds = 1);
    let mut stream = http::connect(app.address, None, Some(SMALL));
    let request = String::from_utf8(app.owner().bytes("GET", &format!("/api/json/{LONG}"), &[], b""));
    let request = request.expect("ASCII").replace("HTTP/1.1", "HTTP/1.0");
    stream.write_all(request.as_bytes()).expect("the server reads");
    until("a reset ends it", || stream.take_error().expect("a socket").is_some());
}

#[test]
fn a_long_list_is_whole_in_every_sort() {
    let app = spawn_many_rows(|_| {});
    for sort in ["snumber", "totaltime"] {
        let rows = app.owner().get(&format!("{LONG};sort={sort};end=1600010000")).rows();
        assert_eq!(rows.split(' ').count(), 10_000);
    }
}

#[test]
fn a_slow_reader_gets_everything_while_a_writer_is_at_work() {
    let app = spawn_many_rows(|config| config.stream_stall_seconds = 60);
    let mut shell = Shell::open(&app.db);
    shell.run(".timeout 5000");
    let mut slow = Slow(ask(&app, LONG, None));
    let (status, headers, rest) = http::read_head(&mut slow);
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| http::read_body(&mut slow, status, headers, rest));
        for turn in 0..10 {
            shell.run(&format!(
                "INSERT INTO recordings (customer, recordgroup, uniqueid, start, complete)
                   VALUES (2, 4, 'new {turn}', 1700000000, 1);
                 DELETE FROM recordings WHERE recordgroup = 4 AND uniqueid > '02{turn}' AND uniqueid < '03';
                 UPDATE recordings SET cnumber = 'changed' WHERE recordgroup = 4 AND start % 10 = {turn};
                 PRAGMA wal_checkpoint(PASSIVE);"
            ));
        }
        let answer = reading.join().expect("the slow one reads on");
        assert!(answer.whole);
        assert_eq!(count(&answer), ROWS + 1, "as it was when it was asked");
    });
    assert!(count(&app.owner().get(LONG)) < ROWS);
}

#[test]
fn when_all_streams_are_taken_long_lists_get_503_and_short_ones_are_answered() {
    let app = spawn_many_rows(|config| {
        config.streams = 2;
        config.stream_stall_seconds = 60;
    });
    let mut held = [ask(&app, LONG, Some(SMALL)), ask(&app, LONG, Some(SMALL))];
    for stream in &mut held {
        assert_eq!(http::read_head(stream).0, 200);
    }
    let answer = app.owner().get(LONG);
    assert_eq!(answer.codes(), "503");
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(count(&app.owner().get(&format!("{LONG};limit=100"))), 100);
    assert_eq!(app.owner().get(&format!("{LONG};count=1")).data()["count"], ROWS + 1);
    drop(held);
    assert_eq!(count(&in_the_end(&app, LONG)), ROWS + 1);
}

#[test]
fn twenty_stalled_clients_do_not_keep_a_short_question_waiting() {
    let app = spawn_many_rows(|config| config.stream_stall_seconds = 60);
    let mut stalled: Vec<TcpStream> = (0..20).map(|_| ask(&app, LONG, Some(SMALL))).collect();
    let mut statuses: Vec<u16> = stalled.iter_mut().map(|stream| http::read_head(stream).0).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[200; 16].as_slice(), &[503; 4]].concat());
    for caller in [app.supervisor(), app.agent(), app.owner()] {
        assert_eq!(caller.get(LIST).status, 200);
        assert_eq!(caller.get("recording/groups/list").status, 200);
    }
    assert_eq!(app.person("bea").get("user/login?token=1").status, 200);
}

#[test]
fn a_reader_that_vanishes_gives_its_stream_back() {
    let app = spawn_many_rows(|config| {
        config.streams = 1;
        config.stream_stall_seconds = 600;
    });
    for turn in 0..6 {
        let mut stream = ask(&app, LONG, Some(SMALL));
        if turn % 2 == 0 {
            http::read_head(&mut stream);
        }
        drop(stream);
    }
    assert_eq!(count(&in_the_end(&app, LONG)), ROWS + 1);
}

#[test]
fn a_reader_that_stalls_is_cut_off_without_the_closing_chunk() {
    let app = spawn_many_rows(|config| {
        config.streams = 1;
        config.stream_stall_seconds = 1;
    });
    let mut stream = ask(&app, LONG, Some(SMALL));
    let (status, _, mut rest) = http::read_head(&mut stream);
    assert_eq!(status, 200);
    assert_eq!(count(&in_the_end(&app, LONG)), ROWS + 1, "its stream is free");
    // Whether it ends or is reset.
    let _ = stream.read_to_end(&mut rest);
    assert!(!rest.ends_with(b"\r\n0\r\n\r\n"), "it must not be mistaken for a whole one");
    let begin = br#"{"responses":[{"code":"200","key":"","message":"OK"}],"data":[{"#;
    assert!(rest.windows(begin.len()).any(|bytes| bytes == begin));
}

/// Its kernel still has what was sent, so only the server's own files tell.
#[test]
fn a_reader_that_stalls_does_not_keep_its_connection() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    std::fs::copy(&*MANY_ROWS, &db).expect("a copy");
    let server = Serving::start(serve(&db).args(["--stream-stall-seconds", "1"]));
    let request = |path: &str| {
        let headers = [("Host", "tapeline"), ("Authorization", &basic("olga", PASSWORD))];
        http::request("GET", &format!("/api/json/{path}"), &headers, b"")
    };
    let open = |path: &str| {
        let mut stream = http::connect(server.address, None, Some(SMALL));
        std::io::Write::write_all(&mut stream, &request(path)).expect("it is sent");
        stream
    };
    let mut stalled: Vec<TcpStream> = (0..8).map(|_| open(LONG)).collect();
    for stream in &mut stalled {
        assert_eq!(http::read_head(stream).0, 200);
    }
    let many = server.sockets();
    until("that eight are closed", || server.sockets() + 8 <= many);
}

#[test]
fn readers_that_vanish_end_their_queries_also_while_these_sort_or_scan() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    std::fs::copy(&*MANY_ROWS, &db).expect("a copy");
    let server = Serving::start(&mut serve(&db));
    let olga = server.caller("olga", PASSWORD);
    // These look at each byte of each row, since no index knows of so short a needle, and some sort what is left.
    // Nothing leaves before.
    let queries = ["search=%C3%A4", "search=zz;sort=snumber", "search=xy;count=1", "search=zz;descending=1"];
    let before = server.processor_time();
    for query in queries {
        assert_eq!(olga.get(&format!("{LONG};{query}")).status, 200);
    }
    let of_four = server.processor_time() - before;

    let before = server.processor_time();
    let gone: Vec<TcpStream> = (0..40)
        .map(|number| {
            let mut stream = http::connect(server.address, None, None);
            let target = format!("/api/json/{LONG};{}", queries[number % 4]);
            stream.write_all(&olga.bytes("GET", &target, &[], b"")).expect("the server reads");
            stream
        })
        .collect();
    until("that they run", || server.processor_time() > before + 2);
    drop(gone);
    let of_forty = settled("the end of them", || server.processor_time()) - before;
    assert!(of_forty < 5 * of_four, "{of_forty} ticks where 4 whole queries take {of_four}");
    assert_eq!(olga.get(LIST).status, 200);
}

#[test]
fn an_answer_that_breaks_off_ends_without_the_closing_chunk() {
    let app = spawn_many_rows(|_| {});
    let pages = "SELECT pageno FROM dbstat WHERE name = 'recordings' AND pagetype = 'leaf' ORDER BY pageno";
    let pages: Vec<u64> = app.sqlite3(pages).lines().map(|line| line.parse().expect("a number")).collect();
    let page = pages[pages.len() * 6 / 10];
    app.sqlite3("PRAGMA wal_checkpoint(TRUNCATE)");
    let file = std::fs::OpenOptions::new().write(true).open(&app.db).expect("the file opens");
    file.write_all_at(&[0xff; 4096], (page - 1) * 4096).expect("it is damaged");
    for encoding in ["identity", "gzip", "br"] {
        let olga = app.owner().with("Accept-Encoding", encoding);
        let answer = olga.get(LONG);
        assert_eq!(answer.status, 200);
        assert!(!answer.whole, "{encoding}: it must not be mistaken for a whole one");
        let (head, _, reset) = by_http10(&olga, &format!("/api/json/{LONG}"), None);
        assert!(head.starts_with("http/1.0 200"), "{head}");
        assert!(reset, "{encoding}: without chunks only a reset tells it from a whole one");
    }
    let answer = app.owner().get(&format!("{LONG};sort=snumber"));
    assert!(!answer.whole || answer.status == 500, "not a list with a gap");
    assert_eq!(app.supervisor().get(LIST).rows(), "a b c d");
}
