//! The records of one channel, put together: in whatever order they come, and however often, the same is known in the
//! end.

use super::{Cdr, Outcome};

/// What all records of a channel say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The record that speaks for the call.
    speaker: Cdr,
    /// When the first stretch began.
    start: i64,
    /// The first stretch that was for anyone, and for whom: a transfer writes the new destination over the old one in
    /// every later record.
    first: (i64, String),
    /// When the last stretch ended in which people talked.
    end: i64,
}

impl Tally {
    /// A call of one record so far.
    pub fn new(cdr: Cdr) -> Tally {
        Tally { start: cdr.start, first: (cdr.start, cdr.called.clone()), end: cdr.end, speaker: cdr }
    }

    /// Adds another record of the same channel.
    pub fn add(&mut self, mut other: Cdr) {
        let first = (other.start, other.called.clone());
        if !first.1.is_empty() && (self.first.1.is_empty() || first < self.first) {
            self.first = first;
        }
        self.start = self.start.min(other.start);
        if speaks(&other) > speaks(&self.speaker) {
            std::mem::swap(&mut self.speaker, &mut other);
            if other.talked == 0 {
                self.end = self.speaker.end;
            }
        }
        if other.talked > 0 {
            self.end = self.end.max(other.end).max(self.speaker.end);
        }
        fill(&mut self.speaker, &other);
    }

    /// The call as one record.
    pub fn cdr(&self) -> Cdr {
        let mut cdr = self.speaker.clone();
        if self.end > cdr.end {
            cdr.end = self.end;
            cdr.talked = cdr.end - cdr.answer;
        }
        cdr.start = self.start;
        cdr.called.clone_from(&self.first.1);
        cdr
    }
}

/// Which of two records speaks for the call, the greater one: answered before not; with somebody at the other end before
/// a hang-up of the dialplan's own; the first answer; the last ring.
fn speaks(cdr: &Cdr) -> (bool, bool, i64, i64, i64, &str, &str) {
    let destination = cdr.destination.as_str();
    match cdr.outcome {
        Outcome::Answer => (true, cdr.talked > 0, -cdr.answer, cdr.end, cdr.talked, destination, ""),
        outcome => (false, !destination.is_empty(), cdr.end, 0, 0, destination, outcome.as_str()),
    }
}

/// Facts that the speaker lacks.
fn fill(speaker: &mut Cdr, other: &Cdr) {
    let texts = [
        (&mut speaker.callid, &other.callid),
        (&mut speaker.file, &other.file),
        (&mut speaker.source, &other.source),
        (&mut speaker.source_name, &other.source_name),
        (&mut speaker.context, &other.context),
        (&mut speaker.accountcode, &other.accountcode),
    ];
    for (mine, theirs) in texts {
        if mine.is_empty() {
            mine.clone_from(theirs);
        }
    }
    speaker.presented &= other.presented;
    speaker.direction = speaker.direction.or(other.direction);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cdr(outcome: Outcome, start: i64, answer: i64, end: i64, destination: &str) -> Cdr {
        let talked = if outcome == Outcome::Answer { end - answer } else { 0 };
        Cdr {
            uniqueid: "1795499616.205".into(),
            callid: String::new(),
            file: String::new(),
            start,
            answer: if talked > 0 { answer } else { 0 },
            end,
            talked,
            outcome,
            source: "5551230010".into(),
            source_name: String::new(),
            presented: true,
            called: "5550600".into(),
            destination: destination.into(),
            direction: None,
            context: String::new(),
            accountcode: String::new(),
        }
    }

    /// What a call is known by, once all its records are in.
    fn together(records: &[Cdr]) -> Cdr {
        let mut tally = Tally::new(records[0].clone());
        records[1..].iter().for_each(|record| tally.add(record.clone()));
        tally.cdr()
    }

    #[test]
    fn who_answered_speaks_for_a_ring_group() {
        let members = [
            cdr(Outcome::NoAnswer, 36, 0, 37, "101"),
            cdr(Outcome::Answer, 36, 37, 43, "102"),
            cdr(Outcome::NoAnswer, 36, 0, 37, "103"),
        ];
        let known = together(&members);
        assert_eq!((known.outcome, known.talked, known.destination.as_str()), (Outcome::Answer, 6, "102"));
        let [a, b, c] = members;
        assert_eq!(together(&[c, b, a]), known);
    }

    #[test]
    fn a_transferred_call_lasts_from_the_first_answer_to_the_last_end() {
        let (mut first, second) =
            (cdr(Outcome::Answer, 3, 4, 7, "101"), cdr(Outcome::Answer, 7, 7, 16, "103"));
        first.called = "5550100".into();
        let known = together(&[second.clone(), first.clone()]);
        assert_eq!((known.start, known.answer, known.end, known.talked), (3, 4, 16, 12));
        assert_eq!((known.called.as_str(), known.destination.as_str()), ("5550100", "101"));
        assert_eq!(together(&[first, second]), known);
    }

    #[test]
    fn one_record_says_itself_how_long_people_talked() {
        let mut record = cdr(Outcome::Answer, 2, 2, 8, "102");
        record.talked = 5;
        assert_eq!(together(&[record.clone(), record.clone()]).talked, 5);
    }

    fn any_record() -> impl Strategy<Value = Cdr> {
        let outcomes = vec![Outcome::Answer, Outcome::NoAnswer, Outcome::Busy];
        let ends = prop::sample::select(vec!["", "101", "102"]);
        let called = prop::sample::select(vec!["", "1", "2"]);
        (prop::sample::select(outcomes), 0_i64..5, 0_i64..5, 0_i64..5, ends, called).prop_map(
            |(outcome, start, rang, talked, who, called)| Cdr {
                called: called.into(),
                ..cdr(outcome, start, start + rang, start + rang + talked, who)
            },
        )
    }

    proptest! {
        #[test]
        fn order_and_repetition_change_nothing(
            records in prop::collection::vec(any_record(), 1..6),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let known = together(&records);
            let mut others: Vec<Cdr> = order.iter().map(|index| records[index.index(records.len())].clone()).collect();
            others.extend(records.iter().rev().cloned());
            let again = together(&others);
            prop_assert_eq!(again, known);
        }
    }
}
