//! The commands.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::json;

use super::terminal::{ask_password, say, say_json, say_table};
use super::{Customer, Group, GroupArgs, Init, Output, User};
use crate::app::now;
use crate::auth::hash_password;
use crate::config::{Config, sample};
use crate::model::{Actor, NewPerson};
use crate::store::{GroupFields, PersonFields, Store, StoreError};
use crate::{api, demo, server};

/// Connections that a command needs to read with.
pub(super) const READERS: u32 = 1;

pub(super) fn open(config: &Config) -> anyhow::Result<Store> {
    Ok(Store::open(&config.db, READERS)?)
}

fn change<T>(
    store: &Store,
    change: impl FnOnce(&crate::store::Change<'_>) -> Result<T, StoreError>,
) -> anyhow::Result<T> {
    Ok(store.change(&Actor::command_line(), now(), change)?)
}

pub(super) fn serve(config: Config) -> anyhow::Result<()> {
    std::fs::create_dir_all(&config.media_root).with_context(|| {
        format!("the folder {} cannot be made; name another with --media-root", config.media_root.display())
    })?;
    let db = config.db.clone();
    let server = server::build(config)?;
    let address = server.address()?;
    if !address.ip().is_loopback() {
        tracing::warn!(
            "passwords travel as they are over plain HTTP on {address}: put a proxy with TLS in front, \
             or let only a trusted network reach it"
        );
    }
    let nobody = !server.app().store.reader()?.has_people()?;
    server.run(|| {
        say(&format!("Tapeline listens on http://{address}"))?;
        if nobody {
            say(&format!(
                "Nobody can log in yet. Next:  tapeline init --customer \"My office\" --user admin --db {}",
                db.display()
            ))?;
        }
        Ok(())
    })
}

pub(super) fn init(config: &Config, init: Init) -> anyhow::Result<()> {
    let store = open(config)?;
    let (Some(customer), Some(user)) = (init.customer, init.user) else {
        say(&format!("{} is ready.", store.path().display()))?;
        if !store.reader()?.has_people()? {
            say(&format!(
                "Nobody can log in yet. Next:  tapeline init --customer \"My office\" --user admin --db {}",
                store.path().display()
            ))?;
        }
        return Ok(());
    };
    if store.reader()?.has_people()? {
        bail!("{} has people already; add more with: tapeline user add", store.path().display());
    }
    let hash = hash_password(&ask_password(init.password.password_stdin)?, config.bcrypt_cost)?;
    change(&store, |change| {
        let id = change.add_customer(None, &customer)?;
        change.add_group(None, id, &GroupFields { name: Some("Office".into()), ..GroupFields::default() })?;
        let role = "owner".into();
        change.add_person(&NewPerson {
            customer: id,
            username: user.clone(),
            name: String::new(),
            role,
            hash,
        })
    })?;
    say(&format!("{user} can log in. Next:  tapeline serve --db {}", store.path().display()))
}

pub(super) fn customer(config: &Config, command: Customer) -> anyhow::Result<()> {
    let store = open(config)?;
    match command {
        Customer::Add { name, id, output } => {
            let id = change(&store, |change| change.add_customer(id, &name))?;
            added(&output, "customer", id, &name)
        }
        Customer::List(output) => {
            let customers = store.reader()?.customers()?;
            if output.json {
                return say_json(&customers);
            }
            let rows: Vec<_> = customers.iter().map(|c| vec![c.id.to_string(), c.name.clone()]).collect();
            say_table(&["id", "name"], &rows, "No customers yet. Add one:  tapeline customer add NAME")
        }
        Customer::Edit { id, name } => {
            change(&store, |change| change.edit_customer(id, &name))?;
            say(&format!("Changed customer {id}."))
        }
        Customer::Remove { id } => {
            change(&store, |change| change.remove_customer(id))?;
            say(&format!("Removed customer {id}."))
        }
    }
}

fn added(output: &Output, what: &str, id: i64, name: &str) -> anyhow::Result<()> {
    if output.json {
        say_json(&json!({ "id": id, "name": name }))
    } else {
        say(&format!("Added {what} {id}: {name}"))
    }
}

pub(super) fn group(config: &Config, command: Group) -> anyhow::Result<()> {
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
            say_table(&["id", "customer", "name", "kept", "description"], &rows, nothing)
        }
        Group::Edit { id, name, fields } => {
            change(&store, |change| {
                change.edit_group(id, &group_fields(change, name, &fields)?)?;
                edit_members(change, id, &fields)
            })?;
            say(&format!("Changed group {id}."))
        }
        Group::Remove { id } => {
            change(&store, |change| change.remove_group(id))?;
            say(&format!("Removed group {id}."))
        }
    }
}

fn days(expires: i64) -> String {
    if expires == 0 { "not".into() } else { format!("{expires} days") }
}

fn group_fields(
    change: &crate::store::Change<'_>,
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

fn edit_members(change: &crate::store::Change<'_>, group: i64, args: &GroupArgs) -> Result<(), StoreError> {
    for (names, member) in [(&args.add_member, true), (&args.remove_member, false)] {
        for name in names {
            change.set_member(group, change.person_named(name)?, member)?;
        }
    }
    Ok(())
}

pub(super) fn user(config: &Config, command: User) -> anyhow::Result<()> {
    let store = open(config)?;
    match command {
        User::Add { name, customer, role, full_name, password, output } => {
            let hash = hash_password(&ask_password(password.password_stdin)?, config.bcrypt_cost)?;
            let person = NewPerson { customer, username: name.clone(), name: full_name, role, hash };
            let id = change(&store, |change| change.add_person(&person))?;
            added(&output, "user", id, &name)
        }
        User::List { customer, output } => {
            let people = store.reader()?.people(customer)?;
            if output.json {
                return say_json(&people);
            }
            let rows: Vec<_> = people
                .iter()
                .map(|p| vec![p.username.clone(), p.name.clone(), p.customer.to_string(), p.role.clone()])
                .collect();
            let nothing =
                "Nobody can log in yet. Add someone:  tapeline user add NAME --customer ID --role ROLE";
            say_table(&["user", "name", "customer", "role"], &rows, nothing)
        }
        User::Edit { name, rename, full_name, customer, role } => {
            let fields = PersonFields { username: rename, name: full_name, customer, role };
            change(&store, |change| change.edit_person(&change.subject_named(&name)?, &fields))?;
            say(&format!("Changed user {name}."))
        }
        User::Passwd { name, password } => {
            change(&store, |change| change.person_named(&name))?;
            let hash = hash_password(&ask_password(password.password_stdin)?, config.bcrypt_cost)?;
            change(&store, |change| change.set_password(&change.subject_named(&name)?, &hash))?;
            say(&format!("{name} has a new password and is logged out everywhere."))
        }
        User::Remove { name } => {
            change(&store, |change| change.remove_person(&change.subject_named(&name)?))?;
            say(&format!("Removed user {name}."))
        }
    }
}

pub(super) fn roles(config: &Config, output: &Output) -> anyhow::Result<()> {
    let roles = open(config)?.reader()?.roles()?;
    if output.json {
        return say_json(&roles);
    }
    let rows: Vec<_> =
        roles.into_iter().map(|role| vec![role.name, role.privileges.join(", "), role.description]).collect();
    say_table(&["role", "privileges", "for"], &rows, "No roles.")
}

/// The password of everyone in the demo office.
const DEMO_PASSWORD: &str = "tapeline-demo";

pub(super) fn demo(config: &Config) -> anyhow::Result<()> {
    let store = open(config)?;
    if !store.reader()?.customers()?.is_empty() {
        bail!("{} is not empty; name a new file with --db", store.path().display());
    }
    let hash = hash_password(DEMO_PASSWORD, config.bcrypt_cost)?;
    let made = demo::make(&store, &config.media_root, &hash, now())?;
    say(&format!("Made {made} in {}.", store.path().display()))?;
    say(&format!(
        "Log in as astrid (owner), tomas (administrator), yael (supervisor) or anyone of: tapeline user list\n\
         Everybody's password is {DEMO_PASSWORD}"
    ))
}

pub(super) fn search_plan(config: &Config, query: &str) -> anyhow::Result<()> {
    let store = open(config)?;
    let lines = api::explain(&store.reader()?, query).map_err(|refusal| {
        let messages: Vec<String> = refusal.entries().into_iter().map(|(_, _, message)| message).collect();
        anyhow::anyhow!(messages.join("; "))
    })?;
    lines.iter().try_for_each(|line| say(line))
}

pub(super) fn config(output: Option<PathBuf>) -> anyhow::Result<()> {
    let Some(path) = output else { return say(sample().trim_end()) };
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(sample().as_bytes()))
        .with_context(|| {
            format!("{} cannot be made; an existing file is never overwritten", path.display())
        })?;
    say(&format!("{} has every setting, explained.", path.display()))
}
