//! What people of the demo say: recordings of four voices that no throat made. There is no language in them, but its
//! rhythm, melody and spectrum are those of speech.
//!
//! They came out of a formant synthesiser after Klatt (JASA 1980), which was part of this house once, and are stored as
//! a telephone network would: GSM 06.10, in `voices.gsm`, one phrase behind the other.

use std::sync::LazyLock;

use crate::media::decode_gsm;

const RECORDINGS: &[u8] = include_bytes!("voices.gsm");
/// Bytes of 20 ms of it.
const FRAME: usize = 33;
/// How many frames each phrase has, and behind the phrases of a voice its murmurs. Women and men take turns.
const LENGTHS: [([usize; 6], [usize; 2]); 4] = [
    ([35, 67, 77, 80, 101, 110], [16, 19]),
    ([48, 68, 93, 108, 119, 131], [17, 19]),
    ([41, 56, 81, 95, 134, 147], [22, 26]),
    ([68, 85, 95, 102, 112, 136], [12, 15]),
];

/// What someone says in the demo's calls, as samples at the line's rate.
pub(super) struct Voice {
    /// Parts of sentences.
    pub(super) phrases: Vec<Vec<i16>>,
    /// What a listener says.
    pub(super) murmurs: Vec<Vec<i16>>,
}

/// The voices of two people. Anybody has always the same one, but the two in a call never have one voice.
pub(super) fn pair(people: [u64; 2]) -> [&'static Voice; 2] {
    static CHOIR: LazyLock<Vec<Voice>> = LazyLock::new(choir);
    let count = CHOIR.len() as u64;
    let [first, second] = people.map(|person| person % count);
    let second = if first == second { (second + 1) % count } else { second };
    [&CHOIR[first as usize], &CHOIR[second as usize]]
}

fn choir() -> Vec<Voice> {
    let mut frames = RECORDINGS.chunks_exact(FRAME);
    let mut next = |length: usize| decode_gsm(frames.by_ref().take(length));
    let voice = |(phrases, murmurs): ([usize; 6], [usize; 2])| Voice {
        phrases: phrases.map(&mut next).into(),
        murmurs: murmurs.map(&mut next).into(),
    };
    LENGTHS.map(voice).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(samples: &[i16]) -> f64 {
        samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64
    }

    #[test]
    fn everyone_keeps_a_voice_and_no_two_in_a_call_share_one() {
        let phrase = |people, i: usize| pair(people)[i].phrases[0].clone();
        assert_eq!(phrase([3, 5], 0), phrase([3, 6], 0));
        assert_ne!(phrase([3, 3], 0), phrase([3, 3], 1));
    }

    #[test]
    fn all_that_was_recorded_is_said() {
        let frames = LENGTHS.iter().flat_map(|(phrases, murmurs)| phrases.iter().chain(murmurs));
        assert_eq!(frames.sum::<usize>() * FRAME, RECORDINGS.len());
    }

    #[test]
    fn phrases_are_loud_but_leave_room_for_another_and_end_in_silence() {
        for voice in choir() {
            for phrase in voice.phrases.iter().chain(&voice.murmurs) {
                assert!(power(phrase).sqrt() > 400.0);
                assert!(phrase.iter().all(|sample| sample.unsigned_abs() <= 13_000));
                assert!(power(&phrase[phrase.len() - 40..]).sqrt() < 200.0, "cut in a word");
            }
        }
    }
}
