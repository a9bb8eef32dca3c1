//! What the rules look at.

use crate::intake::facts::Facts;
use crate::model::paths::read_as_latin_1;

/// What the rules look at. What isn't known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The sound file, relative to the media root.
    pub path: String,
    /// The recorded channel.
    pub uniqueid: String,
    /// in, out or internal.
    pub direction: String,
    /// Source number.
    pub snumber: String,
    /// Called number.
    pub cnumber: String,
    /// The number that answered.
    pub dnumber: String,
    /// Context of the dialplan.
    pub context: String,
    /// Account code.
    pub account: String,
    /// Queue.
    pub queue: String,
    /// The customer's domain, where the PBX has several.
    pub domain: String,
    /// Whether the PBX may still tell what isn't known of the call.
    pub to_come: bool,
}

impl Subject {
    /// What is known of a recording.
    pub fn new(path: &str, uniqueid: &str, facts: &Facts) -> Subject {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Subject {
            // People write patterns in letters.
            path: read_as_latin_1(path).into_owned(),
            uniqueid: uniqueid.into(),
            direction: text(&facts.direction),
            snumber: text(&facts.snumber),
            cnumber: text(&facts.cnumber),
            dnumber: text(&facts.dnumber),
            context: text(&facts.context),
            account: text(&facts.account),
            queue: text(&facts.queue),
            domain: domain_in(path).map_or_else(|| text(&facts.domain), str::to_owned),
            to_come: false,
        }
    }
}

/// The domain whose folder a file is in, as FusionPBX has them: `DOMAIN/archive/2026/Nov/29/FILE`.
fn domain_in(path: &str) -> Option<&str> {
    let folders: Vec<&str> = path.rsplit_once('/')?.0.split('/').collect();
    let is_number =
        |text: &str, digits| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let found = folders.windows(5).find(|part| {
        part[1] == "archive" && is_number(part[2], 4) && is_month(part[3]) && is_number(part[4], 2)
    });
    found.map(|part| part[0]).filter(|domain| !domain.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_an_archive_is_its_domain() {
        for (path, domain) in [
            ("office.example/archive/2026/Nov/29/a.wav", Some("office.example")),
            ("fs1/office.example/archive/2026/Nov/29/a.wav", Some("office.example")),
            ("archive/2026/Nov/29/a.wav", None),
            ("office.example/a.wav", None),
            ("office.example/archive/2026/11/29/a.wav", None),
            ("office.example/archive/2026/Nov/29", None),
            ("", None),
        ] {
            assert_eq!(domain_in(path), domain, "{path}");
        }
    }
}
