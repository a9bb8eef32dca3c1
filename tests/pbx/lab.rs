//! The PBX that is recorded and the peer that plays telephones and trunk: two Asterisks in one root, started anew for each
//! test. There is a root with an old one and a root with a new one.

use std::fs;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tapeline::ingest::ami::{Filtering, stanza};

use crate::waiting::until;

/// The secret of every user of both manager interfaces.
pub const SECRET: &str = "of the lab";
/// Configuration of Debian's package that the lab takes as it is.
const TAKEN: [&str; 7] = ["acl", "codecs", "indications", "musiconhold", "res_parking", "stasis", "udptl"];

/// A release of Debian's with its Asterisk. `tests/pbx/setup` makes it.
pub struct Root {
    folder: &'static str,
    /// Thousands of the ports for sound, of the PBX and of the peer.
    rtp: (&'static str, &'static str),
    /// One test after the other has it.
    taken: Mutex<()>,
}

pub static BULLSEYE: Root = Root { folder: "target/asterisk", rtp: ("20", "21"), taken: Mutex::new(()) };
pub static SID: Root = Root { folder: "target/asterisk-sid", rtp: ("18", "19"), taken: Mutex::new(()) };

/// Makes of each function a test beside the old Asterisk and one beside the new one, by the names of both. What is said to be
/// rare is made beside the new one in `make torture` only, what is torture beside both.
#[macro_export]
macro_rules! on_both {
    ($($test:ident),+) => { on_both!(with [] [] $($test),+); };
    ($($test:ident),+; rarely $($rare:ident),+) => { on_both!($($test),+); on_both!(rarely: $($rare),+); };
    (rarely: $($test:ident),+) => { on_both!(with [] [#[ignore = "make torture has it"]] $($test),+); };
    (torture: $($test:ident),+) => {
        on_both!(with [#[ignore = "make torture has it"]] [#[ignore = "make torture has it"]] $($test),+);
    };
    (with $old:tt $new:tt $($test:ident),+) => { $(on_both!(one $old $new $test);)+ };
    (one [$(#[$old:meta])*] [$(#[$new:meta])*] $test:ident) => {
        mod $test {
            #[test]
            $(#[$old])*
            fn asterisk_16() {
                super::$test(&$crate::lab::BULLSEYE);
            }
            #[test]
            $(#[$new])*
            fn asterisk_of_sid() {
                super::$test(&$crate::lab::SID);
            }
        }
    };
}

/// Both Asterisks. They end when this is dropped.
pub struct Lab {
    pub root: &'static Root,
    pub pbx: Asterisk,
    pub peer: Asterisk,
    /// Where the PBX may listen for TLS.
    pub tls: String,
    /// The time zone of both.
    pub zone: String,
    _taken: MutexGuard<'static, ()>,
}

/// One of them.
pub struct Asterisk {
    root: &'static Root,
    name: &'static str,
    /// Of its manager interface.
    pub port: u16,
    child: Child,
}

/// What the PBX is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Settings {
    /// What says most of a call.
    Lab,
    /// What `tapeline asterisk check` asks for at least, and Asterisk's defaults.
    Printed,
}

impl Settings {
    /// Instead of a file of the lab's.
    fn instead(self, file: &str) -> Option<&'static str> {
        match file {
            _ if self == Settings::Lab => None,
            "cdr.conf" => Some("[general]\nenable = yes\n"),
            "cdr_manager.conf" => Some("[general]\nenabled = yes\n"),
            "cel.conf" => Some("[general]\n"),
            _ => None,
        }
    }
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

impl Root {
    pub fn path(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(self.folder)
    }

    /// The folder of recordings, seen from outside.
    pub fn monitor(&self) -> PathBuf {
        self.path().join("var/spool/asterisk/monitor")
    }

    /// The PBX's folder of settings, seen from outside.
    pub fn settings(&self) -> PathBuf {
        self.path().join("etc/lab/pbx")
    }

    /// Has a program in there do something.
    fn run(&self, command: &[&str]) -> String {
        let mut chroot = Command::new("chroot");
        let output = chroot.arg(self.path()).args(command).output().expect("chroot runs");
        assert!(output.status.success(), "{command:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Where Asterisk has its modules: that depends on the release.
    fn modules(&self) -> &'static str {
        let debians =
            ["/usr/lib/x86_64-linux-gnu/asterisk/modules", "/usr/lib/aarch64-linux-gnu/asterisk/modules"];
        let is_there = |path: &&str| self.path().join(path.trim_start_matches('/')).exists();
        debians.into_iter().find(is_there).unwrap_or("/usr/lib/asterisk/modules")
    }

    /// How its Asterisk's filters are written.
    pub fn filtering(&self) -> Filtering {
        Filtering::of(self.run(&["asterisk", "-V"]).trim_start_matches("Asterisk ").trim())
    }

    /// As after an installation, in this time zone.
    fn clear(&self, zone: &str) {
        let _ = fs::remove_dir_all(self.path().join("var/lab"));
        let _ = fs::remove_dir_all(self.monitor());
        let _ = fs::remove_file(self.path().join("etc/localtime"));
        symlink(format!("/usr/share/zoneinfo/{zone}"), self.path().join("etc/localtime")).expect("a link");
        fs::create_dir_all(self.monitor().join("closed/not-a-folder")).expect("a folder");
    }

    /// Whose files they are.
    fn give_away(&self) {
        self.run(&["chown", "-R", "asterisk:asterisk", "/etc/lab", "/var/lab", "/var/spool/asterisk"]);
        self.run(&["chmod", "000", "/var/spool/asterisk/monitor/closed"]);
        self.run(&["chown", "root:root", "/var/spool/asterisk/monitor/closed"]);
    }
}

impl Lab {
    /// In this time zone, with this system name.
    pub fn start(root: &'static Root, zone: &str, system: &str) -> Lab {
        Lab::set_to(Settings::Lab, root, zone, system)
    }

    pub fn set_to(settings: Settings, root: &'static Root, zone: &str, system: &str) -> Lab {
        let taken = root.taken.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(root.path().join("usr/sbin/asterisk").exists(), "tests/pbx/setup was not run");
        root.clear(zone);
        let ports = Ports { pbx: free_port(), peer: free_port(), sip: free_port(), phones: free_port() };
        configure(root, "pbx", system, &ports, settings);
        configure(root, "peer", "", &ports, Settings::Lab);
        root.give_away();
        let (pbx, peer) =
            (Asterisk::start(root, "pbx", ports.pbx), Asterisk::start(root, "peer", ports.peer));
        let tls = format!("127.0.0.1:{}", free_port());
        Lab { root, pbx, peer, tls, zone: zone.to_owned(), _taken: taken }
    }

    /// What the Asterisk is.
    pub fn version(&self) -> String {
        self.root.run(&["/usr/sbin/asterisk", "-V"]).trim_end().to_owned()
    }

    /// The folder of recordings, seen from outside.
    pub fn monitor(&self) -> PathBuf {
        self.root.monitor()
    }

    /// Where the PBX has its logs.
    pub fn logs(&self) -> PathBuf {
        self.root.path().join("var/lab/pbx/log")
    }

    /// A log of the PBX.
    pub fn log(&self, name: &str) -> String {
        fs::read_to_string(self.logs().join(name)).unwrap_or_default()
    }
}

/// Names the version where a test fails.
impl Drop for Lab {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this was beside {}", self.version());
        }
    }
}

impl Asterisk {
    fn start(root: &'static Root, name: &'static str, port: u16) -> Asterisk {
        let settings = format!("/etc/lab/{name}/asterisk.conf");
        let child = Command::new("chroot")
            .arg(root.path())
            .args(["/usr/sbin/asterisk", "-f", "-C", &settings])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chroot runs");
        let asterisk = Asterisk { root, name, port, child };
        let what = format!("the start of {name} (see {}/var/lab/{name}/log)", root.folder);
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
        until("the end of all calls", || said().lines().any(|line| line.trim() == "0 active channels"));
    }

    /// Where its manager interface is.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it says to a command of its console.
    pub fn command(&self, command: &str) -> String {
        let settings = format!("/etc/lab/{}/asterisk.conf", self.name);
        let mut chroot = Command::new("chroot");
        let output =
            chroot.arg(self.root.path()).args(["asterisk", "-C", &settings, "-rx", command]).output();
        String::from_utf8_lossy(&output.expect("chroot runs").stdout).into_owned()
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Starts it again after its end.
    pub fn restart(&mut self) {
        *self = Asterisk::start(self.root, self.name, self.port);
    }
}

impl Drop for Asterisk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configure(root: &Root, who: &str, system: &str, ports: &Ports, settings: Settings) {
    let at = root.path();
    let folder = at.join("etc/lab").join(who);
    let _ = fs::remove_dir_all(&folder);
    for folder in [
        folder.clone(),
        at.join(format!("var/lab/{who}/db")),
        at.join(format!("var/lab/{who}/run")),
        at.join(format!("var/lab/{who}/log/cdr-csv")),
        at.join(format!("var/lab/{who}/log/cel-custom")),
        at.join(format!("var/lab/{who}/spool")),
    ] {
        fs::create_dir_all(folder).expect("a folder");
    }
    for name in TAKEN {
        let name = format!("{name}.conf");
        let _ = fs::copy(at.join("etc/asterisk").join(&name), folder.join(&name));
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pbx/conf");
    let spool = if who == "pbx" { "/var/spool/asterisk" } else { "/var/lab/peer/spool" };
    let (rtp, ami) = if who == "pbx" { (root.rtp.0, ports.pbx) } else { (root.rtp.1, ports.peer) };
    let stanza = stanza("tapeline", std::net::Ipv4Addr::LOCALHOST.into(), root.filtering())
        .replace("CHOOSE-A-LONG-ONE", SECRET);
    for from in [own.clone(), own.join(who)] {
        for entry in fs::read_dir(from).expect("a folder").filter_map(Result::ok) {
            if !entry.path().is_file() {
                continue;
            }
            let name = entry.file_name();
            let text = match settings.instead(name.to_str().expect("UTF-8")) {
                Some(text) => text.to_owned(),
                None => fs::read_to_string(entry.path()).expect("UTF-8"),
            };
            let text = text
                .replace("@WHO@", who)
                .replace("@SYSTEM@", system)
                .replace("@SECRET@", SECRET)
                .replace("@RTP@", rtp)
                .replace("@STAMPED@", if settings == Settings::Lab { "yes" } else { "no" })
                .replace("@MODULES@", root.modules())
                .replace("@AMI@", &ami.to_string())
                .replace("@SIP@", &ports.sip.to_string())
                .replace("@PHONES@", &ports.phones.to_string())
                .replace("@SPOOL@", spool)
                .replace("@STANZA@", &stanza);
            fs::write(folder.join(name), text).expect("a file");
        }
    }
}
