//! tapeline import.

use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Subcommand};
use jiff::tz::TimeZone;

use super::database::READERS;
use super::manage::which;
use super::terminal::say;
use crate::app::now;
use crate::config::{Config, Folder, innermost_of};
use crate::ingest::cdr::asterisk::Layout;
use crate::ingest::import::{self, Kind, Report};
use crate::ingest::names::Names;
use crate::intake::{FormOrder, Intake, Rules};
use crate::store::Store;

/// A kind of import, as somebody typed it. The subcommands follow from [`Kind::all`].
pub(super) struct Import {
    kind: Kind,
    args: ImportArgs,
    columns: Option<Layout>,
    recordgroup: Option<String>,
}

impl Subcommand for Import {
    fn augment_subcommands(command: Command) -> Command {
        Kind::all().fold(command, |command, kind| {
            let import = ImportArgs::augment_args(Command::new(kind.name())).about(kind.help());
            command.subcommand(match kind {
                _ if kind.has_columns() => Columns::augment_args(import),
                _ if kind.is_filed() => Filing::augment_args(import),
                _ => import,
            })
        })
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Import::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        Kind::all().any(|kind| kind.name() == name)
    }
}

impl FromArgMatches for Import {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Import, Error> {
        let named = |(name, args)| Kind::all().find(|kind| kind.name() == name).map(|kind| (kind, args));
        let Some((kind, args)) = matches.subcommand().and_then(named) else {
            return Err(Error::new(ErrorKind::MissingSubcommand));
        };
        let columns = if kind.has_columns() { Columns::from_arg_matches(args)?.columns } else { None };
        let recordgroup = if kind.is_filed() { Filing::from_arg_matches(args)?.recordgroup } else { None };
        Ok(Import { kind, args: ImportArgs::from_arg_matches(args)?, columns, recordgroup })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Import::from_arg_matches(matches)?;
        Ok(())
    }
}

#[derive(Args)]
struct Columns {
    /// The columns in their order (- for one of no use), or the file's line in cdr_custom.conf, where they aren't known by
    /// their names and what stands in them
    #[arg(long, value_name = "NAMES", value_parser = Layout::parse, allow_hyphen_values = true)]
    columns: Option<Layout>,
}

#[derive(Args)]
struct Filing {
    /// File all rows under this group and its customer, and not where they say: id or name, or CUSTOMER/NAME
    #[arg(long, value_name = "ID|NAME")]
    recordgroup: Option<String>,
}

#[derive(Args)]
struct ImportArgs {
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
    let Import { kind, args, columns, recordgroup } = command;
    if !config.db.exists() {
        anyhow::bail!(
            "there is no database {}; name the right one with --db, or make it with: tapeline init --db {0}",
            config.db.display()
        );
    }
    let store = Store::open(&config.db, READERS)?;
    store.expect_many()?;
    let mut report = match &args.report {
        Some(path) => Report::with_file(path)?,
        None => Report::default(),
    };
    // The rows of an export say themselves where they are filed.
    let intake = match kind {
        Kind::Export => Intake::default(),
        _ => {
            Intake::new(Rules::new(&config.rules)).with_order(FormOrder::new(config.prefer_formats.endings()))
        }
    };
    let mut folder = folder(config, &args.path);
    let is_inside = |other: &&Folder| folder.holds(other) || is_below(config, other, &args.path);
    let mut inside: Vec<Folder> = config.folders.iter().filter(is_inside).cloned().collect();
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
        group: recordgroup.map(|group| which::group(&store, &group, None)).transpose()?,
        dry_run: args.dry_run,
        now: now(),
    };
    import.run(kind, &args.path, &mut report)?;
    if !args.dry_run && !matches!(kind, Kind::Export) {
        intake.look_after_waiting(&store, false, now())?;
    }
    report.summary(args.dry_run).iter().try_for_each(|line| say(line))
}

/// Whether a folder of the settings lies in what is imported.
fn is_below(config: &Config, folder: &Folder, path: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    let (folder, path) = (real(&config.media_root.join(&folder.folder)), real(path));
    folder.zip(path).is_some_and(|(folder, path)| folder.starts_with(path))
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
