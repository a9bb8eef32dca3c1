//! Decoders of telephony: what comes out is 16-bit samples, to the bit as in the standards.

pub(super) mod adpcm;
pub(super) mod bits;
pub(super) mod g711;
pub(super) mod g722;
pub(super) mod gsm;
