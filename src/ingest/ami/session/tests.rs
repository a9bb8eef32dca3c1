//! The conversation, without a PBX.

use super::*;

fn message(lines: &str) -> Piece {
    Piece::Message(Message::new(lines.replace('\n', "\r\n").as_bytes()))
}

fn banner() -> Piece {
    Piece::Banner("Asterisk Call Manager/5.0.4".into())
}

/// What is said, without the action's fields.
fn said(steps: &[Step]) -> Vec<String> {
    let name = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().replace("Action: ", "")
    };
    steps
        .iter()
        .filter_map(|step| if let Step::Say(bytes) = step { Some(name(bytes)) } else { None })
        .collect()
}

fn logged_in<'a>(calls: &'a mut Calls) -> Session<'a> {
    let mut session = Session::new("tapeline", "secret", calls, 0);
    assert_eq!(said(&session.hear(banner(), 1)), ["Challenge"]);
    let steps = session.hear(message("Response: Success\nActionID: challenge\nChallenge: 840415273"), 2);
    assert_eq!(said(&steps), ["Login"]);
    let Step::Say(bytes) = &steps[0] else { panic!("something is said") };
    let text = String::from_utf8_lossy(bytes);
    assert!(text.contains("Key: 81c3ab5534a432bec402f6d988ee45b4\r\n") && !text.contains("secret"), "{text}");
    let steps =
        session.hear(message("Response: Success\nActionID: login\nMessage: Authentication accepted"), 3);
    assert_eq!(steps[0], Step::LoggedIn);
    assert_eq!(said(&steps), ["CoreSettings", "CoreStatus", "Getvar", "CoreShowChannels"]);
    session
}

#[test]
fn whoever_is_not_asterisk_or_lets_us_not_in_is_left() {
    let mut calls = Calls::default();
    let mut session = Session::new("tapeline", "secret", &mut calls, 0);
    let steps = session.hear(Piece::Banner("SSH-2.0-OpenSSH_9.2".into()), 1);
    assert!(matches!(&steps[..], [Step::Leave { refused: true, .. }]), "{steps:?}");
    let mut session = Session::new("tapeline", "secret", &mut calls, 0);
    session.hear(banner(), 1);
    session.hear(message("Response: Success\nActionID: challenge\nChallenge: 1"), 2);
    let steps = session.hear(message("Response: Error\nActionID: login\nMessage: Authentication failed"), 3);
    let why = "it does not let tapeline in: Authentication failed".into();
    assert_eq!(steps, [Step::Leave { why, refused: true }]);
}

#[test]
fn silence_is_asked_about_once_and_then_is_an_end() {
    let mut calls = Calls::default();
    let mut session = logged_in(&mut calls);
    assert!(session.wait(14_000).is_empty());
    assert_eq!(said(&session.wait(16_000)), ["Ping"]);
    assert!(session.wait(20_000).is_empty());
    session.hear(message("Response: Success\nActionID: ping\nPing: Pong"), 21_000);
    assert_eq!(said(&session.wait(37_000)), ["Ping"]);
    assert!(matches!(&session.wait(62_000)[..], [Step::Leave { refused: false, .. }]));
}

#[test]
fn a_greeting_that_never_comes_is_an_end() {
    let mut calls = Calls::default();
    let mut session = Session::new("tapeline", "secret", &mut calls, 0);
    assert!(session.wait(15_000).is_empty());
    assert!(matches!(&session.wait(15_001)[..], [Step::Leave { .. }]));
}

#[test]
fn what_goes_on_already_is_asked_for_channel_by_channel() {
    let mut calls = Calls::default();
    // One channel is known from an earlier connection and gone by now.
    calls.hear(&Message::new(b"Event: Newchannel\r\nChannel: PJSIP/101-1\r\nUniqueid: 1.1\r\nExten: 102"), 0);
    let mut session = logged_in(&mut calls);
    session.hear(
        message(
            "Response: Success\nActionID: status\nCoreStartupDate: 2026-11-24\nCoreStartupTime: 00:59:30",
        ),
        4,
    );
    session.hear(message("Response: Success\nActionID: clock\nValue: 2026-11-24 01:59:30"), 4_000_000);
    let listed = "Event: CoreShowChannel\nActionID: channels\nChannel: PJSIP/101-2\nUniqueid: 2.2\nLinkedid: 2.2\n\
        CallerIDNum: 101\nExten: s\nContext: macro-dial\nChannelState: 6\nBridgeId: b\nConnectedLineNum: 102\n\
        ConnectedLineName: Bob O\\'Brien";
    assert_eq!(said(&session.hear(message(listed), 5)), ["Getvar"]);
    assert!(session.hear(message("Event: CoreShowChannelsComplete\nActionID: channels"), 6).is_empty());
    let steps =
        session.hear(message("Response: Success\nActionID: file 2.2\nVariable: x\nValue: /m/a.wav"), 7);
    let [Step::Heard(report), Step::Reconciled { up, started }] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!((report.file.as_str(), report.start, report.end, report.lost), ("/m/a.wav", 0, None, false));
    assert_eq!((report.answerer.as_str(), report.answerer_name.as_str()), ("102", "Bob O'Brien"));
    assert_eq!((report.called.as_str(), report.status), ("", "answer"));
    assert_eq!((up.len(), *started), (1, 400));
    assert!(!calls.is_up("1.1"));
}

#[test]
fn a_recording_that_was_stopped_is_not_begun_again_by_asking() {
    let mut calls = Calls::default();
    let channel = "Channel: PJSIP/101-2\r\nUniqueid: 2.2\r\nExten: 102";
    let event = |event: &str| Message::new(format!("Event: {event}\r\n{channel}").as_bytes());
    calls.hear(&event("Newchannel"), 0);
    calls.hear(&event("VarSet\r\nVariable: MIXMONITOR_FILENAME\r\nValue: /m/a.wav"), 1_000);
    assert_eq!(calls.hear(&event("MixMonitorStop"), 2_000)[0].end, Some(2_000));
    assert!(calls.found_up(&event("CoreShowChannel"), "/m/a.wav").is_empty());
}

#[test]
fn where_the_list_is_refused_the_rest_goes_on() {
    let mut calls = Calls::default();
    let mut session = logged_in(&mut calls);
    let steps = session.hear(message("Response: Error\nActionID: channels\nMessage: Permission denied"), 4);
    assert_eq!(steps, [Step::NotReconciled("Permission denied".into())]);
    let event = "Event: VarSet\nVariable: MIXMONITOR_FILENAME\nValue: /m/a.wav\nUniqueid: 1.2\nChannel: x";
    assert!(matches!(&session.hear(message(event), 5)[..], [Step::Heard(_)]));
}

#[test]
fn a_pbx_that_is_about_to_start_is_asked_for_the_time_until_it_can_tell() {
    let mut calls = Calls::default();
    let begun = b"Event: Newchannel\r\nChannel: PJSIP/101-1\r\nUniqueid: 1.1\r\nExten: 102";
    calls.hear(&Message::new(begun), 0);
    let named = b"Event: VarSet\r\nUniqueid: 1.1\r\nVariable: MIXMONITOR_FILENAME\r\nValue: /m/a.wav";
    calls.hear(&Message::new(named), 0);
    let mut session = logged_in(&mut calls);
    let status =
        "Response: Success\nActionID: status\nCoreStartupDate: 2026-11-24\nCoreStartupTime: 13:41:26";
    session.hear(message(status), 4);
    session.hear(message("Response: Success\nActionID: clock\nVariable: x\nValue: "), 1_000);
    let none = "Event: CoreShowChannelsComplete\nActionID: channels";
    assert_eq!(session.hear(message(none), 1_010), []);
    assert_eq!(session.wait(1_400), []);
    assert_eq!(said(&session.wait(1_500)), ["Getvar"]);
    assert_eq!(session.wait(1_600), []);
    let clock = "Response: Success\nActionID: clock\nVariable: x\nValue: 2026-11-24 13:41:28";
    let steps = session.hear(message(clock), 100_000);
    let [Step::Heard(report), Step::Reconciled { started: 98, .. }] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!((report.status, report.lost), ("interrupted", true));
}

#[test]
fn what_records_a_conference_is_asked_for_its_file_and_over_when_nobody_names_it_any_more() {
    let mut calls = Calls::default();
    let mut session = logged_in(&mut calls);
    let member = "Event: Newchannel\nChannel: PJSIP/102-1\nUniqueid: 1.1\nLinkedid: 1.1\nExten: 708\nCallerIDNum: 102\n\
        CallerIDName: Bob";
    for event in [
        member,
        "Event: ConfbridgeRecord\nConference: board",
        "Event: ConfbridgeJoin\nConference: board\nUniqueid: 1.1",
    ] {
        assert_eq!(session.hear(message(event), 5_000), []);
    }
    let peers = "Event: VarSet\nUniqueid: 1.1\nVariable: BRIDGEPEER\nValue: CBAnn/board-0;2,CBRec/board-0";
    assert_eq!(said(&session.hear(message(peers), 5_010)), ["Getvar"]);
    assert_eq!(session.hear(message(peers), 5_020), [], "it is asked once");
    let file = "Response: Success\nActionID: recorder CBRec/board-0\nValue: /m/board.wav";
    assert_eq!(said(&session.hear(message(file), 5_030)), ["Getvar"]);
    let steps =
        session.hear(message("Response: Success\nActionID: recorded CBRec/board-0\nValue: 1.5"), 5_040);
    let [Step::Heard(report)] = &steps[..] else { panic!("{steps:?}") };
    let parties = (report.caller.as_str(), report.called.as_str(), report.status, report.conference);
    assert_eq!(parties, ("102", "board", "answer", true));
    assert_eq!((report.uniqueid.as_str(), report.callid.as_str(), report.start), ("1.5", "1.1", 5_000));
    assert_eq!((report.note.as_str(), report.end), ("with Bob 102", None));
    // The connection is lost, and nobody is in a conference when it is back.
    let mut session = logged_in(&mut calls);
    let status =
        "Response: Success\nActionID: status\nCoreStartupDate: 2026-11-24\nCoreStartupTime: 01:00:00";
    session.hear(message(status), 4);
    session.hear(message("Response: Success\nActionID: clock\nValue: 2026-11-24 01:00:09"), 9_000);
    let steps = session.hear(message("Event: CoreShowChannelsComplete\nActionID: channels"), 9_000);
    let [Step::Heard(report), Step::Reconciled { .. }] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!((report.file.as_str(), report.lost, report.status), ("/m/board.wav", true, "answer"));
}
