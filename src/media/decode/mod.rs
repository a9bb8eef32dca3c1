//! What a sound file is by its content, and the samples in it.

pub(super) mod budget;
mod codecs;
pub(super) mod compressed;
mod headers;
mod length;
mod pcm;
mod read_at;
mod sniff;
mod source;
mod wave_header;

pub use codecs::gsm::decode_gsm;
pub(super) use pcm::Pcm;
pub(super) use read_at::ReadAt;
pub(super) use sniff::{Content, sniff};
