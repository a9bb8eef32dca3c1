//! The wall's clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// The time, in Unix seconds.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}
