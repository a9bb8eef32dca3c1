//! Rows of recordings, as intake reads and writes them.

use std::sync::LazyLock;

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, params_from_iter};

use super::values::{Bound, Text, bound, parameters};
use crate::model::{ReadValue, RecordingRow, RowSource, Value, WIRE};
use crate::store::database::free_id;
use crate::store::lenient::{integer, text_whole};
use crate::store::recordings::plain;
use crate::store::{Change, StoreError};

/// The wire columns, for a statement.
static WIRE_NAMES: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<String> = WIRE.iter().map(|column| format!("\"{}\"", column.name)).collect();
    names.join(", ")
});
static ROW: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {} FROM recordings WHERE id = ?", *WIRE_NAMES));
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let marks = vec!["?"; WIRE.len()].join(", ");
    format!("INSERT INTO recordings (id, {}) VALUES (?, {marks})", *WIRE_NAMES)
});

impl Change<'_> {
    /// Stores a recording. Gives its id.
    pub fn add_recording(&self, draft: &RecordingRow) -> Result<i64, StoreError> {
        let mut statement = self.transaction.prepare_cached(&INSERT)?;
        let id = free_id(&self.transaction, "recordings")?.map_or(Value::Null, Value::Integer);
        Ok(statement.insert(parameters([id].into_iter().chain(draft.values())))?)
    }

    /// The row with this id, if it is still there.
    pub fn recording_row(&self, id: i64) -> Result<Option<RecordingRow>, StoreError> {
        Ok(self.transaction.prepare_cached(&ROW)?.query_row([id], recording).optional()?)
    }

    /// Whether a row has this identity.
    pub fn has_recording(
        &self,
        recordgroup: i64,
        uniqueid: &str,
        recordid: &str,
    ) -> Result<bool, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT 1 FROM recordings WHERE recordgroup = ? AND uniqueid = ? AND recordid = ?",
        )?;
        Ok(statement.exists((recordgroup, uniqueid, recordid))?)
    }

    /// Changes those columns of a row in which `new` differs from `old`. Where the sound moved, its copies follow.
    pub fn change_recording(
        &self,
        id: i64,
        old: &RecordingRow,
        new: &RecordingRow,
    ) -> Result<(), StoreError> {
        if old.path != new.path && !old.path.is_empty() {
            self.follow(&old.path, new)?;
        }
        let (old, new) = (old.values(), new.values());
        let mut sql = String::with_capacity(512);
        // Whatever fails, the whole change is taken back: SQLite need not note how to take back this statement alone.
        sql.push_str("UPDATE OR FAIL recordings SET ");
        let mut changed: Vec<Bound<'_>> = Vec::with_capacity(WIRE.len() + 1);
        for place in 0..WIRE.len() {
            if old[place] != new[place] {
                sql.push_str(if changed.is_empty() { "\"" } else { ", \"" });
                sql.push_str(WIRE[place].name);
                sql.push_str("\" = ?");
                changed.push(bound(new[place]));
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        sql.push_str(" WHERE id = ?");
        changed.push(bound(Value::Integer(id)));
        self.transaction.prepare_cached(&sql)?.execute(params_from_iter(changed))?;
        Ok(())
    }

    /// Every row that names a file names it where it is now, and as what it is now.
    fn follow(&self, from: &str, to: &RecordingRow) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE recordings SET path = ?2, mimetype = ?3, size = ?4
               WHERE id IN (SELECT r.id FROM recordings r INDEXED BY recordings_sound WHERE r.path <> '' AND {} = {})",
            plain("r.path"),
            plain("?1")
        );
        self.transaction.prepare_cached(&sql)?.execute((
            Text::of(from),
            Text::of(&to.path),
            &to.mimetype,
            to.size,
        ))?;
        Ok(())
    }

    /// The sound at `path` is gone, since something else is written there: rows that named it name none, and it is nobody's
    /// form or side. Gives the rows.
    pub fn forget_sound(&self, path: &str) -> Result<Vec<RecordingRow>, StoreError> {
        let sql = format!("DELETE FROM sounds WHERE {} = {}", plain("path"), plain("?1"));
        self.transaction.prepare_cached(&sql)?.execute([Text::of(path)])?;
        let sql = format!(
            "UPDATE recordings SET path = '', stale = 1 WHERE id IN (SELECT r.id FROM recordings r INDEXED BY recordings_sound
               WHERE r.path <> '' AND {} = {}) RETURNING id",
            plain("r.path"),
            plain("?1")
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let ids = statement
            .query_map([Text::of(path)], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        let mut rows = Vec::new();
        for id in ids {
            rows.extend(self.recording_row(id)?);
        }
        Ok(rows)
    }

    /// Takes a row out again that intake made of a call in progress.
    pub fn withdraw_recording(&self, id: i64) -> Result<(), StoreError> {
        self.transaction.prepare_cached("DELETE FROM recordings WHERE id = ?")?.execute([id])?;
        Ok(())
    }

    /// Notes that the sound of these rows is missing, or there again. Gives the rows.
    pub fn set_stale(&self, ids: &[i64], stale: bool) -> Result<Vec<RecordingRow>, StoreError> {
        let mut changed = Vec::new();
        for id in ids {
            let mut statement = self
                .transaction
                .prepare_cached("UPDATE recordings SET stale = ?2 WHERE id = ?1 AND stale IS NOT ?2")?;
            if statement.execute((id, stale))? > 0 {
                changed.extend(self.recording_row(*id)?);
            }
        }
        Ok(changed)
    }
}

/// A row of `recordings` as numbers and texts, whatever another program stored.
struct Lenient<'a> {
    row: &'a Row<'a>,
    place: usize,
}

impl Lenient<'_> {
    fn value(&mut self) -> rusqlite::Result<ValueRef<'_>> {
        self.place += 1;
        self.row.get_ref(self.place - 1)
    }
}

impl RowSource for Lenient<'_> {
    type Error = rusqlite::Error;
}

impl ReadValue<i64> for Lenient<'_> {
    fn next(&mut self) -> rusqlite::Result<i64> {
        Ok(integer(self.value()?))
    }
}

impl ReadValue<String> for Lenient<'_> {
    fn next(&mut self) -> rusqlite::Result<String> {
        Ok(text_whole(self.value()?))
    }
}

fn recording(row: &Row<'_>) -> rusqlite::Result<RecordingRow> {
    RecordingRow::read(&mut Lenient { row, place: 0 })
}
