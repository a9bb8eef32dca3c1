//! `tapeline asterisk check`.

use std::io::Write;
use std::net::IpAddr;

use anyhow::{Context, bail};
use clap::Subcommand;

use super::help;
use crate::config::Config;
use crate::ingest::ami::{self, State};

#[derive(Subcommand)]
pub(super) enum Asterisk {
    /// Test connection, login, rights, paths, clock and zone; say what is missing and how to add it
    #[command(after_long_help = help::ASTERISK)]
    Check,
}

/// Says what is there and what is missing. Fails where something is.
pub(super) fn run(config: &Config, command: &Asterisk) -> anyhow::Result<()> {
    let Asterisk::Check = command;
    let settings = config.asterisk.as_ref().context(
        "no Asterisk is named: add --asterisk HOST, or address = \"HOST\" under [asterisk] in the configuration",
    )?;
    let (findings, here) = ami::check(config, settings);
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        let word = match finding.state {
            State::Good => "ok     ",
            State::Missing => "MISSING",
            State::Note => "note   ",
        };
        writeln!(out, "{word} {}", finding.words)?;
    }
    match findings.iter().filter(|finding| finding.state == State::Missing).count() {
        0 => {
            writeln!(out, "All is there: tapeline serve will list calls while they are spoken.")?;
            Ok(())
        }
        missing => {
            writeln!(out, "\n{}", steps(&settings.username, here))?;
            bail!("{missing} thing{} missing", if missing == 1 { " is" } else { "s are" })
        }
    }
}

fn steps(username: &str, here: IpAddr) -> String {
    format!(
        "What a PBX needs, as far as it is not there yet. Into /etc/asterisk/manager.conf (FreePBX writes that file itself: into
manager_custom.conf beside it), with a secret of your own:

{}
In the same file enabled = yes under [general], and in cdr_manager.conf:

[general]
enabled = yes

Then, on the PBX:
  asterisk -rx 'manager reload'
  asterisk -rx 'module reload cdr_manager.so'
and here the same secret in TAPELINE_ASTERISK_SECRET, or under [asterisk] in the configuration.
FreePBX also: Call Recording set to Force or Yes for the routes, queues and ring groups, and Recording Options in the Advanced tab
of the extensions, that are to be recorded.",
        ami::stanza(username, here)
    )
}
