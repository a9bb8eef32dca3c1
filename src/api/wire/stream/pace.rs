//! Whether a client keeps up with its answer: by what it takes, while it is waited for.

use std::time::{Duration, Instant};

use crate::config::Config;

/// What a client has to take in a minute.
const MINUTE: Duration = Duration::from_secs(60);
/// Bytes that are a second's worth, a telephone's sound: whoever takes many at once may rest while they last. Programs that
/// are told a rate (`curl --limit-rate`) and players do so.
const SECOND: u64 = 8 << 10;
/// How long one may rest at most.
const REST: Duration = Duration::from_secs(600);

/// How a client keeps up.
pub(super) struct Pace {
    /// How long it may take nothing.
    stall: Duration,
    /// Bytes that it has to take in a minute.
    least: u64,
    /// When it last took something, and what it had taken by then.
    moved: (Instant, u64),
    /// Until when what it took lasts.
    rests: Instant,
    /// When the minute began, and what it had taken by then.
    minute: (Instant, u64),
}

impl Pace {
    pub(super) fn new(config: &Config, now: Instant, taken: u64) -> Pace {
        let stall = Duration::from_secs(config.stream_stall_seconds.into());
        let least = u64::from(config.stream_kib_a_minute) << 10;
        Pace { stall, least, moved: (now, taken), rests: now, minute: (now, taken) }
    }

    /// How often to look.
    pub(super) fn between_looks(&self) -> Duration {
        (self.stall / 4).min(Duration::from_millis(250))
    }

    /// Nobody waits for the client.
    pub(super) fn keeps_up(&mut self, now: Instant, taken: u64) {
        self.move_to(now, taken);
        (self.moved, self.minute) = ((now, taken), (now, taken));
    }

    fn move_to(&mut self, now: Instant, taken: u64) {
        let lasts = Duration::from_millis(1000 * (taken - self.moved.1) / SECOND);
        self.rests = (self.rests.max(now) + lasts).min(now + REST);
        self.moved = (now, taken);
    }

    /// Whether the client, which is waited for, is too slow.
    pub(super) fn is_too_slow(&mut self, now: Instant, taken: u64) -> bool {
        if taken != self.moved.1 {
            self.move_to(now, taken);
        }
        // What it took just now is no rest.
        if now + Duration::from_secs(1) < self.rests {
            return false;
        }
        let stalls = now.duration_since(self.moved.0) >= self.stall;
        let crawls = now.duration_since(self.minute.0) >= MINUTE && {
            let in_the_minute = taken - self.minute.1;
            self.minute = (now, taken);
            in_the_minute < self.least
        };
        stalls || crawls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When a client that takes something each so many seconds is found too slow, within ten minutes.
    fn found_slow(bytes: u64, seconds: u64) -> Option<u64> {
        let begin = Instant::now();
        let mut pace = Pace::new(&Config::default(), begin, 7);
        let at = |second| begin + Duration::from_secs(second);
        (1..=600).find(|second| pace.is_too_slow(at(*second), 7 + second / seconds * bytes))
    }

    #[test]
    fn a_client_may_take_nothing_for_half_a_minute_and_little_for_no_whole_one() {
        for (bytes, seconds, expected) in [
            (0, 1, Some(30)),
            (1, 1, Some(60)),
            (1093, 1, None),
            (1000, 1, Some(60)),
            (20 << 10, 1, None),
            (32 << 10, 29, None),
            (20 << 10, 20, Some(62)),
            (100 << 10, 31, Some(30)),
        ] {
            assert_eq!(found_slow(bytes, seconds), expected, "{bytes} bytes each {seconds} s");
        }
    }

    #[test]
    fn whoever_takes_much_at_once_may_rest_while_it_lasts() {
        for (taken, expected) in [(100 << 10, 31), (1 << 20, 128), (20 << 20, 600)] {
            let begin = Instant::now();
            let mut pace = Pace::new(&Config::default(), begin, 7);
            let at = |second| begin + Duration::from_secs(second);
            let found = (1..=1000).find(|second| pace.is_too_slow(at(*second), 7 + taken));
            assert_eq!(found, Some(expected), "{taken} bytes at once");
        }
        let in_bursts = found_slow(10 << 20, 120);
        assert_eq!(in_bursts, Some(30), "it began with nothing");
    }

    #[test]
    fn whoever_is_not_waited_for_is_never_slow() {
        let begin = Instant::now();
        let mut pace = Pace::new(&Config::default(), begin, 0);
        pace.keeps_up(begin + Duration::from_secs(3000), 10);
        assert!(!pace.is_too_slow(begin + Duration::from_secs(3029), 10));
        assert!(pace.is_too_slow(begin + Duration::from_secs(3030), 10));
    }
}
