//! What the files of an archive are called: for people to read, and for every file system to keep.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use jiff::civil::DateTime;

use super::decode::Form;
use super::kind::is_safe;
use crate::model::names::caseless;

/// Bytes of a number that are kept, so that a name with all its parts stays below the 143 bytes that the narrowest
/// file systems of today allow (eCryptfs).
const PART: usize = 44;
/// The longest ending that is one.
const ENDING: usize = 8;
/// Where a call has no number.
const UNKNOWN: &str = "unknown";

/// `2026-08-20 14-03-05 caller - called`, by the clock on the wall, without what a file system, a shell or a person
/// could take for something else.
pub fn stem(local: DateTime, caller: &[u8], called: &[u8]) -> String {
    let (caller, called) = (part(caller), part(called));
    format!("{} {caller} - {called}", local.strftime("%Y-%m-%d %H-%M-%S"))
}

/// The ending of the file at `path`, with its dot; empty if it has none that looks like one.
pub fn ending(path: &[u8]) -> String {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let ending = name.iter().rposition(|byte| *byte == b'.').map(|dot| &name[dot + 1..]).unwrap_or_default();
    let ending = String::from_utf8_lossy(ending);
    let looks_like_one = ending.len() <= ENDING && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if ending.is_empty() || !(looks_like_one || Form::named(&ending).is_some()) {
        return String::new();
    }
    format!(".{ending}")
}

fn part(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let safe = text.chars().map(|c| if is_safe(c) && !matches!(c, '/' | '\\') { c } else { '_' });
    let mut kept = 0;
    let cut: String = safe
        .take_while(|c| {
            kept += c.len_utf8();
            kept <= PART
        })
        .collect();
    let cut = cut.trim_matches(|c: char| c.is_whitespace() || c == '.');
    if cut.is_empty() { UNKNOWN.into() } else { cut.into() }
}

/// The names that are taken, also those that differ only in case or in how letters are put together: some file systems
/// make no difference there. Each takes about twenty bytes
/// of memory, whatever its length.
#[derive(Default)]
pub struct Names {
    /// By the digest of a name: the number that its next namesake may have.
    taken: HashMap<u64, u32>,
    digest: RandomState,
}

impl Names {
    /// The name of a file: stem and ending, with ` (2)` between them if that is taken, ` (3)` and so on.
    pub fn unique(&mut self, stem: &str, ending: &str) -> String {
        let name = format!("{stem}{ending}");
        let place = self.place(&name);
        let Some(&next) = self.taken.get(&place) else {
            self.taken.insert(place, 2);
            return name;
        };
        for number in next.. {
            let name = format!("{stem} ({number}){ending}");
            let own = self.place(&name);
            if !self.taken.contains_key(&own) {
                self.taken.insert(own, 2);
                self.taken.insert(place, number.saturating_add(1));
                return name;
            }
        }
        name
    }

    fn place(&self, name: &str) -> u64 {
        self.digest.hash_one(caseless(name))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn at(caller: &str, called: &str) -> String {
        stem(date(2026, 8, 20).at(14, 3, 5, 0), caller.as_bytes(), called.as_bytes())
    }

    #[test]
    fn a_name_says_when_and_who_and_is_harmless() {
        for (caller, called, expected) in [
            ("101", "+49 30 1", "101 - +49 30 1"),
            ("", "", "unknown - unknown"),
            (" . ", "...", "unknown - unknown"),
            ("../../etc", "a\\b/c", "_.._etc - a_b_c"),
            ("a:b*c?", "\"<>|", "a_b_c_ - ____"),
            ("a\r\n\0\t", "gnp.\u{202e}vaw", "a____ - gnp._vaw"),
            ("Zoë", "前台", "Zoë - 前台"),
            ("CON", "100.", "CON - 100"),
        ] {
            assert_eq!(
                at(caller, called),
                format!("2026-08-20 14-03-05 {expected}"),
                "{caller:?} {called:?}"
            );
        }
        assert_eq!(stem(date(2026, 8, 20).at(14, 3, 5, 0), b"\xff", b"1"), "2026-08-20 14-03-05 _ - 1");
    }

    #[test]
    fn an_ending_is_letters_and_digits() {
        for (path, expected) in [
            ("a.wav", ".wav"),
            ("2026.x/a.WAV", ".WAV"),
            ("2026.x/a", ""),
            ("a.", ""),
            ("a", ""),
            ("", ""),
            (".gsm", ".gsm"),
            ("a.tar.wav49", ".wav49"),
            ("a.wa v", ""),
            ("a.wäv", ""),
            ("a.ninechars", ""),
            ("a.g726-32", ".g726-32"),
            ("a.x-y", ""),
        ] {
            assert_eq!(ending(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn no_name_comes_twice() {
        let mut names = Names::default();
        for (stem, expected) in [
            ("a", "a.wav"),
            ("a", "a (2).wav"),
            ("A", "A (3).wav"),
            ("a (4)", "a (4).wav"),
            ("a", "a (5).wav"),
            ("a (2)", "a (2) (2).wav"),
            ("b", "b.wav"),
            ("Ä", "Ä.wav"),
            ("ä", "ä (2).wav"),
            ("a\u{308}", "a\u{308} (3).wav"),
            ("ﬁ", "ﬁ.wav"),
            ("fi", "fi (2).wav"),
        ] {
            assert_eq!(names.unique(stem, ".wav"), expected, "{stem}");
        }
        assert_eq!(names.unique("a", ".gsm"), "a.gsm");
    }

    proptest! {
        #[test]
        fn a_name_is_short_and_one_part(caller: Vec<u8>, called in ".*", path: Vec<u8>) {
            let stem = stem(date(2026, 8, 20).at(14, 3, 5, 0), &caller, called.as_bytes());
            let mut names = Names::default();
            names.unique(&stem, &ending(&path));
            let name = names.unique(&stem, &ending(&path));
            prop_assert!(name.len() < 143, "{}", name.len());
            prop_assert!(!name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']), "{name}");
            prop_assert!(!name.chars().any(char::is_control), "{name}");
            prop_assert!(!name.ends_with([' ', '.']), "{name}");
        }
    }
}
