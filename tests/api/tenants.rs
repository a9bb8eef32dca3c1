//! Every function, asked by every role: for what is theirs, for what is another customer's, for what is not there.

use tapeline::api::{BASES, Function, functions};

use crate::app::{Caller, TestApp, spawn_app};

/// Parameters that name an object, with one of customer 1 that an agent does not see, one of customer 2, and none.
const NAMES: [(&str, [&str; 3]); 5] = [
    ("customer", ["2", "2", "99"]),
    ("recordgroup", ["3", "4", "99"]),
    ("id", ["3", "4", "99"]),
    ("person", ["3", "6", "99"]),
    ("destination", ["3", "4", "99"]),
];

fn roles(app: &TestApp) -> [(&'static str, Caller); 5] {
    [
        ("user", app.user()),
        ("agent", app.agent()),
        ("supervisor", app.supervisor()),
        ("administrator", app.administrator()),
        ("owner", app.owner()),
    ]
}

fn names(function: &Function) -> Vec<(&'static str, [&'static str; 3])> {
    let has = |name: &str| function.parameters.iter().any(|parameter| parameter.name == name);
    let people = function.path.starts_with("people/");
    let named = NAMES.into_iter().filter(|(name, _)| has(name));
    named
        .map(|(name, values)| (name, if people && name == "id" { ["3", "6", "99"] } else { values }))
        .collect()
}

#[test]
fn every_function_refuses_anonymous_callers_in_one_message_and_names_a_privilege() {
    let app = spawn_app();
    let known = ["any person", "record", "record or record_own", "administrator", "owner"];
    let message = app.anon().get("user/login").text();
    for function in functions() {
        assert!(known.contains(&function.privilege), "{}: {}", function.path, function.privilege);
        for base in BASES {
            for (method, slash) in [("GET", ""), ("POST", ""), ("GET", "/"), ("POST", "/")] {
                let target = format!("{base}/{}{slash}", function.path);
                let answer = app.anon().send(method, &target, &[], b"");
                assert_eq!(answer.codes(), "401", "{method} {target}");
                assert_eq!(answer.text(), message, "{method} {target}");
            }
        }
    }
}

#[test]
fn a_role_without_privileges_may_call_what_is_for_anyone_and_nothing_else() {
    let app = spawn_app();
    let bearer = format!("Bearer {}", app.token("uwe"));
    for function in functions().into_iter().filter(|function| function.path != "user/logout") {
        let answer = app.anon().with("Authorization", &bearer).post(function.path, "");
        assert_eq!(answer.status == 402, function.privilege != "any person", "{}", function.path);
    }
}

/// What a function needs besides, as parameters of one value each: they name what is of birch, or nobody's.
fn besides(function: &Function, but: &str) -> Vec<(&'static str, &'static str)> {
    let needed = [
        ("recordgroup", "1"),
        ("uniqueid", "f"),
        ("recordid", "1"),
        ("wrap", "meta"),
        ("destination", "2"),
        ("person", "5"),
        ("name", "x"),
        ("username", "x"),
        ("password", "long-enough"),
        ("password_new", "long-enough"),
        ("role", "user"),
    ];
    let has = |name: &str| {
        name != but
            && function.parameters.iter().any(|one| one.name == name && (one.required || name == "wrap"))
    };
    needed.into_iter().filter(|(name, _)| has(name)).collect()
}

fn may(role: &str, function: &Function) -> bool {
    let roles: &[&str] = match function.privilege {
        "any person" => &["user", "agent", "supervisor", "administrator", "owner"],
        "record or record_own" => &["agent", "supervisor", "administrator", "owner"],
        "record" => &["supervisor", "administrator", "owner"],
        "administrator" => &["administrator", "owner"],
        _ => &["owner"],
    };
    roles.contains(&role)
}

#[test]
fn what_is_foreign_and_what_is_absent_are_one_answer_to_every_role() {
    let app = spawn_app();
    std::fs::create_dir_all(app.db.with_file_name("sound")).expect("a folder");
    std::fs::write(app.db.with_file_name("sound/f.ulaw"), [1; 100]).expect("a file");
    app.sqlite3("UPDATE recordings SET path = 'f.ulaw' WHERE id = 16;");
    for function in functions() {
        for (name, [unseen, foreign, absent]) in names(&function) {
            let more = besides(&function, name);
            let form: String = more.iter().map(|(name, value)| format!(";{name}={value}")).collect();
            let json: String = more.iter().map(|(name, value)| format!(r#","{name}":"{value}""#)).collect();
            for (role, caller) in roles(&app) {
                let ask = |value: &str| {
                    let answers = [
                        caller.get(&format!("{}?{name}={value}{form}", function.path)),
                        caller.post(function.path, &format!("{name}={value}{form}")),
                        caller.post_json(function.path, &format!(r#"{{"{name}": {value}{json}}}"#)),
                    ]
                    .map(|answer| (answer.status, answer.text()));
                    assert_eq!(answers[0], answers[1]);
                    assert_eq!(answers[0], answers[2]);
                    answers.into_iter().next().expect("an answer")
                };
                let what = format!("{} {name} {role}", function.path);
                let nothing = app.unchanged(|| ask(absent));
                let expected: &[u16] = match may(role, &function) {
                    false => &[402],
                    // A filter of entries about whatever was there once; membership is ended or was none.
                    true if function.path == "audit/list" && name != "customer" => &[200],
                    true if function.path == "recording/groups/members/remove" && name == "person" => &[200],
                    true => &[400, 404],
                };
                assert!(expected.contains(&nothing.0), "{what}: {}", nothing.1);
                match role {
                    "owner" if function.changes => {}
                    "owner" => assert_eq!(ask(foreign).0, 200, "{what}"),
                    "agent" => {
                        assert_eq!(app.unchanged(|| ask(foreign)), nothing, "{what}");
                        assert_eq!(app.unchanged(|| ask(unseen)), nothing, "{what}");
                    }
                    _ => assert_eq!(app.unchanged(|| ask(foreign)), nothing, "{what}"),
                }
            }
        }
    }
}

#[test]
fn no_answer_to_one_customer_holds_anything_of_the_other() {
    let app = spawn_app();
    app.sqlite3(
        "UPDATE recordings SET cnumber_name = 'of Birch' WHERE customer = 2;
         UPDATE recordgroups SET description = 'of Birch' WHERE customer = 2;
         UPDATE people SET name = 'of Birch' WHERE customer = 2;
         UPDATE customers SET name = 'of Birch' WHERE id = 2;
         INSERT INTO audit (time, person, action, customer, recordgroup, detail) VALUES (1, 6, 'x', 2, 4, 'of Birch');
         UPDATE recordings SET cnumber_name = 'of Alder' WHERE customer = 1;
         UPDATE recordgroups SET description = 'of Alder' WHERE customer = 1;",
    );
    let values = ["", "1", "2", "3", "4", "5", "6", "7", "99", "0", "-1"];
    for function in functions().into_iter().filter(|function| !function.changes) {
        for (name, _) in NAMES {
            for value in values {
                let call = format!("{}?{name}={value}", function.path);
                for caller in [app.agent(), app.supervisor(), app.administrator()] {
                    assert!(!caller.get(&call).text().contains("of Birch"), "{call}");
                }
                assert!(!app.stranger().get(&call).text().contains("of Alder"), "{call}");
            }
        }
    }
}

#[test]
fn an_agent_with_memberships_at_another_customer_sees_nothing_there() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO recordgroup_members (person, recordgroup) VALUES (4, 4);
         UPDATE recordgroups SET owner = 4 WHERE id = 5;",
    );
    let anna = app.agent();
    assert_eq!(anna.get("recording/recordings/list").rows(), "a b c");
    for id in ["4", "5"] {
        let list = format!("recording/recordings/list?recordgroup={id}");
        assert_eq!(anna.get(&list).codes(), "400 recordgroup");
        assert_eq!(anna.get(&format!("recording/groups/get?id={id}")).codes(), "404 id");
    }
}

#[test]
fn a_function_that_changes_data_takes_the_cookie_by_post_from_here_only() {
    let app = spawn_app();
    for function in functions() {
        let viewer = app.viewer("sara");
        let elsewhere = app.anon().with("Cookie", &app.cookie("sara"));
        let (get, post) = (viewer.get(function.path), elsewhere.post(function.path, ""));
        assert_eq!(get.status == 401, function.changes, "GET {}", function.path);
        assert_eq!(post.status == 401, function.changes, "POST without a word where from {}", function.path);
        assert_ne!(viewer.post(function.path, "").status, 401, "POST {}", function.path);
    }
}
