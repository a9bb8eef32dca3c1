//! What listening to a PBX takes, whatever it speaks: the connection, recordings in progress, and what is looked for at
//! their files.

mod draft;
mod ending;
mod link;
mod recordings;
mod report;
mod tls;

pub(super) use draft::Places;
pub(super) use link::{Distrusted, Link};
pub(super) use recordings::{Recordings, now};
pub use report::Report;
