//! recording/groups/members/…

use serde_json::json;

use crate::app::{TestApp, spawn_app};

const LIST: &str = "recording/groups/members/list";
const ADD: &str = "recording/groups/members/add";
const REMOVE: &str = "recording/groups/members/remove";
const DONE: &str = r#"{"responses":[{"code":"204","key":"","message":"OK"}]}"#;

#[track_caller]
fn refused(app: &TestApp, who: &str, function: &str, form: &str) -> String {
    app.unchanged(|| app.person(who).post(function, form).codes())
}

#[test]
fn an_administrator_makes_members_and_ends_it() {
    let app = spawn_app();
    let adam = app.administrator();
    assert_eq!(
        adam.get(&format!("{LIST}?recordgroup=1")).data(),
        json!([{"person": 4, "username": "anna", "name": "Anna", "role": "agent"}])
    );
    assert_eq!(adam.get(&format!("{LIST}?recordgroup=3")).data(), json!([]));
    for _ in 0..2 {
        assert_eq!(adam.post(ADD, "recordgroup=3;person=4").text(), DONE);
    }
    assert_eq!(app.agent().get("recording/recordings/list?recordgroup=3").rows(), "d");
    for _ in 0..2 {
        assert_eq!(adam.post(REMOVE, "recordgroup=3;person=4").text(), DONE);
    }
    assert_eq!(app.agent().get("recording/recordings/list?recordgroup=3").codes(), "400 recordgroup");
    assert_eq!(app.owner().post(ADD, "recordgroup=5;person=7").text(), DONE);
    assert_eq!(
        app.entries(),
        [
            "2|adam|127.0.0.1|groups/members/add|1|3|||person 4",
            "2|adam|127.0.0.1|groups/members/remove|1|3|||person 4",
            "1|olga|127.0.0.1|groups/members/add|2|5|||person 7",
        ]
    );
}

#[test]
fn membership_stays_within_a_customer() {
    let app = spawn_app();
    for (who, function, form, codes) in [
        ("sara", LIST, "recordgroup=1", "402"),
        ("sara", ADD, "recordgroup=1;person=4", "402"),
        ("anna", REMOVE, "recordgroup=1;person=4", "402"),
        ("adam", LIST, "", "400 recordgroup"),
        ("adam", LIST, "recordgroup=4", "404 recordgroup"),
        ("adam", LIST, "recordgroup=99", "404 recordgroup"),
        ("adam", ADD, "", "400 recordgroup, 400 person"),
        ("adam", ADD, "recordgroup=x;person=y", "400 recordgroup, 400 person"),
        ("adam", ADD, "recordgroup=4;person=7", "404 recordgroup"),
        ("adam", ADD, "recordgroup=1;person=7", "400 person"),
        ("adam", ADD, "recordgroup=1;person=99", "400 person"),
        ("adam", REMOVE, "recordgroup=4;person=7", "404 recordgroup"),
        ("olga", ADD, "recordgroup=4;person=4", "400 person"),
    ] {
        assert_eq!(refused(&app, who, function, form), codes, "{who} {function} {form}");
    }
}

#[test]
fn a_stranger_whom_another_program_made_a_member_is_not_shown_and_can_be_removed() {
    let app = spawn_app();
    app.sqlite3("INSERT INTO recordgroup_members VALUES (7, 1);");
    let names = app.administrator().get(&format!("{LIST}?recordgroup=1"));
    assert!(!names.text().contains("bea"));
    assert_eq!(app.administrator().post(REMOVE, "recordgroup=1;person=7").text(), DONE);
    assert_eq!(
        app.sqlite3("SELECT group_concat(person) FROM recordgroup_members WHERE recordgroup = 1;"),
        "4"
    );
}
