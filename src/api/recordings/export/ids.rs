//! Recordings by their names: `recordgroup:uniqueid:recordid`, separated by commas.

use crate::api::wire::error::Fault;
use crate::api::wire::params::{Parameter, Reading, integer, percent_decoded};
use crate::store::Identity;

/// Characters of what was sent that a message repeats.
const LONGEST_NAME: usize = 100;

/// The names.
pub const IDS: Parameter = Parameter::text(
    "ids",
    "These recordings, in this order, instead of filters: recordgroup:uniqueid:recordid, separated by commas, each part \
     percent-encoded",
);
/// Reads [`IDS`], where it was sent.
pub fn read_ids(reading: &mut Reading<'_>) -> Option<Vec<Identity>> {
    let ids = reading.text(&IDS)?;
    let mut identities = Vec::new();
    for id in ids.split(',').filter(|id| !id.is_empty()) {
        match identity(id) {
            Some(identity) => identities.push(identity),
            None => {
                let id = shortened(id);
                let message = format!("{id:?} in ids is not recordgroup:uniqueid:recordid, percent-encoded");
                reading.fault(IDS.name, message);
            }
        }
    }
    if identities.is_empty() {
        reading.fault(IDS.name, "ids names no recording");
    }
    Some(identities)
}

fn identity(id: &str) -> Option<Identity> {
    let parts: Vec<&str> = id.splitn(4, ':').collect();
    let [recordgroup, uniqueid, recordid] = parts[..] else { return None };
    Some(Identity {
        recordgroup: integer(&percent_decoded(recordgroup)?)?,
        uniqueid: percent_decoded(uniqueid)?,
        recordid: percent_decoded(recordid)?,
    })
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}

/// What is said of a name that is no recording's.
pub fn not_there(identity: &Identity) -> Fault {
    let Identity { recordgroup, uniqueid, recordid } = identity;
    let name = shortened(&format!("{recordgroup}:{uniqueid}:{recordid}"));
    Fault { key: IDS.name.into(), message: format!("There is no recording {name:?}") }
}
