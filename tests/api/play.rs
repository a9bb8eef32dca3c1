//! recording/recordings/get with play=1: what the field stores, in a form that browsers play; compared with sox.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::app::{Caller, TestApp, spawn_app};
use crate::http::Answer;

/// Real recordings of a PBX; see the README there.
pub const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
/// The length of the header that is made.
const HEADER: usize = 44;
/// The samples of a file as they are.
const SIGNED: &str = "-t raw -e signed -b 16 -L";

/// Runs sox.
#[track_caller]
pub fn sox(arguments: &str, folder: &Path) {
    let output = Command::new("sox").arg("-D").args(arguments.split(' ')).current_dir(folder).output();
    let output = output.expect("sox is installed");
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The folder of a server's sound.
pub fn media(app: &TestApp) -> PathBuf {
    let folder = app.db.with_file_name("sound");
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Makes a file that of the first recording.
pub fn is_sound_of_a(app: &TestApp, name: &str) {
    app.sqlite3(&format!("UPDATE recordings SET path = '{name}', mimetype = '' WHERE id = 11;"));
}

fn play(caller: &Caller, headers: &[(&str, &str)]) -> Answer {
    let target = "/api/json/recording/recordings/get?recordgroup=1;uniqueid=a;recordid=1;wrap=none;play=1";
    caller.send("GET", target, headers, b"")
}

fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize
}

/// What sox makes of a file, as 16-bit samples.
fn decoded(folder: &Path, format: &str, name: &str) -> Vec<u8> {
    sox(&format!("{format}{name} {SIGNED} decoded.raw"), folder);
    fs::read(folder.join("decoded.raw")).expect("it was made")
}

/// Name, how sox makes it of `call.wav`, how sox is told to read it, rate.
const KINDS: [(&str, &str, &str, usize); 23] = [
    ("call.gsm", "-t gsm", "-t gsm -r 8000 ", 8_000),
    ("call.wav49.WAV", "-t wav -e gsm-full-rate", "-t wav ", 8_000),
    ("call.ulaw", "-t raw -e mu-law", "-t raw -r 8000 -e mu-law -b 8 ", 8_000),
    ("call.pcm", "-t raw -e mu-law", "-t raw -r 8000 -e mu-law -b 8 ", 8_000),
    ("call.alaw", "-t raw -e a-law", "-t raw -r 8000 -e a-law -b 8 ", 8_000),
    ("ulaw.wav", "-t wav -e mu-law", "-t wav ", 8_000),
    ("alaw.wav", "-t wav -e a-law", "-t wav ", 8_000),
    ("ulaw.au", "-t au -e mu-law", "-t au ", 8_000),
    ("alaw.au", "-t au -e a-law", "-t au ", 8_000),
    ("call.sln", "-t raw -e signed -b 16", "-t raw -r 8000 -e signed -b 16 ", 8_000),
    ("call.raw", "-t raw -e signed -b 16", "-t raw -r 8000 -e signed -b 16 ", 8_000),
    ("call.sln12", "-r 12000 -t raw -e signed -b 16", "-t raw -r 12000 -e signed -b 16 ", 12_000),
    ("call.sln16", "-r 16000 -t raw -e signed -b 16", "-t raw -r 16000 -e signed -b 16 ", 16_000),
    ("call.SLN24", "-r 24000 -t raw -e signed -b 16", "-t raw -r 24000 -e signed -b 16 ", 24_000),
    ("call.sln32", "-r 32000 -t raw -e signed -b 16", "-t raw -r 32000 -e signed -b 16 ", 32_000),
    ("call.sln44", "-r 44100 -t raw -e signed -b 16", "-t raw -r 44100 -e signed -b 16 ", 44_100),
    ("call.sln48", "-r 48000 -t raw -e signed -b 16", "-t raw -r 48000 -e signed -b 16 ", 48_000),
    ("call.sln96", "-r 96000 -t raw -e signed -b 16", "-t raw -r 96000 -e signed -b 16 ", 96_000),
    ("call.sln192", "-r 192000 -t raw -e signed -b 16", "-t raw -r 192000 -e signed -b 16 ", 192_000),
    // Names that lie.
    ("gsm.mp3", "-t gsm", "-t gsm -r 8000 ", 8_000),
    ("gsm.wav", "-t gsm", "-t gsm -r 8000 ", 8_000),
    ("wav49.gsm", "-t wav -e gsm-full-rate", "-t wav ", 8_000),
    ("alaw.ulaw", "-t wav -e a-law", "-t wav ", 8_000),
];

#[test]
fn what_browsers_do_not_play_becomes_the_samples_that_sox_finds() {
    let app = spawn_app();
    let folder = media(&app);
    for (name, make, read, rate) in KINDS {
        sox(&format!("{DATA}/call.wav {make} {name}"), &folder);
        is_decoded(&app, name, read, rate);
    }
    for (name, read, rate) in [
        ("call.gsm", "-t gsm -r 8000 ", 8_000),
        ("call.WAV", "-t wav ", 8_000),
        ("call.ulaw", "-t raw -r 8000 -e mu-law -b 8 ", 8_000),
        ("call.alaw", "-t raw -r 8000 -e a-law -b 8 ", 8_000),
        ("call.sln", "-t raw -r 8000 -e signed -b 16 ", 8_000),
    ] {
        fs::copy(Path::new(DATA).join(name), folder.join(name)).expect("a copy");
        is_decoded(&app, name, read, rate);
    }
}

/// Everything that is told of a decoded file, and its bytes.
#[track_caller]
fn is_decoded(app: &TestApp, name: &str, read: &str, rate: usize) {
    is_sound_of_a(app, name);
    let expected = decoded(&media(app), read, name);
    assert!(expected.len() > 10_000, "{name}");
    let answer = play(&app.supervisor(), &[]);
    assert_eq!(answer.status, 200, "{name}");
    let body = &answer.body;
    assert!(body[HEADER..] == expected, "{name}: {} bytes, sox has {}", body.len() - HEADER, expected.len());
    assert_eq!((&body[..4], &body[8..16], &body[36..40]), (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]));
    assert_eq!((number(body, 4), number(body, 40)), (body.len() - 8, body.len() - HEADER), "{name}");
    assert_eq!((number(body, 24), number(body, 28)), (rate, 2 * rate), "{name}");
    assert_eq!((number(body, 20), number(body, 32)), (0x0001_0001, 0x0010_0002), "{name}");
    assert_eq!(answer.header("content-type"), Some("audio/wav"), "{name}");
    assert_eq!(answer.header("content-length"), Some(body.len().to_string().as_str()));
    assert_eq!(answer.header("accept-ranges"), Some("bytes"));
    let stem = name.rsplit_once('.').expect("an ending").0;
    let disposition = format!("inline; filename=\"{stem}.wav\"");
    assert_eq!(answer.header("content-disposition"), Some(disposition.as_str()));
}

/// Puts bytes where the first recording's sound is, under a name.
fn place(app: &TestApp, name: &str, bytes: &[u8]) {
    fs::write(media(app).join(name), bytes).expect("a file");
    is_sound_of_a(app, name);
}

fn real(name: &str) -> Vec<u8> {
    fs::read(Path::new(DATA).join(name)).expect("test data")
}

#[test]
fn what_browsers_play_is_sent_as_it_is_with_the_type_that_it_has() {
    let app = spawn_app();
    let folder = media(&app);
    let sara = app.supervisor();
    for (name, make, kind) in [
        ("a.mp3", "-t mp3", "audio/mpeg"),
        ("a.ogg", "-t vorbis", "audio/ogg"),
        ("a.flac", "-t flac", "audio/flac"),
        ("mp3.wav", "-t mp3", "audio/mpeg"),
        ("flac.gsm", "-t flac", "audio/flac"),
        ("ogg.ulaw", "-t vorbis", "audio/ogg"),
        ("mp3.sln", "-t mp3", "audio/mpeg"),
        ("wav.gsm", "-t wav", "audio/wav"),
        ("8.wav", "-t wav -b 8", "audio/wav"),
        ("24.wav", "-t wav -b 24", "audio/wav"),
        ("32.wav", "-t wav -b 32", "audio/wav"),
        ("float.wav", "-t wav -e float -b 32", "audio/wav"),
        ("stereo.wav", "-t wav -c 2", "audio/wav"),
        ("call.wav16", "-r 16000 -t wav", "audio/wav"),
    ] {
        sox(&format!("{DATA}/call.wav {make} {name}"), &folder);
        is_sound_of_a(&app, name);
        let answer = play(&sara, &[]);
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.body == fs::read(folder.join(name)).expect("it was made"), "{name}");
        assert_eq!(answer.header("content-type"), Some(kind), "{name}");
        let disposition = format!("inline; filename=\"{name}\"");
        assert_eq!(answer.header("content-disposition"), Some(disposition.as_str()));
    }
    for name in ["call.wav", "call.wav16", "unanswered.wav"] {
        place(&app, name, &real(name));
        assert!(play(&sara, &[]).body == real(name), "{name}");
    }
    for (name, bytes, kind) in [
        ("a.m4a", &b"\0\0\0\x20ftypM4A "[..], "audio/mp4"),
        ("a.weba", b"\x1a\x45\xdf\xa3\x9f", "audio/webm"),
        ("a.opus", b"OggS\0\x02", "audio/ogg"),
        ("a.amr", b"#!AMR\n", "audio/amr"),
        ("a.g729", b"\x01\x02\x03", "audio/g729"),
        ("a.html", b"<script>", "application/octet-stream"),
        ("a.wav", b"no WAVE file", "audio/wav"),
        ("a", b"", "application/octet-stream"),
    ] {
        place(&app, name, bytes);
        let answer = play(&sara, &[]);
        assert_eq!((answer.status, answer.body.as_slice()), (200, bytes), "{name}");
        assert_eq!(answer.header("content-type"), Some(kind), "{name}");
    }
}

/// A WAVE file of these chunks; an odd one is padded.
fn riff(chunks: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = b"WAVE".to_vec();
    for (name, bytes) in chunks {
        body.extend(name.bytes());
        body.extend(u32::try_from(bytes.len()).expect("short").to_le_bytes());
        body.extend(*bytes);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    let length = u32::try_from(body.len()).expect("short").to_le_bytes();
    [&b"RIFF"[..], &length, &body].concat()
}

fn with_number(mut bytes: Vec<u8>, at: usize, number: u32) -> Vec<u8> {
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
    bytes
}

#[test]
fn a_header_that_is_wrong_is_put_right() {
    let app = spawn_app();
    let good = real("call.wav");
    let (format, samples) = (good[20..36].to_vec(), good[HEADER..].to_vec());
    let in_progress = with_number(with_number(good.clone(), 4, 0), 40, 0);
    let size = u32::try_from(samples.len()).expect("short");
    let extensible = [
        &b"\xfe\xff\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0\x16\0\x10\0\x04\0\0\0\x01\0"[..],
        b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71",
    ]
    .concat();
    let info = b"INFOISFT\x05\0\0\0Tape\0\0";
    let unpadded =
        [&b"RIFF\0\0\0\0WAVEodd \x03\0\0\0abcfmt \x10\0\0\0"[..], &format, b"data\0\0\0\0", &samples]
            .concat();
    let as_it_is = |bytes: Vec<u8>| (bytes.clone(), bytes);
    let repaired = |bytes: Vec<u8>| (bytes, good.clone());
    let cut = |length: usize| {
        let right = with_number(good[..HEADER + length].to_vec(), 40, u32::try_from(length).expect("short"));
        with_number(right, 4, u32::try_from(length + 36).expect("short"))
    };
    for (what, (bytes, expected)) in [
        ("in progress", repaired(in_progress.clone())),
        (
            "all but its last byte, as a crash leaves it",
            (in_progress[..good.len() - 1].to_vec(), cut(samples.len() - 2)),
        ),
        ("one block, as kill -9 leaves it", (in_progress[..HEADER + 32_768].to_vec(), cut(32_768))),
        ("nothing yet", (in_progress[..HEADER].to_vec(), real("unanswered.wav"))),
        ("the header's first half", (in_progress[..36].to_vec(), real("unanswered.wav"))),
        ("only the size of RIFF is there", repaired(with_number(in_progress.clone(), 4, size + 36))),
        ("only the size of data is there", repaired(with_number(in_progress.clone(), 40, size))),
        ("streamed by ffmpeg", repaired(with_number(with_number(good.clone(), 4, u32::MAX), 40, u32::MAX))),
        (
            "streamed by sox",
            repaired(with_number(with_number(good.clone(), 4, 0x7fff_ffff), 40, 0x7fff_ffdb)),
        ),
        ("cut off", (good[..HEADER + 1000].to_vec(), cut(1000))),
        ("sizes of the first block", repaired(with_number(good.clone(), 40, 1000))),
        ("chunks behind", as_it_is(riff(&[("fmt ", &format), ("data", &samples), ("LIST", info)]))),
        (
            "chunks before",
            as_it_is(riff(&[("LIST", info), ("fmt ", &format), ("fact", b"1234"), ("data", &samples)])),
        ),
        ("an odd chunk", as_it_is(riff(&[("odd ", b"abc"), ("fmt ", &format), ("data", &samples)]))),
        ("an odd chunk that is not padded", repaired(unpadded)),
        ("data before the format", repaired(riff(&[("data", &samples), ("fmt ", &format)]))),
        ("an extensible format", as_it_is(riff(&[("fmt ", &extensible), ("data", &samples)]))),
        (
            "an extensible format, in progress",
            repaired(with_number(riff(&[("fmt ", &extensible), ("data", &samples)]), 64, 0)),
        ),
        ("RF64", repaired([b"RF64", &good[4..]].concat())),
        ("something behind the end", as_it_is([&good[..], b"tail of something"].concat())),
        ("empty, with chunks behind", as_it_is(riff(&[("fmt ", &format), ("data", b""), ("LIST", info)]))),
    ] {
        place(&app, "a.wav", &bytes);
        let answer = play(&app.supervisor(), &[]);
        assert_eq!(answer.status, 200, "{what}");
        assert!(answer.body == expected, "{what}: {} bytes, not {}", answer.body.len(), expected.len());
        assert_eq!(answer.header("content-disposition"), Some("inline; filename=\"a.wav\""));
    }
}

#[test]
fn gsm_in_riff_is_as_long_as_the_file_when_its_header_is_empty() {
    let app = spawn_app();
    let good = real("call.WAV");
    place(&app, "good.WAV", &good);
    let whole = play(&app.supervisor(), &[]).body;
    place(&app, "a.WAV", &with_number(with_number(good.clone(), 4, 0), 56, 0));
    assert!(play(&app.supervisor(), &[]).body == whole);
    // As it lies on disk for the first twenty seconds.
    place(&app, "a.WAV", &with_number(with_number(good[..60].to_vec(), 4, 0), 56, 0));
    assert_eq!(play(&app.supervisor(), &[]).body, real("unanswered.wav"));
    place(&app, "a.WAV", &good[..60 + 65 + 64]);
    let one = play(&app.supervisor(), &[]).body;
    assert_eq!(one[HEADER..], whole[HEADER..HEADER + 640]);
}

#[test]
fn a_file_that_is_still_empty_is_played_as_silence() {
    let app = spawn_app();
    let rate_at_24 = |bytes: Vec<u8>, rate| with_number(with_number(bytes, 24, rate), 28, 2 * rate);
    for (name, rate) in
        [("a.gsm", 8_000), ("a.ulaw", 8_000), ("a.alaw", 8_000), ("a.sln16", 16_000), ("a.wav", 8_000)]
    {
        place(&app, name, b"");
        let answer = play(&app.supervisor(), &[]);
        assert_eq!(answer.body, rate_at_24(real("unanswered.wav"), rate), "{name}");
    }
}

#[test]
fn silence_of_one_law_is_not_taken_for_something_else() {
    let app = spawn_app();
    for (name, byte, sample) in [("a.alaw", 0xd5, 8i16), ("a.ulaw", 0xff, 0), ("a.ulaw", 0xd5, 716)] {
        place(&app, name, &[byte; 5000]);
        let body = play(&app.supervisor(), &[]).body;
        assert_eq!(body.len(), HEADER + 10_000, "{name} {byte:x}");
        assert!(body[HEADER..].chunks(2).all(|bytes| bytes == sample.to_le_bytes()), "{name} {byte:x}");
    }
    // Short files of GSM are known by their names, and by their marks.
    let frames = real("call.gsm");
    place(&app, "a.gsm", &frames[..66]);
    assert_eq!(play(&app.supervisor(), &[]).body.len(), HEADER + 640);
    place(&app, "a.gsm", b"these are no frames of the full-rate coder of GSM");
    assert!(play(&app.supervisor(), &[]).body.starts_with(b"these"));
}

#[test]
fn ranges_of_what_is_decoded_are_slices_of_the_whole() {
    let app = spawn_app();
    let folder = media(&app);
    let sara = app.supervisor();
    sox(&format!("{DATA}/call.wav {DATA}/call.wav {DATA}/call.wav {DATA}/call.wav long.wav"), &folder);
    let in_progress =
        with_number(with_number(fs::read(folder.join("long.wav")).expect("it was made"), 4, 0), 40, 0);
    fs::write(folder.join("progress.wav"), in_progress).expect("a file");
    for (name, make) in [
        ("long.gsm", "-t gsm"),
        ("long.WAV", "-t wav -e gsm-full-rate"),
        ("long.ulaw", "-t raw -e mu-law"),
        ("stereo.wav", "-c 2 -t wav -e a-law"),
        ("long.sln", "-t raw -e signed -b 16"),
        ("progress.wav", ""),
    ] {
        if !make.is_empty() {
            sox(&format!("long.wav {make} {name}"), &folder);
        }
        is_sound_of_a(&app, name);
        let whole = play(&sara, &[]).body;
        let end = whole.len();
        assert!(end > 140_000, "{name}: longer than two pieces");
        for range in [
            0..1,
            0..44,
            0..45,
            43..45,
            44..46,
            44..end,
            45..46,
            45..47,
            363..365,
            364..684,
            683..685,
            1000..70_001,
            65_579..65_581,
            65_535..65_537,
            131_000..131_200,
            end - 1..end,
            end - 641..end,
            1..end - 1,
            0..end,
        ] {
            let asked = format!("bytes={}-{}", range.start, range.end - 1);
            let answer = play(&sara, &[("Range", &asked)]);
            assert_eq!(answer.status, 206, "{name} {asked}");
            let content = format!("bytes {}-{}/{end}", range.start, range.end - 1);
            assert_eq!(answer.header("content-range"), Some(content.as_str()), "{name}");
            assert_eq!(answer.header("content-length"), Some(range.len().to_string().as_str()));
            assert!(answer.body == whole[range], "{name} {asked}");
        }
        let beyond = play(&sara, &[("Range", &format!("bytes={end}-"))]);
        assert_eq!(beyond.header("content-range"), Some(format!("bytes */{end}").as_str()));
        assert_eq!((beyond.status, beyond.body.len()), (416, 0), "{name}");
    }
}

#[test]
fn the_decoded_form_has_a_tag_of_its_own_that_changes_with_the_file() {
    let app = spawn_app();
    place(&app, "a.gsm", &real("call.gsm"));
    let sara = app.supervisor();
    let stored = sara.get("recording/recordings/get?recordgroup=1;uniqueid=a;recordid=1;wrap=none");
    let played = play(&sara, &[]);
    let tag = |answer: &Answer| answer.header("etag").expect("a tag").to_owned();
    assert_ne!(tag(&stored), tag(&played));
    assert_eq!(stored.header("last-modified"), played.header("last-modified"));
    let status = |name: &str, value: &str| play(&sara, &[(name, value), ("Range", "bytes=0-1")]).status;
    assert_eq!(status("If-None-Match", &tag(&played)), 304);
    assert_eq!(status("If-None-Match", &tag(&stored)), 206);
    assert_eq!(status("If-Range", &tag(&played)), 206);
    assert_eq!(status("If-Range", &tag(&stored)), 200);
    let target = "/api/json/recording/recordings/get?recordgroup=1;uniqueid=a;recordid=1;wrap=none;play=1";
    let mut stream = crate::http::connect(app.address, None, None);
    std::io::Write::write_all(&mut stream, &sara.bytes("HEAD", target, &[], b"")).expect("it is sent");
    let (head, headers, rest) = crate::http::read_head(&mut stream);
    let named = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!((head, rest.len()), (200, 0));
    for name in ["content-length", "content-type", "etag", "last-modified", "content-disposition"] {
        assert_eq!(named(name), played.header(name), "{name}");
    }
    place(&app, "a.gsm", &real("call.gsm")[..3300]);
    assert_eq!(status("If-None-Match", &tag(&played)), 206);
}

#[test]
fn only_a_file_is_made_to_play() {
    let app = spawn_app();
    place(&app, "a.gsm", &real("call.gsm"));
    for wrap in ["", ";wrap=json", ";wrap=meta"] {
        let get = format!("recording/recordings/get?recordgroup=1;uniqueid=a;recordid=1{wrap}");
        let sara = app.supervisor();
        assert_eq!(sara.get(&format!("{get};play=1")).text(), sara.get(&get).text(), "{wrap}");
    }
    fs::remove_file(media(&app).join("a.gsm")).expect("it was there");
    assert_eq!(play(&app.supervisor(), &[]).codes(), "404 path");
    assert_eq!(play(&app.stranger(), &[]).codes(), "404 uniqueid");
    assert_eq!(play(&app.anon(), &[]).codes(), "401");
    assert_eq!(play(&app.user(), &[]).codes(), "402");
}
