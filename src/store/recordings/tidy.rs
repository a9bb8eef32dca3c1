//! Rows that are one recording: read to see which they are, and put together.

use rusqlite::{Connection, OptionalExtension, Row};

use super::identity::Identity;
use crate::model::{Origin, SoundForm, SoundRole, WIRE};
use crate::store::intake::Text;
use crate::store::lenient::{integer, number, text, text_whole};
use crate::store::{Change, Reader, StoreError};

/// A row with a file, as whoever tidies sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TidyRow {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub customer: i64,
    /// What names it.
    pub identity: Identity,
    /// Machine that wrote the sound.
    pub machine: String,
    /// The file, relative to the media root.
    pub path: String,
    /// When it began, Unix seconds.
    pub start: i64,
    /// Whether the call has ended.
    pub complete: bool,
    /// Whether somebody holds it.
    pub hold: bool,
    /// Milliseconds of sound, where they are known.
    pub duration: Option<i64>,
    /// Of the whole file, where it was taken.
    pub sha256: Option<Vec<u8>>,
    /// How sure intake is of what it knows of it.
    pub ranks: String,
}

/// One side of a call that was left out, since all that was said is in another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideFile {
    /// Its line in `intake_files`.
    pub line: i64,
    /// The file, as a side of whatever recording it is.
    pub form: SoundForm,
}

const ROWS: &str = "SELECT r.id, r.customer, r.recordgroup, r.uniqueid, r.recordid, r.machine, r.path, r.start,
    r.complete IS NOT 0, ifnull(r.hold, 0) <> 0,
    ifnull((SELECT s.duration FROM sounds s WHERE s.recording = r.id AND s.path = r.path),
      (SELECT f.duration FROM intake_files f WHERE f.path = r.path AND f.recording = r.id AND f.state = 2 AND f.duration > 0)),
    (SELECT s.sha256 FROM sounds s WHERE s.recording = r.id AND s.path = r.path),
    ifnull((SELECT f.ranks FROM intake_files f WHERE f.path = r.path AND f.recording = r.id), '')
  FROM recordings r WHERE r.path <> '' AND typeof(r.path) = 'text' AND typeof(r.customer) = 'integer'
    AND typeof(r.recordgroup) = 'integer'";

fn tidy_row(row: &Row<'_>) -> rusqlite::Result<TidyRow> {
    let number_at = |place| row.get_ref(place).map(integer);
    let words = |place| row.get_ref(place).map(text);
    Ok(TidyRow {
        id: number_at(0)?,
        customer: number_at(1)?,
        identity: Identity { recordgroup: number_at(2)?, uniqueid: words(3)?, recordid: words(4)? },
        machine: words(5)?,
        path: text_whole(row.get_ref(6)?),
        start: number_at(7)?,
        complete: row.get(8)?,
        hold: row.get(9)?,
        duration: number(row.get_ref(10)?),
        sha256: row.get_ref(11)?.as_blob_or_null().ok().flatten().map(<[u8]>::to_vec),
        ranks: words(12)?,
    })
}

fn one(connection: &Connection, id: i64) -> rusqlite::Result<Option<TidyRow>> {
    connection.prepare_cached(&format!("{ROWS} AND r.id = ?"))?.query_row([id], tidy_row).optional()
}

impl Reader {
    /// Up to `most` rows that name a file, by id from `after` on.
    pub fn rows_to_tidy(&self, after: i64, most: i64) -> Result<Vec<TidyRow>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!("{ROWS} AND r.id > ? ORDER BY r.id LIMIT ?"))?;
        let rows = statement.query_map((after, most), tidy_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One of them.
    pub fn row_to_tidy(&self, id: i64) -> Result<Option<TidyRow>, StoreError> {
        Ok(one(&self.0, id)?)
    }

    /// Whether a person has listened to a recording, or changed it.
    pub fn is_touched(&self, identity: &Identity) -> Result<bool, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT 1 FROM audit WHERE recordgroup = ? AND uniqueid = ? AND recordid = ? AND person IS NOT NULL",
        )?;
        Ok(statement.exists((identity.recordgroup, &identity.uniqueid, &identity.recordid))?)
    }

    /// Files that were left out for this reason and are of no recording, `most` of them from a line on.
    pub fn files_left_out(&self, reason: &str, after: i64, most: i64) -> Result<Vec<SideFile>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, path, size, CASE WHEN duration > 0 THEN duration END FROM intake_files
               WHERE excluded = ? AND recording = 0 AND path <> '' AND id > ? ORDER BY id LIMIT ?",
        )?;
        let rows = statement.query_map((reason, after, most), |row| {
            let form = SoundForm {
                path: text_whole(row.get_ref(1)?),
                role: SoundRole::Other,
                size: row.get(2)?,
                duration: row.get(3)?,
                ..SoundForm::default()
            };
            Ok(SideFile { line: row.get(0)?, form })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Change<'_> {
    /// A row that names a file.
    pub fn row_to_tidy(&self, id: i64) -> Result<Option<TidyRow>, StoreError> {
        Ok(one(&self.transaction, id)?)
    }

    /// A row takes over what another one of the same recording knows and it doesn't. It is held if that one is, and kept as
    /// long as the longer kept of both.
    pub fn take_over(&self, kept: i64, other: i64) -> Result<(), StoreError> {
        let told = WIRE.iter().filter(|column| column.origin == Origin::Fact && column.kind.is_text());
        let told = told.filter(|column| column.name != "mimetype").map(|column| {
            let name = column.name;
            format!("\"{name}\" = CASE WHEN ifnull(k.\"{name}\", '') = '' THEN ifnull(o.\"{name}\", '') ELSE k.\"{name}\" END")
        });
        let sql = format!(
            "UPDATE recordings AS k SET {}, hold = max(ifnull(k.hold, 0), ifnull(o.hold, 0)),
               expires = CASE WHEN ifnull(k.expires, 0) = 0 OR ifnull(o.expires, 0) = 0 THEN 0 ELSE max(k.expires, o.expires) END
               FROM recordings o WHERE k.id = ? AND o.id = ?",
            told.collect::<Vec<_>>().join(", ")
        );
        self.transaction.prepare_cached(&sql)?.execute((kept, other))?;
        Ok(())
    }

    /// The file that a row had is that of a further form of another row.
    pub fn hand_over_file(&self, path: &str, from: i64, to: i64, reason: &str) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached(
                "UPDATE intake_files SET recording = ?3, excluded = ?4, recordid = '', written = NULL,
                     uniqueid = (SELECT uniqueid FROM recordings WHERE id = ?3)
                   WHERE path = ?1 AND recording = ?2",
            )?
            .execute((Text::of(path), from, to, reason))?;
        Ok(())
    }
}
