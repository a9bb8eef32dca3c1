//! The date and the time of day in a name, as dialplans write them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Years of four digits, in this order: `20261124-055326`, `20261124055326`, `2026-11-24-05_53`, `2026-11-24_05.53.26`. A
/// number of a telephone in the international form has a plus sign before it.
static WHEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let (hour, minute) = (r"(?:[01]\d|2[0-3])", r"[0-5]\d");
    let spaced = |between: &str| format!("{hour}{between}{minute}(?:{between}{minute})?");
    let (dashes, lines, dots, colons) = (spaced("-"), spaced("_"), spaced(r"\."), spaced(":"));
    let (month, day) = (r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])");
    Regex::new(&format!(
        r"(?:^|[^0-9+])(?<date>(?:19|20)\d\d(?:-{month}-|_{month}_|\.{month}\.|{month}){day})(?:[-_. T]|--|)(?<time>{hour}{minute}{minute}|{dashes}|{lines}|{dots}|{colons}|{hour}h{minute}(?:m{minute})?)(?:$|[^0-9])"
    ))
    .ok()
});

/// When a recording began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct When {
    /// `20261124`
    pub date: String,
    /// `055326`, or `0553`
    pub time: String,
    /// Where in the name it stands.
    pub place: Range<usize>,
}

/// What a name says of it.
pub(super) fn when_in(text: &str) -> Option<When> {
    let found = WHEN.as_ref()?.captures(text)?;
    let (date, time) = (found.name("date")?, found.name("time")?);
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    Some(When { date: digits(date.as_str()), time: digits(time.as_str()), place: date.start()..time.end() })
}
