//! The README's lines, typed as they stand there, one after the other, on a machine that has nothing yet.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::app::{Caller, basic};
use crate::program::{Folder, Said, Serving, finish};
use crate::waiting::until;

const README: &str = include_str!("../../README.md");

/// What is typed where a password is asked for, twice.
const PASSWORD: &str = "rosemary-4711";

/// A machine with its own /etc, /var/lib, /var/spool and /usr/local/bin; what is behind them stays between the lines.
struct Machine(Folder);

impl Machine {
    /// With the source of Tapeline built, and a PBX that has recorded two calls.
    fn new() -> Machine {
        let machine = Machine(Folder::new());
        for name in ["bin", "lib", "etc", "spool/asterisk/monitor/2026/11/24", "source/target/release"] {
            fs::create_dir_all(machine.0.file(name)).expect("a folder");
        }
        for name in ["passwd", "group", "hosts", "nsswitch.conf", "ld.so.cache"] {
            let _ = fs::copy(Path::new("/etc").join(name), machine.0.file("etc").join(name));
        }
        let built = machine.0.file("source/target/release/tapeline");
        fs::hard_link(env!("CARGO_BIN_EXE_tapeline"), &built)
            .or_else(|_| fs::copy(env!("CARGO_BIN_EXE_tapeline"), &built).map(|_| ()))
            .expect("the built program");
        machine.records("in-5550100-5551230002-20261124-055328-1795499608.28.wav");
        machine
    }

    /// A call that the PBX has recorded.
    fn records(&self, name: &str) {
        let sound = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/call.wav");
        fs::copy(sound, self.0.file("spool/asterisk/monitor/2026/11/24").join(name)).expect("a recording");
    }

    /// A shell of its administrator that does one line. A namespace of its own is thrown away with it.
    fn types(&self, line: &str) -> Command {
        let root = self.0.text("");
        let mut command = Command::new("unshare");
        command.args(if is_root() { &["--mount"][..] } else { &["--map-root-user", "--mount"] });
        let mounts = "cd \"$1/source\"
            mount --bind \"$1/bin\" /usr/local/bin; mount --bind \"$1/lib\" /var/lib
            mount --bind \"$1/spool\" /var/spool; mount --bind \"$1/etc\" /etc
            export PATH=/usr/local/bin:/usr/bin:/bin; exec bash -c \"$2\"";
        command.args(["sh", "-ec", mounts, "sh", &root, line]);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TAPELINE_")) {
            command.env_remove(name);
        }
        // What would only cost time, and a port that nobody else has.
        command.env("TAPELINE_BCRYPT_COST", "4").env("TAPELINE_LISTEN", "127.0.0.1:0");
        command
    }

    /// The same at a terminal, where a password is asked for; what is typed waits there until it is.
    fn types_at_terminal(&self, line: &str) -> Said {
        let mut command = self.types("exec script --quiet --return --command \"$LINE\" /dev/null");
        finish(command.env("LINE", line), &format!("{PASSWORD}\n{PASSWORD}\n"))
    }
}

fn is_root() -> bool {
    let said = Command::new("id").arg("-u").output().expect("id runs");
    said.stdout == b"0\n"
}

fn make(arguments: &[&str]) -> Command {
    let mut command = Command::new("make");
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL");
    command.env("TAPELINE_BCRYPT_COST", "4");
    command
}

/// The blocks of code below a heading, each line without its comment.
fn blocks(heading: &str) -> Vec<Vec<String>> {
    let from = README.split(&format!("\n## {heading}\n")).nth(1).expect("a chapter of this name");
    let chapter = from.split("\n## ").next().expect("its text");
    let mut blocks = vec![vec![]];
    for line in chapter.lines() {
        match line.strip_prefix("    ") {
            Some(code) => blocks.last_mut().expect("a block").push(without_comment(code)),
            None if blocks.last().is_some_and(|block| !block.is_empty()) => blocks.push(vec![]),
            None => {}
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

fn without_comment(code: &str) -> String {
    code.split("  #").next().expect("code").trim_end().to_owned()
}

/// The lines for one's own office, up to the one that serves.
fn office_of_its_own() -> (Vec<String>, String) {
    let mut lines = blocks("Quick start").pop().expect("the last block");
    let serve = lines.pop().expect("a line");
    assert!(serve.starts_with("tapeline serve"), "{serve}");
    (lines, serve)
}

/// A machine where Tapeline was installed as the README says.
fn installed() -> Machine {
    let machine = Machine::new();
    for line in office_of_its_own().0 {
        if line.contains("tapeline init") {
            typed_with_password(&machine, &line);
        } else {
            // What was built for the tests is what it would build.
            let line = line.trim_start_matches("cargo build --release && ");
            finish(&mut machine.types(line), "").ok();
        }
    }
    machine
}

#[track_caller]
fn typed_with_password(machine: &Machine, line: &str) {
    let said = machine.types_at_terminal(line);
    assert_eq!(said.status, 0, "{line}: {said:?}");
    assert!(said.out.contains("assword: "), "{line} asks for it: {said:?}");
}

/// How many calls the owner sees, over both customers.
fn calls(server: &Serving) -> u64 {
    let owner = Caller { address: server.address, from: None, headers: vec![] }
        .with("Authorization", &basic("admin", PASSWORD));
    owner.get("recording/recordings/list?count=1;complete=-1").data()["count"].as_u64().expect("a count")
}

#[test]
fn the_quick_start_leads_to_a_page_with_what_the_pbx_has_recorded_and_records() {
    let machine = installed();
    let server = Serving::start(&mut machine.types(&office_of_its_own().1));
    assert_eq!(server.address.ip().to_string(), "127.0.0.1");
    until("the recording of before is there", || calls(&server) == 1);
    machine.records("out-5550100-201-20261124-060000-1795500000.30.wav");
    until("so is a new one", || calls(&server) == 2);
    assert_eq!(server.stop().status, 0);
}

#[test]
fn make_run_makes_a_demo_office_with_sound_and_serves_it_and_make_test_is_there() {
    let lines = blocks("Quick start").remove(0);
    assert_eq!(lines, ["make run", "make test"]);
    let folder = Folder::new();
    // Built for the tests already, and a port that nobody else has.
    let mut run = make(&["--assume-old=build", "run", "LISTEN=127.0.0.1:0"]);
    run.arg(format!("BIN={}", env!("CARGO_BIN_EXE_tapeline"))).arg(format!("DEMO={}", folder.text("demo")));
    let mut run = run.process_group(0).stdout(Stdio::piped()).spawn().expect("make runs");
    let said = BufReader::new(run.stdout.take().expect("a pipe"));
    let mut lines = said.lines().map(|line| line.expect("UTF-8"));
    let password = lines.by_ref().find(|line| line.contains("password")).expect("the login");
    let serving = lines.find(|line| line.contains("http://127.0.0.1:")).expect("the address");
    let _ = Command::new("kill").args(["--", &format!("-{}", run.id())]).status();
    run.wait().expect("it ends");
    assert!(password.contains("password is ") && serving.contains("listens on"), "{password} {serving}");
    let sound = fs::read_dir(folder.file("demo/sound")).expect("a folder");
    assert!(sound.count() > 0);
    assert!(make(&["--dry-run", "test"]).stdout(Stdio::null()).status().expect("make runs").success());
}

#[test]
fn every_line_of_the_tasks_does_what_it_says() {
    let machine = installed();
    for line in blocks("Tasks").concat() {
        if line.contains("user add") || line.contains("user passwd") {
            typed_with_password(&machine, &line);
        } else if line.contains("asterisk check") {
            let said = finish(&mut machine.types(&line), "");
            assert!(said.status == 1 && said.out.contains("manager.conf"), "no PBX is here: {said:?}");
        } else {
            finish(&mut machine.types(&line), "").ok();
        }
    }
}
