//! recording/recordings/get: a recording with its sound.

use actix_web::HttpResponse;
use actix_web::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::file::{FileHeaders, file};
use super::found::{RECORDGROUP, RECORDID, UNIQUEID, find, open, read_identity};
use super::sounds::{self, SOUND};
use crate::api::wire::envelope::{self, OneRow};
use crate::api::wire::error::Refusal;
use crate::api::wire::function::NO_HEAD;
use crate::api::wire::params::{Parameter, Params, Reading};
use crate::api::wire::privilege::MayListen;
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream::{self, Output, PIECE};
use crate::app::{blocking, now};
use crate::media::{Name, Playable, Sound, Wrapper};
use crate::store::{Heard, Identity};

/// Bytes of sound that are encoded at once: those of a piece, and a multiple of three.
const ENCODED: usize = PIECE / 4 * 3;

const ENCODING: Parameter =
    Parameter::choice("encoding", &["raw", "base64"], "base64", "JSON carries base64 whichever is asked for")
        .logged();
const SHA1: Parameter = Parameter::flag("sha1", "1: with the SHA-1 of the sound").logged();
const SHA256: Parameter = Parameter::flag("sha256", "1: with the SHA-256 of the sound").logged();
const WRAP: Parameter = Parameter::choice(
    "wrap",
    &["json", "none", "meta"],
    "json",
    "json: the row and its sound; none: the sound file itself; meta: the row, and in `sounds` what there is of sound",
)
.logged();
const PLAY: Parameter = Parameter::flag("play", "1, with wrap=none: in a form that browsers play").logged();
const FORM: Parameter = Parameter::choice(
    "form",
    &["flac"],
    "",
    "flac, with play=1: samples come as FLAC, which begins to sound sooner on a slow line than WAV",
)
.logged();

/// What a client should know of get.
pub const ABOUT: &str = "With `wrap=none` it is the file itself, with ranges; with `play=1` besides, what browsers don't play \
    – GSM 06.10 in .gsm and .WAV, a-law, µ-law, .sln of any rate, G.722, IMA and Microsoft ADPCM, RF64, AIFF, a WAV whose \
    header was never finished – comes as WAV; what nobody decodes here (G.729, AMR, Siren …) comes as it is. \
    With `form=flac` all that comes as WAV, and a WAV that is stored, comes as FLAC that nothing is compressed in; not so 32 bits, \
    more than eight channels and a call in progress. The content type tells. \
    What a file holds is told by its content; only headerless sound by its name.\n\nA recording may be there in several forms \
    (an MP3 made of its WAV) and sides (what each of two said): `wrap=meta` tells them in `sounds`, and `sound=1` gets the \
    second one of them. Copy, hold, delete and the ZIP of export act on all of them.\n\nThe audit log has an entry \
    (recordings/listen) for each person who hears a recording within ten minutes, written before the sound begins. While \
    another program keeps the database locked the sound comes all the same and the entry follows.";
/// The parameters of get.
pub const GET: &[Parameter] =
    &[RECORDGROUP, UNIQUEID, RECORDID, ENCODING, SHA1, SHA256, WRAP, PLAY, FORM, SOUND];

/// In what a recording is wrapped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrap {
    Json,
    Nothing,
    Meta,
}

impl Wrap {
    /// In the order of the parameter's words.
    const ALL: [Wrap; 3] = [Wrap::Json, Wrap::Nothing, Wrap::Meta];
}

/// What a request asks for.
struct GetRequest {
    identity: Identity,
    wrap: Wrap,
    play: bool,
    wrapper: Wrapper,
    /// Which of its sounds.
    sound: usize,
    digests: Digests,
}

impl GetRequest {
    fn read(params: &Params) -> Result<GetRequest, Refusal> {
        let mut reading = Reading::new(params);
        let identity = read_identity(&mut reading);
        reading.choice(&ENCODING);
        let wanted = GetRequest {
            identity,
            wrap: reading.choice(&WRAP).map_or(Wrap::Json, |place| Wrap::ALL[place]),
            play: reading.flag(&PLAY),
            wrapper: reading.choice(&FORM).map_or(Wrapper::Wave, |_| Wrapper::Flac),
            sound: reading.integer(&SOUND).and_then(|place| usize::try_from(place).ok()).unwrap_or(0),
            digests: Digests {
                sha1: reading.flag(&SHA1).then(Sha1::new),
                sha256: reading.flag(&SHA256).then(Sha256::new),
            },
        };
        reading.finish()?;
        Ok(wanted)
    }
}

/// Whether the file itself is wanted, and not JSON: then the HTTP status counts, whatever Enswitch does.
pub fn wants_file(params: &Params) -> bool {
    params.get(WRAP.name) == Ok(Some("none"))
}

/// A recording, or its sound.
pub async fn get(request: ApiRequest<MayListen>) -> Result<HttpResponse, Refusal> {
    let wanted = GetRequest::read(&request.params)?;
    if request.http.method() == Method::HEAD && wanted.wrap != Wrap::Nothing {
        return Err(Refusal::Method(NO_HEAD.into()));
    }
    let mut found = find(&request, &wanted.identity).await?;
    if wanted.wrap == Wrap::Meta {
        let sounds = sounds::shown(&request, &wanted.identity).await?;
        let body = format!("{},\"sounds\":{sounds}}}}}", found.row.open());
        return Ok(HttpResponse::Ok().content_type(envelope::JSON).body(body));
    }
    if wanted.sound > 0 {
        found.turn_to(sounds::one(&request, &wanted.identity, wanted.sound).await?);
    }
    let headers = FileHeaders { name: Name::of(&found.path), media_type: found.media_type() };
    // What a call in progress has brought is nothing yet that could be called a whole.
    let wrapper = if found.complete { wanted.wrapper } else { Wrapper::Wave };
    let heard = found.heard(request.actor(), now());
    let sound = open(&request, &wanted.identity, found.path).await?;
    if wanted.wrap == Wrap::Nothing {
        let response = if wanted.play {
            play(&request, &wanted.identity, headers, sound, wrapper).await?
        } else {
            file(&request, &wanted.identity, &headers, sound, "attachment").await?
        };
        if response.status().is_success() {
            listens(&request, heard).await;
        }
        return Ok(response);
    }
    listens(&request, heard).await;
    let mut response = HttpResponse::Ok();
    response.content_type(envelope::JSON);
    let mut row = found.row;
    row.replace(envelope::place("mimetype"), headers.media_type);
    row.replace(envelope::place("size"), &sound.size.to_string());
    let produce = move |out: &Output| write_json(&row, &headers, &sound, wanted.digests, out);
    stream::written(&request.asks().about(&wanted.identity), response, produce).await
}

/// Notes who is about to get sound; HEAD gets none.
async fn listens(request: &ApiRequest<MayListen>, heard: Heard) {
    if request.http.method() != Method::HEAD {
        request.app.listening.note(heard).await;
    }
}

/// The sound in a form that browsers play.
async fn play(
    request: &ApiRequest<MayListen>,
    identity: &Identity,
    headers: FileHeaders,
    sound: Sound,
    wrapper: Wrapper,
) -> Result<HttpResponse, Refusal> {
    let Playable { sound, kind, ending } =
        blocking(move || sound.playable(wrapper)).await?.map_err(|error| Refusal::of_system(&error))?;
    let name = ending.map_or(headers.name.clone(), |ending| headers.name.with_ending(ending));
    let headers = FileHeaders { name, media_type: kind.unwrap_or(headers.media_type) };
    file(request, identity, &headers, sound, "inline").await
}

/// The digests that are wanted.
struct Digests {
    sha1: Option<Sha1>,
    sha256: Option<Sha256>,
}

impl Digests {
    fn update(&mut self, bytes: &[u8]) {
        self.sha1.iter_mut().for_each(|sha1| sha1.update(bytes));
        self.sha256.iter_mut().for_each(|sha256| sha256.update(bytes));
    }

    /// As fields behind others.
    fn fields(self) -> String {
        let sha1 = self.sha1.map(|sha1| format!(",\"sha1\":\"{}\"", hex(&sha1.finalize())));
        let sha256 = self.sha256.map(|sha256| format!(",\"sha256\":\"{}\"", hex(&sha256.finalize())));
        sha1.into_iter().chain(sha256).collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The row with its sound: read, encoded and sent piece by piece.
fn write_json(
    row: &OneRow,
    headers: &FileHeaders,
    sound: &Sound,
    mut digests: Digests,
    out: &Output,
) -> Result<(), Refusal> {
    let name = serde_json::to_string(headers.name.as_str()).map_err(|error| Refusal::internal(&error))?;
    let begin = format!("{},\"name\":{name},\"data\":\"", row.open());
    out.write(|buffer| buffer.extend_from_slice(begin.as_bytes()));
    let sent = sound.read(0..sound.size, ENCODED, |bytes| {
        digests.update(&bytes);
        let text = STANDARD.encode(&bytes);
        out.row(|buffer| buffer.extend_from_slice(text.as_bytes()))
    });
    if sent.map_err(|error| Refusal::of_system(&error))?.is_continue() {
        let end = format!("\"{}}}}}", digests.fields());
        out.write(|buffer| buffer.extend_from_slice(end.as_bytes()));
    }
    Ok(())
}
