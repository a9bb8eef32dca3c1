//! What a file was found to hold.

use std::ops::Range;

use super::forms::{Form, Reader};
use super::pcm::Pcm;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its form.
    pub form: &'static Form,
    /// Where the sound is in it, as far as that is known.
    pub holds: Holds,
    /// Whether it was written to its end.
    pub written: Written,
}

/// Where the sound is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Samples that can be decoded.
    Samples(Pcm),
    /// Packets, in these bytes, and who reads them.
    Packets(Reader, Range<u64>),
    /// What can't be decoded; its milliseconds, where they are known.
    Other(Option<u64>),
}

/// What a file tells of whether it was written to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// All that its header promises is there, and nothing that it knows nothing of.
    Finished,
    /// Its header was never completed, or promises more than there is, or less.
    Unfinished,
    /// It has no header, or one of a program that can't go back to complete it.
    SaysNothing,
}

impl Written {
    /// What another one tells, where this one tells nothing.
    #[must_use]
    pub fn or(self, other: Written) -> Written {
        if self == Written::SaysNothing { other } else { self }
    }
}

impl Content {
    /// Of samples.
    pub fn samples(form: &'static Form, pcm: Pcm, written: Written) -> Content {
        Content { form, holds: Holds::Samples(pcm), written }
    }

    /// Of what can't be decoded, or not by its bytes alone.
    pub fn other(form: &'static Form, milliseconds: Option<u64>, written: Written) -> Content {
        Content { form, holds: Holds::Other(milliseconds), written }
    }
}
