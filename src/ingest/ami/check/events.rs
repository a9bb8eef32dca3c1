//! Which events come: what the lines of the user let through, and what comes of variables that are set for a test.

use super::files::Settings;
use super::filter::{ANOTHER, Filters, VARIABLES, keys};
use super::stanza::Filtering;
use super::talk::Talk;
use crate::ingest::pbx::Findings;

const FILE: &str = "manager.conf";

/// What came of the variables that were set.
struct Heard {
    needed: [bool; 2],
    another: bool,
}

/// Says what comes and what doesn't.
pub(super) fn about_events(
    talk: &mut Talk,
    settings: &Settings,
    user: &str,
    filtering: Filtering,
    findings: &mut Findings,
) {
    let read = settings.lines(FILE, user);
    let is_all = read.is_some() || filtering == Filtering::Expressions;
    let lines = read.unwrap_or_else(|| asked(talk, user, filtering));
    let filters = match Filters::read(&lines, filtering == Filtering::Criteria) {
        Ok(filters) => filters,
        Err(line) => {
            findings.unsure(format!("what {line} lets through can't be told"));
            return;
        }
    };
    for line in &filters.passed_over {
        findings.note(format!("this Asterisk can't read {line} and passes over it"));
    }
    let heard = heard(talk);
    let mut back = if is_all { filters.kept_back() } else { filters.excluded() };
    for (place, (name, value, words)) in VARIABLES.iter().enumerate() {
        let comes = heard
            .as_ref()
            .map_or_else(|| filters.lets_variable_through(name, value), |heard| heard.needed[place]);
        back.extend((!comes).then_some(*words));
    }
    if !back.is_empty() {
        findings.bad(format!("what is needed doesn't come, eventfilter keeps it back: {}", back.join(", ")));
    }
    let another = heard.as_ref().is_none_or(|heard| heard.another);
    let is_hidden = !is_all && !another && filters.lets_variable_through(ANOTHER.0, ANOTHER.1);
    let mut unsure = if is_all { vec![] } else { filters.kept_back() };
    unsure.retain(|name| !back.contains(name));
    if is_hidden || (!is_all && filters.names_what_comes() && !unsure.is_empty()) {
        let which = if is_hidden && !filters.names_what_comes() {
            "all but VarSet".into()
        } else {
            unsure.join(", ")
        };
        findings.unsure(format!(
            "whether these come: {which}. Asterisk tells nobody of lines like eventfilter(name(Hangup)) =, behind which nothing \
             stands; in the form of those below, or on the PBX itself as root, they are read"
        ));
    } else if back.is_empty() {
        about_bulk(&filters, another, findings);
    }
}

/// Of what comes although nobody needs it.
fn about_bulk(filters: &Filters, another: bool, findings: &mut Findings) {
    match () {
        () if filters.is_empty() && another => findings.note(
            "no eventfilter was found: it works, but without one the PBX sends twenty times what is needed".into(),
        ),
        () if another && filters.lets_variable_through(ANOTHER.0, ANOTHER.1) => findings.note(
            "eventfilter lets every VarSet through, half of what a PBX says; only MIXMONITOR_FILENAME and BRIDGEPEER with \
             CBRec/ are needed"
                .into(),
        ),
        () => findings.good("eventfilter lets through what is needed".into()),
    }
}

/// The lines of the user, as far as Asterisk tells them.
fn asked(talk: &mut Talk, user: &str, filtering: Filtering) -> Vec<(String, String)> {
    let mut lines = talk.settings(FILE, user, &["eventfilter".into()]);
    if filtering == Filtering::Criteria {
        lines.extend(talk.settings(FILE, user, &keys()));
    }
    lines
}

/// Sets variables that nobody uses, of no channel, and waits for what comes of that. `None` where that can't be done.
fn heard(talk: &mut Talk) -> Option<Heard> {
    talk.listen().ok()?;
    let (name, value) = ANOTHER;
    if talk.variable(&format!("SET({name}={value})")) != value {
        return None;
    }
    let [last, first] = VARIABLES;
    for (name, value, _) in [first, last] {
        talk.variable(&format!("SET({name}={value})"));
    }
    // They come in the order in which they were set.
    talk.hear(|event| event.text("Variable") == last.0);
    let comes = |name: &str| {
        talk.events.iter().any(|event| event.event() == "VarSet" && event.text("Variable") == name)
    };
    Some(Heard { needed: [comes(last.0), comes(first.0)], another: comes(name) })
}
