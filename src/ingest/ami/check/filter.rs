//! What the lines `eventfilter` of a user in manager.conf let through. Pure.
//!
//! `eventfilter = …` is an extended regular expression that is looked for in the whole text of an event; behind `!` it keeps
//! back what it matches. `eventfilter(…) = …` says by criteria what the event is called, which of its lines is looked at, and
//! how. Where there are lines that let through, an event must match one of them; what is kept back by another one does not
//! come all the same. A line that Asterisk can't read it passes over.
//! <https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Manager-Interface-AMI/AMI-Event-Filtering>

use regex::{Regex, RegexBuilder};

/// Those that let through what we need, and little else.
pub(super) const LINES: [&str; 4] = [
    "Event: (Newchannel|NewCallerid|DialBegin|DialEnd|MixMonitor|Cdr|BlindTransfer|AttendedTransfer)",
    "Event: (AgentConnect|QueueCallerJoin|QueueCallerAbandon|Hangup[^R])",
    "Event: Confbridge(Join|Record|StopRecord|End)",
    "Variable: (MIXMONITOR_FILENAME|BRIDGEPEER.*CBRec/)",
];
/// The events that are needed. Without the others something is missing in rows, or comes late.
pub(super) const EVENTS: [&str; 18] = [
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
    "QueueCallerAbandon",
    "ConfbridgeJoin",
    "ConfbridgeRecord",
    "ConfbridgeStopRecord",
    "ConfbridgeEnd",
];
/// The variable that names the file of a recording; and what stands in the one that names the channel that records a
/// conference.
pub(super) const VARIABLE: &str = "MIXMONITOR_FILENAME";
pub(super) const VARIABLE_IN: &str = "CBRec/";
/// The variables, with a value that says nothing to whoever listens.
pub(super) const VARIABLES: [(&str, &str, &str); 2] = [
    (VARIABLE, "", "VarSet of MIXMONITOR_FILENAME"),
    ("BRIDGEPEER", "x;CBRec/", "VarSet of BRIDGEPEER with CBRec/"),
];
/// A variable that nobody needs.
pub(super) const ANOTHER: (&str, &str) = ("TAPELINE_CHECK", "1");
/// Channels of a telephone, and of the PBX's own between two parts of a call.
const CHANNELS: [&str; 2] = ["PJSIP/101-0000001a", "Local/101@from-queue-0000001a;1"];
const METHODS: [(&str, Method); 5] = [
    ("regex", Method::Regex),
    ("exact", Method::Exact),
    ("starts_with", Method::StartsWith),
    ("ends_with", Method::EndsWith),
    ("contains", Method::Contains),
];

/// A user's filters.
#[derive(Default)]
pub(super) struct Filters {
    include: Vec<Rule>,
    exclude: Vec<Rule>,
    /// Lines that Asterisk passes over.
    pub(super) passed_over: Vec<String>,
}

/// One line.
struct Rule {
    name: Option<String>,
    header: Option<String>,
    method: Method,
    value: String,
    expression: Option<Regex>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    None,
    Regex,
    Exact,
    StartsWith,
    EndsWith,
    Contains,
}

impl Filters {
    /// Reads lines: what stands before the sign, and behind it. `criteria`: whether this Asterisk knows them. The error is the
    /// line of which it can't be told what it lets through.
    pub(super) fn read(lines: &[(String, String)], criteria: bool) -> Result<Filters, String> {
        let mut filters = Filters::default();
        for (key, value) in lines {
            let line = format!("{key} = {value}");
            let rule = match key.strip_prefix("eventfilter") {
                None => continue,
                Some("") => value.strip_prefix('!').map_or((false, &**value), |value| (true, value)),
                Some(text) => {
                    match criteria.then(|| Rule::of_criteria(text, value)).flatten() {
                        Some((excludes, rule)) => filters.add(excludes, rule.ok_or(line)?),
                        None => filters.passed_over.push(line.trim_end().to_owned()),
                    }
                    continue;
                }
            };
            if rule.1.is_empty() {
                continue;
            }
            filters.add(rule.0, Rule::of_expression(rule.1).ok_or(line)?);
        }
        Ok(filters)
    }

    fn add(&mut self, excludes: bool, rule: Rule) {
        if excludes { self.exclude.push(rule) } else { self.include.push(rule) }
    }

    /// Whether nothing is kept back.
    pub(super) fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Whether only what a line names comes.
    pub(super) fn names_what_comes(&self) -> bool {
        !self.include.is_empty()
    }

    /// The needed events that don't come.
    pub(super) fn kept_back(&self) -> Vec<&'static str> {
        let [plain, local] = CHANNELS.map(|channel| {
            EVENTS.into_iter().filter(|name| !self.lets_through(&event(name, channel))).collect::<Vec<_>>()
        });
        let is_local = local.len() > plain.len();
        plain.into_iter().chain(is_local.then_some("all of Local/ channels")).collect()
    }

    /// Those that a line keeps back, whatever else there is.
    pub(super) fn excluded(&self) -> Vec<&'static str> {
        let is_out = |text: &str| self.exclude.iter().any(|rule| rule.matches(text));
        let [plain, local] = CHANNELS.map(|channel| {
            EVENTS.into_iter().filter(|name| is_out(&event(name, channel))).collect::<Vec<_>>()
        });
        let is_local = local.len() > plain.len();
        plain.into_iter().chain(is_local.then_some("all of Local/ channels")).collect()
    }

    /// Whether the event of a variable comes.
    pub(super) fn lets_variable_through(&self, name: &str, value: &str) -> bool {
        self.lets_through(&variable(name, value))
    }

    fn lets_through(&self, event: &str) -> bool {
        let matches = |rule: &Rule| rule.matches(event);
        (self.include.is_empty() || self.include.iter().any(matches)) && !self.exclude.iter().any(matches)
    }
}

impl Rule {
    fn of_expression(text: &str) -> Option<Rule> {
        let rule =
            Rule { name: None, header: None, method: Method::Regex, value: String::new(), expression: None };
        Some(Rule { expression: Some(expression(text)?), ..rule })
    }

    /// Whether it keeps back, and the rule, if it can be told what it matches. `None`: Asterisk passes over it.
    fn of_criteria(text: &str, value: &str) -> Option<(bool, Option<Rule>)> {
        let text = text.trim().strip_prefix('(')?.strip_suffix(')')?;
        let mut excludes = false;
        let mut rule = Rule {
            name: None,
            header: None,
            method: Method::None,
            value: value.to_owned(),
            expression: None,
        };
        for one in text.split("),") {
            let (what, of) = one.trim().trim_end_matches(')').split_once('(')?;
            match what.trim() {
                "action" => excludes = if of == "exclude" { true } else { of != "include" && return None },
                "name" => rule.name = Some(of.to_owned()),
                "header" => rule.header = Some(of.to_owned()),
                "method" if of == "none" => {}
                "method" => rule.method = METHODS.iter().find(|(name, _)| *name == of)?.1,
                _ => return None,
            }
        }
        if (rule.method == Method::None) != value.is_empty() {
            return None;
        }
        if rule.method == Method::Regex {
            let Some(expression) = expression(value) else { return Some((excludes, None)) };
            rule.expression = Some(expression);
        }
        Some((excludes, Some(rule)))
    }

    fn matches(&self, event: &str) -> bool {
        let of = |line: &'_ str, key: &str| {
            line.strip_prefix(key)?.strip_prefix(':').map(|text| text.trim().to_owned())
        };
        let value = |key: &str| event.lines().find_map(|line| of(line, key));
        if self.name.is_some() && value("Event") != self.name {
            return false;
        }
        let text = match &self.header {
            None => event.to_owned(),
            Some(header) => match value(header) {
                Some(text) => text,
                None => return false,
            },
        };
        match self.method {
            Method::None => true,
            Method::Regex => self.expression.as_ref().is_some_and(|expression| expression.is_match(&text)),
            Method::Exact => text == self.value,
            Method::StartsWith => text.starts_with(&self.value),
            Method::EndsWith => text.ends_with(&self.value),
            Method::Contains => text.contains(&self.value),
        }
    }
}

fn expression(text: &str) -> Option<Regex> {
    RegexBuilder::new(text).dot_matches_new_line(true).build().ok()
}

fn event(name: &str, channel: &str) -> String {
    format!("Event: {name}\r\nPrivilege: call,all\r\nChannel: {channel}\r\n")
}

fn variable(name: &str, value: &str) -> String {
    let channel = CHANNELS[0];
    format!(
        "Event: VarSet\r\nPrivilege: dialplan,all\r\nChannel: {channel}\r\nVariable: {name}\r\nValue: {value}\r\n"
    )
}

/// What may stand before the sign of lines by criteria behind which something stands, in the orders in which people write
/// them: Asterisk tells the value of a key that one names, and no keys.
pub(super) fn keys() -> Vec<String> {
    let mut keys = Vec::new();
    let names = EVENTS.iter().copied().chain(["VarSet", ""]);
    for name in names {
        let headers: &[&str] = match name {
            "VarSet" | "" => &["", "Channel", "Event", "Variable", "Value"],
            _ => &["", "Channel", "Event"],
        };
        for header in headers {
            for (method, _) in METHODS {
                keys.extend(orders(&part("name", name), &part("header", header), &part("method", method)));
            }
        }
    }
    keys.dedup();
    keys
}

fn part(what: &str, of: &str) -> String {
    if of.is_empty() { String::new() } else { format!("{what}({of})") }
}

fn orders(name: &str, header: &str, method: &str) -> Vec<String> {
    let key = |parts: &[&str]| {
        let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
        format!("eventfilter({})", parts.join(","))
    };
    let with = |action: &'static str| {
        [
            key(&[action, name, header, method]),
            key(&[name, action, header, method]),
            key(&[name, header, method, action]),
        ]
    };
    let plain = [key(&[name, header, method])];
    plain.into_iter().chain(with("action(include)")).chain(with("action(exclude)")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::stanza::{Filtering, stanza};
    use super::*;

    fn pairs(lines: &[&str]) -> Vec<(String, String)> {
        let pair = |line: &&str| {
            let (key, value) = line.split_once('=').unwrap();
            (key.trim().to_owned(), value.trim().to_owned())
        };
        lines.iter().map(pair).collect()
    }

    fn filters(lines: &[&str]) -> Filters {
        Filters::read(&pairs(lines), true).unwrap_or_else(|line| panic!("{line}"))
    }

    /// What is kept back, also of variables.
    fn kept_back(lines: &[&str]) -> Vec<&'static str> {
        let filters = filters(lines);
        let variables =
            VARIABLES.iter().filter(|(name, value, _)| !filters.lets_variable_through(name, value));
        filters.kept_back().into_iter().chain(variables.map(|(_, _, words)| *words)).collect()
    }

    #[test]
    fn our_own_lines_of_both_forms_let_through_what_is_needed_and_no_other_variables() {
        for filtering in [Filtering::Expressions, Filtering::Criteria] {
            let printed = stanza("tapeline", std::net::Ipv4Addr::LOCALHOST.into(), filtering);
            let lines: Vec<&str> = printed.lines().filter(|line| line.starts_with("eventfilter")).collect();
            assert_eq!(kept_back(&lines), [""; 0]);
            let filters = filters(&lines);
            assert!(!filters.lets_variable_through("SIPDOMAIN", "x"));
            assert!(!filters.lets_variable_through("BRIDGEPEER", "PJSIP/101-00000001"));
            assert!(!filters.lets_through("Event: HangupRequest\r\nChannel: x\r\n"));
            assert!(!filters.lets_through("Event: Newexten\r\nChannel: x\r\n"));
            assert_eq!(filters.passed_over, [""; 0]);
            let keys = keys();
            let is_asked_for = |line: &&&str| keys.contains(&line.split_once(" =").unwrap().0.to_owned());
            let criteria = lines.iter().filter(|line| line.contains('(') && !line.contains("eventfilter ="));
            assert!(criteria.clone().count() == criteria.filter(is_asked_for).count());
        }
    }

    #[test]
    fn what_others_keep_back_is_named() {
        let variables = VARIABLES.map(|(_, _, words)| words);
        assert_eq!(kept_back(&["eventfilter = !Event: VarSet"]), variables);
        assert_eq!(kept_back(&["eventfilter = !Event: RTCP", "eventfilter = !Variable: SIP"]), [""; 0]);
        assert_eq!(
            kept_back(&["eventfilter = Event: (New|Dial|Mix|Cdr|Hangup|Agent|Queue|Confbridge|VarSet)"]),
            ["BlindTransfer", "AttendedTransfer"]
        );
        assert_eq!(kept_back(&["eventfilter = Event: .*", "eventfilter = !Event: Cdr"]), ["Cdr"]);
        assert_eq!(kept_back(&["eventfilter = "]), [""; 0]);
    }

    #[test]
    fn criteria_keep_back_as_asterisk_22_does() {
        let all = [&EVENTS[..], &VARIABLES.map(|(_, _, words)| words)].concat();
        let but = |name: &str| all.iter().copied().filter(|one| *one != name).collect::<Vec<_>>();
        assert_eq!(kept_back(&["eventfilter(name(Hangup)) ="]), but("Hangup"));
        assert_eq!(kept_back(&["eventfilter(action(include), name(Cdr)) ="]), but("Cdr"));
        assert_eq!(kept_back(&["eventfilter(name(Cdr),action(exclude)) ="]), ["Cdr"]);
        assert_eq!(
            kept_back(&["eventfilter(name(VarSet),header(Variable),method(exact)) = MIXMONITOR_FILENAME"]),
            but(all[18])
        );
        assert_eq!(
            kept_back(&["eventfilter(action(exclude),header(Variable),method(starts_with)) = MIX"]),
            [all[18]]
        );
        assert_eq!(kept_back(&["eventfilter(header(Event),method(regex)) = ^(VarSet|Hangup)$"]).len(), 17);
        assert_eq!(
            kept_back(&["eventfilter(action(exclude),header(Channel),method(starts_with)) = Local/"]),
            ["all of Local/ channels"]
        );
        assert_eq!(kept_back(&["eventfilter(name(VarSet)) =", "eventfilter = !Variable: MIX"]), but(all[19]));
        assert_eq!(kept_back(&["eventfilter(method(ends_with)) = x"]).len(), all.len());
        assert_eq!(kept_back(&["eventfilter(name(hangup)) ="]), all, "names have their case");
    }

    #[test]
    fn what_asterisk_passes_over_keeps_nothing_back_and_is_told() {
        for line in [
            "eventfilter(name(VarSet),header(Variable)) = MIXMON",
            "eventfilter(name(Hangup),method(exact)) =",
            "eventfilter(name(Hangup),method(like)) = x",
            "eventfilter(kind(Hangup)) =",
            "eventfilter() =",
        ] {
            assert_eq!(kept_back(&[line]), [""; 0], "{line}");
            assert_eq!(filters(&[line]).passed_over, [line.trim_end()]);
        }
        let old = Filters::read(&pairs(&["eventfilter(name(Hangup)) ="]), false)
            .unwrap_or_else(|line| panic!("{line}"));
        assert!(old.is_empty() && old.passed_over.len() == 1, "16 knows no criteria");
    }

    #[test]
    fn a_line_that_is_no_expression_is_named() {
        for line in ["eventfilter = Event: (", "eventfilter(method(regex)) = ("] {
            assert_eq!(Filters::read(&pairs(&[line]), true).err().as_deref(), Some(line));
        }
    }
}
