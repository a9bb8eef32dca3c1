//! Second-order filters: what a throat and a telephone line are made of.

use std::f64::consts::TAU;

/// Samples a second while a voice is made; twice the line's, so that what the line can't carry is filtered,
/// not folded.
pub(super) const RATE: f64 = 16_000.0;

/// y = a·x + b·x₁ + c·x₂ + d·y₁ + e·y₂
#[derive(Clone)]
pub(super) struct Filter {
    weights: [f64; 5],
    past: [f64; 4],
}

impl Filter {
    /// A filter at rest that lets nothing pass.
    pub(super) const fn new() -> Filter {
        Filter { weights: [0.0; 5], past: [0.0; 4] }
    }

    /// The next sample.
    fn pass(&mut self, x: f64) -> f64 {
        let [a, b, c, d, e] = self.weights;
        let [x1, x2, y1, y2] = self.past;
        let y = a * x + b * x1 + c * x2 + d * y1 + e * y2;
        self.past = [x, x1, y, y1];
        y
    }

    /// Makes it a resonance, such as a formant, without a click: a low tone passes as it is, one at `hertz`
    /// is stronger (Klatt, "Software for a cascade/parallel formant synthesizer", JASA 1980).
    pub(super) fn resonate(&mut self, hertz: f64, bandwidth: f64) {
        let radius = (-TAU / 2.0 * bandwidth / RATE).exp();
        let d = 2.0 * radius * (TAU * hertz / RATE).cos();
        let e = -radius * radius;
        self.weights = [1.0 - d - e, 0.0, 0.0, d, e];
    }

    /// Lets pass what is lower (Robert Bristow-Johnson's audio EQ cookbook).
    pub(super) fn low_pass(hertz: f64, q: f64) -> Filter {
        let (sin, cos) = (TAU * hertz / RATE).sin_cos();
        let half = (1.0 - cos) / 2.0;
        Filter::normal([half, 2.0 * half, half], cos, sin / (2.0 * q))
    }

    /// Lets pass what is higher (the same cookbook).
    pub(super) fn high_pass(hertz: f64, q: f64) -> Filter {
        let (sin, cos) = (TAU * hertz / RATE).sin_cos();
        let half = f64::midpoint(1.0, cos);
        Filter::normal([half, -2.0 * half, half], cos, sin / (2.0 * q))
    }

    fn normal(feed: [f64; 3], cos: f64, alpha: f64) -> Filter {
        let [a, b, c] = feed.map(|weight| weight / (1.0 + alpha));
        let weights = [a, b, c, 2.0 * cos / (1.0 + alpha), -(1.0 - alpha) / (1.0 + alpha)];
        Filter { weights, ..Filter::new() }
    }
}

/// The sample behind a row of filters.
pub(super) fn through(filters: &mut [Filter], x: f64) -> f64 {
    filters.iter_mut().fold(x, |x, filter| filter.pass(x))
}

/// A telephone line, 300 to 3400 Hz: a second-order slope below, a fourth-order Butterworth one above.
pub(super) fn telephone() -> [Filter; 3] {
    [Filter::high_pass(300.0, 0.707), Filter::low_pass(3400.0, 0.541), Filter::low_pass(3400.0, 1.307)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much of a tone comes through.
    fn gain(filters: &mut [Filter], hertz: f64) -> f64 {
        let tone = (0..16_000).map(|i| (TAU * hertz * f64::from(i) / RATE).sin());
        let out = tone.map(|x| through(filters, x));
        out.skip(8000).fold(0.0, |peak: f64, y| peak.max(y.abs()))
    }

    #[test]
    fn a_telephone_line_carries_the_middle() {
        assert!((gain(&mut telephone(), 1000.0) - 1.0).abs() < 0.1);
        assert!(gain(&mut telephone(), 60.0) < 0.1);
        assert!(gain(&mut telephone(), 6000.0) < 0.1);
    }

    #[test]
    fn a_resonance_lifts_its_own_tone() {
        let mut formant = [Filter::new()];
        formant[0].resonate(700.0, 80.0);
        assert!(gain(&mut formant.clone(), 700.0) > 4.0 * gain(&mut formant.clone(), 100.0));
        assert!(gain(&mut formant.clone(), 700.0) > 4.0 * gain(&mut formant.clone(), 2500.0));
    }
}
