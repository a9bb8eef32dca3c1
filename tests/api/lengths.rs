//! How long a file is that others made: what real programs wrote, what broke off, and what lies. Whatever it says costs what
//! its bytes cost, and never is it longer than they could be.

use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use tapeline::media::{Heard, Media};

use crate::app::spawn_app;
use crate::play::{DATA, is_sound_of_a, media, sox};
use crate::program::{Folder, run};
use crate::spool::{Office, wav, write};

/// All that 32 bits can say.
const MOST: u32 = u32::MAX;
/// Bytes of a disk's worth of nothing.
const GIANT: u64 = 1 << 40;

fn heard(folder: &Path, name: &str) -> Heard {
    Media::new(folder).open(name.as_bytes()).expect("a file").heard(&|| false).expect("it is looked at")
}

/// Of a file of these bytes; -1 where that is not known.
fn milliseconds(folder: &Folder, name: &str, bytes: &[u8]) -> i64 {
    write(&folder.file(name), bytes);
    heard(folder.path(), name).duration.unwrap_or(-1)
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn atom(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let size = u32::try_from(content.len() + 8).expect("short");
    [&size.to_be_bytes(), &kind[..], &content].concat()
}

/// A movie of one track of sound at 8,000 ticks a second with these tables, and its usual sample of a tick and `size` bytes.
fn movie(times: &[u32], sizes: &[u32], size: u32) -> Vec<u8> {
    let mut head = numbers(&[0, 0, 0, 1, 0]);
    head.resize(84, 0);
    let table = atom(b"stbl", &[&atom(b"stts", &[&numbers(times)]), &atom(b"stsz", &[&numbers(sizes)])]);
    let media = atom(
        b"mdia",
        &[
            &atom(b"mdhd", &[&numbers(&[0, 0, 0, 8_000, 0, 0])]),
            &atom(b"hdlr", &[&numbers(&[0, 0]), b"soun", &[0; 14]]),
            &atom(b"minf", &[&table]),
        ],
    );
    let track = atom(b"trak", &[&atom(b"tkhd", &[&head]), &media]);
    let usual = atom(b"mvex", &[&atom(b"trex", &[&numbers(&[0, 1, 1, 1, size, 0])])]);
    [atom(b"ftyp", &[b"iso5", &[0; 4], b"iso5"]), atom(b"moov", &[&track, &usual])].concat()
}

/// A fragment with one run of samples.
fn fragment(run: &[u32]) -> Vec<u8> {
    let part = [atom(b"tfhd", &[&numbers(&[0x0002_0000, 1])]), atom(b"trun", &[&numbers(run)])];
    atom(b"moof", &[&atom(b"mfhd", &[&numbers(&[0, 1])]), &atom(b"traf", &[&part.concat()])])
}

#[test]
fn the_length_of_real_files_is_that_of_the_sound_in_them() {
    let folder = Folder::new();
    let long = |name: &str, bytes: &[u8], expected: i64| {
        let found = milliseconds(&folder, name, bytes);
        assert!((expected - 60..expected + 150).contains(&found), "{name}: {found} ms, not {expected}");
    };
    for name in ["call.m4a", "call.aac", "call.webm", "fragments.m4a"] {
        let bytes = fs::read(Path::new(DATA).join(name)).expect("test data");
        long(name, &bytes, 2_300);
    }
    // As much of it as was written.
    let bytes = fs::read(Path::new(DATA).join("fragments.m4a")).expect("test data");
    let moof = |bytes: &[u8]| bytes.windows(4).rposition(|word| word == b"moof").expect("a fragment");
    let third = moof(&bytes[..moof(&bytes)]) - 4;
    long("cut.m4a", &bytes[..third], 1_536);
}

#[test]
fn a_file_is_as_long_as_its_bytes_could_be_whatever_its_tables_say() {
    let folder = Folder::new();
    let none = [0, 0, 0];
    let mdat = |bytes: usize| atom(b"mdat", &[&vec![0; bytes]]);
    let mp4 = |parts: &[Vec<u8>]| parts.concat();
    let many = |count: usize, words: &[u32]| -> Vec<u32> { words.repeat(count) };
    let fragments = |size, run: &[u32], bytes| {
        [movie(&none, &none, size), [fragment(run), mdat(bytes)].concat().repeat(3)].concat()
    };
    let entries = |flags, words: &[u32]| [&[flags, 50_000], &many(50_000, words)[..]].concat();
    let times = [&[0, 50_000][..], &many(50_000, &[1, 1])].concat();
    for (name, bytes, expected) in [
        ("samples of no bytes", fragments(0, &[0, MOST], 16), 0),
        ("samples of a byte", fragments(1, &[0, MOST], 800), 300),
        ("samples larger than the file", fragments(MOST, &[0, MOST], 16), 0),
        ("more entries than there are", fragments(1, &[0x100, MOST, 8, 8, 8], 16), 9),
        ("each of no bytes", fragments(1, &entries(0x200, &[0]), 16), -1),
        ("each of a byte", fragments(1, &entries(0x200, &[1]), 40_000), 15_000),
        ("each for ever", fragments(1, &entries(0x100, &[MOST]), 50_000), -1),
        ("a run for ever", mp4(&[movie(&[0, 1, MOST, MOST], &[0, 1, MOST], 0), mdat(800)]), -1),
        ("a run as long as its bytes", mp4(&[movie(&[0, 1, MOST, 1], &[0, 1, MOST], 0), mdat(800)]), 100),
        ("sizes that are not there", mp4(&[movie(&[0, 1, MOST, 1], &[0, 0, MOST, 1, 1], 0), mdat(800)]), 0),
        ("many runs", mp4(&[movie(&times, &[0, 1, MOST], 0), mdat(50_000)]), 6_250),
        ("a box in itself", [&movie(&none, &none, 0)[..20], &[0, 0, 0, 0], b"moov\0\0\0\0trak"].concat(), -1),
        ("a box of no size", [&movie(&none, &none, 0)[..20], &numbers(&[1]), b"free", &[0; 80]].concat(), -1),
        ("small boxes", [&movie(&none, &none, 0)[..20], &b"\0\0\0\x08free".repeat(100_000)].concat(), -1),
    ] {
        assert_eq!(milliseconds(&folder, "a.m4a", &bytes), expected, "{name}");
    }
}

#[test]
fn what_lies_or_broke_off_is_as_long_as_what_is_there_in_every_container() {
    let folder = Folder::new();
    for (name, format) in [("a.mp3", "mp3"), ("a.flac", "flac"), ("a.ogg", "vorbis")] {
        sox(&format!("{DATA}/call.wav -t {format} {name}"), folder.path());
    }
    for name in ["call.m4a", "call.webm", "call.aac", "fragments.m4a", "call.WAV"] {
        fs::copy(Path::new(DATA).join(name), folder.file(name)).expect("a copy");
    }
    for name in ["a.mp3", "a.flac", "a.ogg", "call.m4a", "call.webm", "call.aac", "fragments.m4a"] {
        // Preallocated by somebody who then died.
        let file = File::options().write(true).open(folder.file(name)).expect("the file");
        file.set_len(GIANT).expect("a hole");
        let found = heard(folder.path(), name);
        assert!(found.duration.is_none_or(|long| (0..2_600).contains(&long)), "{name}: {found:?}");
        assert_eq!(found.size, GIANT);
    }
    // A page of 255 packets without a byte, many times.
    sox(&format!("{DATA}/call.wav -t vorbis b.ogg"), folder.path());
    let mut pages = fs::read(folder.file("b.ogg")).expect("sound");
    let serial = pages[14..18].to_vec();
    let page = [&b"OggS\0\0"[..], &[0; 8], &serial, &[0; 8], &[255], &[0; 255]].concat();
    pages.extend(page.repeat(2_000));
    let found = milliseconds(&folder, "b.ogg", &pages);
    assert!((0..3_000).contains(&found), "{found}");
    // Tags behind tags, and one that says it fills a disk.
    let tags = [&b"ID3\x04\0\0\x7f\x7f\x7f\x7f"[..], &b"ID3\x04\0\0\0\0\0\0".repeat(10_000)].concat();
    assert_eq!(milliseconds(&folder, "c.mp3", &tags), -1);
}

#[test]
fn a_look_that_takes_long_ends_when_it_is_told_to() {
    let folder = Folder::new();
    sox(&format!("{DATA}/call.wav -t mp3 a.mp3"), folder.path());
    let call = fs::read(folder.file("a.mp3")).expect("sound");
    write(&folder.file("long.mp3"), &call.repeat(200));
    write(
        &folder.file("long.m4a"),
        &[movie(&[0, 0, 0], &[0, 0, 0], 0), b"\0\0\0\x08free".repeat(100_000)].concat(),
    );
    for name in ["opus.ogg", "opus.webm", "amr.amr"] {
        let call = fs::read(Path::new(DATA).join("heard").join(name)).expect("test data");
        write(&folder.file(&format!("long.{name}")), &call.repeat(200));
    }
    for name in ["long.mp3", "long.m4a", "long.opus.ogg", "long.opus.webm", "long.amr.amr"] {
        let sound = Media::new(folder.path()).open(name.as_bytes()).expect("a file");
        let asked = AtomicU32::new(0);
        let told = || asked.fetch_add(1, Ordering::Relaxed) >= 3;
        assert!(sound.heard(&told).is_err(), "{name}");
        let asked = asked.into_inner();
        assert!((4..10).contains(&asked), "{name}: asked {asked} times");
        assert!(sound.heard(&|| false).is_ok(), "{name}");
    }
}

#[test]
fn a_file_that_says_it_has_billions_of_packets_is_filed_and_keeps_no_other_waiting() {
    let mut office = Office::new();
    let bomb = Path::new(DATA).join("billions.m4a");
    for name in ["a.m4a", "c.m4a"] {
        fs::copy(&bomb, office.root().join(name)).expect("a copy");
    }
    write(&office.root().join("b.wav"), &wav("b", 1));
    office.until("a.m4a|1|0|657|0\nb.wav|1|0|16044|1\nc.m4a|1|0|657|0");

    let (folder, db) = (Folder::new(), Folder::new());
    fs::copy(&bomb, folder.file("a.m4a")).expect("a copy");
    write(&folder.file("b.wav"), &wav("b", 1));
    let (root, db) = (folder.path().to_str().expect("UTF-8"), db.file("recordings.db"));
    let db = db.to_str().expect("UTF-8");
    run(&["customer", "add", "Alder", "--db", db]).ok();
    run(&["group", "add", "Sales", "--customer", "1", "--db", db]).ok();
    let said = run(&["import", "freepbx-dir", root, "--db", db, "--media-root", root]).ok();
    assert!(said.contains("Recordings: 2 are new"), "{said}");
}

#[test]
fn the_outline_of_what_has_more_packets_than_bytes_is_none() {
    let app = spawn_app();
    fs::copy(Path::new(DATA).join("billions.m4a"), media(&app).join("a.m4a")).expect("a copy");
    is_sound_of_a(&app, "a.m4a");
    let answer = app.supervisor().get("recording/recordings/peaks?recordgroup=1;uniqueid=a;recordid=1");
    assert_eq!(answer.codes(), "404 path");
}
