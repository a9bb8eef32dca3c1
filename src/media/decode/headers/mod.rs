//! Headers that say how the samples behind them are stored.

pub(super) mod wave;
