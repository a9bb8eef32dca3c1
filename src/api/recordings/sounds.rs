//! The forms and sides of a recording that a request names.

use serde::Serialize;

use crate::api::wire::envelope;
use crate::api::wire::error::Refusal;
use crate::api::wire::params::Parameter;
use crate::api::wire::privilege::MayListen;
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream;
use crate::app::blocking;
use crate::media::{Media, media_type};
use crate::model::SoundForm;
use crate::model::paths::{self, bytes_of};
use crate::store::{Identity, Reader};

/// A recording has a few.
const MOST: i64 = 999;

/// Which of them is wanted.
pub const SOUND: Parameter = Parameter::range(
    "sound",
    0,
    MOST,
    "0",
    "Which of the recording's sounds, by its place in `sounds` of wrap=meta; 0 is the one that plays",
)
.logged();

/// One of them as clients see it. What nobody knows is null.
#[derive(Serialize)]
struct Shown {
    path: String,
    role: &'static str,
    mimetype: &'static str,
    size: i64,
    duration: Option<i64>,
    sha256: Option<String>,
    verified: Option<i64>,
    stale: i64,
}

impl Shown {
    fn new(form: SoundForm, media: &Media) -> Shown {
        Shown {
            role: form.role.as_str(),
            mimetype: media_type(&form.mimetype, &form.path),
            size: form.size,
            duration: form.duration,
            sha256: form.sha256.map(|digest| digest.iter().map(|byte| format!("{byte:02x}")).collect()),
            verified: form.verified,
            stale: media.open(&bytes_of(&form.path)).is_err().into(),
            path: paths::shown(&form.path).into_owned(),
        }
    }
}

/// All of them, the one that plays first.
async fn sounds(request: &ApiRequest<MayListen>, identity: &Identity) -> Result<Vec<SoundForm>, Refusal> {
    let (person, identity) = (request.person.clone(), identity.clone());
    let ask = move |reader: &Reader| -> Result<Vec<SoundForm>, Refusal> {
        let Some(seen) = reader.seen(&person, &identity)? else { return Ok(Vec::new()) };
        Ok(reader.sounds_of(seen)?)
    };
    stream::question(&request.app, ask).await
}

/// All of them as JSON.
pub async fn shown(request: &ApiRequest<MayListen>, identity: &Identity) -> Result<String, Refusal> {
    let (sounds, app, strings) = (sounds(request, identity).await?, request.app.clone(), request.strings());
    let shown = blocking(move || {
        let shown: Vec<Shown> = sounds.into_iter().map(|form| Shown::new(form, &app.media)).collect();
        envelope::row(&shown, strings)
    });
    Ok(shown.await?)
}

/// The one at this place.
pub async fn one(
    request: &ApiRequest<MayListen>,
    identity: &Identity,
    place: usize,
) -> Result<SoundForm, Refusal> {
    let found = sounds(request, identity).await?.into_iter().nth(place);
    found.ok_or(Refusal::NotFound(SOUND.name))
}
