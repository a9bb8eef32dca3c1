//! The forms and sides of a recording's sound, declared once.
//!
//! # To add a column
//!
//! A line here and one in `schema.sql`, at the same place; raise `VERSION` in `store/database/open.rs`. What clients get of
//! it stands in `api/recordings/sounds.rs`.

use super::columns::row_of_columns;

/// What of a call a file of sound has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SoundRole {
    /// All that was said.
    #[default]
    Mix,
    /// One side: what the PBX heard.
    In,
    /// One side: what the PBX sent.
    Out,
    /// One side, or another part, of which nobody knows whose it is.
    Other,
}

impl SoundRole {
    /// Every role.
    pub const ALL: [SoundRole; 4] = [SoundRole::Mix, SoundRole::In, SoundRole::Out, SoundRole::Other];

    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            SoundRole::Mix => "mix",
            SoundRole::In => "in",
            SoundRole::Out => "out",
            SoundRole::Other => "other",
        }
    }

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
