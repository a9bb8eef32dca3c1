//! The forms and sides of a recording's sound. A row that has no line in `sounds` has the one sound that it names.

use std::sync::LazyLock;

use rusqlite::{Connection, Row};

use super::removals::plain;
use crate::model::{ReadValue, RowSource, SoundForm, SoundRole};
use crate::store::intake::{Text, parameters};
use crate::store::lenient::{integer, number, text, text_whole};
use crate::store::{Change, Reader, StoreError};

/// The sounds of the recording ?1, the one that plays first: that is as its row says.
static OF_RECORDING: LazyLock<String> = LazyLock::new(|| {
    let (line, row) = (plain("s.path"), plain("r.path"));
    format!(
        "SELECT s.path, s.role, CASE WHEN plays THEN r.mimetype ELSE s.mimetype END, CASE WHEN plays THEN r.size ELSE s.size END,
             s.duration, s.sha256, s.verified, plays, s.id
           FROM recordings r JOIN (SELECT s.*, {line} = {row} AS plays FROM recordings r JOIN sounds s ON s.recording = r.id
             WHERE r.id = ?1) s WHERE r.id = ?1
         UNION ALL SELECT r.path, 'mix', r.mimetype, r.size, NULL, NULL, NULL, 1, 0
           FROM recordings r WHERE r.id = ?1 AND r.path <> ''
             AND NOT EXISTS (SELECT 1 FROM sounds s WHERE s.recording = r.id AND {line} = {row})
         ORDER BY 8 DESC, 9"
    )
});

/// The recordings that have the file ?1 as a form or a side.
static WITH_PATH: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT r.id FROM recordings r INDEXED BY recordings_sound WHERE r.path <> '' AND {} = {path}
         UNION SELECT s.recording FROM sounds s INDEXED BY sounds_path WHERE {} = {path}
           AND EXISTS (SELECT 1 FROM recordings r WHERE r.id = s.recording)
         ORDER BY 1",
        plain("r.path"),
        plain("s.path"),
        path = plain("?1"),
    )
});

/// The recording ?1 and its copies in other groups: they share what they have.
static SHARING: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT ?1 UNION SELECT c.id FROM recordings r CROSS JOIN recordings c INDEXED BY recordings_sound
           ON c.path <> '' AND {} = {} AND c.customer IS r.customer AND c.uniqueid IS r.uniqueid AND c.recordid IS r.recordid
           WHERE r.id = ?1 AND r.path <> ''",
        plain("c.path"),
        plain("r.path"),
    )
});

/// What is known of the same bytes stays known.
static KEEP: LazyLock<String> = LazyLock::new(|| {
    let names = SoundForm::NAMES.join(", ");
    let marks = ["?"; SoundForm::COLUMNS].join(", ");
    format!(
        "INSERT INTO sounds (recording, {names}) VALUES (?, {marks})
           ON CONFLICT (recording, path) DO UPDATE SET role = excluded.role, mimetype = excluded.mimetype, size = excluded.size,
             duration = CASE WHEN size = excluded.size THEN ifnull(excluded.duration, duration) ELSE excluded.duration END,
             sha256 = CASE WHEN size = excluded.size THEN ifnull(excluded.sha256, sha256) ELSE excluded.sha256 END,
             verified = CASE WHEN size = excluded.size THEN ifnull(excluded.verified, verified) ELSE excluded.verified END"
    )
});

impl Change<'_> {
    /// The forms and sides of a recording, the one that plays first; none where its row is gone.
    pub fn sounds(&self, recording: i64) -> Result<Vec<SoundForm>, StoreError> {
        Ok(sounds(&self.transaction, recording)?)
    }

    /// The recordings that have the file at `path` as a form or a side.
    pub fn recordings_with_sound(&self, path: &str) -> Result<Vec<i64>, StoreError> {
        Ok(with_path(&self.transaction, path)?)
    }

    /// Adds a form or a side to a recording, or notes what has become of the one at its path. Length, digest and proof of a
    /// file of the same size stay where `form` has none.
    pub fn keep_sound(&self, recording: i64, form: &SoundForm) -> Result<(), StoreError> {
        let recording = [crate::model::Value::Integer(recording)];
        let values = parameters(recording.into_iter().chain(form.values()));
        self.transaction.prepare_cached(&KEEP)?.execute(values)?;
        Ok(())
    }

    /// The same for a recording that may have copies in other groups: they share its sound.
    pub fn share_sound(&self, recording: i64, form: &SoundForm) -> Result<(), StoreError> {
        self.sharing(recording)?.into_iter().try_for_each(|one| self.keep_sound(one, form))
    }

    /// A form or a side of a recording and its copies is no more. What its row names stays named.
    pub fn forget_form(&self, recording: i64, path: &str) -> Result<(), StoreError> {
        let sql = format!("DELETE FROM sounds WHERE recording = ?1 AND {} = {}", plain("path"), plain("?2"));
        let mut statement = self.transaction.prepare_cached(&sql)?;
        for one in self.sharing(recording)? {
            statement.execute((one, Text::of(path)))?;
        }
        Ok(())
    }

    /// A new copy shares every form and side.
    pub(super) fn copy_sounds(&self, from: i64, to: i64) -> Result<(), StoreError> {
        let names = SoundForm::NAMES.join(", ");
        let sql = format!(
            "INSERT INTO sounds (recording, {names}) SELECT ?2, {names} FROM sounds WHERE recording = ?1"
        );
        self.transaction.prepare_cached(&sql)?.execute((from, to))?;
        Ok(())
    }

    /// What intake knows of forms and sides of a recording that goes is known of a copy of it from then on.
    pub(super) fn leave_forms(&self, recording: i64) -> Result<(), StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "UPDATE intake_files SET recording = ?2 WHERE path = ?3 AND recording = ?1 AND excluded <> ''",
        )?;
        let copies = self.sharing(recording)?;
        let Some(copy) = copies.into_iter().find(|copy| *copy != recording) else { return Ok(()) };
        for form in self.sounds(recording)? {
            statement.execute((recording, copy, Text::of(&form.path)))?;
        }
        Ok(())
    }

    /// A recording and its copies in other groups.
    pub fn sharing(&self, recording: i64) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.transaction.prepare_cached(&SHARING)?;
        Ok(statement.query_map([recording], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }
}

impl Reader {
    /// The forms and sides of a recording, the one that plays first; none where its row is gone.
    pub fn sounds(&self, recording: i64) -> Result<Vec<SoundForm>, StoreError> {
        Ok(sounds(&self.0, recording)?)
    }

    /// The recordings that have the file at `path` as a form or a side.
    pub fn recordings_with_sound(&self, path: &str) -> Result<Vec<i64>, StoreError> {
        Ok(with_path(&self.0, path)?)
    }
}

impl Reader {
    /// The forms and sides of a recording that do not play, by role and path.
    pub fn other_sounds(&self, recording: i64) -> Result<Vec<(SoundRole, String)>, StoreError> {
        let sql = format!(
            "SELECT s.role, s.path FROM sounds s JOIN recordings r ON r.id = s.recording
               WHERE s.recording = ? AND {} IS NOT {} ORDER BY s.id",
            plain("s.path"),
            plain("r.path")
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([recording], |row| {
            Ok((SoundRole::of(&text(row.get_ref(0)?)), text_whole(row.get_ref(1)?)))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn sounds(connection: &Connection, recording: i64) -> rusqlite::Result<Vec<SoundForm>> {
    let mut statement = connection.prepare_cached(&OF_RECORDING)?;
    statement.query_map([recording], |row| SoundForm::read(&mut Line { row, place: 0 }))?.collect()
}

fn with_path(connection: &Connection, path: &str) -> rusqlite::Result<Vec<i64>> {
    connection.prepare_cached(&WITH_PATH)?.query_map([Text::of(path)], |row| row.get(0))?.collect()
}

/// A line, whatever another program stored in its row.
struct Line<'a> {
    row: &'a Row<'a>,
    place: usize,
}

impl Line<'_> {
    fn value(&mut self) -> rusqlite::Result<rusqlite::types::ValueRef<'_>> {
        self.place += 1;
        self.row.get_ref(self.place - 1)
    }
}

impl RowSource for Line<'_> {
    type Error = rusqlite::Error;
}

impl ReadValue<i64> for Line<'_> {
    fn next(&mut self) -> rusqlite::Result<i64> {
        Ok(integer(self.value()?))
    }
}

impl ReadValue<Option<i64>> for Line<'_> {
    fn next(&mut self) -> rusqlite::Result<Option<i64>> {
        Ok(number(self.value()?))
    }
}

impl ReadValue<String> for Line<'_> {
    fn next(&mut self) -> rusqlite::Result<String> {
        Ok(text_whole(self.value()?))
    }
}

impl ReadValue<SoundRole> for Line<'_> {
    fn next(&mut self) -> rusqlite::Result<SoundRole> {
        Ok(SoundRole::of(&text(self.value()?)))
    }
}

impl ReadValue<Option<Vec<u8>>> for Line<'_> {
    fn next(&mut self) -> rusqlite::Result<Option<Vec<u8>>> {
        Ok(self.value()?.as_blob_or_null().ok().flatten().map(<[u8]>::to_vec))
    }
}
