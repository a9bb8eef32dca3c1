//! Sony's Wave64: WAVE with sizes of 64 bits, and with GUIDs for names ("Sony Pictures Digital Wave64 specification").

use std::io;

use super::super::content::{Content, Written};
use super::super::forms::Form;
use super::super::read_at::ReadAt;
use super::order::Order;
use super::wave_format::{Format, LONGEST};

/// Chunks that are looked at.
const CHUNKS: usize = 100;
/// Bytes of a chunk's GUID and size, which counts them too.
const HEAD: u64 = 24;
/// What follows `riff` and its size: the GUID of `wave`.
const FIRST: u64 = 40;
/// What follows the name in every GUID but that of `riff`.
const GUID: [u8; 12] = *b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";

/// What a file of `size` bytes holds; None where it doesn't say.
pub fn read(file: &(impl ReadAt + ?Sized), size: u64, form: &'static Form) -> io::Result<Option<Content>> {
    let (mut format, mut at) = (None, FIRST);
    for _ in 0..CHUNKS {
        let mut head = [0; HEAD as usize + LONGEST];
        let count = file.at(at, &mut head)?;
        if count < HEAD as usize || head[4..16] != GUID {
            break;
        }
        let length = Order::Low.u64(&head, 16);
        let (start, end) = (at + HEAD, at.saturating_add(length));
        let content =
            usize::try_from(length.saturating_sub(HEAD)).unwrap_or(LONGEST).min(count - HEAD as usize);
        match (&head[..4], &format) {
            (b"fmt ", _) => format = Format::read(&head[HEAD as usize..][..content], Order::Low),
            (b"data", Some(format)) => {
                let known = (start..=size).contains(&end) && (end > start || start == size);
                let written = match known {
                    true => Written::Finished,
                    false if length > i64::MAX as u64 => Written::SaysNothing,
                    false => Written::Unfinished,
                };
                let data = start.min(size)..if known { end } else { size };
                return Ok(Some(format.content(form, data, false, written, None)));
            }
            _ => {}
        }
        if length < HEAD {
            break;
        }
        // At a place that can be divided by eight.
        at = end.saturating_add(7) & !7;
    }
    Ok(format.map(|format| format.content(form, size..size, false, Written::Unfinished, None)))
}
