//! What is made of channels that are found in the midst of their calls.

use super::tests::{logged_in, message};
use super::*;
use crate::ingest::ami::calls::Calls;
use crate::ingest::ami::codec::{Message, Piece};

fn listed(channel: &str, uniqueid: &str, bridge: &str, rest: &str) -> Piece {
    message(&format!(
        "Event: CoreShowChannel\nActionID: channels\nChannel: {channel}\nUniqueid: {uniqueid}\nLinkedid: 2.1\n\
         ChannelState: 6\nBridgeId: {bridge}\n{rest}"
    ))
}

#[test]
fn who_came_first_in_a_bridge_called_the_other_through_local_channels_too() {
    for between in [false, true] {
        let mut calls = Calls::default();
        let mut session = logged_in(&mut calls);
        let far = if between { "b" } else { "a" };
        session.hear(
            listed(
                "PJSIP/102-1",
                "2.1",
                "a",
                "CallerIDNum: 102\nCallerIDName: Bob\nExten: 864\nContext: from-internal",
            ),
            4,
        );
        if between {
            session.hear(listed("Local/103@x-1;1", "2.2", "a", "CallerIDNum: 103\nExten: 103"), 4);
            session.hear(listed("Local/103@x-1;2", "2.3", "b", "CallerIDNum: 102\nExten: 103"), 4);
        }
        session.hear(
            listed(
                "PJSIP/103-2",
                "2.10",
                far,
                "CallerIDNum: 103\nCallerIDName: Cleo\nExten: s\nContext: from-internal",
            ),
            4,
        );
        let steps =
            session.hear(message("Response: Success\nActionID: file 2.10\nVariable: x\nValue: /m/b.wav"), 7);
        let [Step::Heard(report)] = &steps[..] else { panic!("{steps:?}") };
        let parties = [&report.caller, &report.caller_name, &report.answerer, &report.answerer_name];
        assert_eq!(parties, ["102", "Bob", "103", "Cleo"], "{between}");
        let direction = report.direction.map(|direction| direction.as_str());
        assert_eq!((report.called.as_str(), direction), ("864", Some("internal")));
        let guessed = report.guessed;
        assert!(guessed.parties && guessed.caller && guessed.called && guessed.answerer && guessed.status);
        let steps =
            session.hear(message("Response: Success\nActionID: file 2.1\nVariable: x\nValue: /m/a.wav"), 8);
        let [Step::Heard(report)] = &steps[..] else { panic!("{steps:?}") };
        let parties = [&report.caller, &report.caller_name, &report.answerer, &report.answerer_name];
        assert_eq!(parties, ["102", "Bob", "103", "Cleo"], "{between}");
    }
}

#[test]
fn the_end_of_a_recording_that_was_not_heard_all_the_time_is_a_guess() {
    let mut calls = Calls::default();
    let event = |event: &str| {
        Message::new(
            format!("Event: {event}\r\nChannel: PJSIP/101-2\r\nUniqueid: 2.2\r\nExten: 102").as_bytes(),
        )
    };
    let record = "VarSet\r\nVariable: MIXMONITOR_FILENAME\r\nValue: /m/";
    calls.hear(&event("Newchannel"), 0);
    calls.hear(&event(&format!("{record}a.wav")), 1_000);
    // The connection is lost, and another one begins.
    drop(logged_in(&mut calls));
    calls.hear(&event(&format!("{record}b.wav")), 2_000);
    let ends = calls.hear(&event("Hangup"), 3_000);
    let guessed: Vec<_> = ends.iter().map(|report| (report.file.as_str(), report.guessed.end)).collect();
    assert_eq!(guessed, [("/m/a.wav", true), ("/m/b.wav", false)]);
    assert!(!ends[0].guessed.parties && !ends[0].guessed.caller);
}

#[test]
fn of_two_who_are_found_in_a_conference_neither_called_the_other() {
    let mut calls = Calls::default();
    let mut session = logged_in(&mut calls);
    let listed = |number: &str, name: &str| {
        format!(
            "Event: CoreShowChannel\nActionID: channels\nChannel: PJSIP/{number}-1\nUniqueid: 1.{number}\n\
             Linkedid: 1.{number}\nCallerIDNum: {number}\nCallerIDName: {name}\nContext: from-internal\nExten: 708\n\
             ChannelState: 6\nBridgeId: b\nApplication: ConfBridge\nApplicationData: board"
        )
    };
    session.hear(message(&listed("101", "Alice")), 4);
    session.hear(message(&listed("102", "Bob")), 4);
    session.hear(message("Event: CoreShowChannelsComplete\nActionID: channels"), 4);
    for member in ["1.101", "1.102"] {
        session.hear(message(&format!("Response: Success\nActionID: file {member}\nValue: ")), 5);
    }
    let peers = "Response: Success\nActionID: peers 1.101\nValue: CBAnn/board-0;2,CBRec/board-0";
    session.hear(message(peers), 5);
    session.hear(message("Response: Success\nActionID: recorder CBRec/board-0\nValue: /m/board.wav"), 5);
    let steps = session.hear(message("Response: Success\nActionID: recorded CBRec/board-0\nValue: 1.5"), 5);
    let [Step::Heard(report), ..] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!(report.note, "with Alice 101; with Bob 102");
}
