//! `tapeline rules`.

use std::path::{Component, Path};

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::database::open;
use super::terminal::say;
use crate::app::now;
use crate::config::{Config, Folder, find_of_pbx, innermost};
use crate::ingest::names::Names;
use crate::intake::{self, Draft, Intake, Subject};
use crate::store::{Store, Waiting};

#[derive(Subcommand)]
pub(super) enum Rules {
    /// Say which rule takes a file, why, and what would become of it; nothing is stored
    Test(RulesTest),
}

#[derive(Args)]
pub(super) struct RulesTest {
    /// Files: full paths, or relative to the media root; they need not exist
    #[arg(required = true)]
    file: Vec<String>,
    /// As if it were a call of this direction: in, out or internal
    #[arg(long, value_name = "WORD", value_parser = ["in", "out", "internal"])]
    direction: Option<String>,
    /// As if the channel had this account code
    #[arg(long, value_name = "CODE")]
    account: Option<String>,
    /// As if the call had begun in this context of the dialplan
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// As if it had gone through this queue
    #[arg(long, value_name = "NUMBER")]
    queue: Option<String>,
    /// As if it were of this domain
    #[arg(long, value_name = "NAME")]
    domain: Option<String>,
    /// As if this number had answered
    #[arg(long, value_name = "NUMBER")]
    answered: Option<String>,
}

pub(super) fn run(config: &Config, command: &Rules) -> anyhow::Result<()> {
    let Rules::Test(test) = command;
    let store = open(config)?;
    let intake = Intake::new(intake::Rules::new(&config.rules));
    for (place, file) in test.file.iter().enumerate() {
        if place > 0 {
            say("")?;
        }
        say(file)?;
        let Some((folder, path)) = place_of(config, file) else {
            say(&format!(
                "  it is not below the media root {}, so it is no recording here",
                config.media_root.display()
            ))?;
            continue;
        };
        let subject = intake.subject(&store, &draft(&folder, path)?, now())?;
        let subject = with_options(subject, test);
        say(&format!("  {}", known(&subject)))?;
        for line in intake.explain(&store, &subject, now())? {
            say(&format!("  {line}"))?;
        }
    }
    tell_waiting(&store)?;
    let faults = intake.faults(&store, now())?;
    let sentences: Vec<String> = faults.into_iter().map(|fault| fault.sentence).collect();
    if sentences.is_empty() { Ok(()) } else { Err(anyhow::Error::msg(sentences.join("\n"))) }
}

/// How many recordings wait, and why.
fn tell_waiting(store: &Store) -> anyhow::Result<()> {
    for Waiting { count, since, reason, .. } in store.reader()?.waiting(None)? {
        let since = Timestamp::from_second(since).unwrap_or_default();
        say(&format!("\n{count} recordings wait, the first since {since}: {reason}"))?;
    }
    Ok(())
}

/// What its name tells of a file.
fn draft(folder: &Folder, path: String) -> anyhow::Result<Draft> {
    let own = Path::new(&path).strip_prefix(&folder.folder).unwrap_or(Path::new(&path));
    let names = Names::new(folder).map_err(anyhow::Error::msg)?;
    let named = names.read(&own.to_string_lossy(), now());
    Ok(Draft {
        machine: folder.machine(),
        path: Some(path),
        uniqueid: named.uniqueid,
        facts: named.facts,
        ..Draft::default()
    })
}

fn with_options(subject: Subject, test: &RulesTest) -> Subject {
    let given = |given: &Option<String>, known: String| given.clone().unwrap_or(known);
    Subject {
        direction: given(&test.direction, subject.direction),
        account: given(&test.account, subject.account),
        context: given(&test.context, subject.context),
        queue: given(&test.queue, subject.queue),
        domain: given(&test.domain, subject.domain),
        dnumber: given(&test.answered, subject.dnumber),
        ..subject
    }
}

/// The folder that a file is in, and its path below the media root. The PBX's paths and this machine's will do.
fn place_of(config: &Config, file: &str) -> Option<(Folder, String)> {
    let (path, root) = (Path::new(file), &config.media_root);
    if let Some((folder, below)) = find_of_pbx(&config.folders, root, path) {
        return Some((folder.clone(), below.to_str()?.to_owned()));
    }
    let below = path.strip_prefix(root).unwrap_or(path);
    let is_below = below.components().all(|part| matches!(part, Component::Normal(_)));
    if !is_below || below == Path::new("") {
        return None;
    }
    let folder = innermost(&config.folders, below).cloned().unwrap_or_default();
    Some((folder, below.to_str()?.to_owned()))
}

fn known(subject: &Subject) -> String {
    let facts = [
        ("uniqueid", &subject.uniqueid),
        ("direction", &subject.direction),
        ("caller", &subject.snumber),
        ("called", &subject.cnumber),
        ("answered", &subject.dnumber),
        ("queue", &subject.queue),
        ("domain", &subject.domain),
        ("account", &subject.account),
        ("context", &subject.context),
    ];
    let known: Vec<String> = facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(what, value)| format!("{what} {value}"))
        .collect();
    format!("known of it: {}", known.join(", "))
}
