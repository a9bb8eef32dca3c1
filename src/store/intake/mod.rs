//! What intake knows: the files and announced recordings that it has met, and the rows that it made of them.

mod others;
mod row;

use std::sync::LazyLock;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row, params_from_iter};

use super::recordings::text;
use super::{Change, Reader, StoreError};
use crate::model::Known;
pub(super) use others::OWNER;
use others::{MISSING, file_of_row, files_of_rows};

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

fn values_of(k: &Known) -> [ValueRef<'_>; 30] {
    use ValueRef::{Blob, Integer, Null};
    [
        text(&k.path),
        text(&k.machine),
        text(&k.uniqueid),
        text(&k.recordid),
        Integer(k.recording),
        text(&k.excluded),
        Integer(k.customer),
        Integer(k.recordgroup),
        Integer(k.days),
        Integer(k.state),
        Integer(k.over),
        Integer(k.device),
        Integer(k.inode),
        Integer(k.created),
        Integer(k.modified),
        Integer(k.closed),
        Integer(k.size),
        Integer(k.duration),
        k.digest.as_deref().map_or(Null, Blob),
        Integer(k.answer),
        Integer(k.ended),
        Integer(k.talktime),
        Integer(k.totaltime),
        text(&k.context),
        text(&k.account),
        text(&k.queue),
        text(&k.note),
        text(&k.ranks),
        k.written.map_or(Null, Integer),
        Integer(k.first_seen),
    ]
}

/// The lines of intake_files, each with the row that is its own now.
static LINES: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT {} FROM intake_files f", COLUMNS.replacen(" recording,", &format!(" {},", *OWNER), 1))
});
static BY_PATH: LazyLock<String> = LazyLock::new(|| {
    format!("{} WHERE path = ?1 AND (?2 IS NULL OR machine = ?2 OR machine = '') ORDER BY id LIMIT 1", *LINES)
});
static OF_CALL: LazyLock<String> = LazyLock::new(|| {
    format!("{} WHERE uniqueid = ?1 AND (machine = ?2 OR machine = '') ORDER BY id", *LINES)
});
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let names = COLUMNS.trim_start_matches("id, ");
    format!("INSERT INTO intake_files ({names}) VALUES ({})", vec!["?"; 30].join(", "))
});
/// The columns without the id, as [`values_of`] has them.
static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| COLUMNS.split(", ").skip(1).collect());

impl Change<'_> {
    /// What is known of the file at `path`. A file that is really there is one and the same for every machine.
    pub fn known_file(&self, path: &str, machine: Option<&str>) -> Result<Option<Known>, StoreError> {
        let mut statement = self.transaction.prepare_cached(&BY_PATH)?;
        match statement.query_row((path, machine), known).optional()? {
            Some(known) => Ok(Some(known)),
            None => Ok(self.other_file(path, machine)?),
        }
    }

    /// What is known of a channel's recordings, in the order in which they came.
    pub fn known_call(&self, machine: &str, uniqueid: &str) -> Result<Vec<Known>, StoreError> {
        let mut statement = self.transaction.prepare_cached(&OF_CALL)?;
        let rows = statement.query_map((uniqueid, machine), known)?;
        let mut call = rows.collect::<rusqlite::Result<_>>()?;
        self.add_others(&mut call, machine, uniqueid)?;
        Ok(call)
    }

    /// Remembers a file or an announced recording. Gives the id of what is known.
    pub fn know(&self, known: &Known) -> Result<i64, StoreError> {
        let mut statement = self.transaction.prepare_cached(&INSERT)?;
        Ok(statement.insert(params_from_iter(values_of(known).map(ToSqlOutput::Borrowed)))?)
    }

    /// Remembers what has changed of it since `before`. To set what is in an index costs much, also to what it was.
    pub fn know_better(&self, before: &Known, known: &Known) -> Result<(), StoreError> {
        let (old, new) = (values_of(before), values_of(known));
        let mut changed = Vec::with_capacity(NAMES.len());
        for (place, name) in NAMES.iter().enumerate() {
            // Whose line it is may stand there as it was before another row took the place.
            if *name == "recording" || old[place] != new[place] {
                changed.push(place);
            }
        }
        self.set(known.id, &changed, &new)
    }

    /// Remembers all of it, whatever is remembered so far.
    pub fn know_anew(&self, known: &Known) -> Result<(), StoreError> {
        self.set(known.id, &(0..NAMES.len()).collect::<Vec<_>>(), &values_of(known))
    }

    fn set(&self, id: i64, places: &[usize], values: &[ValueRef<'_>]) -> Result<(), StoreError> {
        let mut sql = String::with_capacity(512);
        sql.push_str("UPDATE intake_files SET ");
        for (count, place) in places.iter().enumerate() {
            sql.push_str(if count == 0 { "" } else { " = ?, " });
            sql.push_str(NAMES[*place]);
        }
        sql.push_str(" = ? WHERE id = ?");
        let values = places.iter().map(|place| values[*place]).chain([ValueRef::Integer(id)]);
        let values = values.map(ToSqlOutput::Borrowed);
        self.transaction.prepare_cached(&sql)?.execute(params_from_iter(values))?;
        Ok(())
    }

    /// The number of the next recording of a channel: 1, 2, …, and none of one that was deleted.
    pub fn next_recordid(&self, uniqueid: &str) -> Result<i64, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT 1 + max(
               ifnull((SELECT max(CAST(recordid AS INTEGER)) FROM intake_files WHERE uniqueid = ?1), 0),
               ifnull((SELECT max(CAST(recordid AS INTEGER)) FROM recordings INDEXED BY recordings_uniqueid
                         WHERE uniqueid = ?1), 0))",
        )?;
        Ok(statement.query_row([uniqueid], |row| row.get(0))?)
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

impl FileKnown {
    /// One that only a row tells of.
    fn unseen(path: String) -> rusqlite::Result<FileKnown> {
        let (created, modified, size, duration) = (0, 0, 0, 0);
        Ok(FileKnown { path, state: 0, inode: 0, created, modified, size, duration, digest: None })
    }
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
    /// Bytes of the file when it was seen last, if the sound is missing and the file was ever seen.
    pub size: Option<i64>,
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
        match self.0.prepare_cached(&sql)?.query_row([path], file_known).optional()? {
            Some(file) => Ok(Some(file)),
            None => Ok(file_of_row(&self.0, path)?),
        }
    }

    /// Whether a row that names the file at `path` says that it is missing.
    pub fn misses_sound(&self, path: &str) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached(&MISSING)?.exists([path])?)
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
        let mut files: Vec<FileKnown> = rows.collect::<rusqlite::Result<_>>()?;
        let more = files_of_rows(&self.0, uniqueid)?;
        files.extend(
            more.into_iter()
                .filter(|more| !files.iter().any(|file| file.path == more.path))
                .collect::<Vec<_>>(),
        );
        Ok(files)
    }

    /// Known files whose paths begin with this and a dot: those of one name and several endings are among them.
    pub fn files_beside(&self, stem: &str) -> Result<Vec<FileKnown>, StoreError> {
        // A slash follows the dot.
        let sql = format!("SELECT {FILE} FROM intake_files WHERE path > ?1 || '.' AND path < ?1 || '/'");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([stem], file_known)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Calls `each` with every known file that has a row and a digest.
    pub fn each_file(&self, mut each: impl FnMut(FileKnown)) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT {FILE} FROM intake_files f WHERE path <> '' AND digest IS NOT NULL
               AND EXISTS (SELECT 1 FROM recordings r WHERE r.id = f.recording)"
        );
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
            "SELECT id, CAST(path AS BLOB), stale = 1, CASE stale WHEN 1 THEN (SELECT f.size FROM intake_files f
                 WHERE f.path = r.path AND f.state <> 0 ORDER BY f.id LIMIT 1) END
               FROM recordings r WHERE id > ? AND path <> '' ORDER BY id LIMIT ?",
        )?;
        let rows = statement.query_map((after, most), |row| {
            Ok(RowWithFile {
                id: row.get(0)?,
                path: row.get(1)?,
                stale: row.get::<_, Option<bool>>(2)?.unwrap_or(false),
                size: row.get(3)?,
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
