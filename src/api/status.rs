//! status/get: how intake is doing.

use std::collections::BTreeMap;
use std::ops::Range;

use actix_web::HttpResponse;
use actix_web::web::Data;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::api::wire::calendar;
use crate::api::wire::error::Refusal;
use crate::api::wire::privilege::{MayAdminister, Privilege};
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream;
use crate::app::{Alert, Alerts, Descriptors, Space, now};
use crate::intake::{Intake, SourceStatus};
use crate::store::{Building, Counts, Waiting};

/// How it all is.
#[derive(Serialize)]
struct Status {
    /// Now, Unix seconds.
    time: i64,
    alerts: Vec<Wrong>,
    sources: Vec<Source>,
    #[serde(flatten)]
    counts: Counts,
    /// Recordings of which it isn't known whose they are.
    waiting: Vec<Waits>,
    /// Files that have no row: on purpose, or not yet.
    files_without_rows: Vec<Reason>,
    disks: Vec<Disk>,
    descriptors: Descriptors,
    jobs: Vec<Job>,
}

/// Work beside the requests that takes a while.
#[derive(Serialize)]
struct Job {
    name: &'static str,
    step: &'static str,
    percent: u8,
}

impl From<Building> for Job {
    fn from(Building { step, percent }: Building) -> Job {
        Job { name: "search index", step: step.as_str(), percent }
    }
}

/// Something that is wrong.
#[derive(Serialize)]
struct Wrong {
    what: &'static str,
    sentence: String,
    since: i64,
    todo: String,
    urgent: u8,
}

#[derive(Serialize)]
struct Source {
    name: String,
    state: String,
    since: i64,
    /// Of a folder, for those who see every customer.
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
    /// Of a folder; null unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Option<u64>>,
    #[serde(flatten)]
    numbers: Option<Numbers>,
    skipped: Vec<Reason>,
    trouble: String,
}

#[derive(Serialize)]
struct Waits {
    rule: i64,
    reason: String,
    count: i64,
    since: i64,
}

impl From<Waiting> for Waits {
    fn from(Waiting { rule, reason, count, since, .. }: Waiting) -> Waits {
        Waits { rule, reason, count, since }
    }
}

/// What it did, for every customer.
#[derive(Serialize)]
struct Numbers {
    last_event: i64,
    lag: i64,
    inserted: u64,
    completed: u64,
    enriched: u64,
    excluded: u64,
}

#[derive(Serialize)]
struct Reason {
    reason: String,
    count: i64,
}

#[derive(Serialize)]
struct Disk {
    name: &'static str,
    #[serde(flatten)]
    space: Space,
}

/// What is wrong, how each source is doing, what came today, and how much room there is.
pub async fn get(request: ApiRequest<MayAdminister>) -> Result<HttpResponse, Refusal> {
    let (person, now) = (request.person.clone(), now());
    let everywhere = person.privileges.everywhere();
    let today = today(now);
    let (counts, excluded, waits, alone, building) = stream::long_question(&request.asks(), move |reader| {
        let customer = (!everywhere).then_some(person.customer);
        let alone = reader.customers()?.len() < 2;
        let counts = reader.counts(customer, today)?;
        let (excluded, waits) = (reader.excluded_files()?, reader.waiting(customer)?);
        Ok((counts, excluded, waits, alone, reader.search_building()?))
    })
    .await?;
    // Reasons and troubles name files and groups of every customer.
    let all = everywhere || alone;
    let mut files_without_rows = excluded;
    files_without_rows.extend(not_yet(&request));
    files_without_rows.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    let reasons = files_without_rows.into_iter().map(|(reason, count)| Reason { reason, count });
    let files_without_rows = reasons.filter(|_| all).collect();
    let waiting = waits.into_iter().map(Waits::from).collect();
    let app = request.app.clone();
    let disks = vec![
        Disk { name: "database", space: Space::of(app.store.path()) },
        Disk { name: "sound", space: Space::of(&app.config.media_root) },
    ];
    let sources = sources(&request, all);
    request.ok(&Status {
        time: now,
        alerts: told(&app.alerts, all),
        sources,
        counts,
        waiting,
        files_without_rows,
        disks,
        descriptors: Descriptors::now(),
        jobs: building.map(Job::from).into_iter().collect(),
    })
}

/// What is wrong, without asking the database for anything else.
pub async fn alerts(request: ApiRequest<MayAdminister>) -> Result<HttpResponse, Refusal> {
    let everywhere = request.person.privileges.everywhere();
    let alone = stream::question(&request.app, |reader| Ok(reader.customers()?.len() < 2)).await?;
    request.ok(&told(&request.app.alerts, everywhere || alone))
}

/// Who may not know of everything is told that recordings are not filed, without a name.
fn told(alerts: &Alerts, all: bool) -> Vec<Wrong> {
    let mut told: Vec<Wrong> = Vec::new();
    for alert in alerts.all().into_iter().filter(|alert| all || alert.urgent) {
        if all || told.iter().all(|known| known.what != alert.what.as_str()) {
            told.push(Wrong::of(alert, all));
        }
    }
    told
}

impl Wrong {
    fn of(alert: Alert, all: bool) -> Wrong {
        let Alert { what, sentence, todo, since, urgent, .. } = alert;
        let (sentence, todo) = match all {
            true => (sentence, todo),
            false => (what.in_general().into(), "tell whoever runs this Tapeline".into()),
        };
        Wrong { what: what.as_str(), sentence, todo, since, urgent: urgent.into() }
    }
}

/// What the sources know of files without a row, by reason.
fn not_yet<P: Privilege>(request: &ApiRequest<P>) -> BTreeMap<String, i64> {
    let mut reasons = BTreeMap::new();
    let Some(intake) = request.http.app_data::<Data<Intake>>() else { return reasons };
    for (reason, files) in intake.live().sources().into_values().flat_map(|status| status.without_rows) {
        *reasons.entry(reason).or_default() += i64::try_from(files).unwrap_or(i64::MAX);
    }
    reasons
}

fn sources<P: Privilege>(request: &ApiRequest<P>, all: bool) -> Vec<Source> {
    let Some(intake) = request.http.app_data::<Data<Intake>>() else { return Vec::new() };
    let sources = intake.live().sources().into_iter();
    sources.map(|(name, status)| Source::of(name, status, all)).collect()
}

impl Source {
    fn of(name: String, status: SourceStatus, all: bool) -> Source {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let reasons = status.skipped.into_iter().filter(|_| all);
        Source {
            name,
            state: status.state,
            since: status.since,
            files: (all && !status.path.is_empty()).then_some(status.files),
            path: if all { status.path } else { String::new() },
            numbers: all.then_some(Numbers {
                last_event: status.last_event,
                lag: status.lag,
                inserted: status.inserted,
                completed: status.completed,
                enriched: status.enriched,
                excluded: status.excluded,
            }),
            skipped: reasons.map(|(reason, skipped)| Reason { reason, count: count(skipped) }).collect(),
            trouble: if all { status.trouble } else { String::new() },
        }
    }
}

/// When today begins on this machine, and when tomorrow does, Unix seconds.
fn today(now: i64) -> Range<i64> {
    let zone = TimeZone::system();
    let date = calendar::clock(&zone, now).date();
    let midnight = |date: Date| {
        let time = zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0)).compatible();
        time.map_or(now, |time| time.as_second())
    };
    midnight(date)..midnight(date.saturating_add(1.day()))
}
