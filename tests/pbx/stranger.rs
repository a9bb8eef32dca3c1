//! `tapeline asterisk check`, as someone uses it who follows what it says.

use crate::lab::{Lab, Root, SECRET, free_port};
use crate::on_both;
use crate::program::finish;
use crate::shared::Office;

on_both!(a_stranger_is_told_what_is_missing_until_nothing_is);

fn a_stranger_is_told_what_is_missing_until_nothing_is(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    let check = |user: &str, secret: &str| {
        let mut program = office.command(&[]);
        program
            .args(["asterisk", "check", "--asterisk-username", user])
            .env("TAPELINE_ASTERISK_SECRET", secret);
        finish(&mut program, "")
    };
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
    assert!(right.out.contains("ok      eventfilter lets through what is needed"), "{}", right.out);
    let address = format!("127.0.0.1:{}", free_port());
    let mut nobody = office.command(&[]);
    nobody.args(["asterisk", "check", "--asterisk", &address]);
    assert!(finish(&mut nobody, "").out.contains(&format!("MISSING {address} cannot be connected to")));
}
