//! How long the sound of a Matroska or WebM file is (RFC 9559, whose names these are; RFC 8794 for EBML), by when its blocks
//! begin: what a header says was perhaps never written, and browsers leave out the sizes too. Elements are walked through
//! one after another, without regard to where those around them end.

use std::io;
use std::ops::Range;

use super::super::budget::Budget;
use super::super::read_at::ReadAt;
use super::opus;
use super::window::Window;

const EBML: u32 = 0x1a45_dfa3;
const SEEK_HEAD: u32 = 0x114d_9b74;
const TIMESTAMP_SCALE: u32 = 0x2a_d7b1;
const TRACK_ENTRY: u32 = 0xae;
const TRACK_NUMBER: u32 = 0xd7;
const TRACK_TYPE: u32 = 0x83;
const CODEC_ID: u32 = 0x86;
const DEFAULT_DURATION: u32 = 0x23_e383;
const TIMESTAMP: u32 = 0xe7;
const SIMPLE_BLOCK: u32 = 0xa3;
const BLOCK: u32 = 0xa1;
const BLOCK_DURATION: u32 = 0x9b;
const SEGMENT: u32 = 0x1853_8067;
/// Elements before the index.
const ELEMENTS: usize = 10;
/// Segment, Info, Tracks, TrackEntry, Cluster, BlockGroup: what is in them is looked at.
const ENTERED: [u32; 6] = [SEGMENT, 0x1549_a966, 0x1654_ae6b, TRACK_ENTRY, 0x1f43_b675, 0xa0];

/// The type of a track of sound.
const AUDIO: u64 = 2;
/// Nanoseconds of a tick, unless the file says otherwise.
const USUAL_SCALE: u64 = 1_000_000;
/// Bits of a block's flags that say that it has several frames.
const LACING: u8 = 6;

/// An element: its number, and where its content is.
struct Element {
    id: u32,
    at: u64,
    /// None: it ends where another one begins that can't be in it.
    size: Option<u64>,
}

/// A track, as its entry says it.
#[derive(Clone, Copy, Default)]
struct Track {
    number: u64,
    kind: u64,
    is_opus: bool,
    /// Nanoseconds of a frame.
    usual: u64,
}

/// One segment: where several were joined, each begins at 0.
struct Segment {
    scale: u64,
    tracks: Vec<Track>,
    cluster: u64,
    /// When the first block begins and when the last one ends, nanoseconds.
    span: Option<(u64, u64)>,
    /// When the last block began, and from when on it has no length of its own.
    last: Option<u64>,
}

/// Where the content of the index is that says where other elements are.
pub fn index(file: &dyn ReadAt, budget: &Budget<'_>) -> Option<Range<u64>> {
    let mut window = Window::new(file, budget);
    let mut at = 0;
    for _ in 0..ELEMENTS {
        let element = element(&mut window, at).ok().flatten()?;
        let end = element.size.and_then(|size| element.at.checked_add(size));
        match element.id {
            SEEK_HEAD => return end.map(|end| element.at..end),
            SEGMENT => at = element.at,
            _ => at = end?,
        }
    }
    None
}

/// Milliseconds of the sound in a file of `size` bytes. None: there is no track of it.
pub fn milliseconds(file: &dyn ReadAt, size: u64, budget: &Budget<'_>) -> io::Result<Option<u64>> {
    let mut window = Window::new(file, budget);
    let (mut segment, mut before, mut sound) = (Segment::new(), 0_u64, false);
    let mut at = 0;
    while let Some(element) = element(&mut window, at)? {
        if element.id == EBML {
            before = before.saturating_add(segment.length());
            segment = Segment::new();
        }
        at = element.at;
        if ENTERED.contains(&element.id) {
            segment.enter(element.id);
            continue;
        }
        let Some(length) = element.size.filter(|length| element.at.saturating_add(*length) <= size) else {
            break;
        };
        at += length;
        match element.id {
            SIMPLE_BLOCK | BLOCK => segment.block(&mut window, element.at, length)?,
            id => segment.note(&mut window, id, element.at, length)?,
        }
        sound |= segment.sound().is_some();
    }
    let nanoseconds = before.saturating_add(segment.length());
    Ok(sound.then_some(nanoseconds / 1_000_000))
}

fn element(window: &mut Window<'_>, at: u64) -> io::Result<Option<Element>> {
    let head = window.some(at, 12)?;
    let Some((id, width)) = number(head, 4, true) else { return Ok(None) };
    let Some((size, more)) = number(&head[width..], 8, false) else { return Ok(None) };
    let unknown = size == (1 << (7 * more)) - 1;
    let id = u32::try_from(id).unwrap_or_default();
    Ok(Some(Element { id, at: at + (width + more) as u64, size: (!unknown).then_some(size) }))
}

/// A number of a width that its first byte says, and that width. `marked`: with the mark of the width, as in ids.
fn number(bytes: &[u8], longest: usize, marked: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let width = first.leading_zeros() as usize + 1;
    let rest = bytes.get(1..width).filter(|_| width <= longest)?;
    let kept = if marked { first } else { first & !(0x80_u8 >> (width - 1)) };
    Some((rest.iter().fold(u64::from(kept), |number, byte| number << 8 | u64::from(*byte)), width))
}

impl Segment {
    fn new() -> Segment {
        Segment { scale: USUAL_SCALE, tracks: Vec::new(), cluster: 0, span: None, last: None }
    }

    fn enter(&mut self, id: u32) {
        if id == TRACK_ENTRY && self.tracks.len() < 128 {
            self.tracks.push(Track::default());
        }
    }

    /// The track of sound.
    fn sound(&self) -> Option<Track> {
        self.tracks.iter().find(|track| track.kind == AUDIO).copied()
    }

    fn length(&self) -> u64 {
        self.span.map_or(0, |(first, end)| end.saturating_sub(first))
    }

    /// Notes what an element says.
    fn note(&mut self, window: &mut Window<'_>, id: u32, at: u64, length: u64) -> io::Result<()> {
        let count = usize::try_from(length).unwrap_or(usize::MAX);
        if count > 8 && id != CODEC_ID {
            return Ok(());
        }
        let bytes = window.some(at, count.min(8))?;
        let value = bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        let is_opus = bytes.starts_with(b"A_OPUS");
        match (id, self.tracks.last_mut()) {
            (TIMESTAMP_SCALE, _) if value > 0 => self.scale = value,
            (TIMESTAMP, _) => self.cluster = value,
            (BLOCK_DURATION, _) => self.lasts(value.saturating_mul(self.scale)),
            (TRACK_NUMBER, Some(track)) => track.number = value,
            (TRACK_TYPE, Some(track)) => track.kind = value,
            (CODEC_ID, Some(track)) => track.is_opus = is_opus,
            (DEFAULT_DURATION, Some(track)) => track.usual = value,
            _ => {}
        }
        Ok(())
    }

    /// The last block ends so many nanoseconds after its beginning.
    fn lasts(&mut self, nanoseconds: u64) {
        if let (Some(last), Some((_, end))) = (self.last, &mut self.span) {
            *end = (*end).max(last.saturating_add(nanoseconds));
        }
    }

    /// Notes when a block begins.
    fn block(&mut self, window: &mut Window<'_>, at: u64, length: u64) -> io::Result<()> {
        let Some(sound) = self.sound() else { return Ok(()) };
        let head = window.some(at, 24.min(usize::try_from(length).unwrap_or(24)))?;
        let Some((track, width)) = number(head, 8, false) else { return Ok(()) };
        let [high, low, flags, frame @ ..] = &head[width..] else { return Ok(()) };
        if track != sound.number {
            // Of another track than sound: no length of it counts.
            self.last = None;
            return Ok(());
        }
        let relative = i64::from(i16::from_be_bytes([*high, *low]));
        let start = self.cluster.saturating_add_signed(relative).saturating_mul(self.scale);
        let several = if flags & LACING == 0 { None } else { frame.first() };
        let frames = several.map_or(1, |more| u64::from(*more) + 1);
        let each = match sound.usual {
            0 if sound.is_opus && several.is_none() => opus::microseconds(frame).unwrap_or(0) * 1_000,
            usual => usual,
        };
        // Where nothing says how long a block is, it is as long as the one before.
        let each = match (each, self.last) {
            (0, Some(before)) => start.saturating_sub(before).min(1_000_000_000),
            (each, _) => each.saturating_mul(frames),
        };
        let (first, end) = self.span.unwrap_or((start, start));
        self.span = Some((first.min(start), end.max(start.saturating_add(each))));
        self.last = Some(start);
        Ok(())
    }
}
