//! The database, as commands use it.

use crate::app::now;
use crate::config::Config;
use crate::model::Actor;
use crate::store::{Change, Store, StoreError};

/// Connections that a command needs to read with.
pub(super) const READERS: u32 = 1;

pub(super) fn open(config: &Config) -> anyhow::Result<Store> {
    Ok(Store::open(&config.db, READERS)?)
}

pub(in crate::cli) fn change<T>(
    store: &Store,
    change: impl FnOnce(&Change<'_>) -> Result<T, StoreError>,
) -> anyhow::Result<T> {
    Ok(store.change(&Actor::command_line(), now(), change)?)
}
