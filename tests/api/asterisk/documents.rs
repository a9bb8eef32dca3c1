//! What the PBX of the recorded run wrote down itself, and what was asked of it.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use super::recorded;
use crate::program::{Folder, finish};

/// A call detail record of master.db.
pub struct Record {
    pub linkedid: String,
    pub clid: String,
    pub src: String,
    pub dst: String,
    pub did: String,
    pub peer: String,
    pub start: i64,
    pub end: i64,
    pub billed: i64,
    pub disposition: String,
    pub file: String,
}

impl Record {
    /// Somebody was there: not only the channel itself, which an originated one is from its beginning.
    pub fn spoken(&self) -> bool {
        self.disposition == "ANSWERED" && (self.billed > 0 || !self.peer.is_empty())
    }
}

/// By uniqueid, in the order in which they began.
pub fn records() -> BTreeMap<String, Vec<Record>> {
    let folder = Folder::new();
    let db = folder.file("master.db");
    std::fs::write(&db, recorded("master.db.gz")).expect("a file");
    let columns = "uniqueid, linkedid, clid, src, dst, did, dstchannel, calldate, \"end\", billsec, disposition, recordingfile";
    let question = format!("SELECT {columns} FROM cdr ORDER BY calldate, sequence;");
    let said = finish(Command::new("sqlite3").arg("-csv").arg(db), &question).ok();
    let mut all = BTreeMap::<String, Vec<Record>>::new();
    for line in said.lines() {
        let f = fields(line.trim_end());
        all.entry(f[0].clone()).or_default().push(Record {
            linkedid: f[1].clone(),
            clid: f[2].clone(),
            src: f[3].clone(),
            dst: f[4].clone(),
            did: f[5].clone(),
            peer: f[6].clone(),
            start: seconds(&f[7]),
            end: seconds(&f[8]),
            billed: f[9].parse().expect("seconds"),
            disposition: f[10].clone(),
            file: f[11].clone(),
        });
    }
    all
}

/// A channel event of cel.csv.
pub struct ChannelEvent {
    pub kind: String,
    pub at: i64,
    pub name: String,
    pub number: String,
    pub channel: String,
    pub application: String,
    pub uniqueid: String,
    pub linkedid: String,
    pub extra: String,
}

/// In the order in which they happened.
pub fn channel_events() -> Vec<ChannelEvent> {
    let text = String::from_utf8(recorded("cel.csv.gz")).expect("UTF-8");
    let events = text.lines().map(fields).map(|f| ChannelEvent {
        kind: f[0].clone(),
        at: seconds(&f[1]),
        name: f[2].clone(),
        number: f[3].clone(),
        channel: f[6].clone(),
        application: f[7].clone(),
        uniqueid: f[9].clone(),
        linkedid: f[10].clone(),
        extra: f[12].clone(),
    });
    events.collect()
}

/// A call that was asked for.
pub struct Asked {
    pub name: String,
    pub outside: bool,
    pub number: String,
    /// Of a caller from outside.
    pub caller_name: Option<String>,
    pub to: String,
    pub format: String,
    /// When it was recorded on demand, from and to.
    pub on_demand: Option<(i64, i64)>,
}

/// In the order in which they were made.
pub fn asked() -> Vec<Asked> {
    let text = String::from_utf8(recorded("calls.jsonl.gz")).expect("UTF-8");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let made = lines.iter().filter(|line| line["ev"] == "originate");
    made.map(|line| {
        let text = |name: &str| line[name].as_str().expect("text").to_owned();
        let act = |what: &str| {
            let act = lines.iter().find(|act| act["call"] == line["call"] && act["act"] == what);
            act.map(|act| act["t"].as_f64().expect("a time") as i64)
        };
        let (name, number) = match line["cid"].as_str().and_then(|cid| cid.rsplit_once(" <")) {
            Some((name, number)) => (Some(name), number.trim_end_matches('>').to_owned()),
            None => (None, text("frm")),
        };
        let plain = |name: &str| name.trim_matches('"').replace("\\\"", "\"").replace("\\\\", "\\");
        Asked {
            name: text("call"),
            outside: line["frm"] == "trunk",
            number,
            caller_name: name.map(plain),
            to: text("to"),
            format: text("fmt"),
            on_demand: act("mixmon").zip(act("stopmix")),
        }
    })
    .collect()
}

/// A time of the PBX, which ran in UTC.
fn seconds(text: &str) -> i64 {
    let civil: jiff::civil::DateTime = text.parse().expect("a time");
    jiff::tz::TimeZone::UTC.to_timestamp(civil).expect("a time").as_second()
}

/// The fields of a line of comma-separated values.
pub fn fields(line: &str) -> Vec<String> {
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
