//! How recordings ended, by what their files tell. Pure.

use crate::media::{Heard, Written};
use crate::model::SECOND;

/// The longest that a PBX keeps sound in memory before it writes it, in seconds: 20 of GSM, and a restart.
const UNWRITTEN: i64 = 30;

/// Whether a recording that began before its PBX did (Unix seconds) was cut off, and did not end unheard before that.
/// `listened`: until when the PBX was heard before; 0 not at all.
pub(super) fn is_cut_off(file: Option<&Heard>, started: i64, listened: i64) -> bool {
    let Some(file) = file else { return false };
    let written = file.modified / SECOND;
    match file.written {
        Written::Finished => false,
        Written::Unfinished => true,
        // What ended after we last listened was written to then.
        Written::SaysNothing => written <= listened || (0..=UNWRITTEN).contains(&(started - written)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTED: i64 = 1_795_500_000;

    fn heard(before: i64, written: Written) -> Heard {
        Heard {
            device: 1,
            inode: 1,
            created: 0,
            modified: (STARTED - before) * SECOND,
            size: 1,
            duration: Some(1),
            mimetype: String::new(),
            written,
            digest: Vec::new(),
        }
    }

    #[test]
    fn a_header_tells_and_without_one_when_it_was_last_written() {
        use Written::{Finished, SaysNothing, Unfinished};
        for (before, written, listened, cut_off) in [
            (2, Finished, 0, false),
            (900, Finished, 0, false),
            (900, Unfinished, 0, true),
            // It was written to after we last listened, and long before the PBX went.
            (600, SaysNothing, 700, false),
            // Nothing was written since.
            (600, SaysNothing, 590, true),
            (4, SaysNothing, 0, true),
            (600, SaysNothing, 0, false),
        ] {
            let listened = if listened == 0 { 0 } else { STARTED - listened };
            assert_eq!(
                is_cut_off(Some(&heard(before, written)), STARTED, listened),
                cut_off,
                "{before} {written:?}"
            );
        }
        assert!(!is_cut_off(None, STARTED, 0));
    }
}
