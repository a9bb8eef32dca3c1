//! people/…, roles/list and customers/list: who may log in, and what they may do.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::api::wire::changing::{Created, KEPT, VALIDATION, note};
use crate::api::wire::error::{Fault, Refusal, sentence};
use crate::api::wire::params::{Parameter, Reading};
use crate::api::wire::privilege::{Changing, MayAdminister, Privilege};
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream;
use crate::app::{App, blocking, now};
use crate::auth;
use crate::model::names::same_username;
use crate::model::{Actor, NewPerson, Person, described, names};
use crate::store::{Change, Entry, PersonFields, Subject};

const CUSTOMER: Parameter = Parameter::integer("customer", "the caller's", "Home customer").logged();
const LIMIT: Parameter = Parameter::natural("limit", "0", "At most this many rows; 0 all").logged();
const OFFSET: Parameter = Parameter::natural("offset", "0", "Rows to skip").logged();
const COUNT: Parameter = Parameter::flag("count", "1: how many there are, and no rows").logged();
const ID: Parameter = Parameter::integer("id", "", "The person").required().logged();
const USERNAME: Parameter = Parameter::text(
    "username",
    "The name to log in with, 1 to 64 characters, whatever their case; it is stored without blanks around it and in Unicode's form C",
);
const NAME: Parameter = Parameter::text("name", "The name that people know, at most 200 characters");
const ROLE: Parameter =
    Parameter::text("role", "The role's name, see roles/list; one that allows no more than the caller's");
const DISABLED: Parameter = Parameter::flag(
    "disabled",
    "1: may not log in, and all tokens and sessions end at once; groups, role and the audit log stay; 0: may again",
);
const PASSWORD: Parameter = Parameter::text("password", "The password, at least 8 characters (the setting password_minimum) and at most 72 bytes, neither the username nor one of the commonest").required();
const PASSWORD_NEW: Parameter =
    Parameter::text("password_new", "The password from now on, at least 8 characters (the setting password_minimum) and at most 72 bytes, neither the username nor one of the commonest").required();

/// What a client should know of create, update and delete.
pub const ABOUT: &str = "Only an owner changes owners and people of other customers; nobody removes or disables the last owner, takes the own \
administrator rights away or disables themselves, gives a role that allows more than the own one, or changes somebody who may do more. Rights count as they \
are when a change is made, not when it was asked for. Usernames are one for all customers: one that is refused is somebody's; that is limited to ten in five minutes, and in the audit log.";
/// The parameters of list.
pub const LIST: &[Parameter] = &[CUSTOMER, LIMIT, OFFSET, COUNT];
/// The parameters of create.
pub const CREATE: &[Parameter] =
    &[CUSTOMER, USERNAME.required(), NAME, ROLE.required(), PASSWORD, VALIDATION];
/// The parameters of update.
pub const UPDATE: &[Parameter] =
    &[ID, USERNAME.or(KEPT), NAME.or(KEPT), ROLE.or(KEPT), CUSTOMER.or(KEPT), DISABLED.or(KEPT), VALIDATION];
/// The parameters of password/update.
pub const PASSWORD_UPDATE: &[Parameter] = &[ID, PASSWORD_NEW];
/// The parameters of delete.
pub const DELETE: &[Parameter] = &[ID];

described! {
    #[derive(Serialize)]
    /// How many match.
    pub struct Count {
        /// How many there are.
        pub count: i64,
    }
}

/// Who may log in, or how many.
pub async fn list(request: ApiRequest<MayAdminister>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let customer = reading.integer(&CUSTOMER).unwrap_or(request.person.customer);
    let limit = reading.integer(&LIMIT).unwrap_or_default();
    let offset = reading.integer(&OFFSET).unwrap_or_default();
    let count = reading.flag(&COUNT);
    let (faults, person) = (reading.into_faults(), request.person.clone());
    let people = stream::question(&request.app, move |reader| {
        let mut faults = faults.clone();
        if !reader.sees_customer(&person, customer)? {
            note(&mut faults, CUSTOMER.name, "There is no such customer");
        }
        Refusal::if_any(faults)?;
        if count {
            return Ok(Err(Count { count: reader.count_people(customer)? }));
        }
        Ok(Ok(reader.people_of(customer, limit, offset)?))
    });
    match people.await? {
        Ok(people) => request.ok(&people),
        Err(count) => request.ok(&count),
    }
}

/// The roles and what they allow.
pub async fn roles(request: ApiRequest<MayAdminister>) -> Result<HttpResponse, Refusal> {
    let roles = stream::question(&request.app, |reader| Ok(reader.roles()?));
    request.ok(&roles.await?)
}

/// The customers that the caller sees.
pub async fn customers(request: ApiRequest<MayAdminister>) -> Result<HttpResponse, Refusal> {
    let person = request.person.clone();
    let customers = stream::question(&request.app, move |reader| Ok(reader.customers_of(&person)?));
    request.ok(&customers.await?)
}

/// Adds somebody who may log in.
pub async fn create(request: ApiRequest<Changing<MayAdminister>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let customer = reading.integer(&CUSTOMER);
    let fields = fields(&mut reading, customer, &USERNAME.required(), &ROLE.required());
    let username = fields.username.as_deref().unwrap_or_default();
    let password = new_password(&mut reading, &PASSWORD, username, &request.app);
    let validation = reading.flag(&VALIDATION);
    let faults = reading.into_faults();
    let hash = if faults.is_empty() && !validation { hash(&request, password).await? } else { String::new() };
    let learned = Learned::of(&request);
    let learning = learned.clone();
    let create = move |change: &Change<'_>, caller: &Person| {
        learning.ask(change, caller, &fields)?;
        Refusal::if_any(judge(change, caller, None, &fields, faults)?)?;
        let PersonFields { username, name, customer, role, .. } = fields;
        let id = change.add_person(&NewPerson {
            customer: customer.unwrap_or(caller.customer),
            username: username.unwrap_or_default(),
            name: name.unwrap_or_default(),
            role: role.unwrap_or_default(),
            hash,
            created: None,
        })?;
        Ok(Created { id })
    };
    let answer = request.create(validation, create).await;
    learned.note().await?;
    answer
}

/// Changes what is given.
pub async fn update(request: ApiRequest<Changing<MayAdminister>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let id = reading.integer(&ID).unwrap_or_default();
    let customer = reading.integer(&CUSTOMER);
    let disabled = reading.switch(&DISABLED);
    let fields = PersonFields { disabled, ..fields(&mut reading, customer, &USERNAME, &ROLE) };
    let validation = reading.flag(&VALIDATION);
    let faults = reading.into_faults();
    let learned = Learned::of(&request);
    let learning = learned.clone();
    let change = move |change: &Change<'_>, caller: &Person| {
        let subject = subject(change, caller, id)?;
        learning.ask(change, caller, &fields)?;
        Refusal::if_any(judge(change, caller, subject.as_ref(), &fields, faults)?)?;
        let subject = mine(caller, subject)?;
        Ok(change.edit_person(&subject, &fields)?)
    };
    let answer = request.change_if(validation, change).await;
    learned.note().await?;
    answer
}

/// Sets somebody else's password, which logs them out everywhere.
pub async fn password_update(request: ApiRequest<Changing<MayAdminister>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let id = reading.integer(&ID).unwrap_or_default();
    let password = new_password(&mut reading, &PASSWORD_NEW, "", &request.app);
    reading.finish()?;
    let hash = hash(&request, password.clone()).await?;
    let change = move |change: &Change<'_>, caller: &Person| {
        let subject = mine(caller, subject(change, caller, id)?)?;
        // Who finds a screen unlocked must not take the account over.
        if subject.id == caller.id {
            return Err(Refusal::invalid(ID.name, "Change your own password with user/password/update"));
        }
        let fault = |error| Refusal::invalid(PASSWORD_NEW.name, sentence(&error));
        auth::is_no_name(&password, &subject.username).map_err(fault)?;
        Ok(change.set_password(&subject, &hash)?)
    };
    request.change_if(false, change).await
}

/// Deletes somebody.
pub async fn delete(request: ApiRequest<Changing<MayAdminister>>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let id = reading.integer(&ID).unwrap_or_default();
    reading.finish()?;
    let change = move |change: &Change<'_>, caller: &Person| {
        let subject = mine(caller, subject(change, caller, id)?)?;
        if subject.id == caller.id {
            return Err(Refusal::invalid(ID.name, "You cannot delete yourself; ask another administrator"));
        }
        Ok(change.remove_person(&subject)?)
    };
    request.change_if(false, change).await
}

fn fields(
    reading: &mut Reading<'_>,
    customer: Option<i64>,
    username: &Parameter,
    role: &Parameter,
) -> PersonFields {
    let username = reading.new_checked(username, |text| names::username(text).map(drop));
    PersonFields {
        username: username.map(str::to_owned),
        name: reading.new_checked(&NAME, |text| names::full_name(text).map(drop)).map(str::to_owned),
        customer,
        role: reading.new_text(role).map(str::to_owned),
        disabled: None,
    }
}

fn new_password(reading: &mut Reading<'_>, parameter: &Parameter, username: &str, app: &App) -> String {
    let password = reading.text(parameter).unwrap_or_default().to_owned();
    if !password.is_empty()
        && let Err(error) = auth::check_new_password(&password, username, app.config.password_minimum)
    {
        reading.fault(parameter.name, sentence(&error));
    }
    password
}

async fn hash<P: Privilege>(request: &ApiRequest<P>, password: String) -> Result<String, Refusal> {
    let cost = request.app.config.bcrypt_cost;
    blocking(move || auth::hash_password(&password, cost)).await?.map_err(|error| Refusal::internal(&error))
}

/// The person, if there is one and the caller sees their customer.
fn subject(change: &Change<'_>, caller: &Person, id: i64) -> Result<Option<Subject>, Refusal> {
    match change.subject(id)? {
        Some(subject) if change.sees_customer(caller, subject.customer)? => Ok(Some(subject)),
        _ => Ok(None),
    }
}

/// The person, if the caller may change them.
fn mine(caller: &Person, subject: Option<Subject>) -> Result<Subject, Refusal> {
    let subject = subject.ok_or(Refusal::NotFound(ID.name))?;
    if caller.privileges.cover(subject.privileges) {
        return Ok(subject);
    }
    let message = if subject.privileges.everywhere() {
        "Only an owner may change an owner"
    } else {
        "This person may do more than you; ask somebody who may do as much"
    };
    Err(Refusal::invalid(ID.name, message))
}

/// The faults of what somebody is to become, besides those that are known.
fn judge(
    change: &Change<'_>,
    caller: &Person,
    subject: Option<&Subject>,
    fields: &PersonFields,
    mut faults: Vec<Fault>,
) -> Result<Vec<Fault>, Refusal> {
    if let Some(customer) = fields.customer
        && !change.sees_customer(caller, customer)?
    {
        note(&mut faults, CUSTOMER.name, "There is no such customer");
    }
    // A name that another program wrote may stay as it is.
    if let Some(subject) = subject {
        faults.retain(|fault| !fields.keeps(subject, &fault.key));
    }
    if let Some(username) = &fields.username
        && subject.is_none_or(|subject| !fields.keeps(subject, USERNAME.name))
        && change.is_taken(username, subject.map(|subject| subject.id))?
    {
        note(&mut faults, USERNAME.name, "Somebody has this username already");
    }
    if let Some(role) = &fields.role
        && let Some(message) = fault_of_role(change, caller, subject, role)?
    {
        note(&mut faults, ROLE.name, message);
    }
    if let Some(subject) = subject.filter(|subject| fields.disabled == Some(true) && !subject.disabled)
        && let Some(message) = fault_of_disabling(change, caller, subject)?
    {
        note(&mut faults, DISABLED.name, message);
    }
    Ok(faults)
}

fn fault_of_disabling(
    change: &Change<'_>,
    caller: &Person,
    subject: &Subject,
) -> Result<Option<&'static str>, Refusal> {
    if subject.id == caller.id {
        return Ok(Some("You cannot disable yourself; ask another administrator"));
    }
    // Whoever may do less than an owner is told that first.
    let is_owner = subject.privileges.everywhere() && caller.privileges.everywhere();
    let last_owner = is_owner && !change.has_other_owner(subject.id)?;
    Ok(last_owner.then_some("This is the last owner; make somebody else an owner first"))
}

fn fault_of_role(
    change: &Change<'_>,
    caller: &Person,
    subject: Option<&Subject>,
    role: &str,
) -> Result<Option<&'static str>, Refusal> {
    let Some(privileges) = change.privileges_of(role)? else { return Ok(Some("There is no such role")) };
    if !caller.privileges.cover(privileges) {
        return Ok(Some(if privileges.everywhere() {
            "Only an owner may make an owner"
        } else {
            "This role allows more than yours; ask somebody who may do as much"
        }));
    }
    let Some(subject) = subject else { return Ok(None) };
    let last_owner =
        subject.privileges.everywhere() && !privileges.everywhere() && !change.has_other_owner(subject.id)?;
    if last_owner {
        return Ok(Some("This is the last owner; make somebody else an owner first"));
    }
    if subject.id == caller.id && !privileges.administrator() {
        return Ok(Some("You would be no administrator any more; ask another one"));
    }
    Ok(None)
}

/// What somebody learns of people whom they don't see: usernames are one for all customers, so a name that is refused is
/// one that somebody has. It is limited, and stands in the audit log.
#[derive(Clone)]
struct Learned {
    app: Data<App>,
    address: String,
    entry: Arc<Mutex<Option<(Actor, i64, String)>>>,
}

impl Learned {
    fn of<P: Privilege>(request: &ApiRequest<P>) -> Learned {
        Learned { app: request.app.clone(), address: request.address(), entry: Arc::default() }
    }

    /// Whether the caller may ask for another name, which may be a stranger's.
    fn ask(&self, change: &Change<'_>, caller: &Person, fields: &PersonFields) -> Result<(), Refusal> {
        let Some(username) = fields.username.as_ref().filter(|_| !caller.privileges.everywhere()) else {
            return Ok(());
        };
        let limited = self.app.auth.may_ask_for_names(caller.id, change.now());
        limited.map_err(|auth::Throttled(seconds)| Refusal::Names(seconds))?;
        if change.is_strangers(caller, username)?
            && self.app.auth.learned_of_name(caller.id, &same_username(username), change.now())
        {
            let Person { id, username: name, .. } = caller;
            let actor = Actor { person: Some(*id), name: name.clone(), address: self.address.clone() };
            let mut entry = self.entry.lock().unwrap_or_else(PoisonError::into_inner);
            *entry = Some((actor, caller.customer, username.clone()));
        }
        Ok(())
    }

    /// Notes it, once the change is refused.
    async fn note(self) -> Result<(), Refusal> {
        let learned = self.entry.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((actor, customer, username)) = learned else { return Ok(()) };
        let detail = format!("username {username}: somebody has it");
        let entry = Entry { action: "people/refused", customer: Some(customer), detail, ..Entry::default() };
        Ok(blocking(move || self.app.store.note_entry(&actor, now(), &entry)).await??)
    }
}
