//! When a recording is finished: what its header, its PBX, and whoever has it open say.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use tapeline::intake::{About, Draft, Facts, Source};

use crate::office;
use crate::spool::{Office, age, header, sound, write};

/// Who may not look at the processes of others.
const NOBODY: u32 = 65_534;
const STATES: &str = "SELECT path, complete, talktime, status FROM recordings ORDER BY path";

/// What a program left that was killed while it wrote a second of sound.
fn killed(writer: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/killed/{writer}.wav", env!("CARGO_MANIFEST_DIR"));
    fs::read(path).expect("a file")
}

#[test]
fn whatever_writer_was_killed_its_recording_is_interrupted_unless_somebody_knows_how_the_call_ended() {
    let office = Office::new();
    let mut office = office.restarted_after(|root| {
        for writer in ["asterisk", "ffmpeg", "libsndfile"] {
            write(&root.join(format!("{writer}.wav")), &killed(writer));
        }
        // A pipe can't be completed either.
        let tone = "sox -n -r 8000 -b 16 -c 1 -t wav - synth 1 sine 440";
        let made = format!("{tone} | cat > {}/sox.wav", root.display());
        assert!(Command::new("sh").args(["-c", &made]).status().expect("sh runs").success());
        write(&root.join("1795499618.1.ulaw"), &sound("raw", 8_000));
        for name in ["asterisk.wav", "ffmpeg.wav", "libsndfile.wav", "sox.wav", "1795499618.1.ulaw"] {
            age(&root.join(name), 3_600);
        }
    });
    let crashed = "asterisk.wav|1|1|interrupted\nffmpeg.wav|1|1|interrupted\nlibsndfile.wav|1|1|interrupted\n\
                   sox.wav|1|1|interrupted";
    office.until_is(&format!("1795499618.1.ulaw|1|1|\n{crashed}"), |office| office.sqlite3(STATES));
    let told = Draft {
        source: Source::Cdr,
        about: About::Call,
        machine: "pbx1".into(),
        uniqueid: Some("libsndfile".into()),
        facts: Facts { status: Some("answer".into()), talktime: Some(1), ..Facts::default() },
        ..Draft::default()
    };
    office.intake.accept(&office.store, &told, 1_795_500_000).expect("the door is open");
    assert_eq!(
        office.sqlite3(
            "SELECT path, status FROM recordings WHERE path LIKE 'l%' OR path LIKE 'f%' ORDER BY path"
        ),
        "ffmpeg.wav|interrupted\nlibsndfile.wav|answer"
    );
}

/// A header as FreeSWITCH's library leaves it until it closes the file.
fn begun() -> Vec<u8> {
    let mut header = header(8_000, 0, false);
    header[4] = 8;
    header
}

fn grow(file: &mut File, seconds: usize) {
    file.seek(SeekFrom::End(0)).expect("a place");
    file.write_all(&sound("growing", seconds * 16_000)).expect("written");
}

fn close(mut file: File, seconds: u32) {
    file.seek(SeekFrom::Start(0)).expect("a place");
    file.write_all(&header(8_000, seconds * 16_000, true)).expect("written");
}

#[test]
fn who_may_not_look_at_other_processes_takes_nothing_for_finished_that_is_written_to() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: only root starts a server as somebody else");
        return;
    }
    let mut office = office::Office::new("[[folders]]\nmachine = \"pbx1\"\nzone = \"UTC\"\n");
    let root = office.root();
    let of_freeswitch = root.join("0b2a54c8-9d6e-4e7a-8a53-1a2b3c4d5e6f.wav");
    let of_asterisk = root.join("1795499608.28.wav");
    let raw = root.join("1795499609.29.ulaw");
    let heads: [(&Path, Vec<u8>); 3] =
        [(&of_freeswitch, begun()), (&of_asterisk, header(8_000, 0, false)), (&raw, Vec::new())];
    let mut files = heads.map(|(path, head)| {
        let mut file = File::create(path).expect("a file");
        file.write_all(&head).expect("written");
        grow(&mut file, 3);
        file
    });
    let chown = Command::new("chown").args(["-R", &NOBODY.to_string()]).arg(office.folder.path()).status();
    assert!(chown.expect("chown runs").success());
    office.start_as(|command| {
        command.uid(NOBODY);
    });
    office.until("SELECT count(*), sum(complete) FROM recordings", "3|0");
    files.iter_mut().for_each(|file| grow(file, 2));
    write(&root.join("later.wav"), &[header(8_000, 16_000, true), sound("later", 16_000)].concat());
    office.until("SELECT complete FROM recordings WHERE path = 'later.wav'", "1");
    assert_eq!(office.sqlite3("SELECT sum(complete) FROM recordings"), "1");
    let [of_freeswitch, of_asterisk, raw] = files;
    close(of_freeswitch, 5);
    close(of_asterisk, 5);
    drop(raw);
    office.until(
        "SELECT complete, talktime, status FROM recordings WHERE path <> 'later.wav' ORDER BY path",
        "1|5|\n1|5|\n1|10|",
    );
}
