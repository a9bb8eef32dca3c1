//! The folder source: real files in a real tree, and rows that say what is in it.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use tapeline::app::Alerts;
use tapeline::config;
use tapeline::ingest::spool::{Missing, Rows, Spool};
use tapeline::intake::Intake;
use tapeline::store::{Store, StoreError};

use crate::program::{Folder, Shell, sqlite3};

const STEP: Duration = Duration::from_millis(50);
/// Samples a second of what the tests write.
const RATE: u32 = 8_000;

/// A database with one group, a media root, and a folder source that is stepped by hand.
pub struct Office {
    pub folder: Folder,
    pub store: Arc<Store>,
    pub intake: Arc<Intake>,
    pub alerts: Arc<Alerts>,
    pub spool: Spool,
    /// Seconds by which the clock of this machine is ahead.
    pub ahead: Arc<AtomicI64>,
}

impl Office {
    pub fn new() -> Office {
        Office::with(config::Folder::default())
    }

    pub fn with(settings: config::Folder) -> Office {
        Office::within(Folder::new(), settings)
    }

    /// In a folder that is there.
    pub fn within(folder: Folder, settings: config::Folder) -> Office {
        fs::create_dir_all(folder.file("sound")).expect("a folder");
        let ahead = Arc::default();
        let (store, intake, spool) = open(&folder, settings, &ahead);
        let alerts = Arc::default();
        let spool = spool.telling(&alerts);
        Office { folder, store, intake, alerts, spool, ahead }
    }

    /// The same after a restart.
    pub fn restarted(self) -> Office {
        self.restarted_after(|_| {})
    }

    pub fn restarted_after(self, meanwhile: impl FnOnce(&Path)) -> Office {
        let Office { folder, store, intake, spool, ahead, .. } = self;
        drop((store, intake, spool));
        meanwhile(&folder.file("sound"));
        let (store, intake, spool) = open(&folder, config::Folder::default(), &ahead);
        let alerts = Arc::default();
        let spool = spool.telling(&alerts);
        Office { folder, store, intake, alerts, spool, ahead }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.file("sound")
    }

    pub fn sqlite3(&self, script: &str) -> String {
        sqlite3(&self.folder.file("recordings.db"), script)
    }

    /// Path, complete, stale, size and seconds of every row.
    pub fn rows(&self) -> String {
        self.sqlite3("SELECT path, complete, stale, size, talktime FROM recordings ORDER BY path, id")
    }

    pub fn step(&mut self) {
        self.spool.step(STEP).expect("a step");
    }

    /// Steps until the rows are these.
    #[track_caller]
    pub fn until(&mut self, rows: &str) {
        self.until_is(rows, Office::rows);
    }

    /// Steps until it is so.
    #[track_caller]
    pub fn until_is(&mut self, wanted: &str, is: impl Fn(&Office) -> String) {
        let end = Instant::now() + Duration::from_secs(60);
        while is(self) != wanted && Instant::now() < end {
            self.step();
        }
        assert_eq!(is(self), wanted);
    }

    /// One look for the files of all rows.
    pub fn check_rows(
        &self,
        suspicious: &mut Option<Instant>,
        patience: Duration,
    ) -> Result<bool, StoreError> {
        let rows = Rows {
            root: &self.root(),
            folders: &[],
            store: &self.store,
            intake: &self.intake,
            alerts: &self.alerts,
        };
        rows.check(suspicious, patience)
    }

    fn look_for_rows(&self) -> Missing {
        let found = Missing::look(&self.store, &self.root()).expect("a look");
        self.check_rows(&mut None, Duration::from_secs(3600)).expect("a look");
        found
    }
}

fn open(
    folder: &Folder,
    settings: config::Folder,
    ahead: &Arc<AtomicI64>,
) -> (Arc<Store>, Arc<Intake>, Spool) {
    let db = folder.file("recordings.db");
    let store = Arc::new(Store::open(&db, 2).expect("a database"));
    sqlite3(
        &db,
        "INSERT INTO customers VALUES (1, 'Alder') ON CONFLICT DO NOTHING;
         INSERT INTO recordgroups (id, customer, name) VALUES (1, 1, 'Sales') ON CONFLICT DO NOTHING;",
    );
    let intake = Arc::new(Intake::default());
    let settings = config::Folder {
        machine: Some("pbx1".into()),
        zone: Some(settings.zone.unwrap_or("UTC".into())),
        ..settings
    };
    let spool =
        Spool::new(&settings, &folder.file("sound"), &store, &intake, &Arc::default()).expect("settings");
    let ahead = Arc::clone(ahead);
    let clock = move || {
        let ahead = ahead.load(Ordering::SeqCst);
        let by = Duration::from_secs(ahead.unsigned_abs());
        if ahead < 0 { SystemTime::now() - by } else { SystemTime::now() + by }
    };
    (store, intake, spool.by_clock(Box::new(clock)))
}

/// A WAVE file's header; sizes of 0 while it is written.
pub fn header(rate: u32, bytes: u32, closed: bool) -> Vec<u8> {
    let (riff, data) = if closed { (bytes + 36, bytes) } else { (0, 0) };
    let mut header = b"RIFF".to_vec();
    header.extend(riff.to_le_bytes());
    header.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    header.extend(rate.to_le_bytes());
    header.extend((rate * 2).to_le_bytes());
    header.extend(b"\x02\0\x10\0data");
    header.extend(data.to_le_bytes());
    header
}

/// GSM 06.10 in RIFF, as Asterisk writes it.
fn gsm_header(bytes: u32, closed: bool) -> Vec<u8> {
    let (riff, data) = if closed { (bytes + 52, bytes) } else { (0, 0) };
    let mut header = b"RIFF".to_vec();
    header.extend(riff.to_le_bytes());
    header.extend(b"WAVEfmt \x14\0\0\0\x31\0\x01\0");
    header.extend(8_000_u32.to_le_bytes());
    header.extend(1_625_u32.to_le_bytes());
    header.extend(b"\x41\0\0\0\x02\0\x40\x01fact\x04\0\0\0\0\0\0\0data");
    header.extend(data.to_le_bytes());
    header
}

/// Sound that is like no other of another name.
pub fn sound(name: &str, bytes: usize) -> Vec<u8> {
    let seed = name.bytes().fold(1_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    (0..bytes as u32).map(|at| (at.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8).collect()
}

/// A finished recording of some seconds.
pub fn wav(name: &str, seconds: u32) -> Vec<u8> {
    let bytes = seconds * RATE * 2;
    let mut file = header(RATE, bytes, true);
    file.extend(sound(name, bytes as usize));
    file
}

pub fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, bytes).expect("a file");
}

/// Makes a file look as if it was written long ago.
pub fn age(path: &Path, seconds: u64) {
    let time = SystemTime::now() - Duration::from_secs(seconds);
    File::options().append(true).open(path).and_then(|file| file.set_modified(time)).expect("a time");
}

#[test]
fn a_call_is_in_progress_while_its_file_is_written_and_complete_when_it_is_closed() {
    let mut office = Office::new();
    office.step();
    // A day's folder is newer than its watch: nothing in it may be missed.
    let name = "2026/11/24/in-5550100-5551230002-20261124-055328-1795499608.28.wav";
    let path = office.root().join(name);
    write(&path, &[]);
    let mut file = File::create(&path).expect("a file");
    file.write_all(&header(RATE, 0, false)).expect("written");
    office.until(&format!("{name}|0|0|44|0"));
    file.write_all(&sound(name, 64_000)).expect("written");
    office.step();
    file.seek(SeekFrom::Start(0)).expect("a place");
    file.write_all(&header(RATE, 64_000, true)).expect("written");
    drop(file);
    office.until(&format!("{name}|1|0|64044|4"));
    assert_eq!(
        office.sqlite3(
            "SELECT uniqueid, recordid, machine, start, snumber, cnumber, direction, mimetype, status FROM recordings"
        ),
        "1795499608.28|1|pbx1|1795499608|5551230002|5550100|in|audio/wav|"
    );
}

#[test]
fn a_file_that_is_opened_again_is_in_progress_again_and_has_its_new_length_if_it_went_on() {
    let mut office = Office::new();
    let name = "stopgo-1795499633.630.wav";
    let path = office.root().join(name);
    write(&path, &wav(name, 4));
    office.until(&format!("{name}|1|0|64044|4"));
    let mut file = OpenOptions::new().write(true).open(&path).expect("a file");
    file.write_all(&header(RATE, 0, false)).expect("written");
    office.until(&format!("{name}|0|0|64044|0"));
    file.seek(SeekFrom::End(0)).expect("a place");
    file.write_all(&sound("more", 32_000)).expect("written");
    file.seek(SeekFrom::Start(0)).expect("a place");
    file.write_all(&header(RATE, 96_000, true)).expect("written");
    drop(file);
    office.until(&format!("{name}|1|0|96044|6"));
    // Something else of another length is not what was recorded.
    write(&path, &wav("anew", 1));
    write(&office.root().join("later.wav"), &wav("later", 1));
    office.until(&format!("later.wav|1|0|16044|1\n{name}|1|0|96044|6"));
    fs::remove_file(office.root().join("later.wav")).expect("removed");
    office.sqlite3("DELETE FROM recordings WHERE path = 'later.wav'");
    assert_eq!(office.sqlite3("SELECT count(*), max(recordid) FROM recordings"), "1|1");
}

#[test]
fn what_a_crashed_pbx_left_is_completed_with_its_true_length_and_marked() {
    let office = Office::new();
    let mut office = office.restarted_after(|root| {
        let mut bytes = header(RATE, 0, false);
        bytes.extend(sound("crash", 48_000));
        write(&root.join("1795499618.241.wav"), &bytes);
        write(&root.join("1795499619.1.ulaw"), &sound("crash", 24_000));
        write(&root.join("1795499620.1.gsm"), &[]);
        for name in ["1795499618.241.wav", "1795499619.1.ulaw", "1795499620.1.gsm"] {
            age(&root.join(name), 3_600);
        }
    });
    office.until("1795499618.241.wav|1|0|48044|3\n1795499619.1.ulaw|1|0|24000|3\n1795499620.1.gsm|1|0|0|0");
    assert_eq!(office.sqlite3("SELECT status FROM recordings ORDER BY path"), "interrupted");
    assert_eq!(
        office.sqlite3("SELECT note FROM intake_files WHERE note <> ''"),
        "the PBX never finished the file; its length is that of the sound in it"
    );
}

#[test]
fn a_file_that_somebody_still_writes_to_is_in_progress_after_a_restart_too() {
    let office = Office::new();
    let name = "1795499618.241.wav";
    let path = office.root().join(name);
    let mut file = File::create(&path).expect("a file");
    file.write_all(&header(RATE, 0, false)).expect("written");
    file.write_all(&sound(name, 16_000)).expect("written");
    let mut office = office.restarted();
    office.until(&format!("{name}|0|0|16044|0"));
    office.step();
    assert_eq!(office.rows(), format!("{name}|0|0|16044|0"));
    drop(file);
    office.until(&format!("{name}|1|0|16044|1"));
}

#[test]
fn sides_of_a_recording_and_what_is_no_sound_are_not_listed() {
    let mut office = Office::new();
    for name in ["legs-1795499634.649-rx.wav", "legs-1795499634.649-tx.wav", "legs-1795499634.649.wav"] {
        write(&office.root().join(name), &wav(name, 1));
    }
    write(&office.root().join("post.log"), b"done");
    write(&office.root().join(".legs-1795499634.649.wav.Xy7q"), b"on its way");
    // A side without the other: after a while it is all there is.
    write(&office.root().join("old-in.wav"), &wav("old", 1));
    age(&office.root().join("old-in.wav"), 3_600);
    write(&office.root().join("new-in.wav"), &wav("new", 1));
    office.until("legs-1795499634.649.wav|1|0|16044|1\nold-in.wav|1|0|16044|1");
    let reasons = office.store.reader().and_then(|reader| reader.excluded_files()).expect("a reader");
    assert_eq!(reasons, [("one side of a call whose mixed recording is there".to_owned(), 2)]);
    let sources = office.intake.live().sources();
    let skipped = &sources.get("folder").expect("the source").skipped;
    assert_eq!(skipped.get("not a file of sound, by its name"), Some(&2), "{sources:?}");
    let waiting = &sources["folder"].without_rows;
    assert_eq!(
        waiting.get("one side of a call, which waits for the mixed recording"),
        Some(&1),
        "{waiting:?}"
    );
    assert!(office.root().join("legs-1795499634.649-rx.wav").exists(), "never deleted");
}

#[test]
fn files_of_a_folder_with_settings_of_its_own_are_left_to_it() {
    let mut office =
        Office::with(config::Folder { others: vec!["siteb".into()], ..config::Folder::default() });
    write(&office.root().join("siteb/before.wav"), &wav("before", 1));
    office.step();
    write(&office.root().join("siteb/a.wav"), &wav("a", 1));
    write(&office.root().join("sitebb/b.wav"), &wav("b", 1));
    office.until("sitebb/b.wav|1|0|16044|1");
    office.step();
    assert_eq!(office.rows(), "sitebb/b.wav|1|0|16044|1");
}

#[test]
fn files_of_deleted_recordings_are_counted_as_long_as_they_are_there() {
    let mut office = Office::new();
    for name in ["a.wav", "b.wav", "c.wav"] {
        write(&office.root().join(name), &wav(name, 1));
    }
    office.until("a.wav|1|0|16044|1\nb.wav|1|0|16044|1\nc.wav|1|0|16044|1");
    office.sqlite3("DELETE FROM recordings WHERE path <> 'a.wav'");
    fs::remove_file(office.root().join("c.wav")).expect("removed");
    let counted = |office: &Office| {
        office.check_rows(&mut None, Duration::ZERO).expect("a look");
        office.intake.live().sources()["rows"].without_rows.clone()
    };
    let deleted = "its recording was deleted, and the file was not".to_owned();
    assert_eq!(counted(&office), [(deleted, 1)].into());
    fs::remove_file(office.root().join("b.wav")).expect("removed");
    assert!(counted(&office).is_empty());
}

#[test]
fn files_without_any_sound_are_kept_or_left_out_as_the_setting_says() {
    let empty = header(RATE, 0, true);
    for (keep_empty, rows) in [(true, "a.wav|1|0|44|0"), (false, "")] {
        let mut office = Office::with(config::Folder { keep_empty, ..config::Folder::default() });
        office.step();
        let mut file = File::create(office.root().join("a.wav")).expect("a file");
        file.write_all(&header(RATE, 0, false)).expect("written");
        office.until("a.wav|0|0|44|0");
        file.seek(SeekFrom::Start(0)).expect("a place");
        file.write_all(&empty).expect("written");
        drop(file);
        office.until(rows);
        let reasons = office.store.reader().and_then(|reader| reader.excluded_files()).expect("a reader");
        assert_eq!(reasons.is_empty(), keep_empty);
        office = office.restarted();
        office.until(rows);
    }
}

#[test]
fn a_file_that_was_moved_or_renamed_keeps_its_row() {
    let mut office = Office::new();
    for name in ["a/1795499618.1.wav", "a/1795499618.2.wav", "a/1795499618.3.wav", "b/c.wav", "b/d.wav"] {
        write(&office.root().join(name), &wav(name, 1));
    }
    office.until(
        "a/1795499618.1.wav|1|0|16044|1\na/1795499618.2.wav|1|0|16044|1\na/1795499618.3.wav|1|0|16044|1\n\
         b/c.wav|1|0|16044|1\nb/d.wav|1|0|16044|1",
    );
    office.sqlite3("UPDATE recordings SET hold = 1");
    // While it is watched: to another name, to a new folder, and a whole folder.
    let root = office.root();
    fs::rename(root.join("a/1795499618.1.wav"), root.join("a/kept.wav")).expect("moved");
    fs::create_dir(root.join("new")).expect("a folder");
    fs::rename(root.join("a/1795499618.2.wav"), root.join("new/1795499618.2.wav")).expect("moved");
    fs::rename(root.join("b"), root.join("z")).expect("moved");
    // As mv to another disk does it.
    fs::copy(root.join("a/1795499618.3.wav"), root.join("new/1795499618.3.wav")).expect("copied");
    office.step();
    fs::remove_file(root.join("a/1795499618.3.wav")).expect("removed");
    let moved = "a/kept.wav|1|0|16044|1\nnew/1795499618.2.wav|1|0|16044|1\nnew/1795499618.3.wav|1|0|16044|1\n\
         z/c.wav|1|0|16044|1\nz/d.wav|1|0|16044|1";
    office.until(moved);
    assert_eq!(office.sqlite3("SELECT count(*), sum(hold) FROM recordings"), "5|5");
    // While nobody looks: renamed, and copied to another disk under another name.
    let mut office = office.restarted_after(|root| {
        fs::rename(root.join("z/c.wav"), root.join("z/e.wav")).expect("moved");
        fs::copy(root.join("z/d.wav"), root.join("f.wav")).expect("copied");
        fs::remove_file(root.join("z/d.wav")).expect("removed");
    });
    let moved = moved.replace("z/c.wav", "z/e.wav").replace("z/d.wav|1|0|16044|1", "");
    office.until(
        format!("a/kept.wav|1|0|16044|1\nf.wav|1|0|16044|1\n{}", moved.split_once('\n').expect("lines").1)
            .trim_end(),
    );
    assert_eq!(office.sqlite3("SELECT count(*), sum(hold) FROM recordings"), "5|5");
}

#[test]
fn a_row_whose_file_is_gone_says_so_and_no_longer_when_it_is_back() {
    let mut office = Office::new();
    let file = wav("a", 1);
    write(&office.root().join("a.wav"), &file);
    write(&office.root().join("b.wav"), &wav("b", 1));
    office.until("a.wav|1|0|16044|1\nb.wav|1|0|16044|1");
    fs::rename(office.root().join("a.wav"), office.folder.file("away.wav")).expect("moved");
    office.until("a.wav|1|1|16044|1\nb.wav|1|0|16044|1");
    fs::rename(office.folder.file("away.wav"), office.root().join("a.wav")).expect("moved");
    office.until("a.wav|1|0|16044|1\nb.wav|1|0|16044|1");
    // While nobody looks, and as another file.
    let mut office = office.restarted_after(|root| fs::remove_file(root.join("a.wav")).expect("removed"));
    office.step();
    assert_eq!(office.look_for_rows().newly.len(), 1);
    assert_eq!(office.rows(), "a.wav|1|1|16044|1\nb.wav|1|0|16044|1");
    write(&office.root().join("a.wav"), &file);
    assert_eq!(office.look_for_rows().back.len(), 1);
    assert_eq!(office.rows(), "a.wav|1|0|16044|1\nb.wav|1|0|16044|1");
}

#[test]
fn nothing_is_filed_before_there_is_a_group_to_file_it_in() {
    let mut office = Office::new();
    office.sqlite3("DELETE FROM recordgroups; DELETE FROM customers;");
    write(&office.root().join("a.wav"), &wav("a", 1));
    office.step();
    assert_eq!(office.rows(), "");
    assert_eq!(office.sqlite3("SELECT count(*) FROM intake_waiting"), "1");
    office.sqlite3("INSERT INTO customers VALUES (3, 'Cedar'); INSERT INTO recordgroups (id, customer, name) VALUES (7, 3, 'All');");
    let looked = office.intake.look_after_waiting(&office.store, false, 1_795_500_000).expect("a look");
    assert_eq!((looked.filed, looked.faults), (1, Vec::new()));
    assert_eq!(office.rows(), "a.wav|1|0|16044|1");
    assert_eq!(office.sqlite3("SELECT customer, recordgroup FROM recordings"), "3|7");
}

/// A tree of every naming, years of it.
fn plant(root: &Path, files: usize) -> Vec<String> {
    let mut planted = Vec::new();
    for number in 0..files {
        let start = 1_600_000_000 + number as i64 * 40_000;
        let time = jiff::Timestamp::from_second(start).expect("a time");
        let (day, stamp) = (time.strftime("%Y/%m/%d"), time.strftime("%Y%m%d-%H%M%S"));
        let name = match number % 12 {
            0 => format!("{day}/in-5550100-5551{number:06}-{stamp}-{start}.{number}.wav"),
            1 => format!("{day}/out-5551{number:06}-101-{stamp}-{start}.{number}.WAV"),
            2 => format!("{day}/internal-102-101-{stamp}-pbx1-{start}.{number}.gsm"),
            3 => format!("{day}/q-400-anonymous-{stamp}-my-pbx-{start}.{number}.wav"),
            4 => format!("{day}/rg-600-+1555{number:06}-{stamp}-{start}.{number}.wav"),
            5 => format!("{day}/external-102-unknown-{stamp}-{start}.{number}.ulaw"),
            6 => {
                format!("archive/{}/{number:08x}-9d6e-4e7a-8a53-1a2b3c4d5e6f.wav", time.strftime("%Y/%b/%d"))
            }
            7 => format!("{start}.{number}.wav"),
            8 => format!("auto-{start}.{number}.sln"),
            9 => format!("OUT101-{stamp}-{start}.{number}.wav"),
            10 => format!("meetings/{number} Zoë & Jean-Luc.wav"),
            _ => format!("{day}/exten-101-Jean-Luc-{stamp}-{start}.{number}.alaw"),
        };
        let bytes =
            if name.to_lowercase().ends_with(".wav") { header(RATE, 0, true) } else { vec![0xd5; 80] };
        write(&root.join(&name), &bytes);
        planted.push(name);
    }
    planted.sort();
    planted
}

#[test]
fn a_tree_of_thousands_of_files_gets_a_row_each_and_never_two() {
    let office = Office::new();
    let planted = plant(&office.root(), 3_000);
    for name in &planted {
        age(&office.root().join(name), 86_400);
    }
    let mut office = office.restarted();
    office.step();
    let paths = |office: &Office| office.sqlite3("SELECT path FROM recordings ORDER BY path");
    assert_eq!(paths(&office), planted.join("\n"));
    let rows = office.rows();
    office = office.restarted();
    office.step();
    assert_eq!(office.rows(), rows, "a second look changes nothing");
    assert_eq!(office.sqlite3("SELECT count(DISTINCT uniqueid), sum(complete) FROM recordings"), "3000|3000");
    assert_eq!(
        office.sqlite3("SELECT asteriskid, count(*) FROM recordings GROUP BY 1"),
        "|2500\nmy-pbx|250\npbx1|250"
    );
}

#[test]
fn ten_thousand_files_at_once_are_all_there() {
    let mut office = Office::new();
    office.step();
    let (root, empty) = (office.root(), header(RATE, 0, true));
    for number in 0..10_000 {
        fs::write(root.join(format!("1795499618.{number}.wav")), &empty).expect("a file");
    }
    let end = Instant::now() + Duration::from_secs(120);
    while office.sqlite3("SELECT count(*) FROM recordings WHERE complete = 1") != "10000"
        && Instant::now() < end
    {
        office.step();
    }
    assert_eq!(
        office.sqlite3("SELECT count(*), count(DISTINCT path) FROM recordings WHERE complete = 1"),
        "10000|10000"
    );
}

#[test]
fn while_another_program_holds_the_database_nothing_is_lost() {
    let mut office = Office::new();
    office.step();
    let mut shell = Shell::open(&office.folder.file("recordings.db"));
    shell.run("BEGIN IMMEDIATE;");
    write(&office.root().join("a.wav"), &wav("a", 1));
    let failed = (0..20).find_map(|_| office.spool.step(STEP).err()).expect("it gives up after five seconds");
    assert_eq!(failed.to_string(), "the database is busy; try again in a moment");
    shell.run("COMMIT;");
    office.until("a.wav|1|0|16044|1");
}

/// The events of the recorded run, as they came.
fn recorded() -> Vec<(String, String, u64, bool)> {
    let packed = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/asterisk/files.jsonl.gz");
    let unpacked = Command::new("gzip").args(["-dc", packed]).output().expect("gzip runs").stdout;
    let text = String::from_utf8(unpacked).expect("UTF-8");
    let events = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let files = events.filter(|event| event["path"].as_str().is_some_and(|path| path.contains('.')));
    files
        .map(|event| {
            let what = event["ev"][0].as_str().expect("a word").to_owned();
            let open = event["head"]["riff"].as_u64() == Some(0);
            let path = event["path"].as_str().expect("a path").to_owned();
            (what, path, event["size"].as_u64().expect("a size"), open)
        })
        .collect()
}

/// Writes a file as it was at a moment.
pub fn write_as_recorded(file: &mut File, path: &str, size: u64, closed: bool) {
    let rate = if path.ends_with(".wav16") { 16_000 } else { RATE };
    let at = file.seek(SeekFrom::End(0)).expect("a place");
    let head = match path.rsplit('.').next() {
        Some("wav" | "wav16") => header(rate, size.saturating_sub(44) as u32, closed),
        Some("WAV") => gsm_header(size.saturating_sub(60) as u32, closed),
        _ => Vec::new(),
    };
    let filler = if path.ends_with("gsm") {
        vec![0xd0; (size - at) as usize]
    } else {
        sound(path, (size - at) as usize)
    };
    file.write_all(&filler).expect("written");
    if size >= head.len() as u64 {
        file.seek(SeekFrom::Start(0)).expect("a place");
        file.write_all(&head).expect("written");
    }
}

#[test]
fn the_recorded_run_of_an_asterisk_is_followed_as_it_was_written() {
    let mut office = Office::new();
    office.step();
    let mut open: HashMap<String, File> = HashMap::new();
    let mut sizes: HashMap<String, u64> = HashMap::new();
    let mut reopened = 0;
    for (number, (what, path, size, is_open)) in recorded().into_iter().enumerate() {
        let full = office.root().join(&path);
        fs::create_dir_all(full.parent().expect("a folder")).expect("a folder");
        let again = what == "poll" && is_open && !open.contains_key(&path);
        if what == "CREATE" || again {
            reopened += usize::from(again);
            open.insert(
                path.clone(),
                OpenOptions::new().create(true).truncate(false).write(true).open(&full).expect("a file"),
            );
        }
        if let Some(file) = open.get_mut(&path) {
            write_as_recorded(file, &path, size, what == "CLOSE_WRITE");
        }
        if what == "CLOSE_WRITE" {
            open.remove(&path);
        }
        sizes.insert(path, size);
        if number % 5 == 0 {
            office.step();
        }
    }
    assert!(open.is_empty() && reopened == 2, "{reopened} {open:?}");
    let listed = |path: &String| !path.ends_with(".log") && !path.contains("-rx.") && !path.contains("-tx.");
    let mut expected: Vec<String> = sizes
        .iter()
        .filter(|(path, _)| listed(path))
        .map(|(path, size)| format!("{path}|1|{size}|{}", milliseconds(path, *size)))
        .collect();
    expected.sort();
    let rows = |office: &Office| {
        office.sqlite3(
            "SELECT r.path, r.complete, r.size, f.duration FROM recordings r JOIN intake_files f ON f.path = r.path ORDER BY r.path",
        )
    };
    let end = Instant::now() + Duration::from_secs(30);
    while rows(&office) != expected.join("\n") && Instant::now() < end {
        office.step();
    }
    assert_eq!(rows(&office), expected.join("\n"));
    assert_eq!(
        office.sqlite3("SELECT count(*), sum(status = 'interrupted'), max(recordid) FROM recordings"),
        format!("{}|0|1", expected.len())
    );
    assert_eq!(
        office.sqlite3("SELECT direction, count(*) FROM recordings GROUP BY 1"),
        "|8\nin|16\ninternal|8\nout|6"
    );
}

fn milliseconds(path: &str, size: u64) -> u64 {
    match path.rsplit('.').next() {
        Some("wav") => (size - 44) / 2 * 1000 / 8_000,
        Some("wav16") => (size - 44) / 2 * 1000 / 16_000,
        Some("WAV") => (size - 60) / 65 * 40,
        Some("gsm") => size / 33 * 20,
        Some("sln") => size / 2 * 1000 / 8_000,
        _ => size * 1000 / 8_000,
    }
}
