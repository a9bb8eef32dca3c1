//! From the bytes that mod_json_cdr and mod_xml_cdr send or keep to the JSON of each channel.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode;
use serde_json::Value;

use super::adapter::{NoRecord, records};
use super::{loose, xml};
use crate::ingest::cdr::record::Record;

/// A record of more bytes is refused.
pub const LONGEST: usize = 4 << 20;

/// Reads what a channel tells.
pub fn read(body: &[u8]) -> Result<Vec<Record>, NoRecord> {
    records(&json(body).ok_or(NoRecord::NotJson)?)
}

/// The JSON of a body, also of one that isn't quite.
pub(super) fn json(body: &[u8]) -> Option<Value> {
    let unwrapped = unwrapped(body);
    // FreeSWITCH passes on what a telephone calls itself, in whatever encoding.
    let text = String::from_utf8_lossy(&unwrapped);
    if text.starts_with('<') {
        return xml::read(&text);
    }
    serde_json::from_str(&text).ok().or_else(|| loose::read(&text))
}

/// Reads all records of a file: one, a list of them, or one after the other.
pub fn read_all(body: &[u8]) -> Vec<Result<Record, NoRecord>> {
    let unwrapped = unwrapped(body);
    let text = String::from_utf8_lossy(&unwrapped);
    if text.starts_with('<') {
        return each(read(text.as_bytes()));
    }
    let mut all = Vec::new();
    for json in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        match json {
            Ok(Value::Array(list)) => list.iter().for_each(|json| all.extend(each(records(json)))),
            Ok(json) => all.extend(each(records(&json))),
            Err(_) if all.is_empty() => return lines(body),
            Err(_) => all.push(Err(NoRecord::NotJson)),
        }
    }
    if all.is_empty() { vec![Err(NoRecord::NotJson)] } else { all }
}

fn each(records: Result<Vec<Record>, NoRecord>) -> Vec<Result<Record, NoRecord>> {
    match records {
        Ok(records) => records.into_iter().map(Ok).collect(),
        Err(why) => vec![Err(why)],
    }
}

/// The records of a file that is no JSON: one, or one a line, as they were posted.
fn lines(body: &[u8]) -> Vec<Result<Record, NoRecord>> {
    let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.flat_map(|line| each(read(line))).collect()
}

/// The JSON of a body, whatever it is wrapped in.
fn unwrapped(body: &[u8]) -> Cow<'_, [u8]> {
    let body = body.trim_ascii();
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let value = match body.strip_prefix(b"cdr=") {
        Some(value) => value.trim_ascii_start(),
        None => body,
    };
    // Of mod_xml_cdr without any encoding, that has the same name before it.
    if matches!(value, [b'{' | b'[' | b'<', ..]) {
        return value.into();
    }
    // Base64 has + and /, which a form would not leave as they are; FreeSWITCH does.
    if let Ok(json) = STANDARD.decode(value) {
        return json.into();
    }
    let spaced: Vec<u8> = value.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).collect::<Vec<u8>>().into()
}
