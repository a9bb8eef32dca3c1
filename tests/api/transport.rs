//! Methods, paths, versions of HTTP, and how an answer ends.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};

use crate::app::{Caller, make_database, spawn_app};
use crate::http::{self, Answer};
use crate::program::{Folder, Serving, tapeline};

const LIST: &str = "/api/json/recording/recordings/list";

/// What an answer allows.
fn allowed(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.header("allow").unwrap_or_default())
}

/// Asks with HEAD, behind whose answer nothing may follow.
fn head(caller: &Caller, target: &str) -> Answer {
    let mut stream = http::connect(caller.address, None, None);
    stream.write_all(&caller.bytes("HEAD", target, &[], b"")).expect("it is sent");
    let (status, headers, rest) = http::read_head(&mut stream);
    let mut after = rest;
    stream.read_to_end(&mut after).expect("the connection ends");
    assert_eq!(after, b"", "{target}");
    Answer { status, headers, body: Vec::new(), whole: true }
}

#[test]
fn whatever_is_there_answers_options_and_head_or_says_what_it_allows() {
    let app = spawn_app();
    let sara = app.supervisor();
    let page = sara.send("GET", "/", &[], b"").text();
    let from = page.find("/static/").expect("a file");
    let file = page[from..].split('"').next().expect("a path");
    for path in ["/", "/groups", "/people/", "/api-docs", "/api/openapi.json", "/favicon.ico", file] {
        let get = sara.send("GET", path, &[], b"");
        let asked = head(&sara, path);
        assert_eq!((asked.status, get.status / 100), (get.status, 2), "{path}");
        assert_eq!(asked.header("content-length"), get.header("content-length"), "{path}");
        assert_eq!(asked.header("content-type"), get.header("content-type"), "{path}");
        // The default of haproxy's httpchk.
        let options = sara.send("OPTIONS", path, &[], b"");
        assert_eq!((allowed(&options), options.body.len()), ((204, "GET, HEAD, OPTIONS"), 0), "{path}");
        for method in ["POST", "PUT", "DELETE", "PATCH", "PROPFIND"] {
            let answer = sara.send(method, path, &[], b"");
            assert_eq!(answer.codes(), "405", "{method} {path}");
            assert_eq!(allowed(&answer), (405, "GET, HEAD, OPTIONS"), "{method} {path}");
        }
    }
    for (path, methods) in [
        (LIST, "GET, POST, OPTIONS"),
        ("/local/api/json/user/login/", "GET, POST, OPTIONS"),
        ("/api/json/recording/recordings/get", "GET, HEAD, POST, OPTIONS"),
        ("/ingest/freeswitch", "POST, OPTIONS"),
    ] {
        assert_eq!(allowed(&sara.send("OPTIONS", path, &[], b"")), (204, methods), "{path}");
        assert_eq!(allowed(&sara.send("TRACE", path, &[], b"")), (405, methods), "{path}");
    }
    assert_eq!(allowed(&head(&sara, LIST)), (405, "GET, POST, OPTIONS"));
    let get = "/api/json/recording/recordings/get?recordgroup=1;uniqueid=a;recordid=1";
    assert_eq!(allowed(&head(&sara, get)), (405, "GET, POST, OPTIONS"), "only a file has a head");
    for path in ["/api/json/none/such", "/none"] {
        assert_eq!(sara.send("OPTIONS", path, &[], b"").status, 404, "{path}");
    }
    assert_eq!(sara.send("DELETE", "/api/json/none/such", &[], b"").codes(), "404");
}

#[test]
fn repeated_slashes_are_one() {
    let app = spawn_app();
    let sara = app.supervisor();
    for path in [
        "//api/json/recording/recordings/list",
        "/api/json//recording/recordings/list",
        "///api//json///recording//recordings//list//",
        "/local//api/json/recording/recordings/list",
    ] {
        assert_eq!(sara.send("GET", &format!("{path}?limit=1;called=//"), &[], b"").rows(), "", "{path}");
        assert_eq!(sara.send("POST", path, &[], b"limit=1").rows(), "a", "{path}");
    }
    for path in ["//", "/groups/", "//groups//", "/api-docs/", "/api/openapi.json/"] {
        assert_eq!(sara.send("GET", path, &[], b"").status, 200, "{path}");
    }
    let answer = sara.send("GET", "//api/json//none//such", &[], b"");
    assert_eq!((answer.codes().as_str(), answer.header("cache-control")), ("404", Some("no-store")));
}

#[test]
fn a_page_says_that_it_differs_by_what_is_accepted() {
    let app = spawn_app();
    let anon = app.anon();
    let mut tags = Vec::new();
    for accepted in ["identity", "gzip", "br"] {
        let answer = anon.clone().with("Accept-Encoding", accepted).send("GET", "/", &[], b"");
        let vary = answer.header("vary").unwrap_or_default().to_ascii_lowercase();
        assert_eq!(vary, "accept-encoding", "{accepted}");
        let tag = answer.header("etag").expect("a tag").to_owned();
        assert!(tag.starts_with("W/\""), "{tag}: not the same bytes");
        for known in [tag.as_str(), &tag[2..], &format!("\"x\", {tag}")] {
            let again = anon.clone().with("If-None-Match", known).with("Accept-Encoding", accepted);
            assert_eq!(again.send("GET", "/", &[], b"").status, 304, "{known}");
        }
        tags.push(tag);
    }
    assert_eq!(anon.with("If-None-Match", "\"x\"").send("GET", "/", &[], b"").status, 200);
}

/// Asks by HTTP/1.0, and gives all that comes before the connection ends, and whether it ends by a reset.
pub fn by_http10(caller: &Caller, target: &str, receive_buffer: Option<usize>) -> (String, Vec<u8>, bool) {
    let mut stream = http::connect(caller.address, None, receive_buffer);
    let request = String::from_utf8(caller.bytes("GET", target, &[], b"")).expect("ASCII");
    stream.write_all(request.replace("HTTP/1.1", "HTTP/1.0").as_bytes()).expect("it is sent");
    let (mut all, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
    let reset = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break false,
            Ok(count) => all.extend(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break true,
            Err(error) => panic!("{error}"),
        }
    };
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let body = all.split_off(end + 4);
    (String::from_utf8(all).expect("ASCII").to_ascii_lowercase(), body, reset)
}

/// Sends requests in one segment on one connection, the last of which ends it, and reads an answer to each.
fn in_one_segment(address: SocketAddr, requests: &[(&str, Vec<u8>)]) -> Vec<Answer> {
    let mut stream = http::connect(address, None, None);
    let bytes: Vec<u8> = requests.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
    stream.write_all(&bytes).expect("they are sent");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("the connection ends");
    let answers = requests
        .iter()
        .map(|(method, _)| {
            let mut unread = rest.as_slice();
            let (status, headers, mut after) = http::read_head(&mut unread);
            after.extend(unread);
            let named = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value);
            let mut body = Vec::new();
            if *method != "HEAD" && named("transfer-encoding").is_some() {
                while let Some(chunk) = http::read_chunk(&mut std::io::empty(), &mut after) {
                    body.extend(chunk);
                }
            } else if *method != "HEAD" {
                let length: usize = named("content-length").expect("a length").parse().expect("a number");
                assert!(after.len() >= length, "{} of {length} bytes follow", after.len());
                body = after.drain(..length).collect();
            }
            rest.clone_from(&after);
            Answer { status, headers, body, whole: true }
        })
        .collect();
    assert_eq!(String::from_utf8_lossy(&rest), "", "nothing follows the last answer");
    answers
}

#[test]
fn requests_in_one_segment_are_answered_in_order_each_with_its_own_body() {
    let app = spawn_app();
    let sara = app.supervisor();
    let host = app.address.to_string();
    let authorization = sara.headers[0].1.clone();
    let one = |method: &str, target: &str, body: &[u8], more: (&str, &str)| {
        let headers = [("Host", host.as_str()), ("Authorization", &authorization), more];
        http::request(method, target, &headers, body)
    };
    let (stay, end) = (("Accept", "*/*"), ("Connection", "close"));
    let chunked = {
        let mut bytes = one("POST", LIST, b"", ("Transfer-Encoding", "chunked"));
        let text = String::from_utf8(bytes.clone()).expect("ASCII").replace("Content-Length: 0\r\n", "");
        bytes = text.into_bytes();
        bytes.extend(b"5\r\nlimit\r\n2\r\n=1\r\n0\r\n\r\n");
        bytes
    };
    let page = sara.send("GET", "/", &[], b"").body;
    let requests = [
        ("GET", one("GET", "/", b"", stay)),
        ("HEAD", one("HEAD", "/", b"", stay)),
        ("GET", one("GET", LIST, b"", stay)),
        ("HEAD", one("HEAD", LIST, b"", stay)),
        ("POST", one("POST", LIST, b"limit=1", stay)),
        ("HEAD", one("HEAD", "/", b"", stay)),
        ("POST", chunked),
        ("HEAD", one("HEAD", "/none", b"", stay)),
        ("POST", one("POST", LIST, &[b'x'; 20_000], stay)),
        ("OPTIONS", one("GET", "/", b"", stay)),
        ("HEAD", one("HEAD", "/", b"", end)),
    ];
    let answers = in_one_segment(app.address, &requests);
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 200, 405, 200, 200, 200, 404, 400, 200, 200]);
    for page_at in [0, 9] {
        assert!(answers[page_at].body == page, "{page_at}");
    }
    assert_eq!((answers[2].rows().as_str(), answers[4].rows().as_str()), ("a b c d", "a"));
    assert_eq!((answers[6].rows().as_str(), answers[8].codes().as_str()), ("a", "400"));
    assert_eq!(answers[1].header("content-length"), Some(page.len().to_string().as_str()));
    // A HEAD whose answer ends the connection comes first, too.
    let answers = in_one_segment(app.address, &[("HEAD", one("HEAD", "/", b"", end))]);
    assert_eq!(answers[0].status, 200);
}

#[test]
fn a_whole_request_with_a_body_is_carried_out_also_where_its_sender_says_at_once_that_it_was_the_last() {
    let app = spawn_app();
    let sara = app.supervisor();
    for _ in 0..20 {
        let mut stream = http::connect(app.address, None, None);
        stream.write_all(&sara.bytes("POST", LIST, &[], b"limit=1")).expect("it is sent");
        stream.shutdown(Shutdown::Write).expect("a half of it ends");
        let (status, _, rest) = http::read_head(&mut stream);
        assert_eq!((status, String::from_utf8_lossy(&rest).contains("breaks off")), (200, false));
    }
}

#[test]
fn a_body_that_nobody_reads_does_not_keep_the_next_request_from_being_answered() {
    let app = spawn_app();
    let host = app.address.to_string();
    let long = vec![b'x'; 200_000];
    let one = |target: &str, more: (&str, &str), body: &[u8]| {
        http::request("POST", target, &[("Host", host.as_str()), more], body)
    };
    let mut stream = http::connect(app.address, None, None);
    stream.write_all(&one("/ingest/freeswitch", ("Accept", "*/*"), &long)).expect("it is taken");
    assert_eq!(http::read_answer(&mut stream).status, 404);
    let mut stream = http::connect(app.address, None, None);
    stream.write_all(&one(LIST, ("Content-Encoding", "gzip"), &long)).expect("it is taken");
    assert_eq!(http::read_answer(&mut stream).codes(), "415");
    // Whoever closes the half that sends has been understood as well as ever.
    let mut stream = http::connect(app.address, None, None);
    stream.write_all(&one(LIST, ("Connection", "close"), &long)).expect("it is taken");
    assert_eq!(http::read_answer(&mut stream).codes(), "400");
}

#[test]
fn what_is_no_request_is_one_line_with_its_address_and_names_in_the_log_are_bounded() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    let mut command = tapeline();
    command.args(["serve", "--listen", "127.0.0.1:0", "--db"]).arg(&db);
    let server = Serving::start(command.arg("--media-root").arg(folder.file("sound")));
    for garbage in ["\u{16}\u{3}\u{1}\0\n\n", "GET / HTTP/9.9\r\n\r\n", "GET /\r\nHost: x\r\n\r\n"] {
        let mut stream = http::connect(server.address, None, None);
        stream.write_all(garbage.as_bytes()).expect("it is taken");
        assert_eq!(http::read_head(&mut stream).0, 400, "{garbage:?}");
    }
    let long = "X".repeat(5_000);
    let target = format!("/{}?called={}", "y".repeat(5_000), "z".repeat(5_000));
    let request = http::request(&long, &target, &[("Host", "x"), ("Connection", "close")], b"");
    assert_eq!(http::exchange(server.address, None, &request).status, 404);
    let log = server.stop().err;
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("no request")).collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(lines.iter().all(|line| line.contains("INFO") && line.contains(" 127.0.0.1 ")), "{log}");
    assert!(!log.contains("ERROR"), "{log}");
    let longest = log.lines().map(str::len).max();
    assert!(longest < Some(2_500), "{longest:?}");
    assert!(log.contains("404"), "{log}");
}

#[test]
fn an_address_where_nothing_is_has_a_page_that_leads_back_and_the_api_its_envelope() {
    let app = spawn_app();
    for path in ["/nope", "/groups/7", "/status/x", "/%00", "/static"] {
        let answer = app.anon().send("GET", path, &[], b"");
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (404, Some("text/html; charset=utf-8")),
            "{path}"
        );
        assert!(answer.header("content-security-policy").is_some(), "{path}");
        let page = String::from_utf8(answer.body).expect("UTF-8");
        for part in ["<html lang=\"en\">", "<title>Not found", "<h1>", "<a href=\"/\">"] {
            assert!(page.contains(part), "{path}: {page}");
        }
        let sheet =
            page.split("href=\"/static/").last().and_then(|rest| rest.split('"').next()).expect("a sheet");
        assert_eq!(app.anon().send("GET", &format!("/static/{sheet}"), &[], b"").status, 200, "{sheet}");
    }
    for path in ["/api/json/nope", "/local/api/json/recording/nope"] {
        assert_eq!(app.anon().send("GET", path, &[], b"").codes(), "404");
    }
}
