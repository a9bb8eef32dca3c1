//! From the JSON of a channel to a record.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode;
use serde_json::Value;

use crate::ingest::cdr::record::{Cdr, Outcome};
use crate::intake::{About, Draft, Facts, Source};
use crate::model::Direction;

/// A record of more bytes is refused.
pub const LONGEST: usize = 4 << 20;

/// Why a record cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the message is the documentation")]
pub enum NoRecord {
    #[error("it is not JSON, nor a form with JSON in its field cdr")]
    NotJson,
    #[error("it has no variables with a uuid, so it is no record of mod_json_cdr")]
    NoChannel,
    #[error("it has no start_epoch")]
    NoStart,
}

/// What a channel's record tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Of the channel's own recordings.
    Call(Box<Cdr>),
    /// Who answered the call of another channel, which is the one that is recorded.
    Answerer(Answerer),
    /// Nothing: another channel called here, and nobody answered.
    Unanswered,
}

/// Who answered a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answerer {
    /// The calling channel.
    pub uniqueid: String,
    /// The number where it was answered.
    pub number: String,
    /// The name of who answered.
    pub name: String,
}

impl Answerer {
    /// What the recordings of the calling channel learn.
    pub fn draft(&self, machine: &str, about: About) -> Draft {
        Draft {
            source: Source::Cdr,
            about,
            machine: machine.into(),
            uniqueid: Some(self.uniqueid.clone()),
            facts: Facts {
                status: Some(Outcome::Answer.as_str().into()),
                dnumber: Some(self.number.clone()),
                dnumber_name: Some(self.name.clone()),
                ..Facts::default()
            },
            ..Draft::default()
        }
    }
}

/// Reads the record of a channel.
pub fn read(body: &[u8]) -> Result<Record, NoRecord> {
    let unwrapped = unwrapped(body);
    // FreeSWITCH passes on what a telephone calls itself, in whatever encoding.
    let json = serde_json::from_str(&String::from_utf8_lossy(&unwrapped)).map_err(|_| NoRecord::NotJson)?;
    record(&json)
}

/// Reads all records of a file: one, a list of them, or one after the other.
pub fn read_all(body: &[u8]) -> Vec<Result<Record, NoRecord>> {
    let unwrapped = unwrapped(body);
    let text = String::from_utf8_lossy(&unwrapped);
    let mut records = Vec::new();
    for json in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        match json {
            Ok(Value::Array(list)) => records.extend(list.iter().map(record)),
            Ok(json) => records.push(record(&json)),
            Err(_) => records.push(Err(NoRecord::NotJson)),
        }
    }
    if records.is_empty() { vec![Err(NoRecord::NotJson)] } else { records }
}

fn record(json: &Value) -> Result<Record, NoRecord> {
    let channel = Channel::new(json);
    let uniqueid = channel.first(&["uuid", "call_uuid"]);
    if uniqueid.is_empty() {
        return Err(NoRecord::NoChannel);
    }
    match channel.caller() {
        Some(caller) if caller != uniqueid && channel.file().is_empty() => Ok(channel.answerer(caller)),
        _ => channel.cdr(uniqueid).map(|cdr| Record::Call(Box::new(cdr))),
    }
}

/// The JSON of a body, whatever it is wrapped in.
fn unwrapped(body: &[u8]) -> Cow<'_, [u8]> {
    let body = body.trim_ascii();
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let value = match body.strip_prefix(b"cdr=") {
        Some(value) => value,
        None if matches!(body, [b'{' | b'[', ..]) => return body.into(),
        None => body,
    };
    // Base64 has + and /, which a form would not leave as they are; FreeSWITCH does.
    if let Ok(json) = STANDARD.decode(value) {
        return json.into();
    }
    let spaced: Vec<u8> = value.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).collect::<Vec<u8>>().into()
}

/// A channel's facts.
struct Channel<'a> {
    variables: &'a Value,
    /// The caller as the channel began; a transfer puts newer ones before it.
    profile: &'a Value,
    applications: &'a [Value],
    encoded: bool,
}

impl<'a> Channel<'a> {
    fn new(json: &'a Value) -> Channel<'a> {
        let variables = &json["variables"];
        let callflow = &json["callflow"];
        let profile = match callflow.as_array() {
            Some(profiles) => profiles.last().map_or(&Value::Null, |profile| &profile["caller_profile"]),
            // Before 1.4 each profile was an object of the same name.
            None => &callflow["caller_profile"],
        };
        let applications = json["app_log"]["applications"].as_array().map_or(&[][..], Vec::as_slice);
        // Every record has a time of day, and its colon is one of the characters that are encoded.
        let stamps = ["start_stamp", "profile_start_stamp", "end_stamp"];
        let encoded =
            stamps.iter().any(|stamp| variables[stamp].as_str().is_some_and(|time| time.contains('%')));
        Channel { variables, profile, applications, encoded }
    }

    /// The record of a channel for itself.
    fn cdr(&self, uniqueid: String) -> Result<Cdr, NoRecord> {
        let start = self.time("start").ok_or(NoRecord::NoStart)?;
        let end = self.time("end").unwrap_or(start).max(start);
        let answer = self.time("answer").map(|answer| answer.clamp(start, end));
        let talked = self.text("billsec").parse::<u32>().map_or(0, i64::from).min(end - start);
        Ok(Cdr {
            callid: self.callid(&uniqueid),
            file: self.file(),
            start,
            answer: answer.unwrap_or(0),
            end,
            talked: if answer.is_some() { talked } else { 0 },
            outcome: outcome(answer.is_some(), &self.text("hangup_cause")),
            source: self.source(),
            source_name: self.either(&["caller_id_name", "effective_caller_id_name"], "caller_id_name"),
            presented: self.presented(),
            called: self.either(&["caller_destination"], "destination_number"),
            destination: self.destination(),
            direction: self.direction(),
            context: self.either(&["user_context"], "context"),
            accountcode: self.text("accountcode"),
            uniqueid,
        })
    }

    /// The channel that called this one.
    fn caller(&self) -> Option<String> {
        let caller = self.first(&["originator", "originating_leg_uuid"]);
        (!caller.is_empty()).then_some(caller)
    }

    /// What it tells of the channel that called it.
    fn answerer(&self, caller: String) -> Record {
        let number = self.either(&["callee_id_number", "dialed_user"], "callee_id_number");
        let number = if number.is_empty() { self.either(&[], "destination_number") } else { number };
        if self.time("answer").is_none() || number.is_empty() {
            return Record::Unanswered;
        }
        let name = self.either(&["callee_id_name"], "callee_id_name");
        // What FreeSWITCH calls a callee of whom it has no name.
        let name = if name == "Outbound Call" { String::new() } else { name };
        Record::Answerer(Answerer { uniqueid: caller, number, name })
    }

    /// Whether the call was put through to another channel.
    fn is_bridged(&self) -> bool {
        let signs = ["last_bridge_to", "bridge_uuid", "bridge_channel", "signal_bond", "originated_legs"];
        !self.first(&signs).is_empty()
            || self.applications.iter().any(|application| application["app_name"] == "bridge")
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

    /// The first variable that says something.
    fn first(&self, names: &[&str]) -> String {
        names.iter().map(|name| self.text(name)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// The same, else what the caller's profile says.
    fn either(&self, names: &[&str], profile: &str) -> String {
        let text = self.first(names);
        if text.is_empty() { self.profile[profile].as_str().unwrap_or_default().to_owned() } else { text }
    }

    /// A time, by `NAME_epoch`; FreeSWITCH writes 0 for what did not happen.
    fn time(&self, name: &str) -> Option<i64> {
        let seconds = self.text(&format!("{name}_epoch")).parse().ok();
        seconds.filter(|seconds| (1..1 << 40).contains(seconds))
    }

    /// What the legs of the call share: the first leg's identifier.
    fn callid(&self, uniqueid: &str) -> String {
        let callid = self.first(&["call_uuid", "originator", "originating_leg_uuid"]);
        if callid.is_empty() { uniqueid.to_owned() } else { callid }
    }

    /// The base name of the sound file: FusionPBX names it in variables, else the dialplan started the recording.
    fn file(&self) -> String {
        let named = self.first(&["record_name", "record_path", "recording_file"]);
        let path = if named.contains('.') { named } else { self.recorded() };
        path.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// The last file that `record_session` or `record` was told to write.
    fn recorded(&self) -> String {
        let is_record = |application: &&Value| {
            matches!(application["app_name"].as_str(), Some("record_session" | "record"))
        };
        let data =
            self.applications.iter().rev().find(is_record).and_then(|found| found["app_data"].as_str());
        // `record` takes a time limit behind the path, and `{…}` before it are options.
        let path = data.unwrap_or_default().rsplit('}').next().unwrap_or_default();
        path.split_whitespace().next().unwrap_or_default().to_owned()
    }

    fn source(&self) -> String {
        self.either(&["caller_id_number"], "caller_id_number")
    }

    fn presented(&self) -> bool {
        let privacy = self.first(&["origination_privacy", "privacy"]);
        let hidden = privacy.contains("hide_number") || privacy.contains("full");
        let source = self.source().to_ascii_lowercase();
        !hidden && !matches!(source.as_str(), "anonymous" | "restricted" | "private")
    }

    /// Where it was answered. Of a call that was put through without a word of whom to, the other channel's record says it.
    fn destination(&self) -> String {
        let told = self.first(&["last_sent_callee_id_number", "callee_id_number", "dialed_user"]);
        if told.is_empty() && !self.is_bridged() { self.either(&[], "destination_number") } else { told }
    }

    /// FusionPBX says which way the call went. `direction` only says who began this leg.
    fn direction(&self) -> Option<Direction> {
        match self.text("call_direction").as_str() {
            "inbound" => Some(Direction::In),
            "outbound" => Some(Direction::Out),
            "local" => Some(Direction::Internal),
            _ => None,
        }
    }
}

/// By the hang-up cause: <https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Troubleshooting-Debugging/Hangup-Cause-Code-Table_3964945/>
fn outcome(answered: bool, cause: &str) -> Outcome {
    match cause {
        _ if answered => Outcome::Answer,
        "USER_BUSY" | "CALL_REJECTED" => Outcome::Busy,
        "ORIGINATOR_CANCEL" | "LOSE_RACE" => Outcome::Cancel,
        "NORMAL_CLEARING" | "NO_ANSWER" | "NO_USER_RESPONSE" | "ALLOTTED_TIMEOUT" | "PICKED_OFF" => {
            Outcome::NoAnswer
        }
        "NORMAL_CIRCUIT_CONGESTION" | "SWITCH_CONGESTION" => Outcome::Congestion,
        _ => Outcome::Failed,
    }
}
