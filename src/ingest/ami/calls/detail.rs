//! Call detail records: several a channel, in any order.

use super::super::codec::Message;
use crate::ingest::cdr::Disposition;

/// What a `Cdr` event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Detail {
    /// The caller as FreePBX keeps it, before its outbound routes put another number in its place.
    pub(super) caller: String,
    pub(super) destination: String,
    pub(super) did: String,
    pub(super) peer: String,
    pub(super) queue: String,
    /// The application of the dialplan that it was in last.
    application: String,
    pub(super) account: String,
    pub(super) disposition: &'static str,
    pub(super) billed: i64,
}

impl Detail {
    pub(super) fn new(event: &Message) -> Detail {
        let arguments = event.text("LastData");
        let queue = if event.text("LastApplication") == "Queue" { arguments.split(',').next() } else { None };
        Detail {
            caller: event.text("CNum").into_owned(),
            destination: event.text("Destination").into_owned(),
            did: event.text("DID").into_owned(),
            peer: event.text("DestinationChannel").into_owned(),
            queue: queue.unwrap_or_default().into(),
            application: event.text("LastApplication").into_owned(),
            account: event.text("AccountCode").into_owned(),
            disposition: disposition(&event.text("Disposition")),
            billed: event.text("BillableSeconds").parse().unwrap_or_default(),
        }
    }

    /// Whether the call ended in a queue.
    pub(super) fn waited(&self) -> bool {
        self.application == "Queue"
    }

    /// Whether the dialplan ended the call, and not the caller.
    pub(super) fn hung_up(&self) -> bool {
        self.application == "Hangup"
    }

    pub(super) fn answered(&self) -> bool {
        self.disposition == "answer"
    }
}

/// Asterisk's disposition of a record, or the status of a dial, in the words of the table.
pub(super) fn disposition(word: &str) -> &'static str {
    Disposition::read(word).map_or("", Disposition::as_str)
}
