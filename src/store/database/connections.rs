//! An open database: one connection that writes, and a pool of those that read.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction};

use super::error::{OpenError, StoreError};
use super::open;
use super::settings::{BUSY_TIMEOUT, PREPARED, PREPARED_FOR_MANY, STEPS_BETWEEN_LOOKS};
use super::writer::{Writer, Writing};
use crate::model::Actor;
use crate::store::audited_call;
use crate::store::people::Accounts;
use crate::store::recordings;
use crate::store::search::{self, Building};

/// An open recordings database.
pub struct Store {
    readers: r2d2::Pool<SqliteConnectionManager>,
    writer: Writer,
    path: PathBuf,
    /// How often a change has touched who may do what.
    rights: AtomicU64,
}

/// A read-only connection, borrowed from the pool.
pub struct Reader(pub(in crate::store) r2d2::PooledConnection<SqliteConnectionManager>);

/// While it is kept, a [`Reader`] sees the database as it was at its first question.
#[must_use]
pub struct Snapshot<'a> {
    /// `None` within another one.
    _transaction: Option<Transaction<'a>>,
}

/// A transaction that changes data, and who makes it.
pub struct Change<'a> {
    pub(in crate::store) transaction: Transaction<'a>,
    pub(in crate::store) actor: Actor,
    pub(in crate::store) now: i64,
    rights: Cell<bool>,
}

impl Store {
    /// Opens the database at `path`; makes, upgrades or adopts it first where that is called for.
    /// `readers`: how many connections may read at once.
    pub fn open(path: &Path, readers: u32) -> Result<Store, OpenError> {
        let writer = open::open(path)?;
        let manager = SqliteConnectionManager::file(path)
            .with_flags(OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .with_init(prepare_reader);
        let readers = r2d2::Pool::builder()
            .max_size(readers)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(BUSY_TIMEOUT)
            .error_handler(Box::new(PoolLog))
            .build(manager)
            .map_err(|_| OpenError::Readers { path: path.into() })?;
        Ok(Store { readers, writer: Writer::new(writer), path: path.into(), rights: AtomicU64::new(0) })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A connection to read with. Waits up to five seconds for one.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        self.readers.get().map(Reader).map_err(|_| StoreError::Busy)
    }

    /// A connection that never waits: not for its turn, and not for another program's lock.
    pub fn reader_at_hand(&self) -> Option<Reader> {
        let connection = self.readers.try_get()?;
        connection.busy_timeout(Duration::ZERO).ok()?;
        Some(Reader(connection))
    }

    /// Makes room for years of rows at once, which then come several times as fast.
    pub fn expect_many(&self) -> Result<(), StoreError> {
        let writer = self.writer();
        writer.set_prepared_statement_cache_capacity(PREPARED_FOR_MANY);
        // 64 MiB of pages, so that none is written twice in a transaction, and 32 MiB of WAL between two checkpoints.
        // For each row, SQLite keeps the pages that it and its triggers change, to take back just that: 20 writes of a
        // file, where they don't stay in memory.
        writer.execute_batch(
            "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8192; PRAGMA temp_store = MEMORY;",
        )?;
        Ok(())
    }

    /// Runs `change` in one transaction: all of it happens, or nothing. `now` is Unix seconds.
    pub fn change<T, E: From<StoreError>>(
        &self,
        actor: &Actor,
        now: i64,
        change: impl FnOnce(&Change<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.change_by(now, |_| Ok((actor.clone(), ())), |begun, ()| change(begun))
    }

    /// Runs `change` in one transaction for whoever `who` finds that makes it, once nobody else can change who may.
    pub fn change_by<W, T, E: From<StoreError>>(
        &self,
        now: i64,
        who: impl FnOnce(&Accounts<'_>) -> Result<(Actor, W), E>,
        change: impl FnOnce(&Change<'_>, &W) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.writer_in_time()?;
        let (begun, who) = begin(&mut writer, now, who)?;
        let done = change(&begun, &who)?;
        let rights = begun.rights.get();
        begun.transaction.commit().map_err(StoreError::from)?;
        self.rights.fetch_add(rights.into(), Ordering::SeqCst);
        Ok(done)
    }

    /// Runs `change` as if it were meant, and takes it back.
    pub fn rehearse<T, E: From<StoreError>>(
        &self,
        actor: &Actor,
        now: i64,
        change: impl FnOnce(&Change<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.rehearse_by(now, |_| Ok((actor.clone(), ())), |begun, ()| change(begun))
    }

    /// Runs `change` for whoever `who` finds as if it were meant, and takes it back.
    pub fn rehearse_by<W, T, E: From<StoreError>>(
        &self,
        now: i64,
        who: impl FnOnce(&Accounts<'_>) -> Result<(Actor, W), E>,
        change: impl FnOnce(&Change<'_>, &W) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.writer_in_time()?;
        let (begun, who) = begin(&mut writer, now, who)?;
        // Dropped without a commit, a transaction is rolled back.
        change(&begun, &who)
    }

    /// Makes new rows quick to search once many wait for it. Gives how many were made so.
    pub fn index_waiting(&self) -> Result<usize, StoreError> {
        Ok(search::index_waiting(&mut self.writer())?)
    }

    /// Makes a part of a search index that is made beside an older one. Gives how far it is; `None` where it was whole.
    pub fn build_search(&self) -> Result<Option<Building>, StoreError> {
        Ok(search::build_some(&mut self.writer())?)
    }

    /// A number that is another one once a change has ended a session, or may have changed what somebody may do.
    pub fn rights(&self) -> u64 {
        self.rights.load(Ordering::SeqCst)
    }

    /// A number that is another one once another program has written; `None` while we write ourselves.
    pub fn written_by_others(&self) -> Option<i64> {
        // What the very same connection writes does not change it.
        self.idle_writer()?.query_row("PRAGMA data_version", [], |row| row.get(0)).ok()
    }

    pub(in crate::store) fn writer(&self) -> Writing<'_> {
        self.writer.in_the_end()
    }

    /// The connection that writes; [`StoreError::Busy`] for whoever waits for five seconds.
    pub(in crate::store) fn writer_in_time(&self) -> Result<Writing<'_>, StoreError> {
        self.writer.in_time()
    }

    pub(in crate::store) fn idle_writer(&self) -> Option<Writing<'_>> {
        self.writer.idle()
    }
}

fn begin<'a, W, E: From<StoreError>>(
    writer: &'a mut Writing<'_>,
    now: i64,
    who: impl FnOnce(&Accounts<'_>) -> Result<(Actor, W), E>,
) -> Result<(Change<'a>, W), E> {
    let transaction = writer.begin()?;
    let (actor, who) = who(&Accounts(&transaction))?;
    Ok((Change { transaction, actor, now, rights: Cell::new(false) }, who))
}

impl Change<'_> {
    /// When it is made, Unix seconds.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// It touches who may do what: whoever listens has to be looked at again.
    pub(in crate::store) fn touches_rights(&self) {
        self.rights.set(true);
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // The process may end before the readers are closed, and only the last connection writes the WAL back: whoever
        // then copies the file alone should have all of it. Where another program reads, its connection does it.
        let _ = self.writer().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
}

impl Reader {
    /// Who may log in.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts(&self.0)
    }

    /// Lets several questions see the same rows.
    pub fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        let outermost = self.0.is_autocommit();
        Ok(Snapshot { _transaction: outermost.then(|| self.0.unchecked_transaction()).transpose()? })
    }

    /// Ends whatever this connection runs as soon as `over` says so; its query then fails with
    /// [`StoreError::Cancelled`].
    pub fn end_when(&self, over: impl FnMut() -> bool + Send + 'static) -> Result<(), StoreError> {
        self.0.progress_handler(STEPS_BETWEEN_LOOKS, Some(over))?;
        Ok(())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // The next one to borrow the connection has another client. Neither call fails on a connection of ours.
        let _ = self.0.progress_handler(0, None::<fn() -> bool>);
        let _ = self.0.busy_timeout(BUSY_TIMEOUT);
    }
}

pub(in crate::store) fn prepare_reader(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    // Else SQLite prepares a statement anew whenever another LIMIT is bound to it: 100 µs a request.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Pages come straight from the file's mapping, so the private cache only holds what still is in the WAL;
    // it also bounds the memory of a sort, which goes to a temporary file beyond it.
    connection.execute_batch("PRAGMA mmap_size = 1099511627776; PRAGMA cache_size = -8192;")?;
    audited_call::register_functions(connection)?;
    recordings::register_functions(connection)
}

#[derive(Debug)]
struct PoolLog;

impl<E: std::error::Error> r2d2::HandleError<E> for PoolLog {
    fn handle_error(&self, error: E) {
        tracing::warn!(%error, "could not open a connection to read with");
    }
}
