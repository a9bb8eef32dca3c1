//! Records of a real FreeSWITCH 1.10.12 (`tests/data/freeswitch`), and some built from the documentation of mod_json_cdr.

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
        start: 1_795_499_606,
        answer: Some(1_795_499_608),
        end: Some(1_795_499_614),
        talked: Some(6),
        disposition: Some(Disposition::Answer),
        source: "+15551230020".into(),
        source_name: "Zoë \"Z\" 100%".into(),
        presented: true,
        called: "5550102".into(),
        destination: "102".into(),
        direction: Some(Direction::In),
        context: "public".into(),
        accountcode: "office".into(),
        ..Cdr::default()
    }
}

fn call(record: &Value) -> Cdr {
    match read(record.to_string().as_bytes()) {
        Ok(Record::Call(cdr)) => *cdr,
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
        Ok(Record::Answerer(Answerer { uniqueid, number: number.into(), name: name.into() }))
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
    assert_eq!(call(&record).destination, "5550102", "an announcement, say");
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
            assert_eq!(read(body.as_bytes()), Ok(Record::Call(Box::new(expected()))), "{body}");
        }
    }
}

#[test]
fn the_dialplan_says_which_file_when_no_variable_does() {
    let mut record = record();
    record["variables"]["record_name"] = "".into();
    record["variables"]["record_path"] = "".into();
    assert_eq!(call(&record).file, "other.wav");
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
        if let Ok(Record::Call(cdr)) = read(record.to_string().as_bytes()) {
            let lasted = cdr.end.map(|end| end - cdr.start);
            prop_assert!(lasted >= Some(0) && cdr.talked <= lasted);
        }
    }
}

/// What FreeSWITCH 1.10.12 posted or wrote.
fn real(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/freeswitch/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).expect("what a real one sent")
}

#[test]
fn every_body_that_a_real_one_posts_is_understood() {
    for (body, file) in [
        ("base64.a-leg", "15809975-d75c-49b0-b5c9-14e47f7389ae.wav"),
        ("encode-true-values-false.a-leg", "dff7933d-d524-40f4-9383-c2f0d513a068.wav"),
        ("encode-true-values-true.a-leg", "68863d4d-c364-4333-a1b5-5da18fddb739.wav"),
    ] {
        let record = read(&real(&format!("body-{body}.txt")));
        let Ok(Record::Call(cdr)) = record else { panic!("{body}: {record:?}") };
        let said = (cdr.file.as_str(), cdr.source.as_str(), cdr.source_name.as_str(), cdr.called.as_str());
        assert_eq!(said, (file, "101", "Q", "108"), "{body}");
    }
}

#[test]
fn what_is_quoted_too_often_says_what_its_file_says() {
    for leg in ["a", "b"] {
        let posted = real(&format!("body-encode-true-values-true.{leg}-leg.txt"));
        let meant = real(&format!("body-encode-true-values-true.{leg}-leg.meant.json"));
        let read_text = super::body::json(&posted).expect("it is understood");
        let mut meant: Value = serde_json::from_slice(&meant).expect("JSON");
        for value in meant["variables"].as_object_mut().expect("variables").values_mut() {
            let plain =
                percent_encoding::percent_decode_str(value.as_str().expect("text")).decode_utf8_lossy();
            *value = plain.into_owned().into();
        }
        assert_eq!(read_text, meant, "{leg}");
        // Kept in a file, for want of somebody who takes it.
        let kept = [&posted["cdr=".len()..], b"\n"].concat();
        assert_eq!(read_all(&kept), [read(&posted)]);
        assert_eq!(read_all(&[&kept[..], &kept[..]].concat()).len(), 2);
    }
}

#[test]
fn a_callers_name_is_no_further_variable() {
    let posted = String::from_utf8(real("body-encode-true-values-true.a-leg.txt")).expect("ASCII");
    // As FreeSWITCH quotes it; it is wherever the caller's name is.
    let name = "%22Q%22%20%3Csip";
    let hostile = "%22x%22,%22record_name%22%3A%22another.wav%22,%22uuid%22%3A%22another%22%20%3Csip";
    assert_eq!(posted.matches(name).count(), 2, "sip_Remote-Party-ID and sip_full_from");
    let Ok(Record::Call(cdr)) = read(posted.replace(name, hostile).as_bytes()) else { panic!("it is read") };
    assert_ne!(cdr.uniqueid, "another");
    assert_ne!(cdr.file, "another.wav");
}

#[test]
fn what_is_torn_is_no_record() {
    let posted = real("body-encode-true-values-true.a-leg.txt");
    for length in (0..posted.len()).step_by(97) {
        assert!(read(&posted[..length]).is_err(), "{length}");
    }
}
