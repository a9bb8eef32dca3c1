//! When an office is on the phone.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::dice::Dice;

/// Seconds a day.
pub(super) const DAY: i64 = 86_400;
/// Days that the demo looks back: one short of a year, so that nothing that is kept for a year has
/// expired yet.
const DAYS: usize = 364;
/// The longest that a new call with its transfer lasts; one that starts so long before now has ended by now.
const SETTLED: i64 = 300;
const HALF_HOUR: i64 = 1800;
/// The office opens at eight.
const OPENS: i8 = 8;
/// How busy each half hour from eight is: a late-morning peak, a lunch that somebody stays at the desk for,
/// an afternoon that fades out towards six.
const WEEKDAY: [f64; 20] =
    [0.4, 1.3, 2.7, 3.3, 3.7, 3.6, 3.3, 2.9, 1.2, 0.8, 1.7, 2.4, 3.0, 3.2, 2.9, 2.6, 2.1, 1.6, 0.7, 0.3];
/// Saturdays: the morning only, with a skeleton staff.
const SATURDAY: [f64; 20] =
    [0.0, 0.0, 0.7, 0.7, 0.8, 0.7, 0.7, 0.6, 0.4, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];

/// A stretch of time with one level of business.
struct Slot {
    start: i64,
    length: i64,
    weight: f64,
}

/// The starts of so many calls in the year before `now`, in order.
pub(super) fn starts(now: i64, zone: &TimeZone, count: usize, dice: &mut Dice) -> Vec<i64> {
    let slots = slots(now, zone);
    let running = slots.iter().scan(0.0, |total, slot| {
        *total += slot.weight;
        Some(*total)
    });
    let running: Vec<f64> = running.collect();
    let mut start = || {
        let slot = slots.get(dice.weighted(&running))?;
        Some(slot.start + dice.whole(0, slot.length - 1))
    };
    let mut starts: Vec<i64> = (0..count).filter_map(|_| start()).collect();
    starts.sort_unstable();
    starts
}

/// The half hours with calls, up to now; the current one counts for the part of it that is over.
fn slots(now: i64, zone: &TimeZone) -> Vec<Slot> {
    let mut day = zone.to_datetime(Timestamp::from_second(now).unwrap_or_default()).date();
    let mut slots = Vec::new();
    for _ in 0..=DAYS {
        slots.extend(day_slots(day, zone).filter_map(|slot| before(now, slot)));
        day = day.yesterday().unwrap_or(day);
    }
    slots
}

fn day_slots(day: Date, zone: &TimeZone) -> impl Iterator<Item = Slot> {
    profile(day).iter().enumerate().filter_map(move |(i, weight)| {
        let time = day.at(OPENS + (i / 2) as i8, 30 * (i % 2) as i8, 0, 0);
        let start = zone.to_timestamp(time).ok()?.as_second();
        Some(Slot { start, length: HALF_HOUR, weight: *weight })
    })
}

fn profile(day: Date) -> &'static [f64] {
    match (day.month(), day.day(), day.weekday()) {
        (12, 25 | 26, _) | (1, 1, _) | (_, _, Weekday::Sunday) => &[],
        (_, _, Weekday::Saturday) => &SATURDAY,
        _ => &WEEKDAY,
    }
}

fn before(now: i64, slot: Slot) -> Option<Slot> {
    let length = slot.length.min(now - SETTLED - slot.start);
    let recent = slot.start > now - DAYS as i64 * DAY;
    let share = length as f64 / slot.length as f64;
    (recent && length > 0).then_some(Slot { length, weight: slot.weight * share, ..slot })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::Offset;

    /// Tuesday, 24 November 2026, 11:12:25 UTC.
    const NOW: i64 = 1_795_518_745;

    fn in_zone(hours: i8) -> (Vec<i64>, TimeZone) {
        let zone = TimeZone::fixed(Offset::constant(hours));
        (starts(NOW, &zone, 5000, &mut Dice::new(1)), zone)
    }

    #[test]
    fn calls_keep_office_hours_in_the_zone() {
        for hours in [-8, 0, 9] {
            let (starts, zone) = in_zone(hours);
            assert_eq!(starts.len(), 5000);
            for start in starts {
                let time = zone.to_datetime(Timestamp::from_second(start).unwrap());
                assert!((8..18).contains(&time.hour()) && time.weekday() != Weekday::Sunday, "{time}");
            }
        }
    }

    #[test]
    fn lunch_and_saturday_are_quiet() {
        let (starts, zone) = in_zone(0);
        let times: Vec<_> =
            starts.iter().map(|start| zone.to_datetime(Timestamp::from_second(*start).unwrap())).collect();
        let at = |hour| times.iter().filter(|time| time.hour() == hour).count();
        let saturday = times.iter().filter(|time| time.weekday() == Weekday::Saturday).count();
        assert!(at(12) * 2 < at(10) && at(12) * 2 < at(14));
        assert!((60..300).contains(&saturday), "{saturday}");
    }

    #[test]
    fn the_year_ends_a_little_before_now() {
        let (starts, _) = in_zone(0);
        assert!(starts.is_sorted());
        assert!(starts.iter().all(|start| (NOW - 364 * DAY..=NOW - SETTLED).contains(start)));
        assert!(starts[4999] > NOW - 4 * 3600, "there are calls of today");
    }
}
