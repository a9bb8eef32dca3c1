//! Headers that say how the samples behind them are stored.

pub(super) mod aiff;
pub(super) mod caf;
mod order;
pub(super) mod sun;
pub(super) mod voice;
pub(super) mod wave;
pub(super) mod wave64;
mod wave_format;
