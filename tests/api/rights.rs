//! Whoever changes something still has the right to when it is changed, however long the change had to wait.

use std::collections::BTreeSet;
use std::sync::Barrier;

use crate::app::{Caller, PASSWORD, TestApp, spawn_app, spawn_with};
use crate::http::encoded;
use crate::program::Shell;

const CREATE: &str = "people/create";
const UPDATE: &str = "people/update";
const DELETE: &str = "people/delete";

/// Every function that changes something, as adam may call it, and whether his role has to allow it.
const CHANGES: [(&str, &str, bool); 16] = [
    ("recording/recordings/update", "recordgroup=1;uniqueid=b;recordid=1;expires=7", true),
    ("recording/recordings/copy", "recordgroup=1;uniqueid=b;recordid=1;destination=3", true),
    ("recording/recordings/delete", "recordgroup=2;uniqueid=c;recordid=1", true),
    ("recording/groups/create", "name=New", true),
    ("recording/groups/update", "id=3;name=Other", true),
    ("recording/groups/delete", "id=6", true),
    ("recording/groups/members/add", "recordgroup=3;person=4", true),
    ("recording/groups/members/remove", "recordgroup=1;person=4", true),
    (CREATE, "username=new;role=administrator;password=long+enough", true),
    (UPDATE, "id=4;name=Other", true),
    ("people/password/update", "id=4;password_new=long+enough", true),
    (DELETE, "id=5", true),
    ("user/password/update", "password_old=PASSWORD;password_new=long+enough", false),
    ("user/logout", "", false),
    ("user/login", "token=1", false),
    // A rehearsal says what would be.
    (CREATE, "username=new;role=administrator;password=long+enough;validation=1", true),
];

/// How somebody shows who they are.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Shows {
    Password,
    Token,
    Session,
}

fn caller(app: &TestApp, name: &str, shows: Shows) -> Caller {
    match shows {
        Shows::Password => app.person(name),
        Shows::Token => app.anon().with("Authorization", &format!("Bearer {}", app.token(name))),
        Shows::Session => app.viewer(name),
    }
}

/// More rounds with `make torture`.
fn rounds(few: usize) -> usize {
    if std::env::var_os("TAPELINE_TORTURE").is_some() { 30 } else { few }
}

/// Answers to what is asked at once while another program writes, which then runs `meanwhile` and ends.
fn while_locked(app: &TestApp, asked: &[(Caller, &str, String)], meanwhile: &str) -> Vec<String> {
    let mut shell = Shell::open(&app.db);
    shell.run("BEGIN IMMEDIATE;");
    std::thread::scope(|scope| {
        let waiting: Vec<_> = asked
            .iter()
            .map(|(caller, function, form)| scope.spawn(move || caller.post(function, form).codes()))
            .collect();
        // Those who came later are answered, so that the others are known and wait for the lock by now.
        for _ in 0..20 {
            assert_eq!(app.owner().get("user/login").status, 200);
        }
        shell.run(&format!("{meanwhile} COMMIT;"));
        waiting.into_iter().map(|waiting| waiting.join().expect("an answer")).collect()
    })
}

#[test]
fn every_function_that_changes_something_is_asked_here() {
    let document = spawn_app().anon().send("GET", "/api/openapi.json", &[], b"").json();
    let paths = document["paths"].as_object().expect("paths").iter();
    let changing = paths.filter(|(_, path)| {
        path["get"]["description"]
            .as_str()
            .is_some_and(|text| text.contains("by POST from its own page only"))
    });
    let changing: BTreeSet<&str> = changing.map(|(path, _)| path.trim_start_matches('/')).collect();
    let asked: BTreeSet<&str> = CHANGES.iter().map(|(function, ..)| *function).collect();
    assert_eq!(asked.difference(&changing).collect::<Vec<_>>(), [&"user/login"]);
    assert_eq!(changing.difference(&asked).collect::<Vec<_>>(), [&""; 0]);
}

#[test]
fn whoever_loses_their_rights_while_a_change_waits_changes_nothing() {
    use Shows::{Password, Session, Token};
    let (gone, less) = ("401", "402");
    for (shows, meanwhile, code) in [
        (Password, "UPDATE people SET role = 'user' WHERE id = 2;", less),
        (Password, "DELETE FROM role_privileges WHERE role = 'administrator';", less),
        (Password, "UPDATE people SET hash = '!' WHERE id = 2;", gone),
        (Password, "DELETE FROM people WHERE id = 2;", gone),
        (Password, "UPDATE people SET disabled = 1 WHERE id = 2;", gone),
        (Token, "UPDATE people SET disabled = 1 WHERE id = 2;", gone),
        (Session, "UPDATE people SET disabled = 1 WHERE id = 2;", gone),
        (Token, "UPDATE people SET role = 'user' WHERE id = 2;", gone),
        (
            Token,
            "UPDATE people SET role = 'owner' WHERE id = 2; UPDATE people SET role = 'administrator' WHERE id = 2;",
            gone,
        ),
        (Token, "DELETE FROM role_privileges WHERE role = 'administrator';", less),
        (Token, "DELETE FROM tokens;", gone),
        (Token, "UPDATE tokens SET expires = 1;", gone),
        (Session, "UPDATE people SET customer = 2 WHERE id = 2;", gone),
        (Session, "DELETE FROM role_privileges WHERE role = 'administrator';", less),
        (Session, "DELETE FROM sessions;", gone),
        (Session, "UPDATE sessions SET seen = 1;", gone),
        (Session, "DELETE FROM people WHERE id = 2;", gone),
    ] {
        let app = spawn_app();
        app.sqlite3("INSERT INTO recordgroups (id, customer, name) VALUES (6, 1, 'Empty');");
        let adam = caller(&app, "adam", shows);
        let asked: Vec<_> = CHANGES
            .iter()
            .filter(|(.., needs_role)| *needs_role || code == gone)
            // With a password there is nothing to end.
            .filter(|(function, ..)| shows != Password || *function != "user/logout")
            .map(|(function, form, _)| {
                (adam.clone(), *function, form.replace("PASSWORD", &encoded(PASSWORD)))
            })
            .collect();
        let entries = app.entries().len();
        for ((_, function, form), found) in asked.iter().zip(while_locked(&app, &asked, meanwhile)) {
            assert_eq!(found, code, "{shows:?} {function} {form}: {meanwhile}");
        }
        assert_eq!(app.entries()[entries..], [""; 0], "{shows:?}: {meanwhile}");
    }
}

#[test]
fn a_change_that_waited_is_made_as_whoever_asks_is_by_then() {
    let app = spawn_app();
    let asked: Vec<_> = [
        ("recording/groups/create", "name=New".to_owned()),
        (CREATE, "username=new;role=user;password=long+enough".into()),
        ("user/login", "token=1".into()),
    ]
    .into_iter()
    .map(|(function, form)| (app.administrator(), function, form))
    .collect();
    let meanwhile = "UPDATE people SET customer = 2, username = 'adrian' WHERE id = 2;";
    assert_eq!(while_locked(&app, &asked, meanwhile), ["200"; 3]);
    let mut entries = app.entries();
    entries.sort();
    assert_eq!(
        entries,
        [
            "2|adrian|127.0.0.1|groups/create|2|6|||name New",
            "2|adrian|127.0.0.1|people/create|2||||new: person 8, role user",
            "2|adrian|127.0.0.1|user/login|2||||token",
        ]
    );
    assert_eq!(app.sqlite3("SELECT customer FROM people WHERE id = 8;"), "2");
}

/// olga and owen, both owners, each with a token.
fn two_owners(settings: u32) -> (TestApp, [(i64, Caller); 2]) {
    let app = spawn_with(|config| config.bcrypt_cost = settings);
    app.sqlite3("INSERT INTO people (id, customer, username, role, hash) SELECT 8, 2, 'owen', role, hash FROM people WHERE id = 1;");
    let owners = [(1, "olga"), (8, "owen")].map(|(id, name)| (id, caller(&app, name, Shows::Token)));
    (app, owners)
}

const OWNERS: &str = "SELECT count(*) FROM people WHERE role = 'owner';";

#[test]
fn of_two_owners_who_remove_each_other_at_once_one_stays() {
    for round in 0..rounds(6) {
        let (app, [(one, first), (other, second)]) = two_owners(4);
        let (function, more) = [(DELETE, ""), (UPDATE, ";role=user")][round % 2];
        let start = Barrier::new(2);
        let ask = |caller: &Caller, id: i64| {
            start.wait();
            caller.post(function, &format!("id={id}{more}")).codes()
        };
        let mut answers = std::thread::scope(|scope| {
            let other_thread = scope.spawn(|| ask(&second, one));
            [ask(&first, other), other_thread.join().expect("an answer")]
        });
        answers.sort();
        assert_eq!(answers, ["204", "401"], "{function}");
        assert_eq!(app.sqlite3(OWNERS), "1", "{function}");
    }
    for (function, more) in [(DELETE, ""), (UPDATE, ";role=user")] {
        let (app, [(one, first), (other, second)]) = two_owners(4);
        let asked =
            [(first, function, format!("id={other}{more}")), (second, function, format!("id={one}{more}"))];
        let mut answers = while_locked(&app, &asked, "");
        answers.sort();
        assert_eq!(answers, ["204", "401"], "{function}, locked");
        assert_eq!(app.sqlite3(OWNERS), "1", "{function}, locked");
    }
}

#[test]
fn nothing_is_done_by_somebody_demoted_while_a_password_was_hashed() {
    for _ in 0..rounds(4) {
        // Long enough for a demotion in between.
        let app = spawn_with(|config| config.bcrypt_cost = 9);
        let (olga, adam) = (caller(&app, "olga", Shows::Token), caller(&app, "adam", Shows::Token));
        let form = "username=backdoor;role=administrator;password=long+enough";
        let (demoted, made) = std::thread::scope(|scope| {
            let making = scope.spawn(|| adam.post(CREATE, form).codes());
            let demoted = olga.post(UPDATE, "id=2;role=user").codes();
            (demoted, making.join().expect("an answer"))
        });
        assert_eq!(demoted, "204");
        let entries = app.entries();
        let at = |what: &str| entries.iter().position(|entry| entry.contains(what));
        let made_at = at("backdoor");
        assert!(made_at < at("adam: role user"), "made by nobody's right: {entries:?}");
        assert_eq!(made, if made_at.is_some() { "200" } else { "401" });
    }
}

#[test]
fn the_command_line_keeps_the_last_owner_too() {
    use crate::program::run;
    let (app, _) = two_owners(4);
    let db = app.db.to_str().expect("UTF-8");
    app.sqlite3("UPDATE people SET hash = '!' WHERE id = 8;");
    let sentence = "olga is the last owner; make somebody else an owner first";
    for command in [&["remove", "olga"][..], &["edit", "olga", "--role", "administrator"]] {
        let said = app.unchanged(|| run(&[&["user"], command, &["--db", db]].concat()));
        assert_eq!(said.refusal(), sentence, "{command:?}: who is locked out by an odd hash does not count");
    }
    app.sqlite3("UPDATE people SET hash = (SELECT hash FROM people WHERE id = 1) WHERE id = 8;");
    run(&["user", "remove", "olga", "--db", db]).ok();
    assert_eq!(
        run(&["user", "edit", "owen", "--role", "user", "--db", db]).refusal(),
        sentence.replace("olga", "owen")
    );
    run(&["user", "edit", "owen", "--role", "owner", "--customer", "1", "--db", db]).ok();
}

#[test]
fn nobody_gives_or_takes_more_than_they_may_themselves() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO roles VALUES ('manager', ''), ('listening manager', ''), ('odd', '');
         INSERT INTO role_privileges VALUES ('manager', 'administrator'), ('listening manager', 'administrator'),
           ('listening manager', 'record_own'), ('odd', 'something else');
         INSERT INTO people (id, customer, username, role, hash) SELECT 8, 1, 'mia', 'manager', hash FROM people WHERE id = 1;
         INSERT INTO people (id, customer, username, role, hash) SELECT 9, 1, 'lea', 'listening manager', hash FROM people WHERE id = 1;",
    );
    let role = "400 role";
    for (who, function, form, codes) in [
        // Herself, somebody else, somebody new: all that would let her listen.
        ("mia", UPDATE, "id=8;role=administrator", role),
        ("mia", UPDATE, "id=8;role=listening+manager", role),
        ("mia", UPDATE, "id=5;role=supervisor", role),
        ("mia", UPDATE, "id=5;role=agent", role),
        ("mia", UPDATE, "id=5;role=owner", role),
        ("mia", CREATE, "username=x;password=long+enough;role=supervisor", role),
        ("mia", CREATE, "username=x;password=long+enough;role=supervisor;validation=1", role),
        ("mia", CREATE, "username=x;password=long+enough;role=agent", role),
        ("lea", UPDATE, "id=9;role=administrator", role),
        ("lea", CREATE, "username=x;password=long+enough;role=supervisor", role),
        ("adam", CREATE, "username=x;password=long+enough;role=owner", role),
        // Whoever may do more: taking their account over would be the same.
        ("mia", "people/password/update", "id=3;password_new=long+enough", "400 id"),
        ("mia", "people/password/update", "id=4;password_new=long+enough", "400 id"),
        ("mia", "people/password/update", "id=2;password_new=long+enough", "400 id"),
        ("mia", UPDATE, "id=3;role=user", "400 id"),
        ("mia", UPDATE, "id=3;username=sarah", "400 id"),
        ("mia", DELETE, "id=3", "400 id"),
        ("mia", DELETE, "id=2", "400 id"),
        ("mia", DELETE, "id=9", "400 id"),
        ("lea", "people/password/update", "id=3;password_new=long+enough", "400 id"),
        ("lea", DELETE, "id=2", "400 id"),
        ("adam", "people/password/update", "id=1;password_new=long+enough", "400 id"),
    ] {
        let found = app.unchanged(|| app.person(who).post(function, form).codes());
        assert_eq!(found, codes, "{who} {function} {form}");
    }
    for (who, function, form) in [
        ("mia", UPDATE, "id=8;role=manager;name=Mia"),
        ("mia", UPDATE, "id=5;role=odd"),
        ("mia", "people/password/update", "id=5;password_new=long+enough"),
        ("lea", "people/password/update", "id=8;password_new=long+enough"),
        ("lea", UPDATE, "id=5;role=agent"),
        ("adam", UPDATE, "id=9;role=supervisor"),
        ("adam", UPDATE, "id=5;role=agent"),
        ("adam", DELETE, "id=8"),
    ] {
        assert_eq!(app.person(who).post(function, form).codes(), "204", "{who} {function} {form}");
    }
}
