//! `cargo bench --bench lists`: how near lists and searches come to what this machine can do at best.
//!
//! The server and a yardstick answer the same questions from the same file in turns; the table gives the
//! ratio beside the bar that it has to keep. `-- --rows 100000 --seconds 0.3` is the quick look, `-- --only
//! W1,W3` a part, `-- --help` the rest.
//!
//! | file | owns |
//! |---|---|
//! | `options.rs` | what a person may ask of the bench |
//! | `data.rs` | the rows: five years of calls, the same on every machine |
//! | `database.rs` | the files that hold them, under `target/bench` |
//! | `programs.rs` | the programs: found or built, started, ended |
//! | `limit.c` | the yardstick: SQLite to JSON to HTTP, and nothing else |
//! | `workloads.rs` | the questions, and the bars |
//! | `load.rs`, `crowd.rs` | the client on one connection, and on many |
//! | `turns.rs`, `contest.rs` | taking turns, and who takes them |
//! | `same.rs` | whether two answers say the same |
//! | `lists.rs`, `rush.rs`, `scale.rs`, `footprint.rs` | W1 to W5b; W6; W7; memory, start, size, inserts |
//! | `sound.rs` | a long file beside nginx, and waveforms |
//! | `report.rs` | the table |

mod contest;
mod crowd;
mod data;
mod database;
mod footprint;
mod lists;
mod load;
mod options;
mod programs;
mod report;
mod rush;
mod same;
mod scale;
mod sound;
mod turns;
mod workloads;

use anyhow::Result;
use clap::Parser as _;
use contest::Contest;
use database::Shelf;
use options::Options;
use report::{Report, thousands};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// What every measurement needs.
pub struct Setup {
    options: Options,
    shelf: Shelf,
    tapeline: PathBuf,
    limit: PathBuf,
    /// The database that both programs answer from.
    db: PathBuf,
    /// An earlier server and its own database.
    previous: Option<(PathBuf, PathBuf)>,
}

impl Setup {
    fn new(options: Options) -> Result<Setup> {
        let tapeline = programs::tapeline(options.tapeline.as_deref())?;
        let folder = programs::target()?.join("bench");
        let shelf = Shelf::open(&folder, options.fresh)?;
        let limit = programs::limit(&folder, options.sqlite.as_deref())?;
        let db = shelf.adopted(&tapeline, options.rows, "tapeline")?;
        let previous = match &options.previous {
            Some(program) => {
                let program = programs::tapeline(Some(program))?;
                let db = shelf.adopted(&program, options.rows, "previous")?;
                Some((program, db))
            }
            None => None,
        };
        Ok(Setup { options, shelf, tapeline, limit, db, previous })
    }

    fn budget(&self) -> Duration {
        Duration::from_secs_f64(self.options.seconds)
    }

    fn previous(&self) -> Option<(&Path, &Path)> {
        self.previous.as_ref().map(|(program, db)| (&**program, &**db))
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    if !options.bench {
        println!("This is a bench, not a test; start it with `cargo bench --bench lists`.");
        return ExitCode::SUCCESS;
    }
    let strict = options.strict;
    match bench(options) {
        Ok(all_kept) if all_kept || !strict => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nbench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// True when every bar was kept.
fn bench(options: Options) -> Result<bool> {
    let setup = Setup::new(options)?;
    let title = format!("Lists and searches, {} rows", thousands(setup.options.rows));
    let mut report = Report::begin(&title, setup.previous.is_some());
    measure(&setup, &mut report)?;
    Ok(report.end())
}

fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let wants = |name| setup.options.wants(name);
    {
        let contest = Contest::start(setup, &setup.db, setup.previous())?;
        lists::measure(setup, &contest, report)?;
        if wants("W6") {
            rush::measure(&contest, report)?;
        }
    }
    if wants("W7") {
        scale::measure(setup, report)?;
    }
    if wants("sound") {
        sound::measure(setup, report)?;
    }
    if wants("memory") {
        footprint::memory(setup, report)?;
    }
    if wants("startup") {
        footprint::startup(setup, report)?;
    }
    if wants("size") {
        footprint::size(setup, report)?;
    }
    if wants("inserts") {
        footprint::inserts(setup, report)?;
    }
    Ok(())
}
