//! From the JSON of a channel to a record.

use percent_encoding::percent_decode;
use serde_json::Value;

use crate::ingest::cdr::disposition::Disposition;
use crate::ingest::cdr::record::{Answerer, Cdr, Record};
use crate::model::{Direction, is_withheld};

/// Why a record is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the message is the documentation")]
pub enum NoRecord {
    #[error("it is not JSON, nor a form with JSON in its field cdr")]
    NotJson,
    #[error("it has no variables with a uuid, so it is no record of mod_json_cdr")]
    NoChannel,
    #[error("it has no start_epoch")]
    NoStart,
    #[error("nobody answered this leg, and it has no recording of its own")]
    Unanswered,
}

/// The record of a channel. That of a leg without a recording of its own says who answered the call of another channel.
pub(super) fn record(json: &Value) -> Result<Record, NoRecord> {
    let channel = Channel::new(json);
    let uniqueid = channel.first(&["uuid", "call_uuid"]);
    if uniqueid.is_empty() {
        return Err(NoRecord::NoChannel);
    }
    match channel.caller() {
        Some(caller) if caller != uniqueid && channel.file().is_empty() => {
            channel.answerer(caller).map(Record::Answerer)
        }
        _ => channel.cdr(uniqueid).map(Record::from),
    }
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
            answer,
            end: Some(end),
            talked: Some(if answer.is_some() { talked } else { 0 }),
            disposition: Some(disposition(answer.is_some(), &self.text("hangup_cause"))),
            source: self.source(),
            source_name: self.either(&["caller_id_name", "effective_caller_id_name"], "caller_id_name"),
            presented: self.presented(),
            called: self.either(&["caller_destination"], "destination_number"),
            destination: self.destination(),
            direction: self.direction(),
            context: self.either(&["user_context"], "context"),
            accountcode: self.text("accountcode"),
            uniqueid,
            ..Cdr::default()
        })
    }

    /// The channel that called this one.
    fn caller(&self) -> Option<String> {
        let caller = self.first(&["originator", "originating_leg_uuid"]);
        (!caller.is_empty()).then_some(caller)
    }

    /// What it tells of the channel that called it.
    fn answerer(&self, caller: String) -> Result<Answerer, NoRecord> {
        let number = self.either(&["callee_id_number", "dialed_user"], "callee_id_number");
        let number = if number.is_empty() { self.either(&[], "destination_number") } else { number };
        if self.time("answer").is_none() || number.is_empty() {
            return Err(NoRecord::Unanswered);
        }
        let name = self.either(&["callee_id_name"], "callee_id_name");
        // What FreeSWITCH calls a callee of whom it has no name.
        let name = if name == "Outbound Call" { String::new() } else { name };
        Ok(Answerer { uniqueid: caller, number, name })
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
        !hidden && !is_withheld(&self.source())
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
fn disposition(answered: bool, cause: &str) -> Disposition {
    match cause {
        _ if answered => Disposition::Answer,
        "USER_BUSY" | "CALL_REJECTED" => Disposition::Busy,
        "ORIGINATOR_CANCEL" | "LOSE_RACE" => Disposition::Cancel,
        "NORMAL_CLEARING" | "NO_ANSWER" | "NO_USER_RESPONSE" | "ALLOTTED_TIMEOUT" | "PICKED_OFF" => {
            Disposition::NoAnswer
        }
        "NORMAL_CIRCUIT_CONGESTION" | "SWITCH_CONGESTION" => Disposition::Congestion,
        _ => Disposition::Failed,
    }
}
