//! Reads the names of the files of one PBX.

use jiff::tz::TimeZone;

use super::freepbx;
use super::named::Named;
use super::pattern::Pattern;
use crate::config::Folder;
use crate::ingest::cdr::{Clock, epoch};
use crate::intake::stem;

/// Reads the names of one PBX.
#[derive(Clone, Debug)]
pub struct Names {
    clock: Clock,
    systemname: String,
    pattern: Option<Pattern>,
}

impl Names {
    /// With a folder's settings. What is wrong with them, in words.
    pub fn new(folder: &Folder) -> Result<Names, String> {
        let zone = match &folder.zone {
            None => TimeZone::system(),
            Some(name) => TimeZone::get(name).map_err(|_| {
                format!("there is no time zone {name:?}; give its IANA name, as in zone = \"Europe/Berlin\"")
            })?,
        };
        let pattern = folder.pattern.as_deref().map(Pattern::new).transpose()?;
        Ok(Names { clock: Clock::new(zone), systemname: folder.systemname.clone(), pattern })
    }

    /// What the name of the file at `path`, below the folder, says. `written`: when the file was last written, Unix
    /// seconds, which tells in the hour that autumn repeats which one is meant.
    pub fn read(&self, path: &str, written: i64) -> Named {
        let own = self.pattern.as_ref().and_then(|pattern| pattern.read(path, &self.clock, written));
        let mut named = own.unwrap_or_else(|| self.read_known(stem(path), written));
        if named.facts.asteriskid.is_none() {
            named.facts.asteriskid = named.uniqueid.as_deref().and_then(system_of).or(self.own_name());
        }
        named
    }

    fn read_known(&self, stem: &str, written: i64) -> Named {
        if is_uuid(stem) || is_uniqueid(stem) {
            return Named { uniqueid: Some(stem.into()), ..Named::default() };
        }
        if let Some(named) = freepbx::read(stem, &self.clock, written) {
            return named;
        }
        // A word before the uniqueid, unless the word is the system's name.
        let Some(at) = stem.rfind('-') else { return Named::default() };
        let rest = &stem[at + 1..];
        if epoch(rest).is_none() {
            return Named::default();
        }
        if self.systemname.is_empty() && looks_like_a_system(&stem[..at]) {
            return Named { uniqueid: Some(stem.into()), ..Named::default() };
        }
        let with_name = format!("{}-{rest}", self.systemname);
        let named = !self.systemname.is_empty() && ends_in_word(stem, &with_name);
        Named { uniqueid: Some(if named { with_name } else { rest.into() }), ..Named::default() }
    }

    fn own_name(&self) -> Option<String> {
        Some(self.systemname.clone()).filter(|name| !name.is_empty())
    }
}

/// The mixed recording's stem, if this is the name of one side of it: MixMonitor's r and t files, Monitor's two.
pub fn side_of(stem: &str) -> Option<&str> {
    ["-rx", "-tx", "-in", "-out"]
        .iter()
        .find_map(|side| stem.strip_suffix(side))
        .filter(|mixed| !mixed.is_empty())
}

/// Whether what stands alone before a uniqueid is the name of a system (pbx1), and neither a word (auto) nor a number.
fn looks_like_a_system(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.ends_with(|last: char| last.is_ascii_digit())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn ends_in_word(text: &str, word: &str) -> bool {
    text == word || text.strip_suffix(word).is_some_and(|before| before.ends_with('-'))
}

/// `seconds.counter`, without a name before it.
fn is_uniqueid(text: &str) -> bool {
    epoch(text).is_some() && !text.contains('-')
}

fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let mut parts = text.split('-');
    lengths.iter().all(|length| {
        parts
            .next()
            .is_some_and(|part| part.len() == *length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }) && parts.next().is_none()
}

/// The system's name in a uniqueid.
fn system_of(uniqueid: &str) -> Option<String> {
    epoch(uniqueid)?;
    uniqueid.rsplit_once('-').map(|(name, _)| name.to_owned()).filter(|name| !name.is_empty())
}
