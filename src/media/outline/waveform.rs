//! The outline of sound: the least and the largest sample of short blocks, made in one pass and little memory however
//! long the sound is.

/// Blocks that a long sound has at least; it has fewer than twice as many.
const BLOCKS: usize = 4000;
/// More is nonsense.
const MOST_CHANNELS: usize = 255;
/// Marks the bytes of a waveform, and their layout.
const MARK: &[u8; 8] = b"outline1";

/// The outline of a sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waveform {
    /// How many channels.
    pub channels: usize,
    /// Samples a second.
    pub rate: u32,
    /// Samples of each channel.
    pub samples: u64,
    /// Block after block, in each of them channel after channel.
    blocks: Vec<Span>,
}

/// From the least to the largest sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    least: i16,
    largest: i16,
}

/// No sample yet.
const NOTHING: Span = Span { least: i16::MAX, largest: i16::MIN };

impl Span {
    fn with(self, other: Span) -> Span {
        Span { least: self.least.min(other.least), largest: self.largest.max(other.largest) }
    }

    fn with_samples(self, samples: impl Iterator<Item = i16>) -> Span {
        samples.fold(self, |span, sample| span.with(Span { least: sample, largest: sample }))
    }
}

impl Waveform {
    /// Seconds.
    pub fn duration(&self) -> f64 {
        self.samples as f64 / f64::from(self.rate.max(1))
    }

    /// The least and the largest sample of as many parts, which follow each other and are of about the same length;
    /// fewer where there are fewer samples. Full scale is 1.
    pub fn peaks(&self, channel: usize, points: usize) -> impl Iterator<Item = (f64, f64)> + '_ {
        let blocks = self.blocks.len() / self.channels.max(1);
        let points = points.min(blocks);
        (0..points).map(move |point| {
            let part = point * blocks / points..(point + 1) * blocks / points;
            let spans = part.filter_map(|block| self.blocks.get(block * self.channels + channel));
            let span = spans.fold(NOTHING, |all, span| all.with(*span));
            (f64::from(span.least) / 32768.0, f64::from(span.largest) / 32768.0)
        })
    }

    /// As bytes, to keep.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MARK.to_vec();
        bytes.extend((self.channels as u64).to_le_bytes());
        bytes.extend(u64::from(self.rate).to_le_bytes());
        bytes.extend(self.samples.to_le_bytes());
        bytes.extend(
            self.blocks.iter().flat_map(|span| [span.least, span.largest]).flat_map(i16::to_le_bytes),
        );
        bytes
    }

    /// What [`Waveform::to_bytes`] made; nothing where it did not make them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Waveform> {
        let (numbers, blocks) = bytes.strip_prefix(MARK)?.split_first_chunk::<24>()?;
        let (numbers, _) = numbers.as_chunks::<8>();
        let number = |index: usize| u64::from_le_bytes(numbers[index]);
        let (spans, rest) = blocks.as_chunks::<4>();
        let span = |[a, b, c, d]: &[u8; 4]| Span {
            least: i16::from_le_bytes([*a, *b]),
            largest: i16::from_le_bytes([*c, *d]),
        };
        let channels = usize::try_from(number(0)).ok()?;
        let whole = rest.is_empty() && (1..=MOST_CHANNELS).contains(&channels) && spans.len() % channels == 0;
        whole.then_some(Waveform {
            channels,
            rate: u32::try_from(number(1)).ok()?,
            samples: number(2),
            blocks: spans.iter().map(span).collect(),
        })
    }
}

/// A waveform in the making.
pub struct Outline {
    channels: usize,
    rate: u32,
    samples: u64,
    blocks: Vec<Span>,
    /// The block that is being filled, and samples of each channel that are in it.
    present: Vec<Span>,
    filled: usize,
    /// Samples that fill a block.
    room: usize,
}

impl Outline {
    /// Of sound of which nothing is there yet.
    pub fn new(channels: usize, rate: u32) -> Outline {
        let (channels, present) = (channels.max(1), vec![NOTHING; channels.max(1)]);
        Outline { channels, rate, samples: 0, blocks: Vec::new(), present, filled: 0, room: 1 }
    }

    /// Whether it is of sound with these channels and this rate.
    pub fn is_of(&self, channels: usize, rate: u32) -> bool {
        (self.channels, self.rate) == (channels.max(1), rate)
    }

    /// Takes more samples; those of the channels take turns.
    pub fn push(&mut self, mut samples: &[i16]) {
        self.samples += (samples.len() / self.channels) as u64;
        while samples.len() >= self.channels {
            let fitting = (self.room - self.filled).min(samples.len() / self.channels);
            let (now, rest) = samples.split_at(fitting * self.channels);
            for (channel, span) in self.present.iter_mut().enumerate() {
                *span = span.with_samples(now.iter().skip(channel).step_by(self.channels).copied());
            }
            self.filled += fitting;
            if self.filled == self.room {
                self.close_block();
            }
            samples = rest;
        }
    }

    /// What is there by now.
    pub fn finish(mut self) -> Waveform {
        if self.filled > 0 {
            self.blocks.append(&mut self.present);
        }
        let Outline { channels, rate, samples, blocks, .. } = self;
        Waveform { channels, rate, samples, blocks }
    }

    fn close_block(&mut self) {
        self.blocks.extend_from_slice(&self.present);
        self.present.fill(NOTHING);
        self.filled = 0;
        if self.blocks.len() == 2 * BLOCKS * self.channels {
            self.widen();
        }
    }

    /// Makes one block of each two.
    fn widen(&mut self) {
        let channels = self.channels;
        let pairs = self.blocks.chunks_exact(2 * channels);
        self.blocks = pairs
            .flat_map(|pair| (0..channels).map(|channel| pair[channel].with(pair[channels + channel])))
            .collect();
        self.room *= 2;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outline(channels: usize, pieces: &[Vec<i16>]) -> Waveform {
        let mut outline = Outline::new(channels, 8000);
        pieces.iter().for_each(|piece| outline.push(piece));
        outline.finish()
    }

    #[test]
    fn a_short_sound_has_a_point_a_sample() {
        let waveform = outline(1, &[vec![0, 16384, -32768]]);
        let peaks: Vec<_> = waveform.peaks(0, 100).collect();
        assert_eq!(peaks, [(0.0, 0.0), (0.5, 0.5), (-1.0, -1.0)]);
        assert_eq!(outline(2, &[]).peaks(1, 100).count(), 0);
    }

    #[test]
    fn a_long_one_has_as_many_as_are_asked_for_and_their_extremes() {
        // A ramp in one channel, its mirror in the other, over several widenings.
        let ramp = |at: usize| i16::try_from(at / 16).expect("short");
        let samples: Vec<i16> = (0..500_000).flat_map(|at| [ramp(at), -ramp(at)]).collect();
        let waveform = outline(2, &[samples]);
        assert_eq!((waveform.samples, waveform.duration()), (500_000, 62.5));
        for points in [100, 1000, 3999, 4000] {
            for (channel, sign) in [(0, 1.0), (1, -1.0)] {
                let peaks: Vec<_> = waveform.peaks(channel, points).collect();
                assert_eq!(peaks.len(), points);
                let mut least_before = f64::MIN;
                for (index, (least, largest)) in
                    peaks.iter().map(|(a, b)| if sign > 0.0 { (*a, *b) } else { (-b, -a) }).enumerate()
                {
                    assert!(least <= largest && least >= least_before);
                    least_before = least;
                    let expected = index as f64 / points as f64 * 500_000.0 / 16.0 / 32768.0;
                    assert!((least - expected).abs() < 0.001, "{points} {index}: {least} {expected}");
                }
                let (_, last) = peaks[points - 1];
                let first_or_last = if sign > 0.0 { last } else { -peaks[points - 1].0 };
                assert_eq!(first_or_last, f64::from(ramp(499_999)) / 32768.0);
            }
        }
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(samples in prop::collection::vec(any::<i16>(), 0..30_000), cut in 1..5000usize) {
            let whole = outline(1, std::slice::from_ref(&samples));
            let pieces: Vec<Vec<i16>> = samples.chunks(cut).map(<[i16]>::to_vec).collect();
            prop_assert_eq!(&outline(1, &pieces), &whole);
            let span = |spans: &[Span]| spans.iter().fold(NOTHING, |all, span| all.with(*span));
            prop_assert_eq!(span(&whole.blocks), NOTHING.with_samples(samples.iter().copied()));
            prop_assert_eq!(Waveform::from_bytes(&whole.to_bytes()), Some(whole));
        }

        #[test]
        fn no_bytes_upset_what_reads_them(bytes: Vec<u8>) {
            let marked = [&MARK[..], &bytes].concat();
            if let Some(waveform) = Waveform::from_bytes(&marked) {
                let _ = waveform.peaks(0, 100).count();
            }
        }
    }
}
