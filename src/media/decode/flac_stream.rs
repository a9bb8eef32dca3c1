//! FLAC (RFC 9639) around samples as they are. Nothing is compressed, so where each byte lies is known before any is made.
//! Browsers begin to play such a stream after a few of its frames, and a WAVE file only once they have far more of it.

use std::ops::Range;

/// Samples of each channel in a frame: the fewer, the sooner sound begins. 576 cost less than a hundredth.
const BLOCK: u64 = 576;
const BLOCK_CODE: u8 = 2;
/// The block size stands behind the frame's number, in 16 bits.
const OTHER_BLOCK: u8 = 7;
/// Bytes of the mark and of STREAMINFO, with its head.
const INFO: u64 = 4 + 4 + 34;
/// Bytes of the head of SEEKTABLE, and of each point in it.
const TABLE: u64 = 4;
const POINT: u64 = 18;
/// The most points: those of half an hour lie two seconds apart, and all of them delay the sound by nothing that is heard.
const POINTS: u64 = 1024;
/// From these numbers on a frame's takes another byte.
const LONGER: [u64; 5] = [0x80, 0x800, 0x1_0000, 0x20_0000, 0x400_0000];
/// Numbers of the sample rates that have one, in Hz.
const RATES: [(u32, u8); 11] = [
    (88_200, 1),
    (176_400, 2),
    (192_000, 3),
    (8_000, 4),
    (16_000, 5),
    (22_050, 6),
    (24_000, 7),
    (32_000, 8),
    (44_100, 9),
    (48_000, 10),
    (96_000, 11),
];
/// The rate stands behind the frame's number, in Hz, in 16 bits.
const OTHER_RATE: u8 = 13;
/// A subframe of samples as they are.
const VERBATIM: u8 = 2;

/// A stream of samples as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlacStream {
    channels: u8,
    rate: u32,
    /// Bytes of a sample.
    width: u8,
    /// Those of each channel.
    samples: u64,
}

impl FlacStream {
    /// One of samples of so many bits. None of what FLAC has no numbers for, and of no samples: that would mean that nobody
    /// knows how many there are.
    pub fn of(channels: u16, rate: u32, bits: u16, samples: u64) -> Option<FlacStream> {
        let channels = u8::try_from(channels).ok().filter(|count| (1..=8).contains(count))?;
        let width = u8::try_from(bits / 8).ok().filter(|_| matches!(bits, 8 | 16 | 24))?;
        let fits = (1..1 << 20).contains(&rate) && (1..1 << 36).contains(&samples);
        fits.then_some(FlacStream { channels, rate, width, samples })
    }

    /// Bytes of it.
    pub fn size(&self) -> u64 {
        let last = self.frames() - 1;
        self.head_length() + self.offset(last) + self.length(last)
    }

    fn frames(&self) -> u64 {
        self.samples.div_ceil(BLOCK)
    }

    /// Bytes of a sample of all channels.
    fn sample(&self) -> u64 {
        u64::from(self.channels) * u64::from(self.width)
    }

    /// Samples of each channel in a frame: only the last one may have fewer.
    fn block(&self, frame: u64) -> u64 {
        BLOCK.min(self.samples - frame * BLOCK)
    }

    fn rate_code(&self) -> u8 {
        let code = RATES.iter().find(|(rate, _)| *rate == self.rate).map(|(_, code)| *code);
        // What does not even fit into 16 bits is said in STREAMINFO only.
        code.unwrap_or(if self.rate > u16::MAX.into() { 0 } else { OTHER_RATE })
    }

    /// Bytes of a frame of so many samples without its number: four before it, two checksums of three bytes behind.
    fn without_number(&self, block: u64) -> u64 {
        let block_said = if block == BLOCK { 0 } else { 2 };
        let rate_said = if self.rate_code() == OTHER_RATE { 2 } else { 0 };
        7 + block_said + rate_said + u64::from(self.channels) + block * self.sample()
    }

    fn length(&self, frame: u64) -> u64 {
        self.without_number(self.block(frame))
            + 1
            + LONGER.iter().filter(|from| frame >= **from).count() as u64
    }

    /// Where a frame begins, behind the head.
    fn offset(&self, frame: u64) -> u64 {
        let numbers = frame + LONGER.iter().map(|from| frame.saturating_sub(*from)).sum::<u64>();
        frame * self.without_number(BLOCK) + numbers
    }

    /// The frame of a byte behind the head.
    fn frame_at(&self, byte: u64) -> u64 {
        let (mut first, mut end) = (0, self.frames());
        while end - first > 1 {
            let middle = u64::midpoint(first, end);
            if self.offset(middle) <= byte { first = middle } else { end = middle }
        }
        first
    }

    /// Frames from a point to the next: about a second or more.
    fn step(&self) -> u64 {
        self.frames().div_ceil(POINTS).max(u64::from(self.rate).div_ceil(BLOCK))
    }

    fn head_length(&self) -> u64 {
        INFO + TABLE + POINT * self.frames().div_ceil(self.step())
    }

    /// What stands before the frames: what the stream is, and where to enter it.
    fn head(&self) -> Vec<u8> {
        let bits = u64::from(self.width) * 8;
        let facts =
            u64::from(self.rate) << 44 | u64::from(self.channels - 1) << 41 | (bits - 1) << 36 | self.samples;
        let mut head = b"fLaC\0\0\0\x22".to_vec();
        head.extend(low_bytes::<2>(BLOCK));
        head.extend(low_bytes::<2>(BLOCK));
        // Lengths of frames: nobody needs them.
        head.extend([0; 6]);
        head.extend(facts.to_be_bytes());
        // The MD5 of the samples, which is not known before they are read.
        head.extend([0; 16]);
        // The last one of such blocks: a SEEKTABLE.
        head.push(0x83);
        head.extend(low_bytes::<3>(self.head_length() - INFO - TABLE));
        for frame in (0..self.frames()).step_by(usize::try_from(self.step()).unwrap_or(usize::MAX)) {
            head.extend((frame * BLOCK).to_be_bytes());
            head.extend(self.offset(frame).to_be_bytes());
            head.extend(low_bytes::<2>(self.block(frame)));
        }
        head
    }

    /// A frame, of samples with their low bytes first, those of the channels in turn.
    fn frame(&self, number: u64, played: &[u8], made: &mut Vec<u8>) {
        let (begin, block) = (made.len(), self.block(number));
        let block_code = if block == BLOCK { BLOCK_CODE } else { OTHER_BLOCK };
        // 8 bits are 1, 16 are 4, 24 are 6.
        let depth = [0, 1, 4, 6][usize::from(self.width)];
        made.extend([0xff, 0xf8, block_code << 4 | self.rate_code(), (self.channels - 1) << 4 | depth << 1]);
        push_number(number, made);
        if block != BLOCK {
            made.extend(low_bytes::<2>(block - 1));
        }
        if self.rate_code() == OTHER_RATE {
            made.extend(low_bytes::<2>(self.rate.into()));
        }
        made.push(checksum_8(&made[begin..]));
        for channel in 0..usize::from(self.channels) {
            made.push(VERBATIM);
            self.channel(channel, played, made);
        }
        made.extend(checksum_16(&made[begin..]).to_be_bytes());
    }

    /// The samples of a channel, high byte first. WAVE's of 8 bits have no sign, FLAC's have.
    fn channel(&self, channel: usize, played: &[u8], made: &mut Vec<u8>) {
        let width = usize::from(self.width);
        let flipped = if width == 1 { 0x80 } else { 0 };
        for sample in played.chunks_exact(width * usize::from(self.channels)) {
            let bytes = &sample[channel * width..(channel + 1) * width];
            made.extend(bytes.iter().rev().map(|byte| byte ^ flipped));
        }
    }

    /// Begins to make the bytes of `span`.
    pub fn part(&self, span: Range<u64>) -> Part<'_> {
        let head = self.head_length();
        let (start, end) = (span.start.saturating_sub(head), span.end.saturating_sub(head));
        let frames = if start < end { self.frame_at(start)..self.frame_at(end - 1) + 1 } else { 0..0 };
        Part { stream: self, span, next: frames.start, frames, waiting: Vec::new() }
    }
}

/// A part of a stream that is being made.
pub struct Part<'a> {
    stream: &'a FlacStream,
    span: Range<u64>,
    frames: Range<u64>,
    /// The frame whose samples come next.
    next: u64,
    /// Samples of a frame that are not all there yet.
    waiting: Vec<u8>,
}

impl Part<'_> {
    /// What of it lies before the frames.
    pub fn head(&self) -> Vec<u8> {
        if self.span.start >= self.stream.head_length() {
            return Vec::new();
        }
        clip(self.stream.head(), 0, &self.span)
    }

    /// Which bytes of the samples it takes.
    pub fn sound(&self) -> Range<u64> {
        let place = |frame: u64| (frame * BLOCK).min(self.stream.samples) * self.stream.sample();
        place(self.frames.start)..place(self.frames.end)
    }

    /// What of it the next samples make.
    pub fn wrap(&mut self, played: &[u8]) -> Vec<u8> {
        self.waiting.extend(played);
        let (mut made, mut used) = (Vec::with_capacity(self.waiting.len()), 0);
        let begin = self.stream.head_length() + self.stream.offset(self.next);
        while self.next < self.frames.end {
            let length = self.stream.block(self.next) * self.stream.sample();
            let end = used + usize::try_from(length).unwrap_or(usize::MAX);
            let Some(samples) = self.waiting.get(used..end) else { break };
            self.stream.frame(self.next, samples, &mut made);
            (self.next, used) = (self.next + 1, end);
        }
        self.waiting.drain(..used);
        clip(made, begin, &self.span)
    }
}

/// What of bytes that begin at a place lies in a span.
fn clip(mut bytes: Vec<u8>, at: u64, span: &Range<u64>) -> Vec<u8> {
    let within =
        |place: u64| usize::try_from(place.saturating_sub(at)).unwrap_or(usize::MAX).min(bytes.len());
    let (first, last) = (within(span.start), within(span.end));
    bytes.truncate(last);
    bytes.drain(..first);
    bytes
}

/// The low bytes of a number, the highest of them first.
fn low_bytes<const COUNT: usize>(number: u64) -> [u8; COUNT] {
    let bytes = number.to_be_bytes();
    std::array::from_fn(|place| bytes[8 - COUNT + place])
}

/// A frame's number, coded as UTF-8 codes characters, and further on in the same way.
fn push_number(number: u64, made: &mut Vec<u8>) {
    let more = LONGER.iter().filter(|from| number >= **from).count();
    let bits = |place: usize| low_bytes::<1>(number >> (6 * place))[0];
    let mark = if more == 0 { 0 } else { u8::MAX << (7 - more) };
    made.push(mark | bits(more));
    made.extend((0..more).rev().map(|place| 0x80 | bits(place) & 0x3f));
}

/// The checksum of a frame's header.
fn checksum_8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ byte, |sum: u8, _| if sum & 0x80 == 0 { sum << 1 } else { sum << 1 ^ 0x07 })
    })
}

/// What each byte adds to the checksum of a frame.
static STEPS: [u16; 256] = steps();

const fn steps() -> [u16; 256] {
    let mut steps = [0; 256];
    let mut byte = 0u16;
    while byte < 256 {
        let (mut step, mut bit) = (byte << 8, 0);
        while bit < 8 {
            step = if step & 0x8000 == 0 { step << 1 } else { step << 1 ^ 0x8005 };
            bit += 1;
        }
        steps[byte as usize] = step;
        byte += 1;
    }
    steps
}

/// The checksum of a frame.
fn checksum_16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0u16, |sum, byte| {
        let [high, low] = sum.to_be_bytes();
        u16::from_be_bytes([low, 0]) ^ STEPS[usize::from(high ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only frame of the RFC's example 1, in appendix D.1.
    const FRAME: [u8; 15] =
        [0xff, 0xf8, 0x69, 0x18, 0x00, 0x00, 0xbf, 0x03, 0x58, 0xfd, 0x03, 0x12, 0x8b, 0xaa, 0x9a];

    #[test]
    fn checksums_are_those_of_the_rfc() {
        assert_eq!(checksum_8(&FRAME[..6]), FRAME[6]);
        assert_eq!(checksum_16(&FRAME[..13]).to_be_bytes(), FRAME[13..]);
    }

    #[test]
    fn numbers_are_coded_as_characters_are() {
        for number in [0, 1, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xffff, 0x1_0000, 0x10_ffff] {
            let character = char::from_u32(number).expect("a character");
            let mut coded = Vec::new();
            push_number(number.into(), &mut coded);
            assert_eq!(coded, character.to_string().as_bytes(), "{number:x}");
        }
        for (number, expected) in [
            (0x1f_ffff, &[0xf7, 0xbf, 0xbf, 0xbf][..]),
            (0x20_0000, &[0xf8, 0x88, 0x80, 0x80, 0x80]),
            (0x400_0000, &[0xfc, 0x84, 0x80, 0x80, 0x80, 0x80]),
        ] {
            let mut coded = Vec::new();
            push_number(number, &mut coded);
            assert_eq!(coded, expected, "{number:x}");
        }
    }

    /// All of a stream, made piece by piece.
    fn whole(stream: &FlacStream, played: &[u8], piece: usize) -> Vec<u8> {
        let mut part = stream.part(0..stream.size());
        let mut bytes = part.head();
        played.chunks(piece).for_each(|piece| bytes.extend(part.wrap(piece)));
        bytes
    }

    fn samples(count: u64) -> Vec<u8> {
        (0..count).map(|place| low_bytes::<1>(place.wrapping_mul(2_654_435_761) >> 7)[0]).collect()
    }

    #[test]
    fn its_length_is_known_before_it_is_made() {
        for (channels, rate, bits) in [(1, 8_000, 16), (2, 11_025, 8), (3, 96_000, 24), (1, 700_000, 16)] {
            for count in [1, 2, 575, 576, 577, 1152, 127 * 576, 128 * 576 + 1, 2050 * 576] {
                let stream = FlacStream::of(channels, rate, bits, count).expect("it can be");
                let played = samples(count * stream.sample());
                assert_eq!(whole(&stream, &played, 1000).len() as u64, stream.size(), "{stream:?}");
            }
        }
    }

    #[test]
    fn each_part_is_a_slice_of_the_whole() {
        let stream = FlacStream::of(1, 11_025, 16, 1200).expect("it can be");
        let played = samples(2400);
        let all = whole(&stream, &played, 2400);
        for start in 0..all.len() {
            for end in [start + 1, start + 1200, all.len()] {
                let end = end.min(all.len());
                let mut part = stream.part(start as u64..end as u64);
                let mut bytes = part.head();
                let sound = part.sound();
                let sound =
                    usize::try_from(sound.start).expect("short")..usize::try_from(sound.end).expect("short");
                played[sound].chunks(1001).for_each(|piece| bytes.extend(part.wrap(piece)));
                assert!(bytes == all[start..end], "{start}..{end}");
            }
        }
    }

    #[test]
    fn points_lie_where_frames_begin_and_are_never_too_many() {
        for count in [1, 8_000 * 60, 8_000 * 3600, 1 << 35] {
            let stream = FlacStream::of(1, 8_000, 16, count).expect("it can be");
            let head = stream.head();
            assert_eq!(head.len() as u64, stream.head_length());
            assert!(head.len() < 20_000, "{count}");
            for point in head[46..].chunks(18) {
                let number =
                    |at: usize| u64::from_be_bytes(point[at..at + 8].try_into().expect("eight bytes"));
                assert_eq!(stream.frame_at(number(8)), number(0) / 576);
                assert_eq!(stream.offset(number(0) / 576), number(8));
            }
        }
    }

    #[test]
    fn what_flac_cannot_say_is_none() {
        for (channels, rate, bits, samples) in [
            (0, 8_000, 16, 1),
            (9, 8_000, 16, 1),
            (1, 0, 16, 1),
            (1, 1 << 20, 16, 1),
            (1, 8_000, 32, 1),
            (1, 8_000, 64, 1),
            (1, 8_000, 16, 0),
            (1, 8_000, 16, 1 << 36),
        ] {
            assert_eq!(FlacStream::of(channels, rate, bits, samples), None);
        }
        assert!(FlacStream::of(8, (1 << 20) - 1, 24, (1 << 36) - 1).is_some());
    }
}
