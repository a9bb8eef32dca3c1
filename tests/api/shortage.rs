//! What a machine runs out of: file descriptors, room on the disk. It is said as such, with what to do, and passes by itself.

use std::fs::{self, File};
use std::io::Write;
use std::net::TcpStream;
use std::process::Command;

use crate::app::Caller;
use crate::faults::Mount;
use crate::http::{Answer, connect, read_answer, request};
use crate::office::{Office, PASSWORD};
use crate::program::{Folder, Serving, finish, run, serve, tapeline};
use crate::spool::{wav, write};

const FULL: &str = r#"{"responses":[{"code":"503","key":"","message":"The disk is full: free some space on the machine that Tapeline runs on, and try again"}]}"#;
const NO_FILES: &str = r#"{"responses":[{"code":"503","key":"","message":"Too many files and connections are open: try again in a moment; if it comes again, raise LimitNOFILE of the service (ulimit -n)"}]}"#;
const IDENTITY: &str = "recordgroup=1;uniqueid=1795499618.1;recordid=1";

/// Asks on a connection that is open already.
fn ask(stream: &mut TcpStream, caller: &Caller, function: &str) -> Answer {
    let headers: Vec<(&str, &str)> =
        caller.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let target = format!("/api/json/{function}");
    let headers = [&[("Host", "tapeline")][..], &headers].concat();
    stream.write_all(&request("GET", &target, &headers, b"")).expect("it is sent");
    read_answer(stream)
}

#[track_caller]
fn is_short(answer: &Answer, text: &str) {
    assert_eq!(answer.text(), text);
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("10")));
}

#[test]
fn without_file_descriptors_it_says_so_and_goes_on_once_there_are_some() {
    let mut office = Office::new("");
    write(&office.root().join("1795499618.1.wav"), &wav("a", 1));
    office.start();
    office.until("SELECT count(*) FROM recordings WHERE complete = 1", "1");
    let owner = office.serving().caller("boss", PASSWORD);
    let sound = [
        format!("recording/recordings/get?{IDENTITY}"),
        format!("recording/recordings/get?{IDENTITY};wrap=none"),
        format!("recording/recordings/get?{IDENTITY};wrap=none;play=1"),
        format!("recording/recordings/peaks?{IDENTITY}"),
    ];
    let serving = office.serving();
    let mut stream = connect(owner.address, None, None);
    // What it opens once is open by now.
    assert_eq!(ask(&mut stream, &owner, "recording/recordings/list?customer=1").status, 200);

    serving.limit_descriptors(3);
    for function in &sound {
        is_short(&ask(&mut stream, &owner, function), NO_FILES);
    }
    assert_eq!(ask(&mut stream, &owner, "recording/recordings/list?customer=1").status, 200);
    write(&office.root().join("1795499618.2.wav"), &wav("b", 1));
    let trouble =
        "1795499618.2.wav cannot be read yet; if this stays so, raise LimitNOFILE of the service (ulimit -n)";
    crate::waiting::until("the file is waited for", || {
        let status = ask(&mut stream, &owner, "status/get").data();
        assert_eq!(status["descriptors"]["limit"], 3);
        status["sources"][0]["trouble"].as_str().is_some_and(|words| words.starts_with(trouble))
    });

    serving.limit_descriptors(1_024);
    for function in &sound {
        assert_eq!(ask(&mut stream, &owner, function).status, 200, "{function}");
    }
    office.until("SELECT count(*) FROM recordings WHERE complete = 1", "2");
    let log = serving.log();
    assert!(log.contains("cannot be opened: Too many open files"), "{log}");
}

#[test]
fn few_descriptors_are_warned_of_at_the_start() {
    let folder = Folder::new();
    let (db, root) = (folder.file("office.db"), folder.path().to_str().expect("UTF-8"));
    let db = db.to_str().expect("UTF-8");
    run(&["customer", "add", "Alder", "--db", db]).ok();
    for (limits, warned) in [("256:256", true), ("256:8192", false)] {
        let mut command = Command::new("prlimit");
        command.arg(format!("--nofile={limits}")).arg(tapeline().get_program());
        command.args(["serve", "--listen", "127.0.0.1:0", "--db", db, "--media-root", root]);
        let log = Serving::start(&mut command).stop().err;
        let words = "only 256 files and connections may be open at once";
        assert_eq!(log.contains(words), warned, "{limits}: {log}");
    }
}

#[test]
fn with_its_disk_full_it_says_so_reads_on_and_recovers_by_itself() {
    let data = Folder::new();
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", "size=3m", "none"], data.path()) else { return };
    let (db, root) = (data.file("office.db"), data.file("sound"));
    let (db, root) = (db.to_str().expect("UTF-8"), root.to_str().expect("UTF-8"));
    run(&["customer", "add", "Alder", "--db", db]).ok();
    run(&["group", "add", "Sales", "--customer", "1", "--db", db]).ok();
    let words = ["user", "add", "olga", "--customer", "1", "--role", "owner", "--password-stdin", "--db", db];
    finish(tapeline().args(words), &format!("{PASSWORD}\n")).ok();
    write(&data.file("sound/1795499618.1.wav"), &wav("a", 1));
    run(&["import", "freepbx-dir", root, "--media-root", root, "--db", db]).ok();
    let serving = Serving::start(&mut serve(&data.file("office.db")));
    let owner = serving.caller("olga", PASSWORD);
    assert_eq!(owner.get(&format!("recording/recordings/get?{IDENTITY};wrap=none")).status, 200);

    let mut ballast = File::create(data.file("ballast")).expect("a file");
    while ballast.write_all(&[1; 4096]).is_ok() {}
    while ballast.write_all(&[1]).is_ok() {}
    // Until there is no room left in what SQLite had already.
    let create = |number: usize| owner.post("recording/groups/create", &format!("name=Group {number}"));
    let refused = (0..1_000).map(create).find(|answer| answer.status != 200).expect("it is full");
    is_short(&refused, FULL);
    let delete = || owner.post("recording/recordings/delete", IDENTITY.replace(';', "&").as_str());
    let logins = ["session=1", "token=1"];
    for form in logins {
        is_short(&owner.post("user/login", form), FULL);
    }
    is_short(&delete(), FULL);
    assert_eq!(owner.get("user/login").status, 200, "what need not be stored");
    assert_eq!(owner.get("recording/recordings/list?customer=1").status, 200);
    assert_eq!(owner.get(&format!("recording/recordings/get?{IDENTITY};wrap=none")).status, 200);

    drop(ballast);
    fs::remove_file(data.file("ballast")).expect("it goes");
    for form in logins {
        assert_eq!(owner.post("user/login", form).status, 200, "{form}");
    }
    assert_eq!(delete().codes(), "204");
    let log = serving.stop().err;
    assert!(log.contains("a request is refused for now: the disk of the database is full"), "{log}");
}
