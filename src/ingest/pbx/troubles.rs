//! What doesn't work with a PBX, and whoever is told of it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::app::{Alert, App, Wrong};

/// How long a PBX may be away without an alert: it is started again now and then.
const MOMENT: Duration = Duration::from_secs(10);

/// Which PBX it is.
pub(in crate::ingest) struct Pbx {
    /// As the status calls it.
    pub(in crate::ingest) name: &'static str,
    /// As people call it.
    pub(in crate::ingest) called: &'static str,
    /// Host and port.
    pub(in crate::ingest) address: String,
}

/// What doesn't work, each as a sentence or empty.
#[derive(Default)]
pub(super) struct Troubles {
    connection: String,
    /// Since when there is no connection.
    down: Option<Instant>,
    database: String,
    /// Although we are connected.
    concerns: Vec<String>,
    /// Concerns that the log was told of.
    logged: BTreeSet<String>,
}

impl Troubles {
    /// We are in.
    pub(super) fn connected(&mut self, app: &App, pbx: &Pbx) {
        self.connection.clear();
        self.down = None;
        self.concerns.clear();
        app.alerts.clear(Wrong::PbxAway, pbx.name);
        app.alerts.clear(Wrong::PbxLacks, pbx.name);
    }

    /// Something that doesn't work although we are connected.
    pub(super) fn concern(&mut self, app: &App, pbx: &Pbx, what: &str) {
        if self.concerns.iter().any(|known| known == what) {
            return;
        }
        self.concerns.push(what.into());
        if self.logged.insert(what.into()) {
            tracing::warn!(address = pbx.address, "{what}");
        }
        let sentence = format!("{}: {}", pbx.called, self.concerns.join("; "));
        let todo = format!("what it needs is said by: {}", check(pbx));
        app.alerts.note(Alert::new(Wrong::PbxLacks, pbx.name, sentence, todo));
    }

    /// There is no connection. `refused`: nor will there be by itself.
    pub(super) fn lost(&mut self, app: &App, pbx: &Pbx, why: &str, refused: bool) {
        let why = format!("{} is not listened to: {why}", pbx.called);
        self.concerns.clear();
        let down = self.down.get_or_insert_with(Instant::now).elapsed();
        if refused || down >= MOMENT {
            let todo = format!(
                "it should be at {}; start it, or see what is missing with: {}",
                pbx.address,
                check(pbx)
            );
            let alone = !app.config.watch || app.config.folders.is_empty();
            app.alerts.note(Alert::new(Wrong::PbxAway, pbx.name, &*why, todo).urgent_if(alone));
        }
        // Once, not at every attempt.
        if self.connection != why {
            tracing::warn!(address = pbx.address, "{why}");
            self.connection = why;
        }
    }

    /// The database doesn't take what it says; empty: it does again. Whether that is news.
    pub(super) fn database(&mut self, app: &App, pbx: &Pbx, why: &str) -> bool {
        if self.database == why {
            return false;
        }
        let todo = "once that is mended it is filed by itself";
        let alert = (!why.is_empty()).then(|| (why.to_owned(), todo.to_owned()));
        app.alerts.set(Wrong::NotStored, pbx.name, alert);
        self.database = why.into();
        true
    }

    /// All of it.
    pub(super) fn words(&self) -> String {
        let all = [&self.connection, &self.database].into_iter().chain(&self.concerns);
        all.filter(|trouble| !trouble.is_empty()).map(String::as_str).collect::<Vec<&str>>().join("; ")
    }
}

/// What says what a PBX needs.
fn check(pbx: &Pbx) -> &'static str {
    if pbx.called == "Asterisk" { "tapeline asterisk check" } else { "tapeline freeswitch check" }
}
