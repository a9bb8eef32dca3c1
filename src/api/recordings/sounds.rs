//! The forms and sides of a recording that a request names.

use serde::Serialize;

use crate::api::wire::envelope;
use crate::api::wire::error::Refusal;
use crate::api::wire::params::Parameter;
use crate::api::wire::privilege::MayListen;
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream;
use crate::app::blocking;
use crate::media::{Media, Sound, media_type};
use crate::model::paths::{self, bytes_of};
use crate::model::{SECOND, SoundForm};
use crate::store::{FileKnown, Identity, Reader};

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

/// A form, and what is known of its file.
type Looked = (SoundForm, Option<FileKnown>);

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
    changed: i64,
}

impl Shown {
    fn new(form: SoundForm, known: Option<&FileKnown>, media: &Media) -> Shown {
        let sound = media.open(&bytes_of(&form.path)).ok();
        let changed = sound.as_ref().zip(known).is_some_and(|(sound, known)| is_changed(sound, known));
        Shown {
            role: form.role.as_str(),
            mimetype: media_type(&form.mimetype, &form.path),
            size: form.size,
            duration: form.duration,
            sha256: form.sha256.map(|digest| digest.iter().map(|byte| format!("{byte:02x}")).collect()),
            verified: form.verified,
            stale: sound.is_none().into(),
            changed: changed.into(),
            path: paths::shown(&form.path).into_owned(),
        }
    }
}

/// All of them, the one that plays first.
async fn sounds(request: &ApiRequest<MayListen>, identity: &Identity) -> Result<Vec<Looked>, Refusal> {
    let (person, identity) = (request.person.clone(), identity.clone());
    let ask = move |reader: &Reader| -> Result<Vec<Looked>, Refusal> {
        let Some(seen) = reader.seen(&person, &identity)? else { return Ok(Vec::new()) };
        let mut sounds = Vec::new();
        for form in reader.sounds_of(seen)? {
            let known = reader.file_at(&form.path)?;
            sounds.push((form, known));
        }
        Ok(sounds)
    };
    stream::question(&request.app, ask).await
}

/// Whether a file was written to since it was looked at, or holds something else than was recorded.
fn is_changed(sound: &Sound, known: &FileKnown) -> bool {
    let (size, modified) = (sound.size.cast_signed(), sound.modified);
    known.is_closed() && (size, modified) != (known.size, known.modified.div_euclid(SECOND))
}

/// All of them as JSON.
pub async fn shown(request: &ApiRequest<MayListen>, identity: &Identity) -> Result<String, Refusal> {
    let (sounds, app, strings) = (sounds(request, identity).await?, request.app.clone(), request.strings());
    let shown = blocking(move || {
        let shown: Vec<Shown> =
            sounds.into_iter().map(|(form, known)| Shown::new(form, known.as_ref(), &app.media)).collect();
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
    found.map(|(form, _)| form).ok_or(Refusal::NotFound(SOUND.name))
}
