//! What a sound file is: by its content, since names lie; where the content says nothing, by its name.

use std::io;

use super::headers::wave;
use super::pcm::{Coding, Pcm};
use super::read_at::ReadAt;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Samples.
    Samples(Pcm),
    /// A compressed form that browsers play, and its media type.
    Packed(&'static str),
    /// Neither.
    Unknown,
}

/// The media type of MP4 files.
pub(super) const MP4: &str = "audio/mp4";

/// Bytes at the beginning of a file that tell what it is.
const BEGINNING: usize = 4096;
/// Bytes of a GSM frame, and the four bits at its beginning.
const GSM_FRAME: usize = 33;
const GSM_MARK: u8 = 0xd;
/// So many frames with the mark are no chance.
const GSM_FRAMES: usize = 8;

/// Names that say how headerless sound is coded, and its rate. Asterisk's, and those of sox.
const BARE: [(&[&str], Coding, u32); 13] = [
    (&["ulaw", "ul", "ulw", "mu", "pcm", "pcmu"], Coding::MuLaw, 8_000),
    (&["alaw", "al", "alw", "pcma"], Coding::ALaw, 8_000),
    (&["gsm"], Coding::Gsm, 8_000),
    (&["sln", "slin", "raw", "sln8"], Coding::Pcm16, 8_000),
    (&["sln12"], Coding::Pcm16, 12_000),
    (&["sln16", "slin16"], Coding::Pcm16, 16_000),
    (&["sln24"], Coding::Pcm16, 24_000),
    (&["sln32"], Coding::Pcm16, 32_000),
    (&["sln44"], Coding::Pcm16, 44_100),
    (&["sln48"], Coding::Pcm16, 48_000),
    (&["sln96"], Coding::Pcm16, 96_000),
    (&["sln192"], Coding::Pcm16, 192_000),
    // A WAVE file whose header has not been written yet.
    (&["wav", "wav49", "wav16", "wave"], Coding::Pcm16, 8_000),
];

/// What a file of `size` bytes holds. `ending`: what follows the last dot of its name, in small letters.
pub fn sniff(file: &(impl ReadAt + ?Sized), size: u64, ending: &str) -> io::Result<Content> {
    if let Some(pcm) = wave::read(file, size)? {
        return Ok(Content::Samples(pcm));
    }
    let mut beginning = [0; BEGINNING];
    let count = file.at(0, &mut beginning)?;
    let beginning = &beginning[..count];
    if let Some(pcm) = sun(beginning, size) {
        return Ok(Content::Samples(pcm));
    }
    if let Some(kind) = packed(beginning) {
        return Ok(Content::Packed(kind));
    }
    if is_gsm(beginning) {
        return Ok(Content::Samples(Pcm::bare(Coding::Gsm, 8_000, 0..size)));
    }
    Ok(by_name(beginning, size, ending).unwrap_or(Content::Unknown))
}

fn by_name(beginning: &[u8], size: u64, ending: &str) -> Option<Content> {
    let (_, coding, rate) = BARE.iter().find(|(endings, ..)| endings.contains(&ending))?;
    let wave = ending.starts_with("wav");
    let marked = |frame: &[u8]| frame[0] >> 4 == GSM_MARK;
    let not_gsm = *coding == Coding::Gsm && !beginning.chunks(GSM_FRAME).take(GSM_FRAMES).all(marked);
    if not_gsm || (wave && size > 0) {
        return None;
    }
    Some(Content::Samples(Pcm::bare(*coding, *rate, 0..size)))
}

/// Frames that begin with the mark, while other bytes don't: the silence of a-law is all 0xd5.
fn is_gsm(beginning: &[u8]) -> bool {
    let marked = |byte: &u8| byte >> 4 == GSM_MARK;
    let frames = beginning.chunks_exact(GSM_FRAME);
    let all = frames.len() >= GSM_FRAMES && frames.clone().all(|frame| marked(&frame[0]));
    all && beginning.iter().filter(|byte| marked(byte)).count() < beginning.len() / 2
}

/// Sun's `.au` with either law (its header is described in the Java Sound and SunOS manuals: six words, high byte
/// first).
fn sun(beginning: &[u8], size: u64) -> Option<Pcm> {
    let words = beginning.first_chunk::<24>().filter(|head| head.starts_with(b".snd"))?;
    let word = |index: usize| {
        let at = 4 * index;
        u32::from_be_bytes([words[at], words[at + 1], words[at + 2], words[at + 3]])
    };
    let coding = match word(3) {
        1 => Coding::MuLaw,
        27 => Coding::ALaw,
        _ => return None,
    };
    let (start, rate, channels) = (u64::from(word(1)).min(size), word(4), u16::try_from(word(5)).ok()?);
    let sane = (1..=32).contains(&channels) && (1..=384_000).contains(&rate);
    // The length is unknown, all ones, or not yet known where a call is in progress.
    let end = match u64::from(word(2)) {
        0 => size,
        length => size.min(start + length),
    };
    sane.then_some(Pcm { coding, channels, rate, data: start..end, plays: false })
}

/// The media type of what begins as a compressed file does.
fn packed(beginning: &[u8]) -> Option<&'static str> {
    match beginning {
        [b'O', b'g', b'g', b'S', ..] => Some("audio/ogg"),
        [b'f', b'L', b'a', b'C', ..] => Some("audio/flac"),
        [b'I', b'D', b'3', 2..=4, ..] => Some("audio/mpeg"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(MP4),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some("audio/webm"),
        _ if is_chain(beginning, mpeg_frame) => Some("audio/mpeg"),
        _ if is_chain(beginning, adts_frame) => Some("audio/aac"),
        _ => None,
    }
}

/// Whether frame follows on frame.
fn is_chain(bytes: &[u8], frame: fn(&[u8]) -> Option<(usize, u32)>) -> bool {
    let Some((mut at, kind)) = frame(bytes) else { return false };
    let mut frames = 1;
    while frames < 3 && at < bytes.len() {
        match frame(&bytes[at..]) {
            Some((length, same)) if same == kind => at += length,
            _ => return false,
        }
        frames += 1;
    }
    frames >= 2
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

    #[test]
    fn a_name_that_says_how_sound_is_coded_is_one_of_sound() {
        for ending in BARE.iter().flat_map(|(endings, ..)| *endings) {
            assert!(crate::media::is_sound_name(&format!("a.{ending}")), "{ending}");
        }
    }

    const ENDINGS: [&str; 9] = ["wav", "WAV", "gsm", "ulaw", "alaw", "sln", "sln192", "mp3", ""];

    fn chunk() -> impl Strategy<Value = Vec<u8>> {
        let name = prop::sample::select(vec![&b"fmt "[..], b"data", b"LIST", b"fact", b"odd\x01"]);
        let size = prop_oneof![Just(None), any::<u32>().prop_map(Some), Just(Some(0)), Just(Some(u32::MAX))];
        (name, size, prop::collection::vec(any::<u8>(), 0..400)).prop_map(|(name, size, bytes)| {
            let size = size.unwrap_or_else(|| u32::try_from(bytes.len()).expect("short"));
            [name, &size.to_le_bytes(), &bytes].concat()
        })
    }

    fn format() -> impl Strategy<Value = Vec<u8>> {
        let tag = prop::sample::select(vec![1u16, 3, 6, 7, 0x31, 0xfffe, 2]);
        let (channels, bits) = (0..40u16, prop::sample::select(vec![0u16, 8, 16, 24, 32, 64, 12]));
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
        let begun = prop::sample::select(vec![&b".snd"[..], b"\xff\xfb", b"\xff\xf1", b"ID3", b"OggS"]);
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
            if let Content::Samples(pcm) = sniff(&file[..], size, ending).expect("bytes at hand") {
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
