//! Files that are one recording, and files that only look like it: what scripts make of recordings, and where they put it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::program::finish;
use crate::spool::{Office, age, header, sound, wav, write};

const NAME: &str = "in-5550100-5551230002-20261124-055310-1795499610.10";
/// Every row: its sound, and whether that is missing.
const ROWS: &str = "SELECT path, recordid, stale FROM recordings ORDER BY path";
/// Every form, with the one that plays marked.
const FORMS: &str = "SELECT s.path, s.role, s.path = r.path FROM sounds s JOIN recordings r ON r.id = s.recording ORDER BY s.path";

/// What sox makes of a file, as a script would.
fn sox(from: &Path, to: &Path, effects: &[&str]) {
    fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
    let made = Command::new("sox").arg(from).arg(to).args(effects).status().expect("sox runs");
    assert!(made.success(), "{}", to.display());
}

fn remove(path: &Path) {
    fs::remove_file(path).expect("removed");
}

impl Office {
    #[track_caller]
    fn has(&mut self, question: &str, answer: &str) {
        self.until_is(answer, |office| office.sqlite3(question));
    }

    /// Something that comes later has its row: what came before has been looked at.
    #[track_caller]
    fn settle(&mut self) {
        let path = self.root().join("later.wav");
        write(&path, &wav("later", 1));
        self.has("SELECT stale FROM recordings WHERE path = 'later.wav'", "0");
        remove(&path);
        self.has("SELECT stale FROM recordings WHERE path = 'later.wav'", "1");
        self.sqlite3("DELETE FROM recordings WHERE path = 'later.wav'; DELETE FROM intake_files WHERE path = 'later.wav'");
    }
}

#[test]
fn a_form_beside_a_recording_is_that_recording_for_ever() {
    let mut office = Office::new();
    let (from, to) = (office.root().join("x.wav"), office.root().join("x.ogg"));
    write(&from, &wav("x", 3));
    office.until("x.wav|1|0|48044|3");
    sox(&from, &to, &[]);
    office.has(FORMS, "x.ogg|mix|0\nx.wav|mix|1");
    office = office.restarted();
    office.settle();
    assert_eq!(office.sqlite3(ROWS), "x.wav|1|0");
    remove(&from);
    office.has(ROWS, "x.ogg|1|0");
    assert_eq!(office.sqlite3(FORMS), "x.ogg|mix|1");
    assert_eq!(office.sqlite3("SELECT mimetype, totaltime FROM recordings"), "audio/ogg|3");
    // The other one goes and comes again: neither is the row stale, nor is there a second one.
    sox(&to, &from, &[]);
    office.has(FORMS, "x.ogg|mix|1\nx.wav|mix|0");
    remove(&to);
    office.has(ROWS, "x.wav|1|0");
    let kept = fs::read(&from).expect("a file");
    remove(&from);
    office.has(ROWS, "x.wav|1|1");
    write(&from, &kept);
    office.has(ROWS, "x.wav|1|0");
}

#[test]
fn a_name_with_a_uniqueid_is_that_recording_in_whatever_order_scripts_make_archive_and_delete() {
    // What is done with x.wav, a step each: an archive of another form, one beside, a copy; and what is removed then.
    let all: [&[&str]; 6] = [
        &["ogg/x.ogg", "-x.wav"],
        &["x.ogg", "-x.wav", "ogg/x.ogg", "-x.ogg"],
        &["kept/x.wav", "ogg/x.ogg", "-x.wav", "-kept/x.wav"],
        &["x.ogg", "kept/x.wav", "-x.ogg", "-x.wav"],
        &["x.wav.ogg", "-x.wav"],
        &["kept/x.wav", "-x.wav", "kept/x.ogg", "-kept/x.wav"],
    ];
    for steps in all {
        let mut office = Office::new();
        let root = office.root();
        let path = |name: &str| root.join(name.replace('x', NAME));
        write(&path("x.wav"), &wav("x", 3));
        office.until(&format!("{NAME}.wav|1|0|48044|3"));
        let mut there = vec!["x.wav"];
        for step in steps {
            match step.strip_prefix('-') {
                Some(gone) => {
                    remove(&path(gone));
                    there.retain(|name| *name != gone);
                }
                None if step.ends_with(".wav") => {
                    fs::create_dir_all(path(step).parent().expect("a folder")).expect("a folder");
                    fs::copy(path(there[0]), path(step)).expect("copied");
                    there.push(step);
                }
                None => {
                    sox(&path(there[0]), &path(step), &[]);
                    there.push(step);
                }
            }
            let mut forms: Vec<String> = there.iter().map(|name| name.replace('x', NAME)).collect();
            forms.sort();
            office.has("SELECT path FROM sounds ORDER BY path", &forms.join("\n"));
            let row =
                "SELECT count(*), sum(stale), sum(complete), max(totaltime), max(snumber) FROM recordings";
            assert_eq!(office.sqlite3(row), "1|0|1|3|5551230002", "{steps:?} {step}");
        }
        let shown =
            "SELECT count(*) FROM recordings r JOIN sounds s ON s.recording = r.id AND s.path = r.path";
        assert_eq!(office.sqlite3(shown), "1", "{steps:?}");
        let rows = office.rows();
        office = office.restarted();
        office.settle();
        assert_eq!(office.rows(), rows, "{steps:?}");
    }
}

#[test]
fn what_comes_in_one_batch_is_one_recording_too_watched_or_imported() {
    let plant = |root: &Path| {
        let from = root.join("from.wav");
        write(&from, &wav("from", 2));
        sox(&from, &root.join("from.ogg"), &[]);
        let ogg = fs::read(root.join("from.ogg")).expect("a file");
        for call in 0..30_u32 {
            let name =
                format!("in-5550100-5551230002-20261124-0553{:02}-{}.{call}", call, 1_795_499_600 + call);
            write(&root.join(format!("2026/{name}.wav")), &wav(&name, 2));
            let made = root.join(format!("{}{name}.ogg", if call < 15 { "2026/" } else { "ogg/" }));
            write(&made, &ogg);
        }
        remove(&root.join("from.wav"));
        remove(&root.join("from.ogg"));
    };
    const COUNTS: &str =
        "SELECT count(*), count(DISTINCT uniqueid), sum(stale) FROM recordings; SELECT count(*) FROM sounds";
    let watched = Office::new();
    let mut watched = watched.restarted_after(plant);
    watched.has(COUNTS, "30|30|0\n60");
    let imported = crate::office::Office::new("[[folders]]\nmachine = \"pbx1\"\nzone = \"UTC\"\n");
    plant(&imported.root());
    let said =
        finish(&mut imported.command(&["import", "freepbx-dir", &imported.folder.text("sound")]), "").ok();
    assert!(said.starts_with("Of 60 files, 0 could not be used. Recordings: 30 are new,"), "{said}");
    assert!(said.contains("30  files are other forms of recordings"), "{said}");
    assert_eq!(imported.sqlite3(COUNTS), "30|30|0\n60");
}

#[test]
fn equal_names_of_two_pbxs_or_two_tenants_are_two_recordings() {
    let settings = "[[folders]]\nfolder = \"a\"\nmachine = \"pbx1\"\nzone = \"UTC\"\n[[folders]]\nfolder = \"b\"\nmachine = \
                    \"pbx2\"\nzone = \"UTC\"\n[[folders]]\nfolder = \"c\"\nmachine = \"pbx1\"\nzone = \"UTC\"\n\
                    [[rules]]\nfolder = \"c\"\ncustomer = \"Birch\"\ngroup = \"All\"\n[[rules]]\ncustomer = \"Alder\"\ngroup = \"Calls\"\n";
    let office = crate::office::Office::new(settings);
    office.sqlite3(
        "INSERT INTO customers (id, name) VALUES (7, 'Birch'); INSERT INTO recordgroups (customer, name) VALUES (7, 'All');
         INSERT INTO recordgroups (customer, name) SELECT id, 'Calls' FROM customers WHERE name = 'Alder';",
    );
    for folder in ["a", "b", "c"] {
        // Also with the same sound in them.
        write(&office.path(&format!("{folder}/{NAME}.wav")), &wav("same", 3));
        write(&office.path(&format!("{folder}/meeting.wav")), &wav("meeting", 3));
    }
    finish(&mut office.command(&["import", "freepbx-dir", &office.folder.text("sound")]), "").ok();
    assert_eq!(
        office.sqlite3(
            "SELECT substr(path, 1, 1), machine, customer > 1, stale FROM recordings ORDER BY 1, path"
        ),
        "a|pbx1|0|0\na|pbx1|0|0\nb|pbx2|0|0\nb|pbx2|0|0\nc|pbx1|1|0\nc|pbx1|1|0"
    );
    // Also where the first of them is gone: what comes is not it.
    let (name, mut there) = ("1795499700.7.wav", Vec::new());
    for folder in ["a", "b", "c"] {
        write(&office.path(&format!("{folder}/{name}")), &wav(folder, 3));
        finish(&mut office.command(&["import", "freepbx-dir", &office.folder.text("sound")]), "").ok();
        remove(&office.path(&format!("{folder}/{name}")));
        there.push(format!("{folder}/{name}"));
        let rows =
            office.sqlite3(&format!("SELECT path FROM recordings WHERE path LIKE '%{name}' ORDER BY path"));
        assert_eq!(rows, there.join("\n"));
    }
}

#[test]
fn what_differs_in_uniqueid_or_length_is_two_recordings_and_so_is_silence() {
    let mut office = Office::new();
    let root = office.root();
    let silent = |name: &str, seconds: u32| {
        let bytes = seconds * 16_000;
        write(&root.join(name), &[header(8_000, bytes, true), vec![0; bytes as usize]].concat());
    };
    // Of one length, and of one content.
    write(&root.join("1795499610.10.wav"), &wav("same", 3));
    write(&root.join("1795499611.11.wav"), &wav("same", 3));
    silent("1795499612.12.wav", 2);
    silent("b/1795499613.13.wav", 2);
    silent("meeting.wav", 4);
    silent("b/conference.wav", 4);
    // Of one name, and of two lengths.
    write(&root.join("1795499614.14.wav"), &wav("long", 9));
    sox(&root.join("1795499614.14.wav"), &root.join("1795499614.14.ogg"), &["trim", "0", "3"]);
    // Two recordings of one channel.
    write(&root.join("q-400-5551230002-20261124-055333-1795499615.15.wav"), &wav("first", 3));
    write(&root.join("external-102-5551230002-20261124-055340-1795499615.15.wav"), &wav("second", 3));
    office.has("SELECT count(*), sum(complete), sum(stale) FROM recordings", "10|10|0");
}

#[test]
fn a_copy_elsewhere_is_the_recording_by_its_content() {
    let mut office = Office::new();
    let root = office.root();
    write(&root.join(format!("2026/{NAME}.wav")), &wav("x", 3));
    write(&root.join("meeting.wav"), &wav("meeting", 3));
    office.has("SELECT count(*), sum(complete) FROM recordings", "2|2");
    fs::create_dir(root.join("kept")).expect("a folder");
    fs::copy(root.join(format!("2026/{NAME}.wav")), root.join(format!("kept/{NAME} (copy).wav")))
        .expect("copied");
    fs::copy(root.join("meeting.wav"), root.join("kept/meeting.wav")).expect("copied");
    let forms = format!(
        "2026/{NAME}.wav|mix|1\nkept/{NAME} (copy).wav|mix|0\nkept/meeting.wav|mix|0\nmeeting.wav|mix|1"
    );
    office.has(FORMS, &forms);
    assert_eq!(office.sqlite3("SELECT count(*) FROM recordings"), "2");
}

#[test]
fn a_temporary_file_that_is_renamed_over_a_recording_leaves_no_row() {
    let mut office = Office::new();
    let root = office.root();
    let (path, temporary) = (root.join(format!("{NAME}.wav")), root.join("tmp.wav"));
    write(&path, &wav("x", 3));
    office.has(ROWS, &format!("{NAME}.wav|1|0"));
    for effect in ["-3", "-6"] {
        sox(&path, &temporary, &["gain", effect]);
        office.has("SELECT path, complete FROM recordings WHERE path = 'tmp.wav'", "tmp.wav|1");
        fs::rename(&temporary, &path).expect("moved");
        office.has(ROWS, &format!("{NAME}.wav|1|0"));
    }
    // What is held stays, and so does what has a call of its own.
    sox(&path, &temporary, &["gain", "-1"]);
    office.has("SELECT path, complete FROM recordings WHERE path = 'tmp.wav'", "tmp.wav|1");
    office.sqlite3("UPDATE recordings SET hold = 1 WHERE path = 'tmp.wav'");
    fs::rename(&temporary, &path).expect("moved");
    office.has(ROWS, &format!("{NAME}.wav|1|0\ntmp.wav|1|1"));
}

#[test]
fn sides_are_parts_of_their_call_once_its_mix_is_there() {
    let office = Office::new();
    let root = office.root();
    let sides = ["x-in.wav", "x-out.wav"];
    for side in sides {
        write(&root.join(side), &wav(side, 3));
        age(&root.join(side), 3_600);
    }
    let mut office = office.restarted();
    office.has(ROWS, "x-in.wav|1|0\nx-out.wav|1|0");
    sox(&root.join("x-in.wav"), &root.join("x.ogg"), &[]);
    office.has(FORMS, "x-in.wav|in|0\nx-out.wav|out|0\nx.ogg|mix|1");
    assert_eq!(office.sqlite3(ROWS), "x.ogg|1|0");
    remove(&root.join("x-in.wav"));
    office.has(FORMS, "x-out.wav|out|0\nx.ogg|mix|1");
}

#[test]
fn what_completes_while_it_is_watched_has_the_digest_of_the_whole_file() {
    let mut office = Office::new();
    office.step();
    let root = office.root();
    let path = root.join(format!("{NAME}.wav"));
    const DIGESTS: &str = "SELECT path, lower(hex(sha256)) FROM sounds ORDER BY path";
    let digest_of = |path: &Path| {
        let said = Command::new("sha256sum").arg(path).output().expect("sha256sum runs").stdout;
        String::from_utf8(said).expect("UTF-8").split(' ').next().expect("a digest").to_owned()
    };
    write(&path, &wav("x", 30));
    let first = digest_of(&path);
    office.has(DIGESTS, &format!("{NAME}.wav|{first}"));
    // Soon after its end, and of alike length: it is the recording, and what it was is in the audit log.
    sox(&path, &root.join(".x.wav"), &["gain", "-3"]);
    fs::rename(root.join(".x.wav"), &path).expect("moved");
    office.has(DIGESTS, &format!("{NAME}.wav|{}", digest_of(&path)));
    let detail = format!("written anew; before, its 480044 bytes had the SHA-256 {first}");
    assert_eq!(
        office.sqlite3("SELECT action, uniqueid, detail FROM audit"),
        format!("recordings/sound|1795499610.10|{detail}")
    );
    // Of another length, shorter or longer: status, row and digest stay.
    let second = office.sqlite3(DIGESTS);
    let row = office.sqlite3("SELECT * FROM recordings");
    for seconds in [5, 50] {
        write(&path, &wav("another", seconds));
        office.settle();
        assert_eq!(office.sqlite3("SELECT * FROM recordings"), row);
        assert_eq!(office.sqlite3(DIGESTS), second);
    }
}

#[test]
fn what_is_written_long_after_the_end_of_a_recording_is_not_the_recording() {
    let office = Office::new();
    let path = office.root().join(format!("{NAME}.wav"));
    write(&path, &wav("x", 3));
    age(&path, 7_200);
    let mut office = office.restarted();
    office.until(&format!("{NAME}.wav|1|0|48044|3"));
    let row = office.sqlite3("SELECT * FROM recordings");
    let mut crashed = header(8_000, 0, false);
    crashed.extend(sound("another", 56_000));
    for content in [wav("another", 4), crashed] {
        fs::write(office.root().join(".x.wav"), content).expect("written");
        fs::rename(office.root().join(".x.wav"), &path).expect("moved");
        office.settle();
        assert_eq!(office.sqlite3("SELECT * FROM recordings"), row);
        office = office.restarted();
        office.settle();
        assert_eq!(office.sqlite3("SELECT * FROM recordings"), row);
        let told = office.intake.live().sources()["folder"].without_rows.clone();
        let why = "written to after its recording was complete, which stays as it was".to_owned();
        assert_eq!(told, [(why, 1)].into());
    }
}

#[test]
fn a_recording_that_begins_in_the_midst_of_a_call_has_a_start_of_its_own() {
    let office = Office::new();
    // Each began so many seconds after what its name says, and was closed when its sound ended.
    let all =
        [("q-700", 0_i64, 6_u32), ("external-102", 1_200, 20), ("ondemand-105", 12, 5), ("rg-600", 2, 4)];
    let start = 1_795_499_590;
    for (number, (kind, after, seconds)) in all.iter().enumerate() {
        let name = format!("{kind}-5551230002-20261124-055310-{start}.{number}.wav");
        write(&office.root().join(&name), &wav(&name, *seconds));
        let written = u64::try_from(start + after + i64::from(*seconds)).expect("a time");
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(written);
        let file = fs::File::options().append(true).open(office.root().join(&name));
        file.and_then(|file| file.set_modified(time)).expect("a time");
    }
    let mut office = office.restarted();
    office.has(
        &format!("SELECT substr(path, 1, 2), start - {start}, totaltime FROM recordings ORDER BY path"),
        "ex|1200|20\non|12|5\nq-|0|6\nrg|0|6",
    );
}

#[test]
fn whoever_gets_sound_is_told_that_it_may_not_be_what_was_recorded() {
    let mut office = crate::office::Office::new("[[folders]]\nmachine = \"pbx1\"\nzone = \"UTC\"\n");
    let path = office.path(&format!("{NAME}.wav"));
    write(&path, &wav("x", 3));
    age(&path, 7_200);
    office.start();
    office.until("SELECT complete, size FROM recordings", "1|48044");
    let changed = |office: &crate::office::Office| {
        let row = office
            .ask("recording/recordings/get", "&recordgroup=1&uniqueid=1795499610.10&recordid=1&wrap=meta");
        (row["sounds"][0]["changed"].clone(), row["size"].clone())
    };
    assert_eq!(changed(&office), (0.into(), 48_044.into()));
    write(&path, &wav("another", 5));
    let noted = office
        .list_once("a warning", |_| office.serving().log().contains("was written to after its recording"));
    assert_eq!(noted[0]["size"], 48_044);
    assert_eq!(changed(&office), (1.into(), 48_044.into()));
}
