//! `tapeline asterisk check`, as someone uses it who follows what it says.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use tapeline::ingest::ami::Filtering;

use crate::ami::Ami;
use crate::lab::{Lab, Root, SECRET, free_port};
use crate::on_both;
use crate::program::{Said, finish, tapeline};
use crate::shared::Office;
use crate::waiting::until;

/// What it says to `user`.
fn check(office: &Office, user: &str, secret: &str) -> Said {
    let mut program = office.command(&[]);
    program.args(["asterisk", "check", "--asterisk-username", user]).env("TAPELINE_ASTERISK_SECRET", secret);
    finish(&mut program, "")
}

/// The lines that begin with this word.
fn lines<'a>(said: &'a Said, word: &str) -> Vec<&'a str> {
    said.out.lines().filter_map(|line| line.strip_prefix(word)).map(str::trim).collect()
}

on_both!(
    a_stranger_is_told_what_is_missing_until_nothing_is,
    what_filters_of_either_form_keep_back_is_told,
    where_its_files_cannot_be_read_it_is_asked_and_what_stays_open_is_told,
    of_several_lines_the_one_counts_that_the_pbx_obeys,
    that_a_filter_keeps_recordings_back_is_in_the_status_before_there_is_one;
    rarely
    records_that_the_pbx_does_not_write_are_missing_whatever_cdr_manager_says,
    beside_somebody_who_is_logged_in_alone_it_is_told_that_the_rest_stays_open,
    a_check_is_no_recording_to_who_listens
);

fn a_stranger_is_told_what_is_missing_until_nothing_is(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    let check = |user: &str, secret: &str| check(&office, user, secret);
    let wrong = check("tapeline", "not this");
    assert_eq!(wrong.status, 1);
    assert!(wrong.out.contains("MISSING tapeline is not let in: Authentication failed"), "{}", wrong.out);
    assert!(!wrong.out.contains("not this") && !wrong.err.contains("not this"));
    let bare = check("bare", SECRET);
    assert_eq!(bare.status, 1);
    assert!(
        bare.out.contains("MISSING what goes on may not be asked for: write lacks reporting"),
        "{}",
        bare.out
    );
    assert!(bare.out.contains("[bare]\nsecret = CHOOSE-A-LONG-ONE\n"), "{}", bare.out);
    // The lab's manager.conf holds the very lines that it prints.
    let right = check("tapeline", SECRET);
    assert!(!right.out.contains("MISSING"), "{}{}", right.out, right.err);
    assert!(right.out.contains("All is there"), "{}", right.out);
    assert_eq!(right.status, 0);
    for good in ["eventfilter lets through what is needed", "read has agent", "call detail records are sent"]
    {
        assert!(lines(&right, "ok").contains(&good), "{good}: {}", right.out);
    }
    let address = format!("127.0.0.1:{}", free_port());
    let mut nobody = office.command(&[]);
    nobody.args(["asterisk", "check", "--asterisk", &address]);
    assert!(finish(&mut nobody, "").out.contains(&format!("MISSING {address} cannot be connected to")));
}

const KEPT: &str = "what is needed doesn't come, eventfilter keeps it back: ";

fn what_filters_of_either_form_keep_back_is_told(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    let is_by_criteria = root.filtering() == Filtering::Criteria;
    let missing = |user: &str| {
        let said = check(&office, user, SECRET);
        let missing: Vec<String> = lines(&said, "MISSING").into_iter().map(str::to_owned).collect();
        (missing, said)
    };
    let (expressions, _) = missing("expressions");
    assert_eq!(
        expressions,
        [format!("{KEPT}Cdr, BlindTransfer, AttendedTransfer, VarSet of MIXMONITOR_FILENAME")]
    );
    for (user, back) in [
        ("hangup", "Newchannel, NewCallerid, DialBegin, DialEnd, MixMonitorStart, "),
        ("local", "AgentConnect, all of Local/ channels"),
        ("criteria", "Cdr"),
    ] {
        let (missing, said) = missing(user);
        if is_by_criteria {
            assert!(
                missing.len() == 1 && missing[0].starts_with(&format!("{KEPT}{back}")),
                "{user}: {missing:?}"
            );
            assert!(said.out.contains("eventfilter(name(Cdr),method(contains)) = Cdr"), "{}", said.out);
        } else {
            assert_eq!(missing, [""; 0], "{user}");
            let passed_over = "this Asterisk can't read eventfilter(";
            assert!(lines(&said, "note").iter().any(|line| line.starts_with(passed_over)), "{}", said.out);
        }
    }
}

/// As somebody who may not look into the PBX's files.
fn from_elsewhere(lab: &Lab, user: &str) -> Said {
    let copy = std::env::temp_dir().join(format!("tapeline-{}", lab.pbx.port));
    fs::copy(tapeline().get_program(), &copy).expect("a copy");
    let mut program = Command::new(&copy);
    program
        .args(["asterisk", "check", "--asterisk", &lab.pbx.address(), "--asterisk-username", user])
        .args(["--media-root", "/tmp", "--db", "/tmp/nothing.db"])
        .env("TAPELINE_ASTERISK_SECRET", SECRET)
        .current_dir("/")
        .uid(65_534)
        .gid(65_534);
    let said = finish(&mut program, "");
    let _ = fs::remove_file(copy);
    said
}

fn where_its_files_cannot_be_read_it_is_asked_and_what_stays_open_is_told(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let _office = Office::open(&lab);
    let kept = |user: &str| {
        let said = from_elsewhere(&lab, user);
        let is_kept = |line: &&str| line.starts_with(KEPT);
        let kept = lines(&said, "MISSING").into_iter().find(is_kept).unwrap_or_default();
        (kept.replace(KEPT, ""), lines(&said, "unsure").join("; "), said)
    };
    let (back, unsure, said) = kept("tapeline");
    assert_eq!((&*back, &*unsure), ("", ""), "{}", said.out);
    assert!(said.out.contains("ok      eventfilter lets through what is needed"), "{}", said.out);
    let (back, _, said) = kept("expressions");
    assert!(back.contains("VarSet of MIXMONITOR_FILENAME"), "{}", said.out);
    if root.filtering() == Filtering::Criteria {
        let (back, unsure, _) = kept("hangup");
        assert_eq!(back, "VarSet of MIXMONITOR_FILENAME, VarSet of BRIDGEPEER with CBRec/");
        assert!(unsure.starts_with("whether these come: all but VarSet."), "{unsure}");
        let (back, unsure, _) = kept("criteria");
        assert_eq!(back, "");
        assert!(unsure.starts_with("whether these come: Cdr. "), "{unsure}");
        assert!(kept("local").0.contains("all of Local/ channels"));
    }
}

/// Writes a file of the PBX's settings.
fn write(root: &Root, name: &str, text: &str) {
    let path = root.settings().join(name);
    let _ = fs::remove_file(&path);
    fs::write(path, text).expect("a file");
}

fn of_several_lines_the_one_counts_that_the_pbx_obeys(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    // FreePBX's own file is linked to, and includes what is written by it and by people.
    let module = "var/www/html/admin/modules/cdr/etc/cdr_manager.conf";
    fs::create_dir_all(root.path().join(module).parent().expect("a folder")).expect("a folder");
    let freepbx = "[general]\n#include cdr_manager_general_additional.conf\n#include cdr_manager_general_custom.conf\n\
                   [mappings]\n#include cdr_manager_mapping_custom.conf\n";
    fs::write(root.path().join(module), freepbx).expect("a file");
    write(root, "cdr_manager_mapping_custom.conf", "did => DID\n");
    for (additional, custom, more) in [
        ("enabled=no\n", "enabled = yes\n", ""),
        ("enabled=yes\n", "enabled = no\n", ""),
        ("enabled=yes\n", "", ""),
        ("", "", ""),
        ("enabled=no\n", "", "[general]\nenabled = yes\n"),
        ("enabled=yes\n", "", "[general]\nenabled = no\n"),
        ("enabled=yes\n", "enabled = no\n", "[general](+)\nenabled = on\n"),
        ("enabled=yes\n", "; enabled = no\n;--\nenabled = no\n--;\n", ""),
    ] {
        write(root, "cdr_manager_general_additional.conf", additional);
        write(root, "cdr_manager_general_custom.conf", custom);
        if more.is_empty() {
            let path = root.settings().join("cdr_manager.conf");
            let _ = fs::remove_file(&path);
            symlink(Path::new("/").join(module), path).expect("a link");
        } else {
            write(root, "cdr_manager.conf", &format!("{freepbx}{more}"));
        }
        lab.pbx.command("module reload cdr_manager.so");
        let status = lab.pbx.command("cdr show status");
        let sends = status.lines().any(|line| line.trim() == "cdr_manager");
        let said = check(&office, "tapeline", SECRET);
        let told = lines(&said, "ok").contains(&"call detail records are sent");
        assert_eq!(told, sends, "{additional}{custom}{more}: {status}{}", said.out);
        let told =
            lines(&said, "MISSING").iter().any(|line| line.contains("cdr_manager_general_custom.conf"));
        assert_eq!(told, !sends, "{}", said.out);
    }
}

fn records_that_the_pbx_does_not_write_are_missing_whatever_cdr_manager_says(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    write(root, "cdr.conf", "[general]\nenable = no\n");
    write(root, "cdr_manager.conf", "[general]\nenabled = yes\n");
    lab.pbx.command("module reload cdr");
    lab.pbx.command("module reload cdr_manager.so");
    let said = check(&office, "tapeline", SECRET);
    let missing = lines(&said, "MISSING");
    assert!(
        missing.len() == 1 && missing[0].contains("enable = yes under [general] in cdr.conf"),
        "{}",
        said.out
    );
    assert!(!said.out.contains("call detail records are sent"), "{}", said.out);
    let told = |line: &&str| line.contains("did => DID") && line.contains("cdr_manager_mapping_custom.conf");
    assert!(lines(&said, "note").iter().any(told), "{}", said.out);
}

fn beside_somebody_who_is_logged_in_alone_it_is_told_that_the_rest_stays_open(root: &'static Root) {
    let mut lab = Lab::start(root, "UTC", "");
    let manager = fs::read_to_string(root.settings().join("manager.conf")).expect("a file");
    write(root, "manager.conf", &manager.replacen("[general]", "[general]\nallowmultiplelogin = no", 1));
    // A reload doesn't make it so.
    lab.pbx.kill();
    lab.pbx.restart();
    let office = Office::open(&lab);
    let said = check(&office, "tapeline", SECRET);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    let unsure = lines(&said, "unsure");
    assert!(unsure.len() == 1 && unsure[0].contains("likely tapeline serve itself"), "{}", said.out);
    assert!(
        unsure[0].contains("allowmultiplelogin = no") && !said.out.contains("What a PBX needs"),
        "{}",
        said.out
    );
    let ami = Ami::connect(&lab.pbx);
    assert!(ami.ask("Ping", &[]).text("Response") == "Success", "others are let in");
}

fn a_check_is_no_recording_to_who_listens(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    let ami = Ami::connect(&lab.pbx);
    check(&office, "tapeline", SECRET);
    ami.wait("what is set for a test", |event| event.text("Variable") == "MIXMONITOR_FILENAME");
    assert_eq!(office.hears().1, "");
    assert_eq!(office.sqlite3("SELECT count(*) FROM recordings"), "0");
}

fn that_a_filter_keeps_recordings_back_is_in_the_status_before_there_is_one(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let deaf =
        Office::reaching(&lab, &format!("address = {:?}\nusername = \"expressions\"", lab.pbx.address()));
    let why = "Asterisk does not send what names the file of a recording";
    until("that nothing is heard is told", || deaf.hears().1.contains(why));
}
