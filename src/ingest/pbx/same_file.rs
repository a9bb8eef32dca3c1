//! One file is one recording, whoever records to it: whether what was in it stays there when it is recorded to once more. A
//! PBX opens a file anew, or adds to it, some milliseconds after it says that it records to it.

use crate::media::Media;
use crate::model::paths::bytes_of;
use crate::store::FileKnown;

const MILLISECOND: i64 = 1_000_000;
/// Milliseconds after which a file that is made anew is so.
pub(super) const SETTLED: i64 = 400;
/// Milliseconds by which the sound in a file may be longer than it has been recorded to.
const SLACK: i64 = 500;

/// Milliseconds before it is said to be recorded to that a file was made, to have something in it from before: what is said
/// may come late.
const EARLIER: i64 = 2_000;

/// What becomes of that which is in a file when it is recorded to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Begins {
    /// There is nothing, or it is gone.
    Anew,
    /// It stays: the recording goes on.
    GoesOn,
    /// It is there, and may go yet.
    Undecided,
}

/// A recording to this file began at `came`, in Unix milliseconds. `known`: the file as it was looked at before that.
pub(super) fn begins(media: &Media, path: &str, known: Option<&FileKnown>, came: i64, now: i64) -> Begins {
    let elapsed = now.saturating_sub(came);
    let Ok(sound) = media.open(&bytes_of(path)) else { return Begins::Anew };
    let closed = known.filter(|known| known.is_closed() && known.length().is_some_and(|length| length > 0));
    let stays = match closed.and_then(|known| Some((known.size, known.digest.as_ref()?))) {
        Some((size, digest)) => sound.goes_on_from(size.cast_unsigned(), digest).unwrap_or(false),
        // More than can have been recorded since.
        None => {
            let heard = sound.heard(&|| false).ok();
            let earlier = heard
                .filter(|heard| (1..came.saturating_sub(EARLIER)).contains(&(heard.created / MILLISECOND)));
            let length = earlier.and_then(|heard| heard.duration);
            length.is_some_and(|length| length > elapsed.saturating_add(SLACK))
        }
    };
    match stays {
        false => Begins::Anew,
        true if elapsed < SETTLED => Begins::Undecided,
        true => Begins::GoesOn,
    }
}
