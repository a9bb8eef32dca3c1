//! Files of strangers, opened with care.

use std::fs::{File, Metadata};
use std::io::{BufReader, Read, Take};
use std::path::Path;

use anyhow::{Context, bail};

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;

/// A regular file, up to where it ends now: a PBX may go on writing to it.
pub(super) fn open(path: &Path) -> anyhow::Result<(BufReader<Take<File>>, u64)> {
    let facts = facts(path)?;
    if facts.is_dir() {
        bail!("{} is a folder; name the file in it", path.display());
    }
    if !facts.is_file() {
        bail!("{} is not a regular file", path.display());
    }
    let file = File::open(path).with_context(|| unreadable(path))?;
    let length = file.metadata().with_context(|| unreadable(path))?.len();
    Ok((BufReader::with_capacity(PIECE, file.take(length)), length))
}

pub(super) fn facts(path: &Path) -> anyhow::Result<Metadata> {
    path.metadata().with_context(|| unreadable(path))
}

pub(super) fn unreadable(path: &Path) -> String {
    format!("{} cannot be read; check its name and permissions", path.display())
}

/// Whether the file is compressed, by its first bytes, and what unpacks it.
pub(super) fn unpacker(head: &[u8]) -> Option<&'static str> {
    match head {
        [0x1f, 0x8b, ..] => Some("gunzip"),
        [b'B', b'Z', b'h', ..] => Some("bunzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Some("unxz"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("unzstd"),
        _ => None,
    }
}
