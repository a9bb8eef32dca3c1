//! The telephone exchange: who calls whom, who picks up, how long they talk, and the row that the recorder
//! begins.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::dice::Dice;
use super::hours::DAY;
use super::lengths::{self, NEWEST};
use super::numbers::{self, Contact, LINES};
use super::people::DemoPerson;
use crate::model::{Direction, Group, RecordingRow};

/// How much of the business each record group gets, added up.
const SHARES: [f64; 6] = [0.29, 0.50, 0.54, 0.74, 0.92, 1.0];
/// Place in the list of groups, and direction, of the calls that are in progress.
const GOING_ON: [(usize, Direction); 4] =
    [(0, Direction::In), (3, Direction::In), (4, Direction::Out), (1, Direction::In)];
/// Asterisk's counter of channels begins again when it restarts: with the monthly upkeep.
const UPKEEP: i64 = 28 * DAY;
/// What Asterisk writes in the place of a number that is withheld.
const ANONYMOUS: &str = "anonymous";

/// One end of a call, or the number that was dialled.
struct Party {
    kind: &'static str,
    number: String,
    name: String,
    display: String,
    customer: i64,
}

/// From whom, to which number, and who picked up.
struct Parties {
    source: Party,
    called: Party,
    destination: Party,
}

/// What came of a call.
struct Outcome {
    status: &'static str,
    ringing: i64,
    talking: i64,
}

/// The telephone exchange of the office.
pub(super) struct Pbx<'a> {
    dice: Dice,
    zone: &'a TimeZone,
    people: &'a [DemoPerson],
    groups: &'a [Group],
    /// The outsiders of each customer.
    contacts: [Vec<Contact>; 2],
    /// Until when each person is on the phone.
    busy: Vec<i64>,
    /// Asterisk's counter of channels, and the upkeep that it counts from.
    channels: i64,
    upkeep: i64,
}

impl<'a> Pbx<'a> {
    pub(super) fn new(
        mut dice: Dice,
        zone: &'a TimeZone,
        people: &'a [DemoPerson],
        groups: &'a [Group],
    ) -> Pbx<'a> {
        let contacts = [numbers::contacts(&mut dice), numbers::contacts(&mut dice)];
        Pbx { dice, zone, people, groups, contacts, busy: vec![0; people.len()], channels: 0, upkeep: 0 }
    }

    /// A call that has ended. `age` counts back from the newest, which is 1.
    pub(super) fn completed(&mut self, start: i64, age: usize) -> RecordingRow {
        let group = self.dice.weighted(&SHARES);
        let direction = self.direction(&self.groups[group]);
        let outcome = self.outcome(direction, age <= NEWEST);
        let end = start + outcome.ringing + outcome.talking;
        let parties = self.parties(group, direction, (start, end), outcome.talking > 0);
        let mut draft = self.draft(group, direction, start, parties);
        draft.end = end;
        draft.talktime = outcome.talking;
        draft.totaltime = end - start;
        draft.status = outcome.status.into();
        draft.complete = 1;
        draft
    }

    /// A call that goes on at `now`; the one at place 0 is the newest, each of the others began half a minute
    /// earlier.
    pub(super) fn in_progress(&mut self, now: i64, place: usize) -> RecordingRow {
        let start = now - 14 - 37 * place as i64 - self.dice.whole(0, 20);
        let (group, direction) = GOING_ON[place % GOING_ON.len()];
        let parties = self.parties(group, direction, (start, i64::MAX), true);
        self.draft(group, direction, start, parties)
    }

    /// Some calls are handed on to a colleague, and the channel gets a second recording.
    pub(super) fn transfer(&mut self, previous: &RecordingRow, age: usize) -> Option<RecordingRow> {
        let first = previous.direction == "in" && previous.talktime > 0 && previous.recordid == "1";
        if !first || !self.dice.chance(0.08) {
            return None;
        }
        let start = previous.end;
        let (ringing, talktime) = self.talking(0, age <= NEWEST);
        let totaltime = ringing + talktime;
        let group = self.groups.iter().position(|group| group.id == previous.recordgroup)?;
        let agent =
            self.someone(|person| person.extension != previous.dnumber, group, (start, start + totaltime));
        let mut draft =
            RecordingRow { start, talktime, totaltime, end: start + totaltime, ..previous.clone() };
        draft.recordid = "2".into();
        draft.dnumber = self.people[agent].extension.clone();
        draft.dnumber_name = self.people[agent].name.clone();
        draft.dnumber_display = draft.dnumber.clone();
        draft.path = path(&draft, self.zone);
        draft.expires = self.expires(group, start);
        Some(draft)
    }

    /// What the group records, as its settings have it.
    fn direction(&mut self, group: &Group) -> Direction {
        let inward = if group.record_out == 0 { 1.0 } else { 0.5 * group.record_in as f64 };
        match self.dice.unit() {
            unit if unit < inward => Direction::In,
            unit if unit < 0.88 => Direction::Out,
            _ => Direction::Internal,
        }
    }

    fn outcome(&mut self, direction: Direction, short: bool) -> Outcome {
        let longest = if short { 22 } else { 45 };
        let (status, ringing) = match self.dice.whole(0, 99) {
            0..=8 => ("noanswer", self.dice.whole(15, longest)),
            9..=14 => ("cancel", self.dice.whole(3, 18)),
            15..=17 if direction != Direction::In => ("busy", self.dice.whole(3, 9)),
            _ => ("answer", self.dice.whole(2, if short { 7 } else { 19 })),
        };
        let (ringing, talking) = match status {
            "answer" => self.talking(ringing, short),
            _ if short => (ringing, 0),
            _ => (lengths::unanswered(ringing), 0),
        };
        Outcome { status, ringing, talking }
    }

    /// Seconds of ringing and of talk.
    fn talking(&mut self, ringing: i64, short: bool) -> (i64, i64) {
        if short {
            (ringing, self.dice.seconds(17.0, 0.65, (8, 110)))
        } else {
            lengths::answered(self.dice.seconds(105.0, 0.95, (5, 4800)))
        }
    }

    /// A member of the group who is not on the phone, if there is one, and is from now on.
    fn someone(&mut self, fits: impl Fn(&DemoPerson) -> bool, group: usize, span: (i64, i64)) -> usize {
        let id = self.groups[group].id;
        let members = |person: &DemoPerson| person.groups.contains(&id) && fits(person);
        self.anyone(members, span)
    }

    /// Who is in charge stands first in the tables, and leaves the telephone to the others.
    fn anyone(&mut self, fits: impl Fn(&DemoPerson) -> bool, (start, end): (i64, i64)) -> usize {
        let mut able: Vec<usize> = (0..self.people.len()).rev().filter(|i| fits(&self.people[*i])).collect();
        let first = self.dice.favourite(able.len());
        able.rotate_left(first);
        let free = able.iter().copied().find(|i| self.busy[*i] <= start);
        let person = free.or(able.first().copied()).unwrap_or_default();
        self.busy[person] = self.busy[person].max(end);
        person
    }

    fn parties(&mut self, group: usize, direction: Direction, span: (i64, i64), answered: bool) -> Parties {
        match direction {
            Direction::In => self.inward(group, span, answered),
            Direction::Out => self.outward(group, span),
            Direction::Internal => self.inside(group, span),
        }
    }

    /// An outsider calls the group's line; the queue behind it rings until a member answers.
    fn inward(&mut self, group: usize, span: (i64, i64), answered: bool) -> Parties {
        let Group { customer, name, .. } = &self.groups[group];
        let line = &LINES[group];
        let withheld = self.dice.chance(0.03);
        let source = if withheld { anonymous() } else { self.outsider(*customer) };
        let called = party("did", line.number, name, line.display, *customer);
        let destination = if answered {
            let agent = self.someone(|_| true, group, span);
            extension(&self.people[agent])
        } else {
            party("queue", line.queue, name, line.queue, *customer)
        };
        Parties { source, called, destination }
    }

    fn outward(&mut self, group: usize, span: (i64, i64)) -> Parties {
        let agent = self.someone(|_| true, group, span);
        let customer = self.groups[group].customer;
        let called = self.outsider(customer);
        let destination = party(called.kind, &called.number, &called.name, &called.display, 0);
        Parties { source: extension(&self.people[agent]), called, destination }
    }

    /// A member calls a colleague, or the queue that the colleague answers.
    fn inside(&mut self, group: usize, span: (i64, i64)) -> Parties {
        let Group { customer, name, .. } = &self.groups[group];
        let caller = self.someone(|_| true, group, span);
        let own = self.people[caller].extension.clone();
        let near = |person: &DemoPerson| person.customer == *customer && person.extension != own;
        let colleague = self.anyone(near, span);
        let destination = extension(&self.people[colleague]);
        let queue = LINES[group].queue;
        let called =
            if self.people[colleague].groups.contains(&self.groups[group].id) && self.dice.chance(0.4) {
                party("queue", queue, name, queue, *customer)
            } else {
                extension(&self.people[colleague])
            };
        Parties { source: extension(&self.people[caller]), called, destination }
    }

    fn outsider(&mut self, customer: i64) -> Party {
        let contacts = &self.contacts[usize::from(customer == 2)];
        let contact = &contacts[self.dice.favourite(contacts.len())];
        party("external", &contact.number, &contact.name, &contact.display, 0)
    }

    /// A row with everything that is known while the call goes on.
    fn draft(&mut self, group: usize, direction: Direction, start: i64, parties: Parties) -> RecordingRow {
        let Parties { source, called, destination } = parties;
        let uniqueid = self.uniqueid(start);
        let Group { id, customer, .. } = self.groups[group];
        let mut draft = RecordingRow {
            customer,
            recordgroup: id,
            callid: uniqueid.clone(),
            uniqueid,
            recordid: "1".into(),
            asteriskid: "pbx1".into(),
            machine: "pbx1.office.example".into(),
            start,
            callerid_internal: source.number.clone(),
            spresent: i64::from(source.number != ANONYMOUS),
            stype: source.kind.into(),
            snumber: source.number,
            snumber_name: source.name,
            snumber_display: source.display,
            scustomer: source.customer,
            ctype: called.kind.into(),
            cnumber: called.number,
            cnumber_name: called.name,
            cnumber_display: called.display,
            dtype: destination.kind.into(),
            dnumber: destination.number,
            dnumber_name: destination.name,
            dnumber_display: destination.display,
            dcustomer: destination.customer,
            expires: self.expires(group, start),
            mimetype: "audio/x-wav".into(),
            direction: direction.as_str().into(),
            ..RecordingRow::default()
        };
        draft.path = path(&draft, self.zone);
        draft
    }

    /// Asterisk's identifier of a channel: the second that it began, and a counter of all channels. A call
    /// takes several.
    fn uniqueid(&mut self, start: i64) -> String {
        if self.upkeep != start / UPKEEP {
            self.upkeep = start / UPKEEP;
            self.channels = 0;
        }
        self.channels += self.dice.whole(2, 4);
        format!("{start}.{}", self.channels)
    }

    /// The group's term; now and then somebody chose to keep a call for good.
    fn expires(&mut self, group: usize, start: i64) -> i64 {
        if self.dice.chance(0.008) { 0 } else { start + DAY * self.groups[group].expires }
    }
}

fn party(kind: &'static str, number: &str, name: &str, display: &str, customer: i64) -> Party {
    Party { kind, number: number.into(), name: name.into(), display: display.into(), customer }
}

fn extension(person: &DemoPerson) -> Party {
    party("extension", &person.extension, &person.name, &person.extension, person.customer)
}

/// A caller who withholds the number.
fn anonymous() -> Party {
    party("external", ANONYMOUS, "", ANONYMOUS, 0)
}

/// The file, named as a dialplan of the FreePBX kind does: direction, destination, source, local time,
/// uniqueid.
fn path(draft: &RecordingRow, zone: &TimeZone) -> String {
    let time = zone.to_datetime(Timestamp::from_second(draft.start).unwrap_or_default());
    let RecordingRow { direction, cnumber, snumber, uniqueid, .. } = draft;
    let (day, second) = (time.strftime("%Y/%m/%d"), time.strftime("%Y%m%d-%H%M%S"));
    format!("{day}/{direction}-{cnumber}-{snumber}-{second}-{uniqueid}.wav")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::people;

    const START: i64 = 1_795_521_600;

    fn with_pbx<T>(ask: impl FnOnce(&mut Pbx<'_>) -> T) -> T {
        ask(&mut Pbx::new(Dice::new(1), &TimeZone::UTC, &people::people(), &people::groups()))
    }

    fn drafts(count: i64) -> Vec<RecordingRow> {
        with_pbx(|pbx| (0..count).map(|i| pbx.completed(START + 60 * i, 9999)).collect())
    }

    #[test]
    fn each_direction_has_its_kinds_of_parties() {
        for draft in drafts(2000) {
            let kinds = (draft.stype.as_str(), draft.ctype.as_str(), draft.dtype.as_str());
            let answered = draft.talktime > 0;
            match draft.direction.as_str() {
                "in" if answered => assert_eq!(kinds, ("external", "did", "extension")),
                "in" => assert_eq!(kinds, ("external", "did", "queue")),
                "out" => assert_eq!(kinds, ("extension", "external", "external")),
                _ => assert!(matches!(kinds, ("extension", "extension" | "queue", "extension"))),
            }
        }
    }

    #[test]
    fn a_group_records_what_its_settings_say() {
        for draft in drafts(2000) {
            assert!(
                draft.recordgroup != 4 || draft.direction == "in",
                "Reception records incoming calls only"
            );
            assert!(draft.recordgroup != 6 || draft.direction != "in", "Accounts records none of them");
        }
    }

    #[test]
    fn nobody_is_on_two_calls_at_once() {
        let mut busy = std::collections::HashMap::new();
        let short: Vec<RecordingRow> =
            with_pbx(|pbx| (0..1000).map(|i| pbx.completed(START + 600 * i, 1)).collect());
        for draft in short {
            for (kind, number) in [(&draft.stype, &draft.snumber), (&draft.dtype, &draft.dnumber)] {
                let last = busy.insert(number.clone(), draft.end);
                assert!(kind != "extension" || last.is_none_or(|last| last <= draft.start));
            }
        }
    }

    #[test]
    fn callers_come_back_and_some_withhold_their_number() {
        let drafts = drafts(2000);
        let mut calls = std::collections::HashMap::new();
        drafts.iter().for_each(|draft| *calls.entry(&draft.snumber).or_insert(0) += 1);
        assert!(calls.values().filter(|calls| **calls > 5).count() > 50);
        assert!(drafts.iter().any(|draft| draft.spresent == 0));
        assert!(drafts.iter().all(|draft| (draft.spresent == 0) == (draft.callerid_internal == ANONYMOUS)));
    }

    #[test]
    fn a_transfer_is_the_second_recording_of_the_channel() {
        let first =
            drafts(2000).into_iter().find(|draft| draft.direction == "in" && draft.talktime > 0).unwrap();
        let second = with_pbx(|pbx| (0..1000).find_map(|_| pbx.transfer(&first, 9999))).unwrap();
        assert_eq!(
            (second.uniqueid, second.recordid.as_str(), second.start),
            (first.uniqueid, "2", first.end)
        );
        assert_ne!(second.dnumber, first.dnumber);
        assert_ne!(second.path, first.path);
    }

    #[test]
    fn a_file_is_named_by_day_direction_numbers_time_and_channel() {
        let [cnumber, snumber] = ["442079460101", "anonymous"].map(String::from);
        let (uniqueid, direction) = (format!("{START}.7"), "in".to_string());
        let draft =
            RecordingRow { start: START, cnumber, snumber, uniqueid, direction, ..RecordingRow::default() };
        let name = "2026/11/24/in-442079460101-anonymous-20261124-120000-1795521600.7.wav";
        assert_eq!(path(&draft, &TimeZone::UTC), name);
    }
}
