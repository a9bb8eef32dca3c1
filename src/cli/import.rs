//! tapeline import.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;

use super::terminal::say;
use crate::app::now;
use crate::config::{Config, Folder, innermost_of};
use crate::ingest::cdr::Layout;
use crate::ingest::import::{self, Format, Report};
use crate::ingest::names::Names;
use crate::intake::Intake;
use crate::store::Store;

#[derive(Subcommand)]
pub(super) enum Import {
    /// Recordings in a folder below the media root, named as FreePBX, FusionPBX or others do; of any age
    FreepbxDir(ImportArgs),
    /// Call detail records in Asterisk's Master.csv, of cdr_csv or cdr_custom
    AsteriskCsv {
        #[command(flatten)]
        args: ImportArgs,
        /// The file's columns, or its line in cdr_custom.conf, where it doesn't look like any of Asterisk's own
        #[arg(long, value_name = "NAMES", value_parser = Layout::parse)]
        columns: Option<Layout>,
    },
    /// Call detail records in Asterisk's master.db, of cdr_sqlite3_custom; Asterisk may be running
    AsteriskSqlite(ImportArgs),
    /// Call detail records of FreeSWITCH's mod_json_cdr: a file, or a folder of .json files
    FreeswitchJson(ImportArgs),
    /// Recordings in the CSV that recording/recordings/export makes, exactly as they were
    Csv(ImportArgs),
}

#[derive(Args)]
pub(super) struct ImportArgs {
    /// What to import
    path: PathBuf,
    /// Say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Write a line for each row that could not be used, and why, to this new file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Zone of the PBX's clock, as in Europe/Berlin [default: that of the folder in the settings]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    timezone: Option<String>,
    /// Machine that wrote the sound, as rows name it [default: that of the folder in the settings]
    #[arg(long, value_name = "NAME")]
    machine: Option<String>,
}

fn zone(text: &str) -> Result<String, &'static str> {
    match TimeZone::get(text) {
        Ok(_) => Ok(text.into()),
        Err(_) => Err("it is no zone of the IANA list, such as Europe/Berlin or UTC"),
    }
}

pub(super) fn run(config: &Config, command: Import) -> anyhow::Result<()> {
    let (format, args, columns) = match command {
        Import::FreepbxDir(args) => (Format::FreepbxDir, args, None),
        Import::AsteriskCsv { args, columns } => (Format::AsteriskCsv, args, columns),
        Import::AsteriskSqlite(args) => (Format::AsteriskSqlite, args, None),
        Import::FreeswitchJson(args) => (Format::FreeswitchJson, args, None),
        Import::Csv(args) => (Format::Csv, args, None),
    };
    if !config.db.exists() {
        anyhow::bail!(
            "there is no database {}; name the right one with --db, or make it with: tapeline init --db {0}",
            config.db.display()
        );
    }
    let store = Store::open(&config.db, super::commands::READERS)?;
    store.expect_many()?;
    let mut report = match &args.report {
        Some(path) => Report::with_file(path)?,
        None => Report::default(),
    };
    // The rows of an export say themselves where they are filed.
    let intake = match format {
        Format::Csv => Intake::default(),
        _ => Intake::new(super::rules::read(config, &store)?),
    };
    let mut folder = folder(config, &args.path);
    let mut inside = inside(config, &folder);
    for folder in std::iter::once(&mut folder).chain(&mut inside) {
        folder.machine = args.machine.clone().or(folder.machine.take());
        folder.zone = args.timezone.clone().or(folder.zone.take());
    }
    let import = import::Import {
        store: &store,
        intake: &intake,
        media_root: config.media_root.clone(),
        names: Names::new(&folder).map_err(anyhow::Error::msg)?,
        folder,
        inside,
        columns,
        dry_run: args.dry_run,
        now: now(),
    };
    import.run(format, &args.path, &mut report)?;
    report.summary(args.dry_run).iter().try_for_each(|line| say(line))
}

/// The folder of the settings that a path lies in, else the first one.
fn folder(config: &Config, path: &Path) -> Folder {
    let path = path.canonicalize().unwrap_or_default();
    let is_around = |folder: &&Folder| {
        config.media_root.join(&folder.folder).canonicalize().is_ok_and(|folder| path.starts_with(folder))
    };
    let innermost = innermost_of(config.folders.iter().filter(is_around));
    innermost.or(config.folders.first()).cloned().unwrap_or_default()
}

fn inside(config: &Config, outer: &Folder) -> Vec<Folder> {
    let is_inside =
        |folder: &&Folder| folder.folder.starts_with(&outer.folder) && folder.folder != outer.folder;
    config.folders.iter().filter(is_inside).cloned().collect()
}
