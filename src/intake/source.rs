//! Who says what is known of a call.

/// Who says it. Which source is believed about which fact is decided in `facts.rs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// A file and its name.
    #[default]
    File,
    /// A call detail record, wherever it was kept.
    Cdr,
    /// The PBX itself, while the call goes on. Of two drafts of one call the later one counts.
    Pbx,
}
