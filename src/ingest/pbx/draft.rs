//! From what the PBX says to what intake takes. Pure.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::report::{Guessed, Report};
use crate::config::{Folder, find_of_pbx};
use crate::intake::{About, Draft, Facts, Source};
use crate::model::{Direction, IntakeFile};

/// The status of a call that its PBX did not survive.
const INTERRUPTED: &str = "interrupted";
/// Digits of the shortest number that is no extension.
const OUTSIDE: usize = 7;

/// Where the PBX's files are below the media root.
pub(in crate::ingest) struct Places {
    media_root: PathBuf,
    folders: Vec<Folder>,
}

impl Places {
    /// By the folders of the settings.
    pub(in crate::ingest) fn new(media_root: &Path, folders: &[Folder]) -> Places {
        Places { media_root: media_root.into(), folders: folders.to_vec() }
    }

    /// The folders.
    pub(in crate::ingest) fn folders(&self) -> &[Folder] {
        &self.folders
    }

    /// The machines that the folders belong to.
    pub(in crate::ingest) fn machines(&self) -> BTreeSet<String> {
        self.folders.iter().map(Folder::machine).collect()
    }

    /// Whether the folder is there that this file of the PBX is in.
    pub(in crate::ingest) fn sees(&self, file: &str) -> bool {
        find_of_pbx(&self.folders, &self.media_root, Path::new(file))
            .is_some_and(|(folder, _)| self.media_root.join(&folder.folder).is_dir())
    }

    /// A file of the PBX: its machine, and where it is below the media root.
    pub(in crate::ingest) fn find(&self, file: &str) -> Option<(String, String)> {
        let (folder, path) = find_of_pbx(&self.folders, &self.media_root, Path::new(file))?;
        Some((folder.machine(), path.to_str()?.to_owned()))
    }
}

/// A recording's draft; `None` where its file is not in a folder that we see.
pub(in crate::ingest) fn draft(places: &Places, report: &Report) -> Option<Draft> {
    let (machine, path) = places.find(&report.file)?;
    let mut facts = facts(report);
    let guesses = guesses(&mut facts, &report.guessed);
    Some(Draft {
        source: Source::Pbx,
        about: About::Recording,
        machine,
        path: Some(path),
        uniqueid: Some(report.uniqueid.clone()),
        facts,
        guesses,
        over: report.end.is_some(),
        ..Draft::default()
    })
}

/// What is left to say of a recording that ended while nobody listened. `interrupted`: its PBX ended too.
pub(in crate::ingest) fn lost(known: &IntakeFile, interrupted: bool) -> Draft {
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

/// What a recording's draft says that may be true of every recording of its channel, which is gone: of those that nobody told
/// of it is the best that is known.
pub(in crate::ingest) fn of_call(draft: &Draft) -> Draft {
    let mut guesses = draft.facts.clone();
    guesses.fill(&draft.guesses);
    (guesses.start, guesses.end, guesses.note) = (None, None, None);
    Draft { about: About::Call, path: None, facts: Facts::default(), guesses, over: true, ..draft.clone() }
}

/// Takes out of the facts what is only guessed.
fn guesses(facts: &mut Facts, guessed: &Guessed) -> Facts {
    let mut guesses = Facts::default();
    macro_rules! take {
        ($guessed:ident: $($name:ident),+) => {
            if guessed.$guessed {
                $(guesses.$name = facts.$name.take();)+
            }
        };
    }
    take!(parties: stype, snumber_name, ctype, dtype, callerid_internal, spresent, direction, context, note);
    take!(caller: snumber);
    take!(called: cnumber);
    take!(answerer: dnumber, dnumber_name);
    take!(status: status);
    take!(start: start);
    take!(end: end);
    guesses
}

/// What is known of a call that something else may have recorded: for each machine, since nobody says on which.
pub(in crate::ingest) fn call(places: &Places, report: &Report) -> Vec<Draft> {
    let of_call = |machine| {
        of_call(&Draft {
            source: Source::Pbx,
            machine,
            uniqueid: Some(report.uniqueid.clone()),
            facts: facts(report),
            ..Draft::default()
        })
    };
    places.machines().into_iter().map(of_call).collect()
}

fn facts(report: &Report) -> Facts {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let seconds = |milliseconds: i64| Some(milliseconds / 1000).filter(|seconds| *seconds > 0);
    let inside = report.direction.map(|direction| direction != Direction::In);
    Facts {
        callid: text(&report.callid),
        asteriskid: text(&report.system),
        start: seconds(report.before.map_or(report.start, |(first, _)| first)),
        end: report.end.filter(|_| !report.doubtful).and_then(seconds),
        answer: report.answered.and_then(seconds),
        talktime: report.talktime,
        status: text(report.status),
        stype: inside.map(kind),
        snumber: text(&report.caller),
        snumber_name: text(&report.caller_name),
        ctype: called_kind(report),
        cnumber: text(&report.called),
        cnumber_name: called_name(report),
        dtype: text(&report.answerer).and(
            report
                .direction
                .map(|direction| kind(direction != Direction::Out && !is_outside(&report.answerer))),
        ),
        // Also that nobody did.
        dnumber: text(&report.answerer).or(report.nobody.then(String::new)),
        dnumber_name: text(&report.answerer_name),
        callerid_internal: text(&report.shown),
        spresent: Some(i64::from(!report.withheld)),
        direction: report.direction.map(|direction| direction.as_str().into()),
        context: text(&report.context),
        domain: text(&report.domain),
        account: text(&report.account),
        queue: text(&report.queue),
        note: text(&report.note),
        ..Facts::default()
    }
}

fn kind(inside: bool) -> String {
    if inside { "extension" } else { "external" }.into()
}

/// Whether it is a number of the public network.
fn is_outside(number: &str) -> bool {
    number.starts_with('+') || number.bytes().filter(u8::is_ascii_digit).count() >= OUTSIDE
}

/// By what else it is found than by the number that was dialled.
fn called_name(report: &Report) -> Option<String> {
    // Only FreePBX's name of the file tells that a number is a group's.
    let name = report.file.rsplit('/').next().unwrap_or_default();
    let group = name.strip_prefix("rg-").and_then(|rest| rest.split('-').next());
    match group {
        _ if report.conference => None,
        _ if !report.queue.is_empty() => Some(format!("queue {}", report.queue)),
        group => group.map(|group| format!("ring group {group}")),
    }
}

fn called_kind(report: &Report) -> Option<String> {
    let name = report.file.rsplit('/').next().unwrap_or_default();
    match report.direction {
        _ if report.page => Some("page".into()),
        _ if report.conference => Some("conference".into()),
        _ if !report.queue.is_empty() => Some("queue".into()),
        // Only FreePBX's name of the file tells that a number is a group's.
        Some(Direction::Internal) if name.starts_with("rg-") => Some("ringgroup".into()),
        Some(Direction::Out) => Some(kind(false)),
        Some(Direction::Internal) => Some(kind(true)),
        Some(Direction::In) => Some("did".into()),
        None => None,
    }
}
