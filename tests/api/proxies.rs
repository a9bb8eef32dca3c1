//! Behind a real nginx, and what proxies say of their clients.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tapeline::config::Config;

use crate::app::{Caller, PASSWORD, TestApp, basic, credentials, make_database, spawn_with};
use crate::program::{Folder, Serving, run, tapeline};
use crate::waiting::until;

const LIST: &str = "recording/recordings/list";
const LOGIN: &str = "user/login";

/// An nginx in front of a server. It ends when this is dropped.
struct Nginx {
    address: SocketAddr,
    child: Child,
    _folder: Folder,
}

/// An address that nobody listens at.
fn free_address() -> SocketAddr {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    free.local_addr().expect("an address")
}

impl Nginx {
    /// `how`: lines of the server block.
    fn start(address: SocketAddr, upstream: SocketAddr, how: &str) -> Nginx {
        let folder = Folder::new();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {name};"))
            .concat();
        let settings = format!(
            "daemon off; master_process off; pid nginx.pid; error_log error.log; events {{}}
             http {{ access_log off; {temporary} server {{ listen {address}; location / {{ proxy_pass http://{upstream};
             {how} }} }} }}\n"
        );
        std::fs::write(folder.file("nginx.conf"), settings).expect("a file");
        std::fs::write(folder.file("htpasswd"), "front:{PLAIN}door\n").expect("a file");
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-p").arg(folder.path()).arg("-c").arg(folder.file("nginx.conf"));
        command.arg("-e").arg(folder.file("error.log")).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("nginx starts (tests/install/need nginx)");
        until("nginx", || TcpStream::connect(address).is_ok());
        Nginx { address, child, _folder: folder }
    }

    /// A browser at its address, with or without the headers that browsers send on what they trust.
    fn page(&self, fetch: bool) -> Caller {
        let page = Caller { address: self.address, from: None, headers: Vec::new() };
        let page = page.with("Origin", &format!("http://{}", self.address)).with("User-Agent", "Mozilla/5.0");
        if fetch { page.with("Sec-Fetch-Site", "same-origin") } else { page }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server and an nginx before it.
fn behind(how: &str, settings: impl FnOnce(&mut Config, SocketAddr)) -> (TestApp, Nginx) {
    let address = free_address();
    let app = spawn_with(|config| settings(config, address));
    let nginx = Nginx::start(address, app.address, how);
    (app, nginx)
}

/// Logs in as the page does, lists, changes something and logs out.
#[track_caller]
fn assert_is_used(page: &Caller) {
    let login = page.post(LOGIN, &format!("{};session=1", credentials("sara", PASSWORD)));
    assert_eq!(login.codes(), "200", "{}", login.text());
    let cookie = login.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
    let page = page.clone().with("Cookie", &cookie);
    assert_eq!(page.post(LIST, "").rows(), "a b c d");
    assert_eq!(page.post("recording/groups/update", "id=1;description=x").codes(), "204");
    assert_eq!(page.post("user/logout", "").codes(), "204");
}

/// What the README says of nginx.
const RIGHT: &str =
    "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header Forwarded \"\";";

#[test]
fn the_page_is_used_behind_every_nginx_where_the_browser_says_that_it_is_the_page() {
    for how in ["", "proxy_set_header Host $host;", "proxy_set_header Host $http_host;", RIGHT] {
        let (_app, nginx) = behind(how, |_, _| {});
        assert_is_used(&nginx.page(true));
    }
}

#[test]
fn on_plain_http_the_host_or_a_setting_tells() {
    let trust = |config: &mut Config, _| config.trusted_proxies = "127.0.0.1".parse().expect("an address");
    let url = |config: &mut Config, at: SocketAddr| {
        config.public_url = format!("http://{at}").parse().expect("an address");
    };
    let forwards = "proxy_set_header X-Forwarded-Host $http_host;";
    let forwards_all = "proxy_set_header Forwarded 'for=$remote_addr;host=\"$http_host\"';";
    for (how, settings) in [
        ("proxy_set_header Host $http_host;", &(|_: &mut Config, _| {}) as &dyn Fn(&mut Config, SocketAddr)),
        ("", &url),
        ("proxy_set_header Host $host;", &url),
        (forwards, &trust),
        (forwards_all, &trust),
    ] {
        let (_app, nginx) = behind(how, settings);
        assert_is_used(&nginx.page(false));
    }
    for how in ["", "proxy_set_header Host $host;", forwards] {
        let (app, nginx) = behind(how, |_, _| {});
        let login = nginx.page(false).post(LOGIN, &format!("{};session=1", credentials("sara", PASSWORD)));
        assert_eq!(login.codes(), "401");
        assert!(login.text().contains("public_url"), "{}", login.text());
        assert_eq!(app.sqlite3("SELECT count(*) FROM sessions"), "0");
    }
}

#[test]
fn the_page_is_used_behind_a_password_of_the_proxys() {
    let how = "auth_basic Office; auth_basic_user_file htpasswd; proxy_set_header Host $http_host;";
    let (app, nginx) = behind(how, |_, _| {});
    for fetch in [true, false] {
        let page = nginx.page(fetch).with("Authorization", &basic("front", "door"));
        for _ in 0..12 {
            assert_is_used(&page);
        }
    }
    assert_eq!(
        app.anon().with("Authorization", &basic("front", "door")).get(LIST).codes(),
        "401",
        "not throttled"
    );
}

#[test]
fn a_refusal_for_where_from_is_logged_with_both_addresses_and_nothing_secret() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    let serving = Serving::start(
        tapeline()
            .args(["serve", "--listen", "127.0.0.1:0", "--db"])
            .arg(&db)
            .arg("--media-root")
            .arg(folder.file("media")),
    );
    let here = serving.address.to_string();
    let anon = Caller { address: serving.address, from: None, headers: Vec::new() };
    let page =
        anon.with("Origin", "http://calls.example\t\"\u{e9}\u{202e}").with("Sec-Fetch-Site", "cross-site");
    let login = page.post(LOGIN, &format!("{};session=1", credentials("sara", PASSWORD)));
    assert_eq!(login.codes(), "401");
    let log = serving.stop().err;
    let line = log.lines().find(|line| line.contains("public_url")).unwrap_or_else(|| panic!("{log}"));
    for part in ["http://calls.example", "cross-site", here.as_str()] {
        assert!(line.contains(part), "{line}");
    }
    assert!(!line.contains('\u{202e}') && !log.contains(PASSWORD));
}

/// A client behind nginx, at an address of its own.
fn at(nginx: &Nginx, last: u8) -> Caller {
    Caller { address: nginx.address, from: Some([127, 0, 0, last].into()), headers: Vec::new() }
}

#[test]
fn behind_a_trusted_proxy_each_address_has_its_own_limits_and_is_audited() {
    let all = "127.0.0.1,10.0.0.0/8";
    let (app, nginx) = behind(RIGHT, |config, _| config.trusted_proxies = all.parse().expect("networks"));
    let wrong =
        |last, number: usize| at(&nginx, last).post(LOGIN, &credentials("sara", &format!("wrong {number}")));
    let forged = |number: usize| {
        let header = format!("203.0.113.{number}");
        let who = at(&nginx, 2).with("X-Forwarded-For", &header).with("Forwarded", &format!("for={header}"));
        who.post(LOGIN, &credentials("sara", &format!("wrong {number}"))).status
    };
    assert!((0..12).map(forged).any(|status| status == 429), "what the client wrote does not count");
    assert_eq!(wrong(2, 100).codes(), "429");
    assert_eq!(at(&nginx, 3).post(LOGIN, &credentials("sara", PASSWORD)).status, 200, "she is elsewhere");
    let login = at(&nginx, 4).post(LOGIN, &format!("{};token=1", credentials("anna", PASSWORD)));
    assert_eq!(login.status, 200);
    assert_eq!(
        app.sqlite3("SELECT username, address FROM audit WHERE action = 'user/login'"),
        "anna|127.0.0.4"
    );
}

#[test]
fn whoever_is_not_trusted_is_not_believed() {
    let (app, nginx) = behind(RIGHT, |_, _| {});
    let login = at(&nginx, 4).post(LOGIN, &format!("{};token=1", credentials("anna", PASSWORD)));
    assert_eq!(login.status, 200);
    assert_eq!(
        app.sqlite3("SELECT username, address FROM audit WHERE action = 'user/login'"),
        "anna|127.0.0.1"
    );
}

#[test]
fn the_log_names_the_client_behind_a_trusted_proxy() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    let media = folder.file("media");
    let mut command = tapeline();
    command.args(["serve", "--listen", "127.0.0.1:0", "--trusted-proxies", "127.0.0.1", "--db"]).arg(&db);
    let serving = Serving::start(command.arg("--media-root").arg(media));
    let anon = Caller { address: serving.address, from: None, headers: Vec::new() };
    anon.clone().with("X-Forwarded-For", "203.0.113.9, 192.0.2.7").get(LIST);
    anon.with("X-Forwarded-For", "x\u{202e}\", unknown").get(LIST);
    let log = serving.stop().err;
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(LIST)).collect();
    assert!(lines[0].contains(" 192.0.2.7 GET ") && lines[1].contains(" 127.0.0.1 GET "), "{lines:?}");
}

#[test]
fn a_proxy_that_is_not_trusted_is_told_of_once() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    let mut command = tapeline();
    command.args(["serve", "--listen", "127.0.0.1:0", "--db"]).arg(&db).arg("--media-root");
    let serving = Serving::start(command.arg(folder.file("media")));
    let anon = Caller { address: serving.address, from: None, headers: Vec::new() };
    for header in ["X-Forwarded-For", "X-Forwarded-For", "Forwarded"] {
        anon.clone().with(header, "192.0.2.7").get(LIST);
    }
    let log = serving.stop().err;
    assert_eq!(log.matches("trusted_proxies").count(), 1, "{log}");
    assert!(!log.contains("192.0.2.7 GET"), "{log}");
}

#[test]
fn a_setting_that_is_no_network_and_no_address_of_a_page_is_refused() {
    let folder = Folder::new();
    let refused = |setting: &str| {
        let file = folder.file("tapeline.toml");
        std::fs::write(&file, setting).expect("a file");
        private(&file);
        let said = run(&["serve", "--config", file.to_str().expect("UTF-8"), "--db", "/nowhere/x.db"]);
        assert_eq!(said.status, 1, "{said:?}");
        said.err
    };
    for (setting, named) in [
        ("trusted_proxies = [\"127.0.0.1\", \"10.0.0/8\"]", "\"10.0.0/8\" is no address or network"),
        ("trusted_proxies = \"localhost\"", "\"localhost\" is no address or network"),
        ("trusted_proxies = [8]", "string"),
        ("public_url = \"calls.example.com\"", "\"calls.example.com\" is no address of a page"),
    ] {
        let said = refused(setting);
        assert!(said.contains(named), "{said}");
    }
    let flag = run(&["serve", "--trusted-proxies", "127.0.0.1,::1/200"]);
    assert!(flag.err.contains("::1/200") && flag.status == 2, "{flag:?}");
}

fn private(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("a mode");
}
