//! What a sound file is: by its content, since names lie; where the content says nothing, by its name.

use std::io;

use super::coding::Coding;
use super::content::{Content, Holds, Written};
use super::forms::{Form, Raw, Read, Reader};
use super::headers::{aiff, caf, sun, voice, wave, wave64};
use super::pcm::Pcm;
use super::read_at::ReadAt;

/// Bytes at the beginning of a file that tell what it is.
const BEGINNING: usize = 4096;
/// Bytes in which the first frame of a stream is looked for, behind what is none.
const JUNK: usize = 64 << 10;
/// Bytes of a GSM frame, and the four bits at its beginning.
const GSM_FRAME: usize = 33;
const GSM_MARK: u8 = 0xd;
/// So many frames with the mark are no chance.
const GSM_FRAMES: usize = 8;
/// Frames that follow on each other, by which a stream is known.
const CHAIN: usize = 3;

/// What a file of `size` bytes holds. `ending`: what follows the last dot of its name; `raw`: what samples are that nothing
/// tells of. `None`: neither content nor name tells.
pub fn sniff(
    file: &(impl ReadAt + ?Sized),
    size: u64,
    ending: &str,
    raw: Raw,
) -> io::Result<Option<Content>> {
    let beginning = bytes_at(file, 0, BEGINNING)?;
    if let Some(form) = Form::beginning(&beginning)
        && let Some(content) = by_content(file, size, &beginning, form)?
    {
        return Ok(Some(content));
    }
    if let Some(form) = stream(file, &beginning)?
        && let Read::Packets(reader) = form.read
    {
        return Ok(Some(packets(form, reader, 0, size)));
    }
    if is_gsm(&beginning)
        && let Some(form) = Form::named("gsm")
    {
        return Ok(Some(bare(form, Coding::Gsm, Raw::USUAL, size)));
    }
    by_name(file, &beginning, size, ending, raw)
}

fn bytes_at(file: &(impl ReadAt + ?Sized), at: u64, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    let count = file.at(at, &mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}

fn packets(form: &'static Form, reader: Reader, start: u64, size: u64) -> Content {
    Content { form, holds: Holds::Packets(reader, start..size), written: Written::SaysNothing }
}

fn bare(form: &'static Form, coding: Coding, raw: Raw, size: u64) -> Content {
    Content::samples(form, Pcm::bare(coding, raw.channels, raw.rate, 0..size), Written::SaysNothing)
}

/// What a file holds that begins as one of this form does.
fn by_content(
    file: &(impl ReadAt + ?Sized),
    size: u64,
    beginning: &[u8],
    form: &'static Form,
) -> io::Result<Option<Content>> {
    Ok(match form.read {
        Read::Header(Reader::Wave) => Some(wave::read(file, size, form)?),
        Read::Header(Reader::Wave64) => wave64::read(file, size, form)?,
        Read::Header(Reader::Sun) => sun::read(beginning, size, form),
        Read::Header(Reader::Aiff) => aiff::read(file, size, form)?,
        Read::Header(Reader::Caf) => caf::read(file, size, form)?,
        Read::Header(Reader::Voice) => voice::read(file, size, form)?,
        Read::Packets(Reader::Matroska) => {
            // Two forms begin alike, and say which they are a little later.
            let other = beginning.windows(8).take(64).any(|word| word == b"matroska");
            let form = if other { Form::named("mka").unwrap_or(form) } else { form };
            Some(packets(form, Reader::Matroska, 0, size))
        }
        Read::Packets(reader) | Read::Frames(reader) => Some(packets(form, reader, 0, size)),
        _ => None,
    })
}

fn by_name(
    file: &(impl ReadAt + ?Sized),
    beginning: &[u8],
    size: u64,
    ending: &str,
    raw: Raw,
) -> io::Result<Option<Content>> {
    let Some(form) = Form::named(ending) else { return Ok(None) };
    let marked = |frame: &[u8]| frame[0] >> 4 == GSM_MARK;
    let other = |milliseconds| Content::other(form, milliseconds, Written::SaysNothing);
    Ok(Some(match form.read {
        Read::Bare(Coding::Gsm, _) if !beginning.chunks(GSM_FRAME).take(GSM_FRAMES).all(marked) => {
            other(None)
        }
        Read::Bare(coding, _) if ending.eq_ignore_ascii_case(Raw::ENDING) => bare(form, coding, raw, size),
        Read::Bare(coding, rate) => bare(form, coding, Raw { rate, ..Raw::USUAL }, size),
        // One whose header has not been written yet.
        Read::Header(Reader::Wave) if size == 0 => bare(form, Coding::Pcm16, Raw::USUAL, size),
        _ if size == 0 => other(Some(0)),
        Read::Steady(bytes, milliseconds) => {
            other(size.saturating_mul(milliseconds.into()).checked_div(bytes.into()))
        }
        // Its content tells nothing.
        Read::Frames(Reader::G723) => packets(form, Reader::G723, 0, size),
        Read::Packets(reader) => {
            behind_junk(file, reader)?.map_or(other(None), |first| packets(form, reader, first, size))
        }
        _ => other(None),
    }))
}

/// Where the first frame of a stream is, if that is a little further on.
fn behind_junk(file: &(impl ReadAt + ?Sized), reader: Reader) -> io::Result<Option<u64>> {
    let frame = match reader {
        Reader::Mpeg => mpeg_frame,
        Reader::Adts => adts_frame,
        _ => return Ok(None),
    };
    let bytes = bytes_at(file, 0, JUNK)?;
    Ok((1..bytes.len()).find(|at| is_chain(&bytes[*at..], frame, CHAIN)).map(|first| first as u64))
}

/// Frames that begin with the mark, while other bytes don't: the silence of a-law is all 0xd5.
fn is_gsm(beginning: &[u8]) -> bool {
    let marked = |byte: &u8| byte >> 4 == GSM_MARK;
    let frames = beginning.chunks_exact(GSM_FRAME);
    let all = frames.len() >= GSM_FRAMES && frames.clone().all(|frame| marked(&frame[0]));
    all && beginning.iter().filter(|byte| marked(byte)).count() < beginning.len() / 2
}

/// The form of a stream that begins with a frame, or with a tag (ID3v2, section 3.1) before one.
fn stream(file: &(impl ReadAt + ?Sized), beginning: &[u8]) -> io::Result<Option<&'static Form>> {
    let of = |bytes: &[u8]| {
        let reader = match bytes {
            _ if is_chain(bytes, mpeg_frame, 2) => Some(Reader::Mpeg),
            _ if is_chain(bytes, adts_frame, 2) => Some(Reader::Adts),
            _ => None,
        };
        reader.and_then(Form::read_by)
    };
    let [b'I', b'D', b'3', 2..=4, _, _, size @ ..] = beginning else { return Ok(of(beginning)) };
    let size = size.iter().take(4).fold(0, |size, byte| size << 7 | u64::from(byte & 0x7f));
    let behind = bytes_at(file, 10 + size, BEGINNING)?;
    Ok(of(&behind).or(Form::beginning(&behind)).or(Form::read_by(Reader::Mpeg)))
}

/// Bytes of a frame, and what all frames of a stream have in common.
type FrameOf = fn(&[u8]) -> Option<(usize, u32)>;

/// Whether frame follows on frame, at least so many unless the bytes end.
fn is_chain(bytes: &[u8], frame: FrameOf, least: usize) -> bool {
    let Some((mut at, kind)) = frame(bytes) else { return false };
    let mut frames = 1;
    while frames < CHAIN && at < bytes.len() {
        match frame(&bytes[at..]) {
            Some((length, same)) if same == kind => at += length,
            _ => return false,
        }
        frames += 1;
    }
    frames >= least
}

/// Bytes of a frame of MPEG audio, layer III, and what all frames of a file have in common (ISO 11172-3, 2.4.1.3 and
/// 2.4.2.3).
fn mpeg_frame(bytes: &[u8]) -> Option<(usize, u32)> {
    const KBITS: [[usize; 16]; 2] = [
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
    ];
    let head = u32::from_be_bytes(*bytes.first_chunk()?);
    let (version, layer) = (head >> 19 & 3, head >> 17 & 3);
    let rate = [44_100, 48_000, 32_000].get((head >> 10 & 3) as usize)?;
    if head >> 21 != 0x7ff || version == 1 || layer != 1 {
        return None;
    }
    let (table, samples, rate) = match version {
        3 => (0, 144, *rate),
        2 => (1, 72, rate / 2),
        _ => (1, 72, rate / 4),
    };
    let kbits = KBITS[table][(head >> 12 & 15) as usize];
    let length = samples * kbits * 1000 / rate + (head >> 9 & 1) as usize;
    (kbits > 0).then_some((length, head & 0xfffe_0c00))
}

/// The same of AAC in ADTS (ISO 13818-7, 6.2).
fn adts_frame(bytes: &[u8]) -> Option<(usize, u32)> {
    let head = u32::from_be_bytes(*bytes.first_chunk()?);
    let length = u32::from_be_bytes(*bytes.get(3..)?.first_chunk()?) >> 13 & 0x1fff;
    let right = head >> 20 == 0xfff && head >> 17 & 3 == 0 && (head >> 10 & 15) < 13 && length > 7;
    right.then_some((length as usize, head & 0xfff6_3dc0))
}

#[cfg(test)]
mod tests {
    use std::ops::{ControlFlow, Range};

    use proptest::prelude::*;

    use super::*;

    const ENDINGS: [&str; 11] =
        ["raw", "wav", "WAV", "gsm", "ulaw", "alaw", "sln", "sln192", "mp3", "g722", ""];

    fn chunk() -> impl Strategy<Value = Vec<u8>> {
        let name = prop::sample::select(vec![&b"fmt "[..], b"data", b"LIST", b"fact", b"odd\x01"]);
        let size = prop_oneof![Just(None), any::<u32>().prop_map(Some), Just(Some(0)), Just(Some(u32::MAX))];
        (name, size, prop::collection::vec(any::<u8>(), 0..400)).prop_map(|(name, size, bytes)| {
            let size = size.unwrap_or_else(|| u32::try_from(bytes.len()).expect("short"));
            [name, &size.to_le_bytes(), &bytes].concat()
        })
    }

    fn format() -> impl Strategy<Value = Vec<u8>> {
        let tag = prop::sample::select(vec![1u16, 3, 6, 7, 0x31, 0xfffe, 2, 0x11, 0x65, 0x55]);
        let (channels, bits) = (0..40u16, prop::sample::select(vec![0u16, 4, 8, 16, 24, 32, 64, 12]));
        (tag, channels, any::<u32>(), bits, any::<[u8; 8]>()).prop_map(|(tag, channels, rate, bits, more)| {
            let rate = rate % 500_000;
            let fields = [&tag.to_le_bytes()[..], &channels.to_le_bytes(), &rate.to_le_bytes(), &more[..6]];
            let fields = [fields.concat(), bits.to_le_bytes().to_vec()].concat();
            [b"fmt ", &16u32.to_le_bytes()[..], &fields].concat()
        })
    }

    /// Files of chunks, of frames, of the beginnings of others, and of nothing in particular.
    fn file() -> impl Strategy<Value = Vec<u8>> {
        let riff = (any::<u32>(), prop::collection::vec(prop_oneof![format(), chunk()], 0..6)).prop_map(
            |(size, chunks)| [&b"RIFF"[..], &size.to_le_bytes(), b"WAVE", &chunks.concat()].concat(),
        );
        let frames = prop::collection::vec(any::<u8>(), 0..2000).prop_map(|mut bytes| {
            bytes.iter_mut().step_by(GSM_FRAME).for_each(|byte| *byte = GSM_MARK << 4 | *byte & 15);
            bytes
        });
        let begun = prop::sample::select(vec![
            &b".snd"[..],
            b"\xff\xfb",
            b"\xff\xf1",
            b"ID3\x03\0\0\0\0",
            b"OggS",
            b"FORM\0\0\0\0AIFFCOMM\0\0\0\x12\0\x01",
            b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20",
            b"Creative Voice File\x1a\x1a\0",
            b"\x1a\x45\xdf\xa3",
        ]);
        let begun = (begun, prop::collection::vec(any::<u8>(), 0..500))
            .prop_map(|(begin, rest)| [begin, &rest].concat());
        prop_oneof![4 => riff, 2 => frames, 1 => begun, 1 => prop::collection::vec(any::<u8>(), 0..3000)]
    }

    fn played(pcm: &Pcm, file: &[u8], span: Range<u64>, piece: usize) -> Vec<u8> {
        let mut all = Vec::new();
        let read = pcm.read_played(file, span, piece, &mut |bytes| {
            all.extend(bytes);
            ControlFlow::Continue(())
        });
        assert!(read.expect("it is all there").is_continue());
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn no_bytes_upset_it_and_ranges_are_slices_of_the_whole(
            file in file(),
            ending in prop::sample::select(ENDINGS.to_vec()),
            (from, to) in (0.0..1.0f64, 0.0..1.0f64),
            piece in 1..3000usize,
        ) {
            let size = file.len() as u64;
            let found = sniff(&file[..], size, ending, Raw { channels: 2, rate: 8_000 }).expect("bytes at hand");
            if let Some(Content { holds: Holds::Samples(pcm), .. }) = found {
                prop_assert!(pcm.data.start <= pcm.data.end && pcm.data.end <= size);
                let whole = played(&pcm, &file, 0..pcm.played_size(), 64 << 10);
                prop_assert_eq!(whole.len() as u64, pcm.played_size());
                let place = |part: f64| (part * whole.len() as f64) as usize;
                let span = place(from.min(to))..place(from.max(to));
                let part = played(&pcm, &file, span.start as u64..span.end as u64, piece);
                prop_assert_eq!(&part, &whole[span]);
                let mut samples = 0;
                let _ = pcm.read_samples(&file[..], &mut |some| {
                    samples += some.len();
                    ControlFlow::Continue(())
                }).expect("it is all there");
                prop_assert_eq!(samples % usize::from(pcm.channels), 0);
            }
        }
    }
}
