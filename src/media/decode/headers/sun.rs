//! Sun's `.au`: six words, high byte first (described in the Java Sound and SunOS manuals).

use super::super::coding::Coding;
use super::super::content::{Content, Written};
use super::super::forms::Form;
use super::super::pcm::Pcm;
use super::order::{Order, is_sane};

/// Bytes of the header.
const HEAD: usize = 24;

/// What a file of `size` bytes that begins so holds.
pub fn read(beginning: &[u8], size: u64, form: &'static Form) -> Option<Content> {
    let head = beginning.first_chunk::<HEAD>()?;
    let word = |index: usize| Order::High.u32(head, 4 * index);
    let (rate, channels) = (word(4), u16::try_from(word(5)).ok()?);
    let start = u64::from(word(1)).min(size);
    // The length is unknown, all ones, or not yet known where a call is in progress.
    let (end, written) = match u64::from(word(2)) {
        0 if start == size => (size, Written::Finished),
        0 => (size, Written::Unfinished),
        length if length == u64::from(u32::MAX) => (size, Written::SaysNothing),
        length if start + length == size => (size, Written::Finished),
        length => (size.min(start + length), Written::Unfinished),
    };
    if !is_sane(channels, rate) {
        return None;
    }
    let coding = match word(3) {
        1 => Coding::MuLaw,
        2 => Coding::Signed8,
        3 => Coding::Pcm16,
        4 => Coding::Pcm24,
        5 => Coding::Pcm32,
        6 => Coding::Float32,
        7 => Coding::Float64,
        27 => Coding::ALaw,
        other => {
            let bits = packed_bits(other)? * u64::from(rate) * u64::from(channels);
            let milliseconds = (end - start).saturating_mul(8_000) / bits;
            return Some(Content::other(form, Some(milliseconds), written));
        }
    };
    let pcm = Pcm { coding, channels, rate, high_first: true, data: start..end, plays: false };
    Some(Content::samples(form, pcm, written))
}

/// Bits of a sample in G.721, G.722 and G.723 of 24 and 40 kbit/s.
fn packed_bits(coding: u32) -> Option<u64> {
    Some(match coding {
        23 | 24 => 4,
        25 => 3,
        26 => 5,
        _ => return None,
    })
}
