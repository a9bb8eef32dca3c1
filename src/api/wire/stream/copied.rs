//! A copy of what waits for a slow client, in an unnamed temporary file, so that its query ends as soon as it can.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// What was set aside and not yet sent.
pub(super) struct Copied {
    file: File,
    sent: u64,
    end: u64,
}

impl Copied {
    /// An empty one, where there is room.
    pub(super) fn beside(database: &Path) -> io::Result<Copied> {
        let file = tempfile::tempfile_in(database.parent().unwrap_or(Path::new(".")))?;
        Ok(Copied { file, sent: 0, end: 0 })
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.sent == self.end
    }

    /// Sets bytes aside.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.is_empty() {
            // The room is taken again.
            (self.sent, self.end) = (0, 0);
        }
        self.file.write_all_at(bytes, self.end)?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// The next bytes, at most so many.
    pub(super) fn take(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.end - self.sent).unwrap_or(most).min(most);
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, self.sent)?;
        self.sent += length as u64;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_aside_comes_out_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut copied = Copied::beside(&folder.path().join("x.db")).expect("a file");
        let mut out = Vec::new();
        for piece in [&b"abc"[..], b"defgh", b"", b"i"] {
            copied.push(piece).expect("room");
            out.extend(copied.take(2).expect("bytes"));
        }
        assert_eq!(out, b"abcdefgh");
        copied.push(b"jk").expect("room");
        while !copied.is_empty() {
            out.extend(copied.take(2).expect("bytes"));
        }
        assert_eq!(out, b"abcdefghijk");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "it has no name");
    }
}
