//! What belongs into manager.conf.

use std::net::IpAddr;

use super::filter::{EVENTS, LINES, VARIABLE, VARIABLE_IN};

/// How a PBX's `eventfilter` is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filtering {
    /// An expression that is looked for in the whole text of each event.
    #[default]
    Expressions,
    /// By what the event is called, and what stands in one of its lines: `eventfilter(name(Hangup)) =`.
    Criteria,
}

/// The first versions that have it, by their change logs.
const CRITERIA: [(u32, u32); 4] = [(18, 26), (20, 11), (21, 6), (22, 1)];

impl Filtering {
    /// That of a version.
    pub fn of(version: &str) -> Filtering {
        match since(version, &CRITERIA) {
            Some(true) => Filtering::Criteria,
            _ => Filtering::Expressions,
        }
    }

    fn lines(self) -> Vec<String> {
        match self {
            Filtering::Expressions => LINES.iter().map(|line| format!("eventfilter = {line}")).collect(),
            // What stands behind the sign says nothing new: but only a line in which something stands there can be read.
            Filtering::Criteria => EVENTS
                .iter()
                .map(|name| format!("eventfilter(name({name}),method(contains)) = {name}"))
                .chain([
                    format!("eventfilter(name(VarSet),header(Variable),method(exact)) = {VARIABLE}"),
                    format!("eventfilter(name(VarSet),header(Value),method(contains)) = {VARIABLE_IN}"),
                ])
                .collect(),
        }
    }
}

/// Whether a version is one of those, or later. `None`: who knows.
pub(super) fn since(version: &str, first: &[(u32, u32)]) -> Option<bool> {
    let version = version.trim_start_matches("certified/");
    let mut numbers = version.split(['.', '-', '~', '+']).map_while(|part| part.parse::<u32>().ok());
    let (major, minor) = (numbers.next()?, numbers.next().unwrap_or(0));
    Some(match first.iter().find(|(branch, _)| *branch == major) {
        Some((_, first)) => minor >= *first,
        None => first.iter().all(|(branch, _)| major > *branch),
    })
}

/// What belongs into manager.conf for this user, who comes from this address.
pub fn stanza(username: &str, from: IpAddr, filtering: Filtering) -> String {
    // Rules for addresses of one kind say nothing of the other kind, and whom no rule concerns is let in.
    let permit = match from {
        IpAddr::V4(address) => format!("{address}/255.255.255.255"),
        IpAddr::V6(address) => format!("{address}/128"),
    };
    format!(
        "[{username}]
secret = CHOOSE-A-LONG-ONE
deny = 0.0.0.0/0.0.0.0
deny = ::/0
permit = {permit}
read = call,cdr,dialplan,agent
write = reporting
writetimeout = 5000
{}
",
        filtering.lines().join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_have_criteria_are_known() {
        for (version, expected) in [
            ("16.28.0~dfsg-0+deb11u4", Filtering::Expressions),
            ("18.25.0", Filtering::Expressions),
            ("18.26.4", Filtering::Criteria),
            ("19.8.1", Filtering::Expressions),
            ("certified/18.9-cert4", Filtering::Expressions),
            ("20.5.2", Filtering::Expressions),
            ("20.11.0", Filtering::Criteria),
            ("22.0.0", Filtering::Expressions),
            ("22.10.1+dfsg+~cs6.17.60671434-1", Filtering::Criteria),
            ("certified/22.8-cert1", Filtering::Criteria),
            ("23.1.0", Filtering::Criteria),
            ("GIT-master-1a2b3c", Filtering::Expressions),
            ("", Filtering::Expressions),
        ] {
            assert_eq!(Filtering::of(version), expected, "{version}");
        }
    }

    #[test]
    fn addresses_of_both_kinds_are_kept_out_but_ours() {
        let stanza =
            |from: &str| super::stanza("tapeline", from.parse().expect("an address"), Filtering::default());
        assert!(
            stanza("192.168.1.7")
                .contains("deny = 0.0.0.0/0.0.0.0\ndeny = ::/0\npermit = 192.168.1.7/255.255.255.255\nread")
        );
        assert!(stanza("2001:db8::7").contains("deny = ::/0\npermit = 2001:db8::7/128\n"));
    }
}
