use proptest::prelude::*;

use super::*;
use crate::config::Folder;
use crate::intake::stem;

fn names(folder: Folder) -> Names {
    Names::new(&Folder { zone: folder.zone.or(Some("UTC".into())), ..folder }).expect("settings")
}

/// uniqueid, asteriskid, start, direction, caller, called, queue.
fn said(path: &str, names: &Names) -> String {
    let Named { uniqueid, facts } = names.read(path, 0);
    let text = |text: Option<String>| text.unwrap_or_else(|| "-".into());
    [
        text(uniqueid),
        text(facts.asteriskid),
        facts.start.map_or("-".into(), |start| start.to_string()),
        text(facts.direction),
        text(facts.snumber),
        text(facts.cnumber),
        text(facts.queue),
    ]
    .join(" ")
}

#[test]
fn every_name_of_the_field_is_understood() {
    let plain = names(Folder::default());
    for (path, expected) in [
        (
            "2026/11/24/out-5551234567-101-20261124-055326-1795499606.0.wav",
            "1795499606.0 - 1795499606 out 101 5551234567 -",
        ),
        (
            "in-5550100-5551230002-20261124-055328-1795499608.28.wav",
            "1795499608.28 - 1795499608 in 5551230002 5550100 -",
        ),
        (
            "in-5550100-anonymous-20261124-055350-1795499630.573.wav",
            "1795499630.573 - 1795499630 in anonymous 5550100 -",
        ),
        (
            "in-5550100-unknown-20261124-055350-1795499630.573.wav",
            "1795499630.573 - 1795499630 in unknown 5550100 -",
        ),
        (
            "in-s-5551230002-20261124-055350-1795499630.573.wav",
            "1795499630.573 - 1795499630 in 5551230002 s -",
        ),
        (
            "internal-102-101-20261124-055330-1795499610.56.WAV",
            "1795499610.56 - 1795499610 internal 101 102 -",
        ),
        (
            "external-102-+15551230020-20261124-055348-1795499628.541.wav",
            "1795499628.541 - 1795499628 in +15551230020 102 -",
        ),
        ("800-800-always-20261124-055348-1795499628.541.wav", "1795499628.541 - 1795499628 - - 800 -"),
        (
            "300-101-always-20261124-055348-1795499628.541.wav",
            "1795499628.541 - 1795499628 internal 101 300 -",
        ),
        (
            "exten-102-103-20261124-055348-1795499628.541.wav",
            "1795499628.541 - 1795499628 internal 103 102 -",
        ),
        (
            "q-400-5551230007-20261124-055333-1795499613.116.gsm",
            "1795499613.116 - 1795499613 in 5551230007 400 400",
        ),
        ("q-400-101-20261124-055333-1795499613.116.gsm", "1795499613.116 - 1795499613 internal 101 400 400"),
        (
            "rg-600-5551230009-20261124-055335-1795499615.162.gsm",
            "1795499615.162 - 1795499615 in 5551230009 600 -",
        ),
        ("force-102-103-20261124-055335-1795499615.162.wav", "1795499615.162 - 1795499615 - 103 102 -"),
        (
            "q-400-5551230007-20261124-055333-pbx1-1795499613.116.wav",
            "pbx1-1795499613.116 pbx1 1795499613 in 5551230007 400 400",
        ),
        (
            "q-400-5551230007-20261124-055333-my-own-pbx-1795499613.116.wav",
            "my-own-pbx-1795499613.116 my-own-pbx 1795499613 in 5551230007 400 400",
        ),
        (
            "in-5550100-Jean-Luc-20261124-055328-1795499608.28.wav",
            "1795499608.28 - 1795499608 in Jean-Luc 5550100 -",
        ),
        (
            "out-front-desk-101-20261124-055328-1795499608.28.wav",
            "1795499608.28 - 1795499608 out 101 front-desk -",
        ),
        ("OUT101-20111124-055326-1322113806.12.wav", "1322113806.12 - 1322114006 out 101 - -"),
        ("q400-20111124-055326-1322114006.12.wav", "1322114006.12 - 1322114006 - - 400 400"),
        ("20111124-055326-1322114006.12.wav", "1322114006.12 - 1322114006 - - - -"),
        ("auto-1795499638.732.wav", "1795499638.732 - - - - - -"),
        ("pbx9-1795499638.7.wav", "pbx9-1795499638.7 pbx9 - - - - -"),
        ("5551234-1795499638.7.wav", "1795499638.7 - - - - - -"),
        ("auto-pbx9-1795499638.7.wav", "1795499638.7 - - - - - -"),
        ("1795499618.241.wav", "1795499618.241 - - - - - -"),
        ("1795499618.241", "1795499618.241 - - - - - -"),
        (
            "archive/2026/Nov/24/0b2a54c8-9d6e-4e7a-8a53-1a2b3c4d5e6f.wav",
            "0b2a54c8-9d6e-4e7a-8a53-1a2b3c4d5e6f - - - - - -",
        ),
        ("meeting.wav", "- - - - - - -"),
        ("", "- - - - - - -"),
        ("-.wav", "- - - - - - -"),
        ("------1795499618.241.wav", "1795499618.241 - - - - - -"),
    ] {
        assert_eq!(said(path, &plain), expected, "{path}");
    }
    let named = names(Folder { systemname: "my-pbx".into(), ..Folder::default() });
    assert_eq!(said("auto-my-pbx-1795499638.732.wav", &named), "my-pbx-1795499638.732 my-pbx - - - - -");
    assert_eq!(said("my-pbx-1795499638.732.wav", &named), "my-pbx-1795499638.732 my-pbx - - - - -");
    assert_eq!(said("auto-1795499638.732.wav", &named), "1795499638.732 my-pbx - - - - -");
}

#[test]
fn the_admins_pattern_comes_first_and_the_known_names_after_it() {
    let pattern = r"(?<direction>inbound|outbound)/(?<caller>[^_]+)_(?<called>\d+)_(?<date>\d{4}-\d\d-\d\d)_(?<time>[\d.]+)\.mp3$";
    let own = names(Folder { pattern: Some(pattern.into()), ..Folder::default() });
    assert_eq!(said("inbound/Zoë_100_2026-11-24_05.53.26.mp3", &own), "- - 1795499606 in Zoë 100 -");
    assert_eq!(said("auto-1795499638.732.wav", &own), "1795499638.732 - - - - - -");
    for (pattern, why) in [
        ("(", "pattern is not right: regex parse error"),
        ("(?<who>.)", "pattern has a group \"who\"; there are uniqueid, caller,"),
        (".", "pattern has no named group, as in (?<caller>\\d+); there are uniqueid, caller,"),
    ] {
        let folder = Folder { pattern: Some(pattern.into()), ..Folder::default() };
        let refusal = Names::new(&folder).expect_err("refused");
        assert!(refusal.starts_with(why), "{refusal}");
    }
}

#[test]
fn times_are_those_of_the_pbx_also_in_the_hour_that_comes_twice() {
    let new_york = names(Folder { zone: Some("America/New_York".into()), ..Folder::default() });
    let start = |name: &str, written: i64| new_york.read(name, written).facts.start;
    assert_eq!(start("out-1-2-20261124-004923-1795499363.0.wav", 0), Some(1_795_499_363));
    // 2026-11-01 01:30 is 05:30 and 06:30 UTC.
    let (first, second) = (1_793_511_000, 1_793_514_600);
    assert_eq!(start("out-1-2-20261101-013000-1793511000.0.wav", 0), Some(first));
    assert_eq!(start("out-1-2-20261101-013000-1793514599.0.wav", 0), Some(second));
    let pattern = Some(r"(?<date>\d{8})(?<time>\d{6})".into());
    let own = names(Folder { zone: Some("America/New_York".into()), pattern, ..Folder::default() });
    let start = |written: i64| own.read("20261101013000.wav", written).facts.start;
    assert_eq!(start(first), Some(first));
    assert_eq!(start(first + 3_500), Some(first));
    assert_eq!(start(second + 60), Some(second));
    let refusal = Names::new(&Folder { zone: Some("Mars/Base".into()), ..Folder::default() });
    assert!(refusal.expect_err("refused").starts_with("there is no time zone \"Mars/Base\""));
}

#[test]
fn sides_of_a_recording_are_known_by_their_names() {
    assert_eq!(side_of("legs-1795499634.649-rx"), Some("legs-1795499634.649"));
    assert_eq!(side_of("call-out"), Some("call"));
    assert_eq!(side_of("legs-1795499634.649"), None);
    assert_eq!(side_of("-in"), None);
}

proptest! {
    #[test]
    fn what_freepbx_writes_is_read_back(
        kind in "out|in|internal|external|exten|q|rg|force|conf",
        called in "[0-9]{1,12}",
        caller in r"\+?[0-9]{1,14}|anonymous|unknown|[A-Z][a-z]{1,5}-[A-Z][a-z]{1,5}",
        start in 1_000_000_000_i64..4_000_000_000,
        counter in 0..100_000_u32,
        system in "|[a-z][a-z0-9]{0,6}-|[a-z]{1,4}-[a-z0-9]{1,4}-",
    ) {
        let time = jiff::Timestamp::from_second(start).expect("a time").strftime("%Y%m%d-%H%M%S").to_string();
        let uniqueid = format!("{system}{start}.{counter}");
        let name = format!("{kind}-{called}-{caller}-{time}-{uniqueid}.wav");
        let named = names(Folder::default()).read(&name, start);
        prop_assert_eq!(named.uniqueid, Some(uniqueid));
        prop_assert_eq!(named.facts.start, Some(start));
        prop_assert_eq!(named.facts.cnumber, Some(called));
        prop_assert_eq!(named.facts.snumber, Some(caller));
    }

    #[test]
    fn no_name_is_too_odd(path in any::<String>(), tail in "[-0-9.]{0,40}") {
        let names = names(Folder::default());
        names.read(&path, 0);
        names.read(&format!("{path}{tail}"), i64::MAX);
        side_of(stem(&tail));
    }
}
