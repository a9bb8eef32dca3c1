//! Who is who in a leg of a call, by its variables: they are the same in a detail record and in an event.
//!
//! Some mean the opposite on the leg that was called: `effective_caller_id_name` is the name of who was called there, and
//! `last_sent_callee_id_number` what that one was shown, the caller's number.

use super::paths::{joined, started_by, started_in};
use crate::ingest::cdr::disposition::Disposition;
use crate::media::is_sound_name;
use crate::model::{Direction, is_withheld};

/// Variables that hold the path of a recording.
const PATHS: [&str; 5] = [
    "cc_record_filename",
    "conference_recording",
    "conference_auto_record",
    "recording_file",
    "sofia_record_file",
];
/// Variables that hold a command for when something happens.
const COMMANDS: [&str; 6] = ["answer", "pre_answer", "media", "ring", "originate", "tone_detect"];
/// What FreeSWITCH leaves behind who recorded.
const RECORDED: [&str; 4] = ["record_completion_cause", "record_ms", "record_seconds", "record_file_size"];

/// A leg, by its variables.
pub(in crate::ingest) struct Leg<'a> {
    /// A variable, by its name, as it was meant; empty where there is none.
    variable: &'a dyn Fn(&str) -> String,
}

impl<'a> Leg<'a> {
    pub(in crate::ingest) fn new(variable: &'a dyn Fn(&str) -> String) -> Leg<'a> {
        Leg { variable }
    }

    /// A variable; empty where there is none.
    pub(in crate::ingest) fn text(&self, name: &str) -> String {
        (self.variable)(name)
    }

    /// The first variable that says something.
    pub(in crate::ingest) fn first(&self, names: &[&str]) -> String {
        names.iter().map(|name| self.text(name)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// A time, by `NAME_epoch`; FreeSWITCH writes 0 for what did not happen.
    pub(in crate::ingest) fn time(&self, name: &str) -> Option<i64> {
        let seconds = self.text(&format!("{name}_epoch")).parse().ok();
        seconds.filter(|seconds| (1..1 << 40).contains(seconds))
    }

    /// The channel that called the channel `own`; empty where that one is the caller's. It stays while transfers rewrite
    /// `call_uuid`.
    pub(in crate::ingest) fn originator(&self, own: &str) -> String {
        let agents = self.text("cc_side") == "agent";
        let caller = if agents { self.text("cc_member_session_uuid") } else { String::new() };
        let caller =
            if caller.is_empty() { self.first(&["originator", "originating_leg_uuid"]) } else { caller };
        if caller == own { String::new() } else { caller }
    }

    /// The paths of its recordings, as far as variables tell them.
    pub(in crate::ingest) fn files(&self) -> Vec<String> {
        let mut files = vec![joined(&self.text("record_path"), &self.text("record_name"))];
        files.extend(PATHS.iter().map(|name| self.text(name)));
        for (app, data) in [("last_app", "last_arg"), ("current_application", "current_application_data")] {
            files.extend(started_by(&self.text(app), &self.text(data)));
        }
        for event in COMMANDS {
            for kind in ["api", "execute"] {
                for number in ["", "_1", "_2"] {
                    let commands = self.text(&format!("{kind}_on_{event}{number}"));
                    files.extend(each(&commands).filter_map(started_in));
                }
            }
        }
        files.retain(|file| is_sound_name(file) && !file.contains("${"));
        files
    }

    /// Whether it was recorded itself, wherever that lies.
    pub(in crate::ingest) fn is_recorded(&self) -> bool {
        !self.first(&RECORDED).is_empty()
    }

    /// Whether FreeSWITCH has deleted its recording itself, as empty or too short.
    pub(in crate::ingest) fn is_discarded(&self) -> bool {
        let cause = self.text("record_completion_cause");
        self.text("RECORD_DISCARDED") == "true" || matches!(&*cause, "empty-file" | "input-too-short")
    }

    /// Whether the caller withheld the number.
    pub(in crate::ingest) fn is_withheld(&self, number: &str) -> bool {
        let privacy = self.first(&["origination_privacy", "privacy"]);
        let hidden = privacy.contains("hide_number") || privacy.contains("full");
        // RFC 3323 and 3325: `Privacy: id;user`.
        let header = self.first(&["sip_Privacy", "sip_h_Privacy"]).to_ascii_lowercase();
        let header = header.split([';', ',']).any(|word| matches!(word.trim(), "id" | "user" | "full"));
        // draft-ietf-sip-privacy: `privacy=full`, `privacy=uri`.
        let party = self.first(&["sip_Remote-Party-ID", "sip_h_Remote-Party-ID"]).to_ascii_lowercase();
        let party = party.split(';').filter_map(|part| part.trim().strip_prefix("privacy="));
        let party = party.map(|words| words.trim_matches('"').to_owned());
        let party = party.into_iter().any(|words| words.contains("full") || words.contains("uri"));
        hidden || header || party || is_withheld(number)
    }

    /// The queue, without its domain.
    pub(in crate::ingest) fn queue(&self) -> String {
        let queue = self.text("cc_queue");
        queue.split('@').next().unwrap_or_default().to_owned()
    }

    /// The customer's domain, where FreeSWITCH has several.
    pub(in crate::ingest) fn domain(&self) -> String {
        let domain = self.first(&["domain_name", "dialed_domain"]);
        match self.text("cc_queue").split_once('@') {
            Some((_, of_queue)) if domain.is_empty() => of_queue.to_owned(),
            _ => domain,
        }
    }

    /// FusionPBX says which way the call went. `direction` only says who began this leg.
    pub(in crate::ingest) fn direction(&self) -> Option<Direction> {
        match self.text("call_direction").as_str() {
            "inbound" => Some(Direction::In),
            "outbound" => Some(Direction::Out),
            "local" => Some(Direction::Internal),
            _ => None,
        }
    }

    /// When somebody answered. A queue answers its callers itself, and an agent may do so later, or never.
    pub(in crate::ingest) fn answer(&self) -> Option<i64> {
        if self.is_in_queue() { self.time("cc_queue_answered") } else { self.time("answer") }
    }

    /// How the call ended.
    pub(in crate::ingest) fn disposition(&self) -> Disposition {
        let cause = self.text("hangup_cause");
        if self.answer().is_some() {
            return Disposition::Answer;
        }
        if self.is_in_queue() {
            let gave_up = matches!(&*self.text("cc_cancel_reason"), "" | "BREAK_OUT" | "NONE");
            return if gave_up { Disposition::Cancel } else { Disposition::NoAnswer };
        }
        // With `continue_on_fail` the dialplan goes on to its end, and hangs up as if all was well.
        let failed =
            self.first(&["originate_failed_cause", "originate_disposition", "last_bridge_hangup_cause"]);
        match &*cause {
            "NORMAL_CLEARING" | "" if failed != "SUCCESS" && !failed.is_empty() => unanswered(&failed),
            cause => unanswered(cause),
        }
    }

    /// Whether it is a caller's in a queue, whom nobody else answered.
    fn is_in_queue(&self) -> bool {
        let waits = self.text("cc_side") == "member" && !self.text("cc_queue").is_empty();
        waits && (self.time("cc_queue_answered").is_some() || self.time("bridge").is_none())
    }

    /// Whether the caller was put through to another channel.
    pub(in crate::ingest) fn is_bridged(&self) -> bool {
        const SIGNS: [&str; 5] =
            ["last_bridge_to", "bridge_uuid", "bridge_channel", "signal_bond", "last_sent_callee_id_number"];
        self.time("bridge").is_some() || !self.first(&SIGNS).is_empty()
    }

    /// The number of who answered the caller first; empty where it isn't told. Only of the caller's leg.
    pub(in crate::ingest) fn first_answerer(&self) -> String {
        let causes = self.text("originate_causes");
        let answered =
            each(&causes).filter_map(|leg| leg.split_once(';')).find(|(_, cause)| *cause == "NONE");
        let legs = self.text("originated_legs");
        let number = answered.and_then(|(uuid, _)| {
            let own = each(&legs).filter(|leg| leg.split(';').next() == Some(uuid));
            own.last()?.rsplit_once(';').map(|(_, number)| number.to_owned())
        });
        let agent = || self.text("cc_agent").split('@').next().unwrap_or_default().to_owned();
        number.filter(|number| !number.is_empty()).unwrap_or_else(|| {
            let told = self.first(&["last_sent_callee_id_number", "callee_id_number"]);
            let told = if told.is_empty() { agent() } else { told };
            if told.is_empty() { self.text("dialed_user") } else { told }
        })
    }

    /// The name of who has that number. Only of the caller's leg.
    pub(in crate::ingest) fn answerers_name(&self, number: &str) -> String {
        for kind in ["last_sent_callee_id", "callee_id"] {
            let name = self.text(&format!("{kind}_name"));
            if self.text(&format!("{kind}_number")) == number && is_name(&name, number) {
                return name;
            }
        }
        let name = self.text("initial_callee_id_name");
        let dialed = self.text("dialed_user") == number;
        if dialed && is_name(&name, number) { name } else { String::new() }
    }

    /// Number and name of who was called. Only of the leg that was called; the number is empty where only its profile says
    /// it.
    pub(in crate::ingest) fn called(&self) -> (String, String) {
        let user = self.text("dialed_user");
        let number = if user.is_empty() { self.text("callee_id_number") } else { user.clone() };
        let told = self.text("callee_id_name");
        // That of the directory, and so of somebody who is in it.
        let own = if user.is_empty() { String::new() } else { self.text("effective_caller_id_name") };
        let name = [told, own].into_iter().find(|name| is_name(name, &number));
        (number, name.unwrap_or_default())
    }
}

/// Whether it is a name, and not what FreeSWITCH says for want of one.
fn is_name(name: &str, number: &str) -> bool {
    !name.is_empty() && name != number && name != "Outbound Call"
}

/// Each value of a variable that may have several: `ARRAY::one|:other`.
fn each(values: &str) -> impl Iterator<Item = &str> {
    values.strip_prefix("ARRAY::").unwrap_or(values).split("|:")
}

/// By the hang-up cause: <https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Troubleshooting-Debugging/Hangup-Cause-Code-Table_3964945/>
pub(super) fn unanswered(cause: &str) -> Disposition {
    match cause {
        "USER_BUSY" | "CALL_REJECTED" => Disposition::Busy,
        "ORIGINATOR_CANCEL" | "LOSE_RACE" => Disposition::Cancel,
        "NORMAL_CLEARING" | "NO_ANSWER" | "NO_USER_RESPONSE" | "ALLOTTED_TIMEOUT" | "PICKED_OFF" => {
            Disposition::NoAnswer
        }
        "NORMAL_CIRCUIT_CONGESTION" | "SWITCH_CONGESTION" => Disposition::Congestion,
        _ => Disposition::Failed,
    }
}
