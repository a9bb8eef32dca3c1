//! Whose a recording is: what rules name is found once and kept, and what cannot be filed waits.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::app::{Caller, HASH, PASSWORD, basic};
use crate::program::{Folder, Said, Serving, finish, sqlite3, tapeline};

/// Three tenants, each with a group of the same kind, their people, and a rule for each one's folder.
struct Office {
    folder: Folder,
    serving: Option<Serving>,
}

const RULES: &str = "[[rules]]\nfolder = 'a'\ngroup = 'A-Sales'\n[[rules]]\nfolder = 'b'\ngroup = 'B-Sales'\n\
                     [[rules]]\nfolder = 'g'\ngroup = 'G-One'\n[[rules]]\nfolder = 'gc'\ngroup = 'G-One'\ncustomer = 'Gamma'\n\
                     [[rules]]\nskip = true\n";

impl Office {
    /// Not started yet.
    fn new(rules: &str) -> Office {
        let folder = Folder::new();
        let office = Office { folder, serving: None };
        std::fs::create_dir_all(office.folder.file("sound")).expect("a folder");
        office.rules(rules);
        for name in ["Alpha", "Beta", "Gamma"] {
            office.run(&["customer", "add", name]).ok();
        }
        for (customer, name) in [("1", "A-Sales"), ("2", "B-Sales"), ("3", "G-One")] {
            office.run(&["group", "add", name, "--customer", customer]).ok();
        }
        let person = |(id, customer, name, role)| {
            format!(
                "INSERT INTO people (id, customer, username, role, hash) VALUES ({id}, {customer}, '{name}', '{role}', '{}');",
                *HASH
            )
        };
        let people = [
            (1, 1, "root", "owner"),
            (2, 1, "aadmin", "administrator"),
            (3, 2, "badmin", "administrator"),
            (4, 2, "bsup", "supervisor"),
            (5, 3, "gadmin", "administrator"),
        ];
        office.sqlite3(&people.map(person).concat());
        office
    }

    fn started(rules: &str) -> Office {
        let mut office = Office::new(rules);
        office.start();
        office
    }

    fn rules(&self, rules: &str) {
        let text = format!(
            "db = {:?}\nmedia_root = {:?}\nlisten = '127.0.0.1:0'\n{rules}",
            self.folder.file("t.db"),
            self.folder.file("sound")
        );
        let config = self.folder.file("c.toml");
        std::fs::write(&config, text).expect("a file");
        std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = tapeline();
        command.env_remove("TAPELINE_WATCH").args(arguments).arg("--config").arg(self.folder.file("c.toml"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        finish(&mut self.command(arguments), "")
    }

    fn start(&mut self) {
        self.serving = Some(Serving::start(&mut self.command(&["serve"])));
    }

    /// Stops it. Gives its log.
    fn stop(&mut self) -> String {
        let said = self.serving.take().expect("it runs").stop();
        assert_eq!(said.status, 0, "{said:?}");
        said.err
    }

    fn kill(&mut self) {
        self.serving.take().expect("it runs").signal("KILL");
    }

    fn restart(&mut self) {
        self.stop();
        self.start();
    }

    fn sqlite3(&self, script: &str) -> String {
        sqlite3(&self.folder.file("t.db"), script)
    }

    fn person(&self, name: &str) -> Caller {
        let address = self.serving.as_ref().expect("it runs").address;
        Caller { address, from: None, headers: vec![("Authorization".into(), basic(name, PASSWORD))] }
    }

    /// A call of so many minutes ago, whose file is there now. Its sound lasts a second.
    fn call(&self, folder: &str, minutes: i64) -> String {
        let start = jiff::Timestamp::now() - 60 * jiff::SignedDuration::from_secs(minutes);
        let (clock, start) = (jiff::tz::TimeZone::system().to_datetime(start), start.as_second());
        let clock = clock.strftime("%Y%m%d-%H%M%S");
        let name = format!("{folder}/in-5550100-5551230002-{clock}-{start}.{minutes}.wav");
        record(&self.folder.file("sound").join(&name));
        name
    }

    /// Every row: whose it is, where, and its file; in the order in which they were filed.
    fn rows(&self) -> String {
        self.sqlite3("SELECT customer, recordgroup, path FROM recordings ORDER BY id")
    }

    /// What one waits for, and its file, in the order in which they began.
    fn waiting(&self) -> String {
        self.sqlite3(
            "SELECT rule, f.path FROM intake_waiting JOIN intake_files f ON f.id = file ORDER BY began",
        )
    }

    #[track_caller]
    fn until_rows(&self, rows: &[String]) {
        until(&rows.join("\n"), || self.rows());
    }

    #[track_caller]
    fn until_waiting(&self, waiting: &[String]) {
        until(&waiting.join("\n"), || self.waiting());
    }

    /// What the status says of those that wait, without the time.
    fn told(&self, name: &str) -> Vec<(i64, i64, String)> {
        let data = self.person(name).get("status/get").data();
        let waiting = data["waiting"].as_array().expect("a list").iter();
        let told = |one: &Value| {
            assert!(one["since"].as_i64().is_some_and(|since| since > 1_700_000_000), "{one}");
            let number = |key: &str| one[key].as_i64().expect("a number");
            (number("rule"), number("count"), one["reason"].as_str().expect("words").to_owned())
        };
        waiting.map(told).collect()
    }
}

/// Waits until it is so.
#[track_caller]
fn until(expected: &str, found: impl FnMut() -> String) {
    crate::waiting::until_answer("what is there", expected, found);
}

/// A second of sound.
fn record(path: &Path) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, crate::spool::wav(path.to_str().expect("UTF-8"), 1)).expect("a file");
}

#[test]
fn a_group_that_a_rule_names_is_not_deleted() {
    let office = Office::started(RULES);
    let refused = office.person("gadmin").post("recording/groups/delete", "id=3");
    assert_eq!(refused.codes(), "400 id");
    let sentence = "Rule 3 files new recordings there. Let it name another group, in [[rules]] of the configuration, and \
                    start the server again";
    assert_eq!(refused.json()["responses"][0], json!({"code": "400", "key": "id", "message": sentence}));
    let refused = office.run(&["group", "remove", "3"]).refusal();
    assert_eq!(refused, format!("group 3 is needed. {sentence}"));
    office.sqlite3("DELETE FROM people WHERE customer = 3; DELETE FROM recordgroups WHERE id = 3");
    let refused = office.run(&["customer", "remove", "3"]).refusal();
    assert_eq!(refused, format!("customer 3 is needed. {sentence}"));
}

#[test]
fn a_call_whose_group_is_gone_waits_and_goes_to_nobody_else() {
    let office = Office::started(RULES);
    office.sqlite3("DELETE FROM recordgroups WHERE id = 3");
    let (second, first) = (office.call("g", 10), office.call("gc", 20));
    office.until_waiting(&[format!("4|{first}"), format!("3|{second}")]);
    // Another customer's group of the same name, and with the same id, changes nothing.
    assert_eq!(office.person("badmin").post("recording/groups/create", "name=G-One").codes(), "200");
    office.sqlite3("INSERT OR IGNORE INTO recordgroups (id, customer, name) VALUES (3, 1, 'G-One')");
    let third = office.call("g", 5);
    office.until_waiting(&[format!("4|{first}"), format!("3|{second}"), format!("3|{third}")]);
    assert_eq!(office.rows(), "");
    let why = |rule| {
        format!(
            "rule {rule} cannot be used: its group 3 of customer 3 (Gamma) is gone; make it again with: tapeline group add \
             \"G-One\" --customer 3"
        )
    };
    assert_eq!(office.told("root"), [(3, 2, why(3)), (4, 1, why(4))]);
    assert_eq!(office.told("badmin"), [], "another customer's");
    assert_eq!(office.told("gadmin"), office.told("root"), "its own");
    // Gamma's own group of that name is what the rules mean.
    office.run(&["group", "add", "G-One", "--customer", "3"]).ok();
    let id = office.sqlite3("SELECT id FROM recordgroups WHERE customer = 3");
    office.until_rows(&[format!("3|{id}|{first}"), format!("3|{id}|{second}"), format!("3|{id}|{third}")]);
    assert_eq!(office.waiting(), "");
    assert_eq!(office.told("root"), []);
    let complete =
        office.sqlite3("SELECT count(*) FROM recordings WHERE complete AND talktime = 1 AND stale = 0");
    assert_eq!(complete, "3");
    assert_eq!(office.sqlite3("SELECT count(*) FROM customers"), "3");
}

#[test]
fn a_rename_is_followed_and_the_server_starts_whatever_tenants_do() {
    let mut office = Office::started(RULES);
    let renamed = office.person("bsup").post("recording/groups/update", "id=2&name=B-Sales%202027");
    assert_eq!(renamed.codes(), "204");
    for name in ["A-Sales", "B-Sales"] {
        assert_eq!(
            office.person("badmin").post("recording/groups/create", &format!("name={name}")).codes(),
            "200"
        );
    }
    let first = office.call("b", 20);
    office.until_rows(&[format!("2|2|{first}")]);
    office.restart();
    let (second, third) = (office.call("b", 10), office.call("a", 5));
    until("3", || office.sqlite3("SELECT count(*) FROM recordings"));
    let rows = office.rows();
    for row in [format!("2|2|{second}"), format!("1|1|{third}")] {
        assert!(rows.contains(&row), "{rows}");
    }
}

#[test]
fn a_group_without_a_customer_is_not_taken_from_who_makes_it_later() {
    let mut office = Office::started("[[rules]]\nfolder = 'a'\ngroup = 'Later'\n[[rules]]\nskip = true\n");
    let file = office.call("a", 10);
    office.until_waiting(&[format!("1|{file}")]);
    assert_eq!(office.person("badmin").post("recording/groups/create", "name=Later").codes(), "200");
    office.restart();
    let more = office.call("a", 5);
    office.until_waiting(&[format!("1|{file}"), format!("1|{more}")]);
    let sentence = "rule 1 cannot be used: there was no group \"Later\" when the rule was read first, and which of the \
                    customers makes one since then must not matter; say whose it is, as in customer = \"…\"";
    assert_eq!(office.told("root"), [(1, 2, sentence.into())]);
    let said = office.run(&["rules", "test", "a/x.wav"]);
    assert_eq!((said.status, said.err), (1, format!("tapeline: {sentence}\n")));
    assert!(said.out.contains(&format!("waits, and is filed later: {sentence}\n")), "{}", said.out);
    assert!(said.out.contains("\n2 recordings wait, the first since "), "{}", said.out);
    let log = office.stop();
    assert!(log.contains("ERROR") && log.contains("there was no group"), "{log}");
    // The rule is written anew.
    office.rules("[[rules]]\nfolder = 'a'\ngroup = 'Later'\ncustomer = 'Alpha'\n[[rules]]\nskip = true\n");
    office.start();
    office.run(&["group", "add", "Later", "--customer", "1"]).ok();
    let id = office.sqlite3("SELECT id FROM recordgroups WHERE customer = 1 AND name = 'Later'");
    office.until_rows(&[format!("1|{id}|{file}"), format!("1|{id}|{more}")]);
}

#[test]
fn whatever_is_wrong_with_rules_the_server_starts_and_records() {
    let mut office = Office::new("");
    for (rules, sentence) in [
        ("", "there are 3 customers, and nothing says where"),
        (
            "[[rules]]\nfolder = '['\ngroup = 1\n[[rules]]\ngroup = 1",
            "rule 1 cannot be used: its folder is not right",
        ),
        ("[[rules]]\nfolder = 'a'", "rule 1 cannot be used: it has neither group nor skip"),
        ("[[rules]]\ngroup = 99", "rule 1 cannot be used: there was no group 99"),
        ("[[rules]]\ngroup = 3\ncustomer = 1", "rule 1 cannot be used: there is no group 3 of customer 1"),
        (
            "[[rules]]\ngroup = 'A-Sales'\ncustomer = 'Delta'",
            "rule 1 cannot be used: there is no customer \"Delta\"",
        ),
        ("[[rules]]\ngroup = 'A-Sales'\nskip = true", "rule 1 cannot be used: it has skip"),
    ] {
        office.rules(rules);
        office.start();
        let file = office.call("a", 10);
        until("1", || office.sqlite3("SELECT count(*) FROM intake_waiting"));
        let told = office.told("root");
        assert!(told.len() == 1 && told[0].1 == 1 && told[0].2.starts_with(sentence), "{rules}: {told:?}");
        let trouble = office.person("root").get("status/get").data();
        let sources = trouble["sources"].as_array().expect("a list").clone();
        let source = sources.iter().find(|source| source["name"] == "rules").expect("the rules");
        assert!(source["trouble"].as_str().is_some_and(|said| said.contains(sentence)), "{source}");
        let log = office.stop();
        assert!(log.contains(sentence), "{log}");
        // Once it is right, what had waited is filed.
        office.rules("[[rules]]\ngroup = 'A-Sales'\ncustomer = 'Alpha'");
        office.start();
        office.until_rows(&[format!("1|1|{file}")]);
        office.stop();
        std::fs::remove_file(office.folder.file("sound").join(&file)).expect("a file");
        office.sqlite3("DELETE FROM recordings; DELETE FROM intake_files");
    }
}

#[test]
fn without_rules_the_first_group_of_the_only_customer_stays_the_one() {
    let folder = Folder::new();
    let mut office = Office { folder, serving: None };
    std::fs::create_dir_all(office.folder.file("sound")).expect("a folder");
    office.rules("");
    // Nothing is there yet: what comes waits.
    office.start();
    let first = office.call("x", 30);
    office.until_waiting(&[format!("0|{first}")]);
    office.run(&["customer", "add", "Alpha"]).ok();
    office.run(&["group", "add", "Main", "--customer", "1"]).ok();
    office.until_rows(&[format!("1|1|{first}")]);
    office.sqlite3("INSERT INTO recordgroups (id, customer, name) VALUES (-5, 1, 'Before')");
    office.sqlite3("UPDATE recordgroups SET name = 'Other' WHERE id = 1");
    office.restart();
    let second = office.call("x", 20);
    office.until_rows(&[format!("1|1|{first}"), format!("1|1|{second}")]);
    // Another customer makes it unclear whose the next one is.
    office.run(&["customer", "add", "Beta"]).ok();
    let third = office.call("x", 10);
    office.until_waiting(&[format!("0|{third}")]);
}

#[test]
fn what_waits_survives_kills_and_moves_and_is_filed_once() {
    let mut office = Office::started(RULES);
    office.sqlite3("DELETE FROM recordgroups WHERE id = 3");
    let mut files = Vec::new();
    for round in 0..5 {
        files.push(office.call("g", 50 - round));
        office.until_waiting(&files.iter().map(|file| format!("3|{file}")).collect::<Vec<_>>());
        office.kill();
        office.start();
    }
    let sound = office.folder.file("sound");
    let moved = files[2].replace("g/", "g2/");
    std::fs::create_dir_all(sound.join("g2")).expect("a folder");
    std::fs::rename(sound.join(&files[2]), sound.join(&moved)).expect("a move");
    files[2] = moved;
    office.until_waiting(&files.iter().map(|file| format!("3|{file}")).collect::<Vec<_>>());
    std::fs::remove_file(sound.join(&files[4])).expect("a file");
    until("1", || office.sqlite3("SELECT count(*) FROM intake_waiting WHERE stale"));
    office.restart();
    office.sqlite3("INSERT INTO recordgroups (id, customer, name) VALUES (3, 3, 'G-One')");
    let rows: Vec<String> = files.iter().map(|file| format!("3|3|{file}")).collect();
    office.until_rows(&rows);
    assert_eq!(office.sqlite3("SELECT path FROM recordings WHERE stale"), files[4]);
    office.restart();
    office.until_rows(&rows);
}

#[test]
fn customers_are_found_once_too() {
    let rules = "[[rules]]\nfolder = 'b'\ncustomer = 'Beta'\ngroup = 'B-Sales'\n\
                 [[rules]]\nfolder = 'n'\ncustomer = 'Beta'\ngroup = 'New'\n[[rules]]\nskip = true\n";
    let mut office = Office::started(rules);
    office.run(&["customer", "edit", "2", "--name", "Beta Limited"]).ok();
    office.run(&["customer", "edit", "3", "--name", "Beta"]).ok();
    for (customer, name) in [("3", "B-Sales"), ("3", "New")] {
        office.run(&["group", "add", name, "--customer", customer]).ok();
    }
    office.restart();
    let (second, first) = (office.call("n", 10), office.call("b", 20));
    office.until_rows(&[format!("2|2|{first}")]);
    office.until_waiting(&[format!("2|{second}")]);
    office.run(&["group", "add", "New", "--customer", "2"]).ok();
    let id = office.sqlite3("SELECT id FROM recordgroups WHERE customer = 2 AND name = 'New'");
    office.until_rows(&[format!("2|2|{first}"), format!("2|{id}|{second}")]);
}

#[test]
fn whatever_another_program_stored_the_server_starts_and_files() {
    let mut office = Office::new(RULES);
    office.sqlite3(
        "UPDATE recordgroups SET expires = 'a year', fraction = '', record_in = x'00ff', email = 5 WHERE id = 2;
         UPDATE customers SET name = x'ff41' WHERE id = 1; UPDATE recordgroups SET customer = 'Gamma' WHERE id = 3;",
    );
    office.start();
    let (first, second) = (office.call("b", 10), office.call("g", 5));
    office.until_rows(&[format!("2|2|{first}")]);
    office.until_waiting(&[format!("3|{second}")]);
}

#[test]
fn a_file_that_waits_and_gets_a_row_of_another_program_waits_no_longer() {
    let mut office = Office::started("[[rules]]\ngroup = 'Nowhere'\ncustomer = 'Alpha'\n");
    let file = office.call("a", 10);
    office.until_waiting(&[format!("1|{file}")]);
    office.sqlite3(&format!(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, path, complete) VALUES (2, 2, 'x', '1', '{file}', 1)"
    ));
    office.restart();
    office.until_waiting(&[]);
    office.run(&["group", "add", "Nowhere", "--customer", "1"]).ok();
    office.restart();
    let next = office.call("a", 5);
    until("2", || office.sqlite3("SELECT count(*) FROM recordings"));
    assert_eq!(office.rows().lines().filter(|row| row.ends_with(&file)).count(), 1);
    assert!(office.rows().contains(&next));
}
