//! What a request sent, name by name.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::parameter::Parameter;
use crate::api::wire::error::Fault;

/// What says who is asking, with every function.
const CREDENTIALS: [&str; 3] = ["auth_token", "auth_username", "auth_password"];

/// What was sent for one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Text(String),
    /// Twice, with different values.
    Twice,
    /// A percent escape that is none, or bytes that are not UTF-8.
    Malformed,
    /// A JSON array or object, or one of its values as forms write them: `limit[]`, `limit[0]`.
    Nested,
}

/// The parameters of a request, from its query and its body. Empty ones are absent, but for texts that are set.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// What is kept; everything without it.
    wanted: Option<&'static [Parameter]>,
    pub(super) sent: HashMap<String, Sent>,
    pub(super) empty: HashSet<String>,
}

impl Params {
    /// Room for what a function takes. Else a body of a hundred thousand names would become many times as long, and that
    /// before it is known who sent it.
    pub fn of(wanted: &'static [Parameter]) -> Params {
        Params { wanted: Some(wanted), ..Params::default() }
    }

    /// Takes what stands in a query or a form body. Says whether anything of it looks like a parameter.
    pub fn take_pairs(&mut self, text: &[u8]) -> bool {
        let mut understood = false;
        for pair in text.split(|byte| matches!(byte, b'&' | b';')).filter(|pair| !pair.is_empty()) {
            let equals = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = equals.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
            // A name that cannot be read is no parameter of ours.
            let Some(name) = decode(name) else { continue };
            let wanted = self.wants(&name);
            understood |= wanted || (equals.is_some() && looks_like_a_name(&name));
            if wanted {
                self.take(&name, decode(value).map_or(Sent::Malformed, |text| Sent::Text(text.into_owned())));
            }
        }
        understood
    }

    /// Whether a name is one of the function's; `limit[0]` is `limit`.
    pub(super) fn wants(&self, name: &str) -> bool {
        let name = plain(name);
        let is_wanted = |wanted: &[Parameter]| wanted.iter().any(|one| one.name == name);
        self.wanted.is_none_or(is_wanted) || CREDENTIALS.contains(&name)
    }

    pub(super) fn take(&mut self, name: &str, sent: Sent) {
        let sent = if plain(name) == name { sent } else { Sent::Nested };
        let name = plain(name).to_owned();
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

/// The name before `[`.
fn plain(name: &str) -> &str {
    name.split_once('[').map_or(name, |(name, _)| name)
}

/// Letters, digits and what stands between words.
fn looks_like_a_name(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']' | '$' | ':');
    !name.is_empty() && name.chars().all(allowed) && !name.starts_with('[')
}

/// Percent-decoding as strict as a form allows: `+` is a space, a `%` begins two hexadecimal digits, bytes are UTF-8.
fn decode(text: &[u8]) -> Option<Cow<'_, str>> {
    if memchr::memchr2(b'%', b'+', text).is_none() {
        return std::str::from_utf8(text).ok().map(Cow::Borrowed);
    }
    unescape(text, b' ').map(Cow::Owned)
}

/// A part of a value that is percent-encoded once more, as it stands in a path: `+` is itself.
pub fn percent_decoded(text: &str) -> Option<String> {
    unescape(text.as_bytes(), b'+')
}

fn unescape(text: &[u8], plus: u8) -> Option<String> {
    let mut bytes =
        Vec::with_capacity(text.len() - 2 * memchr::memchr_iter(b'%', text).count().min(text.len() / 3));
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
    fn what_is_not_wanted_is_not_kept() {
        const WANTED: &[Parameter] = &[Parameter::text("called", "About")];
        let mut params = Params::of(WANTED);
        assert!(params.take_pairs(b"called=1&limit=2&auth_token=x&empty="));
        assert_eq!(params.get("called"), Ok(Some("1")));
        assert_eq!(params.get("auth_token"), Ok(Some("x")));
        assert_eq!((params.sent.len(), params.empty.len()), (2, 0));
        assert_eq!(params.get("limit"), Ok(None));
    }

    #[test]
    fn a_list_as_forms_write_it_is_nested() {
        for text in ["limit[]=1", "limit%5B0%5D=1&limit%5B1%5D=2", "limit[a][b]=1", "limit[]=", "limit["] {
            assert_eq!(parsed(text).get("limit").unwrap_err().key, "limit", "{text}");
        }
    }

    #[test]
    fn what_has_no_name_in_it_is_not_understood() {
        const WANTED: &[Parameter] = &[Parameter::text("called", "About")];
        for (text, understood) in [
            ("called=1", true),
            ("called", true),
            ("other=1", true),
            ("=5&&=;unknown=%zz&%zz=1", true),
            ("utm_source=x;$filter=1;a.b=2;x-y:z=3", true),
            ("hello", false),
            ("[1]", false),
            ("\"called=1\"", false),
            ("<called>1</called>", false),
            ("<list called=\"1\"/>", false),
            ("called: 1", false),
            ("c\0a\0l\0l\0e\0d\0=\x001\0", false),
            ("\u{1f}\u{8b}=", false),
            ("=&=", false),
            ("%zz=1", false),
        ] {
            assert_eq!(Params::of(WANTED).take_pairs(text.as_bytes()), understood, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_value_survives_encoding(name in "[a-z_]{1,12}", value in ".{1,40}") {
            let params = parsed(&format!("{name}={}", encoded(&value)));
            prop_assert_eq!(params.get(&name), Ok(Some(value.as_str())));
        }

        #[test]
        fn no_bytes_upset_the_parser(query: Vec<u8>) {
            Params::default().take_pairs(&query);
        }
    }
}
