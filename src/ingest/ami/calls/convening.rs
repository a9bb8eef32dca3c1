//! Who is in a conference that is recorded, and by which call it was begun.

use super::super::codec::Message;
use super::channel::Channel;
use super::conference::{Conference, Convened, conference};
use super::numbers::is_public;
use super::{Calls, key};
use crate::ingest::cdr::epoch;
use crate::ingest::pbx::Report;
use crate::intake::stem;

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
            (channel.found, channel.leg.found) = (since == 0, since == 0);
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
