//! Any file name, read with and without a pattern of the admin's: FreePBX's, FusionPBX's, plain, and what is none of them.

#![no_main]
#![allow(missing_docs)]

use libfuzzer_sys::fuzz_target;
use tapeline::config::Folder;
use tapeline::ingest::names::{Named, Names};
use tapeline::model::paths::{bytes_of, read_as_latin_1, text_of};

/// An admin's pattern with every group there is.
const PATTERN: &str = r"(?<direction>in|out|internal|inbound|outbound)?[/_]?(?<queue>q\d+)?(?<caller>[^_/]*)_(?<called>[^_/]*)_(?<date>[-\d]*)[ _T]?(?<time>[-:.\d]*)_?(?<uniqueid>[^/]*)\.";

fn names(zone: &str, systemname: &str, pattern: Option<&str>) -> Names {
    let (zone, pattern) = (Some(zone.to_owned()), pattern.map(str::to_owned));
    let folder = Folder { zone, systemname: systemname.into(), pattern, ..Folder::default() };
    Names::new(&folder).expect("settings that are right")
}

thread_local! {
    /// In a plain folder, of a PBX with a name in a zone with an hour that comes twice, and by the pattern.
    static READERS: [Names; 3] = [
        names("UTC", "", None),
        names("America/New_York", "my-pbx", None),
        names("Europe/Berlin", "", Some(PATTERN)),
    ];
}

fn check(named: &Named, path: &str) {
    let facts = &named.facts;
    assert!(facts.start.is_none_or(|start| start >= 0), "{path}: a time before 1970");
    let direction = facts.direction.as_deref();
    assert!(matches!(direction, None | Some("in" | "out" | "internal")), "{path}: {direction:?}");
    for text in [&facts.snumber, &facts.cnumber, &facts.dnumber, &facts.queue, &facts.asteriskid, &named.uniqueid] {
        assert!(text.as_ref().is_none_or(|text| path.contains(text.as_str())), "{path}: {text:?} isn't in it");
    }
}

fuzz_target!(|input: (i64, &str)| {
    let (written, path) = input;
    let text = text_of(path.as_bytes());
    assert_eq!(&*bytes_of(&text), path.as_bytes());
    READERS.with(|[plain, named, own]| {
        check(&plain.read(path, written), &read_as_latin_1(path));
        for names in [named, own] {
            let start = names.read(path, written).facts.start;
            assert!(start.is_none_or(|start| start >= 0), "{path}: a time before 1970");
            assert!(!names.is_mix_of(&names.side(path), path), "{path}: a side of itself");
        }
    });
});
