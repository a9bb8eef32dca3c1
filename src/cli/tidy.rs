//! `tapeline tidy`.

use std::path::Path;

use clap::Args;

use super::database::open;
use super::terminal::{printable, say};
use crate::app::now;
use crate::config::{Config, Folder};
use crate::ingest::names::Names;
use crate::intake::{FormOrder, Intake, Merge, Plan, Rules};
use crate::media::Media;
use crate::model::SoundRole;
use crate::model::paths::{bytes_of, shown as readable};
use crate::store::TidyRow;

/// Recordings that are put together in one transaction, so that others wait for no longer than it takes.
const BATCH: usize = 50;

#[derive(Args)]
pub(super) struct Tidy {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn tidy(config: &Config, tidy: &Tidy) -> anyhow::Result<()> {
    let store = open(config)?;
    let (names, usual) = (names(config)?, Names::new(&Folder::default()).map_err(anyhow::Error::msg)?);
    let plan = Plan::make(&store, &|path| side_of(&names, &usual, path))?;
    let order = FormOrder::new(config.prefer_formats.endings());
    let intake = Intake::new(Rules::new(&config.rules)).with_order(order);
    let media = Media::new(&config.media_root);
    let present = |path: &str| media.open(&bytes_of(path)).is_ok();
    let mut sum = Sum::default();
    for begin in (0..plan.len()).step_by(BATCH) {
        let mut merges = Vec::new();
        for place in begin..plan.len().min(begin + BATCH) {
            match plan.merge(&store.reader()?, place)? {
                Some(merge) => merges.push(merge),
                None => sum.changed += 1,
            }
        }
        merges.iter().try_for_each(say_merge)?;
        let done: Vec<&Merge> = match tidy.dry_run {
            true => merges.iter().collect(),
            false => intake.merge(&store, &merges, &present, now())?,
        };
        sum.changed += merges.len() - done.len();
        done.iter().for_each(|merge| sum.add(merge));
    }
    plan.each_left(&store.reader()?, |row, why| say(&format!("{}\n  stays a recording: {why}", shown(row))))?;
    say(&sum.in_words(tidy.dry_run))?;
    if sum.changed > 0 {
        say(&format!("{} changed meanwhile, and are as they were; do it again", sum.changed))?;
    }
    Ok(())
}

/// What was done, or would be.
#[derive(Default)]
struct Sum {
    recordings: usize,
    rows: usize,
    sides: usize,
    changed: usize,
}

impl Sum {
    fn add(&mut self, merge: &Merge) {
        self.recordings += 1;
        self.rows += merge.others.len();
        self.sides += merge.sides.len();
    }

    fn in_words(&self, dry_run: bool) -> String {
        let Sum { recordings, rows, sides, .. } = self;
        if *recordings == 0 {
            return "Nothing to tidy: no two recordings are one.".into();
        }
        let [verb, end] = match dry_run {
            true => ["would become", " Nothing was changed; to do it: tapeline tidy"],
            false => ["became", ""],
        };
        format!(
            "{rows} recordings and {sides} sides without one {verb} forms of {recordings} recordings.{end}"
        )
    }
}

/// The folders of the settings, with what names in them say.
fn names(config: &Config) -> anyhow::Result<Vec<(Folder, Names)>> {
    let named = |folder: &Folder| Names::new(folder).map(|names| (folder.clone(), names));
    config.folders.iter().map(named).collect::<Result<_, _>>().map_err(anyhow::Error::msg)
}

/// What of which call a file has, by the settings of the folder that it is in.
fn side_of(names: &[(Folder, Names)], usual: &Names, path: &str) -> (String, SoundRole) {
    let around = names.iter().filter(|(folder, _)| Path::new(path).starts_with(&folder.folder));
    let own = around.max_by_key(|(folder, _)| folder.folder.components().count());
    let root = own.and_then(|(folder, _)| folder.folder.to_str()).unwrap_or_default();
    let below = path.strip_prefix(root).map_or(path, |below| below.trim_start_matches('/'));
    let side = own.map_or(usual, |(_, names)| names).side(below);
    let folder = path.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
    (format!("{}{}", folder.unwrap_or_default(), side.call), side.role)
}

fn shown(row: &TidyRow) -> String {
    let of = &row.identity;
    let held = if row.hold { ", held" } else { "" };
    let text = format!(
        "{} (group {}, uniqueid {}, recordid {}{held})",
        row.path, of.recordgroup, of.uniqueid, of.recordid
    );
    printable(&readable(&text))
}

fn say_merge(merge: &Merge) -> anyhow::Result<()> {
    say(&shown(&merge.kept))?;
    for one in &merge.others {
        say(&format!("  + {}: {}", shown(&one.row), in_words(one.role)))?;
    }
    for side in &merge.sides {
        say(&format!("  + {}: {}", printable(&readable(&side.form.path)), in_words(side.form.role)))?;
    }
    Ok(())
}

fn in_words(role: SoundRole) -> &'static str {
    match role {
        SoundRole::Mix => "another form",
        SoundRole::In => "one side, what was heard of the channel",
        SoundRole::Out => "one side, what was sent to the channel",
        SoundRole::Other => "one side",
    }
}
