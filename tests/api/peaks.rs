//! recording/recordings/peaks: the outline of a sound, made once, fresh when the sound changed, for those who may hear.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::app::{Caller, TestApp, spawn_app};
use crate::play::{DATA, is_sound_of_a, media, sox};

const PEAKS: &str = "recording/recordings/peaks?recordgroup=1;uniqueid=a;recordid=1";

fn place(app: &TestApp, name: &str, bytes: &[u8]) {
    fs::write(media(app).join(name), bytes).expect("a file");
    is_sound_of_a(app, name);
}

fn samples(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

fn peaks(caller: &Caller) -> Value {
    caller.get(&format!("{PEAKS};points=100")).data()
}

fn pairs(data: &Value, channel: usize) -> Vec<(f64, f64)> {
    let pairs = data["peaks"][channel].as_array().expect("a channel");
    pairs.iter().map(|pair| (pair[0].as_f64().expect("least"), pair[1].as_f64().expect("largest"))).collect()
}

/// The least and the largest sample of all.
fn extremes(data: &Value) -> (f64, f64) {
    let pairs = pairs(data, 0);
    pairs
        .iter()
        .fold((1.0, -1.0), |(least, largest), (low, high)| (least.min(*low), f64::max(largest, *high)))
}

fn kept(app: &TestApp) -> PathBuf {
    app.db.with_file_name("recordings.db-peaks")
}

#[test]
fn the_answer_has_duration_channels_and_pairs_for_each() {
    let app = spawn_app();
    place(&app, "a.sln16", &samples(&[0, 16384, -32768, 32767, 1]));
    let answer = app.supervisor().get(PEAKS);
    assert_eq!(
        answer.text(),
        r#"{"responses":[{"code":"200","key":"","message":"OK"}],"data":{"duration":0.0,"channels":1,"peaks":[[[0.0,0.0],[0.5,0.5],[-1.0,-1.0],[1.0,1.0],[0.0,0.0]]]}}"#
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    place(&app, "a.gsm", b"");
    assert_eq!(peaks(&app.supervisor()), json!({ "duration": 0.0, "channels": 1, "peaks": [[]] }));
}

#[test]
fn each_channel_has_its_own_outline_with_as_many_points_as_are_asked_for() {
    let app = spawn_app();
    let folder = media(&app);
    // A tone of half of full scale: first to the left, then to the right.
    sox("-n -r 8000 -b 16 tone.wav synth 10 sine 500 vol 0.5", &folder);
    sox("-M tone.wav tone.wav left.wav remix 1 0", &folder);
    sox("-M tone.wav tone.wav right.wav remix 0 2", &folder);
    sox("left.wav right.wav both.wav", &folder);
    is_sound_of_a(&app, "both.wav");
    for points in ["", ";points=100", ";points=101", ";points=4000"] {
        let data = app.supervisor().get(&format!("{PEAKS}{points}")).data();
        let count = points.rsplit('=').next().and_then(|count| count.parse().ok()).unwrap_or(1000);
        assert_eq!((&data["duration"], &data["channels"]), (&json!(20.0), &json!(2)), "{points}");
        for (channel, first) in [(0, true), (1, false)] {
            let pairs = pairs(&data, channel);
            assert_eq!(pairs.len(), count);
            // At 4,000 points a part is 5 ms, and the tone has a period of 2.
            for (index, (least, largest)) in
                pairs.into_iter().enumerate().filter(|(index, _)| index.abs_diff(count / 2) > 2)
            {
                let height = if (index < count / 2) == first { 0.5 } else { 0.0 };
                assert!(
                    (least + height).abs() < 0.02 && (largest - height).abs() < 0.02,
                    "{points} {channel} {index}: {least} {largest}"
                );
            }
        }
    }
}

#[test]
fn sound_of_every_kind_has_an_outline() {
    let app = spawn_app();
    let folder = media(&app);
    let plain = fs::read(Path::new(DATA).join("call.wav")).expect("test data");
    place(&app, "call.wav", &plain);
    let call = peaks(&app.supervisor());
    assert_eq!(call["duration"], 2.3);
    let (least, largest) = extremes(&call);
    assert!(least < -0.1 && largest > 0.1, "it is not silent");
    for (name, make) in [
        ("8.wav", "-t wav -b 8"),
        ("24.wav", "-t wav -b 24"),
        ("32.wav", "-t wav -b 32"),
        ("float.wav", "-t wav -e float -b 32"),
        ("double.wav", "-t wav -e float -b 64"),
        ("stereo.wav", "-t wav -c 2"),
        ("a.WAV", "-t wav -e gsm-full-rate"),
        ("a.gsm", "-t gsm"),
        ("a.ulaw", "-t raw -e mu-law"),
        ("a.alaw", "-t raw -e a-law"),
        ("a.sln48", "-r 48000 -t raw -e signed -b 16"),
        ("a.flac", "-t flac"),
        ("a.mp3", "-t mp3 -C 64"),
        ("stereo.mp3", "-c 2 -r 44100 -t mp3 -C 128"),
        ("a.ogg", "-t vorbis"),
    ] {
        sox(&format!("{DATA}/call.wav {make} {name}"), &folder);
        is_like(&app, name, &call);
    }
    let opus = Command::new("opusenc")
        .args(["--quiet", &format!("{DATA}/call.wav"), "a.opus"])
        .current_dir(&folder)
        .status();
    assert!(opus.expect("opusenc is installed").success());
    is_like(&app, "a.opus", &call);
    for name in ["call.m4a", "call.aac", "call.webm"] {
        fs::copy(Path::new(DATA).join(name), folder.join(name)).expect("a copy");
        is_like(&app, name, &call);
    }
}

/// The outline of a file is about that of the call that it was made of.
#[track_caller]
fn is_like(app: &TestApp, name: &str, call: &Value) {
    is_sound_of_a(app, name);
    let data = peaks(&app.supervisor());
    let off = data["duration"].as_f64().expect("seconds") - 2.3;
    assert!((-0.02..0.15).contains(&off), "{name}: {}", data["duration"]);
    assert_eq!(data["channels"], if name.starts_with("stereo") { 2 } else { 1 }, "{name}");
    let ((least, largest), (low, high)) = (extremes(&data), extremes(call));
    assert!(
        (least - low).abs() < 0.1 && (largest - high).abs() < 0.1,
        "{name}: {least} {largest}, not {low} {high}"
    );
    let loud = |data: &Value| pairs(data, 0).iter().filter(|(_, high)| *high > 0.1).count();
    assert!(loud(&data).abs_diff(loud(call)) < 25, "{name}: {} loud parts, not {}", loud(&data), loud(call));
}

/// SILK, both, and CELT (RFC 6716, section 2), of one channel and of two, in short packets and long ones.
#[test]
fn the_outline_of_opus_is_that_of_what_its_own_decoder_makes_of_it() {
    let app = spawn_app();
    let folder = media(&app);
    sox(&format!("{DATA}/call.wav -r 48000 call.wav tremolo 3 50"), &folder);
    sox("call.wav -c 2 stereo.wav", &folder);
    let run = |program: &str, words: &str| {
        let status = Command::new(program).args(words.split(' ')).current_dir(&folder).status();
        assert!(status.expect("opus-tools are installed").success(), "{program} {words}");
    };
    for (from, how) in [
        ("call.wav", "--bitrate 10 --speech"),
        ("call.wav", "--bitrate 28 --speech --framesize 60"),
        ("call.wav", "--bitrate 64 --music"),
        ("call.wav", "--bitrate 96 --framesize 2.5"),
        ("stereo.wav", "--bitrate 24"),
        ("stereo.wav", "--bitrate 96 --music"),
    ] {
        run("opusenc", &format!("--quiet {how} {from} a.opus"));
        run("opusdec", "--quiet --rate 16000 a.opus decoded.wav");
        is_sound_of_a(&app, "a.opus");
        let data = peaks(&app.supervisor());
        is_sound_of_a(&app, "decoded.wav");
        let expected = peaks(&app.supervisor());
        assert_eq!(data["channels"], expected["channels"], "{how}");
        let length = |data: &Value| data["duration"].as_f64().expect("seconds");
        assert!(
            (length(&data) - length(&expected)).abs() < 0.01,
            "{how}: {} {}",
            data["duration"],
            expected["duration"]
        );
        for channel in 0..data["channels"].as_u64().expect("a number") as usize {
            let both = pairs(&data, channel).into_iter().zip(pairs(&expected, channel));
            // A sample at the edge of a part may be in the next one.
            let off = both.map(|((a, b), (c, d))| (a - c).abs().max((b - d).abs())).sum::<f64>() / 100.0;
            assert!(off < 0.03, "{how}: {off}");
        }
    }
}

#[test]
fn an_outline_is_kept_beside_the_database_until_the_sound_changes() {
    let app = spawn_app();
    let sara = app.supervisor();
    place(&app, "a.sln", &samples(&[8192; 100]));
    let first = peaks(&sara);
    assert_eq!(extremes(&first), (0.25, 0.25));
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let files = || -> Vec<PathBuf> {
        fs::read_dir(kept(&app)).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
    };
    assert_eq!((mode(&kept(&app)), files().len(), mode(&files()[0])), (0o700, 1, 0o600));
    // What is kept is what is answered.
    let mut bytes = fs::read(&files()[0]).expect("a file");
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&samples(&[-16384, 16384]));
    fs::write(&files()[0], &bytes).expect("it is written");
    assert_eq!(extremes(&peaks(&sara)), (-0.5, 0.5));
    // What is damaged is not.
    for damaged in [&bytes[..end - 3], &bytes[..20], b"", b"nonsense"] {
        fs::write(files()[0].as_path(), damaged).expect("it is written");
        assert_eq!(peaks(&sara), first);
    }
    // Written to in place, with the length that it had.
    let file = fs::File::options().write(true).open(media(&app).join("a.sln")).expect("the file");
    std::os::unix::fs::FileExt::write_all_at(&file, &samples(&[-8192]), 100).expect("it is written");
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000)).expect("a time");
    assert_eq!(extremes(&peaks(&sara)), (-0.25, 0.25));
    // Another file in its place.
    fs::write(media(&app).join("new.sln"), samples(&[100; 50])).expect("a file");
    fs::rename(media(&app).join("new.sln"), media(&app).join("a.sln")).expect("it moves");
    assert_eq!(peaks(&sara)["peaks"][0].as_array().map(Vec::len), Some(50));
    assert_eq!(files().len(), 1, "one for a path");
    // Where nothing can be kept, it is made each time.
    fs::remove_dir_all(kept(&app)).expect("it was there");
    fs::write(kept(&app), "no folder").expect("a file");
    assert_eq!(peaks(&sara)["peaks"][0].as_array().map(Vec::len), Some(50));
}

#[test]
fn it_goes_with_the_recording() {
    let app = spawn_app();
    place(&app, "a.sln", &samples(&[8192; 100]));
    app.sqlite3("UPDATE recordings SET hold = 0 WHERE id = 11;");
    peaks(&app.supervisor());
    assert_eq!(fs::read_dir(kept(&app)).expect("a folder").count(), 1);
    let deleted = app.supervisor().post("recording/recordings/delete", "recordgroup=1;uniqueid=a;recordid=1");
    assert_eq!(deleted.codes(), "204");
    assert_eq!(fs::read_dir(kept(&app)).expect("a folder").count(), 0);
}

#[test]
fn that_of_a_call_in_progress_is_made_anew_and_not_kept() {
    let app = spawn_app();
    app.sqlite3("UPDATE recordings SET complete = 0 WHERE id = 11;");
    for length in [100, 200, 300] {
        place(&app, "a.ulaw", &vec![0x80; length]);
        assert_eq!(peaks(&app.supervisor())["peaks"][0].as_array().map(Vec::len), Some(length.min(100)));
        let data = app.supervisor().get(&format!("{PEAKS};points=4000")).data();
        assert_eq!(data["peaks"][0].as_array().map(Vec::len), Some(length));
    }
    assert!(!kept(&app).exists());
}

#[test]
fn whoever_may_hear_it_sees_it_and_nobody_else() {
    let app = spawn_app();
    place(&app, "x.ulaw", &[0x80; 1000]);
    app.sqlite3("UPDATE recordings SET path = 'x.ulaw';");
    let ask = |caller: &Caller, row: &str| {
        let (group, uniqueid) = row.split_once('/').expect("group/uniqueid");
        caller.get(&format!("recording/recordings/peaks?recordgroup={group};uniqueid={uniqueid};recordid=1"))
    };
    for (caller, seen, unseen) in [
        (app.agent(), vec!["1/a", "2/c"], vec!["3/d", "4/f", "5/g", "1/none"]),
        (app.supervisor(), vec!["1/a", "3/d", "3/e"], vec!["4/f", "5/g"]),
        (app.stranger(), vec!["4/f", "5/g"], vec!["1/a", "2/c", "3/d"]),
        (app.person("bea"), vec!["4/f"], vec!["5/g", "1/a"]),
        (app.owner(), vec!["1/a", "4/f", "5/g"], vec!["99/a"]),
    ] {
        for row in seen {
            assert_eq!(ask(&caller, row).data()["duration"], 0.125, "{row}");
        }
        let absent = ask(&caller, "99/none").text();
        for row in unseen {
            assert_eq!(ask(&caller, row).codes(), "404 uniqueid", "{row}");
            assert_eq!(ask(&caller, row).text(), absent, "{row}");
        }
    }
    assert_eq!(ask(&app.user(), "1/a").codes(), "402");
    assert_eq!(ask(&app.anon(), "1/a").codes(), "401");
}

#[test]
fn what_has_no_outline_is_said() {
    let app = spawn_app();
    let sara = app.supervisor();
    for (query, codes) in [
        ("", "400 recordgroup, 400 uniqueid, 400 recordid"),
        ("recordgroup=1;uniqueid=a;recordid=1;points=99", "400 points"),
        ("recordgroup=1;uniqueid=a;recordid=1;points=4001", "400 points"),
        ("recordgroup=1;uniqueid=a;recordid=1;points=x", "400 points"),
        ("recordgroup=1;uniqueid=a;recordid=1", "404 path"),
        ("recordgroup=1;uniqueid=none;recordid=1", "404 uniqueid"),
    ] {
        let answer = sara.get(&format!("recording/recordings/peaks?{query}"));
        assert_eq!(answer.codes(), codes, "{query}");
    }
    for (name, bytes) in [
        ("a.g729", &b"\x01\x02\x03\x04"[..]),
        ("a.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0"),
        ("a.html", b"<script>"),
        ("a.mp3", b"ID3\x03 and nothing else"),
        ("a.ogg", b"OggS and nothing else"),
        ("a.flac", b"fLaC"),
        ("a.m4a", b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0"),
        ("a.webm", b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f"),
    ] {
        place(&app, name, bytes);
        let answer = sara.get(PEAKS);
        assert_eq!(
            answer.text(),
            r#"{"responses":[{"code":"404","key":"path","message":"No waveform can be made of this sound: its format is not known"}]}"#,
            "{name}"
        );
        assert_eq!(answer.status, 404);
    }
    is_sound_of_a(&app, "../recordings.db");
    assert_eq!(sara.get(PEAKS).codes(), "404 path");
}
