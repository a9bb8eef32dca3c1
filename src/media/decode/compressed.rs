//! The samples of compressed sound, for its outline: MP3, AAC, FLAC, Vorbis by symphonia, Opus by opus-pure.

use std::fs::File;
use std::io;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};

use opus_pure::OpusDecoder;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

use super::budget::Budget;
use super::forms::Reader;
use super::length::{matroska, mp4, ogg};
use super::source::Source;

/// Samples of a second that Opus is decoded to: enough for an outline. Its own clock has 48,000.
const OPUS_RATE: u32 = 16_000;
const OPUS_CLOCK: u32 = 48_000;
/// Samples of each channel in the longest packet, of 120 ms (RFC 6716, section 3.1).
const OPUS_LONGEST: usize = OPUS_RATE as usize * 120 / 1_000;

/// Takes samples: how many channels there are, how many samples a second, and some of them in turns.
pub type Take<'a> = dyn FnMut(usize, u32, &[i16]) -> ControlFlow<()> + 'a;

/// It cannot be decoded.
#[derive(Debug)]
pub struct Unknown;

/// Hands over the samples of the packets in these bytes of a file, as long as the budget lasts. What breaks off is as long
/// as it is.
pub fn read_samples(
    file: &File,
    span: Range<u64>,
    reader: Reader,
    budget: &Budget<'_>,
    take: &mut Take<'_>,
) -> io::Result<Result<(), Unknown>> {
    let sources = match reader {
        Reader::Mp4 if !mp4::is_countable(file, span.end, budget).unwrap_or(false) => {
            return Ok(Err(Unknown));
        }
        Reader::Amr | Reader::G723 => return Ok(Err(Unknown)),
        // Files that were joined are decoded one after another.
        Reader::Ogg => ogg::walk(file, span.end, budget).map(|walked| walked.links).unwrap_or_default(),
        _ => vec![span],
    };
    let mut decoded = Err(Unknown);
    for span in sources {
        let mut source = Source::new(file.try_clone()?, span, budget);
        if reader == Reader::Matroska {
            source = source.broken_off(matroska::index(file, budget));
        }
        // The decoders are made by others, and see whatever somebody put there.
        let this = catch_unwind(AssertUnwindSafe(|| decode(source, budget, take))).unwrap_or(Err(Unknown));
        match this {
            Ok(ControlFlow::Break(())) => return Ok(Ok(())),
            Ok(ControlFlow::Continue(())) => decoded = Ok(()),
            Err(Unknown) => break,
        }
    }
    Ok(decoded)
}

/// Milliseconds of packets that say how long they are. Where it takes too long, it is so long at least.
pub fn count(file: &File, span: Range<u64>, budget: &Budget<'_>) -> io::Result<Option<u64>> {
    let source = Source::new(file.try_clone()?, span, budget);
    Ok(catch_unwind(AssertUnwindSafe(|| counted(source, budget))).ok().flatten())
}

fn open(source: Source<'_>) -> Option<Box<dyn FormatReader + '_>> {
    let stream = MediaSourceStream::new(Box::new(source), Default::default());
    let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
    symphonia::default::get_probe().probe(&Hint::new(), stream, format, metadata).ok()
}

/// What a header says was perhaps never written.
fn counted(source: Source<'_>, budget: &Budget<'_>) -> Option<u64> {
    let mut format = open(source)?;
    let track = format.default_track(TrackType::Audio)?;
    let (id, base) = (track.id, track.time_base?);
    let mut total = 0_u64;
    while let Some(packet) = next(&mut *format, budget) {
        if packet.track_id == id {
            total = total.saturating_add(packet.dur.get());
        }
    }
    let milliseconds =
        u128::from(total) * u128::from(base.numer.get()) * 1_000 / u128::from(base.denom.get());
    u64::try_from(milliseconds).ok()
}

/// The next packet within the budget.
fn next(format: &mut dyn FormatReader, budget: &Budget<'_>) -> Option<Packet> {
    budget.begin().ok()?;
    format.next_packet().ok().flatten()
}

fn decode(source: Source<'_>, budget: &Budget<'_>, take: &mut Take<'_>) -> Result<ControlFlow<()>, Unknown> {
    let mut format = open(source).ok_or(Unknown)?;
    let track = format.default_track(TrackType::Audio).ok_or(Unknown)?;
    let parameters = track.codec_params.as_ref().and_then(|known| known.audio()).ok_or(Unknown)?;
    let (id, mut decoder) = (track.id, Decoder::new(parameters).ok_or(Unknown)?);
    // An error at the end is how a file that is cut off ends, and one before that how it begins anew.
    while let Some(packet) = next(&mut *format, budget) {
        // A decoder makes up what is lost; where nothing was, nothing is.
        let is_sound = packet.track_id == id && !packet.data.is_empty();
        if is_sound && decoder.decode(&packet, take).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
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
            let decoder = Box::new(OpusDecoder::new(OPUS_RATE.cast_signed(), channels).ok()?);
            let samples = vec![0; OPUS_LONGEST * channels];
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
                let Ok(count) = decoder.decode_s16(&packet.data, OPUS_LONGEST, samples) else {
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
