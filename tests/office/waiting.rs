//! Waiting for what comes, and taking time. No other file of the tests sleeps; the house holds it.

use std::time::{Duration, Instant};

/// Longer than anything takes, on a busy machine too. A test that waits for this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks, at first and at most: what is waited for is mostly there at once.
const FIRST_REST: Duration = Duration::from_millis(1);
const LONGEST_REST: Duration = Duration::from_millis(20);
/// For how long nothing changes before it counts as over. The server itself waits 400 ms to see what a file becomes.
const QUIET: Duration = Duration::from_millis(1_500);

/// What comes in the end, or None.
pub fn in_the_end<T>(mut there: impl FnMut() -> Option<T>) -> Option<T> {
    let (end, mut rest) = (Instant::now() + PATIENCE, FIRST_REST);
    loop {
        let it = there();
        if it.is_some() || Instant::now() > end {
            return it;
        }
        std::thread::sleep(rest);
        rest = (rest * 2).min(LONGEST_REST);
    }
}

/// What comes in the end. `what` names it, for when it doesn't.
#[track_caller]
pub fn wait<T>(what: &str, there: impl FnMut() -> Option<T>) -> T {
    in_the_end(there).unwrap_or_else(|| panic!("{what} does not come"))
}

/// Waits until something is so.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    wait(what, || is_so().then_some(()));
}

/// Asks until the answer is this one.
#[track_caller]
pub fn until_answer(question: &str, answer: &str, mut ask: impl FnMut() -> String) {
    if in_the_end(|| (ask() == answer).then_some(())).is_none() {
        assert_eq!(ask(), answer, "{question}");
    }
}

/// What is there once it changes no more.
#[track_caller]
pub fn settled<T: PartialEq>(what: &str, mut now: impl FnMut() -> T) -> T {
    let (mut last, mut since) = (now(), Instant::now());
    wait(what, || {
        let next = now();
        if next != last {
            (last, since) = (next, Instant::now());
            return None;
        }
        (since.elapsed() > QUIET).then_some(next)
    })
}

/// Lets time pass that is part of what is tested: how long a caller talks, how slowly a client reads, when a crash comes.
/// Never for something to be over by then.
pub fn take(time: Duration) {
    std::thread::sleep(time);
}
