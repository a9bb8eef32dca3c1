//! Which bytes of a file a request gets: conditions and ranges of RFC 9110, sections 13 and 14. Pure.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// How HTTP writes a date (RFC 9110, section 5.6.7), and how it once did.
const DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";
const OLD_DATES: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
/// Ranges that are answered one by one; who wants more of them gets everything (section 14.2).
const RANGES: usize = 16;

/// The headers of a request that decide.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs, reason = "as in the headers")]
pub struct Asked<'a> {
    pub range: Option<&'a str>,
    pub if_range: Option<&'a str>,
    pub if_match: Option<&'a str>,
    pub if_unmodified_since: Option<&'a str>,
    pub if_none_match: Option<&'a str>,
    pub if_modified_since: Option<&'a str>,
}

/// What there is to get.
#[derive(Clone, Copy, Debug)]
pub struct Stands<'a> {
    /// Bytes.
    pub size: u64,
    /// The entity tag, with its quotes; a strong one.
    pub tag: &'a str,
    /// When it was last changed, Unix seconds.
    pub modified: i64,
}

/// What to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// 200: everything.
    Whole,
    /// 206: these bytes, never none.
    Part(Range<u64>),
    /// 206: these, none of them empty, in the order in which they were asked for.
    Parts(Vec<Range<u64>>),
    /// 412: it is not what the client knows.
    Failed,
    /// 304: the client has it.
    NotModified,
    /// 416: nothing of it is there.
    Unsatisfiable,
}

/// What a request gets of a file. `now`: Unix seconds.
pub fn plan(asked: Asked<'_>, file: Stands<'_>, now: i64) -> Plan {
    if is_another(asked, file) {
        return Plan::Failed;
    }
    if is_known(asked, file) {
        return Plan::NotModified;
    }
    let unchanged = asked.if_range.is_none_or(|seen| is_same(seen, file, now));
    asked.range.filter(|_| unchanged).map_or(Plan::Whole, |range| of_range(range, file.size))
}

/// Sections 13.1.1 and 13.1.4: by the strong comparison, and only where there is no tag, by the date.
fn is_another(asked: Asked<'_>, file: Stands<'_>) -> bool {
    match (asked.if_match, asked.if_unmodified_since) {
        (Some(tags), _) => !tags.split(',').map(str::trim).any(|tag| tag == "*" || tag == file.tag),
        (None, Some(date)) => seconds(date).is_some_and(|date| file.modified > date),
        (None, None) => false,
    }
}

/// Sections 13.1.2 and 13.1.3: a tag decides, and where there is none, a date.
fn is_known(asked: Asked<'_>, file: Stands<'_>) -> bool {
    match (asked.if_none_match, asked.if_modified_since) {
        (Some(tags), _) => tags.split(',').map(str::trim).any(|tag| {
            // The weak comparison of section 8.8.3.2.
            tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == file.tag
        }),
        (None, Some(date)) => seconds(date).is_some_and(|date| file.modified <= date),
        (None, None) => false,
    }
}

/// Section 13.1.5. A file could change twice in the second that a date names, so a date from just now tells nothing.
fn is_same(seen: &str, file: Stands<'_>, now: i64) -> bool {
    let seen = seen.trim();
    if seen.starts_with('"') || seen.starts_with("W/") {
        return seen == file.tag;
    }
    seconds(seen) == Some(file.modified) && file.modified < now
}

/// Section 14.2: what is no range is as good as not sent.
fn of_range(text: &str, size: u64) -> Plan {
    let Some(specs) = specs(text) else { return Plan::Whole };
    let many = specs.len() > RANGES;
    let mut parts: Vec<Range<u64>> = specs.into_iter().filter_map(|spec| spec.within(size)).collect();
    match parts.len() {
        0 => Plan::Unsatisfiable,
        // A suffix of an empty file: there is no Content-Range that says so.
        _ if parts.iter().any(Range::is_empty) => Plan::Whole,
        1 => Plan::Part(parts.remove(0)),
        _ if many || overlap(&parts) => Plan::Whole,
        _ => Plan::Parts(parts),
    }
}

fn overlap(parts: &[Range<u64>]) -> bool {
    let mut sorted: Vec<&Range<u64>> = parts.iter().collect();
    sorted.sort_by_key(|part| part.start);
    sorted.windows(2).any(|pair| pair[0].end > pair[1].start)
}

/// A range as it is written (section 14.1.2).
#[derive(Clone, Copy)]
enum Spec {
    From { first: u64, last: u64 },
    Last(u64),
}

impl Spec {
    /// What of it a file of `size` bytes has.
    fn within(self, size: u64) -> Option<Range<u64>> {
        match self {
            Spec::From { first, last } if first < size => Some(first..last.saturating_add(1).min(size)),
            Spec::Last(count) if count > 0 => Some(size.saturating_sub(count)..size),
            _ => None,
        }
    }
}

fn specs(text: &str) -> Option<Vec<Spec>> {
    let (unit, set) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    // A list may have empty elements (section 5.6.1).
    let written = set.split(',').map(str::trim).filter(|written| !written.is_empty());
    let specs: Vec<Spec> = written.map(spec).collect::<Option<_>>()?;
    (!specs.is_empty()).then_some(specs)
}

fn spec(text: &str) -> Option<Spec> {
    let (first, last) = text.split_once('-')?;
    if first.is_empty() {
        return number(last).map(Spec::Last);
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    (first <= last).then_some(Spec::From { first, last })
}

/// Digits; what is beyond 64 bits is as far away as can be.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

/// Unix seconds as HTTP writes them.
pub fn http_date(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    Offset::UTC.to_datetime(time).strftime(DATE).to_string()
}

/// The time that a date of HTTP names.
fn seconds(date: &str) -> Option<i64> {
    let time = [DATE].iter().chain(&OLD_DATES).find_map(|form| DateTime::strptime(form, date.trim()).ok())?;
    Some(Offset::UTC.to_timestamp(time).ok()?.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: Stands<'static> = Stands { size: 1000, tag: "\"abc\"", modified: 1_700_000_000 };
    const DAY: &str = "Tue, 14 Nov 2023 22:13:20 GMT";
    const NOW: i64 = 1_800_000_000;

    #[test]
    fn ranges_as_in_the_rfc() {
        use Plan::{Part, Parts, Unsatisfiable, Whole};
        let many = |count: u64| (0..count).map(|at| format!(",{}-{}", 2 * at, 2 * at)).collect::<String>();
        let (few, too_many) = (format!("bytes={}", many(16)), format!("bytes={}", many(17)));
        for (range, expected) in [
            ("bytes=0-0", Part(0..1)),
            ("bytes=0-499", Part(0..500)),
            ("bytes=500-999", Part(500..1000)),
            ("bytes=500-1000", Part(500..1000)),
            ("bytes=999-", Part(999..1000)),
            ("bytes=0-", Part(0..1000)),
            ("bytes=-1", Part(999..1000)),
            ("bytes=-500", Part(500..1000)),
            ("bytes=-1000", Part(0..1000)),
            ("bytes=-1001", Part(0..1000)),
            ("bytes=-99999999999999999999999", Part(0..1000)),
            ("bytes=5-99999999999999999999999", Part(5..1000)),
            ("Bytes= 0-1 ", Part(0..2)),
            ("bytes=0-1,", Part(0..2)),
            ("bytes=1000-", Unsatisfiable),
            ("bytes=1000-2000", Unsatisfiable),
            ("bytes=99999999999999999999999-", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=1000-,-0", Unsatisfiable),
            ("bytes=0-1,3-4", Parts(vec![0..2, 3..5])),
            ("bytes= 3-4 ,, 0-2", Parts(vec![3..5, 0..3])),
            ("bytes=0-0,-1", Parts(vec![0..1, 999..1000])),
            ("bytes=0-1,3-4,5000-", Parts(vec![0..2, 3..5])),
            ("bytes=0-1,2-3", Parts(vec![0..2, 2..4])),
            ("bytes=0-1,1-2", Whole),
            ("bytes=0-,-1", Whole),
            ("bytes=500-600,0-999", Whole),
            (&*few, Parts((0..16).map(|at| 2 * at..2 * at + 1).collect())),
            (&*too_many, Whole),
            ("bytes=0-1,5000-", Part(0..2)),
            ("bytes=2-1", Whole),
            ("bytes=0-1,2-1", Whole),
            ("bytes=", Whole),
            ("bytes=,", Whole),
            ("bytes=-", Whole),
            ("bytes=a-b", Whole),
            ("bytes=+1-2", Whole),
            ("bytes=1-+2", Whole),
            ("bytes=--1", Whole),
            ("bytes=1 - 2", Whole),
            ("bytes 0-1", Whole),
            ("seconds=0-1", Whole),
            ("", Whole),
        ] {
            let asked = Asked { range: Some(range), ..Asked::default() };
            assert_eq!(plan(asked, FILE, NOW), expected, "{range}");
        }
    }

    #[test]
    fn an_empty_file_has_no_ranges() {
        let empty = Stands { size: 0, ..FILE };
        for (range, expected) in [
            ("bytes=0-", Plan::Unsatisfiable),
            ("bytes=0-0", Plan::Unsatisfiable),
            ("bytes=-1", Plan::Whole),
            ("bytes=-0", Plan::Unsatisfiable),
        ] {
            let asked = Asked { range: Some(range), ..Asked::default() };
            assert_eq!(plan(asked, empty, NOW), expected, "{range}");
        }
    }

    #[test]
    fn a_range_holds_only_for_the_file_that_was_seen() {
        for (if_range, holds) in [
            ("\"abc\"", true),
            ("\"abd\"", false),
            ("W/\"abc\"", false),
            ("*", false),
            (DAY, true),
            ("Tue, 14 Nov 2023 22:13:21 GMT", false),
            ("Tue, 14 Nov 2023 22:13:19 GMT", false),
            ("yesterday", false),
            ("", false),
        ] {
            let asked = Asked { range: Some("bytes=0-1"), if_range: Some(if_range), ..Asked::default() };
            let expected = if holds { Plan::Part(0..2) } else { Plan::Whole };
            assert_eq!(plan(asked, FILE, NOW), expected, "{if_range}");
        }
        let asked = Asked { range: Some("bytes=0-1"), if_range: Some(DAY), ..Asked::default() };
        assert_eq!(plan(asked, FILE, FILE.modified), Plan::Whole, "it may change again in this second");
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        for (tags, date, known) in [
            (Some("\"abc\""), None, true),
            (Some("W/\"abc\""), None, true),
            (Some("\"x\", \"abc\""), None, true),
            (Some("*"), None, true),
            (Some("\"x\""), None, false),
            (Some("abc"), None, false),
            (Some("\"x\""), Some(DAY), false),
            (None, Some(DAY), true),
            (None, Some("Tue, 14 Nov 2023 22:13:21 GMT"), true),
            (None, Some("Tue, 14 Nov 2023 22:13:19 GMT"), false),
            (None, Some("never"), false),
        ] {
            let asked = Asked {
                range: Some("bytes=0-1"),
                if_none_match: tags,
                if_modified_since: date,
                ..Asked::default()
            };
            let expected = if known { Plan::NotModified } else { Plan::Part(0..2) };
            assert_eq!(plan(asked, FILE, NOW), expected, "{tags:?} {date:?}");
        }
    }

    #[test]
    fn what_the_client_does_not_know_is_not_sent() {
        for (tags, date, fails) in [
            (Some("\"abc\""), None, false),
            (Some("\"x\", \"abc\""), None, false),
            (Some("*"), None, false),
            (Some("W/\"abc\""), None, true),
            (Some("\"x\""), None, true),
            (Some("\"abc\""), Some("Tue, 14 Nov 2023 22:13:19 GMT"), false),
            (None, Some(DAY), false),
            (None, Some("Tue, 14 Nov 2023 22:13:19 GMT"), true),
            (None, Some("never"), false),
        ] {
            let asked = Asked { if_match: tags, if_unmodified_since: date, ..Asked::default() };
            let expected = if fails { Plan::Failed } else { Plan::Whole };
            assert_eq!(plan(asked, FILE, NOW), expected, "{tags:?} {date:?}");
        }
    }

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(http_date(FILE.modified), DAY);
        assert_eq!(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        for date in [DAY, "Tuesday, 14-Nov-23 22:13:20 GMT", "Tue Nov 14 22:13:20 2023"] {
            assert_eq!(seconds(date), Some(FILE.modified), "{date}");
        }
        assert_eq!(seconds("Sun Nov  6 08:49:37 1994"), Some(784_111_777));
        assert_eq!(http_date(i64::MAX), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
