//! What a sound file is called and what it is, in words that are safe to send to a browser.

use super::decode::Form;

/// The type of what is no sound.
const UNKNOWN: &str = "application/octet-stream";
/// Characters of a name that are kept.
const LONGEST: usize = 120;

/// The type of a file: what its row says, if that is a type of sound; else what its name ends in.
pub fn media_type(said: &str, name: &str) -> &'static str {
    let said = said.split(';').next().unwrap_or_default().trim();
    Form::sent_as(said).or_else(|| by_name(name).map(|form| form.media_type)).unwrap_or(UNKNOWN)
}

fn by_name(name: &str) -> Option<&'static Form> {
    name.rsplit_once('.').and_then(|(_, ending)| Form::named(ending))
}

/// Whether a file's name is that of sound: its ending means a form of sound. Names that begin with a dot are those of
/// copies under way.
pub fn is_sound_name(name: &str) -> bool {
    !name.starts_with('.') && by_name(name).is_some()
}

/// The name under which a file may be kept: the last part of its path, without what a file system, a shell or a
/// person could take for something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// The name of the file at `path`.
    pub fn of(path: &[u8]) -> Name {
        let text = String::from_utf8_lossy(path);
        let last = text.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default();
        let safe: String = last.chars().map(|c| if is_safe(c) { c } else { '_' }).take(LONGEST).collect();
        let safe = safe.trim_matches(['.', ' ']);
        Name(if safe.is_empty() { "recording".into() } else { safe.into() })
    }

    /// As it is.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same with another ending.
    #[must_use]
    pub fn with_ending(&self, ending: &str) -> Name {
        let stem = self.0.rsplit_once('.').map_or(self.as_str(), |(stem, _)| stem);
        Name(format!("{stem}.{ending}"))
    }

    /// The parameters of `Content-Disposition` (RFC 6266): in ASCII for old clients, and in UTF-8 where that is not it.
    pub fn disposition(&self) -> String {
        let ascii: String = self.0.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
        if ascii == self.0 {
            return format!("filename=\"{ascii}\"");
        }
        format!("filename=\"{ascii}\"; filename*=UTF-8''{}", percent_encoded(&self.0))
    }
}

/// Whether a character of a name is taken for nothing but itself.
pub(super) fn is_safe(c: char) -> bool {
    let turns_text = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    let means_something =
        matches!(c, '"' | '%' | '*' | ':' | '<' | '>' | '?' | '|' | '\u{feff}' | '\u{fffd}');
    !c.is_control() && !turns_text && !means_something
}

/// RFC 8187, section 3.2.1.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_one_of_sound_or_none() {
        for (said, name, kind) in [
            ("", "a.wav", "audio/wav"),
            ("", "a.WAV", "audio/wav"),
            ("", "a.b.mp3", "audio/mpeg"),
            ("", "a.ulaw", "audio/basic"),
            ("", "a.sln", "audio/x-raw"),
            ("", "wav", UNKNOWN),
            ("", "a.html", UNKNOWN),
            ("text/html", "a.wav", "audio/wav"),
            ("text/html", "a.html", UNKNOWN),
            ("image/svg+xml", "a", UNKNOWN),
            ("audio/x-wav", "a", "audio/x-wav"),
            ("Audio/OGG; codecs=opus", "a.wav", "audio/ogg"),
            ("audio/wav\r\nX: y", "a", UNKNOWN),
        ] {
            assert_eq!(media_type(said, name), kind, "{said} {name}");
        }
    }

    #[test]
    fn a_name_is_the_last_part_and_harmless() {
        for (path, name, disposition) in [
            ("a.wav", "a.wav", r#"filename="a.wav""#),
            ("2026/11/24/a b.wav", "a b.wav", r#"filename="a b.wav""#),
            ("a\\b.wav", "b.wav", r#"filename="b.wav""#),
            ("..", "recording", r#"filename="recording""#),
            ("", "recording", r#"filename="recording""#),
            (".bashrc", "bashrc", r#"filename="bashrc""#),
            ("a/", "a", r#"filename="a""#),
            ("x\"; filename=\"y.exe", "x_; filename=_y.exe", r#"filename="x_; filename=_y.exe""#),
            ("x\r\nSet-Cookie: a", "x__Set-Cookie_ a", r#"filename="x__Set-Cookie_ a""#),
            ("gnp.\u{202e}vaw", "gnp._vaw", r#"filename="gnp._vaw""#),
            ("Zoë.wav", "Zoë.wav", r#"filename="Zo_.wav"; filename*=UTF-8''Zo%C3%AB.wav"#),
        ] {
            let made = Name::of(path.as_bytes());
            assert_eq!(made.as_str(), name, "{path}");
            assert_eq!(made.disposition(), disposition, "{path}");
        }
        assert_eq!(Name::of(b"a.b.gsm").with_ending("wav").as_str(), "a.b.wav");
        assert_eq!(Name::of(b"a").with_ending("wav").as_str(), "a.wav");
        assert_eq!(Name::of(&[b'x'; 5000]).as_str().len(), LONGEST);
        assert_eq!(Name::of(b"\xff.wav").as_str(), "_.wav");
    }

    #[test]
    fn sound_is_told_by_its_name() {
        for (name, sound) in [
            ("a.wav", true),
            ("a.WAV", true),
            ("a.wav16", true),
            ("a.gsm", true),
            ("a.sln192", true),
            ("a.sln12", true),
            ("a.spx", true),
            ("a.html", false),
            (".a.wav.x7Yq", false),
            (".a.wav", false),
            ("post.log", false),
            ("wav", false),
            ("1795499606.0", false),
        ] {
            assert_eq!(is_sound_name(name), sound, "{name}");
        }
    }
}
