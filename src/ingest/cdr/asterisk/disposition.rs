//! The PBXs' words for how a call ended.

use crate::ingest::cdr::record::Outcome;

/// Asterisk's `disposition`.
pub(super) fn outcome(word: &str) -> Option<Outcome> {
    match word {
        "ANSWERED" => Some(Outcome::Answer),
        "NO ANSWER" | "NOANSWER" => Some(Outcome::NoAnswer),
        "BUSY" => Some(Outcome::Busy),
        "FAILED" => Some(Outcome::Failed),
        "CONGESTION" => Some(Outcome::Congestion),
        _ => None,
    }
}
