//! Sound as samples: how it is stored, how much it is, and the 16-bit samples that it stands for.

use std::io;
use std::ops::{ControlFlow, Range};

use super::codecs::bits::{Bits, LsbFirst, MsbFirst};
use super::codecs::{g711, gsm};
use super::read_at::ReadAt;
use super::wave_header::{HEADER, header};

/// How samples are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the field")]
pub enum Coding {
    /// Unsigned; all others of PCM are signed, low byte first.
    Pcm8,
    Pcm16,
    Pcm24,
    Pcm32,
    Float32,
    Float64,
    ALaw,
    MuLaw,
    /// GSM 06.10 in frames of 33 bytes.
    Gsm,
    /// GSM 06.10 in pairs of frames of 65 bytes.
    Wav49,
}

/// Microsoft's numbers of codings (RFC 2361).
const TAG_PCM: u16 = 1;
const TAG_FLOAT: u16 = 3;
const TAG_A_LAW: u16 = 6;
const TAG_MU_LAW: u16 = 7;
const TAG_GSM: u16 = 0x31;

impl Coding {
    /// What a WAVE file's numbers mean.
    pub fn of_wave(tag: u16, bits: u16, channels: u16) -> Option<Coding> {
        Some(match (tag, bits) {
            (TAG_PCM, 8) => Coding::Pcm8,
            (TAG_PCM, 16) => Coding::Pcm16,
            (TAG_PCM, 24) => Coding::Pcm24,
            (TAG_PCM, 32) => Coding::Pcm32,
            (TAG_FLOAT, 32) => Coding::Float32,
            (TAG_FLOAT, 64) => Coding::Float64,
            (TAG_A_LAW, 8) => Coding::ALaw,
            (TAG_MU_LAW, 8) => Coding::MuLaw,
            (TAG_GSM, _) if channels == 1 => Coding::Wav49,
            _ => return None,
        })
    }

    /// Tag and bits in a WAVE file that browsers play: those of PCM stay as they are, all else becomes 16-bit PCM.
    fn played(self) -> (u16, u16) {
        match self {
            Coding::Pcm8 => (TAG_PCM, 8),
            Coding::Pcm24 => (TAG_PCM, 24),
            Coding::Pcm32 => (TAG_PCM, 32),
            Coding::Float32 => (TAG_FLOAT, 32),
            Coding::Float64 => (TAG_FLOAT, 64),
            Coding::Pcm16 | Coding::ALaw | Coding::MuLaw | Coding::Gsm | Coding::Wav49 => (TAG_PCM, 16),
        }
    }

    /// Whether browsers play a WAVE file that is coded so.
    pub fn plays_in_wave(self) -> bool {
        !matches!(self, Coding::ALaw | Coding::MuLaw | Coding::Gsm | Coding::Wav49)
    }

    /// The least that is decoded at once: its bytes, and its samples of each channel.
    fn unit(self) -> (usize, usize) {
        match self {
            Coding::Pcm8 | Coding::ALaw | Coding::MuLaw => (1, 1),
            Coding::Pcm16 => (2, 1),
            Coding::Pcm24 => (3, 1),
            Coding::Pcm32 | Coding::Float32 => (4, 1),
            Coding::Float64 => (8, 1),
            Coding::Gsm => (33, gsm::SAMPLES),
            Coding::Wav49 => (65, 2 * gsm::SAMPLES),
        }
    }

    /// Whether what comes before has to be known.
    fn remembers(self) -> bool {
        matches!(self, Coding::Gsm | Coding::Wav49)
    }
}

/// Sound in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pcm {
    /// How it is stored.
    pub coding: Coding,
    /// Channels, whose samples take turns.
    pub channels: u16,
    /// Samples a second, of each channel.
    pub rate: u32,
    /// Where in the file.
    pub data: Range<u64>,
    /// Whether browsers play the file as it is.
    pub plays: bool,
}

impl Pcm {
    /// Sound without a header, of one channel.
    pub fn bare(coding: Coding, rate: u32, data: Range<u64>) -> Pcm {
        Pcm { coding, channels: 1, rate, data, plays: false }
    }

    /// Bytes that are stored and decoded together.
    fn stored_unit(&self) -> u64 {
        self.coding.unit().0 as u64 * u64::from(self.channels)
    }

    /// Bytes that they are when played.
    fn played_unit(&self) -> u64 {
        let (_, bits) = self.coding.played();
        self.coding.unit().1 as u64 * u64::from(self.channels) * u64::from(bits / 8)
    }

    /// What is cut off in the middle doesn't count.
    fn units(&self) -> u64 {
        (self.data.end - self.data.start) / self.stored_unit()
    }

    /// How long it is.
    pub fn milliseconds(&self) -> u64 {
        let samples = self.units() * self.coding.unit().1 as u64;
        samples.saturating_mul(1_000) / u64::from(self.rate.max(1))
    }

    /// Bytes of the WAVE file that browsers play.
    pub fn played_size(&self) -> u64 {
        HEADER as u64 + self.units() * self.played_unit()
    }

    fn header(&self) -> [u8; HEADER] {
        let (tag, bits) = self.coding.played();
        header(tag, self.channels, self.rate, bits, self.units() * self.played_unit())
    }

    /// Hands over the bytes of `span` of the WAVE file that browsers play, in pieces of about `piece` bytes.
    pub fn read_played(
        &self,
        file: &(impl ReadAt + ?Sized),
        span: Range<u64>,
        piece: usize,
        each: &mut dyn FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let begin = HEADER as u64;
        if span.start < begin {
            let end = usize::try_from(span.end.min(begin)).unwrap_or_default();
            let start = usize::try_from(span.start).unwrap_or_default();
            let bytes = self.header().get(start..end).unwrap_or_default().to_vec();
            if !bytes.is_empty() && each(bytes).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        let sound = span.start.max(begin) - begin..span.end.max(begin) - begin;
        self.read_sound(file, sound, piece, each)
    }

    /// The same of what is behind the header.
    fn read_sound(
        &self,
        file: &(impl ReadAt + ?Sized),
        span: Range<u64>,
        piece: usize,
        each: &mut dyn FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let unit = self.played_unit();
        let units = span.start / unit..span.end.div_ceil(unit);
        let mut at = units.start * unit;
        let at_once = (piece as u64 / unit).max(1);
        let stored = self.coding.plays_in_wave();
        let mut samples = Vec::new();
        self.walk(file, units, at_once, &mut |decoder, bytes| {
            let mut played = if stored { bytes } else { decoder.played(&bytes, &mut samples) };
            let end = at + played.len() as u64;
            let within = |place: u64| usize::try_from(place.clamp(at, end) - at).unwrap_or_default();
            let (first, last) = (within(span.start), within(span.end));
            at = end;
            played.truncate(last);
            played.drain(..first);
            each(played)
        })
    }

    /// Hands over all samples, as 16 bits, in pieces; those of the channels take turns.
    pub fn read_samples(
        &self,
        file: &(impl ReadAt + ?Sized),
        each: &mut dyn FnMut(&[i16]) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let at_once = ((64 << 10) / self.stored_unit()).max(1);
        let mut samples = Vec::new();
        self.walk(file, 0..self.units(), at_once, &mut |decoder, bytes| {
            samples.clear();
            decoder.decode(&bytes, &mut samples);
            each(&samples)
        })
    }

    /// Reads some units, with a decoder that knows what came before.
    fn walk(
        &self,
        file: &(impl ReadAt + ?Sized),
        units: Range<u64>,
        at_once: u64,
        each: &mut dyn FnMut(&mut Decoder, Vec<u8>) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let mut decoder = Decoder::new(self.coding);
        let mut at = if self.coding.remembers() { 0 } else { units.start };
        while at < units.end {
            let known = at < units.start;
            let until = (at + at_once).min(if known { units.start } else { units.end });
            let mut bytes = vec![0; usize::try_from((until - at) * self.stored_unit()).unwrap_or_default()];
            file.exactly_at(self.data.start + at * self.stored_unit(), &mut bytes)?;
            at = until;
            if known {
                decoder.skip(&bytes);
            } else if each(&mut decoder, bytes).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Turns what is stored into 16-bit samples.
struct Decoder {
    coding: Coding,
    gsm: gsm::Decoder,
}

impl Decoder {
    fn new(coding: Coding) -> Decoder {
        Decoder { coding, gsm: gsm::Decoder::default() }
    }

    /// Appends the samples of whole units.
    fn decode(&mut self, bytes: &[u8], samples: &mut Vec<i16>) {
        match self.coding {
            Coding::Pcm8 => samples.extend(bytes.iter().map(|byte| (i16::from(*byte) - 128) << 8)),
            Coding::Pcm16 => high_parts::<2>(bytes, samples),
            Coding::Pcm24 => high_parts::<3>(bytes, samples),
            Coding::Pcm32 => high_parts::<4>(bytes, samples),
            Coding::Float32 => {
                let (floats, _) = bytes.as_chunks();
                samples.extend(floats.iter().map(|float| of_float(f32::from_le_bytes(*float).into())));
            }
            Coding::Float64 => {
                let (floats, _) = bytes.as_chunks();
                samples.extend(floats.iter().map(|float| of_float(f64::from_le_bytes(*float))));
            }
            Coding::ALaw => look_up(&g711::A_LAW, bytes, samples),
            Coding::MuLaw => look_up(&g711::MU_LAW, bytes, samples),
            Coding::Gsm | Coding::Wav49 => self.frames(bytes, &mut |frame| samples.extend(frame)),
        }
    }

    /// The frames of GSM in some bytes.
    fn frames(&mut self, bytes: &[u8], each: &mut dyn FnMut(&[i16])) {
        for unit in bytes.chunks_exact(self.coding.unit().0) {
            if self.coding == Coding::Gsm {
                let mut bits = MsbFirst::new(unit);
                // The signature, 0xd.
                bits.take(4);
                each(&self.gsm.decode(&mut bits));
            } else {
                let mut bits = LsbFirst::new(unit);
                each(&self.gsm.decode(&mut bits));
                each(&self.gsm.decode(&mut bits));
            }
        }
    }

    fn skip(&mut self, bytes: &[u8]) {
        self.frames(bytes, &mut |_| {});
    }

    /// Samples as bytes, low byte first.
    fn played(&mut self, bytes: &[u8], samples: &mut Vec<i16>) -> Vec<u8> {
        samples.clear();
        self.decode(bytes, samples);
        let mut played = Vec::with_capacity(2 * samples.len());
        played.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        played
    }
}

/// The upper 16 bits of numbers of `WIDTH` bytes.
fn high_parts<const WIDTH: usize>(bytes: &[u8], samples: &mut Vec<i16>) {
    let (numbers, _) = bytes.as_chunks::<WIDTH>();
    samples.extend(numbers.iter().map(|number| i16::from_le_bytes([number[WIDTH - 2], number[WIDTH - 1]])));
}

fn look_up(table: &[i16; 256], bytes: &[u8], samples: &mut Vec<i16>) {
    samples.extend(bytes.iter().map(|byte| table[usize::from(*byte)]));
}

/// What is beyond full scale is full scale.
fn of_float(sample: f64) -> i16 {
    #[allow(clippy::cast_possible_truncation, reason = "it saturates, and what is no number is silence")]
    let sample = (sample * 32768.0) as i16;
    sample
}
