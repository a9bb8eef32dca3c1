//! From what is known to the row: facts are read back from it, and what no source says is worked out.

use super::facts::{Facts, Ranks};
use super::file::{UNSEEN, is_over};
use super::times::{Times, is_unanswered};
use crate::model::{IntakeFile, RecordingRow, is_withheld};

/// The rank of what the name of a file says of the parties.
const NAME_OF_FILE: u8 = 4;

/// The facts that a row and what is known beside it hold. `by_hand`: what stands there now is what somebody wants.
pub(super) fn facts_of(row: Option<&RecordingRow>, known: &IntakeFile, by_hand: bool) -> (Facts, Ranks) {
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
    fn with_row(self, row: &RecordingRow, by_hand: bool) -> Facts {
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
pub(super) fn ends(row: &RecordingRow) -> bool {
    row.end != 0
}

/// The row of all that is known. `old` gives what intake never changes.
pub(super) fn row_of(mut facts: Facts, known: &mut IntakeFile, old: &RecordingRow) -> RecordingRow {
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
    let withheld = is_withheld(&snumber);
    RecordingRow {
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

/// What was written by hand stays, also where facts would make something else of what stands beside it.
pub(super) fn stay(old: &RecordingRow, new: &mut RecordingRow) {
    (new.uniqueid, new.recordid) = (old.uniqueid.clone(), old.recordid.clone());
    new.machine.clone_from(&old.machine);
    new.spresent = old.spresent;
    if old.complete != 0 {
        new.complete = old.complete;
        if ends(old) {
            (new.end, new.talktime, new.totaltime) = (old.end, old.talktime, old.totaltime);
        }
    }
}
