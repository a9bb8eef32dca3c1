//! The two kinds of ADPCM that WAVE files have: IMA's ("Recommended Practices for Enhancing Digital Audio Compatibility in
//! Multimedia Systems", revision 3.00, 1992) and Microsoft's ("New Multimedia Data Types and Data Techniques", 1994). A
//! block begins with what its decoder has to know, so that each can be decoded alone.

/// Bytes that begin a block, for each channel.
const IMA_HEAD: u64 = 4;
const MICROSOFT_HEAD: u64 = 7;
/// Samples in the bytes of IMA that one channel has in turn.
const IMA_GROUP: usize = 8;

/// How the index of a step follows from the size of a code.
const IMA_INDEX: [i16; 8] = [-1, -1, -1, -1, 2, 4, 6, 8];
const IMA_STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88,
    97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658,
    724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660,
    4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818,
    18500, 20350, 22385, 24623, 27086, 29794, 32767,
];
/// How a step of Microsoft's follows from the one before, in 256ths, by the code.
const MICROSOFT_STEPS: [i32; 16] =
    [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];
/// What the two samples before count for, in 256ths.
const MICROSOFT_WEIGHTS: [(i32, i32); 7] =
    [(256, 0), (512, -256), (0, 0), (192, 64), (240, 0), (460, -208), (392, -232)];
const MICROSOFT_LEAST: i32 = 16;

/// Samples of each channel in so many bytes of a block.
pub fn ima_samples(bytes: u64, channels: u64) -> u64 {
    let group = IMA_HEAD * channels.max(1);
    bytes.checked_sub(group).map_or(0, |rest| 1 + rest / group * IMA_GROUP as u64)
}

/// Samples of each channel in so many bytes of a block.
pub fn microsoft_samples(bytes: u64, channels: u64) -> u64 {
    let channels = channels.max(1);
    bytes.checked_sub(MICROSOFT_HEAD * channels).map_or(0, |rest| 2 + 2 * rest / channels)
}

/// Appends the samples of a block of IMA's; those of the channels take turns.
pub fn ima(block: &[u8], channels: usize, samples: &mut Vec<i16>) {
    let group = IMA_HEAD as usize * channels;
    let count = ima_samples(block.len() as u64, channels as u64) as usize;
    if count == 0 {
        return;
    }
    let first = samples.len();
    samples.resize(first + count * channels, 0);
    let out = &mut samples[first..];
    for channel in 0..channels {
        let word = |at: usize| -> [u8; 4] {
            let at = at + IMA_HEAD as usize * channel;
            [block[at], block[at + 1], block[at + 2], block[at + 3]]
        };
        let [low, high, index, _] = word(0);
        let mut state = Ima { last: i16::from_le_bytes([low, high]).into(), index: index.into() };
        out[channel] = i16::from_le_bytes([low, high]);
        let codes = (1..).map_while(|turn| (group * (turn + 1) <= block.len()).then(|| word(group * turn)));
        let codes = codes.flatten().flat_map(|byte| [byte & 15, byte >> 4]);
        let later = out.iter_mut().skip(channels + channel).step_by(channels);
        later.zip(codes).for_each(|(sample, code)| *sample = state.next(code));
    }
}

/// What IMA's decoder remembers of a channel.
struct Ima {
    last: i32,
    index: i16,
}

impl Ima {
    fn next(&mut self, code: u8) -> i16 {
        self.index = self.index.clamp(0, IMA_STEPS.len() as i16 - 1);
        let step = IMA_STEPS[self.index as usize];
        let part = |bit: u8, shift: u32| if code & bit != 0 { step >> shift } else { 0 };
        let change = part(4, 0) + part(2, 1) + part(1, 2) + (step >> 3);
        self.last = within(if code & 8 == 0 { self.last + change } else { self.last - change });
        self.index += IMA_INDEX[usize::from(code & 7)];
        self.last as i16
    }
}

/// Appends the samples of a block of Microsoft's; those of the channels take turns.
pub fn microsoft(block: &[u8], channels: usize, samples: &mut Vec<i16>) {
    let head = MICROSOFT_HEAD as usize * channels;
    if channels == 0 || block.len() < head {
        return;
    }
    // After a byte for each channel three numbers follow, each of all channels in turn.
    let number = |which: usize, channel: usize| {
        let at = channels + 2 * (which * channels + channel);
        i32::from(i16::from_le_bytes([block[at], block[at + 1]]))
    };
    let mut states: Vec<Microsoft> = (0..channels)
        .map(|channel| Microsoft {
            weights: MICROSOFT_WEIGHTS[usize::from(block[channel]).min(MICROSOFT_WEIGHTS.len() - 1)],
            step: number(0, channel),
            last: number(1, channel),
            before: number(2, channel),
        })
        .collect();
    samples.extend(states.iter().map(|state| state.before as i16));
    samples.extend(states.iter().map(|state| state.last as i16));
    let count = 2 * (block.len() - head) / channels * channels;
    let codes = block[head..].iter().flat_map(|byte| [byte >> 4, byte & 15]).take(count);
    samples.extend(codes.enumerate().map(|(turn, code)| states[turn % channels].next(code)));
}

/// What Microsoft's decoder remembers of a channel.
struct Microsoft {
    weights: (i32, i32),
    step: i32,
    last: i32,
    before: i32,
}

impl Microsoft {
    fn next(&mut self, code: u8) -> i16 {
        let expected = (self.last * self.weights.0 + self.before * self.weights.1) >> 8;
        let signed = i32::from(code) - if code & 8 == 0 { 0 } else { 16 };
        let sample = within(expected.saturating_add(signed.saturating_mul(self.step)));
        self.step =
            (MICROSOFT_STEPS[usize::from(code & 15)].saturating_mul(self.step) >> 8).max(MICROSOFT_LEAST);
        (self.before, self.last) = (self.last, sample);
        sample as i16
    }
}

fn within(sample: i32) -> i32 {
    sample.clamp(i16::MIN.into(), i16::MAX.into())
}
