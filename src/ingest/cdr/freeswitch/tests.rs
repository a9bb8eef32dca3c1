//! Records built from the documentation of mod_json_cdr; those of a real FreeSWITCH are in `documents.rs`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ingest::cdr::disposition::Disposition;
use crate::ingest::cdr::record::{Answerer, Cdr, Record};
use crate::model::Direction;

fn record() -> Value {
    json!({
        "core-uuid": "9f7f52c1-0d1e-4a55-8f43-0c9a5b3d1e01",
        "switchname": "fs1",
        "channel_data": {"state": "CS_REPORTING", "direction": "inbound"},
        "variables": {
            "direction": "inbound", "uuid": "3da8bf84-c133-4959-9e24-e72875cb33a1",
            "call_uuid": "3da8bf84-c133-4959-9e24-e72875cb33a1", "call_direction": "inbound",
            "caller_id_name": "Zoë \"Z\" 100%", "caller_id_number": "+15551230020",
            "record_path": "/var/lib/freeswitch/recordings/office.example/archive/2026/Nov/24",
            "record_name": "3da8bf84-c133-4959-9e24-e72875cb33a1.wav",
            "last_sent_callee_id_number": "102", "accountcode": "office",
            "start_stamp": "2026-11-24 05:53:26", "start_epoch": "1795499606",
            "answer_epoch": "1795499608", "end_epoch": "1795499614",
            "duration": "8", "billsec": "6", "hangup_cause": "NORMAL_CLEARING"
        },
        "app_log": {"applications": [
            {"app_name": "set", "app_data": "x=y"},
            {"app_name": "record_session", "app_data": "/tmp/other.wav"}
        ]},
        "callflow": [
            {"caller_profile": {"caller_id_number": "102", "destination_number": "103", "context": "x"}},
            {"caller_profile": {"caller_id_number": "+15551230020", "destination_number": "5550102",
                "context": "public"}}
        ]
    })
}

fn expected() -> Cdr {
    Cdr {
        uniqueid: "3da8bf84-c133-4959-9e24-e72875cb33a1".into(),
        callid: "3da8bf84-c133-4959-9e24-e72875cb33a1".into(),
        file: "3da8bf84-c133-4959-9e24-e72875cb33a1.wav".into(),
        more_files: vec!["other.wav".into()],
        start: 1_795_499_606,
        answer: Some(1_795_499_608),
        end: Some(1_795_499_614),
        talked: Some(6),
        disposition: Some(Disposition::Answer),
        source: "+15551230020".into(),
        source_name: "Zoë \"Z\" 100%".into(),
        presented: true,
        called: "5550102".into(),
        dialled_outside: true,
        destination: "102".into(),
        direction: Some(Direction::In),
        context: "public".into(),
        accountcode: "office".into(),
        ..Cdr::default()
    }
}

fn call(record: &Value) -> Cdr {
    cdr(record.to_string().as_bytes())
}

pub(super) fn cdr(body: &[u8]) -> Cdr {
    match read(body).expect("it is understood").into_iter().next() {
        Some(Record::Call(cdr)) => *cdr,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_number_is_withheld_by_its_word_or_by_the_calls_privacy() {
    for (number, privacy, presented) in [
        ("+15551230020", "", true),
        ("unavailable", "", true),
        ("anonymous", "", false),
        ("Withheld", "", false),
        ("+15551230020", "hide_name:hide_number", false),
    ] {
        let mut record = record();
        record["variables"]["caller_id_number"] = json!(number);
        record["variables"]["origination_privacy"] = json!(privacy);
        assert_eq!(call(&record).presented, presented, "{number} {privacy}");
    }
}

/// The record of a channel that this one called.
fn other_leg() -> Value {
    let mut record = record();
    let variables = record["variables"].as_object_mut().expect("as it is built");
    for name in ["record_name", "record_path", "last_sent_callee_id_number"] {
        variables.remove(name);
    }
    variables["uuid"] = "5b1f4a52-7f55-4a3c-8d3e-1f0a7d6c2e11".into();
    variables.insert("originator".into(), "3da8bf84-c133-4959-9e24-e72875cb33a1".into());
    variables.insert("callee_id_number".into(), "102".into());
    variables.insert("callee_id_name".into(), "Bob".into());
    record["app_log"] = Value::Null;
    record
}

#[test]
fn a_file_may_have_several_records_in_whatever_encoding() {
    let one = record().to_string();
    let latin: Vec<u8> =
        one.replace("Zoë", "Zo\u{1}").bytes().map(|b| if b == 1 { 0xeb } else { b }).collect();
    for (file, records) in [
        (format!("[{one}, {one}]").into_bytes(), 2),
        (format!("{one}\n{one}\r\n{one}\n").into_bytes(), 3),
        (format!("{one}{one}").into_bytes(), 2),
        (latin, 1),
    ] {
        let read = read_all(&file);
        assert!(read.len() == records && read.iter().all(Result::is_ok), "{read:?}");
    }
    assert_eq!(read_all(format!("{one}\n{{\"x\"").as_bytes()).pop(), Some(Err(NoRecord::NotJson)));
    assert_eq!(read_all(b" "), [Err(NoRecord::NotJson)]);
    assert_eq!(read_all(b"[1]"), [Err(NoRecord::NoChannel)]);
}

#[test]
fn the_other_leg_tells_who_answered() {
    let answerer = |number: &str, name: &str| {
        let uniqueid = "3da8bf84-c133-4959-9e24-e72875cb33a1".into();
        let (number, name) = (number.into(), name.into());
        Ok(vec![Record::Answerer(Answerer { uniqueid, answer: 1_795_499_608, number, name })])
    };
    let mut record = other_leg();
    assert_eq!(read(record.to_string().as_bytes()), answerer("102", "Bob"));
    assert_eq!(read(encoded(record.clone()).to_string().as_bytes()), answerer("102", "Bob"));
    record["variables"]["callee_id_name"] = "Outbound Call".into();
    record["variables"]["callee_id_number"] = "".into();
    record["variables"]["dialed_user"] = "103".into();
    assert_eq!(read(record.to_string().as_bytes()), answerer("103", ""));
    record["variables"]["answer_epoch"] = "0".into();
    assert_eq!(read(record.to_string().as_bytes()), Err(NoRecord::Unanswered));
    record["variables"]["record_name"] = "of-its-own.wav".into();
    assert_eq!(call(&record).uniqueid, "5b1f4a52-7f55-4a3c-8d3e-1f0a7d6c2e11");
}

#[test]
fn the_dialled_number_did_not_answer_a_call_that_was_put_through() {
    let mut record = record();
    record["variables"]["last_sent_callee_id_number"] = "".into();
    assert_eq!(call(&record).destination, "103", "an announcement, say, that the call was sent on to");
    record["variables"]["bridge_uuid"] = "5b1f4a52-7f55-4a3c-8d3e-1f0a7d6c2e11".into();
    assert_eq!(call(&record).destination, "");
}

/// The record as it is with `encode-values`.
fn encoded(mut record: Value) -> Value {
    for value in record["variables"].as_object_mut().expect("as it is built").values_mut() {
        *value =
            utf8_percent_encode(value.as_str().expect("as it is built"), NON_ALPHANUMERIC).to_string().into();
    }
    record
}

#[test]
fn however_it_is_encoded_it_says_the_same() {
    for json in [record(), encoded(record())] {
        let text = json.to_string();
        let form = format!("cdr={}", utf8_percent_encode(&text, NON_ALPHANUMERIC));
        let plus = form.replace("%20", "+");
        let in_base64 = format!("cdr={}", STANDARD.encode(&text));
        // In files that it could not deliver.
        let kept = [&form, &in_base64].map(|form| format!("{}\n", form.trim_start_matches("cdr=")));
        let posted = [text.clone(), format!("\u{feff}{text}\n"), form, plus, in_base64];
        for body in posted.into_iter().chain(kept) {
            assert_eq!(read(body.as_bytes()), Ok(vec![expected().into()]), "{body}");
        }
    }
}

#[test]
fn the_dialplan_says_which_file_when_no_variable_does() {
    let mut record = record();
    record["variables"]["record_name"] = "".into();
    record["variables"]["record_path"] = "".into();
    record["variables"]["last_app"] = "record_session".into();
    record["variables"]["last_arg"] = "/tmp/other.wav".into();
    assert_eq!(call(&record).file, "other.wav");
    assert!(call(&record).more_files.is_empty(), "named twice");
    record["variables"]["last_app"] = "".into();
    record["app_log"] =
        json!({"applications": [{"app_name": "record", "app_data": "{a=b}/tmp/r.wav 20 200"}]});
    assert_eq!(call(&record).file, "r.wav");
}

#[test]
fn causes_become_the_words_of_status() {
    for (cause, status) in [
        ("NORMAL_CLEARING", "noanswer"),
        ("USER_BUSY", "busy"),
        ("ORIGINATOR_CANCEL", "cancel"),
        ("UNALLOCATED_NUMBER", "failed"),
        ("NORMAL_CIRCUIT_CONGESTION", "congestion"),
    ] {
        let mut record = record();
        record["variables"]["answer_epoch"] = "0".into();
        record["variables"]["hangup_cause"] = cause.into();
        let cdr = call(&record);
        let ended = cdr.disposition.map_or("", Disposition::as_str);
        assert_eq!((ended, cdr.answer, cdr.talked), (status, None, Some(0)), "{cause}");
    }
}

#[test]
fn what_is_no_record_says_why() {
    for (body, why) in [
        (&b""[..], NoRecord::NotJson),
        (b"{", NoRecord::NotJson),
        (b"\xff\xfe\0", NoRecord::NotJson),
        (b"cdr=%7B", NoRecord::NotJson),
        (b"{}", NoRecord::NoChannel),
        (b"[]", NoRecord::NoChannel),
        (br#"{"variables":[]}"#, NoRecord::NoChannel),
        (br#"{"variables":{"uuid":"x"}}"#, NoRecord::NoStart),
        (br#"{"variables":{"uuid":"x","start_epoch":"99999999999999"}}"#, NoRecord::NoStart),
    ] {
        assert_eq!(read(body), Err(why), "{}", String::from_utf8_lossy(body));
    }
    let deep = "[".repeat(100_000);
    assert_eq!(read(format!("{{\"variables\":{deep}").as_bytes()), Err(NoRecord::NotJson));
}

proptest! {
    #[test]
    fn anything_may_come(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&body);
    }

    #[test]
    fn any_value_may_stand_anywhere(name in "uuid|start_epoch|end_epoch|billsec|start_stamp|record_name|caller_id_name",
        value in ".{0,20}") {
        let mut record = record();
        record["variables"][name] = value.into();
        if let Ok([Record::Call(cdr)]) = read(record.to_string().as_bytes()).as_deref() {
            let lasted = cdr.end.map(|end| end - cdr.start);
            prop_assert!(lasted >= Some(0) && cdr.talked <= lasted);
        }
    }
}

#[test]
fn a_number_is_withheld_in_every_form_that_trunks_have_for_it() {
    for (name, value, presented) in [
        ("sip_Privacy", "id", false),
        ("sip_Privacy", "user;id", false),
        ("sip_Privacy", "none", true),
        ("sip_Privacy", "session", true),
        ("sip_Remote-Party-ID", "\"H\" <sip:+15551231502@x>;party=calling;screen=yes;privacy=full", false),
        ("sip_Remote-Party-ID", "<sip:1@x>;privacy=uri;screen=no", false),
        ("sip_Remote-Party-ID", "<sip:1@x>;party=calling;privacy=off", true),
        ("sip_Remote-Party-ID", "<sip:1@x>;privacy=name", true),
    ] {
        let mut record = record();
        record["variables"][name] = value.into();
        assert_eq!(call(&record).presented, presented, "{name}: {value}");
    }
}

#[test]
fn how_it_ended_is_told_also_where_the_dialplan_or_a_queue_went_on() {
    let case = |variables: &[(&str, &str)]| {
        let mut record = record();
        record["variables"]["answer_epoch"] = "0".into();
        variables.iter().for_each(|(name, value)| record["variables"][name] = (*value).into());
        let cdr = call(&record);
        (cdr.disposition.map_or("", Disposition::as_str), cdr.talked)
    };
    assert_eq!(case(&[("originate_disposition", "UNALLOCATED_NUMBER")]), ("failed", Some(0)));
    assert_eq!(case(&[("last_bridge_hangup_cause", "USER_BUSY")]), ("busy", Some(0)));
    let answered = ("answer_epoch", "1795499608");
    assert_eq!(case(&[answered, ("originate_disposition", "PICKED_OFF")]), ("answer", Some(6)));
    assert_eq!(case(&[answered, ("last_bridge_hangup_cause", "USER_BUSY")]), ("answer", Some(6)));
    let queue = [answered, ("cc_side", "member"), ("cc_queue", "400@office.example")];
    for (more, ended) in [
        (&[("cc_cause", "cancel"), ("cc_cancel_reason", "BREAK_OUT")][..], ("cancel", Some(0))),
        (&[("cc_cause", "cancel"), ("cc_cancel_reason", "TIMEOUT")], ("noanswer", Some(0))),
        (&[("cc_queue_answered_epoch", "1795499610")], ("answer", Some(4))),
        (&[("bridge_epoch", "1795499611")], ("answer", Some(6))),
    ] {
        assert_eq!(case(&[&queue[..], more].concat()), ended, "{more:?}");
    }
}

#[test]
fn a_call_that_was_picked_up_was_answered_by_who_did_that() {
    let mut record = record();
    for (name, value) in [
        ("bridge_epoch", "1795499608"),
        ("originated_legs", "9c5e2712-3eee-4042-9c58-6e50b064c729;Outbound Call;104"),
        ("originate_causes", "9c5e2712-3eee-4042-9c58-6e50b064c729;PICKED_OFF"),
    ] {
        record["variables"][name] = value.into();
    }
    assert_eq!(call(&record).destination, "102");
}
