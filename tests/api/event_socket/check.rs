//! `tapeline freeswitch check` beside what a real FreeSWITCH answers.

use super::player::{PASSWORD, Switch};
use crate::program::{finish, tapeline};

/// What is printed for an address.
fn check(address: &str, password: &str) -> String {
    let mut program = tapeline();
    program
        .args(["freeswitch", "check", "--freeswitch", address])
        .env("TAPELINE_FREESWITCH_PASSWORD", password);
    finish(&mut program, "").out
}

#[test]
fn where_nobody_listens_freeswitch_is_to_be_opened() {
    let out = check("127.0.0.1:9", "word");
    assert!(
        out.contains("MISSING 127.0.0.1:9 cannot be connected to: 127.0.0.1:9: Connection refused"),
        "{out}"
    );
    for line in [
        "mod_event_socket has to be loaded",
        r#"<param name="apply-inbound-acl" value="loopback.auto"/>"#,
        r#"<param name="encode" value="false"/>"#,
        "fs_cli -x 'reload mod_event_socket'",
    ] {
        assert!(out.contains(line), "{line}: {out}");
    }
    assert!(
        check("127.0.0.1:9", "").contains("MISSING no password is set: export TAPELINE_FREESWITCH_PASSWORD=")
    );
}

#[test]
fn what_is_there_and_what_is_missing_is_said_line_by_line() {
    let switch = Switch::start();
    let out = check(&switch.address.to_string(), PASSWORD);
    for line in [
        "answers as an event socket",
        "ok      the password is right",
        "ok      it says which calls go on",
        "ok      it tells of recordings, calls, queues and conferences, and only of these",
        "note    FreeSWITCH does not say where it records to",
        "note    neither mod_json_cdr nor mod_xml_cdr is loaded",
        r#"<param name="cred" value="freeswitch:THE-SECRET"/>"#,
    ] {
        assert!(out.contains(line), "{line}: {out}");
    }
    let out = check(&switch.address.to_string(), "wrong");
    assert!(
        out.contains("MISSING the password is not taken (-ERR invalid)") && !out.contains("wrong"),
        "{out}"
    );
}

#[test]
fn who_is_not_in_the_list_is_told_to_be_put_there() {
    let switch = Switch::start();
    switch.refuses("reconnect-socket-not-in-acl.txt");
    let out = check(&switch.address.to_string(), PASSWORD);
    assert!(out.contains("does not let this machine in: its address is not in the list"), "{out}");
}
