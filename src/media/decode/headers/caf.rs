//! Apple's Core Audio Format ("Apple Core Audio Format Specification 1.0", 2005): chunks, high byte first.

use std::io;

use super::super::coding::Coding;
use super::super::content::{Content, Written};
use super::super::forms::Form;
use super::super::pcm::Pcm;
use super::super::read_at::ReadAt;
use super::order::{Order, is_sane};

/// Chunks that are looked at.
const CHUNKS: usize = 100;
/// Bytes of a chunk's name and size, and those of the chunk `desc`.
const HEAD: usize = 12;
const DESCRIPTION: usize = 32;
/// What comes before the sound in its chunk.
const EDITS: u64 = 4;
/// Flags of linear samples.
const FLOAT: u32 = 1;
const LOW_FIRST: u32 = 2;

/// What the chunk `desc` says.
struct Description {
    rate: u32,
    coding: [u8; 4],
    flags: u32,
    bytes: u32,
    samples: u32,
    channels: u16,
    bits: u32,
}

/// What a file of `size` bytes holds; None where it doesn't say.
pub fn read(file: &(impl ReadAt + ?Sized), size: u64, form: &'static Form) -> io::Result<Option<Content>> {
    let (mut description, mut sound, mut counted, mut at) = (None, None, None, 8);
    for _ in 0..CHUNKS {
        let mut head = [0; HEAD + DESCRIPTION];
        if file.at(at, &mut head)? < HEAD {
            break;
        }
        let length = Order::High.u64(&head, 4);
        let start = at + HEAD as u64;
        match &head[..4] {
            b"desc" => description = Description::read(&head[HEAD..]),
            b"pakt" => counted = Some(Order::High.u64(&head, HEAD + 8)),
            b"data" => sound = Some((start + EDITS, start.checked_add(length).filter(|end| *end <= size))),
            _ => {}
        }
        let Some(next) = start.checked_add(length).filter(|next| *next < size) else { break };
        at = next;
    }
    let Some(description) = description else { return Ok(None) };
    let (start, end) = sound.unwrap_or((size, None));
    let written = match (sound, end) {
        (None, _) => Written::Unfinished,
        (_, Some(_)) => Written::Finished,
        // All ones: to the end of the file.
        (_, None) => Written::SaysNothing,
    };
    let end = end.unwrap_or(size);
    let data = start.min(end)..end;
    let Description { rate, channels, .. } = description;
    let Some((coding, high_first)) = description.coding() else {
        let bytes = data.end - data.start;
        return Ok(Some(Content::other(form, description.milliseconds(bytes, counted), written)));
    };
    let pcm = Pcm { coding, channels, rate, high_first, data, plays: false };
    Ok(Some(Content::samples(form, pcm, written)))
}

impl Description {
    fn read(bytes: &[u8]) -> Option<Description> {
        let word = |at: usize| Order::High.u32(bytes, at);
        let rate = f64::from_bits(Order::High.u64(bytes, 0));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
        let rate = rate as u32;
        let description = Description {
            rate,
            coding: *bytes.get(8..)?.first_chunk()?,
            flags: word(12),
            bytes: word(16),
            samples: word(20),
            channels: u16::try_from(word(24)).ok()?,
            bits: word(28),
        };
        is_sane(description.channels, rate).then_some(description)
    }

    /// How samples are stored, and whether the high byte of one comes first.
    fn coding(&self) -> Option<(Coding, bool)> {
        let high_first = self.flags & LOW_FIRST == 0;
        let coding = match (&self.coding, self.bits, self.flags & FLOAT) {
            (b"lpcm", 8, 0) => Coding::Signed8,
            (b"lpcm", 16, 0) => Coding::Pcm16,
            (b"lpcm", 24, 0) => Coding::Pcm24,
            (b"lpcm", 32, 0) => Coding::Pcm32,
            (b"lpcm", 32, FLOAT) => Coding::Float32,
            (b"lpcm", 64, FLOAT) => Coding::Float64,
            (b"ulaw", ..) => Coding::MuLaw,
            (b"alaw", ..) => Coding::ALaw,
            _ => return None,
        };
        Some((coding, high_first))
    }

    /// Of packets: as many samples as were counted, or those of packets of one size.
    fn milliseconds(&self, bytes: u64, counted: Option<u64>) -> Option<u64> {
        let packets = bytes.checked_div(self.bytes.into());
        let steady = packets.map(|packets| packets.saturating_mul(self.samples.into()));
        let samples = counted.filter(|counted| *counted > 0).or(steady.filter(|_| self.samples > 0));
        samples.map(|samples| samples.saturating_mul(1_000) / u64::from(self.rate))
    }
}
