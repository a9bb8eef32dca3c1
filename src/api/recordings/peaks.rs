//! recording/recordings/peaks: the outline of a recording's sound, to draw.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::HttpResponse;
use serde::Serialize;

use super::found::{self, RECORDGROUP, RECORDID, UNIQUEID};
use crate::api::wire::error::Refusal;
use crate::api::wire::params::{Parameter, Reading};
use crate::api::wire::privilege::MayListen;
use crate::api::wire::request::ApiRequest;
use crate::api::wire::stream;
use crate::app::{App, blocking};
use crate::media::{NoWaveform, Sound, Waveform};

const POINTS: Parameter =
    Parameter::range("points", 100, 4000, "1000", "Parts that the sound is divided into").logged();
const USUAL: usize = 1000;
/// Seconds after which whoever had several made at once may try again, since others waited.
const RETRY: u32 = 5;

/// What a client should know of peaks.
pub const ABOUT: &str = "As in {\"duration\":2.3,\"channels\":1,\"peaks\":[[[-0.25,0.31],…]]}: for each channel the least and \
    the largest sample of each part. Sound that takes too long to decode – days of it, or what is none – has no outline: 404 \
    with the key path.";
/// The parameters of peaks.
pub const PEAKS: &[Parameter] = &[RECORDGROUP, UNIQUEID, RECORDID, POINTS];

/// The answer.
#[derive(Serialize)]
struct Peaks {
    duration: f64,
    channels: usize,
    /// Channel, part, least and largest sample.
    peaks: Vec<Vec<[f64; 2]>>,
}

/// The outline of a sound: kept from the last time, or made now.
pub async fn peaks(request: ApiRequest<MayListen>) -> Result<HttpResponse, Refusal> {
    let mut reading = Reading::new(&request.params);
    let identity = found::read_identity(&mut reading);
    let points = reading.integer(&POINTS).and_then(|points| usize::try_from(points).ok()).unwrap_or(USUAL);
    reading.finish()?;
    let found = found::find(&request, &identity).await?;
    let complete = found.complete;
    let sound = Arc::new(found::open(&request, &identity, found.path).await?);
    let (app, opened) = (request.app.clone(), Arc::clone(&sound));
    let kept = blocking(move || app.peaks.kept(&opened).filter(|_| complete)).await?;
    let waveform = match kept {
        Some(waveform) => waveform,
        None => {
            let turn = stream::turn(&request.app.waveforms, request.asks().holder()).await?;
            let (app, ended) = (request.app.clone(), turn.ended());
            let made = stream::while_wanted(move |gone| {
                let _turn = turn;
                make(&app, &sound, complete, gone)
            });
            tokio::select! {
                made = made => made??,
                () = ended => return Err(Refusal::Busy(RETRY)),
            }
        }
    };
    request.ok(&drawn(&waveform, points))
}

/// Decodes the sound, unless somebody has by now. What is made of a call in progress is of no use later.
fn make(app: &App, sound: &Sound, complete: bool, gone: &AtomicBool) -> Result<Waveform, Refusal> {
    if let Some(kept) = app.peaks.kept(sound).filter(|_| complete) {
        return Ok(kept);
    }
    let waveform = sound.waveform(gone).map_err(|why| match why {
        NoWaveform::Unknown => Refusal::NoWaveform,
        NoWaveform::TooLong => Refusal::LongWaveform,
        NoWaveform::Unwanted => Refusal::TakesLong,
        NoWaveform::Unreadable(error) => Refusal::of_system(&error),
    })?;
    if complete && let Err(error) = app.peaks.keep(sound, &waveform) {
        tracing::warn!(%error, "a waveform cannot be kept; it is made again next time");
    }
    Ok(waveform)
}

fn drawn(waveform: &Waveform, points: usize) -> Peaks {
    let channel = |channel| {
        let spans = waveform.peaks(channel, points);
        spans.map(|(least, largest)| [rounded(least, 10_000.0), rounded(largest, 10_000.0)]).collect()
    };
    Peaks {
        duration: rounded(waveform.duration(), 1000.0),
        channels: waveform.channels,
        peaks: (0..waveform.channels).map(channel).collect(),
    }
}

/// To parts of a whole; zero has no sign.
fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts + 0.0
}
