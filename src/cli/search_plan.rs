//! `tapeline search-plan`.

use super::database::open;
use super::terminal::say;
use crate::api;
use crate::config::Config;

pub(super) fn search_plan(config: &Config, query: &str) -> anyhow::Result<()> {
    let store = open(config)?;
    let lines = api::explain(&store.reader()?, query, config.country.digits()).map_err(|refusal| {
        let messages: Vec<String> = refusal.entries().into_iter().map(|(_, _, message)| message).collect();
        anyhow::anyhow!(messages.join("; "))
    })?;
    lines.iter().try_for_each(|line| say(line))
}
