//! From what the PBX says to what intake takes. Pure.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::calls::{INTERRUPTED, Report};
use crate::config::{Asterisk, Folder, find_of_pbx};
use crate::intake::{About, Draft, Facts, Source};
use crate::model::{Direction, Known};

/// Where the PBX's files are below the media root.
pub(super) struct Places {
    media_root: PathBuf,
    folders: Vec<Folder>,
}

impl Places {
    /// By the folders of the settings.
    pub(super) fn new(media_root: &Path, settings: &Asterisk) -> Places {
        Places { media_root: media_root.into(), folders: settings.folders.clone() }
    }

    /// The machines that the folders belong to.
    pub(super) fn machines(&self) -> BTreeSet<String> {
        self.folders.iter().map(Folder::machine).collect()
    }

    /// A file of the PBX: its machine, and where it is below the media root.
    pub(super) fn find(&self, file: &str) -> Option<(String, String)> {
        let (folder, path) = find_of_pbx(&self.folders, &self.media_root, Path::new(file))?;
        Some((folder.machine(), path.to_str()?.to_owned()))
    }
}

/// A recording's draft; `None` where its file is not in a folder that we see.
pub(super) fn draft(places: &Places, system: &str, report: &Report) -> Option<Draft> {
    let (machine, path) = places.find(&report.file)?;
    Some(Draft {
        source: Source::Pbx,
        about: About::Recording,
        machine,
        path: Some(path),
        uniqueid: Some(report.uniqueid.clone()),
        facts: facts(system, report),
        over: report.end.is_some() || report.lost,
        ..Draft::default()
    })
}

/// What is left to say of a recording that ended while nobody listened. `interrupted`: its PBX ended too.
pub(super) fn lost(known: &Known, interrupted: bool) -> Draft {
    let mut facts = Facts::default();
    if interrupted {
        facts.status = Some(INTERRUPTED.into());
        facts.note = Some("the PBX stopped during the call".into());
    }
    Draft {
        source: Source::Pbx,
        about: About::Call,
        machine: known.machine.clone(),
        path: Some(known.path.clone()).filter(|path| !path.is_empty()),
        uniqueid: Some(known.uniqueid.clone()),
        facts,
        over: true,
        ..Draft::default()
    }
}

fn facts(system: &str, report: &Report) -> Facts {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let seconds = |milliseconds: i64| Some(milliseconds / 1000).filter(|seconds| *seconds > 0);
    let inside = report.direction.map(|direction| direction != Direction::In);
    Facts {
        callid: text(&report.callid),
        asteriskid: text(system),
        start: seconds(report.start),
        end: report.end.and_then(seconds),
        answer: report.answered.and_then(seconds),
        talktime: report.talktime,
        status: text(report.status),
        stype: inside.map(kind),
        snumber: text(&report.caller),
        snumber_name: text(&report.caller_name),
        ctype: called_kind(report),
        cnumber: text(&report.called),
        dtype: text(&report.answerer)
            .and(report.direction.map(|direction| kind(direction != Direction::Out))),
        dnumber: text(&report.answerer),
        dnumber_name: text(&report.answerer_name),
        spresent: Some(i64::from(!report.withheld)),
        direction: report.direction.map(|direction| direction.as_str().into()),
        context: text(&report.context),
        account: text(&report.account),
        queue: text(&report.queue),
        note: text(&report.note),
        ..Facts::default()
    }
}

fn kind(inside: bool) -> String {
    if inside { "extension" } else { "external" }.into()
}

fn called_kind(report: &Report) -> Option<String> {
    match report.direction {
        _ if report.conference => Some("conference".into()),
        _ if !report.queue.is_empty() => Some("queue".into()),
        Some(Direction::Out) => Some(kind(false)),
        Some(Direction::Internal) => Some(kind(true)),
        Some(Direction::In) => Some("did".into()),
        None => None,
    }
}
