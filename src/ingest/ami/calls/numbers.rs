//! What numbers, extensions and names of channels say.

use super::super::codec::Message;

/// Digits from which on a number is one of the public network.
const PUBLIC: usize = 7;

/// Number and name of the channel that picked up. A phone is named by its number; a trunk by the number that it took;
/// a Local channel shows the caller's name until it knows whom it stands for.
pub(super) fn peer(event: &Message) -> (String, String) {
    let (number, name) = (event.text("DestCallerIDNum").into_owned(), event.unescaped("DestCallerIDName"));
    let own = endpoint(&event.text("DestChannel"));
    let others = own.as_ref().is_some_and(|own| *own != number) || name == event.unescaped("CallerIDName");
    (own.unwrap_or(number), if others { String::new() } else { name })
}

/// The extension in a channel's name: `PJSIP/102-0000000a`, `Local/102@from-queue-0000000a;1`.
pub(super) fn endpoint(channel: &str) -> Option<String> {
    let (_, rest) = channel.split_once('/')?;
    let name = rest.split_once('@').map(|(name, _)| name).or_else(|| Some(rest.rsplit_once('-')?.0))?;
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
