//! The database files: made once, kept under `target/bench`, adopted by the server under test.

use crate::data::{self, CUSTOMERS, GROUPS, Party, Row, World};
use crate::programs;
use anyhow::{Context as _, Result};
use rusqlite::{Connection, Statement, params};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Who asks in the bench: a supervisor of the first customer.
pub const USERNAME: &str = "bench";
/// Their password.
pub const PASSWORD: &str = "lists-and-searches-2025";

/// What any program may expect of a recordings database, and nothing more; the server adopts such a file.
const TABLES: &str = "
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE recordgroups (
  id INTEGER PRIMARY KEY,
  customer INTEGER NOT NULL REFERENCES customers (id),
  name TEXT NOT NULL
);
CREATE TABLE recordings (
  id INTEGER PRIMARY KEY,
  customer INTEGER NOT NULL,
  recordgroup INTEGER NOT NULL,
  uniqueid TEXT NOT NULL,
  recordid TEXT NOT NULL,
  callid TEXT NOT NULL DEFAULT '',
  asteriskid TEXT NOT NULL DEFAULT '',
  machine TEXT NOT NULL DEFAULT '',
  start INTEGER NOT NULL,
  \"end\" INTEGER NOT NULL DEFAULT 0,
  talktime INTEGER NOT NULL DEFAULT 0,
  totaltime INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL DEFAULT '',
  stype TEXT NOT NULL DEFAULT '',
  snumber TEXT NOT NULL DEFAULT '',
  snumber_name TEXT NOT NULL DEFAULT '',
  snumber_display TEXT NOT NULL DEFAULT '',
  scustomer INTEGER NOT NULL DEFAULT 0,
  ctype TEXT NOT NULL DEFAULT '',
  cnumber TEXT NOT NULL DEFAULT '',
  cnumber_name TEXT NOT NULL DEFAULT '',
  cnumber_display TEXT NOT NULL DEFAULT '',
  dtype TEXT NOT NULL DEFAULT '',
  dnumber TEXT NOT NULL DEFAULT '',
  dnumber_name TEXT NOT NULL DEFAULT '',
  dnumber_display TEXT NOT NULL DEFAULT '',
  dcustomer INTEGER NOT NULL DEFAULT 0,
  callerid_internal TEXT NOT NULL DEFAULT '',
  spresent INTEGER NOT NULL DEFAULT 1,
  complete INTEGER NOT NULL DEFAULT 0,
  expires INTEGER NOT NULL DEFAULT 0,
  stale INTEGER NOT NULL DEFAULT 0,
  mimetype TEXT NOT NULL DEFAULT '',
  size INTEGER NOT NULL DEFAULT 0,
  path TEXT NOT NULL DEFAULT '',
  UNIQUE (recordgroup, uniqueid, recordid)
);";

const INDEXES: &str = "
CREATE INDEX recordings_recordgroup_start ON recordings (recordgroup, start);
CREATE INDEX recordings_customer_start ON recordings (customer, start);";

const INSERT: &str = "
INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, callid, asteriskid, machine, start,
  \"end\", talktime, totaltime, status, stype, snumber, snumber_name, snumber_display, scustomer, ctype,
  cnumber, cnumber_name, cnumber_display, dtype, dnumber, dnumber_name, dnumber_display, dcustomer,
  callerid_internal, spresent, complete, expires, stale, mimetype, size, path)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
  0, 'audio/x-wav', ?, ?)";

/// A folder of database files, by count of rows.
pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// The shelf in a folder; `fresh` empties it first.
    pub fn open(folder: &Path, fresh: bool) -> Result<Shelf> {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let shelf = Shelf { folder: folder.to_owned() };
        if fresh {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.to_string_lossy().contains(".db") {
                    fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
                }
            }
        }
        Ok(shelf)
    }

    fn file(&self, rows: u64, what: &str) -> PathBuf {
        self.folder.join(format!("lists-{}-{rows}-{what}.db", data::EDITION))
    }

    /// The contract's tables with so many rows, as any program could have written them.
    pub fn contract(&self, rows: u64) -> Result<PathBuf> {
        let path = self.file(rows, "contract");
        if !path.exists() {
            eprint!("making {rows} rows … ");
            let begin = Instant::now();
            let unfinished = path.with_extension("unfinished");
            generate(&unfinished, rows).with_context(|| format!("making {}", unfinished.display()))?;
            fs::rename(&unfinished, &path)?;
            eprintln!(
                "{:.1} s, {} MB",
                begin.elapsed().as_secs_f64(),
                fs::metadata(&path)?.len() / 1_000_000
            );
        }
        Ok(path)
    }

    /// The same after `tapeline` adopted it, with the bench's person in it. What an earlier run left is
    /// opened by this program too, which may upgrade it; what it will not open is adopted anew.
    pub fn adopted(&self, tapeline: &Path, rows: u64, label: &str) -> Result<PathBuf> {
        let path = self.file(rows, label);
        if path.exists() && adopt(tapeline, &path).is_ok() {
            // Fails where the person is there already.
            add_person(tapeline, &path).ok();
            return Ok(path);
        }
        remove(&path)?;
        let contract = self.contract(rows)?;
        fs::copy(&contract, &path).with_context(|| format!("copying {}", contract.display()))?;
        eprint!("{} adopts {rows} rows … ", tapeline.display());
        let begin = Instant::now();
        adopt(tapeline, &path)?;
        eprintln!("{:.1} s, {} MB", begin.elapsed().as_secs_f64(), fs::metadata(&path)?.len() / 1_000_000);
        add_person(tapeline, &path).inspect_err(|_| drop(remove(&path)))?;
        remove(&beside(&path, ".before-adoption"))?;
        Ok(path)
    }

    /// A copy that may be written to; it is removed by `drop`.
    pub fn scratch(&self, of: &Path) -> Result<Scratch> {
        let path =
            self.folder.join(format!("scratch-{}.db", of.file_stem().unwrap_or_default().to_string_lossy()));
        remove(&path)?;
        // What the last server left in the log goes into the file first.
        Connection::open(of)?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        fs::copy(of, &path).with_context(|| format!("copying {}", of.display()))?;
        Ok(Scratch(path))
    }
}

/// Any command that opens the database adopts or upgrades it.
fn adopt(tapeline: &Path, db: &Path) -> Result<()> {
    programs::run(tapeline, &["customer", "list"], db, "").map(drop)
}

fn add_person(tapeline: &Path, db: &Path) -> Result<()> {
    let add = ["user", "add", USERNAME, "--customer", "1", "--role", "supervisor", "--password-stdin"];
    programs::run(tapeline, &add, db, PASSWORD).map(drop)
}

/// A file of its own for a bench that writes.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.0) {
            eprintln!("{error:#}");
        }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Removes a database and what SQLite and the server keep beside it.
fn remove(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal", ".before-adoption"] {
        let path = beside(path, suffix);
        if path.exists() {
            fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
        }
    }
    Ok(())
}

fn generate(path: &Path, rows: u64) -> Result<()> {
    remove(path)?;
    let db = Connection::open(path)?;
    // As the server makes its own files.
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN",
    )?;
    db.execute_batch(TABLES)?;
    for (customer, name) in (1..).zip(CUSTOMERS) {
        db.execute("INSERT INTO customers VALUES (?, ?)", params![customer, name])?;
        for (group, name) in (1..).zip(GROUPS) {
            let id = (customer - 1) * GROUPS.len() as i64 + group;
            db.execute("INSERT INTO recordgroups VALUES (?, ?, ?)", params![id, customer, name])?;
        }
    }
    let mut insert = db.prepare(INSERT)?;
    World::new().each_row(rows, |row| store(&mut insert, &row))?;
    drop(insert);
    db.execute_batch(INDEXES)?;
    db.execute_batch("COMMIT; PRAGMA journal_mode = WAL")?;
    Ok(())
}

/// The statement that stores a row, for a bench of its own.
pub fn prepare_insert(db: &Connection) -> rusqlite::Result<Statement<'_>> {
    db.prepare(INSERT)
}

/// Stores a row.
pub fn store(insert: &mut Statement<'_>, row: &Row<'_>) -> rusqlite::Result<()> {
    let Row { source, called, destination, .. } = row;
    let Party { kind: stype, number: snumber, name: sname, display: sdisplay, customer: scustomer } = source;
    let Party { kind: ctype, number: cnumber, name: cname, display: cdisplay, .. } = called;
    let Party { kind: dtype, number: dnumber, name: dname, display: ddisplay, customer: dcustomer } =
        destination;
    insert.execute(params![
        row.customer,
        row.recordgroup,
        row.uniqueid,
        row.recordid,
        row.uniqueid,
        row.asteriskid,
        row.machine,
        row.start,
        row.end,
        row.talktime,
        row.totaltime,
        row.status,
        stype,
        snumber,
        sname,
        sdisplay,
        scustomer,
        ctype,
        cnumber,
        cname,
        cdisplay,
        dtype,
        dnumber,
        dname,
        ddisplay,
        dcustomer,
        row.callerid,
        row.spresent,
        row.complete,
        row.expires,
        row.size,
        row.path,
    ])?;
    Ok(())
}
