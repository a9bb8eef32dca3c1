//! When a recording began and ended, how long it is, and when it expires.

use super::draft::stem;
use super::facts::{Facts, OF_NAMING_RECORD, OF_PBX, Ranks};
use super::file::{UNSEEN, is_over};
use super::one_recording::is_uuid;
use crate::model::{IntakeFile, SECOND};

const DAY: i64 = 86_400;
/// A file written last so long after the start and the sound that it has been touched since.
const TOUCHED: i64 = 3_600;
/// The words for how a call ended without an answer.
const UNANSWERED: [&str; 7] =
    ["noanswer", "busy", "cancel", "congestion", "chanunavail", "failed", "rejected"];

/// Whether the call ended without an answer.
pub(super) fn is_unanswered(facts: &Facts) -> bool {
    facts.status.as_deref().is_some_and(|status| UNANSWERED.contains(&status))
}

/// What a row says of it.
pub(super) struct Times {
    pub start: i64,
    pub end: i64,
    pub talktime: i64,
    pub totaltime: i64,
}

impl Times {
    pub(super) fn of(facts: &Facts, known: &IntakeFile) -> Times {
        let ranks = Ranks::parse(&known.ranks);
        let start = facts.start.filter(|start| *start >= 0);
        let start = match start {
            Some(start) if (1..OF_PBX).contains(&ranks.start) => {
                let is_named = ranks.start == OF_NAMING_RECORD;
                later_start(facts, known, start)
                    .filter(|began| !is_named || !is_answer(facts, known, *began))
                    .unwrap_or(start)
            }
            Some(start) => start,
            None => start_of_file(known),
        };
        if !is_over(known) {
            return Times { start, end: 0, talktime: 0, totaltime: 0 };
        }
        // A file without a sound in it, as of a phone that nobody picked up, was closed whenever that was seen.
        let unheard = is_unanswered(facts) && sound(known) == Some(0);
        let of_file = end_of_file(known, start).filter(|end| *end > start || !unheard);
        let likely = start..=of_file.map_or(i64::MAX, |end| end.saturating_add(SILENT));
        let sure = facts.end.filter(|end| ranks.end > SAYS_CHANNEL_ONLY && likely.contains(end));
        let end = sure.or(of_file).or(facts.end);
        let end = end.unwrap_or_else(|| start.saturating_add(facts.totaltime.unwrap_or(0))).max(start);
        let length = 0..=(end - start).saturating_add(SILENT);
        let counted = facts.totaltime.filter(|_| ranks.totaltime > DETAIL_RECORD);
        let totaltime = counted.filter(|counted| length.contains(counted)).unwrap_or(end - start);
        let talktime = talked(facts, &ranks, known, end).clamp(0, totaltime);
        Times { start, end, talktime, totaltime }
    }
}

/// Names and detail records say when a call began. A recording that began seconds later, in its midst, has a start of its
/// own: when its file was seen being made, or else, of what a PBX writes itself, its end less its sound.
fn later_start(facts: &Facts, known: &IntakeFile, call: i64) -> Option<i64> {
    if known.state == UNSEEN {
        return None;
    }
    let (created, written) = (known.created / SECOND, known.closed / SECOND);
    let sound = sound(known).filter(|sound| *sound > 0);
    let recorded = sound.filter(|_| is_over(known) && facts.mimetype.as_deref().is_some_and(is_as_recorded));
    let sound = sound.unwrap_or(0);
    let touched = written > call.saturating_add(sound).saturating_add(TOUCHED)
        || facts.end.is_some_and(|end| end > call && written > end.saturating_add(CLOSING));
    // Where the file system doesn't say when it was made, it is when it was written; if that was in the call, it is no copy.
    let unsaid = created == written && facts.end.is_some_and(|end| end > call);
    let began = if created > written || (unsaid && is_over(known)) {
        // Whoever copied it kept the time at which it ended.
        recorded.filter(|_| !touched).map(|sound| written - sound)?
    } else if is_over(known) && (written == created || written - created + 1 < sound) {
        // It was written faster than it was spoken: its times are those of a copy.
        return None;
    } else {
        created
    };
    let later = call.saturating_add(RINGING)..=call.saturating_add(SILENT);
    (later.contains(&began) && began <= written).then_some(began)
}

/// Whether what began then was the talk and not the recording: while it rings, and in a queue, nothing sounds. On demand
/// people begin to record in the midst of a talk.
fn is_answer(facts: &Facts, known: &IntakeFile, began: i64) -> bool {
    let answered = facts.answer.is_some_and(|answer| (answer - 1..=answer + 2).contains(&began));
    // FreeSWITCH's begins when it is begun, and in a queue that is once an agent answers.
    let silent = (answered || facts.queue.is_some()) && !is_uuid(&known.uniqueid);
    silent && !stem(&known.path).starts_with(ON_DEMAND)
}

/// How FreePBX names what somebody began to record themselves; the time behind it is that of the call.
const ON_DEMAND: &str = "ondemand-";

/// Whether sound is as a PBX writes it, and not what was made of that later.
fn is_as_recorded(mimetype: &str) -> bool {
    ["audio/wav", "audio/gsm", "audio/basic", "audio/pcma", "audio/x-raw"].contains(&mimetype)
}

/// Seconds from the start that a name says to that of its first recording, at most.
const RINGING: i64 = 3;
/// Seconds after the end of a call in which its file is closed.
const CLOSING: i64 = 5;

/// Seconds of talk, by whoever knows best.
fn talked(facts: &Facts, ranks: &Ranks, known: &IntakeFile, end: i64) -> i64 {
    // Where nobody knows how long the sound is, it may be all of the recording.
    let heard = if known.state == UNSEEN { 0 } else { sound(known).unwrap_or(i64::MAX) };
    let unanswered = is_unanswered(facts);
    match (facts.answer, facts.talktime) {
        (_, Some(talktime)) if ranks.talktime > ranks.answer => talktime,
        (Some(answer), _) => end.saturating_sub(answer),
        (None, Some(talktime)) => talktime,
        (None, None) if unanswered => 0,
        (None, None) => heard,
    }
}

/// Seconds of sound, where they are known.
fn sound(known: &IntakeFile) -> Option<i64> {
    known.length().map(|milliseconds| (milliseconds + 500) / 1000)
}

/// No call goes on without any sound for so long; a PBX that says so had its clock put forward meanwhile.
const SILENT: i64 = 43_200;

/// The end in a detail record is that of the channel; the file knows better when its recording ended.
const SAYS_CHANNEL_ONLY: u8 = 4;

/// The highest rank of a detail record, whose lengths are those of the channel too.
const DETAIL_RECORD: u8 = 8;

/// When the recording began, by the times of its file and the time in its uniqueid (`[name-]seconds.number`).
fn start_of_file(known: &IntakeFile) -> i64 {
    let channel = known.uniqueid.rsplit('-').next().and_then(|id| id.split_once('.'));
    let channel = channel.and_then(|(time, _)| time.parse().ok());
    let channel: Option<i64> = channel.filter(|time| (100_000_000..100_000_000_000).contains(time));
    let written = known.closed / SECOND;
    let sound = sound(known).unwrap_or(0);
    let created = known.created / SECOND;
    // A copy is younger than the sound in it.
    let began = if created + sound > written + 1 { (written - sound).max(0) } else { created };
    match channel {
        // What does not follow the channel within a day has the times of a copy.
        Some(channel) if known.state == UNSEEN || !(channel..channel + DAY).contains(&began) => channel,
        _ => likely(began, known.first_seen),
    }
}

/// Recordings in files are younger than this: 1990. What is older was written by a machine that didn't know the time.
const NO_FILE_BEFORE: i64 = 631_152_000;
/// This program is younger than this: 2026. A machine that says something older doesn't know the time.
const NO_CLOCK_BEFORE: i64 = 1_767_225_600;

/// When a file was written, unless that can't be: then when it was met first.
fn likely(time: i64, first_seen: i64) -> i64 {
    let wrong = time < NO_FILE_BEFORE || time > first_seen.saturating_add(DAY);
    if wrong && knows_time(first_seen) { first_seen } else { time.max(0) }
}

/// Whether a machine whose clock says this knows the time.
pub(super) fn knows_time(now: i64) -> bool {
    now >= NO_CLOCK_BEFORE
}

/// When a recording expires: days after its start. Years of old ones that are just being brought in have their days from
/// now on: a first look must not be their end. Where neither time can be right, it has no expiry.
pub(super) fn expiry(start: i64, days: i64, first_seen: i64) -> i64 {
    let after = |time: i64| time.saturating_add(days.saturating_mul(DAY));
    match days {
        0 => 0,
        _ if !knows_time(first_seen) && !knows_time(start) => 0,
        _ if after(start) > first_seen => after(start),
        _ => after(first_seen),
    }
}

/// When the recording ended: when its file was closed, if that goes with its start and sound.
fn end_of_file(known: &IntakeFile, start: i64) -> Option<i64> {
    if known.state == UNSEEN {
        return None;
    }
    let written = known.closed / SECOND;
    let heard = start.saturating_add(sound(known)?);
    Some(if (heard..=heard.saturating_add(TOUCHED)).contains(&written) { written } else { heard })
}
