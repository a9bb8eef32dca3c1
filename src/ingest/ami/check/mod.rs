//! Asks a PBX whether all is there that the source needs, and says what is missing.

mod filter;
mod talk;

use std::net::IpAddr;
use std::path::Path;

use jiff::tz::TimeZone;

use self::filter::Filters;
use self::talk::{Stranger, Talk};
use crate::config::{Asterisk, Config};
use crate::ingest::pbx::{Distrusted, Finding, Findings, Places, here};

/// Seconds that the two clocks may differ by.
const SLACK: i64 = 2;
/// The first versions that say when a recording begins, ends and is muted; by their change logs.
const SAYS: [(u32, u32); 2] = [(16, 17), (18, 3)];
/// What the user must be told of, and what it may ask.
const CLASSES: [(&str, &str); 3] = [
    ("dialplan", "names the file of a recording"),
    ("call", "says who calls whom, and when a call ends"),
    ("cdr", "says how it went, and how long people talked"),
];

/// What belongs into manager.conf for this user, who comes from this address.
pub fn stanza(username: &str, from: IpAddr) -> String {
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
        filter::LINES.map(|line| format!("eventfilter = {line}")).join("\n")
    )
}

/// Looks at everything, as far as one thing doesn't keep it from the next. Gives also the address that we have in the
/// PBX's eyes.
pub fn check(config: &Config, settings: &Asterisk) -> (Vec<Finding>, IpAddr) {
    let mut findings = Findings::default();
    if settings.secret.reveal().is_empty() {
        findings.bad(
            "no secret is set: export TAPELINE_ASTERISK_SECRET=…, or secret under [asterisk] in the configuration".into(),
        );
    }
    let mut talk = match Talk::begin(settings) {
        Ok(talk) => talk,
        Err(error) => {
            findings.bad(unreached(&settings.address, &error));
            return (findings.0, here(&settings.address));
        }
    };
    let here = talk.link.here().unwrap_or_else(|| here(&settings.address));
    findings.good(format!("{} answers as a manager interface", settings.address));
    match talk.log_in(settings) {
        Ok(()) => findings.good(format!("{} is let in", settings.username)),
        Err(error) => {
            findings.bad(format!("{} is not let in: {error:#}", settings.username));
            return (findings.0, here);
        }
    }
    // Who may not ask learns nothing of the rest.
    if about_version(&mut talk, &mut findings) {
        about_user(&mut talk, settings, &mut findings);
        about_records(&mut talk, &mut findings);
        about_paths(&mut talk, config, settings, &mut findings);
        about_time(&mut talk, settings, &mut findings);
    }
    (findings.0, here)
}

/// Who is there needs no hole in a firewall.
fn unreached(address: &str, error: &anyhow::Error) -> String {
    if error.is::<Stranger>() {
        return format!(
            "{address} is no PBX: {error}. Is the port right? It is 5038 for most, with TLS 5039"
        );
    }
    let what = format!("{address} cannot be connected to: {error:#}");
    if error.is::<Distrusted>() {
        return what;
    }
    format!(
        "{what}. On the PBX, manager.conf needs enabled = yes, a bindaddr (for TLS: tlsbindaddr) that this machine reaches, \
         and the firewall a hole"
    )
}

fn about_version(talk: &mut Talk, findings: &mut Findings) -> bool {
    let version = talk.ask("CoreSettings", &[]).map(|answer| answer.text("AsteriskVersion").into_owned());
    match version {
        Ok(version) if says(&version) == Some(false) => findings.note(format!(
            "it is Asterisk {version}: before 16.17 and 18.3 it says neither when a recording is stopped before the call ends \
             nor when it is muted; tested with 16.28"
        )),
        Ok(version) if !version.is_empty() => findings.good(format!("it is Asterisk {version}")),
        _ => {
            findings.bad(
                "what goes on may not be asked for: write lacks reporting. What else may be missing can't be told until it \
                 is there"
                    .into(),
            );
            return false;
        }
    }
    true
}

/// Whether that version has the events of recordings. `None`: who knows.
fn says(version: &str) -> Option<bool> {
    let version = version.trim_start_matches("certified/");
    let mut numbers = version.split(['.', '-', '~']).map_while(|part| part.parse::<u32>().ok());
    let (major, minor) = (numbers.next()?, numbers.next().unwrap_or(0));
    Some(match SAYS.iter().find(|(branch, _)| *branch == major) {
        Some((_, first)) => minor >= *first,
        None => major > 18,
    })
}

fn about_user(talk: &mut Talk, settings: &Asterisk, findings: &mut Findings) {
    let user = &settings.username;
    let read = talk.setting("manager.conf", user, "read");
    if read.is_empty() {
        findings.note(format!(
            "what {user} may read can't be told: it stands elsewhere than in manager.conf, or func_config.so is not loaded. It \
             needs read = call,cdr,dialplan,agent"
        ));
        return;
    }
    let has = |class: &str| read.split(',').any(|word| matches!(word.trim(), "all") || word.trim() == class);
    for (class, why) in CLASSES {
        match has(class) {
            true => findings.good(format!("read has {class}")),
            false => findings.bad(format!("read lacks {class}, which {why}")),
        }
    }
    if !has("agent") {
        findings.bad("read lacks agent, which names the member of a queue who answered".into());
    }
    about_filter(&talk.settings("manager.conf", user, "eventfilter"), findings);
}

fn about_filter(lines: &[String], findings: &mut Findings) {
    if lines.is_empty() {
        findings.note(
            "no eventfilter was found: it works, but without one the PBX sends twenty times what is needed"
                .into(),
        );
        return;
    }
    match Filters::read(lines) {
        Err(line) => findings.note(format!("what eventfilter = {line} lets through can't be told")),
        Ok(filters) => match filters.kept_back() {
            back if !back.is_empty() => {
                findings.bad(format!("eventfilter keeps back what is needed: {}", back.join(", ")));
            }
            _ if filters.lets_all_variables_through() => findings.note(
                "eventfilter lets every VarSet through, half of what a PBX says; only MIXMONITOR_FILENAME and BRIDGEPEER with CBRec/ are needed".into(),
            ),
            _ => findings.good("eventfilter lets through what is needed".into()),
        },
    }
}

fn about_records(talk: &mut Talk, findings: &mut Findings) {
    match talk.setting("cdr_manager.conf", "general", "enabled").as_str() {
        "yes" | "true" | "on" | "1" => findings.good("call detail records are sent".into()),
        _ => findings.bad(
            "call detail records are not sent: set enabled = yes under [general] in cdr_manager.conf, then \
             asterisk -rx 'module reload cdr_manager.so'; without them status and talk time are worked out from the \
             other events"
                .into(),
        ),
    }
}

fn about_paths(talk: &mut Talk, config: &Config, settings: &Asterisk, findings: &mut Findings) {
    let spool = talk.setting("asterisk.conf", "directories", "astspooldir");
    let monitor = format!(
        "{}/monitor",
        if spool.is_empty() { "/var/spool/asterisk" } else { spool.trim_end_matches('/') }
    );
    let Some((_, path)) = Places::new(&config.media_root, &settings.folders).find(&format!("{monitor}/x"))
    else {
        findings.bad(format!(
            "the PBX records to {monitor}, which is no folder of the settings: set media_root = \"{monitor}\" if that is \
             on this machine, else in [[folders]] monitor_dir = \"{monitor}\""
        ));
        return;
    };
    let own = config.media_root.join(Path::new(&path).parent().unwrap_or(Path::new("")));
    match own.read_dir() {
        Ok(_) => findings.good(format!("{monitor} of the PBX is {} here", own.display())),
        Err(error) => findings.bad(format!(
            "{monitor} of the PBX should be {} here, which cannot be read: {error}",
            own.display()
        )),
    }
}

fn about_time(talk: &mut Talk, settings: &Asterisk, findings: &mut Findings) {
    let theirs = talk.variable("STRFTIME(,,%s)").parse::<i64>();
    let offset = talk.variable("STRFTIME(,,%z)");
    let Ok(theirs) = theirs else {
        findings.bad("the PBX does not say what time it is".into());
        return;
    };
    let now = jiff::Timestamp::now();
    match now.as_second() - theirs {
        ahead if ahead.abs() <= SLACK => findings.good("the clocks agree".into()),
        ahead => findings.bad(format!(
            "the PBX's clock is {} s {} this machine's: let both follow an NTP server",
            ahead.abs(),
            if ahead > 0 { "behind" } else { "ahead of" }
        )),
    }
    let name = settings.folders.first().and_then(|folder| folder.zone.clone());
    let zone = name.as_ref().map_or_else(|| Ok(TimeZone::system()), |name| TimeZone::get(name));
    let Ok(zone) = zone else { return };
    let ours = zone.to_offset(now).seconds();
    let words = name.unwrap_or_else(|| "this machine's".into());
    match seconds(&offset) {
        Some(theirs) if theirs == ours => findings.good(format!("the PBX's time zone is {words} ({offset})")),
        _ => findings.bad(format!(
            "the PBX's time is UTC{offset}, but its zone is set to {words}: set zone in [[folders]], or the times in file \
             names are misread"
        )),
    }
}

/// `+0530`, in seconds.
fn seconds(offset: &str) -> Option<i32> {
    let (sign, digits) = offset.split_at_checked(1)?;
    let number: i32 = digits.parse().ok()?;
    let seconds = (number / 100) * 3600 + (number % 100) * 60;
    Some(if sign == "-" { -seconds } else { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_say_nothing_of_recordings_are_known() {
        for (version, expected) in [
            ("16.28.0~dfsg-0+deb11u4", Some(true)),
            ("16.16.1", Some(false)),
            ("13.10.0", Some(false)),
            ("17.9.4", Some(false)),
            ("18.2.0", Some(false)),
            ("18.3.0", Some(true)),
            ("certified/18.9-cert4", Some(true)),
            ("20.5.2", Some(true)),
            ("22", Some(true)),
            ("GIT-master-1a2b3c", None),
            ("", None),
        ] {
            assert_eq!(says(version), expected, "{version}");
        }
    }

    #[test]
    fn addresses_of_both_kinds_are_kept_out_but_ours() {
        let stanza = |from: &str| super::stanza("tapeline", from.parse().expect("an address"));
        assert!(
            stanza("192.168.1.7")
                .contains("deny = 0.0.0.0/0.0.0.0\ndeny = ::/0\npermit = 192.168.1.7/255.255.255.255\nread")
        );
        assert!(stanza("2001:db8::7").contains("deny = ::/0\npermit = 2001:db8::7/128\n"));
    }
}
