//! Calls in whose midst Tapeline is killed or started: what it finds of them outranks neither what it heard nor what their
//! files say. And one file is one recording, whichever channel adds to it.

use serde_json::Value;

use crate::ami::Ami;
use crate::lab::{Lab, Root};
use crate::on_both;
use crate::shared::Office;
use crate::waiting::{settled, until};

on_both!(
    what_was_heard_stays_when_tapeline_is_killed_in_the_midst_of_calls,
    calls_that_began_before_tapeline_have_their_parties_and_their_ends,
    what_two_channels_append_to_one_file_is_one_recording
);

const NONE: &str = "PJSIP_HEADER(add,X-Format)=none";

fn of<'a>(rows: &'a [Value], part: &str) -> &'a Value {
    let is_it = |row: &&Value| row["path"].as_str().is_some_and(|path| path.contains(part));
    rows.iter().find(is_it).unwrap_or_else(|| panic!("{part} is not in {rows:#?}"))
}

fn facts(row: &Value) -> Vec<String> {
    ["snumber", "snumber_name", "cnumber", "ctype", "dnumber", "dnumber_name", "direction", "status"]
        .iter()
        .map(|name| format!("{name}={}", row[name]))
        .collect()
}

fn all_over(office: &Office, number: usize) -> Vec<Value> {
    office.list_once("all are over, and how they ended is known", |rows| {
        rows.len() == number && rows.iter().all(|row| row["complete"] == 1 && row["status"] != "")
    })
}

fn what_was_heard_stays_when_tapeline_is_killed_in_the_midst_of_calls(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let mut office = Office::open(&lab);
    let peer = Ami::connect(&lab.peer);
    // To a number from where it goes on to an extension; and out by a route that puts the office's number in the caller's
    // place.
    peer.calls("trunk", "5550301", 10, &[]);
    peer.calls("102", "05551234321", 10, &[]);
    let before = office
        .list_once("they speak", |rows| rows.len() == 2 && rows.iter().all(|row| row["status"] == "answer"));
    office.kill();
    office.listen();
    let rows = all_over(&office, 2);
    for part in ["in-5550301-", "out-5551234321-102-"] {
        assert_eq!(facts(of(&rows, part)), facts(of(&before, part)));
    }
    assert_eq!(of(&rows, "in-")["cnumber"], "5550301");
    assert_eq!(of(&rows, "out-")["snumber"], "102");
}

fn calls_that_began_before_tapeline_have_their_parties_and_their_ends(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let mut office = Office::open(&lab);
    let (pbx, peer) = (Ami::connect(&lab.pbx), Ami::connect(&lab.peer));
    office.kill();
    // One whose recording is stopped before anybody picks up, and one that is recorded on the channel that was called.
    peer.calls("trunk", "5550302", 10, &[]);
    peer.calls("102", "858", 10, &[NONE]);
    pbx.wait("the end of the first recording", |event| event.event() == "MixMonitorStop");
    pbx.wait("the second recording", |event| event.text("Value").contains("answered-"));
    until("both to speak", || lab.pbx.command("core show channels count").contains("4 active channels"));
    office.listen();
    let rows = all_over(&office, 2);
    let stopped = of(&rows, "in-5550302-");
    assert_eq!(stopped["cnumber"], "5550302", "{stopped:#}");
    assert!(stopped["totaltime"].as_i64().is_some_and(|seconds| (1..=4).contains(&seconds)), "{stopped:#}");
    let called = of(&rows, "answered-");
    let parties = ["snumber", "snumber_name", "cnumber", "dnumber", "dnumber_name", "direction"];
    assert_eq!(
        parties.map(|name| called[name].as_str().unwrap_or_default()),
        ["102", "Bob Support", "858", "103", "Chloé Dupré, Sales", "internal"],
        "{called:#}"
    );
}

fn what_two_channels_append_to_one_file_is_one_recording(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    let (pbx, peer) = (Ami::connect(&lab.pbx), Ami::connect(&lab.peer));
    peer.calls("102", "5554242", 12, &[NONE]);
    let answered =
        pbx.wait("an answer", |event| event.event() == "DialEnd" && event.text("DialStatus") == "ANSWER");
    let [caller, called] = ["Channel", "DestChannel"].map(|name| answered.text(name).into_owned());
    let record = |channel: &str| {
        let fields = [("Channel", channel), ("File", "shared.wav"), ("Options", "a")];
        assert_eq!(pbx.ask("MixMonitor", &fields).text("Response"), "Success");
    };
    let written = |bytes: u64| {
        let file = root.monitor().join("shared.wav");
        until("sound", || file.metadata().is_ok_and(|file| file.len() >= bytes));
    };
    record(&caller);
    written(40_000);
    pbx.ask("StopMixMonitor", &[("Channel", &caller)]);
    office.list_once("the first part is over", |rows| rows.len() == 1 && rows[0]["complete"] == 1);
    record(&called);
    let rows = office.list_once("it goes on", |rows| rows.len() == 1 && rows[0]["complete"] == 0);
    let began = rows[0]["start"].clone();
    all_over(&office, 1);
    // The channel that it began on may be over some moments before the other one.
    let rows = settled("its end", || office.list());
    let row = &rows[0];
    assert_eq!(
        (&row["path"], &row["stale"], &row["start"]),
        (&"shared.wav".into(), &0.into(), &began),
        "{row:#}"
    );
    let heard = row["size"].as_i64().expect("bytes") / 16_000;
    let seconds = row["totaltime"].as_i64().expect("seconds");
    assert!((heard..=heard + 5).contains(&seconds), "{heard} s of sound: {row:#}");
}
