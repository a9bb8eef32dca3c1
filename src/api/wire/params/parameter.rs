//! What a parameter of a function is: its name, what it may be, and what it is for.

/// What a parameter may be.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// A whole number in this range.
    Integer {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Any text.
    Text,
}

/// The last time that is taken, in the year 5138: what is more is milliseconds, as JavaScript counts.
pub(super) const LAST_TIME: i64 = 99_999_999_999;

/// A parameter of a function.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it may be.
    pub kind: Type,
    /// Whether it must be sent.
    pub required: bool,
    /// What it means when it is not sent.
    pub default: &'static str,
    /// What it is for, with its unit.
    pub about: &'static str,
    /// Whether its value may stand in the access log. What is not declared so, does not: it may be a secret.
    pub logged: bool,
}

impl Parameter {
    /// Any number of 64 bits.
    pub const fn integer(name: &'static str, default: &'static str, about: &'static str) -> Parameter {
        Parameter::range(name, i64::MIN, i64::MAX, default, about)
    }

    /// A number from 0.
    pub const fn natural(name: &'static str, default: &'static str, about: &'static str) -> Parameter {
        Parameter::range(name, 0, i64::MAX, default, about)
    }

    /// Unix seconds.
    pub const fn time(name: &'static str, default: &'static str, about: &'static str) -> Parameter {
        Parameter::range(name, 0, LAST_TIME, default, about)
    }

    /// 0 or 1.
    pub const fn flag(name: &'static str, about: &'static str) -> Parameter {
        Parameter::range(name, 0, 1, "0", about)
    }

    /// A number in a range.
    pub const fn range(
        name: &'static str,
        min: i64,
        max: i64,
        default: &'static str,
        about: &'static str,
    ) -> Parameter {
        Parameter { name, kind: Type::Integer { min, max }, required: false, default, about, logged: false }
    }

    /// One of some words.
    pub const fn choice(
        name: &'static str,
        words: &'static [&'static str],
        default: &'static str,
        about: &'static str,
    ) -> Parameter {
        Parameter { name, kind: Type::Choice(words), required: false, default, about, logged: false }
    }

    /// Any text.
    pub const fn text(name: &'static str, about: &'static str) -> Parameter {
        Parameter { name, kind: Type::Text, required: false, default: "", about, logged: false }
    }

    /// The parameter with another meaning when it is not sent.
    #[must_use]
    pub const fn or(self, default: &'static str) -> Parameter {
        Parameter { default, ..self }
    }

    /// The parameter where it must be sent.
    #[must_use]
    pub const fn required(self) -> Parameter {
        Parameter { required: true, ..self }
    }

    /// The parameter, whose value may stand in the access log.
    #[must_use]
    pub const fn logged(self) -> Parameter {
        Parameter { logged: true, ..self }
    }
}

/// The parameters of several groups, which are `N` together.
pub const fn joined<const N: usize>(groups: &[&[Parameter]]) -> [Parameter; N] {
    let mut all = [Parameter::text("", ""); N];
    let (mut count, mut group) = (0, 0);
    while group < groups.len() {
        let mut place = 0;
        while place < groups[group].len() {
            all[count] = groups[group][place];
            count += 1;
            place += 1;
        }
        group += 1;
    }
    assert!(count == N, "there are fewer parameters");
    all
}
