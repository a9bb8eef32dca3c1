//! A server with two customers, entered by the production door, and those who call it.
//!
//! | customer | groups | people |
//! |---|---|---|
//! | 1 Alder | 1 Reception, 2 Sales, 3 Support | olga (owner), adam (administrator), sara (supervisor), anna (agent: owns 2, member of 1), uwe (user) |
//! | 2 Birch | 4 Workshop, 5 Yard | boris (supervisor), bea (agent: member of 4) |
//!
//! Everybody's password is [`PASSWORD`].

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread::JoinHandle;

use base64::Engine;
use tapeline::config::Config;
use tapeline::server;

use crate::http::{self, Answer, encoded};
use crate::program::{Folder, Serving, make_with_sqlite3, sqlite3};

/// With what forms, headers and JSON make something else of.
pub const PASSWORD: &str = "correct; horse & 50% battery+staple: \"ü\"";
/// The start of the first recording.
pub const START: i64 = 1_700_000_000;

/// The hash of [`PASSWORD`].
pub static HASH: LazyLock<String> =
    LazyLock::new(|| tapeline::auth::hash_password(PASSWORD, 4).expect("a hash"));

/// Customers, groups, people; and six completed recordings, one in progress, one of the far future.
const ALDER_AND_BIRCH: &str = "
    INSERT INTO customers (id, name) VALUES (1, 'Alder'), (2, 'Birch');
    INSERT INTO people (id, customer, username, name, role, hash) VALUES
      (1, 1, 'olga',  'Olga',  'owner',         'HASH'),
      (2, 1, 'adam',  'Adam',  'administrator', 'HASH'),
      (3, 1, 'sara',  'Sara',  'supervisor',    'HASH'),
      (4, 1, 'anna',  'Anna',  'agent',         'HASH'),
      (5, 1, 'uwe',   'Uwe',   'user',          'HASH'),
      (6, 2, 'boris', 'Boris', 'supervisor',    'HASH'),
      (7, 2, 'bea',   'Bea',   'agent',         'HASH');
    INSERT INTO recordgroups (id, customer, name, owner) VALUES
      (1, 1, 'Reception', 0), (2, 1, 'Sales', 4), (3, 1, 'Support', 0), (4, 2, 'Workshop', 0), (5, 2, 'Yard', 6);
    INSERT INTO recordgroup_members (person, recordgroup) VALUES (4, 1), (7, 4);
    INSERT INTO recordings (id, customer, recordgroup, uniqueid, recordid, callid, asteriskid, machine, start, \"end\",
        talktime, totaltime, status, stype, snumber, snumber_name, snumber_display, scustomer, ctype, cnumber,
        cnumber_name, cnumber_display, dtype, dnumber, dnumber_name, dnumber_display, dcustomer,
        callerid_internal, spresent, complete, expires, stale, mimetype, size, path, direction, hold) VALUES
      (11, 1, 1, 'a', '1', 'call-a', 'pbx', 'tape1', 1700000000, 1700000065, 60, 65, 'answer', 'external',
       '+49 30 1', 'Zoë \"Z\" Ångström', '030 1', 0, 'queue', '100', 'Front\tdesk\\', '100', 'extension', '101',
       '前台', '1-01', 1, '0301', 0, 1, 1800000000, 1, 'audio/x-wav', 9007199254740993, 'a/a.wav', 'in', 1);
    INSERT INTO recordings (id, customer, recordgroup, uniqueid, recordid, start, \"end\", talktime, totaltime, snumber,
        cnumber, callerid_internal, complete, expires, size, direction) VALUES
      (12, 1, 1, 'b', '1', 1700000100, 1700000130, 20, 30, '101', '0049', 'Anna', 1, 0, 10, 'out'),
      (13, 1, 2, 'c', '1', 1700000200, 1700000205,  0,  5, '102', '101',  'ANNA', 1, 0, 20, 'internal'),
      (14, 1, 3, 'd', '1', 1700000200, 1700000290, 80, 90, '9',   'Ä10',  'änna', 1, 5, 30, ''),
      (15, 1, 3, 'e', '1', 1700000300, 0, 0, 0, '10', '100', '', 0, 0, 0, 'in'),
      (16, 2, 4, 'f', '1', 1700000050, 1700000051, 1, 1, '1', '2', '3', 1, 0, 40, 'in'),
      (17, 2, 5, 'g', '1', 1700000060, 1700000061, 1, 1, '1', '2', '3', 1, 0, 50, 'in'),
      (18, 1, 1, 'z', '1', 4000000000, 4000000009, 1, 9, '1', '2', '3', 1, 0, 60, 'in');";

/// A running server. It ends when this is dropped.
pub struct TestApp {
    pub address: SocketAddr,
    pub db: PathBuf,
    /// Goes with the server.
    _folder: Folder,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A server with Alder and Birch.
pub fn spawn_app() -> TestApp {
    spawn(|_| {}, |_| {})
}

/// The same with other settings.
pub fn spawn_with(settings: impl FnOnce(&mut Config)) -> TestApp {
    spawn(settings, |_| {})
}

/// The same with other settings, and more in the database before it starts.
pub fn spawn(settings: impl FnOnce(&mut Config), fill: impl FnOnce(&Path)) -> TestApp {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    fill(&db);
    let mut config = Config {
        db: db.clone(),
        media_root: folder.file("sound"),
        listen: ([127, 0, 0, 1], 0).into(),
        bcrypt_cost: 4,
        // Only where a test wants it.
        watch: false,
        ..Config::default()
    };
    settings(&mut config);
    let server = server::build(config).expect("the server starts");
    let address = server.address().expect("an address");
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let thread = std::thread::spawn(move || {
        let serving = server.run_until(async { drop(stopped.await) });
        actix_web::rt::System::new().block_on(serving).expect("the server runs");
    });
    TestApp { address, db, _folder: folder, stop: Some(stop), thread: Some(thread) }
}

/// A file with Alder and Birch, made by the sqlite3 shell.
pub fn make_database(db: &Path) {
    make_with_sqlite3(db);
    sqlite3(db, &ALDER_AND_BIRCH.replace("HASH", &HASH));
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().is_none_or(|thread| thread.join().is_ok());
        assert!(ended || std::thread::panicking(), "the server panicked");
    }
}

/// Someone who asks, with the headers that say who.
#[derive(Clone)]
pub struct Caller {
    pub address: SocketAddr,
    pub from: Option<IpAddr>,
    pub headers: Vec<(String, String)>,
}

impl TestApp {
    pub fn anon(&self) -> Caller {
        Caller { address: self.address, from: None, headers: Vec::new() }
    }

    /// Role `user`, of Alder: may log in, nothing else.
    pub fn user(&self) -> Caller {
        self.person("uwe")
    }

    /// Role `agent`, of Alder: groups 1 and 2.
    pub fn agent(&self) -> Caller {
        self.person("anna")
    }

    /// Role `supervisor`, of Alder.
    pub fn supervisor(&self) -> Caller {
        self.person("sara")
    }

    /// Role `administrator`, of Alder.
    pub fn administrator(&self) -> Caller {
        self.person("adam")
    }

    /// Role `owner`, at home at Alder.
    pub fn owner(&self) -> Caller {
        self.person("olga")
    }

    /// Role `supervisor`, of Birch.
    pub fn stranger(&self) -> Caller {
        self.person("boris")
    }

    /// Someone with the usual password, in an Authorization header.
    pub fn person(&self, name: &str) -> Caller {
        self.anon().with("Authorization", &basic(name, PASSWORD))
    }

    pub fn sqlite3(&self, script: &str) -> String {
        sqlite3(&self.db, script)
    }

    /// Everything that a change could change, as the sqlite3 shell writes it.
    pub fn state(&self) -> String {
        let all = self.sqlite3(
            ".dump customers recordgroups recordings recordgroup_members roles role_privileges tokens sessions \
             audit sound_removals sounds\n\
             SELECT 'people', id, customer, username, name, role, hash, created, disabled FROM people;",
        );
        // Noted a moment later than they happen, whatever else does; as is who logged in last.
        let failed = |line: &&str| line.contains("'user/login/failed'") || line.contains("VALUES('audit',");
        all.lines().filter(|line| !failed(line)).collect::<Vec<_>>().join("\n")
    }

    /// The audit entries so far, but for their ids and times, and but for failed logins, which are noted a moment later.
    pub fn entries(&self) -> Vec<String> {
        let all = self.sqlite3(
            "SELECT ifnull(person, ''), username, address, action, ifnull(customer, ''), ifnull(recordgroup, ''),
               ifnull(uniqueid, ''), ifnull(recordid, ''), detail FROM audit WHERE action <> 'user/login/failed' ORDER BY id;",
        );
        all.lines().map(str::to_owned).collect()
    }

    /// Whether asking changes nothing at all.
    #[track_caller]
    pub fn unchanged<T>(&self, ask: impl FnOnce() -> T) -> T {
        let before = self.state();
        let answer = ask();
        let after = self.state();
        let gone: Vec<&str> =
            before.lines().filter(|line| !after.lines().any(|other| other == *line)).collect();
        let new: Vec<&str> =
            after.lines().filter(|line| !before.lines().any(|other| other == *line)).collect();
        assert!(before == after, "gone: {gone:#?}, new: {new:#?}");
        answer
    }

    /// The cookie of a new viewer's session, as a browser sends it back.
    pub fn cookie(&self, name: &str) -> String {
        let answer = self.person(name).post("user/login", "session=1");
        assert_eq!(answer.codes(), "200");
        let cookie = answer.header("set-cookie").expect("a cookie");
        cookie.split(';').next().expect("name and value").to_owned()
    }

    /// The value of a new viewer's session.
    pub fn session(&self, name: &str) -> String {
        self.cookie(name).split_once('=').expect("a value").1.to_owned()
    }

    /// The viewer, on a page of this server.
    pub fn viewer(&self, name: &str) -> Caller {
        self.anon().with("Cookie", &self.cookie(name)).with("Sec-Fetch-Site", "same-origin")
    }

    /// A new token.
    pub fn token(&self, name: &str) -> String {
        let data = self.person(name).post("user/login", "token=1").data();
        data["auth_token"].as_str().expect("a token").to_owned()
    }
}

impl Caller {
    /// The same with one more header.
    pub fn with(mut self, name: &str, value: &str) -> Caller {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same from another address of this machine.
    pub fn from(mut self, address: [u8; 4]) -> Caller {
        self.from = Some(address.into());
        self
    }

    /// GET of a function, with or without a query.
    pub fn get(&self, function: &str) -> Answer {
        self.send("GET", &format!("/api/json/{function}"), &[], b"")
    }

    /// POST of a form.
    pub fn post(&self, function: &str, form: &str) -> Answer {
        let form_type = [("Content-Type", "application/x-www-form-urlencoded")];
        self.send("POST", &format!("/api/json/{function}"), &form_type, form.as_bytes())
    }

    /// POST of JSON.
    pub fn post_json(&self, function: &str, json: &str) -> Answer {
        let json_type = [("Content-Type", "application/json")];
        self.send("POST", &format!("/api/json/{function}"), &json_type, json.as_bytes())
    }

    /// Any request.
    pub fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        http::exchange(self.address, self.from, &self.bytes(method, target, headers, body))
    }

    /// A request's bytes, on a connection that ends with it.
    pub fn bytes(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let host = self.address.to_string();
        let all: Vec<(&str, &str)> = [("Host", host.as_str()), ("Connection", "close")]
            .into_iter()
            .chain(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            .chain(headers.iter().copied())
            .collect();
        http::request(method, target, &all, body)
    }
}

impl Serving {
    /// Someone who asks it, with a password.
    pub fn caller(&self, name: &str, password: &str) -> Caller {
        let headers = vec![("Authorization".into(), basic(name, password))];
        Caller { address: self.address, from: None, headers }
    }
}

/// The header of RFC 7617.
pub fn basic(name: &str, password: &str) -> String {
    let text = format!("{name}:{password}");
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
}

/// The parameters that say who is asking.
pub fn credentials(name: &str, password: &str) -> String {
    format!("auth_username={};auth_password={}", encoded(name), encoded(password))
}
