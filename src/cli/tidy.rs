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
    for merge in &plan.merges {
        say_merge(merge)?;
    }
    for (row, why) in &plan.left {
        say(&format!("{}\n  stays a recording: {why}", shown(row)))?;
    }
    let order = FormOrder::new(config.prefer_formats.endings());
    let intake = Intake::new(Rules::new(&config.rules)).with_order(order);
    let media = Media::new(&config.media_root);
    let present = |path: &str| media.open(&bytes_of(path)).is_ok();
    let (mut done, mut changed) = (Vec::new(), 0);
    for merge in &plan.merges {
        if tidy.dry_run || intake.merge(&store, merge, &present, now())? {
            done.push(merge);
        } else {
            changed += 1;
        }
    }
    say(&summary(&done, tidy.dry_run))?;
    if changed > 0 {
        say(&format!("{changed} changed meanwhile, and are as they were; do it again"))?;
    }
    Ok(())
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

fn summary(merges: &[&Merge], dry_run: bool) -> String {
    let rows: usize = merges.iter().map(|merge| merge.others.len()).sum();
    let sides: usize = merges.iter().map(|merge| merge.sides.len()).sum();
    if rows + sides == 0 {
        return "Nothing to tidy: no two recordings are one.".into();
    }
    let [verb, end] = match dry_run {
        true => ["would become", " Nothing was changed; to do it: tapeline tidy"],
        false => ["became", ""],
    };
    format!(
        "{rows} recordings and {sides} sides without one {verb} forms of {} recordings.{end}",
        merges.len()
    )
}
