//! The recorded run played to a running server, and its list against all that the PBX wrote down: every call, field by field.

use std::time::Duration;

use serde_json::Value;

use super::documents::{Asked, ChannelEvent, Record, asked, channel_events, records};
use super::{player, recorded};
use crate::office::Office;
use crate::program::finish;
use crate::spool::write_as_recorded;
use crate::waiting::settled;

impl Office {
    /// A server that listens to the run.
    fn of_the_run() -> Office {
        Office::of_the_run_with("")
    }

    /// The same with more settings.
    fn of_the_run_with(settings: &str) -> Office {
        let mut office = Office::new(&format!(
            "{settings}[[folders]]\nmachine = \"pbx1\"\nzone = \"UTC\"\nmonitor_dir = \"/var/spool/asterisk/monitor\"\n\
             [asterisk]\naddress = \"{}\"\nsecret = \"word\"\n",
            player::play()
        ));
        office.start_as(|command| {
            command.env("TAPELINE_WATCH", "false");
        });
        office
    }

    /// The same later, with the files that the PBX made; nobody plays any more.
    fn with_files(mut self, files: &[(String, u64, String)]) -> Office {
        self.stop();
        for (path, size, written) in files {
            let path = self.path(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            let mut file = std::fs::File::create(&path).expect("a file");
            write_as_recorded(&mut file, path.to_str().expect("UTF-8"), *size, true);
            let written: jiff::Timestamp = format!("{}Z", &written[..26]).parse().expect("a time");
            let since = Duration::from_nanos(written.as_nanosecond().try_into().expect("after 1970"));
            file.set_modified(std::time::UNIX_EPOCH + since).expect("a time");
        }
        self.start();
        self
    }

    /// The rows in the order in which they began.
    fn all(&self) -> Vec<Value> {
        let rows = self.ask("recording/recordings/list", "&complete=-1&limit=1000");
        let mut rows = rows.as_array().expect("rows").clone();
        rows.sort_by_key(|row| (number(row, "start"), text(row, "uniqueid").to_owned()));
        rows
    }

    /// The list once all calls are over and nothing changes any more.
    fn all_at_the_end(&self, rows: usize, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        self.list_once("all calls are over", |now| now.len() >= rows && now.iter().all(&wanted));
        settled("the end", || self.all())
    }
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().expect("text")
}

fn number(row: &Value, name: &str) -> i64 {
    row[name].as_i64().expect("a number")
}

/// Two clocks of the PBX, or one read a moment later.
#[track_caller]
fn about(ours: i64, theirs: i64, row: &Value) {
    assert!((ours - theirs).abs() <= 1, "{ours} is not about {theirs}: {row:#}");
}

/// What was asked for, against the row.
fn as_asked(row: &Value, call: &Asked) {
    let direction = match call.outside {
        true => "in",
        false if call.to.len() >= 7 => "out",
        false => "internal",
    };
    assert_eq!(text(row, "direction"), direction, "{}", call.name);
    assert_eq!(text(row, "stype"), if call.outside { "external" } else { "extension" }, "{}", call.name);
    // What SIP makes of quotes on its way is what the PBX has; compared below.
    if let Some(name) = &call.caller_name
        && !name.contains('"')
    {
        assert_eq!(text(row, "snumber_name"), name);
    }
    let ending = if call.format == "wav49" { "WAV" } else { &call.format };
    assert_eq!(text(row, "path").rsplit('.').next(), Some(ending), "{}", call.name);
    assert_eq!(number(row, "spresent"), i64::from(call.number != "anonymous"), "{}", call.name);
    if let Some((from, to)) = call.on_demand {
        about(number(row, "start"), from, row);
        about(number(row, "end"), to, row);
    }
}

/// The call detail records of the channel, against the row.
fn as_in_the_records(row: &Value, records: &[Record], transferred: bool) {
    for record in records {
        assert_eq!((text(row, "snumber"), text(row, "callid")), (&*record.src, &*record.linkedid), "{row:#}");
        let name = text(row, "snumber_name").replace('\\', "\\\\").replace('"', "\\\"");
        assert_eq!(format!("\"{name}\" <{}>", record.src), record.clid, "{row:#}");
        // A transfer overwrites where a call went in the records that it had before.
        let called = if record.did.is_empty() { &record.dst } else { &record.did };
        assert!(transferred || text(row, "cnumber") == called, "{called}: {row:#}");
        let base = text(row, "path").rsplit('/').next().unwrap_or_default();
        assert!(record.file.is_empty() || record.file == base, "{}: {row:#}", record.file);
    }
    let answered = records.iter().filter(|record| record.disposition == "ANSWERED");
    let talked: i64 = answered.map(|record| record.billed).sum();
    assert_eq!(number(row, "talktime"), talked.min(number(row, "totaltime")), "{row:#}");
    assert_eq!(text(row, "status") == "answer", records.iter().any(Record::spoken), "{row:#}");
    let first = records.iter().map(|record| record.start).min().expect("a record");
    let last = records.iter().map(|record| record.end).max().expect("a record");
    assert!(first <= number(row, "start") && number(row, "end") <= last + 1, "{first} {last} {row:#}");
}

/// The channel events of the call, against the row.
fn as_in_the_events(row: &Value, events: &[ChannelEvent], on_demand: bool) {
    let own: Vec<&ChannelEvent> =
        events.iter().filter(|event| event.uniqueid == text(row, "uniqueid")).collect();
    assert!(own.iter().all(|event| event.linkedid == text(row, "callid")), "{row:#}");
    let began = own.iter().find(|event| event.kind == "APP_START" && event.application == "MixMonitor");
    let ended = own.iter().find(|event| event.kind == "CHAN_END").expect("an end");
    assert_eq!(began.is_none(), on_demand, "{row:#}");
    if let Some(began) = began {
        about(number(row, "start"), began.at, row);
        about(number(row, "end"), ended.at, row);
    }
    let hangup = own.iter().find(|event| event.kind == "HANGUP").expect("a hangup");
    let extra: Value = serde_json::from_str(&hangup.extra).expect("JSON");
    let status = match extra["dialstatus"].as_str().expect("text") {
        // It dialled nobody: the PBX itself spoke with the caller.
        "" | "ANSWER" => "answer",
        "NOANSWER" => "noanswer",
        "BUSY" => "busy",
        "CANCEL" => "cancel",
        other => panic!("{other}"),
    };
    assert_eq!(text(row, "status"), status, "{row:#}");
    let answer = (events.iter())
        .filter(|event| event.linkedid == text(row, "callid") && event.kind == "ANSWER")
        .find(|event| matches!(&*event.application, "AppDial" | "AppQueue"));
    as_answered(row, answer);
}

/// Who picked up first, by the channel that did.
fn as_answered(row: &Value, answer: Option<&ChannelEvent>) {
    let Some(answer) = answer else {
        assert_eq!((text(row, "dnumber"), text(row, "dnumber_name")), ("", ""), "{row:#}");
        return;
    };
    let (kind, rest) = answer.channel.split_once('/').expect("a channel's name");
    let end = rest.split(['-', '@']).next().expect("something");
    // The trunk is not who answered: that is the number behind it.
    let expected = if end == "trunk" { text(row, "cnumber") } else { end };
    assert_eq!(text(row, "dnumber"), expected, "{row:#}");
    // A Local channel has the caller's name, which is not that of who answered; a queue knows its member.
    let name = match (kind, end, text(row, "ctype")) {
        ("PJSIP", "trunk", _) => "",
        ("PJSIP", ..) => &answer.name,
        (_, _, "queue") => "Bob Support",
        _ => "",
    };
    assert_eq!(text(row, "dnumber_name"), name, "{row:#}");
    assert!(kind != "PJSIP" || end == "trunk" || answer.number == end, "{row:#}");
}

/// The files that have rows, with their sizes and when each was written last.
fn files() -> Vec<(String, u64, String)> {
    let text = String::from_utf8(recorded("tree.tsv")).expect("UTF-8");
    let rows = text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let files =
        rows.map(|f| (f[0].trim_start_matches("./").to_owned(), f[1].parse().expect("bytes"), f[5].clone()));
    let own = |path: &str| !path.contains("-rx.") && !path.contains("-tx.") && !path.ends_with(".log");
    files.filter(|(path, ..)| own(path)).collect()
}

#[test]
fn the_list_says_of_every_call_what_the_pbx_wrote_down() {
    let (records, events, files) = (records(), channel_events(), files());
    let office = Office::of_the_run();
    let rows = office.all_at_the_end(files.len(), |row| row["complete"] == 1);
    let mut listed: Vec<&str> = rows.iter().map(|row| text(row, "path")).collect();
    listed.sort_unstable();
    let mut there: Vec<&str> = files.iter().map(|(path, ..)| path.as_str()).collect();
    there.sort_unstable();
    assert_eq!(listed, there);
    let mut left: Vec<&Value> = rows.iter().collect();
    for call in asked() {
        let is_it = |row: &&Value| row["snumber"] == *call.number && row["cnumber"] == *call.to;
        let Some(place) = left.iter().position(is_it) else {
            // Its file could not be opened, in a folder that is none of the PBX's recordings.
            assert_eq!(call.name, "cannot-open-sip");
            continue;
        };
        let row = left.remove(place);
        as_asked(row, &call);
        let transferred = events
            .iter()
            .any(|event| event.linkedid == text(row, "callid") && event.kind.ends_with("TRANSFER"));
        as_in_the_records(row, &records[text(row, "uniqueid")], transferred);
        as_in_the_events(row, &events, call.on_demand.is_some());
        assert_eq!(number(row, "totaltime"), number(row, "end") - number(row, "start"), "{row:#}");
        assert_eq!((text(row, "machine"), number(row, "complete")), ("pbx1", 1));
    }
    assert_eq!(left, Vec::<&Value>::new());
    // The files say how large they are and of what kind, and where the PBX itself answered their names say at which number.
    let office = office.with_files(&files);
    let later = office.all_at_the_end(files.len(), |row| row["size"] != 0);
    assert_eq!(later.len(), rows.len());
    for (mut now, mut before) in later.into_iter().zip(rows) {
        let file = files.iter().find(|(path, ..)| path == text(&now, "path")).expect("a file");
        assert_eq!(number(&now, "size"), file.1.cast_signed(), "{now:#}");
        assert_ne!(text(&now, "mimetype"), "", "{now:#}");
        let by_the_pbx = text(&before, "status") == "answer" && text(&before, "dnumber").is_empty();
        assert!(!by_the_pbx || ["", text(&now, "cnumber")].contains(&text(&now, "dnumber")), "{now:#}");
        for row in [&mut now, &mut before] {
            let fields = row.as_object_mut().expect("an object");
            // A busy machine has given up waiting for the files by now.
            fields.retain(|name, _| !["size", "mimetype", "stale"].contains(&&**name));
            fields
                .retain(|name, _| !by_the_pbx || !matches!(&**name, "dtype" | "dnumber" | "dnumber_display"));
        }
        assert_eq!(now, before);
    }
}

#[test]
fn a_run_that_had_no_place_is_in_the_list_afterwards_as_if_it_had_had_one() {
    let count = files().len();
    let straight = Office::of_the_run().all_at_the_end(count, |row| row["complete"] == 1);
    let mut office = Office::of_the_run_with("[[rules]]\ngroup = \"Later\"\n");
    let over = "SELECT count(*) FROM intake_waiting JOIN intake_files f ON f.id = file WHERE f.over";
    // Some seconds after a call's end its file is missed; only then nothing more is said of it.
    office.until(&format!("{over} AND heard LIKE '%no file was there when it ended%'"), &count.to_string());
    let heard = settled("all that the PBX says", || office.sqlite3("SELECT file, heard FROM intake_waiting"));
    assert_eq!(office.list(), Vec::<Value>::new());
    // A crash, and nobody plays any more.
    office.serving().signal("KILL");
    office.start_as(|command| {
        command.env("TAPELINE_WATCH", "false");
    });
    assert_eq!(office.sqlite3("SELECT file, heard FROM intake_waiting"), heard);
    finish(&mut office.command(&["group", "add", "Later", "--customer", "1"]), "").ok();
    let rows = office.all_at_the_end(count, |row| row["complete"] == 1);
    let unplaced = |rows: Vec<Value>| -> Vec<Value> {
        let without = |mut row: Value| {
            row.as_object_mut()
                .expect("an object")
                .retain(|name, _| name != "recordgroup" && name != "stale");
            row
        };
        rows.into_iter().map(without).collect()
    };
    assert_eq!(unplaced(rows), unplaced(straight));
    let filed = "SELECT group_concat(start) FROM (SELECT start FROM recordings ORDER BY";
    assert_eq!(office.sqlite3(&format!("{filed} id)")), office.sqlite3(&format!("{filed} start)")));
}
