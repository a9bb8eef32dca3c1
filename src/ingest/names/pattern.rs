//! The admin's own pattern: a regular expression whose named groups say what is what.

use regex::Regex;

use super::named::{Named, start_of};
use crate::ingest::cdr::{Clock, epoch};
use crate::intake::Facts;

/// What a group may be called.
const GROUPS: [&str; 11] = [
    "uniqueid",
    "caller",
    "called",
    "answered",
    "direction",
    "date",
    "time",
    "epoch",
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
        let uniqueid = group("uniqueid");
        let start = match (group("date"), group("time"), group("epoch")) {
            // As far as years have four digits.
            (_, _, Some(epoch)) => epoch.parse().ok().filter(|time| (0..253_402_300_800).contains(time)),
            (Some(date), Some(time), _) => {
                let digits = |text: String| text.chars().filter(char::is_ascii_digit).collect::<String>();
                start_of(&digits(date), &digits(time), uniqueid.as_deref(), written, clock)
            }
            _ => uniqueid.as_deref().and_then(epoch),
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
