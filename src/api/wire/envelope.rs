//! The JSON that every answer is wrapped in, and the rows that it is filled with.

use std::ops::Range;
use std::sync::LazyLock;

use serde::Serialize;
use serde_json::Value;

use crate::model::{Kind, WIRE};
use crate::store::ListRow;

/// The media type of every answer.
pub const JSON: &str = "application/json; charset=utf-8";
const OK: &str = r#"{"responses":[{"code":"200","key":"","message":"OK"}],"data":"#;
const VALIDATED: &str = r#"{"responses":[{"code":"201","key":"","message":"OK"}]}"#;
const NO_DATA: &str = r#"{"responses":[{"code":"204","key":"","message":"OK"}]}"#;

/// One of the `responses`.
#[derive(Serialize)]
pub struct Entry<'a> {
    /// The code, as the string that it is on the wire.
    pub code: &'a str,
    /// The parameter at fault, else empty.
    pub key: &'a str,
    /// For people.
    pub message: &'a str,
}

/// An envelope without data.
pub fn refusal<'a>(entries: impl Iterator<Item = Entry<'a>>) -> String {
    #[derive(Serialize)]
    struct Refusal<'a> {
        responses: Vec<Entry<'a>>,
    }
    serde_json::to_string(&Refusal { responses: entries.collect() }).unwrap_or_default()
}

/// An envelope with data; `strings`: all numbers in it as strings.
pub fn ok(data: &impl Serialize, strings: bool) -> serde_json::Result<String> {
    let data = if strings {
        serde_json::to_string(&stringly(serde_json::to_value(data)?))?
    } else {
        serde_json::to_string(data)?
    };
    Ok(format!("{OK}{data}}}"))
}

/// Success without data.
pub fn no_data() -> &'static str {
    NO_DATA
}

/// The envelope up to the first row.
pub fn begin_rows(out: &mut Vec<u8>) {
    out.extend_from_slice(OK.as_bytes());
    out.push(b'[');
}

/// The envelope behind the last row; `next`: where a list with more rows goes on.
pub fn end_rows(next: Option<&str>, out: &mut Vec<u8>) {
    out.push(b']');
    if let Some(next) = next {
        // Letters, digits, - and _: nothing to escape.
        out.extend_from_slice(b",\"next\":\"");
        out.extend_from_slice(next.as_bytes());
        out.push(b'"');
    }
    out.push(b'}');
}

/// A row of whatever kind; `strings`: all numbers in it as strings.
pub fn row(row: &impl Serialize, strings: bool) -> String {
    let json = |value: serde_json::Result<Value>| value.map(stringly).unwrap_or_default().to_string();
    if strings { json(serde_json::to_value(row)) } else { serde_json::to_string(row).unwrap_or_default() }
}

/// The input is right, and nothing was done.
pub fn validated() -> &'static str {
    VALIDATED
}

fn stringly(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Bool(flag) => Value::String(i32::from(flag).to_string()),
        Value::Array(items) => items.into_iter().map(stringly).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, stringly(value))).collect(),
        other => other,
    }
}

/// What stands before a column's value – the quotes of the one before, comma, name, colon, quotes – in a field of
/// fixed size: that is two stores, where a copy of any length is a call.
#[derive(Clone, Copy)]
struct Before {
    text: [u8; Before::ROOM],
    length: usize,
}

impl Before {
    const ROOM: usize = 32;

    fn new(text: &str) -> Before {
        let mut before = Before { text: [0; Before::ROOM], length: text.len() };
        before.text[..text.len()].copy_from_slice(text.as_bytes());
        before
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.length;
        out.extend_from_slice(&self.text);
        out.truncate(end);
    }
}

/// A row's JSON but for its values.
struct Frame {
    before: [Before; WIRE.len()],
    end: &'static str,
}

impl Frame {
    fn new(strings: bool) -> Frame {
        let quoted = |index: usize| WIRE[index].kind.is_text() || strings;
        let before = std::array::from_fn(|index| {
            let end = if index > 0 && quoted(index - 1) { "\"" } else { "" };
            let separator = if index == 0 { "{" } else { "," };
            let begin = if quoted(index) { "\"" } else { "" };
            Before::new(&format!("{end}{separator}\"{}\":{begin}", WIRE[index].name))
        });
        Frame { before, end: if quoted(WIRE.len() - 1) { "\"}" } else { "}" } }
    }
}

static NUMBERS: LazyLock<Frame> = LazyLock::new(|| Frame::new(false));
static STRINGS: LazyLock<Frame> = LazyLock::new(|| Frame::new(true));

/// Writes rows of recordings as JSON, straight from SQLite's buffers.
#[derive(Clone)]
pub struct RowWriter {
    frame: &'static Frame,
    first: bool,
}

impl RowWriter {
    /// `strings`: numbers as strings.
    pub fn new(strings: bool) -> RowWriter {
        RowWriter { frame: if strings { &STRINGS } else { &NUMBERS }, first: true }
    }

    /// The envelope up to the first row.
    pub fn begin(&self, out: &mut Vec<u8>) {
        begin_rows(out);
    }

    /// A row.
    pub fn row(&mut self, row: &ListRow<'_>, out: &mut Vec<u8>) {
        if !self.first {
            out.push(b',');
        }
        self.first = false;
        for (index, (column, before)) in WIRE.iter().zip(&self.frame.before).enumerate() {
            before.write(out);
            match column.kind {
                Kind::Number | Kind::Flag | Kind::Time => integer(row.integer(index), out),
                Kind::Text => row.text(index, |bytes| text(bytes, out)),
            }
        }
        out.extend_from_slice(self.frame.end.as_bytes());
    }

    /// The envelope behind the last row; `next`: where a list with more rows goes on.
    pub fn end(&self, next: Option<&str>, out: &mut Vec<u8>) {
        end_rows(next, out);
    }
}

/// A row by itself: its JSON, and where in it the values stand.
#[derive(Clone, Debug)]
pub struct OneRow {
    json: String,
    values: [Range<usize>; WIRE.len()],
}

impl OneRow {
    /// Writes the row. `strings`: numbers as strings.
    pub fn new(row: &ListRow<'_>, strings: bool) -> OneRow {
        let frame = if strings { &*STRINGS } else { &*NUMBERS };
        let mut json = Vec::with_capacity(2048);
        let values = std::array::from_fn(|index| {
            frame.before[index].write(&mut json);
            let begin = json.len();
            match WIRE[index].kind {
                Kind::Number | Kind::Flag | Kind::Time => integer(row.integer(index), &mut json),
                Kind::Text => row.text(index, |bytes| text(bytes, &mut json)),
            }
            begin..json.len()
        });
        json.extend_from_slice(frame.end.as_bytes());
        OneRow { json: String::from_utf8(json).unwrap_or_default(), values }
    }

    /// Puts something else in the place of a column's value.
    pub fn replace(&mut self, column: usize, with: &str) {
        let old = self.values[column].clone();
        self.json.replace_range(old.clone(), with);
        let moved = |at: usize| if at >= old.end { at - old.len() + with.len() } else { at };
        for span in &mut self.values[column + 1..] {
            *span = moved(span.start)..moved(span.end);
        }
        self.values[column].end = old.start + with.len();
    }

    /// The envelope and the row, up to where more fields may follow: a comma, their pairs, and `}}`.
    pub fn open(&self) -> String {
        format!("{OK}{}", self.json.strip_suffix('}').unwrap_or(&self.json))
    }
}

/// The place of a wire column.
pub fn place(name: &str) -> usize {
    WIRE.iter().position(|column| column.name == name).unwrap_or_default()
}

#[inline]
fn integer(number: i64, out: &mut Vec<u8>) {
    match u8::try_from(number) {
        Ok(digit @ 0..10) => out.push(b'0' + digit),
        _ => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
    }
}

/// A JSON string's inside. Bytes that are not UTF-8 become U+FFFD.
#[inline]
fn text(bytes: &[u8], out: &mut Vec<u8>) {
    let begin = out.len();
    if !plain(bytes, out) {
        out.truncate(begin);
        special(bytes, out);
    }
}

/// Copies bytes as long as all are ASCII that JSON takes as it is. Most values are short numbers, so up to 32 bytes
/// are two words that may overlap, looked at and stored without a loop or a call.
#[inline]
fn plain(bytes: &[u8], out: &mut Vec<u8>) -> bool {
    let begin = out.len();
    match bytes.len() {
        0 => true,
        1..4 => {
            out.extend_from_slice(bytes);
            bytes.iter().all(|&byte| (0x20..0x80).contains(&byte) && byte != b'"' && byte != b'\\')
        }
        4..8 => ends::<4>(bytes, out, begin, |word| {
            is_plain(u64::from(u32::from_le_bytes(word)) | 0x2020_2020 << 32)
        }),
        8..=16 => ends::<8>(bytes, out, begin, |word| is_plain(u64::from_le_bytes(word))),
        17..=32 => ends::<16>(bytes, out, begin, |words| {
            let words = u128::from_le_bytes(words);
            is_plain(words as u64) && is_plain((words >> 64) as u64)
        }),
        _ => {
            out.extend_from_slice(bytes);
            let (words, rest) = bytes.as_chunks::<8>();
            words.iter().all(|word| is_plain(u64::from_le_bytes(*word)))
                && rest.iter().all(|&byte| is_plain(u64::from_le_bytes([byte; 8])))
        }
    }
}

/// Copies the first and the last `N` of at most 2 `N` bytes. Says whether both are plain.
#[inline]
fn ends<const N: usize>(
    bytes: &[u8],
    out: &mut Vec<u8>,
    begin: usize,
    plain: impl Fn([u8; N]) -> bool,
) -> bool {
    let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) else { return false };
    out.extend_from_slice(first);
    out.truncate(begin + bytes.len() - N);
    out.extend_from_slice(last);
    plain(*first) & plain(*last)
}

/// Whether eight bytes are ASCII without control characters, quotes and backslashes.
#[inline]
fn is_plain(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The high bit of a byte comes up where the byte is below `n`, if all are ASCII; a borrow from such a byte only
    // makes its neighbour look special too.
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n);
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (word | below(word, 0x20) | equal(b'"') | equal(b'\\')) & HIGH == 0
}

#[cold]
fn special(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.utf8_chunks() {
        escaped(chunk.valid().as_bytes(), out);
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

fn escaped(valid: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for &byte in valid {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => {
                let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
            _ => out.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(bytes: &[u8]) -> String {
        let mut out = vec![b'"'];
        text(bytes, &mut out);
        out.push(b'"');
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn every_length_and_every_byte_is_written_right() {
        for length in 0..70_usize {
            for byte in 0..=255_u8 {
                for at in [0, length / 2, length.saturating_sub(1)] {
                    let mut bytes = vec![b'x'; length];
                    bytes.get_mut(at).into_iter().for_each(|place| *place = byte);
                    let expected = String::from_utf8_lossy(&bytes).into_owned();
                    assert_eq!(serde_json::from_str::<String>(&written(&bytes)).expect("JSON"), expected);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_json(value in ".*") {
            prop_assert_eq!(serde_json::from_str::<String>(&written(value.as_bytes())).expect("JSON"), value);
        }

        #[test]
        fn any_bytes_make_valid_json(bytes: Vec<u8>) {
            let expected = String::from_utf8_lossy(&bytes).into_owned();
            prop_assert_eq!(serde_json::from_str::<String>(&written(&bytes)).expect("JSON"), expected);
        }
    }
}
