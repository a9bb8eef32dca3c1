//! recording/groups/…

use actix_web::HttpResponse;

use super::error::Refusal;
use super::identity::{Asked, Listener};
use super::params::{Parameter, Reading};
use super::stream;

const CUSTOMER: Parameter = Parameter::integer("customer", "the caller's", "Groups of this customer");
const ID: Parameter = Parameter::integer("id", "", "The group").required();

/// The parameters of list.
pub const LIST: &[Parameter] = &[CUSTOMER];
/// The parameters of get.
pub const GET: &[Parameter] = &[ID];

/// The groups that the caller sees.
pub async fn list(asked: Asked<Listener>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&asked.params);
    let customer = reading.integer(&CUSTOMER).unwrap_or(asked.person.customer);
    reading.finish()?;
    let person = asked.person.clone();
    let groups = stream::question(&asked.app, move |reader| {
        if !reader.sees_customer(&person, customer)? {
            return Err(Refusal::invalid(CUSTOMER.name, "There is no such customer"));
        }
        Ok(reader.groups(&person, customer)?)
    });
    asked.ok(&groups.await?)
}

/// One group.
pub async fn get(asked: Asked<Listener>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&asked.params);
    let id = reading.integer(&ID).unwrap_or_default();
    reading.finish()?;
    let person = asked.person.clone();
    let group = stream::question(&asked.app, move |reader| Ok(reader.group(&person, id)?));
    asked.ok(&group.await?.ok_or(Refusal::NotFound(ID.name))?)
}
