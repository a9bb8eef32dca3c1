//! How long sound is, without decoding it.

pub(super) mod mp4;
