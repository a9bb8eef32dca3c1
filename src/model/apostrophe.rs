//! The apostrophe that keeps a spreadsheet from calculating a text: who writes CSV puts it, who reads it takes it off.
//!
//! It stands at the beginning of a cell, and behind what begins a new one where a file is opened by another separator than
//! it was written with: a caller may call himself `Acme;=1+1`.

use std::borrow::Cow;

/// Whether a byte ends a cell, by one separator or another.
const fn is_separator(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b'\t' | b'\r' | b'\n')
}

/// A text as a cell, with an apostrophe wherever a spreadsheet could take what follows for a formula, or a reader an
/// apostrophe for ours.
pub fn with_apostrophes(text: &[u8]) -> Cow<'_, [u8]> {
    if !begins_formula(text) && !text.iter().any(|byte| is_separator(*byte)) {
        return Cow::Borrowed(text);
    }
    let mut cell = Vec::with_capacity(text.len() + 2);
    for (at, byte) in text.iter().enumerate() {
        if if at == 0 { begins_formula(text) } else { is_separator(text[at - 1]) && may_begin(&text[at..]) } {
            cell.push(b'\'');
        }
        cell.push(*byte);
    }
    Cow::Owned(cell)
}

/// The text of a cell, without the apostrophes that were put.
pub fn without_apostrophes(cell: &str) -> Cow<'_, str> {
    if !cell.contains('\'') {
        return Cow::Borrowed(cell);
    }
    let mut begins = true;
    let text = cell.chars().filter(|sign| {
        let ours = begins && *sign == '\'';
        begins = u8::try_from(*sign).is_ok_and(is_separator);
        !ours
    });
    Cow::Owned(text.collect())
}

/// Whether a text begins as a formula does. `+` with digits and blanks alone is a phone number and stays.
fn begins_formula(text: &[u8]) -> bool {
    match text {
        [b'=' | b'-' | b'@' | b'\t' | b'\r' | b'\n' | b'\'', ..] => true,
        [b'+', number @ ..] => !is_phone_number(number),
        // The full-width = + - @ of East Asian keyboards.
        [0xef, 0xbc, 0x8b | 0x8d | 0x9d | 0xa0, ..] => true,
        _ => false,
    }
}

/// Whether what stands behind a separator begins as a formula does, perhaps in quotation marks.
fn may_begin(rest: &[u8]) -> bool {
    let end = rest.iter().position(|byte| is_separator(*byte)).unwrap_or(rest.len());
    let cell = &rest[..end];
    let quoted = cell.iter().position(|byte| *byte != b'"').unwrap_or(end);
    cell.first() == Some(&b'\'') || (begins_formula(&cell[quoted..]) && cell.get(quoted) != Some(&b'\''))
}

/// Digits, perhaps with blanks between them: nothing to calculate.
fn is_phone_number(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_another_separator_makes_a_beginning_is_none_of_a_formula() {
        for (text, cell) in [
            ("Acme;=HYPERLINK(A1&B1);x", "Acme;'=HYPERLINK(A1&B1);x"),
            ("a,=1,b\t@x;-1", "a,'=1,b\t'@x;'-1"),
            ("a;\"=1\"", "a;'\"=1\""),
            ("a;+49 30 1;+1+1", "a;+49 30 1;'+1+1"),
            ("a;\u{ff1d}1\n=1", "a;'\u{ff1d}1\n'=1"),
            ("a;'=1;'b", "a;''=1;''b"),
            ("a; b, c", "a; b, c"),
            ("\t=1", "'\t'=1"),
        ] {
            assert_eq!(with_apostrophes(text.as_bytes()), cell.as_bytes());
            assert_eq!(without_apostrophes(cell), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "[=+@'\t\r\n\" ,;0-9a-c\u{ff1d}-]{0,12}") {
            let written = with_apostrophes(text.as_bytes()).into_owned();
            let written = String::from_utf8(written).unwrap();
            prop_assert_eq!(without_apostrophes(&written), text);
        }
    }
}
