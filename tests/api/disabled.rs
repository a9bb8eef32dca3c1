//! People who may not log in for now, and when people logged in last.

use serde_json::{Value, json};

use crate::app::{PASSWORD, TestApp, credentials, spawn_app, spawn_with};
use crate::http::{Answer, encoded};
use crate::office::waiting::{until_answer, wait};
use crate::program::{Folder, Said, finish, sqlite3, tapeline};

const LIST: &str = "recording/recordings/list";
const LOGIN: &str = "user/login";
const UPDATE: &str = "people/update";
const FAILED: &str = "SELECT person, username, detail FROM audit WHERE action = 'user/login/failed'";

#[track_caller]
fn done(app: &TestApp, who: &str, form: &str) {
    assert_eq!(app.person(who).post(UPDATE, form).codes(), "204", "{who} {form}");
}

#[track_caller]
fn refused(app: &TestApp, who: &str, function: &str, form: &str) -> Value {
    let answer = app.unchanged(|| app.person(who).post(function, form)).json();
    let fault = &answer["responses"][0];
    json!([fault["code"], fault["key"], fault["message"]])
}

fn login(app: &TestApp, password: &str) -> Answer {
    app.anon().post(LOGIN, &credentials("anna", password))
}

/// Every way in which anna shows who she is.
fn all_ways(app: &TestApp) -> impl Fn() -> Vec<u16> {
    let anon = app.anon();
    let token = app.anon().with("Authorization", &format!("Bearer {}", app.token("anna")));
    let parameter = format!("{LIST}?auth_token={}", app.token("anna"));
    let (viewer, basic) = (app.viewer("anna"), app.agent());
    let password = format!("{LIST}?{}", credentials("anna", PASSWORD));
    move || {
        vec![
            token.get(LIST).status,
            anon.get(&parameter).status,
            viewer.get(LIST).status,
            basic.get(LIST).status,
            anon.get(&password).status,
        ]
    }
}

#[test]
fn whoever_is_disabled_is_out_at_once_whatever_they_show_and_what_there_is_of_them_stays() {
    let app = spawn_app();
    let ask = all_ways(&app);
    // The passwords are remembered from now on.
    assert_eq!(ask(), [200; 5]);
    let entries = app.entries().len();
    done(&app, "adam", "id=4;disabled=1");
    assert_eq!(ask(), [401; 5]);
    assert_eq!(app.sqlite3("SELECT (SELECT count(*) FROM tokens) + (SELECT count(*) FROM sessions);"), "0");
    assert_eq!(app.entries()[entries..], ["2|adam|127.0.0.1|people/update|1||||anna: disabled"]);
    let kept = "SELECT (SELECT owner FROM recordgroups WHERE id = 2), (SELECT count(*) FROM recordgroup_members WHERE person = 4);";
    assert_eq!(app.sqlite3(kept), "4|1");
    assert_eq!(refused(&app, "adam", UPDATE, "id=4;disabled=2")[0], "400");
    app.unchanged(|| done(&app, "adam", "id=4;disabled=1"));

    done(&app, "adam", "id=4;disabled=0");
    assert_eq!(ask(), [401, 401, 401, 200, 200], "what had ended has ended for good");
    assert_eq!(app.entries().last().expect("an entry"), "2|adam|127.0.0.1|people/update|1||||anna: enabled");
}

#[test]
fn a_change_by_another_program_counts_with_the_next_request() {
    for change in [
        "UPDATE people SET disabled = 1 WHERE id = 4;",
        "UPDATE people SET disabled = 'yes' WHERE id = 4;",
        // Whatever ends tokens and sessions is not there.
        "DROP TRIGGER people_update_ends; UPDATE people SET disabled = 1 WHERE id = 4;",
    ] {
        let app = spawn_app();
        let ask = all_ways(&app);
        assert_eq!(ask(), [200; 5]);
        app.sqlite3(change);
        assert_eq!(ask(), [401; 5], "{change}");
        assert_eq!(login(&app, PASSWORD).codes(), "401", "{change}");
        app.sqlite3("UPDATE people SET disabled = 0 WHERE id = 4;");
        assert_eq!(login(&app, PASSWORD).codes(), "200", "{change}");
    }
}

#[test]
fn a_login_of_the_disabled_is_answered_as_a_wrong_password_is_and_the_log_says_why() {
    let app = spawn_app();
    let wrong = login(&app, "wrong");
    assert_eq!(login(&app, PASSWORD).codes(), "200");
    done(&app, "adam", "id=4;disabled=1");
    let right = login(&app, PASSWORD);
    assert_eq!((right.status, right.text()), (wrong.status, wrong.text()));
    let log = "4|anna|2 attempts, of a person who is disabled";
    until_answer(FAILED, log, || app.sqlite3(FAILED));
    let entries = app.administrator().get("audit/list?action=user/login/failed").text();
    assert!(entries.contains("disabled"), "the administrator reads it: {entries}");
}

#[test]
fn the_right_password_of_the_disabled_is_a_guess_like_any_other() {
    let (enabled, disabled) = (spawn_app(), spawn_app());
    done(&disabled, "adam", "id=4;disabled=1");
    let guesses = |app: &TestApp, last: &str| {
        let wrong = (0..9).map(|number| format!("wrong {number}"));
        let all = wrong.chain([last.to_owned(), "one more".into()]);
        all.map(|guess| login(app, &guess).codes()).collect::<Vec<_>>()
    };
    assert_eq!(guesses(&disabled, PASSWORD), guesses(&enabled, "another wrong one"));
}

#[test]
fn nobody_disables_themselves_the_last_owner_or_who_may_do_more() {
    let app = spawn_app();
    let said = |message: &str| json!(["400", "disabled", message]);
    let last = "This is the last owner; make somebody else an owner first";
    let own = "You cannot disable yourself; ask another administrator";
    assert_eq!(refused(&app, "adam", UPDATE, "id=2;disabled=1"), said(own));
    assert_eq!(refused(&app, "olga", UPDATE, "id=1;disabled=1"), said(own));
    assert_eq!(refused(&app, "adam", UPDATE, "id=1;disabled=1")[2], "Only an owner may change an owner");
    assert_eq!(refused(&app, "adam", UPDATE, "id=6;disabled=1")[0], "404");
    assert_eq!(refused(&app, "sara", UPDATE, "id=4;disabled=1")[0], "402");

    done(&app, "olga", "id=2;role=owner");
    done(&app, "adam", "id=1;disabled=1");
    // Of two owners one is disabled now, so that the other one is the last.
    assert_eq!(refused(&app, "adam", UPDATE, "id=2;role=user"), json!(["400", "role", last]));
    let cli = |words: &[&str]| finish(tapeline().args(words).arg("--db").arg(&app.db), "");
    for words in [["user", "disable", "adam"], ["user", "remove", "adam"]] {
        assert!(app.unchanged(|| cli(&words)).refusal().contains("last owner"), "{words:?}");
    }
    done(&app, "adam", "id=1;disabled=0");
    cli(&["user", "disable", "ADAM"]).ok();
    assert_eq!(app.administrator().get(LOGIN).status, 401);
}

#[test]
fn the_command_line_disables_and_enables_and_tells_who_is() {
    let app = spawn_app();
    let ask = all_ways(&app);
    let cli = |words: &[&str]| -> Said { finish(tapeline().args(words).arg("--db").arg(&app.db), "") };
    assert_eq!(ask(), [200; 5]);
    assert_eq!(
        cli(&["user", "disable", "anna"]).ok(),
        "anna is logged out everywhere and cannot log in. To undo it: tapeline user enable anna\n"
    );
    assert_eq!(ask(), [401; 5]);
    let listed = cli(&["user", "list"]).ok();
    let of = |name: &str| listed.lines().find(|line| line.contains(name)).expect("a line").to_owned();
    assert!(of("anna").ends_with("disabled") && of("boris").ends_with("never"), "{listed}");
    assert_eq!(cli(&["user", "enable", "anna"]).ok(), "anna can log in again.\n");
    assert_eq!(app.agent().get(LIST).status, 200);
    assert!(cli(&["user", "disable", "nobody"]).refusal().contains("tapeline user list"));
}

// When somebody logged in last.

fn last_login(app: &TestApp, person: i64) -> Value {
    let rows = app.owner().get("people/list").data();
    let row = rows.as_array().expect("rows").iter().find(|row| row["id"] == person).expect("the person");
    row["last_login"].clone()
}

#[test]
fn a_login_by_the_page_by_a_token_and_by_a_password_with_a_request_is_noted() {
    let app = spawn_app();
    let now = || app.sqlite3("SELECT unixepoch();").parse::<i64>().expect("a time");
    assert_eq!(last_login(&app, 3), 0, "never");
    let begun = now();
    app.token("sara");
    let token = last_login(&app, 3).as_i64().expect("a time");
    app.cookie("anna");
    let session = last_login(&app, 4).as_i64().expect("a time");
    assert!((begun..=now()).contains(&token) && (begun..=now()).contains(&session));

    assert_eq!(app.anon().post(LOGIN, &credentials("uwe", "wrong")).status, 401);
    assert_eq!(last_login(&app, 5), 0, "that was none");
    // It is not noted while somebody writes; the next one is.
    wait("the login", || {
        assert_eq!(app.user().get(LOGIN).status, 200);
        last_login(&app, 5).as_i64().filter(|time| *time >= begun)
    });
}

#[test]
fn requests_are_noted_once_an_hour_at_most() {
    let app = spawn_app();
    let (sara, begun) = (app.supervisor(), app.sqlite3("SELECT unixepoch() - 3000;"));
    let bearer = app.anon().with("Authorization", &format!("Bearer {}", app.token("sara")));
    app.sqlite3(&format!("UPDATE people SET last_login = {begun} WHERE id = 3;"));
    for _ in 0..5 {
        assert_eq!((sara.get(LOGIN).status, bearer.get(LIST).status), (200, 200));
    }
    // Another person's is noted behind these.
    wait("the login", || {
        assert_eq!(app.user().get(LOGIN).status, 200);
        last_login(&app, 5).as_i64().filter(|time| *time > 0)
    });
    assert_eq!(last_login(&app, 3).to_string(), begun);
}

#[test]
fn an_upgrade_takes_logins_from_the_audit_log_and_knows_nothing_of_others() {
    let folder = Folder::new();
    let db = folder.file("old.db");
    sqlite3(&db, include_str!("../data/versions/6.sql"));
    sqlite3(
        &db,
        "INSERT INTO customers (id, name) VALUES (1, 'Alder');
         INSERT INTO people (id, customer, username, role, hash) VALUES (1, 1, 'olga', 'owner', 'x'), (2, 1, 'adam', 'user', 'x');
         INSERT INTO audit (time, person, username, action) VALUES (1700000000, 1, 'olga', 'user/login'),
           (1700000500, 1, 'olga', 'user/login'), (1700000600, 1, 'olga', 'user/logout'), (1700000700, 2, 'adam', 'groups/create');
         PRAGMA application_id = 0x54415045; PRAGMA user_version = 6;",
    );
    let list = || finish(tapeline().args(["user", "list", "--json", "--db"]).arg(&db), "").ok();
    let seen = || -> Vec<Value> {
        let rows: Vec<Value> = serde_json::from_str(&list()).expect("JSON");
        rows.into_iter().map(|row| json!([row["username"], row["disabled"], row["last_login"]])).collect()
    };
    let expected = [json!(["adam", 0, null]), json!(["olga", 0, 1_700_000_500])];
    assert_eq!(seen(), expected);
    assert_eq!(seen(), expected, "a second start changes nothing");
    sqlite3(
        &db,
        "INSERT INTO people (id, customer, username, role, hash) VALUES (3, 1, 'new', 'user', 'x');",
    );
    assert_eq!(seen()[1], json!(["new", 0, 0]), "who came later never did");
    assert_eq!(sqlite3(&db, "PRAGMA user_version;"), "9");
}

#[test]
fn the_list_of_people_has_their_groups_and_what_is_not_known_is_null_in_every_dress() {
    let app = spawn_with(|config| config.compat = tapeline::config::Compat::Enswitch);
    app.sqlite3(
        "UPDATE people SET last_login = NULL WHERE id = 4; UPDATE recordgroups SET owner = 4 WHERE id = 5;",
    );
    let rows = app.administrator().get("people/list").json()["data"].take();
    let anna = rows.as_array().expect("rows").iter().find(|row| row["id"] == "4").expect("anna");
    // The fifth is another customer's, of whatever she is called the owner.
    assert_eq!(
        (&anna["groups"], &anna["last_login"], &anna["disabled"]),
        (&json!("1,2"), &Value::Null, &json!("0"))
    );
}

#[test]
fn a_disabled_person_gets_a_new_password_and_is_disabled_still() {
    let app = spawn_app();
    done(&app, "adam", "id=4;disabled=1");
    let form = format!("id=4;password_new={}", encoded("a new password"));
    assert_eq!(app.administrator().post("people/password/update", &form).codes(), "204");
    assert_eq!(login(&app, "a new password").codes(), "401");
    done(&app, "adam", "id=4;disabled=0");
    assert_eq!(login(&app, "a new password").codes(), "200");
}
