//! From what is known to the row: facts are read back from it, and what no source says is worked out.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::facts::{Facts, Ranks};
use super::file::{UNSEEN, is_over};
use super::times::{Times, is_unanswered};
use crate::model::{Column, FIRST_COLUMNS, IntakeFile, Origin, RecordingRow, Value, WIRE, is_withheld};

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

/// A digest of what intake wrote to a row, to see whether somebody else has changed it since.
pub(super) fn digest_of(row: &RecordingRow) -> i64 {
    digest(&WIRE, &row.values())
}

/// All texts, then all numbers, of what intake keeps up to date. A column that the first version did not have counts only
/// where it says something: so the digest of a row that an older version wrote stays the same.
fn digest(columns: &[Column], values: &[Value<'_>]) -> i64 {
    let kept = |places: Range<usize>| {
        let all = columns[places.clone()].iter().zip(&values[places]);
        all.filter(|(column, _)| column.origin != Origin::Filing)
    };
    let mut digest = Sha256::new();
    for is_text in [true, false] {
        for (_, value) in kept(0..FIRST_COLUMNS).filter(|(column, _)| column.kind.is_text() == is_text) {
            add(&mut digest, value);
        }
    }
    let says = |value: &Value<'_>| !matches!(value, Value::Null | Value::Integer(0) | Value::Text(""));
    for (column, value) in kept(FIRST_COLUMNS..columns.len()).filter(|(_, value)| says(value)) {
        add(&mut digest, &Value::Text(column.name));
        add(&mut digest, value);
    }
    first_number(&digest.finalize())
}

fn add(digest: &mut Sha256, value: &Value<'_>) {
    match value {
        Value::Text(text) => {
            digest.update(text.as_bytes());
            digest.update([0]);
        }
        Value::Integer(number) => digest.update(number.to_le_bytes()),
        Value::Null | Value::Blob(_) => {}
    }
}

/// The first eight bytes of a digest.
pub(super) fn first_number(digest: &[u8]) -> i64 {
    digest.iter().take(8).fold(0, |number, byte| number << 8 | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    fn row() -> RecordingRow {
        RecordingRow {
            uniqueid: "1795499608.28".into(),
            machine: "pbx1".into(),
            start: 1_795_499_608,
            end: 1_795_499_614,
            snumber_name: "Zoë".into(),
            complete: 1,
            direction: "in".into(),
            ..RecordingRow::default()
        }
    }

    #[test]
    fn a_row_has_the_digest_that_version_5_gave_it() {
        assert_eq!(digest_of(&row()), -7_055_820_400_860_149_268);
    }

    #[test]
    fn where_and_how_long_a_recording_is_kept_is_not_in_its_digest_and_all_else_is() {
        let before = digest_of(&row());
        let filed = RecordingRow {
            customer: 7,
            recordgroup: 8,
            recordid: "9".into(),
            expires: 1,
            stale: 1,
            hold: 1,
            ..row()
        };
        assert_eq!(digest_of(&filed), before);
        for (place, column) in WIRE.iter().enumerate().filter(|(_, column)| column.origin != Origin::Filing) {
            let (row, mut values) = (row(), row().values().map(|_| Value::Null));
            values.copy_from_slice(&row.values());
            values[place] = if column.kind.is_text() { Value::Text("another") } else { Value::Integer(77) };
            assert_ne!(digest(&WIRE, &values), before, "{}", column.name);
        }
    }

    #[test]
    fn a_column_that_comes_later_is_in_the_digest_only_where_it_says_something() {
        let extra = [("mood", Kind::Text), ("stars", Kind::Number)];
        let extra = extra.map(|(name, kind)| Column { name, kind, origin: Origin::Fact, about: "" });
        let columns = [&WIRE[..], &extra[..]].concat();
        let with = |mood, stars| {
            digest(&columns, &[&row().values()[..], &[Value::Text(mood), Value::Integer(stars)][..]].concat())
        };
        assert_eq!(with("", 0), digest_of(&row()));
        let all = [with("", 0), with("good", 0), with("", 5), with("good", 5)];
        assert!((1..all.len()).all(|one| !all[..one].contains(&all[one])), "{all:?}");
    }
}
