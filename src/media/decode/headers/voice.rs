//! Creative's `.voc` (described in the Sound Blaster developer kit): blocks, of which those of sound have a rate each.

use std::io;

use super::super::content::{Content, Written};
use super::super::forms::Form;
use super::super::read_at::ReadAt;
use super::order::Order;

/// Blocks that are looked at.
const BLOCKS: usize = 10_000;
/// Bytes of a block's type and size.
const HEAD: u64 = 4;

/// How long the sound in a file of `size` bytes is. It is not decoded.
pub fn read(file: &(impl ReadAt + ?Sized), size: u64, form: &'static Form) -> io::Result<Option<Content>> {
    let mut first = [0; 26];
    if file.at(0, &mut first)? < first.len() {
        return Ok(None);
    }
    let mut at = u64::from(Order::Low.u16(&first, 20));
    let (mut microseconds, mut written) = (0_u64, Written::Unfinished);
    // Bytes a second, as the last block said.
    let mut rate = 0_u64;
    for _ in 0..BLOCKS {
        let mut head = [0; 16];
        let count = file.at(at, &mut head)?;
        if count == 0 || head[0] == 0 {
            written = if count == 1 || at + 1 >= size { Written::Finished } else { Written::Unfinished };
            break;
        }
        let length = u64::from(Order::Low.u32(&head, 0) >> 8);
        let (start, end) = (at + HEAD, (at + HEAD + length).min(size));
        let sound = match head[0] {
            // A divisor and a coding before the first samples.
            1 => {
                rate = 1_000_000 / (256 - u64::from(head[4])) * bits(head[5]) / 8;
                start + 2
            }
            2 => start,
            9 => {
                let bits = u64::from(head[8]).max(1);
                rate = u64::from(Order::Low.u32(&head, 4)) * u64::from(head[9].max(1)) * bits / 8;
                start + 12
            }
            _ => end,
        };
        let bytes = end.saturating_sub(sound);
        microseconds += bytes.saturating_mul(1_000_000).checked_div(rate).unwrap_or(0);
        at = start + length;
    }
    Ok(Some(Content::other(form, Some(microseconds / 1_000), written)))
}

/// Bits of a sample, by the number of a block's coding.
fn bits(coding: u8) -> u64 {
    match coding {
        1 => 4,
        2 => 3,
        3 => 2,
        _ => 8,
    }
}
