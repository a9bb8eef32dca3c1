//! The built binary, as a stranger uses it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::app::{Caller, make_database};
use crate::http;
use crate::program::{Folder, Said, Serving, finish, run, serve, sqlite3, tapeline};
use crate::waiting::until;

/// Runs the binary with a database.
fn with_db(db: &Path, arguments: &[&str], input: &str) -> Said {
    finish(tapeline().args(arguments).arg("--db").arg(db), input)
}

fn json_of(said: Said) -> Value {
    serde_json::from_str(&said.ok()).expect("JSON")
}

#[test]
fn without_words_it_says_what_it_can_do() {
    let said = run(&[]);
    assert_eq!(said.status, 2);
    for word in ["serve", "init", "customer", "group", "user", "role", "import", "demo", "config"] {
        assert!(said.err.contains(word), "{word}: {}", said.err);
    }
    let help = run(&["serve", "--help"]).ok();
    for word in ["--db", "--listen", "--media-root", "--compat", "--config", "TAPELINE_DB", "TAPELINE_LISTEN"]
    {
        assert!(help.contains(word), "{word}");
    }
    assert!(run(&["--version"]).ok().starts_with("tapeline "));
    assert!(run(&["user", "add", "--help"]).ok().contains("--password-stdin"));
}

#[test]
fn what_it_does_not_understand_is_status_2_and_what_fails_is_status_1() {
    let folder = Folder::new();
    let db = folder.file("x.db");
    for arguments in [
        &["serv"][..],
        &["customer"],
        &["customer", "add"],
        &["customer", "edit", "one"],
        &["customer", "add", "x", "--id", "0"],
        &["serve", "--listen", "nowhere"],
        &["serve", "--compat", "other"],
        &["group", "add", "x", "--customer", "1", "--fraction", "101"],
        &["group", "add", "x", "--customer", "1", "--beep", "2"],
        &["user", "add", "x"],
        &["init", "--user", "x"],
    ] {
        let said = with_db(&db, arguments, "");
        assert_eq!(said.status, 2, "{arguments:?} {said:?}");
        assert!(said.err.contains("error"), "{said:?}");
    }
    assert!(!db.exists(), "none of it made a file");
    assert_eq!(with_db(&db, &["customer", "remove", "9"], "").status, 1);
}

#[test]
fn a_stranger_sets_up_an_office_and_logs_in() {
    let folder = Folder::new();
    let db = folder.file("office.db");
    let server = Serving::start(&mut serve(&db));
    let first = server.stop();
    assert!(first.out.contains("tapeline init --customer"), "the one next command: {}", first.out);

    let said = with_db(&db, &["init"], "").ok();
    assert!(said.contains("tapeline init --customer"), "{said}");
    let init = ["init", "--customer", "Zweite Straße", "--user", "olga", "--password-stdin"];
    assert!(with_db(&db, &init, "secret\n").refusal().contains("at least 8"));
    assert!(with_db(&db, &init, "first secret\n").ok().contains("tapeline serve"));
    let again = with_db(&db, &init, "first secret\n").refusal();
    assert!(again.contains("tapeline user add"), "{again}");

    let server = Serving::start(&mut serve(&db));
    let login = server.caller("olga", "first secret").get("user/login").data();
    assert_eq!(
        login,
        json!({"id": 1, "username": "olga", "customer": 1, "role": "owner",
            "privileges": ["owner", "administrator", "record"]})
    );
    assert!(!server.stop().out.contains("init"), "somebody can log in");
    assert!(!folder.file("sound").exists(), "a folder that was named may be a disk that comes late");
}

#[test]
fn customers_are_added_listed_renamed_and_removed() {
    let folder = Folder::new();
    let db = folder.file("x.db");
    let customer = |arguments: &[&str]| with_db(&db, &[&["customer"], arguments].concat(), "");
    assert!(customer(&["list"]).ok().contains("tapeline customer add"));
    assert_eq!(json_of(customer(&["list", "--json"])), json!([]));
    assert_eq!(customer(&["add", "Alder"]).ok(), "Added customer 1: Alder\n");
    assert_eq!(
        json_of(customer(&["add", "Birch", "--id", "20", "--json"])),
        json!({"id": 20, "name": "Birch"})
    );
    assert!(customer(&["add", "Alder"]).refusal().contains("Alder"));
    assert!(customer(&["add", "Cedar", "--id", "20"]).refusal().contains("--id"));
    assert!(customer(&["edit", "1", "--name", "Birch"]).refusal().contains("Birch"));
    assert_eq!(customer(&["edit", "1", "--name", "Ash \"1\""]).ok(), "Changed customer 1.\n");
    assert_eq!(
        json_of(customer(&["list", "--json"])),
        json!([{"id": 1, "name": "Ash \"1\""}, {"id": 20, "name": "Birch"}])
    );
    assert_eq!(customer(&["list"]).ok(), " id  name\n 1   Ash \"1\"\n 20  Birch\n");
    with_db(&db, &["group", "add", "G", "--customer", "20"], "").ok();
    assert!(customer(&["remove", "20"]).refusal().contains("groups"));
    assert_eq!(customer(&["remove", "1"]).ok(), "Removed customer 1.\n");
    for arguments in [&["remove", "1"][..], &["edit", "1", "--name", "x"]] {
        assert!(customer(arguments).refusal().contains("tapeline customer list"));
    }
}

#[test]
fn groups_are_added_listed_changed_and_removed() {
    let folder = Folder::new();
    let db = folder.file("x.db");
    make_database(&db);
    let group = |arguments: &[&str]| with_db(&db, &[&["group"], arguments].concat(), "");
    assert_eq!(group(&["add", "Door", "--customer", "1"]).ok(), "Added group 6: Door\n");
    let add = [
        "add",
        "Lab",
        "--customer",
        "2",
        "--id",
        "60",
        "--description",
        "d",
        "--email",
        "lab@birch.example",
        "--expires",
        "0",
        "--fraction",
        "50",
        "--beep",
        "1",
        "--owner",
        "bea",
        "--record-in",
        "0",
        "--record-out",
        "0",
        "--transcribe",
        "1",
        "--json",
    ];
    assert_eq!(json_of(group(&add)), json!({"id": 60, "name": "Lab"}));
    let lab = |customer: &str| {
        let list = json_of(group(&["list", "--customer", customer, "--json"]));
        list.as_array().and_then(|rows| rows.last().cloned()).expect("a row")
    };
    assert_eq!(
        lab("2"),
        json!({"id": 60, "customer": 2, "name": "Lab", "description": "d", "email": "lab@birch.example",
            "expires": 0, "fraction": 50, "beep": 1, "owner": 7, "record_in": 0, "record_out": 0, "transcribe": 1})
    );
    group(&["edit", "60", "--name", "Laboratory", "--owner", "", "--add-member", "bea", "--expires", "30"])
        .ok();
    let changed = lab("2");
    assert_eq!(
        (&changed["name"], &changed["owner"], &changed["expires"]),
        (&json!("Laboratory"), &json!(0), &json!(30))
    );
    assert_eq!(changed["description"], "d", "what is not given stays");
    assert_eq!(sqlite3(&db, "SELECT person FROM recordgroup_members WHERE recordgroup = 60"), "7");
    assert_eq!(group(&["edit", "60", "--remove-member", "bea"]).ok(), "Changed group 60.\n");
    assert_eq!(sqlite3(&db, "SELECT count(*) FROM recordgroup_members WHERE recordgroup = 60"), "0");

    let before =
        sqlite3(&db, "SELECT * FROM recordgroups; SELECT * FROM recordgroup_members; SELECT * FROM audit;");
    for (arguments, word) in [
        (&["add", "x", "--customer", "99"][..], "customer 99"),
        (&["add", "x", "--customer", "1", "--id", "60"], "--id"),
        (&["add", "x", "--customer", "1", "--owner", "boris"], "customer 1"),
        (&["edit", "99", "--name", "x"], "tapeline group list"),
        (&["edit", "60", "--name", "y", "--owner", "sara"], "customer 2"),
        (&["edit", "60", "--name", "y", "--add-member", "nobody"], "tapeline user list"),
        (&["remove", "1"], "recordings"),
        (&["remove", "99"], "tapeline group list"),
    ] {
        let sentence = group(arguments).refusal();
        assert!(sentence.contains(word), "{sentence}");
    }
    let after =
        sqlite3(&db, "SELECT * FROM recordgroups; SELECT * FROM recordgroup_members; SELECT * FROM audit;");
    assert_eq!(after, before, "a command that fails changes nothing");
    assert_eq!(group(&["remove", "60"]).ok(), "Removed group 60.\n");
    assert!(group(&["list"]).ok().contains("after 365 days"));
}

#[test]
fn users_are_added_listed_changed_and_removed() {
    let folder = Folder::new();
    let db = folder.file("x.db");
    make_database(&db);
    let user = |arguments: &[&str], input: &str| with_db(&db, &[&["user"], arguments].concat(), input);
    let add = |name: &str, input: &str| {
        user(&["add", name, "--customer", "1", "--role", "agent", "--password-stdin"], input)
    };
    assert_eq!(add("zed", "a long secret\n").ok(), "Added user 8: zed\n");
    assert!(add("zed", "a long secret\n").refusal().contains("zed"));
    for (input, word) in [("\n", "empty"), ("", "empty"), ("\r\n", "empty"), (&*"x".repeat(73), "72")] {
        assert!(add("new", input).refusal().contains(word), "{input:?}");
    }
    for (input, word) in [("seven77\n", "at least 8"), ("Password1\n", "commonest")] {
        assert!(add("newcomer", input).refusal().contains(word), "{input:?}");
        assert!(user(&["passwd", "anna", "--password-stdin"], input).refusal().contains(word), "{input:?}");
    }
    assert!(add("newcomer", "NewComer\n").refusal().contains("name to log in with"));
    sqlite3(&db, "UPDATE people SET username = 'anna-lisa' WHERE username = 'anna';");
    let own = user(&["passwd", "anna-LISA", "--password-stdin"], "Anna-Lisa\n").refusal();
    assert!(own.contains("name to log in with"), "{own}");
    sqlite3(&db, "UPDATE people SET username = 'anna' WHERE username = 'anna-lisa';");
    add("longest", &"x".repeat(72)).ok();
    assert!(
        user(&["add", "new", "--customer", "1", "--role", "agent"], "a long secret\n")
            .refusal()
            .contains("--password-stdin")
    );
    for (customer, role, word) in
        [("99", "agent", "tapeline customer list"), ("1", "boss", "tapeline role list")]
    {
        let add = ["add", "new", "--customer", customer, "--role", role, "--password-stdin"];
        assert!(user(&add, "a long secret\n").refusal().contains(word));
    }
    let edit =
        ["edit", "zed", "--rename", "zoe", "--full-name", "Zoë", "--role", "supervisor", "--customer", "2"];
    assert_eq!(user(&edit, "").ok(), "Changed user zed.\n");
    let list = json_of(user(&["list", "--customer", "2", "--json"], ""));
    let zoe = &list.as_array().expect("rows")[2];
    assert_eq!(
        (&zoe["id"], &zoe["username"], &zoe["name"], &zoe["role"], &zoe["customer"]),
        (&json!(8), &json!("zoe"), &json!("Zoë"), &json!("supervisor"), &json!(2))
    );
    let text = sqlite3(&db, "SELECT hash FROM people WHERE username = 'zoe'");
    assert!(text.starts_with("$2"), "{text}");
    for said in [user(&["list"], "").ok(), list.to_string()] {
        assert!(said.contains("zoe") && !said.contains("$2"), "no hashes: {said}");
    }
    user(&["passwd", "zoe", "--password-stdin"], "another secret\n").ok();
    assert_ne!(sqlite3(&db, "SELECT hash FROM people WHERE username = 'zoe'"), text);
    assert_eq!(user(&["remove", "zoe"], "").ok(), "Removed user zoe.\n");
    for arguments in
        [&["remove", "zoe"][..], &["edit", "zoe", "--role", "user"], &["passwd", "zoe", "--password-stdin"]]
    {
        assert!(user(arguments, "a long secret\n").refusal().contains("tapeline user list"));
    }
    assert!(user(&["edit", "anna", "--rename", "sara"], "").refusal().contains("sara"));
    assert_eq!(sqlite3(&db, "SELECT count(*) FROM audit WHERE username = 'command line'"), "5");
    let audit = sqlite3(&db, "SELECT * FROM audit");
    assert!(!audit.contains("secret") && !audit.contains("$2"), "{audit}");
}

#[test]
fn roles_are_listed_with_what_they_allow() {
    let folder = Folder::new();
    let db = folder.file("x.db");
    let roles = json_of(with_db(&db, &["role", "list", "--json"], ""));
    let privileges: Vec<(&str, Vec<&str>)> = roles
        .as_array()
        .expect("rows")
        .iter()
        .map(|role| {
            let words = role["privileges"].as_array().expect("words");
            let mut words: Vec<&str> = words.iter().map(|word| word.as_str().expect("text")).collect();
            words.sort_unstable();
            (role["name"].as_str().expect("text"), words)
        })
        .collect();
    assert_eq!(
        privileges,
        [
            ("owner", vec!["administrator", "owner", "record"]),
            ("administrator", vec!["administrator", "record"]),
            ("supervisor", vec!["record"]),
            ("agent", vec!["record_own"]),
            ("user", vec![]),
        ]
    );
    assert!(with_db(&db, &["role", "list"], "").ok().contains("record_own"));
}

#[test]
fn names_from_anywhere_do_not_move_the_cursor() {
    let folder = Folder::new();
    let db = folder.file("x.db");
    with_db(&db, &["role", "list"], "").ok();
    sqlite3(&db, "INSERT INTO customers (name) VALUES (char(27) || '[2Jgone' || char(10) || 'x');");
    let list = with_db(&db, &["customer", "list"], "").ok();
    assert!(list.chars().all(|c| c == '\n' || !c.is_control()), "{list:?}");
    assert_eq!(json_of(with_db(&db, &["customer", "list", "--json"], ""))[0]["name"], "\u{1b}[2Jgone\nx");
}

#[test]
fn settings_come_from_flag_then_variable_then_file_then_default() {
    let folder = Folder::new();
    let [flag, variable, file] = ["flag.db", "variable.db", "file.db"].map(|name| folder.file(name));
    let config = folder.file("tapeline.toml");
    fs::write(&config, format!("db = {file:?}\nbcrypt_cost = 5\n")).expect("a file");
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).expect("a mode");
    let list =
        |command: &mut Command| finish(command.args(["role", "list", "--config"]).arg(&config), "").ok();

    list(&mut tapeline());
    assert!(file.exists() && !variable.exists());
    list(tapeline().env("TAPELINE_DB", &variable));
    assert!(variable.exists() && !flag.exists());
    list(tapeline().env("TAPELINE_DB", &variable).arg("--db").arg(&flag));
    assert!(flag.exists());
    finish(tapeline().env("TAPELINE_CONFIG", &config).args(["customer", "add", "x"]), "").ok();
    assert_eq!(sqlite3(&file, "SELECT name FROM customers"), "x");
    let said = finish(tapeline().current_dir(folder.path()).args(["role", "list"]), "");
    said.ok();
    assert!(folder.file("recordings.db").exists());

    let init = ["init", "--customer", "x2", "--user", "olga", "--password-stdin", "--config"];
    finish(tapeline().env_remove("TAPELINE_BCRYPT_COST").args(init).arg(&config), "a long secret\n").ok();
    assert!(sqlite3(&file, "SELECT hash FROM people").starts_with("$2b$05$"));
}

#[test]
fn a_setting_that_is_not_right_is_refused_in_a_sentence() {
    let folder = Folder::new();
    let config = folder.file("tapeline.toml");
    let with_config = |text: &str| {
        fs::write(&config, text).expect("a file");
        fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).expect("a mode");
        finish(tapeline().args(["role", "list", "--config"]).arg(&config), "")
    };
    for (text, word) in [
        ("dbb = 'x'", "dbb"),
        ("listen = 'nowhere'", "listen"),
        ("streams = 'many'", "streams"),
        ("compat = 'other'", "other"),
        ("streams = -1", "streams"),
        ("= 1", "tapeline.toml"),
    ] {
        let said = with_config(text);
        assert_eq!((said.status, said.out.as_str()), (1, ""), "{text}");
        assert!(said.err.contains(word) && said.err.contains("tapeline config"), "{}", said.err);
    }
    for text in ["streams = 0", "readers = 1", "stream_stall_seconds = 0", "token_hours = 0"] {
        let name = text.split(' ').next().expect("a name");
        let sentence = with_config(text).refusal();
        assert!(sentence.contains(name), "{sentence}");
    }
    let none = finish(tapeline().args(["role", "list", "--config", "/none/such.toml"]), "").refusal();
    assert!(none.contains("--config"), "{none}");
    assert_eq!(finish(tapeline().env("TAPELINE_STREAMS", "many").args(["role", "list"]), "").status, 2);
}

#[test]
fn the_sample_of_the_configuration_is_a_configuration() {
    let folder = Folder::new();
    let sample = run(&["config"]).ok();
    sample.parse::<toml::Table>().expect("TOML");
    let help = run(&["serve", "--help"]).ok();
    let without_a_flag = ["TAPELINE_ASTERISK_SECRET", "TAPELINE_FREESWITCH_SECRET"];
    let words = sample.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    for word in words.filter(|word| word.starts_with("--") || word.starts_with("TAPELINE_")) {
        assert!(word == "TAPELINE_" || without_a_flag.contains(&word) || help.contains(word), "{word}");
    }
    for flag in help.split("[env: ").skip(1).filter_map(|rest| rest.split('=').next()) {
        assert!(flag == "TAPELINE_CONFIG" || sample.contains(flag), "{flag} is not in the sample");
    }
    let file = folder.file("tapeline.toml");
    finish(tapeline().args(["config", "--output"]).arg(&file), "").ok();
    assert_eq!(fs::read_to_string(&file).expect("the file").trim_end(), sample.trim_end());
    assert_eq!(fs::metadata(&file).expect("the file").permissions().mode() & 0o777, 0o600);
    let again = finish(tapeline().args(["config", "--output"]).arg(&file), "").refusal();
    assert!(again.contains("never overwritten"), "{again}");

    // Every setting that it explains, uncommented, is understood.
    let all: String = sample
        .lines()
        .filter_map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(&file, &all).expect("a file");
    finish(tapeline().current_dir(folder.path()).args(["role", "list", "--config"]).arg(&file), "").ok();
    // Lists and tables stand in the file only.
    let all: toml::Table = all.parse().expect("TOML");
    for (name, _) in all.iter().filter(|(_, value)| !value.is_array() && !value.is_table()) {
        let help = run(&["serve", "--help"]).ok();
        assert!(help.contains(&format!("TAPELINE_{}", name.to_uppercase())), "{name} has a variable");
        assert!(help.contains(&format!("--{}", name.replace('_', "-"))), "{name} has a flag");
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("a mode");
    let said =
        finish(tapeline().current_dir(folder.path()).args(["role", "list", "--config"]).arg(&file), "");
    assert_eq!(said.err, "", "that is said where the server starts");
}

#[test]
fn plain_http_beyond_this_machine_is_warned_of() {
    let folder = Folder::new();
    let db = folder.file("x.db");
    for (listen, warned) in [("0.0.0.0:0", true), ("127.0.0.1:0", false)] {
        let mut command = tapeline();
        command
            .args(["serve", "--listen", listen, "--db"])
            .arg(&db)
            .arg("--media-root")
            .arg(folder.file("sound"));
        let said = Serving::start(&mut command).stop();
        assert_eq!(said.err.contains("plain HTTP"), warned, "{}", said.err);
    }
}

#[test]
fn a_port_that_is_taken_is_told_in_a_sentence() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let mut command = tapeline();
    command.args(["serve", "--listen", &address, "--db"]).arg(folder.file("x.db"));
    let sentence = finish(command.arg("--media-root").arg(folder.file("sound")), "").refusal();
    assert!(sentence.contains(&address) && sentence.contains("--listen"), "{sentence}");
}

#[test]
fn compat_enswitch_is_a_flag_a_variable_and_a_key() {
    let folder = Folder::new();
    let db = folder.file("x.db");
    let config = folder.file("tapeline.toml");
    fs::write(&config, "compat = \"enswitch\"\n").expect("a file");
    let status = |command: &mut Command| {
        let server = Serving::start(command);
        Caller { address: server.address, from: None, headers: Vec::new() }.get("user/login").status
    };
    assert_eq!(status(&mut serve(&db)), 401);
    assert_eq!(status(serve(&db).args(["--compat", "enswitch"])), 200);
    assert_eq!(status(serve(&db).env("TAPELINE_COMPAT", "enswitch")), 200);
    assert_eq!(status(serve(&db).arg("--config").arg(&config)), 200);
    assert_eq!(status(serve(&db).arg("--config").arg(&config).args(["--compat", "none"])), 401);
}

#[test]
fn told_to_stop_it_ends_the_requests_in_flight_first() {
    for signal in ["TERM", "INT"] {
        let folder = Folder::new();
        let db = folder.file("x.db");
        make_database(&db);
        sqlite3(
            &db,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
             INSERT INTO recordings (customer, recordgroup, uniqueid, start, complete, cnumber)
             SELECT 2, 4, i, 1600000000 + i, 1, printf('%.*c', 300, 'x') FROM n;",
        );
        let server = Serving::start(&mut serve(&db));
        let olga = server.caller("olga", crate::app::PASSWORD);
        let mut stream = http::connect(server.address, None, Some(4096));
        let bytes = olga.bytes("GET", "/api/json/recording/recordings/list?recordgroup=4", &[], b"");
        stream.write_all(&bytes).expect("the server reads");
        let (status, headers, rest) = http::read_head(&mut stream);
        assert_eq!(status, 200);
        server.signal(signal);
        until("that it takes no new ones", || std::net::TcpStream::connect(server.address).is_err());
        let answer = http::read_body(&mut stream, status, headers, rest);
        assert_eq!(answer.data().as_array().map(Vec::len), Some(20_001), "{signal}");
        let said = server.wait();
        assert_eq!(said.status, 0, "{signal} {}", said.err);
    }
}

#[test]
fn told_to_stop_it_does_not_wait_for_idle_connections() {
    let folder = Folder::new();
    let server = Serving::start(&mut serve(&folder.file("x.db")));
    let mut idle = http::connect(server.address, None, None);
    idle.write_all(b"GET /api/json/user/login HTTP/1.1\r\nHost: tapeline\r\n\r\n").expect("the server reads");
    assert_eq!(http::read_answer(&mut idle).status, 401);
    let _silent = http::connect(server.address, None, None);
    assert_eq!(server.stop().status, 0);
}

#[test]
fn the_demo_is_a_believable_office() {
    let folder = Folder::new();
    let (db, sound) = (folder.file("demo.db"), folder.file("sound"));
    let demo = || finish(tapeline().args(["demo", "--db"]).arg(&db).arg("--media-root").arg(&sound), "");
    let said = demo().ok();
    assert!(said.contains("password"), "{said}");
    assert_eq!(
        sqlite3(
            &db,
            "SELECT count(*) FROM customers; SELECT count(*) FROM recordgroups; SELECT count(*) FROM people;
             SELECT count(*) FROM recordings; SELECT count(*) FROM recordings WHERE start > unixepoch();
             SELECT count(*) FROM recordings WHERE start < unixepoch() - 370 * 86400;"
        ),
        "2\n6\n40\n5000\n0\n0"
    );
    let in_progress: u32 =
        sqlite3(&db, "SELECT count(*) FROM recordings WHERE complete = 0").parse().expect("a number");
    assert!((1..20).contains(&in_progress));
    let wrong = "SELECT count(*) FROM recordings WHERE complete = 0 AND (\"end\" OR talktime OR totaltime)";
    assert_eq!(sqlite3(&db, wrong), "0");
    let paths = sqlite3(&db, "SELECT path, size FROM recordings WHERE path <> '' AND NOT stale AND complete");
    let mut files = 0;
    for line in paths.lines() {
        let (path, size) = line.rsplit_once('|').expect("two columns");
        let file = fs::metadata(sound.join(path)).expect("the sound of a row");
        assert_eq!(file.len().to_string(), size, "{path}");
        files += 1;
    }
    assert_eq!(files + in_progress, 5_000, "every call has its sound");
    assert!(demo().refusal().contains("--db"), "never into a database that is not empty");

    let server = Serving::start(&mut serve(&db));
    let olga = server.caller("astrid", "tapeline-demo");
    assert!(olga.get("recording/recordings/list?limit=5").rows().split(' ').count() == 5);
}

#[test]
fn names_that_nobody_could_log_in_with_are_refused_in_a_sentence() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    finish(tapeline().args(["customer", "add", "Acme", "--db"]).arg(&db), "").ok();
    for (name, why) in [
        ("", "must not be empty"),
        ("a:b", "must not have a colon"),
        ("a\nb", "must not have the control character U+000A"),
    ] {
        let add = ["user", "add", name, "--customer", "1", "--role", "user", "--password-stdin", "--db"];
        let said = finish(tapeline().args(add).arg(&db), "a long secret\n");
        assert_eq!(said.status, 1, "{name:?}");
        assert!(said.err.contains(why), "{}", said.err);
    }
    for add in [&["customer", "add", " "][..], &["group", "add", "", "--customer", "1"]] {
        assert_eq!(finish(tapeline().args(add).arg("--db").arg(&db), "").status, 1, "{add:?}");
    }
}
