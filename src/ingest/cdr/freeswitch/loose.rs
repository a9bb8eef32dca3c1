//! The record that a body was meant to be which no unquoting makes JSON.
//!
//! With `encode-values`, as it is by default, mod_json_cdr up to 1.10.12 quotes the variables, and then the whole; but the
//! second time it leaves alone what looks quoted. So a body has to be unquoted once, and variables stand in it as they are:
//! with quotation marks, backslashes and line breaks that mean nothing but themselves.

use std::collections::HashSet;

use serde_json::Value;

/// A name of more bytes isn't one that FreeSWITCH or a dialplan gives.
const LONGEST_NAME: usize = 128;

/// Reads a body that was unquoted once. `None`: it is torn, or something else.
pub(super) fn read(text: &str) -> Option<Value> {
    let mut reader = Reader {
        rest: text,
        json: String::with_capacity(text.len() + text.len() / 8),
        // What is quoted for JSON has no such characters.
        bare: text.bytes().any(|byte| byte < b' '),
        depth: 0,
        within: None,
        names: HashSet::new(),
        twice: Vec::new(),
    };
    reader.mend()?;
    let mut json: Value = serde_json::from_str(&reader.json).ok()?;
    // A caller's name may look like further variables. It stands in several, so that whatever it says comes twice; what
    // FreeSWITCH says comes once.
    let variables = json.get_mut("variables")?.as_object_mut()?;
    reader.twice.iter().for_each(|name| drop(variables.remove(*name)));
    Some(json)
}

struct Reader<'a> {
    rest: &'a str,
    json: String,
    /// Whether variables stand as they are.
    bare: bool,
    depth: usize,
    /// The depth of the variables, while they are read.
    within: Option<usize>,
    names: HashSet<&'a str>,
    twice: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    /// Writes it as JSON.
    fn mend(&mut self) -> Option<()> {
        let (mut key, mut is_key) = ("", false);
        while let Some(letter) = self.rest.chars().next() {
            if letter == '"' {
                let text = self.text(is_key)?;
                key = if is_key { text } else { key };
                continue;
            }
            match letter {
                '{' | '[' => {
                    self.depth += 1;
                    if (self.depth, key) == (2, "variables") {
                        self.within = Some(self.depth);
                    }
                }
                '}' | ']' => {
                    self.within = self.within.filter(|depth| *depth != self.depth);
                    self.depth = self.depth.checked_sub(1)?;
                }
                _ => {}
            }
            is_key = matches!(letter, '{' | ',');
            self.json.push(letter);
            self.rest = &self.rest[letter.len_utf8()..];
        }
        Some(())
    }

    /// Writes the text that begins here, and gives it.
    fn text(&mut self, is_key: bool) -> Option<&'a str> {
        let is_bare = self.bare && self.within.is_some();
        let inner = self.rest.strip_prefix('"')?;
        let length = if is_key { inner.find('"') } else { self.length(inner, is_bare) }?;
        let text = &inner[..length];
        if is_key && self.within == Some(self.depth) && !self.names.insert(text) {
            self.twice.push(text);
        }
        self.json.push('"');
        text.chars().for_each(|letter| match letter {
            '"' => self.json.push_str("\\\""),
            '\\' if is_bare => self.json.push_str("\\\\"),
            ' '.. => self.json.push(letter),
            _ => self.json.push_str(&format!("\\u{:04x}", u32::from(letter))),
        });
        self.json.push('"');
        self.rest = &inner[length + 1..];
        Some(text)
    }

    /// Bytes up to the mark that ends a value.
    fn length(&self, inner: &str, is_bare: bool) -> Option<usize> {
        let bytes = inner.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\\' if !is_bare => at += 1,
                b'"' if self.ends(&bytes[at + 1..]) => return Some(at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Whether what follows a mark says that it ends a value.
    fn ends(&self, after: &[u8]) -> bool {
        let variables = self.within.is_some();
        match after {
            // All variables are texts.
            [b',', rest @ ..] => value_named(rest).is_some_and(|value| !variables || value == b'"'),
            // And behind them all is more than that.
            [b'}', b',', rest @ ..] if variables => {
                value_named(rest).is_some_and(|value| matches!(value, b'{' | b'['))
            }
            [b'}', b'}'] => true,
            [b'}' | b']', rest @ ..] => !variables && matches!(rest, [b',' | b'}' | b']', ..] | []),
            _ => false,
        }
    }
}

/// With what the value begins that a name stands before, here.
fn value_named(text: &[u8]) -> Option<u8> {
    let name = text.strip_prefix(b"\"")?;
    let length = name.iter().take(LONGEST_NAME + 1).position(|byte| *byte == b'"')?;
    match &name[length + 1..] {
        [b':', value, ..] if length > 0 => Some(*value),
        _ => None,
    }
}
