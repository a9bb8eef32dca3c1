//! FreePBX's names, read from the right: what stands on the left may hold dashes itself.

use super::named::{Named, is_digits, start_of};
use crate::ingest::cdr::{Clock, epoch};
use crate::intake::Facts;

/// Digits of the shortest number that is no extension.
const OUTSIDE: usize = 7;

/// What call recording can be set to.
const POLICIES: [&str; 6] = ["always", "force", "yes", "dontcare", "no", "never"];

/// What a name says, if it is one of FreePBX's: `kind-called-caller-date-time-uniqueid`.
pub(super) fn read(stem: &str, clock: &Clock, written: i64) -> Option<Named> {
    let (head, date, time, uniqueid) = split(stem)?;
    let start = start_of(date, time, Some(uniqueid), written, clock);
    let facts = Facts { start, ..parties(head) };
    Some(Named { uniqueid: Some(uniqueid.into()), facts })
}

/// Head, date, time and uniqueid. The uniqueid may have dashes in its beginning, the system's name.
fn split(stem: &str) -> Option<(&str, &str, &str, &str)> {
    let dashes: Vec<usize> = stem.match_indices('-').map(|(at, _)| at).collect();
    let part = |from: Option<usize>, to: usize| &stem[from.map_or(0, |at| at + 1)..to];
    for place in (1..dashes.len()).rev() {
        let (before_time, after_time) = (dashes[place - 1], dashes[place]);
        let time = part(Some(before_time), after_time);
        let before_date = place.checked_sub(2).map(|place| dashes[place]);
        let date = part(before_date, before_time);
        let uniqueid = &stem[after_time + 1..];
        if time.len() == 6
            && date.len() == 8
            && is_digits(time)
            && is_digits(date)
            && epoch(uniqueid).is_some()
        {
            return Some((before_date.map_or("", |at| &stem[..at]), date, time, uniqueid));
        }
    }
    // Without anything before the date.
    None
}

/// Who called whom, by `kind-called-caller` or `KINDnumber`.
fn parties(head: &str) -> Facts {
    let Some((kind, rest)) = head.split_once('-') else { return old(head) };
    let (called, caller) = two(rest);
    match kind {
        // A conference, and a page to a group, have what is set for recording them in the caller's place.
        _ if is_digits(kind) && POLICIES.contains(&caller) => conference(kind, called),
        "out" => out(called, caller),
        "in" => inward(called, caller, "did"),
        "internal" => internal(called, caller),
        "external" | "exten" => {
            let facts = from_either(called, caller, "extension");
            Facts { dnumber: some(called), dtype: some("extension"), ..facts }
        }
        "q" => Facts { queue: some(called), ..from_either(called, caller, "queue") },
        "rg" => from_either(called, caller, "ringgroup"),
        _ => Facts { cnumber: some(called), snumber: some(caller), ..Facts::default() },
    }
}

fn out(called: &str, caller: &str) -> Facts {
    Facts {
        direction: some("out"),
        snumber: some(caller),
        stype: some("extension"),
        cnumber: some(called),
        ctype: some("external"),
        dnumber: some(called),
        dtype: some("external"),
        ..Facts::default()
    }
}

/// `800-800-always`: conference 800; `300-101-always`: 101 pages group 300.
fn conference(number: &str, other: &str) -> Facts {
    if number == other {
        return Facts { cnumber: some(number), ctype: some("conference"), ..Facts::default() };
    }
    let facts = Facts { direction: some("internal"), stype: some("extension"), ..Facts::default() };
    Facts { snumber: some(other), cnumber: some(number), ctype: some("page"), ..facts }
}

fn inward(called: &str, caller: &str, kind: &str) -> Facts {
    Facts {
        direction: some("in"),
        snumber: some(caller),
        stype: some("external"),
        cnumber: some(called),
        ctype: some(kind),
        ..Facts::default()
    }
}

fn internal(called: &str, caller: &str) -> Facts {
    Facts {
        direction: some("internal"),
        snumber: some(caller),
        stype: some("extension"),
        cnumber: some(called),
        ctype: some("extension"),
        dnumber: some(called),
        dtype: some("extension"),
        ..Facts::default()
    }
}

/// A queue, ring group or extension, called from outside or from inside: the caller's number tells.
fn from_either(called: &str, caller: &str, kind: &str) -> Facts {
    let facts = inward(called, caller, kind);
    if is_digits(caller) && caller.len() < OUTSIDE {
        return Facts { direction: some("internal"), stype: some("extension"), ..facts };
    }
    facts
}

/// `OUT101`, `q400`, `g600`: FreePBX before 2.11.
fn old(head: &str) -> Facts {
    let at = head.find(|c: char| c.is_ascii_digit()).unwrap_or(head.len());
    let (kind, number) = head.split_at(at);
    if !is_digits(number) {
        return Facts::default();
    }
    match kind {
        "OUT" => Facts {
            direction: some("out"),
            stype: some("extension"),
            snumber: some(number),
            ..Facts::default()
        },
        "IN" => Facts { direction: some("in"), cnumber: some(number), ..Facts::default() },
        "q" | "Q" => {
            Facts { queue: some(number), ctype: some("queue"), cnumber: some(number), ..Facts::default() }
        }
        "g" | "G" => Facts { ctype: some("ringgroup"), cnumber: some(number), ..Facts::default() },
        _ => Facts::default(),
    }
}

/// Called and calling number. Either may be a name with dashes; the other one then is a number.
fn two(text: &str) -> (&str, &str) {
    let first = text.split_once('-');
    let last = text.rsplit_once('-');
    match (first, last) {
        (Some((called, caller)), _) if is_number(called) => (called, caller),
        (_, Some((called, caller))) if is_number(caller) => (called, caller),
        (Some(both), _) => both,
        (None, _) => (text, ""),
    }
}

fn is_number(text: &str) -> bool {
    is_digits(text.strip_prefix('+').unwrap_or(text))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}
