//! What a sound file is by its content, and the samples in it.

pub(super) mod budget;
mod codecs;
mod coding;
pub(super) mod compressed;
mod content;
mod decoder;
mod flac_stream;
mod forms;
mod headers;
pub(super) mod length;
mod pcm;
mod read_at;
mod sniff;
mod source;
mod wave_header;

pub use codecs::gsm::decode_gsm;
pub use content::Written;
pub(super) use content::{Content, Holds};
pub(super) use flac_stream::FlacStream;
pub use forms::endings;
pub(super) use forms::{Form, Raw, Reader};
pub(super) use pcm::Pcm;
pub(super) use read_at::ReadAt;
pub(super) use sniff::sniff;
