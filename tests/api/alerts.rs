//! What is wrong, said to whoever can mend it: in one list, in the log and at the start, until it is over.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use serde_json::{Value, json};

use crate::app::{spawn_app, spawn_with};
use crate::faults::Mount;
use crate::office::{Office, PASSWORD};
use crate::program::{Folder, Serving, finish, serve, sqlite3, tapeline};
use crate::spool::{age, wav, write};
use crate::waiting::until;

const ALERTS: &str = "status/alerts/list";

/// The words for programs, of all that is wrong but for the disk of whoever runs the tests.
fn words(alerts: &Value) -> Vec<&str> {
    let words =
        alerts.as_array().expect("a list").iter().map(|alert| alert["what"].as_str().expect("a word"));
    words.filter(|word| !word.starts_with("disk_")).collect()
}

/// Waits until it is the only thing that is wrong, and gives it.
#[track_caller]
fn only(office: &Office, what: &str) -> Value {
    until(what, || words(&office.ask(ALERTS, "")) == [what]);
    let alert = office.ask(ALERTS, "")[0].clone();
    assert!(alert["since"].as_i64().is_some_and(|since| since > 1_700_000_000), "{alert}");
    alert
}

#[track_caller]
fn nothing(office: &Office) {
    until("nothing is wrong", || words(&office.ask(ALERTS, "")).is_empty());
}

#[test]
fn where_nothing_is_watched_or_listened_to_every_administrator_is_told() {
    let app = spawn_app();
    let alerts = app.owner().get(ALERTS).data();
    assert_eq!(words(&alerts), ["not_filed", "sound_away"]);
    let alert = &alerts[0];
    assert_eq!(alert["sentence"], "Nothing is recorded: no folder is watched and no PBX is listened to");
    assert!(alert["todo"].as_str().is_some_and(|todo| todo.contains("TAPELINE_WATCH")), "{alert}");
    assert_eq!(alert["urgent"], 1);
    assert_eq!(app.owner().get("status/get").data()["alerts"], alerts);
    // Of two customers, one's administrator knows that, and no names of files, folders and rules.
    let told = app.administrator().get(ALERTS).data();
    assert_eq!(words(&told), ["not_filed"]);
    assert_eq!(told[0]["todo"], "tell whoever runs this Tapeline");
    for caller in [app.user(), app.agent(), app.supervisor(), app.stranger()] {
        assert_eq!(caller.get(ALERTS).codes(), "402");
    }
}

#[test]
fn where_a_folder_is_watched_and_all_is_well_nothing_is_told() {
    let app = spawn_with(|config| {
        config.watch = true;
        config.folders = vec![tapeline::config::Folder::default()];
        config.rules = vec![tapeline::config::Rule { skip: true, ..Default::default() }];
        fs::create_dir_all(&config.media_root).expect("a folder");
    });
    assert!(words(&app.owner().get(ALERTS).data()).is_empty());
}

#[test]
fn a_media_root_that_was_named_and_is_missing_is_not_made_and_is_watched_when_it_comes() {
    let mut office = Office::new("[[folders]]\nmachine = \"pbx1\"\nzone = \"UTC\"\n");
    fs::remove_dir(office.root()).expect("it goes");
    office.start_as(|command| {
        command.env("TAPELINE_LOG", "warn");
    });
    let root = office.root().display().to_string();
    let alert = only(&office, "folder_away");
    let sentence = alert["sentence"].as_str().expect("words");
    assert!(sentence.contains(&root) && sentence.starts_with("Nothing is recorded from "), "{alert}");
    assert!(alert["todo"].as_str().is_some_and(|todo| todo.contains("--media-root")), "{alert}");
    assert!(!office.root().exists(), "a folder in its place would hide that");
    let source = office.source("folder");
    assert_eq!((&source["path"], &source["files"]), (&json!(root), &Value::Null), "unknown is not none");
    write(&office.path("a.wav"), &wav("a", 1));
    office.until("SELECT path FROM recordings WHERE complete", "a.wav");
    nothing(&office);
    until("it is counted", || office.source("folder")["files"] == 1);
    let log = office.stop();
    let told: Vec<&str> = log.lines().filter(|line| line.contains(sentence)).collect();
    assert!(told.len() == 1 && told[0].contains("WARN"), "{log}");
}

#[test]
fn the_start_says_what_is_watched_and_what_is_wrong() {
    let mut office = Office::new("");
    for name in ["a.wav", "b.wav"] {
        write(&office.path(name), &wav(name, 1));
    }
    fs::write(office.path("readme.txt"), "none").expect("a file");
    let said = Serving::start(&mut office.command(&["serve"])).stop();
    let watching = format!("watching {}, 2 files\n", office.root().display());
    assert!(said.out.contains(&watching) && !said.out.contains("Nothing is recorded"), "{}", said.out);
    fs::rename(office.root(), office.folder.file("elsewhere")).expect("moved");
    let said = Serving::start(&mut office.command(&["serve"])).stop();
    assert!(said.out.contains("Nothing is recorded from ") && !said.out.contains("watching"), "{}", said.out);
    assert!(!said.out.contains('\u{1b}'), "no colour where nobody sees it: {}", said.out);
    let said = Serving::start(office.command(&["serve"]).env("TAPELINE_WATCH", "false")).stop();
    assert!(said.out.contains("Nothing is recorded: no folder is watched"), "{}", said.out);
    office.stop();
}

#[test]
fn an_empty_mount_point_is_no_folder_whose_sound_is_gone() {
    for name in ["", "siteb"] {
        let settings = format!("[[folders]]\nfolder = \"{name}\"\nmachine = \"pbx1\"\nzone = \"UTC\"\n");
        let mut office = Office::new(&settings);
        let (folder, disk) = (office.root().join(name), office.folder.file("disk"));
        (0..3).for_each(|number| write(&folder.join(format!("{number}.wav")), &wav(&number.to_string(), 1)));
        (0..3).for_each(|number| age(&folder.join(format!("{number}.wav")), 10));
        office.start();
        office.until("SELECT count(*), sum(stale) FROM recordings WHERE complete", "3|0");
        office.stop();
        fs::rename(&folder, &disk).expect("unmounted");
        fs::create_dir_all(&folder).expect("what it was mounted on");
        office.start();
        let alert = only_of(&office, "folder_away");
        assert!(
            alert["sentence"].as_str().is_some_and(|said| said.contains("is empty, although")),
            "{alert}"
        );
        until("its rows were looked at", || office.source("rows")["trouble"].to_string().contains("3 of 3"));
        office.until("SELECT count(*), sum(stale) FROM recordings", "3|0");
        fs::remove_dir(&folder).expect("it goes");
        fs::rename(&disk, &folder).expect("mounted");
        write(&folder.join("4.wav"), &wav("4", 1));
        office.until("SELECT count(*), sum(stale) FROM recordings WHERE complete", "4|0");
        nothing(&office);
    }
}

/// Waits until it is among what is wrong.
#[track_caller]
fn only_of(office: &Office, what: &str) -> Value {
    let find = || {
        let alerts = office.ask(ALERTS, "");
        alerts.as_array().expect("a list").iter().find(|alert| alert["what"] == what).cloned()
    };
    crate::waiting::wait(what, find)
}

#[test]
fn a_disk_that_is_unmounted_while_it_is_watched_is_told_and_takes_no_row_along() {
    let folder = Folder::new();
    let (disk, root) = (folder.file("disk"), folder.file("sound"));
    fs::create_dir_all(&disk).expect("a folder");
    let bind = ["--bind", disk.to_str().expect("UTF-8")];
    let Some(mount) = Mount::new(&bind, &root) else { return };
    let mut office =
        Office::recorded_to(Some(root.clone()), "[[folders]]\nmachine = \"pbx1\"\nzone = \"UTC\"\n");
    office.start();
    write(&root.join("a.wav"), &wav("a", 1));
    office.until("SELECT path, stale FROM recordings WHERE complete", "a.wav|0");
    let umount = Command::new("umount").arg("-l").arg(&root).status().expect("umount runs");
    assert!(umount.success());
    only_of(&office, "folder_away");
    office.until("SELECT path, stale FROM recordings", "a.wav|0");
    let _again = Mount::new(&bind, &root).expect("mounted again");
    write(&root.join("b.wav"), &wav("b", 1));
    office.until("SELECT path, stale FROM recordings WHERE complete ORDER BY path", "a.wav|0\nb.wav|0");
    nothing(&office);
    office.stop();
    drop(mount);
}

#[test]
fn recordings_of_which_nobody_knows_whose_they_are_are_told_with_their_number_until_it_is_said() {
    let mut office = Office::new("");
    office.sqlite3("INSERT INTO customers (name) VALUES ('Birch')");
    let said = Serving::start(&mut office.command(&["serve"])).stop();
    assert!(
        said.out.contains("New recordings wait, and are in no list: there are 2 customers"),
        "{}",
        said.out
    );
    office.start_as(|command| {
        command.env("TAPELINE_LOG", "warn");
    });
    let alert = only(&office, "recordings_wait");
    assert!(
        alert["todo"].as_str().is_some_and(|todo| todo.starts_with("end [[rules]] in the configuration")),
        "{alert}"
    );
    write(&office.path("a.wav"), &wav("a", 1));
    until("it is counted", || {
        office.ask(ALERTS, "")[0]["sentence"]
            .as_str()
            .is_some_and(|said| said.starts_with("1 recording waits, and is in no list"))
    });
    assert_eq!(office.ask(ALERTS, "")[0]["since"], alert["since"], "since it is so");
    office.sqlite3("DELETE FROM customers WHERE name = 'Birch'");
    office.until("SELECT path FROM recordings", "a.wav");
    nothing(&office);
    let log = office.stop();
    let warned = log.lines().filter(|line| line.contains("WARN") && line.contains("New recordings wait"));
    assert_eq!(warned.count(), 1, "{log}");
}

#[test]
fn a_file_put_into_the_folder_of_the_demo_is_filed() {
    let folder = Folder::new();
    let db = folder.file("demo.db");
    let (sound, text) = (folder.text("demo"), db.to_str().expect("UTF-8"));
    finish(tapeline().args(["demo", "--db", text, "--media-root", &sound]), "").ok();
    // Its own thousands of files take their time.
    sqlite3(&db, "DELETE FROM recordings");
    fs::create_dir(folder.file("sound")).expect("a folder");
    let serving = Serving::start(serve(&db).env("TAPELINE_WATCH", "true"));
    let file = folder.file("sound/in-5550100-5551230002-20261124-055328-1795499608.28.wav");
    write(&file, &wav("new", 1));
    until("it has a row", || {
        sqlite3(&db, "SELECT count(*) FROM recordings WHERE uniqueid = '1795499608.28' AND recordgroup > 0")
            == "1"
    });
    let alerts = serving.caller("astrid", "tapeline-demo").get(ALERTS).data();
    assert!(
        !words(&alerts).contains(&"recordings_wait") && !words(&alerts).contains(&"not_filed"),
        "{alerts}"
    );
    let said = serving.stop();
    assert!(!said.out.contains("wait") && !said.out.contains("Nothing is recorded"), "{}", said.out);
}

#[test]
fn init_refuses_a_media_root_that_is_not_there_and_makes_the_default_one_only() {
    let folder = Folder::new();
    let db = folder.text("office.db");
    let missing = folder.text("nowhere");
    let refused = finish(tapeline().args(["init", "--db", &db, "--media-root", &missing]), "").refusal();
    assert!(refused.contains(&missing) && refused.contains("mkdir -p"), "{refused}");
    assert!(!folder.file("office.db").exists() && !folder.file("nowhere").exists());
    let config = folder.file("c.toml");
    fs::write(&config, format!("media_root = {:?}\n[[folders]]\nfolder = \"pbx1\"\n", folder.path()))
        .expect("a file");
    let mut init = tapeline();
    init.args(["init", "--db", &db, "--config"]).arg(&config);
    assert!(finish(&mut init, "").ok().contains(&format!("mkdir -p {}", folder.text("pbx1"))));
    assert!(!folder.file("pbx1").exists());
    let here = folder.file("here");
    fs::create_dir(&here).expect("a folder");
    finish(tapeline().arg("init").current_dir(&here), "").ok();
    assert!(here.join("recordings").is_dir() && here.join("recordings.db").is_file());
}

#[test]
fn another_customer_and_what_it_leads_to_is_told_when_it_is_added() {
    let folder = Folder::new();
    let db = folder.text("office.db");
    let run = |words: &[&str]| finish(tapeline().args(words).args(["--db", &db]), "");
    let init = ["init", "--customer", "My \"office\"", "--user", "admin", "--password-stdin"];
    finish(tapeline().args(init).args(["--db", &db]), "a long password\n").ok();
    let said = run(&["customer", "add", "Acme"]).ok();
    let (added, rules) = said.split_once('\n').expect("lines");
    assert_eq!(added, "Added customer 2: Acme");
    assert!(
        rules.contains("2 customers now") && rules.contains("tapeline group add Office --customer 2"),
        "{rules}"
    );
    // What it says to add is right, word by word.
    let rules = rules.split_once("\n\n").expect("a paragraph").1;
    run(&["group", "add", "Office", "--customer", "2"]).ok();
    let config = folder.file("c.toml");
    fs::write(&config, rules).expect("a file");
    let test = |file: &str| {
        finish(tapeline().args(["rules", "test", file, "--db", &db, "--config"]).arg(&config), "").ok()
    };
    assert!(test("acme/a.wav").contains("group 2 (Office) of customer 2"), "{}", test("acme/a.wav"));
    assert!(test("a.wav").contains("group 1 (Office) of customer 1"), "{}", test("a.wav"));
    // With rules that say it, nothing follows; a program gets nothing but its answer.
    let more = ["customer", "add", "Beech", "--db", &db, "--config", config.to_str().expect("UTF-8")];
    assert_eq!(finish(tapeline().args(more), "").ok(), "Added customer 3: Beech\n");
    let json = run(&["customer", "add", "Cedar", "--json"]);
    assert!(json.err.contains("4 customers now"), "{json:?}");
    assert_eq!(serde_json::from_str::<Value>(&json.ok()).expect("JSON"), json!({"id": 4, "name": "Cedar"}));
    for (id, left) in [("4", true), ("3", true)] {
        let said = run(&["customer", "remove", id]).ok();
        assert_eq!(said.contains("New recordings wait"), !left, "{said}");
    }
}

#[test]
fn the_last_group_is_not_removed_without_a_word() {
    let mut office = Office::new("");
    let said = finish(&mut office.command(&["group", "remove", "1"]), "").ok();
    assert!(said.contains("New recordings wait, in no list: customer 1 (Alder) has no group yet"), "{said}");
    let _ = (PASSWORD, office.stop());
}

#[test]
fn a_disk_below_the_media_root_that_is_not_mounted_is_told_and_takes_no_row_along() {
    let mut office = Office::new("[[folders]]\nmachine = \"pbx1\"\nzone = \"UTC\"\n");
    let at = office.root().join("2025");
    let Some(mount) = Mount::new(&["-t", "tmpfs", "none"], &at) else { return };
    for name in ["2025/a.wav", "2025/b.wav", "c.wav", "2026/d.wav"] {
        write(&office.path(name), &wav(name, 1));
    }
    office.start();
    const STALE: &str = "SELECT count(*), group_concat(path) FILTER (WHERE stale) FROM recordings";
    office.until(STALE, "4|");
    // A folder that is deleted is another matter.
    let umount = Command::new("umount").arg("-l").arg(&at).status().expect("umount runs");
    assert!(umount.success());
    fs::remove_dir_all(office.root().join("2026")).expect("it goes");
    office.until(STALE, "4|2026/d.wav");
    let told = |office: &Office| {
        let alert = only(office, "folder_away");
        let said = alert["sentence"].as_str().expect("words");
        assert!(said.starts_with("The sound of 2 recordings is away"), "{alert}");
        assert!(said.contains(at.to_str().expect("UTF-8")), "{alert}");
        office.until(STALE, "4|2026/d.wav");
    };
    told(&office);
    office.stop();
    office.start();
    told(&office);
    // The PBX goes on, into what the disk was mounted on.
    write(&office.path("2025/e.wav"), &wav("e", 1));
    office.until(STALE, "5|2026/d.wav");
    office.stop();
    office.start();
    told_of_two(&office);
    office.stop();
    drop(mount);
}

fn told_of_two(office: &Office) {
    let alert = only(office, "folder_away");
    assert!(alert["sentence"].as_str().is_some_and(|said| said.contains("of 2 recordings")), "{alert}");
}

#[test]
fn a_media_root_that_may_not_be_read_is_told_and_takes_no_row_along() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: only root may give a file to another user");
        return;
    }
    let mut office = Office::new("[[folders]]\nmachine = \"pbx1\"\nzone = \"UTC\"\n");
    (0..4)
        .for_each(|number| write(&office.path(&format!("deep/{number}.wav")), &wav(&number.to_string(), 1)));
    const STALE: &str = "SELECT count(*), sum(stale) FROM recordings WHERE complete";
    let start = |office: &mut Office| {
        let all = office.folder.file(".");
        assert!(
            Command::new("chown").args(["-R", "65534"]).arg(&all).status().expect("chown runs").success()
        );
        assert!(
            Command::new("chown")
                .arg("-R")
                .arg("0")
                .arg(office.root())
                .status()
                .expect("chown runs")
                .success()
        );
        office.start_as(|command| {
            command.uid(65_534);
        });
    };
    let mode =
        |at: &std::path::Path, mode| fs::set_permissions(at, Permissions::from_mode(mode)).expect("a mode");
    start(&mut office);
    office.until(STALE, "4|0");
    office.stop();
    mode(&office.root(), 0o700);
    start(&mut office);
    let alert = only(&office, "folder_away");
    assert!(!alert.to_string().contains("os error"), "{alert}");
    until("its rows were looked at", || office.source("rows")["trouble"].to_string().contains("4 of 4"));
    office.until(STALE, "4|0");
    mode(&office.root(), 0o755);
    office.stop();
    start(&mut office);
    nothing(&office);
    // While it is watched.
    mode(&office.root(), 0o700);
    only_of(&office, "folder_away");
    mode(&office.root(), 0o755);
    nothing(&office);
    office.until(STALE, "4|0");
    office.stop();
}
