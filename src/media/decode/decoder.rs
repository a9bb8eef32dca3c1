//! Turning what is stored into 16-bit samples.

use super::codecs::bits::{Bits, LsbFirst, MsbFirst};
use super::codecs::{adpcm, g711, g722, gsm};
use super::coding::Coding;

/// Turns what is stored into 16-bit samples.
pub struct Decoder {
    coding: Coding,
    channels: u16,
    gsm: gsm::Decoder,
    g722: g722::Decoder,
}

impl Decoder {
    /// One that knows nothing of what came before.
    pub fn new(coding: Coding, channels: u16) -> Decoder {
        Decoder { coding, channels, gsm: gsm::Decoder::default(), g722: g722::Decoder::default() }
    }

    /// Appends the samples of whole units, or of the part that the last one is.
    pub fn decode(&mut self, bytes: &[u8], samples: &mut Vec<i16>) {
        match self.coding {
            Coding::Pcm8 => samples.extend(bytes.iter().map(|byte| (i16::from(*byte) - 128) << 8)),
            Coding::Signed8 => samples.extend(bytes.iter().map(|byte| i16::from(byte.cast_signed()) << 8)),
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
            Coding::G722 => samples.extend(bytes.iter().flat_map(|byte| self.g722.decode(*byte))),
            Coding::Ima(_) => self.blocks(bytes, adpcm::ima, samples),
            Coding::Microsoft(_) => self.blocks(bytes, adpcm::microsoft, samples),
        }
    }

    /// Blocks of which each is decoded alone.
    fn blocks(&self, bytes: &[u8], decode: fn(&[u8], usize, &mut Vec<i16>), samples: &mut Vec<i16>) {
        bytes.chunks(self.unit()).for_each(|block| decode(block, self.channels.into(), samples));
    }

    fn unit(&self) -> usize {
        usize::try_from(self.coding.unit(self.channels).0).unwrap_or(usize::MAX).max(1)
    }

    /// The frames of GSM in some bytes.
    fn frames(&mut self, bytes: &[u8], each: &mut dyn FnMut(&[i16])) {
        for unit in bytes.chunks_exact(self.unit()) {
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

    /// Goes on without what it decodes.
    pub fn skip(&mut self, bytes: &[u8]) {
        if self.coding != Coding::G722 {
            return self.frames(bytes, &mut |_| {});
        }
        for byte in bytes {
            self.g722.decode(*byte);
        }
    }

    /// Samples as bytes, low byte first.
    pub fn played(&mut self, bytes: &[u8], samples: &mut Vec<i16>) -> Vec<u8> {
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
