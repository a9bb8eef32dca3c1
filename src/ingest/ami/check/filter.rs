//! What the lines `eventfilter` of a user in manager.conf let through. Pure.
//!
//! Each is an extended regular expression that is looked for in the whole text of an event; behind `!` it keeps back
//! what it matches. Where there are lines without, an event must match one of them.
//! <https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Manager-Interface-AMI/>

use regex::{Regex, RegexBuilder};

/// Those that let through what we need, and little else.
pub(super) const LINES: [&str; 4] = [
    "Event: (Newchannel|NewCallerid|DialBegin|DialEnd|MixMonitor|Cdr|BlindTransfer|AttendedTransfer)",
    "Event: (AgentConnect|QueueCallerJoin|Hangup[^R])",
    "Event: Confbridge(Join|Record|StopRecord|End)",
    "Variable: (MIXMONITOR_FILENAME|BRIDGEPEER.*CBRec/)",
];

/// The events that are needed. Without the others something is missing in rows, or comes late.
const NEEDED: [&str; 17] = [
    "Newchannel",
    "NewCallerid",
    "DialBegin",
    "DialEnd",
    "MixMonitorStart",
    "MixMonitorStop",
    "MixMonitorMute",
    "Hangup",
    "Cdr",
    "BlindTransfer",
    "AttendedTransfer",
    "AgentConnect",
    "QueueCallerJoin",
    "ConfbridgeJoin",
    "ConfbridgeRecord",
    "ConfbridgeStopRecord",
    "ConfbridgeEnd",
];
/// The variables that name the file of a recording, and the channel that records a conference.
const VARIABLES: [(&str, &str, &str); 2] = [
    ("MIXMONITOR_FILENAME", "/var/spool/asterisk/monitor/a.wav", "VarSet of MIXMONITOR_FILENAME"),
    ("BRIDGEPEER", "CBAnn/1-00000000;2,CBRec/1-00000000", "VarSet of BRIDGEPEER with CBRec/"),
];

/// A user's filters.
pub(super) struct Filters {
    include: Vec<Regex>,
    exclude: Vec<Regex>,
}

impl Filters {
    /// Reads them; or gives the line that can't be.
    pub(super) fn read(lines: &[String]) -> Result<Filters, &str> {
        let mut filters = Filters { include: Vec::new(), exclude: Vec::new() };
        for line in lines {
            let (which, pattern) = match line.strip_prefix('!') {
                Some(pattern) => (&mut filters.exclude, pattern),
                None => (&mut filters.include, line.as_str()),
            };
            let pattern = RegexBuilder::new(pattern).dot_matches_new_line(true).build();
            which.push(pattern.map_err(|_| line.as_str())?);
        }
        Ok(filters)
    }

    /// The needed events that don't come.
    pub(super) fn kept_back(&self) -> Vec<&'static str> {
        let event = |name: &&&str| {
            !self.lets_through(&format!("Event: {name}\r\nPrivilege: call,all\r\nChannel: x\r\n"))
        };
        let mut back: Vec<&str> = NEEDED.iter().filter(event).copied().collect();
        for (name, value, words) in VARIABLES {
            if !self.lets_through(&variable(name, value)) {
                back.push(words);
            }
        }
        back
    }

    /// Whether they come in spite of it: they are half of all.
    pub(super) fn lets_all_variables_through(&self) -> bool {
        self.lets_through(&variable("SIPDOMAIN", "x"))
    }

    fn lets_through(&self, event: &str) -> bool {
        let matches = |pattern: &Regex| pattern.is_match(event);
        (self.include.is_empty() || self.include.iter().any(matches)) && !self.exclude.iter().any(matches)
    }
}

fn variable(name: &str, value: &str) -> String {
    format!(
        "Event: VarSet\r\nPrivilege: dialplan,all\r\nChannel: x\r\nVariable: {name}\r\nValue: {value}\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_back(lines: &[&str]) -> Vec<&'static str> {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        Filters::read(&lines).unwrap_or_else(|line| panic!("{line}")).kept_back()
    }

    #[test]
    fn our_own_lines_let_through_what_is_needed_and_no_other_variables() {
        assert_eq!(kept_back(&LINES), [""; 0]);
        let filters = Filters::read(&LINES.map(str::to_owned)).unwrap_or_else(|line| panic!("{line}"));
        assert!(!filters.lets_all_variables_through());
        assert!(!filters.lets_through("Event: HangupRequest\r\nChannel: x\r\n"));
        assert!(!filters.lets_through("Event: Newexten\r\nChannel: x\r\n"));
        assert!(!filters.lets_through(&variable("BRIDGEPEER", "PJSIP/101-00000001")));
    }

    #[test]
    fn what_others_keep_back_is_named() {
        let variables = VARIABLES.map(|(_, _, words)| words);
        assert_eq!(kept_back(&["!Event: VarSet"]), variables);
        assert_eq!(kept_back(&["!Event: RTCP", "!Variable: SIP"]), [""; 0]);
        assert_eq!(
            kept_back(&["Event: (New|Dial|Mix|Cdr|Hangup|Agent|Queue|Confbridge|VarSet)"]),
            ["BlindTransfer", "AttendedTransfer"]
        );
        assert_eq!(kept_back(&["Event: .*", "!Event: Cdr"]), ["Cdr"]);
    }

    #[test]
    fn a_line_that_is_no_expression_is_named() {
        assert_eq!(Filters::read(&["Event: (".into()]).err(), Some("Event: ("));
    }
}
