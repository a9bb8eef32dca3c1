//! `tapeline role`.

use clap::Subcommand;

use crate::cli::database::open;
use crate::cli::shared::Output;
use crate::cli::terminal::{say_json, say_table};
use crate::config::Config;

#[derive(Subcommand)]
pub(in crate::cli) enum Role {
    /// List the roles and what they allow
    List(Output),
}

pub(in crate::cli) fn role(config: &Config, command: &Role) -> anyhow::Result<()> {
    let Role::List(output) = command;
    let roles = open(config)?.reader()?.roles()?;
    if output.json {
        return say_json(&roles);
    }
    let rows: Vec<_> =
        roles.into_iter().map(|role| vec![role.name, role.privileges.join(", "), role.description]).collect();
    say_table(&["role", "privileges", "for"], &rows, "No roles.")
}
