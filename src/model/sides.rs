//! Which part of a call a file of sound has.

/// Which part of a call a file of sound has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SoundRole {
    /// All that was said.
    #[default]
    Mix,
    /// What the recorded channel said: MixMonitor's `r()`, Monitor's and VICIdial's `-in`.
    In,
    /// What the recorded channel heard: MixMonitor's `t()`, Monitor's and VICIdial's `-out`.
    Out,
    /// One of several, of which the name doesn't say which.
    Other,
}

impl SoundRole {
    /// Every role.
    pub const ALL: [SoundRole; 4] = [SoundRole::Mix, SoundRole::In, SoundRole::Out, SoundRole::Other];

    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            SoundRole::Mix => "mix",
            SoundRole::In => "in",
            SoundRole::Out => "out",
            SoundRole::Other => "other",
        }
    }
}
