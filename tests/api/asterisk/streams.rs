//! What hand-made events say of recordings.

use tapeline::ingest::ami::{Calls, Message, Report};
use tapeline::model::Direction;

const PHONE: &str =
    "Channel: PJSIP/101-1\nUniqueid: 1.1\nLinkedid: 1.1\nContext: from-internal\nExten: 5559876543";
const TRUNK: &str =
    "Channel: PJSIP/trunk-1\nUniqueid: 1.1\nLinkedid: 1.1\nContext: from-trunk\nExten: 5550100";

/// Events, each with the second at which it comes: the last report of each file.
fn heard(events: &[(i64, &str, &str)]) -> Vec<Report> {
    let (mut calls, mut reports) = (Calls::default(), Vec::<Report>::new());
    for (second, event, fields) in events {
        let message = Message::new(format!("Event: {event}\n{fields}").replace('\n', "\r\n").as_bytes());
        for report in calls.hear(&message, second * 1_000) {
            reports.retain(|other| other.file != report.file);
            reports.push(report);
        }
    }
    reports.sort_by(|a, b| a.file.cmp(&b.file));
    reports
}

fn file(name: &str) -> String {
    format!("Uniqueid: 1.1\nChannel: x\nVariable: MIXMONITOR_FILENAME\nValue: /m/{name}")
}

fn phone(lines: &str) -> String {
    format!("{PHONE}\n{lines}")
}

fn parties(report: &Report) -> String {
    let Report { caller, caller_name, shown, called, answerer, .. } = report;
    let direction = report.direction.map_or("", Direction::as_str);
    format!("{direction} {caller_name} <{caller}> shown {shown} → {called} answered by {answerer}")
}

#[test]
fn a_phone_stays_who_it_is_whatever_an_outbound_route_makes_of_it() {
    let alice = phone("CallerIDNum: 101\nCallerIDName: Alice");
    let trunk = phone("CallerIDNum: 5550100\nCallerIDName: Acme Ltd");
    let own = phone("CallerIDNum: 5559990101\nCallerIDName: Alice");
    let name = file("1.1.wav");
    for (events, expected) in [
        (
            [(1, "Newchannel", &alice), (2, "VarSet", &name), (3, "NewCallerid", &trunk)],
            "out Alice <101> shown 5550100 → 5559876543 answered by ",
        ),
        (
            [(1, "Newchannel", &alice), (2, "NewCallerid", &trunk), (3, "VarSet", &name)],
            "out Alice <101> shown 5550100 → 5559876543 answered by ",
        ),
        // A phone whose own caller id is its public number, and one that the dialplan then names by its extension.
        (
            [(1, "Newchannel", &own), (2, "VarSet", &name), (3, "NewCallerid", &trunk)],
            "out Alice <5559990101> shown 5550100 → 5559876543 answered by ",
        ),
        (
            [(1, "Newchannel", &own), (2, "NewCallerid", &alice), (3, "VarSet", &name)],
            "out Alice <101> shown  → 5559876543 answered by ",
        ),
    ] {
        let events = events.map(|(second, event, fields)| (second, event, fields.as_str()));
        assert_eq!(parties(&heard(&events)[0]), expected);
    }
}

#[test]
fn a_caller_from_outside_is_known_better_by_and_by() {
    let first = format!("{TRUNK}\nCallerIDNum: 0015551230001\nCallerIDName: <unknown>");
    let then = format!("{TRUNK}\nCallerIDNum: 5551230001\nCallerIDName: Maria");
    let reports = heard(&[
        (1, "Newchannel", &first),
        (2, "VarSet", &file("1.1.wav")),
        (3, "NewCallerid", &then),
        (4, "Hangup", "Uniqueid: 1.1"),
    ]);
    assert_eq!(parties(&reports[0]), "in Maria <5551230001> shown  → 5550100 answered by ");
    // Also where another office calls by an extension.
    let short = format!("{TRUNK}\nCallerIDNum: 201");
    let reports = heard(&[(1, "Newchannel", &short), (2, "VarSet", &file("1.1.wav"))]);
    assert_eq!(reports[0].direction, Some(Direction::In));
}

#[test]
fn of_two_recordings_at_once_the_files_tell_which_one_was_stopped() {
    let begun = phone("CallerIDNum: 101");
    let events = [
        (1, "Newchannel", begun.as_str()),
        (1, "VarSet", &file("a1.wav")),
        (1, "VarSet", &file("a2.wav")),
        (3, "MixMonitorStop", PHONE),
        (8, "Hangup", PHONE),
    ];
    let ends = |events: &[(i64, &str, &str)]| -> Vec<(Option<i64>, bool)> {
        heard(events).iter().map(|report| (report.end, report.doubtful)).collect()
    };
    assert_eq!(ends(&events[..4]), [(None, false), (None, false)], "nothing is said yet");
    assert_eq!(ends(&events), [(Some(8_000), true), (Some(8_000), true)]);
    let alone = [events[0], events[1], events[3], events[4]];
    assert_eq!(ends(&alone), [(Some(3_000), false)]);
    let both = [events[0], events[1], events[2], events[3], (4, "MixMonitorStop", PHONE), events[4]];
    assert_eq!(ends(&both), [(Some(4_000), true), (Some(4_000), true)]);
}

#[test]
fn what_only_the_pbx_answered_was_answered_by_nobody() {
    let begun = phone("CallerIDNum: 101");
    let to = format!("{begun}\nDestChannel: PJSIP/102-2\nDestCallerIDNum: 102");
    let (rings, busy) = (to.clone(), format!("{to}\nDialStatus: BUSY"));
    let answers = format!("{to}\nDialStatus: ANSWER");
    let up = phone("ChannelState: 6");
    for (dial, nobody) in [(Some(&busy), true), (Some(&answers), false), (None, true)] {
        let name = file("a.wav");
        let mut events = vec![(1, "Newchannel", begun.as_str()), (1, "VarSet", name.as_str())];
        if let Some(end) = dial {
            events.extend([(2, "DialBegin", rings.as_str()), (3, "DialEnd", end.as_str())]);
        }
        assert!(!heard(&events)[0].nobody, "it goes on");
        events.push((5, "Hangup", up.as_str()));
        assert_eq!(heard(&events)[0].nobody, nobody, "{dial:?}");
    }
}

#[test]
fn a_local_channel_does_not_call_its_caller() {
    let local =
        "Channel: Local/101@originated-1;1\nUniqueid: 1.1\nContext: originated\nExten: 101\nCallerIDNum: 101";
    let reports = heard(&[(1, "Newchannel", local), (1, "VarSet", &file("a.wav"))]);
    assert_eq!(reports[0].called, "");
}

#[test]
fn a_file_that_is_recorded_to_again_tells_what_was_before() {
    let begun = phone("CallerIDNum: 101");
    let reports = heard(&[
        (1, "Newchannel", &begun),
        (1, "VarSet", &file("a.wav")),
        (4, "MixMonitorStop", PHONE),
        (7, "VarSet", &file("a.wav")),
        (9, "Hangup", PHONE),
    ]);
    let [report] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!((report.start, report.end, report.before), (7_000, Some(9_000), Some((1_000, 3_000))));
}
