//! What a name says, and the parts that names of every kind have.

use crate::ingest::cdr::{Clock, epoch};
use crate::intake::Facts;

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

/// The time that a name says, as `20261124` and `055326`. The uniqueid's own time, or else when the file was written,
/// tells which of two is meant.
pub(super) fn start_of(
    date: &str,
    time: &str,
    uniqueid: Option<&str>,
    written: i64,
    clock: &Clock,
) -> Option<i64> {
    let part = |text: &str, from: usize, to: usize| text.get(from..to).map(str::to_owned);
    let date = format!("{}-{}-{}", part(date, 0, 4)?, part(date, 4, 6)?, part(date, 6, 8)?);
    let time = format!("{}:{}:{}", part(time, 0, 2)?, part(time, 2, 4)?, part(time, 4, 6)?);
    // A recording shorter than an hour that was written at `written` began in the hour before.
    let earliest = uniqueid.and_then(epoch).unwrap_or(written.saturating_sub(3_600));
    clock.read(&format!("{date} {time}"), earliest).filter(|start| *start >= 0)
}
