//! What functions that change data have in common: one transaction, or the rehearsal of one.

use actix_web::HttpResponse;
use serde::Serialize;

use super::caller::Caller;
use super::error::{Fault, Refusal};
use super::params::Parameter;
use super::privilege::Privilege;
use super::request::ApiRequest;
use crate::app::{blocking, now};
use crate::model::{Actor, Person, described};
use crate::store::{Accounts, Change};

pub const VALIDATION: Parameter =
    Parameter::flag("validation", "1: say whether it could be done, and do nothing").logged();

/// What a setting is when an update doesn't say.
pub const KEPT: &str = "as it is";

described! {
    /// What was made.
    #[derive(Serialize)]
    pub struct Created {
        /// What was made.
        pub id: i64,
    }
}

/// A fault that comes first, unless the parameter has one already.
pub fn note(faults: &mut Vec<Fault>, key: &str, message: &str) {
    if !faults.iter().any(|fault| fault.key == key) {
        faults.insert(0, Fault { key: key.into(), message: message.into() });
    }
}

impl<P: Privilege> ApiRequest<P> {
    /// Makes a change: all of it and its audit entry, or nothing. Whoever asks is looked at again inside the
    /// transaction, and `change` gets them as they are there: what they showed may count no more, and their role may
    /// be another one, since the request came.
    pub async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Change<'_>, &Person) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (app, who) = (self.app.clone(), self.who(now()));
        let changed = blocking(move || app.store.change_by(now(), who, change)).await?;
        self.app.tell_of_rights();
        changed
    }

    /// Makes a change whose answer is 204; with `validation`, says 201 if it could be made.
    pub async fn change_if(
        &self,
        validation: bool,
        change: impl FnOnce(&Change<'_>, &Person) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<HttpResponse, Refusal> {
        if validation {
            self.rehearse(change).await?;
            return Ok(self.validated());
        }
        self.change(change).await?;
        Ok(self.done())
    }

    /// Makes something and answers with its id; with `validation`, says 201 if it could be made.
    pub async fn create(
        &self,
        validation: bool,
        create: impl FnOnce(&Change<'_>, &Person) -> Result<Created, Refusal> + Send + 'static,
    ) -> Result<HttpResponse, Refusal> {
        if validation {
            self.rehearse(create).await?;
            return Ok(self.validated());
        }
        self.ok(&self.change(create).await?)
    }

    /// Makes a change and takes it back.
    pub async fn rehearse<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Change<'_>, &Person) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (app, who) = (self.app.clone(), self.who(now()));
        blocking(move || app.store.rehearse_by(now(), who, change)).await?
    }

    /// Whoever asks, once a transaction has begun.
    fn who(
        &self,
        now: i64,
    ) -> impl FnOnce(&Accounts<'_>) -> Result<(Actor, Person), Refusal> + Send + use<P> {
        let (caller, address, rules) = (self.caller().clone(), self.address(), self.app.session_rules());
        move |accounts| {
            let credential = caller.again::<P>(accounts, rules, now)?;
            let caller = Caller { credential, ..caller };
            Ok((caller.actor(address), caller.credential.person))
        }
    }
}
