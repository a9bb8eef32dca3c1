//! `tapeline freeswitch check`.

use std::net::IpAddr;

use anyhow::Context;
use clap::Subcommand;

use super::help;
use super::shared::{need_host, said};
use crate::config::Config;
use crate::ingest::esl;

#[derive(Subcommand)]
pub(super) enum FreeSwitch {
    /// Test connection, password, events, paths and clock; say what is missing and how to add it
    #[command(after_long_help = help::FREESWITCH)]
    Check,
}

/// Says what is there and what is missing. Fails where something is.
pub(super) fn run(config: &Config, command: &FreeSwitch) -> anyhow::Result<()> {
    let FreeSwitch::Check = command;
    let settings = config.event_socket.as_ref().context(
        "no FreeSWITCH is named: add --freeswitch HOST, or event_socket = \"HOST\" under [freeswitch] in the configuration",
    )?;
    need_host(&settings.address, "--freeswitch, or event_socket under [freeswitch]")?;
    let (findings, here) = esl::check(config, settings);
    said(&findings, || steps(config, here))
}

fn steps(config: &Config, here: IpAddr) -> String {
    format!(
        r#"What a FreeSWITCH needs, as far as it is not there yet. Into <settings> of autoload_configs/event_socket.conf.xml, with a
password of your own:

{}
Then, on FreeSWITCH:
  fs_cli -x reloadacl
  fs_cli -x 'reload mod_event_socket'
and here the same password in TAPELINE_FREESWITCH_PASSWORD, or event_socket_password under [freeswitch] in the configuration.

For the record of each call, which is posted when it is over, into <settings> of autoload_configs/json_cdr.conf.xml:

{}
and fs_cli -x 'reload mod_json_cdr'; here the same secret in TAPELINE_FREESWITCH_SECRET, or secret under [freeswitch]."#,
        esl::lines(here),
        esl::record_lines(here, config.listen.port()),
    )
}
