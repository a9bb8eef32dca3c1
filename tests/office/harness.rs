//! An office with the built program: its settings, its database with one owner, and its server.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::http;
use super::program::{Folder, Serving, finish, sqlite3, tapeline};
use super::waiting::{in_the_end, until_answer};

/// Of boss, the owner.
pub const PASSWORD: &str = "a quiet office";

/// One folder with all that there is of it; it goes when this is dropped.
pub struct Office {
    pub folder: Folder,
    root: PathBuf,
    serving: Option<Serving>,
}

impl Office {
    /// With a customer and an owner, and with these lines in the configuration file. The server isn't started yet.
    pub fn new(settings: &str) -> Office {
        Office::recorded_to(None, settings)
    }

    /// The same with a media root that is elsewhere.
    pub fn recorded_to(root: Option<PathBuf>, settings: &str) -> Office {
        let office = Office::bare(root, settings);
        let mut init = office.command(&["init", "--customer", "Alder", "--user", "boss", "--password-stdin"]);
        finish(&mut init, &format!("{PASSWORD}\n")).ok();
        office
    }

    /// With a database in which there is nothing yet.
    pub fn empty() -> Office {
        let office = Office::bare(None, "");
        finish(&mut office.command(&["init"]), "").ok();
        office
    }

    fn bare(root: Option<PathBuf>, settings: &str) -> Office {
        let folder = Folder::new();
        let root = root.unwrap_or_else(|| folder.file("sound"));
        fs::create_dir_all(&root).expect("a folder");
        let (db, file) = (folder.file("recordings.db"), folder.file("tapeline.toml"));
        let always = format!("db = {db:?}\nmedia_root = {root:?}\nlisten = \"127.0.0.1:0\"\n");
        fs::write(&file, always + settings).expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("a mode");
        Office { folder, root, serving: None }
    }

    /// More lines in the configuration file.
    pub fn configure(&self, lines: &str) {
        let file = fs::OpenOptions::new().append(true).open(self.folder.file("tapeline.toml"));
        file.and_then(|mut file| file.write_all(lines.as_bytes())).expect("a file");
    }

    /// The program with the office's settings.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = tapeline();
        command.env("TAPELINE_WATCH", "true").arg("--config").arg(self.folder.file("tapeline.toml"));
        command.args(words);
        command
    }

    pub fn start(&mut self) {
        self.start_as(|_| {});
    }

    /// With what else its command needs.
    pub fn start_as(&mut self, change: impl FnOnce(&mut Command)) {
        let mut command = self.command(&["serve"]);
        change(&mut command);
        self.serving = Some(Serving::start(&mut command));
    }

    /// Asks the server to stop, and gives its log.
    pub fn stop(&mut self) -> String {
        self.serving.take().map(|serving| serving.stop().err).unwrap_or_default()
    }

    pub fn serving(&self) -> &Serving {
        self.serving.as_ref().expect("it runs")
    }

    /// The media root.
    pub fn root(&self) -> PathBuf {
        self.root.clone()
    }

    /// Of a file below the media root.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    #[track_caller]
    pub fn sqlite3(&self, script: &str) -> String {
        sqlite3(&self.folder.file("recordings.db"), script)
    }

    /// Waits until the database answers so.
    #[track_caller]
    pub fn until(&self, question: &str, answer: &str) {
        until_answer(question, answer, || self.sqlite3(question));
    }

    /// Has the owner call a function.
    pub fn ask(&self, function: &str, parameters: &str) -> Value {
        let password = http::encoded(PASSWORD);
        let path = format!("/api/json/{function}?auth_username=boss&auth_password={password}{parameters}");
        let request = http::request("GET", &path, &[("Host", "tapeline"), ("Connection", "close")], b"");
        http::exchange(self.serving().address, None, &request).data()
    }

    /// Every recording, in progress or not, in the order in which they began.
    pub fn list(&self) -> Vec<Value> {
        self.ask("recording/recordings/list", "&complete=-1").as_array().expect("rows").clone()
    }

    /// The list once it is as wanted.
    #[track_caller]
    pub fn list_once(&self, what: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        in_the_end(|| Some(self.list()).filter(|rows| wanted(rows))).unwrap_or_else(|| {
            let rows: String = self.list().iter().map(|row| format!("{row}\n")).collect();
            panic!("{what}:\n{rows}{}", self.serving().log())
        })
    }

    /// What its status says of a source.
    pub fn source(&self, name: &str) -> Value {
        let status = self.ask("status/get", "");
        let mut sources = status["sources"].as_array().expect("sources").iter();
        sources.find(|source| source["name"] == name).expect("it is there").clone()
    }
}
