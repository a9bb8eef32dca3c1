//! AIFF and AIFF-C ("Audio Interchange File Format", Apple, 1989 and 1991): chunks, high byte first.

use std::io;

use super::super::coding::Coding;
use super::super::content::{Content, Written};
use super::super::forms::Form;
use super::super::pcm::Pcm;
use super::super::read_at::ReadAt;
use super::order::{Order, is_sane};

/// Chunks that are looked at.
const CHUNKS: usize = 100;
/// Bytes of the chunk `COMM` up to the coding, and with it.
const COMMON: usize = 18;
const CODED: usize = 22;

/// What `COMM` says.
struct Common {
    channels: u16,
    samples: u32,
    bits: u16,
    rate: u32,
    coding: [u8; 4],
}

/// What a file of `size` bytes holds; None where it doesn't say.
pub fn read(file: &(impl ReadAt + ?Sized), size: u64, form: &'static Form) -> io::Result<Option<Content>> {
    let (mut common, mut sound, mut at) = (None, None, 12);
    for _ in 0..CHUNKS {
        let mut head = [0; 8 + CODED];
        if file.at(at, &mut head)? < 8 || (common.is_some() && sound.is_some()) {
            break;
        }
        let length = u64::from(Order::High.u32(&head, 4));
        match &head[..4] {
            b"COMM" => common = Common::read(&head[8..], length),
            // After an offset and the size of a block.
            b"SSND" => sound = Some((at + 16 + u64::from(Order::High.u32(&head, 8)), at + 8 + length)),
            _ => {}
        }
        at += 8 + length + (length & 1);
    }
    let Some(common) = common else { return Ok(None) };
    let (start, end) = sound.unwrap_or((size, size));
    let written = match end {
        _ if sound.is_none() || (start >= end && start < size) => Written::Unfinished,
        end if end > size + 1 => Written::Unfinished,
        _ => Written::Finished,
    };
    let end = if start >= end { size } else { end.min(size) };
    let data = start.min(end)..end;
    let Some((coding, high_first)) = common.coding() else {
        let milliseconds = u64::from(common.samples) * 1_000 / u64::from(common.rate);
        return Ok(Some(Content::other(form, (common.samples > 0).then_some(milliseconds), written)));
    };
    let Common { channels, rate, .. } = common;
    let pcm = Pcm { coding, channels, rate, high_first, data, plays: false };
    Ok(Some(Content::samples(form, pcm, written)))
}

impl Common {
    fn read(bytes: &[u8], length: u64) -> Option<Common> {
        let order = Order::High;
        // A float of 80 bits, of which all are whole numbers here.
        let (exponent, mantissa) = (order.u16(bytes, 8), order.u64(bytes, 10));
        let rate = mantissa.checked_shr(16446_u32.checked_sub(exponent.into())?).unwrap_or(0);
        let coded = length >= CODED as u64;
        let common = Common {
            channels: order.u16(bytes, 0),
            samples: order.u32(bytes, 2),
            bits: order.u16(bytes, 6),
            rate: u32::try_from(rate).ok()?,
            coding: if coded { *bytes.get(COMMON..)?.first_chunk()? } else { *b"NONE" },
        };
        is_sane(common.channels, common.rate).then_some(common)
    }

    /// How samples are stored, and whether the high byte of one comes first.
    fn coding(&self) -> Option<(Coding, bool)> {
        let whole = match self.bits {
            1..=8 => Coding::Signed8,
            9..=16 => Coding::Pcm16,
            17..=24 => Coding::Pcm24,
            _ => Coding::Pcm32,
        };
        Some(match &self.coding {
            b"NONE" | b"twos" | b"in24" | b"in32" => (whole, true),
            b"sowt" => (whole, false),
            b"raw " => (Coding::Pcm8, true),
            b"fl32" | b"FL32" => (Coding::Float32, true),
            b"fl64" | b"FL64" => (Coding::Float64, true),
            b"ulaw" | b"ULAW" => (Coding::MuLaw, true),
            b"alaw" | b"ALAW" => (Coding::ALaw, true),
            _ => return None,
        })
    }
}
