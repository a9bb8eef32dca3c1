//! Sound that is to be removed, since the recording was deleted.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};

use crate::store::{Store, StoreError};

/// How schema.sql's index recordings_sound writes a path.
pub(in crate::store) fn plain(path: &str) -> String {
    format!(
        "replace(replace(replace(replace(replace(
           '/' || {path}, '/', '//'), '/./', ''), '/', '/' || char(1)), char(1) || '/', ''), char(1), '')"
    )
}

impl Store {
    /// The notes of sound that is to be removed, oldest first.
    pub fn removals(&self) -> Result<Vec<i64>, StoreError> {
        let reader = self.reader()?;
        let mut statement = reader.0.prepare_cached("SELECT id FROM sound_removals ORDER BY id")?;
        let notes = statement.query_map([], |row| row.get(0))?;
        Ok(notes.collect::<rusqlite::Result<_>>()?)
    }

    /// Calls `remove` with the path of a note and when it was made, unless a row names the file, and forgets the note if
    /// that says so. No row is written meanwhile, so none can begin to name the file.
    pub fn remove_sound(&self, note: i64, remove: impl FnOnce(&[u8], i64) -> bool) -> Result<(), StoreError> {
        let mut writer = self.writer_in_time()?;
        let transaction = writer.begin()?;
        let Some((path, noted)) = read(&transaction, note)? else { return Ok(()) };
        if is_named(&transaction, note)? || remove(&path, noted) {
            transaction.execute("DELETE FROM sound_removals WHERE id = ?", params![note])?;
        }
        Ok(transaction.commit()?)
    }
}

fn read(connection: &Connection, note: i64) -> rusqlite::Result<Option<(Vec<u8>, i64)>> {
    let mut statement = connection.prepare_cached("SELECT path, noted FROM sound_removals WHERE id = ?")?;
    let row = statement.query_row([note], |row| {
        let path = match row.get_ref(0)? {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
            _ => Vec::new(),
        };
        Ok((path, row.get(1)?))
    });
    row.optional()
}

/// Whether a row has this path, or a form or side of a recording that is there, however it is written.
fn is_named(connection: &Connection, note: i64) -> rusqlite::Result<bool> {
    let sql = format!(
        "SELECT 1 FROM sound_removals n CROSS JOIN recordings r INDEXED BY recordings_sound
           WHERE n.id = ?1 AND r.path <> '' AND {} = {path}
         UNION ALL SELECT 1 FROM sound_removals n CROSS JOIN sounds s INDEXED BY sounds_path
           WHERE n.id = ?1 AND {} = {path} AND EXISTS (SELECT 1 FROM recordings r WHERE r.id = s.recording)",
        plain("r.path"),
        plain("s.path"),
        path = plain("n.path")
    );
    connection.prepare_cached(&sql)?.exists([note])
}
