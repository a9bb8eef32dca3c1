//! The admin's own pattern: a regular expression whose named groups say what is what.

use regex::Regex;

use super::ids::BETWEEN;
use super::named::{Named, start_of};
use super::sides::Side;
use crate::ingest::cdr::{Clock, epoch};
use crate::intake::{Facts, stem};
use crate::model::SoundRole;

/// What a group may be called.
const GROUPS: [&str; 12] = [
    "uniqueid",
    "caller",
    "called",
    "answered",
    "direction",
    "date",
    "time",
    "epoch",
    "side",
    "queue",
    "account",
    "context",
];

#[derive(Clone, Debug)]
pub(super) struct Pattern(Regex);

impl Pattern {
    /// What is wrong with it, in words.
    pub(super) fn new(text: &str) -> Result<Pattern, String> {
        let regex = Regex::new(text).map_err(|error| format!("pattern is not right: {error}"))?;
        let names: Vec<&str> = regex.capture_names().flatten().collect();
        if let Some(other) = names.iter().find(|name| !GROUPS.contains(name)) {
            return Err(format!("pattern has a group {other:?}; there are {}", GROUPS.join(", ")));
        }
        if names.is_empty() {
            return Err(format!(
                "pattern has no named group, as in (?<caller>\\d+); there are {}",
                GROUPS.join(", ")
            ));
        }
        Ok(Pattern(regex))
    }

    pub(super) fn read(&self, path: &str, clock: &Clock, written: i64) -> Option<Named> {
        let found = self.0.captures(path)?;
        let group = |name: &str| {
            found.name(name).map(|found| found.as_str().to_owned()).filter(|text| !text.is_empty())
        };
        let is_part = group("side").is_some_and(|word| role(&word) != SoundRole::Mix);
        // One side of a call is not the recording of that uniqueid.
        let uniqueid = group("uniqueid").filter(|_| !is_part);
        let begun = group("uniqueid");
        let start = match (group("date"), group("time"), group("epoch")) {
            // As far as years have four digits.
            (_, _, Some(epoch)) => epoch.parse().ok().filter(|time| (0..253_402_300_800).contains(time)),
            (Some(date), Some(time), _) => {
                let digits = |text: String| text.chars().filter(char::is_ascii_digit).collect::<String>();
                start_of(&digits(date), &digits(time), begun.as_deref(), written, clock)
            }
            _ => begun.as_deref().and_then(epoch),
        };
        let facts = Facts {
            start,
            snumber: group("caller"),
            cnumber: group("called"),
            dnumber: group("answered"),
            direction: group("direction").and_then(|word| direction(&word)),
            queue: group("queue"),
            account: group("account"),
            context: group("context"),
            ..Facts::default()
        };
        Some(Named { uniqueid, facts })
    }

    /// Which part of which call a file has, where the pattern says it. The name of the call is what is left without the
    /// word, and without one of the signs around it.
    pub(super) fn side(&self, path: &str) -> Option<Side<'static>> {
        let found = self.0.captures(path)?.name("side").filter(|found| !found.is_empty())?;
        let (before, behind) = (&path[..found.start()], &path[found.end()..]);
        let call = match before.strip_suffix(BETWEEN) {
            Some(before) => format!("{before}{behind}"),
            None => format!("{before}{}", behind.strip_prefix(BETWEEN).unwrap_or(behind)),
        };
        let call = stem(&call).to_owned();
        Some(Side { call: call.into(), role: role(found.as_str()), sure: true })
    }
}

/// The words for a side.
fn role(word: &str) -> SoundRole {
    match word.to_ascii_lowercase().as_str() {
        "in" | "rx" | "a" | "caller" | "left" => SoundRole::In,
        "out" | "tx" | "b" | "callee" | "right" => SoundRole::Out,
        "all" | "mix" | "mixed" | "both" => SoundRole::Mix,
        _ => SoundRole::Other,
    }
}

fn direction(word: &str) -> Option<String> {
    let word = word.to_ascii_lowercase();
    let meant = match word.as_str() {
        "in" | "inbound" | "incoming" => "in",
        "out" | "outbound" | "outgoing" => "out",
        "internal" | "local" => "internal",
        _ => return None,
    };
    Some(meant.into())
}
