//! This machine's clock is put forward and back, and files have times that can't be right: no recording is lost, doubled,
//! ends before it begins, or stays in progress.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use crate::spool::{Office, header, sound, wav, write};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

impl Office {
    /// Puts the clock forward, or back, from where it truly stands.
    fn put_clock(&self, seconds: i64) {
        self.ahead.store(seconds, Ordering::SeqCst);
    }

    /// A finished file, as it is written by the clock that was put.
    fn arrives(&self, name: &str, seconds: u32) {
        let path = self.root().join(name);
        write(&path, &wav(name, seconds));
        set_time(&path, seconds_now() + self.ahead.load(Ordering::SeqCst));
    }

    /// Rows that can't be right.
    fn wrong(&self) -> String {
        self.sqlite3(
            "SELECT path, start, \"end\", talktime, totaltime FROM recordings
               WHERE complete = 1 AND (\"end\" < start OR totaltime <> \"end\" - start OR talktime < 0 OR totaltime > 3600 OR start < 1790000000)",
        )
    }
}

fn seconds_now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock");
    i64::try_from(since.as_secs()).expect("a time")
}

/// Unix seconds.
fn set_time(path: &Path, time: i64) {
    let by = Duration::from_secs(time.unsigned_abs());
    let time = if time < 0 { SystemTime::UNIX_EPOCH - by } else { SystemTime::UNIX_EPOCH + by };
    File::options().append(true).open(path).and_then(|file| file.set_modified(time)).expect("a time");
}

/// A file of which the header says that it is being written.
fn begin(path: &Path) -> File {
    let mut file = File::create(path).expect("a file");
    file.write_all(&header(8_000, 0, false)).expect("written");
    file.write_all(&sound("call", 16_000)).expect("written");
    file
}

#[test]
fn a_clock_that_is_put_forward_or_back_during_a_call_spoils_no_recording() {
    for jump in [-HOUR, HOUR / 2, DAY, -DAY] {
        let mut office = Office::new();
        office.arrives("a-before.wav", 1);
        let file = begin(&office.root().join("b-during.wav"));
        office.until("a-before.wav|1|0|16044|1\nb-during.wav|0|0|16044|0");
        office.put_clock(jump);
        office.arrives("c-after.wav", 2);
        office.until("a-before.wav|1|0|16044|1\nb-during.wav|0|0|16044|0\nc-after.wav|1|0|32044|2");
        drop(file);
        set_time(&office.root().join("b-during.wav"), seconds_now() + jump);
        let over = "a-before.wav|1|0|16044|1\nb-during.wav|1|0|16044|1\nc-after.wav|1|0|32044|2";
        office.until(over);
        let mut office = office.restarted();
        office.put_clock(0);
        office.until(over);
        office.step();
        assert_eq!(office.rows(), over, "{jump}");
        assert_eq!(office.wrong(), "", "{jump}");
        assert_eq!(office.sqlite3("SELECT count(*), max(recordid) FROM recordings"), "3|1");
    }
}

#[test]
fn what_was_left_in_progress_is_completed_whatever_the_clock_says_after_a_restart() {
    for jump in [-HOUR, -DAY, DAY] {
        let mut office = Office::new();
        office.step();
        let path = office.root().join("a.ulaw");
        let file = File::create(&path).and_then(|mut file| file.write_all(&sound("a", 8_000)).map(|()| file));
        office.until("a.ulaw|0|0|8000|0");
        office.put_clock(jump);
        let mut office = office.restarted();
        office.step();
        // Nobody saw it closed.
        drop(file);
        let mut office = office.restarted();
        office.until("a.ulaw|1|0|8000|1");
        assert_eq!(office.wrong(), "", "{jump}");
    }
}

#[test]
fn a_file_whose_time_cannot_be_right_is_a_call_of_today() {
    let mut office = Office::new();
    let before = seconds_now();
    for (name, time) in [("1960.wav", -300_000_000), ("1980.wav", 315_532_800), ("2038.wav", 2_147_483_000)] {
        write(&office.root().join(name), &wav(name, 2));
        set_time(&office.root().join(name), time);
    }
    office.until("1960.wav|1|0|32044|2\n1980.wav|1|0|32044|2\n2038.wav|1|0|32044|2");
    assert_eq!(
        office.sqlite3(&format!(
            "SELECT count(*) FROM recordings WHERE start BETWEEN {before} AND unixepoch() AND \"end\" - start = 2"
        )),
        "3"
    );
    let rows = office.sqlite3("SELECT * FROM recordings");
    let mut office = office.restarted();
    office.step();
    assert_eq!(office.sqlite3("SELECT * FROM recordings"), rows, "also at the next look");
}

#[test]
fn a_recording_that_was_taken_for_broken_off_too_soon_is_none_once_it_goes_on() {
    let office = Office::new();
    let path = office.root().join("a.wav");
    drop(begin(&path));
    // A clock that was put forward makes it look as if nobody had written to it for long.
    office.put_clock(DAY);
    let mut office = office.restarted();
    office.until("a.wav|1|0|16044|1");
    let said = |office: &Office| {
        office.sqlite3("SELECT status, note FROM recordings r JOIN intake_files f ON f.recording = r.id")
    };
    assert!(said(&office).starts_with("interrupted|the PBX never finished"), "{}", said(&office));
    let mut file = OpenOptions::new().append(true).open(&path).expect("a file");
    file.write_all(&sound("more", 16_000)).expect("written");
    office.until("a.wav|0|0|32044|0");
    assert_eq!(said(&office), "|");
    write(&path, &wav("whole", 2));
    drop(file);
    office.until("a.wav|1|0|32044|2");
    assert_eq!(said(&office), "|");
}
