//! `tapeline asterisk check`.

use std::io::Write;

use anyhow::{Context, bail};

use crate::config::Config;
use crate::ingest::ami;

/// Says what is there and what is missing. Fails where something is.
pub(super) fn check(config: &Config) -> anyhow::Result<()> {
    let settings = config.asterisk.as_ref().context(
        "no Asterisk is named: add --asterisk HOST, or address = \"HOST\" under [asterisk] in the configuration",
    )?;
    let (findings, here) = ami::check(config, settings);
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        writeln!(out, "{} {}", if finding.good { "ok     " } else { "MISSING" }, finding.words)?;
    }
    let missing = findings.iter().filter(|finding| !finding.good).count();
    if missing == 0 {
        writeln!(out, "All is there: tapeline serve will list calls while they are spoken.")?;
        return Ok(());
    }
    writeln!(out, "\n{}", steps(&settings.username, &here))?;
    bail!("{missing} of {} things are missing", findings.len())
}

fn steps(username: &str, here: &str) -> String {
    format!(
        "What belongs into manager.conf of the PBX (FreePBX: into /etc/asterisk/manager_custom.conf, since it writes
manager.conf itself), with a secret of your own and the address of this machine:

{}
Then, on the PBX:
  asterisk -rx 'manager reload'
and here the same secret in TAPELINE_ASTERISK_SECRET, or under [asterisk] in the configuration.
FreePBX also: enabled = yes under [general] in /etc/asterisk/cdr_manager.conf, and Call Recording set to Force, Yes or
On Demand for the extensions, queues and routes that are to be recorded.",
        ami::stanza(username, here)
    )
}
