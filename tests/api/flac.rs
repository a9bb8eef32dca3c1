//! recording/recordings/get with play=1 and form=flac: the samples of play=1 in FLAC, as sox reads it.

use std::fs;
use std::path::Path;

use crate::app::{Caller, TestApp, spawn_app};
use crate::http::Answer;
use crate::play::{DATA, is_sound_of_a, media, sox};

const GET: &str = "/api/json/recording/recordings/get?recordgroup=1;uniqueid=a;recordid=1";
const PLAY: &str = ";wrap=none;play=1";
const FLAC: &str = ";wrap=none;play=1;form=flac";

fn get(caller: &Caller, query: &str, headers: &[(&str, &str)]) -> Answer {
    caller.send("GET", &format!("{GET}{query}"), headers, b"")
}

/// Makes a file that of the first recording, whose call is over.
fn place(app: &TestApp, name: &str) {
    is_sound_of_a(app, name);
    app.sqlite3("UPDATE recordings SET complete = 1 WHERE id = 11;");
}

/// The samples that sox finds in an answer, and what it says of them.
fn samples(folder: &Path, ending: &str, answer: &Answer) -> Vec<u8> {
    fs::write(folder.join(format!("answer.{ending}")), &answer.body).expect("it is written");
    sox(&format!("answer.{ending} -t raw -e signed -b 32 -L answer.raw"), folder);
    sox(&format!("answer.{ending} -t au -e signed -b 32 answer.au"), folder);
    // The header of .au says the rate and the channels.
    let head = fs::read(folder.join("answer.au")).expect("it was made")[16..24].to_vec();
    [head, fs::read(folder.join("answer.raw")).expect("it was made")].concat()
}

#[track_caller]
fn is_flac(app: &TestApp, name: &str) {
    place(app, name);
    let (sara, folder) = (app.supervisor(), media(app));
    let (wave, flac) = (get(&sara, PLAY, &[]), get(&sara, FLAC, &[]));
    assert_eq!((wave.status, flac.status), (200, 200), "{name}");
    assert_eq!(wave.header("content-type"), Some("audio/wav"), "{name}");
    assert_eq!(flac.header("content-type"), Some("audio/flac"), "{name}");
    let length = flac.body.len();
    assert_eq!(flac.header("content-length"), Some(length.to_string().as_str()), "{name}");
    assert_eq!(flac.header("accept-ranges"), Some("bytes"));
    let stem = name.rsplit_once('.').expect("an ending").0;
    assert_eq!(
        flac.header("content-disposition"),
        Some(format!("inline; filename=\"{stem}.flac\"").as_str())
    );
    assert!(length < wave.body.len() * 102 / 100 + 200, "{name}: {length} bytes, of {}", wave.body.len());
    let (expected, found) = (samples(&folder, "wav", &wave), samples(&folder, "flac", &flac));
    assert!(expected == found, "{name}: {} bytes of samples, not {}", found.len(), expected.len());
}

#[test]
fn flac_has_the_samples_of_the_wave_file_that_plays() {
    let app = spawn_app();
    let folder = media(&app);
    for name in ["call.wav", "call.WAV", "call.gsm", "call.alaw", "call.ulaw", "call.sln", "call.wav16"] {
        fs::copy(Path::new(DATA).join(name), folder.join(name)).expect("a copy");
        is_flac(&app, name);
    }
    for (name, from, make, effects) in [
        ("stereo.wav", "call.wav", "", "remix 1 1v0.3"),
        ("alaw.wav", "stereo.wav", "-e a-law", ""),
        ("three.wav", "call.wav", "", "remix 1 1v0.3 1v0.7"),
        ("8.wav", "stereo.wav", "-b 8", ""),
        ("24.wav", "stereo.wav", "-b 24", "rate 24000"),
        ("11025.wav", "stereo.wav", "-b 16", "rate 11025"),
        ("22050.wav", "call.wav", "", "rate 22050"),
        ("24000.wav", "call.wav", "-b 8", "rate 24000"),
        ("12345.wav", "call.wav", "", "rate 12345"),
        ("44100.wav", "call.wav", "", "rate 44100"),
        ("48000.wav", "call.wav", "", "rate 48000"),
        ("96000.wav", "call.wav", "", "rate 96000"),
        ("one.aiff", "call.wav", "", "trim 0 1s"),
        ("frame.wav", "call.wav", "", "trim 0 576s"),
        ("more.wav", "call.wav", "", "trim 0 577s"),
        // Numbers of frames of two bytes, and of three.
        ("129.wav", "call.wav", "", "repeat 4 trim 0 74304s"),
        ("2050.wav", "stereo.wav", "", "repeat 64 trim 0 1180224s"),
    ] {
        let arguments = format!("{from} {make} {name} {effects}");
        sox(&arguments.split_whitespace().collect::<Vec<_>>().join(" "), &folder);
        is_flac(&app, name);
    }
}

#[test]
fn a_header_that_was_never_finished_is_no_matter_for_flac() {
    let app = spawn_app();
    let mut crashed = fs::read(Path::new(DATA).join("call.wav")).expect("test data");
    crashed[4..8].fill(0);
    crashed[40..44].fill(0);
    fs::write(media(&app).join("crashed.wav"), crashed).expect("a file");
    is_flac(&app, "crashed.wav");
}

#[test]
fn what_does_not_become_flac_is_answered_as_without_it() {
    let app = spawn_app();
    let folder = media(&app);
    let sara = app.supervisor();
    let is_the_same = |name: &str| {
        let (plain, flac) = (get(&sara, PLAY, &[]), get(&sara, FLAC, &[]));
        assert_eq!(flac.status, 200, "{name}");
        assert!(flac.body == plain.body, "{name}");
        for header in ["content-type", "etag", "content-disposition"] {
            assert_eq!(flac.header(header), plain.header(header), "{name}");
        }
    };
    for (name, make) in [
        ("a.mp3", "-t mp3"),
        ("a.ogg", "-t vorbis"),
        ("a.flac", "-t flac"),
        ("32.wav", "-t wav -b 32"),
        ("float.wav", "-t wav -e float -b 32"),
        ("nine.wav", "-t wav -c 9"),
    ] {
        sox(&format!("{DATA}/call.wav {make} {name}"), &folder);
        place(&app, name);
        is_the_same(name);
    }
    for (name, bytes) in [("a.g729", &b"\x01\x02\x03"[..]), ("a.gsm", b""), ("a.wav", b"no WAVE file")] {
        fs::write(folder.join(name), bytes).expect("a file");
        place(&app, name);
        is_the_same(name);
    }
    fs::copy(format!("{DATA}/call.gsm"), folder.join("now.gsm")).expect("a copy");
    place(&app, "now.gsm");
    app.sqlite3("UPDATE recordings SET complete = 0 WHERE id = 11;");
    is_the_same("a call in progress");
}

#[test]
fn ranges_of_flac_are_slices_of_the_whole() {
    let app = spawn_app();
    let folder = media(&app);
    let sara = app.supervisor();
    sox(&format!("{DATA}/call.wav short.wav trim 0 7s"), &folder);
    sox(&format!("{DATA}/call.wav long.gsm repeat 5"), &folder);
    sox(&format!("{DATA}/call.wav long.wav repeat 5 remix 1 1v0.5"), &folder);
    for name in ["short.wav", "long.gsm", "long.wav"] {
        place(&app, name);
        let whole = get(&sara, FLAC, &[]).body;
        let end = whole.len();
        let mut ranges: Vec<_> = if name == "short.wav" {
            (0..end).flat_map(|start| [start..start + 1, start..end, 0..start + 1]).collect()
        } else {
            assert!(end > 200_000, "{name}: longer than three pieces");
            [1_000..70_001, 65_500..65_600, 131_000..131_200, end - 1..end, end - 1_500..end, 41..end - 1]
                .into()
        };
        ranges.push(0..end);
        for range in ranges {
            let asked = format!("bytes={}-{}", range.start, range.end - 1);
            let answer = get(&sara, FLAC, &[("Range", &asked)]);
            let content = format!("bytes {}-{}/{end}", range.start, range.end - 1);
            assert_eq!((answer.status, answer.header("content-range")), (206, Some(content.as_str())));
            assert!(answer.body == whole[range], "{name} {asked}");
        }
        let beyond = get(&sara, FLAC, &[("Range", &format!("bytes={end}-"))]);
        assert_eq!((beyond.status, beyond.body.len()), (416, 0), "{name}");
        let several = get(&sara, FLAC, &[("Range", "bytes=0-3,42-45")]);
        assert_eq!(several.status, 206);
        let text = String::from_utf8_lossy(&several.body).into_owned();
        assert!(text.contains("Content-Type: audio/flac\r\n") && text.contains("\r\n\r\nfLaC\r\n"), "{text}");
    }
}

#[test]
fn flac_has_a_tag_of_its_own_and_a_head() {
    let app = spawn_app();
    fs::copy(format!("{DATA}/call.wav"), media(&app).join("a.wav")).expect("a copy");
    place(&app, "a.wav");
    let sara = app.supervisor();
    let tag = |answer: &Answer| answer.header("etag").expect("a tag").to_owned();
    let (wave, flac) = (get(&sara, PLAY, &[]), get(&sara, FLAC, &[]));
    assert_ne!(tag(&wave), tag(&flac));
    let status = |name: &str, value: &str| get(&sara, FLAC, &[(name, value), ("Range", "bytes=0-1")]).status;
    assert_eq!(status("If-None-Match", &tag(&flac)), 304);
    assert_eq!(status("If-None-Match", &tag(&wave)), 206);
    assert_eq!(status("If-Range", &tag(&flac)), 206);
    assert_eq!(status("If-Range", &tag(&wave)), 200);
    let mut stream = crate::http::connect(app.address, None, None);
    let head = sara.bytes("HEAD", &format!("{GET}{FLAC}"), &[], b"");
    std::io::Write::write_all(&mut stream, &head).expect("it is sent");
    let (code, headers, rest) = crate::http::read_head(&mut stream);
    assert_eq!((code, rest.len()), (200, 0));
    for name in ["content-length", "content-type", "etag", "last-modified", "content-disposition"] {
        let told = headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(told, flac.header(name), "{name}");
    }
}

#[test]
fn a_form_is_flac_and_counts_only_where_sound_is_made_to_play() {
    let app = spawn_app();
    fs::copy(format!("{DATA}/call.wav"), media(&app).join("a.wav")).expect("a copy");
    place(&app, "a.wav");
    let sara = app.supervisor();
    for form in ["wav", "FLAC", "1"] {
        assert_eq!(get(&sara, &format!("{PLAY};form={form}"), &[]).codes(), "400 form", "{form}");
    }
    for query in ["", ";wrap=meta", ";wrap=none", ";wrap=json;play=1"] {
        let flac = get(&sara, &format!("{query};form=flac"), &[]);
        assert_eq!((flac.status, &flac.body), (200, &get(&sara, query, &[]).body), "{query}");
    }
    assert_eq!(get(&app.anon(), FLAC, &[]).codes(), "401");
    assert_eq!(get(&app.stranger(), FLAC, &[]).codes(), "404 uniqueid");
}

#[test]
fn whoever_hears_flac_has_listened() {
    let app = spawn_app();
    fs::copy(format!("{DATA}/call.wav"), media(&app).join("a.wav")).expect("a copy");
    place(&app, "a.wav");
    let entries = "SELECT username, uniqueid FROM audit WHERE action = 'recordings/listen';";
    assert_eq!(app.sqlite3(entries), "");
    assert_eq!(get(&app.supervisor(), FLAC, &[("Range", "bytes=0-99")]).status, 206);
    assert_eq!(app.sqlite3(entries), "sara|a");
}
