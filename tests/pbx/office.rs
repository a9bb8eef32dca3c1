//! Tapeline beside the PBX: the built program, in a folder of its own.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::process::Child;

use serde_json::Value;

use crate::http;
use crate::lab::{self, Lab, SECRET};
use crate::program::{Folder, finish, tapeline};
use crate::waiting::{in_the_end, until, wait};

const PASSWORD: &str = "a quiet office";

pub struct Office {
    folder: Folder,
    server: Option<Child>,
    address: SocketAddr,
}

impl Office {
    /// A new database, the PBX's folder, and a running server.
    pub fn open(lab: &Lab) -> Office {
        Office::reaching(lab, &format!("address = {:?}", lab.pbx.address()))
    }

    /// The same, by these lines of `[asterisk]`.
    pub fn reaching(lab: &Lab, asterisk: &str) -> Office {
        let folder = Folder::new();
        let settings = format!(
            "media_root = {:?}\nlisten = \"127.0.0.1:0\"\n[[folders]]\nmonitor_dir = \"/var/spool/asterisk/monitor\"\n\
             machine = \"pbx1\"\nzone = {:?}\n[asterisk]\nsecret = {SECRET:?}\n{asterisk}\n",
            lab::monitor(),
            lab.zone
        );
        let file = folder.file("tapeline.toml");
        std::fs::write(&file, settings).expect("a file");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("a mode");
        let mut office = Office { folder, server: None, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let mut init = office.program();
        init.args(["init", "--customer", "Office", "--user", "boss", "--password-stdin"]);
        finish(&mut init, &format!("{PASSWORD}\n")).ok();
        office.start();
        office
    }

    /// The program with the office's settings.
    pub fn program(&self) -> std::process::Command {
        let mut program = tapeline();
        program.env("TAPELINE_WATCH", "true");
        program.arg("--config").arg(self.folder.file("tapeline.toml"));
        program.arg("--db").arg(self.folder.file("recordings.db"));
        program
    }

    /// Starts the server and waits until it listens to the PBX.
    pub fn start(&mut self) {
        let mut program = self.program();
        let log = std::fs::File::create(self.folder.file("log")).expect("a file");
        let out = self.folder.file("out");
        program.arg("serve").stdout(std::fs::File::create(&out).expect("a file")).stderr(log);
        self.server = Some(program.spawn().expect("it starts"));
        let said = wait("where it listens", || {
            std::fs::read_to_string(&out).ok().filter(|said| said.ends_with('\n'))
        });
        self.address =
            said.trim_end().rsplit("http://").next().and_then(|it| it.parse().ok()).expect("an address");
        until("that it listens to the PBX", || self.log().contains("listening to Asterisk"));
    }

    pub fn log(&self) -> String {
        let log = std::fs::read_to_string(self.folder.file("log")).unwrap_or_default();
        log.lines().filter(|line| !line.contains(" GET /api/")).map(|line| format!("{line}\n")).collect()
    }

    /// kill -9.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("it runs");
            server.wait().expect("it ends");
        }
    }

    /// Every recording, in progress or not, in the order in which they began.
    pub fn list(&self) -> Vec<Value> {
        self.ask("recording/recordings/list", "&complete=-1").as_array().expect("rows").clone()
    }

    /// The note beside the only recording.
    pub fn note(&self) -> String {
        crate::program::sqlite3(&self.folder.file("recordings.db"), "SELECT note FROM intake_files;")
    }

    /// What its status says of the PBX: the state, and what is wrong.
    pub fn hears(&self) -> (String, String) {
        let status = self.ask("status/get", "");
        let mut sources = status["sources"].as_array().expect("sources").iter();
        let asterisk = sources.find(|source| source["name"] == "asterisk").expect("it is there");
        let text = |name: &str| asterisk[name].as_str().expect("text").to_owned();
        (text("state"), text("trouble"))
    }

    fn ask(&self, function: &str, parameters: &str) -> Value {
        let password = PASSWORD.replace(' ', "%20");
        let path = format!("/api/json/{function}?auth_username=boss&auth_password={password}{parameters}");
        let request = http::request("GET", &path, &[("Host", "tapeline"), ("Connection", "close")], b"");
        http::exchange(self.address, None, &request).data()
    }

    /// The list once it is as wanted.
    pub fn list_once(&self, what: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        in_the_end(|| Some(self.list()).filter(|rows| wanted(rows))).unwrap_or_else(|| {
            let rows: String = self.list().iter().map(|row| format!("{row}\n")).collect();
            panic!("{what}:\n{rows}{}", self.log())
        })
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.kill();
    }
}
