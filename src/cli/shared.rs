//! Flags that several commands have, and the answer to an addition.

use std::io::Write;
use std::net::ToSocketAddrs;

use anyhow::bail;
use clap::Args;
use serde_json::json;

use super::terminal::{say, say_json};
use crate::ingest::pbx::{Finding, State};

#[derive(Args)]
pub(in crate::cli) struct PasswordArgs {
    /// Read the password from standard input, up to the end of the line
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

/// Refuses a host that is not found: nothing else can be said then, and nothing is to be done on the PBX.
pub(super) fn need_host(address: &str, setting: &str) -> anyhow::Result<()> {
    match address.to_socket_addrs() {
        Ok(_) => Ok(()),
        Err(error) => bail!("the host of {address} is not found ({error}); check {setting}"),
    }
}

/// Says what a check of a PBX found, and what it needs where that is not all there. Fails where something is missing.
pub(super) fn said(findings: &[Finding], steps: impl Fn() -> String) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for finding in findings {
        let word = match finding.state {
            State::Good => "ok     ",
            State::Missing => "MISSING",
            State::Unsure => "unsure ",
            State::Note => "note   ",
        };
        writeln!(out, "{word} {}", finding.words)?;
    }
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    match (count(State::Missing), count(State::Unsure)) {
        (0, 0) => writeln!(out, "All is there: tapeline serve will list calls while they are spoken.")?,
        (0, _) => {
            writeln!(out, "Nothing is missing, as far as it can be told from here.")?;
            if findings.last().is_some_and(|last| last.state != State::Unsure) {
                writeln!(out, "\n{}", steps())?;
            }
        }
        (missing, _) => {
            writeln!(out, "\n{}", steps())?;
            bail!("{missing} thing{} missing", if missing == 1 { " is" } else { "s are" })
        }
    }
    Ok(())
}
