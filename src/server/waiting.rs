//! What waits is looked after: recordings of which nobody could say whose they are, and the rules that are the reason.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use actix_web::web::Data;

use crate::app::{Alert, Alerts, App, Wrong, now};
use crate::ingest::Stop;
use crate::intake::{Fault, Intake};
use crate::store::{StoreError, Waiting};

/// How soon what was repaired is noticed, while something is wrong.
const SOON: Duration = Duration::from_secs(2);
/// How often all that rules name is looked for, to know that it is still there.
const SELDOM: Duration = Duration::from_secs(30);
/// How often the log is told of what goes on waiting.
const REMINDER: Duration = Duration::from_secs(3_600);
/// What to do where the fault doesn't say it.
const MEND: &str = "mend [[rules]] in the configuration, and try them with: tapeline rules test FILE";
/// Its name among the sources.
const NAME: &str = "rules";

/// Looks after what waits.
pub(super) struct WaitingRoom {
    app: Data<App>,
    intake: Data<Intake>,
    /// Whether any recording can come: else it doesn't matter where those go that no rule takes.
    hears: bool,
    /// Whether the store knows which rules name what.
    noted: bool,
    /// Whether all was judged by the rules as they are now.
    judged: bool,
    faults: Vec<Fault>,
    /// How many waited when they were counted last.
    waiting: Vec<Waiting>,
    looked: Option<Instant>,
    /// When it was counted how many wait.
    counted: Option<Instant>,
    /// What the log was told of, by rule: how many waited, and when it was told.
    told: BTreeMap<i64, (i64, Instant)>,
}

impl WaitingRoom {
    pub(super) fn new(app: &Data<App>, intake: &Data<Intake>, hears: bool) -> WaitingRoom {
        if let Some(fault) = intake.rules().shadowing() {
            tracing::warn!("{}", fault.sentence);
        }
        let (app, intake) = (app.clone(), intake.clone());
        let mut room = WaitingRoom {
            app,
            intake,
            hears,
            noted: false,
            judged: false,
            faults: Vec::new(),
            waiting: Vec::new(),
            looked: None,
            counted: None,
            told: BTreeMap::new(),
        };
        // Before anything is filed or deleted by the rules. Where the database is busy, it is done later.
        room.noted = room.intake.note_rules(&room.app.store, hears, now()).is_ok();
        room
    }

    /// Looks until it is told to stop.
    pub(super) fn look_after(mut self, stop: &Stop) {
        loop {
            if let Err(error) = self.look() {
                self.intake.live().note(NAME, |status| status.trouble = error.to_string());
            }
            if stop.wait(SOON) {
                return;
            }
        }
    }

    fn look(&mut self) -> Result<(), StoreError> {
        let waiting = self.app.store.reader()?.has_waiting()?;
        if !self.hears && !waiting {
            return Ok(());
        }
        let due = self.looked.is_none_or(|looked| looked.elapsed() >= SELDOM);
        if self.judged && self.faults.is_empty() && !waiting && !due {
            return Ok(());
        }
        if !self.noted || !self.faults.is_empty() {
            self.intake.note_rules(&self.app.store, self.hears, now())?;
            self.noted = true;
        }
        if due {
            let found = self.app.store.reader()?.waiting_with_rows()?;
            self.intake.end_waits(&self.app.store, &found, now())?;
        }
        let looked = self.intake.look_after_waiting(&self.app.store, !self.judged, now())?;
        if looked.filed > 0 {
            tracing::info!("{} recordings that had waited are filed", looked.filed);
        }
        self.judged = true;
        self.looked = Some(Instant::now());
        self.note_faults(looked.faults);
        if self.counted.is_none_or(|counted| counted.elapsed() >= SELDOM) {
            let waiting = self.app.store.reader()?.waiting(None)?;
            self.counted = (!waiting.is_empty()).then(Instant::now);
            self.tell_waiting(&waiting);
            self.waiting = waiting;
        }
        tell_faults(&self.app.alerts, &self.faults, &self.waiting);
        Ok(())
    }

    /// Notes in the status what is wrong with the rules, and what no longer is.
    fn note_faults(&mut self, faults: Vec<Fault>) {
        let shadowing = self.intake.rules().shadowing();
        let trouble: Vec<&str> =
            shadowing.iter().chain(&faults).map(|fault| fault.sentence.as_str()).collect();
        let trouble = trouble.join("; ");
        if faults.is_empty() && self.faults.is_empty() {
            return;
        }
        let state = if faults.is_empty() { "all of them lead somewhere" } else { "recordings may wait" };
        self.intake.live().note(NAME, |status| status.trouble = trouble);
        self.intake.live().state(NAME, state, now());
        self.faults = faults;
    }

    /// Tells the log how many wait for each rule: at once, and then now and then.
    fn tell_waiting(&mut self, waiting: &[Waiting]) {
        self.told.retain(|rule, _| waiting.iter().any(|waiting| waiting.rule == *rule));
        for Waiting { rule, reason, count, .. } in waiting.iter().filter(|waiting| !waiting.to_come) {
            let told = self.told.get(rule);
            if told.is_none_or(|(before, when)| count > before && when.elapsed() >= REMINDER) {
                tracing::error!("recordings wait, and are in no list: {count} so far; {reason}");
                self.told.insert(*rule, (*count, Instant::now()));
            }
        }
    }
}

/// Tells what is wrong with the rules, and how many recordings wait for it.
pub(super) fn tell_faults(alerts: &Alerts, faults: &[Fault], waiting: &[Waiting]) {
    for Fault { rule, sentence } in faults {
        let (why, todo) = match sentence.split_once("; ") {
            Some(parts) => parts,
            None if *rule == 0 => sentence.split_once(": ").unwrap_or((sentence, MEND)),
            None => (sentence.as_str(), MEND),
        };
        let waits = waiting.iter().filter(|one| usize::try_from(one.rule) == Ok(*rule) && !one.to_come);
        let how_many = match waits.map(|one| one.count).sum() {
            0 => "New recordings".to_owned(),
            1 => "1 recording".to_owned(),
            some => format!("{some} recordings"),
        };
        let wait = if how_many.starts_with("1 ") { "waits, and is" } else { "wait, and are" };
        let sentence = format!("{how_many} {wait} in no list: {why}");
        alerts.raise(Alert::new(Wrong::RecordingsWait, name_of(*rule), sentence, todo));
    }
    let names: Vec<String> = faults.iter().map(|fault| name_of(fault.rule)).collect();
    alerts.keep_only(Wrong::RecordingsWait, &names);
}

fn name_of(rule: usize) -> String {
    if rule == 0 { "what no rule takes".into() } else { format!("rule {rule}") }
}
