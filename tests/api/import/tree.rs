//! A folder of recordings of every age and naming.

use std::fs::{self, File, FileTimes};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use crate::office::Office;
use crate::program::{Said, finish};

/// A WAV file with seconds of silence, written long ago.
pub(super) fn wav(path: &Path, seconds: u32, modified: u64) {
    wav_of(path, seconds * 16_000, modified);
}

/// With so many bytes of sound, 16,000 a second.
pub(super) fn wav_of(path: &Path, bytes: u32, modified: u64) {
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data");
    file.extend(bytes.to_le_bytes());
    file.resize(44 + bytes as usize, 0);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, file).expect("a file");
    let time = UNIX_EPOCH + Duration::from_secs(modified);
    File::options()
        .write(true)
        .open(path)
        .and_then(|f| f.set_times(FileTimes::new().set_modified(time)))
        .expect("a time");
}

/// An office whose media root has calls of 2019 and of 2026.
fn office() -> Office {
    let office = Office::empty();
    office.sqlite3("INSERT INTO customers VALUES (1, 'Alder'); INSERT INTO recordgroups (id, customer, name) VALUES (1, 1, 'Sales');");
    for (path, seconds, written) in [
        ("2019/03/10/in-5550100-5551230002-20190310-013000-1552199400.7.wav", 6, 1_552_199_406),
        ("2026/11/24/out-5551234567-101-20261124-005326-pbx1-1795499606.0.wav", 5, 1_795_499_611),
        ("archive/2026/Nov/24/3da8bf84-c133-4959-9e24-e72875cb33a1.wav", 4, 1_795_499_700),
        ("1795499634.649.wav", 3, 1_795_499_640),
        ("1795499634.649-rx.wav", 3, 1_795_499_640),
    ] {
        wav(&office.folder.file("sound").join(path), seconds, written);
    }
    office
}

fn import(office: &Office, arguments: &[&str]) -> Said {
    let mut command = office.importing(&[]);
    command.args(arguments).arg("--media-root").arg(office.folder.file("sound"));
    finish(command.args(["--timezone", "America/New_York"]), "")
}

fn sound(office: &Office) -> String {
    office.folder.file("sound").to_str().expect("UTF-8").to_owned()
}

const ROWS: &str = "SELECT path, uniqueid, recordid, start, \"end\" - start, complete, direction, snumber, cnumber FROM recordings ORDER BY path";

const ALL: &str = "\
1795499634.649.wav|1795499634.649|1|1795499637|3|1||||
2019/03/10/in-5550100-5551230002-20190310-013000-1552199400.7.wav|1552199400.7|1|1552199400|6|1|in|5551230002|5550100
2026/11/24/out-5551234567-101-20261124-005326-pbx1-1795499606.0.wav|pbx1-1795499606.0|1|1795499606|5|1|out|101|5551234567
archive/2026/Nov/24/3da8bf84-c133-4959-9e24-e72875cb33a1.wav|3da8bf84-c133-4959-9e24-e72875cb33a1|1|1795499696|4|1|||";

#[test]
fn a_tree_of_any_age_is_brought_in_once() {
    let office = office();
    let dry = import(&office, &["freepbx-dir", &sound(&office), "--dry-run"]).ok();
    assert!(dry.starts_with("Of 5 files, 0 could not be used. Recordings: 4 would be new,"), "{dry}");
    assert_eq!(office.sqlite3(ROWS), "");
    let said = import(&office, &["freepbx-dir", &sound(&office)]).ok();
    assert!(said.starts_with("Of 5 files, 0 could not be used. Recordings: 4 are new,"), "{said}");
    assert_eq!(office.sqlite3(ROWS).replace("||||", "|||"), ALL.replace("||||", "|||"));
    let before = office.sqlite3(".dump");
    let again = import(&office, &["freepbx-dir", &sound(&office)]).ok();
    assert!(
        again.starts_with("Of 5 files, 0 could not be used. Recordings: 0 are new, 0 know more now, 5 were"),
        "{again}"
    );
    let side = "1  file is another form of recordings that have their rows, or one side of them";
    assert!(dry.contains(side) && said.contains(side), "{dry}{said}");
    assert_eq!(office.sqlite3(".dump"), before);
}

#[test]
fn a_recording_that_was_deleted_is_told_of_at_every_further_look() {
    let office = office();
    import(&office, &["freepbx-dir", &sound(&office)]).ok();
    office.sqlite3("DELETE FROM recordings WHERE uniqueid = '1552199400.7'");
    for _ in 0..2 {
        let said = import(&office, &["freepbx-dir", &sound(&office)]).ok();
        assert!(said.starts_with("Of 5 files, 1 could not be used."), "{said}");
        assert!(said.contains("1  its recording was deleted and does not come back"), "{said}");
    }
}

#[test]
fn a_part_of_the_tree_is_enough_also_by_way_of_a_link() {
    let office = office();
    let link = office.folder.file("link");
    symlink(office.folder.file("sound/2019"), &link).expect("a link");
    let said = import(&office, &["freepbx-dir", link.to_str().expect("UTF-8")]).ok();
    assert!(said.starts_with("Of 1 file, 0 could not be used. Recordings: 1 are new,"), "{said}");
    assert_eq!(
        office.sqlite3("SELECT path FROM recordings"),
        ALL.lines().nth(1).and_then(|row| row.split('|').next()).expect("a path")
    );
}

#[test]
fn the_innermost_folder_of_the_settings_says_whose_a_file_is() {
    let office = office();
    office.configure(
        "[[folders]]\nmachine = 'A'\n[[folders]]\nfolder = '2026'\nmachine = 'B'\nsystemname = 'siteb'\n",
    );
    for (path, more) in [(sound(&office), &[][..]), (sound(&office) + "/2026", &["--machine", "C"])] {
        office.sqlite3("DELETE FROM recordings; DELETE FROM intake_files;");
        import(&office, &[&["freepbx-dir", &*path], more].concat()).ok();
        let rows = office
            .sqlite3("SELECT group_concat(machine, '') FROM (SELECT machine FROM recordings ORDER BY path)");
        assert_eq!(rows, if more.is_empty() { "AABA" } else { "C" });
    }
}

#[test]
fn names_that_contradict_the_time_zone_are_told_and_taken_as_they_are() {
    let office = Office::empty();
    office.sqlite3("INSERT INTO customers VALUES (1, 'Alder'); INSERT INTO recordgroups (id, customer, name) VALUES (1, 1, 'Sales');");
    for (minute, begun) in [(53, 1_795_499_606), (54, 1_795_499_666), (55, 1_795_499_726)] {
        // A PBX in Berlin, and not in New York.
        let name = format!("sound/out-5551234567-101-20261124-06{minute}26-{begun}.0.wav");
        wav(&office.folder.file(&name), 1 + minute - 52, begun + 5);
    }
    let said = import(&office, &["freepbx-dir", &sound(&office)]).ok();
    assert!(said.starts_with("Of 3 files, 0 could not be used. Recordings: 3 are new,"), "{said}");
    let expected = "the names say times that are 6 h 0 min later than their uniqueids, if they are read in America/New_York: give the \
                    PBX's time zone with --timezone, or as zone in [[folders]]; its clock is at UTC+01:00";
    assert!(said.contains(expected), "{said}");
    assert_eq!(
        office.sqlite3("SELECT group_concat(start) FROM recordings"),
        "1795521206,1795521266,1795521326"
    );
}

#[test]
fn what_is_no_recording_is_told_file_by_file() {
    let office = office();
    let root = office.folder.file("sound");
    wav(&office.folder.file("elsewhere.wav"), 1, 1_795_499_700);
    symlink(office.folder.file("elsewhere.wav"), root.join("link.wav")).expect("a link");
    symlink(office.folder.path(), root.join("circle")).expect("a link");
    fs::write(root.join("post.log"), "x").expect("a file");
    fs::write(root.join(std::ffi::OsStr::from_bytes(b"J\xfcrgen.wav")), "x").expect("a file");
    let report = office.folder.file("report");
    import(&office, &["freepbx-dir", &sound(&office), "--report", report.to_str().expect("UTF-8")]).ok();
    let text = fs::read_to_string(report).expect("a report");
    let mut lines: Vec<&str> =
        text.lines().map(|line| line.rsplit_once("/sound/").expect("a path").1).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "circle: a link; links are not followed: mount there what it leads to (mount --bind)",
            "link.wav: a link; links are not followed: mount there what it leads to (mount --bind)",
            "post.log: not a file of sound, by its name",
        ]
    );
}

#[test]
fn whatever_can_be_served_as_sound_is_a_recording() {
    let office = office();
    let (root, data) =
        (office.folder.file("sound"), Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data"));
    for (name, number) in [("call.aac", 1), ("call.m4a", 2), ("call.webm", 3)] {
        let to = name.replace("call", &format!("call{number}"));
        fs::copy(data.join(name), root.join(to)).expect("a copy");
    }
    fs::write(root.join("call4.sln192"), [0; 384_000]).expect("a file");
    import(&office, &["freepbx-dir", &sound(&office)]).ok();
    let rows = office.sqlite3("SELECT path, mimetype FROM recordings WHERE path LIKE 'call%' ORDER BY path");
    assert_eq!(
        rows,
        "call1.aac|audio/aac\ncall2.m4a|audio/mp4\ncall3.webm|audio/webm\ncall4.sln192|audio/x-raw"
    );
}

#[test]
fn files_whose_times_lie_ahead_are_finished_nevertheless() {
    let office = office();
    let ahead = 4_000_000_000;
    wav(&office.folder.file("sound/1795499700.1-rx.wav"), 2, ahead);
    let raw = office.folder.file("sound/1795499701.1.ulaw");
    wav(&raw, 0, ahead);
    fs::write(&raw, [0xd5; 8_000]).expect("a file");
    File::options()
        .write(true)
        .open(&raw)
        .and_then(|file| file.set_modified(UNIX_EPOCH + Duration::from_secs(ahead)))
        .expect("a time");
    import(&office, &["freepbx-dir", &sound(&office)]).ok();
    assert_eq!(
        office.sqlite3(
            "SELECT path, complete, \"end\" - start FROM recordings WHERE path LIKE '17954997%' ORDER BY path"
        ),
        "1795499700.1-rx.wav|1|2\n1795499701.1.ulaw|1|1"
    );
}

#[test]
fn a_folder_elsewhere_is_refused_with_what_to_do() {
    let office = office();
    let outside = office.folder.path().to_str().expect("UTF-8").to_owned();
    let refusal = import(&office, &["freepbx-dir", &outside]).refusal();
    assert!(refusal.contains("is not below the media root") && refusal.contains("--media-root"), "{refusal}");
    let file = office.folder.file("sound/1795499634.649.wav");
    let refusal = import(&office, &["freepbx-dir", file.to_str().expect("UTF-8")]).refusal();
    assert!(refusal.contains("is not a folder"), "{refusal}");
}

#[test]
fn without_rules_recordings_of_several_customers_wait_and_are_filed_in_order_by_a_later_import() {
    let office = office();
    office.sqlite3("INSERT INTO customers VALUES (2, 'Birch');");
    for _ in 0..2 {
        let said = import(&office, &["freepbx-dir", &sound(&office)]).ok();
        assert!(
            said.contains(
                "  wait, and are filed later, since it isn't known whose they are: there are 2 customers"
            ),
            "{said}"
        );
        assert_eq!(office.sqlite3("SELECT count(*) FROM recordings"), "0");
    }
    let waiting = office
        .sqlite3("SELECT f.path FROM intake_waiting JOIN intake_files f ON f.id = file ORDER BY began, file");
    office.sqlite3("DELETE FROM customers WHERE id = 2");
    import(&office, &["freepbx-dir", &sound(&office)]).ok();
    assert_eq!(office.sqlite3("SELECT path FROM recordings ORDER BY id"), waiting);
    assert_eq!(office.sqlite3("SELECT count(*) FROM intake_waiting"), "0");
    assert_ne!(waiting, "");
}

#[test]
fn detail_records_complete_what_the_names_say() {
    let office = office();
    import(&office, &["freepbx-dir", &sound(&office)]).ok();
    let row = super::CALLS.lines().next().expect("a row").replace("1795499616.205", "1552199400.7");
    let row = ["00:53:36", "00:53:37", "00:53:43"]
        .iter()
        .zip(["01:30:00", "01:30:02", "01:30:06"])
        .fold(row, |row, (a, b)| row.replace(&format!("2026-11-24 {a}"), &format!("2019-03-10 {b}")));
    let file = office.file("Master.csv", row);
    import(&office, &["asterisk-csv", &file]).ok();
    assert_eq!(
        office.sqlite3("SELECT status, talktime, totaltime, snumber_name, dnumber, cnumber FROM recordings WHERE uniqueid = '1552199400.7'"),
        "answer|4|6|Ring \"& Co\", <all>|102|5550100"
    );
}

/// The calls of [`office`], the second one of the account 4711.
const MASTER: &str = r#""","5551230002","101","from-trunk","""Ann"" <5551230002>","PJSIP/trunk-1","PJSIP/101-2","Dial","","2019-03-10 01:30:00","2019-03-10 01:30:02","2019-03-10 01:30:06",6,4,"ANSWERED","","1552199400.7","","","1552199400.7",1
"4711","101","5551234567","from-internal","""Bob"" <101>","PJSIP/101-1","PJSIP/trunk-2","Dial","","2026-11-24 00:53:26","2026-11-24 00:53:28","2026-11-24 00:53:31",5,3,"ANSWERED","","pbx1-1795499606.0","","","pbx1-1795499606.0",1
"","101","5551234567","from-internal","""Bob"" <101>","PJSIP/101-1","PJSIP/trunk-2","Dial","","2026-11-24 00:53:26",,"2026-11-24 00:53:31",5,0,"NO ANSWER","","1795499634.649","","","1795499634.649",1
"#;

/// All rows, after the tree and its calls were brought in in this order, with these rules.
fn rows_after(rules: &str, order: &[&str]) -> String {
    let office = office();
    office.sqlite3("INSERT INTO recordgroups (id, customer, name) VALUES (2, 1, 'Support');");
    let (master, sound) = (office.file("Master.csv", MASTER), sound(&office));
    office.configure(rules);
    for what in order {
        let path = if *what == "freepbx-dir" { &sound } else { &master };
        import(&office, &[what, path]).ok();
    }
    let names: Vec<String> = tapeline::model::WIRE
        .iter()
        .filter(|column| column.name != "expires")
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    let withdrawn =
        office.sqlite3("SELECT action, customer, uniqueid, detail FROM audit WHERE username = 'intake'");
    let expected = match order {
        // A complete row that goes leaves a trace.
        ["freepbx-dir", ..] if rules.contains("account = '4711'\nskip") => {
            "recordings/withdraw|1|pbx1-1795499606.0|rule 1 skips it"
        }
        _ => "",
    };
    assert_eq!(withdrawn, expected, "{rules}");
    office.sqlite3(&format!("SELECT {} FROM recordings ORDER BY path", names.join(", ")))
}

#[test]
fn recordings_and_their_calls_come_in_either_order_also_for_rules_that_ask_for_what_only_calls_tell() {
    let account = "[[rules]]\naccount = '4711'\ngroup = 2\n[[rules]]\ngroup = 1\n";
    let skips = "[[rules]]\naccount = '4711'\nskip = true\n[[rules]]\ngroup = 1\n";
    let only = "[[rules]]\naccount = '4711'\ngroup = 2\n[[rules]]\nskip = true\n";
    for (rules, rows, in_support) in [("", 4, 0), (account, 4, 1), (skips, 3, 0), (only, 1, 1)] {
        let first = rows_after(rules, &["asterisk-csv", "freepbx-dir"]);
        assert_eq!(first.lines().count(), rows, "{rules}{first}");
        assert_eq!(first.lines().filter(|row| row.starts_with("1|2|")).count(), in_support, "{first}");
        assert!(rules == skips || first.contains("|Bob|"), "{first}");
        let last = rows_after(rules, &["freepbx-dir", "asterisk-csv", "freepbx-dir"]);
        assert_eq!(last, first, "{rules}");
    }
}
