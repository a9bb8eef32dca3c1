//! How a WAVE file says that its sound is stored: the chunk `fmt `.

use std::ops::Range;

use super::super::coding::Coding;
use super::super::content::{Content, Holds, Written};
use super::super::forms::{Form, Reader};
use super::super::pcm::Pcm;
use super::order::{Order, is_sane};

/// Bytes of the chunk that are looked at.
pub const LONGEST: usize = 40;
/// The tag that says: another one follows, as the beginning of a GUID.
const EXTENSIBLE: u16 = 0xfffe;
/// Tags of MPEG audio: packets as in a file of their own.
const MPEG: [u16; 2] = [0x50, 0x55];

/// The chunk `fmt `, as far as it matters.
pub struct Format {
    order: Order,
    tag: u16,
    channels: u16,
    rate: u32,
    bytes_a_second: u32,
    block: u16,
    bits: u16,
}

impl Format {
    /// What the bytes of the chunk say; `None` where that is nonsense.
    pub fn read(bytes: &[u8], order: Order) -> Option<Format> {
        if bytes.len() < 16 {
            return None;
        }
        let tag = order.u16(bytes, 0);
        let format = Format {
            order,
            tag: if tag == EXTENSIBLE && bytes.len() >= 26 { order.u16(bytes, 24) } else { tag },
            channels: order.u16(bytes, 2),
            rate: order.u32(bytes, 4),
            bytes_a_second: order.u32(bytes, 8),
            block: order.u16(bytes, 12),
            bits: order.u16(bytes, 14),
        };
        is_sane(format.channels, format.rate).then_some(format)
    }

    /// What is in `data`. `right`: players find it by the header; `samples`: so many of each channel, says a finished file.
    pub fn content(
        &self,
        form: &'static Form,
        data: Range<u64>,
        right: bool,
        written: Written,
        samples: Option<u64>,
    ) -> Content {
        let high_first = self.order == Order::High;
        let Format { channels, rate, .. } = *self;
        if let Some(coding) = Coding::of_wave(self.tag, self.bits, channels, self.block) {
            let plays = right && !high_first && coding.plays_in_wave();
            return Content::samples(form, Pcm { coding, channels, rate, high_first, data, plays }, written);
        }
        if MPEG.contains(&self.tag) && data.start < data.end {
            return Content { form, holds: Holds::Packets(Reader::Mpeg, data), written };
        }
        Content::other(form, self.milliseconds(data.end - data.start, samples), written)
    }

    /// Bytes of a second. Where that is far from what the bits of a sample make, some programs have those right only.
    fn steady(&self) -> u64 {
        let by_bits = u64::from(self.bits) * u64::from(self.rate) * u64::from(self.channels) / 8;
        let said = u64::from(self.bytes_a_second);
        let few = (2..=8).contains(&self.bits);
        if few && said.abs_diff(by_bits) > by_bits { by_bits } else { said }
    }

    /// By the bytes of a second, unless the number of samples says about the same.
    fn milliseconds(&self, bytes: u64, samples: Option<u64>) -> Option<u64> {
        let steady = bytes.saturating_mul(1_000).checked_div(self.steady());
        let counted = samples.map(|samples| samples.saturating_mul(1_000) / u64::from(self.rate));
        match (steady, counted) {
            (Some(steady), Some(counted)) if counted.abs_diff(steady) > steady / 2 => Some(steady),
            (steady, counted) => counted.or(steady),
        }
    }
}
