//! `tapeline tidy`: rows of before that are one recording, and those that are not.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::app::make_database;
use crate::program::{Folder, finish, sqlite3, tapeline};

const NAME: &str = "in-5550100-5551230002-20261124-055310-1795499610.10";
const ROWS: &str = "SELECT id, path, recordgroup, hold FROM recordings WHERE id >= 100 ORDER BY id";
const SOUNDS: &str =
    "SELECT recording, path, role, ifnull(duration, '-') FROM sounds ORDER BY recording, path";

/// A database, and the media root.
struct House {
    folder: Folder,
    db: PathBuf,
}

impl House {
    /// With rows that name files: id, customer, group, machine, uniqueid, path and milliseconds, with a comma between. All
    /// the files are there.
    fn new(rows: &[&str]) -> House {
        let folder = Folder::new();
        let db = folder.file("recordings.db");
        make_database(&db);
        let house = House { folder, db };
        for row in rows {
            let [id, customer, group, machine, uniqueid, path, duration] =
                row.split(',').collect::<Vec<_>>()[..]
            else {
                panic!("{row}")
            };
            house.sqlite3(&format!(
                "INSERT INTO recordings (id, customer, recordgroup, machine, uniqueid, recordid, path, complete, size, mimetype)
                   VALUES ({id}, {customer}, {group}, '{machine}', '{uniqueid}', '{id}', '{path}', 1, 5, 'audio/x-test');
                 INSERT INTO intake_files (path, machine, uniqueid, recordid, recording, state, size, duration, written)
                   VALUES ('{path}', '{machine}', '{uniqueid}', '{id}', {id}, 2, 5, {duration}, 1);
                 INSERT INTO sounds (recording, path, role, size, duration) VALUES ({id}, '{path}', 'mix', 5, nullif({duration}, 0));"
            ));
            house.write(path);
        }
        house
    }

    fn write(&self, path: &str) {
        let file = self.folder.file("sound").join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("it is made");
        fs::write(file, "sound").expect("it is written");
    }

    fn sqlite3(&self, script: &str) -> String {
        sqlite3(&self.db, script)
    }

    fn tidy(&self, more: &[&str]) -> String {
        let mut command = tapeline();
        command.arg("tidy").args(more).arg("--db").arg(&self.db);
        command.arg("--media-root").arg(self.folder.file("sound"));
        finish(&mut command, "").ok()
    }

    /// Everything, but for when it was.
    fn state(&self) -> String {
        self.sqlite3(".dump recordings sounds intake_files audit")
    }
}

#[test]
fn a_dry_run_says_what_would_be_and_changes_nothing() {
    let house = House::new(&[
        &format!("100,1,1,pbx,1795499610.10,a/{NAME}.wav,60000"),
        &format!("101,1,1,pbx,1795499610.10,mp3/{NAME}.mp3,60400"),
        "102,1,1,pbx,meeting,a/meeting.wav,1000",
    ]);
    let before = house.state();
    assert_eq!(
        house.tidy(&["--dry-run"]),
        format!(
            "a/{NAME}.wav (group 1, uniqueid 1795499610.10, recordid 100)\n  \
             + mp3/{NAME}.mp3 (group 1, uniqueid 1795499610.10, recordid 101): another form\n\
             1 recordings and 0 sides without one would become forms of 1 recordings. Nothing was changed; to do it: tapeline tidy\n"
        )
    );
    assert_eq!(house.state(), before);
    house.tidy(&[]);
    assert!(house.tidy(&["--dry-run"]).starts_with("Nothing to tidy"));
}

#[test]
fn a_row_becomes_a_form_of_the_one_that_came_first_or_that_people_care_for() {
    let house = House::new(&[
        &format!("100,1,1,pbx,1795499610.10,mp3/{NAME}.mp3,60400"),
        &format!("101,1,1,pbx,1795499610.10,a/{NAME}.wav,60000"),
        "102,1,1,pbx,meeting,a/meeting.wav,1000",
        "103,1,1,pbx,meeting,a/meeting.mp3,0",
        "104,1,1,pbx,talk,a/talk.wav,2000",
        "105,1,1,pbx,talk,a/talk.mp3,2000",
    ]);
    house.sqlite3(
        "UPDATE recordings SET hold = 1, expires = 50, snumber = '' WHERE id = 103;
         UPDATE recordings SET expires = 0, snumber = '201', snumber_name = 'Anna' WHERE id = 102;
         INSERT INTO audit (time, person, action, recordgroup, uniqueid, recordid) VALUES (1, 3, 'recordings/listen', 1, 'talk', '105');",
    );
    house.tidy(&[]);
    // The WAV plays, by the order of formats; its row is the one of the MP3.
    assert_eq!(
        house.sqlite3(ROWS),
        format!("100|a/{NAME}.wav|1|0\n103|a/meeting.wav|1|1\n105|a/talk.wav|1|0")
    );
    assert_eq!(
        house.sqlite3(SOUNDS),
        format!(
            "100|a/{NAME}.wav|mix|60000\n100|mp3/{NAME}.mp3|mix|60400\n103|a/meeting.mp3|mix|-\n103|a/meeting.wav|mix|1000\n\
             105|a/talk.mp3|mix|2000\n105|a/talk.wav|mix|2000"
        )
    );
    assert_eq!(
        house.sqlite3("SELECT expires, snumber, snumber_name FROM recordings WHERE id = 103"),
        "0|201|Anna"
    );
    assert_eq!(
        house.sqlite3("SELECT recordid, detail FROM audit WHERE action = 'recordings/merge' AND uniqueid = 'meeting' ORDER BY id"),
        "102|a form of 1:meeting:103 from now on: a/meeting.wav\n103|takes over 1:meeting:102: a/meeting.wav"
    );
    // Each file is known, as of its recording.
    assert_eq!(
        house.sqlite3("SELECT path, recording, excluded <> '' FROM intake_files WHERE uniqueid = 'meeting' ORDER BY path"),
        "a/meeting.mp3|103|1\na/meeting.wav|103|0"
    );
    assert!(
        ["a/meeting.wav", "a/meeting.mp3"].iter().all(|path| house.folder.file("sound").join(path).exists())
    );
}

#[test]
fn the_order_of_formats_says_which_form_plays_if_it_is_there() {
    for (formats, gone, plays) in [
        ("wav", "", "a/meeting.wav"),
        ("mp3,wav", "", "a/meeting.mp3"),
        ("mp3,wav", "a/meeting.mp3", "a/meeting.wav"),
        ("gsm", "", "a/meeting.wav"),
        ("gsm", "a/meeting.wav", "a/meeting.mp3"),
    ] {
        let house =
            House::new(&["100,1,1,pbx,meeting,a/meeting.wav,1000", "101,1,1,pbx,meeting,a/meeting.mp3,1000"]);
        if !gone.is_empty() {
            fs::remove_file(house.folder.file("sound").join(gone)).expect("it goes");
        }
        house.tidy(&["--prefer-formats", formats]);
        assert_eq!(house.sqlite3(ROWS), format!("100|{plays}|1|0"), "{formats}, without {gone:?}");
    }
}

#[test]
fn the_order_of_formats_holds_for_what_comes_in_too() {
    for (formats, plays) in [("m4a,wav", "2026/meeting.m4a|audio/mp4"), ("wav", "2026/meeting.wav|audio/wav")]
    {
        let house = House::new(&[]);
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        fs::create_dir_all(house.folder.file("sound/2026")).expect("a folder");
        for ending in ["wav", "m4a"] {
            let to = house.folder.file(&format!("sound/2026/meeting.{ending}"));
            fs::copy(data.join(format!("call.{ending}")), &to).expect("it is copied");
            // Written to its end, as everybody can see.
            let file = fs::File::options().append(true).open(&to).expect("a file");
            file.set_modified(SystemTime::now() - Duration::from_secs(86_400)).expect("it is older");
        }
        house.sqlite3("DELETE FROM people; DELETE FROM customers WHERE id = 2;");
        let sound = house.folder.text("sound");
        let mut command = tapeline();
        command.args(["import", "freepbx-dir", &sound, "--media-root", &sound, "--prefer-formats", formats]);
        finish(command.arg("--db").arg(&house.db), "").ok();
        assert_eq!(house.sqlite3("SELECT path, mimetype FROM recordings WHERE id > 18"), plays, "{formats}");
        assert_eq!(
            house.sqlite3("SELECT path, role, duration > 1000 FROM sounds ORDER BY path"),
            "2026/meeting.m4a|mix|1\n2026/meeting.wav|mix|1"
        );
    }
}

#[test]
fn what_may_be_two_recordings_stays_two() {
    let house = House::new(&[
        // Other machines, customers and groups; other lengths, and unknown ones; other channels; no uniqueid in the name.
        &format!("100,1,1,pbx1,1795499610.10,a/{NAME}.wav,60000"),
        &format!("101,1,1,pbx2,1795499610.10,b/{NAME}.mp3,60000"),
        "102,1,1,pbx,1795499620.1,a/1795499620.1.wav,60000",
        "103,2,4,pbx,1795499620.1,b/1795499620.1.mp3,60000",
        "104,1,1,pbx,1795499630.1,a/1795499630.1.wav,60000",
        "105,1,2,pbx,1795499630.1,b/1795499630.1.mp3,60000",
        "106,1,1,pbx,1795499640.1,a/1795499640.1.wav,60000",
        "107,1,1,pbx,1795499640.1,b/1795499640.1.mp3,30000",
        "108,1,1,pbx,1795499650.1,a/1795499650.1.wav,60000",
        "109,1,1,pbx,1795499650.1,b/1795499650.1.mp3,0",
        "110,1,1,pbx,1795499660.1,a/1795499660.1.wav,60000",
        "111,1,1,pbx,1795499660.2,a/1795499660.2.wav,60000",
        "112,1,1,pbx,meeting,a/meeting.wav,60000",
        "113,1,1,pbx,meeting,b/meeting.mp3,60000",
        // One of two recordings of a channel, and nobody knows of which.
        "114,1,1,pbx,1795499670.1,a/in-1-2-20261124-055410-1795499670.1.wav,60000",
        "115,1,1,pbx,1795499670.1,a/q-1-2-20261124-055410-1795499670.1.wav,60000",
        "116,1,1,pbx,1795499670.1,b/1795499670.1.mp3,60000",
    ]);
    // In progress.
    house.sqlite3(
        "INSERT INTO recordings (id, customer, recordgroup, machine, uniqueid, recordid, path) VALUES
           (120, 1, 1, 'pbx', 'talk', '1', 'a/talk.wav'), (121, 1, 1, 'pbx', 'talk', '2', 'a/talk.mp3');",
    );
    let before = house.state();
    let said = house.tidy(&[]);
    assert_eq!(house.state(), before, "{said}");
    assert!(said.contains("stays a recording: it is filed in another record group"), "{said}");
    assert!(said.contains("stays a recording: it may be one of several recordings"), "{said}");
    assert!(said.ends_with("Nothing to tidy: no two recordings are one.\n"), "{said}");
}

#[test]
fn the_same_content_is_one_recording_and_copies_in_other_groups_stay() {
    let house = House::new(&[
        "100,1,1,pbx,kept,a/kept.wav,60000",
        "101,1,1,pbx,kept for the lawyer,b/kept for the lawyer.wav,60000",
        "102,1,1,pbx,silent,a/silent.wav,0",
        "103,1,1,pbx,silent too,b/silent too.wav,0",
        "104,1,1,pbx,1795499610.10,a/1795499610.10.wav,5000",
        "105,1,1,pbx,1795499610.10,b/1795499610.10.mp3,5000",
        "106,1,2,pbx,1795499610.10,b/1795499610.10.mp3,5000",
    ]);
    house.sqlite3("UPDATE sounds SET sha256 = x'aa' WHERE recording IN (100, 101); UPDATE sounds SET sha256 = x'bb' WHERE recording IN (102, 103);");
    let said = house.tidy(&[]);
    assert_eq!(
        house.sqlite3("SELECT id FROM recordings WHERE id >= 100 ORDER BY id"),
        "100\n102\n103\n104\n105\n106"
    );
    assert!(said.contains("stays a recording: it has copies in other record groups"), "{said}");
}

#[test]
fn sides_become_sides_of_the_mixed_recording_whether_they_have_rows_or_not() {
    let house = House::new(&[
        "100,1,1,pbx,call-in,a/call-in.wav,5000",
        "101,1,1,pbx,call,a/call.wav,5000",
        "102,1,1,pbx,call-out,a/call-out.wav,5000",
        "103,1,1,pbx,lone-in,a/lone-in.wav,5000",
        "104,1,1,pbx,other,a/other.wav,5000",
        "105,1,1,pbx,mix,v/mix-in.wav,5000",
        "106,1,1,pbx,mix,v/mix-all.wav,5000",
        "107,1,1,pbx,mix,w/mix-out.wav,5000",
    ]);
    house.sqlite3(
        "INSERT INTO intake_files (path, machine, state, size, duration, excluded) VALUES
           ('a/other-rx.wav', 'pbx', 2, 7, 4000, 'one side of a call whose mixed recording is there'),
           ('b/other-tx.wav', 'pbx', 2, 7, 4000, 'one side of a call whose mixed recording is there');",
    );
    let said = house.tidy(&[]);
    assert!(said.ends_with("3 recordings and 1 sides without one became forms of 3 recordings.\n"), "{said}");
    assert_eq!(
        house.sqlite3(SOUNDS),
        "101|a/call-in.wav|in|5000\n101|a/call-out.wav|out|5000\n101|a/call.wav|mix|5000\n103|a/lone-in.wav|mix|5000\n\
         104|a/other-rx.wav|in|4000\n104|a/other.wav|mix|5000\n106|v/mix-all.wav|mix|5000\n106|v/mix-in.wav|in|5000\n\
         107|w/mix-out.wav|mix|5000"
    );
    assert_eq!(
        house.sqlite3("SELECT id, path FROM recordings WHERE id >= 100"),
        "101|a/call.wav\n103|a/lone-in.wav\n104|a/other.wav\n106|v/mix-all.wav\n107|w/mix-out.wav"
    );
    assert!(house.tidy(&[]).starts_with("Nothing to tidy"));
}
