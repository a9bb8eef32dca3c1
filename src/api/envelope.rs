//! The JSON that every answer is wrapped in, and the rows that it is filled with.

use serde::Serialize;
use serde_json::Value;

use crate::model::{Kind, WIRE};
use crate::store::RecordingRow;

/// The media type of every answer.
pub const JSON: &str = "application/json; charset=utf-8";
const OK: &str = r#"{"responses":[{"code":"200","key":"","message":"OK"}],"data":"#;
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

fn stringly(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Bool(flag) => Value::String(i32::from(flag).to_string()),
        Value::Array(items) => items.into_iter().map(stringly).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, stringly(value))).collect(),
        other => other,
    }
}

/// Writes rows of recordings as JSON, straight from SQLite's buffers.
pub struct RowWriter {
    /// For each column what stands before its value: comma, name, colon, and quotes where the value has them.
    before: [String; WIRE.len()],
    first: bool,
}

impl RowWriter {
    /// `strings`: numbers as strings.
    pub fn new(strings: bool) -> RowWriter {
        let quoted = |kind| kind == Kind::Text || strings;
        let before = std::array::from_fn(|index| {
            let end = if index > 0 && quoted(WIRE[index - 1].kind) { "\"" } else { "" };
            let separator = if index == 0 { "" } else { "," };
            let begin = if quoted(WIRE[index].kind) { "\"" } else { "" };
            format!("{end}{separator}\"{}\":{begin}", WIRE[index].name)
        });
        RowWriter { before, first: true }
    }

    /// The envelope up to the first row.
    pub fn begin(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(OK.as_bytes());
        out.push(b'[');
    }

    /// A row.
    pub fn row(&mut self, row: &RecordingRow<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.first { b"{" } else { b",{" });
        self.first = false;
        for (index, (column, before)) in WIRE.iter().zip(&self.before).enumerate() {
            out.extend_from_slice(before.as_bytes());
            match column.kind {
                Kind::Integer => out.extend_from_slice(itoa::Buffer::new().format(row.integer(index)).as_bytes()),
                Kind::Text => text(&row.text(index), out),
            }
        }
        let last_is_quoted = self.before[0].ends_with("\"") && WIRE[WIRE.len() - 1].kind == Kind::Integer;
        out.extend_from_slice(if last_is_quoted { b"\"}" } else { b"}" });
    }

    /// The envelope behind the last row.
    pub fn end(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"]}");
    }
}

/// A JSON string's inside. Bytes that are not UTF-8 become U+FFFD.
fn text(bytes: &[u8], out: &mut Vec<u8>) {
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
        return;
    }
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

/// Whether all bytes are ASCII that JSON takes as it is; eight at a time.
fn is_plain(bytes: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // A byte's high bit comes up where the byte is below `n`, if it is ASCII.
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word;
    let equal = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let words = bytes.chunks_exact(8);
    let rest = words.remainder();
    words.map(|word| u64::from_le_bytes(word.try_into().unwrap_or_default())).all(|word| {
        (word | below(word, 0x20) | equal(word, b'"') | equal(word, b'\\')) & HIGH == 0
    }) && rest.iter().all(|&byte| (0x20..0x80).contains(&byte) && byte != b'"' && byte != b'\\')
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
