//! Identifiers in names: uniqueids of Asterisk, with the system's name before them or not, and UUIDs.

use std::ops::Range;

use crate::ingest::cdr::epoch;

/// What stands between the parts of a name; a byte each.
pub(super) const BETWEEN: [char; 10] = ['-', '_', ' ', '(', ')', '[', ']', ',', '~', '@'];
/// Unix seconds from which on digits are a telephone number: 2100.
const LATEST: i64 = 4_102_444_800;

/// `seconds.counter`, without a name before it.
pub(super) fn is_uniqueid(text: &str) -> bool {
    epoch(text).is_some() && !text.contains('-')
}

/// Whether it is a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match DASHES.contains(&place) {
            true => byte == b'-',
            false => byte.is_ascii_hexdigit(),
        })
}

/// The UUID in a name; none where there are several.
pub(super) fn uuid_in(text: &str) -> Option<&str> {
    let bare = |byte: Option<&u8>| !byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    let found = |at: usize| {
        let end = at + 36;
        let alone = bytes.get(at + 8) == Some(&b'-') && bare(at.checked_sub(1).and_then(|at| bytes.get(at)));
        text.get(at..end).filter(|uuid| alone && bare(bytes.get(end)) && is_uuid(uuid))
    };
    let mut uuids = (0..text.len().saturating_sub(35)).filter_map(found);
    let first = uuids.next()?;
    uuids.all(|other| other.eq_ignore_ascii_case(first)).then_some(first)
}

/// Where in a name a uniqueid stands, without the system's name. Of several it is that of the youngest channel: the others
/// are those of its call.
pub(super) fn uniqueid_in(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    let parts = text.split(BETWEEN).map(|part| {
        let place = at..at + part.len();
        at = place.end + 1;
        (age(part), place)
    });
    let (age, place) = parts.max_by_key(|(age, _)| *age)?;
    age.map(|_| place)
}

/// When a channel began, and its number; None where this is no uniqueid.
fn age(text: &str) -> Option<(i64, u64)> {
    let begun = epoch(text).filter(|begun| *begun < LATEST && !text.contains('-'))?;
    let (_, counter) = text.split_once('.')?;
    Some((begun, counter.parse().unwrap_or(u64::MAX)))
}

/// The system's name in a uniqueid.
pub(super) fn system_of(uniqueid: &str) -> Option<String> {
    let uniqueid = uniqueid.rsplit_once('_').map_or(uniqueid, |(uniqueid, _)| uniqueid);
    epoch(uniqueid)?;
    uniqueid.rsplit_once('-').map(|(name, _)| name.to_owned()).filter(|name| !name.is_empty())
}

/// Whether what stands alone before a uniqueid is the name of a system (pbx1), and neither a word (auto) nor a number.
pub(super) fn looks_like_a_system(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.ends_with(|last: char| last.is_ascii_digit())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Whether it may be a system's name between other parts: digits and dashes alone are numbers of telephones.
pub(super) fn may_be_a_system(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
}

/// Whether a text ends in a word, with a dash before it or nothing.
pub(super) fn ends_in_word(text: &str, word: &str) -> bool {
    text == word || text.strip_suffix(word).is_some_and(|before| before.ends_with('-'))
}
