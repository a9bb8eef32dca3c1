//! The conversation, without a PBX.

use super::conversation::{NO_NAMES, NOT_RECONCILED};
use super::trial::KEPT_BACK;
use super::*;
use crate::ingest::ami::calls::Calls;
use crate::ingest::ami::codec::{Message, Piece};
use crate::ingest::pbx::GoingOn;

const OPEN: Account<'_> = Account { username: "tapeline", secret: "secret", private: false };
const PRIVATE: Account<'_> = Account { private: true, ..OPEN };

pub(super) fn message(lines: &str) -> Piece {
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

pub(super) fn logged_in<'a>(calls: &'a mut Calls) -> Session<'a> {
    let mut session = Session::new(OPEN, calls, 0);
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
fn that_nothing_names_recordings_is_noticed_without_one() {
    let trial = |heard: Option<&str>| {
        let mut calls = Calls::default();
        let mut session = logged_in(&mut calls);
        assert_eq!(
            said(&session.hear(message("Response: Success\nActionID: settings\nSystemName: "), 10)),
            ["Getvar"]
        );
        let answer = "Response: Success\nActionID: trial\nVariable: SET(TAPELINE_CHECK=1)\nValue: 1";
        assert_eq!(said(&session.hear(message(answer), 20)), ["Getvar"]);
        session.hear(
            message("Response: Success\nActionID: trial\nVariable: SET(MIXMONITOR_FILENAME=)\nValue: "),
            30,
        );
        if let Some(event) = heard {
            assert_eq!(session.hear(message(event), 40), []);
        }
        (session.wait(10_020), session.wait(10_021), session.wait(10_022))
    };
    // As 16.28 and 22.10 say it.
    let event = "Event: VarSet\nPrivilege: dialplan,all\nChannel: none\nUniqueid: none\nVariable: MIXMONITOR_FILENAME\nValue: ";
    assert_eq!(trial(Some(event)), (vec![], vec![], vec![]));
    assert_eq!(trial(None), (vec![], vec![Step::Concern(KEPT_BACK)], vec![]));
}

#[test]
fn whoever_is_not_asterisk_or_lets_us_not_in_is_left() {
    let mut calls = Calls::default();
    let mut session = Session::new(OPEN, &mut calls, 0);
    let steps = session.hear(Piece::Banner("SSH-2.0-OpenSSH_9.2".into()), 1);
    assert!(matches!(&steps[..], [Step::Leave { refused: true, .. }]), "{steps:?}");
    let mut session = Session::new(OPEN, &mut calls, 0);
    session.hear(banner(), 1);
    session.hear(message("Response: Success\nActionID: challenge\nChallenge: 1"), 2);
    let steps = session.hear(message("Response: Error\nActionID: login\nMessage: Authentication failed"), 3);
    let why = "it does not let tapeline in: Authentication failed".into();
    assert_eq!(steps, [Step::Leave { why, refused: true }]);
}

/// What is said of the secret where no challenge is to be had.
fn without_challenge(account: Account<'_>, answer: Option<&str>) -> Vec<Step> {
    let mut calls = Calls::default();
    let mut session = Session::new(account, &mut calls, 0);
    session.hear(banner(), 1);
    match answer {
        Some(answer) => session.hear(message(answer), 2),
        None => {
            assert!(session.wait(3_001).is_empty());
            session.wait(3_002)
        }
    }
}

#[test]
fn where_there_is_no_challenge_the_secret_goes_only_where_nobody_reads_along() {
    for answer in [
        Some("Response: Error\nActionID: challenge\nMessage: Invalid/unknown command"),
        Some("Response: Error\nMessage: Invalid/unknown command"),
        Some("Response: Success\nActionID: challenge"),
        None,
    ] {
        let plainly =
            b"Action: Login\r\nActionID: login\r\nUsername: tapeline\r\nSecret: secret\r\nEvents: on\r\n\r\n";
        assert_eq!(without_challenge(PRIVATE, answer), [Step::Say(plainly.to_vec())]);
        let steps = without_challenge(OPEN, answer);
        let [Step::Leave { why, refused: true }] = &steps[..] else { panic!("{steps:?}") };
        assert!(why.ends_with("only sent over TLS: set tls under [asterisk]"), "{why}");
    }
}

#[test]
fn an_answer_without_an_id_answers_what_was_asked_last() {
    let mut calls = Calls::default();
    let mut session = Session::new(PRIVATE, &mut calls, 0);
    session.hear(banner(), 1);
    assert_eq!(said(&session.wait(3_002)), ["Login"]);
    assert!(session.hear(message("Response: Success\nChallenge: 840415273"), 3_003).is_empty());
    let steps = session.hear(message("Response: Success\nMessage: Authentication accepted"), 3_004);
    assert_eq!(steps[0], Step::LoggedIn);
}

#[test]
fn what_nothing_can_be_made_of_is_counted() {
    let mut calls = Calls::default();
    let mut session = logged_in(&mut calls);
    assert!(matches!(session.hear(Piece::TooLong, 4)[..], [Step::Skipped(_)]));
    assert!(matches!(session.hear(message("junk"), 4)[..], [Step::Skipped(_)]));
    assert!(session.hear(message("Event: TestEvent"), 4).is_empty());
}

#[test]
fn a_user_who_is_not_told_the_files_is_noticed() {
    let mut calls = Calls::default();
    let mut session = logged_in(&mut calls);
    let start = "Event: MixMonitorStart\nUniqueid: 1.2\nChannel: x";
    assert_eq!(session.hear(message(start), 4), [Step::Concern(NO_NAMES)]);
    session.hear(
        message("Event: VarSet\nVariable: MIXMONITOR_FILENAME\nValue: /m/a.wav\nUniqueid: 1.2\nChannel: x"),
        5,
    );
    assert!(session.hear(message(start), 6).is_empty());
}

#[test]
fn a_detail_record_of_a_channel_that_is_forgotten_or_not_recorded_is_handed_on() {
    let mut calls = Calls::default();
    let mut session = logged_in(&mut calls);
    let event = |event: &str| message(&format!("Event: {event}\nUniqueid: 1.2\nChannel: x"));
    session.hear(event("Newchannel"), 0);
    assert!(session.hear(event("Cdr"), 1).is_empty());
    // What is not recorded by the channel's own recorder may be recorded by something else.
    assert!(matches!(session.hear(event("Hangup"), 2)[..], [Step::Call(_)]));
    assert!(matches!(session.hear(event("Cdr"), 3)[..], [Step::Call(_)]));
    session.hear(event("Newstate"), 60_000);
    assert!(matches!(session.hear(event("Cdr"), 60_001)[..], [Step::Detail(_)]));
    // A recorded one is remembered for longer.
    session.hear(event("VarSet\nVariable: MIXMONITOR_FILENAME\nValue: /m/a.wav"), 60_002);
    session.hear(event("Hangup"), 60_003);
    session.hear(event("Newstate"), 360_000);
    assert!(matches!(
        session.hear(event("Cdr\nDisposition: ANSWERED\nBillableSeconds: 4"), 360_001)[..],
        [Step::Heard(_)]
    ));
}

#[test]
fn channels_that_never_hang_up_are_forgotten_at_last() {
    let mut calls = Calls::default();
    for number in 0..50_000 {
        calls.hear(&Message::new(format!("Event: Newchannel\r\nUniqueid: 1.{number}").as_bytes()), 0);
    }
    assert_eq!(calls.up().len(), 20_000);
    assert!(calls.is_up("1.49999") && !calls.is_up("1.0"));
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
    let mut session = Session::new(OPEN, &mut calls, 0);
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
    let [Step::Heard(report), Step::Reconciled(GoingOn { channels: up, started, .. })] = &steps[..] else {
        panic!("{steps:?}")
    };
    assert_eq!((report.file.as_str(), report.start, report.end), ("/m/a.wav", 0, None));
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
    assert!(calls.found_up(&event("CoreShowChannel"), None, "/m/a.wav").is_empty());
}

#[test]
fn where_the_list_is_refused_the_rest_goes_on() {
    let mut calls = Calls::default();
    let mut session = logged_in(&mut calls);
    let steps = session.hear(message("Response: Error\nActionID: channels\nMessage: Permission denied"), 4);
    assert_eq!(steps, [Step::Concern(NOT_RECONCILED)]);
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
    assert_eq!(steps, [Step::Reconciled(GoingOn { started: 98, ..GoingOn::default() })]);
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
    // It is told under the channel whose call detail record tells of it.
    assert_eq!((report.uniqueid.as_str(), report.callid.as_str(), report.start), ("1.1", "1.1", 5_000));
    assert_eq!((report.note.as_str(), report.end), ("with Bob 102", None));
    // The connection is lost, and nobody is in a conference when it is back.
    let mut session = logged_in(&mut calls);
    let status =
        "Response: Success\nActionID: status\nCoreStartupDate: 2026-11-24\nCoreStartupTime: 01:00:00";
    session.hear(message(status), 4);
    session.hear(message("Response: Success\nActionID: clock\nValue: 2026-11-24 01:00:09"), 9_000);
    let steps = session.hear(message("Event: CoreShowChannelsComplete\nActionID: channels"), 9_000);
    assert_eq!(steps, [Step::Reconciled(GoingOn::default())]);
}
