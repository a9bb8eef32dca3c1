//! The full-rate speech decoder of GSM 06.10: 260 bits become 160 samples of 8 kHz, to the bit as in ETSI EN 300 961
//! V8.1.1, whose sections are named here. It remembers the frames before, so it begins where the sound begins.

use super::bits::{Bits, MsbFirst};

/// Samples of a frame: 20 ms.
pub const SAMPLES: usize = 160;
/// Samples of one of its four sub-segments.
const PART: usize = 40;
/// Samples that the long-term filter looks back.
const PAST: usize = 120;

/// Bits of the log area ratios, in order (table 1.1).
const LAR_BITS: [u32; 8] = [6, 6, 5, 5, 4, 4, 3, 3];
/// Table 5.1: what the coded ratios are counted from, and the line that they lie on.
const LAR_LEAST: [i16; 8] = [-32, -32, -16, -16, -8, -8, -4, -4];
const LAR_OFFSET: [i16; 8] = [0, 0, 2048, -2560, 94, -1792, -341, -1144];
const LAR_SLOPE: [i16; 8] = [13107, 13107, 13107, 13107, 19223, 17476, 31454, 29708];
/// Table 5.3b: gains of the long-term filter.
const GAINS: [i16; 4] = [3277, 11469, 21299, 32767];
/// Table 5.6: mantissas of the pulses' largest.
const MANTISSAS: [i16; 8] = [18431, 20479, 22527, 24575, 26623, 28671, 30719, 32767];

/// The samples of a sound's frames of 33 bytes, each of which begins with a mark of four bits.
pub fn decode_gsm<'a>(frames: impl Iterator<Item = &'a [u8]>) -> Vec<i16> {
    let mut decoder = Decoder::default();
    let decode = |frame| {
        let mut bits = MsbFirst::new(frame);
        bits.take(4);
        decoder.decode(&mut bits)
    };
    frames.flat_map(decode).collect()
}

/// The parameters of 20 ms, as they are transmitted.
#[derive(Clone, Copy, Debug)]
struct Frame {
    lar: [i16; 8],
    parts: [Part; 4],
}

#[derive(Clone, Copy, Debug)]
struct Part {
    lag: i16,
    gain: usize,
    grid: usize,
    largest: i16,
    pulses: [i16; 13],
}

impl Frame {
    /// The order of section 1.7, table 1.1.
    fn read(bits: &mut impl Bits) -> Frame {
        let lar = LAR_BITS.map(|width| bits.take(width).cast_signed());
        let parts = [(); 4].map(|()| Part {
            lag: bits.take(7).cast_signed(),
            gain: bits.take(2).into(),
            grid: bits.take(2).into(),
            largest: bits.take(6).cast_signed(),
            pulses: [(); 13].map(|()| bits.take(3).cast_signed()),
        });
        Frame { lar, parts }
    }
}

/// What a decoder remembers.
#[derive(Clone, Debug)]
pub struct Decoder {
    /// LARpp of the frame before.
    ratios: [i16; 8],
    /// drp: the short-term residual, of which the last part is the present.
    residual: [i16; PAST + PART],
    /// nrp.
    lag: usize,
    /// v.
    lattice: [i16; 9],
    /// msr.
    last: i16,
}

impl Default for Decoder {
    fn default() -> Decoder {
        // Section 4.4: all zero but for the lag.
        Decoder { ratios: [0; 8], residual: [0; PAST + PART], lag: PART, lattice: [0; 9], last: 0 }
    }
}

impl Decoder {
    /// Decodes the next frame.
    pub fn decode(&mut self, bits: &mut impl Bits) -> [i16; SAMPLES] {
        let frame = Frame::read(bits);
        let mut samples = [0; SAMPLES];
        for (part, samples) in frame.parts.iter().zip(samples.chunks_exact_mut(PART)) {
            samples.copy_from_slice(self.long_term(part));
        }
        self.short_term(&ratios(&frame.lar), &mut samples);
        samples.iter_mut().for_each(|sample| *sample = self.finish(*sample));
        samples
    }

    /// Section 5.3.2: the pulses, and what the speech of a pitch period ago adds to them.
    fn long_term(&mut self, part: &Part) -> &[i16] {
        let lag = usize::try_from(part.lag).unwrap_or_default();
        if (PART..=PAST).contains(&lag) {
            self.lag = lag;
        }
        self.residual.copy_within(PART.., 0);
        let gain = GAINS[part.gain];
        for (at, pulse) in (PAST..).zip(pulses(part)) {
            self.residual[at] = pulse.saturating_add(mult_r(gain, self.residual[at - self.lag]));
        }
        &self.residual[PAST..]
    }

    /// Sections 5.2.9.1 and 5.3.3: the filter glides from the last frame's coefficients to this one's.
    fn short_term(&mut self, ratios: &[i16; 8], samples: &mut [i16; SAMPLES]) {
        let before = std::mem::replace(&mut self.ratios, *ratios);
        let glide = |mix: fn(i16, i16) -> i16| -> [i16; 8] {
            std::array::from_fn(|index| reflection(mix(before[index], ratios[index])))
        };
        let filters = [
            (0..13, glide(|old, new| (old >> 2).saturating_add(new >> 2).saturating_add(old >> 1))),
            (13..27, glide(|old, new| (old >> 1).saturating_add(new >> 1))),
            (27..40, glide(|old, new| (old >> 2).saturating_add(new >> 2).saturating_add(new >> 1))),
            (40..SAMPLES, glide(|_, new| new)),
        ];
        for (span, reflections) in filters {
            samples[span].iter_mut().for_each(|sample| *sample = self.filter(&reflections, *sample));
        }
    }

    /// Section 5.3.4: the lattice.
    fn filter(&mut self, reflections: &[i16; 8], residual: i16) -> i16 {
        let mut sample = residual;
        for index in (0..8).rev() {
            let (reflection, behind) = (reflections[index], self.lattice[index]);
            sample = sample.saturating_sub(mult_r(reflection, behind));
            self.lattice[index + 1] = behind.saturating_add(mult_r(reflection, sample));
        }
        self.lattice[0] = sample;
        sample
    }

    /// Sections 5.3.5 to 5.3.7: de-emphasis, doubling, and the three low bits cut off.
    fn finish(&mut self, sample: i16) -> i16 {
        self.last = sample.saturating_add(mult_r(self.last, 28180));
        self.last.saturating_add(self.last) & !7
    }
}

/// Sections 5.2.15 to 5.2.17: the coded pulses as samples on their grid.
fn pulses(part: &Part) -> [i16; PART] {
    let (exponent, mantissa) = floating(part.largest);
    let factor = MANTISSAS[mantissa];
    let shift = 6 - exponent;
    let half = if shift > 0 { 1 << (shift - 1) } else { 0 };
    let mut samples = [0; PART];
    for (index, pulse) in part.pulses.iter().enumerate() {
        let scaled = mult_r(factor, (2 * pulse - 7) << 12);
        samples[part.grid + 3 * index] = scaled.saturating_add(half) >> shift;
    }
    samples
}

/// Section 5.2.15: exponent and mantissa of the largest pulse.
fn floating(coded: i16) -> (i16, usize) {
    let mut exponent = if coded > 15 { (coded >> 3) - 1 } else { 0 };
    let mut mantissa = coded - (exponent << 3);
    if mantissa == 0 {
        return (-4, 7);
    }
    while mantissa <= 7 {
        mantissa = mantissa << 1 | 1;
        exponent -= 1;
    }
    (exponent, usize::try_from(mantissa - 8).unwrap_or_default())
}

/// Section 5.2.8: the log area ratios of a frame.
fn ratios(coded: &[i16; 8]) -> [i16; 8] {
    std::array::from_fn(|index| {
        let value = (coded[index] + LAR_LEAST[index]) << 10;
        let value = value.saturating_sub(LAR_OFFSET[index] << 1);
        let value = mult_r(LAR_SLOPE[index], value);
        value.saturating_add(value)
    })
}

/// Section 5.2.9.2: a log area ratio as a reflection coefficient.
fn reflection(ratio: i16) -> i16 {
    let size = match ratio.saturating_abs() {
        size @ ..11059 => size << 1,
        size @ 11059..20070 => size + 11059,
        size => (size >> 2).saturating_add(26112),
    };
    if ratio < 0 { -size } else { size }
}

/// Section 5.1: a product of fractions, rounded.
#[inline]
fn mult_r(a: i16, b: i16) -> i16 {
    let product = (i32::from(a) * i32::from(b) + (1 << 14)) >> 15;
    // Only -1 times -1 is too large.
    product.min(i16::MAX.into()) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::decode::codecs::bits::LsbFirst;

    #[test]
    fn fractions_are_rounded_and_do_not_overflow() {
        assert_eq!(mult_r(i16::MIN, i16::MIN), i16::MAX);
        assert_eq!(mult_r(i16::MIN, i16::MAX), -32767);
        assert_eq!(mult_r(16384, 3), 2);
        assert_eq!(mult_r(16384, -3), -1);
    }

    #[test]
    fn the_largest_pulse_has_exponent_and_mantissa_as_in_the_table() {
        for (coded, expected) in
            [(0, (-4, 7)), (1, (-3, 7)), (7, (-1, 7)), (8, (0, 0)), (15, (0, 7)), (16, (1, 0)), (63, (6, 7))]
        {
            assert_eq!(floating(coded), expected, "{coded}");
        }
    }

    #[test]
    fn both_orders_of_bits_hold_the_same_frames() {
        // Frames of the same parameters, written high bit first and low bit first.
        let widths: Vec<u32> = LAR_BITS
            .into_iter()
            .chain([(); 4].into_iter().flat_map(|()| [7, 2, 2, 6].into_iter().chain([3; 13])))
            .collect();
        assert_eq!(widths.iter().sum::<u32>(), 260);
        let (mut high, mut low) = (vec![true, true, false, true], Vec::new());
        for (index, width) in widths.iter().enumerate() {
            let value = index * 7919 % (1 << width);
            high.extend((0..*width).rev().map(|bit| value >> bit & 1 == 1));
            low.extend((0..*width).map(|bit| value >> bit & 1 == 1));
        }
        let byte = |bits: &[bool], high: bool| {
            let place = |at: usize| if high { 7 - at } else { at };
            bits.iter().enumerate().fold(0, |byte, (at, bit)| byte | u8::from(*bit) << place(at))
        };
        let high: Vec<u8> = high.chunks(8).map(|bits| byte(bits, true)).collect();
        let low: Vec<u8> = low.chunks(8).map(|bits| byte(bits, false)).collect();
        let mut bits = MsbFirst::new(&high);
        bits.take(4);
        let one = Decoder::default().decode(&mut bits);
        let other = Decoder::default().decode(&mut LsbFirst::new(&low));
        assert_eq!(one, other);
        assert!(one.iter().any(|sample| *sample != 0));
    }
}
