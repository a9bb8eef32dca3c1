//! kill -9 of either side in the middle of calls.

use crate::ami::Ami;
use crate::lab::{Lab, Root};
use crate::on_both;
use crate::shared::Office;
use crate::waiting::until;

on_both!(calls_that_their_pbx_did_not_survive_are_over_and_marked, what_began_and_ended_while_tapeline_was_dead_is_right; rarely files_without_a_header_are_marked_too, files_without_a_header_are_marked_too_when_tapeline_was_dead_with_the_pbx);

fn answered(office: &Office, number: usize) {
    office.list_once("they speak", |rows| {
        rows.iter().filter(|row| row["status"] == "answer").count() == number
    });
}

/// Until the PBX has written so many bytes of each recording.
fn until_written(lab: &Lab, office: &Office, bytes: u64) {
    for row in office.list() {
        let file = lab.monitor().join(row["path"].as_str().expect("text"));
        until("sound", || file.metadata().is_ok_and(|file| file.len() >= bytes));
    }
}

fn calls_that_their_pbx_did_not_survive_are_over_and_marked(root: &'static Root) {
    let mut lab = Lab::start(root, "UTC", "");
    let office = Office::open(&lab);
    let peer = Ami::connect(&lab.peer);
    for to in ["5552220001", "5552220002", "5552220003"] {
        peer.calls("101", to, 60, &[]);
    }
    answered(&office, 3);
    until_written(&lab, &office, 65_536);
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
    peer.calls("101", "5552220009", 2, &[]);
    office.list_once("a later call is there", |rows| {
        rows.iter()
            .any(|row| row["cnumber"] == "5552220009" && row["complete"] == 1 && row["status"] == "answer")
    });
}

/// Formats without a header, the number that is called for each, and bytes of a second. Asterisk writes 32 KiB at a time.
const BARE: [(&str, &str, f64); 4] = [
    ("ulaw", "5552230001", 8000.0),
    ("alaw", "5552230002", 8000.0),
    ("sln", "5552230003", 16000.0),
    ("gsm", "5552230004", 1650.0),
];

/// Whether `office` lives through the crash of the PBX makes no difference.
fn bare_files_after_a_crash(root: &'static Root, formats: &[(&str, &str, f64)], lives: bool) {
    let mut lab = Lab::start(root, "UTC", "");
    let mut office = Office::open(&lab);
    let peer = Ami::connect(&lab.peer);
    for (format, to, _) in formats {
        peer.calls("101", to, 60, &[&format!("PJSIP_HEADER(add,X-Format)={format}")]);
    }
    answered(&office, formats.len());
    until_written(&lab, &office, 32_768);
    if !lives {
        office.kill();
    }
    lab.pbx.kill();
    lab.pbx.restart();
    if !lives {
        office.listen();
    }
    let rows = office.list_once("they are over, and marked", |rows| {
        rows.iter().all(|row| row["complete"] == 1 && row["status"] == "interrupted")
    });
    assert_eq!(rows.len(), formats.len());
    for (format, to, rate) in formats {
        let row = rows.iter().find(|row| row["cnumber"] == *to).expect("it is there");
        assert!(row["path"].as_str().is_some_and(|path| path.ends_with(format)), "{row:#}");
        let size = row["size"].as_u64().expect("bytes");
        assert!(size > 0 && size % 32_768 == 0, "{row:#}");
        let (heard, total) = (size as f64 / rate, row["totaltime"].as_f64().expect("seconds"));
        // From the announcement to the last write: the sound and what it waited for.
        assert!((heard - 1.0..heard + 3.0).contains(&total), "{heard} s of sound: {row:#}");
        assert_eq!(row["dnumber"], *to, "{row:#}");
        assert!(row["talktime"].as_i64() > Some(0), "{row:#}");
    }
}

fn files_without_a_header_are_marked_too(root: &'static Root) {
    bare_files_after_a_crash(root, &BARE, true);
}

fn files_without_a_header_are_marked_too_when_tapeline_was_dead_with_the_pbx(root: &'static Root) {
    bare_files_after_a_crash(root, &BARE[..3], false);
}

/// The channel whose call to this number the PBX records.
fn is_recorded(pbx: &Ami, number: &str) -> String {
    let announced = pbx.wait("a recording", |event| {
        event.text("Variable") == "MIXMONITOR_FILENAME" && event.text("Value").contains(number)
    });
    announced.text("Uniqueid").into_owned()
}

fn what_began_and_ended_while_tapeline_was_dead_is_right(root: &'static Root) {
    let lab = Lab::start(root, "UTC", "");
    let mut office = Office::open(&lab);
    let (pbx, peer) = (Ami::connect(&lab.pbx), Ami::connect(&lab.peer));
    peer.calls("101", "5553330001", 4, &[]);
    peer.calls("101", "5553330002", 10, &[]);
    answered(&office, 2);
    office.kill();
    // One of them ends unheard, another one begins.
    peer.calls("101", "5553330003", 10, &[]);
    is_recorded(&pbx, "5553330003");
    let ended = is_recorded(&pbx, "5553330001");
    pbx.wait("its end", |event| event.event() == "Hangup" && event.text("Uniqueid") == ended);
    office.listen();
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
