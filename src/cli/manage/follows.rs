//! What follows from another customer or group for new recordings: whether it is still known whose they are.

use std::path::{Path, PathBuf};

use crate::app::now;
use crate::cli::settings::USUAL_PLACE;
use crate::cli::terminal::{complain, printable, say};
use crate::config::Config;
use crate::intake::{Fault, Intake, Rules};
use crate::model::Customer;
use crate::store::{Store, StoreError};

/// What is wrong with the rules, before something is changed.
pub(super) struct Before {
    faults: Vec<Fault>,
    /// The file of settings that is in use, or the one that would be.
    file: PathBuf,
}

impl Before {
    pub(super) fn new(config: &Config, file: Option<&Path>, store: &Store) -> anyhow::Result<Before> {
        let file = file.unwrap_or_else(|| Path::new(USUAL_PLACE)).to_owned();
        Ok(Before { faults: faults(config, store)?, file })
    }

    /// Says what is wrong since then, and what to do. `aside`: not where a program reads the answer.
    pub(super) fn say_what_follows(self, config: &Config, store: &Store, aside: bool) -> anyhow::Result<()> {
        let faults = faults(config, store)?;
        let tell = if aside { complain } else { say };
        for Fault { rule, sentence } in faults.iter().filter(|fault| !self.faults.contains(fault)) {
            let customers = store.reader()?.customers()?;
            match (*rule, customers.len()) {
                (0, 2..) => tell(&whose(config, &self.file, store, &customers)?)?,
                // So it begins.
                (0, 1) if self.faults.iter().any(|fault| fault.rule == 0) => {}
                _ => tell(&printable(&format!("New recordings wait, in no list: {sentence}")))?,
            }
        }
        Ok(())
    }
}

fn faults(config: &Config, store: &Store) -> anyhow::Result<Vec<Fault>> {
    Ok(Intake::new(Rules::new(&config.rules)).faults(store, now())?)
}

/// The rules that say whose recordings are, for the first customer and the newest.
fn whose(config: &Config, file: &Path, store: &Store, customers: &[Customer]) -> Result<String, StoreError> {
    let reader = store.reader()?;
    let (Some(first), Some(newest)) = (customers.first(), customers.iter().max_by_key(|one| one.id)) else {
        return Ok(String::new());
    };
    let group = |customer: &Customer| -> Result<String, StoreError> {
        let groups = reader.all_groups(Some(customer.id))?;
        Ok(groups.first().map_or_else(
            || format!("\"Office\"    # make it first: tapeline group add Office --customer {}", customer.id),
            |group| in_toml(&group.name),
        ))
    };
    let folder = newest.name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let folder = if folder.is_empty() { format!("customer{}", newest.id) } else { folder };
    let more = if config.rules.is_empty() { "" } else { ", behind the rules that are there" };
    Ok(format!(
        "There are {count} customers now, and nothing says whose new recordings are: from now on they wait, in no list. Say it in \
         {file}, which tapeline serve reads{more}, and start it again:\n\n\
         [[rules]]\nfolder = \"{folder}/**\"    # whatever tells the recordings of this customer: see tapeline config\n\
         customer = {newest_name}\ngroup = {newest_group}\n\n\
         [[rules]]    # the rest\ncustomer = {first_name}\ngroup = {first_group}",
        file = printable(&file.display().to_string()),
        count = customers.len(),
        newest_name = in_toml(&newest.name),
        newest_group = group(newest)?,
        first_name = in_toml(&first.name),
        first_group = group(first)?,
    ))
}

/// A text as the configuration has it, in which nothing moves the cursor.
fn in_toml(text: &str) -> String {
    toml::Value::from(text).to_string()
}
