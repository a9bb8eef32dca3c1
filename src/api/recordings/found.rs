//! The recording that a request names, and its sound.

use crate::api::wire::envelope::{self, OneRow};
use crate::api::wire::error::Refusal;
use crate::api::wire::params::{Parameter, Reading};
use crate::api::wire::privilege::MayListen;
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream;
use crate::app::blocking;
use crate::media::{self, Sound};
use crate::model::paths::bytes_of;
use crate::model::{Actor, Person, SoundForm};
use crate::store::{Heard, Identity, ListRow, Reader};

/// The three names of a recording.
pub const RECORDGROUP: Parameter =
    Parameter::integer("recordgroup", "", "Its record group").required().logged();
/// See [`RECORDGROUP`].
pub const UNIQUEID: Parameter =
    Parameter::text("uniqueid", "Its uniqueid, with or without the dot").required().logged();
/// See [`RECORDGROUP`].
pub const RECORDID: Parameter = Parameter::text("recordid", "Its recordid").required().logged();
/// Reads which recording is meant.
pub fn read_identity(reading: &mut Reading<'_>) -> Identity {
    Identity {
        recordgroup: reading.integer(&RECORDGROUP).unwrap_or_default(),
        uniqueid: reading.text(&UNIQUEID).unwrap_or_default().into(),
        recordid: reading.text(&RECORDID).unwrap_or_default().into(),
    }
}

/// A row, and what it says of its sound.
pub struct Found {
    /// The row itself.
    pub row: OneRow,
    /// Where its sound is, as the row says.
    pub path: Vec<u8>,
    /// Whether the call has ended.
    pub complete: bool,
    mimetype: String,
    customer: i64,
    identity: Identity,
}

impl Found {
    fn new(row: &ListRow<'_>, strings: bool) -> Found {
        let text = |name| {
            let mut text = Vec::new();
            row.text(envelope::place(name), |bytes| text.extend_from_slice(bytes));
            text
        };
        let words = |name| String::from_utf8_lossy(&text(name)).into_owned();
        let integer = |name| row.integer(envelope::place(name));
        let (uniqueid, recordid) = (words("uniqueid"), words("recordid"));
        Found {
            row: OneRow::new(row, strings),
            path: text("path"),
            complete: integer("complete") != 0,
            mimetype: words("mimetype"),
            customer: integer("customer"),
            identity: Identity { recordgroup: integer("recordgroup"), uniqueid, recordid },
        }
    }

    /// What the audit log will say of whoever hears it.
    pub fn heard(&self, actor: Actor, time: i64) -> Heard {
        Heard { actor, customer: self.customer, identity: self.identity.clone(), time }
    }

    /// Another form or side is meant than the one that plays.
    pub fn turn_to(&mut self, form: SoundForm) {
        (self.path, self.mimetype) = (bytes_of(&form.path).into_owned(), form.mimetype);
    }

    /// The media type of its sound, as the row or its path has it.
    pub fn media_type(&self) -> &'static str {
        media::media_type(&self.mimetype, &String::from_utf8_lossy(&self.path))
    }
}

/// The recording, if it is there for whoever asks.
pub async fn find(request: &ApiRequest<MayListen>, identity: &Identity) -> Result<Found, Refusal> {
    let (person, identity, strings) = (request.person.clone(), identity.clone(), request.strings());
    let ask = move |reader: &Reader| recording(reader, &person, &identity, strings);
    stream::question(&request.app, ask).await
}

fn recording(reader: &Reader, person: &Person, identity: &Identity, strings: bool) -> Result<Found, Refusal> {
    let found = reader.recording(person, identity, move |row| Found::new(row, strings))?;
    found.ok_or(Refusal::NotFound(UNIQUEID.name))
}

/// Opens the sound. Why there is none is for the log only: a path may tell of what else the machine has.
pub async fn open(
    request: &ApiRequest<MayListen>,
    identity: &Identity,
    path: Vec<u8>,
) -> Result<Sound, Refusal> {
    let app = request.app.clone();
    let shown = String::from_utf8_lossy(&path).into_owned();
    let opened = blocking(move || app.media.open(&path)).await?;
    opened.map_err(|why| {
        if let Some(shortage) = why.shortage() {
            return Refusal::short(shortage, &why);
        }
        let Identity { recordgroup, uniqueid, recordid } = identity;
        tracing::warn!(recordgroup, ?uniqueid, ?recordid, path = ?shown, "a recording has no sound: {why}");
        Refusal::NotFound("path")
    })
}
