//! `tapeline init` and `tapeline demo`: what fills an empty database.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;

use super::database::{change, open};
use super::serve::{is_default_folder, make_default_folder};
use super::shared::PasswordArgs;
use super::terminal::{ask_password, say};
use crate::app::now;
use crate::auth::hash_password;
use crate::config::Config;
use crate::demo;
use crate::model::NewPerson;
use crate::store::GroupFields;

#[derive(Args)]
pub(super) struct Init {
    /// Name of the first customer
    #[arg(long, value_name = "NAME", requires = "user")]
    customer: Option<String>,
    /// Name that the owner logs in with; asks for the password
    #[arg(long, value_name = "NAME", requires = "customer")]
    user: Option<String>,
    #[command(flatten)]
    password: PasswordArgs,
}

pub(super) fn init(config: &Config, init: Init) -> anyhow::Result<()> {
    need_folders(config)?;
    make_folder(&config.db)?;
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
    let hash =
        hash_password(&ask_password(init.password.password_stdin, &user, config)?, config.bcrypt_cost)?;
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
            created: None,
        })
    })?;
    say(&format!("{user} can log in. Next:  tapeline serve --db {}", store.path().display()))
}

/// Makes the folder of the database, where it isn't there: for this user and its group alone.
fn make_folder(db: &Path) -> anyhow::Result<()> {
    let Some(folder) = db.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) else {
        return Ok(());
    };
    let made = DirBuilder::new().recursive(true).mode(0o750).create(folder);
    made.with_context(|| {
        format!("the folder {} cannot be made; name another file with --db", folder.display())
    })?;
    say(&format!("Made the folder {}.", folder.display()))
}

/// Makes the default folder beside the default database; refuses one that was named and isn't there.
fn need_folders(config: &Config) -> anyhow::Result<()> {
    if is_default_folder(config) {
        return if config.db == Config::default().db { make_default_folder(config) } else { Ok(()) };
    }
    need(&config.media_root)?;
    let folders = config.folders.iter().map(|folder| config.media_root.join(&folder.folder));
    folders.filter(|folder| !folder.is_dir()).try_for_each(|folder| {
        let shown = folder.display();
        say(&format!(
            "The folder {shown} of [[folders]] is not there yet, and nothing is recorded from it until it is: mount its disk, or \
             make it with: mkdir -p {shown}"
        ))
    })
}

fn need(root: &Path) -> anyhow::Result<()> {
    if root.is_dir() {
        return Ok(());
    }
    let shown = root.display();
    bail!(
        "the folder {shown} is not there; mount its disk, make it with: mkdir -p {shown}, or name the one that the PBX records \
         into with --media-root"
    )
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
