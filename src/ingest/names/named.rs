//! What a name says, and the parts that names of every kind have.

use crate::ingest::cdr::{Clock, epoch};
use crate::intake::Facts;

/// What is known of the PBX whose names are read.
#[derive(Clone, Debug)]
pub(super) struct Pbx {
    pub(super) clock: Clock,
    /// Its system name; empty where it isn't known.
    pub(super) systemname: String,
}

/// What a name says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The channel that was recorded.
    pub uniqueid: Option<String>,
    /// What else it says.
    pub facts: Facts,
}

/// Whether it is digits and nothing else.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it is a telephone number: digits, with a plus sign before them or not.
pub(super) fn is_number(text: &str) -> bool {
    is_digits(text.strip_prefix('+').unwrap_or(text))
}

/// Whether it stands where a number does: a number, a feature code, or a word that says that there is none.
pub(super) fn is_party(text: &str) -> bool {
    const WORDS: [&str; 6] = ["anonymous", "restricted", "private", "withheld", "unknown", "unavailable"];
    let code =
        text.trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit() || b"*#".contains(&byte));
    let dialled = code && text.len() > 1 && text.bytes().any(|byte| byte.is_ascii_digit());
    dialled || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// A text, where it is one.
pub(super) fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// The time that a name says, as `20261124`, or `261124`, and `055326`. The uniqueid's own time, or else when the file was
/// written, tells which of two is meant. Without seconds it is the uniqueid's time, where that is in the same minute.
pub(super) fn start_of(
    date: &str,
    time: &str,
    uniqueid: Option<&str>,
    written: i64,
    clock: &Clock,
) -> Option<i64> {
    let part = |text: &str, from: usize, to: usize| text.get(from..to).map(str::to_owned);
    // Recordings are of this century.
    let date = if date.len() == 6 { format!("20{date}") } else { date.to_owned() };
    let date = format!("{}-{}-{}", part(&date, 0, 4)?, part(&date, 4, 6)?, part(&date, 6, 8)?);
    let second = if time.len() == 4 { "00".to_owned() } else { part(time, 4, 6)? };
    let time_of_day = format!("{}:{}:{second}", part(time, 0, 2)?, part(time, 2, 4)?);
    let begun = uniqueid.and_then(epoch);
    // A recording shorter than an hour that was written at `written` began in the hour before.
    let earliest = begun.unwrap_or(written.saturating_sub(3_600));
    // A minute may have begun before the channel did.
    let earliest = if time.len() == 4 { earliest - 60 } else { earliest };
    let start = clock.read(&format!("{date} {time_of_day}"), earliest).filter(|start| *start >= 0)?;
    let within = begun.filter(|begun| time.len() == 4 && (start..start + 60).contains(begun));
    Some(within.unwrap_or(start))
}
