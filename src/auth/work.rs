//! How much work a password is: as much for every wrong one, whoever's name it comes with, so that the time of the
//! answer does not tell which names there are.

use std::sync::atomic::{AtomicU32, Ordering};

/// Hashes that cost more take longer, and nobody else waits for as long as they do: four seconds, and twice as long
/// for each step more.
const DEAREST: u32 = 16;

/// What is asked of bcrypt. Its rounds double with each step of the cost.
pub(super) trait Bcrypt {
    /// Whether the password has the hash; `None` for a hash that is none of bcrypt's, which is no work.
    fn verify(&mut self, password: &str, hash: &str) -> Option<bool>;
    /// Works in vain.
    fn waste(&mut self, password: &str, cost: u32);
}

/// How much there is to do.
pub(super) struct Work {
    /// The cost of new hashes.
    new: u32,
    /// The highest cost of a stored one.
    stored: AtomicU32,
}

impl Work {
    /// `cost`: that of new hashes.
    pub(super) fn new(cost: u32) -> Work {
        Work { new: cost, stored: AtomicU32::new(0) }
    }

    /// Says what the highest cost of a stored hash is now.
    pub(super) fn expect(&self, cost: u32) {
        self.stored.store(cost, Ordering::Relaxed);
    }

    /// Whether the password has the hash, by bcrypt. `None` for a name that is nobody's.
    pub(super) fn check(&self, password: &str, hash: Option<&str>, bcrypt: &mut impl Bcrypt) -> bool {
        let verified = hash.and_then(|hash| bcrypt.verify(password, hash));
        if verified == Some(true) {
            return true;
        }
        let most = self.new.max(self.stored.load(Ordering::Relaxed).min(DEAREST));
        match hash.filter(|_| verified.is_some()).and_then(cost) {
            // As much again doubles what is done: up to that of the dearest.
            Some(done) => (done..most).for_each(|cost| bcrypt.waste(password, cost)),
            None => bcrypt.waste(password, most),
        }
        false
    }
}

/// `12` of `$2b$12$…`.
fn cost(hash: &str) -> Option<u32> {
    hash.get(4..6)?.parse().ok()
}

/// bcrypt itself.
pub(super) struct Itself;

impl Bcrypt for Itself {
    fn verify(&mut self, password: &str, hash: &str) -> Option<bool> {
        bcrypt::verify(password, hash).ok()
    }

    fn waste(&mut self, password: &str, cost: u32) {
        let _ = bcrypt::hash(password, cost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// bcrypt with a count of its rounds.
    struct Counted(u64);

    impl Bcrypt for Counted {
        fn verify(&mut self, password: &str, hash: &str) -> Option<bool> {
            let verified = Itself.verify(password, hash)?;
            self.0 += 1 << cost(hash).expect("a cost");
            Some(verified)
        }

        fn waste(&mut self, password: &str, cost: u32) {
            assert!(bcrypt::hash(password, cost).is_ok(), "work is done");
            self.0 += 1 << cost;
        }
    }

    fn rounds(work: &Work, hash: Option<&str>) -> u64 {
        let mut counted = Counted(0);
        assert!(!work.check("wrong", hash, &mut counted));
        counted.0
    }

    #[test]
    fn every_wrong_password_takes_as_many_rounds_whatever_hash_is_stored() {
        let hash = |cost| bcrypt::hash("right", cost).expect("a hash");
        let cheap = hash(4);
        let cut = &cheap[..cheap.len() - 1];
        let stored = [
            &*cheap,
            &hash(5),
            &hash(6),
            &hash(7),
            "!",
            "",
            "*",
            "$2b$",
            "$2b$12$",
            "$2b$99$x",
            cut,
            "$1$salt$x",
        ];
        for (new, highest, expected) in [(7, 7, 1 << 7), (5, 7, 1 << 7), (8, 7, 1 << 8), (7, 0, 1 << 7)] {
            let work = Work::new(new);
            work.expect(highest);
            assert_eq!(rounds(&work, None), expected, "nobody's name");
            for hash in stored {
                assert_eq!(rounds(&work, Some(hash)), expected, "{hash} for {new}, {highest}");
            }
        }
    }

    #[test]
    fn a_right_password_takes_no_more_than_its_hash() {
        let work = Work::new(8);
        let mut counted = Counted(0);
        assert!(work.check("right", Some(&bcrypt::hash("right", 4).expect("a hash")), &mut counted));
        assert_eq!(counted.0, 1 << 4);
    }

    #[test]
    fn one_very_dear_hash_makes_not_everybody_wait_for_hours() {
        let work = Work::new(4);
        work.expect(31);
        let mut asked = Asked(Vec::new());
        assert!(!work.check("wrong", None, &mut asked));
        assert_eq!(asked.0, [DEAREST]);
    }

    /// What bcrypt is asked for, and does not do.
    struct Asked(Vec<u32>);

    impl Bcrypt for Asked {
        fn verify(&mut self, _: &str, _: &str) -> Option<bool> {
            None
        }

        fn waste(&mut self, _: &str, cost: u32) {
            self.0.push(cost);
        }
    }
}
