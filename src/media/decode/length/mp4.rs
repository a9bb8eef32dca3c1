//! How long the sound of an MP4 file is, by its tables and without its packets (ISO 14496-12, whose names these are). Every
//! number in them may be anything: a sample counts only if its bytes can be in the file, and nothing is read twice.

use std::io;
use std::ops::Range;

use super::super::budget::Budget;
use super::super::read_at::ReadAt;
use super::window::Window;

/// A box: its type, and where its content is.
struct Atom {
    kind: [u8; 4],
    content: Range<u64>,
}

/// The track of sound.
struct Track {
    id: u32,
    timescale: u32,
    /// The table of samples, `stbl`.
    table: Range<u64>,
}

/// What holds for samples of which no more is said.
#[derive(Clone, Copy, Default)]
struct Usual {
    duration: u32,
    size: u32,
}

/// Bytes that samples may be in, and ticks of those that are.
struct Left {
    sound: u64,
    ticks: u64,
}

/// Milliseconds of the first track of sound in a file of `size` bytes. `None`: there is none.
pub fn milliseconds(file: &dyn ReadAt, size: u64, budget: &Budget<'_>) -> io::Result<Option<u64>> {
    let mut tables = Tables { size, window: Window::new(file, budget) };
    let (mut movie, mut sound) = (None, 0);
    tables.each(0..size, |_, atom| {
        match &atom.kind {
            b"moov" if movie.is_none() => movie = Some(atom.content),
            b"mdat" => sound += atom.content.end - atom.content.start,
            _ => {}
        }
        Ok(())
    })?;
    let Some(movie) = movie else { return Ok(None) };
    let Some(track) = tables.track(movie.clone())? else { return Ok(None) };
    let (samples, ticks) = tables.samples(track.table.clone(), sound)?;
    let fragments = tables.fragments(&track, movie, sound.saturating_sub(samples))?;
    let ticks = u128::from(ticks.saturating_add(fragments));
    Ok(u64::try_from(ticks * 1_000 / u128::from(track.timescale.max(1))).ok())
}

/// Whether no run of samples is said to have more of them than the file has bytes: else a decoder would count for minutes.
pub fn is_countable(file: &dyn ReadAt, size: u64, budget: &Budget<'_>) -> io::Result<bool> {
    let mut tables = Tables { size, window: Window::new(file, budget) };
    let mut countable = true;
    tables.each(0..size, |tables, fragment| {
        if fragment.kind != *b"moof" {
            return Ok(());
        }
        tables.each(fragment.content, |tables, part| {
            tables.each(part.content, |tables, run| {
                countable &= run.kind != *b"trun" || u64::from(tables.number(run.content.start + 4)?) <= size;
                Ok(())
            })
        })
    })?;
    Ok(countable)
}

/// The file, a piece of it at a time.
struct Tables<'a> {
    size: u64,
    window: Window<'a>,
}

impl Tables<'_> {
    fn bytes<const COUNT: usize>(&mut self, at: u64) -> io::Result<Option<[u8; COUNT]>> {
        self.window.bytes(at)
    }

    fn number(&mut self, at: u64) -> io::Result<u32> {
        Ok(self.bytes(at)?.map_or(0, u32::from_be_bytes))
    }

    /// The boxes in a span, each as far as it is there.
    fn each(
        &mut self,
        span: Range<u64>,
        mut take: impl FnMut(&mut Self, Atom) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut at = span.start;
        while let Some([a, b, c, d, kind @ ..]) = self.bytes::<8>(at)?.filter(|_| at < span.end) {
            let (head, size) = match u32::from_be_bytes([a, b, c, d]) {
                0 => (8, self.size - at),
                1 => (16, self.bytes(at + 8)?.map_or(0, u64::from_be_bytes)),
                size => (8, size.into()),
            };
            if size < head {
                break;
            }
            let end = at.saturating_add(size).min(span.end);
            take(self, Atom { kind, content: (at + head).min(end)..end })?;
            at = end;
        }
        Ok(())
    }

    /// The first box of this kind in a span.
    fn first(&mut self, span: Range<u64>, kind: [u8; 4]) -> io::Result<Option<Range<u64>>> {
        let mut found = None;
        self.each(span, |_, atom| {
            if found.is_none() && atom.kind == kind {
                found = Some(atom.content);
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn track(&mut self, movie: Range<u64>) -> io::Result<Option<Track>> {
        let mut found = None;
        self.each(movie, |tables, atom| {
            if found.is_none() && atom.kind == *b"trak" {
                found = tables.sound_track(atom.content)?;
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn sound_track(&mut self, track: Range<u64>) -> io::Result<Option<Track>> {
        let Some(head) = self.first(track.clone(), *b"tkhd")? else { return Ok(None) };
        let Some(media) = self.first(track, *b"mdia")? else { return Ok(None) };
        let Some(handler) = self.first(media.clone(), *b"hdlr")? else { return Ok(None) };
        let Some(times) = self.first(media.clone(), *b"mdhd")? else { return Ok(None) };
        let Some(information) = self.first(media, *b"minf")? else { return Ok(None) };
        let Some(table) = self.first(information, *b"stbl")? else { return Ok(None) };
        if self.bytes(handler.start + 8)? != Some(*b"soun") {
            return Ok(None);
        }
        // Times have 32 bits each, or in version 1 of these boxes 64.
        let behind_times = |version: u32| if version >> 24 == 1 { 20 } else { 12 };
        let id_at = head.start + behind_times(self.number(head.start)?);
        let scale_at = times.start + behind_times(self.number(times.start)?);
        Ok(Some(Track { id: self.number(id_at)?, timescale: self.number(scale_at)?, table }))
    }

    /// Bytes and ticks of the samples that the table of a movie has, of which `sound` bytes can be there.
    fn samples(&mut self, table: Range<u64>, sound: u64) -> io::Result<(u64, u64)> {
        let (bytes, mut count) = match self.first(table.clone(), *b"stsz")? {
            Some(sizes) => self.fitting(sizes, sound)?,
            None => (0, sound),
        };
        let Some(times) = self.first(table, *b"stts")? else { return Ok((0, 0)) };
        let (mut at, mut ticks) = (times.start + 8, 0_u64);
        while count > 0 && at + 8 <= times.end {
            let run = u64::from(self.number(at)?).min(count);
            ticks = ticks.saturating_add(run.saturating_mul(self.number(at + 4)?.into()));
            count -= run;
            at += 8;
        }
        Ok((bytes, ticks))
    }

    /// Bytes and number of the samples that fit into `sound` bytes, by the table `stsz`.
    fn fitting(&mut self, sizes: Range<u64>, sound: u64) -> io::Result<(u64, u64)> {
        let (size, count) = (self.number(sizes.start + 4)?, u64::from(self.number(sizes.start + 8)?));
        if size > 0 {
            let count = count.min(sound / u64::from(size));
            return Ok((count * u64::from(size), count));
        }
        let (mut bytes, mut fitting, mut at) = (0, 0, sizes.start + 12);
        while fitting < count && at + 4 <= sizes.end {
            let more = bytes + u64::from(self.number(at)?);
            if more > sound {
                break;
            }
            (bytes, fitting, at) = (more, fitting + 1, at + 4);
        }
        // Samples of no bytes are none.
        Ok((bytes, fitting.min(bytes)))
    }

    /// Ticks of the samples in the fragments behind the movie, of which `sound` bytes can be there.
    fn fragments(&mut self, track: &Track, movie: Range<u64>, sound: u64) -> io::Result<u64> {
        let mut usual = Usual::default();
        if let Some(extends) = self.first(movie, *b"mvex")? {
            self.each(extends, |tables, atom| {
                if atom.kind == *b"trex" && tables.number(atom.content.start + 4)? == track.id {
                    usual.duration = tables.number(atom.content.start + 12)?;
                    usual.size = tables.number(atom.content.start + 16)?;
                }
                Ok(())
            })?;
        }
        let mut left = Left { sound, ticks: 0 };
        self.each(0..self.size, |tables, fragment| {
            if fragment.kind != *b"moof" {
                return Ok(());
            }
            tables.each(fragment.content, |tables, part| {
                if part.kind == *b"traf" {
                    tables.part(part.content, track, usual, &mut left)
                } else {
                    Ok(())
                }
            })
        })?;
        Ok(left.ticks)
    }

    /// Counts the runs of samples that a fragment has of the track.
    fn part(&mut self, part: Range<u64>, track: &Track, mut usual: Usual, left: &mut Left) -> io::Result<()> {
        let Some(head) = self.first(part.clone(), *b"tfhd")? else { return Ok(()) };
        if self.number(head.start + 4)? != track.id {
            return Ok(());
        }
        let (flags, mut at) = (self.number(head.start)?, head.start + 8);
        for (flag, width) in
            [(1, 8), (2, 4), (8, 4), (16, 4)].into_iter().filter(|(flag, _)| flags & flag != 0)
        {
            match flag {
                8 => usual.duration = self.number(at)?,
                16 => usual.size = self.number(at)?,
                _ => {}
            }
            at += width;
        }
        self.each(part, |tables, atom| {
            if atom.kind == *b"trun" {
                left.ticks = left.ticks.saturating_add(tables.run(atom.content, usual, &mut left.sound)?);
            }
            Ok(())
        })
    }

    /// Ticks of a run of samples, `trun`; their bytes are taken from `sound`.
    fn run(&mut self, run: Range<u64>, usual: Usual, sound: &mut u64) -> io::Result<u64> {
        let (flags, count) = (self.number(run.start)?, self.number(run.start + 4)?);
        let has = |flag: u32| u64::from(flags & flag != 0);
        let entry = 4 * (has(0x100) + has(0x200) + has(0x400) + has(0x800));
        let mut at = run.start + 8 + 4 * (has(1) + has(4));
        if entry == 0 {
            // A sample has a byte at least.
            let fitting = sound.checked_div(usual.size.into()).unwrap_or(0).min(count.into());
            *sound -= fitting * u64::from(usual.size);
            return Ok(fitting.saturating_mul(usual.duration.into()));
        }
        let (mut left, mut ticks) = (count, 0_u64);
        while left > 0 && at + entry <= run.end {
            let duration = if has(0x100) == 1 { self.number(at)? } else { usual.duration };
            let size = if has(0x200) == 1 { self.number(at + 4 * has(0x100))? } else { usual.size };
            let Some(rest) = sound.checked_sub(size.into()).filter(|_| size > 0) else { break };
            *sound = rest;
            ticks = ticks.saturating_add(duration.into());
            (left, at) = (left - 1, at + entry);
        }
        Ok(ticks)
    }
}
