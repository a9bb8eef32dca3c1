//! How long the sound of an Ogg file is (RFC 3533), by the positions that its pages have. Where files were joined, or a call
//! was recorded to the end of another, one stream follows on the other, and each begins anew.

use std::io;
use std::ops::Range;

use super::super::budget::Budget;
use super::super::content::Written;
use super::super::read_at::ReadAt;
use super::window::Window;

/// Bytes of a page before its table of segments.
const HEAD: usize = 27;
/// Bytes in which the next page is looked for behind damage.
const DAMAGE: usize = 64 << 10;
/// A stream that was joined later than this many seconds begins where its first page ends.
const JOINED: u64 = 5;
/// Bits of a page's flags.
const FIRST: u8 = 2;
const LAST: u8 = 4;

/// What was walked through.
pub struct Walked {
    /// Milliseconds of sound; None where no stream of it is there.
    pub milliseconds: Option<u64>,
    /// The bytes of each of the files that were joined.
    pub links: Vec<Range<u64>>,
    /// Whether the last page says that it is the last.
    pub written: Written,
}

/// A page.
struct Page {
    flags: u8,
    position: Option<u64>,
    serial: u32,
    body: Range<u64>,
}

/// A stream of sound.
struct Stream {
    serial: u32,
    /// Positions of a second.
    rate: u64,
    /// Those that are not heard.
    skipped: u64,
    first: Option<u64>,
    last: u64,
}

impl Stream {
    fn milliseconds(&self) -> u64 {
        let first = self.first.filter(|first| *first > JOINED * self.rate).unwrap_or(self.skipped);
        self.last.saturating_sub(first).saturating_mul(1_000) / self.rate
    }

    /// Takes a page into account. Positions only grow.
    fn take(&mut self, position: u64) {
        self.first.get_or_insert(position);
        self.last = self.last.max(position);
    }
}

/// Streams that a file can have joined; more are harm.
const LINKS: usize = 10_000;

/// Walks through the pages in a file of `size` bytes.
pub fn walk(file: &dyn ReadAt, size: u64, budget: &Budget<'_>) -> io::Result<Walked> {
    let mut window = Window::new(file, budget);
    let (mut at, mut total, mut known) = (0, 0_u64, false);
    let (mut stream, mut links): (Option<Stream>, Vec<Range<u64>>) = (None, Vec::new());
    let (mut heads, mut written) = (false, Written::SaysNothing);
    while let Some((begins, page)) = page(&mut window, at, size)? {
        at = page.body.end;
        let first = page.flags & FIRST != 0;
        if first && !heads {
            if links.len() >= LINKS {
                break;
            }
            // What follows is a file of its own.
            total = total.saturating_add(stream.take().map_or(0, |stream| stream.milliseconds()));
            links.push(begins..begins);
        }
        heads = first;
        if first && stream.is_none() {
            stream = new_stream(&mut window, &page)?;
            known |= stream.is_some();
        } else if let Some(stream) = stream.as_mut().filter(|stream| stream.serial == page.serial) {
            page.position.into_iter().for_each(|position| stream.take(position));
            let last = page.flags & LAST != 0 && at == size;
            written = if last { Written::Finished } else { Written::SaysNothing };
        }
        if let Some(link) = links.last_mut() {
            link.end = at;
        }
    }
    total = total.saturating_add(stream.map_or(0, |stream| stream.milliseconds()));
    Ok(Walked { milliseconds: known.then_some(total), links, written })
}

/// The next page from a place on, and where it begins. One that isn't there as a whole is none.
fn page(window: &mut Window<'_>, at: u64, size: u64) -> io::Result<Option<(u64, Page)>> {
    let mut at = at;
    if window.some(at, 4)? != b"OggS" {
        let Some(further) = window.some(at, DAMAGE)?.windows(4).position(|word| word == b"OggS") else {
            return Ok(None);
        };
        at += further as u64;
    }
    let Some(head) = window.bytes::<HEAD>(at)? else { return Ok(None) };
    let long = |at: usize| head[at..].first_chunk().copied().map_or(0, u64::from_le_bytes);
    let word = |at: usize| head[at..].first_chunk().copied().map_or(0, u32::from_le_bytes);
    let count = usize::from(head[26]);
    let table = window.some(at + HEAD as u64, count)?;
    let length: u64 = table.iter().map(|length| u64::from(*length)).sum();
    let start = at + (HEAD + table.len()) as u64;
    let body = start..start + length;
    let position = Some(long(6)).filter(|position| *position <= u64::MAX / 2);
    let page = Page { flags: head[5], position, serial: word(14), body };
    Ok((page.body.end <= size).then_some((at, page)))
}

/// The stream that begins with a page, if it is one of sound.
fn new_stream(window: &mut Window<'_>, page: &Page) -> io::Result<Option<Stream>> {
    let length = usize::try_from(page.body.end - page.body.start).unwrap_or(64).min(64);
    let head = window.some(page.body.start, length)?;
    let word =
        |at: usize| head.get(at..).and_then(<[u8]>::first_chunk).copied().map_or(0, u32::from_le_bytes);
    let (rate, skipped) = match head {
        // RFC 7845, section 5.1: whatever the rate was before, positions are those of 48 kHz.
        [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', ..] => (48_000, word(10) & 0xffff),
        [1, b'v', b'o', b'r', b'b', b'i', b's', ..] => (word(12), 0),
        [b'S', b'p', b'e', b'e', b'x', b' ', ..] => (word(36), 0),
        // The mapping of FLAC into Ogg: STREAMINFO follows after 17 bytes.
        [0x7f, b'F', b'L', b'A', b'C', ..] => (word(27).swap_bytes() >> 12, 0),
        _ => return Ok(None),
    };
    let stream =
        Stream { serial: page.serial, rate: rate.into(), skipped: skipped.into(), first: None, last: 0 };
    Ok((rate > 0).then_some(stream))
}
