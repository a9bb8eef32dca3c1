//! The samples of compressed sound, for its outline: MP3, AAC, FLAC, Vorbis by symphonia, Opus by opus-decoder.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use opus_decoder::OpusDecoder;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

use super::read_at::ReadAt;

/// Samples of a second that Opus is decoded to: enough for an outline. Its own clock has 48,000.
const OPUS_RATE: u32 = 16_000;
const OPUS_CLOCK: u32 = 48_000;

/// Takes samples: how many channels there are, how many samples a second, and some of them in turns.
pub type Take<'a> = dyn FnMut(usize, u32, &[i16]) -> ControlFlow<()> + 'a;

/// It cannot be decoded.
#[derive(Debug)]
pub struct Unknown;

/// Hands over the samples of a file of which `size` bytes count. What breaks off is as long as it is.
pub fn read_samples(file: &File, size: u64, take: &mut Take<'_>) -> io::Result<Result<(), Unknown>> {
    let source = Source { file: file.try_clone()?, size, at: 0 };
    // The decoders are made by others, and see whatever somebody put there.
    Ok(catch_unwind(AssertUnwindSafe(|| decode(source, take))).unwrap_or(Err(Unknown)))
}

/// How long the sound of a file is, by its packets; they are counted and not decoded.
pub fn milliseconds(file: &File, size: u64) -> Option<u64> {
    let source = Source { file: file.try_clone().ok()?, size, at: 0 };
    catch_unwind(AssertUnwindSafe(|| count(source))).ok().flatten()
}

fn count(source: Source) -> Option<u64> {
    let stream = MediaSourceStream::new(Box::new(source), Default::default());
    let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
    let mut format = symphonia::default::get_probe().probe(&Hint::new(), stream, format, metadata).ok()?;
    let track = format.default_track(TrackType::Audio)?;
    let (id, base) = (track.id, track.time_base?);
    let mut total: u64 = 0;
    while let Ok(Some(packet)) = format.next_packet() {
        if packet.track_id == id {
            total = total.saturating_add(packet.dur.get());
        }
    }
    let milliseconds =
        u128::from(total) * u128::from(base.numer.get()) * 1_000 / u128::from(base.denom.get());
    u64::try_from(milliseconds).ok()
}

fn decode(source: Source, take: &mut Take<'_>) -> Result<(), Unknown> {
    let stream = MediaSourceStream::new(Box::new(source), Default::default());
    let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
    let probe = symphonia::default::get_probe();
    let mut format = probe.probe(&Hint::new(), stream, format, metadata).map_err(|_| Unknown)?;
    let track = format.default_track(TrackType::Audio).ok_or(Unknown)?;
    let parameters = track.codec_params.as_ref().and_then(|known| known.audio()).ok_or(Unknown)?;
    let (id, mut decoder) = (track.id, Decoder::new(parameters).ok_or(Unknown)?);
    // An error at the end is how a file that is cut off ends, and one before that how it begins anew.
    while let Ok(Some(packet)) = format.next_packet() {
        if packet.track_id == id && decoder.decode(&packet, take).is_break() {
            break;
        }
    }
    Ok(())
}

/// What makes samples of packets.
enum Decoder {
    Known { decoder: Box<dyn AudioDecoder>, samples: Vec<i16> },
    Opus { decoder: Box<OpusDecoder>, channels: usize, samples: Vec<i16> },
}

impl Decoder {
    fn new(parameters: &AudioCodecParameters) -> Option<Decoder> {
        if parameters.codec == CODEC_ID_OPUS {
            let channels = parameters.channels.as_ref().map_or(1, |channels| channels.count());
            let decoder = Box::new(OpusDecoder::new(OPUS_RATE, channels).ok()?);
            let samples = vec![0; decoder.max_frame_size_per_channel() * channels];
            return Some(Decoder::Opus { decoder, channels, samples });
        }
        let codecs = symphonia::default::get_codecs();
        let decoder = codecs.make_audio_decoder(parameters, &AudioDecoderOptions::default()).ok()?;
        Some(Decoder::Known { decoder, samples: Vec::new() })
    }

    fn decode(&mut self, packet: &Packet, take: &mut Take<'_>) -> ControlFlow<()> {
        match self {
            Decoder::Known { decoder, samples } => match decoder.decode(packet) {
                Ok(buffer) => {
                    let (channels, rate) = (buffer.spec().channels().count(), buffer.spec().rate());
                    buffer.copy_to_vec_interleaved(samples);
                    take(channels, rate, samples)
                }
                // A damaged packet is a gap.
                Err(Error::DecodeError(_)) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            },
            Decoder::Opus { decoder, channels, samples } => {
                let Ok(count) = decoder.decode(&packet.data, samples, false) else {
                    return ControlFlow::Continue(());
                };
                let trimmed = |frames: u64| {
                    usize::try_from(frames / u64::from(OPUS_CLOCK / OPUS_RATE)).unwrap_or(count)
                };
                let first = trimmed(packet.trim_start.get()).min(count);
                let last = count.saturating_sub(trimmed(packet.trim_end.get())).max(first);
                take(*channels, OPUS_RATE, &samples[first * *channels..last * *channels])
            }
        }
    }
}

/// A file up to where it ended when it was opened, with a place of its own.
struct Source {
    file: File,
    size: u64,
    at: u64,
}

impl Read for Source {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = bytes.len().min(left);
        let count = self.file.at(self.at, &mut bytes[..wanted])?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl MediaSource for Source {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.size)
    }
}
