//! The forms and sides of a recording's sound, declared once.
//!
//! # To add a column
//!
//! A line here and one in `schema.sql`, at the same place; raise `VERSION` in `store/database/open.rs`. What clients get of
//! it stands in `api/recordings/sounds.rs`.

use super::columns::row_of_columns;
use super::sides::SoundRole;

impl SoundRole {
    /// The role of a word; of one that nobody knows, `Other`.
    pub fn of(word: &str) -> SoundRole {
        SoundRole::ALL.into_iter().find(|role| role.as_str() == word).unwrap_or(SoundRole::Other)
    }

    /// Whether it is only a part of what was said.
    pub const fn is_side(self) -> bool {
        !matches!(self, SoundRole::Mix)
    }
}

impl From<&SoundRole> for super::Value<'static> {
    fn from(role: &SoundRole) -> super::Value<'static> {
        super::Value::Text(role.as_str())
    }
}

row_of_columns! {
    /// A form or a side of a recording's sound: a line of `sounds`, but for its id and its recording.
    SoundForm {
        /// The file, relative to the media root.
        path: String,
        /// What of the call it has.
        role: SoundRole,
        /// Media type.
        mimetype: String,
        /// Bytes.
        size: i64,
        /// Milliseconds of sound; `None` where nobody knows.
        duration: Option<i64>,
        /// SHA-256 of the whole file; `None` where it wasn't taken yet.
        sha256: Option<Vec<u8>>,
        /// When it was last read whole and found right, Unix seconds; `None`: never.
        verified: Option<i64>,
    }
}
