//! The forms of sound that are known, declared once: [`FORMS`] is the only list of them in the program.
//!
//! # To add a form of sound
//!
//! Give it a line in [`FORMS`]: its media type, what else rows may call that, the endings of its names, how its content
//! begins, and how it is read. From that line follow whether a file of that name is listed, under which type it is sent, how
//! long it is, and whether it is decoded for browsers that don't play it. What neither is headerless nor has a steady number
//! of bytes a second takes a [`Reader`], and its arm in `sniff.rs` (where a header tells where the samples are) or in
//! `length/mod.rs` (where packets or frames have to be counted).

use super::coding::Coding;

/// A form of sound.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// The media type that it is sent with. No other type is ever sent, so that a file can't pass for a page.
    pub media_type: &'static str,
    /// What else rows may say, and means the same; sent as it is said.
    also: &'static [&'static str],
    /// Endings of names, in small letters.
    pub endings: &'static [&'static str],
    /// How the content begins, one of these; `?` is any byte. Empty: it doesn't tell.
    begins: &'static [&'static [u8]],
    /// How it is read.
    pub read: Read,
}

/// How a form is read, and so how its length is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// A header says how and where samples are stored. They are decoded, if that coding can be.
    Header(Reader),
    /// Nothing but samples: this coding and rate, of one channel. They are decoded.
    Bare(Coding, u32),
    /// Packets in a container, or behind one another. Browsers play them; they are decoded for outlines.
    Packets(Reader),
    /// Not decoded: frames of lengths that they tell.
    Frames(Reader),
    /// Not decoded: so many bytes are so many milliseconds.
    Steady(u32, u32),
    /// Not decoded, and nobody here knows how long it is.
    Unread,
}

/// What samples of `.raw` are: that name says nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw {
    /// Channels, whose samples take turns.
    pub channels: u16,
    /// Samples a second, of each channel.
    pub rate: u32,
}

impl Raw {
    /// Those of Asterisk, where no setting says otherwise.
    pub const USUAL: Raw = Raw { channels: 1, rate: 8_000 };
    /// The ending of such names.
    pub const ENDING: &str = "raw";
}

/// Who knows what is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the field")]
pub enum Reader {
    Wave,
    Wave64,
    Sun,
    Aiff,
    Caf,
    Voice,
    Ogg,
    Matroska,
    Mp4,
    Mpeg,
    Adts,
    Flac,
    Amr,
    G723,
}

const fn form(
    media_type: &'static str,
    also: &'static [&'static str],
    endings: &'static [&'static str],
    begins: &'static [&'static [u8]],
    read: Read,
) -> Form {
    Form { media_type, also, endings, begins, read }
}

/// Linear samples of 16 bits without a header, as Asterisk and sox name them.
const fn linear(endings: &'static [&'static str], rate: u32) -> Form {
    form("audio/x-raw", &[], endings, &[], Read::Bare(Coding::Pcm16, rate))
}

/// One that nothing but its name tells.
const fn named(media_type: &'static str, endings: &'static [&'static str], read: Read) -> Form {
    form(media_type, &[], endings, &[], read)
}

/// Every form, each in a line. Where several have one type, or one ending, the first one counts.
pub static FORMS: [Form; 41] = [
    form(
        "audio/wav",
        &["audio/x-wav", "audio/wave", "audio/vnd.wave"],
        &[
            "wav", "wav49", "wav16", "wave", "wav8", "wav12", "wav24", "wav32", "wav44", "wav48", "wav96",
            "wav192", "rf64", "bw64",
        ],
        &[b"RIFF????WAVE", b"RF64????WAVE", b"BW64????WAVE", b"RIFX????WAVE"],
        Read::Header(Reader::Wave),
    ),
    form("audio/mpeg", &["audio/mp3"], &["mp3"], &[], Read::Packets(Reader::Mpeg)),
    form(
        "audio/ogg",
        &["audio/opus"],
        &["ogg", "opus", "oga", "spx"],
        &[b"OggS"],
        Read::Packets(Reader::Ogg),
    ),
    form("audio/webm", &[], &["webm", "weba"], &[b"\x1a\x45\xdf\xa3"], Read::Packets(Reader::Matroska)),
    form("audio/matroska", &["audio/x-matroska"], &["mka"], &[], Read::Packets(Reader::Matroska)),
    form(
        "audio/mp4",
        &["audio/x-m4a", "audio/3gpp"],
        &["m4a", "mp4", "m4b", "3gp", "3ga"],
        &[b"????ftyp"],
        Read::Packets(Reader::Mp4),
    ),
    form("audio/flac", &["audio/x-flac"], &["flac"], &[b"fLaC"], Read::Packets(Reader::Flac)),
    form("audio/aac", &[], &["aac"], &[], Read::Packets(Reader::Adts)),
    form("audio/gsm", &["audio/x-gsm"], &["gsm"], &[], Read::Bare(Coding::Gsm, 8_000)),
    named("audio/basic", &["ulaw", "ul", "ulw", "mu", "pcm", "pcmu"], Read::Bare(Coding::MuLaw, 8_000)),
    form("audio/basic", &[], &["au", "snd"], &[b".snd"], Read::Header(Reader::Sun)),
    named("audio/pcma", &["alaw", "al", "alw", "pcma"], Read::Bare(Coding::ALaw, 8_000)),
    linear(&["sln", "slin", Raw::ENDING, "sln8"], 8_000),
    linear(&["sln16", "slin16"], 16_000),
    linear(&["sln12"], 12_000),
    linear(&["sln24"], 24_000),
    linear(&["sln32"], 32_000),
    linear(&["sln44"], 44_100),
    linear(&["sln48"], 48_000),
    linear(&["sln96"], 96_000),
    linear(&["sln192"], 192_000),
    named("audio/g722", &["g722"], Read::Bare(Coding::G722, 16_000)),
    named("audio/g729", &["g729", "g729a"], Read::Steady(10, 10)),
    named("audio/g719", &["g719"], Read::Steady(160, 20)),
    named("audio/g7221", &["siren7"], Read::Steady(80, 20)),
    named("audio/g7221", &["siren14"], Read::Steady(120, 20)),
    named("audio/g726-40", &["g726-40"], Read::Steady(5, 1)),
    named("audio/g726-32", &["g726-32", "g726"], Read::Steady(4, 1)),
    named("audio/g726-24", &["g726-24"], Read::Steady(3, 1)),
    named("audio/g726-16", &["g726-16"], Read::Steady(2, 1)),
    named("audio/x-vox", &["vox"], Read::Steady(4, 1)),
    named("audio/ilbc", &["ilbc"], Read::Steady(50, 30)),
    form("audio/amr", &[], &["amr"], &[b"#!AMR\n"], Read::Frames(Reader::Amr)),
    form("audio/amr-wb", &[], &["awb"], &[b"#!AMR-WB\n"], Read::Frames(Reader::Amr)),
    named("audio/g723", &["g723", "g723sf", "g723_1"], Read::Frames(Reader::G723)),
    form(
        "audio/x-w64",
        &[],
        &["w64"],
        &[b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"],
        Read::Header(Reader::Wave64),
    ),
    form(
        "audio/aiff",
        &["audio/x-aiff"],
        &["aiff", "aif", "aifc"],
        &[b"FORM????AIFF", b"FORM????AIFC"],
        Read::Header(Reader::Aiff),
    ),
    named("audio/x-ms-wma", &["wma"], Read::Unread),
    named("audio/x-dss", &["dss", "ds2"], Read::Unread),
    form("audio/x-caf", &[], &["caf"], &[b"caff\0\x01"], Read::Header(Reader::Caf)),
    form("audio/x-voc", &[], &["voc"], &[b"Creative Voice File\x1a"], Read::Header(Reader::Voice)),
];

impl Form {
    /// The form whose names end so, in letters of any size.
    pub fn named(ending: &str) -> Option<&'static Form> {
        FORMS.iter().find(|form| form.endings.iter().any(|known| known.eq_ignore_ascii_case(ending)))
    }

    /// The form whose content begins so.
    pub fn beginning(bytes: &[u8]) -> Option<&'static Form> {
        let is = |mark: &[u8]| {
            bytes.len() >= mark.len()
                && mark.iter().zip(bytes).all(|(mark, byte)| matches!(mark, b'?') || mark == byte)
        };
        FORMS.iter().find(|form| form.begins.iter().any(|mark| is(mark)))
    }

    /// The form that such a reader reads.
    pub fn read_by(reader: Reader) -> Option<&'static Form> {
        FORMS.iter().find(|form| matches!(form.read, Read::Header(by) | Read::Packets(by) | Read::Frames(by) if by == reader))
    }

    /// A media type that is one of sound, as it is sent.
    pub fn sent_as(said: &str) -> Option<&'static str> {
        let types = FORMS.iter().flat_map(|form| std::iter::once(&form.media_type).chain(form.also));
        types.copied().find(|kind| kind.eq_ignore_ascii_case(said))
    }
}

/// All endings of names that are those of sound.
pub fn endings() -> impl Iterator<Item = &'static str> {
    FORMS.iter().flat_map(|form| form.endings).copied()
}
