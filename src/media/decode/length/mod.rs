//! How long sound is, without decoding it.

pub(super) mod frames;
pub(super) mod matroska;
mod measure;
pub(super) mod mp4;
pub(super) mod ogg;
mod opus;
mod window;

pub(in super::super) use measure::{Measured, believed, measure};
