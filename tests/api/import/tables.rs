//! Call detail records as databases, PBXs and people's programs write their tables: what FreePBX 16 recorded of sixteen calls,
//! brought out in every way that there is, and small tables of others.

use std::fs;
use std::path::Path;

use super::tree::{wav, wav_of};
use crate::office::Office;
use crate::program::{Said, finish, sqlite3};

/// What FreePBX named its recordings, how many seconds are in them, and when they were written last.
const RECORDINGS: [(&str, u32, u64); 10] = [
    ("in-5556001-5557770001-20261129-022649-1795919209.93.wav", 6, 1_795_919_216),
    ("q-700-5557770003-20261129-022708-1795919228.96.wav", 9, 1_795_919_237),
    ("out-5551234567-101-20261129-022823-1795919303.106.wav", 6, 1_795_919_310),
    ("out-5558880099-102-20261129-022841-1795919321.110.wav", 0, 1_795_919_328),
    ("out-5558880098-102-20261129-022850-1795919330.112.wav", 0, 1_795_919_330),
    ("in-5556004-5557770004-20261129-023327-1795919607.180.wav", 13, 1_795_919_625),
    ("in-5556001-5557770012-20261129-023044-1795919444.138.wav", 14, 1_795_919_461),
    ("q-700-5557770012-20261129-023044-1795919444.138.wav", 12, 1_795_919_461),
    ("in-5556001-5557770035-20261129-023458-1795919698.213.wav", 12, 1_795_919_713),
    ("out-5551234571-5557770035-20261129-023458-1795919698.213.wav", 7, 1_795_919_713),
];

/// Who called whom, and who answered: as the calls were made.
const CALLS: &str = "\
in-5556001-5557770001-2026|5557770001|Maria Lopez|5556001|101|did|in|answer
in-5556001-5557770012-2026|5557770012|Refer Queue|5556001|101|did|in|answer
in-5556001-5557770035-2026|5557770035|Blind Out|5556001|101|did|in|answer
in-5556004-5557770004-2026|5557770004|Find Me|5556004|5558880001|did|in|answer
out-5551234567-101-2026112|101|Anna Keller|5551234567|5551234567|external|out|answer
out-5551234571-5557770035-|5557770035|Blind Out|5551234571|5551234571|external|out|answer
out-5558880098-102-2026112|102|Bram de Vries|5558880098||external|out|busy
out-5558880099-102-2026112|102|Bram de Vries|5558880099||external|out|noanswer
q-700-5557770003-20261129-|5557770003|Queue Caller|5556003|102|queue|in|answer
q-700-5557770012-20261129-|5557770012|Refer Queue|700|103|queue|in|answer";

const SHOWN: &str = "SELECT substr(path, 1, 26), snumber, snumber_name, cnumber, dnumber, ctype, direction, status FROM recordings ORDER BY path";

impl Office {
    fn import_utc(&self, arguments: &[&str]) -> Said {
        let mut command = self.importing(arguments);
        command.args(["--timezone", "UTC", "--media-root"]).arg(self.folder.file("sound"));
        finish(&mut command, "")
    }

    /// With a customer, and these files of sound.
    fn with_sound(files: &[(&str, u32, u64)]) -> Office {
        let office = Office::empty();
        office.sqlite3("INSERT INTO customers VALUES (1, 'Alder'); INSERT INTO recordgroups (id, customer, name) VALUES (1, 1, 'Sales');");
        for (name, seconds, written) in files {
            wav(&office.folder.file("sound").join(name), *seconds, *written);
        }
        office.import_utc(&["freepbx-dir", &office.folder.text("sound")]).ok();
        office
    }
}

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn freepbx_says_the_same_in_every_way_that_its_table_is_brought_out() {
    for (kind, file) in [
        ("asterisk-csv", "freepbx/mysql-B.tsv"),
        ("asterisk-csv", "freepbx/into-outfile.csv"),
        ("asterisk-csv", "freepbx/phpmyadmin-nohead.csv"),
        ("asterisk-csv", "freepbx/phpmyadmin-semicolon.csv"),
        ("asterisk-csv", "freepbx/report.csv"),
        ("asterisk-sql", "cdr/asterisk-sql/cdr.sql"),
    ] {
        let office = Office::with_sound(&RECORDINGS);
        let said = office.import_utc(&[kind, &data(file)]).ok();
        assert!(said.contains(" 0 could not be used."), "{file}: {said}");
        assert_eq!(office.sqlite3(SHOWN), CALLS, "{file}");
        let again = office.import_utc(&[kind, &data(file)]).ok();
        assert!(again.contains(" 0 know more now,"), "{file}: {again}");
    }
}

/// What the laboratory's FreePBX recorded: file, bytes of sound, when it was written last.
fn laboratory() -> Vec<(String, u32, u64)> {
    let table = fs::read_to_string(data("freepbx/recordings.tsv")).expect("a table");
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let seconds: f64 = fields[1].parse().expect("seconds");
        let end = fields[5].split('|').nth(9).expect("an end").parse().expect("a time");
        (fields[0].to_owned(), (seconds * 8_000.0) as u32 * 2, end)
    };
    table.lines().skip(1).map(row).filter(|(name, ..)| name.ends_with(".wav")).collect()
}

const ALL: &str = "SELECT path, snumber, snumber_name, cnumber, cnumber_name, dnumber, ctype, direction, status, start, talktime, totaltime FROM recordings ORDER BY path";

#[test]
fn each_call_of_a_freepbx_is_told_as_it_was_whichever_way_its_table_comes() {
    let expected = fs::read_to_string(data("freepbx/imported.txt")).expect("what is right");
    let right = |name: &str| expected.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    for (kind, file) in [
        ("asterisk-csv", "freepbx/cdr-all.mysql-B.tsv"),
        ("asterisk-csv", "freepbx/cdr.mysql-B.tsv"),
        ("asterisk-csv", "freepbx/cdr.into-outfile.csv"),
        ("asterisk-csv", "freepbx/cdr.phpmyadmin-nohead.csv"),
        ("asterisk-csv", "freepbx/cdr.phpmyadmin-semicolon.csv"),
        ("asterisk-csv", "freepbx/cdr.phpmyadmin.csv"),
        ("asterisk-csv", "freepbx/cdr.freepbx-report.csv"),
        ("asterisk-sql", "cdr/asterisk-sql/cdr.sql"),
    ] {
        let table = fs::read_to_string(data(file)).expect("a table");
        let office = Office::with_sound(&[]);
        for (name, bytes, written) in laboratory() {
            if table.contains(&name) {
                wav_of(&office.folder.file("sound").join(name), bytes, written);
            }
        }
        office.import_utc(&["freepbx-dir", &office.folder.text("sound")]).ok();
        let said = office.import_utc(&[kind, &data(file)]).ok();
        assert!(said.contains(" 0 could not be used."), "{file}: {said}");
        let rows = office.sqlite3(ALL);
        assert!(rows.lines().count() > 40, "{file}");
        for row in rows.lines() {
            let name = row.split('|').next().expect("a path");
            assert_eq!(row, right(name), "{file}");
        }
    }
}

#[test]
fn the_records_may_come_before_the_recordings_and_in_pieces() {
    let table = fs::read_to_string(data("freepbx/mysql-B.tsv")).expect("a table");
    let (names, rows) = table.split_once('\n').expect("rows");
    let office = Office::with_sound(&[]);
    for row in rows.lines().rev() {
        office.import_utc(&["asterisk-csv", &office.file("one.tsv", format!("{names}\n{row}\n"))]).ok();
    }
    for (name, seconds, written) in RECORDINGS {
        wav(&office.folder.file("sound").join(name), seconds, written);
    }
    office.import_utc(&["freepbx-dir", &office.folder.text("sound")]).ok();
    assert_eq!(office.sqlite3(SHOWN), CALLS);
}

#[test]
fn a_table_in_utf_16_is_read_whichever_byte_comes_first() {
    let table = fs::read_to_string(data("freepbx/phpmyadmin-semicolon.csv")).expect("a table");
    let units: Vec<u16> = table.encode_utf16().collect();
    let little = units.iter().flat_map(|unit| unit.to_le_bytes());
    let big = units.iter().flat_map(|unit| unit.to_be_bytes());
    for bytes in [
        [0xff, 0xfe].into_iter().chain(little).collect::<Vec<u8>>(),
        [0xfe, 0xff].into_iter().chain(big).collect(),
    ] {
        let office = Office::with_sound(&RECORDINGS);
        office.import_utc(&["asterisk-csv", &office.file("utf16.csv", bytes)]).ok();
        assert_eq!(office.sqlite3(SHOWN), CALLS);
    }
}

/// One call, as 101 made it.
const CALL: &str = "1795499606.0.wav|101|Alice|5551234567|5551234567||out|answer";

/// The rows after the import of one file, beside a recording that is named so.
#[track_caller]
fn brought_in(kind: &str, file: &str, content: impl AsRef<[u8]>, named: &str) -> (String, String) {
    let office = Office::with_sound(&[(named, 3, 1_795_499_620)]);
    let said = office.import_utc(&[kind, &office.file(file, content)]).ok();
    (office.sqlite3(&SHOWN.replace("substr(path, 1, 26)", "path")), said)
}

#[test]
fn what_says_nothing_is_no_number_and_no_name() {
    let names = "calldate,clid,src,dst,channel,dstchannel,duration,billsec,disposition,accountcode,uniqueid,did,recordingfile,cnum,cnam";
    for null in ["NULL", "\\N", "\"\"", ""] {
        let row = format!(
            r#""2026-11-24 05:53:26","""Alice"" <101>","101","5551234567","PJSIP/101-1","PJSIP/trunk-2","14","12","ANSWERED",{null},"1795499606.0",{null},{null},{null},{null}"#
        );
        let (rows, said) =
            brought_in("asterisk-csv", "a.csv", format!("{names}\n{row}\n"), "1795499606.0.wav");
        assert_eq!(rows, CALL.replacen("1795499606.0.wav", "", 0), "{null}: {said}");
    }
}

#[test]
fn what_programs_put_around_fields_and_rows_is_found_out() {
    let names = "calldate,clid,src,dst,channel,dstchannel,duration,billsec,disposition,uniqueid";
    let row = r#"2026-11-24 05:53:26,"Alice" <101>,101,5551234567,PJSIP/101-1,PJSIP/trunk-2,14,12,ANSWERED,1795499606.0"#;
    let small = row.split(',').map(|field| format!("'{field}'")).collect::<Vec<_>>().join(",");
    let semicolons = names.replace(',', ";")
        + ";;\r\n"
        + &row.replace(',', ";").replace("\"Alice\" <101>", "\"\"\"Alice\"\" <101>\"")
        + ";;\r\n";
    for (what, text) in [
        ("small marks", format!("{small}\n{small}\n")),
        ("a line that says the separator", format!("sep=;\r\n{semicolons}")),
        ("more separators than fields", format!("{}\n{row},,\n", names.to_owned())),
        ("bars", format!("{}\n{}\n", names.replace(',', "|"), row.replace(',', "|"))),
        ("tabs without a first line, and NULL as databases write it", row.replace(',', "\t") + "\t\\N\n"),
        ("a spreadsheet's date", semicolons.replace("2026-11-24 05:53:26", "24.11.2026 05:53:26")),
    ] {
        let (rows, said) = brought_in("asterisk-csv", "a.csv", text, "1795499606.0.wav");
        assert_eq!(rows, CALL, "{what}: {said}");
    }
}

#[test]
fn a_time_that_says_its_zone_needs_none() {
    for start in [
        "2026-11-24 05:53:26+00",
        "2026-11-24 06:53:26+01:00",
        "2026-11-24T05:53:26Z",
        "2026-11-24 00:53:26-05",
    ] {
        let office = Office::with_sound(&[("1795499606.0.wav", 14, 1_795_499_620)]);
        let names = "calldate,clid,src,dst,channel,dstchannel,duration,billsec,disposition,uniqueid";
        let row = format!(
            "{start},\"\"\"Alice\"\" <101>\",101,5551234567,PJSIP/101-1,PJSIP/trunk-2,14,12,ANSWERED,1795499606.0"
        );
        let file = office.file("a.csv", format!("{names}\n{row}\n{row}\n{row}\n"));
        let mut command = office.importing(&["asterisk-csv", &file, "--timezone", "America/New_York"]);
        finish(&mut command, "").ok();
        assert_eq!(office.sqlite3("SELECT start, snumber FROM recordings"), "1795499606|101", "{start}");
    }
}

#[test]
fn a_word_that_nobody_knows_costs_only_the_status_and_is_told() {
    let row = |word: &str| {
        format!(
            r#""","101","5551234567","from-internal","""Alice"" <101>","PJSIP/101-1","PJSIP/trunk-2","Dial","x","2026-11-24 05:53:26","2026-11-24 05:53:28","2026-11-24 05:53:40",14,12,"{word}","DOCUMENTATION","1795499606.0","""#
        )
    };
    for (word, status, told) in [
        ("Answered", "answer", ""),
        ("8", "answer", ""),
        ("PERHAPS", "", "\"PERHAPS\" is no known word"),
        ("", "", "it doesn't say how the call ended"),
    ] {
        let (rows, said) = brought_in("asterisk-csv", "Master.csv", row(word), "1795499606.0.wav");
        assert_eq!(rows, CALL.replace("answer", status), "{word}: {said}");
        assert!(said.contains(told) && said.contains(" 0 could not be used."), "{said}");
    }
    let (rows, _) = brought_in("asterisk-csv", "Master.csv", row("CANCEL"), "1795499606.0.wav");
    assert_eq!(rows, "1795499606.0.wav|101|Alice|5551234567|||out|cancel");
}

#[test]
fn a_file_without_a_column_for_the_caller_says_so() {
    let names = "calldate,dst,channel,dstchannel,duration,billsec,disposition,uniqueid";
    let row = "2026-11-24 05:53:26,5551234567,SIP/alice-1,SIP/trunk-2,14,12,ANSWERED,1795499606.0";
    let (rows, said) = brought_in("asterisk-csv", "a.csv", format!("{names}\n{row}\n"), "1795499606.0.wav");
    assert_eq!(rows, "1795499606.0.wav|||5551234567|5551234567|||answer");
    assert!(said.contains("there is no column for the caller (src, "), "{said}");
}

#[test]
fn a_first_row_that_lacks_what_is_needed_is_refused_with_what_to_do() {
    let office = Office::empty();
    for (text, why) in [
        ("src,dst,clid,disposition,uniqueid\n101,102,x,BUSY,1795499606.0\n", "there must be a column start"),
        (
            "calldate,src,dst,disposition\n2026-11-24 05:53:26,101,102,BUSY\n",
            "a column uniqueid or recordingfile",
        ),
        ("start,src,dst,uniqueid\n14,101,102,1795499606.0\n", "\"14\""),
        ("-- MySQL dump\nINSERT INTO `cdr` VALUES (1);\n", "tapeline import asterisk-sql"),
    ] {
        let refusal = office.import(&["asterisk-csv", &office.file("a.csv", text)]).refusal();
        assert!(refusal.contains(why), "{text}: {refusal}");
    }
    for (text, why) in [
        ("CREATE TABLE `users` (`id` int);\nINSERT INTO `users` VALUES (1);\n", "the tables in it: users"),
        ("hello", "the tables in it: none"),
        ("SQLite format 3\0", "tapeline import asterisk-sqlite"),
        ("\x1f\u{8b}", "the tables in it"),
        ("INSERT INTO `cdr` VALUES (1,2,3);", "nothing says what its columns are"),
    ] {
        let refusal = office.import(&["asterisk-sql", &office.file("a.sql", text)]).refusal();
        assert!(refusal.contains(why), "{text}: {refusal}");
    }
    let said = office.import(&["asterisk-sql", &office.file("empty.sql", "")]).ok();
    assert!(said.starts_with("Of 0 rows"), "{said}");
}

#[test]
fn dumps_of_other_programs_and_of_several_tables_are_read() {
    let values = r#"'2026-11-24 05:53:26','"Alice" <101>','101','5551234567','PJSIP/101-1','PJSIP/trunk-2',14,12,'ANSWERED','1795499606.0'"#;
    let names = "calldate, clid, src, dst, channel, dstchannel, duration, billsec, disposition, uniqueid";
    let of_postgres = format!(
        "--\n-- PostgreSQL database dump\n--\nCREATE TABLE public.cdr (calldate timestamp with time zone, clid text);\n\
         COPY public.users (id, name) FROM stdin;\n1\tcdr\n\\.\n\n\
         COPY public.cdr ({names}) FROM stdin;\n{}\n\\.\n",
        "2026-11-24 06:53:26+01\t\"Alice\" <101>\t101\t5551234567\tPJSIP/101-1\tPJSIP/trunk-2\t14\t12\tANSWERED\t1795499606.0"
    );
    for (what, text) in [
        (
            "named columns",
            format!("INSERT IGNORE INTO `asteriskcdrdb`.`cdr` ({names}) VALUES\n({values}),\n({values});\n"),
        ),
        (
            "other tables first",
            format!(
                "CREATE TABLE `users` (`id` int, `name` varchar(9) DEFAULT ');', PRIMARY KEY (`id`)) COMMENT='it''s; (';\n\
                 INSERT INTO `users` VALUES (1,'a;\\'b); INSERT INTO cdr VALUES (1)'),(2,'--');\n\
                 CREATE TABLE `cdr` ({});\nINSERT INTO `cdr` VALUES ({values});",
                names
                    .split(", ")
                    .map(|name| format!("`{name}` varchar(80) NOT NULL DEFAULT ''"))
                    .collect::<Vec<_>>()
                    .join(",\n")
            ),
        ),
        (
            "sqlite3",
            format!(
                "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE cdr({});\nINSERT INTO cdr VALUES({values});\nCOMMIT;\n",
                names.replace(", ", ",")
            ),
        ),
        ("pg_dump", of_postgres),
        (
            "MySQL writes timestamps in UTC, wherever the PBX is",
            format!(
                "/*!40103 SET TIME_ZONE='+00:00' */;\nCREATE TABLE `cdr` (`calldate` timestamp NOT NULL, {});\nINSERT INTO `cdr` VALUES ({values});\n",
                names
                    .split(", ")
                    .skip(1)
                    .map(|name| format!("`{name}` varchar(80)"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        ),
    ] {
        let (rows, said) = brought_in("asterisk-sql", "cdr.sql", text, "1795499606.0.wav");
        assert_eq!(rows, CALL, "{what}: {said}");
    }
}

#[test]
fn tables_of_other_pbxs_say_the_same() {
    let grandstream = "AcctId,accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,disposition,amaflags,uniqueid,userfield,channel_ext,dstchannel_ext,service,caller_name,recordfiles,dstanswer,chanext,dstchanext,session,action_owner,action_type,src_trunk_name,dst_trunk_name
\"7\",\"\",\"101\",\"5551234567\",\"from-internal\",\"\"\"Alice\"\" <101>\",\"PJSIP/101-1\",\"PJSIP/trunk-2\",\"Dial\",\"x\",\"2026-11-24 05:53:26\",\"2026-11-24 05:53:28\",\"2026-11-24 05:53:40\",\"14\",\"12\",\"ANSWERED\",\"DOCUMENTATION\",\"1795499606.0\",\"EXT\",\"101\",\"\",\"s\",\"Alice\",\"2026-11/one.wav@2026-11/two.wav@\",\"\",\"101\",\"\",\"1795499606068-101\",\"101\",\"DIAL\",\"\",\"trunk\"
";
    for named in ["one.wav", "two.wav"] {
        let (rows, said) = brought_in("asterisk-csv", "ucm.csv", grandstream, named);
        assert_eq!(rows, CALL.replace("1795499606.0.wav", named), "{said}");
    }
    for column in ["filename", "record", "recordingfile"] {
        let names = format!(
            "calldate,clid,src,dst,channel,dstchannel,duration,billsec,disposition,uniqueid,{column}"
        );
        let row = r#"2026-11-24 05:53:26,"""Alice"" <101>",101,5551234567,PJSIP/101-1,PJSIP/trunk-2,14,12,ANSWERED,1795499606.0,2026/call-seven.wav"#;
        let (rows, said) =
            brought_in("asterisk-csv", "viewer.csv", format!("{names}\n{row}\n"), "call-seven.wav");
        assert_eq!(rows, CALL.replace("1795499606.0.wav", "call-seven.wav"), "{column}: {said}");
    }
}

#[test]
fn mikopbx_keeps_its_records_in_a_database_whose_columns_have_other_names() {
    let named = "mikopbx-1795499606.0_soCP4X.wav";
    let office = Office::with_sound(&[(named, 3, 1_795_499_620)]);
    let db = office.folder.file("cdr.db");
    let columns = "id integer primary key, start text, endtime text, answer text, src_chan text, src_num text, dst_chan text, dst_num text, UNIQUEID text, linkedid text, did text, disposition text, recordingfile text, duration integer, billsec integer, from_account text, to_account text, transfer integer, work_completed integer";
    sqlite3(
        &db,
        &format!(
            "CREATE TABLE cdr ({columns}); CREATE TABLE cdr_general ({columns});
             INSERT INTO cdr_general VALUES (1, '2026-11-24 05:53:26.123', '2026-11-24 05:53:40.200', '2026-11-24 05:53:28.100',
               'PJSIP/101-1', '101', 'PJSIP/trunk-2', '5551234567', 'mikopbx-1795499606.0_soCP4X', 'mikopbx-1795499606.0', '',
               'ANSWERED', '/storage/usbdisk1/mikopbx/astspool/monitor/2026/11/24/05/mikopbx-1795499606.0_soCP4X.webm', 14, 12, '', '', 0, 1);"
        ),
    );
    let said = office.import_utc(&["asterisk-sqlite", db.to_str().expect("UTF-8")]).ok();
    let rows = office.sqlite3(&SHOWN.replace("substr(path, 1, 26)", "path"));
    assert_eq!(rows, format!("{named}|101||5551234567|5551234567||out|answer"), "{said}");
}

#[test]
fn columns_of_a_database_may_be_named_by_hand_and_one_that_is_empty_counts_for_nothing() {
    let office = Office::with_sound(&[("1795499606.0.wav", 3, 1_795_499_620)]);
    let db = |name: &str, script: &str| {
        let db = office.folder.file(name);
        sqlite3(&db, script);
        db.to_str().expect("UTF-8").to_owned()
    };
    let own = db(
        "own.db",
        "CREATE TABLE anrufe (nr, beginn, wer, wen, kanal, ziel, ende, kennung);
         INSERT INTO anrufe VALUES (1, '2026-11-24 05:53:26', '101', '5551234567', 'PJSIP/101-1', 'PJSIP/trunk-2', 'BUSY', '1795499606.0');",
    );
    let refusal = office.import_utc(&["asterisk-sqlite", &own]).refusal();
    assert!(refusal.contains("no table of call detail records; it has: anrufe"), "{refusal}");
    let columns = "-,start,src,dst,channel,dstchannel,disposition,uniqueid";
    office.import_utc(&["asterisk-sqlite", &own, "--columns", columns]).ok();
    let rows = || office.sqlite3(&SHOWN.replace("substr(path, 1, 26)", "path"));
    assert_eq!(rows(), "1795499606.0.wav|101||5551234567|||out|busy");
    let later = db(
        "later.db",
        "CREATE TABLE cdr (id integer primary key, src, dst, clid, start, answer, \"end\", calldate, duration, billsec, disposition, uniqueid);
         INSERT INTO cdr VALUES (1, '101', '5551234567', '\"Alice\" <101>', NULL, NULL, NULL, '2026-11-24 05:53:26', 14, 12, 'ANSWERED', '1795499606.0');",
    );
    office.import_utc(&["asterisk-sqlite", &later]).ok();
    assert_eq!(
        rows(),
        "1795499606.0.wav|101|Alice|5551234567||||answer".replace("||||answer", "|||out|answer")
    );
}
