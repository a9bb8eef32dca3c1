//! The source: what FreeSWITCH says, made of bytes.

use super::calls::Calls;
use super::codec::Decoder;
use super::session::Session;
use super::step::Step;
use crate::app::App;
use crate::config::{EventSocket, Tls};
use crate::ingest::Stop;
use crate::ingest::pbx::{Link, Listening, Pbx, Recordings, now};
use crate::intake::Intake;

/// Its name in the status.
const NAME: &str = "freeswitch event socket";

/// Listens to FreeSWITCH until it is told to stop.
pub fn listen(app: &App, intake: &Intake, settings: &EventSocket, stop: &Stop) {
    let pbx = Pbx { name: NAME, called: "FreeSWITCH", address: settings.address.clone() };
    let recordings = Recordings::new(app, intake, pbx, &settings.folders);
    // They outlive the connection.
    let mut calls = Calls::default();
    Listening::new(recordings, stop).run(|listening| {
        let mut link = Link::open(&settings.address, &Tls::Off)?;
        let mut session = Session::new(settings.password.reveal(), &mut calls, now());
        let mut decoder = Decoder::default();
        let hear = |bytes: &[u8], came: i64| hear(&mut decoder, &mut session, bytes, came);
        listening.converse(&mut link, hear, |_, never| match *never {})
    });
}

fn hear(decoder: &mut Decoder, session: &mut Session<'_>, bytes: &[u8], came: i64) -> Vec<Step> {
    let mut steps = Vec::new();
    decoder.feed(bytes, |piece| steps.extend(session.hear(piece, came)));
    steps.extend(session.wait(came));
    steps
}
