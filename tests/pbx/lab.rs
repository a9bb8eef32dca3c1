//! The PBX that is recorded and the peer that plays telephones and trunk: two Asterisks in one root, started anew for each
//! test.

use std::fs;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use tapeline::ingest::ami::stanza;

use crate::waiting::until;

/// The secret of every user of both manager interfaces.
pub const SECRET: &str = "of the lab";
/// Configuration of Debian's package that the lab takes as it is.
const TAKEN: [&str; 7] = ["acl", "codecs", "indications", "musiconhold", "res_parking", "stasis", "udptl"];

/// Both Asterisks. They end when this is dropped.
pub struct Lab {
    pub pbx: Asterisk,
    pub peer: Asterisk,
    /// Where the PBX may listen for TLS.
    pub tls: String,
    /// The time zone of both.
    pub zone: String,
}

/// One of them.
pub struct Asterisk {
    name: &'static str,
    /// Of its manager interface.
    pub port: u16,
    child: Child,
}

/// Where they reach one another: the machine may have a PBX of its own that listens where PBXs do.
struct Ports {
    pbx: u16,
    peer: u16,
    /// SIP of the PBX, and of the peer's phones and trunk.
    sip: u16,
    phones: u16,
}

/// A port that nobody has, with TCP or UDP, at any address; and below those that connections get by themselves, so that none
/// takes it while its server is restarted.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = std::process::id() % 10_000;
    let next = || 22_000 + (first as u16 + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000;
    let is_free = |port: &u16| {
        TcpListener::bind(("0.0.0.0", *port)).is_ok() && UdpSocket::bind(("0.0.0.0", *port)).is_ok()
    };
    std::iter::repeat_with(next).take(10_000).find(is_free).expect("a port is free")
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
        let ports = Ports { pbx: free_port(), peer: free_port(), sip: free_port(), phones: free_port() };
        configure("pbx", system, &ports);
        configure("peer", "", &ports);
        in_root(&["chown", "-R", "asterisk:asterisk", "/etc/lab", "/var/lab", "/var/spool/asterisk"]);
        in_root(&["chmod", "000", "/var/spool/asterisk/monitor/closed"]);
        in_root(&["chown", "root:root", "/var/spool/asterisk/monitor/closed"]);
        let (pbx, peer) = (Asterisk::start("pbx", ports.pbx), Asterisk::start("peer", ports.peer));
        Lab { pbx, peer, tls: format!("127.0.0.1:{}", free_port()), zone: zone.to_owned() }
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
        let asterisk = Asterisk { name, port, child };
        let what = format!("the start of {name} (see target/asterisk/var/lab/{name}/log)");
        until(&what, || asterisk.is_ready());
        asterisk
    }

    fn is_ready(&self) -> bool {
        let said = self.command("core waitfullybooted");
        said.contains("fully booted") && TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    /// Waits until nobody speaks any more.
    pub fn until_all_calls_are_over(&self) {
        let said = || self.command("core show channels count");
        until("the end of all calls", || said().contains("0 active channels"));
    }

    /// Where its manager interface is.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
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
        *self = Asterisk::start(self.name, self.port);
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

fn configure(who: &str, system: &str, ports: &Ports) {
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
    let (rtp, ami) = if who == "pbx" { ("20", ports.pbx) } else { ("21", ports.peer) };
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
                .replace("@AMI@", &ami.to_string())
                .replace("@SIP@", &ports.sip.to_string())
                .replace("@PHONES@", &ports.phones.to_string())
                .replace("@SPOOL@", spool)
                .replace("@STANZA@", &stanza);
            fs::write(folder.join(entry.file_name()), text).expect("a file");
        }
    }
}
