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
