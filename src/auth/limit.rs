//! What slows down those who guess passwords.
//!
//! Failures are counted by address and by (address, name), so that nobody's failures lock anybody out elsewhere.
//! The crates that limit rates take from a budget when they are asked; here an attempt must be looked at first and
//! counted only while it fails, which is this page of code.
//!
//! The same wrong password again is no further guess: a program with last year's password locks nobody out. It is
//! known again by its keyed hash (see [`super::cache`]), at the same address only. So nobody learns at one address
//! what was tried at another, and who shares an address learns of one password at most for each one that they try
//! themselves, which is as slow as guessing.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

/// Failures of one name from one address before it has to wait.
const PER_NAME: usize = 10;
/// Failures of one address, whatever the name.
const PER_ADDRESS: usize = 50;
/// Wrong passwords of a name that are held against the right one that was shown at that address before, while the
/// name has to wait there. More than a person and their programs ever send, and few enough to find nothing.
const LOOKS: usize = 60;
/// Seconds that failures count, from the first of them.
const WINDOW: i64 = 300;
/// Counters in memory; beyond it those that have run out go, then all.
const MOST: usize = 20_000;

/// Come back in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttled(pub i64);

/// A name and a password, by a hash that only this process can make.
pub(super) type Guess = [u8; 32];

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    /// A name by its hash, since a client may send a name of any length.
    Name(IpAddr, [u8; 32]),
    /// What a name that waits was tried with all the same.
    Look(IpAddr, [u8; 32]),
}

impl Key {
    /// Guesses until it has to wait.
    fn most(&self) -> usize {
        match self {
            Key::Name(..) => PER_NAME,
            Key::Address(_) => PER_ADDRESS,
            Key::Look(..) => LOOKS,
        }
    }
}

/// An attempt that counts as a failure until it is known to have succeeded.
pub(super) struct Attempt {
    keys: Vec<Key>,
    guess: Guess,
}

impl Attempt {
    /// Whether it was not known already.
    pub(super) fn is_new(&self) -> bool {
        !self.keys.is_empty()
    }
}

struct Failures {
    /// Each guess once, and whether bcrypt said that it is wrong.
    guesses: Vec<(Guess, bool)>,
    since: i64,
}

#[derive(Default)]
pub(super) struct Limit(Mutex<HashMap<Key, Failures>>);

impl Limit {
    pub(super) fn new() -> Limit {
        Limit::default()
    }

    /// Whether another attempt may be made now, or when.
    pub(super) fn check(&self, address: IpAddr, name: &str, now: i64) -> Result<(), Throttled> {
        let counters = self.counters();
        if counters.is_empty() {
            return Ok(());
        }
        let waits = keys(address, name).filter_map(|key| wait(&key, counters.get(&key)?, now));
        waits.max().map_or(Ok(()), |seconds| Err(Throttled(seconds)))
    }

    /// Whether a name that has to wait may be held against what is known to be right. Else whoever guesses at the
    /// address of somebody who logged in would find their password at the speed of a lookup.
    pub(super) fn may_look(&self, address: IpAddr, name: &str, now: i64) -> bool {
        let key = Key::Look(network(address), hashed(name));
        self.counters().get(&key).is_none_or(|looks| wait(&key, looks, now).is_none())
    }

    /// Whether bcrypt said a while ago that this guess is wrong, for somebody at this address.
    pub(super) fn is_wrong(&self, address: IpAddr, name: &str, guess: &Guess, now: i64) -> bool {
        let key = Key::Name(network(address), hashed(name));
        let counters = self.counters();
        let failures = counters.get(&key).filter(|failures| !is_over(failures, now));
        failures.is_some_and(|failures| failures.guesses.contains(&(*guess, true)))
    }

    /// Notes that bcrypt said that an attempt is wrong.
    pub(super) fn confirm(&self, attempt: &Attempt) {
        let mut counters = self.counters();
        for key in &attempt.keys {
            let known = counters.get_mut(key).map(|failures| &mut failures.guesses);
            known.into_iter().flatten().filter(|one| one.0 == attempt.guess).for_each(|one| one.1 = true);
        }
    }

    /// Counts a look that found nothing.
    pub(super) fn looked(&self, address: IpAddr, name: &str, guess: Guess, now: i64) {
        add(&mut self.counters(), Key::Look(network(address), hashed(name)), guess, now);
    }

    /// Counts an attempt as a failure, until [`Limit::withdraw`].
    pub(super) fn count(&self, address: IpAddr, name: &str, guess: Guess, now: i64) -> Attempt {
        let mut counters = self.counters();
        let mut attempt = Attempt { keys: Vec::new(), guess };
        for key in keys(address, name) {
            if add(&mut counters, key.clone(), guess, now) {
                attempt.keys.push(key);
            }
        }
        attempt
    }

    /// The password was right, or never looked at. Earlier failures stay: whoever guesses beside the owner, behind
    /// one proxy, gains nothing from the owner's successes.
    pub(super) fn withdraw(&self, attempt: &Attempt) {
        let mut counters = self.counters();
        attempt.keys.iter().for_each(|key| give_back(&mut counters, key, &attempt.guess));
    }

    fn counters(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Behind a proxy on this machine that is not trusted everybody has the loopback address: only the name counts there.
fn keys(address: IpAddr, name: &str) -> impl Iterator<Item = Key> {
    let network = network(address);
    let of_address = (!network.is_loopback()).then_some(Key::Address(network));
    std::iter::once(Key::Name(network, hashed(name))).chain(of_address)
}

fn hashed(name: &str) -> [u8; 32] {
    Sha256::digest(name).into()
}

/// Adds a guess; `false` if it is known there, or there is no more to count.
fn add(counters: &mut HashMap<Key, Failures>, key: Key, guess: Guess, now: i64) -> bool {
    make_room(counters, now);
    let most = key.most();
    let failures = counters.entry(key).or_insert_with(|| Failures { guesses: Vec::new(), since: now });
    if is_over(failures, now) {
        *failures = Failures { guesses: Vec::new(), since: now };
    }
    // Beyond its limit a counter tells nothing more, and must not grow.
    let new = failures.guesses.len() < most && failures.guesses.iter().all(|(known, _)| *known != guess);
    if new {
        failures.guesses.push((guess, false));
    }
    new
}

fn give_back(counters: &mut HashMap<Key, Failures>, key: &Key, guess: &Guess) {
    if let Some(failures) = counters.get_mut(key) {
        failures.guesses.retain(|(known, _)| known != guess);
        if failures.guesses.is_empty() {
            counters.remove(key);
        }
    }
}

fn wait(key: &Key, failures: &Failures, now: i64) -> Option<i64> {
    (failures.guesses.len() >= key.most() && !is_over(failures, now)).then_some(failures.since + WINDOW - now)
}

/// Also when the clock was set back behind the first failure: nobody waits for longer than a window.
fn is_over(failures: &Failures, now: i64) -> bool {
    !(0..WINDOW).contains(&(now - failures.since))
}

fn make_room(counters: &mut HashMap<Key, Failures>, now: i64) {
    if counters.len() >= MOST {
        counters.retain(|_, failures| !is_over(failures, now));
    }
    if counters.len() >= MOST {
        counters.clear();
    }
}

/// Who answers for an address: an IPv4 address for itself, an IPv6 one for its /64.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if !v6.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));
    const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn guess(number: usize) -> Guess {
        Sha256::digest(number.to_string()).into()
    }

    fn fail(limit: &Limit, address: IpAddr, name: &str, guesses: std::ops::Range<usize>) {
        for number in guesses {
            assert_eq!(limit.check(address, name, 1000), Ok(()));
            limit.count(address, name, guess(number), 1000);
        }
    }

    #[test]
    fn a_name_waits_at_one_address_and_not_at_another() {
        let limit = Limit::new();
        fail(&limit, HERE, "anna", 0..PER_NAME);
        assert_eq!(limit.check(HERE, "anna", 1010), Err(Throttled(WINDOW - 10)));
        assert_eq!(limit.check(HERE, "bram", 1010), Ok(()));
        assert_eq!(limit.check(THERE, "anna", 1010), Ok(()));
        assert_eq!(limit.check(HERE, "anna", 1000 + WINDOW), Ok(()));
        assert_eq!(limit.check(HERE, "anna", 999), Ok(()), "a clock that was set back");
    }

    #[test]
    fn an_address_waits_whatever_the_name_but_loopback_does_not() {
        let limit = Limit::new();
        for number in 0..PER_ADDRESS {
            fail(&limit, HERE, &format!("name{number}"), number..number + 1);
            fail(&limit, LOOPBACK, &format!("name{number}"), number..number + 1);
        }
        assert_eq!(limit.check(HERE, "anna", 1000), Err(Throttled(WINDOW)));
        assert_eq!(limit.check(LOOPBACK, "anna", 1000), Ok(()));
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let address = |last: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 3, 4, 5, last));
        assert_eq!(network(address(1)), network(address(2)));
        assert_ne!(network(address(1)), network(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 3, 0, 0, 0, 1))));
        assert_eq!(network(IpAddr::V6(std::net::Ipv4Addr::LOCALHOST.to_ipv6_mapped())), LOOPBACK);
    }

    #[test]
    fn a_withdrawn_attempt_does_not_count_and_earlier_failures_do() {
        let limit = Limit::new();
        fail(&limit, HERE, "anna", 1..PER_NAME);
        let attempt = limit.count(HERE, "anna", guess(0), 1000);
        limit.withdraw(&attempt);
        fail(&limit, HERE, "anna", 0..1);
        assert_eq!(limit.check(HERE, "anna", 1000), Err(Throttled(WINDOW)));
    }

    #[test]
    fn the_same_guess_again_is_one_and_withdrawing_it_twice_takes_no_other_away() {
        let limit = Limit::new();
        fail(&limit, HERE, "anna", 1..PER_NAME);
        for _ in 0..3 * PER_NAME {
            fail(&limit, HERE, "anna", 1..2);
        }
        let again = limit.count(HERE, "anna", guess(1), 1000);
        limit.withdraw(&again);
        fail(&limit, HERE, "anna", 0..1);
        assert_eq!(limit.check(HERE, "anna", 1000), Err(Throttled(WINDOW)));
    }

    #[test]
    fn a_guess_is_known_to_be_wrong_once_bcrypt_said_so_at_that_address_in_that_window() {
        let limit = Limit::new();
        let attempt = limit.count(HERE, "anna", guess(1), 1000);
        assert!(!limit.is_wrong(HERE, "anna", &guess(1), 1000));
        limit.confirm(&attempt);
        assert!(limit.is_wrong(HERE, "anna", &guess(1), 1000));
        assert!(
            !limit.is_wrong(HERE, "anna", &guess(2), 1000) && !limit.is_wrong(HERE, "bram", &guess(1), 1000)
        );
        assert!(!limit.is_wrong(THERE, "anna", &guess(1), 1000));
        assert!(!limit.is_wrong(HERE, "anna", &guess(1), 1000 + WINDOW));
    }

    #[test]
    fn looks_are_counted_by_address_and_name() {
        let limit = Limit::new();
        (0..LOOKS).for_each(|number| limit.looked(HERE, "anna", guess(number / 2), 1000));
        assert!(limit.may_look(HERE, "anna", 1000));
        (0..LOOKS).for_each(|number| limit.looked(HERE, "anna", guess(number), 1000));
        assert!(!limit.may_look(HERE, "anna", 1000));
        assert!(limit.may_look(HERE, "anna", 1000 + WINDOW));
        assert!(limit.may_look(HERE, "bram", 1000) && limit.may_look(THERE, "anna", 1000));
    }

    #[test]
    fn counters_do_not_grow_without_bound() {
        let limit = Limit::new();
        for number in 0..MOST + 10 {
            limit.count(LOOPBACK, &number.to_string(), guess(0), 1000);
        }
        assert!(limit.counters().len() <= MOST);
        (0..10 * LOOKS).for_each(|number| limit.looked(HERE, "anna", guess(number), 1000));
        assert!(limit.counters().values().all(|failures| failures.guesses.len() <= LOOKS));
    }
}
