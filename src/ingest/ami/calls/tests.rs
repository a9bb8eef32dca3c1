//! Calls of a real FreePBX 16, as its manager interface told of them.

use std::collections::BTreeMap;

use super::super::codec::Message;
use super::*;

/// The last report of each recording, a line each.
fn told(events: &str) -> Vec<String> {
    let (mut calls, mut last) = (Calls::default(), BTreeMap::new());
    for event in events.replace('\r', "").split("\n\n") {
        for report in calls.hear(&Message::new(event.trim().as_bytes()), 0) {
            last.insert(report.file.rsplit('/').next().unwrap_or_default().to_owned(), report);
        }
    }
    last.into_iter().map(|(file, report)| line(&file, &report)).collect()
}

fn line(file: &str, report: &Report) -> String {
    let kind = file.split("-2026").next().unwrap_or_default();
    let direction = report.direction.map_or("", |direction| direction.as_str());
    let Report { caller, called, answerer, answerer_name, status, queue, .. } = report;
    let talked = report.talktime.map_or_else(|| "?".into(), |seconds| seconds.to_string());
    format!("{kind}: {direction} {caller} → {called} {status} {talked} {answerer_name}<{answerer}> {queue}")
}

macro_rules! events {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/data/freepbx/ami-", $name, ".txt"))
    };
}

#[test]
fn whoever_picked_up_is_found_through_local_channels_and_queues() {
    assert_eq!(
        told(events!("findme-phone")),
        ["in-5556004-5557770005: in 5557770005 → 5556004 answer 8 Dana Follow<104> "]
    );
    assert_eq!(
        told(events!("findme-external")),
        [
            "in-5556004-5557770004: in 5557770004 → 5556004 answer 13 <5558880001> ",
            "out-5558880001-5557770004: out 5557770004 → 5558880001 answer 14 <5558880001> ",
        ]
    );
    assert_eq!(
        told(events!("int-findme-external")),
        ["internal-104-101: internal 101 → 104 answer 9 <5558880001> ",]
    );
    assert_eq!(
        told(events!("queue-pickup")),
        ["q-700-5557770036: in 5557770036 → 5556003 answer 12 Anna Keller<101> 700"]
    );
}

#[test]
fn what_a_dialplan_lets_the_caller_see_is_nobodys_name() {
    assert_eq!(
        told(events!("out-prefix9")),
        ["out-95551234568-102: out 102 → 95551234568 answer 6 <95551234568> "]
    );
}

#[test]
fn nobody_came_to_a_queue_without_members() {
    assert_eq!(told(events!("queue-void")), ["q-703-5557770048: in 5557770048 → 5556022 cancel 0 <> 703"]);
}

#[test]
fn each_recording_of_a_channel_has_what_was_called_and_who_picked_up_while_it_ran() {
    assert_eq!(
        told(events!("refer-to-queue")),
        [
            "in-5556001-5557770012: in 5557770012 → 5556001 answer 15 Anna Keller<101> ",
            "q-700-5557770012: in 5557770012 → 700 answer 12 Chloé O'Brien<103> 700",
        ]
    );
}

#[test]
fn what_is_transferred_to_the_outside_goes_out() {
    let told = told(events!("attended-to-outside"));
    assert_eq!(told[0], "in-5556001-5557770034: in 5557770034 → 5556001 answer 21 Anna Keller<101> ");
    assert!(told[1].starts_with("out-5551234570-101: out "), "{}", told[1]);
    assert!(told[1].ends_with(" → 5551234570 answer 14 <5551234570> "), "{}", told[1]);
}

/// Events without what is in none of them of interest.
fn event(lines: &str) -> String {
    format!("Event: {lines}\n\n")
}

/// A channel: name, state, number, name of who it is, extension, uniqueid, that of its call.
fn channel(name: &str, number: &str, caller: &str, exten: &str, uniqueid: &str, callid: &str) -> String {
    event(&format!(
        "Newchannel\nChannel: {name}\nChannelState: 4\nCallerIDNum: {number}\nCallerIDName: {caller}\n\
         Context: from-internal\nExten: {exten}\nUniqueid: {uniqueid}\nLinkedid: {callid}"
    ))
}

fn recorded(name: &str, file: &str, uniqueid: &str) -> String {
    event(&format!(
        "VarSet\nChannel: {name}\nUniqueid: {uniqueid}\nVariable: MIXMONITOR_FILENAME\nValue: /m/{file}-2026.wav"
    ))
}

fn hangup(uniqueid: &str, state: u32, cause: u32) -> String {
    event(&format!("Hangup\nUniqueid: {uniqueid}\nChannelState: {state}\nCause: {cause}"))
}

/// Dial(PJSIP/5558880020@trunk) of a speed dial, as the real Asterisk tells of it.
fn speed_dial() -> String {
    let dial = "Channel: PJSIP/101-1\nUniqueid: 1.1\nContext: from-internal\nExten: 887\nDestChannel: PJSIP/trunk-2\n\
                DestUniqueid: 1.2\nDestCallerIDNum: 887\nDialString: 5558880020@trunk";
    [
        channel("PJSIP/101-1", "101", "Alice", "887", "1.1", "1.1"),
        channel("PJSIP/trunk-2", "", "", "s", "1.2", "1.1"),
        event(&format!("DialBegin\n{dial}")),
        event(&format!("DialEnd\n{dial}\nDialStatus: ANSWER").replace("\nDialString: 5558880020@trunk", "")),
    ]
    .concat()
}

#[test]
fn a_trunk_is_the_number_that_it_took_whatever_was_dialled() {
    let calling = recorded("PJSIP/101-1", "calling", "1.1");
    let events = [speed_dial(), calling, hangup("1.1", 6, 16)].concat();
    assert_eq!(told(&events), ["calling: out 101 → 887 answer ? <5558880020> "]);
    let called = recorded("PJSIP/trunk-2", "called", "1.2");
    let events = [speed_dial(), called, hangup("1.2", 6, 16)].concat();
    assert_eq!(told(&events), ["called: out 101 → 887 answer ? <5558880020> "]);
}

#[test]
fn a_short_number_that_a_trunk_takes_is_outside_and_one_that_a_phone_takes_too_is_not() {
    let call = |others: &str| {
        let dial = |other: &str, uniqueid: &str, asked: &str| {
            event(&format!(
                "DialBegin\nChannel: PJSIP/101-1\nUniqueid: 1.1\nDestChannel: {other}\nDestUniqueid: {uniqueid}\n\
                 DialString: {asked}"
            ))
        };
        [
            channel("PJSIP/101-1", "101", "Alice", "112", "1.1", "1.1"),
            recorded("PJSIP/101-1", "a", "1.1"),
            channel("PJSIP/trunk-2", "", "", "s", "1.2", "1.1"),
            dial("PJSIP/trunk-2", "1.2", "112@trunk"),
            if others.is_empty() { String::new() } else { channel(others, "102", "Bob", "s", "1.3", "1.1") },
            if others.is_empty() { String::new() } else { dial(others, "1.3", "102") },
        ]
        .concat()
    };
    assert_eq!(told(&call("")), ["a: out 101 → 112  ? <> "]);
    assert_eq!(told(&call("PJSIP/102-3")), ["a: internal 101 → 112  ? <> "]);
}

#[test]
fn the_record_of_who_called_is_that_of_what_the_called_side_recorded() {
    let events = [speed_dial(), recorded("PJSIP/trunk-2", "called", "1.2")].concat();
    let (mut calls, mut told) = (Calls::default(), Vec::new());
    for event in events.split("\n\n") {
        told.extend(calls.hear(&Message::new(event.as_bytes()), 0));
    }
    let last = told.last().expect("a report");
    assert_eq!((last.uniqueid.as_str(), last.callid.as_str()), ("1.1", "1.1"));
    assert_eq!(calls.told().into_iter().collect::<Vec<_>>(), ["1.1"]);
}

#[test]
fn where_no_record_comes_the_cause_tells_how_a_call_ended() {
    for (cause, status) in [
        (17, "busy"),
        (34, "congestion"),
        (3, "chanunavail"),
        (20, "chanunavail"),
        (19, "noanswer"),
        (16, "noanswer"),
    ] {
        let begin = channel("PJSIP/101-1", "101", "Alice", "198", "1.1", "1.1");
        let events = [begin, recorded("PJSIP/101-1", "a", "1.1"), hangup("1.1", 4, cause)].concat();
        assert_eq!(told(&events), [format!("a: internal 101 → 198 {status} ? <> ")], "{cause}");
    }
}

#[test]
fn a_word_of_the_dialplan_is_nobodys_number() {
    let dial = "Channel: PJSIP/trunk-1\nUniqueid: 1.1\nDestChannel: Local/s@find-1;1\nDestUniqueid: 1.2\n\
                DestCallerIDNum: FM103\nDestCallerIDName: FM103";
    let events = [
        channel("PJSIP/trunk-1", "5551230001", "Maria", "5550103", "1.1", "1.1")
            .replace("from-internal", "from-trunk"),
        recorded("PJSIP/trunk-1", "in", "1.1"),
        channel("Local/s@find-1;1", "", "", "s", "1.2", "1.1"),
        channel("Local/s@find-1;2", "", "", "s", "1.3", "1.1"),
        event(&format!("DialBegin\n{dial}")),
        event(&format!("DialEnd\n{dial}\nDialStatus: ANSWER")),
        hangup("1.1", 6, 16),
    ];
    assert_eq!(told(&events.concat()), ["in: in 5551230001 → 5550103 answer ? <> "]);
}

/// A queue call after Answer(): it rings at 199, and 103 picks up. Asterisk tells of no end of the dial then.
#[test]
fn a_queue_tells_who_picked_up_where_the_pbx_itself_had_answered() {
    let agent = "DestChannel: PJSIP/103-3\nDestUniqueid: 1.3\nDestCallerIDNum: 103\nDestCallerIDName: Chloé\n\
                 Interface: PJSIP/199\nMemberName: Nobody";
    let begin = [
        channel("PJSIP/trunk-1", "5551230001", "Maria", "5550451", "1.1", "1.1")
            .replace("from-internal", "from-trunk"),
        recorded("PJSIP/trunk-1", "q", "1.1"),
        event("QueueCallerJoin\nUniqueid: 1.1\nQueue: 451"),
        channel("PJSIP/199-2", "199", "Nobody", "s", "1.2", "1.1"),
        event("DialBegin\nUniqueid: 1.1\nDestChannel: PJSIP/199-2\nDestUniqueid: 1.2\nDialString: 199"),
        channel("PJSIP/103-3", "103", "Chloé", "**199", "1.3", "1.3"),
    ]
    .concat();
    let cdr = "Cdr\nUniqueID: 1.1\nDestination: 451\nDestinationChannel: PJSIP/199-2\nLastApplication: Queue\n\
               LastData: 451\nDisposition: ANSWERED\nBillableSeconds: 8";
    let end = [event(cdr), hangup("1.1", 6, 16)].concat();
    let picked_up = event(&format!("AgentConnect\nUniqueid: 1.1\nQueue: 451\n{agent}"));
    assert_eq!(
        told(&[begin.clone(), picked_up, end.clone()].concat()),
        ["q: in 5551230001 → 5550451 answer 8 Chloé<103> 451"]
    );
    assert_eq!(told(&[begin, end].concat()), ["q: in 5551230001 → 5550451 cancel 0 <> 451"]);
}

/// `##` to an outside number: the dialplan goes on with the caller, and records anew.
#[test]
fn a_call_that_is_sent_to_the_outside_is_another_recording() {
    let trunk = |name: &str| format!("Channel: PJSIP/trunk-1\nUniqueid: 1.1\nDestChannel: {name}");
    let events = [
        channel("PJSIP/trunk-1", "5551230001", "Maria", "5550101", "1.1", "1.1")
            .replace("from-internal", "from-trunk"),
        recorded("PJSIP/trunk-1", "in", "1.1"),
        channel("PJSIP/101-2", "101", "Alice", "s", "1.2", "1.1"),
        event(&format!("DialBegin\n{}\nDestUniqueid: 1.2", trunk("PJSIP/101-2"))),
        event(&format!(
            "DialEnd\n{}\nDestUniqueid: 1.2\nDestCallerIDNum: 101\nDialStatus: ANSWER",
            trunk("PJSIP/101-2")
        )),
        event(
            "BlindTransfer\nResult: Success\nTransfereeUniqueid: 1.1\nContext: from-internal-xfer\nExtension: 5551234571",
        ),
        hangup("1.2", 6, 16),
        recorded("PJSIP/trunk-1", "out", "1.1"),
        channel("PJSIP/trunk-3", "", "", "s", "1.3", "1.1"),
        event(&format!(
            "DialBegin\n{}\nDestUniqueid: 1.3\nDialString: 5551234571@trunk",
            trunk("PJSIP/trunk-3")
        )),
        event(&format!(
            "DialEnd\n{}\nDestUniqueid: 1.3\nDestCallerIDNum: 5551234571\nDialStatus: ANSWER",
            trunk("PJSIP/trunk-3")
        )),
        event(
            "Cdr\nUniqueID: 1.1\nDestination: 101\nDestinationChannel: PJSIP/101-2\nLastApplication: Dial\nDID: 5550101\n\
               Disposition: ANSWERED\nBillableSeconds: 3",
        ),
        event(
            "Cdr\nUniqueID: 1.1\nDestination: 5551234571\nDestinationChannel: PJSIP/trunk-3\nLastApplication: Dial\n\
               DID: 5550101\nDisposition: ANSWERED\nBillableSeconds: 7",
        ),
        hangup("1.1", 6, 16),
    ];
    assert_eq!(
        told(&events.concat()),
        [
            "in: in 5551230001 → 5550101 answer 10 Alice<101> ",
            "out: out 5551230001 → 5551234571 answer 7 <5551234571> ",
        ]
    );
}

/// Page() by 102: whom it calls may be in its conference first, which has a number by chance.
#[test]
fn a_page_is_what_was_dialled_by_whoever_pages_and_is_inside() {
    let mut calls = Calls::default();
    let mut hear = |events: &str| {
        events.split("\n\n").for_each(|event| drop(calls.hear(&Message::new(event.as_bytes()), 1_000)));
    };
    hear(&channel("PJSIP/102-1", "102", "Bob", "862", "1.1", "1.1"));
    hear(&channel("PJSIP/103-2", "103", "Chloé", "s", "1.2", "1.1"));
    hear(&event("ConfbridgeRecord\nConference: 504091004"));
    hear(&event("ConfbridgeJoin\nConference: 504091004\nUniqueid: 1.2"));
    let told = calls.found_recorder("CBRec/504091004-0", "1.5", "/m/page.wav", &[]);
    let [report] = &told[..] else { panic!("{told:?}") };
    assert_eq!(line("page", report), "page: internal 102 → 862 answer ? <> ");
    assert!(report.page && report.uniqueid == "1.1");
}

#[test]
fn a_conference_is_told_under_the_channel_that_its_file_names() {
    let (mut calls, mut last) = (Calls::default(), None);
    for event in events!("conference").replace('\r', "").split("\n\n") {
        let event = Message::new(event.trim().as_bytes());
        calls.hear(&event, 0);
        if event.text("Variable") == "BRIDGEPEER" && last.is_none() {
            let file = "/m/800-800-always-20261129-022925-1795919363.120.wav";
            last = calls.found_recorder("CBRec/800-00000000", "1795919365.123", file, &[]).pop();
        }
    }
    let report = last.expect("a report");
    assert_eq!((report.uniqueid.as_str(), report.callid.as_str()), ("1795919363.120", "1795919363.120"));
    assert_eq!(line("800", &report), "800: internal 101 → 800 answer ? <> ");
    assert!(report.conference && !report.page);
}

#[test]
fn whoever_picked_up_after_a_recording_was_not_recorded_in_it() {
    let dial = "Channel: PJSIP/trunk-1\nUniqueid: 1.1\nDestChannel: PJSIP/101-2\nDestUniqueid: 1.2";
    let at =
        |seconds: u32, events: String| events.replace("Event: ", &format!("Timestamp: {seconds}.0\nEvent: "));
    let events = [
        at(
            10,
            channel("PJSIP/trunk-1", "5551230001", "Maria", "5550101", "1.1", "1.1")
                .replace("from-internal", "from-trunk"),
        ),
        at(10, recorded("PJSIP/trunk-1", "menu", "1.1")),
        at(12, event("MixMonitorStop\nUniqueid: 1.1")),
        at(12, recorded("PJSIP/trunk-1", "talk", "1.1")),
        at(12, channel("PJSIP/101-2", "101", "Alice", "s", "1.2", "1.1")),
        at(13, event(&format!("DialBegin\n{dial}"))),
        at(15, event(&format!("DialEnd\n{dial}\nDialStatus: ANSWER"))),
        at(20, hangup("1.1", 6, 16)),
    ];
    assert_eq!(
        told(&events.concat()),
        ["menu: in 5551230001 → 5550101 answer ? <> ", "talk: in 5551230001 → 5550101 answer ? Alice<101> "]
    );
}

/// A queue lets go of a caller whom nobody came to in time.
#[test]
fn whom_nobody_answers_in_a_queue_has_not_given_up() {
    let cdr = "Cdr\nUniqueID: 1.1\nDestination: 457\nLastData: \nBillableSeconds: 3\nDisposition: ANSWERED\nLastApplication";
    let dial = "Channel: PJSIP/trunk-1\nUniqueid: 1.1\nDestChannel: PJSIP/191-2\nDestUniqueid: 1.2";
    let begin = [
        channel("PJSIP/trunk-1", "5551230001", "Maria", "5556036", "1.1", "1.1")
            .replace("from-internal", "from-trunk"),
        recorded("PJSIP/trunk-1", "q", "1.1"),
        event("QueueCallerJoin\nUniqueid: 1.1\nQueue: 457"),
        channel("PJSIP/191-2", "191", "Nobody", "s", "1.2", "1.1"),
        event(&format!("DialBegin\n{dial}")),
        event(&format!("DialEnd\n{dial}\nDialStatus: CANCEL")),
    ]
    .concat();
    for (application, status) in [("Hangup", "noanswer"), ("Queue", "cancel")] {
        let end = [event(&format!("{cdr}: {application}")), hangup("1.1", 6, 16)].concat();
        assert_eq!(
            told(&[begin.clone(), end].concat()),
            [format!("q: in 5551230001 → 5556036 {status} 0 <> 457")]
        );
    }
}
