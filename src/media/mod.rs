//! Sound files: only those below the media root, whatever a row says, and what the web needs to know of them.

mod decode;
mod folder;
mod kind;
pub mod names;
mod no_sound;
mod outline;
mod range;
mod removal;
mod shortage;
mod sound;
mod sound_facts;
mod there;
mod whole;
pub mod zip;

pub use decode::{Written, decode_gsm, endings};
pub use folder::Media;
pub use kind::{Name, is_sound_name, media_type};
pub use no_sound::NoSound;
pub use outline::{NoWaveform, Peaks, Waveform};
pub use range::{Asked, Plan, Stands, http_date, plan};
pub use removal::Removed;
pub use shortage::Shortage;
pub use sound::{Playable, Sound, Wrapper};
pub use sound_facts::Heard;
pub use there::There;
pub use whole::{Whole, WholeRead};
