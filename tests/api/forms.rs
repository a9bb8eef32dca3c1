//! Every form that a request may have, and what every answer has in common.

use std::io::Write;

use actix_web::body::BodyStream;
use actix_web::dev::{Decompress, Payload};
use actix_web::http::header::ContentEncoding;
use serde_json::{Value, json};

use crate::app::{PASSWORD, credentials, spawn_app, spawn_with};
use crate::http::{self, Answer, encoded};

const LIST: &str = "recording/recordings/list";

#[test]
fn a_supervisor_asks_in_every_form_and_gets_one_answer() {
    let app = spawn_app();
    let anon = app.anon();
    let who = credentials("sara", PASSWORD);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let form_utf8 = [("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")];
    let json_type = [("Content-Type", "application/json")];
    let json_utf8 = [("Content-Type", "application/json; charset=utf-8")];
    let object = json!({
        "auth_username": "sara", "auth_password": PASSWORD,
        "recordgroup": 1, "start": "1700000000", "end": 1_700_000_100
    })
    .to_string();
    let filters = "recordgroup=1;start=1700000000;end=1700000100";
    for base in ["/api/json", "/local/api/json"] {
        for slash in ["", "/"] {
            let path = format!("{base}/{LIST}{slash}");
            let all = format!("{path}?{who};{filters}");
            let answers: [(&str, Answer); 8] = [
                ("GET", anon.send("GET", &all, &[], b"")),
                ("GET &", anon.send("GET", &all.replace(';', "&"), &[], b"")),
                ("POST form", anon.send("POST", &path, &form, format!("{who};{filters}").as_bytes())),
                (
                    "POST form, UTF-8",
                    anon.send("POST", &path, &form_utf8, format!("{who}&{filters}").as_bytes()),
                ),
                ("POST, empty body", anon.send("POST", &all, &form, b"")),
                ("POST, no type", anon.send("POST", &all, &[], b"")),
                ("POST JSON", anon.send("POST", &path, &json_type, object.as_bytes())),
                ("POST both", anon.send("POST", &format!("{path}?{filters}"), &json_utf8, object.as_bytes())),
            ];
            for (form, answer) in answers {
                assert_eq!(answer.rows(), "a b", "{form} {path}");
            }
        }
    }
}

#[test]
fn a_supervisor_may_separate_and_escape_as_urls_allow() {
    let app = spawn_app();
    let sara = app.supervisor();
    for (query, rows) in [
        ("start=1700000200&recordgroup=2;end=1700000299", "c"),
        (";;&start=1700000200;&&end=1700000250;complete=-1&;", "c d"),
        ("called=%c3%8410", "d"),
        ("called=%C3%8410", "d"),
        ("c%61lled=%31%30%31", "c"),
        ("called=1+0", ""),
        ("called=1%2B0", ""),
        ("caller=%61NN%61", "b c"),
        ("start=&end=&called=&caller=&complete=&sort=&limit=&recordgroup=&customer=", "a b c d"),
        ("limit=;limit=1", "a"),
        ("limit=1&limit=1", "a"),
        ("limit", "a b c d"),
        ("=5&&=;unknown=%zz&%zz=1", "a b c d"),
        ("Limit=1&LIMIT=2", "a b c d"),
        ("called=0=4", ""),
    ] {
        assert_eq!(sara.get(&format!("{LIST}?{query}")).rows(), rows, "GET {query}");
        assert_eq!(sara.post(LIST, query).rows(), rows, "POST {query}");
    }
    assert_eq!(sara.post(LIST, "limit=1\r\n").rows(), "a", "a line end behind the form");
}

#[test]
fn plus_is_a_space_in_what_a_supervisor_searches() {
    let app = spawn_app();
    app.sqlite3("UPDATE recordings SET cnumber = '1 0+0' WHERE id = 12");
    let sara = app.supervisor();
    for query in ["called=1+0%2B0", "called=1%200%2b0", "called=1%200%2B"] {
        assert_eq!(sara.get(&format!("{LIST}?{query}")).rows(), "b", "{query}");
    }
}

#[test]
fn malformed_values_are_a_400_for_their_key() {
    let app = spawn_app();
    let sara = app.supervisor();
    for value in ["%", "%4", "%zz", "%4g", "a%", "%ff", "%c3", "%c3%28", "%ed%a0%80", "%+1", "% 41"] {
        let answer = sara.post(LIST, &format!("called={value}"));
        assert_eq!(answer.codes(), "400 called", "{value}");
        if !value.contains(' ') {
            let answer = sara.get(&format!("{LIST}?called={value}&limit=1"));
            assert_eq!(answer.codes(), "400 called", "{value}");
        }
    }
    assert_eq!(sara.send("POST", &format!("/api/json/{LIST}"), &[], b"called=\xff").codes(), "400 called");
}

#[test]
fn twice_with_different_values_is_a_400_for_its_key_wherever_they_stand() {
    let app = spawn_app();
    let sara = app.supervisor();
    for query in ["limit=1&limit=2", "limit=1;limit=01", "limit=1&limit=1&limit=3", "limit=2;limit=%zz"] {
        assert_eq!(sara.get(&format!("{LIST}?{query}")).codes(), "400 limit", "{query}");
    }
    assert_eq!(sara.post(&format!("{LIST}?limit=1"), "limit=2").codes(), "400 limit");
    assert_eq!(sara.post_json(&format!("{LIST}?limit=1"), r#"{"limit": 2}"#).codes(), "400 limit");
    assert_eq!(sara.post_json(LIST, r#"{"limit": 1, "limit": 2}"#).codes(), "400 limit");
    assert_eq!(sara.post(&format!("{LIST}?limit=1"), "limit=1").rows(), "a");
    assert_eq!(sara.post_json(&format!("{LIST}?limit=1"), r#"{"limit": 1}"#).rows(), "a");
    assert_eq!(sara.post(&format!("{LIST}?limit="), "limit=1").rows(), "a");
}

#[test]
fn a_fault_is_named_once() {
    let app = spawn_app();
    let sara = app.supervisor();
    for query in ["id=1&id=2", "id=%zz", "id=x", "id=", ""] {
        assert_eq!(sara.get(&format!("recording/groups/get?{query}")).codes(), "400 id", "{query}");
    }
}

#[test]
fn json_of_a_supervisor_is_a_flat_object_of_texts() {
    let app = spawn_app();
    let sara = app.supervisor();
    for (body, expected) in [
        (r#"{}"#, "200"),
        (r#" {"limit": 1} "#, "200"),
        (r#"{"limit": "1"}"#, "200"),
        (r#"{"limit": null}"#, "200"),
        (r#"{"limit": ""}"#, "200"),
        (r#"{"li\u006dit": "\u0031"}"#, "200"),
        (r#"{"unknown": {"nested": true}}"#, "200"),
        (r#"{"called": true, "caller": false}"#, "200"),
        (r#"{"start": 99999999999, "end": 99999999999}"#, "200"),
        (r#"{"limit": [1]}"#, "400 limit"),
        (r#"{"limit": {}}"#, "400 limit"),
        (r#"{"called": []}"#, "400 called"),
        (r#"{"called": "\ud800"}"#, "400 called"),
        (r#"{"limit": true, "count": true, "descending": false}"#, "200"),
        (r#"{"limit": "true"}"#, "400 limit"),
        (r#"{"limit": 1.0}"#, "400 limit"),
        (r#"{"limit": 1e0}"#, "400 limit"),
        (r#"{"start": 9223372036854775808}"#, "400 start"),
        (r#"[]"#, "400"),
        (r#""limit=1""#, "400"),
        (r#"7"#, "400"),
        (r#"{"limit": 1"#, "400"),
        (r#"{"limit": 1} 2"#, "400"),
        (r#"{limit: 1}"#, "400"),
        (r#"limit=1"#, "400"),
    ] {
        assert_eq!(sara.post_json(LIST, body).codes(), expected, "{body}");
    }
}

#[test]
fn no_answer_repeats_a_secret_that_was_sent_in_a_wrong_form() {
    let app = spawn_app();
    for (kind, body) in [
        ("application/json", r#""auth_password=hunter2""#),
        ("application/json", r#"{"auth_password": "hunter2"#),
        ("application/json", r#"{"auth_password": ["hunter2"]}"#),
        (
            "application/json",
            r#"{"auth_username": "sara", "auth_password": "hunter2", "auth_password": "x"}"#,
        ),
        ("application/json", r#"hunter2"#),
        ("application/x-www-form-urlencoded", "auth_username=sara&auth_password=hunter2%"),
        ("application/x-www-form-urlencoded", "auth_username=sara&auth_password=hunter2&auth_password=x"),
        ("application/x-www-form-urlencoded", "auth_username=sara&auth_password=hunter2"),
        ("application/x-www-form-urlencoded", "auth_token=hunter2"),
        ("multipart/form-data; boundary=hunter2", "hunter2"),
    ] {
        let answer =
            app.anon().send("POST", "/api/json/user/login", &[("Content-Type", kind)], body.as_bytes());
        assert_ne!(answer.status, 200);
        assert!(!answer.text().contains("hunter2"), "{body}: {}", answer.text());
    }
}

#[test]
fn bodies_over_1_mib_are_a_400() {
    let app = spawn_app();
    let sara = app.supervisor();
    let target = format!("/api/json/{LIST}");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let of_length = |length: usize| format!("limit=1;x={}", "y".repeat(length - 10));
    assert_eq!(sara.send("POST", &target, &form, of_length(1 << 20).as_bytes()).rows(), "a");
    assert_eq!(sara.send("POST", &target, &form, of_length((1 << 20) + 1).as_bytes()).codes(), "400");

    for (length, expected) in [(1 << 20, "200"), ((1 << 20) + 1, "400")] {
        let mut bytes = sara.bytes("GET", &target, &[("Transfer-Encoding", "chunked")], b"");
        bytes.splice(0..3, *b"POST");
        let body = of_length(length);
        bytes.extend(format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()).bytes());
        assert_eq!(http::exchange(app.address, None, &bytes).codes(), expected, "{length} in chunks");
    }
}

#[test]
fn an_unknown_function_is_a_404_with_the_envelope() {
    let app = spawn_app();
    for caller in [app.anon(), app.owner()] {
        for path in [
            "/api/json",
            "/api/json/",
            "/api/json/recording",
            "/api/json/recording/recordings/",
            "/api/json/recording/recordings/lists",
            "/api/json/recording/recordings/list/x",
            "/api/json/Recording/recordings/list",
            "/api/json/recording%2Frecordings%2Flist",
            "/local/api/json/none/such",
            "/local/api/json/",
        ] {
            for method in ["GET", "POST"] {
                let answer = caller.send(method, path, &[], b"");
                assert_eq!(answer.codes(), "404", "{method} {path}");
                assert_eq!(answer.json()["responses"][0]["key"], "");
                assert_api_headers(&answer);
            }
        }
    }
}

#[test]
fn other_methods_are_a_405() {
    let app = spawn_app();
    for method in ["PUT", "DELETE", "PATCH", "TRACE"] {
        for path in ["/api/json/recording/recordings/list", "/local/api/json/user/login/"] {
            let answer = app.supervisor().send(method, path, &[], b"");
            assert_eq!(answer.codes(), "405", "{method} {path}");
            assert_eq!(answer.header("allow"), Some("GET, POST, OPTIONS"));
            assert_api_headers(&answer);
        }
    }
}

fn assert_api_headers(answer: &Answer) {
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("access-control-")));
}

#[test]
fn every_answer_has_the_headers_of_the_contract_and_never_a_cors_one() {
    let app = spawn_app();
    let origins = ["http://evil.example", "null", "http://127.0.0.1"];
    for origin in origins {
        for caller in [app.anon(), app.user(), app.supervisor()] {
            for call in [LIST, "recording/groups/get?id=99", "user/login", "user/logout", "none/such"] {
                assert_api_headers(&caller.clone().with("Origin", origin).get(call));
            }
            let preflight = [("Access-Control-Request-Method", "POST"), ("Origin", origin)];
            let answer = caller.send("OPTIONS", &format!("/api/json/{LIST}"), &preflight, b"");
            assert_eq!((answer.status, answer.header("cache-control")), (204, Some("no-store")));
            assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("access-control-")));
        }
    }
}

#[test]
fn answers_are_compressed_when_the_client_asks() {
    let app = spawn_app();
    app.sqlite3(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
         INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete)
         SELECT 1, 3, 'many-' || i, '1', 1600000000 + i, 1 FROM n;",
    );
    let sara = app.supervisor();
    for call in [LIST, "recording/recordings/list?start=1700000000", "recording/groups/list"] {
        let plain = sara.get(call);
        assert_eq!(plain.header("content-encoding"), None, "{call}");
        for encoding in ["gzip", "br", "zstd"] {
            let answer = sara.clone().with("Accept-Encoding", encoding).get(call);
            assert_eq!(answer.header("content-encoding"), Some(encoding), "{call}");
            assert!(answer.header("vary").is_some_and(|vary| vary.eq_ignore_ascii_case("accept-encoding")));
            assert!(answer.whole && answer.body.len() < plain.body.len());
            assert_eq!(decompressed(&answer), plain.json(), "{encoding} {call}");
        }
        let identity = sara.clone().with("Accept-Encoding", "identity").get(call);
        assert_eq!(identity.header("content-encoding"), None);
        assert_eq!(identity.body, plain.body);
    }
}

fn decompressed(answer: &Answer) -> Value {
    let encoding: ContentEncoding =
        answer.header("content-encoding").expect("encoded").parse().expect("known");
    let bytes = actix_web::rt::System::new().block_on(async {
        let body: Payload = answer.body.clone().into();
        let decoder = Decompress::new(body, encoding);
        actix_web::body::to_bytes(BodyStream::new(decoder)).await.expect("it is what it says")
    });
    serde_json::from_slice(&bytes).expect("JSON")
}

#[test]
fn a_connection_serves_one_request_after_the_other() {
    let app = spawn_app();
    let sara = app.supervisor();
    let mut stream = http::connect(app.address, None, None);
    for (limit, rows) in [("1", "a"), ("2", "a b"), ("x", "")] {
        let headers: Vec<(&str, &str)> =
            sara.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let target = format!("/api/json/{LIST}?limit={limit}");
        let request = http::request("GET", &target, &[&[("Host", "tapeline")], &headers[..]].concat(), b"");
        stream.write_all(&request).expect("the connection stays");
        let answer = http::read_answer(&mut stream);
        if rows.is_empty() {
            assert_eq!(answer.codes(), "400 limit");
        } else {
            assert_eq!(answer.rows(), rows);
        }
    }
}

#[test]
fn the_checks_come_in_the_order_of_the_contract() {
    let app = spawn_app();
    let (sara, wrong) = (credentials("sara", PASSWORD), credentials("sara", "wrong"));
    for (query, expected) in [
        (format!("{sara};auth_password=other;limit=x"), "400 auth_password"),
        (format!("{sara};auth_username=other"), "400 auth_username"),
        (format!("{wrong};auth_username=other;auth_password=other"), "400 auth_username, 400 auth_password"),
        ("auth_token=1;auth_token=2;limit=x".into(), "400 auth_token"),
        (format!("{wrong};limit=x"), "401"),
        ("limit=x".into(), "401"),
        (format!("{};limit=x", credentials("uwe", PASSWORD)), "402"),
        (format!("{sara};limit=x"), "400 limit"),
    ] {
        assert_eq!(app.anon().get(&format!("{LIST}?{query}")).codes(), expected, "{query}");
    }
    let get = |query: &str| app.anon().get(&format!("recording/groups/get?{query}")).codes();
    assert_eq!(get("id=99"), "401");
    assert_eq!(get(&format!("id=99;{}", credentials("uwe", PASSWORD))), "402");
    assert_eq!(get(&format!("id=x;{sara}")), "400 id");
    assert_eq!(get(&format!("id=99;{sara}")), "404 id");
}

#[test]
fn refusals_are_these_words() {
    let app = spawn_app();
    let unauthorized = app.anon().get(LIST);
    assert_eq!(
        unauthorized.json(),
        json!({"responses": [{"code": "401", "key": "", "message": "Log in: credentials are missing or wrong"}]})
    );
    assert_eq!(unauthorized.header("www-authenticate"), Some("Bearer"));
    assert_eq!(
        app.user().get(LIST).json(),
        json!({"responses": [{"code": "402", "key": "", "message": "Your role does not allow this"}]})
    );
    assert_eq!(
        app.supervisor().get(&format!("{LIST}?start=x&complete=2&sort=id")).json(),
        json!({"responses": [
            {"code": "400", "key": "start", "message": "start must be a whole number, 0 or more"},
            {"code": "400", "key": "complete", "message": "complete must be a whole number from -1 to 1"},
            {"code": "400", "key": "sort",
             "message": "sort must be one of cnumber, expires, snumber, start, totaltime"},
        ]})
    );
}

#[test]
fn with_compat_enswitch_the_status_is_200_and_values_are_strings() {
    let app = spawn_with(|config| config.compat = tapeline::config::Compat::Enswitch);
    let coded = |answer: Answer| {
        assert_eq!(answer.status, 200);
        answer.json()["responses"][0]["code"].as_str().expect("a code").to_owned()
    };
    let sara = app.supervisor();
    assert_eq!(coded(app.anon().get(LIST)), "401");
    assert_eq!(coded(app.user().get(LIST)), "402");
    assert_eq!(coded(sara.get(&format!("{LIST}?limit=x"))), "400");
    assert_eq!(coded(sara.get("recording/groups/get?id=99")), "404");
    assert_eq!(coded(sara.get("none/such")), "404");

    let rows = sara.get(&format!("{LIST}?recordgroup=1;limit=1")).data();
    assert!(rows[0].as_object().expect("a row").values().all(Value::is_string), "{rows}");
    assert_eq!(rows[0]["customer"], "1");
    assert_eq!(rows[0]["size"], "9007199254740993");
    assert_eq!(
        sara.get(&format!("{LIST}?count=1;recordgroup=2")).data(),
        json!({"count": "1", "totaltime": "5", "size": "20"})
    );
    let groups = sara.get("recording/groups/list").data();
    assert!(
        groups
            .as_array()
            .expect("rows")
            .iter()
            .all(|group| { group.as_object().expect("a row").values().all(Value::is_string) })
    );
}

#[test]
fn with_compat_enswitch_the_viewers_session_gets_the_contracts_own_answers() {
    let app = spawn_with(|config| config.compat = tapeline::config::Compat::Enswitch);
    let viewer = app.viewer("sara");
    assert_eq!(viewer.get(&format!("{LIST}?limit=x")).codes(), "400 limit");
    assert_eq!(viewer.get("recording/groups/get?id=99").codes(), "404 id");
    assert_eq!(app.viewer("uwe").get(LIST).codes(), "402");
    let rows = viewer.get(&format!("{LIST}?recordgroup=1;limit=1")).data();
    assert_eq!(rows[0]["customer"], 1);
    assert_eq!(
        viewer.get(&format!("{LIST}?count=1;recordgroup=2")).data(),
        json!({"count": 1, "totaltime": 5, "size": 20})
    );
}

#[test]
fn hostile_paths_and_queries_never_are_our_fault() {
    let app = spawn_app();
    let owner = app.owner();
    for text in [
        "'",
        "\"",
        "--",
        "; DROP TABLE recordings",
        "%",
        "_",
        "*",
        "\\",
        "\0",
        "\u{202e}",
        "💾",
        "1 OR 1=1",
        "[a-z]",
        "' OR ''='",
        "NaN",
        "-0",
        "null",
        "\r\n\r\n",
        "../../etc/passwd",
    ] {
        for name in ["called", "caller"] {
            assert_eq!(owner.get(&format!("{LIST}?{name}={}", encoded(text))).status, 200, "{name} {text:?}");
        }
        for name in
            ["start", "customer", "recordgroup", "sort", "limit", "offset", "complete", "count", "direction"]
        {
            let expected = match (name, text) {
                ("start" | "limit" | "offset" | "complete" | "count", "-0") => "200".to_owned(),
                _ => format!("400 {name}"),
            };
            let answer = owner.get(&format!("{LIST}?{name}={}", encoded(text)));
            assert_eq!(answer.codes(), expected, "{name} {text:?}");
        }
    }
    assert_eq!(app.sqlite3("PRAGMA integrity_check"), "ok");
}
