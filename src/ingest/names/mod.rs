//! What a recording's file name says: FreePBX's names, FusionPBX's, plain uniqueids, or the admin's own pattern.
//!
//! ```text
//! out-5551234567-101-20261124-055326-1795499606.0.wav     kind-called-caller-date-time-uniqueid
//! q-400-anonymous-20261124-055326-pbx1-1795499606.0.wav   the uniqueid may begin with the system's name and a dash
//! OUT101-20111124-055326-1322113806.12.wav                old: the kind and one number
//! auto-1795499606.0.wav, 1795499606.0.wav                 a word, or nothing
//! pbx1-1795499606.0.wav                                   a system's name, which a word with a digit is taken for
//! archive/2026/Nov/24/0b2a…-….wav                         FusionPBX: a UUID
//! ```

mod freepbx;
mod pattern;

use jiff::tz::TimeZone;

use super::cdr::{Clock, epoch};
use crate::config::Folder;
use crate::intake::{Facts, stem};
use pattern::Pattern;

/// What a name says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The channel that was recorded.
    pub uniqueid: Option<String>,
    /// What else it says.
    pub facts: Facts,
}

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

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The system's name in a uniqueid.
fn system_of(uniqueid: &str) -> Option<String> {
    epoch(uniqueid)?;
    uniqueid.rsplit_once('-').map(|(name, _)| name.to_owned()).filter(|name| !name.is_empty())
}

/// The time that a name says, as `20261124` and `055326`. The uniqueid's own time, or else when the file was written,
/// tells which of two is meant.
fn start_of(date: &str, time: &str, uniqueid: Option<&str>, written: i64, clock: &Clock) -> Option<i64> {
    let part = |text: &str, from: usize, to: usize| text.get(from..to).map(str::to_owned);
    let date = format!("{}-{}-{}", part(date, 0, 4)?, part(date, 4, 6)?, part(date, 6, 8)?);
    let time = format!("{}:{}:{}", part(time, 0, 2)?, part(time, 2, 4)?, part(time, 4, 6)?);
    // A recording shorter than an hour that was written at `written` began in the hour before.
    let earliest = uniqueid.and_then(epoch).unwrap_or(written.saturating_sub(3_600));
    clock.read(&format!("{date} {time}"), earliest).filter(|start| *start >= 0)
}

#[cfg(test)]
mod tests;
