//! Who called whom, and who answered: by what Asterisk, FreePBX and others write of it.

use super::columns::Column;
pub(super) use crate::ingest::cdr::clid::known;
use crate::ingest::cdr::clid::{Caller, is_number};
use crate::model::{Direction, is_withheld};

/// Digits of an extension, as far as what a channel is called tells.
const EXTENSION: std::ops::RangeInclusive<usize> = 2..=6;
/// Applications in which whoever calls is among others, none of whom answered.
const CONFERENCES: [&str; 2] = ["ConfBridge", "MeetMe"];
/// And those in which a caller from inside stays inside.
const INSIDE: [&str; 2] = ["VoiceMail", "VoiceMailMain"];

/// The parties of a call.
pub(super) struct Parties {
    pub(super) source: String,
    pub(super) source_name: String,
    /// Whether the number may be shown.
    pub(super) presented: bool,
    /// Whether the source is known to be an extension.
    pub(super) from_inside: bool,
    pub(super) called_name: String,
    /// Where it was answered, or where it rang.
    pub(super) destination: String,
    pub(super) destination_name: String,
    pub(super) direction: Option<Direction>,
}

impl Parties {
    pub(super) fn of<'a>(field: &mut impl FnMut(Column) -> &'a str) -> Parties {
        let (dst, peer) = (field(Column::Dst), field(Column::DstChannel));
        let direction = direction(field);
        let (source, from_inside) = source(field, direction);
        let written = Caller::parse(field(Column::Clid));
        // FreePBX's own name of the caller; that of a number that was put in its place is the trunk's.
        let own_name = known(field(Column::CNam).trim());
        let shown = if source.is_empty() { written.number.clone() } else { source.clone() };
        let source_name = match own_name.is_empty() {
            false => own_name,
            true if written.number.is_empty() || written.number == shown => written.name,
            true if !from_inside && field(Column::CNum).is_empty() => written.name,
            true => String::new(),
        };
        let answered_by = known(field(Column::DstAnswer).trim());
        let destination = match () {
            () if CONFERENCES.contains(&field(Column::LastApp)) => String::new(),
            // A trunk may be called by a number that looks like an extension.
            () if answered_by.is_empty() && direction == Some(Direction::Out) && !peer.is_empty() => {
                called(dst)
            }
            () if answered_by.is_empty() => destination(peer, dst, direction),
            () => answered_by,
        };
        let name = known(field(Column::DstCNam).trim());
        Parties {
            presented: !is_withheld(&source) && !is_withheld(&written.number),
            destination_name: if destination == dst { name.clone() } else { String::new() },
            called_name: if did(field).is_empty() { name } else { String::new() },
            source: shown,
            source_name,
            from_inside,
            destination,
            direction,
        }
    }
}

/// The caller's number, and whether it is an extension. What an outbound route puts in its place is the trunk's: FreePBX
/// keeps the caller's own in `cnum`, and else the channel is called by its extension.
fn source<'a>(field: &mut impl FnMut(Column) -> &'a str, direction: Option<Direction>) -> (String, bool) {
    let inside = extension(field(Column::Channel)).filter(|_| direction != Some(Direction::In));
    let own = known(field(Column::CNum).trim());
    if !own.is_empty() {
        let from_inside = inside == Some(own.as_str());
        return (own, from_inside);
    }
    let written = known(field(Column::Src));
    match inside {
        Some(extension) if direction == Some(Direction::Out) || written == extension => {
            (extension.to_owned(), true)
        }
        _ => (written, false),
    }
}

/// The number that was dialled outside; of a stretch after a transfer that is no longer what was called.
pub(super) fn did<'a>(field: &mut impl FnMut(Column) -> &'a str) -> String {
    if field(Column::DContext).contains("xfer") { String::new() } else { known(field(Column::Did).trim()) }
}

/// The number that was dialled: `s` and the like are no numbers.
pub(super) fn called(dst: &str) -> String {
    if matches!(dst, "s" | "h" | "i" | "t" | "T" | "hang") { String::new() } else { known(dst) }
}

/// Where a channel such as `PJSIP/102-0000000a` or `Local/102@from-queue-0000000a;1` leads. A trunk's name is no number:
/// then it is the number that was called, unless the call came in.
fn destination(channel: &str, dst: &str, direction: Option<Direction>) -> String {
    let Some((technology, name)) = channel.split_once('/') else { return String::new() };
    if technology == "Local" {
        return local(name).map_or_else(|| called(dst), str::to_owned);
    }
    let name = name.split(['@', ';', '/']).next().unwrap_or_default();
    let name = name.rsplit_once('-').map_or(name, |(name, _)| name);
    match (2..=8).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_digit()) {
        true => name.to_owned(),
        false if direction == Some(Direction::In) => String::new(),
        false => called(dst),
    }
}

/// The number that a local channel dials. FreePBX's follow-me puts a mark before it, and `#` behind one outside.
fn local(name: &str) -> Option<&str> {
    let number = name.split('@').next().unwrap_or_default();
    let number = number.strip_prefix("FMGL-").or(number.strip_prefix("FMPR-")).unwrap_or(number);
    Some(number.strip_suffix('#').unwrap_or(number)).filter(|number| is_number(number))
}

/// The local channel that a call was sent to (`Local/102@from-queue-0000000d;1`). Of its other half's record (`…;2`) only
/// where another telephone answered than was called: there the call was picked up.
pub(super) fn leg<'a>(field: &mut impl FnMut(Column) -> &'a str) -> String {
    let (channel, peer) = (field(Column::Channel), field(Column::DstChannel));
    if let Some(name) = peer.strip_suffix(";1").filter(|name| name.starts_with("Local/")) {
        return name.to_owned();
    }
    let other_half = channel.strip_suffix(";2").filter(|name| name.starts_with("Local/"));
    match (other_half, extension(peer)) {
        (Some(name), Some(answered)) if field(Column::LastApp) == "Dial" => {
            let mut telephones = telephones(field(Column::LastData)).peekable();
            let is_picked_up = telephones.peek().is_some() && telephones.all(|number| number != answered);
            if is_picked_up { name.to_owned() } else { String::new() }
        }
        _ => String::new(),
    }
}

/// The telephones that Dial was told to call: `PJSIP/102/sip:…&PJSIP/103/sip:…,30,tr`.
fn telephones(arguments: &str) -> impl Iterator<Item = &str> {
    let channels = arguments.split(',').next().unwrap_or_default().split('&');
    channels.filter_map(|channel| channel.split_once('/')?.1.split('/').next())
}

/// The extension whose telephone a channel is.
fn extension(channel: &str) -> Option<&str> {
    let (technology, name) = channel.split_once('/')?;
    let (name, _) = name.rsplit_once('-')?;
    let is = EXTENSION.contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_digit());
    (is && technology != "Local").then_some(name)
}

/// What comes from a trunk is told by its context, or by the number that was dialled outside; what begins at an extension's
/// telephone, by where it leads.
fn direction<'a>(field: &mut impl FnMut(Column) -> &'a str) -> Option<Direction> {
    let outside = ["from-trunk", "from-pstn", "from-did", "ext-did", "from-analog", "from-dahdi"];
    let context = field(Column::DContext);
    if outside.iter().any(|prefix| context.starts_with(prefix)) || !did(field).is_empty() {
        return Some(Direction::In);
    }
    extension(field(Column::Channel))?;
    let (peer, application) = (field(Column::DstChannel), field(Column::LastApp));
    let is_outside = field(Column::Dst).trim_start_matches('+').len() > *EXTENSION.end();
    match peer.split_once('/') {
        _ if CONFERENCES.contains(&application) => Some(Direction::Internal),
        None if INSIDE.contains(&application) => Some(Direction::Internal),
        None if application == "Dial" => dialled(field(Column::LastData)),
        None | Some(("Local", _)) => None,
        Some(_) if extension(peer).is_some() && !is_outside => Some(Direction::Internal),
        Some(_) => Some(Direction::Out),
    }
}

/// Where the first of the channels leads that Dial was told to call, if none was made: `PJSIP/102`, `PJSIP/102/sip:…`,
/// `PJSIP/5551234567@trunk`, `SIP/trunk/5551234567`.
fn dialled(arguments: &str) -> Option<Direction> {
    let (technology, name) = arguments.split([',', '&']).next()?.split_once('/')?;
    let name = name.split('/').next().unwrap_or_default();
    let is_extension = EXTENSION.contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_digit());
    match technology {
        "Local" => None,
        _ if is_extension => Some(Direction::Internal),
        _ => Some(Direction::Out),
    }
}
