//! What the events of the run say of each recording, against the PBX's own call detail records and files.

use std::collections::BTreeMap;

use tapeline::ingest::ami::{Calls, Decoder, Piece, Report};

use super::documents::fields;
use super::recorded;

/// Each recording's reports in order, by its file's name.
fn replay() -> BTreeMap<String, Vec<Report>> {
    let (mut calls, mut all) = (Calls::default(), BTreeMap::<String, Vec<Report>>::new());
    Decoder::default().feed(&recorded("ami.raw.gz"), |piece| {
        let Piece::Message(message) = piece else { return };
        for report in calls.hear(&message, 0) {
            all.entry(name(&report).to_owned()).or_default().push(report);
        }
    });
    all
}

fn name(report: &Report) -> &str {
    report.file.rsplit('/').next().unwrap_or_default()
}

/// A row of Master.csv.
struct Row {
    src: String,
    dst: String,
    clid: String,
    peer: String,
    answer: String,
    duration: i64,
    billed: i64,
    disposition: String,
    linkedid: String,
}

fn rows() -> BTreeMap<String, Vec<Row>> {
    let text = String::from_utf8(recorded("Master.csv")).expect("UTF-8");
    let mut rows = BTreeMap::<String, Vec<Row>>::new();
    for line in text.lines() {
        let mut f = fields(line);
        let uniqueid = f[16].clone();
        rows.entry(uniqueid).or_default().push(Row {
            src: f[1].clone(),
            dst: f[2].clone(),
            clid: f[4].clone(),
            peer: f[6].clone(),
            answer: f[10].clone(),
            duration: f[12].parse().expect("seconds"),
            billed: f[13].parse().expect("seconds"),
            disposition: f[14].clone(),
            linkedid: f.swap_remove(19),
        });
    }
    rows
}

#[test]
fn each_file_of_the_pbx_is_announced_and_each_announced_file_but_one_is_there() {
    let text = String::from_utf8(recorded("tree.tsv")).expect("UTF-8");
    let files: Vec<&str> =
        text.lines().filter_map(|line| line.split('\t').next()?.strip_prefix("./")).collect();
    let leg = |file: &&&str| !file.ends_with("-rx.wav") && !file.ends_with("-tx.wav") && **file != "post.log";
    let mut there: Vec<String> =
        files.iter().filter(leg).map(|file| format!("/var/spool/asterisk/monitor/{file}")).collect();
    there.push("/proc/nope/1795499651.1006.wav".into());
    let mut announced: Vec<String> = replay().values().map(|reports| reports[0].file.clone()).collect();
    there.sort();
    announced.sort();
    assert_eq!(announced, there);
}

#[test]
fn each_recording_says_what_the_call_detail_records_say() {
    let rows = rows();
    for (file, reports) in replay() {
        let report = reports.last().expect("a report");
        let records = &rows[&report.uniqueid];
        let answered = || records.iter().filter(|row| row.disposition == "ANSWERED");
        for row in records {
            assert_eq!(report.caller, row.src, "{file}");
            assert_eq!(report.callid, row.linkedid, "{file}");
            assert_eq!(caller_id(report), row.clid, "{file}");
        }
        assert_eq!(report.talktime, Some(answered().map(|row| row.billed).sum()), "{file}");
        if report.note.contains("transferred") {
            assert_ne!(report.called, "103", "{file}: where it went later is not what was dialled");
        } else {
            assert!(records.iter().all(|row| row.dst == report.called), "{file}: {}", report.called);
        }
        // A trunk is named by no number, and of a Local channel that is optimised away the record keeps the name.
        let peers: Vec<&str> = answered().map(|row| row.peer.as_str()).collect();
        let picked_up = peers
            .iter()
            .any(|peer| peer.contains(&format!("/{}", report.answerer)) || peer.contains("trunk"));
        let nobody = peers.iter().all(|peer| peer.is_empty()) && report.answerer.is_empty();
        assert!(picked_up || nobody, "{file}: {peers:?} {}", report.answerer);
        let spoke = answered().any(|row| row.billed > 0 || (!row.answer.is_empty() && !row.peer.is_empty()));
        assert_eq!(report.status == "answer", spoke, "{file}: {}", report.status);
        let end = report.end.expect("it has ended");
        let first = report.before.map_or(report.start, |(first, _)| first);
        let length = (end - first) as f64 / 1000.0;
        let recorded: f64 = records.iter().map(|row| row.duration as f64).sum();
        let part = file.starts_with("auto-");
        assert!(part || (length - recorded).abs() < 2.5, "{file}: {length} s, {recorded} s in the records");
    }
}

/// A caller id as a record has it: quotes in the name are escaped there.
fn caller_id(report: &Report) -> String {
    let name = report.caller_name.replace('\\', r"\\").replace('"', "\\\"");
    format!("\"{name}\" <{}>", report.caller)
}

#[test]
fn a_recording_is_reported_at_once_when_answered_when_ended_and_with_its_details() {
    let runs = replay();
    let reports = &runs["in-5550100-5551230004-20261124-055329-1795499609.45.wav"];
    let said: Vec<_> = (reports.iter())
        .map(|report| (report.status, report.answered.is_some(), report.end.is_some(), report.talktime))
        .collect();
    assert_eq!(
        said,
        [
            ("", false, false, None),
            ("answer", true, false, None),
            ("answer", true, false, Some(6)),
            ("answer", true, true, Some(6)),
        ]
    );
    let first = &reports[0];
    assert_eq!((first.caller.as_str(), first.caller_name.as_str()), ("5551230004", "Maria Lopez"));
    assert_eq!((first.called.as_str(), first.start), ("5550100", 1_795_499_609_752));
}

/// All kinds of calls, one a line, read by eye once.
#[test]
fn every_kind_of_call_is_what_it_was() {
    let lines: Vec<String> = (replay().values())
        .map(|reports| {
            let report = reports.last().expect("a report");
            let direction = report.direction.map_or("", |direction| direction.as_str());
            let withheld = if report.withheld { " withheld" } else { "" };
            format!(
                "{}: {direction} {} <{}>{withheld} → {} {} {} <{}> {} | {}",
                name(report),
                report.caller_name,
                report.caller,
                report.called,
                report.status,
                report.answerer_name,
                report.answerer,
                report.queue,
                report.note
            )
        })
        .collect();
    let expected = include_str!("calls.txt");
    assert_eq!(lines.join("\n") + "\n", expected);
}
