//! Conferences. What records one is a channel of its own, of which no event tells: its name stands in the variable
//! BRIDGEPEER of who takes part (`CBAnn/board-00000000;2,CBRec/board-00000000`), and it can be asked for its file.

use super::super::codec::Message;
use super::channel::Channel;
use super::numbers::is_public;
use super::parties::Parties;
use super::{Calls, key};
use crate::ingest::cdr::epoch;
use crate::ingest::pbx::Report;
use crate::intake::stem;

/// What is known of a conference.
#[derive(Default)]
pub(super) struct Conference {
    /// When its recording began, Unix milliseconds; 0 where nobody listened.
    pub(super) since: i64,
    /// Uniqueids of who took part, in the order in which they came.
    pub(super) members: Vec<String>,
    /// Uniqueid of the channel that records it.
    pub(super) recorder: Option<String>,
}

/// The call that a conference was begun by, as far as it is known.
pub(super) struct Convened {
    pub(super) parties: Parties,
    pub(super) account: String,
    /// The identifier that all channels of the call share.
    pub(super) callid: String,
    /// The channel whose call detail record tells of it.
    pub(super) uniqueid: String,
    /// It is a page.
    pub(super) page: bool,
}

impl Calls {
    /// The channel `uniqueid`, named `name`, records a conference to this file; `members` take part in that.
    pub fn found_recorder(
        &mut self,
        name: &str,
        uniqueid: &str,
        file: &str,
        members: &[String],
    ) -> Vec<Report> {
        let name = conference(name);
        let known = self.conferences.entry(name.into()).or_default();
        known.recorder = Some(uniqueid.into());
        if known.members.is_empty() {
            known.members.extend_from_slice(members);
        }
        let since = known.since;
        if !self.channels.contains_key(uniqueid) {
            let mut channel = Channel::recorder(uniqueid);
            channel.record(file, since);
            self.add(uniqueid, channel);
        }
        self.convene(name, uniqueid);
        self.reports(uniqueid)
    }

    /// Somebody takes part.
    pub(super) fn join(&mut self, event: &Message) -> Vec<String> {
        let Some(member) = key(event, "Uniqueid") else { return Vec::new() };
        let conference = self.conference(event);
        conference.members.push(member);
        let Some(recorder) = conference.recorder.clone() else { return Vec::new() };
        self.convene(&event.text("Conference"), &recorder);
        vec![recorder]
    }

    /// The recorder of a conference learns who is in it.
    fn convene(&mut self, name: &str, recorder: &str) {
        let Some(conference) = self.conferences.get(name) else { return };
        let Some(mut channel) = self.channels.remove(recorder) else { return };
        let members = conference.members.iter().filter_map(|member| self.channels.get(member));
        let members: Vec<&Channel> = members.collect();
        if let Some(convened) = self.convened(name, conference, &channel, &members) {
            channel.convene(convened);
        }
        members.iter().for_each(|member| channel.note(&member.takes_part()));
        self.channels.insert(recorder.to_owned(), channel);
    }

    /// The call that began it: the one in the file's name, or whose channel was the first. Whom a page calls is called by
    /// the first channel of that call.
    fn convened(
        &self,
        name: &str,
        conference: &Conference,
        recorder: &Channel,
        members: &[&Channel],
    ) -> Option<Convened> {
        let named = recorder.recordings.first().and_then(|one| named(&one.file, &recorder.uniqueid));
        let first = named.as_ref().and_then(|named| self.channels.get(named)).or(members.first().copied())?;
        let host = self.channels.get(&first.callid).unwrap_or(first);
        let is_paged = |member: &&Channel| member.callid == host.callid && member.uniqueid != host.uniqueid;
        let mut parties = host.parties();
        // Whoever pages dials a number, and the PBX makes a conference with a name by chance.
        let by_chance = is_public(name) && name.bytes().all(|letter| letter.is_ascii_digit());
        if !by_chance || parties.called.is_empty() {
            parties.called = name.into();
        }
        let heard = Some(host.uniqueid.clone()).filter(|_| conference.since > 0);
        Some(Convened {
            parties,
            account: host.account.clone(),
            callid: host.callid.clone(),
            uniqueid: named.or(heard).unwrap_or_default(),
            page: by_chance && members.iter().any(is_paged),
        })
    }
}

/// The uniqueid at the end of a file's name. What the PBX is called stands before it, as before that of the recorder.
fn named(file: &str, recorder: &str) -> Option<String> {
    let (_, uniqueid) = stem(file).rsplit_once('-')?;
    let is_uniqueid = epoch(uniqueid).is_some() && uniqueid.contains('.');
    let system = recorder.rsplit_once('-').map(|(system, _)| format!("{system}-")).unwrap_or_default();
    is_uniqueid.then(|| system + uniqueid)
}

/// The recorder among the channels of a bridge.
pub fn recorder(peers: &str) -> Option<&str> {
    peers.split(',').find(|peer| peer.starts_with("CBRec/"))
}

/// The conference that a channel records: `CBRec/NAME-` and a counter.
pub fn conference(recorder: &str) -> &str {
    let name = recorder.strip_prefix("CBRec/").unwrap_or(recorder);
    name.rsplit_once('-').map_or(name, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorder_names_its_conference() {
        let peers = "CBAnn/board-room-00000000;2,CBRec/board-room-00000000,PJSIP/102-00000000";
        assert_eq!(recorder(peers).map(conference), Some("board-room"));
        assert_eq!(recorder("PJSIP/102-00000000"), None);
    }
}
