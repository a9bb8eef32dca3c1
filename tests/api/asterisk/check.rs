//! `tapeline asterisk check` where there is no PBX. Beside a real one: tests/pbx.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::program::{finish, tapeline};

/// What is printed for an address.
fn check(address: &str, secret: &str) -> String {
    let mut program = tapeline();
    program.args(["asterisk", "check", "--asterisk", address]).env("TAPELINE_ASTERISK_SECRET", secret);
    let said = finish(&mut program, "");
    assert_eq!(said.status, 1, "{}", said.out);
    said.out
}

/// Somebody who greets like this, once, and stays for a while.
fn somebody(greeting: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.write_all(greeting).expect("it is heard");
        // Until the other one goes.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    address
}

#[test]
fn where_nobody_listens_the_pbx_is_to_be_opened() {
    let out = check("127.0.0.1:9", "secret");
    assert!(
        out.contains("MISSING 127.0.0.1:9 cannot be connected to: 127.0.0.1:9: Connection refused"),
        "{out}"
    );
    assert!(out.contains("firewall") && out.contains("permit = 127.0.0.1/255.255.255.255"), "{out}");
    assert!(out.contains("cdr_manager.conf") && out.contains("module reload cdr_manager.so"), "{out}");
    assert!(!out.contains("no secret is set"), "{out}");
}

#[test]
fn a_secret_that_is_not_set_is_missing_too() {
    let out = check("127.0.0.1:9", "");
    assert!(out.contains("MISSING no secret is set: export TAPELINE_ASTERISK_SECRET="), "{out}");
}

#[test]
fn who_knows_no_challenge_is_told_the_secret_on_this_machine() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let proxy = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.write_all(b"Asterisk Call Manager/1.1\r\n").expect("it is heard");
        let mut heard = String::new();
        for answer in ["Response: Error\r\nMessage: Unknown action\r\n\r\n", "Response: Success\r\n\r\n", ""]
        {
            let mut bytes = [0; 4096];
            let length = stream.read(&mut bytes).expect("a question");
            heard.push_str(&String::from_utf8_lossy(&bytes[..length]));
            stream.write_all(answer.as_bytes()).expect("it is heard");
        }
        heard
    });
    let out = check(&address, "the secret");
    assert!(out.contains("ok      tapeline is let in"), "{out}");
    let heard = proxy.join().expect("a proxy");
    assert!(heard.contains("Username: tapeline\r\n") && heard.contains("Secret: the secret\r\n"), "{heard}");
}

#[test]
fn another_program_is_not_taken_for_a_firewall() {
    for (greeting, why) in [
        (&b"SSH-2.0-OpenSSH_9.2\r\n"[..], "another program answers there"),
        (b"", "it takes the connection and says nothing"),
    ] {
        let address = somebody(greeting);
        let out = check(&address, "secret");
        assert!(out.contains(&format!("MISSING {address} is no PBX: {why}")), "{out}");
        assert!(out.contains("5038") && !out.contains("firewall"), "{out}");
    }
}
