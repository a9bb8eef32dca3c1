//! Paths of files, as text that loses nothing. Linux has no encoding for names: those that an old program or a memory stick
//! wrote in Latin-1 are no UTF-8. The database and the disk have their bytes; between them they are text, in which a byte
//! that belongs to no letter is a sign of its own.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::latin_1;

/// Bytes from 0x80 on are this sign and those behind it, at the end of what Unicode leaves to everybody's own use.
const FIRST: u32 = 0x10_ff80;
/// What the signs begin with in UTF-8.
const LEAD: u8 = 0xf4;

/// A path, or another text, as text. Signs that would stand for a byte are written as such themselves.
pub fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !has_signs(text) => Cow::Borrowed(text),
        _ => Cow::Owned(signed(bytes)),
    }
}

fn signed(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match byte_of(letter) {
                None => text.push(letter),
                Some(_) => letter.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| text.push(sign_of(byte))),
            }
        }
        chunk.invalid().iter().for_each(|byte| text.push(sign_of(*byte)));
    }
    text
}

/// The bytes that a text stands for.
pub fn bytes_of(text: &str) -> Cow<'_, [u8]> {
    if !has_signs(text) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match byte_of(letter) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend(letter.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    Cow::Owned(bytes)
}

/// Where a path leads on the disk.
pub fn on_disk(root: &Path, path: &str) -> PathBuf {
    root.join(OsStr::from_bytes(&bytes_of(path)))
}

/// A path for people, who see that a byte is none of a letter (U+FFFD).
pub fn shown(text: &str) -> Cow<'_, str> {
    replaced(text, |_| char::REPLACEMENT_CHARACTER)
}

/// What a name says, where the bytes that are no UTF-8 are Latin-1, as Windows has it.
pub fn read_as_latin_1(text: &str) -> Cow<'_, str> {
    replaced(text, latin_1)
}

fn replaced(text: &str, by: impl Fn(u8) -> char) -> Cow<'_, str> {
    if !has_signs(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|letter| byte_of(letter).map_or(letter, &by)).collect())
}

fn has_signs(text: &str) -> bool {
    text.as_bytes().contains(&LEAD) && text.chars().any(|letter| byte_of(letter).is_some())
}

fn sign_of(byte: u8) -> char {
    char::from_u32(FIRST - 0x80 + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn byte_of(letter: char) -> Option<u8> {
    let place = u32::from(letter).checked_sub(FIRST)?;
    u8::try_from(place + 0x80).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_in_latin_1_is_text_and_has_its_bytes_back() {
        let name = b"in-5550100-J\xfcrgen-1.wav";
        let text = text_of(name);
        assert_eq!(shown(&text), "in-5550100-J\u{fffd}rgen-1.wav");
        assert_eq!(read_as_latin_1(&text), "in-5550100-Jürgen-1.wav");
        assert_eq!(*bytes_of(&text), *name);
        assert_eq!(
            on_disk(Path::new("/srv"), &text).as_os_str().as_bytes(),
            b"/srv/in-5550100-J\xfcrgen-1.wav"
        );
        assert!(matches!(text_of("Jürgen – 前台".as_bytes()), Cow::Borrowed("Jürgen – 前台")));
        assert_ne!(text_of(b"\xff"), text_of("\u{10ffff}".as_bytes()));
    }

    proptest! {
        #[test]
        fn no_byte_is_lost(bytes: Vec<u8>, text in any::<String>(), byte in 0x80..=0xff_u8) {
            let whole = text_of(&bytes);
            prop_assert_eq!(&*bytes_of(&whole), &bytes[..]);
            let text = format!("{text}{}", sign_of(byte));
            let whole = text_of(text.as_bytes());
            prop_assert_eq!(&*bytes_of(&whole), text.as_bytes());
        }
    }
}
