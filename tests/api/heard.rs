//! What is known of sound that real programs wrote, whether it is decoded here or not: its length, whether it was finished, and
//! its samples, compared with those that sox and ffmpeg find.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use sha2::{Digest, Sha256};
use tapeline::config;
use tapeline::media::{Heard, Media, Playable, Sound, Wrapper, Written};

use crate::dice::Dice;
use crate::office;
use crate::play::{DATA, sox};
use crate::program::Folder;
use crate::spool::{Office, wav, write};

fn real(name: &str) -> PathBuf {
    Path::new(DATA).join("heard").join(name)
}

fn open(path: &Path) -> Sound {
    let (folder, name) = (path.parent().expect("a folder"), path.file_name().expect("a name"));
    Media::new(folder).open(name.as_encoded_bytes()).expect("a file")
}

fn heard(path: &Path) -> Heard {
    open(path).heard(&|| false).expect("it is looked at")
}

/// The bytes that a browser gets, and what their name ends in.
fn played(sound: Sound) -> (Vec<u8>, Option<&'static str>) {
    let Playable { sound, ending, .. } = sound.playable(Wrapper::Wave).expect("it is there");
    let mut all = Vec::new();
    let read = sound.read(0..sound.size, 64 << 10, |bytes| {
        all.extend(bytes);
        ControlFlow::Continue(())
    });
    assert!(read.expect("it is read").is_continue());
    (all, ending)
}

#[track_caller]
fn is_long(name: &str, found: Option<i64>, expected: i64) {
    let near = |found: i64| (expected - 30..expected + 130).contains(&found);
    assert!(found.is_some_and(near), "{name}: {found:?}, not {expected}");
}

/// Milliseconds by ffprobe 5.1, or by soxi where that has none.
const LONG: [(&str, i64, &str); 23] = [
    ("opus.webm", 2_308, "audio/webm"),
    ("live.webm", 2_308, "audio/webm"),
    ("vorbis.webm", 2_316, "audio/webm"),
    ("opus.ogg", 2_306, "audio/ogg"),
    ("vorbis.ogg", 2_300, "audio/ogg"),
    ("speex.spx", 2_300, "audio/ogg"),
    ("dash.mp4", 2_428, "audio/mp4"),
    ("opus.mp4", 2_306, "audio/mp4"),
    ("mp3.wav", 2_438, "audio/wav"),
    ("g723.wav", 2_310, "audio/wav"),
    ("g726.wav", 2_300, "audio/wav"),
    ("yamaha.wav", 2_304, "audio/wav"),
    ("ima-ffmpeg.wav", 2_551, "audio/wav"),
    ("rf64-list-after.wav", 1_000, "audio/wav"),
    ("libsndfile-killed.wav", 1_000, "audio/wav"),
    ("ffmpeg-killed.wav", 1_000, "audio/wav"),
    ("junk-riff4088-data0.wav", 1_000, "audio/wav"),
    ("ms.w64", 2_545, "audio/x-w64"),
    ("opus.caf", 2_320, "audio/x-caf"),
    ("voice.voc", 2_304, "audio/x-voc"),
    ("amr.amr", 2_300, "audio/amr"),
    ("g722.g722", 2_300, "audio/g722"),
    ("g729.g729", 200, "audio/g729"),
];

#[test]
fn every_form_has_its_length_and_its_type_decoded_or_not() {
    for (name, long, kind) in LONG {
        let found = heard(&real(name));
        is_long(name, found.duration, long);
        assert_eq!(found.mimetype, kind, "{name}");
    }
    // Without a header, by the bytes of a second.
    let folder = Folder::new();
    for (name, bytes) in [("a.siren7", 4_000), ("a.siren14", 6_000), ("a.g726-40", 5_000), ("a.g719", 8_000)]
    {
        fs::write(folder.file(name), vec![1; bytes]).expect("a file");
        assert_eq!(heard(&folder.file(name)).duration, Some(1_000), "{name}");
    }
    // Frames of G.723.1, bare and as Asterisk stores them: a delay and the length before each.
    let frames = fs::read(real("g723.wav")).expect("test data").split_off(1_950 - 77 * 24);
    let stored: Vec<u8> =
        frames.chunks(24).flat_map(|frame| [&[0, 0, 0, 0, 0, 24], frame].concat()).collect();
    for (name, bytes) in [("bare.g723", frames), ("asterisk.g723", stored)] {
        fs::write(folder.file(name), bytes).expect("a file");
        assert_eq!(heard(&folder.file(name)).duration, Some(2_310), "{name}");
    }
}

#[test]
fn what_was_joined_is_as_long_as_all_of_it_and_what_was_cut_off_as_long_as_the_rest() {
    let folder = Folder::new();
    let bytes = |name: &str| fs::read(real(name)).expect("test data");
    for (name, joined, long) in [
        ("a.ogg", ["opus.ogg", "opus.ogg"], 4_613),
        ("b.ogg", ["vorbis.ogg", "opus.ogg"], 4_606),
        ("c.spx", ["speex.spx", "speex.spx"], 4_600),
        ("d.webm", ["opus.webm", "live.webm"], 4_616),
    ] {
        write(&folder.file(name), &joined.map(bytes).concat());
        is_long(name, heard(&folder.file(name)).duration, long);
    }
    let both = open(&folder.file("b.ogg")).waveform(&AtomicBool::new(false)).expect("an outline");
    assert!((4.5..4.7).contains(&both.duration()), "{}", both.duration());
    for name in ["opus.webm", "live.webm", "vorbis.webm", "opus.ogg", "vorbis.ogg", "dash.mp4"] {
        let whole = bytes(name);
        write(&folder.file(name), &whole[..whole.len() * 2 / 3]);
        let found = heard(&folder.file(name)).duration.expect("a length");
        assert!((800..1_800).contains(&found), "{name}: {found}");
        let outline = open(&folder.file(name)).waveform(&AtomicBool::new(false));
        let outline = outline.unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!((0.7..1.8).contains(&outline.duration()), "{name}: {}", outline.duration());
    }
}

#[test]
fn a_file_whose_sound_is_cut_off_in_its_first_packet_is_not_known_to_have_none() {
    let folder = Folder::new();
    sox(&format!("{DATA}/call.wav a.flac"), folder.path());
    let whole = fs::read(folder.file("a.flac")).expect("it was made");
    let begin = whole.windows(2).position(|word| word == [0xff, 0xf8]).expect("a frame");
    for (bytes, long) in [(begin, Some(0)), (begin + 300, None)] {
        write(&folder.file("cut.flac"), &whole[..bytes]);
        assert_eq!(heard(&folder.file("cut.flac")).duration, long, "{bytes}");
    }
}

#[test]
fn whatever_becomes_of_a_file_looking_at_it_ends_well() {
    let folder = Folder::new();
    let mut dice = Dice(14);
    for (name, ..) in LONG {
        let whole = fs::read(real(name)).expect("test data");
        for _ in 0..40 {
            let mut bytes = whole.clone();
            let mut place = |most: usize| usize::try_from(dice.below(most as u64)).expect("small");
            for _ in 0..=place(8) {
                // Mostly in headers.
                let reach = if place(4) == 0 { bytes.len() } else { bytes.len().min(300) };
                bytes[place(reach)] = [0, 1, 0x7f, 0x80, 0xff][place(5)];
            }
            bytes.truncate(if place(3) == 0 { place(whole.len()) } else { whole.len() });
            write(&folder.file(name), &bytes);
            let found = heard(&folder.file(name));
            let most = 2_000 * i64::try_from(bytes.len()).expect("short");
            assert!(found.duration.is_none_or(|long| (0..=most).contains(&long)), "{name}: {found:?}");
            let _ = open(&folder.file(name)).waveform(&AtomicBool::new(false));
            let _ = played(open(&folder.file(name)));
        }
    }
}

#[test]
fn a_stream_is_found_behind_junk_and_within_riff() {
    let folder = Folder::new();
    sox(&format!("{DATA}/call.wav -t mp3 a.mp3"), folder.path());
    let stream = fs::read(folder.file("a.mp3")).expect("it was made");
    for (name, junk) in [("junk.mp3", &b"no frame, and no tag either"[..]), ("zeros.mp3", &[0; 20_000])] {
        write(&folder.file(name), &[junk, &stream].concat());
        assert_eq!(heard(&folder.file(name)).duration, heard(&folder.file("a.mp3")).duration, "{name}");
        assert!(played(open(&folder.file(name))) == (stream.clone(), Some("mp3")), "{name}");
    }
    // Browsers play the packets alone.
    let (packets, ending) = played(open(&real("mp3.wav")));
    let riff = fs::read(real("mp3.wav")).expect("test data");
    assert!(riff.windows(packets.len()).any(|part| part == packets));
    assert_eq!((packets[0], ending), (0xff, Some("mp3")));
}

#[test]
fn a_header_tells_whether_a_file_was_finished() {
    use Written::{Finished, SaysNothing, Unfinished};
    let folder = Folder::new();
    let good = wav("a", 1);
    let with = |at: usize, number: u32| {
        let mut bytes = good.clone();
        bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
        bytes
    };
    let list = b"LIST\x04\0\0\0INFO";
    for (name, bytes, written) in [
        ("as it should be", good.clone(), Finished),
        ("chunks behind", [&good[..], list].concat(), Finished),
        ("a byte of padding", [&good[..], &[0]].concat(), Finished),
        ("a tag behind", [&good[..], b"TAG", &[0; 125]].concat(), Finished),
        ("RIFF never completed, data right", with(4, 0), Finished),
        ("data never completed", with(40, 0), Unfinished),
        ("both never completed", [&with(4, 0)[..40], &[0; 4], &good[44..]].concat(), Unfinished),
        ("less than it promises", good[..good.len() - 100].to_vec(), Unfinished),
        ("more than it promises", [&good[..], &[7; 4_000]].concat(), Unfinished),
        ("all ones", with(40, u32::MAX), SaysNothing),
        ("half of them, as sox has it", with(40, 0x7fff_f000), SaysNothing),
        ("nothing in it yet", with(4, 0)[..40].iter().copied().chain([0; 4]).collect(), Unfinished),
        ("nothing in it, and closed", [&good[..4], &[36, 0, 0, 0], &good[8..40], &[0; 4]].concat(), Finished),
        ("half of a header", good[..30].to_vec(), Unfinished),
    ] {
        write(&folder.file("a.wav"), &bytes);
        assert_eq!(heard(&folder.file("a.wav")).written, written, "{name}");
    }
    for (name, written) in [
        ("libsndfile-killed.wav", Unfinished),
        ("junk-riff4088-data0.wav", Unfinished),
        ("ffmpeg-killed.wav", SaysNothing),
        ("rf64-list-after.wav", Finished),
        ("ms.w64", Finished),
        ("opus.ogg", Finished),
        ("g722.g722", SaysNothing),
        ("g729.g729", SaysNothing),
    ] {
        assert_eq!(heard(&real(name)).written, written, "{name}");
    }
}

#[test]
fn what_is_decoded_has_the_samples_that_sox_and_ffmpeg_find() {
    let folder = Folder::new();
    for (name, make) in [
        ("ima.wav", "-e ima-adpcm"),
        ("ima2.wav", "-c 2 -e ima-adpcm"),
        ("ms.wav", "-e ms-adpcm"),
        ("ms2.wav", "-c 2 -e ms-adpcm"),
        ("rifx.wav", "-t wav -B"),
        ("a.aiff", ""),
        ("le.aifc", "-t aifc"),
        ("a.au", ""),
        ("8.au", "-b 8"),
    ] {
        sox(format!("{DATA}/call.wav {make} {name}").replace("  ", " ").as_str(), folder.path());
        samples_are_those_of_sox(&folder, &folder.file(name));
    }
    for name in ["ima-ffmpeg.wav", "ms.w64", "rf64-list-after.wav"] {
        samples_are_those_of_sox(&folder, &real(name));
    }
    // Cut off in the middle of a block.
    for name in ["ima2.wav", "ms2.wav"] {
        let whole = fs::read(folder.file(name)).expect("it was made");
        write(&folder.file("cut.wav"), &whole[..whole.len() - 301]);
        let (cut, all) = (played(open(&folder.file("cut.wav"))).0, played(open(&folder.file(name))).0);
        assert!(
            cut.len() < all.len() && cut.len() > all.len() - 1_400,
            "{name}: {} {}",
            cut.len(),
            all.len()
        );
        assert!(all[44..].starts_with(&cut[44..]), "{name}");
    }
    // sox knows no G.722: `ffmpeg -i g722.g722 -f s16le - | sha256sum`, version 5.1.
    let (g722, _) = played(open(&real("g722.g722")));
    let digest: String = Sha256::digest(&g722[44..]).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, "ca019b904a253f6694ad9ae06c25346eafe1fc548410309e5405b5389f3409e3");
}

#[track_caller]
fn samples_are_those_of_sox(folder: &Folder, path: &Path) {
    let name = path.display();
    sox(&format!("{name} -t raw -e signed -b 16 -L decoded.raw"), folder.path());
    let expected = fs::read(folder.file("decoded.raw")).expect("it was made");
    let (found, ending) = played(open(path));
    assert!(found[44..] == expected, "{name}: {} bytes, sox has {}", found.len() - 44, expected.len());
    assert_eq!(ending, Some("wav"), "{name}");
}

#[test]
fn samples_of_two_channels_without_a_header_are_what_the_setting_says() {
    let folder = Folder::new();
    fs::create_dir_all(folder.file("sound")).expect("a folder");
    let call = format!("{DATA}/call.wav");
    sox(&format!("-M {call} {call} -t raw -e signed -b 16 sound/1795499606.0.raw"), folder.path());
    sox(&format!("{call} {call} stereo.wav remix 1 1"), folder.path());
    let settings = config::Folder { raw_channels: 2, ..config::Folder::default() };
    let media = Media::new(&folder.file("sound")).with(std::slice::from_ref(&settings));
    let sound = media.open(b"1795499606.0.raw").expect("a file");
    assert_eq!(sound.waveform(&AtomicBool::new(false)).expect("an outline").channels, 2);
    let (bytes, _) = played(sound);
    assert_eq!((bytes[22], bytes.len() - 44), (2, 73_600));
    let mut office = Office::within(folder, settings);
    office.until("1795499606.0.raw|1|0|73600|2");
    assert_eq!(office.sqlite3("SELECT duration FROM intake_files"), "2300");
}

#[test]
fn nothing_is_left_out_for_silence_unless_it_is_known_to_have_none() {
    let settings = config::Folder { keep_empty: false, ..config::Folder::default() };
    let mut office = Office::with(settings);
    for (from, to) in
        [("g722.g722", "a.g722"), ("live.webm", "b.webm"), ("g729.g729", "c.g729"), ("mp3.wav", "d.wav")]
    {
        fs::copy(real(from), office.root().join(to)).expect("a copy");
    }
    write(&office.root().join("e.wav48"), &wav("e", 1));
    // Nobody knows what it is, nor how long.
    write(&office.root().join("f.aac"), b"something else than frames");
    write(&office.root().join("g.mp3"), b"");
    office.until(
        "a.g722|1|0|18400|2\nb.webm|1|0|4668|2\nc.g729|1|0|200|0\nd.wav|1|0|2552|2\ne.wav48|1|0|16044|1\nf.aac|1|0|26|0",
    );
    assert_eq!(office.sqlite3("SELECT duration FROM intake_files WHERE path = 'f.aac'"), "-1");
    assert_eq!(
        office.sqlite3("SELECT path, excluded FROM intake_files WHERE excluded <> ''"),
        "g.mp3|no sound in it (keep_empty = false)"
    );
}

#[test]
fn what_an_earlier_version_left_out_since_it_knew_no_length_comes_back() {
    let mut office = office::Office::new("[[folders]]\nkeep_empty = false\n");
    fs::copy(real("g722.g722"), office.root().join("a.g722")).expect("a copy");
    const ROWS: &str = "SELECT path, totaltime FROM recordings";
    office.start();
    office.until(ROWS, "a.g722|2");
    office.stop();
    office.sqlite3(
        "DELETE FROM recordings; PRAGMA user_version = 6;
         UPDATE intake_files SET duration = 0, recording = 0, recordid = '', excluded = 'no sound in it (keep_empty = false)'",
    );
    office.start();
    office.until(ROWS, "a.g722|2");
}
