//! Flags that several commands have, and the answer to an addition.

use clap::Args;
use serde_json::json;

use super::terminal::{say, say_json};

#[derive(Args)]
pub(in crate::cli) struct PasswordArgs {
    /// Read the password from standing input, up to the end of the line
    #[arg(long)]
    pub(in crate::cli) password_stdin: bool,
}

#[derive(Args)]
pub(in crate::cli) struct Output {
    /// Print JSON, for scripts
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

pub(in crate::cli) fn added(output: &Output, what: &str, id: i64, name: &str) -> anyhow::Result<()> {
    if output.json {
        say_json(&json!({ "id": id, "name": name }))
    } else {
        say(&format!("Added {what} {id}: {name}"))
    }
}
