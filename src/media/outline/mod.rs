//! The outline of sound that the page draws: made in one pass, and kept.

mod peaks;
mod waveform;

pub use peaks::{NoWaveform, Peaks};
pub use waveform::Waveform;
