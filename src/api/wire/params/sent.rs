//! What a request sent, name by name.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::api::wire::error::{Fault, Refusal};

/// What was sent for one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Text(String),
    /// Twice, with different values.
    Twice,
    /// A percent escape that is none, or bytes that are not UTF-8.
    Malformed,
    /// A JSON array or object.
    Nested,
}

/// The parameters of a request, from its query and its body. Empty ones are absent, but for texts that are set.
#[derive(Clone, Debug, Default)]
pub struct Params {
    pub(super) sent: HashMap<String, Sent>,
    pub(super) empty: HashSet<String>,
}

impl Params {
    /// Takes what stands in a query or a form body.
    pub fn take_pairs(&mut self, text: &[u8]) {
        for pair in text.split(|byte| matches!(byte, b'&' | b';')).filter(|pair| !pair.is_empty()) {
            let equals = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = equals.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
            // A name that cannot be read is no parameter of ours.
            if let Some(name) = decode(name) {
                self.take(name, decode(value).map_or(Sent::Malformed, Sent::Text));
            }
        }
    }

    /// Takes a flat JSON object.
    pub fn take_json(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let mut json = serde_json::Deserializer::from_slice(body);
        json.deserialize_map(JsonObject(self))
            .and_then(|()| json.end())
            // Not the parser's own words: they repeat what was sent, which may be a password.
            .map_err(|error| {
                let (line, column) = (error.line(), error.column());
                Refusal::invalid(
                    "",
                    format!("The body must be one JSON object; line {line}, column {column} is not"),
                )
            })
    }

    fn take(&mut self, name: String, sent: Sent) {
        if sent == Sent::Text(String::new()) {
            self.empty.insert(name);
            return;
        }
        self.sent
            .entry(name)
            .and_modify(|before| {
                if *before != sent {
                    *before = Sent::Twice;
                }
            })
            .or_insert(sent);
    }

    /// The text sent for `name`, or what is wrong with it.
    pub fn get(&self, name: &str) -> Result<Option<&str>, Fault> {
        let fault = |message: &str| Err(Fault { key: name.into(), message: format!("{name} {message}") });
        match self.sent.get(name) {
            None => Ok(None),
            Some(Sent::Text(text)) => Ok(Some(text)),
            Some(Sent::Twice) => Err(twice(name)),
            Some(Sent::Malformed) => fault("is not percent-encoded UTF-8"),
            Some(Sent::Nested) => fault("must be a string, a number or a boolean"),
        }
    }
}

pub(super) fn twice(name: &str) -> Fault {
    Fault { key: name.into(), message: format!("{name} was sent twice with different values; send it once") }
}

/// Percent-decoding as strict as a form allows: `+` is a space, a `%` begins two hexadecimal digits, bytes are UTF-8.
fn decode(text: &[u8]) -> Option<String> {
    unescape(text, b' ')
}

/// A part of a value that is percent-encoded once more, as it stands in a path: `+` is itself.
pub fn percent_decoded(text: &str) -> Option<String> {
    unescape(text.as_bytes(), b'+')
}

fn unescape(text: &[u8], plus: u8) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        bytes.push(match byte {
            b'+' => plus,
            b'%' => hex(*rest.next()?)? << 4 | hex(*rest.next()?)?,
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Reads an object's pairs as they stand: numbers keep their digits, and a name may come twice.
struct JsonObject<'a>(&'a mut Params);

impl<'de> Visitor<'de> for JsonObject<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a flat object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
            let value = value.get();
            let sent = match value.as_bytes().first() {
                Some(b'[' | b'{') => Sent::Nested,
                Some(b'"') => serde_json::from_str(value).map_or(Sent::Malformed, Sent::Text),
                Some(b'n') => continue, // null: as good as not sent
                _ => Sent::Text(value.to_owned()),
            };
            self.0.take(name, sent);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Params {
        let mut params = Params::default();
        params.take_pairs(text.as_bytes());
        params
    }

    fn encoded(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    #[test]
    fn separators_mix_and_stray_ones_do_not_matter() {
        let params = parsed(";;a=1&b=2;&c=x%20y+z&&");
        assert_eq!(params.get("a"), Ok(Some("1")));
        assert_eq!(params.get("b"), Ok(Some("2")));
        assert_eq!(params.get("c"), Ok(Some("x y z")));
        assert_eq!(params.sent.len(), 3);
    }

    #[test]
    fn empty_is_absent_and_twice_the_same_is_once() {
        let params = parsed("a=&a=1&b=2&b=2&c&d=1;d=2");
        assert_eq!(params.get("a"), Ok(Some("1")));
        assert_eq!(params.get("b"), Ok(Some("2")));
        assert_eq!(params.get("c"), Ok(None));
        assert_eq!(params.get("d").unwrap_err().key, "d");
    }

    #[test]
    fn malformed_escapes_are_faults_of_their_key() {
        for value in ["%", "%4", "%zz", "%4g", "%ff", "%c3", "a%"] {
            assert_eq!(
                parsed(&format!("called={value}")).get("called").unwrap_err().key,
                "called",
                "{value}"
            );
        }
    }

    #[test]
    fn json_keeps_numbers_as_they_are_written() {
        let mut params = Params::default();
        params
            .take_json(br#" {"a": 9007199254740993, "b": "x", "c": true, "d": null, "e": 1e3, "f": [1]} "#)
            .unwrap();
        assert_eq!(params.get("a"), Ok(Some("9007199254740993")));
        assert_eq!(params.get("b"), Ok(Some("x")));
        assert_eq!(params.get("c"), Ok(Some("true")));
        assert_eq!(params.get("d"), Ok(None));
        assert_eq!(params.get("e"), Ok(Some("1e3")));
        assert_eq!(params.get("f").unwrap_err().key, "f");
        for wrong in ["", "[]", "1", "{", "{\"a\":1} x", "{\"a\":}"] {
            assert!(Params::default().take_json(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_value_survives_encoding(name in "[a-z_]{1,12}", value in ".{1,40}") {
            let params = parsed(&format!("{name}={}", encoded(&value)));
            prop_assert_eq!(params.get(&name), Ok(Some(value.as_str())));
        }

        #[test]
        fn no_bytes_upset_the_parser(query: Vec<u8>, body: Vec<u8>) {
            let mut params = Params::default();
            params.take_pairs(&query);
            let _ = params.take_json(&body);
        }
    }
}
