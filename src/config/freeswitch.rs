//! The FreeSWITCH that sends its records.

use serde::Deserialize;

use super::asterisk::Secret;
use super::intake::Folder;

/// What a FreeSWITCH sends its records with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeSwitch {
    /// What it proves itself with.
    pub secret: Secret,
    /// The machine that rows name.
    pub machine: String,
}

/// As someone gave it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "as in FreeSwitch")]
pub struct Given {
    pub secret: Option<Secret>,
    pub machine: Option<String>,
}

impl Given {
    /// What is given here, else there.
    #[must_use]
    pub fn or(self, other: Given) -> Given {
        Given { secret: self.secret.or(other.secret), machine: self.machine.or(other.machine) }
    }

    /// `None` without a secret. The machine is that of the first folder.
    pub(super) fn settle(self, folders: Option<&[Folder]>) -> Option<FreeSwitch> {
        let secret = self.secret.filter(|secret| !secret.reveal().is_empty())?;
        let folder = || folders.and_then(<[Folder]>::first).cloned().unwrap_or_default();
        Some(FreeSwitch { secret, machine: self.machine.unwrap_or_else(|| folder().machine()) })
    }
}

/// The part of the configuration file about it.
pub(super) const SAMPLE: &str = r#"
# A FreeSWITCH whose mod_json_cdr sends the record of each call to http://HERE/ingest/freeswitch. The secret is the password
# in the parameter cred of its json_cdr.conf.xml; without one there is no such door.
# Choose 16 characters or more: after ten wrong ones an address has to wait. TAPELINE_FREESWITCH_SECRET.
#[freeswitch]
#secret = ""
# The machine, if not that of the first of [[folders]].
#machine = "pbx1"
"#;
