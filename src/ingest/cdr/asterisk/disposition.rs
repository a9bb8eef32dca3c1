//! The PBXs' words for how a call ended.

use crate::ingest::cdr::record::Disposition;

/// Asterisk's `disposition`.
pub(super) fn read(word: &str) -> Option<Disposition> {
    match word {
        "ANSWERED" => Some(Disposition::Answer),
        "NO ANSWER" | "NOANSWER" => Some(Disposition::NoAnswer),
        "BUSY" => Some(Disposition::Busy),
        "FAILED" => Some(Disposition::Failed),
        "CONGESTION" => Some(Disposition::Congestion),
        _ => None,
    }
}
