//! What the body of a request may be, and what it costs before it is known who sent it.

use std::io::Write;
use std::iter::repeat;
use std::net::SocketAddr;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::app::{make_database, spawn_app, spawn_with};
use crate::http::{self, Answer};
use crate::program::{Folder, Serving, serve};

const LIST: &str = "/api/json/recording/recordings/list";
const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn json_is_taken_as_json_whatever_it_is_called() {
    let app = spawn_app();
    let sara = app.supervisor();
    for kind in
        [FORM, "text/plain", "application/octet-stream", "multipart/form-data; boundary=x", "nonsense"]
    {
        let ask = |body: &str| sara.send("POST", LIST, &[("Content-Type", kind)], body.as_bytes());
        assert_eq!(ask(r#"{"recordgroup":3,"limit":1}"#).rows(), "d", "{kind}");
        assert_eq!(ask("\u{feff} \r\n{\"recordgroup\": 3, \"limit\": true}\n").rows(), "d", "{kind}");
        assert_eq!(ask(r#"{"limit":{"a":1}}"#).codes(), "400 limit", "{kind}");
        assert_eq!(ask(r#"{"a":"#).codes(), "400", "{kind}");
    }
}

#[test]
fn a_body_of_which_nothing_is_understood_is_never_an_empty_request() {
    let app = spawn_app();
    let sara = app.supervisor();
    for kind in [FORM, "text/plain", "", "application/xml"] {
        for body in [
            "hello",
            "[1]",
            "[{\"limit\":1}]",
            "\"limit=1\"",
            "<limit>1</limit>",
            "<list limit=\"1\"/>",
            "limit: 1",
            "null",
            "7",
            "{\"limit\":1",
            "{\"limit\":1}{\"limit\":1}",
            "\u{1f}\u{8b}\u{8}=",
            "l\0i\0m\0i\0t\0=\x001\0",
        ] {
            let answer = sara.send("POST", LIST, &[("Content-Type", kind)], body.as_bytes());
            assert_eq!(answer.codes(), "400", "{kind} {body:?}");
        }
        for (body, rows) in
            [("", "a b c d"), ("\r\n", "a b c d"), ("{}", "a b c d"), ("x=1", "a b c d"), ("limit=1", "a")]
        {
            let answer = sara.send("POST", LIST, &[("Content-Type", kind)], body.as_bytes());
            assert_eq!(answer.rows(), rows, "{kind} {body:?}");
        }
    }
}

#[test]
fn a_list_of_values_is_a_400_in_every_form() {
    let app = spawn_app();
    let sara = app.supervisor();
    for form in
        ["recordgroup[]=3", "recordgroup%5B%5D=3&recordgroup%5B%5D=2", "recordgroup[0]=3", "recordgroup[a]=3"]
    {
        let kind = [("Content-Type", FORM)];
        assert_eq!(sara.send("POST", LIST, &kind, form.as_bytes()).codes(), "400 recordgroup", "{form}");
        assert_eq!(
            sara.get(&format!("recording/recordings/list?{form}")).codes(),
            "400 recordgroup",
            "{form}"
        );
    }
    assert_eq!(
        sara.post_json("recording/recordings/list", r#"{"recordgroup":[3]}"#).codes(),
        "400 recordgroup"
    );
    assert_eq!(sara.get("recording/recordings/list?other[]=3;limit=1").rows(), "a");
}

/// As `curl -F` 7.88.1, `FormData` of Node 20 and `files={"recordgroup": (None, "2")}` of Python's requests 2.34 write a
/// form: recorded, with a name of ours put in.
const MULTIPART: [(&str, &str); 3] = [
    (
        "multipart/form-data; boundary=------------------------0b54ab9a815757c7",
        "--------------------------0b54ab9a815757c7\r\nContent-Disposition: form-data; name=\"recordgroup\"\r\n\r\n2\r\n\
         --------------------------0b54ab9a815757c7\r\nContent-Disposition: form-data; name=\"start\"\r\n\r\n\r\n\
         --------------------------0b54ab9a815757c7--\r\n",
    ),
    (
        "multipart/form-data; boundary=----formdata-undici-067782705024",
        "------formdata-undici-067782705024\r\nContent-Disposition: form-data; name=\"recordgroup\"\r\n\r\n2\r\n\
         ------formdata-undici-067782705024--\r\n",
    ),
    (
        "multipart/form-data; boundary=00faafc153b5e729d7f63c935654e8eb",
        "--00faafc153b5e729d7f63c935654e8eb\r\nContent-Disposition: form-data; name=\"recordgroup\"\r\n\r\n2\r\n\
         --00faafc153b5e729d7f63c935654e8eb--\r\n",
    ),
];

#[test]
fn multipart_is_read_like_a_form() {
    let app = spawn_app();
    let sara = app.supervisor();
    for (kind, body) in MULTIPART {
        let ask = |body: &str| sara.send("POST", LIST, &[("Content-Type", kind)], body.as_bytes());
        assert_eq!(ask(body).rows(), "c", "{body}");
        assert_eq!(ask(&body.replace("\r\n2\r\n", "\r\nx\r\n")).codes(), "400 recordgroup");
        assert_eq!(ask(&body[..body.len() - 5]).codes(), "400", "it breaks off");
        let twice = body.replacen("\"recordgroup\"\r\n\r\n2", "\"limit\"\r\n\r\n1", 1);
        let query =
            sara.send("POST", &format!("{LIST}?limit=2"), &[("Content-Type", kind)], twice.as_bytes());
        assert_eq!(query.codes(), "400 limit", "in the query and in the body");
    }
    let (kind, body) = MULTIPART[0];
    let file = body.replace("\"recordgroup\"", "\"sound\"; filename=\"f.txt\"\r\nContent-Type: text/plain");
    assert_eq!(sara.send("POST", LIST, &[("Content-Type", kind)], file.as_bytes()).codes(), "400 sound");
    let mixed = [("Content-Type", "multipart/mixed; boundary=x")];
    assert_eq!(sara.send("POST", LIST, &mixed, b"--x--\r\n").codes(), "400");
    let compat = spawn_with(|config| config.compat = tapeline::config::Compat::Enswitch);
    let answer = compat.supervisor().send("POST", LIST, &[("Content-Type", kind)], body.as_bytes());
    assert_eq!(answer.rows(), "c");
}

#[test]
fn a_time_in_milliseconds_is_told_as_such() {
    let app = spawn_app();
    app.sqlite3("UPDATE recordings SET hold = 0 WHERE id = 11");
    let adam = app.administrator();
    let who = "recordgroup=1;uniqueid=a;recordid=1";
    for call in [
        "recording/recordings/list?start=1700000000000".to_owned(),
        "recording/recordings/list?start=100000000000".to_owned(),
        "recording/recordings/export?start=1700000000000000".to_owned(),
        "audit/list?start=1700000000000".to_owned(),
        format!("recording/recordings/update?{who};start=5;expires=1700000000000").replace("start=5;", ""),
    ] {
        let answer = app.unchanged(|| adam.get(&call));
        let key = if call.contains("expires") { "400 expires" } else { "400 start" };
        assert_eq!(answer.codes(), key, "{call}");
        assert!(answer.text().contains("milliseconds?"), "{}", answer.text());
    }
    assert_eq!(adam.get("recording/recordings/list?start=1;end=1700000000000").codes(), "400 end");
    assert_eq!(adam.get("recording/recordings/list?start=99999999999").rows(), "");
}

/// Sixty-four megabytes in less than a tenth of one.
fn bomb() -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let piece = vec![b'a'; 1 << 20];
    (0..64).for_each(|_| gzip.write_all(&piece).expect("memory"));
    gzip.finish().expect("memory")
}

#[test]
fn a_compressed_body_is_refused_unread_at_every_door() {
    let app = spawn_app();
    let body = bomb();
    for path in [
        LIST,
        "/local/api/json/user/login/",
        "/api/json/none/such",
        "/ingest/freeswitch",
        "/",
        "/api/openapi.json",
    ] {
        for coding in ["gzip", "br", "zstd", "deflate", "foo", "identity, gzip", "GZIP", "x-gzip"] {
            let kind = [("Content-Type", FORM), ("Content-Encoding", coding)];
            let answer = app.supervisor().send("POST", path, &kind, &body[..2000]);
            assert_eq!(answer.codes(), "415", "{path} {coding}");
        }
    }
    for coding in ["identity", "Identity", "", "identity, identity"] {
        let kind = [("Content-Type", FORM), ("Content-Encoding", coding)];
        assert_eq!(app.supervisor().send("POST", LIST, &kind, b"limit=1").rows(), "a", "{coding}");
    }
    let compat = spawn_with(|config| config.compat = tapeline::config::Compat::Enswitch);
    let answer = compat.anon().send("POST", LIST, &[("Content-Encoding", "gzip")], &body[..2000]);
    assert_eq!((answer.status, answer.json()["responses"][0]["code"].as_str()), (200, Some("415")));
}

#[test]
fn whoever_accepts_no_answer_has_nothing_done() {
    let app = spawn_app();
    let adam = app.administrator();
    for accepted in ["identity;q=0", "*;q=0", "identity;q=0, br;q=0, gzip;q=0, deflate;q=0, zstd;q=0"] {
        let asking = adam.clone().with("Accept-Encoding", accepted);
        let answer = app.unchanged(|| asking.post("recording/groups/update", "id=1;name=Other"));
        assert_eq!(answer.codes(), "406", "{accepted}");
        assert_eq!(asking.get("recording/recordings/list").codes(), "406", "{accepted}");
        assert_eq!(asking.send("GET", "/", &[], b"").codes(), "406", "{accepted}");
    }
    for accepted in ["foo", "foo;q=1, *;q=0.1", "", "identity", "gzip;q=0", "*"] {
        assert_eq!(adam.clone().with("Accept-Encoding", accepted).get("recording/groups/list").status, 200);
    }
}

/// Bodies of just under 1 MiB that become as much as possible when they are read.
fn worst_bodies() -> Vec<(&'static str, String)> {
    let many = |of: &dyn Fn(usize) -> String, length: usize| {
        let mut all = String::new();
        (0..)
            .map(of)
            .take_while(|one| {
                all.push_str(one);
                all.len() < length
            })
            .for_each(drop);
        all
    };
    let most = (1 << 20) - 100;
    let password = |text: &str| text.repeat((most - 100) / text.len());
    let json = "application/json";
    vec![
        (json, format!("{{{}\"end\":1}}", many(&|n| format!("\"{n:x}\":1,"), most))),
        (json, format!("{{\"limit\":{}{}}}", "[".repeat(most / 2), "]".repeat(most / 2))),
        (json, format!("{{\"auth_username\":\"x\",\"auth_password\":\"{}\"}}", password("\\n"))),
        (json, format!("{{\"auth_username\":\"x\",\"auth_password\":\"{}\"}}", password("a"))),
        (json, format!("{{\"{}\":1}}", password("\\u0041"))),
        (FORM, many(&|n| format!("{n:x}=1&"), most)),
        (FORM, format!("auth_username=x&auth_password={}", password("%41"))),
        (
            "multipart/form-data; boundary=b",
            many(
                &|n| format!("--b\r\nContent-Disposition: form-data; name=\"{n:x}\"\r\n\r\n1\r\n"),
                most - 100,
            ) + "--b--\r\n",
        ),
    ]
}

/// Sends a body as many times at once and gives the answers.
fn at_once(
    times: usize,
    server: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<Answer> {
    let host = server.to_string();
    let all = [&[("Host", host.as_str()), ("Connection", "close")], headers].concat();
    let request = http::request("POST", path, &all, body);
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..times).map(|_| scope.spawn(|| http::exchange(server, None, &request))).collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    })
}

#[test]
fn two_hundred_strangers_at_once_cost_little_memory() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    let server = Serving::start(serve(&db).env("TAPELINE_LOG", "warn"));
    let before = server.peak_memory();
    let gzip = [("Content-Type", FORM), ("Content-Encoding", "gzip")];
    for answer in at_once(200, server.address, LIST, &gzip, &bomb()) {
        assert_eq!(answer.codes(), "415");
    }
    // More of the others would take more time only: so many are read at once.
    for ((kind, body), times) in worst_bodies().into_iter().zip([200, 20, 200].into_iter().chain(repeat(20)))
    {
        let kind = [("Content-Type", kind)];
        for answer in at_once(times, server.address, "/api/json/user/login", &kind, body.as_bytes()) {
            assert!([400, 401, 429, 503].contains(&answer.status), "{}", answer.status);
        }
        let grown = server.peak_memory() - before;
        assert!(grown < 64 << 20, "{} bytes more, of {kind:?} {}…", grown, &body[..40]);
    }
    assert_eq!(server.stop().status, 0);
}

#[test]
fn whoever_sends_a_long_body_slowly_keeps_nobody_from_sending_a_short_one() {
    let app = spawn_app();
    let (sara, anon) = (app.supervisor(), app.anon());
    let body = json!({ "called": "1".repeat(900_000) }).to_string();
    let request = anon.bytes("POST", LIST, &[("Content-Type", "application/json")], body.as_bytes());
    let slow: Vec<_> = (0..20)
        .map(|_| {
            let mut stream = http::connect(app.address, None, None);
            stream.write_all(&request[..request.len() / 2]).expect("it is taken");
            stream
        })
        .collect();
    assert_eq!(sara.post("recording/recordings/list", "limit=1").rows(), "a");
    assert_eq!(
        sara.post("recording/recordings/list", &format!("limit=1&x={}", "y".repeat(10_000))).rows(),
        "a"
    );
    drop(slow);
    assert_eq!(
        sara.post("recording/recordings/list", &format!("limit=1&x={}", "y".repeat(900_000))).rows(),
        "a"
    );
}
