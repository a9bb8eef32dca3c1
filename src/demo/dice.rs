//! Chance that repeats: the same seed throws the same numbers on every machine.

/// A SplitMix64 generator (Steele, Lea, Flood, OOPSLA 2014): four lines, and good enough for a make-believe
/// office.
pub(super) struct Dice(u64);

impl Dice {
    /// Dice that always throw the same row of numbers for this seed.
    pub(super) const fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// The next 64 bits.
    pub(super) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 up to, not including, 1.
    pub(super) const fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From `low` up to, not including, `high`.
    pub(super) const fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// From `low` to `high`, both included.
    pub(super) const fn whole(&mut self, low: i64, high: i64) -> i64 {
        low + (self.unit() * (high - low + 1) as f64) as i64
    }

    /// True so often out of 1.
    pub(super) const fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// An index below `len`, each as likely as the other.
    pub(super) const fn below(&mut self, len: usize) -> usize {
        (self.unit() * len as f64) as usize
    }

    /// An index below `len` that favours the low ones: some people call, and are called, far more than
    /// others.
    pub(super) fn favourite(&mut self, len: usize) -> usize {
        (self.unit().powf(1.5) * len as f64) as usize
    }

    /// One of a list that is not empty.
    pub(super) const fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Around 0, a standard deviation of 1: the sum of twelve uniform numbers is near enough a normal one.
    pub(super) fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// Seconds around a median with a long tail, as the lengths of calls are, within limits.
    pub(super) fn seconds(&mut self, median: f64, spread: f64, limits: (i64, i64)) -> i64 {
        ((median * (spread * self.bell()).exp()) as i64).clamp(limits.0, limits.1)
    }

    /// An index into rising running totals, the later ones as likely as they rise.
    pub(super) fn weighted(&mut self, running: &[f64]) -> usize {
        let aim = self.unit() * running.last().copied().unwrap_or_default();
        running.partition_point(|total| *total <= aim)
    }
}

/// A number for a text, for seeds (FNV-1a).
pub(super) fn seed_of(text: &str) -> u64 {
    text.bytes()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same() {
        let throw = |seed| {
            let mut dice = Dice::new(seed);
            [dice.bits(), dice.bits(), dice.bits()]
        };
        assert_eq!(throw(7), throw(7));
        assert_ne!(throw(7), throw(8));
    }

    #[test]
    fn numbers_stay_within_their_limits() {
        let mut dice = Dice::new(1);
        for _ in 0..10_000 {
            assert!((-2..=3).contains(&dice.whole(-2, 3)));
            assert!(dice.below(5) < 5 && dice.favourite(5) < 5);
            assert!((4..=90).contains(&dice.seconds(30.0, 1.0, (4, 90))));
            assert!(dice.weighted(&[1.0, 1.0, 5.0]) != 1, "no weight, no throw");
        }
    }

    #[test]
    fn the_bell_is_round() {
        let mut dice = Dice::new(2);
        let throws: Vec<f64> = (0..20_000).map(|_| dice.bell()).collect();
        let mean = throws.iter().sum::<f64>() / 20_000.0;
        let spread = (throws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0).sqrt();
        assert!(mean.abs() < 0.03 && (spread - 1.0).abs() < 0.03, "{mean} {spread}");
    }
}
