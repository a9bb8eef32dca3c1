//! Files that are elsewhere than where the PBX wrote them, and recordings that it does not name when it is asked.

use std::fs::{create_dir, remove_file, rename};

use super::live::{begin, channel, finish, hang_up, record, unfinished};
use super::pbx::{MONITOR, Office, now};
use crate::spool::{wav, write};

const ROWS: &str = "SELECT r.recordid, r.path, status, dnumber, complete, stale, note, account
                    FROM recordings r JOIN intake_files f ON r.id = recording
                    WHERE r.path NOT LIKE 'witness%' ORDER BY r.recordid";

/// A call of now, and what the PBX names its file.
fn call() -> (String, String) {
    let id = format!("{}.7", now());
    let name = format!("in-5559876543-101-20261124-055328-{id}.wav");
    (id, name)
}

fn detail(office: &Office, id: &str, account: &str) {
    office.pbx.say(&format!(
        "Cdr\nUniqueID: {id}\nDisposition: ANSWERED\nBillableSeconds: 1\nAccountCode: {account}"
    ));
}

/// During a call that is answered and says that it is recorded to this file.
fn restart(office: &mut Office, id: &str, file: &str, meanwhile: impl FnOnce()) {
    let channel = channel("PJSIP/101-1", id);
    let channel =
        format!("{channel}\nChannelState: 6\nConnectedLineNum: 5559876543\nBridgeId: b\nAccountCode: listed");
    office.pbx.list(&channel, &format!("{MONITOR}/{file}"));
    office.stop();
    office.pbx.cut();
    meanwhile();
    office.pbx.mend(now() - 3_600);
    office.start();
    office.until("SELECT account FROM intake_files WHERE account <> ''", "listed");
}

/// Until a file that is gone would have been missed, by the PBX's listener and in the folder: that of a later call is, and
/// is found when it comes.
fn wait(office: &Office) {
    let id = format!("witness.{}", office.sqlite3("SELECT count(*) FROM recordings"));
    let name = format!("{id}.wav");
    begin(office, &id, &name, now());
    hang_up(office, &id, now());
    let question = format!("SELECT stale FROM recordings WHERE path = '{name}'");
    office.until(&question, "1");
    write(&office.path(&name), &wav("witness", 1));
    office.until(&question, "0");
}

/// One recording, at this path.
fn expected(path: &str, account: &str) -> String {
    format!("1|{path}|answer|5559876543|1|0||{account}")
}

#[test]
fn a_recording_that_is_moved_after_its_end_stays_one() {
    for to in ["arch/same", "renamed.wav"] {
        let (office, (id, name)) = (Office::open(), call());
        let to = to.replace("same", &name);
        create_dir(office.path("arch")).expect("a folder");
        begin(&office, &id, &name, now());
        let file = unfinished(&office.path(&name), 1);
        office.until("SELECT size > 0 FROM recordings", "1");
        hang_up(&office, &id, now());
        finish(file, 1);
        office.until(ROWS, &expected(&name, ""));
        rename(office.path(&name), office.path(&to)).expect("moved");
        office.until(ROWS, &expected(&to, ""));
        wait(&office);
        detail(&office, &id, "sales");
        office.until(ROWS, &expected(&to, "sales"));
        wait(&office);
        assert_eq!(office.sqlite3(ROWS), expected(&to, "sales"));
    }
}

#[test]
fn a_recording_that_is_converted_after_its_end_stays_one() {
    let (office, (id, name)) = (Office::open(), call());
    let to = name.replace(".wav", ".wav16");
    begin(&office, &id, &name, now());
    write(&office.path(&name), &wav("a", 1));
    hang_up(&office, &id, now());
    office.until(ROWS, &expected(&name, ""));
    write(&office.path(&to), &wav("a", 1));
    remove_file(office.path(&name)).expect("removed");
    office.until(ROWS, &expected(&to, ""));
    detail(&office, &id, "sales");
    office.pbx.cut();
    office.pbx.mend(now() - 3_600);
    detail(&office, &id, "sales");
    office.until(ROWS, &expected(&to, "sales"));
    wait(&office);
    assert_eq!(office.sqlite3(ROWS), expected(&to, "sales"));
}

#[test]
fn a_recording_that_is_moved_during_the_call_learns_how_that_ends() {
    for stopped in [false, true] {
        let (mut office, (id, name)) = (Office::open(), call());
        let moved = format!("arch/{name}");
        create_dir(office.path("arch")).expect("a folder");
        begin(&office, &id, &name, now());
        let file = unfinished(&office.path(&name), 1);
        office.until("SELECT size > 0 FROM recordings", "1");
        let (from, to) = (office.path(&name), office.path(&moved));
        let move_it = || rename(from, to).expect("moved");
        if stopped {
            restart(&mut office, &id, &name, move_it);
        } else {
            move_it();
        }
        office.until("SELECT path, complete FROM recordings", &format!("{moved}|0"));
        hang_up(&office, &id, now());
        finish(file, 1);
        detail(&office, &id, "sales");
        office.until(ROWS, &expected(&moved, "sales"));
        wait(&office);
        assert_eq!(office.sqlite3(ROWS), expected(&moved, "sales"));
    }
}

#[test]
fn what_is_recorded_where_a_moved_file_was_is_another_recording() {
    let (office, (id, name)) = (Office::open(), call());
    create_dir(office.path("arch")).expect("a folder");
    let at = now() - 60;
    begin(&office, &id, &name, at);
    write(&office.path(&name), &wav("first", 3));
    hang_up(&office, &id, at + 3);
    office.until("SELECT complete FROM recordings", "1");
    let moved = format!("arch/{name}");
    rename(office.path(&name), office.path(&moved)).expect("moved");
    office.until("SELECT path FROM recordings", &moved);
    // By another call, and by the same channel to another folder.
    begin(&office, "2.2", &name, at + 50);
    record(&office, &id, &format!("2/{name}"), at + 50);
    office.until(
        "SELECT uniqueid, path, complete FROM recordings ORDER BY id",
        &format!("{id}|{moved}|1\n2.2|{name}|0\n{id}|2/{name}|0"),
    );
}

#[test]
fn a_file_that_comes_back_takes_back_that_it_was_missing() {
    let (office, (id, name)) = (Office::open(), call());
    begin(&office, &id, &name, now());
    write(&office.path(&name), &wav("a", 1));
    office.until("SELECT complete FROM recordings", "1");
    rename(office.path(&name), office.folder.file("away.wav")).expect("moved");
    hang_up(&office, &id, now());
    office.until("SELECT stale, note FROM recordings, intake_files", "1|no file was there when it ended");
    rename(office.folder.file("away.wav"), office.path(&name)).expect("moved");
    office.until(ROWS, &expected(&name, ""));
}

#[test]
fn each_recording_of_a_channel_that_was_up_already_learns_how_the_call_ended() {
    let (mut office, (id, name)) = (Office::open(), call());
    let more = name.replace("in-", "ondemand-");
    office.pbx.say(&format!("Newchannel\n{}", channel("PJSIP/101-1", &id)));
    let files = [&name, &more].map(|name| {
        record(&office, &id, name, now());
        unfinished(&office.path(name), 1)
    });
    office.until("SELECT status, dnumber, count(*) FROM recordings WHERE size > 0", "||2");
    restart(&mut office, &id, &more, || {});
    office.until("SELECT dnumber FROM recordings ORDER BY path", "\n5559876543");
    files.into_iter().for_each(|file| finish(file, 1));
    hang_up(&office, &id, now());
    detail(&office, &id, "sales");
    office.until(
        "SELECT r.path, status, dnumber, complete, over, account FROM recordings r
           JOIN intake_files f ON r.id = recording ORDER BY r.recordid",
        &format!("{name}|answer|5559876543|1|1|sales\n{more}|answer|5559876543|1|1|sales"),
    );
}
