//! The PBX's clock: times of its own zone, to Unix seconds.
//!
//! Call detail records say neither the zone nor, in the hour that autumn repeats, which of the two they mean. A
//! uniqueid begins with the Unix time of its channel, and that decides.

use std::cell::Cell;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// A channel's clock and the record's may differ by so many seconds.
const SLACK: i64 = 5;

/// A zone, and the last time that was asked for: records come in bunches of the same hour.
#[derive(Clone, Debug)]
pub struct Clock {
    zone: TimeZone,
    /// The civil hour asked for last and its offset, where there is only one.
    last: Cell<Option<(DateTime, i64)>>,
}

impl Clock {
    /// The clock on the wall of the PBX.
    pub fn new(zone: TimeZone) -> Clock {
        Clock { zone, last: Cell::new(None) }
    }

    /// A time such as `2026-11-24 05:53:26`, with or without a zone of its own, or Unix seconds. Of two that it may stand
    /// for, the first one that is not before `earliest` counts.
    pub fn read(&self, text: &str, earliest: i64) -> Option<i64> {
        match stamp(text)? {
            Stamp::Civil(time) => Some(self.unix(time, earliest)),
            Stamp::Unix(seconds) => Some(seconds),
        }
    }

    fn unix(&self, time: DateTime, earliest: i64) -> i64 {
        let as_utc = seconds(time);
        let hour = time.date().at(time.hour(), 0, 0, 0);
        if let Some((last, offset)) = self.last.get()
            && last == hour
        {
            return as_utc - offset;
        }
        match self.zone.to_ambiguous_timestamp(time).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                let offset = i64::from(offset.seconds());
                if self.has_one_offset(hour, offset) {
                    self.last.set(Some((hour, offset)));
                }
                as_utc - offset
            }
            // A clock that was put forward too late shows times that never were.
            AmbiguousOffset::Gap { before, .. } => as_utc - i64::from(before.seconds()),
            AmbiguousOffset::Fold { before, after } => {
                let first = as_utc - i64::from(before.seconds());
                if first >= earliest - SLACK { first } else { as_utc - i64::from(after.seconds()) }
            }
        }
    }

    /// Whether all of a civil hour has this offset; a few zones change theirs at half past.
    fn has_one_offset(&self, hour: DateTime, offset: i64) -> bool {
        [hour, hour.date().at(hour.hour(), 59, 59, 0)].into_iter().all(|time| {
            matches!(self.zone.to_ambiguous_timestamp(time).offset(),
                AmbiguousOffset::Unambiguous { offset: found } if i64::from(found.seconds()) == offset)
        })
    }
}

/// The Unix time that a uniqueid such as `1795499606.0` or `pbx1-1795499606.0` begins with.
pub fn epoch(uniqueid: &str) -> Option<i64> {
    let (channel, counter) = uniqueid.rsplit_once('.')?;
    let seconds = channel.rsplit_once('-').map_or(channel, |(_, seconds)| seconds);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if (9..=11).contains(&seconds.len()) && digits(seconds) && digits(counter) {
        seconds.parse().ok()
    } else {
        None
    }
}

/// A time as a record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// Of the clock on the wall.
    Civil(DateTime),
    /// Of any clock.
    Unix(i64),
}

/// `YYYY-MM-DD HH:MM:SS`, with `T` for the blank, a fraction or a zone behind it; or Unix seconds.
pub(super) fn stamp(text: &str) -> Option<Stamp> {
    let text = text.trim();
    let Some(time) = civil(text.get(..19).unwrap_or(text)) else {
        return unix(text).map(Stamp::Unix).or_else(|| rewritten(text).map(Stamp::Civil));
    };
    let rest = text.get(19..)?;
    let fraction =
        rest.strip_prefix('.').map_or(0, |digits| 1 + digits.bytes().take_while(u8::is_ascii_digit).count());
    match rest[fraction..].trim_start() {
        "" => Some(Stamp::Civil(time)),
        zone => Some(Stamp::Unix(seconds(time) - offset(zone)?)),
    }
}

/// A time as spreadsheets rewrite it: `24.11.2026 05:53:26`, `2026/11/24 5:53`. Where day and month can be either, it is none.
fn rewritten(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once([' ', 'T'])?;
    let numbers = |text: &str, mark: char| -> Option<Vec<i16>> {
        text.split(mark).map(|part| part.parse().ok().filter(|number| *number >= 0)).collect()
    };
    let (year, month, day) = match (numbers(date, '.'), numbers(date, '/').or(numbers(date, '-'))) {
        (Some(parts), _) if parts.len() == 3 => (parts[2], parts[1], parts[0]),
        (_, Some(parts)) if parts.len() == 3 => (parts[0], parts[1], parts[2]),
        _ => return None,
    };
    let time = numbers(time, ':').filter(|parts| matches!(parts.len(), 2 | 3) && year >= 1970)?;
    let small = |number: i16| i8::try_from(number).ok();
    let second = time.get(2).copied().unwrap_or(0);
    DateTime::new(year, small(month)?, small(day)?, small(time[0])?, small(time[1])?, small(second)?, 0).ok()
}

/// Seconds east of Greenwich: `Z`, `UTC`, `+01`, `-0330`, `+05:45`.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits: String = digits.split(':').collect();
    let whole = matches!(digits.len(), 2 | 4 | 6) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from: usize| digits.get(from..from + 2).map_or(Some(0), |part| part.parse::<i64>().ok());
    let seconds = (part(0)? * 60 + part(2)?) * 60 + part(4)?;
    (whole && seconds < 86_400).then_some(sign * seconds)
}

/// `YYYY-MM-DD HH:MM:SS`, with `T` for the blank.
fn civil(text: &str) -> Option<DateTime> {
    let time = text.as_bytes();
    let between = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if time.len() != 19
        || between.iter().any(|(at, mark)| time[*at] != *mark)
        || !matches!(time[10], b' ' | b'T')
    {
        return None;
    }
    let number = |from: usize, to: usize| {
        time[from..to].iter().try_fold(0_i16, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + i16::from(byte - b'0'))
        })
    };
    let small = |from, to| number(from, to).and_then(|number| i8::try_from(number).ok());
    let [month, day, hour, minute, second] =
        [small(5, 7)?, small(8, 10)?, small(11, 13)?, small(14, 16)?, small(17, 19)?];
    DateTime::new(number(0, 4)?, month, day, hour, minute, second, 0).ok()
}

fn unix(text: &str) -> Option<i64> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if number && (9..=11).contains(&whole.len()) { whole.parse().ok() } else { None }
}

/// Seconds between 1970 and a civil time, as if it were UTC.
pub(super) fn seconds(time: DateTime) -> i64 {
    jiff::tz::Offset::UTC.to_timestamp(time).map_or(0, |time| time.as_second())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clock(zone: &str) -> Clock {
        Clock::new(TimeZone::get(zone).unwrap())
    }

    #[test]
    fn a_local_time_is_that_of_the_pbx() {
        let new_york = clock("America/New_York");
        assert_eq!(new_york.read("2026-11-24 00:53:26", 0), Some(1_795_499_606));
        assert_eq!(clock("UTC").read("2026-11-24T05:53:26.123", 0), Some(1_795_499_606));
        assert_eq!(new_york.read("1795499606.123456", 0), Some(1_795_499_606));
        for text in
            ["", "x", "2026-13-01 00:00:00", "2026-11-24 24:00:00", "2026-11-24", "0000000000000000000", "é"]
        {
            assert_eq!(new_york.read(text, 0), None, "{text}");
        }
    }

    #[test]
    fn what_a_spreadsheet_made_of_a_time_is_one_unless_day_and_month_may_be_either() {
        let utc = clock("UTC");
        for text in ["24.11.2026 05:53:26", "24.11.2026 5:53:26", "2026/11/24 05:53:26", "2026-11-24 5:53:26"]
        {
            assert_eq!(utc.read(text, 0), Some(1_795_499_606), "{text}");
        }
        assert_eq!(utc.read("24.11.2026 05:53", 0), Some(1_795_499_580));
        for text in
            ["24/11/2026 05:53:26", "11/24/2026 05:53", "24.11.26 05:53", "1.2 3:4", "5.6.2026 x:4", "a b"]
        {
            assert_eq!(utc.read(text, 0), None, "{text}");
        }
    }

    #[test]
    fn a_time_that_says_its_zone_is_the_same_on_every_clock() {
        for text in [
            "2026-11-24 05:53:26+00",
            "2026-11-24 06:53:26+01:00",
            "2026-11-24 06:53:26.123456+0100",
            "2026-11-24T05:53:26Z",
            "2026-11-24 00:53:26 -05",
            "2026-11-24 05:53:26 UTC",
            " 2026-11-24 11:38:26+05:45 ",
        ] {
            assert_eq!(clock("America/New_York").read(text, 0), Some(1_795_499_606), "{text}");
        }
        for text in [
            "2026-11-24 05:53:26+",
            "2026-11-24 05:53:26+1",
            "2026-11-24 05:53:26 CET",
            "2026-11-24 05:53:26x",
        ] {
            assert_eq!(clock("UTC").read(text, 0), None, "{text}");
        }
    }

    #[test]
    fn the_hour_that_comes_twice_is_the_one_of_the_channel() {
        let berlin = clock("Europe/Berlin");
        // 2026-10-25: at 3:00 it is 2:00 again.
        let first = 1_792_888_200;
        for earliest in [first - 1800, first, first + 2] {
            assert_eq!(berlin.read("2026-10-25 02:30:00", earliest), Some(first));
        }
        for earliest in [first + 10, first + 1800, first + 3600] {
            assert_eq!(berlin.read("2026-10-25 02:30:00", earliest), Some(first + 3600));
        }
    }

    #[test]
    fn the_hour_that_never_comes_is_one_of_before() {
        // 2026-03-29: at 2:00 it is 3:00.
        assert_eq!(clock("Europe/Berlin").read("2026-03-29 02:30:00", 0), Some(1_774_747_800));
    }

    #[test]
    fn uniqueids_begin_with_their_second() {
        for (uniqueid, seconds) in [
            ("1795499606.0", Some(1_795_499_606)),
            ("pbx1-1795499606.17", Some(1_795_499_606)),
            ("my-own-pbx-1795499606.17", Some(1_795_499_606)),
            ("1795499606", None),
            ("", None),
            ("99999999999999999999.1", None),
            ("0d4b2f52-2c1c-4b2f-9f3f-7b8b6e0c1a11", None),
        ] {
            assert_eq!(epoch(uniqueid), seconds, "{uniqueid}");
        }
    }

    proptest! {
        /// Every second of ten years, written down and read again with the channel's beginning at hand.
        #[test]
        fn times_come_back(
            second in 1_500_000_000_i64..1_830_000_000,
            before in 0_i64..3000,
            zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
        ) {
            let zone = TimeZone::get(zone).unwrap();
            let local = zone.to_datetime(jiff::Timestamp::from_second(second).unwrap());
            let clock = Clock::new(zone);
            let text = local.strftime("%Y-%m-%d %H:%M:%S").to_string();
            // Within half an hour of the channel's beginning there are no two candidates anywhere.
            let read = clock.read(&text, second - before.min(1700)).unwrap();
            prop_assert_eq!(read, second);
            prop_assert_eq!(clock.read(&text, second), Some(second));
        }

        #[test]
        fn anything_may_come(text in ".{0,25}") {
            clock("Europe/Berlin").read(&text, 0);
            epoch(&text);
        }
    }
}
