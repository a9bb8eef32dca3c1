//! What is said to the event socket. Pure.

/// The kinds of events that are listened to; all others are kept back, and of the two modules' all but these actions.
pub(super) const EVENTS: [&str; 6] = [
    "CHANNEL_CREATE",
    "CHANNEL_ANSWER",
    "CHANNEL_BRIDGE",
    "CHANNEL_HANGUP_COMPLETE",
    "RECORD_START",
    "RECORD_STOP",
];
const QUEUE: [&str; 3] = ["member-queue-start", "bridge-agent-start", "member-queue-end"];
const CONFERENCE: [&str; 7] = [
    "add-member",
    "del-member",
    "conference-destroy",
    "start-recording",
    "stop-recording",
    "pause-recording",
    "resume-recording",
];

/// A command. Line ends, by which it could be more than one, are left out.
pub fn command(words: &str) -> Vec<u8> {
    let words: String = words.chars().filter(|letter| !matches!(letter, '\r' | '\n')).collect();
    format!("{words}\n\n").into_bytes()
}

/// What is sent to us, in the order in which it is to be said: the filters first, so that nothing slips through. An event
/// that fits any of them is sent; who talks in a conference, ten times a second, is not.
pub(super) fn subscription() -> Vec<String> {
    let filter = |name: &'static str| move |value: &&str| format!("filter {name} {value}");
    let mut said: Vec<String> = EVENTS.iter().map(filter("Event-Name")).collect();
    said.extend(QUEUE.iter().map(filter("CC-Action")));
    said.extend(CONFERENCE.iter().map(filter("Action")));
    said.push(format!("event plain {} CUSTOM callcenter::info conference::maintenance", EVENTS.join(" ")));
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_cannot_smuggle_in_another_one() {
        let said = command("api uuid_dump x\r\n\napi fsctl shutdown json");
        assert_eq!(String::from_utf8_lossy(&said), "api uuid_dump xapi fsctl shutdown json\n\n");
    }
}
