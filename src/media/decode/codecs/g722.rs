//! ITU-T G.722 (09/2012) at 64 kbit/s: a byte is two samples of 16 kHz, to the bit. Blocks are named as in the
//! recommendation's section 6. It remembers what came before, so it begins where the sound begins.

/// Table 14: steps of the lower band, by 6 and by 4 bits; table 15: those of the higher band, by 2.
const QM6: [i32; 64] = [
    -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360,
    -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688,
    -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856,
    7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136,
    -432, -136,
];
const QM4: [i32; 16] =
    [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];
const QM2: [i32; 4] = [-7408, -1616, 7408, 1616];
/// Tables 16 and 17: how the logarithm of a step follows from the code.
const WL: [i32; 16] = [-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60];
const WH: [i32; 4] = [798, -214, 798, -214];
/// Table 18: the inverse logarithm.
const ILB: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896,
    2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];
/// Table 11: half of the filter that puts the bands together; the other half is its mirror.
const QMF: [i32; 12] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];
/// Samples that the filter has.
const TAPS: usize = 24;

/// What a decoder remembers.
#[derive(Clone, Debug)]
pub struct Decoder {
    lower: Band,
    higher: Band,
    past: [i32; TAPS],
}

impl Default for Decoder {
    fn default() -> Decoder {
        let band = |step| Band { step, ..Band::default() };
        Decoder { lower: band(32), higher: band(8), past: [0; TAPS] }
    }
}

impl Decoder {
    /// Decodes a byte.
    pub fn decode(&mut self, byte: u8) -> [i16; 2] {
        let (low, high) = (usize::from(byte & 63), usize::from(byte >> 6));
        let lower = self.lower.signal((self.lower.step * QM6[low]) >> 15);
        self.lower.adapt((self.lower.step * QM4[low >> 2]) >> 15);
        self.lower.scale(WL[low >> 2], 18432, 8);
        let change = (self.higher.step * QM2[high]) >> 15;
        let higher = self.higher.signal(change);
        self.higher.adapt(change);
        self.higher.scale(WH[high], 22528, 10);
        self.past.copy_within(2.., 0);
        (self.past[TAPS - 2], self.past[TAPS - 1]) = (lower + higher, lower - higher);
        let pairs = || self.past.chunks_exact(2);
        let first: i32 = pairs().zip(QMF.iter().rev()).map(|(pair, weight)| pair[1] * weight).sum();
        let second: i32 = pairs().zip(QMF).map(|(pair, weight)| pair[0] * weight).sum();
        [saturated(first >> 11) as i16, saturated(second >> 11) as i16]
    }
}

/// One of the two bands: its predictor of two poles and six zeros, and its step.
#[derive(Clone, Debug, Default)]
struct Band {
    /// DET and NB.
    step: i32,
    logarithm: i32,
    /// S and SZ.
    expected: i32,
    of_zeros: i32,
    /// AL1, AL2; RLT1, RLT2; PLT1, PLT2.
    poles: [i32; 2],
    sums: [i32; 2],
    partials: [i32; 2],
    /// BL1 to BL6; DLT1 to DLT6.
    zeros: [i32; 6],
    changes: [i32; 6],
}

impl Band {
    /// RECONS and LIMIT: what is heard.
    fn signal(&self, change: i32) -> i32 {
        (self.expected + change).clamp(-16384, 16383)
    }

    /// LOGSCL and SCALEL, or LOGSCH and SCALEH.
    fn scale(&mut self, weight: i32, most: i32, least: i32) {
        self.logarithm = (((self.logarithm * 127) >> 7) + weight).clamp(0, most);
        let (mantissa, shift) = (ILB[(self.logarithm >> 6 & 31) as usize], least - (self.logarithm >> 11));
        self.step = (if shift < 0 { mantissa << -shift } else { mantissa >> shift }) << 2;
    }

    /// Block 4: the predictor follows what came.
    fn adapt(&mut self, change: i32) {
        let sum = saturated(self.expected + change);
        let partial = saturated(self.of_zeros + change);
        self.poles = self.new_poles(partial);
        self.adapt_zeros(change);
        self.changes.copy_within(..5, 1);
        self.changes[0] = change;
        self.sums = [sum, self.sums[0]];
        self.partials = [partial, self.partials[0]];
        self.predict();
    }

    /// UPPOL2 and UPPOL1.
    fn new_poles(&self, partial: i32) -> [i32; 2] {
        let same = |other: i32| (partial < 0) == (other < 0);
        let first = saturated(self.poles[0] << 2);
        let first = if same(self.partials[0]) { -first } else { first }.min(32767);
        let sign = if same(self.partials[1]) { 128 } else { -128 };
        let second = (sign + (first >> 7) + ((self.poles[1] * 32512) >> 15)).clamp(-12288, 12288);
        let sign = if same(self.partials[0]) { 192 } else { -192 };
        let most = saturated(15360 - second);
        [saturated(sign + ((self.poles[0] * 32640) >> 15)).clamp(-most, most), second]
    }

    /// UPZERO.
    fn adapt_zeros(&mut self, change: i32) {
        let size = if change == 0 { 0 } else { 128 };
        for (zero, before) in self.zeros.iter_mut().zip(self.changes) {
            let towards = if (before < 0) == (change < 0) { size } else { -size };
            *zero = saturated(towards + ((*zero * 32640) >> 15));
        }
    }

    /// FILTEP, FILTEZ and PREDIC.
    fn predict(&mut self) {
        let weighted = |weight: i32, value: i32| (weight * saturated(2 * value)) >> 15;
        let of = |weights: &[i32], values: &[i32]| -> i32 {
            weights.iter().zip(values).map(|(weight, value)| weighted(*weight, *value)).sum()
        };
        self.of_zeros = saturated(of(&self.zeros, &self.changes));
        self.expected = saturated(saturated(of(&self.poles, &self.sums)) + self.of_zeros);
    }
}

/// As 16 bits hold it.
fn saturated(number: i32) -> i32 {
    number.clamp(i16::MIN.into(), i16::MAX.into())
}
