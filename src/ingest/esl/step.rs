//! What is to be done in a conversation.

use std::convert::Infallible;

use crate::ingest::pbx;

/// What is to be done. There are no call detail records among it.
pub type Step = pbx::Step<Infallible>;
