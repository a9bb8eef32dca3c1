//! What the server takes when it does nothing: memory, time to start, disk; what its indexes cost a writer.

use crate::Setup;
use crate::data::{Row, World, YEARS};
use crate::database;
use crate::load::Connection;
use crate::programs::Server;
use crate::report::{Bar, Figure, Report};
use crate::turns::middle;
use crate::workloads;
use anyhow::{Context as _, Result};
use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const MIB: f64 = 1_048_576.0;

/// How long a server has to do nothing to be idle.
const IDLE: Duration = Duration::from_secs(2);

/// Rows stored, and by how many the two databases take turns.
const INSERTS: usize = 1_000;
const INSERTS_A_TURN: usize = 100;

const STARTS: usize = 7;

fn figure(what: &str, unit: &'static str, ours: f64, previous: Option<f64>, bar: Bar) -> Figure {
    Figure { what: what.to_owned(), unit, ours, previous, bar, ..Figure::default() }
}

/// Private memory at rest, and what streaming the longest list adds.
pub fn memory(setup: &Setup, report: &mut Report) -> Result<()> {
    let (idle, growth) = memory_of(&setup.tapeline, &setup.db)?;
    let previous = setup.previous.as_ref().map(|(program, db)| memory_of(program, db)).transpose()?;
    report.add(figure(
        "private memory when idle",
        "MiB",
        idle / MIB,
        previous.map(|(idle, _)| idle / MIB),
        Bar::AtMost(25.0),
    ));
    report.add(figure(
        "its growth while W3 streams",
        "MiB",
        growth / MIB,
        previous.map(|(_, growth)| growth / MIB),
        Bar::None,
    ));
    Ok(())
}

fn memory_of(program: &Path, db: &Path) -> Result<(f64, f64)> {
    let mut server = Server::tapeline(program, db, "memory")?;
    server.wait_until_ready()?;
    let pid = server.pid();
    thread::sleep(IDLE);
    let idle = private(pid, db)?;
    let mut connection = Connection::open(server.address())?;
    let longest = workloads::request(&workloads::all_time());
    let streaming = AtomicBool::new(true);
    let most = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = idle;
            while streaming.load(Ordering::Relaxed) {
                most = most.max(private(pid, db)?);
                thread::sleep(Duration::from_millis(20));
            }
            anyhow::Ok(most)
        });
        let answers: Result<Vec<_>> = (0..2).map(|_| connection.time(&longest)).collect();
        streaming.store(false, Ordering::Relaxed);
        let most = watch.join().unwrap_or(Ok(0.0));
        answers.and(most)
    })?;
    Ok((idle, most - idle))
}

/// Bytes that no other process shares, without the pages of the database file: those are the kernel's cache,
/// and seem private whenever nobody else maps the file.
fn private(pid: u32, db: &Path) -> Result<f64> {
    let maps = fs::read_to_string(format!("/proc/{pid}/smaps")).context("reading the server's memory map")?;
    let db = db.to_string_lossy();
    let (mut bytes, mut counted) = (0, true);
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(key), Some(value)) = (words.next(), words.next()) else { continue };
        if !key.ends_with(':') {
            counted = !line.ends_with(&*db);
        } else if counted && key.starts_with("Private_") {
            bytes += value.parse::<u64>().unwrap_or(0) * 1024;
        }
    }
    Ok(bytes as f64)
}

/// From the start of the program to the last byte of its first list.
pub fn startup(setup: &Setup, report: &mut Report) -> Result<()> {
    let ours = startup_of(&setup.tapeline, &setup.db)?;
    let previous = setup.previous.as_ref().map(|(program, db)| startup_of(program, db)).transpose()?;
    report.add(figure("start to the first W1, by token", "ms", ours, previous, Bar::AtMost(100.0)));
    Ok(())
}

fn startup_of(program: &Path, db: &Path) -> Result<f64> {
    let list = workloads::request_by_token(&workloads::one_day(), &token(program, db)?);
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let begin = Instant::now();
        let mut server = Server::tapeline(program, db, "startup")?;
        server.wait_until_ready()?;
        Connection::open(server.address())?.time(&list)?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    Ok(middle(times))
}

fn token(program: &Path, db: &Path) -> Result<String> {
    let mut server = Server::tapeline(program, db, "token")?;
    server.wait_until_ready()?;
    let answer = Connection::open(server.address())?.fetch(&workloads::login())?;
    let answer: serde_json::Value = serde_json::from_slice(&answer)?;
    let token = answer["data"]["auth_token"].as_str();
    Ok(token.with_context(|| format!("the login gave no auth_token: {answer}"))?.to_owned())
}

/// The program's file.
pub fn size(setup: &Setup, report: &mut Report) -> Result<()> {
    let of = |path: &Path| Ok::<f64, std::io::Error>(fs::metadata(path)?.len() as f64 / MIB);
    let previous = setup.previous.as_ref().map(|(program, _)| of(program)).transpose()?;
    report.add(figure("the program's file", "MiB", of(&setup.tapeline)?, previous, Bar::AtMost(20.0)));
    Ok(())
}

/// Rows a second that a plain SQLite connection stores, each in a transaction that reaches the disk. The
/// limit is the same into a file that has the contract's indexes only.
pub fn inserts(setup: &Setup, report: &mut Report) -> Result<()> {
    let world = World::new();
    let rows = newest(&world);
    let files =
        [setup.shelf.scratch(&setup.db)?, setup.shelf.scratch(&setup.shelf.contract(setup.options.rows)?)?];
    let writers = [writer(files[0].path())?, writer(files[1].path())?];
    let mut times = [Vec::new(), Vec::new()];
    for turn in rows.chunks(INSERTS_A_TURN) {
        for (writer, times) in writers.iter().zip(&mut times) {
            times.push(store(writer, turn)?);
        }
    }
    let [ours, limit] = times.map(|times| INSERTS_A_TURN as f64 / middle(times));
    let what = "rows stored, one a transaction".to_owned();
    report.add(Figure { what, unit: "/s", ours, limit: Some(limit), ..Figure::default() });
    Ok(())
}

fn writer(path: &Path) -> Result<rusqlite::Connection> {
    let db = rusqlite::Connection::open(path)?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
    Ok(db)
}

/// Calls after all others, with identities that no generated row has.
fn newest(world: &World) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    world
        .each_row(INSERTS as u64, |mut row| {
            row.start = YEARS.end + rows.len() as i64;
            row.uniqueid = format!("insert.{}", rows.len());
            rows.push(row);
            Ok::<_, Infallible>(())
        })
        .unwrap_or_else(|never| match never {});
    rows
}

/// Seconds that a turn takes.
fn store(db: &rusqlite::Connection, rows: &[Row<'_>]) -> Result<f64> {
    let mut insert = database::prepare_insert(db)?;
    let begin = Instant::now();
    for row in rows {
        database::store(&mut insert, row)?;
    }
    Ok(begin.elapsed().as_secs_f64())
}
