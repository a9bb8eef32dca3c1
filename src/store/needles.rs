//! Whether rows have what a search looks for, and what the trigram index has of them and is asked for.

use std::borrow::Cow;
use std::cell::RefCell;

use memchr::memmem::Finder;
use rusqlite::types::ValueRef;
use serde_json::{Value, json};

use crate::model::{Needle, Term, fold_onto, numbers_in};

/// What is looked for, ready for many rows.
pub(super) struct Needles {
    texts: Vec<Finder<'static>>,
    /// Of each of these, one way.
    either: Vec<Vec<Vec<Sought>>>,
}

struct Sought {
    is_number: bool,
    finder: Finder<'static>,
}

impl Needles {
    /// What [`of_terms`] wrote down.
    pub(super) fn new(written: &[u8]) -> Result<Needles, serde_json::Error> {
        let terms: Vec<Vec<Vec<(bool, String)>>> = serde_json::from_slice(written)?;
        let finder = |text: &str| Finder::new(text.as_bytes()).into_owned();
        let mut needles = Needles { texts: Vec::new(), either: Vec::new() };
        for ways in terms {
            match ways.as_slice() {
                [way] if way.iter().all(|(is_number, _)| !is_number) => {
                    needles.texts.extend(way.iter().map(|(_, text)| finder(text)));
                }
                _ => {
                    let sought =
                        |(is_number, text): (bool, String)| Sought { is_number, finder: finder(&text) };
                    let way = |way: Vec<_>| way.into_iter().map(sought).collect();
                    needles.either.push(ways.into_iter().map(way).collect());
                }
            }
        }
        Ok(needles)
    }

    /// Whether each is in one of the texts.
    pub(super) fn all_in(&self, texts: impl Iterator<Item = impl AsRef<[u8]>>) -> bool {
        thread_local! {
            static LINES: RefCell<(Vec<u8>, Vec<u8>)> = const { RefCell::new((Vec::new(), Vec::new())) };
        }
        LINES.with_borrow_mut(|(lines, numbers)| {
            lines.clear();
            for text in texts {
                fold_onto(text.as_ref(), lines);
                // No word has a line's end in it, so none is found across two texts.
                lines.push(b'\n');
            }
            self.texts.iter().all(|word| word.find(lines).is_some())
                && (self.either.is_empty() || self.one_way_in(lines, numbers))
        })
    }

    fn one_way_in(&self, lines: &[u8], numbers: &mut Vec<u8>) -> bool {
        numbers.clear();
        numbers_in(&String::from_utf8_lossy(lines), &mut |number| {
            numbers.extend_from_slice(number.as_bytes());
            numbers.push(b'\n');
        });
        let is_there = |Sought { is_number, finder }: &Sought| {
            finder.find(if *is_number { numbers } else { lines }).is_some()
        };
        self.either.iter().all(|ways| ways.iter().any(|way| way.iter().all(is_there)))
    }
}

/// What is looked for, as a value in a statement.
pub(super) fn of_terms(terms: &[Term]) -> String {
    let needle = |needle: &Needle| json!([matches!(needle, Needle::Number(_)), needle.text()]);
    let way = |way: &Vec<Needle>| way.iter().map(needle).collect::<Value>();
    let term = |Term(ways): &Term| ways.iter().map(way).collect::<Value>();
    terms.iter().map(term).collect::<Value>().to_string()
}

/// A text of a row as it is searched: another program's table may hold numbers as such, which are read as `called` reads
/// them.
pub(super) fn searched(text: ValueRef<'_>) -> Option<Cow<'_, [u8]>> {
    match text {
        ValueRef::Text(text) | ValueRef::Blob(text) => Some(Cow::Borrowed(text)),
        ValueRef::Integer(number) => Some(Cow::Owned(number.to_string().into_bytes())),
        ValueRef::Real(real) => Some(Cow::Owned(format!("{real:?}").into_bytes())),
        ValueRef::Null => None,
    }
}

/// What the trigram index has of a row: each number and name once, folded, without blanks; and the digits of numbers that
/// have something else between them.
pub(super) fn indexed<'a>(texts: impl Iterator<Item = ValueRef<'a>>) -> String {
    let (mut all, mut folded) = (String::new(), Vec::new());
    let mut add = |text: &str| {
        let text = text.replace(' ', "");
        if text.len() > 2 && !all.contains(&text) {
            all.push_str(&text);
        }
    };
    for text in texts.filter_map(searched) {
        folded.clear();
        fold_onto(&text, &mut folded);
        let text = String::from_utf8_lossy(&folded);
        add(&text);
        numbers_in(&text, &mut |number| add(number));
    }
    // FTS5 reads no further than a NUL.
    if all.contains('\0') { all.replace('\0', "\n") } else { all }
}

/// Whether the index of before there were folded texts has all of a row that the present one has.
pub(super) fn is_plain<'a>(mut texts: impl Iterator<Item = ValueRef<'a>>) -> bool {
    texts.all(|text| match text {
        ValueRef::Null | ValueRef::Integer(_) => true,
        ValueRef::Real(_) => false,
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            let is_plain = |byte: &u8| byte.is_ascii() && !matches!(byte, b'`' | b'\0');
            text.iter().all(is_plain) && has_plain_numbers(text)
        }
    })
}

fn has_plain_numbers(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let mut all = true;
    if text.bytes().any(|byte| b"()-./+".contains(&byte)) {
        let bare = text.replace(' ', "");
        numbers_in(&text, &mut |number| all &= bare.contains(number));
    }
    all
}

/// Trigrams of a needle as the index is asked for them, quoted; at most `most`, from all over the needle. Empty where
/// the index cannot help.
pub(super) fn trigrams(needle: &str, most: usize) -> Vec<String> {
    let characters: Vec<char> = needle.chars().collect();
    let mut found: Vec<String> = characters
        .windows(3)
        .filter(|window| window.iter().all(|c| is_indexed(*c)))
        .map(|window| format!("\"{}\"", window.iter().collect::<String>().replace('"', "\"\"")))
        .collect();
    found.sort();
    found.dedup();
    let step = found.len().div_ceil(most).max(1);
    found.into_iter().step_by(step).collect()
}

/// Blanks are left out of the indexed text, and FTS5 reads no further than a NUL.
fn is_indexed(c: char) -> bool {
    !matches!(c, ' ' | '\0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::search_terms;

    fn found(search: &str, texts: &[&str]) -> bool {
        let written = of_terms(&search_terms(search, "44").expect("few words"));
        Needles::new(written.as_bytes()).expect("ours").all_in(texts.iter().map(|text| text.as_bytes()))
    }

    #[test]
    fn all_words_must_be_found_and_none_across_two_texts() {
        assert!(found("émile 201", &["0201", "ÉMILE Zola"]));
        assert!(!found("émile 202", &["0201", "ÉMILE Zola"]));
        assert!(!found("12", &["1", "2"]));
    }

    #[test]
    fn a_number_is_found_in_every_spelling_and_its_words_singly() {
        for number in
            ["442079460340", "02079460340", "020 7946 0340", "(020) 7946-0340", "+44 (0)20/7946.0340"]
        {
            for search in
                ["020 7946 0340", "+44 20 7946 0340", "0044-20-7946-0340", "tel:+442079460340", "7946 0340"]
            {
                assert!(found(search, &["x", number]), "{search} {number}");
            }
            assert!(!found("020 7946 0341", &["x", number]), "{number}");
        }
        assert!(found("7946 0340", &["17946", "20340"]));
        assert!(found("201 020 7946 0340", &["201", "+442079460340"]));
        assert!(!found("02079460340", &["02079", "460340"]));
    }
}
