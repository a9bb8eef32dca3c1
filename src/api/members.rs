//! recording/groups/members/…

use actix_web::HttpResponse;

use crate::api::wire::error::Refusal;
use crate::api::wire::params::{Parameter, Reading};
use crate::api::wire::privilege::{Changing, MayAdminister};
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream;
use crate::model::Person;
use crate::store::Change;

const RECORDGROUP: Parameter = Parameter::integer("recordgroup", "", "The group").required().logged();
const PERSON: Parameter = Parameter::integer("person", "", "The person").required().logged();

/// The parameters of list.
pub const LIST: &[Parameter] = &[RECORDGROUP];
/// The parameters of add and remove.
pub const SET: &[Parameter] = &[RECORDGROUP, PERSON];

/// Who is a member of a group.
pub async fn list(request: ApiRequest<MayAdminister>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let group = reading.integer(&RECORDGROUP).unwrap_or_default();
    reading.finish()?;
    let person = request.person.clone();
    let members = stream::question(&request.app, move |reader| Ok(reader.members(&person, group)?));
    request.ok(&members.await?.ok_or(Refusal::NotFound(RECORDGROUP.name))?)
}

/// Makes somebody a member.
pub async fn add(request: ApiRequest<Changing<MayAdminister>>) -> Result<HttpResponse, Refusal> {
    set(request, true).await
}

/// Ends a membership.
pub async fn remove(request: ApiRequest<Changing<MayAdminister>>) -> Result<HttpResponse, Refusal> {
    set(request, false).await
}

async fn set(request: ApiRequest<Changing<MayAdminister>>, member: bool) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let group = reading.integer(&RECORDGROUP).unwrap_or_default();
    let person = reading.integer(&PERSON).unwrap_or_default();
    reading.finish()?;
    let change = move |change: &Change<'_>, caller: &Person| {
        let group = change.managed_group(caller, group)?.ok_or(Refusal::NotFound(RECORDGROUP.name))?;
        if member && !change.is_person_of(person, group.customer)? {
            return Err(Refusal::invalid(PERSON.name, "person must be one of the customer's people"));
        }
        Ok(change.set_member(group.id, person, member)?)
    };
    request.change_if(false, change).await
}
