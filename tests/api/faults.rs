//! What goes wrong in an office: the power fails, a disk is full, a mount goes away. No recording is lost or doubled.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::program::{Folder, Serving, run, sqlite3, tapeline};
use crate::spool::{Office, wav, write};
use crate::waiting::{take, until_answer};

/// Something mounted; it goes with this, however a test ends.
pub struct Mount(PathBuf);

impl Mount {
    /// None where this may not be done here.
    pub fn new(arguments: &[&str], at: &Path) -> Option<Mount> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("SKIPPED: mounting needs root");
            return None;
        }
        fs::create_dir_all(at).expect("a folder");
        let mounted = Command::new("mount").args(arguments).arg(at).status().expect("mount runs").success();
        if !mounted {
            eprintln!("SKIPPED: nothing can be mounted here");
        }
        mounted.then(|| Mount(at.into()))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn a_media_root_that_goes_away_takes_no_row_with_it_and_comes_back() {
    let folder = Folder::new();
    let (disk, root) = (folder.file("disk"), folder.file("sound"));
    fs::create_dir_all(&disk).expect("a folder");
    let bind = ["--bind", disk.to_str().expect("UTF-8")];
    let Some(mount) = Mount::new(&bind, &root) else { return };
    let mut office = Office::within(folder, Default::default());
    let names: Vec<String> = (0..30).map(|number| format!("2026/11/24/1795499618.{number}.wav")).collect();
    names.iter().for_each(|name| write(&root.join(name), &wav(name, 1)));
    let rows = |stale: u8| {
        let mut rows: Vec<_> = names.iter().map(|name| format!("{name}|1|{stale}|16044|1")).collect();
        rows.sort();
        rows.join("\n")
    };
    office.until(&rows(0));

    drop(mount);
    office.step();
    let mut suspicious = None;
    let hour = Duration::from_secs(3600);
    let look = |office: &Office, suspicious: &mut Option<Instant>, patience| {
        office.check_rows(suspicious, patience).expect("a look");
    };
    look(&office, &mut suspicious, hour);
    assert_eq!(office.rows(), rows(0), "all at once: perhaps it comes back in a moment");
    let trouble = |office: &Office| office.intake.live().sources()["rows"].trouble.clone();
    assert_eq!(trouble(&office), "30 of 30 rows miss their sound; is the disk of the media root there?");
    look(&office, &mut suspicious, Duration::ZERO);
    assert_eq!(office.rows(), rows(0), "nor later: what is in it is not gone");
    assert_eq!(trouble(&office), "30 of 30 rows miss their sound; is the disk of the media root there?");
    // The PBX, on another machine, goes on meanwhile.
    write(&disk.join("1795499700.1.wav"), &wav("meanwhile", 2));

    let _mount = Mount::new(&bind, &root).expect("mounted again");
    look(&office, &mut suspicious, hour);
    office.until(&format!("1795499700.1.wav|1|0|32044|2\n{}", rows(0)));
    write(&root.join("1795499800.1.wav"), &wav("afterwards", 3));
    office.until(&format!("1795499700.1.wav|1|0|32044|2\n1795499800.1.wav|1|0|48044|3\n{}", rows(0)));
}

#[test]
fn while_the_disk_of_the_database_is_full_nothing_is_lost() {
    let data = Folder::new();
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", "size=4m", "none"], data.path()) else { return };
    let mut office = Office::within(data, Default::default());
    office.step();
    let ballast = office.folder.file("ballast");
    let mut file = fs::File::create(&ballast).expect("a file");
    while file.write_all(&[1; 4096]).is_ok() {}
    while file.write_all(&[1]).is_ok() {}
    // Empty files find room yet.
    let names: Vec<String> = (0..40).map(|number| format!("1795499618.{number}.wav")).collect();
    names.iter().for_each(|name| fs::write(office.root().join(name), b"").expect("an empty file"));
    let failed = (0..100).find_map(|_| office.spool.step(Duration::from_millis(50)).err());
    let failed = failed.expect("the disk is full").to_string();
    assert_eq!(failed, "the disk of the database is full; free some space");
    let status = |office: &Office| office.intake.live().sources()["folder"].clone();
    assert_eq!(status(&office).trouble, failed);
    assert_eq!(status(&office).without_rows["it could not be stored yet"], 40);
    drop(file);
    fs::remove_file(&ballast).expect("removed");
    let mut rows: Vec<_> = names.iter().map(|name| format!("{name}|1|0|0|0")).collect();
    rows.sort();
    office.until(&rows.join("\n"));
    assert!(status(&office).trouble.is_empty() && status(&office).without_rows.is_empty());
}

/// Writes recordings as a PBX does, some of them moved by a post-command, until told to stop. Gives where they are.
fn record(root: &Path, stop: &AtomicBool) -> BTreeSet<String> {
    let mut written = BTreeSet::new();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let name = format!("{:02}/1795499618.{number}.wav", number / 50);
        let bytes = wav(&name, 1);
        let path = root.join(&name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let mut file = fs::File::create(&path).expect("a file");
        for piece in bytes.chunks(8_000) {
            file.write_all(piece).expect("written");
            take(Duration::from_millis(1));
        }
        drop(file);
        let kept = if number % 7 == 0 { format!("kept/{number}.wav") } else { name };
        if number % 7 == 0 {
            fs::create_dir_all(root.join("kept")).expect("a folder");
            fs::rename(&path, root.join(&kept)).expect("moved");
        }
        written.insert(kept);
    }
    written
}

#[test]
fn killed_at_any_moment_it_has_a_row_for_every_file_after_the_next_start() {
    let folder = Folder::new();
    let (db, root) = (folder.file("recordings.db"), folder.file("sound"));
    let (db_text, root_text) = (db.to_str().expect("UTF-8"), root.to_str().expect("UTF-8"));
    run(&["customer", "add", "Alder", "--db", db_text]).ok();
    run(&["group", "add", "Sales", "--customer", "1", "--db", db_text]).ok();
    let serve = || {
        let mut command = tapeline();
        command.args(["serve", "--listen", "127.0.0.1:0", "--db", db_text, "--media-root", root_text]);
        Serving::start(command.args(["--watch", "true"]))
    };
    fs::create_dir_all(&root).expect("a folder");
    let stop = AtomicBool::new(false);
    let written = std::thread::scope(|scope| {
        let recording = scope.spawn(|| record(&root, &stop));
        for round in 0_u64..12 {
            let serving = serve();
            take(Duration::from_millis(round * 67 % 400));
            serving.signal("KILL");
            drop(serving);
        }
        stop.store(true, Ordering::Relaxed);
        recording.join().expect("it writes")
    });
    let expected = written.into_iter().collect::<Vec<_>>().join("\n");
    assert!(expected.lines().count() > 50, "{expected}");
    let serving = serve();
    let rows = || sqlite3(&db, "SELECT path FROM recordings WHERE complete = 1 AND stale = 0 ORDER BY path");
    until_answer("every file", &expected, rows);
    assert_eq!(sqlite3(&db, "SELECT count(*) FROM recordings WHERE NOT (complete = 1 AND stale = 0)"), "0");
    assert_eq!(
        sqlite3(&db, "SELECT count(*) - count(DISTINCT uniqueid || ' ' || recordid) FROM recordings"),
        "0"
    );
    assert_eq!(sqlite3(&db, "PRAGMA integrity_check"), "ok");
    assert_eq!(serving.stop().status, 0);
}
