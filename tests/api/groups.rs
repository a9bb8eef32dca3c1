//! recording/groups/…

use serde_json::{Value, json};

use crate::app::{TestApp, spawn_app};
use crate::http::Answer;
use crate::program::run;

fn group(id: i64, customer: i64, name: &str, owner: i64) -> Value {
    json!({
        "id": id, "customer": customer, "name": name, "description": "", "email": "", "expires": 365,
        "fraction": 100, "beep": 0, "owner": owner, "record_in": 1, "record_out": 1, "transcribe": 0
    })
}

fn ids(answer: &Answer) -> Vec<i64> {
    let data = answer.data();
    data.as_array().expect("rows").iter().map(|row| row["id"].as_i64().expect("a number")).collect()
}

#[test]
fn a_supervisor_lists_the_groups_of_the_home_customer() {
    let app = spawn_app();
    let mut groups = app.supervisor().get("recording/groups/list").data();
    groups.as_array_mut().expect("rows").sort_by_key(|row| row["id"].as_i64());
    assert_eq!(
        groups,
        json!([group(1, 1, "Reception", 0), group(2, 1, "Sales", 4), group(3, 1, "Support", 0)])
    );
}

#[test]
fn an_agent_lists_the_own_groups_only() {
    let app = spawn_app();
    let mut groups = ids(&app.agent().get("recording/groups/list"));
    groups.sort_unstable();
    assert_eq!(groups, [1, 2]);
    assert_eq!(ids(&app.person("bea").get("recording/groups/list")), [4]);
}

#[test]
fn an_owner_lists_the_groups_of_any_customer() {
    let app = spawn_app();
    let mut groups = ids(&app.owner().get("recording/groups/list?customer=2"));
    groups.sort_unstable();
    assert_eq!(groups, [4, 5]);
    assert_eq!(app.owner().get("recording/groups/list?customer=3").codes(), "400 customer");
}

#[test]
fn a_group_is_got_by_those_who_may_see_it() {
    let app = spawn_app();
    let get = |id: i64| format!("recording/groups/get?id={id}");
    assert_eq!(app.supervisor().get(&get(2)).data(), group(2, 1, "Sales", 4));
    assert_eq!(app.agent().get(&get(2)).data(), group(2, 1, "Sales", 4));
    assert_eq!(app.owner().get(&get(5)).data(), group(5, 2, "Yard", 6));
    assert_eq!(app.agent().get(&get(3)).codes(), "404 id");
    assert_eq!(app.supervisor().get(&get(4)).codes(), "404 id");
    assert_eq!(app.stranger().get(&get(1)).codes(), "404 id");
    assert_eq!(app.supervisor().get("recording/groups/get").codes(), "400 id");
}

#[test]
fn a_group_that_only_a_row_names_is_listed_as_soon_as_the_row_is_there() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid) VALUES (77, 12, 'x'), (1, 13, 'y');",
    );
    assert_eq!(app.owner().get("recording/groups/get?id=12").data(), group(12, 77, "Group 12", 0));
    assert_eq!(
        app.owner().get("recording/groups/list?customer=77").data(),
        json!([group(12, 77, "Group 12", 0)])
    );
    assert_eq!(app.supervisor().get("recording/groups/get?id=13").data(), group(13, 1, "Group 13", 0));
    assert_eq!(app.sqlite3("SELECT name FROM customers WHERE id = 77"), "Customer 77");
}

const CREATE: &str = "recording/groups/create";
const UPDATE: &str = "recording/groups/update";
const DELETE: &str = "recording/groups/delete";
const DONE: &str = r#"{"responses":[{"code":"204","key":"","message":"OK"}]}"#;
const VALIDATED: &str = r#"{"responses":[{"code":"201","key":"","message":"OK"}]}"#;

#[track_caller]
fn refused(app: &TestApp, who: &str, function: &str, form: &str) -> String {
    app.unchanged(|| app.person(who).post(function, form).codes())
}

fn got(app: &TestApp, id: i64) -> Value {
    app.owner().get(&format!("recording/groups/get?id={id}")).data()
}

#[test]
fn an_administrator_creates_a_group_with_the_defaults_or_with_everything() {
    let app = spawn_app();
    let answer = app.administrator().post(CREATE, "name=Night+shift");
    assert_eq!(answer.text(), r#"{"responses":[{"code":"200","key":"","message":"OK"}],"data":{"id":6}}"#);
    assert_eq!(got(&app, 6), group(6, 1, "Night shift", 0));
    let form = "name=%C3%9Cber;description=a+b;email=calls%40example.com;expires=0;fraction=25;beep=1;owner=4;\
                record_in=0;record_out=0;transcribe=1;customer=1;validation=0";
    assert_eq!(app.administrator().post(CREATE, form).data(), json!({"id": 7}));
    assert_eq!(
        got(&app, 7),
        json!({
            "id": 7, "customer": 1, "name": "Über", "description": "a b", "email": "calls@example.com", "expires": 0,
            "fraction": 25, "beep": 1, "owner": 4, "record_in": 0, "record_out": 0, "transcribe": 1
        })
    );
    assert_eq!(app.owner().post(CREATE, "name=Attic;customer=2").data(), json!({"id": 8}));
    assert_eq!(got(&app, 8), group(8, 2, "Attic", 0));
    assert_eq!(
        app.entries(),
        [
            "2|adam|127.0.0.1|groups/create|1|6|||name Night shift",
            "2|adam|127.0.0.1|groups/create|1|7|||name Über, description a b, email calls@example.com, expires 0, \
             fraction 25, beep 1, owner 4, record_in 0, record_out 0, transcribe 1",
            "1|olga|127.0.0.1|groups/create|2|8|||name Attic",
        ]
    );
}

#[test]
fn every_fault_of_a_group_is_named() {
    let app = spawn_app();
    for (form, codes) in [
        ("", "400 name"),
        ("name=", "400 name"),
        ("name=+", "400 name"),
        ("name=sALES", "400 name"),
        ("name=+Sales+;beep=2", "400 beep, 400 name"),
        ("name=x;expires=-1;fraction=101;beep=2", "400 expires, 400 fraction, 400 beep"),
        (
            "name=x;fraction=-1;record_in=x;record_out=2;transcribe=-1",
            "400 fraction, 400 record_in, 400 record_out, 400 transcribe",
        ),
        ("name=x;owner=-1", "400 owner"),
        ("name=x;owner=99", "400 owner"),
        ("name=x;owner=6", "400 owner"),
        ("name=x;customer=2", "400 customer"),
        ("name=x;customer=99", "400 customer"),
        ("name=;customer=99;email=x;owner=99", "400 customer, 400 email, 400 name"),
        ("name=;owner=99;email=x", "400 email, 400 name, 400 owner"),
        ("name=x;validation=2", "400 validation"),
    ] {
        assert_eq!(refused(&app, "adam", CREATE, form), codes, "{form}");
    }
    for email in [
        "x",
        "@",
        "x@",
        "@x",
        "a b@x",
        "a@x y",
        "a@b@c",
        "a@x,b@y",
        "a@x;b",
        "A+%3Ca%40x%3E",
        "a%0a@x",
        &"a".repeat(254),
    ] {
        let email = if email.len() > 200 { format!("{email}@x") } else { email.to_owned() };
        let email = email.replace(';', "%3B");
        assert_eq!(refused(&app, "adam", CREATE, &format!("name=x;email={email}")), "400 email", "{email}");
    }
    for email in ["a@x", "a.b-c%2Bd@sub.example.com", "%C3%BC@%C3%BC.example", ""] {
        let answer = app.administrator().post(CREATE, &format!("name=x;validation=1;email={email}"));
        assert_eq!(answer.codes(), "201", "{email}");
    }
}

#[test]
fn a_supervisor_updates_what_is_sent_and_empty_is_empty() {
    let app = spawn_app();
    app.sqlite3("UPDATE recordgroups SET description = 'old', email = 'old@x' WHERE id = 2;");
    let update = |form: &str| {
        let answer = app.supervisor().post(UPDATE, form);
        assert_eq!((answer.status, answer.text().as_str()), (200, DONE), "{form}");
    };
    update("id=2;expires=30;beep=1");
    update("id=2;description=;email=;owner=;name=Sales+2");
    app.unchanged(|| update("id=2;name=Sales+2;expires=30"));
    app.unchanged(|| update("id=2"));
    let mut expected = group(2, 1, "Sales 2", 4);
    (expected["expires"], expected["beep"]) = (json!(30), json!(1));
    assert_eq!(got(&app, 2), expected, "an empty number is absent, an empty text is empty");
    let json =
        app.supervisor().post_json(UPDATE, r#"{"id": 2, "description": "x", "owner": 0, "email": null}"#);
    assert_eq!(json.text(), DONE);
    (expected["description"], expected["owner"]) = (json!("x"), json!(0));
    assert_eq!(got(&app, 2), expected);
    assert_eq!(
        app.entries(),
        [
            "3|sara|127.0.0.1|groups/update|1|2|||expires 30, beep 1",
            "3|sara|127.0.0.1|groups/update|1|2|||name Sales 2, no description, no email",
            "3|sara|127.0.0.1|groups/update|1|2|||description x, owner 0",
        ]
    );
}

#[test]
fn an_update_is_refused_in_the_order_of_the_contract() {
    let app = spawn_app();
    for (who, form, codes) in [
        ("uwe", "id=x", "402"),
        ("anna", "id=2;name=Mine", "402"),
        ("sara", "", "400 id"),
        ("sara", "name=x", "400 id"),
        ("sara", "id=4;name=", "400 name"),
        ("sara", "id=4;owner=6", "404 id"),
        ("sara", "id=99;owner=6", "404 id"),
        ("sara", "id=2;owner=6;name=", "400 name, 400 owner"),
        ("sara", "id=2;expires=1;expires=2", "400 expires"),
        ("sara", "id=4;name=Ours", "404 id"),
        ("boris", "id=2;name=Ours", "404 id"),
        ("olga", "id=4;owner=4", "400 owner"),
    ] {
        assert_eq!(refused(&app, who, UPDATE, form), codes, "{who} {form}");
    }
    let answer = app.unchanged(|| app.supervisor().post(UPDATE, "id=2;name=New;validation=1"));
    assert_eq!(answer.text(), VALIDATED);
    assert_eq!(refused(&app, "sara", UPDATE, "id=4;name=New;validation=1"), "404 id");
    assert_eq!(app.owner().post(UPDATE, "id=4;owner=7").text(), DONE);
    // She owns another one now, and hears it.
    assert_eq!(app.person("bea").get("recording/recordings/list").rows(), "f");
}

#[test]
fn creating_with_validation_makes_nothing() {
    let app = spawn_app();
    let answer = app.unchanged(|| app.administrator().post(CREATE, "name=New;validation=1"));
    assert_eq!(answer.text(), VALIDATED);
    assert_eq!(app.administrator().post(CREATE, "name=New").data(), json!({"id": 6}), "the id is still free");
}

#[test]
fn an_administrator_deletes_groups_without_recordings() {
    let app = spawn_app();
    for (who, form, codes) in [
        ("sara", "id=3", "402"),
        ("adam", "", "400 id"),
        ("adam", "id=2", "400 id"),
        ("adam", "id=4", "404 id"),
        ("adam", "id=99", "404 id"),
        ("olga", "id=4", "400 id"),
    ] {
        assert_eq!(refused(&app, who, DELETE, form), codes, "{who} {form}");
    }
    app.sqlite3(
        "INSERT INTO recordgroups (id, customer, name) VALUES (20, 1, 'Empty'), (21, 2, 'Empty too');
                 INSERT INTO recordgroup_members VALUES (4, 20);",
    );
    assert_eq!(refused(&app, "adam", DELETE, "id=21"), "404 id");
    assert_eq!(app.administrator().post(DELETE, "id=20").text(), DONE);
    assert_eq!(app.owner().post(DELETE, "id=21").text(), DONE);
    assert_eq!(app.sqlite3("SELECT count(*) FROM recordgroup_members WHERE recordgroup = 20;"), "0");
    assert_eq!(
        app.entries(),
        [
            "2|adam|127.0.0.1|groups/delete|1|20|||name Empty",
            "1|olga|127.0.0.1|groups/delete|2|21|||name Empty too"
        ]
    );
}

#[test]
fn an_administrator_who_may_not_hear_recordings_manages_groups_all_the_same() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO roles VALUES ('office', ''); INSERT INTO role_privileges VALUES ('office', 'administrator');
         UPDATE people SET role = 'office' WHERE username = 'uwe';",
    );
    assert_eq!(app.user().post(CREATE, "name=x").data(), json!({"id": 6}));
    assert_eq!(app.user().post("recording/groups/members/add", "recordgroup=6;person=4").text(), DONE);
    assert_eq!(app.user().post(DELETE, "id=6").text(), DONE);
    assert_eq!(refused(&app, "uwe", UPDATE, "id=1;name=x"), "402");
    assert_eq!(refused(&app, "uwe", DELETE, "id=4"), "404 id");
}

#[test]
fn what_nothing_heeds_is_not_in_the_help_and_the_documents_of_the_api_say_so() {
    for command in ["add", "edit"] {
        let help = run(&["group", command, "--help"]).ok();
        // However wide the terminal is.
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in ["--beep", "--email", "--transcribe", "beep", "notices", "calls are recorded", "are kept"]
        {
            assert!(!help.contains(word), "{command}: {word}");
        }
        for word in ["--fraction", "--record-in", "the PBX goes on recording", "nothing is deleted by itself"]
        {
            assert!(help.contains(word), "{command}: {word}");
        }
    }
    let document = spawn_app().anon().send("GET", "/api/openapi.json", &[], b"").json();
    let fields = &document["components"]["schemas"]["Group"]["properties"];
    for field in ["beep", "email", "transcribe"] {
        let said = fields[field]["description"].as_str().expect("a description");
        assert!(said.ends_with("stored, not heeded by Tapeline"), "{field}: {said}");
    }
}
