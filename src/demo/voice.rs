//! Voices that say nothing: a glottis that pulses, a throat that moves from vowel to vowel, and the
//! consonants between.
//!
//! Formant synthesis after Klatt (JASA 1980), with the pulse of Klatt and Klatt (JASA 1990) and vowels from
//! Peterson and Barney (JASA 1952). There is no language in it, but its rhythm, melody and spectrum are those
//! of speech. A choir is made once, and calls are put together from its phrases, so that hours of sound take
//! seconds to make.

use std::sync::LazyLock;

use super::dice::Dice;
use super::filter::{self, Filter, through};

const VOICES: u64 = 12;
const PHRASES: i64 = 14;
const MURMURS: i64 = 4;
/// A frame is 5 ms: as fast as a mouth moves.
const FRAME: usize = 80;
/// The peak of the loudest voice, out of 32,768; two that speak at once still fit.
const LOUDNESS: f64 = 13_000.0;

/// The first three formants of a man's vowels, in hertz.
const VOWELS: [[f64; 3]; 10] = [
    [270.0, 2290.0, 3010.0],
    [390.0, 1990.0, 2550.0],
    [530.0, 1840.0, 2480.0],
    [660.0, 1720.0, 2410.0],
    [730.0, 1090.0, 2440.0],
    [570.0, 840.0, 2410.0],
    [440.0, 1020.0, 2240.0],
    [300.0, 870.0, 2240.0],
    [640.0, 1190.0, 2390.0],
    [490.0, 1350.0, 1690.0],
];
/// A closed mouth hums like this.
const NASAL: [f64; 3] = [270.0, 1100.0, 2300.0];
const BANDWIDTHS: [f64; 3] = [80.0, 100.0, 140.0];

/// What someone says in the demo's calls, as samples at the line's rate.
pub(super) struct Voice {
    /// Parts of sentences.
    pub(super) phrases: Vec<Vec<i16>>,
    /// What a listener says.
    pub(super) murmurs: Vec<Vec<i16>>,
}

/// The voices of two people. Anybody has always the same one, but the two in a call never have one voice.
pub(super) fn pair(people: [u64; 2]) -> [&'static Voice; 2] {
    static CHOIR: LazyLock<Vec<Voice>> = LazyLock::new(|| (0..VOICES).map(voice).collect());
    let [first, second] = people.map(|person| person % VOICES);
    let second = if first == second { (second + 1) % VOICES } else { second };
    [&CHOIR[first as usize], &CHOIR[second as usize]]
}

fn voice(number: u64) -> Voice {
    let mut dice = Dice::new(0x70D0 + number);
    let throat = Throat::new(number, &mut dice);
    let mut say = |low, high| {
        let syllables = dice.whole(low, high);
        throat.say(syllables, &mut dice)
    };
    let phrases = (0..PHRASES).map(|_| say(3, 14)).collect();
    let murmurs = (0..MURMURS).map(|_| say(1, 2)).collect();
    Voice { phrases, murmurs }
}

/// What makes a voice somebody's.
struct Throat {
    /// Pulses a second.
    pitch: f64,
    /// How high the formants lie beside a man's.
    tract: f64,
    /// Frames a syllable, beside the usual.
    pace: f64,
    /// How much air is in the voice.
    breath: f64,
    loudness: f64,
}

/// 5 ms of what a throat does.
#[derive(Clone, Copy)]
struct Frame {
    pitch: f64,
    /// How strong the pulses are.
    voiced: f64,
    /// How strong the noise of a consonant is.
    hiss: f64,
    formants: [f64; 3],
}

impl Throat {
    /// Women and men take turns.
    fn new(number: u64, dice: &mut Dice) -> Throat {
        let woman = number.is_multiple_of(2);
        Throat {
            pitch: if woman { dice.range(180.0, 225.0) } else { dice.range(95.0, 130.0) },
            tract: if woman { dice.range(1.12, 1.18) } else { dice.range(0.97, 1.05) },
            pace: dice.range(0.9, 1.15),
            breath: dice.range(0.02, 0.06),
            loudness: LOUDNESS * dice.range(0.6, 1.0),
        }
    }

    fn say(&self, syllables: i64, dice: &mut Dice) -> Vec<i16> {
        let mut frames = Vec::new();
        for syllable in 0..syllables {
            self.syllable(syllable == syllables - 1, dice, &mut frames);
        }
        intone(&mut frames, dice.chance(0.25));
        frames.extend([Frame { voiced: 0.0, hiss: 0.0, ..frames[frames.len() - 1] }; 16]);
        glide(&mut frames);
        self.sound(&frames, dice)
    }

    /// A consonant, mostly, and a vowel; now and then a consonant behind it.
    fn syllable(&self, last: bool, dice: &mut Dice, frames: &mut Vec<Frame>) {
        let stressed = dice.chance(0.4);
        let formants = dice.pick(&VOWELS).map(|hertz| hertz * self.tract);
        let pitch = self.pitch * if stressed { dice.range(1.08, 1.2) } else { dice.range(0.94, 1.02) };
        let voiced = if stressed { 1.0 } else { dice.range(0.5, 0.8) };
        let vowel = Frame { pitch, voiced, hiss: 0.0, formants };
        self.consonant(vowel, dice, frames);
        let length =
            dice.range(14.0, 24.0) + if stressed { 8.0 } else { 0.0 } + if last { 12.0 } else { 0.0 };
        self.hold(length, vowel, frames);
        if dice.chance(0.25) {
            self.consonant(vowel, dice, frames);
        }
    }

    fn consonant(&self, vowel: Frame, dice: &mut Dice, frames: &mut Vec<Frame>) {
        let silent = Frame { voiced: 0.0, ..vowel };
        match dice.below(8) {
            0..=2 => {
                self.hold(dice.range(8.0, 12.0), silent, frames);
                self.hold(3.0, Frame { hiss: dice.range(0.1, 0.25), ..silent }, frames);
            }
            3 | 4 => {
                self.hold(dice.range(10.0, 18.0), Frame { hiss: dice.range(0.06, 0.16), ..silent }, frames)
            }
            5 | 6 => {
                let formants = NASAL.map(|hertz| hertz * self.tract);
                self.hold(dice.range(9.0, 14.0), Frame { voiced: 0.35, formants, ..vowel }, frames);
            }
            _ => {}
        }
    }

    fn hold(&self, length: f64, frame: Frame, frames: &mut Vec<Frame>) {
        frames.extend(std::iter::repeat_n(frame, (length * self.pace) as usize));
    }

    fn sound(&self, frames: &[Frame], dice: &mut Dice) -> Vec<i16> {
        let mut glottis = Glottis { phase: 0.0, jitter: 1.0, flow: 0.0 };
        let mut formants = [const { Filter::new() }; 4];
        formants[3].resonate(3500.0 * self.tract, 250.0);
        let mut teeth = [Filter::high_pass(1800.0, 0.707), Filter::new()];
        teeth[1].resonate(2800.0, 1200.0);
        let mut line = filter::telephone();
        let mut samples = Vec::with_capacity(frames.len() * FRAME / 2);
        for frame in frames {
            for (i, hertz) in frame.formants.iter().enumerate() {
                formants[i].resonate(*hertz, BANDWIDTHS[i]);
            }
            for i in 0..FRAME {
                let noise = dice.range(-1.0, 1.0);
                let source = frame.voiced * (glottis.pulse(frame.pitch, dice) + self.breath * noise);
                let mouth = through(&mut formants, source) + through(&mut teeth, frame.hiss * noise);
                let sample = through(&mut line, mouth);
                if i % 2 == 0 {
                    samples.push(sample);
                }
            }
        }
        normal(&samples, self.loudness)
    }
}

/// The vocal folds.
struct Glottis {
    phase: f64,
    jitter: f64,
    flow: f64,
}

impl Glottis {
    /// The next sample of the flow's slope: the folds open slowly, shut at once, and stay shut two fifths of
    /// the time. No two pulses are equally long, or it would be an organ.
    fn pulse(&mut self, pitch: f64, dice: &mut Dice) -> f64 {
        self.phase += pitch * self.jitter / filter::RATE;
        if self.phase >= 1.0 {
            self.phase -= 1.0;
            self.jitter = dice.range(0.985, 1.015);
        }
        let open = self.phase / 0.6;
        let slope = if open < 1.0 { 2.0 * open - 3.0 * open * open } else { 0.0 };
        self.flow += 0.85 * (slope - self.flow);
        self.flow
    }
}

/// The melody of a sentence: it sinks, and at its end falls, or rises if it is a question.
fn intone(frames: &mut [Frame], question: bool) {
    let length = frames.len() as f64;
    for (i, frame) in frames.iter_mut().enumerate() {
        let place = i as f64 / length;
        let end = ((place - 0.8) / 0.2).max(0.0);
        frame.pitch *= 1.1 - 0.2 * place + end * if question { 0.35 } else { -0.12 };
        frame.voiced *= 1.0 - 0.3 * place;
    }
}

/// Nothing in a mouth jumps: each frame goes part of the way to the next.
fn glide(frames: &mut [Frame]) {
    let Some(mut now) = frames.first().copied() else { return };
    now.voiced = 0.0;
    now.hiss = 0.0;
    for frame in frames {
        now.pitch += 0.12 * (frame.pitch - now.pitch);
        now.voiced += 0.35 * (frame.voiced - now.voiced);
        now.hiss += 0.5 * (frame.hiss - now.hiss);
        for (formant, aim) in now.formants.iter_mut().zip(frame.formants) {
            *formant += 0.25 * (aim - *formant);
        }
        *frame = now;
    }
}

/// As samples, as loud as wanted. The peaks are rounded off, as the gain control of a telephone does.
fn normal(samples: &[f64], loudness: f64) -> Vec<i16> {
    let peak = samples.iter().fold(1e-9, |peak: f64, sample| peak.max(sample.abs()));
    samples.iter().map(|sample| (loudness * (2.0 * sample / peak).tanh()) as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::sound::RATE;

    fn power(samples: &[i16]) -> f64 {
        samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64
    }

    #[test]
    fn everyone_keeps_a_voice_and_no_two_in_a_call_share_one() {
        let phrase = |people, i: usize| pair(people)[i].phrases[0].clone();
        assert_eq!(phrase([3, 5], 0), phrase([3, 7], 0));
        assert_ne!(phrase([3, 3], 0), phrase([3, 3], 1));
    }

    #[test]
    fn a_voice_speaks_some_five_syllables_a_second() {
        for number in 0..VOICES {
            let mut dice = Dice::new(9);
            let said = Throat::new(number, &mut dice).say(20, &mut dice);
            let rate = 20.0 * RATE as f64 / said.len() as f64;
            assert!((3.5..7.0).contains(&rate), "{rate}");
        }
    }

    #[test]
    fn phrases_are_loud_but_do_not_clip_and_end_in_silence() {
        for voice in pair([0, 1]) {
            for phrase in voice.phrases.iter().chain(&voice.murmurs) {
                assert!(power(phrase).sqrt() > 500.0);
                assert!(phrase.iter().all(|sample| f64::from(sample.abs()) <= LOUDNESS));
                assert!(power(&phrase[phrase.len() - 40..]).sqrt() < 200.0);
            }
        }
    }

    #[test]
    fn women_and_men_differ_in_pitch() {
        let pitch = |number| Throat::new(number, &mut Dice::new(0x70D0 + number)).pitch;
        assert!((0..VOICES).step_by(2).all(|woman| pitch(woman) > pitch(woman + 1) + 40.0));
    }
}
