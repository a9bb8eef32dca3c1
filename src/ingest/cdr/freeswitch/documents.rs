//! What a real FreeSWITCH 1.10.12 posted and wrote (`tests/data/freeswitch`).

use proptest::prelude::*;
use serde_json::Value;

use super::tests::cdr;
use super::*;
use crate::ingest::cdr::disposition::Disposition;
use crate::ingest::cdr::record::Record;

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
        let cdr = cdr(&real(&format!("body-{body}.txt")));
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
        let records: Vec<_> = read(&posted).expect("it is understood").into_iter().map(Ok).collect();
        assert_eq!(read_all(&kept), records);
        assert_eq!(read_all(&[&kept[..], &kept[..]].concat()), [&records[..], &records[..]].concat());
    }
}

#[test]
fn a_callers_name_is_no_further_variable() {
    let posted = String::from_utf8(real("body-encode-true-values-true.a-leg.txt")).expect("ASCII");
    // As FreeSWITCH quotes it; it is wherever the caller's name is.
    let name = "%22Q%22%20%3Csip";
    let hostile = "%22x%22,%22record_name%22%3A%22another.wav%22,%22uuid%22%3A%22another%22%20%3Csip";
    assert_eq!(posted.matches(name).count(), 2, "sip_Remote-Party-ID and sip_full_from");
    let cdr = cdr(posted.replace(name, hostile).as_bytes());
    assert_eq!(cdr.uniqueid, "68863d4d-c364-4333-a1b5-5da18fddb739");
    assert_eq!(cdr.file, "", "there are two of it");
}

#[test]
fn what_is_torn_is_no_record() {
    let posted = real("body-encode-true-values-true.a-leg.txt");
    for length in (0..posted.len()).step_by(97) {
        assert!(read(&posted[..length]).is_err(), "{length}");
    }
}

fn document(name: &str) -> Vec<u8> {
    real(&format!("json_cdr/{name}.json"))
}

#[test]
fn each_document_of_a_real_one_says_what_its_call_was() {
    use Disposition::{Answer, Busy, Cancel, NoAnswer};
    for (name, how, source, who, called, to, its_name, queue) in [
        ("answered-a", Answer, "+15551230003", "P3 ext", "5550102", "102", "Bob Support", ""),
        ("busy", Busy, "+15551230005", "E5 busy", "103", "103", "Busy Bee", ""),
        ("busy-after-failed-bridge-discarded-file", Busy, "133", "T33 busy", "602", "602", "", ""),
        ("noanswer", NoAnswer, "+15551230004", "S04 No answer", "104", "104", "Nora Noanswer", ""),
        ("cancel", Cancel, "+15551230002", "E2 cancelled", "104", "104", "Nora Noanswer", ""),
        ("queue-member", Answer, "+15551230004", "P4 queue", "5550400", "111", "", "400"),
        ("conference", Answer, "+15551230002", "P2 conference", "5550500", "500", "", ""),
        ("ivr-by-did", Answer, "+15551230001", "P1 IVR", "5550601", "601", "", ""),
        (
            "on-demand-recording-of-2-s",
            Answer,
            "+15551230005",
            "P5 on demand 3..5 of 12s",
            "5550600",
            "600",
            "",
            "",
        ),
        ("named-by-number-and-time", Answer, "116", "T15 named by time", "611", "102", "", ""),
        ("short-file-discarded", Answer, "135", "T35 min sec", "690", "108", "", ""),
        ("refer-by-callee-a", Answer, "+15551230007", "P7 REFER", "5550109", "109", "", ""),
        ("caller-transfers-a", Answer, "101", "R1 caller transfers", "111", "111", "Agent Ada", ""),
        ("bleg-recorded-by-record_session", Answer, "117", "S17 b-leg rec", "641", "102", "Bob Support", ""),
        (
            "bleg-recorded-by-uuid_record",
            Answer,
            "+15551230010",
            "F10 b-leg recorded",
            "101",
            "101",
            "Alice Example",
            "",
        ),
        ("privacy-id-with-pai", Answer, "+15551240099", "Real Name", "108", "108", "Quick Q", ""),
        ("click-to-call", Answer, "101", "Click", "+15551234568", "+15551234568", "", ""),
    ] {
        let cdr = cdr(&document(name));
        assert_eq!(cdr.disposition, Some(how), "{name}");
        let said = [&cdr.source, &cdr.source_name, &cdr.called, &cdr.queue];
        assert_eq!(said, [source, who, called, queue], "{name}");
        if how == Answer {
            assert_eq!([&cdr.destination, &cdr.destination_name], [to, its_name], "{name}");
        }
        assert_eq!(cdr.presented, name != "privacy-id-with-pai", "{name}");
        assert_eq!(cdr.discarded, name.contains("discarded"), "{name}");
    }
}

#[test]
fn each_document_names_its_files_or_says_that_there_is_one() {
    for (name, file, recorded) in [
        ("answered-a", "06bcd50a-3a2d-4c95-8b49-93d955ab8df1.wav", true),
        ("queue-member", "a19debe5-c802-4e67-a3ee-739f4d0f036d.wav", true),
        ("conference", "30bc3413-cf65-40f3-bc42-9a6308168b2e.wav", false),
        ("ivr-by-did", "db39d8a6-cf70-4cd0-b54a-de62497b3a90.wav", true),
        ("on-demand-recording-of-2-s", "", true),
        ("named-by-number-and-time", "116.611.2026-11-29-01-16-19.wav", true),
        ("refer-by-callee-a", "c647442b-6303-435a-a6ee-7ba012909b2d.wav", true),
        ("caller-transfers-a", "729548b0-3623-41cf-9fd5-7056b6ba1310.wav", false),
        ("bleg-recorded-by-record_session", "edfb81b0-12a3-4020-8f46-aea1625aead8-b.wav", true),
        ("bleg-recorded-by-uuid_record", "", true),
        ("click-to-call", "c14a90d0-1e58-4d96-a4d0-06bf11acecb7.wav", true),
    ] {
        let cdr = cdr(&document(name));
        assert_eq!((&*cdr.file, cdr.recorded, cdr.more_files.len()), (file, recorded, 0), "{name}");
    }
}

#[test]
fn legs_of_a_call_have_one_callid_whatever_became_of_it() {
    for (name, callid) in [
        ("refer-by-callee-a", "c647442b-6303-435a-a6ee-7ba012909b2d"),
        ("bleg-recorded-by-uuid_record", "deb22c1b-f0ce-415b-8edb-93daf1b49a2e"),
        ("click-to-call", "c14a90d0-1e58-4d96-a4d0-06bf11acecb7"),
    ] {
        assert_eq!(cdr(&document(name)).callid, callid, "{name}");
    }
    for (name, uniqueid, number, who) in [
        ("answered-b", "06bcd50a-3a2d-4c95-8b49-93d955ab8df1", "102", "Bob Support"),
        ("queue-agent-leg", "181afe33-80ee-42a1-a205-6e1e6c9affe8", "111", "Agent Ada"),
    ] {
        let read = read(&document(name));
        let Ok([Record::Answerer(answerer)]) = read.as_deref() else { panic!("{read:?}") };
        assert_eq!([&answerer.uniqueid, &answerer.number, &answerer.name], [uniqueid, number, who]);
    }
}

#[test]
fn as_xml_a_record_says_the_same() {
    for name in ["answered-a", "queue-member", "bleg-recorded-by-record_session", "refer-by-callee-a"] {
        let document = real(&format!("xml_cdr/{name}.xml"));
        assert_eq!(read(&document), read(&self::document(name)), "{name}");
        let records: Vec<_> = read(&document).expect("it is understood").into_iter().map(Ok).collect();
        assert_eq!(read_all(&document), records, "{name}");
    }
}

proptest! {
    #[test]
    fn whatever_becomes_of_a_body_reading_it_ends_well(
        which in 0..4_usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, "[\"\\\\,:{}<>/&%=a\n]{0,4}"), 0..8),
    ) {
        let names = [
            "body-encode-true-values-true.a-leg.txt",
            "body-encode-true-values-true.b-leg.txt",
            "json_cdr/answered-a.json",
            "xml_cdr/answered-a.xml",
        ];
        let mut body = real(names[which]);
        for (at, length, text) in edits {
            let at = at.index(body.len());
            let end = (at + length).min(body.len());
            body.splice(at..end, text.bytes());
        }
        for record in read(&body).unwrap_or_default() {
            if let Record::Call(cdr) = record {
                prop_assert!(!cdr.uniqueid.is_empty());
                prop_assert!(cdr.end.is_some_and(|end| end >= cdr.start));
            }
        }
        read_all(&body);
    }
}
