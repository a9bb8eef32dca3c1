//! Calls that are found in their midst, after a start of ours: what is found outranks neither what was heard nor what the
//! file's name says. The events are those of a real FreePBX; the list of channels has what they say of each. What only a
//! real Asterisk can show is in tests/pbx.

use std::collections::BTreeMap;

use super::excerpts::{excerpt, field};
use super::live::channel;
use super::pbx::{MONITOR, Office, now};

/// What an event says of a channel, in these fields, as a list of channels says it.
const LISTED: [&str; 11] = [
    "Channel",
    "ChannelState",
    "CallerIDNum",
    "CallerIDName",
    "ConnectedLineNum",
    "ConnectedLineName",
    "Context",
    "Exten",
    "Uniqueid",
    "Linkedid",
    "AccountCode",
];

/// The channels that are up after these events, as they were last, those that speak with one another in one bridge; and
/// the file that each was recorded to last.
fn listed_after(events: &[String]) -> Vec<(String, String)> {
    let (mut up, mut files) = (BTreeMap::<String, String>::new(), BTreeMap::<String, String>::new());
    let mut bridges = BTreeMap::<String, String>::new();
    for event in events {
        for prefix in ["", "Dest"] {
            let of = |name: &str| field(event, &format!("{prefix}{name}")).to_owned();
            if of("Uniqueid").is_empty() {
                continue;
            }
            let lines: Vec<String> = LISTED.iter().map(|name| format!("{name}: {}", of(name))).collect();
            up.insert(of("Uniqueid"), lines.join("\n"));
        }
        let uniqueid = field(event, "Uniqueid");
        match (field(event, "Event"), field(event, "Variable"), field(event, "DialStatus")) {
            ("Hangup", ..) => drop(up.remove(uniqueid)),
            (_, "MIXMONITOR_FILENAME", _) => {
                files.insert(uniqueid.into(), field(event, "Value").into());
            }
            ("DialEnd", _, "ANSWER") => {
                let other = field(event, "DestUniqueid");
                bridges.insert(uniqueid.into(), uniqueid.into());
                bridges.insert(other.into(), uniqueid.into());
            }
            _ => {}
        }
    }
    let listed = |(uniqueid, lines): (String, String)| {
        let bridge = bridges.get(&uniqueid).cloned().unwrap_or_default();
        let state = if bridge.is_empty() { "4" } else { "6" };
        let lines = lines.replace("ChannelState: 4", &format!("ChannelState: {state}"));
        (format!("{lines}\nBridgeId: {bridge}"), files.get(&uniqueid).cloned().unwrap_or_default())
    };
    up.into_iter().map(listed).collect()
}

fn say(office: &Office, events: &[String]) {
    events.iter().for_each(|event| office.pbx.say(event.strip_prefix("Event: ").expect("an event")));
    // What was said before it is known when this one is.
    let last = format!("{}.99", now());
    office.pbx.say(&format!("Newchannel\n{}", channel("PJSIP/199-1", &last)));
    office.pbx.say(&format!(
        "VarSet\nUniqueid: {last}\nVariable: MIXMONITOR_FILENAME\nValue: {MONITOR}/last-{}.wav",
        events.len()
    ));
    office.until(&format!("SELECT count(*) FROM recordings WHERE path = 'last-{}.wav'", events.len()), "1");
}

const FACTS: &str = "SELECT path, snumber, snumber_name, callerid_internal, cnumber, ctype, dnumber, dnumber_name, \
    direction, status FROM recordings WHERE path NOT LIKE 'last-%' ORDER BY path";

/// The rows, with each of the facts by itself.
fn facts(office: &Office) -> Vec<Vec<String>> {
    let rows = office.sqlite3(FACTS);
    rows.lines().map(|row| row.split('|').map(str::to_owned).collect()).collect()
}

/// The rows after the first `cut` of these events, and after all, with a start of ours between them if `started` again.
fn rows_of(events: &[String], cut: usize, again: bool) -> [Vec<Vec<String>>; 2] {
    let mut office = Office::open();
    say(&office, &events[..cut]);
    let before = facts(&office);
    if again {
        office.pbx.cut();
        office.serving().signal("KILL");
        office.pbx.list_all(listed_after(&events[..cut]));
        office.pbx.mend(now() - 86_400);
        office.start();
        office.pbx.until_asked();
    }
    say(&office, &events[cut..]);
    [before, facts(&office)]
}

#[test]
fn what_was_heard_of_a_call_stays_when_it_is_found_again_after_a_start() {
    // Not one that is picked up by another phone: who is in whose place then is in no event.
    for name in [
        "out-found-in-midcall",
        "out-prefix9",
        "internal-attended",
        "attended-to-outside",
        "findme-phone",
        "findme-external",
        "int-findme-external",
        "refer-to-queue",
    ] {
        let events = excerpt(name);
        let answered = |event: &String| {
            field(event, "DialStatus") == "ANSWER" || field(event, "Event") == "AgentConnect"
        };
        let cut = events.iter().position(answered).map_or(events.len() / 2, |at| at + 1);
        let [before, after] = rows_of(&events, cut, true);
        let [_, heard] = rows_of(&events, cut, false);
        assert!(!before.is_empty(), "{name}");
        for known in &before {
            let row = |rows: &[Vec<String>]| rows.iter().find(|row| row[0] == known[0]).cloned();
            let (row, heard) = (row(&after).expect("it stays"), row(&heard).expect("it stays"));
            for (place, fact) in row.iter().enumerate() {
                let right = [&known[place], &heard[place]];
                assert!(right.contains(&fact), "{name}: {fact:?} instead of {right:?} in {row:?}");
            }
        }
    }
}

#[test]
fn a_call_that_is_found_has_the_extension_that_calls_and_not_what_its_route_made_of_it() {
    let events = excerpt("out-found-in-midcall");
    let cut = events.iter().position(|event| field(event, "DialStatus") == "ANSWER").expect("an answer") + 1;
    let mut office = Office::open();
    office.stop();
    office.pbx.cut();
    office.pbx.mend(now() - 86_400);
    office.pbx.list_all(listed_after(&events[..cut]));
    office.start();
    office.pbx.until_asked();
    let row =
        "SELECT snumber, snumber_name, callerid_internal, dnumber, dnumber_name, direction FROM recordings";
    office.until(row, "105||5556000|5551234580||");
    say(&office, &events[cut..]);
    let parties = "SELECT snumber, callerid_internal, cnumber, dnumber, dnumber_name, direction, status FROM recordings \
                   WHERE path NOT LIKE 'last-%'";
    office.until(parties, "105|5556000|5551234580|5551234580||out|answer");
}

#[test]
fn who_calls_stays_once_it_is_recorded_whoever_a_transfer_puts_in_the_place() {
    for (name, second) in
        [("internal-attended", "internal-103-101-"), ("attended-to-outside", "out-5551234570-101-")]
    {
        let events = excerpt(name);
        let [_, rows] = rows_of(&events, events.len(), false);
        let row = rows.iter().find(|row| row[0].contains(second)).expect("the second recording");
        assert_eq!((row[1].as_str(), row[2].as_str()), ("101", "Anna Keller"), "{name}: {row:?}");
    }
}
