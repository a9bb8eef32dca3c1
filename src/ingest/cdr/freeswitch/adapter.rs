//! From the JSON of a channel to a record.

use percent_encoding::percent_decode;
use serde_json::Value;

use super::leg::Leg;
use super::paths::started_by;
use crate::ingest::cdr::record::{Answerer, Cdr, Record};
use crate::media::is_sound_name;
use crate::model::Direction;

/// Why a record is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the message is the documentation")]
pub enum NoRecord {
    #[error("it is neither JSON nor XML, nor a form with that in its field cdr")]
    NotJson,
    #[error("it has no variables with a uuid, so it is no record of mod_json_cdr or mod_xml_cdr")]
    NoChannel,
    #[error("it has no start_epoch")]
    NoStart,
    #[error("nobody answered this leg, and it has no recording of its own")]
    Unanswered,
}

/// The records of a channel: what it says of its own recordings, and, of one that was called, who answered the caller's.
pub(super) fn records(json: &Value) -> Result<Vec<Record>, NoRecord> {
    let channel = Channel::new(json);
    let text = |name: &str| channel.text(name);
    let leg = Leg::new(&text);
    let uniqueid = channel.uniqueid(&leg);
    if uniqueid.is_empty() {
        return Err(NoRecord::NoChannel);
    }
    let files = channel.files(&leg);
    let originator = leg.originator(&uniqueid);
    if originator.is_empty() {
        return Ok(vec![channel.callers(&leg, uniqueid, files)?.into()]);
    }
    let mut records = Vec::new();
    if leg.is_recorded() || !files.is_empty() {
        records.push(channel.callees(&leg, uniqueid, originator.clone(), files)?.into());
    }
    records.extend(channel.answerer(&leg, originator).map(Record::Answerer));
    if records.is_empty() { Err(NoRecord::Unanswered) } else { Ok(records) }
}

/// A channel's facts.
struct Channel<'a> {
    variables: &'a Value,
    /// The caller as the channel began.
    first: &'a Value,
    /// As it ended: a transfer puts newer ones before it.
    last: &'a Value,
    applications: &'a [Value],
    encoded: bool,
}

impl<'a> Channel<'a> {
    fn new(json: &'a Value) -> Channel<'a> {
        let variables = &json["variables"];
        let callflow = &json["callflow"];
        let (first, last) = match callflow.as_array() {
            Some(profiles) => (profiles.last(), profiles.first()),
            // Before 1.4 each profile was an object of the same name.
            None => (Some(callflow), Some(callflow)),
        };
        let profile =
            |callflow: Option<&'a Value>| callflow.map_or(&Value::Null, |flow| &flow["caller_profile"]);
        let applications = json["app_log"]["applications"].as_array().map_or(&[][..], Vec::as_slice);
        // Every record has a time of day, and its colon is one of the characters that are encoded.
        let stamps = ["start_stamp", "profile_start_stamp", "end_stamp"];
        let encoded =
            stamps.iter().any(|stamp| variables[stamp].as_str().is_some_and(|time| time.contains('%')));
        Channel { variables, first: profile(first), last: profile(last), applications, encoded }
    }

    /// A variable; empty where there is none.
    fn text(&self, name: &str) -> String {
        let text = match &self.variables[name] {
            Value::String(text) => text.as_str(),
            Value::Number(number) => return number.to_string(),
            _ => return String::new(),
        };
        if self.encoded {
            percent_decode(text.as_bytes()).decode_utf8_lossy().into_owned()
        } else {
            text.to_owned()
        }
    }

    fn uniqueid(&self, leg: &Leg<'_>) -> String {
        let uniqueid = leg.text("uuid");
        let uniqueid = if uniqueid.is_empty() { said(self.last, "uuid") } else { uniqueid };
        if uniqueid.is_empty() { leg.text("call_uuid") } else { uniqueid }
    }

    /// The names of all its recordings, each once: those that variables name first.
    fn files(&self, leg: &Leg<'_>) -> Vec<String> {
        let argument = |one: &Value| started_by(&said(one, "app_name"), &said(one, "app_data"));
        let logged = self.applications.iter().filter_map(argument).filter(|path| is_sound_name(path));
        let mut files: Vec<String> = Vec::new();
        for path in leg.files().into_iter().chain(logged) {
            let name = path.rsplit('/').next().unwrap_or_default();
            if !files.iter().any(|file| file == name) {
                files.push(name.to_owned());
            }
        }
        files
    }

    /// What every channel says of its recordings.
    fn cdr(&self, leg: &Leg<'_>, uniqueid: String, mut files: Vec<String>) -> Result<Cdr, NoRecord> {
        let start = leg.time("start").ok_or(NoRecord::NoStart)?;
        let end = leg.time("end").unwrap_or(start).max(start);
        let answer = leg.answer().map(|answer| answer.clamp(start, end));
        let billed = leg.text("billsec").parse::<u32>().map_or(0, i64::from);
        let talked = answer.map_or(0, |answer| billed.min(end - answer));
        let file = if files.is_empty() { String::new() } else { files.remove(0) };
        Ok(Cdr {
            uniqueid,
            file,
            more_files: files,
            start,
            answer,
            end: Some(end),
            talked: Some(talked),
            disposition: Some(leg.disposition()),
            discarded: leg.is_discarded(),
            direction: leg.direction(),
            accountcode: leg.text("accountcode"),
            queue: leg.queue(),
            domain: leg.domain(),
            recorded: leg.is_recorded(),
            ..Cdr::default()
        })
    }

    /// The record of the caller's channel.
    fn callers(&self, leg: &Leg<'_>, uniqueid: String, files: Vec<String>) -> Result<Cdr, NoRecord> {
        let either = |names: &[&str], profile: &str| {
            let text = leg.first(names);
            if text.is_empty() { said(self.first, profile) } else { text }
        };
        let source = either(&["caller_id_number"], "caller_id_number");
        let called = either(&["caller_destination"], "destination_number");
        // Put through without a word of whom to, the other channel's record says it; and who isn't, is where the call went.
        let destination =
            if leg.is_bridged() { leg.first_answerer() } else { said(self.last, "destination_number") };
        Ok(Cdr {
            callid: uniqueid.clone(),
            presented: !leg.is_withheld(&source),
            source,
            source_name: either(&["caller_id_name"], "caller_id_name"),
            dialled_outside: leg.direction() == Some(Direction::In)
                && called == said(self.first, "destination_number"),
            called,
            destination_name: leg.answerers_name(&destination),
            destination,
            context: either(&["user_context"], "context"),
            ..self.cdr(leg, uniqueid, files)?
        })
    }

    /// The record of a channel that was called and is recorded itself: its variables are those of who was called.
    fn callees(
        &self,
        leg: &Leg<'_>,
        uniqueid: String,
        originator: String,
        files: Vec<String>,
    ) -> Result<Cdr, NoRecord> {
        let source = said(self.first, "caller_id_number");
        let (number, name) = self.called(leg);
        let caller = &self.last["originator"]["originator_caller_profiles"][0];
        let called = said(caller, "destination_number");
        Ok(Cdr {
            callid: originator,
            presented: !leg.is_withheld(&source),
            source,
            source_name: said(self.first, "caller_id_name"),
            called: if called.is_empty() { number.clone() } else { called },
            destination: number,
            destination_name: name,
            context: said(self.first, "context"),
            ..self.cdr(leg, uniqueid, files)?
        })
    }

    /// Number and name of who was called here.
    fn called(&self, leg: &Leg<'_>) -> (String, String) {
        let (number, name) = leg.called();
        (if number.is_empty() { said(self.first, "destination_number") } else { number }, name)
    }

    /// What a channel that was called tells of the one that called it.
    fn answerer(&self, leg: &Leg<'_>, originator: String) -> Option<Answerer> {
        let answer = leg.time("answer")?;
        let (number, name) = self.called(leg);
        (!number.is_empty()).then_some(Answerer { uniqueid: originator, answer, number, name })
    }
}

/// What a profile or an application says; empty where it doesn't.
fn said(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_default().to_owned()
}
