//! Who asks for an answer, and whether they may still see what goes on being sent to them.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::web::Data;

use super::connection::Hangup;
use crate::api::wire::error::Refusal;
use crate::app::{App, Holder};
use crate::model::Person;
use crate::store::{Identity, Reader};

/// How often whoever gets a long answer is looked at again.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// Finds whoever asks as they are now, if what they showed still counts and allows what they do.
pub type Again = Arc<dyn Fn(&Reader) -> Result<Person, Refusal> + Send + Sync>;

/// Who asks, and where the answer goes.
#[derive(Clone)]
pub struct Asks {
    /// The application.
    pub app: Data<App>,
    pub(super) connection: Option<Hangup>,
    person: Person,
    again: Again,
    /// The one recording that it is about.
    about: Option<Identity>,
}

impl Asks {
    /// Somebody, as the request found them.
    pub fn new(app: &Data<App>, request: &HttpRequest, person: &Person, again: Again) -> Asks {
        let connection = request.conn_data::<Hangup>().cloned();
        Asks { app: app.clone(), connection, person: person.clone(), again, about: None }
    }

    /// The same, for one recording.
    pub fn about(self, identity: &Identity) -> Asks {
        Asks { about: Some(identity.clone()), ..self }
    }

    /// Whose share the answer is.
    pub fn holder(&self) -> Holder {
        Holder::Person(self.person.id)
    }
}

/// Looks at whoever gets a long answer.
pub(super) struct Guard {
    asks: Asks,
    /// Their groups when it began, for whoever sees no others.
    groups: HashSet<i64>,
    looked: Cell<Instant>,
}

impl Guard {
    pub(super) fn new(asks: Asks) -> Guard {
        let groups = asks.app.store.reader().ok().and_then(|reader| groups(&reader, &asks.person).ok());
        Guard { asks, groups: groups.unwrap_or_default(), looked: Cell::new(Instant::now()) }
    }

    /// Whether they may still see what they asked for. Where the database is busy, that is asked later.
    pub(super) fn may_still(&self) -> bool {
        if self.looked.get().elapsed() < BETWEEN_LOOKS {
            return true;
        }
        let Ok(reader) = self.asks.app.store.reader() else { return true };
        let may = self.look(&reader);
        self.looked.set(Instant::now());
        !matches!(may, Ok(false) | Err(Refusal::Unauthorized | Refusal::Forbidden))
    }

    fn look(&self, reader: &Reader) -> Result<bool, Refusal> {
        let (before, now) = (&self.asks.person, (self.asks.again)(reader)?);
        if let Some(identity) = &self.asks.about {
            return Ok(reader.seen(&now, identity)?.is_some());
        }
        let (had, has) = (before.privileges, now.privileges);
        let same_place = now.customer == before.customer && !had.everywhere();
        let as_much = has.everywhere() || same_place && (has.record() || !had.record());
        Ok(as_much && (has.record() || self.groups.is_subset(&groups(reader, &now)?)))
    }
}

/// The groups of somebody who sees their own only.
fn groups(reader: &Reader, person: &Person) -> Result<HashSet<i64>, Refusal> {
    if person.privileges.record() || !person.privileges.listen() {
        return Ok(HashSet::new());
    }
    Ok(reader.groups(person, person.customer)?.into_iter().map(|group| group.id).collect())
}
