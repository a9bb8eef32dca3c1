//! Wrong passwords in the audit log: summed, and without what people type there by mistake.

use crate::app::{PASSWORD, TestApp, credentials, spawn_app};
use crate::office::waiting::until_answer;
use crate::program::{Serving, Shell, tapeline};

const LOGIN: &str = "user/login";
const FAILED: &str = "SELECT ifnull(person, ''), username, address, ifnull(customer, ''), detail FROM audit \
    WHERE action = 'user/login/failed' ORDER BY detail;";

fn fail(app: &TestApp, name: &str, times: usize) {
    for number in 0..times {
        let answer = app.anon().post(LOGIN, &credentials(name, &format!("wrong {number}")));
        assert!(matches!(answer.status, 401 | 429), "{}", answer.text());
    }
}

/// Waits until the log says so: it is told at most once a second.
fn until_log_says(app: &TestApp, expected: &[&str]) {
    until_answer(FAILED, &expected.join("\n"), || app.sqlite3(FAILED));
}

#[test]
fn wrong_passwords_are_one_entry_for_a_person_and_address_with_a_count() {
    let app = spawn_app();
    fail(&app, "anna", 1);
    until_log_says(&app, &["4|anna|127.0.0.1|1|1 wrong password"]);
    fail(&app, "ANNA ", 2);
    fail(&app, "boris", 1);
    let elsewhere = app.anon().from([127, 0, 0, 2]);
    elsewhere.post(LOGIN, &credentials("anna", "wrong"));
    elsewhere.post(
        "user/password/update",
        &format!("{};password_old=wrong;password_new=brand+new", credentials("anna", PASSWORD)),
    );
    until_log_says(
        &app,
        &[
            "6|boris|127.0.0.1|2|1 wrong password",
            "4|anna|127.0.0.2|1|2 wrong passwords",
            "4|anna|127.0.0.1|1|3 wrong passwords",
        ],
    );
    let seen = |who: &str, query: &str| {
        let data = app.person(who).get(&format!("audit/list?action=user/login/failed{query}")).data();
        let rows = data.as_array().expect("rows").iter();
        let mut names: Vec<_> =
            rows.map(|row| row["username"].as_str().expect("a name").to_owned()).collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(seen("adam", ""), "anna anna", "the administrator sees those of the own people");
    assert_eq!(seen("olga", ""), "anna anna boris");
    assert_eq!(seen("olga", ";person=6"), "boris");
}

#[test]
fn who_has_to_wait_is_in_the_log_too() {
    let app = spawn_app();
    fail(&app, "anna", 14);
    until_log_says(&app, &["4|anna|127.0.0.1|1|10 wrong passwords, 4 refused without a look"]);
}

#[test]
fn a_name_that_is_nobodys_is_counted_by_address_and_written_nowhere() {
    let app = spawn_app();
    for name in ["my secret passphrase", "anna\u{200b}", "nobody"] {
        fail(&app, name, 2);
    }
    until_log_says(&app, &["||127.0.0.1||6 wrong passwords, for names that are nobody's"]);
    assert!(!app.sqlite3(".dump").contains("passphrase"));
    assert_eq!(app.administrator().get("audit/list").data(), serde_json::json!([]));
    assert_eq!(app.owner().get("audit/list").data().as_array().map(Vec::len), Some(1));
}

#[test]
fn while_another_program_writes_failed_logins_wait_and_are_all_there_afterwards() {
    let app = spawn_app();
    let mut shell = Shell::open(&app.db);
    shell.run("BEGIN IMMEDIATE;");
    fail(&app, "anna", 3);
    shell.run("COMMIT;");
    until_log_says(&app, &["4|anna|127.0.0.1|1|3 wrong passwords"]);
}

#[test]
fn what_failed_last_is_written_when_the_server_ends_and_the_log_says_it_once() {
    let app = spawn_app();
    let (db, media) = (app.db.clone(), app.db.with_file_name("sound"));
    let mut serve = tapeline();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--db"]).arg(&db).arg("--media-root").arg(media);
    let server = Serving::start(&mut serve);
    let caller = crate::app::Caller { address: server.address, from: None, headers: Vec::new() };
    for name in ["anna", "anna", "my secret passphrase"] {
        assert_eq!(caller.post(LOGIN, &credentials(name, "wrong")).status, 401);
    }
    let log = server.stop().err;
    assert_eq!(log.matches("a login failed").count(), 2, "{log}");
    assert!(log.contains("username=anna") && !log.contains("passphrase"), "{log}");
    until_log_says(
        &app,
        &[
            "||127.0.0.1||1 wrong password, for names that are nobody's",
            "4|anna|127.0.0.1|1|2 wrong passwords",
        ],
    );
}
