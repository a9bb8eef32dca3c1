//! events: what happens to recordings, told as it happens.
//!
//! Server-Sent Events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>) named `added`, `changed`,
//! `completed` and `removed`, with what names the recording; and `refresh` where something may have happened that is not
//! told one by one: another program wrote to the database, or the listener has fallen behind.

use std::collections::HashSet;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, interval_at};

use super::recordings::filters::{SCOPE, ScopeRequest};
use crate::api::wire::error::Refusal;
use crate::api::wire::params::{Parameter, Reading};
use crate::api::wire::privilege::{MayListen, Privilege};
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream;
use crate::app::{App, Share, Shares, blocking};
use crate::intake::{Event, Intake, What};
use crate::model::Scope;
use crate::store::{Identity, Named};

/// What a client should know of events.
pub const ABOUT: &str = "Server-Sent Events: added, changed, completed and removed, with what names the recording; and refresh \
    where something may have happened that is not told one by one, as when another program wrote to the database. The answer, \
    and that of a list, has a header Tapeline-Moment: where both are equal, nothing has happened between list and events.";
/// The parameters: whose recordings.
pub const EVENTS: &[Parameter] = &SCOPE;

/// Listeners at once. Each has a connection, and little else.
const LISTENERS: usize = 512;
/// Messages that may wait for a slow listener; then it is disconnected.
const WAITING: usize = 256;
/// How often a listener hears that the connection lives, and is looked at again: may it still listen?
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Seconds after which a listener may try again when all places are taken.
const RETRY: u32 = 30;
/// Milliseconds after which a browser connects again.
const RECONNECT: u32 = 3_000;
/// How often it is looked whether another program has written.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
const WHILE_WE_WRITE: Duration = Duration::from_millis(20);

/// What all listeners have in common.
pub struct Hub {
    /// When the program began: what it has counted means nothing to the next one.
    since: i128,
    places: Arc<Shares>,
    /// How often other programs have written; closed when the server stops.
    others: watch::Sender<u64>,
    over: broadcast::Sender<()>,
    ends: AtomicBool,
}

impl Default for Hub {
    fn default() -> Hub {
        Hub {
            since: jiff::Timestamp::now().as_nanosecond(),
            places: Shares::of_clients(LISTENERS),
            others: watch::Sender::new(0),
            over: broadcast::Sender::new(1),
            ends: AtomicBool::new(false),
        }
    }
}

impl Hub {
    /// Ends every listener's connection: the server stops.
    pub fn end(&self) {
        self.ends.store(true, Ordering::SeqCst);
        // There may be no listener.
        let _ = self.over.send(());
    }

    /// Looks every second whether another program has written to the database. `before`: what the store said of that before
    /// anybody could listen.
    pub async fn watch_others(&self, app: Data<App>, mut before: Option<i64>) {
        loop {
            let here = app.clone();
            let Ok(Some(found)) = blocking(move || here.store.written_by_others()).await else {
                tokio::time::sleep(WHILE_WE_WRITE).await;
                continue;
            };
            if before.replace(found).is_some_and(|before| before != found) {
                self.others.send_modify(|count| *count += 1);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }
}

/// Tells listeners what a function of the API has done to a recording.
pub fn tell<P: Privilege>(request: &ApiRequest<P>, what: What, named: &Named, recordgroup: i64) {
    let Some(intake) = request.http.app_data::<Data<Intake>>() else { return };
    let Identity { uniqueid, recordid, .. } = named.identity.clone();
    intake.live().tell(Event { what, customer: named.customer, recordgroup, uniqueid, recordid });
}

/// The header that names a moment: of a list, and of events that leave nothing out from there on. Where both are the same,
/// nothing has happened between them.
pub const MOMENT: HeaderName = HeaderName::from_static("tapeline-moment");

/// This moment. Whoever reads rows asks before, whoever listens asks after having begun.
pub fn moment<P: Privilege>(request: &ApiRequest<P>) -> Option<HeaderValue> {
    let hub = request.http.app_data::<Data<Hub>>()?;
    let told = request.http.app_data::<Data<Intake>>()?.live().told();
    let others = *hub.others.borrow();
    HeaderValue::from_str(&format!("{:x}.{}", hub.since, told + others)).ok()
}

/// What happens from now on.
pub async fn events(request: ApiRequest<MayListen>) -> Result<HttpResponse, Refusal> {
    let missing = || Refusal::internal(&"no event hub");
    let hub = request.http.app_data::<Data<Hub>>().cloned().ok_or_else(missing)?;
    let intake = request.http.app_data::<Data<Intake>>().cloned().ok_or_else(missing)?;
    let rights = request.app.rights.subscribe();
    let may = May::now(&request).await?;
    let place = hub.places.place(request.asks().holder()).await.ok_or(Refusal::Busy(RETRY))?;
    let (messages, body) = mpsc::channel(WAITING);
    let (events, others) = (intake.live().listen(), hub.others.subscribe());
    let moment = moment(&request).ok_or_else(missing)?;
    let over = hub.over.subscribe();
    let told = Telling { request, may, events, others, rights, over, messages, place };
    if hub.ends.load(Ordering::SeqCst) {
        return Err(Refusal::Busy(RETRY));
    }
    actix_web::rt::spawn(told.run());
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        .insert_header(stream::UNCOMPRESSED)
        .insert_header((MOMENT, moment))
        // nginx gathers answers unless told otherwise.
        .insert_header(("X-Accel-Buffering", "no"))
        .body(Body(body)))
}

/// Which events somebody may hear, as their rights are now.
#[derive(PartialEq, Eq)]
struct May {
    scope: Scope,
    /// For a scope of one's own groups: which they are.
    own: HashSet<i64>,
}

impl May {
    async fn now(request: &ApiRequest<MayListen>) -> Result<May, Refusal> {
        let credential = request.credential_now().await?;
        let mut reading = Reading::new(&request.params);
        let wanted = ScopeRequest::read(&mut reading);
        let faults = reading.into_faults();
        stream::question(&request.app, move |reader| {
            let person = &credential.person;
            let scope = wanted.scope(reader, person, &faults)?;
            let own = match scope {
                Scope::Own { customer, .. } => {
                    reader.groups(person, customer)?.iter().map(|g| g.id).collect()
                }
                _ => HashSet::new(),
            };
            Ok(May { scope, own })
        })
        .await
    }

    fn hear(&self, event: &Event) -> bool {
        match self.scope {
            Scope::Customer(customer) => event.customer == customer,
            Scope::Group { id, customer } => (event.recordgroup, event.customer) == (id, customer),
            Scope::Own { customer, .. } => {
                event.customer == customer && self.own.contains(&event.recordgroup)
            }
        }
    }
}

/// A listener's connection.
struct Telling {
    request: ApiRequest<MayListen>,
    may: May,
    events: Receiver<Event>,
    others: watch::Receiver<u64>,
    rights: watch::Receiver<u64>,
    over: Receiver<()>,
    messages: mpsc::Sender<Bytes>,
    place: Share,
}

impl Telling {
    /// Tells until the listener goes away, may not listen any more, is too slow, or the server stops.
    async fn run(mut self) {
        let mut beat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        let mut ended = pin!(self.place.ended());
        let mut said = self.say(format!("retry: {RECONNECT}\n\n"));
        while said {
            said = tokio::select! {
                // Whoever may listen no more hears of nothing that came after that.
                biased;
                () = self.messages.closed() => false,
                _ = self.over.recv() => false,
                changed = self.rights.changed() => changed.is_ok() && self.look(false).await,
                changed = self.others.changed() => changed.is_ok() && self.look(true).await,
                () = &mut ended => false,
                event = self.events.recv() => self.event(event),
                _ = beat.tick() => self.look(false).await && self.say(":\n\n".into()),
            };
        }
    }

    fn event(&self, event: Result<Event, RecvError>) -> bool {
        match event {
            Ok(event) if self.may.hear(&event) => self.say(message(&event)),
            Ok(_) => true,
            Err(RecvError::Lagged(_)) => self.refresh(),
            Err(RecvError::Closed) => false,
        }
    }

    fn refresh(&self) -> bool {
        self.say("event: refresh\ndata: {}\n\n".into())
    }

    /// Whether whoever asked would still get an answer. Where it would be about other recordings now, or `refresh` says so,
    /// they are told to look again.
    async fn look(&mut self, refresh: bool) -> bool {
        let Ok(may) = May::now(&self.request).await else { return false };
        let same = may == self.may;
        self.may = may;
        (same && !refresh) || self.refresh()
    }

    fn say(&self, text: String) -> bool {
        self.messages.try_send(text.into()).is_ok()
    }
}

fn message(event: &Event) -> String {
    let name = match event.what {
        What::Added => "added",
        What::Changed => "changed",
        What::Completed => "completed",
        What::Removed => "removed",
    };
    let Event { customer, recordgroup, uniqueid, recordid, .. } = event;
    // JSON has no line breaks of its own.
    let data = json!({ "customer": customer, "recordgroup": recordgroup, "uniqueid": uniqueid, "recordid": recordid });
    format!("event: {name}\ndata: {data}\n\n")
}

/// What is sent, as it comes.
struct Body(mpsc::Receiver<Bytes>);

impl MessageBody for Body {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        self.0.poll_recv(context).map(|piece| piece.map(Ok))
    }
}
