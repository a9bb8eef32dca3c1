//! A year of recordings: what the exchange made, which of them are kept, and which can be heard.

use jiff::tz::TimeZone;

use super::dice::Dice;
use super::hours::{self, DAY};
use super::lengths::NEWEST;
use super::pbx::Pbx;
use super::people::DemoPerson;
use super::sound::Sound;
use crate::model::{Group, RecordingRow};

/// Where all chance of the demo begins.
const SEED: u64 = 0x7A9E_11FE;
/// All rows, those in progress included.
const CALLS: usize = 5000;
/// Calls that go on while the demo is made.
const IN_PROGRESS: usize = 4;
/// Answered calls that are on hold, counted back from the newest.
const HELD: [usize; 12] = [7, 43, 118, 300, 611, 905, 1300, 1710, 2222, 2801, 3300, 3800];
/// From here on, hold is all that keeps them: the expiry was cut short, the way it is after a complaint is
/// settled.
const HELD_PAST_EXPIRY: usize = 1300;

/// A call, and what there is to hear.
#[derive(Clone, Debug)]
pub struct Call {
    /// The row.
    pub draft: RecordingRow,
    /// The sound to write at the row's path.
    pub sound: Sound,
}

/// The calls of the year before `now`, by their start, and the ones that are in progress.
pub(super) fn year(now: i64, zone: &TimeZone, people: &[DemoPerson], groups: &[Group]) -> Vec<Call> {
    let mut dice = Dice::new(SEED);
    let starts = hours::starts(now, zone, CALLS - IN_PROGRESS, &mut dice);
    let mut pbx = Pbx::new(dice, zone, people, groups);
    let mut drafts: Vec<RecordingRow> = Vec::with_capacity(CALLS);
    for (start, age) in starts.iter().zip((1..=starts.len()).rev()) {
        let transfer = drafts.last().and_then(|previous| pbx.transfer(previous, age));
        let draft = transfer.unwrap_or_else(|| pbx.completed(*start, age));
        drafts.push(draft);
    }
    drafts.sort_by_key(|draft| draft.start);
    hold(&mut drafts);
    let older = drafts.len().saturating_sub(NEWEST);
    let completed = drafts.into_iter().enumerate().map(|(i, draft)| with_sound(draft, i >= older));
    let mut calls: Vec<Call> = completed.collect();
    calls.extend((0..IN_PROGRESS).rev().map(|place| in_progress(pbx.in_progress(now, place), now)));
    calls
}

/// The newest have a sound each; the others share theirs with all of the same length.
fn with_sound(mut draft: RecordingRow, own: bool) -> Call {
    let sound = if own { Sound::of(&draft) } else { Sound::shared(&draft) };
    draft.size = sound.size();
    Call { draft, sound }
}

/// A recording that grows is not known by its size.
fn in_progress(draft: RecordingRow, now: i64) -> Call {
    let sound = Sound::growing(&draft, now);
    Call { draft, sound }
}

/// Keeps a few calls from being deleted.
fn hold(drafts: &mut [RecordingRow]) {
    for (back, draft) in drafts.iter_mut().rev().filter(|draft| draft.talktime > 0).enumerate() {
        if HELD.contains(&back) {
            draft.hold = 1;
        }
        if draft.hold == 1 && back >= HELD_PAST_EXPIRY {
            draft.expires = draft.start + 30 * DAY;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::people;
    use jiff::Timestamp;
    use jiff::civil::Weekday;
    use jiff::tz::Offset;
    use std::collections::HashSet;

    /// A Tuesday at noon, a Sunday night, and the morning after New Year, in UTC.
    const MOMENTS: [i64; 3] = [1_795_521_600, 1_795_314_600, 1_798_880_400];

    fn made(now: i64) -> Vec<Call> {
        year(now, &TimeZone::fixed(Offset::constant(2)), &people::people(), &people::groups())
    }

    fn completed(calls: &[Call]) -> impl DoubleEndedIterator<Item = &RecordingRow> {
        calls.iter().map(|call| &call.draft).filter(|draft| draft.complete == 1)
    }

    #[test]
    fn there_are_five_thousand_rows_each_with_its_own_identity_and_file() {
        for now in MOMENTS {
            let calls = made(now);
            let drafts = || calls.iter().map(|call| &call.draft);
            let identities: HashSet<_> =
                drafts().map(|d| (d.recordgroup, &d.uniqueid, &d.recordid)).collect();
            let paths: HashSet<_> = drafts().map(|d| &d.path).collect();
            assert_eq!((calls.len(), identities.len(), paths.len()), (CALLS, CALLS, CALLS));
            assert!(drafts().any(|d| d.recordid == "2"));
        }
    }

    #[test]
    fn completed_calls_keep_office_hours_and_have_ended() {
        let zone = TimeZone::fixed(Offset::constant(2));
        for now in MOMENTS {
            for draft in completed(&made(now)) {
                let time = zone.to_datetime(Timestamp::from_second(draft.start).unwrap());
                assert!((8..20).contains(&time.hour()) && time.weekday() != Weekday::Sunday, "{time}");
                assert!(draft.end < now && draft.end == draft.start + draft.totaltime);
                assert!(draft.talktime <= draft.totaltime && draft.totaltime > 0);
                assert_eq!(draft.talktime > 0, draft.status == "answer");
            }
        }
    }

    #[test]
    fn calls_in_progress_know_no_end() {
        for now in MOMENTS {
            let calls = made(now);
            let live: Vec<_> = calls.iter().filter(|call| call.draft.complete == 0).collect();
            assert_eq!(live.len(), IN_PROGRESS);
            for Call { draft, sound } in live {
                assert_eq!(
                    (draft.end, draft.talktime, draft.totaltime, draft.size, draft.stale),
                    (0, 0, 0, 0, 0)
                );
                assert!(
                    (now - 180..now).contains(&draft.start) && draft.status.is_empty() && sound.seconds() > 0
                );
            }
        }
    }

    #[test]
    fn every_call_has_sound_and_all_of_it_is_small() {
        for now in MOMENTS {
            let calls = made(now);
            let heard = || completed(&calls).rev().take(NEWEST);
            assert!(heard().all(|d| d.totaltime <= 130));
            assert!(completed(&calls).all(|d| d.stale == 0 && d.size > 44));
            let size: i64 = heard().map(|d| d.size).sum();
            assert!((60_000_000..115_000_000).contains(&size), "{size}");
            let sounds: HashSet<_> = calls.iter().map(|call| &call.sound).collect();
            let (count, size) =
                (sounds.len() - NEWEST - IN_PROGRESS, sounds.iter().map(|sound| sound.size()).sum::<i64>());
            assert!(count < 80 && size < 200_000_000, "{count} that are shared, {size} bytes");
        }
    }

    #[test]
    fn nothing_has_expired_but_what_is_on_hold() {
        for now in MOMENTS {
            let calls = made(now);
            let held = || completed(&calls).filter(|d| d.hold == 1);
            assert_eq!(held().count(), HELD.len());
            assert!(held().any(|d| d.expires < now));
            assert!(completed(&calls).all(|d| d.hold == 1 || d.expires == 0 || d.expires > now));
        }
    }

    #[test]
    fn a_moment_before_the_first_call_makes_an_empty_year() {
        assert_eq!(made(i64::MIN / 2).len(), IN_PROGRESS);
    }
}
