//! Who may do what: people and what their roles allow; customers and their record groups.

use std::fmt;

use super::described::described;

/// A right that a role gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privilege {
    /// Everything, for every customer.
    Owner,
    /// Groups, people and the audit log of the home customer.
    Administrator,
    /// Every record group of the home customer.
    Record,
    /// Reading in one's own groups.
    RecordOwn,
}

impl Privilege {
    /// Every privilege, strongest first.
    pub const ALL: [Privilege; 4] =
        [Privilege::Owner, Privilege::Administrator, Privilege::Record, Privilege::RecordOwn];

    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Privilege::Owner => "owner",
            Privilege::Administrator => "administrator",
            Privilege::Record => "record",
            Privilege::RecordOwn => "record_own",
        }
    }
}

/// The set of privileges of a role.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Privileges(u8);

impl Privileges {
    /// The set with one more.
    #[must_use]
    pub const fn with(self, privilege: Privilege) -> Privileges {
        Privileges(self.0 | 1 << privilege as u8)
    }

    /// Whether the role gives exactly this one.
    pub const fn has(self, privilege: Privilege) -> bool {
        self.0 & 1 << privilege as u8 != 0
    }

    /// The words that a comma-separated list holds; others are not ours to act on and are skipped.
    pub fn parse(list: &str) -> Privileges {
        list.split(',')
            .filter_map(|word| Privilege::ALL.into_iter().find(|privilege| privilege.as_str() == word))
            .fold(Privileges::default(), Privileges::with)
    }

    /// The words, strongest first.
    pub fn words(self) -> Vec<&'static str> {
        Privilege::ALL.into_iter().filter(|privilege| self.has(*privilege)).map(Privilege::as_str).collect()
    }

    /// Whether whoever has these may do all that the others allow.
    pub fn cover(self, others: Privileges) -> bool {
        let may = |privilege| match privilege {
            Privilege::Owner => self.everywhere(),
            Privilege::Administrator => self.administrator(),
            Privilege::Record => self.record(),
            Privilege::RecordOwn => self.listen(),
        };
        Privilege::ALL.into_iter().filter(|privilege| others.has(*privilege)).all(may)
    }

    /// `owner`: every customer.
    pub const fn everywhere(self) -> bool {
        self.has(Privilege::Owner)
    }

    /// May read and change every recording of the customer.
    pub const fn record(self) -> bool {
        self.has(Privilege::Record) || self.everywhere()
    }

    /// May read some recordings.
    pub const fn listen(self) -> bool {
        self.record() || self.has(Privilege::RecordOwn)
    }

    /// May manage the customer's groups and people.
    pub const fn administrator(self) -> bool {
        self.has(Privilege::Administrator) || self.everywhere()
    }
}

impl fmt::Debug for Privileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.words()).finish()
    }
}

/// Someone who may log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Row id.
    pub id: i64,
    /// Home customer.
    pub customer: i64,
    /// The name to log in with.
    pub username: String,
    /// The role's name.
    pub role: String,
    /// What the role allows.
    pub privileges: Privileges,
}

/// Who changes something, for the audit log.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The person's id; `None` on the command line, where the machine's own permissions decide.
    pub person: Option<i64>,
    /// The name to show.
    pub name: String,
    /// Where the request came from; empty on the command line.
    pub address: String,
}

impl Actor {
    /// The person at the machine's shell.
    pub fn command_line() -> Actor {
        Actor { person: None, name: "command line".into(), address: String::new() }
    }

    /// What files new recordings.
    pub fn intake() -> Actor {
        Actor { person: None, name: "intake".into(), address: String::new() }
    }
}

described! {
    /// A customer: a tenant of the PBX.
    #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
    pub struct Customer {
        /// Which customer.
        pub id: i64,
        /// Its name.
        pub name: String,
    }
}

described! {
    /// A record group: the folder that a customer's recordings are filed under.
    #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
    pub struct Group {
        /// What recordings call recordgroup.
        pub id: i64,
        /// The customer that it belongs to.
        pub customer: i64,
        /// Its name.
        pub name: String,
        /// What it is for.
        pub description: String,
        /// An address; stored, not heeded by Tapeline.
        pub email: String,
        /// Days after which new recordings may be deleted, which people do; 0: they are left out of the list.
        pub expires: i64,
        /// Percent of the new recordings that are listed; the PBX records the others too.
        pub fraction: i64,
        /// 1: callers are to hear a beep; stored, not heeded by Tapeline.
        pub beep: i64,
        /// Person who owns it; 0 nobody.
        pub owner: i64,
        /// 1: new recordings of incoming calls are listed; the PBX records them either way.
        pub record_in: i64,
        /// 1: new recordings of outgoing calls are listed; the PBX records them either way.
        pub record_out: i64,
        /// 1: recordings are to be transcribed; stored, not heeded by Tapeline.
        pub transcribe: i64,
    }
}

/// A person about to be stored; the password is already hashed.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Home customer.
    pub customer: i64,
    /// The name to log in with.
    pub username: String,
    /// The name that people know.
    pub name: String,
    /// The role's name.
    pub role: String,
    /// bcrypt hash of the password.
    pub hash: String,
    /// When the account was made, Unix seconds; `None`: now.
    pub created: Option<i64>,
}
