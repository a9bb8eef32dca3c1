//! Counting packets and frames, within bounds.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::time::Duration;

use super::super::budget::{Budget, Unwanted};
use super::super::compressed;
use super::super::content::Written;
use super::super::forms::Reader;
use super::{frames, matroska, mp4, ogg};

/// What the length of a file may cost. Only a recording of days takes more, or none at all.
const BYTES: u64 = 512 << 20;
const TIME: Duration = Duration::from_secs(2);
/// More bytes than headers have.
const SILENT: u64 = 64 << 10;
/// Milliseconds of sound that a byte may stand for: of silence, packed well. More is a lie.
const OF_A_BYTE: u64 = 1_000;

/// What was found without decoding.
pub struct Measured {
    /// Milliseconds; None: nobody knows, or would believe it.
    pub milliseconds: Option<u64>,
    /// Whether it was written to its end.
    pub written: Written,
}

/// How long the sound of packets in these bytes is.
pub fn measure(
    file: &File,
    span: Range<u64>,
    reader: Reader,
    unwanted: &Unwanted<'_>,
) -> io::Result<Measured> {
    let size = span.end - span.start;
    let budget = Budget::new(BYTES, TIME, unwanted).for_things(size);
    let mut written = Written::SaysNothing;
    let found = match reader {
        Reader::Mp4 => mp4::milliseconds(file, size, &budget).ok().flatten(),
        Reader::Matroska => matroska::milliseconds(file, size, &budget).ok().flatten(),
        Reader::Ogg => ogg::walk(file, size, &budget).ok().and_then(|walked| {
            written = walked.written;
            walked.milliseconds
        }),
        Reader::Amr => frames::amr(file, size, &budget).ok().flatten(),
        Reader::G723 => frames::g723(file, size, &budget).ok().flatten(),
        Reader::Flac if frames::is_flac_without_any(file, size, &budget) => Some(0),
        // Packets of which none is understood are not silence.
        _ => compressed::count(file, span, &budget)?.filter(|milliseconds| *milliseconds > 0),
    };
    if budget.is_unwanted() {
        budget.check()?
    }
    let found = found.filter(|milliseconds| *milliseconds > 0 || size < SILENT);
    Ok(Measured { milliseconds: believed(found, size), written })
}

/// A length that so many bytes can have.
pub fn believed(milliseconds: Option<u64>, size: u64) -> Option<u64> {
    milliseconds.filter(|milliseconds| *milliseconds <= size.saturating_mul(OF_A_BYTE))
}
