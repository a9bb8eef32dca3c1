//! What names of files end in that have one side of a call.

use serde::Deserialize;

/// What names end in, before their dot, of files that have one side of a call, or both where that isn't the bare name.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct Sides {
    /// What the recorded telephone said.
    pub r#in: Vec<String>,
    /// What it heard.
    pub out: Vec<String>,
    /// Both.
    pub mix: Vec<String>,
}
