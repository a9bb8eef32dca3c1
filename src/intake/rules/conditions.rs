//! The conditions of a rule: patterns that a recording fits or doesn't.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::subject::Subject;
use crate::config::{Patterns, Rule};
use crate::intake::one_recording::is_channel_of_asterisk;

/// One condition.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    what: What,
    patterns: GlobSet,
    said: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Folder,
    Name,
    Extension,
    Number,
    Context,
    Account,
    Queue,
    Domain,
    Direction,
}

impl What {
    const fn word(self) -> &'static str {
        match self {
            What::Folder => "folder",
            What::Name => "name",
            What::Extension => "extension",
            What::Number => "number",
            What::Context => "context",
            What::Account => "account",
            What::Queue => "queue",
            What::Domain => "domain",
            What::Direction => "direction",
        }
    }
}

/// Whether a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    /// What there is instead.
    No(String),
    /// Not yet: this word names what may still be told.
    ToCome(&'static str),
}

impl Answer {
    /// What there is instead.
    pub(super) fn instead(self) -> Option<String> {
        match self {
            Answer::Yes => None,
            Answer::No(instead) => Some(instead),
            Answer::ToCome(word) => Some(format!("no {word} is known yet")),
        }
    }
}

/// The conditions of a rule that can be asked, and what is wrong with one that can't, in words.
pub(super) fn conditions(rule: &Rule) -> (Vec<Condition>, Option<String>) {
    let all = [
        (What::Folder, &rule.folder),
        (What::Name, &rule.name),
        (What::Extension, &rule.extension),
        (What::Number, &rule.number),
        (What::Context, &rule.context),
        (What::Account, &rule.account),
        (What::Queue, &rule.queue),
        (What::Domain, &rule.domain),
        (What::Direction, &rule.direction),
    ];
    let given = all.into_iter().filter(|(_, patterns)| !matches!(patterns, Patterns::Any));
    let (mut conditions, mut wrong) = (Vec::new(), None);
    for one in given.map(|(what, patterns)| condition(what, patterns.list())) {
        match one {
            Ok(condition) => conditions.push(condition),
            Err(why) => wrong = wrong.or(Some(why)),
        }
    }
    (conditions, wrong)
}

fn condition(what: What, patterns: &[String]) -> Result<Condition, String> {
    let wrong = |why: &dyn std::fmt::Display| format!("its {} is not right: {why}", what.word());
    if what == What::Direction
        && let Some(other) = patterns.iter().find(|word| !["in", "out", "internal"].contains(&word.as_str()))
    {
        return Err(wrong(&format!("{other:?} is none of in, out, internal")));
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern = pattern.trim_end_matches('/');
        // All folders in one are that one too.
        let around = pattern.strip_suffix("/**").filter(|_| what == What::Folder);
        for pattern in std::iter::once(pattern).chain(around) {
            // A folder's star stops at the next one, as in a shell.
            let glob = GlobBuilder::new(pattern).literal_separator(what == What::Folder).build();
            set.add(glob.map_err(|error| wrong(&error))?);
        }
    }
    let patterns_ = set.build().map_err(|error| wrong(&error))?;
    Ok(Condition { what, patterns: patterns_, said: patterns.join(" or ") })
}

impl Condition {
    /// What is asked.
    pub(super) fn said(&self) -> String {
        format!("{} is {}", self.what.word(), self.said)
    }

    /// Whether it holds for a recording.
    pub(super) fn answer(&self, subject: &Subject) -> Answer {
        // The media root itself is a folder as well; but of what isn't known, nothing holds.
        let says = |value: &&str| !value.is_empty() || self.what == What::Folder && !subject.path.is_empty();
        let values = self.what.values(subject);
        let asked = values.len();
        let known: Vec<&str> = values.into_iter().filter(says).collect();
        if known.iter().any(|value| self.patterns.is_match(value)) {
            return Answer::Yes;
        }
        if known.len() < asked && self.what.may_be_told(subject) {
            return Answer::ToCome(self.what.word());
        }
        Answer::No(match (self.what, known.as_slice()) {
            (What::Folder, [""]) => "the file lies in the media root itself".into(),
            (_, []) => format!("no {} is known", self.what.word()),
            (_, known) => format!("{} is {}", self.what.word(), known.join(", ")),
        })
    }
}

impl What {
    /// Whether the PBX may still tell it. Every call of a FreeSWITCH with domains has one, which is told sooner or later.
    fn may_be_told(self, subject: &Subject) -> bool {
        match self {
            What::Folder | What::Name => false,
            What::Domain => !is_channel_of_asterisk(&subject.uniqueid),
            _ => subject.to_come,
        }
    }

    fn values(self, subject: &Subject) -> Vec<&str> {
        let (folder, name) = subject.path.rsplit_once('/').unwrap_or(("", &subject.path));
        match self {
            What::Folder => vec![folder],
            What::Name => vec![name],
            What::Extension => match subject.direction.as_str() {
                "out" => vec![&subject.snumber],
                "in" => vec![&subject.cnumber, &subject.dnumber],
                _ => vec![&subject.snumber, &subject.cnumber, &subject.dnumber],
            },
            What::Number => vec![&subject.snumber, &subject.cnumber, &subject.dnumber],
            What::Context => vec![&subject.context],
            What::Account => vec![&subject.account],
            What::Queue => vec![&subject.queue],
            What::Domain => vec![&subject.domain],
            What::Direction => vec![&subject.direction],
        }
    }
}
