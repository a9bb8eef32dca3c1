//! The viewer's cookie among those of other programs, and beside headers that proxies add.

use tapeline::config::{Compat, PublicUrl};

use crate::app::{Caller, PASSWORD, TestApp, basic, credentials, spawn_app, spawn_with};
use crate::http::{self, Answer};
use crate::program::{Folder, Serving, tapeline};

const LIST: &str = "recording/recordings/list";
const LOGIN: &str = "user/login";
/// More than a name may be tried with.
const MANY: usize = 12;

fn name_of(cookie: &str) -> &str {
    cookie.split_once('=').expect("a name").0
}

#[test]
fn the_cookie_counts_beside_whatever_others_have_put_there() {
    let app = spawn_app();
    let cookie = app.cookie("sara");
    let beside: [&[u8]; 5] = [
        "user=J\u{fc}rgen; ".as_bytes(),
        b"user=J\xfcrgen; ",
        b"\xff\xfe; ",
        b"a=\"b; ",
        "名=前;".as_bytes(),
    ];
    for other in beside {
        let head = format!(
            "GET /api/json/{LIST} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: ",
            app.address
        );
        let request = [head.as_bytes(), other, cookie.as_bytes(), b"; z=\xe9\r\n\r\n"].concat();
        assert_eq!(http::exchange(app.address, None, &request).status, 200, "{other:?}");
    }
    let dead = format!("{}=dead", name_of(&cookie));
    for line in
        [format!("{dead}; {cookie}"), format!("{cookie}; {dead}"), format!("{dead}; x=y; {dead}; {cookie}")]
    {
        assert_eq!(app.anon().with("Cookie", &line).get(LIST).status, 200, "{line}");
    }
    assert_eq!(app.anon().with("Cookie", &dead).with("Cookie", &cookie).get(LIST).status, 200, "two lines");
}

/// A browser, as far as its jar goes: it sends what any port of the host has set.
#[derive(Default)]
struct Jar(Vec<String>);

impl Jar {
    fn keep(&mut self, answer: &Answer) {
        let pair =
            answer.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
        self.0.retain(|kept| name_of(kept) != name_of(&pair));
        self.0.push(pair);
    }

    fn send(&self, caller: Caller) -> Caller {
        caller.with("Cookie", &self.0.join("; ")).with("Sec-Fetch-Site", "same-origin")
    }
}

#[test]
fn two_servers_of_one_host_log_nobody_out_at_each_other() {
    let (one, other) = (spawn_app(), spawn_app());
    let mut jar = Jar::default();
    for app in [&one, &other] {
        let login = jar.send(app.anon()).post(LOGIN, &format!("{};session=1", credentials("sara", PASSWORD)));
        jar.keep(&login);
    }
    assert_eq!(jar.0.len(), 2);
    for app in [&one, &other] {
        assert_eq!(jar.send(app.anon()).post(LIST, "").status, 200);
    }
    assert_eq!(jar.send(one.anon()).post("user/logout", "").codes(), "204");
    assert_eq!(jar.send(one.anon()).post(LIST, "").status, 401);
    assert_eq!(jar.send(other.anon()).post(LIST, "").status, 200);
}

#[test]
fn a_session_lives_on_over_a_start_at_the_same_port_and_its_name_tells_ports_and_databases_apart() {
    let folder = Folder::new();
    let serve = |db: &str, port: u16| {
        let db = folder.file(db);
        if !db.exists() {
            crate::app::make_database(&db);
        }
        let listen = format!("127.0.0.1:{port}");
        let media = folder.file("media");
        Serving::start(
            tapeline().args(["serve", "--listen", &listen, "--db"]).arg(db).arg("--media-root").arg(media),
        )
    };
    let caller = |serving: &Serving| Caller { address: serving.address, from: None, headers: Vec::new() };
    let login = |serving: &Serving| {
        let answer = caller(serving).post(LOGIN, &format!("{};session=1", credentials("sara", PASSWORD)));
        answer.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned()
    };
    let first = serve("a.db", 0);
    let (port, cookie) = (first.address.port(), login(&first));
    let beside = serve("a.db", 0);
    assert_ne!(name_of(&login(&beside)), name_of(&cookie), "another port");
    first.stop();
    let again = serve("a.db", port);
    assert_eq!(caller(&again).with("Cookie", &cookie).get(LIST).status, 200, "started again");
    again.stop();
    assert_ne!(name_of(&login(&serve("b.db", port))), name_of(&cookie), "another database");
}

/// Its words in the header that a proxy adds to what the page sends.
fn behind_basic(app: &TestApp, cookie: &str, outer: &str, password: &str) -> Caller {
    let page = app.anon().with("Cookie", cookie).with("Sec-Fetch-Site", "same-origin");
    page.with("Authorization", &basic(outer, password))
}

#[test]
fn a_header_that_comes_with_our_cookie_neither_decides_nor_is_a_guess() {
    let app = spawn_app();
    let living = app.cookie("sara");
    let dead = format!("{}=dead", name_of(&living));
    for number in 0..MANY {
        let wrong = format!("outer {number}");
        for outer in ["front", "anna"] {
            assert_eq!(behind_basic(&app, &living, outer, &wrong).post(LIST, "").rows(), "a b c d");
            assert_eq!(behind_basic(&app, &dead, outer, &wrong).post(LIST, "").codes(), "401");
        }
    }
    assert_eq!(
        behind_basic(&app, &living, "boris", PASSWORD).post(LIST, "").rows(),
        "a b c d",
        "her session counts"
    );
    assert_eq!(app.agent().get(LIST).status, 200, "nobody guessed at anna's password");
    for header in ["Digest x", "Basic !", "Negotiate abc"] {
        let page = app.anon().with("Cookie", &living).with("Authorization", header);
        assert_eq!(page.get(LIST).status, 200, "{header}");
    }
    let token = app.token("anna");
    let both =
        |cookie: &str| app.anon().with("Cookie", cookie).with("Authorization", &format!("Bearer {token}"));
    assert_eq!(both(&living).get(LOGIN).data()["username"], "sara");
    assert_eq!(both(&dead).get(LOGIN).data()["username"], "anna", "a session that ended is none");
    let elsewhere = both(&living).with("Sec-Fetch-Site", "cross-site");
    assert_eq!(elsewhere.get(LOGIN).data()["username"], "anna");
}

#[test]
fn logging_in_works_behind_a_proxy_that_adds_a_header() {
    let app = spawn_app();
    let dead = format!("{}=dead", name_of(&app.cookie("sara")));
    let form = format!("{};session=1", credentials("sara", PASSWORD));
    assert_eq!(behind_basic(&app, &dead, "front", "door").post(LOGIN, &form).status, 200);
}

#[test]
fn what_is_refused_for_where_it_comes_from_says_so_and_is_no_guess() {
    let app = spawn_with(|config| config.compat = Compat::Enswitch);
    let cookie = app.cookie("sara");
    let elsewhere = app.anon().with("Cookie", &cookie).with("Origin", "http://pbx.example");
    let usual = app.anon().get(LIST).json()["responses"][0]["message"].clone();
    for answer in [elsewhere.post(LIST, ""), elsewhere.get(LIST), elsewhere.post("user/logout", "")] {
        assert_eq!(answer.codes(), "401", "with its own status, whatever Enswitch does");
        assert_ne!(answer.json()["responses"][0]["message"], usual);
        assert!(answer.text().contains("public_url"), "{}", answer.text());
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    let form = format!("{};session=1", credentials("sara", PASSWORD));
    for _ in 0..MANY {
        let login = app.anon().with("Origin", "http://pbx.example").post(LOGIN, &form);
        assert!(login.text().contains("public_url"), "{}", login.text());
        assert_eq!(login.header("set-cookie"), None);
        elsewhere.clone().with("Authorization", &basic("sara", "wrong")).post(LIST, "");
    }
    assert_eq!(app.supervisor().get(LOGIN).status, 200);
}

#[test]
fn the_cookie_has_the_attributes_of_the_contract() {
    let public = |url: &str| url.parse::<PublicUrl>().expect("an address");
    let plain = "HttpOnly; Path=/; SameSite=Strict";
    let secure = "HttpOnly; Path=/; SameSite=Strict; Secure";
    let below = "HttpOnly; Path=/calls; SameSite=Strict; Secure";
    let (https, origin) = (("X-Forwarded-Proto", "https"), |url: &'static str| ("Origin", url));
    let same = ("Sec-Fetch-Site", "same-origin");
    for (url, trusted, headers, expected) in [
        ("", "", &[][..], plain),
        ("", "", &[https], plain),
        ("", "127.0.0.1", &[https], secure),
        ("", "127.0.0.1", &[("X-Forwarded-Proto", "http")], plain),
        ("", "127.0.0.1", &[("Forwarded", "for=192.0.2.1;proto=https")], secure),
        ("", "10.0.0.0/8", &[https], plain),
        ("", "", &[same, origin("https://pbx.example")], secure),
        ("https://pbx.example", "", &[], secure),
        ("http://pbx.example", "", &[], plain),
        ("https://pbx.example/calls/", "", &[same, origin("https://pbx.example")], below),
        ("https://pbx.example/calls/", "", &[same, origin("http://192.168.1.2:8080")], plain),
    ] {
        let app = spawn_with(|config| {
            config.public_url = public(url);
            config.trusted_proxies = trusted.parse().expect("networks");
        });
        let who = headers.iter().fold(app.anon(), |who, (name, value)| who.with(name, value));
        let answer = who.post(LOGIN, &format!("{};session=1", credentials("sara", PASSWORD)));
        let cookie = answer.header("set-cookie").unwrap_or_else(|| panic!("{}", answer.text())).to_owned();
        let mut parts: Vec<&str> =
            cookie.split("; ").skip(1).filter(|part| !part.starts_with("Max-Age=")).collect();
        parts.sort_unstable();
        assert_eq!(parts.join("; "), expected, "{url} {trusted} {headers:?}");
    }
}

#[test]
fn basic_is_read_as_utf_8_or_else_as_latin_1() {
    let app = spawn_app();
    let hash = tapeline::auth::hash_password("café 5", 4).expect("a hash");
    app.sqlite3(&format!("UPDATE people SET hash = '{hash}', username = 'zoë' WHERE id = 4"));
    let ask = |bytes: &[u8]| {
        use base64::Engine;
        let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
        app.anon().with("Authorization", &format!("Basic {encoded}")).get(LOGIN).status
    };
    assert_eq!(ask("zoë:café 5".as_bytes()), 200);
    assert_eq!(ask(b"zo\xeb:caf\xe9 5"), 200, "requests, aiohttp, OkHttp");
    assert_eq!(ask(b"zo\xeb:caf\xe8 5"), 401);
    assert_eq!(ask(b"zo\xeb:\xff\xfe\x00"), 401);
}

#[test]
fn only_what_is_no_browser_is_asked_for_a_password_in_a_header() {
    let app = spawn_app();
    let asked = |caller: &Caller| -> Vec<String> {
        let answer = caller.get(LIST);
        assert_eq!(answer.status, 401);
        let of_name = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"));
        of_name.map(|(_, value)| value.clone()).collect()
    };
    let basic = "Basic realm=\"Tapeline\", charset=\"UTF-8\"";
    assert_eq!(asked(&app.anon()), ["Bearer", basic]);
    for (name, value) in
        [("User-Agent", "curl/7.88.1"), ("User-Agent", "Wget/1.21"), ("Authorization", "Basic eA==")]
    {
        assert_eq!(asked(&app.anon().with(name, value)), ["Bearer", basic], "{value}");
    }
    for (name, value) in [
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"),
        ("Cookie", "a=b"),
        ("Origin", "http://pbx"),
        ("Sec-Fetch-Mode", "cors"),
        ("sec-fetch-site", "none"),
    ] {
        assert_eq!(asked(&app.anon().with(name, value)), ["Bearer"], "{name}: {value}");
    }
}
