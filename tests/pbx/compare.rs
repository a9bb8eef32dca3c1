//! What the API lists against what the PBX wrote down itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::calls::Call;
use crate::lab::Lab;
use crate::program::finish;
use crate::shared::Office;

/// What a call's row must say beside what the PBX's own records do.
#[derive(Clone, Copy)]
pub struct Expected {
    pub status: &'static str,
    pub direction: &'static str,
    pub called: &'static str,
    /// How the number of who answered begins, and the name.
    pub by: &'static str,
    pub name: &'static str,
    /// Kind of the called number, where it is a special one.
    pub kind: &'static str,
    pub recordings: usize,
    /// Rows that it makes beside its own.
    pub files: usize,
    pub withheld: bool,
    /// Its file can't be written.
    pub missing: bool,
    /// SIP makes something else of the name on its way.
    pub unlike: bool,
}

impl Expected {
    pub const NOTHING: Expected = Expected {
        status: "",
        direction: "",
        called: "",
        by: "",
        name: "",
        kind: "",
        recordings: 1,
        files: 0,
        withheld: false,
        missing: false,
        unlike: false,
    };
}

/// A row of Master.csv.
struct Detail {
    src: String,
    clid: String,
    start: i64,
    end: i64,
    billed: i64,
    answered: bool,
    /// Somebody was there: not only the channel itself, which an originated one is from its beginning.
    spoken: bool,
    linkedid: String,
}

/// Compares; gives the rows.
pub fn everything(lab: &Lab, office: &Office, calls: &[Call]) -> Vec<Value> {
    let expected: usize = calls.iter().map(|call| call.expected.recordings + call.expected.files).sum();
    // A recording that was stopped is complete before its call's records come.
    let rows = office.list_once("all calls are over, and what the records say of them is known", |rows| {
        let details = details(lab);
        let is_known = |row: &Value| {
            let mut records = details.get(text(row, "uniqueid")).into_iter().flatten();
            let spoken = records.any(|detail| detail.spoken);
            let knows = |talked| {
                let status = text(row, "status");
                number(row, "talktime") == talked && !status.is_empty() && (status == "answer") == spoken
            };
            // A channel that is gone is in the records a little later; the PBX's own, of a conference, never.
            text(row, "path").starts_with("board-") || talked(row, &details).is_some_and(knows)
        };
        rows.len() >= expected && rows.iter().all(|row| row["complete"] == 1 && is_known(row))
    });
    assert_eq!(rows.len(), expected, "{}", lines(&rows));
    for call in calls {
        let own: Vec<&Value> = (rows.iter())
            .filter(|row| row["snumber"] == call.number() && row["cnumber"] == call.expected.called)
            .collect();
        assert_eq!(own.len(), call.expected.recordings, "{} to {}: {}", call.number(), call.to, lines(&rows));
        own.iter().for_each(|row| as_expected(row, call));
    }
    let (details, channels) = (details(lab), channels(lab));
    for row in &rows {
        as_recorded(row, &details, &channels);
    }
    as_in_the_database(lab, &rows);
    as_files(lab, &rows, calls);
    rows
}

/// Against the PBX's own database, whose records name the files.
fn as_in_the_database(lab: &Lab, rows: &[Value]) {
    let database = lab.logs().join("master.db");
    let said = finish(
        Command::new("sqlite3").args(["-readonly", "-csv", "-cmd", ".timeout 5000"]).arg(database),
        "SELECT recordingfile, uniqueid, linkedid, src, max(disposition = 'ANSWERED'),
           sum(iif(disposition = 'ANSWERED', billsec, 0)) FROM cdr WHERE recordingfile <> '' GROUP BY recordingfile;",
    );
    let named: Vec<Vec<String>> = said.ok().lines().map(|line| fields(line.trim_end())).collect();
    let by_name = |name: &str| rows.iter().find(|row| text(row, "path").rsplit('/').next() == Some(name));
    for f in &named {
        let row = by_name(&f[0]).unwrap_or_else(|| panic!("{} is not listed", f[0]));
        assert_eq!((text(row, "uniqueid"), text(row, "callid")), (f[1].as_str(), f[2].as_str()), "{row:#}");
        assert_eq!(text(row, "snumber"), f[3], "{row:#}");
        let talked: i64 = f[5].parse().expect("seconds");
        assert_eq!(number(row, "talktime"), talked.min(number(row, "totaltime")), "{row:#}");
        assert!(text(row, "status") != "answer" || f[4] == "1", "{row:#}");
    }
    // Whatever sub-record of the dialplan named.
    let schemed = |row: &&Value| text(row, "path").starts_with(|letter: char| letter.is_ascii_digit());
    assert_eq!(named.len(), rows.iter().filter(schemed).count(), "{}", lines(rows));
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().expect("text")
}

fn number(row: &Value, name: &str) -> i64 {
    row[name].as_i64().expect("a number")
}

fn as_expected(row: &Value, call: &Call) {
    let expected = call.expected;
    assert_eq!(text(row, "status"), expected.status, "{row:#}");
    assert_eq!(text(row, "direction"), expected.direction, "{row:#}");
    assert!(text(row, "dnumber").starts_with(expected.by), "{row:#}");
    // Where the PBX itself answered, the file's name may say at which number.
    let itself = expected.status == "answer" && text(row, "dnumber") == call.to;
    assert!(!expected.by.is_empty() || itself || text(row, "dnumber").is_empty(), "{row:#}");
    if expected.by != "10" {
        assert_eq!(text(row, "dnumber_name"), expected.name, "{row:#}");
    }
    if let Some((name, _)) = call.caller.split_once(" <")
        && !expected.unlike
    {
        assert_eq!(text(row, "snumber_name"), name, "{row:#}");
    }
    assert_eq!(number(row, "spresent"), i64::from(!expected.withheld), "{row:#}");
    assert!(expected.kind.is_empty() || text(row, "ctype") == expected.kind, "{row:#}");
    assert_eq!(text(row, "machine"), "pbx1");
}

/// How long people spoke, as the call detail records of its channel say, if it has any.
fn talked(row: &Value, details: &BTreeMap<String, Vec<Detail>>) -> Option<i64> {
    let answered = details.get(text(row, "uniqueid"))?.iter().filter(|detail| detail.answered);
    Some(answered.map(|detail| detail.billed).sum::<i64>().min(number(row, "totaltime")))
}

/// Against the call detail records and the channel events of the recorded channel.
fn as_recorded(row: &Value, details: &BTreeMap<String, Vec<Detail>>, channels: &BTreeMap<String, String>) {
    let uniqueid = text(row, "uniqueid");
    let Some(details) = details.get(uniqueid) else {
        assert!(text(row, "path").starts_with("board-"), "{row:#}");
        return;
    };
    assert_eq!(text(row, "callid"), channels[uniqueid], "{row:#}");
    for detail in details {
        assert_eq!(text(row, "snumber"), detail.src, "{row:#}");
        assert_eq!(text(row, "callid"), detail.linkedid, "{row:#}");
        let name = text(row, "snumber_name").replace('\\', "\\\\").replace('"', "\\\"");
        assert_eq!(format!("\"{name}\" <{}>", detail.src), detail.clid, "{row:#}");
    }
    let spoken = details.iter().any(|detail| detail.spoken);
    assert_eq!(text(row, "status") == "answer", spoken, "{row:#}");
    let (start, end) = (number(row, "start"), number(row, "end"));
    let first = details.iter().map(|detail| detail.start).min().expect("a record");
    let last = details.iter().map(|detail| detail.end).max().expect("a record");
    assert!(first <= start + 1 && start <= end && end <= last + 1, "{first} {last} {row:#}");
    assert_eq!(number(row, "totaltime"), end - start, "{row:#}");
    // Not a part of the call only, nor one of several recordings of it.
    if text(row, "path").starts_with("20") {
        assert!(start <= first + 1 && end >= last - 1, "{first} {last} {row:#}");
    }
}

/// Each file has its row, and each row its file.
fn as_files(lab: &Lab, rows: &[Value], calls: &[Call]) {
    let mut files = Vec::new();
    walk(&lab.monitor(), &lab.monitor(), &mut files);
    files.retain(|(name, _)| !name.contains("-rx.") && !name.contains("-tx.") && !name.ends_with(".log"));
    files.sort();
    let missing = calls.iter().filter(|call| call.expected.missing).count();
    let mut named: Vec<&str> = rows.iter().map(|row| text(row, "path")).collect();
    named.retain(|path| !path.starts_with("closed/"));
    named.sort_unstable();
    assert_eq!(rows.len() - named.len(), missing);
    let there: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(named, there);
    for row in rows.iter().filter(|row| !text(row, "path").starts_with("closed/")) {
        let size = files.iter().find(|(name, _)| name == text(row, "path")).map(|(_, size)| *size);
        assert_eq!(Some(number(row, "size")), size.map(u64::cast_signed), "{row:#}");
        assert_eq!(number(row, "stale"), 0, "{row:#}");
        assert!(!text(row, "mimetype").is_empty(), "{row:#}");
    }
}

fn walk(whole: &Path, folder: &Path, files: &mut Vec<(String, u64)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.ends_with("closed") {
            continue;
        }
        if path.is_dir() {
            walk(whole, &path, files);
        } else {
            let name = path.strip_prefix(whole).expect("below it").to_str().expect("UTF-8").to_owned();
            files.push((name, entry.metadata().expect("facts").len()));
        }
    }
}

fn details(lab: &Lab) -> BTreeMap<String, Vec<Detail>> {
    let zone = std::fs::read_link(lab.root.path().join("etc/localtime")).expect("a link");
    let zone = zone.strip_prefix("/usr/share/zoneinfo").expect("a zone").to_str().expect("UTF-8");
    let zone = jiff::tz::TimeZone::get(zone).expect("a zone");
    let seconds = |text: &str| {
        let civil: jiff::civil::DateTime = text.parse().expect("a time");
        zone.to_timestamp(civil).expect("a time").as_second()
    };
    let mut all = BTreeMap::<String, Vec<Detail>>::new();
    for line in lab.log("cdr-csv/Master.csv").lines() {
        let f = fields(line);
        all.entry(f[16].clone()).or_default().push(Detail {
            src: f[1].clone(),
            clid: f[4].clone(),
            start: seconds(&f[9]),
            end: seconds(&f[11]),
            billed: f[13].parse().expect("seconds"),
            answered: f[14] == "ANSWERED",
            spoken: f[14] == "ANSWERED" && (f[13] != "0" || !f[6].is_empty()),
            linkedid: f[19].clone(),
        });
    }
    all
}

/// Each channel's linkedid, by the PBX's channel events.
fn channels(lab: &Lab) -> BTreeMap<String, String> {
    let log = lab.log("cel-custom/cel.csv");
    let starts = log.lines().map(fields).filter(|f| f[0] == "CHAN_START");
    starts.map(|f| (f[3].clone(), f[4].clone())).collect()
}

/// The fields of a line of comma-separated values.
fn fields(line: &str) -> Vec<String> {
    let (mut all, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => all.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    all.push(field);
    all
}

/// The rows for people, one a line.
fn lines(rows: &[Value]) -> String {
    let line = |row: &Value| {
        let fields = ["uniqueid", "recordid", "status", "snumber", "cnumber", "dnumber", "path"];
        let words: Vec<&str> = fields.iter().map(|name| text(row, name)).collect();
        words.join(" ") + "\n"
    };
    rows.iter().map(line).collect()
}
