//! FreePBX's names, read from the right: what stands on the left may hold dashes itself.

use super::ids::{ends_in_word, looks_like_a_system, may_be_a_system};
use super::named::{Named, Pbx, is_digits, is_number, is_party, some, start_of};
use crate::intake::Facts;

/// Digits of the shortest number that is no extension.
const OUTSIDE: usize = 7;

/// What call recording can be set to.
const POLICIES: [&str; 6] = ["always", "force", "yes", "dontcare", "no", "never"];

/// What a name says, if it is one of FreePBX's: `kind-called-caller-date-time-uniqueid`. `uniqueid`: as it stands at the end
/// of the stem, without the system's name. Others have the date first, and who called whom behind it:
/// `date-time-caller-called-uniqueid`.
pub(super) fn read(stem: &str, uniqueid: &str, pbx: &Pbx, written: i64) -> Option<Named> {
    let before = stem.strip_suffix(uniqueid)?.strip_suffix('-')?;
    let (head, date, time, between) = split(before)?;
    let (system, parties_behind) = system(head, between, pbx);
    let start = start_of(date, time, Some(uniqueid), written, &pbx.clock);
    let mut facts = parties(head);
    if facts.snumber.is_none()
        && facts.cnumber.is_none()
        && let Some((caller, called)) = parties_behind.split_once('-')
    {
        (facts.snumber, facts.cnumber) = (some(caller), some(called));
    }
    let uniqueid = if system.is_empty() { uniqueid.into() } else { format!("{system}-{uniqueid}") };
    Some(Named { uniqueid: Some(uniqueid), facts: Facts { start, ..facts } })
}

/// Head, date, time, and what stands between the time and the uniqueid: the system's name, or who called whom.
fn split(before: &str) -> Option<(&str, &str, &str, &str)> {
    let mut ends: Vec<usize> = before.match_indices('-').map(|(at, _)| at).collect();
    ends.push(before.len());
    for place in (1..ends.len()).rev() {
        let (before_time, after_time) = (ends[place - 1], ends[place]);
        let before_date = place.checked_sub(2).map(|place| ends[place]);
        let time = &before[before_time + 1..after_time];
        let date = &before[before_date.map_or(0, |at| at + 1)..before_time];
        if time.len() == 6 && date.len() == 8 && is_digits(time) && is_digits(date) {
            let head = before_date.map_or("", |at| &before[..at]);
            let between = before.get(after_time + 1..).unwrap_or_default();
            return Some((head, date, time, between));
        }
    }
    None
}

/// The system's name between time and uniqueid, and who called whom before it. Digits and dashes alone are no system's name,
/// unless the settings say so.
fn system<'a>(head: &str, between: &'a str, pbx: &'a Pbx) -> (&'a str, &'a str) {
    let own = pbx.systemname.as_str();
    if !own.is_empty() && ends_in_word(between, own) {
        let before = &between[..between.len() - own.len()];
        return (own, before.trim_end_matches('-'));
    }
    // Of a name that says who called whom before the date all the rest is the system's.
    let Some((caller, rest)) =
        between.split_once('-').filter(|(caller, _)| head.is_empty() && is_party(caller))
    else {
        return if may_be_a_system(between) { (between, "") } else { ("", between) };
    };
    let (called, system) = rest.split_once('-').unwrap_or((rest, ""));
    if is_party(called) {
        let system = Some(system).filter(|name| may_be_a_system(name)).unwrap_or_default();
        return (system, &between[..caller.len() + 1 + called.len()]);
    }
    // Else a queue was called, or another name.
    if looks_like_a_system(rest) { (rest, caller) } else { ("", between) }
}

/// Who called whom, by `kind-called-caller` or `KINDnumber`.
fn parties(head: &str) -> Facts {
    let (kind, rest) = head.split_once('-').unwrap_or((head, ""));
    let (called, caller) = two(rest);
    match kind.to_ascii_lowercase().as_str() {
        _ if rest.is_empty() => old(kind, ""),
        // A conference, and a page to a group, have what is set for recording them in the caller's place.
        kind if is_digits(kind) && POLICIES.contains(&caller) => conference(kind, called),
        "out" => {
            let (called, caller) = outward(rest);
            out(called, caller)
        }
        "in" => inward(called, caller, "did"),
        "internal" => internal(called, caller),
        "external" | "exten" => {
            let facts = from_either(called, caller, "extension");
            Facts { dnumber: some(called), dtype: some("extension"), ..facts }
        }
        // On demand, and by a destination that records: either side may have asked for it.
        "ondemand" | "generic" => of_either_direction(called, caller),
        "q" => Facts { queue: some(called), ..named("queue", called, from_either(called, caller, "queue")) },
        "rg" => named("ring group", called, from_either(called, caller, "ringgroup")),
        _ => match old(kind, rest) {
            facts if facts == Facts::default() => {
                Facts { cnumber: some(called), snumber: some(caller), ..facts }
            }
            facts => facts,
        },
    }
}

/// A call from outside is listed under the number that was dialled there; what it went to is its name then.
fn named(what: &str, number: &str, facts: Facts) -> Facts {
    Facts { cnumber_name: some(&format!("{what} {number}")), ..facts }
}

/// By how long the numbers are.
fn of_either_direction(called: &str, caller: &str) -> Facts {
    match (is_extension(called), is_extension(caller)) {
        (true, true) => internal(called, caller),
        (false, true) => out(called, caller),
        (true, false) => {
            let facts = inward(called, caller, "extension");
            Facts { dnumber: some(called), dtype: some("extension"), ..facts }
        }
        (false, false) => inward(called, caller, "did"),
    }
}

fn is_extension(number: &str) -> bool {
    is_digits(number) && number.len() < OUTSIDE
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
    if is_extension(caller) {
        return Facts { direction: some("internal"), stype: some("extension"), ..facts };
    }
    facts
}

/// `OUT101`, `q400`, `g600`: FreePBX before 2.11; some write the other number behind it.
fn old(head: &str, other: &str) -> Facts {
    let at = head.find(|c: char| c.is_ascii_digit()).unwrap_or(head.len());
    let (kind, number) = head.split_at(at);
    let is_bare = number.is_empty() && other.is_empty();
    if !is_bare && !is_digits(number) {
        return Facts::default();
    }
    let (number, other) = (some(number), some(other));
    match kind {
        "OUT" | "Out" | "out" => Facts {
            direction: some("out"),
            stype: number.as_ref().and(some("extension")),
            snumber: number,
            ctype: other.as_ref().and(some("external")),
            cnumber: other,
            ..Facts::default()
        },
        "IN" | "In" | "in" => Facts {
            direction: some("in"),
            cnumber: number,
            stype: other.as_ref().and(some("external")),
            snumber: other,
            ..Facts::default()
        },
        _ if is_bare => Facts::default(),
        "q" | "Q" => Facts {
            cnumber_name: number.as_ref().map(|number| format!("queue {number}")),
            queue: number.clone(),
            ctype: some("queue"),
            cnumber: number,
            snumber: other,
            ..Facts::default()
        },
        "g" | "G" => Facts {
            ctype: some("ringgroup"),
            cnumber_name: number.as_ref().map(|number| format!("ring group {number}")),
            cnumber: number,
            snumber: other,
            ..Facts::default()
        },
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

/// The same of a call to outside: what was dialled may have dashes, and the extension has none.
fn outward(text: &str) -> (&str, &str) {
    match text.rsplit_once('-') {
        Some((called, caller)) if is_number(caller) => (called, caller),
        _ => two(text),
    }
}
