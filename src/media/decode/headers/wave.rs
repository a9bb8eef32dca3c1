//! RIFF WAVE: finding the sound in a file whatever its chunks.
//!
//! "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, 1991), "New Multimedia Data
//! Types" (1994) for the codings, and RFC 2361 for their numbers. A PBX writes the sizes when a call ends: before
//! that, and for ever if it crashed, they are 0.

use std::io;
use std::ops::Range;

use super::super::pcm::{Coding, Pcm};
use super::super::read_at::ReadAt;

/// Chunks that are looked at; a hostile file may have millions.
const CHUNKS: usize = 100;
/// Bytes of a chunk's name and size.
const HEAD: u64 = 8;

#[derive(Clone, Copy)]
struct Chunk {
    name: [u8; 4],
    size: u64,
    /// Where its content begins.
    at: u64,
}

impl Chunk {
    fn end(&self) -> u64 {
        self.at + self.size
    }
}

/// What a WAVE file of `size` bytes holds. `None`: it is none, or nothing is known of its samples.
pub fn read(file: &(impl ReadAt + ?Sized), size: u64) -> io::Result<Option<Pcm>> {
    let mut head = [0; 12];
    if file.at(0, &mut head)? < head.len() || !is_wave(&head) {
        return Ok(None);
    }
    let (mut format, mut data, mut fine) = (None, None, head.starts_with(b"RIFF"));
    let mut at = head.len() as u64;
    for _ in 0..CHUNKS {
        let Some(chunk) = chunk(file, at)? else { break };
        match &chunk.name {
            b"fmt " if format.is_none() => format = read_format(file, &chunk)?,
            b"data" => {
                // Players want to know the format by now.
                fine &= format.is_some();
                data = Some(chunk);
            }
            _ => {}
        }
        if (format.is_some() && data.is_some()) || chunk.end() > size {
            break;
        }
        let (next, padded) = behind(file, &chunk)?;
        fine &= padded;
        at = next;
    }
    let Some(format) = format else { return Ok(None) };
    let Some(data) = data else { return Ok(Some(format.samples(size..size, false))) };
    let (end, right) = sound_end(file, size, &data, riff_end(&head))?;
    Ok(Some(format.samples(data.at..end, fine && right)))
}

/// RF64 has its sizes elsewhere (EBU Tech 3306); the file's own is as good.
fn is_wave(head: &[u8; 12]) -> bool {
    (head.starts_with(b"RIFF") || head.starts_with(b"RF64")) && head.ends_with(b"WAVE")
}

fn riff_end(head: &[u8; 12]) -> u64 {
    HEAD + u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]))
}

fn chunk(file: &(impl ReadAt + ?Sized), at: u64) -> io::Result<Option<Chunk>> {
    let mut head = [0; HEAD as usize];
    if file.at(at, &mut head)? < head.len() {
        return Ok(None);
    }
    let [a, b, c, d, size @ ..] = head;
    let name = [a, b, c, d];
    let known = name.iter().all(|byte| (b' '..=b'~').contains(byte));
    Ok(known.then_some(Chunk { name, size: u32::from_le_bytes(size).into(), at: at + HEAD }))
}

/// Where the next chunk begins: at an even place, as it has to; or, where the writer forgot about that, at once.
fn behind(file: &(impl ReadAt + ?Sized), chunk_: &Chunk) -> io::Result<(u64, bool)> {
    let end = chunk_.end();
    let even = end + (end & 1);
    let forgotten = even != end && chunk(file, even)?.is_none() && chunk(file, end)?.is_some();
    Ok(if forgotten { (end, false) } else { (even, true) })
}

/// Where the sound ends, and whether the header says so.
fn sound_end(
    file: &(impl ReadAt + ?Sized),
    size: u64,
    data: &Chunk,
    riff_end: u64,
) -> io::Result<(u64, bool)> {
    let end = data.end();
    if end >= size {
        let exact = end == size && end <= riff_end && riff_end <= size + 1;
        return Ok((size, exact));
    }
    // Something follows: other chunks, or sound that came after the sizes were written.
    let enclosed = end <= riff_end && riff_end <= size;
    if data.size > 0 && enclosed && riff_end <= end + 1 {
        return Ok((end, true));
    }
    if enclosed && chunks_until(file, data, riff_end)? {
        return Ok((end, true));
    }
    let all = chunks_until(file, data, size)?;
    Ok(if all && data.size > 0 { (end, false) } else { (size, false) })
}

/// Whether what follows a chunk is chunks, up to an end.
fn chunks_until(file: &(impl ReadAt + ?Sized), first: &Chunk, end: u64) -> io::Result<bool> {
    let mut last = *first;
    for _ in 0..CHUNKS {
        let (at, _) = behind(file, &last)?;
        if at >= end {
            return Ok(at <= end + 1);
        }
        match chunk(file, at)? {
            Some(next) if next.end() <= end => last = next,
            _ => return Ok(false),
        }
    }
    Ok(false)
}

/// The content of a `fmt ` chunk, as far as it matters.
struct Format {
    coding: Coding,
    channels: u16,
    rate: u32,
}

impl Format {
    fn samples(&self, data: Range<u64>, whole: bool) -> Pcm {
        let Format { coding, channels, rate } = *self;
        let plays = whole && coding.plays_in_wave();
        Pcm { coding, channels, rate, data, plays }
    }
}

fn read_format(file: &(impl ReadAt + ?Sized), chunk: &Chunk) -> io::Result<Option<Format>> {
    let mut bytes = [0; 40];
    let count = file.at(chunk.at, &mut bytes)?.min(usize::try_from(chunk.size).unwrap_or(usize::MAX));
    if count < 16 {
        return Ok(None);
    }
    let number = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let rate = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
    // WAVE_FORMAT_EXTENSIBLE: the tag is the beginning of a GUID.
    let tag = if number(0) == 0xfffe && count >= 26 { number(24) } else { number(0) };
    let (channels, bits) = (number(2), number(14));
    let coding = Coding::of_wave(tag, bits, channels);
    let sane = (1..=32).contains(&channels) && (1..=384_000).contains(&rate);
    Ok(coding.filter(|_| sane).map(|coding| Format { coding, channels, rate }))
}
