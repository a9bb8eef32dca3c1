//! Failed logins on their way to the audit log: one entry for a person, address and hour, however many they are.
//!
//! A name that is nobody's is not written anywhere, since people type passwords there: such failures are counted by
//! address alone. The entry is written when the first of them fails, and told more of as others follow, at most once
//! a second. Whoever tries from very many addresses is summed too: the log cannot be flooded.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::auth::network;
use crate::model::{Actor, Person};
use crate::store::{Credential, Store, Summed};

/// What they leave in the log.
const FAILED: &str = "user/login/failed";
/// Seconds that are summed in one entry.
const WINDOW: i64 = 3600;
/// How long the writer rests between two times.
const REST: Duration = Duration::from_secs(1);
/// Entries of an hour that tell addresses apart. Beyond it there is one for each person, and one for nobody's names.
const MOST: usize = 200;

/// The way of failed logins to the audit log.
pub struct FailedLogins {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    sums: Mutex<Sums>,
    wake: Condvar,
}

#[derive(Default)]
struct Sums {
    of: HashMap<Key, Sum>,
    /// Of an hour that is over, and not written yet.
    over: Vec<Sum>,
    ending: bool,
}

/// Whose name it was, if it was anybody's, and from where.
type Key = (Option<i64>, String);

#[derive(Clone)]
struct Sum {
    written: Summed,
    wrong: u64,
    refused: u64,
    /// Whether the person may not log in, whatever the password: then nobody knows whether it was right.
    disabled: bool,
    is_new: bool,
}

impl FailedLogins {
    /// Starts the thread that writes.
    pub fn new(store: &Arc<Store>) -> std::io::Result<FailedLogins> {
        let shared = Arc::new(Shared::default());
        let (store, told) = (Arc::clone(store), Arc::clone(&shared));
        let writer = std::thread::Builder::new()
            .name("failed-logins".into())
            .spawn(move || while told.write_once(&store) {})?;
        Ok(FailedLogins { shared, writer: Mutex::new(Some(writer)) })
    }

    /// Notes a wrong password, or with `refused` one that was not looked at because there were too many. `whose`: whose
    /// name it came with.
    pub fn note(&self, whose: Option<&Credential>, address: IpAddr, refused: bool, now: i64) {
        let mut sums = self.shared.sums();
        let sum = sums.of(whose.map(|whose| &whose.person), address, now);
        sum.disabled |= whose.is_some_and(|whose| whose.disabled);
        let (is_first, name) = (sum.wrong + sum.refused == 0, sum.written.actor.name.clone());
        let is_locked = refused && sum.refused == 0;
        *(if refused { &mut sum.refused } else { &mut sum.wrong }) += 1;
        sum.is_new = true;
        drop(sums);
        self.shared.wake.notify_one();
        if is_locked {
            tracing::warn!(username = %name, %address, "too many wrong passwords: the next are not looked at for a while");
        } else if is_first {
            tracing::warn!(username = %name, %address, "a login failed; further ones of this hour are in the audit log");
        }
    }
}

impl FailedLogins {
    /// Writes what is not written yet, and no more from then on.
    pub fn end(&self) {
        self.shared.sums().ending = true;
        self.shared.wake.notify_one();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(writer.map(JoinHandle::join));
    }
}

impl Drop for FailedLogins {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for something new and writes it. `false` when that was the last time.
    fn write_once(&self, store: &Store) -> bool {
        let nothing = |sums: &mut Sums| !sums.ending && !sums.has_news();
        let sums = self.wake.wait_while(self.sums(), nothing).unwrap_or_else(PoisonError::into_inner);
        let (ending, mut news) = (sums.ending, sums.news());
        drop(sums);
        let mut entries: Vec<Summed> = news.iter().map(|(_, sum)| sum.entry()).collect();
        let written = store.note_summed(FAILED, &mut entries);
        if let Err(error) = &written {
            tracing::warn!(%error, "failed logins wait for the audit log");
        } else {
            news.iter_mut().zip(entries).for_each(|((_, sum), entry)| sum.written.entry = entry.entry);
            self.sums().are_written(news);
        }
        if !ending {
            let rests = |sums: &mut Sums| !sums.ending;
            drop(self.wake.wait_timeout_while(self.sums(), REST, rests));
        }
        !ending
    }
}

impl Sums {
    /// The sum that a failure belongs to.
    fn of(&mut self, person: Option<&Person>, address: IpAddr, now: i64) -> &mut Sum {
        let id = person.map(|person| person.id);
        self.end_hours(now);
        let from = (id, place(address));
        let key =
            if self.of.contains_key(&from) || self.of.len() < MOST { from } else { (id, String::new()) };
        let written = || Summed {
            entry: None,
            actor: Actor {
                person: id,
                name: person.map_or_else(String::new, |person| person.username.clone()),
                address: key.1.clone(),
            },
            customer: person.map(|person| person.customer),
            time: now,
            detail: String::new(),
        };
        let sum = || Sum { written: written(), wrong: 0, refused: 0, disabled: false, is_new: false };
        self.of.entry(key.clone()).or_insert_with(sum)
    }

    fn end_hours(&mut self, now: i64) {
        let ended = self.of.extract_if(|_, sum| !(0..WINDOW).contains(&(now - sum.written.time)));
        self.over.extend(ended.map(|(_, sum)| sum).filter(|sum| sum.is_new));
    }

    fn has_news(&self) -> bool {
        !self.over.is_empty() || self.of.values().any(|sum| sum.is_new)
    }

    fn news(&self) -> Vec<(Option<Key>, Sum)> {
        let of_now = self.of.iter().filter(|(_, sum)| sum.is_new);
        let of_now = of_now.map(|(key, sum)| (Some(key.clone()), sum.clone()));
        self.over.iter().map(|sum| (None, sum.clone())).chain(of_now).collect()
    }

    fn are_written(&mut self, news: Vec<(Option<Key>, Sum)>) {
        let over = news.iter().filter(|(key, _)| key.is_none()).count();
        self.over.drain(..over);
        for (key, written) in news {
            let Some(sum) = key.and_then(|key| self.of.get_mut(&key)) else { continue };
            // Another hour may have begun meanwhile, and more may have failed.
            if sum.written.time == written.written.time {
                sum.written.entry = written.written.entry;
                sum.is_new = (sum.wrong, sum.refused) != (written.wrong, written.refused);
            }
        }
    }
}

impl Sum {
    /// What the log says of it now.
    fn entry(&self) -> Summed {
        let count = |count: u64, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {many}")),
        };
        let parts = [
            if self.disabled {
                count(self.wrong, "attempt", "attempts")
            } else {
                count(self.wrong, "wrong password", "wrong passwords")
            },
            count(self.refused, "refused without a look", "refused without a look"),
        ];
        let mut detail = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        if self.disabled {
            detail.push_str(", of a person who is disabled");
        }
        if self.written.actor.person.is_none() {
            detail.push_str(", for names that are nobody's");
        }
        if self.written.actor.address.is_empty() {
            detail.push_str(", from many addresses");
        }
        Summed { detail, ..self.written.clone() }
    }
}

/// An address, or the network of an IPv6 one, which has more of them than anybody could write down.
fn place(address: IpAddr) -> String {
    match network(address) {
        IpAddr::V6(network) if !network.is_loopback() => format!("{network}/64"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anna() -> Person {
        let privileges = crate::model::Privileges::default();
        Person { id: 4, customer: 1, username: "anna".into(), role: "agent".into(), privileges }
    }

    fn fail(sums: &mut Sums, person: Option<&Person>, address: [u8; 4], now: i64) {
        let sum = sums.of(person, address.into(), now);
        sum.wrong += 1;
        sum.is_new = true;
    }

    fn details(sums: &Sums) -> Vec<String> {
        let mut details: Vec<String> = sums.news().iter().map(|(_, sum)| sum.entry().detail).collect();
        details.sort();
        details
    }

    #[test]
    fn an_hour_of_one_address_is_one_entry_and_the_next_hour_another() {
        let mut sums = Sums::default();
        for now in [1000, 1001, 1000 + WINDOW - 1] {
            fail(&mut sums, Some(&anna()), [192, 0, 2, 1], now);
        }
        fail(&mut sums, None, [192, 0, 2, 1], 1002);
        assert_eq!(details(&sums), ["1 wrong password, for names that are nobody's", "3 wrong passwords"]);
        fail(&mut sums, Some(&anna()), [192, 0, 2, 1], 1000 + WINDOW);
        assert_eq!(sums.over.len(), 1, "not written yet");
        let news = sums.news();
        sums.are_written(news);
        assert!(sums.over.is_empty() && !sums.has_news());
        fail(&mut sums, Some(&anna()), [192, 0, 2, 1], 900);
        assert_eq!(details(&sums), ["1 wrong password"], "a clock that was set back begins anew");
    }

    #[test]
    fn what_fails_while_it_is_written_is_written_the_next_time() {
        let mut sums = Sums::default();
        fail(&mut sums, Some(&anna()), [192, 0, 2, 1], 1000);
        let mut news = sums.news();
        news.iter_mut().for_each(|(_, sum)| sum.written.entry = Some(7));
        fail(&mut sums, Some(&anna()), [192, 0, 2, 1], 1001);
        sums.are_written(news);
        assert_eq!(details(&sums), ["2 wrong passwords"]);
        assert_eq!(sums.news()[0].1.written.entry, Some(7), "in the same entry");
    }

    #[test]
    fn however_many_addresses_there_are_the_entries_of_an_hour_are_few() {
        let mut sums = Sums::default();
        for number in 0..10_000_u32 {
            let [_, a, b, c] = number.to_be_bytes();
            fail(&mut sums, Some(&anna()), [10, a, b, c], 1000);
            fail(&mut sums, None, [10, a, b, c], 1000);
        }
        assert_eq!(sums.of.len(), MOST + 2);
        assert!(details(&sums).contains(&"9900 wrong passwords, from many addresses".to_owned()));
        let of = |a: &str| place(a.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_eq!(
            (of("2001:db8:1:2::1"), of("::1"), of("::ffff:192.0.2.1")),
            ("2001:db8:1:2::/64".into(), "::1".into(), "192.0.2.1".into())
        );
    }
}
