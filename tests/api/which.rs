//! What the command line takes for a customer, a group, a person or a role; where its settings are; what its help tells.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::app::make_database;
use crate::program::{Folder, Said, Serving, finish, run, serve, sqlite3, tapeline};

fn with_db(db: &Path, arguments: &[&str]) -> Said {
    finish(tapeline().args(arguments).arg("--db").arg(db), "a long secret\n")
}

/// Alder (1) and Birch (2), with more customers and groups: ALDER, Zürich, and one that is called as an id.
fn office() -> (Folder, std::path::PathBuf) {
    let folder = Folder::new();
    let db = folder.file("x.db");
    make_database(&db);
    sqlite3(
        &db,
        "INSERT INTO customers (id, name) VALUES (3, 'ALDER'), (4, 'Zürich'), (5, '2');
         INSERT INTO recordgroups (id, customer, name) VALUES (40, 2, 'Sales'), (41, 2, '7'), (42, 4, 'A/B');",
    );
    (folder, db)
}

#[test]
fn whatever_is_meant_is_named_by_id_or_name_in_one_way() {
    let (_folder, db) = office();
    let list = |customer: &str| with_db(&db, &["group", "list", "--customer", customer]).ok();
    for (name, expected) in
        [("Birch", "Yard"), ("birch", "Yard"), ("Zu\u{308}RICH", "A/B"), ("1", "Support"), ("id=2", "Yard")]
    {
        assert!(list(name).contains(expected), "{name}");
    }
    assert!(list("Alder").contains("Support") && !list("ALDER").contains("Support"), "exactly first");
    let added =
        with_db(&db, &["user", "add", "nora", "--customer", "birch", "--role", "AGENT", "--password-stdin"]);
    added.ok();
    assert_eq!(sqlite3(&db, "SELECT customer, role FROM people WHERE username = 'nora';"), "2|agent");
    with_db(&db, &["group", "edit", "support", "--owner", "ANNA", "--add-member", "3", "--expires", "30"])
        .ok();
    assert_eq!(
        sqlite3(
            &db,
            "SELECT owner, expires, (SELECT group_concat(person) FROM recordgroup_members WHERE recordgroup = 3) FROM recordgroups WHERE id = 3;"
        ),
        "4|30|3"
    );
    for (group, customer) in [
        ("Alder/Sales", None),
        ("id=2/Sales", None),
        ("Birch/sales", None),
        ("sales", Some("Birch")),
        ("A/B", None),
        ("40", None),
    ] {
        let mut words = vec!["group", "edit", group, "--description", "found"];
        words.extend(customer.into_iter().flat_map(|customer| ["--customer", customer]));
        let id = if group == "Alder/Sales" {
            2
        } else if group == "A/B" {
            42
        } else {
            40
        };
        let id = if group == "id=2/Sales" { 40 } else { id };
        assert_eq!(with_db(&db, &words).ok(), format!("Changed group {id}.\n"), "{group}");
    }
    assert_eq!(with_db(&db, &["user", "edit", "5", "--full-name", "U"]).ok(), "Changed user uwe.\n");
    assert_eq!(with_db(&db, &["customer", "edit", "zürich", "--name", "Genf"]).ok(), "Changed customer 4.\n");
}

#[test]
fn a_slash_that_may_be_in_either_name_is_told_with_both_and_ids_are_listed() {
    let (_folder, db) = office();
    sqlite3(
        &db,
        "INSERT INTO customers (id, name) VALUES (6, 'Alder/Sales');
         INSERT INTO recordgroups (id, customer, name) VALUES (60, 6, 'West'), (61, 1, 'Sales/West');",
    );
    assert_eq!(
        with_db(&db, &["group", "remove", "Alder/Sales/West"]).refusal(),
        "Alder/Sales/West may be Alder/Sales/West (id 61) or Alder/Sales/West (id 60); write it so, or its id, or name its \
         customer with --customer"
    );
    assert_eq!(
        with_db(&db, &["group", "remove", "id=6/West"]).ok().lines().next(),
        Some("Removed group 60.")
    );
    let listed = with_db(&db, &["user", "list"]).ok();
    assert!(
        listed.trim_start().starts_with("id ")
            && listed.lines().any(|line| line.trim_start().starts_with("4 ")),
        "{listed}"
    );
}

#[test]
fn a_name_that_differs_in_case_blanks_or_form_only_is_nobody_elses() {
    let (_folder, db) = office();
    for name in ["birch", " Birch ", "Zu\u{308}rich", "ZÜRICH"] {
        let said = with_db(&db, &["customer", "add", name]).refusal();
        assert!(said.contains("already; choose another name"), "{said}");
        let said = with_db(&db, &["customer", "edit", "id=5", "--name", name]).refusal();
        assert!(said.contains("already; choose another name"), "{said}");
    }
    for name in ["sales", " Sales ", "SALES"] {
        let said = with_db(&db, &["group", "add", name, "--customer", "Birch"]).refusal();
        assert!(said.contains("group 40 of customer 2 is called"), "{said}");
        let said = with_db(&db, &["group", "edit", "41", "--name", name]).refusal();
        assert!(said.contains("group 40 of customer 2 is called"), "{said}");
    }
    with_db(&db, &["group", "edit", "40", "--name", " SALES "]).ok();
    with_db(&db, &["customer", "edit", "Birch", "--name", "BIRCH"]).ok();
    with_db(&db, &["group", "add", "Sales", "--customer", "Zürich"]).ok();
    let names = sqlite3(
        &db,
        "SELECT name FROM recordgroups WHERE id = 40 UNION ALL SELECT name FROM customers WHERE id = 2",
    );
    assert_eq!(names, "SALES\nBIRCH");
    let said = finish(tapeline().args(["customer", "add", "Cedar", "--db"]).arg(&db), "").ok();
    assert!(said.contains("Say it in /etc/tapeline.toml, which tapeline serve reads"), "{said}");
    let file = db.with_file_name("own.toml");
    fs::write(&file, "").expect("a file");
    let said =
        finish(tapeline().args(["customer", "add", "Doum", "--config"]).arg(&file).arg("--db").arg(&db), "")
            .ok();
    assert!(said.contains(&format!("Say it in {}, which", file.display())), "{said}");
}

#[test]
fn what_may_be_several_things_or_none_is_told_with_how_to_say_it() {
    let (_folder, db) = office();
    for (words, said) in [
        (
            &["group", "edit", "Sales", "--expires", "1"][..],
            "Sales may be Alder/Sales (id 2) or Birch/Sales (id 40); write it so, or its id, or name its customer with --customer",
        ),
        (
            &["customer", "edit", "aLDER", "--name", "x"],
            "aLDER may be Alder (id 1) or ALDER (id 3); write it so, or its id",
        ),
        (
            &["customer", "edit", "2", "--name", "x"],
            "2 is the id of Birch and the name of customer 5; write id=2, or the other one's id: id=5",
        ),
        (
            &["customer", "remove", "Acme"],
            "there is no customer Acme (there is Alder, Birch, ALDER, Zürich, 2); see: tapeline customer list",
        ),
        (
            &["group", "remove", "Sale", "--customer", "Alder"],
            "there is no group Sale (there is Alder/Reception, Alder/Sales, Alder/Support); see: tapeline group list",
        ),
        (
            &["group", "remove", "Sales", "--customer", "Zürich"],
            "there is no group Sales (there is Zürich/A/B); see: tapeline group list",
        ),
        (
            &["user", "edit", "uwe", "--role", "boss"],
            "there is no role boss (there is owner, administrator, supervisor, agent, user); see: tapeline role list",
        ),
    ] {
        assert_eq!(with_db(&db, words).refusal(), said, "{words:?}");
    }
    with_db(&db, &["customer", "edit", "id=2", "--name", "Beech"]).ok();
    assert_eq!(sqlite3(&db, "SELECT name FROM customers WHERE id = 2;"), "Beech");
}

#[test]
fn a_rule_whose_group_differs_in_case_is_told_which_is_there() {
    let (folder, db) = office();
    let config = folder.file("tapeline.toml");
    fs::write(&config, "[[rules]]\ncustomer = \"Alder\"\ngroup = \"support\"\n").expect("a file");
    let mut test = tapeline();
    test.args(["rules", "test", "in-1-2-20261124-055328-1795499608.28.wav", "--config"])
        .arg(&config)
        .arg("--db")
        .arg(&db);
    let said = finish(&mut test, "");
    assert!(said.err.contains("or write \"Support\", as the group there is called"), "{said:?}");
}

// Where the settings are.

fn with_place(place: &Path) -> std::process::Command {
    let mut command = tapeline();
    command.env("TAPELINE_USUAL_CONFIG", place);
    command
}

#[test]
fn the_usual_place_of_the_settings_is_read_where_nobody_names_another() {
    let folder = Folder::new();
    let (place, db) = (folder.file("tapeline.toml"), folder.file("office.db"));
    let elsewhere = folder.file("other.toml");
    let ask = |command: &mut std::process::Command| {
        finish(command.current_dir(folder.path()).args(["customer", "list"]), "")
    };
    // None is none: the database is the usual one.
    ask(&mut with_place(&place)).ok();
    assert!(folder.file("recordings.db").exists());
    fs::remove_file(folder.file("recordings.db")).expect("it is there");

    fs::write(&place, format!("db = {db:?}\n")).expect("a file");
    ask(&mut with_place(&place)).ok();
    assert!(db.exists() && !folder.file("recordings.db").exists());
    let said = finish(with_place(&place).arg("config"), "");
    assert!(said.err.contains(&format!("those of {}", place.display())), "{}", said.err);
    assert!(said.ok().contains("/etc/tapeline.toml"));

    let other = folder.file("second.db");
    fs::write(&elsewhere, format!("db = {other:?}\n")).expect("a file");
    ask(with_place(&place).env("TAPELINE_CONFIG", &elsewhere)).ok();
    assert!(other.exists());
    ask(with_place(&place).args(["--config", "/dev/null"])).ok();
    assert!(folder.file("recordings.db").exists(), "no settings");
    fs::write(&place, "dbb = 1\n").expect("a file");
    assert!(ask(&mut with_place(&place)).err.contains("dbb"));
}

#[test]
fn settings_in_the_usual_place_that_cannot_be_read_are_no_absent_ones() {
    let folder = Folder::new();
    // Below a file there is nothing, and for nobody to be read.
    fs::write(folder.file("file"), "").expect("a file");
    let place = folder.file("file/tapeline.toml");
    let said = finish(with_place(&place).current_dir(folder.path()).args(["customer", "list"]), "").refusal();
    assert!(said.contains("cannot be read") && said.contains("--config FILE"), "{said}");
    assert!(!folder.file("recordings.db").exists(), "no other database is served");
}

#[test]
fn settings_that_others_may_read_are_warned_of_at_the_start_and_only_with_secrets_in_them() {
    let folder = Folder::new();
    let place = folder.file("tapeline.toml");
    for (text, warned) in [
        ("streams = 5\n", false),
        ("[asterisk]\nsecret = \"x\"\n", true),
        ("[freeswitch]\nsecret = \"long enough for this\"\n", true),
    ] {
        fs::write(&place, text).expect("a file");
        fs::set_permissions(&place, fs::Permissions::from_mode(0o644)).expect("a mode");
        let mut command = serve(&folder.file("x.db"));
        let log = Serving::start(command.env("TAPELINE_USUAL_CONFIG", &place)).stop().err;
        assert_eq!(log.contains(&format!("chmod 600 {}", place.display())), warned, "{text}: {log}");
        assert!(log.contains(&format!("settings are from {}", place.display())), "{log}");
        let quiet = finish(with_place(&place).args(["role", "list", "--db"]).arg(folder.file("x.db")), "");
        assert_eq!(quiet.err, "", "{text}");
    }
}

#[test]
fn init_makes_the_folder_of_its_database_for_this_user_and_group() {
    let folder = Folder::new();
    let db = folder.file("var/lib/tapeline/recordings.db");
    let said = finish(tapeline().args(["init", "--db"]).arg(&db), "").ok();
    assert!(said.contains("Made the folder") && db.exists(), "{said}");
    let mode =
        fs::metadata(db.parent().expect("a folder")).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode & 0o027, 0, "{mode:o}");
}

// Help.

#[test]
fn the_help_of_a_command_tells_the_settings_that_it_heeds_and_no_others() {
    for (words, told, not) in [
        (
            &["user", "add"][..],
            &["--db", "--config", "--role"][..],
            &["--listen", "--media-root", "--bcrypt-cost", "--asterisk"][..],
        ),
        (&["group", "edit"], &["--db", "--add-member"], &["--listen", "--media-root", "--streams"]),
        (&["rules", "test"], &["--db", "--media-root"], &["--listen", "--freeswitch"]),
        (&["asterisk", "check"], &["--asterisk", "--media-root"], &["--listen", "--freeswitch"]),
        (&["import", "asterisk-csv"], &["--columns", "--media-root"], &["--listen", "--compat"]),
        (&["serve"], &["--listen", "--media-root", "--asterisk"], &["--bcrypt-cost"]),
        (&[], &["--db", "--config"], &["--listen", "--media-root"]),
    ] {
        let help = run(&[words, &["-h"]].concat()).ok();
        assert!(told.iter().all(|word| help.contains(word)), "{words:?}: {help}");
        assert!(not.iter().all(|word| !help.contains(word)), "{words:?}: {help}");
        assert!(help.lines().count() <= 45, "{words:?}: {help}");
    }
    let long = run(&["user", "add", "--help"]).ok();
    assert!(long.contains("--password-minimum") && !long.contains("--listen"), "{long}");
    assert!(run(&["serve", "--help"]).ok().contains("--stream-minutes"));
    // What is not told is taken all the same, by flag and variable.
    let folder = Folder::new();
    let db = folder.file("x.db");
    make_database(&db);
    assert!(
        with_db(&db, &["user", "passwd", "anna", "--password-stdin", "--password-minimum", "20"])
            .refusal()
            .contains("at least 20")
    );
}

#[test]
fn a_host_that_is_not_found_is_the_one_cause() {
    for (command, flag) in [("asterisk", "--asterisk"), ("freeswitch", "--freeswitch")] {
        let said = run(&[command, "check", flag, "no-such-host.invalid"]).refusal();
        assert!(
            said.starts_with("the host of no-such-host.invalid") && said.contains("is not found"),
            "{said}"
        );
        assert!(said.contains(flag), "{said}");
    }
}
