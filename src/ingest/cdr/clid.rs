//! Caller ids as Asterisk writes them: `"Name" <number>`.

/// Who calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The name; may be empty.
    pub name: String,
    /// The number; empty where it is withheld or not known.
    pub number: String,
}

impl Caller {
    /// Takes a `clid` apart. Inside the quotation marks Asterisk puts a backslash before one and before another backslash
    /// (`ast_callerid_merge` in callerid.c); older mappings of cdr_custom lose the marks.
    pub fn parse(clid: &str) -> Caller {
        let clid = clid.trim();
        let inside = clid.strip_suffix('>').and_then(|clid| clid.rsplit_once('<'));
        let (name, number) = match inside {
            Some((name, number)) => (name, number),
            None if is_number(clid) => ("", clid),
            None => (clid, ""),
        };
        Caller { name: unquoted(name.trim()), number: known(number.trim()) }
    }
}

/// Whether a text is what people dial.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'#'))
}

/// A text that is not one of the words for "not known".
pub(super) fn known(text: &str) -> String {
    if matches!(text, "<unknown>" | "unknown" | "s") { String::new() } else { text.to_owned() }
}

fn unquoted(name: &str) -> String {
    let name = name.strip_prefix('"').unwrap_or(name);
    let name = name.strip_suffix('"').filter(|rest| !ends_escaped(rest)).unwrap_or(name);
    let mut plain = unescaped(name);
    // chan_pjsip takes a display name as it stands in the SIP header, which escapes in the same way (RFC 3261, 25.1).
    if plain.contains("\\\"") {
        plain = unescaped(&plain);
    }
    known(&plain)
}

fn unescaped(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => plain.extend(rest.next()),
            c => plain.push(c),
        }
    }
    plain
}

/// Whether the character that follows has a backslash of its own.
fn ends_escaped(text: &str) -> bool {
    text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn callers_of_every_kind() {
        for (clid, name, number) in [
            (r#""Alice Agent" <101>"#, "Alice Agent", "101"),
            (r#""Acme; Co, Ltd" <+15551230020>"#, "Acme; Co, Ltd", "+15551230020"),
            (r#""100% <b>" <5551230037>"#, "100% <b>", "5551230037"),
            (r#""Jo \"J\" \\ O'Brien" <7>"#, r#"Jo "J" \ O'Brien"#, "7"),
            (r#""A \\\"b\\\" back\\\\slash" <7>"#, r#"A "b" back\slash"#, "7"),
            (r#""ends in \\" <7>"#, r"ends in \", "7"),
            ("Alice <101>", "Alice", "101"),
            (r#"Alice Agent" <101>"#, "Alice Agent", "101"),
            ("<101>", "", "101"),
            ("101", "", "101"),
            ("Alice", "Alice", ""),
            (r#""" <101>"#, "", "101"),
            (r#""Anonymous" <anonymous>"#, "Anonymous", "anonymous"),
            ("<unknown>", "", ""),
            ("", "", ""),
        ] {
            assert_eq!(Caller::parse(clid), Caller { name: name.into(), number: number.into() }, "{clid}");
        }
    }

    proptest! {
        #[test]
        fn a_name_comes_back(name in "[^\\s\\pC](.{0,8}[^\\s\\pC])?", number in "\\+?[0-9]{1,15}") {
            prop_assume!(!matches!(name.as_str(), "s" | "unknown") && !name.contains("\\\""));
            let escaped = name.replace('\\', r"\\").replace('"', "\\\"");
            let caller = Caller::parse(&format!("\"{escaped}\" <{number}>"));
            prop_assert_eq!(caller, Caller { name, number });
        }

        #[test]
        fn anything_may_come(clid in ".{0,40}") {
            Caller::parse(&clid);
        }
    }
}
