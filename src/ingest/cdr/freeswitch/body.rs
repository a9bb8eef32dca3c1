//! From the bytes that mod_json_cdr sends or keeps to the JSON of each channel.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode;
use serde_json::Value;

use super::adapter::{NoRecord, record};
use crate::ingest::cdr::record::Record;

/// A record of more bytes is refused.
pub const LONGEST: usize = 4 << 20;

/// Reads the record of a channel.
pub fn read(body: &[u8]) -> Result<Record, NoRecord> {
    let unwrapped = unwrapped(body);
    // FreeSWITCH passes on what a telephone calls itself, in whatever encoding.
    let json = serde_json::from_str(&String::from_utf8_lossy(&unwrapped)).map_err(|_| NoRecord::NotJson)?;
    record(&json)
}

/// Reads all records of a file: one, a list of them, or one after the other.
pub fn read_all(body: &[u8]) -> Vec<Result<Record, NoRecord>> {
    let unwrapped = unwrapped(body);
    let text = String::from_utf8_lossy(&unwrapped);
    let mut records = Vec::new();
    for json in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        match json {
            Ok(Value::Array(list)) => records.extend(list.iter().map(record)),
            Ok(json) => records.push(record(&json)),
            Err(_) => records.push(Err(NoRecord::NotJson)),
        }
    }
    if records.is_empty() { vec![Err(NoRecord::NotJson)] } else { records }
}

/// The JSON of a body, whatever it is wrapped in.
fn unwrapped(body: &[u8]) -> Cow<'_, [u8]> {
    let body = body.trim_ascii();
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let value = match body.strip_prefix(b"cdr=") {
        Some(value) => value,
        None if matches!(body, [b'{' | b'[', ..]) => return body.into(),
        None => body,
    };
    // Base64 has + and /, which a form would not leave as they are; FreeSWITCH does.
    if let Ok(json) = STANDARD.decode(value) {
        return json.into();
    }
    let spaced: Vec<u8> = value.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).collect::<Vec<u8>>().into()
}
