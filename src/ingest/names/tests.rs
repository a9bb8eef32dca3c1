use proptest::prelude::*;

use super::*;
use crate::config::Folder;

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
        ("x.wav.mp3", "- - - - - - -"),
        (
            "out-5551234567-101-20261124-055326-1795499606.0.wav.mp3",
            "1795499606.0 - 1795499606 out 101 5551234567 -",
        ),
    ] {
        assert_eq!(said(path, &plain), expected, "{path}");
    }
    let named = names(Folder { systemname: "my-pbx".into(), ..Folder::default() });
    assert_eq!(said("auto-my-pbx-1795499638.732.wav", &named), "my-pbx-1795499638.732 my-pbx - - - - -");
    assert_eq!(said("my-pbx-1795499638.732.wav", &named), "my-pbx-1795499638.732 my-pbx - - - - -");
    assert_eq!(said("auto-1795499638.732.wav", &named), "1795499638.732 my-pbx - - - - -");
}

#[test]
fn names_with_the_uniqueid_or_the_date_first_say_who_called_whom() {
    let plain = names(Folder::default());
    for (path, expected) in [
        (
            "1795499606.0-2026-11-24-05_53-+15551230002-+15550100.wav",
            "1795499606.0 - 1795499606 - +15551230002 +15550100 -",
        ),
        ("1795499607.1-2026-11-24-05_53-101-5551234567.mp3", "1795499607.1 - 1795499607 - 101 5551234567 -"),
        // The minute of the name is another one than the channel's: it was recorded later.
        ("1795499607.1-2026-11-24-05_55-101-102.mp3", "1795499607.1 - 1795499700 - 101 102 -"),
        ("1795499606.0_20261124_055327_101_102.wav", "1795499606.0 - 1795499607 - 101 102 -"),
        ("1795499606.0-101-5551234567.wav", "1795499606.0 - - - 101 5551234567 -"),
        (
            "101_5551234567_2026-11-24_05.53.27_1795499606.0.wav",
            "1795499606.0 - 1795499607 - 101 5551234567 -",
        ),
        ("pbx1-1795499606.0-2026-11-24-05_53-101-102.wav", "pbx1-1795499606.0 pbx1 1795499606 - 101 102 -"),
        ("1795499606.0-2026-11-24-05_53-anonymous-101.wav", "1795499606.0 - 1795499606 - anonymous 101 -"),
        ("1795499606.0-2026-11-24-05_53-101-*97.wav", "1795499606.0 - 1795499606 - 101 *97 -"),
        // Whatever else is there, nothing is guessed.
        ("1795499606.0-2026-11-24-05_53-101.wav", "1795499606.0 - 1795499606 - - - -"),
        ("1795499606.0-Sales-101-102.wav", "1795499606.0 - - - - - -"),
        ("room1_1795499606.0.wav", "1795499606.0 - - - - - -"),
        ("20261124-1795499606.0.wav", "1795499606.0 - - - - - -"),
        (
            "20261124-055333-1001-5551234567-1795499613.85.wav",
            "1795499613.85 - 1795499613 - 1001 5551234567 -",
        ),
        (
            "20261124-055333-+15551230002-1001-pbx1-1795499613.85.wav",
            "pbx1-1795499613.85 pbx1 1795499613 - +15551230002 1001 -",
        ),
        ("20261124-055333-anonymous-1001-1795499613.85.wav", "1795499613.85 - 1795499613 - anonymous 1001 -"),
        (
            "20261124-055333-my-own-pbx-1795499613.85.wav",
            "my-own-pbx-1795499613.85 my-own-pbx 1795499613 - - - -",
        ),
        ("20261124-055333-1001-Sales-1795499613.85.wav", "1795499613.85 - 1795499613 - 1001 Sales -"),
        ("20261124-055333-1001-pbx1-1795499613.85.wav", "pbx1-1795499613.85 pbx1 1795499613 - - - -"),
        ("20261124-055333-42-1795499613.85.wav", "1795499613.85 - 1795499613 - - - -"),
        (
            "out-5551234567-101-20261124-055326-42-1795499606.0.wav",
            "1795499606.0 - 1795499606 out 101 5551234567 -",
        ),
        // The younger channel was recorded in the call of the older one.
        ("1795499618.18-1795499618.19.wav", "1795499618.19 - - - - - -"),
        ("1795499618.19-1795499618.18.wav", "1795499618.19 - - - - - -"),
        ("2026-11-24-05-53-34-5551234567.wav", "- - 1795499614 - - - -"),
        ("20261124055326.wav", "- - 1795499606 - - - -"),
        ("+20261124055326.wav", "- - - - - - -"),
        ("20261324-055326.wav", "- - - - - - -"),
    ] {
        assert_eq!(said(path, &plain), expected, "{path}");
    }
    let named = names(Folder { systemname: "42".into(), ..Folder::default() });
    assert_eq!(
        said("out-5551234567-101-20261124-055326-42-1795499606.0.wav", &named),
        "42-1795499606.0 42 1795499606 out 101 5551234567 -"
    );
    let dashed = names(Folder { systemname: "my-pbx".into(), ..Folder::default() });
    assert_eq!(
        said("20261124-055333-1001-5551234567-my-pbx-1795499613.85.wav", &dashed),
        "my-pbx-1795499613.85 my-pbx 1795499613 - 1001 5551234567 -"
    );
}

#[test]
fn numbers_may_have_dashes_and_kinds_may_stand_alone() {
    let plain = names(Folder::default());
    for (path, expected) in [
        (
            "out-0049-30-123-202-20261124-055330-1795499610.16.wav",
            "1795499610.16 - 1795499610 out 202 0049-30-123 -",
        ),
        (
            "in-5550100-555-123-0002-20261124-055330-1795499610.0.wav",
            "1795499610.0 - 1795499610 in 555-123-0002 5550100 -",
        ),
        (
            "OUT101-5551234567-20261124-055326-1795499606.0.WAV",
            "1795499606.0 - 1795499606 out 101 5551234567 -",
        ),
        ("OUT-20261124-055327-1795499607.0.wav", "1795499607.0 - 1795499607 out - - -"),
        (
            "OUT-5551234567-101-20261124-055327-1795499607.0.wav",
            "1795499607.0 - 1795499607 out 101 5551234567 -",
        ),
        (
            "IN-5550100-5551230002-20261124-055328-1795499608.0.wav",
            "1795499608.0 - 1795499608 in 5551230002 5550100 -",
        ),
        (
            "IN5550100-5551230002-20261124-055328-1795499608.0.wav",
            "1795499608.0 - 1795499608 in 5551230002 5550100 -",
        ),
        (
            "q400-5551230002-20261124-055328-1795499608.0.wav",
            "1795499608.0 - 1795499608 - 5551230002 400 400",
        ),
        // What FreePBX 16 wrote when a telephone asks for it, and behind a destination that records.
        (
            "ondemand-105-5557770006-20261129-022749-1795919269.103.wav",
            "1795919269.103 - 1795919269 in 5557770006 105 -",
        ),
        (
            "ondemand-103-105-20261129-022808-1795919288.104.wav",
            "1795919288.104 - 1795919288 internal 105 103 -",
        ),
        (
            "ondemand-5557770006-105-20261129-022808-1795919288.104.wav",
            "1795919288.104 - 1795919288 out 105 5557770006 -",
        ),
        (
            "generic-5556030-unknown-20261129-024521-1795920321.11.wav",
            "1795920321.11 - 1795920321 in unknown 5556030 -",
        ),
        ("conf-rec-800-1795499612.0.wav", "1795499612.0 - - - - 800 -"),
        // What was added behind a name.
        (
            "internal-102-101-20261124-055335-1795499615.0_1.wav",
            "1795499615.0 - 1795499615 internal 101 102 -",
        ),
        (
            "out-5551234567-101-20261124-055336-1795499616.0-1.wav",
            "1795499616.0 - 1795499616 out 101 5551234567 -",
        ),
        (
            "out-5551234567-101-20261124-055337-1795499617.0 (1).wav",
            "1795499617.0 - 1795499617 out 101 5551234567 -",
        ),
        (
            "q-400-5551230007-20261124-055338-1795499618.116-norm.wav",
            "1795499618.116 - 1795499618 in 5551230007 400 400",
        ),
    ] {
        assert_eq!(said(path, &plain), expected, "{path}");
    }
}

#[test]
fn names_of_other_pbxs_are_understood() {
    let plain = names(Folder::default());
    let uuid = "0b2a54c8-9d6e-4e7a-8a53-1a2b3c4d5e6f";
    for (path, expected) in [
        ("auto-1795499615-201-5551234567.wav", "- - 1795499615 - 201 5551234567 -".to_owned()),
        ("confbridge-800-1795499606.wav", "- - 1795499606 - - 800 -".to_owned()),
        ("meetme-conf-rec-6300-1411501234.0-57.wav", "1411501234.0 - - - - 6300 -".into()),
        ("20261124-055326_5551234567_1001-all.wav", "- - 1795499606 - 1001 5551234567 -".into()),
        ("20261124-055327_5551230029-all.wav", "- - 1795499607 - - 5551230029 -".into()),
        ("20261124-055327_5551230029_SALES_1001.mp3", "- - 1795499607 - 1001 5551230029 -".into()),
        ("20261124-055328_5551234568_1002-in.wav", "- - 1795499608 - 1002 5551234568 -".into()),
        ("FR_20261124-055327_5551230029.wav", "- - 1795499607 - - 5551230029 -".into()),
        ("mikopbx-1795499610.10_soCP4X.mp3", "mikopbx-1795499610.10_soCP4X mikopbx - - - - -".into()),
        ("pickup_mikopbx-1795499611.11_aBcDeF.webm", "mikopbx-1795499611.11_aBcDeF mikopbx - - - - -".into()),
        ("mikopbx-1795499612.12_q1w2e3_in.wav", "- - - - - - -".into()),
        (&format!("rec_{uuid}.wav"), format!("{uuid} - - - - - -")),
        (&format!("{uuid}_stereo.wav"), format!("{uuid} - - - - - -")),
        (&format!("2026-11-24-05-53-26_101_102_{uuid}.wav"), format!("{uuid} - 1795499606 - - - -")),
        (&format!("{uuid}-mix.wav"), format!("{uuid} - - - - - -")),
        (&format!("{uuid}-1a2b3c4d.wav"), format!("{uuid} - - - - - -")),
        (&format!("{uuid}_1795499606.0.wav"), "1795499606.0 - - - - - -".into()),
        (&format!("x{uuid}.wav"), "- - - - - - -".into()),
        (&format!("{uuid}_{}.wav", uuid.replace('0', "1")), "- - - - - - -".into()),
    ] {
        assert_eq!(said(path, &plain), expected, "{path}");
    }
}

#[test]
fn the_admins_pattern_comes_first_and_the_known_names_after_it() {
    let pattern = r"(?<direction>inbound|outbound)/(?<caller>[^_]+)_(?<called>\d+)_(?<date>\d{4}-\d\d-\d\d)_(?<time>[\d.]+)\.mp3$";
    let own = names(Folder { pattern: Some(pattern.into()), ..Folder::default() });
    assert_eq!(said("inbound/Zoë_100_2026-11-24_05.53.26.mp3", &own), "- - 1795499606 in Zoë 100 -");
    assert_eq!(said("auto-1795499638.732.wav", &own), "1795499638.732 - - - - - -");
    let pattern = r"^(?<caller>\+\d+)_(?<date>\d{6})_(?<time>\d{6})";
    let own = names(Folder { pattern: Some(pattern.into()), ..Folder::default() });
    assert_eq!(said("+48123456789_261124_055326577.amr", &own), "- - 1795499606 - +48123456789 - -");
    let pattern = r"^(?<uniqueid>\d+\.\d+)-(?<date>\d{4}-\d\d-\d\d)-(?<time>\d\d_\d\d)";
    let own = names(Folder { pattern: Some(pattern.into()), ..Folder::default() });
    assert_eq!(said("1795499606.0-2026-11-24-05_53-1-2.wav", &own), "1795499606.0 - 1795499606 - - - -");
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

proptest! {
    #[test]
    fn what_freepbx_writes_is_read_back(
        kind in "out|in|internal|external|exten|q|rg|force|conf|ondemand|generic",
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
    fn whatever_a_name_says_stands_in_it(
        parts in prop::collection::vec(
            concat!(
                r"out|OUT101|q|auto|confbridge|20261124|055326|2026-11-24|05_53|179549960[0-9]\.[0-9]|pbx1|[0-9]{1,5}|",
                r"\+49301|mikopbx|a1b2c3|0b2a54c8-9d6e-4e7a-8a53-1a2b3c4d5e6f|anonymous|in|all|A|Zoë",
            ),
            1..8,
        ),
        between in prop::collection::vec("[-_ ]", 8),
        systemname in "|pbx1|my-pbx",
    ) {
        let name: String = parts.iter().zip(&between).map(|(part, between)| format!("{part}{between}")).collect();
        let name = name.trim_end_matches(['-', '_', ' ']);
        let Named { uniqueid, facts } =
            names(Folder { systemname, ..Folder::default() }).read(&format!("{name}.wav"), 0);
        for text in [uniqueid, facts.snumber, facts.cnumber, facts.dnumber, facts.queue].into_iter().flatten() {
            prop_assert!(name.contains(&text) && !text.is_empty(), "{text} in {name}");
        }
    }

    #[test]
    fn no_name_is_too_odd(path in any::<String>(), tail in "[-0-9.]{0,40}") {
        let names = names(Folder::default());
        names.read(&path, 0);
        names.read(&format!("{path}{tail}"), i64::MAX);
        names.read(&format!("{tail}{path}"), 0);
        names.is_mix_of(&names.side(&tail), &path);
        names.side(&path);
    }
}
