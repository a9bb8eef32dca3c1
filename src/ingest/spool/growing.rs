//! Files in progress, and for how long nothing happened to each, by a clock that nobody puts forward or back.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use crate::model::paths::on_disk;

/// How long a file that nobody saw closed must rest before it is asked who writes to it.
const REST: Duration = Duration::from_secs(5);

/// Files that are being written, by their paths below the media root.
#[derive(Default)]
pub struct Growing(HashMap<String, File>);

struct File {
    size: u64,
    modified: Option<SystemTime>,
    /// When it last changed.
    since: Instant,
    /// When it was last looked at.
    asked: Instant,
}

impl Growing {
    /// Whether it is one of them.
    pub fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// It is finished, or gone.
    pub fn end(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// For how long nothing happened to it; None if it isn't one of them.
    pub fn rest(&self, path: &str) -> Option<Duration> {
        self.0.get(path).map(|file| file.since.elapsed())
    }

    /// Somebody writes to it. Whether it is one of them.
    pub fn written(&mut self, path: &str) -> bool {
        let file = self.0.get_mut(path);
        file.map(|file| file.since = Instant::now()).is_some()
    }

    /// It was looked at and isn't finished. What is new rests since it was written, as far as `now` can tell.
    pub fn goes_on(&mut self, path: &str, root: &Path, now: SystemTime) {
        let facts = std::fs::metadata(on_disk(root, path)).ok();
        let (size, modified) = state(facts.as_ref());
        let asked = Instant::now();
        let since = match self.0.get(path) {
            Some(file) if (file.size, file.modified) == (size, modified) => file.since,
            Some(_) => asked,
            None => {
                let age = modified.and_then(|modified| now.duration_since(modified).ok());
                asked.checked_sub(age.unwrap_or_default()).unwrap_or(asked)
            }
        };
        self.0.insert(path.into(), File { size, modified, since, asked });
    }

    /// Those of which nobody hears any more: somebody else may know that they are finished.
    pub fn resting(&mut self, root: &Path) -> Vec<String> {
        let mut resting = Vec::new();
        for (path, file) in &mut self.0 {
            if file.asked.elapsed() < REST || file.since.elapsed() < REST {
                continue;
            }
            file.asked = Instant::now();
            let (size, modified) = state(std::fs::metadata(on_disk(root, path)).ok().as_ref());
            if (file.size, file.modified) == (size, modified) {
                resting.push(path.clone());
            } else {
                (file.size, file.modified, file.since) = (size, modified, Instant::now());
            }
        }
        resting
    }
}

fn state(facts: Option<&Metadata>) -> (u64, Option<SystemTime>) {
    facts.map_or((0, None), |facts| (facts.len(), facts.modified().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_rests_since_it_was_written_and_no_clock_that_is_put_back_or_forward_changes_that() {
        let root = std::env::temp_dir();
        let name = format!("tapeline-growing-{}", std::process::id());
        std::fs::write(root.join(&name), "a").expect("a file");
        let (hour, now) = (Duration::from_secs(3_600), SystemTime::now());
        let mut growing = Growing::default();
        growing.goes_on(&name, &root, now - hour);
        assert!(growing.rest(&name).expect("it goes on") < hour, "its time lies ahead");
        growing.end(&name);
        assert_eq!(growing.rest(&name), None);
        growing.goes_on(&name, &root, now + hour);
        for time in [now - hour, now, now + 48 * hour] {
            growing.goes_on(&name, &root, time);
            let rest = growing.rest(&name).expect("it goes on");
            assert!((hour..2 * hour).contains(&rest), "{rest:?}");
        }
        std::fs::write(root.join(&name), "more").expect("a file");
        growing.goes_on(&name, &root, now + hour);
        assert!(growing.rest(&name).expect("it goes on") < hour, "it was written to");
        std::fs::remove_file(root.join(&name)).expect("it goes");
    }
}
