//! Text of strangers, in whatever they wrote it.

use std::borrow::Cow;

/// What Windows-1252 has where Latin-1 has no letters; MySQL calls it latin1. U+FFFD: nothing.
const WINDOWS: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
    '\u{fffd}', //
    '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

/// A text that is UTF-8, or else Latin-1. Where some of it is UTF-8 beyond ASCII, all of it was meant to be, and U+FFFD
/// stands for what is damaged.
pub fn lenient(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if is_meant_as_utf8(bytes) => String::from_utf8_lossy(bytes),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| latin_1(*byte)).collect()),
    }
}

/// Whether some letter beyond ASCII is whole.
pub fn is_meant_as_utf8(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii())
}

/// A letter of Latin-1, as Windows has it.
pub fn latin_1(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf8_is_latin_1_unless_some_of_it_is_utf8() {
        for (bytes, text) in [
            (&b"J\xfcrgen"[..], "Jürgen"),
            (b"J\xc3\xbcrgen", "Jürgen"),
            (b"5 \x80 \x96 \x81", "5 € – \u{fffd}"),
            (b"Zo\xc3\xab \xc3", "Zoë \u{fffd}"),
            (b"", ""),
        ] {
            assert_eq!(lenient(bytes), text);
        }
    }
}
