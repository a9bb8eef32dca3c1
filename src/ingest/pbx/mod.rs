//! What listening to a PBX takes, whatever it speaks: the connection, recordings in progress, and what is looked for at
//! their files.
//!
//! A protocol's room makes [`Step`]s of the bytes that come, and [`Report`]s of the recordings that it hears of; the rest is
//! here.

mod draft;
mod ending;
mod findings;
mod link;
mod listening;
mod recordings;
mod report;
mod same_file;
mod step;
mod tls;
mod troubles;

pub(super) use draft::Places;
pub use findings::{Finding, State};
pub(super) use findings::{Findings, here};
pub(super) use link::{Distrusted, Link};
pub(super) use listening::Listening;
pub(super) use recordings::{Recordings, now};
pub use report::{Guessed, Report};
pub use step::{GoingOn, Step};
pub(super) use troubles::Pbx;
