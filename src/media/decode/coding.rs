//! How samples are stored.

use super::codecs::{adpcm, gsm};

/// How samples are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the field")]
pub enum Coding {
    /// Unsigned; all others of PCM are signed.
    Pcm8,
    Signed8,
    Pcm16,
    Pcm24,
    Pcm32,
    Float32,
    Float64,
    ALaw,
    MuLaw,
    /// GSM 06.10 in frames of 33 bytes.
    Gsm,
    /// GSM 06.10 in pairs of frames of 65 bytes.
    Wav49,
    /// ITU-T G.722 at 64 kbit/s.
    G722,
    /// IMA ADPCM in blocks of so many bytes, as WAVE files have it.
    Ima(u16),
    /// Microsoft's ADPCM in blocks of so many bytes.
    Microsoft(u16),
}

/// Microsoft's numbers of codings (RFC 2361).
pub const TAG_PCM: u16 = 1;
const TAG_MICROSOFT: u16 = 2;
pub const TAG_FLOAT: u16 = 3;
const TAG_A_LAW: u16 = 6;
const TAG_MU_LAW: u16 = 7;
const TAG_IMA: u16 = 0x11;
const TAG_GSM: u16 = 0x31;
const TAG_G722: u16 = 0x65;
/// The number that ffmpeg gives G.722.
const TAG_G722_TOO: u16 = 0x28f;

impl Coding {
    /// What a WAVE file's numbers mean. `block`: bytes that are decoded together.
    pub fn of_wave(tag: u16, bits: u16, channels: u16, block: u16) -> Option<Coding> {
        // Samples of PCM fill whole bytes.
        let bits = if tag == TAG_PCM { bits.saturating_add(7) / 8 * 8 } else { bits };
        let coding = match (tag, bits) {
            (TAG_PCM, 8) => Coding::Pcm8,
            (TAG_PCM, 16) => Coding::Pcm16,
            (TAG_PCM, 24) => Coding::Pcm24,
            (TAG_PCM, 32) => Coding::Pcm32,
            (TAG_FLOAT, 32) => Coding::Float32,
            (TAG_FLOAT, 64) => Coding::Float64,
            (TAG_A_LAW, 8) => Coding::ALaw,
            (TAG_MU_LAW, 8) => Coding::MuLaw,
            (TAG_GSM, _) if channels == 1 => Coding::Wav49,
            (TAG_G722 | TAG_G722_TOO, _) if channels == 1 => Coding::G722,
            (TAG_IMA, 4) => Coding::Ima(block),
            (TAG_MICROSOFT, 4) => Coding::Microsoft(block),
            _ => return None,
        };
        // A block that holds nothing is no block.
        Some(coding).filter(|coding| coding.unit(channels).1 > 0)
    }

    /// Tag and bits in a WAVE file that browsers play: those of PCM stay as they are, all else becomes 16-bit PCM.
    pub fn played(self) -> (u16, u16) {
        match self {
            Coding::Pcm8 => (TAG_PCM, 8),
            Coding::Pcm24 => (TAG_PCM, 24),
            Coding::Pcm32 => (TAG_PCM, 32),
            Coding::Float32 => (TAG_FLOAT, 32),
            Coding::Float64 => (TAG_FLOAT, 64),
            _ => (TAG_PCM, 16),
        }
    }

    /// Whether browsers play a WAVE file that is coded so.
    pub fn plays_in_wave(self) -> bool {
        use Coding::{Float32, Float64, Pcm8, Pcm16, Pcm24, Pcm32};
        matches!(self, Pcm8 | Pcm16 | Pcm24 | Pcm32 | Float32 | Float64)
    }

    /// The least that is decoded at once: its bytes, and its samples of each channel.
    pub fn unit(self, channels: u16) -> (u64, u64) {
        let each = |bytes: u64| (bytes * u64::from(channels), 1);
        match self {
            Coding::Pcm8 | Coding::Signed8 | Coding::ALaw | Coding::MuLaw => each(1),
            Coding::Pcm16 => each(2),
            Coding::Pcm24 => each(3),
            Coding::Pcm32 | Coding::Float32 => each(4),
            Coding::Float64 => each(8),
            Coding::Gsm => (33, gsm::SAMPLES as u64),
            Coding::Wav49 => (65, 2 * gsm::SAMPLES as u64),
            Coding::G722 => (1, 2),
            Coding::Ima(block) | Coding::Microsoft(block) => {
                (block.into(), self.in_part(block.into(), channels))
            }
        }
    }

    /// Samples of each channel in the first bytes of a unit, where a part of one can be decoded.
    pub fn in_part(self, bytes: u64, channels: u16) -> u64 {
        match self {
            Coding::Ima(_) => adpcm::ima_samples(bytes, channels.into()),
            Coding::Microsoft(_) => adpcm::microsoft_samples(bytes, channels.into()),
            _ => 0,
        }
    }

    /// Bytes of a number, of which the low one comes first where nothing else is said; 1 where there is no order.
    pub fn width(self) -> usize {
        match self {
            Coding::Pcm16 => 2,
            Coding::Pcm24 => 3,
            Coding::Pcm32 | Coding::Float32 => 4,
            Coding::Float64 => 8,
            _ => 1,
        }
    }

    /// Whether what comes before has to be known.
    pub fn remembers(self) -> bool {
        matches!(self, Coding::Gsm | Coding::Wav49 | Coding::G722)
    }
}
