//! `tapeline asterisk check`.

use anyhow::Context;
use clap::Subcommand;

use super::help;
use super::shared::{need_host, said};
use crate::config::Config;
use crate::ingest::ami::{self, Checked};

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
    need_host(&settings.address, "--asterisk, or address under [asterisk]")?;
    let checked = ami::check(config, settings);
    said(&checked.findings, || steps(&settings.username, &checked))
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
