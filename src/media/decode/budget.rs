//! What may be spent on a file that others made: bytes and a processor's time, and only as long as it is wanted.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Bytes that are read for one thing, as a header or a packet: what is longer is none, and would be kept in memory.
const AT_ONCE: u64 = 32 << 20;
/// Things between two looks at the clock.
const THINGS: u64 = 64;

/// Whether nobody waits for it any more.
pub type Unwanted<'a> = dyn Fn() -> bool + Sync + 'a;

/// What is left to spend, by the thread that made it.
pub struct Budget<'a> {
    bytes: AtomicU64,
    at_once: AtomicU64,
    things: AtomicU64,
    /// The thread's processor time when it ends.
    until: Duration,
    unwanted: &'a Unwanted<'a>,
}

impl<'a> Budget<'a> {
    /// So many bytes, and so much processor time of this thread.
    pub fn new(bytes: u64, time: Duration, unwanted: &'a Unwanted<'a>) -> Budget<'a> {
        let (bytes, at_once) = (AtomicU64::new(bytes), AtomicU64::new(AT_ONCE));
        let things = AtomicU64::new(u64::MAX);
        Budget { bytes, at_once, things, until: time.saturating_add(processor_time()), unwanted }
    }

    /// The same for at most so many things: each of them has a byte at least.
    pub fn for_things(self, things: u64) -> Budget<'a> {
        Budget { things: AtomicU64::new(things), ..self }
    }

    /// A thing begins; an error if it is one too many.
    pub fn begin(&self) -> io::Result<()> {
        self.at_once.store(AT_ONCE, Ordering::Relaxed);
        let left = self.things.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        match left {
            Err(_) => Err(too_much()),
            Ok(left) if left.is_multiple_of(THINGS) => self.check(),
            Ok(_) => Ok(()),
        }
    }

    /// Spends some bytes.
    pub fn spend(&self, bytes: u64) -> io::Result<()> {
        let taken = |left: &AtomicU64| {
            let spent =
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
            spent.is_ok()
        };
        if taken(&self.at_once) && taken(&self.bytes) { self.check() } else { Err(too_much()) }
    }

    /// An error once its time is over, or nobody waits.
    pub fn check(&self) -> io::Result<()> {
        if self.is_unwanted() {
            return Err(io::Error::other("nobody waits for it any more"));
        }
        if processor_time() > self.until { Err(too_much()) } else { Ok(()) }
    }

    /// Whether nobody waits for it any more.
    pub fn is_unwanted(&self) -> bool {
        (self.unwanted)()
    }
}

fn too_much() -> io::Error {
    io::Error::other("it takes too long")
}

/// Of this thread.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanoseconds.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_spent_once_and_of_one_thing_not_all() {
        let wanted = || false;
        let budget = Budget::new(3 * AT_ONCE, Duration::MAX, &wanted);
        assert!(budget.spend(AT_ONCE).is_ok() && budget.spend(1).is_err());
        assert!(
            budget.begin().is_ok() && budget.spend(AT_ONCE + 1).is_err() && budget.spend(AT_ONCE).is_ok()
        );
        assert!(budget.begin().is_ok() && budget.begin().is_ok() && budget.spend(AT_ONCE).is_ok());
        assert!(budget.begin().is_ok() && budget.spend(1).is_err());
    }

    #[test]
    fn there_are_so_many_things_and_no_more() {
        let wanted = || false;
        let budget = Budget::new(0, Duration::MAX, &wanted).for_things(1_000);
        assert_eq!((0..2_000).filter(|_| budget.begin().is_ok()).count(), 1_000);
    }

    #[test]
    fn time_is_over_some_time_and_nobody_may_wait() {
        let (wanted, unwanted) = (|| false, || true);
        let short = Budget::new(u64::MAX, Duration::from_micros(1), &wanted);
        while short.check().is_ok() {}
        assert!(!short.is_unwanted());
        let left = Budget::new(u64::MAX, Duration::MAX, &unwanted);
        assert!(left.spend(0).is_err() && left.is_unwanted());
    }
}
