//! What intake knows: the files and announced recordings that it has met, and the rows that it made of them.

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, ToSql, params_from_iter};

use super::recordings::values;
use super::removals::plain;
use super::{Change, Reader, StoreError};
use crate::model::{Known, NewRecording, WIRE};

const COLUMNS: &str = "id, path, machine, uniqueid, recordid, recording, excluded, customer, recordgroup, days, \
    state, over, device, inode, created, modified, closed, size, duration, digest, answer, ended, talktime, totaltime, context, account, queue, note, \
    ranks, written, first_seen";

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    Ok(Known {
        id: row.get(0)?,
        path: row.get(1)?,
        machine: row.get(2)?,
        uniqueid: row.get(3)?,
        recordid: row.get(4)?,
        recording: row.get(5)?,
        excluded: row.get(6)?,
        customer: row.get(7)?,
        recordgroup: row.get(8)?,
        days: row.get(9)?,
        state: row.get(10)?,
        over: row.get(11)?,
        device: row.get(12)?,
        inode: row.get(13)?,
        created: row.get(14)?,
        modified: row.get(15)?,
        closed: row.get(16)?,
        size: row.get(17)?,
        duration: row.get(18)?,
        digest: row.get(19)?,
        answer: row.get(20)?,
        ended: row.get(21)?,
        talktime: row.get(22)?,
        totaltime: row.get(23)?,
        context: row.get(24)?,
        account: row.get(25)?,
        queue: row.get(26)?,
        note: row.get(27)?,
        ranks: row.get(28)?,
        written: row.get(29)?,
        first_seen: row.get(30)?,
    })
}

fn values_of(k: &Known) -> [&dyn ToSql; 30] {
    [
        &k.path,
        &k.machine,
        &k.uniqueid,
        &k.recordid,
        &k.recording,
        &k.excluded,
        &k.customer,
        &k.recordgroup,
        &k.days,
        &k.state,
        &k.over,
        &k.device,
        &k.inode,
        &k.created,
        &k.modified,
        &k.closed,
        &k.size,
        &k.duration,
        &k.digest,
        &k.answer,
        &k.ended,
        &k.talktime,
        &k.totaltime,
        &k.context,
        &k.account,
        &k.queue,
        &k.note,
        &k.ranks,
        &k.written,
        &k.first_seen,
    ]
}

impl Change<'_> {
    /// What is known of the file at `path`. A file that is really there is one and the same for every machine.
    pub fn known_file(&self, path: &str, machine: Option<&str>) -> Result<Option<Known>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM intake_files WHERE path = ?1 AND (?2 IS NULL OR machine IN (?2, ''))
               ORDER BY id LIMIT 1"
        );
        Ok(self.transaction.prepare_cached(&sql)?.query_row((path, machine), known).optional()?)
    }

    /// What is known of a channel's recordings, in the order in which they came.
    pub fn known_call(&self, machine: &str, uniqueid: &str) -> Result<Vec<Known>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM intake_files WHERE uniqueid = ? AND machine IN (?, '') ORDER BY id"
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let rows = statement.query_map((uniqueid, machine), known)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Remembers a file or an announced recording. Gives the id of what is known.
    pub fn know(&self, known: &Known) -> Result<i64, StoreError> {
        let names = COLUMNS.trim_start_matches("id, ");
        let marks = vec!["?"; 30].join(", ");
        let sql = format!("INSERT INTO intake_files ({names}) VALUES ({marks})");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        Ok(statement.insert(params_from_iter(values_of(known)))?)
    }

    /// Remembers what has changed of it.
    pub fn know_better(&self, known: &Known) -> Result<(), StoreError> {
        let names = COLUMNS.trim_start_matches("id, ").replace(", ", " = ?, ");
        let sql = format!("UPDATE intake_files SET {names} = ? WHERE id = ?");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let values = values_of(known).into_iter().chain([&known.id as &dyn ToSql]);
        statement.execute(params_from_iter(values))?;
        Ok(())
    }

    /// The number of the next recording of a channel: 1, 2, …, and none of one that was deleted.
    pub fn next_recordid(&self, recordgroup: i64, uniqueid: &str) -> Result<i64, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT 1 + max(
               ifnull((SELECT max(CAST(recordid AS INTEGER)) FROM intake_files WHERE uniqueid = ?2), 0),
               ifnull((SELECT max(CAST(recordid AS INTEGER)) FROM recordings
                         WHERE recordgroup = ?1 AND uniqueid = ?2), 0))",
        )?;
        Ok(statement.query_row((recordgroup, uniqueid), |row| row.get(0))?)
    }

    /// The row with this id, if it is still there.
    pub fn recording_row(&self, id: i64) -> Result<Option<NewRecording>, StoreError> {
        let sql = format!("SELECT {} FROM recordings WHERE id = ?", wire_names());
        Ok(self.transaction.prepare_cached(&sql)?.query_row([id], recording).optional()?)
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
        old: &NewRecording,
        new: &NewRecording,
    ) -> Result<(), StoreError> {
        if old.path != new.path && !old.path.is_empty() {
            self.follow(&old.path, &new.path)?;
        }
        let (old, new) = (values(old), values(new));
        let mut changed: Vec<usize> = Vec::new();
        for place in 0..WIRE.len() {
            if old[place].to_sql()? != new[place].to_sql()? {
                changed.push(place);
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        let names: Vec<String> =
            changed.iter().map(|place| format!("\"{}\" = ?", WIRE[*place].name)).collect();
        let sql = format!("UPDATE recordings SET {} WHERE id = ?", names.join(", "));
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let values = changed.iter().map(|place| new[*place]).chain([&id as &dyn ToSql]);
        statement.execute(params_from_iter(values))?;
        Ok(())
    }

    /// Every row that names a file names it where it is now.
    fn follow(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE recordings SET path = ?2 WHERE id IN (SELECT r.id FROM recordings r INDEXED BY recordings_sound
               WHERE r.path <> '' AND {} = {})",
            plain("r.path"),
            plain("?1")
        );
        self.transaction.prepare_cached(&sql)?.execute((from, to))?;
        Ok(())
    }

    /// Takes a row out again that intake made of a call in progress.
    pub fn withdraw_recording(&self, id: i64) -> Result<(), StoreError> {
        self.transaction.prepare_cached("DELETE FROM recordings WHERE id = ?")?.execute([id])?;
        Ok(())
    }

    /// Notes that the sound of these rows is missing, or there again. Gives the rows.
    pub fn set_stale(&self, ids: &[i64], stale: bool) -> Result<Vec<NewRecording>, StoreError> {
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

/// A file as it was when it was last looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileKnown {
    /// Relative to the media root.
    pub path: String,
    /// 0: never seen, 1: being written, 2: closed.
    pub state: i64,
    /// As stat(2) had it.
    pub inode: i64,
    /// Nanoseconds.
    pub created: i64,
    /// Nanoseconds.
    pub modified: i64,
    /// Bytes.
    pub size: i64,
    /// Milliseconds of sound.
    pub duration: i64,
    /// Of its beginning and end.
    pub digest: Option<Vec<u8>>,
}

const FILE: &str = "path, state, inode, created, modified, size, duration, digest";

fn file_known(row: &Row<'_>) -> rusqlite::Result<FileKnown> {
    Ok(FileKnown {
        path: row.get(0)?,
        state: row.get(1)?,
        inode: row.get(2)?,
        created: row.get(3)?,
        modified: row.get(4)?,
        size: row.get(5)?,
        duration: row.get(6)?,
        digest: row.get(7)?,
    })
}

/// A row that names a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowWithFile {
    /// Its id.
    pub id: i64,
    /// What it names.
    pub path: Vec<u8>,
    /// Whether it says that its sound is missing.
    pub stale: bool,
}

impl Reader {
    /// The recordings that the PBX of a machine announced and of which it has not said that they are over, each with its
    /// start.
    pub fn not_over(&self, machine: &str) -> Result<Vec<(Known, i64)>, StoreError> {
        // Ranks begin with that of the callid; a: 10, the PBX said it.
        let sql = format!(
            "SELECT {COLUMNS}, ifnull((SELECT CAST(start AS INTEGER) FROM recordings WHERE id = recording), 0)
               FROM intake_files WHERE machine = ? AND over = 0 AND substr(ranks, 1, 1) = 'a' ORDER BY id"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([machine], |row| Ok((known(row)?, row.get(31)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether there is any group to file recordings in.
    pub fn has_groups(&self) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached("SELECT 1 FROM recordgroups")?.exists([])?)
    }

    /// The file at `path`, if it is known.
    pub fn file_at(&self, path: &str) -> Result<Option<FileKnown>, StoreError> {
        let sql = format!("SELECT {FILE} FROM intake_files WHERE path = ? ORDER BY id LIMIT 1");
        Ok(self.0.prepare_cached(&sql)?.query_row([path], file_known).optional()?)
    }

    /// Known files that had this inode.
    pub fn files_with_inode(&self, inode: i64) -> Result<Vec<FileKnown>, StoreError> {
        let sql = format!("SELECT {FILE} FROM intake_files WHERE inode = ? AND inode <> 0 AND path <> ''");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([inode], file_known)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Known files of a channel, or of files with this base name.
    pub fn files_of_call(&self, uniqueid: &str) -> Result<Vec<FileKnown>, StoreError> {
        let sql = format!("SELECT {FILE} FROM intake_files WHERE uniqueid = ? AND path <> ''");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([uniqueid], file_known)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Known files whose paths begin with this and a dot: those of one name and several endings are among them.
    pub fn files_beside(&self, stem: &str) -> Result<Vec<FileKnown>, StoreError> {
        // A slash follows the dot.
        let sql = format!("SELECT {FILE} FROM intake_files WHERE path > ?1 || '.' AND path < ?1 || '/'");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([stem], file_known)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Calls `each` with every known file that has a digest.
    pub fn each_file(&self, mut each: impl FnMut(FileKnown)) -> Result<(), StoreError> {
        let sql = format!("SELECT {FILE} FROM intake_files WHERE path <> '' AND digest IS NOT NULL");
        let mut statement = self.0.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(file_known(row)?);
        }
        Ok(())
    }

    /// Up to `most` rows that name a file, by id from `after` on.
    pub fn rows_with_files(&self, after: i64, most: i64) -> Result<Vec<RowWithFile>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, CAST(path AS BLOB), stale = 1 FROM recordings WHERE id > ? AND path <> '' ORDER BY id LIMIT ?",
        )?;
        let rows = statement.query_map((after, most), |row| {
            Ok(RowWithFile {
                id: row.get(0)?,
                path: row.get(1)?,
                stale: row.get::<_, Option<bool>>(2)?.unwrap_or(false),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Files that are still being written, or were when they were last looked at.
    pub fn open_files(&self) -> Result<Vec<String>, StoreError> {
        let mut statement =
            self.0.prepare_cached("SELECT path FROM intake_files WHERE state = 1 AND path <> ''")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many files were left out, by reason.
    pub fn excluded_files(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT excluded, count(*) FROM intake_files WHERE excluded <> '' GROUP BY 1 ORDER BY 2 DESC, 1",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn wire_names() -> String {
    let names: Vec<String> = WIRE.iter().map(|column| format!("\"{}\"", column.name)).collect();
    names.join(", ")
}

/// A row as numbers and texts, whatever another program stored.
fn recording(row: &Row<'_>) -> rusqlite::Result<NewRecording> {
    let mut place = 0;
    let mut next = || {
        place += 1;
        row.get_ref(place - 1)
    };
    Ok(NewRecording {
        customer: integer(next()?),
        recordgroup: integer(next()?),
        uniqueid: text(next()?),
        recordid: text(next()?),
        callid: text(next()?),
        asteriskid: text(next()?),
        machine: text(next()?),
        start: integer(next()?),
        end: integer(next()?),
        talktime: integer(next()?),
        totaltime: integer(next()?),
        status: text(next()?),
        stype: text(next()?),
        snumber: text(next()?),
        snumber_name: text(next()?),
        snumber_display: text(next()?),
        scustomer: integer(next()?),
        ctype: text(next()?),
        cnumber: text(next()?),
        cnumber_name: text(next()?),
        cnumber_display: text(next()?),
        dtype: text(next()?),
        dnumber: text(next()?),
        dnumber_name: text(next()?),
        dnumber_display: text(next()?),
        dcustomer: integer(next()?),
        callerid_internal: text(next()?),
        spresent: integer(next()?),
        complete: integer(next()?),
        expires: integer(next()?),
        stale: integer(next()?),
        mimetype: text(next()?),
        size: integer(next()?),
        path: text(next()?),
        direction: text(next()?),
        hold: integer(next()?),
    })
}

fn integer(value: ValueRef<'_>) -> i64 {
    match value {
        ValueRef::Integer(number) => number,
        ValueRef::Real(real) => real as i64,
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            std::str::from_utf8(text).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
        }
        ValueRef::Null => 0,
    }
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(real) => real.to_string(),
        ValueRef::Null => String::new(),
    }
}
