//! What a line carries besides voices: its own noise, and the tones of the network.

use std::f64::consts::TAU;
use std::sync::LazyLock;

use super::dice::Dice;

/// Samples a second: what a telephone line carries.
pub(super) const RATE: usize = 8000;
/// How loud a tone is, out of 32,768: about as loud as a voice.
const LOUDNESS: f64 = 1600.0;
/// How loud the noise of a line is: 55 dB below a voice's peaks, which is a good line, but not digital
/// silence.
const NOISE: f64 = 24.0;

/// The British ringing tone, 400 and 450 Hz: a double ring every three seconds (BS 6305).
pub(super) fn ringing() -> &'static [i16] {
    static CADENCE: LazyLock<Vec<i16>> = LazyLock::new(|| {
        let ring = |time: f64| time < 0.4 || (0.6..1.0).contains(&time);
        cadence(
            3.0,
            |time| if ring(time) { (TAU * 400.0 * time).sin() + (TAU * 450.0 * time).sin() } else { 0.0 },
        )
    });
    &CADENCE
}

/// The British busy tone: 400 Hz, on and off every three eighths of a second.
pub(super) fn busy() -> &'static [i16] {
    static CADENCE: LazyLock<Vec<i16>> = LazyLock::new(|| {
        cadence(0.75, |time| if time < 0.375 { 1.6 * (TAU * 400.0 * time).sin() } else { 0.0 })
    });
    &CADENCE
}

fn cadence(seconds: f64, wave: impl Fn(f64) -> f64) -> Vec<i16> {
    let samples = (seconds * RATE as f64) as usize;
    (0..samples).map(|i| (LOUDNESS * wave(i as f64 / RATE as f64)) as i16).collect()
}

/// An idle line of so many samples. The noise repeats, from a different place each time.
pub(super) fn line(samples: usize, dice: &mut Dice) -> Vec<i16> {
    static HISS: LazyLock<Vec<i16>> = LazyLock::new(|| {
        let mut dice = Dice::new(0x4155);
        (0..5 * RATE).map(|_| (NOISE * dice.bell()) as i16).collect()
    });
    HISS.iter().copied().cycle().skip(dice.below(HISS.len())).take(samples).collect()
}

/// Fills the place with the tone, over and over.
pub(super) fn repeat(place: &mut [i16], tone: &[i16]) {
    for turn in place.chunks_mut(tone.len()) {
        let length = turn.len();
        turn.copy_from_slice(&tone[..length]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_double_and_then_silent() {
        let loud = |from: f64, to: f64| {
            let part = &ringing()[(from * RATE as f64) as usize..(to * RATE as f64) as usize];
            part.iter().any(|sample| sample.unsigned_abs() > 2000)
        };
        assert_eq!(ringing().len(), 3 * RATE);
        assert!(loud(0.0, 0.4) && !loud(0.4, 0.6) && loud(0.6, 1.0) && !loud(1.0, 3.0));
    }

    #[test]
    fn an_idle_line_is_not_digital_silence() {
        let line = line(6 * RATE, &mut Dice::new(1));
        assert_eq!(line.len(), 6 * RATE);
        assert!(line.iter().any(|sample| *sample != 0) && line.iter().all(|sample| sample.abs() < 200));
    }

    #[test]
    fn a_tone_fills_its_place() {
        let mut place = [0; 5];
        repeat(&mut place, &[1, 2]);
        assert_eq!(place, [1, 2, 1, 2, 1]);
    }
}
