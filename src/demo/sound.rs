//! The sound of one call, as a recorder leaves it: 16-bit PCM, 8 kHz, in a WAV file.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use super::dice::{Dice, seed_of};
use super::talk;
use super::tones::{self, RATE};
use crate::model::RecordingRow;

const HEADER: usize = 44;
/// Asterisk writes a growing file in such steps.
const STEP: usize = 32_768;

/// What there is to hear of a call: enough to make the same samples again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sound {
    /// Length.
    seconds: usize,
    /// How much of it is a tone, before the answer.
    ringing: usize,
    /// The tone is the busy one.
    busy: bool,
    /// Caller left, called right; else both in one.
    stereo: bool,
    /// The call goes on: the file is shorter than the call, and its header does not tell sizes yet.
    growing: bool,
    /// Which voices the two have: everyone sounds the same in each call.
    voices: [u64; 2],
    /// What is said.
    seed: u64,
}

impl Sound {
    /// The sound of a completed call.
    pub(super) fn of(draft: &RecordingRow) -> Sound {
        let seed = seed_of(&draft.path);
        Sound {
            seconds: draft.totaltime as usize,
            ringing: (draft.totaltime - draft.talktime) as usize,
            busy: draft.status == "busy",
            stereo: seed.is_multiple_of(3),
            growing: false,
            voices: [seed_of(&draft.snumber), seed_of(&draft.dnumber)],
            seed,
        }
    }

    /// The sound of all calls that ring and last as long as this one.
    pub(super) fn shared(draft: &RecordingRow) -> Sound {
        let own = Sound::of(draft);
        let seed = seed_of(&format!("{} {} {}", own.busy, own.ringing, own.seconds));
        Sound { stereo: false, voices: [seed, !seed], seed, ..own }
    }

    /// The sound so far of a call in progress.
    pub(super) fn growing(draft: &RecordingRow, now: i64) -> Sound {
        let seconds = (now - draft.start) as usize;
        Sound { seconds, ringing: seconds.min(4), stereo: false, growing: true, ..Sound::of(draft) }
    }

    /// Bytes of the finished file.
    pub(super) const fn size(&self) -> i64 {
        (HEADER + self.seconds * RATE * self.frame()) as i64
    }

    /// Its length.
    #[cfg(test)]
    pub(super) const fn seconds(&self) -> usize {
        self.seconds
    }

    /// Bytes a sample, for all channels.
    const fn frame(&self) -> usize {
        if self.stereo { 4 } else { 2 }
    }

    /// Writes the file and, once the call has ended, dates it to that moment.
    pub(super) fn write(&self, path: &Path, end: i64) -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(&self.wav())?;
        match u64::try_from(end) {
            Ok(end) if !self.growing => file.set_modified(UNIX_EPOCH + Duration::from_secs(end)),
            _ => Ok(()),
        }
    }

    fn wav(&self) -> Vec<u8> {
        let data = self.samples();
        let mut length = 2 * data.len();
        if self.growing {
            length -= length % STEP;
        }
        let mut wav = Vec::with_capacity(HEADER + length);
        wav.extend(self.header(length as u32));
        for sample in &data[..length / 2] {
            wav.extend_from_slice(&sample.to_le_bytes());
        }
        wav
    }

    /// The canonical 44 bytes. The sizes are 0 until the recorder closes the file.
    fn header(&self, data: u32) -> [u8; HEADER] {
        let (riff, data) = if self.growing { (0, 0) } else { (data + HEADER as u32 - 8, data) };
        let frame = self.frame() as u32;
        let rate = RATE as u32;
        let mut header = *b"RIFF....WAVEfmt \x10\0\0\0\x01\0..............data....";
        header[4..8].copy_from_slice(&riff.to_le_bytes());
        header[22..24].copy_from_slice(&(frame as u16 / 2).to_le_bytes());
        header[24..28].copy_from_slice(&rate.to_le_bytes());
        header[28..32].copy_from_slice(&(rate * frame).to_le_bytes());
        header[32..34].copy_from_slice(&(frame as u16).to_le_bytes());
        header[34..36].copy_from_slice(&16u16.to_le_bytes());
        header[40..44].copy_from_slice(&data.to_le_bytes());
        header
    }

    fn samples(&self) -> Vec<i16> {
        let [caller, called] = self.tracks();
        let both = caller.into_iter().zip(called);
        if self.stereo {
            both.flat_map(|(left, right)| [left, right]).collect()
        } else {
            both.map(|(left, right)| left.saturating_add(right)).collect()
        }
    }

    /// What each of the two says; the tone comes from the called side.
    fn tracks(&self) -> [Vec<i16>; 2] {
        let mut dice = Dice::new(self.seed);
        let length = self.seconds * RATE;
        let answer = self.ringing * RATE;
        let mut tracks = [tones::line(length, &mut dice), tones::line(length, &mut dice)];
        let tone = if self.busy { tones::busy() } else { tones::ringing() };
        tones::repeat(&mut tracks[1][..answer], tone);
        let [caller, called] = &mut tracks;
        talk::converse([&mut caller[answer..], &mut called[answer..]], self.voices, &mut dice);
        tracks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> RecordingRow {
        RecordingRow {
            snumber: "1".into(),
            dnumber: "2".into(),
            totaltime: 14,
            talktime: 11,
            ..RecordingRow::default()
        }
    }

    fn u32_at(wav: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(wav[at..at + 4].try_into().unwrap())
    }

    fn power(samples: impl ExactSizeIterator<Item = i16>) -> f64 {
        let length = samples.len() as f64;
        (samples.map(|sample| f64::from(sample).powi(2)).sum::<f64>() / length).sqrt()
    }

    #[test]
    fn the_header_tells_the_truth() {
        for stereo in [false, true] {
            let wav = Sound { stereo, ..Sound::of(&call()) }.wav();
            let channels = 1 + u32::from(stereo);
            assert_eq!(
                (&wav[..4], &wav[8..16], &wav[36..40]),
                (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..])
            );
            assert_eq!(u32_at(&wav, 4) as usize, wav.len() - 8);
            assert_eq!((u32_at(&wav, 16), u32_at(&wav, 20)), (16, 1 + (channels << 16)));
            assert_eq!((u32_at(&wav, 24), u32_at(&wav, 28)), (8000, 16_000 * channels));
            assert_eq!(u32_at(&wav, 32), 2 * channels + (16 << 16));
            assert_eq!(
                (u32_at(&wav, 40), wav.len() as u32 - 44),
                (14 * 16_000 * channels, 14 * 16_000 * channels)
            );
        }
    }

    #[test]
    fn a_file_is_as_big_as_the_row_says() {
        for draft in [call(), RecordingRow { talktime: 0, ..call() }, RecordingRow { talktime: 14, ..call() }]
        {
            let sound = Sound::of(&draft);
            assert_eq!(sound.wav().len() as i64, sound.size());
        }
    }

    #[test]
    fn one_call_makes_one_sound() {
        assert!(Sound::of(&call()).wav() == Sound::of(&call()).wav());
        assert!(Sound::of(&call()).wav() != Sound::of(&RecordingRow { path: "b".into(), ..call() }).wav());
    }

    #[test]
    fn both_are_heard_each_on_its_side() {
        let [caller, called] = Sound::of(&call()).tracks();
        let answer = 3 * RATE;
        assert!(power(caller[..answer].iter().copied()) < 60.0, "the caller waits");
        assert!(power(called[..answer].iter().copied()) > 300.0, "while it rings");
        for track in [caller, called] {
            assert!(power(track[answer..].iter().copied()) > 300.0);
            assert!(track.iter().all(|sample| sample.unsigned_abs() < 20_000));
        }
    }

    #[test]
    fn a_growing_file_is_whole_steps_under_an_unfinished_header() {
        let live = RecordingRow { start: 1000, totaltime: 0, talktime: 0, ..call() };
        let wav = Sound::growing(&live, 1031).wav();
        assert_eq!((u32_at(&wav, 4), u32_at(&wav, 40)), (0, 0));
        assert_eq!(wav.len(), HEADER + 15 * STEP);
    }
}
