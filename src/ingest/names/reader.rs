//! Reads the names of the files of one PBX.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::freepbx;
use super::ids::{is_uniqueid, is_uuid, system_of, uniqueid_in};
use super::named::{Named, Pbx};
use super::others;
use super::pattern::Pattern;
use super::sides::{Endings, Side, side_of};
use crate::config::Folder;
use crate::ingest::cdr::Clock;
use crate::ingest::zones::off_by;
use crate::intake::stem;
use crate::model::SoundRole;
use crate::model::paths::read_as_latin_1;

/// Reads the names of one PBX.
#[derive(Clone, Debug)]
pub struct Names {
    pbx: Pbx,
    zone: TimeZone,
    pattern: Option<Pattern>,
    endings: Endings,
}

impl Names {
    /// With a folder's settings. What is wrong with them, in words.
    pub fn new(folder: &Folder) -> Result<Names, String> {
        let zone = match &folder.zone {
            None => TimeZone::system(),
            Some(name) => TimeZone::get(name).map_err(|_| {
                format!("there is no time zone {name:?}; give its IANA name, as in zone = \"Europe/Berlin\"")
            })?,
        };
        let pattern = folder.pattern.as_deref().map(Pattern::new).transpose()?;
        let endings = Endings::new(folder)?;
        Ok(Names {
            pbx: Pbx { clock: Clock::new(zone.clone()), systemname: folder.systemname.clone() },
            zone,
            pattern,
            endings,
        })
    }

    /// What the name of the file at `path`, below the folder, says. `written`: when the file was last written, Unix
    /// seconds, which tells in the hour that autumn repeats which one is meant.
    pub fn read(&self, path: &str, written: i64) -> Named {
        let path = &*read_as_latin_1(path);
        let own = self.pattern.as_ref().and_then(|pattern| pattern.read(path, &self.pbx.clock, written));
        let mut named = own.unwrap_or_else(|| self.read_known(stem(path), written));
        if named.facts.asteriskid.is_none() {
            named.facts.asteriskid = named.uniqueid.as_deref().and_then(system_of).or(self.own_name());
        }
        named
    }

    /// Which part of which call the file at `path`, below the folder, has.
    pub fn side<'a>(&self, path: &'a str) -> Side<'a> {
        let own = self.pattern.as_ref().and_then(|pattern| pattern.side(path));
        own.unwrap_or_else(|| side_of(stem(path), &self.endings))
    }

    /// Whether the file at `other` has all that was said in the call of which `side` is a part.
    pub fn is_mix_of(&self, side: &Side<'_>, other: &str) -> bool {
        // Most files of a folder are of other calls.
        let may_be = self.pattern.is_some() || stem(other).starts_with(&*side.call);
        may_be && side.is_of(&self.side(other), stem(other))
    }

    /// One side of a call is known by the name of the call, and is not the recording of that uniqueid.
    fn read_known(&self, stem: &str, written: i64) -> Named {
        let side = side_of(stem, &self.endings);
        match side.role {
            SoundRole::In | SoundRole::Out => Named { uniqueid: None, ..self.read_stem(&side.call, written) },
            SoundRole::Mix => self.read_stem(&side.call, written),
            SoundRole::Other => self.read_stem(stem, written),
        }
    }

    fn read_stem(&self, stem: &str, written: i64) -> Named {
        if is_uuid(stem) || is_uniqueid(stem) {
            return Named { uniqueid: Some(stem.into()), ..Named::default() };
        }
        let Some(place) = uniqueid_in(stem) else {
            return others::without_uniqueid(stem, &self.pbx, written);
        };
        // What follows was added to the name.
        let named = freepbx::read(&stem[..place.end], &stem[place.clone()], &self.pbx, written);
        named.unwrap_or_else(|| others::with_uniqueid(stem, place, &self.pbx, written))
    }

    /// What to say where all names say times that are off by these minutes, now. `how` the right one is set.
    pub fn doubt(&self, minutes: i64, how: &str, now: i64) -> String {
        let zone = self.zone.iana_name().unwrap_or("the zone of this machine");
        let here = Timestamp::from_second(now).map_or(0, |now| i64::from(self.zone.to_offset(now).seconds()));
        let there = here / 60 + minutes;
        let sign = if there < 0 { '-' } else { '+' };
        format!(
            "the names say times that are {} than their uniqueids, if they are read in {zone}: give the PBX's time zone {how}; \
             its clock is at UTC{sign}{:02}:{:02}",
            off_by(minutes),
            there.abs() / 60,
            there.abs() % 60
        )
    }

    fn own_name(&self) -> Option<String> {
        Some(self.pbx.systemname.clone()).filter(|name| !name.is_empty())
    }
}
