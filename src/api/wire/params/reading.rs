//! Typed values of what was sent, and every fault at once.

use super::parameter::{LAST_TIME, Parameter, Type};
use super::sent::{Params, twice};
use crate::api::wire::error::{Fault, Refusal};
use crate::model::names::NameFault;

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

    /// Whether something was sent, right or wrong.
    pub fn is_sent(&self, parameter: &Parameter) -> bool {
        self.params.get(parameter.name) != Ok(None)
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

    /// A text that is set, and is as `check` wants it.
    pub fn new_checked(
        &mut self,
        parameter: &Parameter,
        check: impl FnOnce(&str) -> Result<(), NameFault>,
    ) -> Option<&'a str> {
        let text = self.new_text(parameter)?;
        if let Err(fault) = check(text) {
            self.fault(parameter.name, format!("{} {fault}", parameter.name));
        }
        Some(text)
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
                    (_, LAST_TIME) if integer(text).is_some_and(|number| number > LAST_TIME) => {
                        format!("{name} must be Unix time in seconds: is it in milliseconds?")
                    }
                    (min, LAST_TIME) => format!("{name} must be a whole number, {min} or more"),
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

    #[test]
    fn a_text_that_is_set_is_set_once_to_nothing_too() {
        const NAME: Parameter = Parameter::text("name", "About");
        let read = |text: &str| {
            let mut params = Params::default();
            params.take_pairs(text.as_bytes());
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
        fn a_number_is_what_rust_reads_without_plus(text in "[-+]?[0-9]{0,20}") {
            let expected = if text.starts_with('+') { None } else { text.parse::<i64>().ok() };
            prop_assert_eq!(integer(&text), expected);
        }
    }
}
