//! What a role must allow for a function to be called: it stands in the function's signature.

use std::marker::PhantomData;

use crate::model::Privileges;

/// A right that a function asks for.
pub trait Privilege: 'static {
    /// Its name in the documentation.
    const NAME: &'static str;
    /// Whether the function changes data: a cookie alone is then not enough.
    const CHANGES: bool = false;
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

impl Privilege for MayLogIn {
    const NAME: &'static str = "any person";
    fn allows(_: Privileges) -> bool {
        true
    }
}

impl Privilege for MayListen {
    const NAME: &'static str = "record or record_own";
    fn allows(privileges: Privileges) -> bool {
        privileges.listen()
    }
}

impl Privilege for MayRecord {
    const NAME: &'static str = "record";
    fn allows(privileges: Privileges) -> bool {
        privileges.record()
    }
}

impl Privilege for MayAdminister {
    const NAME: &'static str = "administrator";
    fn allows(privileges: Privileges) -> bool {
        privileges.administrator()
    }
}

impl<P: Privilege> Privilege for Changing<P> {
    const NAME: &'static str = P::NAME;
    const CHANGES: bool = true;
    fn allows(privileges: Privileges) -> bool {
        P::allows(privileges)
    }
}
