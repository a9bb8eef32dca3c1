//! `tapeline tidy`.

use std::path::Path;

use clap::Args;

use super::database::open;
use super::terminal::{printable, say};
use crate::app::now;
use crate::config::Config;
use crate::ingest::names::side_of;
use crate::intake::{FormOrder, Intake, Merge, Plan, Rules, stem};
use crate::media::Media;
use crate::model::SoundRole;
use crate::store::TidyRow;

#[derive(Args)]
pub(super) struct Tidy {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn tidy(config: &Config, tidy: &Tidy) -> anyhow::Result<()> {
    let store = open(config)?;
    let plan = Plan::make(&store, &mix_of)?;
    for merge in &plan.merges {
        say_merge(merge)?;
    }
    for (row, why) in &plan.left {
        say(&format!("{}\n  stays a recording: {why}", shown(row)))?;
    }
    let order = FormOrder::new(config.prefer_formats.endings());
    let intake = Intake::new(Rules::new(&config.rules)).with_order(order);
    let media = Media::new(&config.media_root);
    let present = |path: &str| media.open(path.as_bytes()).is_ok();
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

/// The mixed recording that a file is one side of.
fn mix_of(path: &str) -> Option<(String, SoundRole)> {
    let (call, role) = side_of(stem(path))?;
    let folder = Path::new(path).parent()?;
    Some((folder.join(call).to_str()?.to_owned(), role))
}

fn shown(row: &TidyRow) -> String {
    let of = &row.identity;
    let held = if row.hold { ", held" } else { "" };
    let text = format!(
        "{} (group {}, uniqueid {}, recordid {}{held})",
        row.path, of.recordgroup, of.uniqueid, of.recordid
    );
    printable(&text)
}

fn say_merge(merge: &Merge) -> anyhow::Result<()> {
    say(&shown(&merge.kept))?;
    for one in &merge.others {
        say(&format!("  + {}: {}", shown(&one.row), in_words(one.role)))?;
    }
    for side in &merge.sides {
        say(&format!("  + {}: {}", printable(&side.form.path), in_words(side.form.role)))?;
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
