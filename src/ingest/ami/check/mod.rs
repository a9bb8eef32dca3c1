//! Asks a PBX whether all is there that the source needs, and says what is missing.

mod conf;
mod events;
mod files;
mod filter;
mod stanza;
mod talk;

use std::net::IpAddr;

use jiff::tz::TimeZone;

use self::events::about_events;
use self::files::Settings;
use self::stanza::since;
use self::talk::{Stranger, Talk};
use crate::config::{Asterisk, Config};
use crate::ingest::ami::codec::Message;
use crate::ingest::pbx::{Distrusted, Finding, Findings, State, here};

pub use self::stanza::{Filtering, stanza};

/// What says whether call detail records are sent.
const RECORDS: &str = "cdr_manager.conf";
/// The first versions that say when a recording begins, ends and is muted; by their change logs.
const SAYS: [(u32, u32); 2] = [(16, 17), (18, 3)];
/// What a PBX says to a second login that allows one.
const IN_USE: &str = "Login Already In Use";
/// What the user must be told of, and what it may ask.
const CLASSES: [(&str, &str); 4] = [
    ("dialplan", "names the file of a recording"),
    ("call", "says who calls whom, and when a call ends"),
    ("cdr", "says how it went, and how long people talked"),
    ("agent", "names the member of a queue who answered"),
];

/// What was looked at, and what is to be known for advice.
pub struct Checked {
    /// What was found.
    pub findings: Vec<Finding>,
    /// The address that we have in the PBX's eyes.
    pub here: IpAddr,
    /// How its filters are written.
    pub filtering: Filtering,
}

/// Looks at everything, as far as one thing doesn't keep it from the next.
pub fn check(config: &Config, settings: &Asterisk) -> Checked {
    let mut findings = Findings::default();
    let mut checked =
        Checked { findings: vec![], here: here(&settings.address), filtering: Filtering::default() };
    if settings.secret.reveal().is_empty() {
        findings.bad(
            "no secret is set: export TAPELINE_ASTERISK_SECRET=…, or secret under [asterisk] in the configuration".into(),
        );
    }
    match Talk::begin(settings) {
        Ok(mut talk) => {
            checked.here = talk.link.here().unwrap_or(checked.here);
            checked.filtering = about_pbx(&mut talk, config, settings, &mut findings);
        }
        Err(error) => findings.bad(unreached(&settings.address, &error)),
    }
    checked.findings = findings.0;
    checked
}

/// Gives how its filters are written.
fn about_pbx(talk: &mut Talk, config: &Config, settings: &Asterisk, findings: &mut Findings) -> Filtering {
    findings.good(format!("{} answers as a manager interface", settings.address));
    if !about_login(talk, settings, findings) {
        return Filtering::default();
    }
    // Who may not ask learns nothing of the rest.
    let Some(pbx) = about_version(talk, findings) else { return Filtering::default() };
    let filtering = Filtering::of(&pbx.text("AsteriskVersion"));
    let files = Settings::of(talk, settings);
    about_user(talk, &files, settings, filtering, findings);
    about_records(talk, &files, &pbx, findings);
    about_paths(talk, config, settings, findings);
    about_time(talk, settings, findings);
    filtering
}

/// Whether we are let in.
fn about_login(talk: &mut Talk, settings: &Asterisk, findings: &mut Findings) -> bool {
    let user = &settings.username;
    match talk.log_in(settings) {
        Ok(()) => findings.good(format!("{user} is let in")),
        Err(error) if error.to_string() == IN_USE => findings.unsure(format!(
            "the rest: somebody is logged in as {user} already, likely tapeline serve itself, and allowmultiplelogin = no in \
             manager.conf lets in one at a time. Stop it for as long as this takes, or set allowmultiplelogin = yes"
        )),
        Err(error) => findings.bad(format!("{user} is not let in: {error:#}")),
    }
    findings.0.last().is_some_and(|last| last.state == State::Good)
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

/// What the PBX says of itself, if it may be asked.
fn about_version(talk: &mut Talk, findings: &mut Findings) -> Option<Message> {
    let Some(pbx) = talk.ask("CoreSettings", &[]).ok().filter(|pbx| !pbx.text("AsteriskVersion").is_empty())
    else {
        findings.bad(
            "what goes on may not be asked for: write lacks reporting. What else may be missing can't be told until it \
             is there"
                .into(),
        );
        return None;
    };
    let version = pbx.text("AsteriskVersion");
    if since(&version, &SAYS) == Some(false) {
        findings.note(format!(
            "it is Asterisk {version}: before 16.17 and 18.3 it says neither when a recording is stopped before the call ends \
             nor when it is muted; tested with 16.28 and 22.10"
        ));
    } else {
        findings.good(format!("it is Asterisk {version}"));
    }
    Some(pbx)
}

fn about_user(
    talk: &mut Talk,
    files: &Settings,
    settings: &Asterisk,
    filtering: Filtering,
    findings: &mut Findings,
) {
    let user = &settings.username;
    let read = files.last(talk, "manager.conf", user, "read");
    if read.is_empty() {
        findings.unsure(format!(
            "what {user} may read: it stands elsewhere than in manager.conf, or func_config.so is not loaded. It needs read = \
             call,cdr,dialplan,agent"
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
    if has("dialplan") {
        about_events(talk, files, user, filtering, findings);
    }
}

/// Call detail records, which are written only if cdr.conf allows that, and sent if cdr_manager.conf does.
fn about_records(talk: &mut Talk, files: &Settings, pbx: &Message, findings: &mut Findings) {
    let is_written = !pbx.text("CoreCDRenabled").eq_ignore_ascii_case("no");
    if !is_written {
        findings.bad(
            "the PBX writes no call detail records: set enable = yes under [general] in cdr.conf (FreePBX: Advanced Settings, \
             Enable CDR), then asterisk -rx 'module reload cdr'; without them status and talk time are worked out from the \
             other events"
                .into(),
        );
    }
    let is_on = files.last(talk, RECORDS, "general", "enabled").to_ascii_lowercase();
    match is_on.as_str() {
        "yes" | "true" | "on" | "1" | "y" | "t" if is_written => findings.good("call detail records are sent".into()),
        "yes" | "true" | "on" | "1" | "y" | "t" => {}
        _ => findings.bad(
            "call detail records are not sent: set enabled = yes under [general] in cdr_manager.conf (FreePBX since 2024: the \
             line enabled = yes alone in cdr_manager_general_custom.conf), after any other such line, then asterisk -rx \
             'module reload cdr_manager.so'; without them status and talk time are worked out from the other events"
                .into(),
        ),
    }
    if !files.last(talk, RECORDS, "mappings", "did").eq_ignore_ascii_case("did") {
        findings.note(
            "the number that was dialled outside is not sent with call detail records: set did => DID under [mappings] in \
             cdr_manager.conf (FreePBX: that line alone in cdr_manager_mapping_custom.conf), or calls that were heard of in \
             their midst are listed under the extension that they went to"
                .into(),
        );
    }
}

fn about_paths(talk: &mut Talk, config: &Config, settings: &Asterisk, findings: &mut Findings) {
    let spool = talk.variable("ASTSPOOLDIR");
    let monitor = format!(
        "{}/monitor",
        if spool.is_empty() { "/var/spool/asterisk" } else { spool.trim_end_matches('/') }
    );
    findings.folder(config, &settings.folders, &monitor);
}

fn about_time(talk: &mut Talk, settings: &Asterisk, findings: &mut Findings) {
    let theirs = talk.variable("STRFTIME(,,%s)").parse::<i64>();
    let offset = talk.variable("STRFTIME(,,%z)");
    let Ok(theirs) = theirs else {
        findings.bad("the PBX does not say what time it is".into());
        return;
    };
    findings.clock(theirs);
    let name = settings.folders.first().and_then(|folder| folder.zone.clone());
    let zone = name.as_ref().map_or_else(|| Ok(TimeZone::system()), |name| TimeZone::get(name));
    let Ok(zone) = zone else { return };
    let ours = zone.to_offset(jiff::Timestamp::now()).seconds();
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
            assert_eq!(since(version, &SAYS), expected, "{version}");
        }
    }
}
