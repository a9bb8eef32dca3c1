//! `tapeline asterisk check`.

use std::io::Write;

use anyhow::{Context, bail};
use clap::Subcommand;

use super::help;
use crate::config::Config;
use crate::ingest::ami::{self, Checked, State};

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
    let checked = ami::check(config, settings);
    let mut out = std::io::stdout().lock();
    for finding in &checked.findings {
        let word = match finding.state {
            State::Good => "ok     ",
            State::Missing => "MISSING",
            State::Unsure => "unsure ",
            State::Note => "note   ",
        };
        writeln!(out, "{word} {}", finding.words)?;
    }
    let count = |state| checked.findings.iter().filter(|finding| finding.state == state).count();
    match (count(State::Missing), count(State::Unsure)) {
        (0, 0) => {
            writeln!(out, "All is there: tapeline serve will list calls while they are spoken.")?;
            Ok(())
        }
        (0, _) => {
            writeln!(out, "Nothing is missing, as far as it can be told from here.")?;
            if checked.findings.last().is_some_and(|last| last.state != State::Unsure) {
                writeln!(out, "\n{}", steps(&settings.username, &checked))?;
            }
            Ok(())
        }
        (missing, _) => {
            writeln!(out, "\n{}", steps(&settings.username, &checked))?;
            bail!("{missing} thing{} missing", if missing == 1 { " is" } else { "s are" })
        }
    }
}

fn steps(username: &str, checked: &Checked) -> String {
    format!(
        "What a PBX needs, as far as it is not there yet. Into /etc/asterisk/manager.conf (FreePBX writes that file itself: into
manager_custom.conf beside it), with a secret of your own:

{}
In the same file enabled = yes under [general] (FreePBX has it there), and in cdr_manager.conf:

[general]
enabled = yes
[mappings]
did => DID
linkedid => linkedid

(FreePBX since 2024 links to a file of its own there: the line enabled = yes alone, without [general], belongs into
cdr_manager_general_custom.conf beside it, the two other lines into cdr_manager_mapping_custom.conf.)

Then, on the PBX:
  asterisk -rx 'manager reload'
  asterisk -rx 'module reload cdr_manager.so'
and here the same secret in TAPELINE_ASTERISK_SECRET, or under [asterisk] in the configuration.
FreePBX also: Call Recording set to Force or Yes for the routes, queues and ring groups, and Recording Options in the Advanced tab
of the extensions, that are to be recorded.",
        ami::stanza(username, checked.here, checked.filtering)
    )
}
