//! The source: what Asterisk says, made of bytes.

use super::calls::Calls;
use super::codec::Decoder;
use super::late::late;
use super::session::{Account, Session, Step};
use crate::app::App;
use crate::config::Asterisk;
use crate::ingest::Stop;
use crate::ingest::pbx::{Link, Listening, Pbx, Recordings, now};
use crate::intake::Intake;

/// Listens to Asterisk until it is told to stop.
pub fn listen(app: &App, intake: &Intake, settings: &Asterisk, stop: &Stop) {
    let pbx = Pbx { name: "asterisk", called: "Asterisk", address: settings.address.clone() };
    let recordings = Recordings::new(app, intake, pbx, &settings.folders);
    // They outlive the connection.
    let mut calls = Calls::default();
    Listening::new(recordings, stop).run(|listening| {
        let mut link = Link::open(&settings.address, &settings.tls)?;
        let account = Account {
            username: &settings.username,
            secret: settings.secret.reveal(),
            private: link.is_private(),
        };
        let mut session = Session::new(account, &mut calls, now());
        let mut decoder = Decoder::default();
        let hear = |bytes: &[u8], came: i64| hear(&mut decoder, &mut session, bytes, came);
        listening.converse(&mut link, hear, late)
    });
}

fn hear(decoder: &mut Decoder, session: &mut Session<'_>, bytes: &[u8], came: i64) -> Vec<Step> {
    let mut steps = Vec::new();
    decoder.feed(bytes, |piece| steps.extend(session.hear(piece, came)));
    steps.extend(session.wait(came));
    for step in &mut steps {
        if let Step::Heard(report) | Step::Call(report) = step {
            report.system = session.system().into();
        }
    }
    steps
}
