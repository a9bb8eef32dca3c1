//! What a sound file is by its content, and the samples in it.

mod bits;
pub(super) mod budget;
pub(super) mod compressed;
mod g711;
mod gsm;
mod mp4;
mod pcm;
mod read_at;
mod sniff;
mod source;
mod wave;
mod wave_header;

pub use gsm::decode_gsm;
pub(super) use pcm::Pcm;
pub(super) use read_at::ReadAt;
pub(super) use sniff::{Content, sniff};
