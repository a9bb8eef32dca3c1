//! `tapeline group`.

use clap::{Args, Subcommand};

use super::follows::Before;
use crate::cli::database::{change, open};
use crate::cli::settings::flag;
use crate::cli::shared::{Output, added};
use crate::cli::terminal::{say, say_json, say_table};
use crate::config::Config;
use crate::store::{Change, GroupFields, StoreError};

#[derive(Subcommand)]
pub(in crate::cli) enum Group {
    /// Add a group; prints its id
    Add {
        /// Its name
        name: String,
        /// The customer that it belongs to
        #[arg(long, value_name = "ID")]
        customer: i64,
        /// Its id; the next free one unless given
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
        id: Option<i64>,
        #[command(flatten)]
        fields: GroupArgs,
        #[command(flatten)]
        output: Output,
    },
    /// List the groups
    List {
        /// Only those of this customer
        #[arg(long, value_name = "ID")]
        customer: Option<i64>,
        #[command(flatten)]
        output: Output,
    },
    /// Change a group; what is not given stays
    Edit {
        /// Its id
        id: i64,
        /// Its new name
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        fields: GroupArgs,
    },
    /// Remove a group that has no recordings
    Remove {
        /// Its id
        id: i64,
    },
}

#[derive(Args)]
pub(in crate::cli) struct GroupArgs {
    /// What it is for
    #[arg(long)]
    description: Option<String>,
    // Stored for other programs; nothing here heeds it, so that the help doesn't promise it.
    #[arg(long, hide = true)]
    email: Option<String>,
    /// Days after which new recordings may be deleted (nothing is deleted by itself); 0: they are left out of the list
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(0..))]
    expires: Option<i64>,
    /// Percent of the new recordings that are listed; the PBX goes on recording the others, and their files stay
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(i64).range(0..=100))]
    fraction: Option<i64>,
    // As email.
    #[arg(long, hide = true, value_name = "0|1", value_parser = flag)]
    beep: Option<bool>,
    /// Name of the user who owns it; empty for nobody
    #[arg(long, value_name = "USER")]
    owner: Option<String>,
    /// Whether new recordings of incoming calls are listed; the PBX goes on recording them
    #[arg(long, value_name = "0|1", value_parser = flag)]
    record_in: Option<bool>,
    /// Whether new recordings of outgoing calls are listed; the PBX goes on recording them
    #[arg(long, value_name = "0|1", value_parser = flag)]
    record_out: Option<bool>,
    // As email.
    #[arg(long, hide = true, value_name = "0|1", value_parser = flag)]
    transcribe: Option<bool>,
    /// Let this user hear its recordings; may be given several times
    #[arg(long, value_name = "USER")]
    add_member: Vec<String>,
    /// End that; may be given several times
    #[arg(long, value_name = "USER")]
    remove_member: Vec<String>,
}

pub(in crate::cli) fn group(config: &Config, command: Group) -> anyhow::Result<()> {
    let store = open(config)?;
    match command {
        Group::Add { name, customer, id, fields, output } => {
            let id = change(&store, |change| {
                let id =
                    change.add_group(id, customer, &group_fields(change, Some(name.clone()), &fields)?)?;
                edit_members(change, id, &fields)?;
                Ok(id)
            })?;
            added(&output, "group", id, &name)
        }
        Group::List { customer, output } => {
            let groups = store.reader()?.all_groups(customer)?;
            if output.json {
                return say_json(&groups);
            }
            let rows: Vec<_> = groups
                .iter()
                .map(|g| {
                    vec![
                        g.id.to_string(),
                        g.customer.to_string(),
                        g.name.clone(),
                        days(g.expires),
                        g.description.clone(),
                    ]
                })
                .collect();
            let nothing = "No groups yet. Add one:  tapeline group add NAME --customer ID";
            say_table(&["id", "customer", "name", "may be deleted", "description"], &rows, nothing)
        }
        Group::Edit { id, name, fields } => {
            change(&store, |change| {
                change.edit_group(id, &group_fields(change, name, &fields)?)?;
                edit_members(change, id, &fields)
            })?;
            say(&format!("Changed group {id}."))
        }
        Group::Remove { id } => {
            let before = Before::new(config, &store)?;
            change(&store, |change| change.remove_group(id))?;
            say(&format!("Removed group {id}."))?;
            before.say_what_follows(config, &store, false)
        }
    }
}

fn days(expires: i64) -> String {
    match expires {
        0 => "not listed".into(),
        1 => "after 1 day".into(),
        days => format!("after {days} days"),
    }
}

fn group_fields(
    change: &Change<'_>,
    name: Option<String>,
    args: &GroupArgs,
) -> Result<GroupFields, StoreError> {
    let owner = match args.owner.as_deref() {
        None => None,
        Some("") => Some(0),
        Some(owner) => Some(change.person_named(owner)?),
    };
    Ok(GroupFields {
        name,
        description: args.description.clone(),
        email: args.email.clone(),
        expires: args.expires,
        fraction: args.fraction,
        beep: args.beep,
        owner,
        record_in: args.record_in,
        record_out: args.record_out,
        transcribe: args.transcribe,
    })
}

fn edit_members(change: &Change<'_>, group: i64, args: &GroupArgs) -> Result<(), StoreError> {
    for (names, member) in [(&args.add_member, true), (&args.remove_member, false)] {
        for name in names {
            change.set_member(group, change.person_named(name)?, member)?;
        }
    }
    Ok(())
}
