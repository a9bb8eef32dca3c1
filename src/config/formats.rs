//! Formats of sound in the order of somebody's liking, as a setting has them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What lost nothing first, then what is smaller.
const DEFAULT: &str = "wav,flac,opus,ogg,webm,m4a,mp3";
/// The longest ending that a file of sound has.
const LONGEST: usize = 10;

/// Endings of files, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Texts")]
pub struct Formats(Vec<String>);

impl Default for Formats {
    fn default() -> Formats {
        Formats(DEFAULT.split(',').map(String::from).collect())
    }
}

impl Formats {
    /// The endings, in small letters and without a dot.
    pub fn endings(&self) -> &[String] {
        &self.0
    }
}

impl FromStr for Formats {
    type Err = String;

    /// Those between commas.
    fn from_str(text: &str) -> Result<Formats, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(ending).collect::<Result<_, _>>().map(Formats)
    }
}

fn ending(text: &str) -> Result<String, String> {
    let bare = text.trim().trim_start_matches('.').to_ascii_lowercase();
    if bare.is_empty() || bare.len() > LONGEST || !bare.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(format!(
            "{text:?} is no ending of a file; give those such as wav, opus or mp3, best first"
        ));
    }
    Ok(bare)
}

/// One text, or a list of them.
#[derive(Deserialize)]
#[serde(untagged, expecting = "here stand endings of files, best first, as in [\"wav\", \"opus\", \"mp3\"]")]
enum Texts {
    One(String),
    Several(Vec<String>),
}

impl TryFrom<Texts> for Formats {
    type Error = String;

    fn try_from(texts: Texts) -> Result<Formats, String> {
        match texts {
            Texts::One(text) => text.parse(),
            Texts::Several(texts) => {
                texts.iter().map(|text| ending(text)).collect::<Result<_, _>>().map(Formats)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_endings_in_a_list_or_between_commas() {
        let formats: Formats = ".MP3, wav".parse().unwrap();
        assert_eq!(formats.endings(), ["mp3", "wav"]);
        #[derive(Deserialize)]
        struct Given {
            formats: Formats,
        }
        let given = |text: &str| toml::from_str::<Given>(text).map(|given| given.formats);
        assert_eq!(given("formats = [\"mp3\", \".wav\"]").unwrap(), formats);
        assert_eq!(given("formats = \"mp3,wav\"").unwrap(), formats);
        for (wrong, words) in [
            ("formats = [\"audio/wav\"]", "\"audio/wav\" is no ending of a file"),
            ("formats = [\"\"]", "is no ending of a file"),
            (
                "formats = \"wav mp3\"",
                "\"wav mp3\" is no ending of a file; give those such as wav, opus or mp3",
            ),
            ("formats = 3", "here stand endings of files, best first"),
        ] {
            let error = given(wrong).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
