//! The recorded calls played to a running server: what its list says, and what becomes of it when connections and programs die.

use std::time::Duration;

use super::player::Switch;
use super::recorded;
use crate::http;
use crate::office::Office;
use crate::spool::{wav, write};
use crate::waiting::{settled, until};

const SECRET: &str = "only FreeSWITCH and we";
/// Where FreeSWITCH records to, in its own words, and below the media root.
const RECORDINGS: &str = "/srv/fs-lab/rec";
const DAY: &str = "office.example/archive/2026/Nov/29";

/// An office that listens to the switch, and takes its records.
fn listening(switch: &Switch) -> Office {
    let mut office = Office::new(&format!(
        "[[folders]]\nmonitor_dir = {RECORDINGS:?}\nmachine = \"fs1\"\nzone = \"UTC\"\n\
         [freeswitch]\nevent_socket = \"{}\"\nsecret = \"{SECRET}\"\n",
        switch.address
    ));
    start(&mut office);
    office
}

fn start(office: &mut Office) {
    office.start_as(|command| {
        command.env("TAPELINE_FREESWITCH_PASSWORD", "lab");
    });
}

const NAME: &str = "freeswitch event socket";
const ROWS: &str = "SELECT uniqueid, callid, start, \"end\", talktime, status, snumber, snumber_name, cnumber, dnumber, dnumber_name, direction,
     complete, spresent FROM recordings ORDER BY start";

#[test]
fn a_call_is_in_the_list_while_it_is_spoken_and_complete_when_it_is_over() {
    let switch = Switch::start();
    let office = listening(&switch);
    let run = recorded("esl-E1.txt");
    let place = |name: &str| {
        let at = run.windows(name.len()).position(|part| part == name.as_bytes()).expect("it is there");
        run[..at].windows(15).rposition(|part| part == b"Content-Length:").expect("a head")
    };
    let (rings, answered) = (place("Event-Name: CHANNEL_BRIDGE"), place("Event-Name: CHANNEL_UNBRIDGE"));
    let id = "80e4ef82-ffe8-4855-a12d-53b9b20fca0f";
    switch.send(&run[..rings]);
    office.until(
        "SELECT uniqueid, snumber, cnumber, direction, complete, path FROM recordings",
        &format!("{id}|+15551230001|5550102|in|0|{DAY}/{id}.wav"),
    );
    switch.send(&run[rings..answered]);
    office
        .until("SELECT dnumber, dnumber_name, status, complete FROM recordings", "102|Bob Support|answer|0");
    switch.send(&run[answered..]);
    office.until(
        ROWS,
        &format!(
            "{id}|{id}|1795915110|1795915115|4|answer|+15551230001|E1 answered|5550102|102|Bob Support|in|1|1"
        ),
    );
}

#[test]
fn every_recorded_call_has_its_rows() {
    let switch = Switch::start();
    let office = listening(&switch);
    for name in super::all("esl-E") {
        // The switch that shuts down comes last.
        if !name.contains("E16") {
            switch.play(&name);
        }
    }
    office.until("SELECT count(*), min(complete), count(DISTINCT path) FROM recordings", "19|1|19");
    let rows = "SELECT status, snumber, cnumber, dnumber, spresent, queue, ctype FROM recordings r
        JOIN intake_files f ON r.id = recording WHERE cnumber IN ('5550400', '5550501', '5550104') ORDER BY start";
    let expected = "cancel|+15551230002|5550104||1||did\nanswer|+15551230701|5550400|111|1|400|queue\n\
        answer|+15551230702|5550400|111|1|400|queue\nanswer|+15551230901|5550501|501|1||conference\n\
        answer|+15551230901|5550501|501|1||conference\nanswer|+15551231401|5550104|102|1||did";
    office.until(rows, expected);
    office.until("SELECT count(*) FROM recordings WHERE spresent = 0", "3");
}

/// A call that is sent on, and where the end of its recording begins in it.
fn refer() -> (Vec<u8>, usize) {
    let run = recorded("esl-E10-refer.txt");
    let stop = b"Event-Name: RECORD_STOP";
    let at = run.windows(stop.len()).position(|part| part == stop).expect("it is there");
    let head = run[..at].windows(15).rposition(|part| part == b"Content-Length:").expect("a head");
    (run, head)
}

#[test]
fn a_server_that_dies_in_the_midst_of_calls_finds_them_again_and_what_it_heard_stays() {
    let switch = Switch::start();
    let mut office = listening(&switch);
    let (run, head) = refer();
    switch.send(&run[..head]);
    office.until(
        "SELECT dnumber, note FROM recordings r JOIN intake_files f ON r.id = recording",
        "109|transferred to 101",
    );
    office.stop();
    switch.goes_on("a");
    start(&mut office);
    switch.listened();
    // The call ended meanwhile; its file tells when.
    until("the calls that go on", || office.list().len() == 6);
    office.until("SELECT dnumber, complete FROM recordings WHERE uniqueid LIKE '40808482%'", "109|1");
    office.until("SELECT count(*) FROM recordings WHERE complete = 0", "5");
    // What comes late of it changes nothing.
    switch.send(&run[head..]);
    office.until("SELECT count(*) FROM recordings", "6");
}

#[test]
fn what_is_found_after_a_restart_outranks_nothing_that_was_heard() {
    let switch = Switch::start();
    let mut office = listening(&switch);
    let (run, head) = refer();
    switch.send(&run[..head]);
    let rows = "SELECT start, snumber, snumber_name, cnumber, dnumber, dnumber_name, note, complete FROM recordings r
        JOIN intake_files f ON r.id = recording WHERE r.uniqueid LIKE '40808482%'";
    let heard = "1795918659|+15551231001|E10 REFER|5550109|109|Tina Transfer|transferred to 101|0";
    office.until(rows, heard);
    office.stop();
    switch.goes_on("a");
    // Another call that goes on, which 101 answered, stands for what is found of it.
    switch.is_called("981ad942-a522-4bf6-a1b5-4213db9785c9", "40808482-483f-4c7c-87d8-dbe37ff41b2d");
    start(&mut office);
    until("the calls that go on", || office.list().len() == 5);
    assert_eq!(settled("the row", || office.sqlite3(rows)), heard);
    office.until("SELECT snumber, dnumber FROM recordings WHERE cnumber = '5550601'", "+15551232003|601");
}

#[test]
fn a_recording_that_ended_while_the_connection_was_lost_has_its_end_from_the_file() {
    let switch = Switch::start();
    let office = listening(&switch);
    switch.goes_on("a");
    let run = recorded("esl-E1.txt");
    let end = b"Event-Name: CHANNEL_UNBRIDGE";
    let at = run.windows(end.len()).position(|part| part == end).expect("it is there");
    let head = run[..at].windows(15).rposition(|part| part == b"Content-Length:").expect("a head");
    switch.send(&run[..head]);
    office.until("SELECT complete FROM recordings", "0");
    switch.cut();
    until("the loss", || {
        office.source(NAME)["trouble"].as_str().is_some_and(|why| why.contains("not listened to"))
    });
    let file = office.path(&format!("{DAY}/80e4ef82-ffe8-4855-a12d-53b9b20fca0f.wav"));
    write(&file, &wav("call", 4));
    switch.mend();
    office.until(
        "SELECT complete, dnumber, status FROM recordings WHERE uniqueid LIKE '80e4ef82%'",
        "1|102|answer",
    );
    until("no trouble", || office.source(NAME)["trouble"] == "");
}

#[test]
fn a_call_is_its_domains_as_soon_as_its_events_say_so() {
    let switch = Switch::start();
    let mut office = Office::new(&format!(
        "[[folders]]\nmonitor_dir = \"{RECORDINGS}/{DAY}\"\nmachine = \"fs1\"\n\
         [[rules]]\ndomain = \"birch.example\"\nskip = true\n[[rules]]\ndomain = \"office.example\"\ngroup = 1\n\
         [freeswitch]\nevent_socket = \"{}\"\n",
        switch.address
    ));
    start(&mut office);
    let run = recorded("esl-E1.txt");
    let end = b"Event-Name: CHANNEL_BRIDGE";
    let at = run.windows(end.len()).position(|part| part == end).expect("it is there");
    let head = run[..at].windows(15).rposition(|part| part == b"Content-Length:").expect("a head");
    switch.send(&run[..head]);
    office.until("SELECT path, complete FROM recordings", "80e4ef82-ffe8-4855-a12d-53b9b20fca0f.wav|0");
}

/// FreeSWITCH posts the record that a real one wrote.
fn post(office: &Office, name: &str) {
    let record = format!("{}/tests/data/freeswitch/json_cdr/{name}", env!("CARGO_MANIFEST_DIR"));
    let record = std::fs::read(record).expect("a record");
    let secret = format!("Bearer {SECRET}");
    let headers = [
        ("Host", "tapeline"),
        ("Connection", "close"),
        ("Content-Type", "application/json"),
        ("Authorization", &secret),
    ];
    let request = http::request("POST", "/ingest/freeswitch", &headers, &record);
    let answer = http::exchange(office.serving().address, None, &request);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Records and events of the same calls.
#[test]
fn the_record_of_a_call_completes_the_row_that_its_events_made_whichever_comes_first() {
    for posted_first in [false, true] {
        let switch = Switch::start();
        let office = listening(&switch);
        let post_all = || ["cancel.json", "busy.json"].iter().for_each(|name| post(&office, name));
        if posted_first {
            post_all();
        }
        ["esl-E2.txt", "esl-E5.txt"].iter().for_each(|name| switch.play(name));
        let rows = "SELECT uniqueid, callid = uniqueid, status, snumber, cnumber, dnumber, direction, complete FROM recordings ORDER BY start";
        let expected = "669c2059-5fcf-4faf-bc07-021881e9b990|1|cancel|+15551230002|5550104||in|1\n\
            87540b62-6b53-4d3c-8a78-bfed550c0d9d|1|busy|+15551230005|5550103||in|1";
        office.until(rows, expected);
        post_all();
        assert_eq!(settled("the rows", || office.sqlite3(rows)), expected);
    }
}

#[test]
fn a_switch_that_is_killed_leaves_an_interrupted_call() {
    let switch = Switch::start();
    let office = listening(&switch);
    let run = recorded("esl-E1.txt");
    let end = b"Event-Name: CHANNEL_UNBRIDGE";
    let at = run.windows(end.len()).position(|part| part == end).expect("it is there");
    let head = run[..at].windows(15).rposition(|part| part == b"Content-Length:").expect("a head");
    switch.send(&run[..head]);
    office.until("SELECT complete, status FROM recordings", "0|answer");
    let killed = format!("{}/tests/data/killed/libsndfile.wav", env!("CARGO_MANIFEST_DIR"));
    let file = office.path(&format!("{DAY}/80e4ef82-ffe8-4855-a12d-53b9b20fca0f.wav"));
    write(&file, &std::fs::read(killed).expect("a file"));
    office.until("SELECT size > 0 FROM recordings", "1");
    switch.cut();
    // When it is back it has run for a few minutes, and the call began long before.
    switch.mend();
    office.until(
        "SELECT complete, status, note, dnumber FROM recordings r JOIN intake_files f ON r.id = recording",
        "1|interrupted|the PBX stopped during the call|102",
    );
}

#[test]
fn a_wrong_password_is_in_the_status_in_no_log_and_tried_rarely() {
    let switch = Switch::start();
    let mut office = Office::new(&format!(
        "[freeswitch]\nevent_socket = \"{}\"\nevent_socket_password = \"not the right one\"\n",
        switch.address
    ));
    office.start();
    until("the trouble", || {
        office.source(NAME)["trouble"]
            .as_str()
            .is_some_and(|why| why.contains("does not take the password (-ERR invalid)"))
    });
    assert_eq!(switch.connections(), 1);
    let log = office.stop();
    assert!(log.contains("does not take the password") && !log.contains("not the right one"), "{log}");
}

#[test]
fn only_what_is_needed_is_asked_for_and_before_anything_can_slip_through() {
    let switch = Switch::start();
    let _office = listening(&switch);
    switch.listened();
    let heard = switch.heard();
    let event = heard.iter().position(|words| words.starts_with("event plain")).expect("it subscribes");
    assert!(heard[1..event].iter().all(|words| words.starts_with("filter ")), "{heard:?}");
    assert!(heard.iter().skip(event + 1).all(|words| words.starts_with("api ")), "{heard:?}");
}

/// Event to list, at twenty calls a second: printed, since what it is depends on the machine.
#[test]
fn how_long_a_call_takes_from_the_socket_to_the_list_is_printed() {
    let switch = Switch::start();
    let office = listening(&switch);
    let run = String::from_utf8(recorded("esl-E1.txt")).expect("UTF-8");
    switch.listened();
    let mut took = Vec::new();
    for number in 0..40 {
        // Another call of the same kind: as many bytes, so that the lengths stay right.
        let id = format!("80e4ef82-ffe8-4855-a12d-53b9b2{number:06}");
        let call = run.replace("80e4ef82-ffe8-4855-a12d-53b9b20fca0f", &id);
        let begun = std::time::Instant::now();
        switch.send(call.as_bytes());
        until("the row", || {
            office.ask("recording/recordings/list", &format!("&complete=-1&uniqueid={id}"))
                != serde_json::json!([])
        });
        took.push(begun.elapsed());
        crate::waiting::take(Duration::from_millis(50).saturating_sub(begun.elapsed()));
    }
    took.sort();
    println!("event to list: median {:?}, 99 of 100 within {:?}", took[took.len() / 2], took[took.len() - 1]);
}
