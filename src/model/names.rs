//! What people, customers and groups may be called, and when two usernames are the same.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a name to log in with.
pub const LONGEST_USERNAME: usize = 64;
/// Characters of a name that is shown.
pub const LONGEST_NAME: usize = 200;
/// Characters of a description.
pub const LONGEST_DESCRIPTION: usize = 2000;

/// Why a name is not taken. It reads on from what the name is of: "username must not be empty".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// Nothing, or blanks.
    Empty,
    /// More characters than this.
    TooLong(usize),
    /// HTTP Basic ends a name there.
    Colon,
    /// A control character.
    Control(char),
    /// Nobody sees it, or not what it is.
    Invisible(char),
    /// It turns the direction of what stands behind it.
    Direction(char),
    /// A blank that is not a plain one, or not alone.
    Blank(char),
    /// A mark that would stand on whatever is written before the name.
    Mark(char),
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = |c: char| format!("U+{:04X}", u32::from(c));
        match *self {
            NameFault::Empty => f.write_str("must not be empty"),
            NameFault::TooLong(most) => write!(f, "must have at most {most} characters"),
            NameFault::Colon => f.write_str("must not have a colon"),
            NameFault::Control(c) => write!(f, "must not have the control character {}", code(c)),
            NameFault::Invisible(c) => write!(f, "must not have {}, which nobody sees", code(c)),
            NameFault::Direction(c) => {
                write!(f, "must not have {}, which turns the direction of text", code(c))
            }
            NameFault::Blank(' ') => f.write_str("must not have two blanks in a row"),
            NameFault::Blank(c) => write!(f, "must have plain blanks only, and not {}", code(c)),
            NameFault::Mark(c) => write!(f, "must not begin with the mark {}", code(c)),
        }
    }
}

/// A name to log in with as it is stored: without blanks around it, in Unicode's form C.
pub fn username(text: &str) -> Result<String, NameFault> {
    let name = composed(text, LONGEST_USERNAME)?;
    if name.is_empty() {
        return Err(NameFault::Empty);
    }
    name.chars().try_for_each(fault_of_letter)?;
    if let Some(mark) = name.chars().next().filter(|first| is_combining_mark(*first)) {
        return Err(NameFault::Mark(mark));
    }
    if name.contains("  ") { Err(NameFault::Blank(' ')) } else { Ok(name) }
}

/// A name that people know somebody by as it is stored; it may be empty.
pub fn full_name(text: &str) -> Result<String, NameFault> {
    let name = composed(text, LONGEST_NAME)?;
    shown(&name)?;
    Ok(name)
}

/// Whether a group or customer may be called so.
pub fn title(text: &str) -> Result<(), NameFault> {
    if text.trim().is_empty() {
        return Err(NameFault::Empty);
    }
    short(text, LONGEST_NAME)?;
    shown(text)
}

/// Whether a description is no longer than one needs.
pub fn description(text: &str) -> Result<(), NameFault> {
    short(text, LONGEST_DESCRIPTION)
}

/// What two usernames that are the same have in common: they may differ in case, in blanks around them, and in how their
/// letters are put together (Unicode Standard, section 3.13, D146: compatibility caseless match).
pub fn same_username(text: &str) -> String {
    let text = text.trim();
    // Nobody's name is that long but for one that another program wrote, and that one is only itself.
    if text.len() > 32 * LONGEST_USERNAME {
        return text.to_ascii_lowercase();
    }
    caseless(text).trim().to_owned()
}

/// What two texts have in common that differ only in case and in how their letters are put together.
pub fn caseless(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let folded = |text: &str| caseless::default_case_fold_str(text);
    let once: String = folded(&text.nfd().collect::<String>()).nfkd().collect();
    // An accent that stands alone falls into a blank and a mark.
    folded(&once).nfkd().collect()
}

fn composed(text: &str, most: usize) -> Result<String, NameFault> {
    // Form C puts a few characters together, never many.
    short(text.trim(), 8 * most).map_err(|_| NameFault::TooLong(most))?;
    let name: String = text.trim().nfc().collect();
    short(&name, most)?;
    Ok(name)
}

fn short(text: &str, most: usize) -> Result<(), NameFault> {
    if text.chars().nth(most).is_some() { Err(NameFault::TooLong(most)) } else { Ok(()) }
}

/// A name that is shown may have any letters, but must not change what is written around it.
fn shown(text: &str) -> Result<(), NameFault> {
    text.chars().try_for_each(|c| match c {
        c if c.is_control() => Err(NameFault::Control(c)),
        c if turns(c) => Err(NameFault::Direction(c)),
        _ => Ok(()),
    })
}

fn fault_of_letter(c: char) -> Result<(), NameFault> {
    match c {
        ':' => Err(NameFault::Colon),
        ' ' => Ok(()),
        c if c.is_control() => Err(NameFault::Control(c)),
        c if turns(c) => Err(NameFault::Direction(c)),
        c if c.is_whitespace() => Err(NameFault::Blank(c)),
        c if is_invisible(c) => Err(NameFault::Invisible(c)),
        _ => Ok(()),
    }
}

/// Bidi_Control of Unicode's PropList.txt.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, the other characters of format, a letter of
/// Braille without dots, and what is no character or one by private agreement only.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usernames_are_stored_trimmed_and_composed() {
        for (sent, stored) in [
            ("anna", "anna"),
            (" \u{a0}anna\t", "anna"),
            ("Anna Smith", "Anna Smith"),
            ("e\u{301}va", "éva"),
            ("가", "가"),
            ("אנה", "אנה"),
            ("a.b+c@example.com", "a.b+c@example.com"),
        ] {
            assert_eq!(username(sent).as_deref(), Ok(stored), "{sent:?}");
        }
    }

    #[test]
    fn what_nobody_sees_is_named_and_not_taken() {
        for (sent, fault) in [
            ("", "must not be empty"),
            ("  ", "must not be empty"),
            ("a:b", "must not have a colon"),
            ("a\nb", "must not have the control character U+000A"),
            ("a\0", "must not have the control character U+0000"),
            ("ro\u{200b}ot", "must not have U+200B, which nobody sees"),
            ("ro\u{ad}ot", "must not have U+00AD, which nobody sees"),
            ("\u{feff}root", "must not have U+FEFF, which nobody sees"),
            ("root\u{3164}", "must not have U+3164, which nobody sees"),
            ("root\u{fe0f}", "must not have U+FE0F, which nobody sees"),
            ("root\u{e0041}", "must not have U+E0041, which nobody sees"),
            ("root\u{202e}", "must not have U+202E, which turns the direction of text"),
            ("\u{200f}root", "must not have U+200F, which turns the direction of text"),
            ("a\u{a0}b", "must have plain blanks only, and not U+00A0"),
            ("a\u{2028}b", "must have plain blanks only, and not U+2028"),
            ("a  b", "must not have two blanks in a row"),
            ("\u{301}a", "must not begin with the mark U+0301"),
        ] {
            assert_eq!(username(sent).map_err(|fault| fault.to_string()), Err(fault.into()), "{sent:?}");
        }
        assert_eq!(username(&"é".repeat(64)).map(|name| name.chars().count()), Ok(64));
        assert_eq!(username(&"e\u{301}".repeat(64)).map(|name| name.chars().count()), Ok(64));
        for long in ["x".repeat(65), "x".repeat(1_000_000), "\u{301}".repeat(100_000)] {
            assert_eq!(username(&long), Err(NameFault::TooLong(64)));
        }
    }

    #[test]
    fn names_that_are_shown_may_have_any_letters_and_change_nothing_around_them() {
        assert_eq!(full_name(" Zoe\u{308} \u{200d}O'Neil: "), Ok("Zoë \u{200d}O'Neil:".into()));
        assert_eq!(full_name(""), Ok(String::new()));
        assert_eq!(full_name("a\u{202e}b"), Err(NameFault::Direction('\u{202e}')));
        assert_eq!(full_name("a\u{1b}b"), Err(NameFault::Control('\u{1b}')));
        assert_eq!(full_name(&"x".repeat(201)), Err(NameFault::TooLong(200)));
        assert_eq!(title(&"x".repeat(201)), Err(NameFault::TooLong(200)));
        assert_eq!(title(" \u{3000}"), Err(NameFault::Empty));
        assert_eq!(title("מכירות & Support"), Ok(()));
        assert_eq!(description(&"x".repeat(2001)), Err(NameFault::TooLong(2000)));
    }

    #[test]
    fn usernames_are_the_same_whatever_their_case_and_form() {
        for (one, other) in [
            ("yael", "Yael "),
            ("ÉVA", "e\u{301}va"),
            ("straße", "STRASSE"),
            ("σοφός", "ΣΟΦΌΣ"),
            ("ａｎｎａ", "anna"),
            ("ﬁona", "FIONA"),
            ("ö", "O\u{308}"),
            ("\u{1d400}nna", "anna"),
        ] {
            assert_eq!(same_username(one), same_username(other), "{one} {other}");
        }
        for (one, other) in [("anna", "ana"), ("é", "e"), ("ı", "i"), ("root", "ro ot"), ("аnna", "anna")]
        {
            assert_ne!(same_username(one), same_username(other), "{one} {other}");
        }
    }

    #[test]
    fn an_accent_alone_is_the_same_name_however_often_it_is_folded() {
        for accent in ["¯", "´", "¨", "¸", "˘"] {
            let once = same_username(accent);
            assert_eq!(same_username(&once), once, "{accent}");
        }
    }

    proptest! {
        #[test]
        fn what_is_stored_is_the_same_name_and_would_be_stored_so_again(text in "\\PC{0,20}") {
            if let Ok(name) = username(&text) {
                prop_assert_eq!(username(&name), Ok(name.clone()));
                prop_assert_eq!(same_username(&name), same_username(&text));
                prop_assert_eq!(same_username(&same_username(&name)), same_username(&name));
            }
        }
    }
}
