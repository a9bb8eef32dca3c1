//! The sound of deleted recordings goes, whatever happens in between: crashes, read-only folders, a missing disk.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use tapeline::app::App;
use tapeline::config::Config;

use crate::app::{PASSWORD, make_database};
use crate::program::{Folder, Serving, serve, sqlite3};
use crate::waiting::{until, until_answer};

const DELETE: &str = "recording/recordings/delete";
const B: &str = "recordgroup=1;uniqueid=b;recordid=1";

/// A database and its media root.
struct Sounds {
    folder: Folder,
    db: PathBuf,
    media: PathBuf,
}

impl Sounds {
    fn new() -> Sounds {
        let folder = Folder::new();
        let (db, media) = (folder.file("recordings.db"), folder.file("sound"));
        make_database(&db);
        fs::create_dir_all(&media).expect("a folder");
        Sounds { folder, db, media }
    }

    fn sound(&self, path: &str) -> PathBuf {
        let file = self.media.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("it is made");
        fs::write(&file, "sound").expect("it is written");
        file
    }

    fn start(&self) -> Serving {
        Serving::start(&mut serve(&self.db))
    }

    fn app(&self) -> App {
        let config = Config {
            db: self.db.clone(),
            media_root: self.media.clone(),
            bcrypt_cost: 4,
            ..Config::default()
        };
        App::open(config).expect("the application opens")
    }

    fn notes(&self) -> String {
        sqlite3(&self.db, "SELECT count(*) FROM sound_removals;")
    }

    /// What a crash leaves between the deletion of a row and that of its sound.
    fn note(&self, path: &str) {
        let path = path.replace('\'', "''");
        sqlite3(
            &self.db,
            &format!("INSERT INTO sound_removals (path, noted) VALUES ('{path}', unixepoch());"),
        );
    }

    fn all_done(&self) {
        until_answer("notes that are left", "0", || self.notes());
    }
}

#[test]
fn the_next_start_finishes_what_a_crash_left_and_spares_what_a_row_names() {
    let office = Sounds::new();
    let (gone, named, again) =
        (office.sound("a/gone.wav"), office.sound("a/named.wav"), office.sound("again.wav"));
    let outside = office.folder.file("outside.wav");
    fs::write(&outside, "sound").expect("a file");
    symlink("../outside.wav", office.media.join("link.wav")).expect("a link");
    for path in [
        "a/gone.wav",
        "a/gone.wav",
        "a//named.wav",
        "again.wav",
        "none.wav",
        "no/folder.wav",
        "../outside.wav",
        "link.wav",
    ] {
        office.note(path);
    }
    sqlite3(
        &office.db,
        "UPDATE recordings SET path = './a/named.wav' WHERE id = 12;
         UPDATE recordings SET path = 'again.wav' WHERE id = 16;",
    );
    let serving = office.start();
    office.all_done();
    assert!(!gone.exists());
    assert!(named.exists() && again.exists() && outside.exists());
    assert!(office.media.join("link.wav").symlink_metadata().is_ok());
    let log = serving.stop().err;
    for path in ["../outside.wav", "link.wav"] {
        let line = log.lines().find(|line| line.contains("stays") && line.contains(path));
        assert!(line.is_some(), "{path}: {log}");
    }
}

#[test]
fn a_sound_that_was_written_after_its_recording_was_deleted_is_another_one() {
    let office = Sounds::new();
    let (new, old) = (office.sound("new.wav"), office.sound("old.wav"));
    office.note("new.wav");
    sqlite3(&office.db, "UPDATE sound_removals SET noted = noted - 3600;");
    office.note("old.wav");
    office.app().remove_sounds().expect("it is done");
    assert!(new.exists() && !old.exists());
    assert_eq!(office.notes(), "0");
}

#[test]
fn while_the_media_root_is_away_nothing_is_forgotten() {
    let office = Sounds::new();
    let elsewhere = office.folder.file("elsewhere");
    office.sound("b.wav");
    fs::rename(&office.media, &elsewhere).expect("it is moved");
    office.note("b.wav");
    let app = office.app();
    for _ in 0..2 {
        app.remove_sounds().expect("what fails stays noted");
        assert_eq!(office.notes(), "1");
    }
    fs::rename(&elsewhere, &office.media).expect("it is moved back");
    app.remove_sounds().expect("it is done");
    assert_eq!(office.notes(), "0");
    assert!(!office.media.join("b.wav").exists());
}

/// A command that runs as somebody whom permissions bind: the superuser of a test machine may write anywhere.
fn bound(office: &Sounds) -> Command {
    let inner = serve(&office.db);
    if !rustix::process::geteuid().is_root() {
        return inner;
    }
    let nobody = 65_534;
    for path in [office.folder.path(), &office.db, &office.media, &office.media.join("locked")] {
        chown(path, Some(nobody), Some(nobody)).expect("the superuser may");
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    command.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

fn allow(folder: &Path, mode: u32) {
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).expect("a mode");
}

#[test]
fn a_folder_that_is_read_only_keeps_the_sound_until_it_is_not() {
    let office = Sounds::new();
    let (file, folder) = (office.sound("locked/b.wav"), office.media.join("locked"));
    sqlite3(
        &office.db,
        "UPDATE recordings SET path = 'locked/b.wav' WHERE id = 12; PRAGMA wal_checkpoint(TRUNCATE);",
    );
    let mut command = bound(&office);
    allow(&folder, 0o555);
    let serving = Serving::start(&mut command);
    assert_eq!(serving.caller("sara", PASSWORD).post(DELETE, B).codes(), "204", "the recording is deleted");
    assert_eq!(serving.caller("sara", PASSWORD).post(DELETE, B).codes(), "404 uniqueid");
    assert!(file.exists());
    assert_eq!(office.notes(), "1");
    let log = serving.stop().err;
    let line =
        log.lines().find(|line| line.contains("cannot be removed yet")).unwrap_or_else(|| panic!("{log}"));
    assert!(line.contains("locked/b.wav") && line.contains("ermission"), "{line}");
    allow(&folder, 0o755);
    let serving = Serving::start(&mut command);
    office.all_done();
    assert!(!file.exists());
    drop(serving);
}

// kill -9

const RECORDINGS: usize = 400;

/// Recordings with a sound of their own, every fourth with a copy in another group.
fn fill(office: &Sounds) {
    for number in 0..RECORDINGS {
        office.sound(&format!("{}/{number}.wav", number % 7));
    }
    sqlite3(
        &office.db,
        &format!(
            "DELETE FROM recordings;
             WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {RECORDINGS} - 1)
               INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, complete, path)
               SELECT 1, 1, i, '1', 1, (i % 7) || '/' || i || '.wav' FROM n;
             INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, complete, path)
               SELECT 1, 2, uniqueid, '1', 1, './' || path FROM recordings WHERE uniqueid % 4 = 0;"
        ),
    );
}

fn files(folder: &Path, root: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let all = entries.flat_map(|path| match path.is_dir() {
        true => files(&path, root),
        false => {
            BTreeSet::from([path.strip_prefix(root).expect("below").to_str().expect("UTF-8").to_owned()])
        }
    });
    all.collect()
}

/// Deletes one after the other, with two in flight, until the server is killed. Nobody waits for an answer in vain.
fn delete_until_killed(serving: &Serving, names: &[(String, String)], answered: &AtomicUsize) {
    for (group, uniqueid) in names {
        let form = format!("recordgroup={group};uniqueid={uniqueid};recordid=1");
        let target = format!("/api/json/{DELETE}");
        let request = serving.caller("sara", PASSWORD).bytes("POST", &target, &[], form.as_bytes());
        let Ok(mut stream) = std::net::TcpStream::connect(serving.address) else { return };
        let mut answer = String::new();
        let sent = stream.write_all(&request).and_then(|()| stream.read_to_string(&mut answer));
        if sent.is_err() || !answer.contains("\"204\"") {
            return;
        }
        answered.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_kill_in_the_middle_of_many_deletions_leaves_no_file_without_a_row_and_no_row_without_a_file() {
    let office = Sounds::new();
    fill(&office);
    let mut left_behind = 0;
    for round in 0..8 {
        let serving = office.start();
        let list = sqlite3(&office.db, "SELECT recordgroup, uniqueid FROM recordings ORDER BY random();");
        let names: Vec<(String, String)> =
            list.lines().filter_map(|line| line.split_once('|')).map(|(a, b)| (a.into(), b.into())).collect();
        let answered = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for part in names.chunks(names.len().div_ceil(4).max(1)) {
                scope.spawn(|| delete_until_killed(&serving, part, &answered));
            }
            // After so many deletions and somewhere in the next one.
            until("so many", || answered.load(Ordering::Relaxed) >= 20 + round);
            serving.signal("KILL");
        });
        drop(serving);
        left_behind += office.notes().parse::<usize>().expect("a number");
        let done = sqlite3(&office.db, "SELECT count(*) FROM audit WHERE action = 'recordings/delete';");
        let rows = sqlite3(&office.db, "SELECT count(*) FROM recordings;");
        let all = RECORDINGS + RECORDINGS / 4;
        assert_eq!(done.parse::<usize>().expect("a number") + rows.parse::<usize>().expect("a number"), all);

        let serving = office.start();
        office.all_done();
        let named: BTreeSet<String> =
            sqlite3(&office.db, "SELECT DISTINCT replace(path, './', '') FROM recordings;")
                .lines()
                .map(str::to_owned)
                .collect();
        let found = files(&office.media, &office.media);
        let differ: Vec<&String> = found.symmetric_difference(&named).collect();
        assert!(differ.is_empty(), "round {round}: {differ:?}");
        serving.stop();
    }
    assert!(left_behind > 0, "no kill came between the deletion of a row and that of its file");
}
