//! `tapeline customer`.

use std::path::Path;

use clap::Subcommand;

use super::follows::Before;
use super::which;
use crate::cli::database::{change, open};
use crate::cli::shared::{Output, added};
use crate::cli::terminal::{say, say_json, say_table};
use crate::config::Config;

#[derive(Subcommand)]
pub(in crate::cli) enum Customer {
    /// Add a customer; prints its id
    Add {
        /// Its name
        name: String,
        /// Its id; the next free one unless given
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
        id: Option<i64>,
        #[command(flatten)]
        output: Output,
    },
    /// List the customers
    List(Output),
    /// Rename a customer
    Edit {
        /// Its id or name
        #[arg(value_name = "ID|NAME")]
        customer: String,
        /// Its new name
        #[arg(long)]
        name: String,
    },
    /// Remove a customer that has no groups, people or recordings
    Remove {
        /// Its id or name
        #[arg(value_name = "ID|NAME")]
        customer: String,
    },
}

pub(in crate::cli) fn customer(
    config: &Config,
    file: Option<&Path>,
    command: Customer,
) -> anyhow::Result<()> {
    let store = open(config)?;
    match command {
        Customer::Add { name, id, output } => {
            let before = Before::new(config, file, &store)?;
            let id = change(&store, |change| change.add_customer(id, &name))?;
            added(&output, "customer", id, &name)?;
            before.say_what_follows(config, &store, output.json)
        }
        Customer::List(output) => {
            let customers = store.reader()?.customers()?;
            if output.json {
                return say_json(&customers);
            }
            let rows: Vec<_> = customers.iter().map(|c| vec![c.id.to_string(), c.name.clone()]).collect();
            say_table(&["id", "name"], &rows, "No customers yet. Add one:  tapeline customer add NAME")
        }
        Customer::Edit { customer, name } => {
            let id = which::customer(&store, &customer)?;
            change(&store, |change| change.edit_customer(id, &name))?;
            say(&format!("Changed customer {id}."))
        }
        Customer::Remove { customer } => {
            let id = which::customer(&store, &customer)?;
            let before = Before::new(config, file, &store)?;
            change(&store, |change| change.remove_customer(id))?;
            say(&format!("Removed customer {id}."))?;
            before.say_what_follows(config, &store, false)
        }
    }
}
