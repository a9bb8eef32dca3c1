//! The PBX that is recorded and the peer that plays telephones and trunk: two Asterisks in one root, started anew for each
//! test.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tapeline::ingest::ami::stanza;

/// The secret of every user of both manager interfaces.
pub const SECRET: &str = "of the lab";
/// Configuration of Debian's package that the lab takes as it is.
const TAKEN: [&str; 7] = ["acl", "codecs", "indications", "musiconhold", "res_parking", "stasis", "udptl"];

/// Both Asterisks. They end when this is dropped.
pub struct Lab {
    pub pbx: Asterisk,
    _peer: Asterisk,
}

/// One of them.
pub struct Asterisk {
    name: &'static str,
    child: Child,
}

impl Lab {
    /// In this time zone, with this system name.
    pub fn start(zone: &str, system: &str) -> Lab {
        let root = root();
        assert!(root.join("usr/sbin/asterisk").exists(), "tests/pbx/setup was not run");
        let _ = fs::remove_dir_all(root.join("var/lab"));
        let _ = fs::remove_dir_all(monitor());
        let _ = fs::remove_file(root.join("etc/localtime"));
        symlink(format!("/usr/share/zoneinfo/{zone}"), root.join("etc/localtime")).expect("a link");
        fs::create_dir_all(monitor().join("closed/not-a-folder")).expect("a folder");
        configure("pbx", system);
        configure("peer", "");
        in_root(&["chown", "-R", "asterisk:asterisk", "/etc/lab", "/var/lab", "/var/spool/asterisk"]);
        in_root(&["chmod", "000", "/var/spool/asterisk/monitor/closed"]);
        in_root(&["chown", "root:root", "/var/spool/asterisk/monitor/closed"]);
        Lab { pbx: Asterisk::start("pbx", 5038), _peer: Asterisk::start("peer", 5039) }
    }
}

impl Asterisk {
    pub fn start(name: &'static str, port: u16) -> Asterisk {
        let settings = format!("/etc/lab/{name}/asterisk.conf");
        let child = Command::new("chroot")
            .arg(root())
            .args(["/usr/sbin/asterisk", "-f", "-C", &settings])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chroot runs");
        let asterisk = Asterisk { name, child };
        let until = Instant::now() + Duration::from_secs(60);
        while !asterisk.is_ready(port) {
            assert!(Instant::now() < until, "{name} does not start; see target/asterisk/var/lab/{name}/log");
            std::thread::sleep(Duration::from_millis(100));
        }
        asterisk
    }

    fn is_ready(&self, port: u16) -> bool {
        let said = self.command("core waitfullybooted");
        said.contains("fully booted") && TcpStream::connect(("127.0.0.1", port)).is_ok()
    }

    /// What it says to a command of its console.
    pub fn command(&self, command: &str) -> String {
        let settings = format!("/etc/lab/{}/asterisk.conf", self.name);
        let output =
            Command::new("chroot").arg(root()).args(["asterisk", "-C", &settings, "-rx", command]).output();
        String::from_utf8_lossy(&output.expect("chroot runs").stdout).into_owned()
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Starts it again after its end.
    pub fn restart(&mut self) {
        *self = Asterisk::start(self.name, if self.name == "pbx" { 5038 } else { 5039 });
    }
}

impl Drop for Asterisk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The root that both run in.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/asterisk")
}

/// The folder of recordings, seen from outside.
pub fn monitor() -> PathBuf {
    root().join("var/spool/asterisk/monitor")
}

/// A log of the PBX.
pub fn log(name: &str) -> String {
    fs::read_to_string(root().join("var/lab/pbx/log").join(name)).unwrap_or_default()
}

fn in_root(command: &[&str]) {
    let status = Command::new("chroot").arg(root()).args(command).status().expect("chroot runs");
    assert!(status.success(), "{command:?}");
}

fn configure(who: &str, system: &str) {
    let folder = root().join("etc/lab").join(who);
    let _ = fs::remove_dir_all(&folder);
    for folder in [
        folder.clone(),
        root().join(format!("var/lab/{who}/db")),
        root().join(format!("var/lab/{who}/run")),
        root().join(format!("var/lab/{who}/log/cdr-csv")),
        root().join(format!("var/lab/{who}/log/cel-custom")),
        root().join(format!("var/lab/{who}/spool")),
    ] {
        fs::create_dir_all(folder).expect("a folder");
    }
    for name in TAKEN {
        let name = format!("{name}.conf");
        let _ = fs::copy(root().join("etc/asterisk").join(&name), folder.join(&name));
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pbx/conf");
    let spool = if who == "pbx" { "/var/spool/asterisk" } else { "/var/lab/peer/spool" };
    let rtp = if who == "pbx" { "20" } else { "21" };
    let stanza =
        stanza("tapeline", std::net::Ipv4Addr::LOCALHOST.into()).replace("CHOOSE-A-LONG-ONE", SECRET);
    for from in [own.clone(), own.join(who)] {
        for entry in fs::read_dir(from).expect("a folder").filter_map(Result::ok) {
            if !entry.path().is_file() {
                continue;
            }
            let text = fs::read_to_string(entry.path()).expect("UTF-8");
            let text = text
                .replace("@WHO@", who)
                .replace("@SYSTEM@", system)
                .replace("@SECRET@", SECRET)
                .replace("@RTP@", rtp)
                .replace("@SPOOL@", spool)
                .replace("@STANZA@", &stanza);
            fs::write(folder.join(entry.file_name()), text).expect("a file");
        }
    }
}
