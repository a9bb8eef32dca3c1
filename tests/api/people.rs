//! people/…, roles/list and customers/list.

use serde_json::{Value, json};

use crate::app::{PASSWORD, TestApp, credentials, spawn_app, spawn_with};
use crate::http::encoded;

const LIST: &str = "people/list";
const CREATE: &str = "people/create";
const UPDATE: &str = "people/update";
const PASSWORD_UPDATE: &str = "people/password/update";
const DELETE: &str = "people/delete";
const DONE: &str = r#"{"responses":[{"code":"204","key":"","message":"OK"}]}"#;
const VALIDATED: &str = r#"{"responses":[{"code":"201","key":"","message":"OK"}]}"#;

#[track_caller]
fn refused(app: &TestApp, who: &str, function: &str, form: &str) -> String {
    app.unchanged(|| app.person(who).post(function, form).codes())
}

#[track_caller]
fn done(app: &TestApp, who: &str, function: &str, form: &str) {
    let answer = app.person(who).post(function, form);
    assert_eq!((answer.status, answer.text().as_str()), (200, DONE), "{who} {function} {form}");
}

fn names(app: &TestApp, who: &str, query: &str) -> String {
    let data = app.person(who).get(&format!("{LIST}?{query}")).data();
    let names = data.as_array().expect("rows").iter();
    names.map(|row| row["username"].as_str().expect("text")).collect::<Vec<_>>().join(" ")
}

fn logs_in(app: &TestApp, name: &str, password: &str) -> bool {
    app.anon().post("user/login", &credentials(name, password)).status == 200
}

// list

#[test]
fn an_administrator_lists_the_people_of_the_customer_without_hashes() {
    let app = spawn_app();
    // A session, with which nothing is noted later.
    let adam = app.viewer("adam");
    app.sqlite3(
        "UPDATE people SET created = 1700000000 + id; UPDATE people SET last_login = NULL WHERE id = 2;",
    );
    let answer = adam.get(LIST);
    assert!(!answer.text().contains("$2"));
    let person = |id: i64, username: &str, name: &str, role: &str| json!({"id": id, "customer": 1, "username": username, "name": name, "role": role, "created": 1_700_000_000 + id, "disabled": 0, "last_login": if id == 2 { Value::Null } else { 0.into() }, "groups": if id == 4 { "1,2" } else { "" }});
    assert_eq!(
        answer.data(),
        json!([
            person(2, "adam", "Adam", "administrator"),
            person(4, "anna", "Anna", "agent"),
            person(1, "olga", "Olga", "owner"),
            person(3, "sara", "Sara", "supervisor"),
            person(5, "uwe", "Uwe", "user"),
        ])
    );
    let json = answer.json();
    let sent: Vec<&str> = json["data"][0].as_object().expect("a row").keys().map(String::as_str).collect();
    assert_eq!(
        sent,
        ["id", "customer", "username", "name", "role", "created", "disabled", "last_login", "groups"]
    );
}

#[test]
fn people_are_listed_in_pages_and_counted() {
    let app = spawn_app();
    for (query, expected) in [
        ("limit=2", "adam anna"),
        ("limit=2;offset=2", "olga sara"),
        ("limit=2;offset=4", "uwe"),
        ("offset=3", "sara uwe"),
        ("offset=9", ""),
        ("limit=0", "adam anna olga sara uwe"),
        ("customer=1;limit=1", "adam"),
    ] {
        assert_eq!(names(&app, "adam", query), expected, "{query}");
    }
    assert_eq!(names(&app, "olga", "customer=2"), "bea boris");
    assert_eq!(names(&app, "olga", "limit=1"), "adam", "the home customer's");
    let count = |who: &str, query: &str| app.person(who).get(&format!("{LIST}?count=1{query}")).data();
    assert_eq!(count("adam", ";limit=1;offset=3"), json!({"count": 5}));
    assert_eq!(count("olga", ";customer=2"), json!({"count": 2}));
    for (who, query, codes) in [
        ("sara", "", "402"),
        ("anna", "customer=x", "402"),
        ("adam", "customer=2", "400 customer"),
        ("adam", "customer=99", "400 customer"),
        ("olga", "customer=99", "400 customer"),
        ("adam", "customer=2;limit=-1;offset=-1;count=2", "400 customer, 400 limit, 400 offset, 400 count"),
    ] {
        assert_eq!(refused(&app, who, LIST, query), codes, "{who} {query}");
    }
}

#[test]
fn roles_and_customers_are_there_to_choose_from() {
    let app = spawn_app();
    assert_eq!(
        app.administrator().get("roles/list").data(),
        json!([
            {"name": "owner", "description": "Everything, for every customer",
             "privileges": ["owner", "administrator", "record"]},
            {"name": "administrator", "description": "Groups, people, audit log and recordings of the own customer",
             "privileges": ["administrator", "record"]},
            {"name": "supervisor", "description": "All recordings of the own customer", "privileges": ["record"]},
            {"name": "agent", "description": "Recordings of the own groups, to listen to",
             "privileges": ["record_own"]},
            {"name": "user", "description": "May log in, nothing else", "privileges": []},
        ])
    );
    assert_eq!(app.administrator().get("customers/list").data(), json!([{"id": 1, "name": "Alder"}]));
    assert_eq!(
        app.owner().get("customers/list").data(),
        json!([{"id": 1, "name": "Alder"}, {"id": 2, "name": "Birch"}])
    );
    for function in ["roles/list", "customers/list"] {
        assert_eq!(refused(&app, "sara", function, ""), "402");
    }
}

// create

#[test]
fn an_administrator_adds_somebody_who_can_log_in() {
    let app = spawn_app();
    let password = "pass word; & ü";
    let form = format!("username=zo%C3%AB;name=Zo%C3%AB+Z;role=agent;password={}", encoded(password));
    let answer = app.administrator().post(CREATE, &form);
    assert_eq!(answer.text(), r#"{"responses":[{"code":"200","key":"","message":"OK"}],"data":{"id":8}}"#);
    assert!(logs_in(&app, "zoë", password) && !logs_in(&app, "zoë", "other"));
    assert_eq!(
        app.sqlite3("SELECT customer, username, name, role, created BETWEEN unixepoch() - 60 AND unixepoch() FROM people WHERE id = 8;"),
        "1|zoë|Zoë Z|agent|1"
    );
    let owner = app
        .owner()
        .post(CREATE, "username=bill;role=owner;password=long+enough;customer=2;name=;validation=0");
    assert_eq!(owner.data(), json!({"id": 9}));
    assert_eq!(
        app.entries(),
        [
            "2|adam|127.0.0.1|people/create|1||||zoë: person 8, role agent",
            "1|olga|127.0.0.1|people/create|2||||bill: person 9, role owner",
        ]
    );
    let everything = app.sqlite3("SELECT * FROM audit;");
    assert!(!everything.contains(password) && !everything.contains("$2"));
}

#[test]
fn every_fault_of_a_new_person_is_named() {
    let app = spawn_app();
    let long = "x".repeat(73);
    for (who, form, codes) in [
        ("sara", "username=x;role=user;password=long+enough", "402"),
        ("adam", "", "400 username, 400 role, 400 password"),
        ("adam", "username=;role=;password=", "400 role, 400 username, 400 password"),
        ("adam", "username=a:b;role=boss;password=long+enough", "400 role, 400 username"),
        ("adam", "username=a%0ab;role=user;password=long+enough", "400 username"),
        ("adam", "username=anna;role=user;password=long+enough", "400 username"),
        ("adam", &format!("username=x;role=user;password={long}"), "400 password"),
        ("adam", "username=x;role=user;password=long+enough;customer=2", "400 customer"),
        ("adam", "username=x;role=user;password=long+enough;customer=99", "400 customer"),
        ("olga", "username=x;role=user;password=long+enough;customer=99", "400 customer"),
        ("adam", "username=x;role=owner;password=long+enough", "400 role"),
        ("adam", "username=anna;role=owner;customer=2", "400 role, 400 username, 400 customer, 400 password"),
        ("adam", "username=x;role=user;password=long+enough;validation=2", "400 validation"),
        ("adam", "username=anna;role=user;password=long+enough;validation=1", "400 username"),
    ] {
        assert_eq!(refused(&app, who, CREATE, form), codes, "{who} {form}");
    }
    let form = "username=x;role=user;password=a-secret-x;validation=1";
    assert_eq!(app.unchanged(|| app.administrator().post(CREATE, form)).text(), VALIDATED);
    let wrong = app.administrator().post(CREATE, &format!("username=x;role=user;password={long}"));
    assert!(!wrong.text().contains(&long));
}

// update

#[test]
fn an_administrator_changes_what_is_sent_and_a_new_role_logs_out() {
    let app = spawn_app();
    let (token, session) = (app.token("anna"), app.cookie("anna"));
    let entries = app.entries().len();
    done(&app, "adam", UPDATE, "id=4;name=Anna+A.");
    let bearer = app.anon().with("Authorization", &format!("Bearer {token}"));
    assert_eq!(bearer.get("user/login").status, 200, "a new name does not log out");
    done(&app, "adam", UPDATE, "id=4;role=supervisor;username=anne");
    assert_eq!(bearer.get("user/login").status, 401);
    let cookie = app.anon().with("Cookie", &session);
    assert_eq!(cookie.get("user/login").status, 401);
    assert!(logs_in(&app, "anne", PASSWORD) && !logs_in(&app, "anna", PASSWORD));
    assert_eq!(app.person("anne").get("recording/recordings/list?recordgroup=3").rows(), "d");
    done(&app, "adam", UPDATE, "id=4;name=");
    for form in ["id=4", "id=4;name=", "id=4;username=anne;role=supervisor;customer=1"] {
        app.unchanged(|| done(&app, "adam", UPDATE, form));
    }
    assert_eq!(
        app.entries()[entries..],
        [
            "2|adam|127.0.0.1|people/update|1||||anna: name Anna A.",
            "2|adam|127.0.0.1|people/update|1||||anna: username anne, role supervisor",
            "2|adam|127.0.0.1|people/update|1||||anne: no name",
        ]
    );
}

#[test]
fn an_owner_moves_people_between_customers_and_their_groups_stay_behind() {
    let app = spawn_app();
    done(&app, "olga", UPDATE, "id=4;customer=2");
    assert_eq!(app.sqlite3("SELECT count(*) FROM recordgroup_members WHERE person = 4;"), "0");
    assert_eq!(app.sqlite3("SELECT owner FROM recordgroups WHERE id = 2;"), "0");
    assert_eq!(app.agent().get("recording/recordings/list").rows(), "");
    assert_eq!(names(&app, "olga", "customer=2"), "anna bea boris");
}

#[test]
fn an_update_of_a_person_is_refused_in_the_order_of_the_contract() {
    let app = spawn_app();
    for (who, form, codes) in [
        ("uwe", "id=x", "402"),
        ("sara", "id=4;name=x", "402"),
        ("adam", "", "400 id"),
        ("adam", "id=x;username=a:b", "400 id, 400 username"),
        ("adam", "id=99;role=boss", "400 role"),
        ("adam", "id=6;role=agent", "404 id"),
        ("adam", "id=99;role=agent", "404 id"),
        ("adam", "id=4;username=", "400 username"),
        ("adam", "id=4;role=", "400 role"),
        ("adam", "id=4;username=sara", "400 username"),
        ("adam", "id=4;customer=2", "400 customer"),
        ("adam", "id=4;customer=99;username=sara;role=boss", "400 role, 400 username, 400 customer"),
        ("adam", "id=4;name=x;validation=x", "400 validation"),
        ("olga", "id=4;customer=99", "400 customer"),
    ] {
        assert_eq!(refused(&app, who, UPDATE, form), codes, "{who} {form}");
    }
    for function in [UPDATE, PASSWORD_UPDATE, DELETE] {
        let ask = |id: i64| {
            app.administrator().post(function, &format!("id={id};name=x;password_new=long+enough")).text()
        };
        assert_eq!(app.unchanged(|| ask(6)), ask(99), "{function}");
    }
    let answer = app.unchanged(|| app.administrator().post(UPDATE, "id=4;name=x;validation=1"));
    assert_eq!(answer.text(), VALIDATED);
}

#[test]
fn an_administrator_neither_makes_nor_changes_an_owner() {
    let app = spawn_app();
    for (function, form, codes) in [
        (UPDATE, "id=4;role=owner", "400 role"),
        (UPDATE, "id=2;role=owner", "400 role"),
        (UPDATE, "id=1;name=x", "400 id"),
        (UPDATE, "id=1;role=user", "400 role"),
        (PASSWORD_UPDATE, "id=1;password_new=long+enough", "400 id"),
        (DELETE, "id=1", "400 id"),
    ] {
        assert_eq!(refused(&app, "adam", function, form), codes, "{function} {form}");
    }
    // A role of one's own that gives the privilege is an owner's too.
    app.sqlite3(
        "INSERT INTO roles VALUES ('chief', ''); INSERT INTO role_privileges VALUES ('chief', 'owner');",
    );
    assert_eq!(refused(&app, "adam", UPDATE, "id=4;role=chief"), "400 role");
    done(&app, "olga", UPDATE, "id=4;role=chief");
    assert_eq!(refused(&app, "adam", DELETE, "id=4"), "400 id");
    done(&app, "anna", DELETE, "id=1");
}

#[test]
fn nobody_removes_the_last_owner_or_the_own_rights_by_accident() {
    let app = spawn_app();
    for (who, function, form, codes) in [
        ("olga", UPDATE, "id=1;role=administrator", "400 role"),
        ("olga", UPDATE, "id=1;role=user", "400 role"),
        ("olga", DELETE, "id=1", "400 id"),
        ("adam", UPDATE, "id=2;role=supervisor", "400 role"),
        ("adam", DELETE, "id=2", "400 id"),
        ("adam", PASSWORD_UPDATE, "id=2;password_new=long+enough", "400 id"),
        ("olga", PASSWORD_UPDATE, "id=1;password_new=long+enough", "400 id"),
    ] {
        assert_eq!(refused(&app, who, function, form), codes, "{who} {function} {form}");
    }
    let message =
        app.owner().post(UPDATE, "id=1;role=administrator").json()["responses"][0]["message"].take();
    assert_eq!(message, Value::from("This is the last owner; make somebody else an owner first"));
    done(&app, "olga", UPDATE, "id=4;role=owner");
    assert_eq!(refused(&app, "olga", UPDATE, "id=1;role=user"), "400 role", "she would lock herself out");
    done(&app, "olga", UPDATE, "id=1;role=administrator");
    assert_eq!(refused(&app, "anna", UPDATE, "id=4;role=administrator"), "400 role");
    done(&app, "adam", UPDATE, "id=2;name=Still+me");
}

// password and delete

#[test]
fn a_new_password_from_an_administrator_logs_out_everywhere() {
    let app = spawn_app();
    let (token, session) = (app.token("anna"), app.cookie("anna"));
    let entries = app.entries().len();
    done(&app, "adam", PASSWORD_UPDATE, "id=4;password_new=brand+new");
    assert!(logs_in(&app, "anna", "brand new") && !logs_in(&app, "anna", PASSWORD));
    assert_eq!(app.anon().get(&format!("user/login?auth_token={token}")).status, 401);
    assert_eq!(app.anon().with("Cookie", &session).get("user/login").status, 401);
    assert_eq!(app.sqlite3("SELECT count(*) FROM tokens; SELECT count(*) FROM sessions;"), "0\n0");
    assert_eq!(app.entries()[entries..], ["2|adam|127.0.0.1|people/password/update|1||||anna"]);
    for (form, codes) in [
        ("", "400 id, 400 password_new"),
        ("id=4;password_new=", "400 password_new"),
        (&*format!("id=4;password_new={}", "x".repeat(73)), "400 password_new"),
        ("id=6;password_new=long+enough", "404 id"),
    ] {
        assert_eq!(refused(&app, "adam", PASSWORD_UPDATE, form), codes, "{form}");
    }
}

#[test]
fn a_new_password_has_eight_characters_and_is_none_that_is_tried_first() {
    let app = spawn_app();
    app.sqlite3("UPDATE people SET username = 'sara-marie' WHERE id = 3;");
    let common = "The password is one of the commonest, which are tried first; choose another one";
    for (password, said) in [
        ("a", "The password has 1 character; choose one of at least 8"),
        ("pässwör", "The password has 7 characters; choose one of at least 8"),
        ("12345678", common),
        ("Password1", common),
        ("Sara-Marie", "The password is the name to log in with; choose another one"),
    ] {
        let word = encoded(password);
        let is_name = password.starts_with("Sara");
        let create =
            format!("username={};role=user;password={word}", if is_name { "SARA-marie" } else { "new" });
        let own = format!("password_old={};password_new={word}", encoded(PASSWORD));
        for (who, function, form) in [
            ("adam", CREATE, &create),
            ("adam", PASSWORD_UPDATE, &format!("id=3;password_new={word}")),
            ("sara-marie", "user/password/update", &own),
        ] {
            let answer = app.unchanged(|| app.person(who).post(function, form)).json();
            let faults = answer["responses"].as_array().expect("faults");
            assert!(faults.iter().any(|fault| fault["message"] == said), "{function} {password}: {answer}");
        }
    }
    // In another script eight are eight, however many bytes they have.
    done(&app, "adam", PASSWORD_UPDATE, &format!("id=4;password_new={}", encoded("日本語の録音です")));
}

#[test]
fn the_setting_says_how_short_a_password_may_be_and_what_is_there_goes_on_working() {
    let app = spawn_with(|config| config.password_minimum = 12);
    let hash = tapeline::auth::hash_password("a", 4).expect("a hash");
    app.sqlite3(&format!("UPDATE people SET hash = '{hash}' WHERE id = 4;"));
    assert!(logs_in(&app, "anna", "a"));
    let own = |password: &str| format!("password_old=a;password_new={password}");
    let anna = app.anon().with("Authorization", &crate::app::basic("anna", "a"));
    let answer = anna.post("user/password/update", &own("eleven-char"));
    assert_eq!(
        answer.json()["responses"][0]["message"],
        "The password has 11 characters; choose one of at least 12"
    );
    assert_eq!(anna.post("user/password/update", &own("twelve-chars")).codes(), "204");
    assert!(logs_in(&app, "anna", "twelve-chars"));
}

#[test]
fn a_wrong_present_password_is_told_in_words() {
    let app = spawn_app();
    let answer = app.agent().post("user/password/update", "password_old=not+it;password_new=brand+new");
    let said = &answer.json()["responses"][0];
    assert_eq!(
        (&said["key"], &said["message"]),
        (&json!("password_old"), &json!("That is not your present password"))
    );
}

#[test]
fn who_is_deleted_is_gone_at_once_and_stays_in_the_log() {
    let app = spawn_app();
    let token = app.token("anna");
    let entries = app.entries().len();
    done(&app, "adam", DELETE, "id=4");
    assert!(!logs_in(&app, "anna", PASSWORD));
    assert_eq!(app.anon().get(&format!("user/login?auth_token={token}")).status, 401);
    assert_eq!(
        app.sqlite3("SELECT (SELECT count(*) FROM recordgroup_members WHERE person = 4), (SELECT owner FROM recordgroups WHERE id = 2), (SELECT count(*) FROM tokens);"),
        "0|0|0"
    );
    assert_eq!(app.entries()[entries..], ["2|adam|127.0.0.1|people/delete|1||||anna: person 4"]);
    assert_eq!(refused(&app, "adam", DELETE, "id=4"), "404 id");
    assert_eq!(refused(&app, "adam", DELETE, ""), "400 id");
    // The id is not given to anybody else.
    assert_eq!(
        app.administrator().post(CREATE, "username=anna;role=user;password=long+enough").data(),
        json!({"id": 8})
    );
}

#[test]
fn enswitch_gets_strings_of_people_too() {
    let app = spawn_with(|config| config.compat = tapeline::config::Compat::Enswitch);
    let row = app.administrator().get(&format!("{LIST}?limit=1")).json()["data"][0].take();
    assert_eq!((&row["id"], &row["customer"]), (&json!("2"), &json!("1")));
    let made = app.administrator().post(CREATE, "username=x;role=user;password=long+enough").json();
    assert_eq!(made["data"], json!({"id": "8"}));
}
