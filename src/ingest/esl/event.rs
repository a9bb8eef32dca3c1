//! An event of FreeSWITCH, or a channel as it is dumped. Pure.

use percent_encoding::percent_decode;
use serde_json::Value;

use crate::model::paths::{read_as_latin_1, text_of};

/// Names and values, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event(Vec<(String, Vec<u8>)>);

impl Event {
    /// Of lines whose values are percent-encoded. Channel variables keep the `variable_` before their names: without it
    /// `variable_Event-Name` would be another event's name.
    pub fn plain(lines: &[u8]) -> Event {
        let lines = lines.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let fields = lines.take_while(|line| !line.is_empty()).filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = (&line[..colon], &line[colon + 1..]);
            let value = value.strip_prefix(b" ").unwrap_or(value);
            Some((String::from_utf8_lossy(name).into_owned(), percent_decode(value).collect()))
        });
        Event(fields.collect())
    }

    /// Of a dump as JSON, whose values are not encoded.
    pub fn dumped(json: &Value) -> Event {
        let fields = json.as_object().into_iter().flatten().filter_map(|(name, value)| {
            let value = value.as_str()?;
            Some((name.clone(), value.as_bytes().to_vec()))
        });
        Event(fields.collect())
    }

    /// The first value of this name, "" where there is none. Bytes that are no UTF-8 are read as Latin-1.
    pub fn text(&self, name: &str) -> String {
        read_as_latin_1(&text_of(self.bytes(name))).into_owned()
    }

    /// The same of a path, of which no byte is lost.
    pub fn path(&self, name: &str) -> String {
        text_of(self.bytes(name)).into_owned()
    }

    /// A channel variable.
    pub fn variable(&self, name: &str) -> String {
        self.text(&format!("variable_{name}"))
    }

    /// The first of these that says something.
    pub fn first(&self, names: &[&str]) -> String {
        names.iter().map(|name| self.text(name)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// Whether it says so.
    pub fn is_true(&self, name: &str) -> bool {
        self.bytes(name) == b"true"
    }

    /// A time, in milliseconds; FreeSWITCH counts microseconds, and writes 0 for what did not happen.
    pub fn time(&self, name: &str) -> Option<i64> {
        let microseconds: i64 = self.text(name).parse().ok()?;
        (microseconds > 0).then_some(microseconds / 1000)
    }

    /// The kind of event, or "".
    pub fn name(&self) -> String {
        self.text("Event-Name")
    }

    fn bytes(&self, name: &str) -> &[u8] {
        let named = |(other, _): &&(String, Vec<u8>)| other.eq_ignore_ascii_case(name);
        self.0.iter().find(named).map_or(&[], |(_, value)| value)
    }
}

/// What the line of this name says.
pub(super) fn line_value<'a>(lines: &'a [u8], name: &str) -> Option<&'a [u8]> {
    lines.split(|byte| *byte == b'\n').find_map(|line| {
        let (start, rest) = line.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name.as_bytes()).then_some(rest)?.strip_prefix(b":")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_is_called_as_a_header_is_does_not_stand_for_it() {
        // As a leg that user/ made, recorded.
        let event = Event::plain(
            b"Event-Name: CHANNEL_ANSWER\nvariable_Event-Name: REQUEST_PARAMS\nCaller-Caller-ID-Name: Zo%C3%AB%20%E2%80%9CZ%E2%80%9D\n\nbody: x",
        );
        assert_eq!(
            (event.name(), event.variable("Event-Name")),
            ("CHANNEL_ANSWER".into(), "REQUEST_PARAMS".into())
        );
        assert_eq!(event.text("Caller-Caller-ID-Name"), "Zoë “Z”");
        assert_eq!(event.text("body"), "");
    }

    #[test]
    fn bytes_that_are_no_text_are_read_as_latin_1_and_kept_in_a_path() {
        let event = Event::plain(b"a: Z%E9\nb: /rec/Z%E9.wav\nc: %\nd: %G1");
        assert_eq!(event.text("a"), "Zé");
        assert_eq!(*crate::model::paths::bytes_of(&event.path("b")), *b"/rec/Z\xe9.wav");
        assert_eq!((event.text("c"), event.text("d")), ("%".into(), "%G1".into()));
    }
}
