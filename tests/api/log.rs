//! What a real server writes to its log, and what it keeps to itself.

use serde_json::json;

use crate::app::{Caller, PASSWORD, basic, credentials, make_database};
use crate::http::encoded;
use crate::program::{Folder, Serving, serve};

/// In every place where a secret may stand, and where one may be mistyped.
fn send_secrets(anon: &Caller) {
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let json_type = [("Content-Type", "application/json")];
    for base in ["/api/json", "/local/api/json"] {
        for query in [
            "auth_username=sara;auth_password=SECRET-1",
            "auth_username=sara&auth_password=SECRET-1%zz",
            "auth_token=SECRET-2",
            "auth_token=SECRET-2;auth_token=SECRET-3",
            "Auth_Password=SECRET-4",
            "auth%5fpassword=SECRET-4",
            "auth_pasword=SECRET-5;password=SECRET-5;passwd=SECRET-5",
            "SECRET-6",
            "=SECRET-6",
            "password_old=SECRET-7;password_new=SECRET-8",
            "called=1?auth_password=SECRET-9",
            "x=1%26auth_password=SECRET-10",
        ] {
            for function in ["recording/recordings/list", "user/password/update", "user/login", "none/such"] {
                anon.send("GET", &format!("{base}/{function}?{query}"), &[], b"");
                anon.send("POST", &format!("{base}/{function}"), &form, query.as_bytes());
                anon.send("POST", &format!("{base}/{function}"), &json_type, query.as_bytes());
            }
        }
        for path in ["user/login;auth_password=SECRET-11", "user/login%3Fauth_password=SECRET-11"] {
            anon.send("GET", &format!("{base}/{path}"), &[], b"");
        }
    }
    for (name, value) in [
        ("Authorization", "Bearer SECRET-12"),
        ("Authorization", "SECRET-12"),
        ("Authorization", &basic("sara", "SECRET-13")),
        ("Cookie", "tapeline_session=SECRET-14"),
        ("Cookie", "SECRET-14"),
        ("Referer", "http://127.0.0.1/?auth_token=SECRET-15"),
    ] {
        anon.clone().with(name, value).get("recording/recordings/list?start=5");
    }
    let object = json!({"auth_username": "sara", "auth_password": "SECRET-16", "auth_token": ["SECRET-16"]});
    anon.post_json("user/login", &object.to_string());
    anon.post_json("user/login", r#""SECRET-17""#);
}

#[test]
fn no_secret_is_in_the_log_however_much_is_logged() {
    for level in [None, Some("trace")] {
        let folder = Folder::new();
        let db = folder.file("recordings.db");
        make_database(&db);
        let mut command = serve(&db);
        if let Some(level) = level {
            command.env("TAPELINE_LOG", level);
        }
        let server = Serving::start(&mut command);
        let anon = Caller { address: server.address, from: None, headers: Vec::new() };
        send_secrets(&anon);

        // Somebody whose password was not guessed at above.
        let adam = anon.clone().with("Authorization", &basic("adam", PASSWORD));
        let login = adam.post("user/login", "token=1;session=1");
        let token = login.data()["auth_token"].as_str().expect("a token").to_owned();
        let cookie = login.header("set-cookie").expect("a cookie").to_owned();
        let session = cookie.split(['=', ';']).nth(1).expect("a value").to_owned();
        anon.get(&format!("recording/recordings/list?called=100;auth_token={token}"));
        anon.get(&format!("recording/recordings/list?{}", credentials("adam", PASSWORD)));
        let form = format!("auth_token={token};password_old={};password_new=SECRET-18", encoded(PASSWORD));
        assert_eq!(anon.post("user/password/update", &form).codes(), "204");

        let said = server.stop();
        assert_eq!(said.status, 0);
        assert!(said.err.contains("/api/json/recording/recordings/list"), "requests are logged");
        assert!(said.err.contains("called=100"), "and what was searched");
        let secrets = [&token, &session, PASSWORD, &encoded(PASSWORD), "correct", "SECRET", "%53ECRET"];
        let basics = [basic("sara", "SECRET-13"), basic("adam", PASSWORD)];
        let basics = basics.iter().map(|header| &header["Basic ".len()..]);
        let secrets: Vec<&str> = secrets.into_iter().chain(basics).collect();
        let leaks: Vec<&str> =
            said.err.lines().filter(|line| secrets.iter().any(|secret| line.contains(secret))).collect();
        assert!(leaks.is_empty(), "secrets are in the log:\n{}", leaks.join("\n"));
    }
}
