//! What is found by what people type for it, and that nothing which a text has is missing once it is folded.

use proptest::prelude::*;
use unicode_normalization::char::{canonical_combining_class, compose};

use super::*;

/// Names as they are stored, and what finds them; then what does not.
const NAMES: &[(&str, &[&str], &[&str])] = &[
    ("Inês Conceição", &["ines", "Conceicao", "INÊS", "conceic\u{327}a\u{303}o"], &["inez"]),
    ("Søren Kjær", &["soren", "SØREN", "kjaer", "KJÆR"], &["kjar"]),
    ("Mühle", &["muhle", "MÜHLE", "mu\u{308}hle"], &["muehle"]),
    ("Mu\u{308}hle", &["mühle", "MÜHLE", "muhle"], &[]),
    ("D'Souza", &["D’Souza", "d`souza", "d´souza", "dʼsouza", "d′souza", "D'SOUZA"], &["dsouza"]),
    ("D’Souza", &["d'souza"], &[]),
    ("Straße", &["strasse", "STRASSE", "STRAẞE"], &["strase"]),
    ("STRASSE", &["straße"], &[]),
    ("Łódź", &["lodz", "ŁÓDŹ"], &[]),
    ("Đorđe Þórðardóttir", &["dorde", "thordardottir"], &[]),
    ("Iğdır", &["igdir", "IĞDIR", "İĞDİR", "ığdır"], &[]),
    ("İzmir", &["izmir", "IZMIR", "i\u{307}zmir"], &[]),
    ("Œuvre", &["oeuvre"], &[]),
    ("Nguyễn", &["nguyen", "NGUYỄN"], &[]),
    ("Σίσυφος", &["σισυφος", "ΣΙΣΥΦΟΣ", "σίσυφοσ"], &["σησυφος"]),
    ("Фёдор Чайка", &["федор", "чаика", "ЧАЙКА"], &["чайга"]),
    ("שָׁלוֹם", &["שלום"], &[]),
    ("צ׳רצ׳יל", &["צ'רצ'יל"], &[]),
    ("أحمد مُحَمَّد", &["احمد", "محمد", "محـــمد"], &[]),
    ("آمنة على", &["امنه", "علي"], &[]),
    ("کریمی", &["كريمي"], &[]),
    ("ﬁnance", &["finance", "FINANCE"], &[]),
    ("Ａｎｎａ １２３", &["anna", "123"], &[]),
    ("٠٢٠ ۷۹۴۶", &["020", "7946"], &[]),
    ("Smith–Jones", &["smith-jones", "smith—jones", "smith‑jones"], &[]),
    ("\u{202a}+44 20\u{202c}", &["+44", "20"], &[]),
    ("An\u{ad}na", &["anna"], &[]),
    ("がんばって", &["が", "か\u{3099}"], &["か"]),
    ("か\u{3099}", &["が"], &["か"]),
    ("ガス", &["ｶﾞｽ"], &["カ"]),
    ("한국어", &["한국"], &["하"]),
    ("हिन्दी", &["हिन्दी"], &["हन"]),
    ("ภาษาไทย", &["ภาษา"], &["ภษ"]),
];

#[test]
fn names_are_found_as_people_type_them() {
    for (name, finds, finds_not) in NAMES {
        let name = fold(name);
        for typed in *finds {
            assert!(name.contains(&*fold(typed)), "{typed} in {name}");
        }
        for typed in *finds_not {
            assert!(!name.contains(&*fold(typed)), "{typed} in {name}");
        }
    }
}

/// All but most ideographs, syllables of Hangul, and what nobody uses yet.
fn every_character() -> impl Iterator<Item = char> {
    let blocks = [0..0x3500, 0x9f00..0xad00, 0xd700..0x1_2000, 0x1_d000..0x2_0100, 0xe_0000..0xe_0200];
    blocks.into_iter().flatten().filter_map(char::from_u32)
}

#[test]
fn every_character_folds_once_and_so_does_its_other_case() {
    for c in every_character() {
        let text = c.to_string();
        let folded = fold(&text).into_owned();
        assert_eq!(fold(&folded), folded, "{c:?}");
        assert!(!folded.contains('\n') || c == '\n', "{c:?}");
        // Letters of the newest Unicode have a case that only the newer one of two tables knows.
        for other in [c.to_uppercase().to_string(), c.to_lowercase().to_string()] {
            assert!(
                fold(&other) == folded || ('\u{a7c0}'..='\u{a7dc}').contains(&c) || c > '\u{10d4f}',
                "{c:?} {other:?}"
            );
        }
    }
}

/// Whether a text goes on with the letter before it.
fn goes_on(text: &str) -> bool {
    let first = text.nfkd().next().unwrap_or('a');
    canonical_combining_class(first) != 0 || every_first().any(|before| compose(before, first).is_some())
}

/// What others are put together with.
fn every_first() -> impl Iterator<Item = char> {
    const FIRST: &str = "aオカかうガ하가ᄀনেொெෙကৢ\u{9c7}\u{b47}\u{bc6}\u{bc7}\u{b92}\u{cbf}\u{cc6}\u{cca}\u{d46}\u{d47}\u{dd9}\u{1025}";
    FIRST.chars()
}

/// Whatever is before or behind a letter that stands on its own, it folds to the same.
#[test]
fn letters_on_their_own_are_folded_alike_wherever_they_stand() {
    for c in ALONE[0].clone().filter_map(char::from_u32) {
        let folded = fold(c.encode_utf8(&mut [0; 4])).into_owned();
        for mark in [
            '\u{301}', '\u{308}', '\u{327}', '\u{338}', '\u{345}', '\u{5b4}', '\u{653}', '\u{93c}',
            '\u{3099}',
        ] {
            assert!(whole(&format!("{c}{mark}x")).contains(&folded), "{c:?} {mark:?}");
            assert!(whole(&format!("x{mark}{c}")).contains(&folded), "{c:?} {mark:?}");
        }
    }
}

/// Letters of many scripts, marks, and what nobody sees.
fn letter() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => prop::sample::select(NAMES.iter().flat_map(|(name, ..)| name.chars()).collect::<Vec<char>>()),
        2 => prop::char::range('\u{20}', '\u{24f}'),
        1 => prop::char::range('\u{300}', '\u{36f}'),
        1 => prop::char::range('\u{370}', '\u{6ff}'),
        1 => prop::char::range('\u{900}', '\u{11ff}'),
        1 => prop::char::range('\u{1e00}', '\u{206f}'),
        1 => prop::char::range('\u{3040}', '\u{30ff}'),
        1 => prop::char::range('\u{ff00}', '\u{ffef}'),
        1 => any::<char>(),
    ]
}

fn text() -> impl Strategy<Value = Vec<char>> {
    prop::collection::vec(letter(), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 700, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_contains_a_text_contains_it_folded(before in text(), needle in text(), behind in text()) {
        let of = |part: &[char]| part.iter().collect::<String>();
        let (needle_text, behind_text) = (of(&needle), of(&behind));
        // No letter is cut in two.
        prop_assume!(!goes_on(&needle_text) && !goes_on(&behind_text));
        let all = of(&before) + &needle_text + &behind_text;
        prop_assert!(fold(&all).contains(&*fold(&needle_text)), "{:?} {:?}", needle_text, all);
    }

    #[test]
    fn parts_on_their_own_are_found_wherever_a_text_is_cut(before in text(), needle in text(), behind in text()) {
        let of = |part: &[char]| part.iter().collect::<String>();
        let needle = of(&needle);
        let all = of(&before) + &needle + &of(&behind);
        for part in parts_on_their_own(&needle) {
            prop_assert!(fold(&all).contains(&*fold(part)), "{:?} {:?}", part, all);
        }
    }

    #[test]
    fn folding_once_is_enough_and_every_form_is_one(text in text()) {
        let text: String = text.into_iter().collect();
        let folded = fold(&text).into_owned();
        prop_assert_eq!(&fold(&folded), &folded);
        prop_assert_eq!(&whole(&text), &folded);
        let mut forms: Vec<String> = vec![text.nfc().collect(), text.nfd().collect()];
        // Accents that stand alone fall into a blank and a mark there.
        if text.nfd().all(|c| before(c) == c) {
            forms.extend([text.nfkc().collect(), text.nfkd().collect()]);
        }
        for form in forms {
            prop_assert_eq!(&fold(&form), &folded, "{:?} {:?}", text, form);
        }
    }
}

#[test]
fn stray_bytes_become_one_sign_each_and_hide_nothing_beside_them() {
    let mut folded = Vec::new();
    fold_onto(b"xy\xc3\xa9\xff\xc3\xa9Ab", &mut folded);
    assert_eq!(String::from_utf8_lossy(&folded), "xye\u{fffd}eab");
}
