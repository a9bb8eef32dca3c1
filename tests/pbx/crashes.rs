//! kill -9 of either side in the middle of calls.

use std::thread;
use std::time::Duration;

use crate::alone;
use crate::ami::Ami;
use crate::lab::Lab;
use crate::office::Office;

/// Someone calls that number and speaks for so long.
fn call(peer: &Ami, to: &str, seconds: u32) {
    let (channel, talk) = (format!("PJSIP/{to}@101"), format!("SECONDS_TO_TALK={seconds}"));
    let fields = [
        ("Channel", channel.as_str()),
        ("Context", "calling"),
        ("Exten", "talk"),
        ("Priority", "1"),
        ("Async", "true"),
        ("Variable", talk.as_str()),
    ];
    assert_eq!(peer.ask("Originate", &fields).text("Response"), "Success");
}

fn answered(office: &Office, number: usize) {
    office.list_once("they speak", |rows| {
        rows.iter().filter(|row| row["status"] == "answer").count() == number
    });
}

#[test]
fn calls_that_their_pbx_did_not_survive_are_over_and_marked() {
    let _alone = alone();
    let mut lab = Lab::start("UTC", "");
    let office = Office::open("UTC");
    let peer = Ami::connect(5039);
    for to in ["5552220001", "5552220002", "5552220003"] {
        call(&peer, to, 60);
    }
    answered(&office, 3);
    thread::sleep(Duration::from_secs(5));
    lab.pbx.kill();
    lab.pbx.restart();
    let rows = office.list_once("they are over, and marked", |rows| {
        rows.iter().all(|row| row["complete"] == 1 && row["status"] == "interrupted")
    });
    assert_eq!(rows.len(), 3);
    for row in &rows {
        // What was lost with the PBX's buffers is not counted: the sound that is there has 4.1 seconds.
        assert!(row["totaltime"].as_i64().is_some_and(|seconds| (4..=8).contains(&seconds)), "{row:#}");
        assert!(row["size"].as_i64().is_some_and(|bytes| bytes > 32_768), "{row:#}");
        assert_eq!(row["dnumber"], row["cnumber"], "{row:#}");
    }
    // And it is listened to again.
    call(&peer, "5552220009", 2);
    office.list_once("a later call is there", |rows| {
        rows.iter()
            .any(|row| row["cnumber"] == "5552220009" && row["complete"] == 1 && row["status"] == "answer")
    });
}

#[test]
fn what_began_and_ended_while_tapeline_was_dead_is_right() {
    let _alone = alone();
    let _lab = Lab::start("UTC", "");
    let mut office = Office::open("UTC");
    let peer = Ami::connect(5039);
    call(&peer, "5553330001", 4);
    call(&peer, "5553330002", 20);
    answered(&office, 2);
    office.kill();
    // One of them ends unheard, another one begins.
    call(&peer, "5553330003", 20);
    thread::sleep(Duration::from_secs(6));
    office.start();
    let rows = office.list_once("the ended one is over, and the new one there", |rows| {
        let of = |number: &str| rows.iter().find(|row| row["cnumber"] == number);
        rows.len() == 3
            && of("5553330001").is_some_and(|row| row["complete"] == 1)
            && of("5553330003").is_some_and(|row| row["complete"] == 0)
    });
    assert_eq!(
        rows.iter().find(|row| row["cnumber"] == "5553330001").expect("it is there")["status"],
        "answer"
    );
    let rows = office.list_once("all are over", |rows| rows.iter().all(|row| row["complete"] == 1));
    assert_eq!(rows.len(), 3, "{rows:#?}");
    for row in &rows {
        assert_eq!(row["status"], "answer", "{row:#}");
        assert_eq!(row["snumber_name"], "Alice Agent", "{row:#}");
        assert_eq!(row["direction"], "out", "{row:#}");
    }
}
