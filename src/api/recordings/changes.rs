//! recording/recordings/update, copy and delete.

use actix_web::HttpResponse;

use super::get::{RECORDGROUP, RECORDID, UNIQUEID, read_identity};
use crate::api::events::tell;
use crate::api::wire::changing::{KEPT, VALIDATION};
use crate::api::wire::error::Refusal;
use crate::api::wire::identity::{Asked, Changing, Recorder};
use crate::api::wire::params::{Parameter, Reading};
use crate::app::{blocking, now};
use crate::intake::What;
use crate::model::Person;
use crate::store::{Change, Identity, Named};

const EXPIRES: Parameter =
    Parameter::natural("expires", KEPT, "When it may be deleted, Unix seconds; 0 never");
const HOLD: Parameter =
    Parameter::range("hold", 0, 1, KEPT, "1: kept whatever its expiry says, and not deletable");
const DESTINATION: Parameter =
    Parameter::integer("destination", "", "The other group, of the same customer").required();

/// The parameters of update.
pub const UPDATE: &[Parameter] = &[RECORDGROUP, UNIQUEID, RECORDID, EXPIRES, HOLD, VALIDATION];
/// The parameters of copy.
pub const COPY: &[Parameter] = &[RECORDGROUP, UNIQUEID, RECORDID, DESTINATION];
/// The parameters of delete.
pub const DELETE: &[Parameter] = &[RECORDGROUP, UNIQUEID, RECORDID];

/// Seconds after which nobody is on the phone any more: a row that still says so was left by a crash.
const LONGEST_CALL: i64 = 86_400;

fn named(change: &Change<'_>, person: &Person, identity: &Identity) -> Result<Named, Refusal> {
    change.recording(person, identity)?.ok_or(Refusal::NotFound(UNIQUEID.name))
}

/// A call in progress is still being written to, by whoever knows it under its name.
fn has_ended(named: &Named, now: i64) -> Result<(), Refusal> {
    if named.complete || named.start.saturating_add(LONGEST_CALL) < now {
        return Ok(());
    }
    Err(Refusal::invalid("complete", "The call is in progress; try again when it has ended"))
}

/// Sets expiry and hold, of calls in progress too.
pub async fn update(asked: Asked<Changing<Recorder>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&asked.params);
    let identity = read_identity(&mut reading);
    let (expires, hold) = (reading.integer(&EXPIRES), reading.switch(&HOLD));
    let validation = reading.flag(&VALIDATION);
    reading.finish()?;
    let person = asked.person.clone();
    let change = move |change: &Change<'_>| {
        let named = named(change, &person, &identity)?;
        change.update_recording(&named, expires, hold)?;
        Ok(named)
    };
    if validation {
        asked.rehearse(change).await?;
        return Ok(asked.validated());
    }
    let named = asked.change(change).await?;
    tell(&asked, What::Changed, &named, named.identity.recordgroup);
    Ok(asked.done())
}

/// Files the recording under another group too.
pub async fn copy(asked: Asked<Changing<Recorder>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&asked.params);
    let identity = read_identity(&mut reading);
    let destination = reading.integer(&DESTINATION).unwrap_or_default();
    reading.finish()?;
    let (person, now) = (asked.person.clone(), now());
    let change = move |change: &Change<'_>| {
        let no_such = || Refusal::invalid(DESTINATION.name, "There is no such group of this customer");
        let destination = change.group(&person, destination)?.ok_or_else(no_such)?;
        let named = named(change, &person, &identity)?;
        if destination.customer != named.customer {
            return Err(no_such());
        }
        has_ended(&named, now)?;
        let copied = change.copy_recording(&named, destination.id)?;
        Ok((named, destination.id, copied))
    };
    let (named, group, copied) = asked.change(change).await?;
    if copied {
        tell(&asked, What::Added, &named, group);
    }
    Ok(asked.done())
}

/// Deletes the row, then the sound unless another row shares it.
pub async fn delete(asked: Asked<Changing<Recorder>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&asked.params);
    let identity = read_identity(&mut reading);
    reading.finish()?;
    let (person, now) = (asked.person.clone(), now());
    let deleted = asked.change(move |change| {
        let named = named(change, &person, &identity)?;
        if named.hold {
            return Err(Refusal::invalid(HOLD.name, "The recording is held; end the hold first"));
        }
        has_ended(&named, now)?;
        let note = change.delete_recording(&named)?;
        Ok((named, note))
    });
    let (named, note) = deleted.await?;
    tell(&asked, What::Removed, &named, named.identity.recordgroup);
    if let Some(note) = note {
        let app = asked.app.clone();
        if let Err(error) = blocking(move || app.remove_sound(note)).await? {
            // The recording is deleted, and its note stays.
            tracing::warn!(%error, "the sound of a deleted recording cannot be removed yet; trying again");
        }
    }
    Ok(asked.done())
}
