//! Opening a database file: looked at first, changed only once it is known to be ours or adoptable.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::OpenError;
use super::schema::{self, Missing};
use super::settings::{BUSY_TIMEOUT, PREPARED};
use super::telling::Telling;
use crate::store::search;

/// `TAPE`: marks the file as ours (SQLite's application_id).
pub(in crate::store) const APPLICATION_ID: i32 = 0x5441_5045;
/// The version of schema.sql (SQLite's user_version). Raised with every change of it, but of indexes alone: a file that has
/// others gets them made anew. See [`UPGRADES`].
pub(in crate::store) const VERSION: i32 = 9;
/// What brings a file of version n (the index plus 1) to the next one, before schema.sql is applied.
const UPGRADES: [&str; VERSION as usize - 1] = [
    // schema.sql does by itself what 2 adds, the search;
    "", // 3, indexes of the audit log and what removes sound;
    "", // 4, what intake knows,
    "", // of which 5 needs less, and detail records elsewhere.
    "DROP TRIGGER IF EXISTS recordings_insert_file; DROP TABLE IF EXISTS intake_calls;
     DROP INDEX IF EXISTS intake_files_path; DROP INDEX IF EXISTS intake_files_uniqueid;",
    "", // 6 never uses an id again, and keeps what rules name, and what waits.
    // 7 knows every form of a sound: schema::apply fills the table where it makes it. It also tells a length that nobody
    // knows from none; what may have been either is looked at again.
    "UPDATE intake_files SET duration = -1, modified = modified - 1 WHERE duration = 0 AND size > 44 AND state = 2;",
    "", // 8 knows the domain of a call,
    "", // 9 who is disabled, who logged in when, which call an entry of the audit log is about; and it searches folded texts:
        // an index of before is known by its view.
];

/// Files up to this size are checked page by page at every start; larger ones only where SQLite touches them.
const CHECKED_WHOLE: u64 = 8 << 20;
/// The table of the search index, as SQLite names it where its contents are damaged.
const SEARCH_INDEX: &str = "recordings_search";
const HEADER: usize = 100;
/// Steps of SQLite's virtual machine, about 10 ms, between two looks whether it is time to tell of a long upgrade.
const STEPS_BETWEEN_TICKS: i32 = 1_000_000;
/// A WAL of more bytes is written back at the start.
const LONG_WAL: u64 = 16 << 20;

/// Opens `path` for writing. It then has our tables, triggers and indexes.
pub(in crate::store) fn open(path: &Path) -> Result<Connection, OpenError> {
    let as_error = |error| OpenError::from_sqlite(path, error);
    let found = make_or_look(path)?;
    if found == Found::File {
        inspect(path)?;
    }
    let mut writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(as_error)?;
    // Else a table that is made anew would take along what refers to the old one. No transaction can change it.
    writer.execute_batch("PRAGMA foreign_keys = OFF;").map_err(as_error)?;
    let tell = Telling::new(path);
    let ticking = tell.clone();
    writer.progress_handler(STEPS_BETWEEN_TICKS, Some(move || ticking.goes_on())).map_err(as_error)?;
    bring_up_to_date(path, &mut writer, &tell)?;
    writer.progress_handler(0, None::<fn() -> bool>).map_err(as_error)?;
    use_wal(path, &writer)?;
    warn_of_wide_modes(path);
    search::register_functions(&writer).map_err(as_error)?;
    keep_the_copy(path)?;
    make_searchable(path, &mut writer, &tell)?;
    writer
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864;",
        )
        .map_err(as_error)?;
    // So that the numbers that mark the file as ours stand in the file itself, and no long WAL is left of an
    // adoption. Where another program reads, this does what it can.
    if found == Found::Nothing
        || fs::metadata(with_suffix(path, "-wal")).is_ok_and(|wal| wal.len() > LONG_WAL)
    {
        writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(as_error)?;
    }
    writer.set_prepared_statement_cache_capacity(PREPARED);
    // As the readers: else each statement with a LIMIT is prepared anew every time.
    writer.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(as_error)?;
    Ok(writer)
}

#[derive(PartialEq, Eq)]
enum Found {
    Nothing,
    File,
}

/// Makes a missing file with mode 0600; refuses what cannot be ours from its first 100 bytes.
fn make_or_look(path: &Path) -> Result<Found, OpenError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
                Ok(_) => Ok(Found::Nothing),
                // Another first start was a moment faster; its lock decides who fills the file.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Found::Nothing),
                Err(error) => Err(OpenError::Create { path: path.into(), why: reason(&error) }),
            };
        }
        Err(error) => return Err(OpenError::Access { path: path.into(), why: reason(&error) }),
    };
    if !metadata.is_file() {
        return Err(OpenError::NotAFile { path: path.into() });
    }
    // The superuser may write to a read-only file: take its mode at its word.
    if metadata.permissions().mode() & 0o222 == 0 {
        return Err(OpenError::ReadOnly { path: path.into() });
    }
    match OpenOptions::new().read(true).write(true).open(path) {
        Ok(_) if metadata.len() == 0 => Ok(Found::Nothing),
        Ok(file) => look_at_header(path, file, metadata.len()).map(|()| Found::File),
        Err(error) if matches!(error.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) => {
            Err(OpenError::ReadOnly { path: path.into() })
        }
        Err(error) => Err(OpenError::Access { path: path.into(), why: reason(&error) }),
    }
}

/// The fields of the header that decide, at the offsets of <https://www.sqlite.org/fileformat2.html#the_database_header>.
fn look_at_header(path: &Path, mut file: File, length: u64) -> Result<(), OpenError> {
    let mut header = [0; HEADER];
    if file.read_exact(&mut header).is_err() || !header.starts_with(b"SQLite format 3\0") {
        return Err(OpenError::NotSqlite { path: path.into() });
    }
    let number = |at: usize| i32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    check_numbers(path, number(68), number(60))?;
    let page_size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65536,
        size => u64::from(size),
    };
    let pages_known = number(24) == number(92);
    let pages = u64::from(number(28).unsigned_abs());
    // A crash may have left pages for SQLite to bring back from a WAL or a rollback journal.
    let recoverable = ["-wal", "-journal"]
        .iter()
        .any(|suffix| fs::metadata(with_suffix(path, suffix)).is_ok_and(|beside| beside.len() > 0));
    if pages_known && !recoverable && length < pages * page_size {
        return Err(OpenError::Damaged { path: path.into(), why: "its end is missing".into() });
    }
    Ok(())
}

fn check_numbers(path: &Path, application_id: i32, version: i32) -> Result<(), OpenError> {
    match application_id {
        APPLICATION_ID if version > VERSION => {
            Err(OpenError::Newer { path: path.into(), found: version, known: VERSION })
        }
        0 | APPLICATION_ID => Ok(()),
        found => Err(OpenError::Foreign { path: path.into(), found }),
    }
}

/// Looks at the file through a connection that cannot write, so that what is refused stays as it is.
fn inspect(path: &Path) -> Result<(), OpenError> {
    let as_error = |error| OpenError::from_sqlite(path, error);
    let reader = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(as_error)?;
    let (application_id, version) = match numbers(&reader) {
        // A rollback journal from a crash: only a connection that may write can roll it back.
        Err(error) if error.sqlite_error().is_some_and(|code| code.extended_code == READONLY_ROLLBACK) => {
            return Ok(());
        }
        other => other.map_err(as_error)?,
    };
    check_numbers(path, application_id, version)?;
    if application_id == 0 {
        schema::adoptable(path, &reader)?;
    }
    check_for_damage(path, &reader)
}

const READONLY_ROLLBACK: i32 = rusqlite::ffi::SQLITE_READONLY_ROLLBACK;

fn numbers(connection: &Connection) -> rusqlite::Result<(i32, i32)> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
    Ok((number("application_id")?, number("user_version")?))
}

fn check_for_damage(path: &Path, reader: &Connection) -> Result<(), OpenError> {
    let as_error = |error| OpenError::from_sqlite(path, error);
    schema::touch_everything(reader).map_err(as_error)?;
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() <= CHECKED_WHOLE) {
        let mut check = match reader.prepare("PRAGMA quick_check(1000)") {
            // Nothing can be checked as long as the search index is so damaged; it is made anew first.
            Err(error) if error.to_string().contains(SEARCH_INDEX) => return Ok(()),
            check => check.map_err(as_error)?,
        };
        let verdicts = check.query_map([], |row| row.get::<_, String>(0)).map_err(as_error)?;
        for verdict in verdicts {
            let verdict = verdict.map_err(as_error)?;
            // "TEXT value in recordings.start" is another program's row, not damage; and the search index is made
            // anew where it is damaged.
            let harmless =
                verdict == "ok" || verdict.contains(" value in ") || verdict.contains(SEARCH_INDEX);
            if !harmless {
                return Err(OpenError::Damaged { path: path.into(), why: verdict.replace('\n', " ") });
            }
        }
    }
    Ok(())
}

fn connect(path: &Path, mode: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Makes, upgrades, adopts or mends in one transaction; does nothing to a file that is right.
fn bring_up_to_date(path: &Path, writer: &mut Connection, tell: &Telling) -> Result<(), OpenError> {
    let as_error = |error| OpenError::from_sqlite(path, error);
    let current = |connection: &Connection| -> Result<bool, OpenError> {
        let numbers = numbers(connection).map_err(as_error)?;
        Ok(numbers == (APPLICATION_ID, VERSION)
            && schema::missing(connection).map_err(as_error)?.is_empty()
            && !search::is_of_before(connection).map_err(as_error)?)
    };
    if current(writer)? {
        return Ok(());
    }
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(as_error)?;
    // Another start may have done it while this one waited for the lock.
    if current(&transaction)? {
        return Ok(());
    }
    let (application_id, version) = numbers(&transaction).map_err(as_error)?;
    let dangling = schema::dangling(&transaction);
    if application_id == 0 {
        schema::adoptable(path, &transaction)?;
        let missing = schema::missing(&transaction).map_err(as_error)?;
        schema::can_be_made(path, &missing)?;
        if schema::has_tables(&transaction).map_err(as_error)? && !missing.is_empty() {
            copy_before_adoption(path, tell)?;
        }
    } else {
        let upgrades = UPGRADES.iter().skip(usize::try_from(version - 1).unwrap_or(0));
        for upgrade in upgrades {
            transaction.execute_batch(upgrade).map_err(as_error)?;
        }
    }
    let unsearchable = schema::missing(&transaction).map_err(as_error)?.iter().any(Missing::of_search);
    let is_of_before = search::is_of_before(&transaction).map_err(as_error)?;
    tell.step("making tables and indexes");
    let is_aside = is_of_before && search::set_aside(&transaction, !unsearchable).map_err(as_error)?;
    schema::apply(path, &transaction)?;
    if is_aside {
        search::begin(&transaction).map_err(as_error)?;
    } else if unsearchable || is_of_before {
        search::start_over(&transaction).map_err(as_error)?;
    }
    let missing = schema::missing(&transaction).map_err(as_error)?;
    if let Some(Missing { what, name, .. }) = missing.first() {
        let why = format!("its {what} {name} is not as this program needs it");
        return Err(OpenError::NotAdoptable { path: path.into(), why });
    }
    // What other programs left is served as it is.
    if let Some(table) = schema::more_dangling(&dangling, &schema::dangling(&transaction)) {
        let why = format!("rows of its table {table} would name what is not there");
        return Err(OpenError::NotAdoptable { path: path.into(), why });
    }
    transaction
        .execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"))
        .and_then(|()| transaction.commit())
        .map_err(as_error)
}

/// Finds a damaged search index and makes it anew; indexes what other programs wrote meanwhile.
fn make_searchable(path: &Path, writer: &mut Connection, tell: &Telling) -> Result<(), OpenError> {
    let as_error = |error| OpenError::from_sqlite(path, error);
    if !search::is_intact(writer) {
        tracing::warn!("the search index of {} was damaged; it is made anew", path.display());
        let transaction =
            writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(as_error)?;
        search::start_over(&transaction).and_then(|()| transaction.commit()).map_err(as_error)?;
    }
    search::catch_up(writer, tell).map_err(as_error)
}

/// What the copy is called until the adoption is done: a start that was refused or killed leaves one at most.
const UNFINISHED: &str = ".adopting";

/// Copies the database as it is.
fn copy_before_adoption(path: &Path, tell: &Telling) -> Result<(), OpenError> {
    let as_error = |error| OpenError::from_sqlite(path, error);
    let unfinished = with_suffix(path, UNFINISHED);
    let _ = fs::remove_file(&unfinished);
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished);
    made.map_err(|error| OpenError::Create { path: unfinished.clone(), why: reason(&error) })?;
    let source = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(as_error)?;
    let mut copy = Connection::open(&unfinished).map_err(as_error)?;
    let backup = Backup::new(&source, &mut copy).map_err(as_error)?;
    loop {
        let more = backup.step(4096).map_err(as_error)?;
        let pages = backup.progress();
        let count = |pages: i32| u64::from(pages.unsigned_abs());
        let done = count(pages.pagecount - pages.remaining);
        tell.so_far("keeping a copy of the file as it was", "pages", done, count(pages.pagecount));
        match more {
            StepResult::Done => return Ok(()),
            StepResult::Busy | StepResult::Locked => std::thread::sleep(Duration::from_millis(50)),
            _ => {}
        }
    }
}

/// Gives the copy of an adoption that is done its name: `NAME.before-adoption`, or with a number where that is taken.
fn keep_the_copy(path: &Path) -> Result<(), OpenError> {
    let unfinished = with_suffix(path, UNFINISHED);
    if !unfinished.exists() {
        return Ok(());
    }
    let target = free_name(path);
    fs::rename(&unfinished, &target)
        .map_err(|error| OpenError::Create { path: target.clone(), why: reason(&error) })?;
    tracing::info!("adopted {}: the file as it was is kept as {}", path.display(), target.display());
    Ok(())
}

fn free_name(path: &Path) -> PathBuf {
    let first = with_suffix(path, ".before-adoption");
    let numbered = (2..).map(|n| with_suffix(path, &format!(".before-adoption-{n}")));
    std::iter::once(first).chain(numbered).find(|name| !name.exists()).unwrap_or_default()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn use_wal(path: &Path, writer: &Connection) -> Result<(), OpenError> {
    let mode: rusqlite::Result<String> =
        writer.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0));
    match mode {
        Ok(mode) if mode.eq_ignore_ascii_case("wal") => Ok(()),
        Ok(_) => Err(OpenError::Locked { path: path.into() }),
        Err(error) => Err(OpenError::from_sqlite(path, error)),
    }
}

fn warn_of_wide_modes(path: &Path) {
    // SQLite makes the files beside it with the same mode.
    let files = [path.to_path_buf(), with_suffix(path, "-wal"), with_suffix(path, "-shm")];
    if let Some(warning) = files.iter().find_map(|file| wide_mode(file)) {
        tracing::warn!("{warning}*");
    }
}

/// A sentence of advice where others than the owner may read or write `path`.
pub fn wide_mode(path: &Path) -> Option<String> {
    let mode = fs::metadata(path).ok()?.mode() & 0o777;
    (mode & 0o077 != 0).then(|| {
        let path = path.display();
        format!(
            "{path} can be read or written by other users (mode {mode:04o}); close it with: chmod 600 {path}"
        )
    })
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "its folder does not exist".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        _ => error.to_string(),
    }
}
