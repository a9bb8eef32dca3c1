//! events: what happens to recordings, told to those who may hear of them.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::net::TcpStream;

use tapeline::config::{Config, Folder, NameOrId, Rule};

use crate::app::{Caller, PASSWORD, TestApp, spawn_app, spawn_with};
use crate::http::{self, encoded};
use crate::spool::{header, sound};

/// A connection on which events come.
struct Listening {
    stream: TcpStream,
    bytes: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Listening {
    #[track_caller]
    fn new(caller: &Caller, query: &str) -> Listening {
        let target = format!("/api/json/events{query}");
        let mut stream = http::connect(caller.address, None, None);
        let request =
            caller.clone().with("Accept-Encoding", "gzip, br, zstd").bytes("GET", &target, &[], b"");
        stream.write_all(&request).expect("a connection");
        let (status, headers, bytes) = http::read_head(&mut stream);
        assert_eq!(status, 200);
        let mut listening = Listening { stream, bytes, headers };
        assert_eq!(listening.next().as_deref(), Some("retry: 3000"));
        listening
    }

    /// The next message, but for heartbeats; `None` at the end. Whoever hears a minute of heartbeats hears nothing more.
    #[track_caller]
    fn next(&mut self) -> Option<String> {
        for _ in 0..5 {
            let chunk = http::read_chunk(&mut self.stream, &mut self.bytes)?;
            let text = String::from_utf8(chunk).expect("UTF-8");
            let message = text.strip_suffix("\n\n")?;
            if message != ":" {
                return Some(message.to_owned());
            }
        }
        panic!("nothing is told");
    }

    /// The next one that isn't of this kind.
    fn next_but(&mut self, what: &str) -> Option<String> {
        let other = format!("event: {what}\n");
        std::iter::from_fn(|| self.next()).find(|message| !message.starts_with(&other))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn told(what: &str, customer: i64, recordgroup: i64, uniqueid: &str) -> Option<String> {
    Some(format!(
        "event: {what}\ndata: {{\"customer\":{customer},\"recordgroup\":{recordgroup},\"uniqueid\":\"{uniqueid}\",\"recordid\":\"1\"}}"
    ))
}

/// Changes recordings of both customers, by the API.
fn change(app: &TestApp) {
    for (function, form) in [
        ("update", "recordgroup=1;uniqueid=a;recordid=1;hold=0"),
        ("update", "recordgroup=4;uniqueid=f;recordid=1;expires=5"),
        ("copy", "recordgroup=1;uniqueid=b;recordid=1;destination=3"),
        ("copy", "recordgroup=1;uniqueid=b;recordid=1;destination=3"),
        ("update", "recordgroup=2;uniqueid=c;recordid=1;expires=5;validation=1"),
        ("delete", "recordgroup=2;uniqueid=c;recordid=1"),
    ] {
        let answer = app.owner().post(&format!("recording/recordings/{function}"), form);
        assert_eq!(answer.status, 200, "{function} {form}: {}", answer.text());
    }
}

#[test]
fn changes_are_told_to_those_who_see_the_recording() {
    let app = spawn_app();
    let mut all = Listening::new(&app.supervisor(), "");
    let mut sales = Listening::new(&app.supervisor(), "?recordgroup=2");
    let mut own = Listening::new(&app.agent(), "");
    let mut birch = Listening::new(&app.stranger(), "");
    let mut birch_for_owner = Listening::new(&app.owner(), "?customer=2");
    change(&app);
    let [held, copied, deleted] =
        [told("changed", 1, 1, "a"), told("added", 1, 3, "b"), told("removed", 1, 2, "c")];
    assert_eq!([all.next(), all.next(), all.next()], [held.clone(), copied, deleted.clone()]);
    assert_eq!(sales.next(), deleted);
    assert_eq!([own.next(), own.next()], [held, deleted], "not those of group 3");
    assert_eq!(birch.next(), told("changed", 2, 4, "f"));
    assert_eq!(birch_for_owner.next(), told("changed", 2, 4, "f"));
    // And nothing else came in between.
    app.sqlite3("UPDATE recordings SET hold = 1 WHERE id = 16");
    for listening in [&mut all, &mut sales, &mut own, &mut birch, &mut birch_for_owner] {
        assert_eq!(listening.next().as_deref(), Some("event: refresh\ndata: {}"));
    }
}

#[test]
fn a_row_under_another_customers_group_is_told_of_to_its_customer_alone() {
    let app = spawn_app();
    app.sqlite3("UPDATE recordings SET recordgroup = 4 WHERE id = 11; UPDATE recordings SET recordgroup = 1 WHERE id = 16");
    let mut group = Listening::new(&app.stranger(), "?recordgroup=4");
    let mut members = Listening::new(&app.person("bea"), "");
    let mut owners = Listening::new(&app.owner(), "?recordgroup=4");
    let mut own = Listening::new(&app.agent(), "");
    let mut all = Listening::new(&app.supervisor(), "");
    for (group, uniqueid) in [(4, "a"), (1, "f")] {
        let form = format!("recordgroup={group};uniqueid={uniqueid};recordid=1;expires=5");
        assert_eq!(app.owner().post("recording/recordings/update", &form).codes(), "204");
    }
    assert_eq!(all.next_but("refresh"), told("changed", 1, 4, "a"));
    // Whoever hears of what is theirs next has heard of nothing before.
    let sold = "recordgroup=2;uniqueid=c;recordid=1;expires=5";
    app.owner().post("recording/recordings/update", sold);
    app.sqlite3("UPDATE recordings SET recordgroup = 4 WHERE id = 17");
    app.owner().post("recording/recordings/update", "recordgroup=4;uniqueid=g;recordid=1;expires=5");
    assert_eq!(own.next_but("refresh"), told("changed", 1, 2, "c"));
    assert_eq!(all.next_but("refresh"), told("changed", 1, 2, "c"));
    for listening in [&mut group, &mut members, &mut owners] {
        assert_eq!(listening.next_but("refresh"), told("changed", 2, 4, "g"));
    }
}

/// Group 2, Sales, gets what is recorded into the folder `pbx`.
fn with_folder(config: &mut Config) {
    let folder = Folder { folder: "pbx".into(), zone: Some("UTC".into()), ..Folder::default() };
    let sales = Rule { group: Some(NameOrId::Id(2)), ..Rule::default() };
    (config.watch, config.folders, config.rules) = (true, vec![folder], vec![sales]);
}

#[test]
fn a_call_is_told_of_as_soon_as_its_file_is_there_and_when_it_is_closed() {
    let app = spawn_with(with_folder);
    let root = app.db.with_file_name("sound/pbx");
    let [mut agent, mut owner] = [(app.agent(), ""), (app.owner(), "?customer=1")]
        .map(|(caller, query)| Listening::new(&caller, query));
    let mut birch = Listening::new(&app.stranger(), "");
    let uniqueid = "1795499608.28";
    let name = format!("2026/11/24/in-5550100-5551230002-20261124-055328-{uniqueid}.wav");
    let path = root.join(&name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let mut file = File::create(&path).expect("a file");
    file.write_all(&header(8_000, 0, false)).expect("written");
    let listed = |filter: &str| {
        let rows = app
            .agent()
            .get(&format!("recording/recordings/list?recordgroup=2;start=1795499608;{filter}"))
            .data();
        let rows = rows.as_array().expect("rows").iter();
        rows.map(|row| {
            format!("{} {} {} {}", row["uniqueid"], row["complete"], row["totaltime"], row["path"])
        })
        .collect::<Vec<_>>()
    };
    for listening in [&mut agent, &mut owner] {
        assert_eq!(listening.next_but("changed"), told("added", 1, 2, uniqueid));
    }
    assert_eq!(listed("complete=0"), [format!("\"{uniqueid}\" 0 0 \"pbx/{name}\"")]);
    assert_eq!(listed(""), [""; 0]);
    file.write_all(&sound("call", 32_000)).expect("written");
    file.seek(SeekFrom::Start(0)).expect("a place");
    file.write_all(&header(8_000, 32_000, true)).expect("written");
    drop(file);
    for listening in [&mut agent, &mut owner] {
        assert_eq!(listening.next_but("changed"), told("completed", 1, 2, uniqueid));
    }
    assert_eq!(listed(""), [format!("\"{uniqueid}\" 1 2 \"pbx/{name}\"")]);
    assert_eq!(listed("complete=0"), [""; 0]);
    app.sqlite3("UPDATE recordings SET hold = 1 WHERE id = 16");
    assert_eq!(birch.next().as_deref(), Some("event: refresh\ndata: {}"), "not theirs");
}

#[test]
fn events_are_neither_kept_nor_gathered_on_their_way() {
    let app = spawn_app();
    let listening = Listening::new(&app.agent(), "");
    for (name, value) in [
        ("content-type", Some("text/event-stream; charset=utf-8")),
        ("content-encoding", None),
        ("cache-control", Some("no-store")),
        ("x-accel-buffering", Some("no")),
        ("transfer-encoding", Some("chunked")),
    ] {
        assert_eq!(listening.header(name), value, "{name}");
    }
}

#[test]
fn a_list_and_events_of_one_moment_leave_nothing_out_between_them() {
    let app = spawn_app();
    let listed = |count: &str| {
        let answer = app.supervisor().get(&format!("recording/recordings/list?limit=1;count={count}"));
        answer.header("tapeline-moment").expect("a moment").to_owned()
    };
    let listening = || Listening::new(&app.supervisor(), "");
    let moment = listed("0");
    assert_eq!([listed("1"), listed("0")], [moment.clone(), moment.clone()], "nothing happens");
    let mut first = listening();
    assert_eq!(first.header("tapeline-moment"), Some(moment.as_str()));
    change(&app);
    assert_ne!(listening().header("tapeline-moment"), Some(moment.as_str()), "what it tells begins later");
    let moment = listed("0");
    assert_eq!(listening().header("tapeline-moment"), Some(moment.as_str()));
    app.sqlite3("UPDATE recordings SET hold = 1 WHERE id = 16");
    while first.next().as_deref() != Some("event: refresh\ndata: {}") {}
    assert_ne!(listening().header("tapeline-moment"), Some(moment.as_str()), "another program has written");
    assert_ne!(listed("1"), moment);
    let other = spawn_app();
    let of_another = Listening::new(&other.supervisor(), "");
    assert_ne!(of_another.header("tapeline-moment"), first.header("tapeline-moment"), "of another start");
}

#[test]
fn who_may_not_listen_hears_why() {
    let app = spawn_app();
    for (caller, query, codes) in [
        (app.anon(), "", "401"),
        (app.user(), "", "402"),
        (app.stranger(), "?customer=1", "400 customer"),
        (app.supervisor(), "?customer=99", "400 customer"),
        (app.supervisor(), "?customer=99;start=x;after=x", "400 customer"),
        (app.agent(), "?recordgroup=3", "400 recordgroup"),
        (app.agent(), "?recordgroup=1;customer=1", "400 customer, 400 recordgroup"),
    ] {
        assert_eq!(caller.get(&format!("events{query}")).codes(), codes, "{query}");
    }
}

#[test]
fn whoever_may_listen_no_more_is_disconnected() {
    let app = spawn_app();
    let mut role = Listening::new(&app.supervisor(), "");
    let mut password = Listening::new(&app.agent(), "");
    let bearer = format!("Bearer {}", app.token("boris"));
    let mut token = Listening::new(&app.anon().with("Authorization", &bearer), "");
    let mut group = Listening::new(&app.person("bea"), "?recordgroup=4");
    let mut disabled = Listening::new(&app.administrator(), "");
    let mut stays = Listening::new(&app.owner(), "");
    app.sqlite3(
        "UPDATE people SET role = 'user' WHERE username = 'sara';
         UPDATE people SET hash = 'another' WHERE username = 'anna';
         UPDATE people SET disabled = 1 WHERE username = 'adam';
         DELETE FROM tokens;
         DELETE FROM recordgroup_members WHERE person = 7;",
    );
    for listening in [&mut role, &mut password, &mut token, &mut group, &mut disabled] {
        assert_eq!(listening.next(), None);
    }
    assert_eq!(stays.next().as_deref(), Some("event: refresh\ndata: {}"));
}

/// Changes a recording that everybody of the first customer's groups hears of.
fn change_sold(app: &TestApp) {
    let answer =
        app.owner().post("recording/recordings/update", "recordgroup=2;uniqueid=c;recordid=1;expires=5");
    assert_eq!(answer.codes(), "204");
}

#[test]
fn whoever_is_logged_out_hears_of_nothing_that_comes_after_it() {
    let app = spawn_app();
    let held = |name: &str| app.anon().with("Authorization", &format!("Bearer {}", app.token(name)));
    let (sara, other) = (held("sara"), held("sara"));
    let anna = held("anna");
    let mut out = Listening::new(&sara, "");
    let mut stays = Listening::new(&other, "");
    let mut password = Listening::new(&anna, "");
    let mut by_password = Listening::new(&app.agent(), "");
    let mut disabled = Listening::new(&held("adam"), "");
    let id = |name: &str| {
        app.sqlite3(&format!("SELECT id FROM people WHERE username = '{name}'")).trim().to_owned()
    };
    assert_eq!(sara.post("user/logout", "").codes(), "204");
    let new = format!("id={};password_new=quite another one", id("anna"));
    assert_eq!(app.owner().post("people/password/update", &new).codes(), "204");
    let disable = format!("id={};disabled=1", id("adam"));
    assert_eq!(app.owner().post("people/update", &disable).codes(), "204");
    change_sold(&app);
    for listening in [&mut out, &mut password, &mut by_password, &mut disabled] {
        assert_eq!(listening.next(), None);
    }
    assert_eq!(stays.next(), told("changed", 1, 2, "c"), "another session of the same person");
    let delete = format!("id={}", id("sara"));
    assert_eq!(app.owner().post("people/delete", &delete).codes(), "204");
    change_sold(&app);
    assert_eq!(stays.next(), None);
}

#[test]
fn a_session_that_outlives_its_password_goes_on_listening() {
    let app = spawn_app();
    let held = |name: &str| app.anon().with("Authorization", &format!("Bearer {}", app.token(name)));
    let (own, other) = (held("anna"), held("anna"));
    let [mut stays, mut ends] = [&own, &other].map(|caller| Listening::new(caller, ""));
    let form = format!("password_old={};password_new=quite another one", encoded(PASSWORD));
    assert_eq!(own.post("user/password/update", &form).codes(), "204");
    change_sold(&app);
    assert_eq!(ends.next(), None);
    assert_eq!(stays.next(), told("changed", 1, 2, "c"));
}

#[test]
fn whoever_leaves_a_group_is_told_to_look_again_and_hears_of_it_no_more() {
    let app = spawn_app();
    let mut agent = Listening::new(&app.agent(), "");
    let sold = told("changed", 1, 2, "c");
    for (what, heard) in [("remove", None), ("add", told("changed", 1, 1, "a"))] {
        let form = "recordgroup=1;person=4";
        assert_eq!(app.owner().post(&format!("recording/groups/members/{what}"), form).codes(), "204");
        let form = "recordgroup=1;uniqueid=a;recordid=1;expires=5";
        assert_eq!(app.owner().post("recording/recordings/update", form).codes(), "204");
        change_sold(&app);
        assert_eq!(agent.next().as_deref(), Some("event: refresh\ndata: {}"), "{what}");
        for next in heard.into_iter().chain(sold.clone()) {
            assert_eq!(agent.next(), Some(next), "{what}");
        }
    }
}

#[test]
fn a_server_that_stops_ends_every_connection() {
    let app = spawn_app();
    let mut listening = Listening::new(&app.supervisor(), "");
    drop(app);
    assert_eq!(listening.next(), None);
}
