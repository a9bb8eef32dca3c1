//! Asks FreeSWITCH whether all is there that the source needs, and says what is missing.

mod talk;

use std::net::{IpAddr, SocketAddr};

use self::talk::{NoTalk, Talk};
use super::command::subscription;
use super::found::channels;
use crate::config::{Config, EventSocket};
use crate::ingest::pbx::{Finding, Findings, here};

/// The password that FreeSWITCH's own configuration has.
const SHIPPED: &str = "ClueCon";

/// What belongs into event_socket.conf.xml for whom comes from this address, and into acl.conf.xml if that is another
/// machine.
pub fn lines(from: IpAddr) -> String {
    let (listen, list) =
        if from.is_loopback() { ("127.0.0.1", "loopback.auto") } else { ("0.0.0.0", "tapeline") };
    let mut lines = format!(
        r#"<param name="listen-ip" value="{listen}"/>
<param name="listen-port" value="8021"/>
<param name="password" value="CHOOSE-A-LONG-ONE"/>
<param name="apply-inbound-acl" value="{list}"/>
"#
    );
    if !from.is_loopback() {
        let bits = if from.is_ipv4() { 32 } else { 128 };
        lines += &format!(
            r#"
and into <network-lists> of acl.conf.xml:

<list name="tapeline" default="deny">
  <node type="allow" cidr="{from}/{bits}"/>
</list>
"#
        );
    }
    lines
}

/// What belongs into json_cdr.conf.xml for records to be posted to this address, once calls are over.
pub fn record_lines(to: IpAddr, port: u16) -> String {
    let to = SocketAddr::new(to, port);
    format!(
        r#"<param name="url" value="http://{to}/ingest/freeswitch"/>
<param name="cred" value="freeswitch:THE-SECRET"/>
<param name="encode" value="false"/>
<param name="log-b-leg" value="true"/>
<param name="retries" value="2"/>
<param name="delay" value="5"/>
<param name="timeout" value="5"/>
<param name="queue-capacity" value="1000"/>
"#
    )
}

/// Looks at everything, as far as one thing doesn't keep it from the next. Gives also the address that we have in
/// FreeSWITCH's eyes.
pub fn check(config: &Config, settings: &EventSocket) -> (Vec<Finding>, IpAddr) {
    let mut findings = Findings::default();
    if settings.password.reveal().is_empty() {
        findings.bad(
            "no password is set: export TAPELINE_FREESWITCH_PASSWORD=…, or event_socket_password under [freeswitch] in the \
             configuration"
                .into(),
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
    findings.good(format!("{} answers as an event socket", settings.address));
    match talk.log_in(settings) {
        Ok(()) => findings.good("the password is right".into()),
        Err(error) => {
            findings.bad(format!(
                "the password is not taken ({error:#}): it is that of event_socket.conf.xml; ClueCon unless somebody chose \
                 another"
            ));
            return (findings.0, here);
        }
    }
    if settings.password.reveal() == SHIPPED {
        findings.note(format!(
            "the password is {SHIPPED}, which every FreeSWITCH comes with: whoever reaches the socket may do all with it. Choose \
             another one in event_socket.conf.xml, and let it listen on this machine"
        ));
    }
    about_version(&mut talk, &mut findings);
    about_questions(&mut talk, &mut findings);
    about_events(&mut talk, &mut findings);
    about_records(&mut talk, config, here, &mut findings);
    let folder = talk.value("api global_getvar recordings_dir");
    match folder.as_str() {
        "" => findings.note("FreeSWITCH does not say where it records to (recordings_dir)".into()),
        folder => findings.folder(config, &settings.folders, folder),
    }
    about_time(&mut talk, &mut findings);
    (findings.0, here)
}

/// Who is there needs no hole in a firewall.
fn unreached(address: &str, error: &anyhow::Error) -> String {
    match error.downcast_ref::<NoTalk>() {
        Some(NoTalk::NotInList) => format!(
            "{address} does not let this machine in: its address is not in the list that apply-inbound-acl names in \
             event_socket.conf.xml"
        ),
        Some(why) => format!("{address} is no FreeSWITCH: {why}. Is the port right? It is 8021 for most"),
        None => format!(
            "{address} cannot be connected to: {error:#}. On FreeSWITCH, mod_event_socket has to be loaded (modules.conf.xml), \
             event_socket.conf.xml needs a listen-ip that this machine reaches, and the firewall a hole; some installations \
             listen on ::, where [::1]:8021 reaches them"
        ),
    }
}

fn about_version(talk: &mut Talk, findings: &mut Findings) {
    let version = talk.value("api version");
    match version.lines().next() {
        Some(version) if !version.is_empty() => {
            findings.good(format!("it is {version}; tested with 1.10.12"))
        }
        _ => findings.note("it does not say its version".into()),
    }
}

/// What is asked after each connection.
fn about_questions(talk: &mut Talk, findings: &mut Findings) {
    match talk.ask("api show channels as json") {
        Ok(answer) if channels(&answer).is_some() => findings.good("it says which calls go on".into()),
        Ok(answer) => findings.bad(format!(
            "it may not be asked which calls go on ({}): let the user of the event socket use show, status, uuid_buglist, \
             uuid_dump and conference",
            answer.lines().next().unwrap_or_default()
        )),
        Err(error) => findings.bad(format!("it does not say which calls go on: {error:#}")),
    }
}

fn about_events(talk: &mut Talk, findings: &mut Findings) {
    let refused = subscription().into_iter().find_map(|words| match talk.ask(&words) {
        Ok(answer) if answer.starts_with("+OK") => None,
        Ok(answer) => Some(format!("{words}: {answer}")),
        Err(error) => Some(format!("{words}: {error:#}")),
    });
    // What comes from here on is of no use.
    talk.value("noevents");
    match refused {
        None => {
            findings.good("it tells of recordings, calls, queues and conferences, and only of these".into())
        }
        Some(why) => findings.bad(format!("it does not tell of calls: {why}")),
    }
}

/// Records are not asked for.
const NO_RECORDS: &str = "the record of each call is not taken, so that account codes and names may lack: set secret under \
    [freeswitch] (or TAPELINE_FREESWITCH_SECRET), and with the same secret these lines in <settings> of json_cdr.conf.xml:";

/// Nobody posts records.
const NO_MODULE: &str = "neither mod_json_cdr nor mod_xml_cdr is loaded, so that no record of a call is posted: add the first to \
    modules.conf.xml (a build from source also to modules.conf before it is made), and these lines, with the secret of \
    [freeswitch], to <settings> of json_cdr.conf.xml:";

/// The record of each call, which is posted when it is over.
fn about_records(talk: &mut Talk, config: &Config, here: IpAddr, findings: &mut Findings) {
    let loaded = |talk: &mut Talk, module: &str| talk.value(&format!("api module_exists {module}")) == "true";
    let modules: Vec<&str> =
        ["mod_json_cdr", "mod_xml_cdr"].into_iter().filter(|module| loaded(talk, module)).collect();
    let lines = record_lines(here, config.listen.port());
    match (modules.is_empty(), config.freeswitch.is_some()) {
        (false, true) => {
            findings.good(format!("{} is loaded; it may post its records here", modules.join(" and ")))
        }
        (false, false) => findings.note(format!("{NO_RECORDS}\n\n{lines}")),
        (true, _) => findings.note(format!("{NO_MODULE}\n\n{lines}")),
    }
}

fn about_time(talk: &mut Talk, findings: &mut Findings) {
    match talk.value("api strepoch").parse::<i64>() {
        Ok(theirs) => findings.clock(theirs),
        Err(_) => findings.note("FreeSWITCH does not say what time it is".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_is_let_in_by_a_list_of_its_own() {
        let of = |from: &str| lines(from.parse().expect("an address"));
        assert!(of("127.0.0.1").contains(r#"name="apply-inbound-acl" value="loopback.auto""#));
        assert!(!of("127.0.0.1").contains("acl.conf.xml"));
        assert!(of("192.168.1.7").contains(r#"<node type="allow" cidr="192.168.1.7/32"/>"#));
        assert!(of("2001:db8::7").contains(r#"cidr="2001:db8::7/128""#));
    }
}
