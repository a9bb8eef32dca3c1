//! recording/recordings/update, copy and delete.

use actix_web::HttpResponse;

use super::found::{RECORDGROUP, RECORDID, UNIQUEID, read_identity};
use crate::api::events::tell;
use crate::api::wire::changing::{KEPT, VALIDATION};
use crate::api::wire::error::Refusal;
use crate::api::wire::params::{Parameter, Reading};
use crate::api::wire::privilege::{Changing, MayRecord};
use crate::api::wire::request::ApiRequest;
use crate::app::{blocking, now};
use crate::intake::What;
use crate::model::Person;
use crate::store::{Change, Copied, Identity, Named};

const EXPIRES: Parameter =
    Parameter::time("expires", KEPT, "When it may be deleted, Unix seconds; 0 never").logged();
const HOLD: Parameter =
    Parameter::range("hold", 0, 1, KEPT, "1: kept whatever its expiry says, and not deletable").logged();
const DESTINATION: Parameter =
    Parameter::integer("destination", "", "The other group, of the same customer").required().logged();

/// What a client should know of update.
pub const UPDATE_ABOUT: &str =
    "What is not sent stays. `validation=1` says whether it could be done (201) and does nothing.";
/// What a client should know of copy.
pub const COPY_ABOUT: &str = "A copy shares the sound, in every form and side.";
/// What a client should know of delete.
pub const DELETE_ABOUT: &str = "The row goes, then the sound, in every form and its sides, once no other row shares it; that is finished at \
    the next start if it has to. What is held (400 `hold`) or in progress (400 `complete`) is not deleted.";
/// The parameters of update.
pub const UPDATE: &[Parameter] = &[RECORDGROUP, UNIQUEID, RECORDID, EXPIRES, HOLD, VALIDATION];
/// The parameters of copy.
pub const COPY: &[Parameter] = &[RECORDGROUP, UNIQUEID, RECORDID, DESTINATION];
/// The parameters of delete.
pub const DELETE: &[Parameter] = &[RECORDGROUP, UNIQUEID, RECORDID];

const NAME_TAKEN: &str = "Another row has the recording's name in that group; copy it to another group";

/// Seconds. No call lasts longer: a row that still is in progress then was left by a crash.
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
pub async fn update(request: ApiRequest<Changing<MayRecord>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let identity = read_identity(&mut reading);
    let (expires, hold) = (reading.integer(&EXPIRES), reading.switch(&HOLD));
    let validation = reading.flag(&VALIDATION);
    reading.finish()?;
    let change = move |change: &Change<'_>, person: &Person| {
        let named = named(change, person, &identity)?;
        change.update_recording(&named, expires, hold)?;
        Ok(named)
    };
    if validation {
        request.rehearse(change).await?;
        return Ok(request.validated());
    }
    let named = request.change(change).await?;
    tell(&request, What::Changed, &named, named.identity.recordgroup);
    Ok(request.done())
}

/// Files the recording under another group too.
pub async fn copy(request: ApiRequest<Changing<MayRecord>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let identity = read_identity(&mut reading);
    let destination = reading.integer(&DESTINATION).unwrap_or_default();
    reading.finish()?;
    let now = now();
    let change = move |change: &Change<'_>, person: &Person| {
        let no_such = || Refusal::invalid(DESTINATION.name, "There is no such group of this customer");
        let destination = change.group(person, destination)?.ok_or_else(no_such)?;
        let named = named(change, person, &identity)?;
        if destination.customer != named.customer {
            return Err(no_such());
        }
        has_ended(&named, now)?;
        match change.copy_recording(&named, destination.id)? {
            Copied::NotPossible => Err(Refusal::invalid(DESTINATION.name, NAME_TAKEN)),
            copied => Ok((named, destination.id, copied == Copied::Now)),
        }
    };
    let (named, group, copied) = request.change(change).await?;
    if copied {
        tell(&request, What::Added, &named, group);
    }
    Ok(request.done())
}

/// Deletes the row, then the sound unless another row shares it.
pub async fn delete(request: ApiRequest<Changing<MayRecord>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let identity = read_identity(&mut reading);
    reading.finish()?;
    let now = now();
    let deleted = request.change(move |change, person| {
        let named = named(change, person, &identity)?;
        if named.hold {
            return Err(Refusal::invalid(HOLD.name, "The recording is held; end the hold first"));
        }
        has_ended(&named, now)?;
        let notes = change.delete_recording(&named)?;
        Ok((named, notes))
    });
    let (named, notes) = deleted.await?;
    tell(&request, What::Removed, &named, named.identity.recordgroup);
    let app = request.app.clone();
    if let Err(error) =
        blocking(move || notes.into_iter().try_for_each(|note| app.remove_sound(note))).await?
    {
        // The recording is deleted, and its notes stay.
        tracing::warn!(%error, "the sound of a deleted recording cannot be removed yet; trying again");
    }
    Ok(request.done())
}
