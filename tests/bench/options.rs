//! What a person may ask of the bench.

use clap::value_parser;
use std::path::PathBuf;

/// Everything that is measured.
const NAMES: [&str; 16] = [
    "W1", "W2", "W3", "W4a", "W4b", "W4c", "W4d", "W5", "W5b", "W6", "W7", "sound", "memory", "startup",
    "size", "inserts",
];

/// Measures lists and searches against what this machine can do at best.
///
/// Every figure is taken in turns with a small C program (limit.c) that answers the same question from the
/// same file without login or checks, so that the ratio stands whatever the machine is and does meanwhile.
#[derive(Debug, clap::Parser)]
#[command(name = "cargo bench --bench lists --", bin_name = "cargo bench --bench lists --")]
pub struct Options {
    /// Rows in the database; 100000 for a quick look
    #[arg(long, env = "BENCH_ROWS", default_value_t = 1_000_000)]
    #[arg(value_parser = value_parser!(u64).range(10_000..))]
    pub rows: u64,

    /// Only these, with commas between
    #[arg(long, env = "BENCH_ONLY", value_delimiter = ',', value_parser = NAMES, ignore_case = true)]
    pub only: Vec<String>,

    /// Seconds for each list; the slow ones take longer
    #[arg(long, default_value_t = 2.0, env = "BENCH_SECONDS")]
    pub seconds: f64,

    /// Go on to ten times the rows in W7: minutes, and gigabytes of disk
    #[arg(long)]
    pub large: bool,

    /// Make the databases anew
    #[arg(long)]
    pub fresh: bool,

    /// Fail when a bar is missed
    #[arg(long)]
    pub strict: bool,

    /// The server under test, instead of target/release/tapeline
    #[arg(long, env = "TAPELINE_BINARY")]
    pub tapeline: Option<PathBuf>,

    /// The binary of an earlier commit, to compare with
    #[arg(long, env = "TAPELINE_PREVIOUS")]
    pub previous: Option<PathBuf>,

    /// Folder of sqlite3.c, instead of the one that libsqlite3-sys ships
    #[arg(long, env = "SQLITE_SOURCE")]
    pub sqlite: Option<PathBuf>,

    /// Cargo says this when it runs benches, and does not when it runs tests
    #[arg(long, hide = true)]
    pub bench: bool,
}

impl Options {
    /// Whether a measurement is wanted.
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only.eq_ignore_ascii_case(name))
    }
}
