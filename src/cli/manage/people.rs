//! `tapeline user`.

use clap::Subcommand;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::which;
use crate::auth::hash_password;
use crate::cli::database::{change, open};
use crate::cli::shared::{Output, PasswordArgs, added};
use crate::cli::terminal::{ask_password, say, say_json, say_table};
use crate::config::Config;
use crate::model::NewPerson;
use crate::store::{Listed, PersonFields, Store};

#[derive(Subcommand)]
pub(in crate::cli) enum User {
    /// Add someone who may log in; asks for the password
    Add {
        /// The name to log in with
        name: String,
        /// Home customer: id or name
        #[arg(long, value_name = "ID|NAME")]
        customer: String,
        /// What they may do; see: tapeline role list
        #[arg(long)]
        role: String,
        /// The name that people know
        #[arg(long, value_name = "TEXT", default_value = "")]
        full_name: String,
        #[command(flatten)]
        password: PasswordArgs,
        #[command(flatten)]
        output: Output,
    },
    /// List who may log in
    List {
        /// Only those of this customer: id or name
        #[arg(long, value_name = "ID|NAME")]
        customer: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Change someone; a new role or customer logs them out
    Edit {
        /// The name to log in with, or the id
        #[arg(value_name = "ID|NAME")]
        name: String,
        /// Another name to log in with
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// The name that people know
        #[arg(long, value_name = "TEXT")]
        full_name: Option<String>,
        /// Home customer: id or name
        #[arg(long, value_name = "ID|NAME")]
        customer: Option<String>,
        /// What they may do
        #[arg(long)]
        role: Option<String>,
    },
    /// Set a new password, which logs them out; asks for it
    Passwd {
        /// The name to log in with, or the id
        #[arg(value_name = "ID|NAME")]
        name: String,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Let someone log in no more for now: sessions and programs of theirs end at once; groups and history stay
    Disable {
        /// The name to log in with, or the id
        #[arg(value_name = "ID|NAME")]
        name: String,
    },
    /// Let someone who was disabled log in again
    Enable {
        /// The name to log in with, or the id
        #[arg(value_name = "ID|NAME")]
        name: String,
    },
    /// Remove someone
    Remove {
        /// The name to log in with, or the id
        #[arg(value_name = "ID|NAME")]
        name: String,
    },
}

pub(in crate::cli) fn user(config: &Config, command: User) -> anyhow::Result<()> {
    let store = open(config)?;
    match command {
        User::Add { name, customer, role, full_name, password, output } => {
            let (customer, role) = (which::customer(&store, &customer)?, which::role(&store, &role)?);
            let password = ask_password(password.password_stdin, &name, config)?;
            let hash = hash_password(&password, config.bcrypt_cost)?;
            let person =
                NewPerson { customer, username: name.clone(), name: full_name, role, hash, created: None };
            let id = change(&store, |change| change.add_person(&person))?;
            added(&output, "user", id, &name)
        }
        User::List { customer, output } => {
            let customer = which::customer_of(&store, customer.as_deref())?;
            let people = store.reader()?.people(customer)?;
            if output.json {
                return say_json(&people);
            }
            let rows: Vec<_> = people
                .iter()
                .map(|p| {
                    let (customer, last) = (p.customer.to_string(), last_login(p));
                    vec![p.id.to_string(), p.username.clone(), p.name.clone(), customer, p.role.clone(), last]
                })
                .collect();
            let nothing =
                "Nobody can log in yet. Add someone:  tapeline user add NAME --customer CUSTOMER --role ROLE";
            say_table(&["id", "user", "name", "customer", "role", "last login"], &rows, nothing)
        }
        User::Edit { name, rename, full_name, customer, role } => {
            let customer = which::customer_of(&store, customer.as_deref())?;
            let role = role.map(|role| which::role(&store, &role)).transpose()?;
            let fields = PersonFields { username: rename, name: full_name, customer, role, disabled: None };
            let name = edit(&store, &name, &fields)?;
            say(&format!("Changed user {name}."))
        }
        User::Disable { name } => {
            let name =
                edit(&store, &name, &PersonFields { disabled: Some(true), ..PersonFields::default() })?;
            say(&format!(
                "{name} is logged out everywhere and cannot log in. To undo it: tapeline user enable {name}"
            ))
        }
        User::Enable { name } => {
            let name =
                edit(&store, &name, &PersonFields { disabled: Some(false), ..PersonFields::default() })?;
            say(&format!("{name} can log in again."))
        }
        User::Passwd { name, password } => {
            let Listed { id, username, .. } = which::person(&store, &name)?;
            let password = ask_password(password.password_stdin, &username, config)?;
            let hash = hash_password(&password, config.bcrypt_cost)?;
            change(&store, |change| change.set_password(&change.subject_of(id)?, &hash))?;
            say(&format!("{username} has a new password and is logged out everywhere."))
        }
        User::Remove { name } => {
            let Listed { id, username, .. } = which::person(&store, &name)?;
            change(&store, |change| change.remove_person(&change.subject_of(id)?))?;
            say(&format!("Removed user {username}."))
        }
    }
}

/// Changes somebody. Gives the name that they logged in with until now.
fn edit(store: &Store, name: &str, fields: &PersonFields) -> anyhow::Result<String> {
    let Listed { id, username, .. } = which::person(store, name)?;
    change(store, |change| change.edit_person(&change.subject_of(id)?, fields))?;
    Ok(username)
}

/// When somebody logged in last, or that they cannot.
fn last_login(person: &Listed) -> String {
    match person.last_login {
        _ if person.disabled != 0 => "disabled".into(),
        Some(0) => "never".into(),
        Some(time) => Timestamp::from_second(time)
            .map(|time| time.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
            .unwrap_or_default(),
        None => "not known".into(),
    }
}
