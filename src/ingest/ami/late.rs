//! Call detail records of channels that are forgotten already, or that something else recorded. Pure.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::codec::Message;
use crate::ingest::cdr::asterisk::{self, Column};
use crate::ingest::cdr::{Cdr, Clock};
use crate::ingest::pbx::Places;
use crate::intake::{About, Draft};

/// What a `Cdr` event says: for each machine, since it does not say on which.
pub(super) fn late(places: &Places, event: &Message) -> Vec<Draft> {
    let mut told = BTreeSet::new();
    let firsts = places.folders().iter().filter(|folder| told.insert(folder.machine()));
    let drafts = firsts.filter_map(|folder| {
        let zone = folder.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        let clock = Clock::new(zone.unwrap_or_else(TimeZone::system));
        Some(cdr(event, &clock)?.draft(&folder.machine(), About::Call))
    });
    drafts.collect()
}

/// The record in the event.
fn cdr(event: &Message, clock: &Clock) -> Option<Cdr> {
    let names = [
        (Column::AccountCode, "AccountCode"),
        (Column::Src, "Source"),
        (Column::Dst, "Destination"),
        (Column::DContext, "DestinationContext"),
        (Column::Clid, "CallerID"),
        (Column::Channel, "Channel"),
        (Column::DstChannel, "DestinationChannel"),
        (Column::LastApp, "LastApplication"),
        (Column::LastData, "LastData"),
        (Column::Start, "StartTime"),
        (Column::Answer, "AnswerTime"),
        (Column::End, "EndTime"),
        (Column::Duration, "Duration"),
        (Column::BillSec, "BillableSeconds"),
        (Column::Disposition, "Disposition"),
        (Column::UniqueId, "UniqueID"),
        (Column::LinkedId, "LinkedID"),
        (Column::Did, "DID"),
    ];
    let values = names.map(|(column, name)| (column, event.text(name)));
    let value = |column| values.iter().find(|(other, _)| *other == column).map_or("", |(_, value)| value);
    asterisk::read(value, clock).ok()
}
