//! What slows down those who guess passwords.
//!
//! Failures are counted by address and by (address, name), so that nobody's failures lock anybody out elsewhere.
//! The crates that limit rates take from a budget when they are asked; here an attempt must be looked at first and
//! counted only while it fails, which is this page of code.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

/// Failures of one name from one address before it has to wait.
const PER_NAME: u32 = 10;
/// Failures of one address, whatever the name.
const PER_ADDRESS: u32 = 50;
/// Seconds that failures count, from the first of them.
const WINDOW: i64 = 300;
/// Counters in memory; beyond it those that have run out go, then all.
const MOST: usize = 20_000;

/// Come back in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttled(pub i64);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    /// A name by its hash, since a client may send a name of any length.
    Name(IpAddr, [u8; 32]),
}

/// An attempt that counts as a failure until it is known to have succeeded.
pub(super) struct Attempt(Vec<Key>);

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
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

    /// Counts an attempt as a failure, until [`Limit::withdraw`].
    pub(super) fn count(&self, address: IpAddr, name: &str, now: i64) -> Attempt {
        let mut counters = self.counters();
        make_room(&mut counters, now);
        let keys: Vec<Key> = keys(address, name).collect();
        for key in &keys {
            let failures = counters.entry(key.clone()).or_insert(Failures { count: 0, since: now });
            if is_over(failures, now) {
                *failures = Failures { count: 0, since: now };
            }
            failures.count += 1;
        }
        Attempt(keys)
    }

    /// The password was right, or never looked at. Earlier failures stay: whoever guesses beside the owner, behind
    /// one proxy, gains nothing from the owner's successes.
    pub(super) fn withdraw(&self, attempt: &Attempt) {
        let mut counters = self.counters();
        attempt.0.iter().for_each(|key| give_back(&mut counters, key));
    }

    fn counters(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Behind a proxy on this machine everybody has the loopback address: only the name counts there.
fn keys(address: IpAddr, name: &str) -> impl Iterator<Item = Key> {
    let network = network(address);
    let of_address = (!network.is_loopback()).then_some(Key::Address(network));
    std::iter::once(Key::Name(network, Sha256::digest(name).into())).chain(of_address)
}

fn give_back(counters: &mut HashMap<Key, Failures>, key: &Key) {
    if let Some(failures) = counters.get_mut(key) {
        failures.count = failures.count.saturating_sub(1);
        if failures.count == 0 {
            counters.remove(key);
        }
    }
}

fn wait(key: &Key, failures: &Failures, now: i64) -> Option<i64> {
    let most = match key {
        Key::Name(..) => PER_NAME,
        Key::Address(_) => PER_ADDRESS,
    };
    (failures.count >= most && !is_over(failures, now)).then_some(failures.since + WINDOW - now)
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
fn network(address: IpAddr) -> IpAddr {
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

    fn fail(limit: &Limit, address: IpAddr, name: &str, times: u32) {
        for _ in 0..times {
            assert_eq!(limit.check(address, name, 1000), Ok(()));
            limit.count(address, name, 1000);
        }
    }

    #[test]
    fn a_name_waits_at_one_address_and_not_at_another() {
        let limit = Limit::new();
        fail(&limit, HERE, "anna", PER_NAME);
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
            fail(&limit, HERE, &format!("name{number}"), 1);
            fail(&limit, LOOPBACK, &format!("name{number}"), 1);
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
        fail(&limit, HERE, "anna", PER_NAME - 1);
        let attempt = limit.count(HERE, "anna", 1000);
        limit.withdraw(&attempt);
        fail(&limit, HERE, "anna", 1);
        assert_eq!(limit.check(HERE, "anna", 1000), Err(Throttled(WINDOW)));
    }

    #[test]
    fn counters_do_not_grow_without_bound() {
        let limit = Limit::new();
        for number in 0..MOST + 10 {
            limit.count(LOOPBACK, &number.to_string(), 1000);
        }
        assert!(limit.counters().len() <= MOST);
    }
}
