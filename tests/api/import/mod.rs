//! tapeline import, as a stranger uses it: real files, the built binary, and the rows that are there afterwards.

mod csv;
mod formats;
mod tables;
mod tree;

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use crate::office::Office;
use crate::program::{Said, finish, sqlite3, tapeline};
use crate::waiting::{take, until};

/// What the rows of a test say: one answered call of a ring group, one transferred, one busy.
const SHOWN: &str = "SELECT uniqueid, status, snumber, snumber_name, cnumber, dnumber, callid, direction, spresent FROM recordings \
    ORDER BY uniqueid";

impl Office {
    /// With recordings of the calls in [`CALLS`], and one of a call that is in no file.
    fn with_recordings() -> Office {
        let office = Office::empty();
        for (uniqueid, path) in [
            ("1795499616.205", "rg-600-5551230010-20261124-005336-1795499616.205.WAV"),
            ("1795499643.832", "in-5550100-5551230032-20261124-005403-1795499643.832.wav"),
            ("1795499631.604", "internal-198-101-20261124-005351-1795499631.604.wav"),
            ("1795499699.1", "1795499699.1.wav"),
        ] {
            office.sqlite3(&format!(
                "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, \"end\", complete, path)
                   VALUES (1, 1, '{uniqueid}', '1', {0}, {0} + 9, 1, '{path}')",
                &uniqueid[..10]
            ));
        }
        office
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.file(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, content).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    }

    fn importing(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&["import"]);
        command.args(arguments);
        command
    }

    fn import(&self, arguments: &[&str]) -> Said {
        finish(&mut self.importing(arguments), "")
    }

    /// The first line of what an import says, and the rows afterwards.
    #[track_caller]
    fn imported(&self, arguments: &[&str]) -> (String, String) {
        let said = self.import(arguments).ok();
        (said.lines().next().unwrap_or_default().to_owned(), self.sqlite3(SHOWN))
    }
}

/// Call detail records in New York: in no order, with one that is of no recording, in all columns that there are.
const CALLS: &str = r#""","5551230010","5550600","from-trunk","""Ring ""& Co"", <all>"" <5551230010>","PJSIP/trunk-00000008","PJSIP/102-0000000a","Dial","PJSIP/102,10,tT","2026-11-24 00:53:36","2026-11-24 00:53:37","2026-11-24 00:53:43",6,5,"ANSWERED","DOCUMENTATION","1795499616.205","","","1795499616.205",34
"","5551230032","103","from-internal","""Xfer"" <5551230032>","PJSIP/trunk-00000020","PJSIP/103-00000027","Dial","PJSIP/103,0,tT","2026-11-24 00:54:07","2026-11-24 00:54:07","2026-11-24 00:54:16",8,8,"ANSWERED","DOCUMENTATION","1795499643.832","","","1795499643.832",99
"","101","","from-internal","""Alice"" <101>","PJSIP/101-00000023","","","","2026-11-24 00:54:10","2026-11-24 00:54:10","2026-11-24 00:54:12",1,1,"ANSWERED","DOCUMENTATION","1795499644.879","","","1795499644.875",118
"","5551230010","5550600","from-trunk","""Ring ""& Co"", <all>"" <5551230010>","PJSIP/trunk-00000008","PJSIP/101-00000009","Dial","PJSIP/101,10,tT","2026-11-24 00:53:36",,"2026-11-24 00:53:37",0,0,"NO ANSWER","DOCUMENTATION","1795499616.205","","","1795499616.205",33
"","5551230032","5550100","from-trunk","""Xfer"" <5551230032>","PJSIP/trunk-00000020","PJSIP/101-00000021","Dial","PJSIP/101,10,tT","2026-11-24 00:54:03","2026-11-24 00:54:04","2026-11-24 00:54:07",3,3,"ANSWERED","DOCUMENTATION","1795499643.832","","","1795499643.832",97
"","101","198","from-internal","""Alice"" <101>","PJSIP/101-00000017","PJSIP/198-00000018","Dial","PJSIP/198,6,tT","2026-11-24 00:53:51",,"2026-11-24 00:53:51",0,0,"BUSY","DOCUMENTATION","1795499631.604","","","1795499631.604",72
"#;

/// What the recordings know then.
const KNOWN: &str = r#"1795499616.205|answer|5551230010|Ring "& Co", <all>|5550600|102|1795499616.205|in|1
1795499631.604|busy|101|Alice|198||1795499631.604|internal|1
1795499643.832|answer|5551230032|Xfer|5550100|101|1795499643.832|in|1
1795499699.1||||||||1"#;

const NEW_YORK: [&str; 2] = ["--timezone", "America/New_York"];

fn asterisk(file: &str) -> Vec<&str> {
    [&["asterisk-csv", file][..], &NEW_YORK].concat()
}

/// The rows with the columns at these places only.
fn columns(places: &[usize]) -> String {
    let kept = |line: &str| {
        let mut fields = Vec::new();
        let mut field = String::new();
        let mut quoted = false;
        for c in line.chars() {
            quoted ^= c == '"';
            if c == ',' && !quoted { fields.push(std::mem::take(&mut field)) } else { field.push(c) }
        }
        fields.push(field);
        places.iter().map(|place| fields[*place].clone()).collect::<Vec<_>>().join(",") + "\n"
    };
    CALLS.lines().map(kept).collect()
}

#[test]
fn a_master_csv_tells_recordings_of_their_calls_once() {
    let office = Office::with_recordings();
    let file = office.file("Master.csv", CALLS);
    let before = office.sqlite3(SHOWN);
    let dry = office.imported(&[&asterisk(&file)[..], &["--dry-run"]].concat());
    let line = "Of 6 rows, 0 could not be used. Recordings: 0 would be new, 3 would know more, 0 were known as they are.";
    assert_eq!(dry, (line.into(), before));
    let line =
        "Of 6 rows, 0 could not be used. Recordings: 0 are new, 3 know more now, 0 were known as they are.";
    assert_eq!(office.imported(&asterisk(&file)), (line.into(), KNOWN.into()));
    let everything = office.sqlite3(".dump recordings");
    let line =
        "Of 6 rows, 0 could not be used. Recordings: 0 are new, 0 know more now, 3 were known as they are.";
    assert_eq!(office.imported(&asterisk(&file)), (line.into(), KNOWN.into()));
    assert_eq!(office.sqlite3(".dump recordings"), everything, "a second run changes nothing");
}

#[test]
fn the_order_of_the_rows_and_of_the_files_does_not_matter() {
    let lines: Vec<&str> = CALLS.lines().collect();
    let reversed: String = lines.iter().rev().map(|line| format!("{line}\n")).collect();
    let office = Office::with_recordings();
    assert_eq!(office.imported(&asterisk(&office.file("a.csv", reversed))).1, KNOWN);
    let office = Office::with_recordings();
    for line in [lines[3], lines[0]] {
        office.import(&asterisk(&office.file("b.csv", format!("{line}\n")))).ok();
    }
    let ring_group = KNOWN.lines().next().expect("a row");
    assert_eq!(office.sqlite3(SHOWN).lines().next(), Some(ring_group), "who answered wins");
}

#[test]
fn every_layout_of_the_columns_says_the_same() {
    let all: Vec<usize> = (0..21).collect();
    let sixteen = &all[..16];
    let header = "calldate,clid,src,dst,dcontext,channel,dstchannel,answer,end,duration,billsec,disposition,uniqueid,linkedid\n";
    let own = [9, 4, 1, 2, 3, 5, 6, 10, 11, 12, 13, 14, 16, 19];
    let named = "start,clid,src,dst,dcontext,channel,dstchannel,answer,end,duration,billsec,disposition,uniqueid,linkedid";
    let sample = [4, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 16, 17, 20];
    for (name, text, more) in [
        ("21", columns(&all), vec![]),
        ("20", columns(&[sixteen, &[16, 18, 19, 20]].concat()), vec![]),
        ("18", columns(&[sixteen, &[16, 17]].concat()), vec![]),
        ("17", columns(&[sixteen, &[16]].concat()), vec![]),
        ("sample", columns(&sample), vec![]),
        ("header", header.to_owned() + &columns(&own), vec![]),
        ("named", columns(&own), vec!["--columns", named]),
        ("line ends", CALLS.replace('\n', "\r\n"), vec![]),
        ("mark", format!("\u{feff}{header}{}", columns(&own)), vec![]),
    ] {
        let office = Office::with_recordings();
        let file = office.file("Master.csv", text);
        assert_eq!(office.imported(&[&asterisk(&file)[..], &more].concat()).1, KNOWN, "{name}");
    }
}

#[test]
fn columns_in_an_order_of_its_own_are_guessed_and_the_sound_named_is_found() {
    let office = Office::empty();
    office.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, path)
           VALUES (1, 1, 'conference-7', '1', 1795499606, 1, 'x/conference-7.wav')",
    );
    let text = r#""2026-11-24 00:53:26","""Alice Agent"" <101>","101","700","5","5","ANSWERED","1795499606.0","1795499606.0","conference-7.wav""#;
    let (_, rows) = office.imported(&asterisk(&office.file("Master-own.csv", text)));
    assert_eq!(rows, "conference-7|answer|101|Alice Agent|700||1795499606.0||1");
}

#[test]
fn rows_that_cannot_be_used_are_told_line_by_line() {
    let office = Office::with_recordings();
    let lines: Vec<&str> = CALLS.lines().collect();
    let mut text = Vec::new();
    text.extend_from_slice(lines[0].as_bytes());
    text.extend_from_slice(b"\n\n\"torn\",\"x\n");
    text.extend(std::iter::repeat_n(b'a', 3 << 20));
    text.extend_from_slice(b"\n\0\xff\xfe\x01,\x02\n");
    text.extend_from_slice(lines[5].replace("BUSY", "PERHAPS").as_bytes());
    text.extend_from_slice(b"\n");
    text.extend_from_slice(lines[5].replace("\"1795499631.604\",\"\"", "\"\",\"\"").as_bytes());
    text.extend_from_slice(b"\n");
    text.extend_from_slice(lines[5].replace("\"Alice\"", "\"J\u{e9}r\"").as_bytes());
    let file = office.file("Master.csv", &text);
    let report = office.folder.file("report.txt");
    let said =
        office.import(&[&asterisk(&file)[..], &["--report", report.to_str().expect("UTF-8")]].concat()).ok();
    let place = |line: u64, why: &str| format!("{file}:{line}: {why}\n");
    let expected = [
        place(3, "a quotation mark is not closed"),
        place(4, "the line is longer than 1 MiB"),
        place(5, "it doesn't have the 16 to 21 fields of Master.csv"),
        place(6, "\"PERHAPS\" is no known word for how a call ended, so that stays open"),
        place(7, "it has neither a uniqueid nor a recordingfile, so it can't be matched"),
    ];
    assert_eq!(fs::read_to_string(&report).expect("a report"), expected.concat());
    assert!(
        said.starts_with("Of 7 rows, 4 could not be used. Recordings: 0 are new, 2 know more now,"),
        "{said}"
    );
    assert!(
        said.contains("a quotation mark is not closed (first: ") && said.contains("report.txt"),
        "{said}"
    );
    let again =
        office.import(&[&asterisk(&file)[..], &["--report", report.to_str().expect("UTF-8")]].concat());
    assert!(again.refusal().contains("never overwritten"));
}

#[test]
fn a_name_in_latin_1_is_read_as_it_was_meant() {
    let office = Office::with_recordings();
    let line = CALLS.lines().last().expect("a row").as_bytes();
    let at = line.windows(5).position(|window| window == b"Alice").expect("a name");
    let text = [&line[..at], b"J\xfcrgen", &line[at + 5..]].concat();
    let (_, rows) = office.imported(&asterisk(&office.file("Master.csv", text)));
    assert!(rows.contains("|Jürgen|"), "{rows}");
}

#[test]
fn a_wrong_zone_is_refused_before_anything_changes() {
    let office = Office::with_recordings();
    let before = office.sqlite3(SHOWN);
    let (csv, db) = (office.file("Master.csv", CALLS), master_db(&office, "master.db"));
    for (format, path) in [("asterisk-csv", &csv), ("asterisk-sqlite", &db)] {
        let refusal = office.import(&[format, path, "--timezone", "UTC"]).refusal();
        assert!(refusal.contains("5 h 0 min earlier") && refusal.contains("--timezone"), "{refusal}");
    }
    assert_eq!(office.sqlite3(SHOWN), before);
}

#[test]
fn what_cannot_be_imported_says_what_to_do() {
    let office = Office::empty();
    let folder = office.folder.path().to_str().expect("UTF-8").to_owned();
    let db = office.folder.text("recordings.db");
    let calls = office.file("Master.csv", CALLS);
    let prose = office.file("prose.txt", "Dear Sir,\nthere is nothing here.\n");
    let junk = office.file("junk", [0, 159, 146, 150, 10, 0, 255].repeat(1000));
    let packed = office.file("Master.csv.1.gz", b"\x1f\x8b\x08\0junk");
    let short = office.file("short.csv", "start,uniqueid,customer\n1,2,3\n");
    for (arguments, words) in [
        (vec!["asterisk-csv", "/nowhere"], "cannot be read; check its name"),
        (vec!["asterisk-csv", &folder], "is a folder; name the file"),
        (vec!["asterisk-csv", "/dev/null"], "is not a regular file"),
        (vec!["asterisk-csv", &prose], "--columns"),
        (vec!["asterisk-csv", &junk], "--columns"),
        (vec!["asterisk-csv", &packed], "gunzip"),
        (vec!["asterisk-csv", &db], "tapeline import asterisk-sqlite"),
        (vec!["asterisk-sqlite", &calls], "is not a SQLite database"),
        (vec!["asterisk-sqlite", &db], "has no table of call detail records"),
        (vec!["asterisk-sqlite", "/nowhere"], "cannot be opened"),
        (vec!["freeswitch-json", &folder], "no file that ends in .json"),
        (vec!["freeswitch-json", "/nowhere"], "cannot be read; check its name"),
        (vec!["csv", &calls], "lacks the column customer and 35 others"),
        (vec!["csv", &short], "lacks the column recordgroup"),
        (vec!["csv", &junk], "is no export of Tapeline"),
        (vec!["asterisk-csv", &calls, "--report", "/nowhere/report"], "/nowhere/report cannot be made"),
    ] {
        let refusal = office.import(&arguments).refusal();
        assert!(refusal.contains(words), "{arguments:?}: {refusal}");
    }
    for arguments in [
        vec!["asterisk-csv", &calls, "--timezone", "Berlin"],
        vec!["asterisk-csv", &calls, "--columns", "src,dst"],
        vec!["asterisk-csv"],
        vec!["somewhere", &calls],
    ] {
        assert_eq!(office.import(&arguments).status, 2, "{arguments:?}");
    }
    let nothing = office.folder.file("none.db");
    for more in [&["--dry-run"][..], &[]] {
        let mut import = tapeline();
        import.args(["import", "asterisk-csv", &calls]).args(more).arg("--db").arg(&nothing);
        let refusal = finish(&mut import, "").refusal();
        assert!(refusal.contains("name the right one with --db") && refusal.contains("tapeline init"));
        assert!(!nothing.exists());
    }
}

#[test]
fn an_empty_file_is_no_mistake() {
    let office = Office::empty();
    let said = office.import(&["asterisk-csv", &office.file("Master.csv", "")]).ok();
    assert!(said.starts_with("Of 0 rows, 0 could not be used."), "{said}");
}

#[test]
fn calls_without_any_recording_here_are_kept_until_they_come() {
    let office = Office::empty();
    let file = office.file("Master.csv", CALLS);
    let said = office.import(&asterisk(&file)).ok();
    assert_eq!(
        said,
        "Of 6 rows, 0 could not be used. Recordings: 0 are new, 0 know more now, 0 were known as they are.\n        \
         4  calls have no recording here yet; what is known of them stays for 30 days, and a recording that is brought \
         in learns it\n\
         None of them has a recording here. If the recordings are here already, their rows may name another machine:  \
         --machine NAME\n"
    );
    assert_eq!(office.sqlite3("SELECT count(*) FROM intake_records"), "6");
    office.import(&asterisk(&file)).ok();
    assert_eq!(office.sqlite3("SELECT count(*) FROM intake_records"), "6", "once");
}

/// Asterisk's own table with the same calls.
fn master_db(office: &Office, name: &str) -> String {
    let csv =
        office.file("for-sqlite.csv", columns(&[9, 4, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 14, 16, 19]));
    let db = office.folder.file(name);
    let columns = "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,answer,\"end\",duration,billsec,disposition,uniqueid,linkedid";
    sqlite3(
        &db,
        &format!(
            "CREATE TEMP TABLE given ({columns});\n.import --csv '{csv}' given\n\
             CREATE TABLE cdr (AcctId INTEGER PRIMARY KEY, {columns});\n\
             INSERT INTO cdr SELECT NULL, * FROM given;"
        ),
    );
    db.to_str().expect("UTF-8").to_owned()
}

#[test]
fn a_master_db_says_the_same_and_stays_as_it_is() {
    let office = Office::with_recordings();
    let db = master_db(&office, "master.db");
    let bytes = fs::read(&db).expect("a database");
    let arguments = [&["asterisk-sqlite", &db][..], &NEW_YORK].concat();
    assert_eq!(office.imported(&arguments).1, KNOWN);
    assert_eq!(fs::read(&db).expect("a database"), bytes);
    assert!(fs::read_dir(office.folder.path()).expect("a folder").all(|entry| {
        let name = entry.expect("an entry").file_name();
        name == "master.db" || !name.to_string_lossy().starts_with("master.db")
    }));
    // A copy on a disk that cannot be written to.
    fs::set_permissions(&db, std::os::unix::fs::PermissionsExt::from_mode(0o400)).expect("a mode");
    assert_eq!(office.imported(&arguments).1, KNOWN);
}

#[test]
fn records_of_freeswitch_tell_recordings_of_their_calls() {
    let office = Office::empty();
    let uuid = "3da8bf84-c133-4959-9e24-e72875cb33a1";
    office.sqlite3(&format!(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, \"end\", complete, path)
           VALUES (1, 1, '{uuid}', '1', 1795499606, 1795499614, 1, 'archive/2026/Nov/24/{uuid}.wav')"
    ));
    let record = |uuid: &str, stamp: &str| {
        format!(
            r#"{{"variables":{{"uuid":"{uuid}","call_direction":"inbound","start_stamp":"{stamp}","start_epoch":"1795499606","answer_epoch":"1795499608","end_epoch":"1795499614","billsec":"6","hangup_cause":"NORMAL_CLEARING","last_sent_callee_id_number":"102"}},"callflow":[{{"caller_profile":{{"caller_id_name":"Zoë","caller_id_number":"+15551230020","destination_number":"5550102"}}}}]}}"#
        )
    };
    office.file(&format!("cdr/{uuid}.cdr.json"), record(uuid, "2026-11-24 05:53:26"));
    office.file(
        "cdr/old/other.cdr.json",
        record("0da8bf84-c133-4959-9e24-e72875cb33a1", "2026-11-24%2005%3A53%3A26"),
    );
    office.file("cdr/broken.cdr.json", "{");
    office.file("cdr/huge.cdr.json", vec![b' '; 5 << 20]);
    office.file("cdr/notes.txt", "no record");
    symlink(office.folder.path(), office.folder.file("cdr/circle")).expect("a link");
    symlink("/etc/passwd", office.folder.file("cdr/passwd.json")).expect("a link");
    let folder = office.folder.file("cdr").to_str().expect("UTF-8").to_owned();
    let (line, rows) = office.imported(&["freeswitch-json", &folder]);
    assert_eq!(
        line,
        "Of 4 records, 2 could not be used. Recordings: 0 are new, 1 know more now, 0 were known as they are."
    );
    assert_eq!(rows, format!("{uuid}|answer|+15551230020|Zoë|5550102|102|{uuid}|in|1"));
    let file = office.folder.file(&format!("cdr/{uuid}.cdr.json"));
    let (line, _) = office.imported(&["freeswitch-json", file.to_str().expect("UTF-8")]);
    assert!(line.ends_with("1 were known as they are."), "{line}");
}

/// Many calls, each with a recording.
fn many(office: &Office, calls: usize) -> String {
    office.sqlite3(&format!(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {calls} - 1)
         INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, \"end\", complete, path)
           SELECT 1, 1, printf('%d.%d', 1795499600 + i, i), '1', 1795499600 + i, 1795499609 + i, 1, printf('%d.wav', i) FROM n;"
    ));
    let row = CALLS.lines().next().expect("a row");
    let line = |i: usize| {
        let uniqueid = format!("{}.{i}", 1_795_499_600 + i);
        row.replace("1795499616.205", &uniqueid)
            .replace("2026-11-24 00:53:36", &(1_795_499_600 + i).to_string())
            + "\n"
    };
    office.file("Master.csv", (0..calls).map(line).collect::<String>())
}

#[test]
fn an_import_that_was_killed_goes_on() {
    const CALLS: usize = 16_000;
    const BATCH: usize = 4_000;
    let office = Office::empty();
    let file = many(&office, CALLS);
    let answered = "SELECT count(*) FROM recordings WHERE status = 'answer'";
    let done = || office.sqlite3(answered).parse::<usize>().expect("a number");
    let mut rounds = 0;
    loop {
        let mut import = office
            .importing(&asterisk(&file))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        let before = done();
        let mut is_over = || import.try_wait().expect("a child").is_some();
        // Killed once it has got a little further.
        until("a batch", || done() >= before + BATCH || is_over());
        let over = import.try_wait().expect("a child").is_some();
        let _ = import.kill();
        import.wait().expect("a child");
        rounds += 1;
        assert_eq!(done() % BATCH, 0, "a batch is there whole or not at all");
        if over || rounds > 20 {
            break;
        }
    }
    assert!(rounds > 1, "it was killed at least once");
    let (line, _) = office.imported(&asterisk(&file));
    assert!(line.ends_with(&format!("0 know more now, {CALLS} were known as they are.")), "{line}");
}

/// Its channel was recorded and nobody was there to hear it end; the file has nothing but its header.
#[test]
fn a_call_that_nobody_answered_is_as_long_as_its_record_says() {
    let mut office = Office::new("");
    let (path, time) = (office.path("1795499631.604.wav"), UNIX_EPOCH + Duration::from_secs(1_795_499_631));
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/unanswered.wav"), &path).expect("a recording");
    File::options().append(true).open(&path).and_then(|file| file.set_modified(time)).expect("a time");
    office.start();
    office.until("SELECT start, totaltime, complete FROM recordings", "1795499631|0|1");
    office.stop();
    let record = r#""","101","198","from-internal","""Alice"" <101>","PJSIP/101-00000017","PJSIP/198-00000018","Dial","PJSIP/198,6,tT","2026-11-24 00:53:51",,"2026-11-24 00:53:56",5,0,"NO ANSWER","DOCUMENTATION","1795499631.604","","","1795499631.604",72"#;
    let file = office.file("Master.csv", format!("{record}\n"));
    office.import(&asterisk(&file)).ok();
    assert_eq!(
        office.sqlite3("SELECT start, \"end\", totaltime, talktime, status FROM recordings"),
        "1795499631|1795499636|5|0|noanswer"
    );
}

#[test]
fn a_file_that_grows_is_read_to_where_it_ended() {
    let office = Office::with_recordings();
    let file = office.file("Master.csv", CALLS);
    // Another program appends all the while; the import must end, and never see half a row as a whole one.
    let mut log = fs::OpenOptions::new().append(true).open(&file).expect("the file");
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                log.write_all(CALLS.as_bytes()).expect("room");
                take(Duration::from_millis(1));
            }
        });
        let said = office.import(&asterisk(&file));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(said.ok().contains("3 know more now"));
    });
    assert_eq!(office.sqlite3(SHOWN), KNOWN);
}
