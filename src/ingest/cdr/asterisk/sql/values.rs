//! Words, names and values of SQL, read where they stand.

use std::io;

use super::bytes::Bytes;
use crate::ingest::cdr::dialect::unescaped;

/// Longer values are cut off: none that is of use has as many bytes.
const LONGEST: usize = 1 << 16;

/// How strings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strings {
    /// MySQL: a backslash stands before what would be taken for something else.
    Escaped,
    /// The standard: a backslash is one.
    Plain,
}

/// Skips blanks and comments. Gives each comment to `hear`.
pub(super) fn skip(bytes: &mut Bytes, mut hear: impl FnMut(&[u8])) -> io::Result<()> {
    loop {
        bytes.take_while(|byte| byte.is_ascii_whitespace(), |_| ())?;
        match bytes.peek()? {
            Some(b'#') => line(bytes, &mut hear)?,
            Some(b'-') => {
                bytes.next()?;
                if bytes.peek()? == Some(b'-') {
                    line(bytes, &mut hear)?;
                }
            }
            Some(b'/') => {
                bytes.next()?;
                if bytes.peek()? == Some(b'*') {
                    block(bytes, &mut hear)?;
                }
            }
            _ => return Ok(()),
        }
    }
}

fn line(bytes: &mut Bytes, hear: &mut impl FnMut(&[u8])) -> io::Result<()> {
    let mut text = Vec::new();
    bytes.take_while(|byte| byte != b'\n', |piece| add(&mut text, piece))?;
    hear(&text);
    Ok(())
}

fn block(bytes: &mut Bytes, hear: &mut impl FnMut(&[u8])) -> io::Result<()> {
    let mut text = Vec::new();
    bytes.next()?;
    loop {
        bytes.take_while(|byte| byte != b'*', |piece| add(&mut text, piece))?;
        bytes.next()?;
        match bytes.peek()? {
            Some(b'/') => {
                bytes.next()?;
                hear(&text);
                return Ok(());
            }
            Some(_) => add(&mut text, b"*"),
            None => return Ok(()),
        }
    }
}

/// A word, or a name in marks; empty where there is none.
pub(super) fn name(bytes: &mut Bytes) -> io::Result<String> {
    let mut text = Vec::new();
    match bytes.peek()? {
        Some(mark @ (b'`' | b'"')) => {
            bytes.next()?;
            string(bytes, mark, Strings::Plain, &mut text)?;
        }
        _ => bytes.take_while(
            |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80,
            |piece| add(&mut text, piece),
        )?,
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The rest of a string whose first mark was read. The mark twice is one.
pub(super) fn string(bytes: &mut Bytes, mark: u8, strings: Strings, text: &mut Vec<u8>) -> io::Result<()> {
    let escape = (strings == Strings::Escaped).then_some(b'\\');
    loop {
        bytes.take_while(|byte| byte != mark && Some(byte) != escape, |piece| add(text, piece))?;
        match bytes.next()? {
            None => return Ok(()),
            Some(byte) if byte == mark => {
                if bytes.peek()? != Some(mark) {
                    return Ok(());
                }
                bytes.next()?;
                add(text, &[mark]);
            }
            Some(_) => {
                if let Some(byte) = bytes.next()?.and_then(unescaped) {
                    add(text, &[byte]);
                }
            }
        }
    }
}

/// A value up to the comma or the parenthesis behind it; NULL says nothing.
pub(super) fn value(bytes: &mut Bytes, strings: Strings, text: &mut Vec<u8>) -> io::Result<()> {
    text.clear();
    let mut deep = 0_u32;
    let mut quoted = false;
    loop {
        match bytes.peek()? {
            None => break,
            Some(b',' | b')') if deep == 0 => break,
            Some(mark @ (b'\'' | b'"')) => {
                bytes.next()?;
                // What stands before it says how it is coded: _binary 'x'.
                text.clear();
                string(bytes, mark, strings, text)?;
                quoted = true;
            }
            Some(byte) => {
                bytes.next()?;
                match byte {
                    b'(' => deep += 1,
                    b')' => deep -= 1,
                    _ if quoted || byte.is_ascii_whitespace() => {}
                    _ => add(text, &[byte]),
                }
            }
        }
    }
    if !quoted && text.eq_ignore_ascii_case(b"NULL") {
        text.clear();
    }
    Ok(())
}

fn add(text: &mut Vec<u8>, piece: &[u8]) {
    let room = LONGEST.saturating_sub(text.len());
    text.extend_from_slice(&piece[..piece.len().min(room)]);
}
