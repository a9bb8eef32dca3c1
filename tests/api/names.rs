//! Names of people, customers and groups: what is taken, how it is stored, and who is meant by it.

use crate::app::{PASSWORD, TestApp, basic, credentials, spawn_app};
use crate::http::encoded;
use crate::program::{run, run_with};

const CREATE: &str = "people/create";
const UPDATE: &str = "people/update";

fn create(app: &TestApp, username: &str) -> String {
    let form = format!("username={};role=user;password=long+enough", encoded(username));
    app.administrator().post(CREATE, &form).codes()
}

fn message(app: &TestApp, who: &str, function: &str, form: &str) -> String {
    let answer = app.unchanged(|| app.person(who).post(function, form));
    assert_eq!(answer.status, 400, "{function} {form}");
    answer.json()["responses"][0]["message"].as_str().expect("a message").to_owned()
}

fn logs_in(app: &TestApp, name: &str) -> bool {
    let by_form = app.anon().post("user/login", &credentials(name, PASSWORD));
    let by_header = app.anon().with("Authorization", &basic(name, PASSWORD)).get("user/login");
    assert_eq!(by_form.status, by_header.status, "{name:?}");
    by_form.status == 200
}

#[test]
fn usernames_are_stored_without_blanks_around_them_and_composed() {
    let app = spawn_app();
    for (sent, stored) in [
        (" root ", "root"),
        ("zoe\u{308}", "zoë"),
        ("\u{a0}Élodie d'Arc\u{2003}", "Élodie d'Arc"),
        ("ראובן", "ראובן"),
        (&"ü".repeat(64), &"ü".repeat(64)),
    ] {
        assert_eq!(create(&app, sent), "200", "{sent:?}");
        assert_eq!(app.sqlite3("SELECT username FROM people ORDER BY id DESC LIMIT 1;"), stored);
    }
    let form = format!("id=8;username={};name={}", encoded("\tRoot "), encoded(" Ro\u{308}ot "));
    assert_eq!(app.administrator().post(UPDATE, &form).codes(), "204");
    assert_eq!(app.sqlite3("SELECT username, name FROM people WHERE id = 8;"), "Root|Röot");
    assert!(app.entries().last().is_some_and(|entry| entry.ends_with("|root: username Root, name Röot")));
}

#[test]
fn a_username_in_which_something_cannot_be_seen_is_refused_and_named() {
    let app = spawn_app();
    for (sent, said) in [
        ("ro\u{200b}ot", "username must not have U+200B, which nobody sees"),
        ("root\u{202e}", "username must not have U+202E, which turns the direction of text"),
        ("\u{2067}root", "username must not have U+2067, which turns the direction of text"),
        ("root\u{e0001}", "username must not have U+E0001, which nobody sees"),
        ("ro\u{3164}ot", "username must not have U+3164, which nobody sees"),
        ("ro\u{a0}ot", "username must have plain blanks only, and not U+00A0"),
        ("ro\u{1b}ot", "username must not have the control character U+001B"),
        ("\u{3000} ", "username must not be empty"),
        (&"x".repeat(65), "username must have at most 64 characters"),
        (&"x".repeat(200_000), "username must have at most 64 characters"),
    ] {
        let form = format!("username={};role=user;password=long+enough", encoded(sent));
        assert_eq!(message(&app, "adam", CREATE, &form), said, "{sent:?}");
        assert_eq!(message(&app, "adam", UPDATE, &format!("id=4;username={}", encoded(sent))), said);
        let db = app.db.to_str().expect("UTF-8");
        if sent.len() < 100_000 && !sent.contains('\u{1b}') {
            let add =
                ["user", "add", sent, "--customer", "1", "--role", "user", "--password-stdin", "--db", db];
            let refusal = app.unchanged(|| run_with(&add, "long enough\n")).refusal();
            assert_eq!(refusal, said.replacen("username", "a user's name", 1), "{sent:?}");
        }
    }
    let name = |text: &str| format!("id=4;name={}", encoded(text));
    assert_eq!(
        message(&app, "adam", UPDATE, &name("An\u{202e}na")),
        "name must not have U+202E, which turns the direction of text"
    );
    assert_eq!(
        message(&app, "adam", UPDATE, &name("An\nna")),
        "name must not have the control character U+000A"
    );
    assert_eq!(
        message(&app, "adam", UPDATE, &name(&"x".repeat(201))),
        "name must have at most 200 characters"
    );
    assert_eq!(app.administrator().post(UPDATE, &name("می\u{200c}خواهم 👩\u{200d}🔬")).codes(), "204");
}

#[test]
fn a_username_is_one_whatever_its_case_and_form() {
    let app = spawn_app();
    assert_eq!(create(&app, "Jürgen Groß"), "200");
    for name in
        ["ANNA", "Anna ", "aNNa", "ａｎｎａ", "Boris", "jürgen groß", "JÜRGEN GROSS", "Ju\u{308}rgen Groß"]
    {
        assert_eq!(create(&app, name), "400 username", "{name}");
        let form = format!("id=5;username={};validation=1", encoded(name));
        assert_eq!(app.administrator().post(UPDATE, &form).codes(), "400 username", "{name}");
    }
    assert_eq!(
        app.administrator().post(UPDATE, "id=4;username=Anna").codes(),
        "204",
        "her own in another case"
    );
    let db = app.db.to_str().expect("UTF-8");
    let taken =
        |name: &str| format!("user {name} exists, whatever the case of the letters; choose another name");
    let add = ["user", "add", "ANNA", "--customer", "1", "--role", "user", "--password-stdin", "--db", db];
    assert_eq!(run_with(&add, "long enough\n").refusal(), taken("ANNA"));
    assert_eq!(run(&["user", "edit", "uwe", "--rename", "anna", "--db", db]).refusal(), taken("anna"));
    run(&["user", "edit", "UWE ", "--rename", "Uwe", "--db", db]).ok();
    assert_eq!(app.sqlite3("SELECT username FROM people WHERE id = 5;"), "Uwe");
}

#[test]
fn somebody_is_meant_whatever_the_case_and_the_blanks_where_nobody_else_is() {
    let app = spawn_app();
    for name in ["anna", "Anna", "ANNA", "anna ", " Anna\t"] {
        assert!(logs_in(&app, name), "{name:?}");
    }
    for name in ["an na", "anna\u{200b}", "ann", "annaa", "", "anna\0"] {
        assert!(!logs_in(&app, name), "{name:?}");
    }
    assert_eq!(app.anon().post("user/login", &credentials(" ANNA", PASSWORD)).data()["username"], "anna");
}

#[test]
fn names_that_differ_in_case_only_and_odd_ones_of_other_programs_stay_and_log_in_exactly() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO people (id, customer, username, role, hash) SELECT 8, 1, 'Anna', 'user', hash FROM people WHERE id = 4;
         INSERT INTO people (id, customer, username, role, hash) SELECT 9, 1, ' ro' || char(0x200b) || 'ot', 'user', hash FROM people WHERE id = 4;
         INSERT INTO people (id, customer, username, role, hash) SELECT 10, 1, x'ff00', 'user', hash FROM people WHERE id = 4;",
    );
    let who = |name: &str| app.anon().post("user/login", &credentials(name, PASSWORD));
    for (name, id) in [("anna", 4), ("Anna", 8), (" ro\u{200b}ot", 9), ("ro\u{200b}ot", 9)] {
        assert_eq!(who(name).data()["id"], id, "{name:?}");
    }
    for name in ["ANNA", "anna ", "root"] {
        assert_eq!(who(name).status, 401, "{name:?}");
    }
    // What is there already is no fault of who changes something else.
    let same = format!("id=9;username={};name=Root", encoded(" ro\u{200b}ot"));
    assert_eq!(app.administrator().post(UPDATE, &same).codes(), "204");
    assert_eq!(app.administrator().post(UPDATE, "id=8;username=Anna;name=A").codes(), "204");
    assert_eq!(app.administrator().post(UPDATE, "id=8;username=ANNA").codes(), "400 username");
    assert_eq!(app.administrator().post(UPDATE, "id=8;username=hanna").codes(), "204");
    assert_eq!(who("ANNA").data()["id"], 4);
}

#[test]
fn names_of_customers_and_groups_and_descriptions_have_bounds() {
    let app = spawn_app();
    let (long, longer) = ("x".repeat(201), "x".repeat(2001));
    for (form, said) in [
        (format!("name={long}"), "name must have at most 200 characters"),
        ("name=a%E2%80%AEb".into(), "name must not have U+202E, which turns the direction of text"),
        ("name=%20".into(), "name must not be empty"),
        (format!("name=x;description={longer}"), "description must have at most 2000 characters"),
    ] {
        assert_eq!(message(&app, "adam", "recording/groups/create", &form), said);
        assert_eq!(message(&app, "adam", "recording/groups/update", &format!("id=1;{form}")), said);
    }
    app.sqlite3(&format!("UPDATE recordgroups SET name = '{long}', description = '{longer}' WHERE id = 1;"));
    let same = format!("id=1;name={long};description={longer};beep=1");
    assert_eq!(app.administrator().post("recording/groups/update", &same).codes(), "204", "as it was");
    let db = app.db.to_str().expect("UTF-8");
    for (command, said) in [
        (["customer", "add", &long, "--db", db], "a customer's name must have at most 200 characters"),
        (
            ["customer", "add", "a\u{202e}", "--db", db],
            "a customer's name must not have U+202E, which turns the direction of text",
        ),
    ] {
        assert_eq!(run(&command).refusal(), said);
    }
    let add = ["group", "add", &long, "--customer", "1", "--db", db];
    assert_eq!(run(&add).refusal(), "a group's name must have at most 200 characters");
}

#[test]
fn a_name_in_other_cases_is_no_further_name_to_guess_at() {
    let app = spawn_app();
    let wrong = |name: &str, number: usize| {
        app.anon().post("user/login", &credentials(name, &number.to_string())).status
    };
    let variants = ["anna", "Anna", "aNna", "anNa", "annA", "ANNA", " anna", "anna ", "AnnA", "ａｎｎａ"];
    for (number, name) in variants.iter().enumerate() {
        assert_eq!(wrong(name, number), 401, "{name:?}");
    }
    for name in ["anna", "ANNa", "  anna"] {
        assert_eq!(wrong(name, 99), 429, "{name:?}");
    }
    assert_eq!(wrong("hanna", 1), 401);
}

#[test]
fn names_of_other_customers_people_are_told_a_few_at_a_time_and_that_is_in_the_log() {
    let app = spawn_app();
    app.sqlite3(
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
        INSERT INTO people (id, customer, username, role, hash) SELECT i, 2, 'b' || i, 'user', '!' FROM n;",
    );
    let ask = |who: &str, name: &str| {
        let form = format!("username={name};role=user;password=long+enough;validation=1");
        app.person(who).post(CREATE, &form).codes()
    };
    for _ in 0..3 {
        assert_eq!(ask("adam", "boris"), "400 username", "the same again tells nothing new");
    }
    for number in 10..19 {
        assert_eq!(ask("adam", &format!("B{number}")), "400 username");
    }
    for name in ["b20", "nobody", "anna"] {
        assert_eq!(ask("adam", name), "429", "{name}: whether or not somebody has it");
    }
    assert_eq!(app.administrator().post(UPDATE, "id=4;username=b21").codes(), "429");
    assert_eq!(app.administrator().post(UPDATE, "id=4;name=A").codes(), "204");
    assert_eq!(ask("olga", "b20"), "400 username", "an owner sees everybody");
    let entries = app.entries();
    let told = entries.iter().filter(|entry| entry.contains("people/refused")).count();
    assert_eq!(told, 10);
    assert!(
        entries.contains(&"2|adam|127.0.0.1|people/refused|1||||username B10: somebody has it".to_owned())
    );
}
