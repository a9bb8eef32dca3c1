//! Names of other PBXs, and those that people's dialplans make: whatever stands where, the uniqueid, the time and, where
//! nothing else could be meant, who called whom.

use super::ids::{BETWEEN, ends_in_word, looks_like_a_system, uuid_in};
use super::named::{Named, Pbx, is_digits, is_number, is_party, some, start_of};
use super::when::{When, when_in};
use crate::intake::Facts;

/// Words that stand in names and say nothing.
const WORDS: [&str; 8] = ["auto", "rec", "recording", "record", "call", "monitor", "mixmonitor", "audio"];
/// MikoPBX's system name, and how many letters and digits it adds to the uniqueid.
const MIKOPBX: &str = "mikopbx";
const MIKOPBX_LETTERS: usize = 6;

/// A name with a uniqueid in it, which stands at `place` without the system's name.
pub(super) fn with_uniqueid(stem: &str, place: std::ops::Range<usize>, pbx: &Pbx, written: i64) -> Named {
    let (before, uniqueid, behind) = (&stem[..place.start], &stem[place.clone()], &stem[place.end..]);
    if let Some(named) = mikopbx(before, uniqueid, behind) {
        return named;
    }
    let (before, system) = system(before, pbx);
    let (first, second) = (rest(before), rest(behind));
    let when = when_in(before).map(|when| (when, 0)).or_else(|| when_in(behind).map(|when| (when, 1)));
    let start = when
        .as_ref()
        .and_then(|(when, _)| start_of(&when.date, &when.time, Some(uniqueid), written, &pbx.clock));
    let (first, second) = match &when {
        Some((when, 0)) => (without(before, when), second),
        Some((when, _)) => (first, without(behind, when)),
        None => (first, second),
    };
    let facts = parties(&[first, second].concat());
    let uniqueid = if system.is_empty() { uniqueid.to_owned() } else { format!("{system}-{uniqueid}") };
    Named { uniqueid: Some(uniqueid), facts: Facts { start, ..facts } }
}

/// The system's name at the end of what stands before a uniqueid, and what is before that.
fn system<'a>(before: &'a str, pbx: &'a Pbx) -> (&'a str, &'a str) {
    let own = pbx.systemname.as_str();
    // Asterisk puts a dash behind it.
    let Some(before) = before.strip_suffix('-') else { return (before, "") };
    if !own.is_empty() && ends_in_word(before, own) {
        return (&before[..before.len() - own.len()], own);
    }
    if own.is_empty() && looks_like_a_system(before) { ("", before) } else { (before, "") }
}

/// `mikopbx-1795499606.0_soCP4X`, as its records have it too: a channel may have several.
fn mikopbx(before: &str, uniqueid: &str, behind: &str) -> Option<Named> {
    let own = behind.strip_prefix('_')?;
    let is_own = own.len() == MIKOPBX_LETTERS && own.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let before = before.strip_suffix('-')?;
    (is_own && before.rsplit('_').next() == Some(MIKOPBX)).then(|| Named {
        uniqueid: Some(format!("{MIKOPBX}-{uniqueid}_{own}")),
        facts: Facts { callid: some(&format!("{MIKOPBX}-{uniqueid}")), ..Facts::default() },
    })
}

/// A name without a uniqueid of Asterisk.
pub(super) fn without_uniqueid(stem: &str, pbx: &Pbx, written: i64) -> Named {
    if let Some(facts) = grandstream(stem).or_else(|| confbridge(stem)) {
        return Named { uniqueid: None, facts };
    }
    let uniqueid = uuid_in(stem).map(str::to_owned);
    let Some(when) = when_in(stem) else { return Named { uniqueid, facts: Facts::default() } };
    let start = start_of(&when.date, &when.time, None, written, &pbx.clock);
    Named { uniqueid, facts: Facts { start, ..vicidial(stem, &when) } }
}

/// `auto-1795499615-201-5551234567`: the time, the caller and who was called.
fn grandstream(stem: &str) -> Option<Facts> {
    let parts: Vec<&str> = stem.split('-').collect();
    let ["auto", time, caller, called] = parts[..] else { return None };
    let start = Some(time).filter(|time| time.len() == 10 && is_digits(time))?.parse().ok();
    Some(Facts { start, snumber: some(caller), cnumber: some(called), ..Facts::default() })
}

/// `confbridge-800-1795499606`: the conference and the time, as Asterisk's ConfBridge has them if nobody says otherwise.
fn confbridge(stem: &str) -> Option<Facts> {
    let (room, time) = stem.strip_prefix("confbridge-")?.rsplit_once('-')?;
    let start = Some(time).filter(|time| time.len() == 10 && is_digits(time))?.parse().ok();
    Some(Facts { start, cnumber: some(room), ctype: some("conference"), ..Facts::default() })
}

/// `20261124-055326_5551234567_1001`: the customer's telephone and, perhaps, who spoke with them. A dialler's calls go out;
/// it does not say so.
fn vicidial(stem: &str, when: &When) -> Facts {
    let (before, written, behind) =
        (&stem[..when.place.start], &stem[when.place.clone()], &stem[when.place.end..]);
    let prefix = before.is_empty() || (before.ends_with('_') && before.len() <= 5);
    let is_own = written.len() == 15 && written.contains('-') && prefix;
    let Some(behind) = behind.strip_prefix('_').filter(|_| is_own) else { return Facts::default() };
    let mut parts = behind.split('_');
    let customer = parts.next().filter(|customer| is_number(customer));
    let agent = parts.next_back().filter(|agent| customer.is_some() && is_digits(agent));
    Facts { cnumber: customer.and_then(some), snumber: agent.and_then(some), ..Facts::default() }
}

/// The parts of a name without its time.
fn without<'a>(text: &'a str, when: &When) -> Vec<&'a str> {
    let mut parts = rest(&text[..when.place.start]);
    parts.extend(rest(&text[when.place.end..]));
    parts
}

fn rest(text: &str) -> Vec<&str> {
    let says = |part: &&str| !part.is_empty() && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(part));
    text.split(BETWEEN).filter(says).collect()
}

/// Who called whom, where two numbers are all that is left, in this order: so dialplans have them. The room of a conference
/// stands behind two words.
fn parties(parts: &[&str]) -> Facts {
    match parts {
        [caller, called] if is_party(caller) && is_party(called) => {
            Facts { snumber: some(caller), cnumber: some(called), ..Facts::default() }
        }
        ["conf", room, ..] | ["meetme", "conf", room, ..] if is_digits(room) => {
            Facts { cnumber: some(room), ctype: some("conference"), ..Facts::default() }
        }
        _ => Facts::default(),
    }
}
