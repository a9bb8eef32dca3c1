//! RIFF WAVE: finding the sound in a file whatever its chunks.
//!
//! "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, 1991), "New Multimedia Data
//! Types" (1994) for the codings, RFC 2361 for their numbers, EBU Tech 3306 for RF64, ITU-R BS.2088 for BW64. A PBX writes
//! the sizes when a call ends: before that, and for ever if it crashed, they are 0, or as large as can be.

use std::io;

use super::super::content::{Content, Written};
use super::super::forms::Form;
use super::super::read_at::ReadAt;
use super::order::Order;
use super::wave_format::{Format, LONGEST};

/// Chunks that are looked at; a hostile file may have millions.
const CHUNKS: usize = 100;
/// So many bytes behind the sound are no sound that is being added.
const TAIL: u64 = 512;
/// What has as many bytes is no header that is still being written.
const LONGEST_HEADER: u64 = 4096;
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
        self.at.saturating_add(self.size)
    }
}

/// What the chunk `ds64` says, where the sizes at their places have no room: bytes of RIFF and of the sound.
struct Large {
    riff: u64,
    data: u64,
}

/// A file of chunks.
struct File<'a, R: ?Sized> {
    bytes: &'a R,
    size: u64,
    order: Order,
    /// Where RIFF says that the file ends.
    end: u64,
}

/// Where the sound ends, whether players find it by the header, and whether the file was written to its end.
struct End {
    at: u64,
    right: bool,
    written: Written,
}

/// What a WAVE file of `size` bytes holds.
pub fn read(bytes: &(impl ReadAt + ?Sized), size: u64, form: &'static Form) -> io::Result<Content> {
    let mut head = [0; 12];
    bytes.exactly_at(0, &mut head)?;
    let order = if head.starts_with(b"RIFX") { Order::High } else { Order::Low };
    let mut file = File { bytes, size, order, end: HEAD + u64::from(order.u32(&head, 4)) };
    let (mut format, mut data, mut large, mut samples) = (None, None, None, None);
    let mut fine = head.starts_with(b"RIFF");
    let mut at = head.len() as u64;
    for _ in 0..CHUNKS {
        let Some(chunk) = file.chunk(at)? else { break };
        match &chunk.name {
            b"fmt " if format.is_none() => format = Format::read(&file.content(&chunk)?, order),
            b"fact" => samples = Some(order.u32(&file.content(&chunk)?, 0).into()),
            b"ds64" => large = Some(file.large(&chunk)?),
            b"data" => {
                // Players want to know the format by now.
                fine &= format.is_some();
                data = Some(chunk);
            }
            _ => {}
        }
        if format.is_some() && data.is_some() {
            break;
        }
        at = chunk.end();
        if at > size {
            break;
        }
        let (next, padded) = file.behind(&chunk)?;
        fine &= padded;
        at = next;
    }
    let Some(format) = format else {
        // One that ends within its header has no sound yet.
        let begun = (data.is_none() && size < LONGEST_HEADER && at + HEAD > size).then_some(0);
        let written = if begun.is_some() { Written::Unfinished } else { Written::SaysNothing };
        return Ok(Content::other(form, begun, written));
    };
    let Some(mut data) = data else {
        return Ok(format.content(form, size..size, false, Written::Unfinished, None));
    };
    if let Some(large) = large.filter(|_| data.size == u64::from(u32::MAX)) {
        // What was never written there is nothing.
        data.size = if large.data == 0 { u32::MAX.into() } else { large.data };
        file.end = HEAD.saturating_add(large.riff);
    }
    let end = file.sound_end(&data)?;
    let counted = samples.filter(|samples| *samples > 0 && end.written == Written::Finished);
    Ok(format.content(form, data.at.min(end.at)..end.at, fine && end.right, end.written, counted))
}

/// Whether a size is that of a program that doesn't know it and can't go back: all ones, or about half of them.
fn says_nothing(size: u64) -> bool {
    matches!(size, 0x7fff_0000..=0x8000_0000 | 0xffff_0000..)
}

impl<R: ReadAt + ?Sized> File<'_, R> {
    fn chunk(&self, at: u64) -> io::Result<Option<Chunk>> {
        let mut head = [0; HEAD as usize];
        if self.bytes.at(at, &mut head)? < head.len() {
            return Ok(None);
        }
        let [a, b, c, d, ..] = head;
        let name = [a, b, c, d];
        let known = name.iter().all(|byte| (b' '..=b'~').contains(byte));
        Ok(known.then_some(Chunk {
            name,
            size: self.order.u32(&head, 4).into(),
            at: at.saturating_add(HEAD),
        }))
    }

    /// The first bytes of a chunk.
    fn content(&self, chunk: &Chunk) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; LONGEST.min(usize::try_from(chunk.size).unwrap_or(LONGEST))];
        let count = self.bytes.at(chunk.at, &mut bytes)?;
        bytes.truncate(count);
        Ok(bytes)
    }

    fn large(&self, chunk: &Chunk) -> io::Result<Large> {
        let bytes = self.content(chunk)?;
        Ok(Large { riff: self.order.u64(&bytes, 0), data: self.order.u64(&bytes, 8) })
    }

    /// Where the next chunk begins: at an even place, as it has to; or, where the writer forgot about that, at once.
    fn behind(&self, chunk: &Chunk) -> io::Result<(u64, bool)> {
        let end = chunk.end();
        let even = end.saturating_add(end & 1);
        let forgotten = even != end && self.chunk(even)?.is_none() && self.chunk(end)?.is_some();
        Ok(if forgotten { (end, false) } else { (even, true) })
    }

    fn sound_end(&self, data: &Chunk) -> io::Result<End> {
        let (size, end) = (self.size, data.end());
        if end >= size {
            let right = end == size && end <= self.end && self.end <= size + 1;
            let written = match data.size {
                0 => right,
                _ => end <= size + 1,
            };
            let written = match written {
                true => Written::Finished,
                false if says_nothing(data.size) => Written::SaysNothing,
                false => Written::Unfinished,
            };
            return Ok(End { at: size, right, written });
        }
        // Something follows: other chunks, or sound that came after the sizes were written.
        let enclosed = end <= self.end && self.end <= size;
        let closed = enclosed && data.size > 0 && self.end <= end + 1;
        let all = size - end <= 1 || self.chunks_until(data, size)?;
        // A tag, or what fills a sector, is not worth a doubt.
        let few = enclosed && data.size > 0 && size - end < TAIL;
        let right = closed || (enclosed && self.end > end && self.chunks_until(data, self.end)?);
        // A size of 0 is one that was never written, unless RIFF knows of what follows.
        let is_end = right || (all && data.size > 0);
        let written = if (all || few) && is_end { Written::Finished } else { Written::Unfinished };
        Ok(End { at: if is_end { end } else { size }, right, written })
    }

    /// Whether what follows a chunk is chunks, up to an end.
    fn chunks_until(&self, first: &Chunk, end: u64) -> io::Result<bool> {
        let mut last = *first;
        for _ in 0..CHUNKS {
            let (at, _) = self.behind(&last)?;
            if at >= end {
                return Ok(at <= end + 1);
            }
            match self.chunk(at)? {
                Some(next) if next.end() <= end => last = next,
                _ => return Ok(false),
            }
        }
        Ok(false)
    }
}
