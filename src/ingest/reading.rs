//! A file that holds many things of a kind, read one after the other.

/// What is read: an entry after the other, and how much there is of it.
pub(super) struct Reading<T> {
    pub(super) entries: Entries<T>,
    pub(super) length: Length,
    /// What is to be told of all of it.
    pub(super) remarks: Vec<String>,
}

/// The entries in their order. An error is why no more can be read.
pub(super) type Entries<T> = Box<dyn Iterator<Item = anyhow::Result<Entry<T>>> + Send>;

/// How much there is to read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Length {
    Bytes(u64),
    Things(u64),
}

/// One of the things in a file.
pub(super) struct Entry<T> {
    /// Where it stands, for people: `Master.csv:17`.
    pub(super) place: String,
    /// How much of the whole length is read once it is.
    pub(super) end: u64,
    /// What it is; or why it is of no use.
    pub(super) what: Result<T, String>,
}

impl<T: 'static> Reading<T> {
    /// The reading of what `make` makes of each thing, on the thread that reads.
    pub(super) fn map<U>(self, mut make: impl FnMut(T) -> U + Send + 'static) -> Reading<U> {
        let entries = self.entries.map(move |entry| {
            entry.map(|Entry { place, end, what }| Entry { place, end, what: what.map(&mut make) })
        });
        Reading { entries: Box::new(entries), length: self.length, remarks: self.remarks }
    }
}
