//! From what is known to the row: facts are read back from it, and what no source says is worked out.

use super::facts::{Facts, NAME_OF_FILE, PERSON, Ranks};
use super::file::{UNSEEN, is_over};
use super::times::{Times, is_unanswered};
use crate::model::{IntakeFile, RecordingRow, is_withheld, recording_columns};

/// A fact as a row or `intake_files` holds it.
trait Kept: Sized {
    /// None where nothing is known. `by_hand`: what stands there is what somebody wants, and 0 is not wanted.
    fn fact(&self, by_hand: bool) -> Option<Self>;
}

impl Kept for String {
    fn fact(&self, _: bool) -> Option<String> {
        Some(self.clone())
    }
}

impl Kept for i64 {
    fn fact(&self, by_hand: bool) -> Option<i64> {
        Some(*self).filter(|number| *number != 0 || !by_hand)
    }
}

/// Each fact has its place: in the column of its name, or in `intake_files`. A column that is said to be a fact and is
/// none, and a fact that has neither place, do not compile.
macro_rules! places_of_facts {
    // First the columns that are facts are picked out.
    ($($name:ident: $kind:ident, $origin:ident, $about:literal;)+) => {
        places_of_facts!(@pick [] $($name $origin)+);
    };
    (@pick [$($fact:ident)*] $name:ident Fact $($rest:ident)*) => {
        places_of_facts!(@pick [$($fact)* $name] $($rest)*);
    };
    (@pick [$($fact:ident)*] $name:ident $other:ident $($rest:ident)*) => {
        places_of_facts!(@pick [$($fact)*] $($rest)*);
    };
    (@pick [$($fact:ident)*]) => {
        /// The facts that a row and what is known beside it hold, whatever their ranks.
        fn facts_kept(row: Option<&RecordingRow>, known: &IntakeFile, by_hand: bool) -> Facts {
            Facts {
                $($fact: row.and_then(|row| row.$fact.fact(by_hand)),)*
                end: known.ended.fact(by_hand),
                answer: known.answer.fact(by_hand),
                talktime: known.talktime.fact(by_hand),
                totaltime: known.totaltime.fact(by_hand),
                context: known.context.fact(by_hand),
                account: known.account.fact(by_hand),
                queue: known.queue.fact(by_hand),
                note: known.note.fact(by_hand),
                domain: known.domain.fact(by_hand),
                sound: None,
                leg: None,
            }
        }

        /// Keeps in `intake_files` those facts that a row shows only when the call is over, or never.
        fn keep_beside(facts: &Facts, known: &mut IntakeFile) {
            let Facts {
                $($fact: _,)* end, answer, talktime, totaltime, context, account, queue, note, domain, sound: _, leg: _
            } = facts;
            known.ended = end.unwrap_or(0);
            known.answer = answer.unwrap_or(0);
            known.talktime = talktime.unwrap_or(0);
            known.totaltime = totaltime.unwrap_or(0);
            known.context = context.clone().unwrap_or_default();
            known.account = account.clone().unwrap_or_default();
            known.queue = queue.clone().unwrap_or_default();
            known.note = note.clone().unwrap_or_default();
            known.domain = domain.clone().unwrap_or_default();
        }

        /// A row with these facts. Everything else in it is said here: what intake works out of `known` and `times`, and
        /// what it leaves as it is in the `old` row.
        fn row_with(facts: Facts, times: &Times, known: &IntakeFile, old: &RecordingRow) -> RecordingRow {
            let seen = known.state != UNSEEN;
            RecordingRow {
                $($fact: facts.$fact.unwrap_or_default(),)*
                uniqueid: known.uniqueid.clone(),
                recordid: known.recordid.clone(),
                machine: known.machine.clone(),
                path: known.path.clone(),
                end: times.end,
                talktime: times.talktime,
                totaltime: times.totaltime,
                complete: i64::from(is_over(known)),
                stale: if seen { 0 } else { old.stale },
                size: if seen { known.size } else { old.size },
                customer: old.customer,
                recordgroup: old.recordgroup,
                expires: old.expires,
                hold: old.hold,
            }
        }
    };
}
recording_columns!(places_of_facts);

/// The facts that a row and what is known beside it hold. `by_hand`: what stands there now is what somebody wants.
pub(super) fn facts_of(row: Option<&RecordingRow>, known: &IntakeFile, by_hand: bool) -> (Facts, Ranks) {
    let mut ranks = Ranks::parse(&known.ranks);
    let mut facts = facts_kept(row, known, by_hand);
    if let Some(row) = row {
        // Of a caller id, 0 says something too.
        facts.spresent = Some(row.spresent);
        if by_hand && row.complete != 0 {
            // The length that stands there is meant, not one that is worked out.
            let length = |length: i64| Some(length).filter(|length| *length != 0 || ends(row));
            facts.end = row.end.fact(by_hand);
            facts.answer = None;
            facts.talktime = length(row.talktime);
            facts.totaltime = length(row.totaltime);
        }
    }
    facts.hold_on(&mut ranks, by_hand);
    (facts, ranks)
}

/// Whether a row says when its recording ended. Programs that don't know it leave the 0 of calls in progress.
pub(super) fn ends(row: &RecordingRow) -> bool {
    row.end != 0
}

/// The row of all that is known. `old` gives what intake never changes.
pub(super) fn row_of(mut facts: Facts, known: &mut IntakeFile, old: &RecordingRow) -> RecordingRow {
    keep_beside(&facts, known);
    let times = Times::of(&facts, known);
    facts.start = Some(times.start);
    if is_unanswered(&facts) && Ranks::parse(&known.ranks).dnumber <= NAME_OF_FILE {
        // A file's name says where it rang.
        (facts.dtype, facts.dnumber, facts.dnumber_name, facts.dnumber_display) = (None, None, None, None);
    }
    agree(&mut facts, &Ranks::parse(&known.ranks));
    let withheld = is_withheld(facts.snumber.as_deref().unwrap_or_default());
    facts.spresent = facts.spresent.or(Some(i64::from(!withheld)));
    facts.callid.get_or_insert_with(|| known.uniqueid.clone());
    for (shown, number) in [
        (&mut facts.snumber_display, &facts.snumber),
        (&mut facts.cnumber_display, &facts.cnumber),
        (&mut facts.dnumber_display, &facts.dnumber),
        (&mut facts.callerid_internal, &facts.snumber),
    ] {
        if shown.is_none() {
            shown.clone_from(number);
        }
    }
    row_with(facts, &times, known, old)
}

/// What was called is of a kind that the direction allows: of the two the direction is surer, since names and contexts tell
/// it. What somebody wrote by hand stays.
fn agree(facts: &mut Facts, ranks: &Ranks) {
    if ranks.ctype >= PERSON {
        return;
    }
    let kind = match (facts.direction.as_deref(), facts.ctype.as_deref()) {
        (Some("out"), Some("did" | "extension" | "queue" | "ringgroup")) => "external",
        (Some("in"), Some("external")) => "did",
        (Some("internal"), Some("did" | "external")) => "extension",
        _ => return,
    };
    facts.ctype = Some(kind.into());
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::intake::source::Source;

    fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
        prop::sample::select(words).prop_map(|word| Some(word.to_owned()).filter(|word| !word.is_empty()))
    }

    const KINDS: [&str; 8] = ["", "did", "external", "extension", "queue", "ringgroup", "conference", "page"];

    fn contradicts(row: &RecordingRow) -> bool {
        matches!(
            (&*row.direction, &*row.ctype),
            ("out", "did" | "extension" | "queue" | "ringgroup")
                | ("in", "external")
                | ("internal", "did" | "external")
        )
    }

    proptest! {
        /// Whoever says what, in whatever order.
        #[test]
        fn what_was_called_and_the_direction_never_contradict_each_other(
            said in prop::collection::vec(
                (
                    prop::sample::select(&[Source::File, Source::Cdr, Source::Pbx][..]),
                    one_of(&["", "in", "out", "internal"]),
                    one_of(&KINDS),
                ),
                1..6,
            ),
        ) {
            let (mut known, mut row) = (IntakeFile::default(), RecordingRow::default());
            for (source, direction, ctype) in said {
                let (mut facts, mut ranks) = facts_of(Some(&row), &known, false);
                let said = Facts { direction, ctype: ctype.clone(), cnumber: ctype, ..Facts::default() };
                facts.learn(&mut ranks, &said, source);
                known.ranks = ranks.text();
                row = row_of(facts, &mut known, &row);
                prop_assert!(!contradicts(&row), "{row:?}");
            }
        }

        #[test]
        fn what_somebody_wrote_stays(
            direction in one_of(&["in", "out", "internal"]),
            ctype in one_of(&KINDS[1..]),
        ) {
            let mut known = IntakeFile::default();
            let row = RecordingRow {
                direction: direction.unwrap_or_default(),
                ctype: ctype.unwrap_or_default(),
                ..RecordingRow::default()
            };
            let (facts, ranks) = facts_of(Some(&row), &known, true);
            known.ranks = ranks.text();
            prop_assert_eq!(row_of(facts, &mut known, &row).ctype, row.ctype);
        }
    }
}
