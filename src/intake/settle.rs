//! From what is known to the row: facts are read back from it, and what no source says is worked out.

use sha2::{Digest, Sha256};

use super::draft::FileState;
use super::facts::{Facts, Ranks};
use crate::model::{Known, NewRecording};

/// States of a known file.
pub(super) const UNSEEN: i64 = 0;
pub(super) const OPEN: i64 = 1;
pub(super) const CLOSED: i64 = 2;

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400;
/// A file written last so long after the start and the sound that it has been touched since.
const TOUCHED: i64 = 3_600;
/// How calls end in which nobody talked.
const UNANSWERED: [&str; 7] =
    ["noanswer", "busy", "cancel", "congestion", "chanunavail", "failed", "rejected"];
/// What a PBX writes in the place of a number that is withheld.
const WITHHELD: [&str; 5] = ["anonymous", "restricted", "private", "unavailable", "unknown"];

/// The facts that a row and what is known beside it hold. `by_hand`: what stands there now is what somebody wants.
pub(super) fn facts_of(row: Option<&NewRecording>, known: &Known, by_hand: bool) -> (Facts, Ranks) {
    let mut ranks = Ranks::parse(&known.ranks);
    let number = |ours: i64| Some(ours).filter(|number| *number != 0 || !by_hand);
    let text = |text: &str| Some(text.to_owned());
    let mut facts = Facts {
        end: number(known.ended),
        answer: number(known.answer),
        talktime: number(known.talktime),
        totaltime: number(known.totaltime),
        context: text(&known.context),
        account: text(&known.account),
        queue: text(&known.queue),
        note: text(&known.note),
        ..Facts::default()
    };
    if let Some(row) = row {
        facts = facts.with_row(row, by_hand);
    }
    facts.hold_on(&mut ranks, by_hand);
    (facts, ranks)
}

impl Facts {
    fn with_row(self, row: &NewRecording, by_hand: bool) -> Facts {
        let number = |number: i64| Some(number).filter(|number| *number != 0 || !by_hand);
        let text = |text: &str| Some(text.to_owned());
        let times = by_hand && row.complete != 0;
        // The length that stands there is meant, not one that is worked out.
        let length = |length: i64| Some(length).filter(|length| *length != 0 || ends(row));
        Facts {
            end: if times { number(row.end) } else { self.end },
            answer: if times { None } else { self.answer },
            talktime: if times { length(row.talktime) } else { self.talktime },
            totaltime: if times { length(row.totaltime) } else { self.totaltime },
            callid: text(&row.callid),
            asteriskid: text(&row.asteriskid),
            start: number(row.start),
            status: text(&row.status),
            stype: text(&row.stype),
            snumber: text(&row.snumber),
            snumber_name: text(&row.snumber_name),
            snumber_display: text(&row.snumber_display),
            scustomer: number(row.scustomer),
            ctype: text(&row.ctype),
            cnumber: text(&row.cnumber),
            cnumber_name: text(&row.cnumber_name),
            cnumber_display: text(&row.cnumber_display),
            dtype: text(&row.dtype),
            dnumber: text(&row.dnumber),
            dnumber_name: text(&row.dnumber_name),
            dnumber_display: text(&row.dnumber_display),
            dcustomer: number(row.dcustomer),
            callerid_internal: text(&row.callerid_internal),
            spresent: Some(row.spresent),
            direction: text(&row.direction),
            mimetype: text(&row.mimetype),
            ..self
        }
    }
}

/// Whether a row says when its recording ended. Programs that don't know it leave the 0 of calls in progress.
pub(super) fn ends(row: &NewRecording) -> bool {
    row.end != 0
}

/// Notes how the file was when it was looked at.
pub(super) fn look(known: &mut Known, file: &FileState) {
    if known.state == UNSEEN || file.size != known.size {
        known.closed = file.modified;
    }
    if known.state == UNSEEN || known.created == 0 {
        known.created = file.created;
    }
    known.state = if file.closed { CLOSED } else { OPEN };
    (known.device, known.inode) = (file.device, file.inode);
    (known.modified, known.size, known.duration) = (file.modified, file.size, file.duration);
    if file.digest.is_some() {
        known.digest.clone_from(&file.digest);
    }
}

/// Whether the recording is over: the file says it, where one was seen.
pub(super) fn is_over(known: &Known) -> bool {
    if known.state == UNSEEN { known.over != 0 } else { known.state == CLOSED }
}

/// The row of all that is known. `old` gives what intake never changes.
pub(super) fn row_of(mut facts: Facts, known: &mut Known, old: &NewRecording) -> NewRecording {
    known.ended = facts.end.unwrap_or(0);
    known.answer = facts.answer.unwrap_or(0);
    known.talktime = facts.talktime.unwrap_or(0);
    known.totaltime = facts.totaltime.unwrap_or(0);
    known.context = facts.context.clone().unwrap_or_default();
    known.account = facts.account.clone().unwrap_or_default();
    known.queue = facts.queue.clone().unwrap_or_default();
    known.note = facts.note.clone().unwrap_or_default();
    let times = Times::of(&facts, known);
    if is_unanswered(&facts) && Ranks::parse(&known.ranks).dnumber <= NAME_OF_FILE {
        // A file's name says where it rang.
        (facts.dtype, facts.dnumber, facts.dnumber_name, facts.dnumber_display) = (None, None, None, None);
    }
    let snumber = facts.snumber.unwrap_or_default();
    let cnumber = facts.cnumber.unwrap_or_default();
    let dnumber = facts.dnumber.unwrap_or_default();
    let withheld = WITHHELD.iter().any(|word| word.eq_ignore_ascii_case(&snumber));
    NewRecording {
        uniqueid: known.uniqueid.clone(),
        recordid: known.recordid.clone(),
        callid: facts.callid.unwrap_or_else(|| known.uniqueid.clone()),
        asteriskid: facts.asteriskid.unwrap_or_default(),
        machine: known.machine.clone(),
        start: times.start,
        end: times.end,
        talktime: times.talktime,
        totaltime: times.totaltime,
        status: facts.status.unwrap_or_default(),
        stype: facts.stype.unwrap_or_default(),
        snumber_name: facts.snumber_name.unwrap_or_default(),
        snumber_display: facts.snumber_display.unwrap_or_else(|| snumber.clone()),
        scustomer: facts.scustomer.unwrap_or(0),
        ctype: facts.ctype.unwrap_or_default(),
        cnumber_name: facts.cnumber_name.unwrap_or_default(),
        cnumber_display: facts.cnumber_display.unwrap_or_else(|| cnumber.clone()),
        cnumber,
        dtype: facts.dtype.unwrap_or_default(),
        dnumber_name: facts.dnumber_name.unwrap_or_default(),
        dnumber_display: facts.dnumber_display.unwrap_or_else(|| dnumber.clone()),
        dnumber,
        dcustomer: facts.dcustomer.unwrap_or(0),
        callerid_internal: facts.callerid_internal.unwrap_or_else(|| snumber.clone()),
        spresent: facts.spresent.unwrap_or(i64::from(!withheld)),
        snumber,
        complete: i64::from(is_over(known)),
        stale: if known.state == UNSEEN { old.stale } else { 0 },
        mimetype: facts.mimetype.unwrap_or_default(),
        size: if known.state == UNSEEN { old.size } else { known.size },
        path: known.path.clone(),
        direction: facts.direction.unwrap_or_default(),
        customer: old.customer,
        recordgroup: old.recordgroup,
        expires: old.expires,
        hold: old.hold,
    }
}

fn is_unanswered(facts: &Facts) -> bool {
    facts.status.as_deref().is_some_and(|status| UNANSWERED.contains(&status))
}

struct Times {
    start: i64,
    end: i64,
    talktime: i64,
    totaltime: i64,
}

impl Times {
    fn of(facts: &Facts, known: &Known) -> Times {
        let start = facts.start.filter(|start| *start >= 0).unwrap_or_else(|| start_of_file(known));
        if !is_over(known) {
            return Times { start, end: 0, talktime: 0, totaltime: 0 };
        }
        let ranks = Ranks::parse(&known.ranks);
        let of_file = end_of_file(known, start);
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

/// Seconds of talk, by whoever knows best.
fn talked(facts: &Facts, ranks: &Ranks, known: &Known, end: i64) -> i64 {
    let heard = if known.state == UNSEEN { 0 } else { (known.duration + 500) / 1000 };
    let unanswered = is_unanswered(facts);
    match (facts.answer, facts.talktime) {
        (_, Some(talktime)) if ranks.talktime > ranks.answer => talktime,
        (Some(answer), _) => end.saturating_sub(answer),
        (None, Some(talktime)) => talktime,
        (None, None) if unanswered => 0,
        (None, None) => heard,
    }
}

/// No call goes on without any sound for so long; a PBX that says so had its clock put forward meanwhile.
const SILENT: i64 = 43_200;

/// The end in a detail record is that of the channel; the file knows better when its recording ended.
const SAYS_CHANNEL_ONLY: u8 = 4;

/// The rank of what the name of a file says of the parties.
const NAME_OF_FILE: u8 = 4;

/// The highest rank of a detail record, whose lengths are those of the channel too.
const DETAIL_RECORD: u8 = 8;

/// When the recording began, by the times of its file and the time in its uniqueid (`[name-]seconds.number`).
fn start_of_file(known: &Known) -> i64 {
    let channel = known.uniqueid.rsplit('-').next().and_then(|id| id.split_once('.'));
    let channel = channel.and_then(|(time, _)| time.parse().ok());
    let channel: Option<i64> = channel.filter(|time| (100_000_000..100_000_000_000).contains(time));
    let written = known.closed / SECOND;
    let sound = (known.duration + 500) / 1000;
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
/// now on: a first look must not be their end. Where neither time can be right, nobody knows when its days are over.
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
fn end_of_file(known: &Known, start: i64) -> Option<i64> {
    if known.state == UNSEEN {
        return None;
    }
    let written = known.closed / SECOND;
    let heard = start.saturating_add((known.duration + 500) / 1000);
    Some(if (heard..=heard.saturating_add(TOUCHED)).contains(&written) { written } else { heard })
}

/// A digest of what intake wrote to a row, to see whether somebody else has changed it since.
pub(super) fn digest_of(row: &NewRecording) -> i64 {
    let NewRecording { customer: _, recordgroup: _, expires: _, hold: _, stale: _, recordid: _, .. } = row;
    let texts = [
        &row.uniqueid,
        &row.callid,
        &row.asteriskid,
        &row.machine,
        &row.status,
        &row.stype,
        &row.snumber,
        &row.snumber_name,
        &row.snumber_display,
        &row.ctype,
        &row.cnumber,
        &row.cnumber_name,
        &row.cnumber_display,
        &row.dtype,
        &row.dnumber,
        &row.dnumber_name,
        &row.dnumber_display,
        &row.callerid_internal,
        &row.mimetype,
        &row.path,
        &row.direction,
    ];
    let numbers = [
        row.start,
        row.end,
        row.talktime,
        row.totaltime,
        row.scustomer,
        row.dcustomer,
        row.spresent,
        row.complete,
        row.size,
    ];
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.as_bytes());
        digest.update([0]);
    }
    for number in numbers {
        digest.update(number.to_le_bytes());
    }
    first_number(&digest.finalize())
}

/// The first eight bytes of a digest.
pub(super) fn first_number(digest: &[u8]) -> i64 {
    digest.iter().take(8).fold(0, |number, byte| number << 8 | i64::from(*byte))
}
