//! Whether what names the files of recordings comes at all. A filter may keep it back, and where nothing comes nothing tells of
//! that: so a variable of no channel is set, which nobody uses, and its event is waited for.

use super::step::Step;
use crate::ingest::ami::action::action;
use crate::ingest::ami::codec::Message;

/// Milliseconds that the event may take.
const PATIENCE: i64 = 10_000;
/// That the PBX sets variables when it is asked for them is tried with one that says so.
const FIRST: &str = "SET(TAPELINE_CHECK=1)";
const SECOND: &str = "SET(MIXMONITOR_FILENAME=)";
const VARIABLE: &str = "MIXMONITOR_FILENAME";
/// What is wrong, and what to do.
pub(super) const KEPT_BACK: &str = "Asterisk does not send what names the file of a recording, so that calls are listed by their files \
    alone: tapeline asterisk check says what read and eventfilter of the user in manager.conf lack";

/// The trial of one connection.
#[derive(Default)]
pub(super) struct Trial {
    since: Option<i64>,
    heard: bool,
}

impl Trial {
    /// What is asked first.
    pub(super) fn begin() -> Step {
        Step::Say(action("Getvar", "trial", &[("Variable", FIRST)]))
    }

    /// The answer to that, and then to the other one.
    pub(super) fn answered(&mut self, answer: &Message, now: i64) -> Vec<Step> {
        if self.since.is_some() || answer.text("Value") != "1" {
            return Vec::new();
        }
        self.since = Some(now);
        vec![Step::Say(action("Getvar", "trial", &[("Variable", SECOND)]))]
    }

    /// An event came: any recording's is as good.
    pub(super) fn hear(&mut self, event: &Message) {
        self.heard |= event.text("Variable") == VARIABLE && event.event() == "VarSet";
    }

    /// Time has passed. Says once that nothing came.
    pub(super) fn wait(&mut self, now: i64) -> Option<Step> {
        let is_over = self.since.is_some_and(|since| now.saturating_sub(since) > PATIENCE);
        let is_kept_back = is_over && !self.heard;
        self.heard |= is_over;
        is_kept_back.then_some(Step::Concern(KEPT_BACK))
    }
}
