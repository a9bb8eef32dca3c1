//! A flat JSON object as parameters.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::sent::{Params, Sent};
use crate::api::wire::error::Refusal;

/// Takes a flat JSON object.
pub fn take_json(params: &mut Params, body: &[u8]) -> Result<(), Refusal> {
    let mut json = serde_json::Deserializer::from_slice(body);
    json.deserialize_map(JsonObject(params))
        .and_then(|()| json.end())
        // Not the parser's own words: they repeat what was sent, which may be a password.
        .map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let message = format!("The body must be one JSON object; line {line}, column {column} is not");
            Refusal::invalid("", message)
        })
}

/// Reads an object's pairs as they stand: numbers keep their digits, and a name may come twice.
struct JsonObject<'a>(&'a mut Params);

/// A name, where it stands if it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Visitor<'de> for JsonObject<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a flat object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            // Else it may be long, and nobody wants it.
            if self.0.wants(&name)
                && let Some(sent) = sent(value.get())
            {
                self.0.take(&name, sent);
            }
        }
        Ok(())
    }
}

/// A value; null is as good as not sent.
fn sent(value: &str) -> Option<Sent> {
    Some(match value.as_bytes().first() {
        Some(b'[' | b'{') => Sent::Nested,
        Some(b'"') => serde_json::from_str(value).map_or(Sent::Malformed, Sent::Text),
        Some(b'n') => return None,
        Some(b't') => Sent::Text("1".into()),
        Some(b'f') => Sent::Text("0".into()),
        _ => Sent::Text(value.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_stay_as_they_are_written_and_true_is_1() {
        let mut params = Params::default();
        let body =
            br#" {"a": 9007199254740993, "b": "x", "c": true, "d": null, "e": 1e3, "f": [1], "g": false,
            "h": "true", "\u0069": "\u00e9"} "#;
        take_json(&mut params, body).unwrap();
        for (name, value) in [
            ("a", Some("9007199254740993")),
            ("b", Some("x")),
            ("c", Some("1")),
            ("d", None),
            ("e", Some("1e3")),
            ("g", Some("0")),
            ("h", Some("true")),
            ("i", Some("\u{e9}")),
        ] {
            assert_eq!(params.get(name), Ok(value), "{name}");
        }
        assert_eq!(params.get("f").unwrap_err().key, "f");
    }

    #[test]
    fn what_is_no_object_is_not_taken() {
        for wrong in ["", "[]", "1", "{", "{\"a\":1} x", "{\"a\":}", "{\"a\":", "{\"a\":1}{\"a\":1}"] {
            assert!(take_json(&mut Params::default(), wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_upset_the_parser(body: Vec<u8>) {
            let _ = take_json(&mut Params::default(), &body);
        }
    }
}
