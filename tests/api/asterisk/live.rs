//! Hand-made events through a running server, beside real files.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::pbx::{MONITOR, Office, now};
use crate::spool::{header, sound, wav, write};
use crate::waiting::until;

/// Channel, uniqueid, and what else every event has.
pub fn channel(name: &str, uniqueid: &str) -> String {
    format!(
        "Channel: {name}\nUniqueid: {uniqueid}\nLinkedid: {uniqueid}\nContext: from-internal\nExten: 5559876543\n\
         CallerIDNum: 101\nCallerIDName: Alice"
    )
}

/// A phone calls out, is recorded to this file, and somebody answers.
pub fn begin(office: &Office, uniqueid: &str, file: &str, at: i64) {
    let channel = format!("{}\nTimestamp: {at}.000000", channel("PJSIP/101-1", uniqueid));
    office.pbx.say(&format!("Newchannel\n{channel}"));
    record(office, uniqueid, file, at);
    let dial = format!("{channel}\nDestChannel: PJSIP/trunk-2\nDestCallerIDNum: 5559876543");
    office.pbx.say(&format!("DialBegin\n{dial}"));
    office.pbx.say(&format!("DialEnd\n{dial}\nDialStatus: ANSWER"));
}

pub fn record(office: &Office, uniqueid: &str, file: &str, at: i64) {
    let channel = format!("{}\nTimestamp: {at}.000000", channel("PJSIP/101-1", uniqueid));
    office.pbx.say(&format!("VarSet\n{channel}\nVariable: MIXMONITOR_FILENAME\nValue: {MONITOR}/{file}"));
    office.pbx.say(&format!("MixMonitorStart\n{channel}"));
}

fn stop(office: &Office, uniqueid: &str, at: i64) {
    office.pbx.say(&format!("MixMonitorStop\n{}\nTimestamp: {at}.000000", channel("PJSIP/101-1", uniqueid)));
}

pub fn hang_up(office: &Office, uniqueid: &str, at: i64) {
    let channel = channel("PJSIP/101-1", uniqueid);
    office.pbx.say(&format!("Hangup\n{channel}\nChannelState: 6\nTimestamp: {at}.000000"));
}

/// A recording while it is written.
pub fn unfinished(path: &Path, seconds: u32) -> File {
    let mut bytes = header(8_000, 0, false);
    bytes.extend(sound("call", seconds as usize * 16_000));
    let mut file = File::create(path).expect("a file");
    file.write_all(&bytes).expect("written");
    file
}

/// It is closed as it should be.
pub fn finish(mut file: File, seconds: u32) {
    file.seek(SeekFrom::Start(0)).expect("a place");
    file.write_all(&wav("call", seconds)).expect("written");
}

#[test]
fn a_call_that_ended_properly_while_nobody_listened_was_not_interrupted() {
    let office = Office::open();
    let began = now() - 100;
    for name in ["1.1", "1.2", "1.3"] {
        begin(&office, name, &format!("{name}.wav"), began);
    }
    let [first, second, third] =
        ["1.1", "1.2", "1.3"].map(|name| unfinished(&office.path(&format!("{name}.wav")), 2));
    let rows = "SELECT uniqueid, status FROM recordings ORDER BY uniqueid";
    office.until(rows, "1.1|answer\n1.2|answer\n1.3|answer");
    // The end of one is seen while its hang-up is not heard, that of another one at its file only; the third one's never came.
    finish(first, 2);
    office.until("SELECT complete FROM recordings WHERE uniqueid = '1.1'", "1");
    office.pbx.cut();
    finish(second, 2);
    drop(third);
    office.pbx.mend(now() - 50);
    let rows = "SELECT r.uniqueid, status, complete, over, note FROM recordings r JOIN intake_files f ON r.id = recording
                ORDER BY r.uniqueid";
    office
        .until(rows, "1.1|answer|1|1|\n1.2|answer|1|1|\n1.3|interrupted|1|1|the PBX stopped during the call");
}

#[test]
fn a_path_with_more_slashes_than_it_needs_is_the_same_file() {
    let office = Office::open();
    write(&office.path("2026/a.wav"), &wav("a", 1));
    office.until("SELECT complete FROM recordings", "1");
    begin(&office, "1.1", "2026//./a.wav", now());
    office.until("SELECT uniqueid, path FROM recordings", "1.1|2026/a.wav");
}

#[test]
fn the_pbx_knows_the_uniqueid_that_a_name_only_looks_like() {
    let at = now();
    // A name whose system cannot be told from a word.
    let name = format!("my-pbx-{at}.7");
    for first in ["pbx", "folder"] {
        let office = Office::open();
        let file = || write(&office.path(&format!("{name}.wav")), &wav("a", 1));
        let say = || begin(&office, &name, &format!("{name}.wav"), at);
        if first == "pbx" {
            say();
            office.until("SELECT uniqueid FROM recordings", &name);
            file();
        } else {
            file();
            office.until("SELECT uniqueid FROM recordings", &format!("{at}.7"));
            say();
        }
        office.until("SELECT uniqueid, status, size FROM recordings", &format!("{name}|answer|16044"));
    }
}

#[test]
fn the_file_that_closes_is_the_recording_that_was_stopped() {
    let office = Office::open();
    let at = now() - 7;
    begin(&office, "1.1", "a1.wav", at);
    record(&office, "1.1", "a2.wav", at);
    let (one, other) = (unfinished(&office.path("a1.wav"), 1), unfinished(&office.path("a2.wav"), 1));
    office.until("SELECT count(*) FROM recordings WHERE complete = 0 AND size > 0", "2");
    let set = |file: File, seconds: u32| {
        let copy = file.try_clone().expect("a file");
        finish(file, seconds);
        let time = std::time::UNIX_EPOCH + Duration::from_secs(at.cast_unsigned() + u64::from(seconds));
        copy.set_modified(time).expect("a time");
    };
    stop(&office, "1.1", at + 2);
    set(other, 2);
    office.until("SELECT path FROM recordings WHERE complete = 1", "a2.wav");
    hang_up(&office, "1.1", at + 7);
    set(one, 7);
    office.until(
        &format!("SELECT path, \"end\" - {at}, complete FROM recordings ORDER BY path"),
        "a1.wav|7|1\na2.wav|2|1",
    );
}

#[test]
fn a_recording_that_replaced_itself_has_the_times_of_what_is_in_the_file() {
    let at = now() - 8;
    for (anew, seconds, times) in [(true, 2, "6|8|2|2"), (false, 5, "0|8|8|8")] {
        let office = Office::open();
        begin(&office, "1.1", "a.wav", at);
        write(&office.path("a.wav"), &wav("call", 3));
        stop(&office, "1.1", at + 3);
        office.until("SELECT uniqueid, complete, size FROM recordings", "1.1|1|48044");
        let again = File::options().write(true).truncate(anew).open(office.path("a.wav"));
        finish(again.expect("it is there"), seconds);
        record(&office, "1.1", "a.wav", at + 6);
        hang_up(&office, "1.1", at + 8);
        office.until(
            &format!("SELECT start - {at}, \"end\" - {at}, totaltime, talktime FROM recordings"),
            times,
        );
    }
}

#[test]
fn a_recording_that_another_call_records_over_shows_its_other_form() {
    let office = Office::open();
    let at = now() - 60;
    begin(&office, "1.1", "same.wav", at);
    write(&office.path("same.wav"), &wav("first", 3));
    hang_up(&office, "1.1", at + 3);
    office.until("SELECT uniqueid, complete, size FROM recordings", "1.1|1|48044");
    let made = Command::new("sox").args([office.path("same.wav"), office.path("same.ogg")]).status();
    assert!(made.expect("sox runs").success());
    office.until("SELECT path FROM sounds ORDER BY path", "same.ogg\nsame.wav");
    write(&office.path("same.wav"), &header(8_000, 0, false));
    begin(&office, "2.2", "same.wav", at + 50);
    write(&office.path("same.wav"), &wav("second", 2));
    hang_up(&office, "2.2", at + 52);
    let rows = "SELECT uniqueid, path, mimetype, complete, stale FROM recordings ORDER BY uniqueid";
    office.until(rows, "1.1|same.ogg|audio/ogg|1|0\n2.2|same.wav|audio/wav|1|0");
    let sounds =
        "SELECT r.uniqueid, s.path FROM recordings r JOIN sounds s ON s.recording = r.id ORDER BY 1, 2";
    office.until(sounds, "1.1|same.ogg\n2.2|same.wav");
    let known = "SELECT path, count(*) FROM intake_files GROUP BY path ORDER BY path";
    office.until(known, "same.ogg|1\nsame.wav|1");
}

#[test]
fn another_call_that_records_to_the_same_name_has_its_own_row() {
    let office = Office::open();
    let at = now() - 60;
    begin(&office, "1.1", "same.wav", at);
    write(&office.path("same.wav"), &wav("first", 3));
    hang_up(&office, "1.1", at + 3);
    office.until("SELECT uniqueid, complete, size FROM recordings", "1.1|1|48044");
    write(&office.path("same.wav"), &header(8_000, 0, false));
    begin(&office, "2.2", "same.wav", at + 50);
    write(&office.path("same.wav"), &wav("second", 2));
    hang_up(&office, "2.2", at + 52);
    let rows = format!(
        "SELECT r.uniqueid, r.recordid, start - {at}, \"end\" - {at}, complete, stale, r.path, r.size * (stale = 0), note FROM recordings r
         JOIN intake_files f ON r.id = recording ORDER BY r.uniqueid"
    );
    let expected =
        "1.1|1|0|3|1|1||0|another call was recorded under the same name\n2.2|1|50|52|1|0|same.wav|32044|";
    office.until(&rows, expected);
    // What the first one learns late does not bring it back.
    office.pbx.say(&format!(
        "Cdr\nUniqueID: 1.1\nDisposition: ANSWERED\nBillableSeconds: 1\nAccountCode: sales\nTimestamp: {}.0",
        at + 53
    ));
    office.until("SELECT account FROM intake_files WHERE uniqueid = '1.1'", "sales");
    assert_eq!(office.sqlite3(&rows), expected);
}

#[test]
fn what_another_channel_adds_to_a_file_goes_on_with_its_recording() {
    for again in [false, true] {
        let (mut office, at) = (Office::open(), now() - 9);
        begin(&office, "1.1", "same.wav", at);
        write(&office.path("same.wav"), &wav("call", 3));
        stop(&office, "1.1", at + 3);
        office.until("SELECT uniqueid, complete, size FROM recordings", "1.1|1|48044");
        if again {
            office.pbx.cut();
            office.stop();
            office.pbx.mend(at - 86_400);
            office.start();
        }
        let other = "Channel: PJSIP/102-1\nUniqueid: 2.2\nLinkedid: 1.1\nCallerIDNum: 102";
        let event = |event: &str, second: i64| {
            office.pbx.say(&format!("{event}\n{other}\nTimestamp: {}.000000", at + second));
        };
        event("Newchannel", 1);
        event(&format!("VarSet\nVariable: MIXMONITOR_FILENAME\nValue: {MONITOR}/same.wav"), 5);
        let more = File::options().write(true).open(office.path("same.wav"));
        finish(more.expect("it is there"), 6);
        event("Hangup", 8);
        hang_up(&office, "1.1", at + 9);
        let row = format!(
            "SELECT uniqueid, snumber, start - {at}, \"end\" - {at}, totaltime, complete, stale, path, size FROM recordings"
        );
        office.until(&row, "1.1|101|0|8|8|1|0|same.wav|96044");
    }
}

#[test]
fn a_late_detail_record_reaches_the_row_of_a_call_that_is_forgotten() {
    let mut office = Office::open();
    let at = now() - 60;
    begin(&office, &format!("{at}.1"), "a.wav", at);
    write(&office.path("a.wav"), &wav("a", 3));
    hang_up(&office, &format!("{at}.1"), at + 4);
    office.until("SELECT complete FROM recordings", "1");
    office.stop();
    office.pbx.cut();
    office.pbx.mend(at - 86_400);
    office.start();
    let time = |seconds: i64| {
        jiff::Timestamp::from_second(at + seconds).expect("a time").strftime("%Y-%m-%d %H:%M:%S").to_string()
    };
    office.pbx.say(&format!(
        "Cdr\nAccountCode: sales\nSource: 101\nDestination: 5559876543\nDestinationContext: from-internal\n\
         CallerID: \"Alice\" <101>\nChannel: PJSIP/101-1\nDestinationChannel: PJSIP/trunk-2\nLastApplication: Dial\n\
         StartTime: {}\nAnswerTime: {}\nEndTime: {}\nDuration: 4\nBillableSeconds: 2\nDisposition: ANSWERED\n\
         UniqueID: {at}.1",
        time(0),
        time(2),
        time(4)
    ));
    office.until("SELECT account FROM intake_files", "sales");
}

#[test]
fn an_announced_file_that_never_comes_is_missing_as_soon_as_the_call_is_over() {
    let office = Office::open();
    begin(&office, "1.1", "never.wav", now() - 3);
    office.until("SELECT complete, stale FROM recordings", "0|0");
    hang_up(&office, "1.1", now());
    office.until(
        "SELECT complete, stale, note FROM recordings r JOIN intake_files f ON r.id = recording",
        "1|1|no file was there when it ended",
    );
    // It may be brought later.
    write(&office.path("never.wav"), &wav("a", 1));
    office.until(
        "SELECT complete, stale, r.size, note FROM recordings r JOIN intake_files f ON r.id = recording",
        "1|0|16044|",
    );
}

#[test]
fn where_nobody_answered_there_is_no_number_of_who_did() {
    let office = Office::open();
    let at = now();
    let name = |number: &str| {
        let time = jiff::Timestamp::from_second(at).expect("a time").strftime("%Y%m%d-%H%M%S");
        format!("internal-{number}-101-{time}-{at}.{number}.wav")
    };
    for number in ["198", "700"] {
        write(&office.path(&name(number)), &wav(number, 1));
    }
    office.until("SELECT dnumber, dtype FROM recordings ORDER BY dnumber", "198|extension\n700|extension");
    let own = |number: &str| channel("PJSIP/101-1", &format!("{at}.{number}")).replace("5559876543", number);
    for number in ["198", "700"] {
        office.pbx.say(&format!("Newchannel\n{}", own(number)));
        record(&office, &format!("{at}.{number}"), &name(number), at);
    }
    let dial = format!("{}\nDestChannel: PJSIP/198-2\nDestCallerIDNum: 198", own("198"));
    office.pbx.say(&format!("DialBegin\n{dial}"));
    office.pbx.say(&format!("DialEnd\n{dial}\nDialStatus: BUSY"));
    for number in ["198", "700"] {
        hang_up(&office, &format!("{at}.{number}"), at + 1);
    }
    office.until(
        "SELECT status, cnumber, dnumber, dnumber_display, dtype FROM recordings ORDER BY cnumber",
        "busy|198|||\nanswer|700|||",
    );
}

#[test]
fn what_the_user_lacks_and_what_nothing_can_be_made_of_is_in_the_status() {
    let office = Office::open();
    office.pbx.cut();
    office.pbx.deny("CoreShowChannels");
    office.pbx.mend(now() - 3_600);
    office.pbx.say(&format!("MixMonitorStart\n{}", channel("PJSIP/101-1", "1.1")));
    begin(&office, "1.2", "../elsewhere.wav", now());
    office.pbx.send(b"junk\r\n\r\n");
    office.pbx.send(&vec![b'x'; 300 << 10]);
    office.pbx.send(b"\r\n\r\n");
    begin(&office, "1.3", "a.wav", now());
    write(&office.path("a.wav"), &wav("a", 1));
    office.until("SELECT uniqueid FROM recordings", "1.3");
    for part in [
        "add reporting to write of the user",
        "add dialplan to read of the user",
        "Asterisk records to /var/spool/asterisk/monitor/../elsewhere.wav, which is in no folder",
    ] {
        until(part, || office.status()["trouble"].as_str().is_some_and(|trouble| trouble.contains(part)));
    }
    let skipped = &office.status()["skipped"];
    assert_eq!(
        skipped.to_string(),
        r#"[{"reason":"a message of more than 256 KiB","count":1},{"reason":"bytes that are no message of the manager interface","count":1},{"reason":"its file is in no folder of the settings","count":1}]"#
    );
}
