//! `tapeline group`.

use std::path::Path;

use clap::{Args, Subcommand};

use super::follows::Before;
use super::which;
use crate::cli::database::{change, open};
use crate::cli::settings::flag;
use crate::cli::shared::{Output, added};
use crate::cli::terminal::{say, say_json, say_table};
use crate::config::Config;
use crate::store::{Change, GroupFields, Store, StoreError};

#[derive(Subcommand)]
pub(in crate::cli) enum Group {
    /// Add a group; prints its id
    Add {
        /// Its name
        name: String,
        /// Id or name of the customer that it belongs to
        #[arg(long, value_name = "ID|NAME")]
        customer: String,
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
        /// Only those of this customer: id or name
        #[arg(long, value_name = "ID|NAME")]
        customer: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Change a group; what is not given stays
    Edit {
        /// Its id or name, or CUSTOMER/NAME
        #[arg(value_name = "ID|NAME")]
        group: String,
        /// Id or name of the customer whose it is, where several have one of the name
        #[arg(long, value_name = "ID|NAME")]
        customer: Option<String>,
        /// Its new name
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        fields: GroupArgs,
    },
    /// Remove a group that has no recordings
    Remove {
        /// Its id or name, or CUSTOMER/NAME
        #[arg(value_name = "ID|NAME")]
        group: String,
        /// Id or name of the customer whose it is, where several have one of the name
        #[arg(long, value_name = "ID|NAME")]
        customer: Option<String>,
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
    /// Name or id of the user who owns it; empty for nobody
    #[arg(long, value_name = "ID|USER")]
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
    /// Let this user hear its recordings, by name or id; may be given several times
    #[arg(long, value_name = "ID|USER")]
    add_member: Vec<String>,
    /// End that; may be given several times
    #[arg(long, value_name = "ID|USER")]
    remove_member: Vec<String>,
}

pub(in crate::cli) fn group(config: &Config, file: Option<&Path>, command: Group) -> anyhow::Result<()> {
    let store = open(config)?;
    match command {
        Group::Add { name, customer, id, fields, output } => {
            let customer = which::customer(&store, &customer)?;
            let (fields, members) =
                (group_fields(&store, Some(name.clone()), &fields)?, members(&store, &fields)?);
            let id = change(&store, |change| {
                let id = change.add_group(id, customer, &fields)?;
                edit_members(change, id, &members)?;
                Ok(id)
            })?;
            added(&output, "group", id, &name)
        }
        Group::List { customer, output } => {
            let customer = which::customer_of(&store, customer.as_deref())?;
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
            let nothing = "No groups yet. Add one:  tapeline group add NAME --customer CUSTOMER";
            say_table(&["id", "customer", "name", "may be deleted", "description"], &rows, nothing)
        }
        Group::Edit { group, customer, name, fields } => {
            let id = meant(&store, &group, customer.as_deref())?;
            let (fields, members) = (group_fields(&store, name, &fields)?, members(&store, &fields)?);
            change(&store, |change| {
                change.edit_group(id, &fields)?;
                edit_members(change, id, &members)
            })?;
            say(&format!("Changed group {id}."))
        }
        Group::Remove { group, customer } => {
            let id = meant(&store, &group, customer.as_deref())?;
            let before = Before::new(config, file, &store)?;
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

fn meant(store: &Store, group: &str, customer: Option<&str>) -> anyhow::Result<i64> {
    let customer = which::customer_of(store, customer)?;
    Ok(which::group(store, group, customer)?.id)
}

fn group_fields(store: &Store, name: Option<String>, args: &GroupArgs) -> anyhow::Result<GroupFields> {
    let owner = match args.owner.as_deref() {
        None => None,
        Some("") => Some(0),
        Some(owner) => Some(which::person(store, owner)?.id),
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

/// Who becomes a member, and who is none any more.
fn members(store: &Store, args: &GroupArgs) -> anyhow::Result<Vec<(i64, bool)>> {
    let added = args.add_member.iter().map(|name| (name, true));
    let removed = args.remove_member.iter().map(|name| (name, false));
    added.chain(removed).map(|(name, member)| Ok((which::person(store, name)?.id, member))).collect()
}

fn edit_members(change: &Change<'_>, group: i64, members: &[(i64, bool)]) -> Result<(), StoreError> {
    members.iter().try_for_each(|(person, member)| change.set_member(group, *person, *member))
}
