//! recording/groups/…

use actix_web::HttpResponse;

use crate::api::wire::changing::{Created, KEPT, VALIDATION, note};
use crate::api::wire::error::{Fault, Refusal};
use crate::api::wire::params::{Parameter, Reading};
use crate::api::wire::privilege::{Changing, MayAdminister, MayListen, MayRecord};
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream;
use crate::model::{Person, names};
use crate::store::{Change, GroupFields, needed_by};

const CUSTOMER: Parameter =
    Parameter::integer("customer", "the caller's", "Groups of this customer").logged();
const ID: Parameter = Parameter::integer("id", "", "The group").required().logged();

/// What a client should know of update.
pub const UPDATE_ABOUT: &str = "What is not sent stays, and an empty text is empty. `validation=1` says whether it could be \
    done (201) and does nothing.";
/// The parameters of list.
pub const LIST: &[Parameter] = &[CUSTOMER];
/// The parameters of get.
pub const GET: &[Parameter] = &[ID];
/// The parameters of delete.
pub const DELETE: &[Parameter] = &[ID];

const OF: Parameter =
    Parameter::integer("customer", "the caller's", "The customer that it belongs to").logged();
const NAME: Parameter = Parameter::text("name", "Shown to people; at most 200 characters");
const DESCRIPTION: Parameter = Parameter::text("description", "What it is for; at most 2000 characters");
const EMAIL: Parameter = Parameter::text("email", "An address; stored, not heeded by Tapeline");
const EXPIRES: Parameter = Parameter::natural(
    "expires",
    "",
    "Days after which new recordings may be deleted, which people do; 0: they are left out of the list",
)
.logged();
const FRACTION: Parameter = Parameter::range(
    "fraction",
    0,
    100,
    "",
    "Percent of the new recordings that are listed; the PBX records the others too",
);
const BEEP: Parameter =
    Parameter::range("beep", 0, 1, "", "1: callers are to hear a beep; stored, not heeded by Tapeline");
const OWNER: Parameter = Parameter::natural("owner", "", "Person who owns it; 0 nobody");
const RECORD_IN: Parameter = Parameter::range(
    "record_in",
    0,
    1,
    "",
    "1: new recordings of incoming calls are listed; the PBX records them either way",
);
const RECORD_OUT: Parameter = Parameter::range(
    "record_out",
    0,
    1,
    "",
    "1: new recordings of outgoing calls are listed; the PBX records them either way",
);
const TRANSCRIBE: Parameter = Parameter::range(
    "transcribe",
    0,
    1,
    "",
    "1: recordings are to be transcribed; stored, not heeded by Tapeline",
);

/// The parameters of create.
pub const CREATE: &[Parameter] = &[
    OF,
    NAME.required(),
    DESCRIPTION,
    EMAIL,
    EXPIRES.or("365"),
    FRACTION.or("100"),
    BEEP.or("0"),
    OWNER.or("0"),
    RECORD_IN.or("1"),
    RECORD_OUT.or("1"),
    TRANSCRIBE.or("0"),
    VALIDATION,
];
/// The parameters of update.
pub const UPDATE: &[Parameter] = &[
    ID,
    NAME.or(KEPT),
    DESCRIPTION.or(KEPT),
    EMAIL.or(KEPT),
    EXPIRES.or(KEPT),
    FRACTION.or(KEPT),
    BEEP.or(KEPT),
    OWNER.or(KEPT),
    RECORD_IN.or(KEPT),
    RECORD_OUT.or(KEPT),
    TRANSCRIBE.or(KEPT),
    VALIDATION,
];
/// The most bytes of a mail address (RFC 5321, section 4.5.3.1.3).
const LONGEST_ADDRESS: usize = 254;

/// The groups that the caller sees.
pub async fn list(request: ApiRequest<MayListen>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let customer = reading.integer(&CUSTOMER).unwrap_or(request.person.customer);
    reading.finish()?;
    let person = request.person.clone();
    let groups = stream::question(&request.app, move |reader| {
        if !reader.sees_customer(&person, customer)? {
            return Err(Refusal::invalid(CUSTOMER.name, "There is no such customer"));
        }
        Ok(reader.groups(&person, customer)?)
    });
    request.ok(&groups.await?)
}

/// One group.
pub async fn get(request: ApiRequest<MayListen>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let id = reading.integer(&ID).unwrap_or_default();
    reading.finish()?;
    let person = request.person.clone();
    let group = stream::question(&request.app, move |reader| Ok(reader.group(&person, id)?));
    request.ok(&group.await?.ok_or(Refusal::NotFound(ID.name))?)
}

/// Adds a group; its settings are those of the schema where they are not given.
pub async fn create(request: ApiRequest<Changing<MayAdminister>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let customer = reading.integer(&OF);
    let fields = fields(&mut reading, &NAME.required());
    let validation = reading.flag(&VALIDATION);
    let mut faults = reading.into_faults();
    let change = move |change: &Change<'_>, person: &Person| {
        let customer = customer.unwrap_or(person.customer);
        if change.sees_customer(person, customer)? {
            faults.extend(stranger(change, &fields, customer)?);
            faults.extend(namesake(change, &fields, customer, None)?);
        } else {
            note(&mut faults, OF.name, "There is no such customer");
        }
        Refusal::if_any(faults)?;
        Ok(Created { id: change.add_group(None, customer, &fields)? })
    };
    request.create(validation, change).await
}

/// Changes what is given.
pub async fn update(request: ApiRequest<Changing<MayRecord>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let id = reading.integer(&ID).unwrap_or_default();
    let fields = fields(&mut reading, &NAME);
    let validation = reading.flag(&VALIDATION);
    let mut faults = reading.into_faults();
    let change = move |change: &Change<'_>, person: &Person| {
        let group = change.group(person, id)?;
        if let Some(group) = &group {
            faults.retain(|fault| !fields.keeps(group, &fault.key));
            faults.extend(stranger(change, &fields, group.customer)?);
            if !fields.keeps(group, NAME.name) {
                faults.extend(namesake(change, &fields, group.customer, Some(id))?);
            }
        }
        Refusal::if_any(faults)?;
        let group = group.ok_or(Refusal::NotFound(ID.name))?;
        Ok(change.edit_group(group.id, &fields)?)
    };
    request.change_if(validation, change).await
}

/// Deletes a group that has no recordings.
pub async fn delete(request: ApiRequest<Changing<MayAdminister>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let id = reading.integer(&ID).unwrap_or_default();
    reading.finish()?;
    let change = move |change: &Change<'_>, person: &Person| {
        let group = change.managed_group(person, id)?.ok_or(Refusal::NotFound(ID.name))?;
        if change.has_recordings(&group)? {
            return Err(Refusal::invalid(ID.name, "The group has recordings; delete those first"));
        }
        if let Some(rule) = change.rule_of_group(group.id)? {
            return Err(Refusal::invalid(ID.name, needed_by(rule)));
        }
        Ok(change.remove_group(group.id)?)
    };
    request.change_if(false, change).await
}

fn fields(reading: &mut Reading<'_>, name: &Parameter) -> GroupFields {
    let email = reading.new_text(&EMAIL);
    if email.is_some_and(|email| !is_plausible(email)) {
        reading.fault(EMAIL.name, "email must be one address, such as calls@example.com, or empty");
    }
    GroupFields {
        name: reading.new_checked(name, names::title).map(str::to_owned),
        description: reading.new_checked(&DESCRIPTION, names::description).map(str::to_owned),
        email: email.map(str::to_owned),
        expires: reading.integer(&EXPIRES),
        fraction: reading.integer(&FRACTION),
        beep: reading.switch(&BEEP),
        owner: reading.integer(&OWNER),
        record_in: reading.switch(&RECORD_IN),
        record_out: reading.switch(&RECORD_OUT),
        transcribe: reading.switch(&TRANSCRIBE),
    }
}

/// Something before and behind one @, as far as a mail server may ever see it.
fn is_plausible(email: &str) -> bool {
    let Some((name, domain)) = email.rsplit_once('@') else { return email.is_empty() };
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>' | '@');
    email.len() <= LONGEST_ADDRESS
        && !name.is_empty()
        && !domain.is_empty()
        && !name.contains(odd)
        && !domain.contains(odd)
}

/// The fault of a name that another group of the customer has.
fn namesake(
    change: &Change<'_>,
    fields: &GroupFields,
    customer: i64,
    but: Option<i64>,
) -> Result<Option<Fault>, Refusal> {
    let Some(name) = &fields.name else { return Ok(None) };
    let fault = Fault {
        key: NAME.name.into(),
        message: "another group of the customer is called so, but for case and the form of letters; choose another name".into(),
    };
    Ok(change.namesake(customer, name, but)?.map(|_| fault))
}

/// The fault of an owner who is not one of the customer's people.
fn stranger(change: &Change<'_>, fields: &GroupFields, customer: i64) -> Result<Option<Fault>, Refusal> {
    match fields.owner {
        Some(owner) if owner != 0 && !change.is_person_of(owner, customer)? => {
            let message = "owner must be one of the customer's people, or 0";
            Ok(Some(Fault { key: OWNER.name.into(), message: message.into() }))
        }
        _ => Ok(None),
    }
}
