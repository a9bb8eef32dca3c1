//! What a role must allow for a function to be called: it stands in the function's signature.

use std::marker::PhantomData;

use crate::model::{Person, Privileges};

/// A right that a function asks for.
pub trait Privilege: 'static {
    /// Its name in the documentation.
    const NAME: &'static str;
    /// Whether the function changes data: a cookie alone is then not enough.
    const CHANGES: bool = false;
    /// Whom a function sees before it asks the database.
    type Seen: From<Person> + 'static;
    /// Whether a role has it.
    fn allows(privileges: Privileges) -> bool;
}

/// Anyone who can log in.
pub struct MayLogIn;
/// `record` or `record_own`.
pub struct MayListen;
/// `record`.
pub struct MayRecord;
/// `administrator`.
pub struct MayAdminister;
/// A function that changes data, for whoever has `P`.
pub struct Changing<P>(PhantomData<P>);
/// Nobody yet: a function that changes data is told who asks inside its transaction, where nobody can take their
/// rights away meanwhile.
pub struct AskInside;

impl From<Person> for AskInside {
    fn from(_: Person) -> AskInside {
        AskInside
    }
}

impl Privilege for MayLogIn {
    const NAME: &'static str = "any person";
    type Seen = Person;
    fn allows(_: Privileges) -> bool {
        true
    }
}

impl Privilege for MayListen {
    const NAME: &'static str = "record or record_own";
    type Seen = Person;
    fn allows(privileges: Privileges) -> bool {
        privileges.listen()
    }
}

impl Privilege for MayRecord {
    const NAME: &'static str = "record";
    type Seen = Person;
    fn allows(privileges: Privileges) -> bool {
        privileges.record()
    }
}

impl Privilege for MayAdminister {
    const NAME: &'static str = "administrator";
    type Seen = Person;
    fn allows(privileges: Privileges) -> bool {
        privileges.administrator()
    }
}

impl<P: Privilege> Privilege for Changing<P> {
    const NAME: &'static str = P::NAME;
    const CHANGES: bool = true;
    type Seen = AskInside;
    fn allows(privileges: Privileges) -> bool {
        P::allows(privileges)
    }
}
