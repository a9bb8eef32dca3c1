//! From the request's text to typed values: what was sent, what each parameter may be, and every fault at once.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::error::{Fault, Refusal};

/// What a parameter may be.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// A whole number in this range.
    Integer {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Any text.
    Text,
}

/// A parameter of a function.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it may be.
    pub kind: Type,
    /// Whether it must be sent.
    pub required: bool,
    /// What it means when it is not sent.
    pub default: &'static str,
    /// What it is for, with its unit.
    pub about: &'static str,
}

impl Parameter {
    /// Any number of 64 bits.
    pub const fn integer(name: &'static str, default: &'static str, about: &'static str) -> Parameter {
        Parameter::range(name, i64::MIN, i64::MAX, default, about)
    }

    /// A number from 0.
    pub const fn natural(name: &'static str, default: &'static str, about: &'static str) -> Parameter {
        Parameter::range(name, 0, i64::MAX, default, about)
    }

    /// 0 or 1.
    pub const fn flag(name: &'static str, about: &'static str) -> Parameter {
        Parameter::range(name, 0, 1, "0", about)
    }

    /// A number in a range.
    pub const fn range(
        name: &'static str,
        min: i64,
        max: i64,
        default: &'static str,
        about: &'static str,
    ) -> Parameter {
        Parameter { name, kind: Type::Integer { min, max }, required: false, default, about }
    }

    /// One of some words.
    pub const fn choice(
        name: &'static str,
        words: &'static [&'static str],
        default: &'static str,
        about: &'static str,
    ) -> Parameter {
        Parameter { name, kind: Type::Choice(words), required: false, default, about }
    }

    /// Any text.
    pub const fn text(name: &'static str, about: &'static str) -> Parameter {
        Parameter { name, kind: Type::Text, required: false, default: "", about }
    }

    /// The same, with another meaning when it is not sent.
    #[must_use]
    pub const fn or(self, default: &'static str) -> Parameter {
        Parameter { default, ..self }
    }

    /// The same, but it must be sent.
    #[must_use]
    pub const fn required(self) -> Parameter {
        Parameter { required: true, ..self }
    }
}

/// What was sent for one name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sent {
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
    sent: HashMap<String, Sent>,
    empty: HashSet<String>,
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

fn twice(name: &str) -> Fault {
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

/// Reads parameters one after the other and keeps every fault.
pub struct Reading<'a> {
    params: &'a Params,
    faults: Vec<Fault>,
}

impl<'a> Reading<'a> {
    /// Begins to read.
    pub fn new(params: &'a Params) -> Reading<'a> {
        Reading { params, faults: Vec::new() }
    }

    /// A text.
    pub fn text(&mut self, parameter: &Parameter) -> Option<&'a str> {
        match self.params.get(parameter.name) {
            Ok(None) if parameter.required => {
                self.fault(parameter.name, format!("{} is required", parameter.name));
                None
            }
            Ok(text) => text,
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// A text that is set: sent empty, it is set to nothing.
    pub fn new_text(&mut self, parameter: &Parameter) -> Option<&'a str> {
        let is_empty = self.params.empty.contains(parameter.name);
        if is_empty && self.params.sent.contains_key(parameter.name) {
            self.faults.push(twice(parameter.name));
            return None;
        }
        match self.text(&Parameter { required: parameter.required && !is_empty, ..*parameter }) {
            None if is_empty => Some(""),
            text => text,
        }
    }

    /// A name that is set, and says something.
    pub fn new_name(&mut self, parameter: &Parameter) -> Option<&'a str> {
        let name = self.new_text(parameter)?;
        if name.trim().is_empty() {
            self.fault(parameter.name, format!("{} must not be empty", parameter.name));
        }
        Some(name)
    }

    /// A number.
    pub fn integer(&mut self, parameter: &Parameter) -> Option<i64> {
        let Type::Integer { min, max } = parameter.kind else { return None };
        let text = self.text(parameter)?;
        let number = integer(text).filter(|number| (min..=max).contains(number));
        if number.is_none() {
            let name = parameter.name;
            self.fault(
                name,
                match (min, max) {
                    (i64::MIN, i64::MAX) => format!("{name} must be a whole number"),
                    (min, i64::MAX) => format!("{name} must be a whole number, {min} or more"),
                    (0, 1) => format!("{name} must be 0 or 1"),
                    (min, max) => format!("{name} must be a whole number from {min} to {max}"),
                },
            );
        }
        number
    }

    /// 0 or 1; absent is 0.
    pub fn flag(&mut self, parameter: &Parameter) -> bool {
        self.integer(parameter) == Some(1)
    }

    /// 0 or 1; absent is neither.
    pub fn switch(&mut self, parameter: &Parameter) -> Option<bool> {
        self.integer(parameter).map(|number| number == 1)
    }

    /// The place of a word in the parameter's list.
    pub fn choice(&mut self, parameter: &Parameter) -> Option<usize> {
        let Type::Choice(words) = parameter.kind else { return None };
        let text = self.text(parameter)?;
        let place = words.iter().position(|word| *word == text);
        if place.is_none() {
            self.fault(parameter.name, format!("{} must be one of {}", parameter.name, words.join(", ")));
        }
        place
    }

    /// Notes a fault, unless the parameter has one already.
    pub fn fault(&mut self, key: &str, message: impl Into<String>) {
        if !self.faults.iter().any(|fault| fault.key == key) {
            self.faults.push(Fault { key: key.into(), message: message.into() });
        }
    }

    /// The faults so far.
    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// All is well, or every fault.
    pub fn finish(self) -> Result<(), Refusal> {
        Refusal::if_any(self.faults)
    }
}

/// ASCII digits with at most a minus before them, within 64 bits.
pub fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
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
    fn a_text_that_is_set_is_set_once_to_nothing_too() {
        const NAME: Parameter = Parameter::text("name", "About");
        let read = |text| {
            let params = parsed(text);
            let mut reading = Reading::new(&params);
            let name = reading.new_text(&NAME).map(str::to_owned);
            (name, reading.into_faults().len())
        };
        assert_eq!(read("name="), (Some(String::new()), 0));
        assert_eq!(read("name=&name="), (Some(String::new()), 0));
        assert_eq!(read("name=x"), (Some("x".into()), 0));
        assert_eq!(read(""), (None, 0));
        for twice in ["name=&name=x", "name=x&name=", "name=x&name=&name=y"] {
            assert_eq!(read(twice), (None, 1), "{twice}");
        }
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

    #[test]
    fn numbers_are_digits_and_nothing_else() {
        for (text, number) in [
            ("0", Some(0)),
            ("-1", Some(-1)),
            ("007", Some(7)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("+1", None),
            (" 1", None),
            ("1 ", None),
            ("1e3", None),
            ("1.0", None),
            ("--1", None),
            ("-", None),
            ("", None),
            ("٣", None),
            ("0x1", None),
        ] {
            assert_eq!(integer(text), number, "{text:?}");
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

        #[test]
        fn a_number_is_what_rust_reads_without_plus(text in "[-+]?[0-9]{0,20}") {
            let expected = if text.starts_with('+') { None } else { text.parse::<i64>().ok() };
            prop_assert_eq!(integer(&text), expected);
        }
    }
}
