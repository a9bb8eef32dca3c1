//! A folder of recordings, of any age: what the folder source finds when it looks through it, once and with a report.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};

use super::bring_in::bar;
use super::report::Report;
use super::target::Import;
use crate::config::{Folder, innermost_of};
use crate::ingest::files;
use crate::ingest::names::Names;
use crate::ingest::reading::Length;
use crate::ingest::spool::{
    File, Fresh, Look, Looker, OpenFiles, Origin, Origins, ZoneDoubt, order_of, walk,
};
use crate::intake::{Draft, Outcome};
use crate::media::Media;
use crate::model::SECOND;
use crate::model::paths::on_disk;
use crate::store::{NoRow, Reader, StoreError};

/// How long a file must have rested to be finished, if nobody writes to it.
const MOMENT: Duration = Duration::from_secs(2);
/// Files of one transaction.
const BATCH: usize = 500;

pub(super) fn import(import: &Import<'_>, path: &Path, report: &mut Report) -> anyhow::Result<()> {
    let below = below(&import.media_root, path)?;
    let mut found = walk(&import.media_root, &below, &mut |_| ()).with_context(|| files::unreadable(path))?;
    let shown = |path: &Path| import.media_root.join(path).display().to_string();
    for (path, why) in &found.others {
        report.read += 1;
        report.skip(shown(path), why);
    }
    for (path, why) in &found.unreadable {
        report.read += 1;
        report.skip(shown(path), &format!("the folder cannot be read: {why}"));
    }
    let lookers = std::iter::once(&import.folder).chain(&import.inside).map(|folder| looker(import, folder));
    let lookers: Vec<Looker> = lookers.collect::<anyhow::Result<_>>()?;
    for looker in &lookers {
        let own = |file: &&File| std::ptr::eq(looker_of(&lookers, file), looker);
        if let Some(minutes) = ZoneDoubt::of(looker, found.files.iter().filter(own)).offset() {
            let how = "with --timezone, or as zone in [[folders]]";
            report.remark(shown(&looker.settings.folder), &looker.names.doubt(minutes, how, import.now));
        }
    }
    found.files.sort_by_cached_key(|file| (looker_of(&lookers, file).order_of(file), file.path.clone()));
    let now = rested(&found.files, import.now.saturating_mul(SECOND));
    let bar = bar(Length::Things(found.files.len() as u64));
    for files in found.files.chunks(BATCH) {
        report.read += files.len() as u64;
        let drafts = drafts(import, &lookers, files, now, report)?;
        let place = |draft: &Draft| on_disk(Path::new(""), draft.path.as_deref().unwrap_or_default());
        let places = drafts.iter().map(|draft| shown(&place(draft)));
        import.take_noting(&drafts, places, report)?;
        bar.inc(files.len() as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

fn looker(import: &Import<'_>, folder: &Folder) -> anyhow::Result<Looker> {
    Ok(Looker {
        media: Media::new(&import.media_root).with(std::slice::from_ref(folder)),
        names: Names::new(folder).map_err(anyhow::Error::msg)?,
        settings: folder.clone(),
        machine: folder.machine(),
        media_root: import.media_root.clone(),
        stop: Arc::default(),
    })
}

/// The looker of the innermost folder that a file is in, among those inside; else the first.
fn looker_of<'a>(lookers: &'a [Looker], file: &File) -> &'a Looker {
    let inside = lookers[1..].iter().map(|looker| &looker.settings);
    let own = innermost_of(inside.filter(|folder| Path::new(&file.path).starts_with(&folder.folder)));
    let own = own.and_then(|own| lookers.iter().find(|looker| looker.settings.folder == own.folder));
    own.unwrap_or(&lookers[0])
}

/// The time when all files have rested that were written a moment ago: who copied them is done with them.
fn rested(files: &[File], now: i64) -> i64 {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let clock = i64::try_from(clock.as_nanos()).unwrap_or(now).max(now);
    let ages = files.iter().map(|file| file.age(clock));
    let Some(wait) = ages.min().and_then(|youngest| MOMENT.checked_sub(youngest)) else { return now };
    let wait = wait + Duration::from_millis(1);
    std::thread::sleep(wait);
    clock.saturating_add(i64::try_from(wait.as_nanos()).unwrap_or(0))
}

/// Where a folder lies below the media root, whatever links lead to it.
fn below(media_root: &Path, path: &Path) -> anyhow::Result<PathBuf> {
    if !files::facts(path)?.is_dir() {
        bail!("{} is not a folder; name the one that the PBX records into", path.display());
    }
    let real = |path: &Path| path.canonicalize().with_context(|| files::unreadable(path));
    let (root, folder) = (real(media_root)?, real(path)?);
    match folder.strip_prefix(&root) {
        Ok(below) => Ok(below.into()),
        Err(_) => bail!(
            "{} is not below the media root {}, from where sound is played; name the right one with --media-root, or \
             move the folder into it",
            path.display(),
            root.display()
        ),
    }
}

/// What there is to know of those files that aren't known as they are, by when they began.
fn drafts(
    import: &Import<'_>,
    lookers: &[Looker],
    files: &[File],
    now: i64,
    report: &mut Report,
) -> anyhow::Result<Vec<Draft>> {
    let (reader, open_files) = (import.store.reader()?, OpenFiles::default());
    let mut origins = Origins {
        reader: &reader,
        media: &lookers[0].media,
        stop: &lookers[0].stop,
        lost: &[],
        fresh: Fresh::default(),
    };
    let mut drafts = Vec::new();
    for file in files {
        let looker = looker_of(lookers, file);
        let place = || on_disk(&looker.media_root, &file.path).display().to_string();
        if file.is_known(&reader)? {
            if let Err(why) = report.note(&what_became(&reader, &file.path)?) {
                report.skip(place(), &why);
            }
            continue;
        }
        // Nobody comes by again to see whether a file whose time lies ahead still grows.
        match looker.look(&file.path, None, &open_files, Some(file.age(now)), now) {
            Look::Draft(mut draft) => {
                match origins.of(&draft)? {
                    Origin::Making => {
                        report.skip(
                            place(),
                            "another form of a recording, and one of both is still written to",
                        );
                        continue;
                    }
                    origin => origin.note(&mut draft),
                }
                drafts.push(*draft);
            }
            Look::Waits => report.skip(place(), "one side of a call that may still go on"),
            Look::Gone => report.skip(place(), "it went while it was looked for"),
            Look::Later(why) => report.skip(place(), &format!("it cannot be read: {why}")),
            Look::Unreadable(why) => report.skip(place(), &format!("it cannot be read: {why}")),
        }
    }
    drafts.sort_by_cached_key(|draft| (order_of(draft), draft.path.clone()));
    Ok(drafts)
}

/// What became of a file that is known: the same as it was told then.
fn what_became(reader: &Reader, path: &str) -> Result<Outcome, StoreError> {
    Ok(match reader.why_no_row(path)? {
        None => Outcome::Unchanged,
        Some(NoRow::Excluded(reason)) => Outcome::Excluded(reason),
        Some(NoRow::Deleted) => Outcome::Deleted,
        Some(NoRow::Waits(reason)) => Outcome::Waits(reason),
    })
}
