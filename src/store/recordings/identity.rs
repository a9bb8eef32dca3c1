//! What names a recording.

/// What names a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its record group.
    pub recordgroup: i64,
    /// The PBX's identifier of the channel; clients that know it from a file name leave out its dot.
    pub uniqueid: String,
    /// Which recording of that channel.
    pub recordid: String,
}
