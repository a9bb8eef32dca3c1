//! Two people taking turns.

use super::dice::Dice;
use super::tones::RATE;
use super::voice;

/// Puts a conversation on the two tracks, which have one length: the caller's, and the called one's, who
/// speaks first.
pub(super) fn converse(tracks: [&mut [i16]; 2], voices: [u64; 2], dice: &mut Dice) {
    let voices = voice::pair(voices);
    let mut now = pause(dice, 0.2, 0.6);
    let mut speaker = 1;
    while now < tracks[0].len() {
        let begun = now;
        for _ in 0..dice.whole(1, 4) {
            now = say(tracks[speaker], now, dice.pick::<Vec<i16>>(&voices[speaker].phrases))
                + pause(dice, 0.1, 0.5);
        }
        let listener = 1 - speaker;
        if dice.chance(0.35) {
            // "Mm-hm": the other one is listening.
            let middle = begun + (now - begun) * 2 / 3;
            say(tracks[listener], middle, dice.pick::<Vec<i16>>(&voices[listener].murmurs));
        }
        speaker = listener;
        // People leave a gap of a fifth of a second between turns, more or less, and often speak into each
        // other.
        now = (now + pause(dice, 0.0, 0.7)).saturating_sub(pause(dice, 0.0, 0.35));
    }
}

fn pause(dice: &mut Dice, low: f64, high: f64) -> usize {
    (RATE as f64 * dice.range(low, high)) as usize
}

/// Adds a phrase to the track and gives its end. What the track is too short for is cut: they hung up.
fn say(track: &mut [i16], at: usize, phrase: &[i16]) -> usize {
    for (place, sample) in track.iter_mut().skip(at).zip(phrase) {
        *place = place.saturating_add(*sample);
    }
    at + phrase.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_have_their_say_and_mostly_one_at_a_time() {
        let mut tracks = [vec![0i16; 60 * RATE], vec![0i16; 60 * RATE]];
        let [caller, called] = &mut tracks;
        converse([caller, called], [1, 2], &mut Dice::new(1));
        // A tenth of a second in which someone is loud.
        let loud = |part: &[i16]| part.iter().any(|sample| sample.unsigned_abs() > 1000);
        let talks = tracks.each_ref().map(|track| track.chunks(RATE / 10).map(loud).collect::<Vec<_>>());
        let share = |talk: &[bool]| talk.iter().filter(|talks| **talks).count();
        let together = talks[0].iter().zip(&talks[1]).filter(|(a, b)| **a && **b).count();
        assert!(talks.iter().all(|talk| (100..500).contains(&share(talk))));
        assert!(together < 100, "{together} of 600");
    }

    #[test]
    fn a_phrase_is_cut_where_the_track_ends() {
        let mut track = [10, 10, i16::MAX];
        assert_eq!(say(&mut track, 1, &[5, 5, 5]), 4);
        assert_eq!(track, [10, 15, i16::MAX]);
        assert_eq!(say(&mut track, 9, &[5]), 10);
    }
}
