//! The manager interface over TLS, with certificates as people make them with openssl.

use std::fs;
use std::process::{Command, Stdio};

use crate::ami::Ami;
use crate::lab::{Lab, Root, SECRET, free_port};
use crate::on_both;
use crate::program::{Folder, Said, finish};
use crate::shared::Office;
use crate::waiting::until;

on_both!(calls_are_heard_over_tls_from_whom_the_setting_trusts; rarely whom_the_setting_does_not_trust_is_not_talked_to_and_check_says_why);

/// An authority, another one, and two certificates of the first.
struct Certificates(Folder);

impl Certificates {
    fn make() -> Certificates {
        let made = Certificates(Folder::new());
        for authority in ["ca", "other"] {
            made.openssl(&format!(
                "req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN={authority} -keyout {authority}.key -out {authority}.pem"
            ));
        }
        fs::write(made.0.file("names"), "subjectAltName = IP:127.0.0.1\n").expect("a file");
        // As contrib/scripts/ast_tls_cert of Asterisk does it: no extensions, which makes it one of the first version.
        made.sign("plain", "rsa:2048", "-days 9");
        made.sign("named", "ec -pkeyopt ec_paramgen_curve:P-256", "-days 9 -extfile names");
        made
    }

    fn sign(&self, name: &str, key: &str, how: &str) {
        self.openssl(&format!(
            "req -new -newkey {key} -nodes -subj /CN=127.0.0.1 -keyout {name}.key -out {name}.csr"
        ));
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -set_serial 01 {how} -out {name}.pem"
        ));
    }

    fn openssl(&self, words: &str) -> String {
        let mut command = Command::new("openssl");
        finish(command.current_dir(self.0.path()).args(words.split(' ')), "").ok()
    }

    fn path(&self, name: &str) -> String {
        self.0.file(&format!("{name}.pem")).to_str().expect("UTF-8").to_owned()
    }

    /// As the setting has it.
    fn fingerprint(&self, name: &str) -> String {
        let said = self.openssl(&format!("x509 -noout -fingerprint -sha256 -in {name}.pem"));
        format!("sha256:{}", said.trim_end().split_once('=').expect("a fingerprint").1)
    }

    /// Gives the PBX this certificate, as someone does it who turns TLS on.
    fn give(&self, name: &str, lab: &Lab) {
        let folder = lab.root.path().join("etc/lab/pbx");
        let text =
            |ending: &str| fs::read_to_string(self.0.file(&format!("{name}.{ending}"))).expect("a file");
        fs::write(folder.join("asterisk.pem"), text("key") + &text("pem")).expect("a file");
        let file = folder.join("manager.conf");
        let old = fs::read_to_string(&file).expect("a file");
        let tls = format!(
            "[general]\ntlsenable = yes\ntlsbindaddr = {}\ntlscertfile = /etc/lab/pbx/asterisk.pem\n",
            lab.tls
        );
        let new = if old.contains("tlsenable") { old } else { old.replacen("[general]\n", &tls, 1) };
        // A file that has not been touched is not read again, whatever became of the certificate.
        fs::write(&file, new).expect("a file");
        lab.pbx.command("manager reload");
        until("that it listens for TLS", || std::net::TcpStream::connect(&lab.tls).is_ok());
    }
}

fn check(office: &Office, address: &str, tls: &str) -> Said {
    let mut program = office.command(&[]);
    program.args(["asterisk", "check", "--asterisk", address, "--asterisk-tls", tls]);
    finish(program.env("TAPELINE_ASTERISK_SECRET", SECRET), "")
}

/// A call is listed as it goes on, and as it was.
fn a_call_is_heard(lab: &Lab, office: &Office, to: &str) {
    Ami::connect(&lab.peer).calls("101", to, 3, &[]);
    let is_it = |row: &serde_json::Value, complete: i64| {
        row["cnumber"] == to && row["complete"] == complete && row["status"] == "answer"
    };
    office.list_once("it goes on", |rows| rows.iter().any(|row| is_it(row, 0)));
    let rows = office.list_once("it is over", |rows| rows.iter().any(|row| is_it(row, 1)));
    let row = rows.iter().find(|row| is_it(row, 1)).expect("it is there");
    assert_eq!((&row["snumber_name"], &row["direction"]), (&"Alice Agent".into(), &"out".into()), "{row:#}");
}

fn calls_are_heard_over_tls_from_whom_the_setting_trusts(root: &'static Root) {
    let mut lab = Lab::start(root, "UTC", "");
    let made = Certificates::make();
    made.give("plain", &lab);
    let by_fingerprint = format!("address = {:?}\ntls = {:?}", lab.tls, made.fingerprint("plain"));
    a_call_is_heard(&lab, &Office::reaching(&lab, &by_fingerprint), "5554440001");

    made.give("named", &lab);
    let by_authority = format!("address = {:?}\ntls = {:?}", lab.tls, made.path("ca"));
    let office = Office::reaching(&lab, &by_authority);
    a_call_is_heard(&lab, &office, "5554440002");

    // Whoever takes the PBX's place is not talked to.
    made.give("plain", &lab);
    lab.pbx.kill();
    lab.pbx.restart();
    until("that it is refused", || {
        let (state, trouble) = office.hears();
        let why = "Asterisk is not listened to: its certificate is not trusted: it is of the first version";
        state == "not connected" && trouble.starts_with(why)
    });
}

fn whom_the_setting_does_not_trust_is_not_talked_to_and_check_says_why(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let made = Certificates::make();
    let office = Office::open(&lab);
    made.give("plain", &lab);
    let (plain, named) = (made.fingerprint("plain"), made.fingerprint("named"));
    let right = check(&office, &lab.tls, &plain);
    assert!(right.status == 0 && right.out.contains("All is there"), "{right:?}");
    let digits = |fingerprint: &str| fingerprint.replace(':', "").replace("sha256", "sha256:").to_lowercase();
    let refused = |address: &str, tls: &str, why: &str| {
        let said = check(&office, address, tls);
        let expected = format!("MISSING {address} cannot be connected to: {why}");
        assert_eq!(said.status, 1);
        assert_eq!(said.out.lines().next(), Some(expected.as_str()), "{said:?}");
    };
    let not_trusted = |why: &str, found: &str| {
        format!(
            "its certificate is not trusted: {why}. If openssl x509 -noout -fingerprint -sha256 says the same of its file on \
             the PBX, set tls to {}",
            digits(found)
        )
    };
    let another =
        format!("its certificate is not the one of the setting tls: its fingerprint is {}", digits(&plain));
    refused(&lab.tls, &named, &another);
    let first = "it is of the first version, without names, as ast_tls_cert makes them";
    refused(&lab.tls, &made.path("ca"), &not_trusted(first, &plain));

    made.give("named", &lab);
    let right = check(&office, &lab.tls, &made.path("ca"));
    assert!(right.status == 0 && right.out.contains("All is there"), "{right:?}");
    refused(&lab.tls, &made.path("other"), &not_trusted("nobody whom we trust has signed it", &named));
    let names = "localhost is not among the alternative names in it";
    refused(&lab.tls.replace("127.0.0.1", "localhost"), &made.path("ca"), &not_trusted(names, &named));
    // The port without TLS.
    let (address, why) = (lab.pbx.address(), "TLS could not be agreed on; check that tlsenable = yes");
    let said = check(&office, &address, &named).out;
    assert!(said.starts_with(&format!("MISSING {address} cannot be connected to: {why}")), "{said}");
}

/// Whether somebody listens there, without asking (proc(5)).
fn listens(port: u16) -> bool {
    let sockets = fs::read_to_string("/proc/net/tcp").expect("proc(5)");
    sockets.contains(&format!(" 0100007F:{port:04X} 00000000:0000 0A "))
}

/// Older PBXs than the lab's have no TLS 1.3.
#[test]
fn a_pinned_certificate_is_proved_with_tls_1_2_too() {
    let made = Certificates::make();
    for name in ["plain", "named"] {
        let port = free_port();
        let address = format!("127.0.0.1:{port}");
        let mut server = Command::new("openssl")
            .current_dir(made.0.path())
            .args(["s_server", "-quiet", "-tls1_2", "-accept", &address, "-cert"])
            .args([format!("{name}.pem"), "-key".into(), format!("{name}.key")])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl runs");
        // Nobody else connects: this server says what it has read to who comes first.
        let input = server.stdin.as_mut().expect("a pipe");
        std::io::Write::write_all(input, b"Asterisk Call Manager/5.0.4\r\n").expect("it runs");
        until("that openssl listens", || listens(port));
        let mut program = crate::program::tapeline();
        program.arg("--db").arg(made.0.file("none.db")).env("TAPELINE_ASTERISK_SECRET", SECRET);
        program.args([
            "asterisk",
            "check",
            "--asterisk",
            &address,
            "--asterisk-tls",
            &made.fingerprint(name),
        ]);
        let said = finish(&mut program, "");
        server.kill().expect("it runs");
        server.wait().expect("it ends");
        assert!(
            said.out.starts_with(&format!("ok      {address} answers as a manager interface")),
            "{said:?}"
        );
    }
}
