//! What numbers, extensions and names of channels say.

use super::super::codec::Message;

/// Digits from which on a number is one of the public network.
const PUBLIC: usize = 7;
/// What FreePBX's follow-me puts before a number that it calls.
const FOLLOW_ME: [&str; 2] = ["FMPR-", "FMGL-"];

/// Whether of two channels that are listed as speaking with one another this one was there first. It called.
pub(super) fn is_first(one: &Message, other: &Message) -> bool {
    let (first, own, others) = (one.text("Linkedid"), one.text("Uniqueid"), other.text("Uniqueid"));
    match () {
        () if own == first => true,
        () if others == first => false,
        () => age(&own) <= age(&others),
    }
}

/// The time and the counter in a uniqueid.
fn age(uniqueid: &str) -> Option<(u64, u64)> {
    let (time, counter) = uniqueid.rsplit('-').next()?.split_once('.')?;
    Some((time.parse().ok()?, counter.parse().ok()?))
}

/// The extension in a channel's name: `PJSIP/102-0000000a`, `Local/102@from-queue-0000000a;1`.
pub(super) fn endpoint(channel: &str) -> Option<String> {
    let (_, rest) = channel.split_once('/')?;
    let name = rest.split_once('@').map(|(name, _)| name).or_else(|| Some(rest.rsplit_once('-')?.0))?;
    let name = FOLLOW_ME.iter().find_map(|mark| name.strip_prefix(mark)).unwrap_or(name);
    let name = name.strip_suffix('#').unwrap_or(name);
    (!name.is_empty() && name.bytes().all(|letter| letter.is_ascii_digit())).then(|| name.into())
}

/// A number that somebody dials: `s`, `h`, `T` and their like are the dialplan's own.
pub(super) fn is_dialled(extension: &str) -> bool {
    extension.chars().any(|letter| letter.is_ascii_digit()) || extension.chars().count() > 1
}

/// Contexts of FreePBX that a call passes through: their extensions are no numbers.
pub(super) fn is_subroutine(context: &str) -> bool {
    context.starts_with("sub-") || context.starts_with("macro-")
}

pub(super) fn is_public(number: &str) -> bool {
    number.starts_with('+') || number.bytes().filter(u8::is_ascii_digit).count() >= PUBLIC
}

/// Whether it is a number, and no word of a dialplan.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_dialled = |letter: u8| letter.is_ascii_digit() || matches!(letter, b'*' | b'#');
    digits.bytes().any(|letter| letter.is_ascii_digit()) && digits.bytes().all(is_dialled)
}

/// The number in what a trunk is dialled by: `5551234567@trunk`, `trunk/5551234567`, `trunk/sip:5551234567@provider`.
pub(super) fn number_asked_for(dialled: &str) -> Option<&str> {
    let before = dialled.split_once('@').map_or(dialled, |(before, _)| before);
    let last = before.rsplit('/').next()?;
    let last = last.strip_prefix("sip:").unwrap_or(last);
    Some(last).filter(|number| is_number(number))
}

/// Whether two numbers are one, with and without what is dialled before it.
pub(super) fn same_end(one: &str, other: &str) -> bool {
    let end = |number: &str| number.bytes().rev().take(PUBLIC).collect::<Vec<u8>>();
    is_public(one) && is_public(other) && end(one) == end(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_called_by_an_extension_or_it_is_not() {
        for (channel, extension) in [
            ("PJSIP/102-0000000a", Some("102")),
            ("Local/102@from-queue-0000000a;1", Some("102")),
            ("Local/FMPR-104@from-internal-00000007;1", Some("104")),
            ("Local/FMGL-5558880001#@from-internal-00000008;1", Some("5558880001")),
            ("PJSIP/trunk-00000001", None),
            ("Local/FM103@x-1;1", None),
            ("", None),
        ] {
            assert_eq!(endpoint(channel).as_deref(), extension, "{channel}");
        }
    }

    #[test]
    fn a_trunk_is_asked_for_a_number() {
        for (dialled, number) in [
            ("5558880020@trunk", Some("5558880020")),
            ("trunk/5558880020", Some("5558880020")),
            ("g0/+495558880020", Some("+495558880020")),
            ("trunk/sip:5558880020@provider.example", Some("5558880020")),
            ("104/sip:104@127.0.0.1:5080", Some("104")),
            ("trunk", None),
            ("", None),
        ] {
            assert_eq!(number_asked_for(dialled), number, "{dialled}");
        }
        assert!(same_end("95551234568", "5551234568") && same_end("5551234568", "+15551234568"));
        assert!(!same_end("887", "5558880887") && !same_end("5551234568", "5551234567"));
    }
}
