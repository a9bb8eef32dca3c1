//! Methods, paths, versions of HTTP, and how an answer ends.

use std::io::{ErrorKind, Read, Write};

use crate::app::{Caller, spawn_app};
use crate::http::{self, Answer};

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
