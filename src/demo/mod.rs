//! A make-believe office: two customers, their people, a year of calls, and their sound.
//!
//! All of it follows from the time alone, so that two demos of one moment are the same to the byte. Nobody is
//! in it: the phone numbers are ones that regulators keep free for film and fiction, the mail addresses end
//! in `.example` (RFC 2606), and the voices are those of a machine.
//!
//! ```text
//! people, numbers ── pbx ┐
//!         lengths, hours ┴ calls ── sound ┬ talk ── voice
//!                                         └ tones
//! ```

mod calls;
mod dice;
mod hours;
mod lengths;
mod numbers;
mod pbx;
mod people;
mod sound;
mod talk;
mod tones;
mod voice;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::Context;
use jiff::tz::TimeZone;

use crate::model::{Actor, Customer, Group, NewPerson};
use crate::store::{Change, GroupFields, Store, StoreError};

pub use calls::Call;
pub use people::DemoPerson;
pub use sound::Sound;

/// Everything that a demo database holds.
#[derive(Debug)]
pub struct Office {
    /// The tenants, ids 1 and 2.
    pub customers: Vec<Customer>,
    /// Their record groups, ids from 1. `owner` is 0 until people have ids: [`DemoPerson::owns`] says who it
    /// is.
    pub groups: Vec<Group>,
    /// Who may log in.
    pub people: Vec<DemoPerson>,
    /// The calls, by their start; those in progress come last.
    pub calls: Vec<Call>,
}

/// The office as it stands at `now` (Unix seconds), in the time zone of this machine.
pub fn office(now: i64) -> Office {
    office_in(now, &TimeZone::system())
}

fn office_in(now: i64, zone: &TimeZone) -> Office {
    let groups = people::groups();
    let people = people::people();
    let calls = calls::year(now, zone, &people, &groups);
    Office { customers: people::customers(), groups, people, calls }
}

/// Everybody was there when the first call was made, somewhat more than a year ago; and they came one after the other.
const FIRST_CALL: i64 = 370 * 86_400;
const APART: i64 = 23 * 86_400;

/// Fills an empty database with the office, and the media root with its sound. Everybody gets the password whose
/// hash this is. Gives what was made, in words.
pub fn make(store: &Store, media_root: &Path, hash: &str, now: i64) -> anyhow::Result<String> {
    let office = office(now);
    let mut written = HashMap::new();
    for call in &office.calls {
        write_sound(media_root, call, &mut written).with_context(|| {
            format!("{} cannot be written to; name another folder with --media-root", media_root.display())
        })?;
    }
    store.change(&Actor::command_line(), now, |change| fill(change, &office, hash))?;
    let Office { customers, groups, people, calls } = &office;
    let (customers, groups, people, calls) = (customers.len(), groups.len(), people.len(), calls.len());
    Ok(format!("{calls} calls, {groups} groups and {people} people of {customers} customers"))
}

fn fill(change: &Change<'_>, office: &Office, hash: &str) -> Result<(), StoreError> {
    for customer in &office.customers {
        change.add_customer(Some(customer.id), &customer.name)?;
    }
    for group in &office.groups {
        change.add_group(Some(group.id), group.customer, &GroupFields::from(group))?;
    }
    for (person, joined) in office.people.iter().zip(1..) {
        let id = change.add_person(&NewPerson {
            customer: person.customer,
            username: person.username.clone(),
            name: person.name.clone(),
            role: person.role.clone(),
            hash: hash.to_owned(),
            created: Some(change.now() - FIRST_CALL - joined * APART),
        })?;
        for group in &person.groups {
            change.set_member(*group, id, true)?;
        }
        for group in &person.owns {
            change.edit_group(*group, &GroupFields { owner: Some(id), ..GroupFields::default() })?;
        }
    }
    office.calls.iter().try_for_each(|call| change.add_recording(&call.draft).map(drop))?;
    // A file that somebody puts there is filed, too.
    office.groups.first().map_or(Ok(()), |group| change.choose_rest(group.customer, group.id))
}

/// Writes the call's sound below the media root, folders included. A sound that is `written` already is linked to.
fn write_sound(media_root: &Path, call: &Call, written: &mut HashMap<Sound, PathBuf>) -> io::Result<()> {
    let path = media_root.join(&call.draft.path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // One of an earlier demo may be linked to from elsewhere.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    if let Some(first) = written.get(&call.sound) {
        return fs::hard_link(first, &path);
    }
    call.sound.write(&path, call.draft.end)?;
    written.insert(call.sound.clone(), path);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_503_145;

    #[test]
    fn one_moment_makes_one_office() {
        let (a, b) = (office_in(NOW, &TimeZone::UTC), office_in(NOW, &TimeZone::UTC));
        assert_eq!(a.people, b.people);
        assert!(a.calls.iter().zip(&b.calls).all(|(a, b)| a.draft == b.draft && a.sound == b.sound));
    }

    #[test]
    fn sound_is_written_where_the_row_says_and_as_long_as_it_says() {
        let root = std::env::temp_dir().join(format!("tapeline-demo-{}", std::process::id()));
        let office = office_in(NOW, &TimeZone::UTC);
        let newest = office.calls.iter().rev().find(|call| call.draft.complete == 1).unwrap();
        let mut written = HashMap::new();
        for _again in 0..2 {
            write_sound(&root, newest, &mut written).unwrap();
            let file = std::fs::metadata(root.join(&newest.draft.path)).unwrap();
            let modified = file.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
            assert_eq!(file.len() as i64, newest.draft.size);
            assert_eq!(modified.as_secs() as i64, newest.draft.end);
            written.clear();
        }
        for old in &office.calls[..200] {
            write_sound(&root, old, &mut written).unwrap();
            let file = std::fs::metadata(root.join(&old.draft.path)).unwrap();
            assert_eq!(file.len() as i64, old.draft.size);
        }
        assert!(written.len() < 60, "{}", written.len());
        std::fs::remove_dir_all(root).unwrap();
    }
}
