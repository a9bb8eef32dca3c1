//! recording/groups/members/…

use actix_web::HttpResponse;

use crate::api::wire::error::Refusal;
use crate::api::wire::identity::{Administrator, Asked, Changing};
use crate::api::wire::params::{Parameter, Reading};
use crate::api::wire::stream;
use crate::store::Change;

const RECORDGROUP: Parameter = Parameter::integer("recordgroup", "", "The group").required();
const PERSON: Parameter = Parameter::integer("person", "", "The person").required();

/// The parameters of list.
pub const LIST: &[Parameter] = &[RECORDGROUP];
/// The parameters of add and remove.
pub const SET: &[Parameter] = &[RECORDGROUP, PERSON];

/// Who is a member of a group.
pub async fn list(asked: Asked<Administrator>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&asked.params);
    let group = reading.integer(&RECORDGROUP).unwrap_or_default();
    reading.finish()?;
    let person = asked.person.clone();
    let members = stream::question(&asked.app, move |reader| Ok(reader.members(&person, group)?));
    asked.ok(&members.await?.ok_or(Refusal::NotFound(RECORDGROUP.name))?)
}

/// Makes somebody a member.
pub async fn add(asked: Asked<Changing<Administrator>>) -> Result<HttpResponse, Refusal> {
    set(asked, true).await
}

/// Ends a membership.
pub async fn remove(asked: Asked<Changing<Administrator>>) -> Result<HttpResponse, Refusal> {
    set(asked, false).await
}

async fn set(asked: Asked<Changing<Administrator>>, member: bool) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&asked.params);
    let group = reading.integer(&RECORDGROUP).unwrap_or_default();
    let person = reading.integer(&PERSON).unwrap_or_default();
    reading.finish()?;
    let caller = asked.person.clone();
    let change = move |change: &Change<'_>| {
        let group = change.managed_group(&caller, group)?.ok_or(Refusal::NotFound(RECORDGROUP.name))?;
        if member && !change.is_person_of(person, group.customer)? {
            return Err(Refusal::invalid(PERSON.name, "person must be one of the customer's people"));
        }
        Ok(change.set_member(group.id, person, member)?)
    };
    asked.change_if(false, change).await
}
