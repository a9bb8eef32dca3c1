//! Sound as samples: how it is stored, how much it is, and the 16-bit samples that it stands for.

use std::io;
use std::ops::{ControlFlow, Range};

use super::coding::{Coding, TAG_PCM};
use super::decoder::Decoder;
use super::flac_stream::FlacStream;
use super::read_at::ReadAt;
use super::wave_header::{HEADER, header};

/// Sound in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pcm {
    /// How it is stored.
    pub coding: Coding,
    /// Channels, whose samples take turns.
    pub channels: u16,
    /// Samples a second, of each channel.
    pub rate: u32,
    /// Whether the high byte of a number comes first.
    pub high_first: bool,
    /// Where in the file.
    pub data: Range<u64>,
    /// Whether browsers play the file as it is.
    pub plays: bool,
}

impl Pcm {
    /// Sound without a header.
    pub fn bare(coding: Coding, channels: u16, rate: u32, data: Range<u64>) -> Pcm {
        Pcm { coding, channels, rate, high_first: false, data, plays: false }
    }

    /// Bytes that are stored and decoded together.
    fn stored_unit(&self) -> u64 {
        self.coding.unit(self.channels).0
    }

    /// Bytes of a sample of all channels when played.
    fn played_sample(&self) -> u64 {
        let (_, bits) = self.coding.played();
        u64::from(self.channels) * u64::from(bits / 8)
    }

    /// Bytes that a unit is when played.
    fn played_unit(&self) -> u64 {
        self.coding.unit(self.channels).1 * self.played_sample()
    }

    /// Bytes that count: what is cut off in the middle doesn't, unless a part of a unit can be decoded.
    fn stored(&self) -> u64 {
        let (all, unit) = (self.data.end - self.data.start, self.stored_unit());
        let rest = all % unit;
        if self.coding.in_part(rest, self.channels) > 0 { all } else { all - rest }
    }

    /// Units, of which the last may be a part of one.
    fn units(&self) -> u64 {
        self.stored().div_ceil(self.stored_unit())
    }

    /// Samples of each channel.
    fn samples(&self) -> u64 {
        let (bytes, samples) = self.coding.unit(self.channels);
        let all = self.stored();
        (all / bytes).saturating_mul(samples) + self.coding.in_part(all % bytes, self.channels)
    }

    /// How long it is.
    pub fn milliseconds(&self) -> u64 {
        self.samples().saturating_mul(1_000) / u64::from(self.rate.max(1))
    }

    fn played_bytes(&self) -> u64 {
        self.samples().saturating_mul(self.played_sample())
    }

    /// Bytes of the WAVE file that browsers play.
    pub fn played_size(&self) -> u64 {
        HEADER as u64 + self.played_bytes()
    }

    fn header(&self) -> [u8; HEADER] {
        let (tag, bits) = self.coding.played();
        header(tag, self.channels, self.rate, bits, self.played_bytes())
    }

    /// The FLAC stream of the samples of that WAVE file, where there can be one.
    pub fn flac(&self) -> Option<FlacStream> {
        let (tag, bits) = self.coding.played();
        FlacStream::of(self.channels, self.rate, bits, self.samples()).filter(|_| tag == TAG_PCM)
    }

    /// Hands over the bytes of `span` of such a stream, as [`Pcm::read_played`] does.
    pub fn read_flac(
        &self,
        stream: &FlacStream,
        file: &(impl ReadAt + ?Sized),
        span: Range<u64>,
        piece: usize,
        each: &mut dyn FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let mut part = stream.part(span);
        let mut send =
            |bytes: Vec<u8>| if bytes.is_empty() { ControlFlow::Continue(()) } else { each(bytes) };
        if send(part.head()).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        self.read_sound(file, part.sound(), piece, &mut |played| send(part.wrap(&played)))
    }

    /// Hands over the bytes of `span` of the WAVE file that browsers play, in pieces of about `piece` bytes.
    pub fn read_played(
        &self,
        file: &(impl ReadAt + ?Sized),
        span: Range<u64>,
        piece: usize,
        each: &mut dyn FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let begin = HEADER as u64;
        if span.start < begin {
            let end = usize::try_from(span.end.min(begin)).unwrap_or_default();
            let start = usize::try_from(span.start).unwrap_or_default();
            let bytes = self.header().get(start..end).unwrap_or_default().to_vec();
            if !bytes.is_empty() && each(bytes).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        let sound = span.start.max(begin) - begin..span.end.max(begin) - begin;
        self.read_sound(file, sound, piece, each)
    }

    /// The same of what is behind the header.
    fn read_sound(
        &self,
        file: &(impl ReadAt + ?Sized),
        span: Range<u64>,
        piece: usize,
        each: &mut dyn FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let unit = self.played_unit();
        let units = span.start / unit..span.end.div_ceil(unit);
        let mut at = units.start * unit;
        let at_once = (piece as u64 / unit).max(1);
        let stored = self.coding.plays_in_wave();
        let mut samples = Vec::new();
        self.walk(file, units, at_once, &mut |decoder, bytes| {
            let mut played = if stored { bytes } else { decoder.played(&bytes, &mut samples) };
            let end = at + played.len() as u64;
            let within = |place: u64| usize::try_from(place.clamp(at, end) - at).unwrap_or_default();
            let (first, last) = (within(span.start), within(span.end));
            at = end;
            played.truncate(last);
            played.drain(..first);
            each(played)
        })
    }

    /// Hands over all samples, as 16 bits, in pieces; those of the channels take turns.
    pub fn read_samples(
        &self,
        file: &(impl ReadAt + ?Sized),
        each: &mut dyn FnMut(&[i16]) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let at_once = ((64 << 10) / self.stored_unit()).max(1);
        let mut samples = Vec::new();
        self.walk(file, 0..self.units(), at_once, &mut |decoder, bytes| {
            samples.clear();
            decoder.decode(&bytes, &mut samples);
            each(&samples)
        })
    }

    /// Reads some units, with a decoder that knows what came before.
    fn walk(
        &self,
        file: &(impl ReadAt + ?Sized),
        units: Range<u64>,
        at_once: u64,
        each: &mut dyn FnMut(&mut Decoder, Vec<u8>) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let mut decoder = Decoder::new(self.coding, self.channels);
        let (unit, stored) = (self.stored_unit(), self.stored());
        let mut at = if self.coding.remembers() { 0 } else { units.start };
        while at < units.end {
            let known = at < units.start;
            let until = (at + at_once).min(if known { units.start } else { units.end });
            let span = at * unit..(until * unit).min(stored);
            let mut bytes = vec![0; usize::try_from(span.end - span.start).unwrap_or_default()];
            file.exactly_at(self.data.start + span.start, &mut bytes)?;
            if self.high_first {
                bytes.chunks_exact_mut(self.coding.width()).for_each(<[u8]>::reverse);
            }
            at = until;
            if known {
                decoder.skip(&bytes);
            } else if each(&mut decoder, bytes).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
