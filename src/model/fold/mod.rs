//! Text as a search compares it: names are found however they are written, as long as they are read alike.
//!
//! Letters are those of Unicode's form KC in full case folding, without the marks of scripts whose readers leave them out
//! where they type in haste (é, ё, ά, alef with hamza), and with what many keyboards lack (ø, ł, ’, –) as people write it
//! otherwise. Marks that make another letter stay: が is not か.
//!
//! Whatever contains another text contains it folded, too, unless what is looked for ends within a letter: it has か of か
//! and a voicing mark behind it. So an index of folded texts names every row that has the text.

mod letters;
mod terms;

use std::borrow::Cow;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

pub use terms::{MOST_WORDS, Needle, Term, numbers_in, search_terms};

use letters::{before, is_ignored, is_mark, otherwise};

/// A text, folded.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase() && byte != b'`') {
        return Cow::Borrowed(text);
    }
    let mut folded = Vec::with_capacity(text.len());
    fold_onto(text.as_bytes(), &mut folded);
    Cow::Owned(String::from_utf8_lossy(&folded).into_owned())
}

/// Adds a text, folded; with U+FFFD for what is no UTF-8.
pub fn fold_onto(text: &[u8], out: &mut Vec<u8>) {
    if text.is_ascii() {
        let begin = out.len();
        out.extend_from_slice(text);
        out[begin..].make_ascii_lowercase();
        if text.contains(&b'`') {
            out[begin..].iter_mut().filter(|byte| **byte == b'`').for_each(|byte| *byte = b'\'');
        }
        return;
    }
    for chunk in text.utf8_chunks() {
        fold_valid(chunk.valid(), out);
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

/// Letter by letter, as long as none has to do with the next one.
fn fold_valid(text: &str, out: &mut Vec<u8>) {
    let begin = out.len();
    for c in text.chars() {
        if c.is_ascii() && c != '`' {
            out.push(c.to_ascii_lowercase() as u8);
        } else if is_itself(c) {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else if let Some(known) = alone(c) {
            out.extend_from_slice(known);
        } else {
            out.truncate(begin);
            out.extend_from_slice(whole(text).as_bytes());
            return;
        }
    }
}

/// What a letter comes to, whatever is beside it; `None` where that decides.
fn alone(c: char) -> Option<&'static [u8]> {
    static TABLE: LazyLock<Vec<Alone>> =
        LazyLock::new(|| ALONE.into_iter().flatten().filter_map(char::from_u32).map(Alone::new).collect());
    let [low, high] = &ALONE;
    let code = u32::from(c);
    let place = if low.contains(&code) {
        code
    } else if high.contains(&code) {
        code - high.start + low.end
    } else {
        return None;
    };
    TABLE.get(place as usize).and_then(Alone::bytes)
}

/// Latin, Greek, Cyrillic, Hebrew and Arabic; more of Latin and Greek, and punctuation. No mark that stays is there, so
/// none of them is put together with another one.
const ALONE: [std::ops::Range<u32>; 2] = [0..0x800, 0x1e00..0x2070];

struct Alone {
    bytes: [u8; 7],
    length: u8,
}

impl Alone {
    fn new(c: char) -> Alone {
        let folded = whole(c.encode_utf8(&mut [0; 4]));
        let mut bytes = [0; 7];
        let length = u8::try_from(folded.len()).unwrap_or(u8::MAX);
        if let Some(room) = bytes.get_mut(..folded.len()) {
            room.copy_from_slice(folded.as_bytes());
        }
        Alone { bytes, length }
    }

    /// `None` where there is no room for it.
    fn bytes(&self) -> Option<&[u8]> {
        self.bytes.get(..usize::from(self.length))
    }
}

/// Kana without their marks, ideographs, and syllables of Hangul: what is put together already, and has no case.
fn is_itself(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '\u{4e00}'..='\u{9fff}' | '가'..='힣')
}

/// Any text: taken apart, folded, and put together again where marks are left.
fn whole(text: &str) -> String {
    let seen = text.chars().filter(|c| !is_ignored(*c)).nfd().map(before);
    let apart: String = seen.nfkd().collect();
    let one_case: String = caseless::default_case_fold_str(&apart).nfkd().collect();
    let mut plain = String::with_capacity(one_case.len());
    for c in one_case.chars().filter(|c| !is_mark(*c)) {
        otherwise(c, &mut plain);
    }
    plain.nfc().collect()
}

/// The parts of a text which, wherever they stand, are found folded in what is folded whole: those of which no letter
/// could be put together with one beside it.
pub fn parts_on_their_own(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !ALONE[0].contains(&u32::from(c)))
}

#[cfg(test)]
mod tests;
