//! The lengths that all but the newest calls have, so that they can share a few dozen sounds: a year of its own for each
//! would fill a disk.

/// So many of the newest completed calls have a sound each; they are short, to keep the demo small. The others share.
pub(super) const NEWEST: usize = 200;
/// How many lengths of talk there are.
const LENGTHS: i32 = 36;
/// The shortest, and how much longer the longest is, in seconds and times.
const SHORTEST: f64 = 5.0;
const SPAN: f64 = 96.0;

/// Ringing and talk, in seconds, of an answered call of about so many seconds of talk.
pub(super) fn answered(about: i64) -> (i64, i64) {
    let steps = f64::from(LENGTHS - 1);
    let step = ((about.max(1) as f64 / SHORTEST).log(SPAN) * steps).round().clamp(0.0, steps);
    let ringing = 2 + (step as i64 * 5) % 17;
    (ringing, (SHORTEST * SPAN.powf(step / steps)).round() as i64)
}

/// Seconds of ringing of an unanswered call of about so many.
pub(super) fn unanswered(about: i64) -> i64 {
    (about - about % 3).max(3)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn lengths_are_near_what_was_asked_for_and_few() {
        let all: BTreeSet<_> = (0..5_000).map(answered).collect();
        assert!(all.len() <= LENGTHS as usize);
        assert_eq!(all.iter().map(|(_, talk)| talk).max(), Some(&480));
        for about in [5, 30, 105, 480] {
            let (ringing, talk) = answered(about);
            assert!((2..=19).contains(&ringing) && (talk - about).abs() * 10 <= about, "{about} {talk}");
        }
        assert_eq!([0, 3, 44].map(unanswered), [3, 3, 42]);
    }
}
