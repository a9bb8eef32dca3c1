//! Whether a number was withheld is the same whoever tells of the call: a file's name, Asterisk's and FreeSWITCH's
//! records, or the manager interface.

use jiff::tz::TimeZone;
use serde_json::json;
use tapeline::config::Folder as Settings;
use tapeline::ingest::ami::{Calls, Message};
use tapeline::ingest::cdr::asterisk::{Column, read};
use tapeline::ingest::cdr::{Clock, Record, freeswitch};
use tapeline::ingest::names::Names;
use tapeline::intake::{About, Draft, Intake};
use tapeline::store::Store;

use crate::program::{Folder, sqlite3};

const UNIQUEID: &str = "1795499608.28";

/// What the name of FreePBX's file says.
fn of_name(number: &str) -> Draft {
    let names = Names::new(&Settings { zone: Some("UTC".into()), ..Settings::default() }).expect("settings");
    let path = format!("in-5550100-{number}-20261124-055328-{UNIQUEID}.wav");
    let named = names.read(&path, 0);
    Draft { machine: "pbx".into(), uniqueid: named.uniqueid, facts: named.facts, ..Draft::default() }
}

/// What Asterisk's record says, in `src` or in `clid` alone.
fn of_asterisk(number: &str, only_clid: bool) -> Draft {
    let clid = format!("\"Somebody\" <{number}>");
    let fields = |column| match column {
        Column::UniqueId => UNIQUEID,
        Column::Disposition => "ANSWERED",
        Column::Start => "2026-11-24 05:53:28",
        Column::Clid => &clid,
        Column::Src if !only_clid => number,
        _ => "",
    };
    let cdr = read(fields, &Clock::new(TimeZone::UTC)).expect("a record");
    cdr.draft("pbx", About::Recording)
}

/// What FreeSWITCH's record says, in a variable or in the caller's profile.
fn of_freeswitch(number: &str, in_profile: bool) -> Draft {
    let mut record = json!({"variables": {"uuid": UNIQUEID, "start_epoch": "1795499608"}});
    match in_profile {
        true => record["callflow"] = json!([{"caller_profile": {"caller_id_number": number}}]),
        false => record["variables"]["caller_id_number"] = number.into(),
    }
    match freeswitch::read(record.to_string().as_bytes()).expect("a record").remove(0) {
        call @ Record::Call(_) => call.draft("pbx", About::Recording),
        other => panic!("{other:?}"),
    }
}

/// What a row says that is made of it.
fn presented(draft: &Draft) -> String {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    let store = Store::open(&db, 1).expect("a database");
    sqlite3(
        &db,
        "INSERT INTO customers VALUES (1, 'A'); INSERT INTO recordgroups (id, customer, name) VALUES (1, 1, 'B');",
    );
    Intake::default().accept(&store, draft, 1_795_500_000).expect("it is taken");
    sqlite3(&db, "SELECT spresent FROM recordings")
}

/// What the manager interface says.
fn presented_by_manager(number: &str) -> bool {
    let mut calls = Calls::default();
    let mut hear = |lines: &str| calls.hear(&Message::new(lines.replace('\n', "\r\n").as_bytes()), 1_000);
    let channel = format!("Channel: PJSIP/trunk-1\nUniqueid: {UNIQUEID}\nCallerIDNum: {number}");
    hear(&format!("Event: Newchannel\n{channel}\nContext: from-trunk"));
    let reports = hear(&format!("Event: VarSet\n{channel}\nVariable: MIXMONITOR_FILENAME\nValue: a.wav"));
    !reports.first().expect("a report").withheld
}

#[test]
fn a_withheld_number_is_withheld_whoever_tells_of_it() {
    for (number, is_presented) in [
        ("anonymous", false),
        ("Anonymous", false),
        ("restricted", false),
        ("PRIVATE", false),
        ("Withheld", false),
        ("unknown", true),
        ("unavailable", true),
        ("5551230002", true),
    ] {
        let expected = if is_presented { "1" } else { "0" };
        assert_eq!(presented(&of_name(number)), expected, "{number} in a name");
        for only_clid in [false, true] {
            let draft = of_asterisk(number, only_clid);
            assert_eq!(presented(&draft), expected, "{number} in Asterisk's record");
        }
        for in_profile in [false, true] {
            let draft = of_freeswitch(number, in_profile);
            assert_eq!(presented(&draft), expected, "{number} in FreeSWITCH's record");
        }
        assert_eq!(presented_by_manager(number), is_presented, "{number} by the manager interface");
    }
}
