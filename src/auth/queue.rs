//! Passwords that wait for a thread: the addresses take turns, so that nobody's flood is in anybody else's way.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A queue in which each address has its turn.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    more: Condvar,
    longest: usize,
}

struct State<T> {
    first: VecDeque<T>,
    /// None of them is empty.
    of_address: HashMap<IpAddr, VecDeque<T>>,
    /// Whose turn it is next, each address once.
    turns: VecDeque<IpAddr>,
    waiting: usize,
    closed: bool,
}

impl<T> Queue<T> {
    /// `longest`: how many may wait.
    pub(super) fn new(longest: usize) -> Queue<T> {
        let state = State {
            first: VecDeque::new(),
            of_address: HashMap::new(),
            turns: VecDeque::new(),
            waiting: 0,
            closed: false,
        };
        Queue { state: Mutex::new(state), more: Condvar::new(), longest }
    }

    /// Puts a job at the end of its address's own. In a full queue it takes the place of the latest one of whoever has
    /// the most there, which is given back; if that is this address itself, the new job is.
    pub(super) fn push(&self, address: IpAddr, job: T) -> Result<Option<T>, T> {
        let address = sharer(address);
        let mut state = self.state();
        let mut pushed_out = None;
        if state.waiting >= self.longest {
            match state.take_from_longest(&address) {
                Some(other) => pushed_out = Some(other),
                None => return Err(job),
            }
        }
        state.add(address, job);
        self.more.notify_one();
        Ok(pushed_out)
    }

    /// Puts a job before all others. Gives back the one that had to go for it, if the queue was full.
    pub(super) fn first(&self, job: T) -> Option<T> {
        let mut state = self.state();
        let full = state.waiting >= self.longest;
        let pushed_out = if full { state.take_latest() } else { None };
        state.first.push_back(job);
        state.waiting += 1;
        self.more.notify_one();
        pushed_out
    }

    /// The next job, once there is one; `None` once the queue is closed.
    pub(super) fn next(&self) -> Option<T> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.take() {
                return Some(job);
            }
            state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends all waiting.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.more.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn add(&mut self, address: IpAddr, job: T) {
        let own = self.of_address.entry(address).or_default();
        if own.is_empty() {
            self.turns.push_back(address);
        }
        own.push_back(job);
        self.waiting += 1;
    }

    fn take(&mut self) -> Option<T> {
        let job = self.first.pop_front().or_else(|| self.take_in_turn())?;
        self.waiting -= 1;
        Some(job)
    }

    fn take_in_turn(&mut self) -> Option<T> {
        let address = self.turns.pop_front()?;
        let own = self.of_address.get_mut(&address)?;
        let job = own.pop_front();
        if own.is_empty() {
            self.of_address.remove(&address);
        } else {
            self.turns.push_back(address);
        }
        job
    }

    /// The latest job of the address that has the most, if `other` would have fewer even with one more.
    fn take_from_longest(&mut self, other: &IpAddr) -> Option<T> {
        let length = |address: &IpAddr| self.of_address.get(address).map_or(0, VecDeque::len);
        let longest = self.turns.iter().copied().max_by_key(|address| length(address))?;
        if length(&longest) > length(other) + 1 { self.take_last(longest) } else { None }
    }

    fn take_latest(&mut self) -> Option<T> {
        let longest = self.turns.iter().copied().max_by_key(|address| self.of_address[address].len())?;
        self.take_last(longest)
    }

    fn take_last(&mut self, address: IpAddr) -> Option<T> {
        let own = self.of_address.get_mut(&address)?;
        let job = own.pop_back()?;
        if own.is_empty() {
            self.of_address.remove(&address);
            self.turns.retain(|turn| *turn != address);
        }
        self.waiting -= 1;
        Some(job)
    }
}

/// Who shares a turn: an IPv4 address has its own, and one of IPv6 shares it with its /48, since whoever has one /64 has
/// often thousands.
fn sharer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !(u128::MAX >> 48))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const B: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn filled(longest: usize) -> Queue<&'static str> {
        let queue = Queue::new(longest);
        for job in ["a1", "a2", "a3"] {
            assert_eq!(queue.push(A, job), Ok(None));
        }
        queue
    }

    fn drained(queue: &Queue<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| queue.state().take()).collect()
    }

    #[test]
    fn addresses_take_turns_and_what_is_urgent_goes_first() {
        let queue = filled(9);
        assert_eq!(queue.push(B, "b1"), Ok(None));
        assert_eq!(queue.push(B, "b2"), Ok(None));
        assert_eq!(queue.first("known"), None);
        assert_eq!(drained(&queue), ["known", "a1", "b1", "a2", "b2", "a3"]);
        assert_eq!(queue.push(B, "b3"), Ok(None));
        assert_eq!(drained(&queue), ["b3"]);
    }

    #[test]
    fn a_full_queue_takes_from_whoever_has_the_most() {
        let queue = filled(3);
        assert_eq!(queue.push(A, "a4"), Err("a4"));
        assert_eq!(queue.push(B, "b1"), Ok(Some("a3")));
        assert_eq!(queue.push(B, "b2"), Err("b2"), "both would have as many as the other has now");
        assert_eq!(queue.first("known"), Some("a2"));
        assert_eq!(drained(&queue), ["known", "a1", "b1"]);
    }

    #[test]
    fn networks_of_ipv6_share_a_turn() {
        let address =
            |second: u16, third: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, second, third, 0, 0, 0, 1));
        assert_eq!(sharer(address(1, 2)), sharer(address(1, 3)));
        assert_ne!(sharer(address(1, 2)), sharer(address(2, 2)));
    }

    #[test]
    fn a_closed_queue_ends_whoever_waits_for_it() {
        let queue = std::sync::Arc::new(Queue::<u8>::new(1));
        let waiter = std::thread::spawn({
            let queue = std::sync::Arc::clone(&queue);
            move || queue.next()
        });
        queue.close();
        assert_eq!(waiter.join().ok(), Some(None));
    }
}
