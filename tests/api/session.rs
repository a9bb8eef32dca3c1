//! Who is asking: the ways to say so, logging in and out, and what ends it.

use serde_json::json;

use crate::app::{Caller, PASSWORD, TestApp, basic, credentials, spawn_app, spawn_with};
use crate::http::encoded;
use crate::program::{finish, tapeline};

const LIST: &str = "recording/recordings/list";
const LOGIN: &str = "user/login";

#[test]
fn a_supervisor_may_say_who_she_is_in_each_way_of_the_contract() {
    let app = spawn_app();
    let anon = app.anon();
    let (token, cookie) = (app.token("sara"), app.cookie("sara"));
    let who = credentials("sara", PASSWORD);
    let form = format!("auth_token={token}");
    let json = json!({"auth_username": "sara", "auth_password": PASSWORD}).to_string();
    for (way, answer) in [
        ("token in the query", anon.get(&format!("{LIST}?{form}"))),
        ("token in a form", anon.post(LIST, &form)),
        ("token in JSON", anon.post_json(LIST, &json!({ "auth_token": token }).to_string())),
        ("password in the query", anon.get(&format!("{LIST}?{who}"))),
        ("password in a form", anon.post(LIST, &who)),
        ("password in JSON", anon.post_json(LIST, &json)),
        ("password in both", anon.post(&format!("{LIST}?auth_username=sara"), &who)),
        ("Bearer", anon.clone().with("Authorization", &format!("Bearer {token}")).get(LIST)),
        ("bearer", anon.clone().with("authorization", &format!("bearer {token}")).post(LIST, "")),
        ("Basic", anon.clone().with("Authorization", &basic("sara", PASSWORD)).get(LIST)),
        ("cookie", anon.clone().with("Cookie", &format!("a=b; {cookie}; c")).get(LIST)),
    ] {
        assert_eq!(answer.rows(), "a b c d", "{way}");
    }
}

#[test]
fn the_first_way_that_is_present_decides() {
    let app = spawn_app();
    let (token, cookie) = (app.token("sara"), app.cookie("sara"));
    let (name, _) = cookie.split_once('=').expect("a name");
    let password = |password: &str| credentials("sara", password);
    // In the order of the contract: what is right, what is wrong; the fifth is not a way of its own beside the fourth.
    let ways = [
        (format!("?auth_token={token}"), "?auth_token=wrong".to_owned()),
        (format!("?{}", password(PASSWORD)), format!("?{}", password("wrong"))),
        (format!("Cookie: {cookie}"), format!("Cookie: {name}=wrong")),
        (format!("Authorization: Bearer {token}"), "Authorization: Bearer wrong".into()),
        (
            format!("Authorization: {}", basic("sara", PASSWORD)),
            format!("Authorization: {}", basic("sara", "wrong")),
        ),
    ];
    let ask = |ways: &[&str]| {
        let mut caller = app.anon();
        let mut query = String::from("limit=1");
        for way in ways {
            match (way.strip_prefix('?'), way.split_once(": ")) {
                (Some(pairs), _) => query += &format!(";{pairs}"),
                (None, Some((name, value))) => caller = caller.with(name, value),
                _ => unreachable!(),
            }
        }
        caller.get(&format!("{LIST}?{query}")).status
    };
    for (place, (right, wrong)) in ways.iter().enumerate() {
        assert_eq!((ask(&[right]), ask(&[wrong])), (200, 401), "{right}");
        for (later_right, later_wrong) in &ways[place + 1..] {
            if right.starts_with("Authorization") && later_right.starts_with("Authorization") {
                continue;
            }
            // A session that has ended is none; but a password beside it is not looked at.
            let is_there = wrong.starts_with("Cookie") && later_right.contains("Bearer");
            let expected = if is_there { 200 } else { 401 };
            assert_eq!(ask(&[wrong, later_right]), expected, "{wrong} before {later_right}");
            assert_eq!(ask(&[right, later_wrong]), 200, "{right} before {later_wrong}");
        }
    }
}

#[test]
fn one_of_name_and_password_without_the_other_is_a_401() {
    let app = spawn_app();
    let cookie = app.cookie("sara");
    for caller in [app.anon(), app.supervisor(), app.anon().with("Cookie", &cookie)] {
        for query in [
            "auth_username=sara".to_owned(),
            format!("auth_password={}", encoded(PASSWORD)),
            "auth_username=sara;auth_password=".into(),
            format!("auth_username=;auth_password={}", encoded(PASSWORD)),
        ] {
            assert_eq!(caller.get(&format!("{LIST}?{query}")).codes(), "401", "{query}");
        }
    }
    assert_eq!(
        app.supervisor().get(&format!("{LIST}?auth_token=;auth_username=;auth_password=")).status,
        200
    );
}

#[test]
fn what_is_no_credential_is_a_401_in_one_message() {
    let app = spawn_app();
    let message = app.anon().get(LIST).text();
    for value in [
        "",
        "Bearer",
        "Bearer ",
        "Basic",
        "Basic !",
        "Basic c2FyYQ==",
        "Basic /w==",
        "Digest username=\"sara\"",
        "Bearer x y",
        "sara",
        "Negotiate x",
    ] {
        let answer = app.anon().with("Authorization", value).get(LIST);
        assert_eq!(answer.codes(), "401", "{value}");
        assert_eq!(answer.text(), message);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    for who in [
        credentials("sara", "wrong"),
        credentials("nobody", PASSWORD),
        credentials("sa ra", PASSWORD),
        credentials("sara\u{200b}", PASSWORD),
        credentials("sara\0", PASSWORD),
        credentials("sara", &PASSWORD.to_uppercase()),
        credentials("' OR 1 --", PASSWORD),
        "auth_token=wrong".into(),
        format!("auth_token={}", "x".repeat(5000)),
        "auth_token=%00".into(),
    ] {
        let answer = app.anon().post(LIST, &who);
        assert_eq!(answer.codes(), "401", "{who}");
        assert_eq!(answer.text(), message);
    }
    let cookie = app.cookie("sara");
    let (name, session) = cookie.split_once('=').expect("a name");
    for cookie in
        [&format!("{name}="), name, &format!("{name}=wrong"), &format!("{name}x={session}"), "x=y", ";;="]
    {
        assert_eq!(app.anon().with("Cookie", cookie).get(LIST).text(), message, "{cookie}");
    }
    let token = app.token("sara");
    assert_eq!(app.anon().with("Cookie", &format!("{name}={token}")).get(LIST).codes(), "401");
    assert_eq!(app.anon().get(&format!("{LIST}?auth_token={}", app.session("sara"))).codes(), "401");
}

#[test]
fn login_says_who_someone_is() {
    let app = spawn_app();
    for (caller, expected) in [
        (
            app.owner(),
            json!({"id": 1, "username": "olga", "customer": 1, "role": "owner",
            "privileges": ["owner", "administrator", "record"]}),
        ),
        (
            app.administrator(),
            json!({"id": 2, "username": "adam", "customer": 1, "role": "administrator",
            "privileges": ["administrator", "record"]}),
        ),
        (
            app.supervisor(),
            json!({"id": 3, "username": "sara", "customer": 1, "role": "supervisor",
            "privileges": ["record"]}),
        ),
        (
            app.agent(),
            json!({"id": 4, "username": "anna", "customer": 1, "role": "agent",
            "privileges": ["record_own"]}),
        ),
        (app.user(), json!({"id": 5, "username": "uwe", "customer": 1, "role": "user", "privileges": []})),
    ] {
        let answer = caller.get(LOGIN);
        assert_eq!(answer.data(), expected);
        assert_eq!(answer.header("set-cookie"), None);
        assert_eq!(caller.post(LOGIN, "token=0;session=0").data(), expected);
    }
    assert_eq!(app.user().get(&format!("{LOGIN}?token=2;session=x")).codes(), "400 token, 400 session");
    assert_eq!(app.sqlite3("SELECT count(*) FROM tokens"), "0");
}

#[test]
fn a_role_is_rows_and_not_code() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO roles VALUES ('auditor', ''); INSERT INTO role_privileges VALUES ('auditor', 'record');
         INSERT INTO role_privileges VALUES ('auditor', 'unheard_of');
         UPDATE people SET role = 'auditor' WHERE username = 'uwe';",
    );
    assert_eq!(app.user().get(LIST).rows(), "a b c d");
    assert_eq!(app.user().get(LOGIN).data()["privileges"], json!(["record"]));
    app.sqlite3("DELETE FROM role_privileges WHERE role = 'auditor'");
    assert_eq!(app.user().get(LIST).codes(), "402");
}

#[test]
fn a_token_says_how_long_it_lasts_and_is_stored_as_a_hash() {
    let app = spawn_with(|config| config.token_hours = 2);
    let data = app.supervisor().post(LOGIN, "token=1").data();
    assert_eq!(data["auth_token_expiry"], 7200);
    assert!(data["auth_token_expires"].as_i64().expect("a number") > 1_700_000_000);
    let token = data["auth_token"].as_str().expect("a token");
    assert!(token.len() >= 40, "{token}");
    assert_ne!(app.token("sara"), token);
    let session = app.session("sara");
    let everything = app.sqlite3(".dump");
    for secret in [token, &session, PASSWORD] {
        assert!(!everything.contains(secret));
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!everything.to_lowercase().contains(&hex));
    }
}

#[test]
fn tokens_and_sessions_end_at_their_time() {
    let app = spawn_app();
    let by_token = app.anon().with("Authorization", &format!("Bearer {}", app.token("sara")));
    assert_eq!(by_token.get(LIST).status, 200);
    app.sqlite3("UPDATE tokens SET expires = unixepoch() - 1");
    assert_eq!(by_token.get(LIST).codes(), "401");

    for end in ["expires = unixepoch() - 1", "seen = unixepoch() - 12 * 3600 - 1"] {
        let viewer = app.viewer("sara");
        assert_eq!(viewer.get(LIST).status, 200);
        app.sqlite3(&format!("UPDATE sessions SET {end}"));
        assert_eq!(viewer.get(LIST).codes(), "401", "{end}");
    }
    let viewer = app.viewer("sara");
    app.sqlite3("UPDATE sessions SET seen = seen - 11 * 3600");
    assert_eq!(viewer.get(LIST).status, 200);
    app.sqlite3("UPDATE sessions SET seen = seen - 11 * 3600");
    assert_eq!(viewer.get(LIST).status, 200, "its use was noted");
}

#[test]
fn the_viewer_reads_while_another_program_writes() {
    let app = spawn_app();
    let viewer = app.viewer("sara");
    app.sqlite3("UPDATE sessions SET seen = seen - 3600");
    let mut shell = crate::program::Shell::open(&app.db);
    shell.run("BEGIN IMMEDIATE; UPDATE customers SET name = name;");
    assert_eq!(viewer.get(LIST).status, 200);
}

/// What a change of someone's account does to whoever is logged in as them.
fn ends(app: &TestApp, change: impl FnOnce()) -> bool {
    let token = app.anon().with("Authorization", &format!("Bearer {}", app.token("anna")));
    let viewer = app.viewer("anna");
    assert_eq!((token.get(LOGIN).status, viewer.get(LOGIN).status), (200, 200));
    change();
    match (token.get(LOGIN).status, viewer.get(LOGIN).status) {
        (200, 200) => false,
        (401, 401) => true,
        other => panic!("token and session differ: {other:?}"),
    }
}

#[test]
fn a_change_by_sqlite3_ends_tokens_and_sessions() {
    let other = tapeline::auth::hash_password("other", 4).expect("a hash");
    for (change, expected) in [
        ("UPDATE people SET role = 'supervisor' WHERE id = 4".to_owned(), true),
        ("UPDATE people SET customer = 2 WHERE id = 4".into(), true),
        (format!("UPDATE people SET hash = '{other}' WHERE id = 4"), true),
        ("PRAGMA foreign_keys = ON; DELETE FROM people WHERE id = 4".into(), true),
        ("DELETE FROM people WHERE id = 4".into(), true),
        ("DELETE FROM tokens; DELETE FROM sessions".into(), true),
        ("UPDATE people SET role = 'owner' WHERE id = 3".into(), false),
        ("UPDATE people SET name = 'Ann' WHERE id = 4".into(), false),
    ] {
        let app = spawn_app();
        assert_eq!(ends(&app, || drop(app.sqlite3(&change))), expected, "{change}");
    }
}

#[test]
fn a_change_on_the_command_line_ends_tokens_and_sessions() {
    for (arguments, input, expected) in [
        (&["user", "passwd", "anna", "--password-stdin"][..], "another secret\n", true),
        (&["user", "edit", "anna", "--role", "supervisor"], "", true),
        (&["user", "edit", "anna", "--customer", "2"], "", true),
        (&["user", "remove", "anna"], "", true),
        (&["user", "edit", "anna", "--full-name", "Ann"], "", false),
        (&["user", "edit", "sara", "--role", "owner"], "", false),
    ] {
        let app = spawn_app();
        let change = || drop(finish(tapeline().args(arguments).arg("--db").arg(&app.db), input).ok());
        assert_eq!(ends(&app, change), expected, "{arguments:?}");
    }
}

#[test]
fn a_password_that_was_right_a_moment_ago_is_looked_at_again_when_the_row_changes() {
    let app = spawn_app();
    let anna = app.agent();
    assert_eq!(anna.get(LIST).rows(), "a b c");
    app.sqlite3("UPDATE people SET role = 'supervisor' WHERE id = 4");
    assert_eq!(anna.get(LIST).rows(), "a b c d");
    app.sqlite3("UPDATE people SET customer = 2 WHERE id = 4");
    assert_eq!(anna.get(LIST).rows(), "f g");
    app.sqlite3("UPDATE people SET role = 'user' WHERE id = 4");
    assert_eq!(anna.get(LIST).codes(), "402");
    let other = tapeline::auth::hash_password("other", 4).expect("a hash");
    app.sqlite3(&format!("UPDATE people SET hash = '{other}' WHERE id = 4"));
    assert_eq!(anna.get(LOGIN).codes(), "401");
    assert_eq!(app.anon().post(LOGIN, &credentials("anna", "other")).status, 200);
    app.sqlite3("UPDATE people SET hash = 'not a hash' WHERE id = 4");
    assert_eq!(app.anon().post(LOGIN, &credentials("anna", "other")).codes(), "401");
}

#[test]
fn logout_ends_the_token_or_session_that_it_came_with() {
    let app = spawn_app();
    let tokens: Vec<Caller> =
        (0..2).map(|_| app.anon().with("Authorization", &format!("Bearer {}", app.token("sara")))).collect();
    let viewers = [app.viewer("sara"), app.viewer("sara")];
    let done = json!({"responses": [{"code": "204", "key": "", "message": "OK"}]});

    assert_eq!(tokens[0].post("user/logout", "").json(), done);
    assert_eq!(tokens[0].get(LIST).codes(), "401");
    assert_eq!(tokens[0].post("user/logout", "").codes(), "401");

    let answer = viewers[0].post("user/logout", "");
    assert_eq!(answer.json(), done);
    let cookie = answer.header("set-cookie").expect("it takes the cookie away");
    assert!(
        cookie.split(';').next().is_some_and(|pair| pair.ends_with('='))
            && cookie.contains("Path=/")
            && cookie.contains("Max-Age=0")
    );
    assert_eq!(viewers[0].get(LIST).codes(), "401");

    assert_eq!(app.supervisor().post("user/logout", "").codes(), "204", "nothing to end");
    assert_eq!((tokens[1].get(LIST).status, viewers[1].get(LIST).status), (200, 200));
}

#[test]
fn anyone_changes_the_own_password_and_stays_logged_in_where_it_was_done() {
    let app = spawn_app();
    let bearer = |token: &str| app.anon().with("Authorization", &format!("Bearer {token}"));
    let (here, elsewhere) = (bearer(&app.token("uwe")), bearer(&app.token("uwe")));
    let (viewer, sara) = (app.viewer("uwe"), app.viewer("sara"));
    let update =
        |old: &str, new: &str| format!("password_old={};password_new={}", encoded(old), encoded(new));
    let long = "x".repeat(73);
    for (form, expected) in [
        (String::new(), "400 password_old, 400 password_new"),
        (update(PASSWORD, ""), "400 password_new"),
        (update("", "brand new"), "400 password_old"),
        (update(PASSWORD, &long), "400 password_new"),
        (update("wrong", "brand new"), "400 password_old"),
        (format!("{};username=sara;id=3", update("wrong", "brand new")), "400 password_old"),
        (format!("{};password_new=brand+newer", update(PASSWORD, "brand new")), "400 password_new"),
    ] {
        assert_eq!(here.post("user/password/update", &form).codes(), expected, "{form}");
    }
    assert_eq!(app.user().get(LOGIN).status, 200);

    let answer = here.post("user/password/update", &update(PASSWORD, "brand new"));
    assert_eq!(answer.json(), json!({"responses": [{"code": "204", "key": "", "message": "OK"}]}));
    assert_eq!(app.user().get(LOGIN).codes(), "401", "the old password");
    assert_eq!(app.anon().post(LOGIN, &credentials("uwe", "brand new")).status, 200);
    assert_eq!(here.get(LOGIN).status, 200);
    assert_eq!((elsewhere.get(LOGIN).codes(), viewer.get(LOGIN).codes()), ("401".into(), "401".into()));
    assert_eq!(sara.get(LOGIN).status, 200, "somebody else");
    assert_eq!(app.supervisor().get(LOGIN).status, 200, "somebody else's password");
    assert_eq!(app.sqlite3("SELECT count(*) FROM audit WHERE action = 'user/password/update'"), "1");
}

#[test]
fn the_viewer_changes_the_password_and_keeps_the_session() {
    let app = spawn_app();
    let (viewer, other) = (app.viewer("uwe"), app.viewer("uwe"));
    let form = format!("password_old={};password_new=brand+new", encoded(PASSWORD));
    assert_eq!(viewer.post("user/password/update", &form).codes(), "204");
    assert_eq!((viewer.get(LOGIN).status, other.get(LOGIN).status), (200, 401));
    assert_eq!(viewer.post("user/logout", "").codes(), "204");
    assert_eq!(viewer.get(LOGIN).status, 401);
}

#[test]
fn passwords_are_compared_beyond_what_bcrypt_looks_at() {
    let app = spawn_app();
    let longest = "x".repeat(72);
    let hash = tapeline::auth::hash_password(&longest, 4).expect("a hash");
    app.sqlite3(&format!("UPDATE people SET hash = '{hash}' WHERE id = 5"));
    assert_eq!(app.anon().post(LOGIN, &credentials("uwe", &longest)).status, 200);
    for longer in [format!("{longest}x"), format!("{longest}y"), "x".repeat(100_000)] {
        assert_eq!(app.anon().post(LOGIN, &credentials("uwe", &longer)).codes(), "401");
    }
}

#[test]
fn the_cookie_of_the_viewer_is_of_no_use_to_other_pages() {
    let app = spawn_app();
    let here = format!("http://{}", app.address);
    let port = app.address.port();
    let cookie = app.cookie("sara");
    let sites = [None, Some("same-origin"), Some("none"), Some("same-site"), Some("cross-site"), Some("")];
    let elsewhere = [
        "http://evil.example".to_owned(),
        "null".into(),
        String::new(),
        "http://127.0.0.1".into(),
        format!("http://127.0.0.1:{}", port.wrapping_add(1)),
        format!("http://127.0.0.1.evil.example:{port}"),
        format!("http://evil.example:{port}"),
        format!("http://127.0.0.1:{port}@evil.example"),
    ];
    let origins: Vec<Option<&str>> = [None, Some(here.as_str())]
        .into_iter()
        .chain(elsewhere.iter().map(|origin| Some(origin.as_str())))
        .collect();
    for site in sites {
        for origin in &origins {
            let mut viewer = app.anon().with("Cookie", &cookie);
            if let Some(site) = site {
                viewer = viewer.with("Sec-Fetch-Site", site);
            }
            if let Some(origin) = origin {
                viewer = viewer.with("Origin", origin);
            }
            let what = format!("{site:?} {origin:?}");
            let from_here = *origin == Some(here.as_str());
            // No page can forge what browsers say there, also where a proxy made the host another one.
            let is_ours = match site {
                Some("same-origin") => Some(true),
                Some("none") | None => origin.map(|_| from_here),
                Some(_) => Some(false),
            };
            let reads = is_ours.unwrap_or(true);
            let expected = if reads { 200 } else { 401 };
            assert_eq!(viewer.get(LIST).status, expected, "reading, GET, {what}");
            assert_eq!(viewer.post(LIST, "").status, expected, "reading, POST, {what}");

            // Without parameters, whoever may change the password is told what is missing.
            assert_eq!(viewer.get("user/password/update").status, 401, "changing, GET, {what}");
            assert_eq!(viewer.get("user/logout").status, 401, "logout, GET, {what}");
            assert_eq!(viewer.get(&format!("{LOGIN}?token=1")).status, 401, "a token, GET, {what}");
            let changes = is_ours == Some(true);
            let expected = if changes { 400 } else { 401 };
            assert_eq!(viewer.post("user/password/update", "").status, expected, "changing, POST, {what}");
            let expected = if changes { 200 } else { 401 };
            assert_eq!(viewer.post(LOGIN, "token=1").status, expected, "a token, POST, {what}");
        }
    }
    assert_eq!(app.anon().with("Cookie", &cookie).get(LIST).status, 200, "none of it ended the session");
}

#[test]
fn whoever_brings_a_password_or_token_is_not_asked_where_from() {
    let app = spawn_app();
    let token = app.token("sara");
    for caller in [app.supervisor(), app.anon().with("Authorization", &format!("Bearer {token}"))] {
        let evil = caller.with("Origin", "http://evil.example").with("Sec-Fetch-Site", "cross-site");
        assert_eq!(evil.get(LIST).status, 200);
        assert_eq!(evil.get("user/password/update").codes(), "400 password_old, 400 password_new");
    }
}

#[test]
fn whatever_changes_data_is_one_audit_entry_without_a_secret() {
    let app = spawn_app();
    let before = app.sqlite3("SELECT count(*) FROM audit");
    let token = app.token("sara");
    let session = app.session("sara");
    let caller = app.anon().with("Authorization", &format!("Bearer {token}"));
    let form = format!("password_old={};password_new=hunter2-hunter", encoded(PASSWORD));
    assert_eq!(caller.post("user/password/update", &form).codes(), "204");
    assert_eq!(caller.post("user/logout", "").codes(), "204");
    assert_eq!(
        app.sqlite3(&format!(
            "SELECT person, username, address, action, customer FROM audit ORDER BY id LIMIT -1 OFFSET {before}"
        )),
        "3|sara|127.0.0.1|user/login|1\n3|sara|127.0.0.1|user/login|1\n\
         3|sara|127.0.0.1|user/password/update|1\n3|sara|127.0.0.1|user/logout|1"
    );
    let audit = app.sqlite3("SELECT * FROM audit");
    for secret in [token.as_str(), &session, PASSWORD, "hunter2", "$2b$"] {
        assert!(!audit.contains(secret), "{audit}");
    }
}

#[test]
fn a_link_elsewhere_cannot_log_the_browser_in_as_somebody_else() {
    let app = spawn_app();
    let query = format!("{LOGIN}?{};session=1", credentials("sara", PASSWORD));
    let answer = app.anon().with("Accept", "text/html,application/xhtml+xml,*/*;q=0.8").get(&query);
    assert_eq!(answer.codes(), "400 session");
    assert_eq!(answer.header("set-cookie"), None);
    let program = app.anon().with("Accept", "*/*").get(&query);
    assert!(program.header("set-cookie").is_some(), "programs may use any form");
}
