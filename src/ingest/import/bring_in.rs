//! The loop of every import: what is read some way ahead is gathered, and taken in a batch at a time.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::report::Report;
use crate::ingest::reading::{Entries, Entry, Length, Reading};

/// Entries that are read at once, and so many times that may wait to be taken in.
const PIECE: usize = 500;
const AHEAD: usize = 16;

/// What gathers things of one kind, and takes them in as soon as there are enough.
pub(super) trait Gather<T> {
    /// Adds one that stands at `place`.
    fn add(&mut self, one: T, place: String, report: &mut Report) -> anyhow::Result<()>;

    /// Takes in what there is.
    fn flush(&mut self, report: &mut Report) -> anyhow::Result<()>;
}

/// Brings in all that is read; what is of no use is skipped. Ends with the first error of either side.
pub(super) fn bring_in<T: Send>(
    reading: Reading<T>,
    gather: &mut impl Gather<T>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let bar = bar(reading.length);
    ahead(reading.entries, |Entry { place, end, what }| {
        bar.set_position(end);
        report.read += 1;
        match what {
            Ok(one) => gather.add(one, place, report)?,
            Err(why) => report.skip(place, &why),
        }
        Ok(())
    })?;
    gather.flush(report)?;
    bar.finish_and_clear();
    Ok(())
}

/// Reads on a thread of its own, some way ahead of what takes the pieces in.
fn ahead<T: Send>(
    mut entries: Entries<T>,
    mut take: impl FnMut(Entry<T>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(AHEAD);
        let reader = scope.spawn(move || -> anyhow::Result<()> {
            loop {
                let piece = entries.by_ref().take(PIECE).collect::<anyhow::Result<Vec<_>>>()?;
                // Where nobody takes it any more, that one says why.
                if piece.is_empty() || sender.send(piece).is_err() {
                    return Ok(());
                }
            }
        });
        receiver.into_iter().flatten().try_for_each(&mut take)?;
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// A bar on the terminal, if there is one.
pub(super) fn bar(length: Length) -> ProgressBar {
    let (length, unit) = match length {
        Length::Bytes(bytes) => (bytes, "{bytes} of {total_bytes}"),
        Length::Things(things) => (things, "{pos} of {len}"),
    };
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template(&format!("Importing {{wide_bar}} {unit}  {{eta}} left")) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
