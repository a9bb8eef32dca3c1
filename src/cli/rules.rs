//! `tapeline rules`.

use std::path::Path;

use super::RulesTest;
use super::commands::open;
use super::terminal::say;
use crate::app::now;
use crate::config::{Config, Folder};
use crate::ingest::names::Names;
use crate::intake::{Facts, Intake, Rules, Subject, stem};
use crate::store::Store;

/// The rules of the configuration, against the customers and groups there are.
pub(super) fn read(config: &Config, store: &Store) -> anyhow::Result<Rules> {
    let reader = store.reader()?;
    Rules::new(&config.rules, &reader.customers()?, &reader.all_groups(None)?).map_err(anyhow::Error::msg)
}

pub(super) fn test(config: &Config, test: &RulesTest) -> anyhow::Result<()> {
    let store = open(config)?;
    let intake = Intake::new(read(config, &store)?);
    for (place, file) in test.file.iter().enumerate() {
        if place > 0 {
            say("")?;
        }
        let subject = subject(config, test, file)?;
        say(file)?;
        say(&format!("  {}", known(&subject)))?;
        for line in intake.explain(&store, &subject, now())? {
            say(&format!("  {line}"))?;
        }
    }
    Ok(())
}

fn subject(config: &Config, test: &RulesTest, file: &str) -> anyhow::Result<Subject> {
    let (folder, path) = place(config, file);
    let own = Path::new(&path).strip_prefix(&folder.folder).unwrap_or(Path::new(&path));
    let names = Names::new(&folder).map_err(anyhow::Error::msg)?;
    let named = names.read(&own.to_string_lossy(), now());
    let given = |given: &Option<String>, named: Option<String>| given.clone().or(named);
    let facts = Facts {
        direction: given(&test.direction, named.facts.direction),
        account: given(&test.account, named.facts.account),
        context: given(&test.context, named.facts.context),
        queue: given(&test.queue, named.facts.queue),
        dnumber: given(&test.answered, named.facts.dnumber),
        ..named.facts
    };
    let uniqueid = named.uniqueid.unwrap_or_else(|| stem(&path).to_owned());
    Ok(Subject::new(&path, &uniqueid, &facts))
}

/// The folder that a file is in, and its path below the media root.
fn place(config: &Config, file: &str) -> (Folder, String) {
    let path = Path::new(file);
    let found = config.folders.iter().find_map(|folder| {
        let below = folder.below_media_root(&config.media_root, path).or_else(|| {
            let below = path.strip_prefix(&config.media_root).unwrap_or(path);
            below.starts_with(&folder.folder).then(|| below.into())
        })?;
        Some((folder.clone(), below.to_string_lossy().into_owned()))
    });
    found.unwrap_or_else(|| (Folder::default(), file.trim_start_matches('/').to_owned()))
}

fn known(subject: &Subject) -> String {
    let facts = [
        ("uniqueid", &subject.uniqueid),
        ("direction", &subject.direction),
        ("caller", &subject.snumber),
        ("called", &subject.cnumber),
        ("answered", &subject.dnumber),
        ("queue", &subject.queue),
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
