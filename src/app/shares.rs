//! Shares of what is scarce: whoever is alone may have all of it; when others wait, whoever holds least goes first.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

/// How long it may take until whoever has to give something back does.
const UNTIL_BACK: Duration = Duration::from_secs(5);

/// Whose a share is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// Somebody who has logged in.
    Person(i64),
    /// Somebody of whom only the address is known.
    Address(IpAddr),
}

/// So many of something.
pub struct Shares {
    state: Mutex<State>,
    /// Whether what somebody has of it can end before it is done, for somebody else.
    ends: bool,
}

struct State {
    free: usize,
    /// In the order in which they were given. None of them is empty.
    held: HashMap<Holder, Vec<Arc<Over>>>,
    /// Nobody waits while something is free.
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    holder: Holder,
    grant: oneshot::Sender<Share>,
}

/// A share, given back when it is dropped.
pub struct Share {
    shares: Arc<Shares>,
    holder: Holder,
    over: Arc<Over>,
}

/// What a share is waited for by.
struct Wait {
    grant: oneshot::Receiver<Share>,
    /// Whether somebody was asked to give one back.
    ends_another: bool,
}

impl Shares {
    /// So many, each kept until its work is done.
    pub fn of_work(count: usize) -> Arc<Shares> {
        Shares::new(count, false)
    }

    /// So many, kept for as long as a client likes: when somebody waits who has fewer, the last one of whoever has the most
    /// is over.
    pub fn of_clients(count: usize) -> Arc<Shares> {
        Shares::new(count, true)
    }

    fn new(count: usize, ends: bool) -> Arc<Shares> {
        let state = State { free: count, held: HashMap::new(), waiting: VecDeque::new() };
        Arc::new(Shares { state: Mutex::new(state), ends })
    }

    /// A share, if there is one within this time.
    pub async fn turn(self: &Arc<Shares>, holder: Holder, patience: Duration) -> Option<Share> {
        match self.enter(holder) {
            Ok(share) => Some(share),
            Err(wait) => tokio::time::timeout(patience, wait.grant).await.ok()?.ok(),
        }
    }

    /// A share, if there is one now or somebody who has more gives one back.
    pub async fn place(self: &Arc<Shares>, holder: Holder) -> Option<Share> {
        match self.enter(holder) {
            Ok(share) => Some(share),
            Err(wait) if wait.ends_another => tokio::time::timeout(UNTIL_BACK, wait.grant).await.ok()?.ok(),
            Err(_) => None,
        }
    }

    fn enter(self: &Arc<Shares>, holder: Holder) -> Result<Share, Wait> {
        let mut state = self.state();
        if state.free > 0 {
            state.free -= 1;
            return Ok(self.give(&mut state, holder));
        }
        let (sender, grant) = oneshot::channel();
        state.waiting.push_back(Waiting { holder, grant: sender });
        Err(Wait { grant, ends_another: self.ends && state.end_another(holder) })
    }

    fn give(self: &Arc<Shares>, state: &mut State, holder: Holder) -> Share {
        let over = Arc::new(Over::default());
        state.held.entry(holder).or_default().push(Arc::clone(&over));
        Share { shares: Arc::clone(self), holder, over }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn held(&self, holder: Holder) -> usize {
        self.held.get(&holder).map_or(0, Vec::len)
    }

    /// Ends the latest share of whoever has the most, if somebody who waits would still have fewer with one more.
    fn end_another(&self, holder: Holder) -> bool {
        let waiting =
            self.waiting.iter().filter(|one| one.holder == holder && !one.grant.is_closed()).count();
        let lasting = |shares: &[Arc<Over>]| shares.iter().filter(|over| !over.is_said()).count();
        let Some(most) = self.held.values().max_by_key(|shares| lasting(shares)) else { return false };
        if lasting(most) <= self.held(holder) + waiting {
            return false;
        }
        let latest = most.iter().rev().find(|over| !over.is_said());
        latest.inspect(|over| over.say()).is_some()
    }

    /// Whose turn it is: whoever holds least, and of these whoever came first.
    fn next(&mut self) -> Option<Waiting> {
        self.waiting.retain(|one| !one.grant.is_closed());
        let least = (0..self.waiting.len()).min_by_key(|at| self.held(self.waiting[*at].holder))?;
        self.waiting.remove(least)
    }
}

/// That a share is over.
#[derive(Default)]
struct Over {
    said: AtomicBool,
    told: Notify,
}

impl Over {
    fn say(&self) {
        self.said.store(true, Ordering::Relaxed);
        self.told.notify_one();
    }

    fn is_said(&self) -> bool {
        self.said.load(Ordering::Relaxed)
    }
}

impl Share {
    /// Whether it has to be given back, since somebody waits who has fewer.
    pub fn is_over(&self) -> bool {
        self.over.is_said()
    }

    /// Comes when it has to be given back; one waits for that at a time.
    pub fn ended(&self) -> impl Future<Output = ()> + use<> {
        let over = Arc::clone(&self.over);
        async move { over.told.notified().await }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut state = self.shares.state();
        if let Some(held) = state.held.get_mut(&self.holder) {
            held.retain(|over| !Arc::ptr_eq(over, &self.over));
            if held.is_empty() {
                state.held.remove(&self.holder);
            }
        }
        let Some(Waiting { holder, grant }) = state.next() else {
            state.free += 1;
            return;
        };
        let share = self.shares.give(&mut state, holder);
        drop(state);
        // Whoever has gone meanwhile gives it back at once.
        drop(grant.send(share));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEO: Holder = Holder::Person(1);
    const BRAM: Holder = Holder::Person(2);
    const ANNA: Holder = Holder::Person(3);

    fn take(shares: &Arc<Shares>, holder: Holder, count: usize) -> Vec<Share> {
        (0..count).map(|_| shares.enter(holder).ok().expect("a share")).collect()
    }

    fn wait(shares: &Arc<Shares>, holder: Holder) -> Wait {
        shares.enter(holder).err().expect("none is free")
    }

    #[test]
    fn whoever_is_alone_has_all_and_whoever_holds_least_is_next() {
        let shares = Shares::of_work(4);
        let mut cleos = take(&shares, CLEO, 4);
        let mut waits = [wait(&shares, CLEO), wait(&shares, BRAM), wait(&shares, BRAM), wait(&shares, ANNA)];
        assert!(waits.iter().all(|wait| !wait.ends_another));
        let mut granted = Vec::new();
        for _ in 0..3 {
            drop(cleos.pop());
            for (at, wait) in waits.iter_mut().enumerate() {
                granted.extend(wait.grant.try_recv().ok().map(|share| (at, share)));
            }
        }
        let order: Vec<usize> = granted.iter().map(|(at, _)| *at).collect();
        assert_eq!(order, [1, 3, 0], "Cleo has one by then, as Bram, and came before him");
    }

    #[test]
    fn whoever_waits_no_more_gets_nothing_and_nothing_is_lost() {
        let shares = Shares::of_work(1);
        let only = take(&shares, CLEO, 1);
        drop(wait(&shares, BRAM));
        let mut anna = wait(&shares, ANNA);
        drop(only);
        drop(anna.grant.try_recv().expect("a share"));
        drop(take(&shares, BRAM, 1));
        assert_eq!(shares.state().free, 1);
    }

    #[test]
    fn the_latest_share_of_whoever_has_the_most_ends_for_whoever_has_fewer() {
        let shares = Shares::of_clients(4);
        let mut cleos = take(&shares, CLEO, 3);
        let _brams = take(&shares, BRAM, 1);
        let over = |cleos: &[Share]| cleos.iter().map(Share::is_over).collect::<Vec<_>>();
        assert!(!wait(&shares, CLEO).ends_another);
        assert_eq!(over(&cleos), [false, false, false]);
        let mut anna = wait(&shares, ANNA);
        assert!(anna.ends_another);
        assert_eq!(over(&cleos), [false, false, true]);
        assert!(!wait(&shares, BRAM).ends_another, "they have two now, and he would too");
        drop(cleos.pop());
        assert!(anna.grant.try_recv().is_ok());
    }
}
