//! The call detail records of one channel, put together: in whatever order they come, and however often, the same is
//! known in the end.
//!
//! A call has several: one for each member that a ring group rang, one for each stretch of a transferred call.

use super::facts::{Facts, NOBODY};

/// Those records of a call that are about one of its recordings: those that name its file, by its stem, and those that name
/// none. Of a recording that none names it is all that don't name one of the `others`; where all do, it began in the midst of
/// their call, and who spoke there they still know.
pub(super) fn of_sound<'a>(records: &[&'a Facts], stem: &str, others: &[&str]) -> Vec<&'a Facts> {
    let is_named = records.iter().any(|record| record.sound.as_deref() == Some(stem));
    let is_of_it = |sound: &str| sound == stem || (!is_named && !others.contains(&sound));
    let of_it: Vec<&Facts> =
        records.iter().copied().filter(|record| record.sound.as_deref().is_none_or(is_of_it)).collect();
    if of_it.iter().all(|record| is_of_other_leg(record)) { records.to_vec() } else { of_it }
}

/// What all records of a channel say together.
pub(super) fn together<'a>(records: impl IntoIterator<Item = &'a Facts>) -> Facts {
    let mut records: Vec<&Facts> = records.into_iter().collect();
    records.sort_by_key(|record| (record.start.unwrap_or(i64::MAX), *record));
    records.dedup();
    let Some(speaker) = records.iter().copied().max_by_key(|record| speaks(record)) else {
        return Facts::default();
    };
    let mut known = speaker.clone();
    records.iter().for_each(|record| known.fill(record));
    // A transfer is a stretch of its own: what the caller wanted is what the first one says.
    let first = |text: fn(&Facts) -> &Option<String>| {
        records.iter().find_map(|record| text(record).clone().filter(|text| !text.is_empty()))
    };
    let first_dialled = records.iter().find(|record| record.ctype.is_some() && record.cnumber.is_some());
    match first_dialled {
        // The number that was dialled outside, wherever the call went from there.
        Some(record) => {
            (known.cnumber, known.ctype) = (record.cnumber.clone(), record.ctype.clone());
            known.cnumber_name.clone_from(&record.cnumber_name);
        }
        None => known.cnumber = first(|record| &record.cnumber),
    }
    known.context = first(|record| &record.context);
    known.start = records.iter().filter_map(|record| record.start).min();
    known.spresent = records.iter().filter_map(|record| record.spresent).min();
    // Who answered is never who else it rang at.
    (known.answer, known.talktime, known.end) = (speaker.answer, speaker.talktime, speaker.end);
    if speaker.status.is_none() {
        // How it ended is not what became of another stretch of the call.
        known.status =
            records.iter().find(|record| is_of_other_leg(record)).and_then(|leg| leg.status.clone());
    }
    if !answered(speaker) {
        // Who it rang at did not answer; unless it isn't known how it ended, then nothing is.
        known.dnumber = speaker.status.is_some().then(|| NOBODY.into());
    } else if speaker.dnumber.is_none() {
        known.dnumber =
            records.iter().filter(|record| is_of_other_leg(record)).find_map(|r| r.dnumber.clone());
        let rang = records.iter().any(|record| !answered(record));
        known.dnumber = known.dnumber.or(rang.then(|| NOBODY.into()));
    }
    if answered(speaker)
        && let Some(record) = picked_up(speaker, &records)
    {
        known.dnumber.clone_from(&record.dnumber);
    }
    let mut of_same = records.iter().filter(|record| record.dnumber == known.dnumber);
    known.dnumber_name = of_same.find_map(|record| record.dnumber_name.clone());
    last_end(&mut known, &records);
    known
}

/// The record of who picked up the call that was sent to somebody else.
fn picked_up<'a>(speaker: &Facts, records: &[&'a Facts]) -> Option<&'a Facts> {
    let is_it = |record: &&&Facts| {
        record.leg == speaker.leg
            && answered(record)
            && record.dnumber.is_some()
            && record.dnumber != speaker.dnumber
    };
    speaker.leg.as_ref().and_then(|_| records.iter().find(is_it).copied())
}

/// People talked until the end of the last stretch in which they did.
fn last_end(known: &mut Facts, records: &[&Facts]) {
    let talked = records.iter().filter(|record| record.talktime.is_some_and(|seconds| seconds > 0));
    let last = talked.filter_map(|record| record.end).max();
    if let (Some(end), Some(last)) = (known.end, last)
        && last > end
    {
        known.end = Some(last);
        known.talktime = known.answer.map(|answer| last.saturating_sub(answer)).or(known.talktime);
    }
}

/// Whether somebody answered; of a call that doesn't say how it ended, whether people talked.
fn answered(record: &Facts) -> bool {
    match record.status.as_deref() {
        Some(status) => status == "answer",
        None => record.talktime.is_some_and(|seconds| seconds > 0),
    }
}

/// Whether it is the record of the leg that answered, which only says who that was.
fn is_of_other_leg(record: &Facts) -> bool {
    record.start.is_none() && record.end.is_none()
}

/// How well a record speaks for its call; the greatest does. One rule after the other:
///
/// 1. a record of the channel itself before one of the leg that answered;
/// 2. an answered call before an unanswered one;
/// 3. one with somebody at the other end, who talked, before what the dialplan answered itself or hung up;
/// 4. of answers the first;
/// 5. of rings the last.
fn speaks(record: &Facts) -> impl Ord {
    let answered = answered(record);
    let talked = answered && record.talktime.is_some_and(|seconds| seconds > 0);
    let first = record.answer.filter(|_| answered).map_or(0, i64::saturating_neg);
    (
        [!is_of_other_leg(record), answered, record.dnumber.is_some(), talked],
        first,
        [record.end, record.talktime],
        [record.dnumber.as_deref(), record.status.as_deref()],
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(status: &str, start: i64, answer: i64, end: i64, to: &str) -> Facts {
        let answered = status == "answer";
        Facts {
            start: Some(start),
            end: Some(end),
            answer: answered.then_some(answer),
            talktime: Some(if answered { end - answer } else { 0 }),
            status: Some(status.into()),
            cnumber: Some("5550600".into()),
            dnumber: Some(to.to_owned()).filter(|to| !to.is_empty()),
            ..Facts::default()
        }
    }

    fn to(known: &Facts) -> &str {
        known.dnumber.as_deref().unwrap_or_default()
    }

    #[test]
    fn who_answered_speaks_for_a_ring_group() {
        let [a, b, c] = [
            record("noanswer", 36, 0, 37, "101"),
            record("answer", 36, 37, 43, "102"),
            record("noanswer", 36, 0, 37, "103"),
        ];
        let known = together(&[a.clone(), b.clone(), c.clone()]);
        assert_eq!((known.status.as_deref(), known.talktime, to(&known)), (Some("answer"), Some(6), "102"));
        assert_eq!(together(&[c, b, a]), known);
    }

    #[test]
    fn a_transferred_call_lasts_from_the_first_answer_to_the_last_end() {
        let (mut first, second) = (record("answer", 3, 4, 7, "101"), record("answer", 7, 7, 16, "103"));
        first.cnumber = Some("5550100".into());
        let known = together(&[second.clone(), first.clone()]);
        let times = (known.start, known.answer, known.end, known.talktime);
        assert_eq!(times, (Some(3), Some(4), Some(16), Some(12)));
        assert_eq!((known.cnumber.as_deref(), to(&known)), (Some("5550100"), "101"));
        assert_eq!(together(&[first, second]), known);
    }

    #[test]
    fn who_it_rang_at_did_not_answer_a_call_that_the_dialplan_answered() {
        let hangup = record("answer", 44, 44, 44, "");
        let known = together(&[record("noanswer", 40, 0, 44, "199"), hangup]);
        assert_eq!((known.status.as_deref(), to(&known)), (Some("answer"), ""));
        let menu = record("answer", 40, 40, 60, "");
        assert_eq!(to(&together(&[menu, record("answer", 60, 63, 80, "102")])), "102");
    }

    #[test]
    fn a_recording_that_no_record_names_is_of_the_call_that_they_tell_of() {
        let of = |sound: &str, record: Facts| Facts { sound: Some(sound.into()), ..record };
        let (own, answerer) = (of("a", record("answer", 1, 3, 9, "102")), Facts::default());
        let others = ["a", "a_2"];
        assert_eq!(of_sound(&[&own, &answerer], "a_2", &others), [&own, &answerer]);
        let second = of("a_2", record("answer", 9, 9, 12, "104"));
        assert_eq!(of_sound(&[&own, &answerer, &second], "a_2", &others), [&answerer, &second]);
        assert_eq!(of_sound(&[&own, &answerer, &second], "a", &others), [&own, &answerer]);
        let unnamed = record("answer", 12, 12, 15, "105");
        assert_eq!(of_sound(&[&own, &unnamed], "a_2", &others), [&unnamed]);
    }

    #[test]
    fn the_other_legs_record_only_says_who_answered() {
        let leg = Facts {
            status: Some("answer".into()),
            dnumber: Some("102".into()),
            dnumber_name: Some("Bob".into()),
            ..Facts::default()
        };
        let known = together(&[leg.clone(), record("answer", 1, 3, 9, "")]);
        assert_eq!((known.start, known.talktime, to(&known)), (Some(1), Some(6), "102"));
        assert_eq!(known.dnumber_name.as_deref(), Some("Bob"));
        let other = together(&[leg, record("answer", 1, 3, 9, "104")]);
        assert_eq!((to(&other), other.dnumber_name.as_deref()), ("104", None));
    }

    #[test]
    fn who_picked_up_a_call_that_was_sent_to_somebody_else_answered_it() {
        let leg = |leg: &str, record: Facts| Facts { leg: Some(leg.to_owned()), ..record };
        let queue = leg("Local/102@q-1", record("answer", 15, 15, 27, "102"));
        let rang = record("noanswer", 16, 0, 20, "102");
        let picked_up = leg("Local/102@q-1", record("answer", 21, 21, 27, "101"));
        let another = leg("Local/104@q-2", record("answer", 30, 31, 40, "103"));
        for records in [[&queue, &rang, &picked_up, &another], [&another, &picked_up, &rang, &queue]] {
            let known = together(records);
            assert_eq!((to(&known), known.talktime), ("101", Some(25)));
        }
    }

    #[test]
    fn records_are_those_of_the_recording_that_they_name() {
        let naming = |sound: &str, to: &str| Facts {
            sound: Some(sound.to_owned()).filter(|sound| !sound.is_empty()),
            ..record("answer", 1, 2, 9, to)
        };
        let (first, second, none) = (naming("in-1", "101"), naming("out-1", "5551234"), naming("", "102"));
        let all = [&first, &second, &none];
        assert_eq!(of_sound(&all, "in-1", &["out-1"]), [&first, &none]);
        assert_eq!(of_sound(&all, "out-1", &[]), [&second, &none]);
        assert_eq!(of_sound(&all, "renamed", &[]), all, "whoever renamed it took the names away");
        assert_eq!(of_sound(&all, "renamed", &["out-1"]), [&first, &none]);
    }

    #[test]
    fn how_a_call_ended_stays_open_where_it_is_not_known() {
        let mut open = record("", 1, 2, 9, "101");
        open.status = None;
        for (talktime, to) in [(Some(7), Some("101")), (Some(0), None), (None, None)] {
            open.talktime = talktime;
            let known = together(&[open.clone()]);
            assert_eq!((known.status.as_deref(), known.dnumber.as_deref()), (None, to), "{talktime:?}");
        }
        let rang = record("noanswer", 1, 0, 2, "102");
        open.talktime = Some(7);
        let known = together(&[open, rang]);
        assert_eq!(
            (known.status.as_deref(), to(&known)),
            (None, "101"),
            "another stretch's end is not this one's"
        );
    }

    #[test]
    fn the_number_that_was_dialled_outside_is_what_was_called_wherever_the_call_went() {
        let queue = Facts { cnumber: Some("102".into()), ..record("answer", 5, 6, 9, "102") };
        let first = Facts {
            ctype: Some("queue".into()),
            cnumber: Some("5556003".into()),
            ..record("answer", 1, 2, 9, "102")
        };
        let later = Facts { cnumber: Some("700".into()), ..record("noanswer", 0, 0, 1, "103") };
        for records in [[&queue, &first, &later], [&later, &first, &queue]] {
            let known = together(records);
            assert_eq!((known.cnumber.as_deref(), known.ctype.as_deref()), (Some("5556003"), Some("queue")));
        }
    }

    #[test]
    fn one_record_says_itself_how_long_people_talked() {
        let mut one = record("answer", 2, 2, 8, "102");
        one.talktime = Some(5);
        assert_eq!(together(&[one.clone(), one]).talktime, Some(5));
    }

    fn text(texts: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
        prop::sample::select(texts).prop_map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    fn any_record() -> impl Strategy<Value = Facts> {
        let status = prop::sample::select(&["answer", "noanswer", "busy"][..]);
        let times = (0_i64..5, 0_i64..5, 0_i64..5);
        let texts =
            (text(&["", "101", "102"]), text(&["", "1", "2"]), text(&["", "a", "b"]), text(&["", "x"]));
        (status, times, texts).prop_map(|(status, (start, rang, talked), (to, called, account, name))| {
            Facts {
                dnumber: to,
                cnumber: called,
                account,
                snumber_name: name,
                ..record(status, start, start + rang, start + rang + talked, "")
            }
        })
    }

    proptest! {
        #[test]
        fn order_and_repetition_change_nothing(
            records in prop::collection::vec(any_record(), 1..6),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let known = together(&records);
            let mut others: Vec<Facts> = order.iter().map(|at| records[at.index(records.len())].clone()).collect();
            others.extend(records.iter().rev().cloned());
            prop_assert_eq!(together(&others), known);
        }
    }
}
