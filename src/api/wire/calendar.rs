//! Where hours, days, weeks and months begin in a time zone.

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

use super::params::{Parameter, Reading};

/// The parameter that names a zone.
pub const TIMEZONE: Parameter =
    Parameter::text("timezone", "IANA name of the zone whose clocks count, such as Europe/Berlin; else UTC")
        .logged();
/// Seconds.
const HOUR: i64 = 3600;

/// What a summary counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// By the clock of the zone.
    Hour,
    /// From midnight, or when the day begins where there is none.
    Day,
    /// From Monday.
    Week,
    /// From the first.
    Month,
}

impl Interval {
    /// Every interval.
    pub const ALL: [Interval; 4] = [Interval::Hour, Interval::Day, Interval::Week, Interval::Month];
}

/// The zone of an IANA name. The system's own table knows the latest rules, ours the old names that a distribution may
/// leave out, such as Asia/Calcutta.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).or_else(|_| TimeZoneDatabase::bundled().get(name)).ok()
}

/// The zone that a request names, else UTC.
pub fn read_zone(reading: &mut Reading<'_>) -> TimeZone {
    let zone = reading.text(&TIMEZONE).map_or(Some(TimeZone::UTC), zone);
    if zone.is_none() {
        reading.fault(TIMEZONE.name, "timezone must be an IANA name, such as Europe/Berlin or UTC");
    }
    zone.unwrap_or(TimeZone::UTC)
}

/// What the clocks of a zone show at a time; nothing is said of times that no calendar has: they are its last.
pub fn clock(zone: &TimeZone, time: i64) -> DateTime {
    zone.to_datetime(timestamp(time))
}

/// Intervals of a zone.
pub struct Calendar {
    /// Their length.
    pub interval: Interval,
    /// Whose clocks count.
    pub zone: TimeZone,
}

impl Calendar {
    /// The beginnings of all intervals from the one that holds `first` to the one that holds `last`, Unix seconds;
    /// nothing if there are more than `most`.
    pub fn intervals(&self, first: i64, last: i64, most: usize) -> Option<Vec<i64>> {
        let mut begins = vec![self.begin(first)];
        while let Some(next) = begins.last().and_then(|begin| self.next(*begin)).filter(|next| *next <= last)
        {
            if begins.len() == most {
                return None;
            }
            begins.push(next);
        }
        Some(begins)
    }

    /// Where the interval of a time begins. Nothing is said of times that no calendar has: they are its last.
    fn begin(&self, time: i64) -> i64 {
        let time = time.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let date = self.date(time);
        match self.interval {
            Interval::Hour => self.hour(time),
            Interval::Day => self.midnight(date).unwrap_or(time),
            Interval::Week => self.midnight(monday(date)).unwrap_or(time),
            Interval::Month => self.midnight(date.first_of_month()).unwrap_or(time),
        }
    }

    /// Where the interval behind the one that begins at `begin` begins.
    fn next(&self, begin: i64) -> Option<i64> {
        let date = self.date(begin);
        let next = match self.interval {
            Interval::Hour => self.hour(existing(begin + HOUR - self.past_the_hour(begin))?),
            Interval::Day => self.midnight(date.tomorrow().ok()?)?,
            Interval::Week => self.midnight(monday(date).checked_add(1.week()).ok()?)?,
            Interval::Month => self.midnight(date.first_of_month().checked_add(1.month()).ok()?)?,
        };
        (next > begin).then_some(next)
    }

    fn date(&self, time: i64) -> Date {
        clock(&self.zone, time).date()
    }

    /// When a day begins: at midnight, or with the first time that its clocks show.
    fn midnight(&self, date: Date) -> Option<i64> {
        Some(self.zone.to_timestamp(date.at(0, 0, 0, 0)).ok()?.as_second())
    }

    /// The last full hour; or the time when clocks were set by a part of an hour, if that was later.
    fn hour(&self, time: i64) -> i64 {
        let full = time - self.past_the_hour(time);
        if (self.offset(time) - self.offset(full)) % HOUR == 0 {
            return full;
        }
        let behind = Timestamp::from_second(time + 1).unwrap_or(Timestamp::MAX);
        self.zone.preceding(behind).next().map_or(full, |change| change.timestamp().as_second())
    }

    fn past_the_hour(&self, time: i64) -> i64 {
        (time + self.offset(time)).rem_euclid(HOUR)
    }

    fn offset(&self, time: i64) -> i64 {
        self.zone.to_offset(timestamp(time)).seconds().into()
    }
}

fn timestamp(time: i64) -> Timestamp {
    Timestamp::from_second(time).unwrap_or(if time < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// The time, if it is one of the calendar's.
fn existing(time: i64) -> Option<i64> {
    Timestamp::from_second(time).ok().map(Timestamp::as_second)
}

fn monday(date: Date) -> Date {
    let days = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_sub(days.days()).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 5000;

    /// A time, as in `2026-03-29T00:00:00+01:00`.
    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a time").as_second()
    }

    /// The beginnings from a time to another one, as the zone's clocks show them.
    fn begins(interval: Interval, name: &str, first: &str, last: &str) -> Vec<String> {
        let calendar = Calendar { interval, zone: zone(name).expect("a zone") };
        let shown = |begin: i64| {
            let time = timestamp(begin).to_zoned_datetime(calendar.zone.clone());
            time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
        };
        let begins = calendar.intervals(at(first), at(last), MOST).expect("not so many");
        begins.into_iter().map(shown).collect()
    }

    #[test]
    fn days_last_23_and_25_hours_when_amsterdam_changes_its_clocks() {
        assert_eq!(
            begins(Interval::Day, "Europe/Amsterdam", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"),
            ["2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"]
        );
        assert_eq!(
            begins(Interval::Day, "Europe/Amsterdam", "2026-10-25T12:00:00Z", "2026-10-26T12:00:00Z"),
            ["2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"]
        );
    }

    #[test]
    fn the_hour_that_comes_twice_is_two_and_the_one_that_does_not_come_is_none() {
        assert_eq!(
            begins(Interval::Hour, "Europe/Amsterdam", "2026-10-24T23:30:00Z", "2026-10-25T02:00:00Z"),
            [
                "2026-10-25T01:00:00+02:00",
                "2026-10-25T02:00:00+02:00",
                "2026-10-25T02:00:00+01:00",
                "2026-10-25T03:00:00+01:00"
            ]
        );
        assert_eq!(
            begins(Interval::Hour, "Europe/Amsterdam", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"),
            ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]
        );
    }

    #[test]
    fn half_hours_of_a_zone_count() {
        assert_eq!(
            begins(Interval::Hour, "Asia/Kolkata", "2026-11-24T00:00:00Z", "2026-11-24T00:30:00Z"),
            ["2026-11-24T05:00:00+05:30", "2026-11-24T06:00:00+05:30"]
        );
        assert_eq!(
            begins(Interval::Day, "Asia/Calcutta", "2026-11-23T18:29:59Z", "2026-11-23T18:30:00Z"),
            ["2026-11-23T00:00:00+05:30", "2026-11-24T00:00:00+05:30"]
        );
        // Clocks there are set by half an hour.
        assert_eq!(
            begins(
                Interval::Hour,
                "Australia/Lord_Howe",
                "2026-10-04T01:00:00+10:30",
                "2026-10-04T03:00:00+11:00"
            ),
            ["2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-04T03:00:00+11:00"]
        );
        assert_eq!(
            begins(
                Interval::Hour,
                "Australia/Lord_Howe",
                "2026-04-05T01:00:00+11:00",
                "2026-04-05T02:00:00+10:30"
            ),
            ["2026-04-05T01:00:00+11:00", "2026-04-05T01:30:00+10:30", "2026-04-05T02:00:00+10:30"]
        );
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        assert_eq!(
            begins(Interval::Week, "Europe/Amsterdam", "2026-03-29T12:00:00Z", "2026-04-05T21:59:59Z"),
            ["2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00"]
        );
        assert_eq!(
            begins(Interval::Week, "UTC", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
            ["2026-11-23T00:00:00+00:00", "2026-11-30T00:00:00+00:00"]
        );
        assert_eq!(
            begins(Interval::Month, "Europe/Amsterdam", "2026-01-31T12:00:00Z", "2026-04-01T00:00:00Z"),
            [
                "2026-01-01T00:00:00+01:00",
                "2026-02-01T00:00:00+01:00",
                "2026-03-01T00:00:00+01:00",
                "2026-04-01T00:00:00+02:00"
            ]
        );
    }

    #[test]
    fn a_day_without_a_midnight_begins_later_and_one_that_was_skipped_is_none() {
        assert_eq!(
            begins(Interval::Day, "Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-24T12:00:00Z"),
            ["2026-04-23T00:00:00+02:00", "2026-04-24T01:00:00+03:00"]
        );
        assert_eq!(
            begins(Interval::Day, "Pacific/Apia", "2011-12-29T12:00:00-10:00", "2011-12-31T12:00:00+14:00"),
            ["2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00"]
        );
    }

    #[test]
    fn every_zone_cuts_time_into_pieces_that_follow_each_other() {
        for name in ["UTC", "Europe/Amsterdam", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe"] {
            for interval in Interval::ALL {
                let calendar = Calendar { interval, zone: zone(name).expect("a zone") };
                let first = at("2006-10-01T00:00:00Z");
                let begins = calendar.intervals(first, first + 4900 * HOUR, MOST).expect("not so many");
                assert!(begins[0] <= first);
                for pair in begins.windows(2) {
                    assert!(pair[0] < pair[1], "{name} {interval:?}");
                    for time in [pair[0], pair[0] + 1, pair[1] - 1] {
                        assert_eq!(calendar.begin(time), pair[0], "{name} {interval:?} {time}");
                    }
                }
            }
        }
    }

    #[test]
    fn there_is_an_end_to_it() {
        let calendar = |interval| Calendar { interval, zone: TimeZone::UTC };
        assert_eq!(calendar(Interval::Hour).intervals(0, 4999 * HOUR, MOST).map(|all| all.len()), Some(MOST));
        assert_eq!(calendar(Interval::Hour).intervals(0, 5000 * HOUR, MOST), None);
        for interval in Interval::ALL {
            assert_eq!(calendar(interval).intervals(0, i64::MAX, MOST), None);
            let last = calendar(interval).intervals(i64::MAX, i64::MAX, MOST).expect("the last one");
            assert_eq!(last.len(), 1, "{interval:?}");
        }
    }

    #[test]
    fn only_names_of_the_table_are_zones() {
        for (name, known) in [
            ("Europe/Amsterdam", true),
            ("europe/amsterdam", true),
            ("US/Pacific", true),
            ("Asia/Calcutta", true),
            ("UTC", true),
            ("Etc/GMT-5", true),
            ("Mars/Olympus", false),
            ("", false),
            ("../../etc/passwd", false),
            ("/etc/localtime", false),
            ("+02:00", false),
            ("CET-1CEST,M3.5.0,M10.5.0/3", false),
        ] {
            assert_eq!(zone(name).is_some(), known, "{name}");
        }
    }
}
