//! When two files are one recording: the rule, once, for whoever files what comes and for whoever tidies what is there.
//!
//! Two files are forms of one recording where both belong to one machine and one customer, and
//!
//! 1. they lie side by side under one name, and nothing is known of their lengths that differs; or
//! 2. both names have the same uniqueid and one name (or one of them is the uniqueid alone), and their lengths are known and
//!    alike, wherever they lie; or
//! 3. they have one name in folders that are called after forms of sound (`MP3/`, `ORIG/`), beside them or in them, and their
//!    lengths are known and alike; or
//! 4. they have the same content, read whole, and one name is in the other, and nothing is known of two calls. (The content
//!    alone may be a prompt that several callers heard.)
//!
//! In doubt they are two. Time plays no part: a form may be made years later.

use super::draft::stem;
use super::file::alike;

/// What the rule asks of a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heard<'a> {
    /// The machine that wrote it; empty where another program made its row.
    pub machine: &'a str,
    /// Whose it is.
    pub customer: i64,
    /// As in its row, from whatever source.
    pub uniqueid: &'a str,
    /// Whether the PBX or a detail record told that uniqueid.
    pub told: bool,
    /// Relative to the media root.
    pub path: &'a str,
    /// When it began, where its name says so; Unix seconds.
    pub start: Option<i64>,
    /// Milliseconds of sound, where they are known.
    pub duration: Option<i64>,
    /// Of the whole file, where it was taken and the file holds more than silence.
    pub sha256: Option<&'a [u8]>,
}

/// Whether two files are one recording.
pub fn is_one_recording(one: &Heard<'_>, other: &Heard<'_>) -> bool {
    let machine = one.machine == other.machine || one.machine.is_empty() || other.machine.is_empty();
    machine
        && one.customer == other.customer
        && (is_beside(one, other)
            || (lengths(one, other) == Some(true) && (is_one_call(one, other) || is_shelved(one, other)))
            || is_copy(one, other))
}

/// Whether lengths are alike; `None` where one isn't known.
fn lengths(one: &Heard<'_>, other: &Heard<'_>) -> Option<bool> {
    one.duration.and(other.duration).map(|_| alike(one.duration, other.duration))
}

fn is_beside(one: &Heard<'_>, other: &Heard<'_>) -> bool {
    folder(one.path) == folder(other.path)
        && stem(one.path) == stem(other.path)
        && lengths(one, other) != Some(false)
}

/// Whether both names have one uniqueid, and say nothing else of two calls. A channel may be recorded several times, under
/// several names.
fn is_one_call(one: &Heard<'_>, other: &Heard<'_>) -> bool {
    let (stem, others) = (stem(one.path), stem(other.path));
    let named = |heard: &Heard<'_>| is_in_name(heard.uniqueid, heard.path);
    one.uniqueid == other.uniqueid
        && named(one)
        && named(other)
        && (stem == others
            || (stem == one.uniqueid && !is_numbered(others, stem))
            || (others == one.uniqueid && !is_numbered(stem, others)))
}

/// Whether a name is another one with a number or a letter at its end: a further recording of the same call.
fn is_numbered(name: &str, bare: &str) -> bool {
    let rest = name.strip_prefix(bare).unwrap_or_default().trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_number = rest.len() <= 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    !rest.is_empty() && (is_number || rest.len() == 1)
}

fn is_shelved(one: &Heard<'_>, other: &Heard<'_>) -> bool {
    stem(one.path) == stem(other.path) && shelf(folder(one.path)) == shelf(folder(other.path))
}

fn is_copy(one: &Heard<'_>, other: &Heard<'_>) -> bool {
    let same = one.sha256.is_some() && one.sha256 == other.sha256;
    let has_call = |heard: &Heard<'_>| heard.told || is_in_name(heard.uniqueid, heard.path);
    let other_call = has_call(one) && has_call(other) && one.uniqueid != other.uniqueid;
    let other_time = one.start.zip(other.start).is_some_and(|(one, other)| one != other);
    same && is_named_alike(one.path, other.path) && !other_call && !other_time
}

/// Whether one name has the other one in it: `x (copy)` and `x`.
pub fn is_named_alike(one: &str, other: &str) -> bool {
    let (one, other) = (stem(one), stem(other));
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    one == other || (short.len() >= SHORTEST && has_word(long, short))
}

/// Shorter names are in many others.
const SHORTEST: usize = 4;

/// The folder that forms are sorted from into folders of their own.
pub(super) fn shelf(folder: &str) -> &str {
    let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    let is_shelf = SHELVES.iter().any(|shelf| name.eq_ignore_ascii_case(shelf));
    if is_shelf { above } else { folder }
}

/// What VICIdial and scripts like its call folders of one form.
const SHELVES: [&str; 8] = ["MP3", "ORIG", "WAV", "GSM", "OGG", "OPUS", "FLAC", "WEBM"];

/// Where forms of a file without a uniqueid in its name may be, as paths without their endings.
pub(super) fn places(path: &str) -> Vec<String> {
    let (here, stem) = (folder(path), stem(path));
    let in_folder =
        |folder: &str| if folder.is_empty() { stem.to_owned() } else { format!("{folder}/{stem}") };
    std::iter::once(in_folder(here)).chain(shelves(here).iter().map(|folder| in_folder(folder))).collect()
}

/// The other folders in which forms and sides of what is in a folder may be sorted.
pub fn shelves(here: &str) -> Vec<String> {
    let above = shelf(here);
    let below = |name: &str| if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") };
    let names = SHELVES.iter().flat_map(|name| [(*name).to_owned(), name.to_ascii_lowercase()]);
    let mut folders: Vec<String> = names.map(|name| below(&name)).chain([above.to_owned()]).collect();
    folders.retain(|folder| folder != here);
    folders
}

/// A path without its endings.
pub(super) fn bare(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    &path[..path.len() - name.len() + stem(path).len()]
}

/// The folder of a path.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a file's name has a uniqueid in it: as a word, and not only because the name served as one.
pub fn is_in_name(uniqueid: &str, path: &str) -> bool {
    let stem = stem(path);
    if uniqueid.is_empty() || (stem == uniqueid && !looks_unique(uniqueid)) {
        return false;
    }
    has_word(stem, uniqueid)
}

fn has_word(text: &str, word: &str) -> bool {
    let ends = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
    text.match_indices(word)
        .any(|(at, _)| ends(text[..at].chars().next_back()) && ends(text[at + word.len()..].chars().next()))
}

/// Whether it is built like what Asterisk gives a channel: `[name-]seconds.number`.
pub(super) fn is_channel_of_asterisk(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (seconds, number) = text.rsplit('-').next().and_then(|last| last.split_once('.')).unwrap_or_default();
    (9..=11).contains(&seconds.len()) && digits(seconds) && digits(number)
}

/// Whether it is built like what a PBX gives a channel: as Asterisk does, or a UUID.
fn looks_unique(text: &str) -> bool {
    let channel = is_channel_of_asterisk(text);
    channel || is_uuid(text)
}

/// Whether it is a UUID, as FreeSWITCH gives a channel.
pub(super) fn is_uuid(text: &str) -> bool {
    let hexadecimal = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    hexadecimal && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: &str = "1795499610.10";
    const NAMED: &str = "2026/11/24/in-5550100-5551230002-20261124-055310-1795499610.10.wav";

    fn heard<'a>(path: &'a str, uniqueid: &'a str, duration: i64) -> Heard<'a> {
        let duration = Some(duration).filter(|duration| *duration >= 0);
        Heard { machine: "pbx1", customer: 1, uniqueid, path, duration, ..Heard::default() }
    }

    /// Both ways round.
    fn one(one: &Heard<'_>, other: &Heard<'_>) -> bool {
        let is_one = is_one_recording(one, other);
        assert_eq!(is_one, is_one_recording(other, one));
        is_one
    }

    #[test]
    fn a_name_with_a_uniqueid_is_that_recording_wherever_it_lies_if_its_length_is_alike() {
        let recorded = heard(NAMED, CALL, 60_000);
        for (path, duration, is_one) in [
            ("mp3/in-5550100-5551230002-20261124-055310-1795499610.10.mp3", 60_500, true),
            ("mp3/1795499610.10.mp3", 60_500, true),
            ("mp3/in-5550100-5551230002-20261124-055310-1795499610.10.mp3", 30_000, false),
            ("mp3/in-5550100-5551230002-20261124-055310-1795499610.10.mp3", -1, false),
            ("q-400-5551230002-20261124-055310-1795499610.10.wav", 60_000, false),
        ] {
            assert_eq!(one(&recorded, &heard(path, CALL, duration)), is_one, "{path} {duration}");
        }
        let bare = heard("1795499610.10.wav", CALL, 60_000);
        for (name, is_one) in
            [("-1", false), ("_2", false), ("-b", false), ("-12", false), ("-2026-11-24", true)]
        {
            let name = format!("1795499610.10{name}.wav");
            assert_eq!(one(&bare, &heard(&name, CALL, 60_000)), is_one, "{name}");
        }
        let other = "in-5550100-5551230002-20261124-055310-1795499610.11.mp3";
        assert!(!one(&recorded, &heard(other, "1795499610.11", 60_000)), "another call of the same length");
        let elsewhere = heard("b/1795499610.10.wav", CALL, 60_000);
        assert!(one(&elsewhere, &heard("a/1795499610.10.wav", CALL, 60_000)));
        assert!(!one(&elsewhere, &Heard { machine: "pbx2", ..heard("a/1795499610.10.wav", CALL, 60_000) }));
        assert!(!one(&elsewhere, &Heard { customer: 2, ..heard("a/1795499610.10.wav", CALL, 60_000) }));
    }

    #[test]
    fn without_a_uniqueid_only_what_lies_side_by_side_under_one_name_is_one() {
        let recorded = heard("b/meeting.wav", "meeting", 60_000);
        for (path, duration, is_one) in [
            ("b/meeting.mp3", 60_500, true),
            ("b/meeting.mp3", -1, true),
            ("b/meeting.mp3", 30_000, false),
            ("c/meeting.mp3", 60_000, false),
            ("b/meeting 2.mp3", 60_000, false),
            ("b/MP3/meeting.mp3", 60_500, true),
            ("b/MP3/meeting.mp3", -1, false),
            ("c/MP3/meeting.mp3", 60_000, false),
        ] {
            assert_eq!(one(&recorded, &heard(path, "meeting", duration)), is_one, "{path} {duration}");
        }
        let sorted = heard("b/ORIG/meeting.wav", "meeting", 60_000);
        assert!(one(&sorted, &heard("b/MP3/meeting.mp3", "meeting", 60_000)));
    }

    #[test]
    fn the_same_content_under_names_alike_is_one_recording() {
        let copy =
            |path, uniqueid, start| Heard { sha256: Some(b"alike"), start, ..heard(path, uniqueid, 60_000) };
        let recorded = copy(NAMED, CALL, Some(1_795_499_590));
        assert!(one(
            &recorded,
            &copy("kept/in-5550100-5551230002-20261124-055310-1795499610.10 (copy).wav", CALL, None)
        ));
        let meeting = copy("meeting.wav", "meeting", None);
        assert!(one(&meeting, &copy("kept/meeting.wav", "meeting", None)));
        assert!(one(&meeting, &copy("kept/copy of meeting.wav", "copy of meeting", None)));
        assert!(!one(&meeting, &copy("kept/prompt.wav", "prompt", None)));
        assert!(!one(&recorded, &copy("b/1795499611.11.wav", "1795499611.11", None)));
        assert!(!one(&recorded, &copy("b/20261124-060000.wav", "20261124-060000", Some(1_795_500_000))));
        assert!(!one(&recorded, &Heard { customer: 2, ..copy("kept.wav", "kept", None) }));
        assert!(!one(&recorded, &heard("kept.wav", "kept", 60_000)));
        assert!(!one(&recorded, &copy("ondemand-101-20261124-055310-1795499610.10.wav", CALL, None)));
        let told = Heard { told: true, ..copy("a.wav", "1.1", None) };
        assert!(!one(&told, &Heard { uniqueid: "1.2", path: "b.wav", ..told }));
    }

    #[test]
    fn a_uniqueid_is_in_a_name_as_a_word() {
        for (uniqueid, path, is_in) in [
            (CALL, NAMED, true),
            (CALL, "a/1795499610.10.wav", true),
            (CALL, "a/1795499610.101.wav", false),
            (CALL, "a/11795499610.10.wav", false),
            ("pbx1-1795499610.10", "auto-pbx1-1795499610.10.wav", true),
            ("meeting", "a/meeting.wav", false),
            ("4711", "a/4711_2026.wav", true),
            ("4711", "a/4711.wav", false),
            ("0b2a54c8-9d6e-4e7a-8a53-1a2b3c4d5e6f", "a/0b2a54c8-9d6e-4e7a-8a53-1a2b3c4d5e6f.wav", true),
            ("", "a/b.wav", false),
            (CALL, "a/meeting.wav", false),
        ] {
            assert_eq!(is_in_name(uniqueid, path), is_in, "{uniqueid} {path}");
        }
    }
}
