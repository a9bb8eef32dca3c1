//! Which rows are one recording, and which of them is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::intake::draft::LeftOut;
use crate::intake::facts::{OF_NAME, OF_RECORD, Ranks};
use crate::intake::one_recording::{Heard, bare, folder, is_in_name, is_one_recording, shelf};
use crate::model::SoundRole;
use crate::store::{Reader, SideFile, Store, StoreError, TidyRow};

/// Rows that are read at once.
const PIECE: i64 = 2_000;
/// More rows than this of one name are no recording, but a name that says nothing.
const MOST_ALIKE: usize = 100;

/// The path that all files of the call of a file have in common, without what follows, and what of the call the file has.
pub type SideOf<'a> = &'a dyn Fn(&str) -> (String, SoundRole);

/// A row that becomes a form or a side of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The row as it is.
    pub row: TidyRow,
    /// What of the call its file has.
    pub role: SoundRole,
}

/// Rows that become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The row that is kept.
    pub kept: TidyRow,
    /// Those that become forms and sides of it.
    pub others: Vec<Joined>,
    /// Files without a row that are sides of it.
    pub sides: Vec<SideFile>,
}

/// The same by ids alone: there may be many.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ids {
    kept: i64,
    others: Vec<(i64, SoundRole)>,
    sides: Vec<SideFile>,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// By the ids of the rows that are kept.
    merges: Vec<Ids>,
    /// Rows that may be forms of another one and stay rows, with the reason.
    left: Vec<(i64, &'static str)>,
}

impl Plan {
    /// Looks at all rows. Changes nothing.
    pub fn make(store: &Store, side_of: SideOf<'_>) -> Result<Plan, StoreError> {
        let reader = store.reader()?;
        let mut groups = Groups::default();
        for run in runs(&reader, side_of)? {
            let run = candidates(&reader, &run, side_of)?;
            for (place, one) in run.iter().enumerate() {
                for other in run[place + 1..].iter().filter(|other| one.is_one_with(other)) {
                    groups.unite(one.row.id, other.row.id);
                }
            }
        }
        let mut plan = Plan::default();
        for group in groups.sets.iter().filter(|group| !group.is_empty()) {
            let ids: Vec<i64> = group.iter().copied().collect();
            plan.add(&reader, &candidates(&reader, &ids, side_of)?)?;
        }
        plan.add_sides(&reader, side_of)?;
        plan.merges.sort_by_key(|merge| merge.kept);
        Ok(plan)
    }

    /// How many rows are kept that others join.
    pub fn len(&self) -> usize {
        self.merges.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.merges.is_empty()
    }

    /// The rows that become one at this place, as they are now; `None` where one is gone.
    pub fn merge(&self, reader: &Reader, place: usize) -> Result<Option<Merge>, StoreError> {
        let Some(Ids { kept, others, sides }) = self.merges.get(place) else { return Ok(None) };
        let Some(kept) = reader.row_to_tidy(*kept)? else { return Ok(None) };
        let mut joined = Vec::with_capacity(others.len());
        for (id, role) in others {
            let Some(row) = reader.row_to_tidy(*id)? else { return Ok(None) };
            joined.push(Joined { row, role: *role });
        }
        Ok(Some(Merge { kept, others: joined, sides: sides.clone() }))
    }

    /// Calls `each` with rows that may be forms of another one and stay rows, and why.
    pub fn each_left<E: From<StoreError>>(
        &self,
        reader: &Reader,
        mut each: impl FnMut(&TidyRow, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        for (id, why) in &self.left {
            if let Some(row) = reader.row_to_tidy(*id)? {
                each(&row, why)?;
            }
        }
        Ok(())
    }

    /// Rows that are connected: one is kept, and what is one recording with it, and with nothing else that isn't, joins it.
    fn add(&mut self, reader: &Reader, group: &[Candidate]) -> Result<(), StoreError> {
        let mut best = None;
        for one in group {
            let touched = reader.is_touched(&one.row.identity)?;
            let rank = (one.role.is_side(), !one.row.hold, !touched, one.row.id);
            if best.as_ref().is_none_or(|(least, _)| rank < *least) {
                best = Some((rank, one));
            }
        }
        let Some((_, kept)) = best else { return Ok(()) };
        let is_near = |one: &Candidate| one.row.id == kept.row.id || one.is_one_with(kept);
        let mut others = Vec::new();
        for one in group.iter().filter(|one| one.row.id != kept.row.id) {
            let in_doubt = !is_near(one) || group.iter().any(|next| one.is_one_with(next) && !is_near(next));
            let why = if in_doubt {
                Some("it may be one of several recordings")
            } else {
                one.why_not(kept, reader)?
            };
            match why {
                Some(why) => self.left.push((one.row.id, why)),
                None => others.push((one.row.id, one.role)),
            }
        }
        if !others.is_empty() {
            self.merges.push(Ids { kept: kept.row.id, others, sides: Vec::new() });
        }
        Ok(())
    }

    /// Sides that were left out when they were met: their recordings get them.
    fn add_sides(&mut self, reader: &Reader, side_of: SideOf<'_>) -> Result<(), StoreError> {
        // One that joins another is there no more by then.
        let joined =
            self.merges.iter().flat_map(|merge| merge.others.iter().map(|(id, _)| (*id, merge.kept)));
        let joined: BTreeMap<i64, i64> = joined.collect();
        let places = self.merges.iter().enumerate().map(|(place, merge)| (merge.kept, place));
        let (mut places, mut after): (BTreeMap<i64, usize>, i64) = (places.collect(), 0);
        loop {
            let files = reader.files_left_out(LeftOut::Side.reason(), after, PIECE)?;
            let Some(last) = files.last() else { return Ok(()) };
            after = last.line;
            for mut side in files {
                let (call, role) = side_of(&side.form.path);
                side.form.role = role;
                let mut owners = owners(reader, &call, role, side_of)?;
                owners = owners.into_iter().map(|id| joined.get(&id).copied().unwrap_or(id)).collect();
                let Some(kept) = owners.first().copied().filter(|_| owners.len() == 1) else { continue };
                let place = *places.entry(kept).or_insert_with(|| {
                    self.merges.push(Ids { kept, others: Vec::new(), sides: Vec::new() });
                    self.merges.len() - 1
                });
                self.merges[place].sides.push(side);
            }
        }
    }
}

/// The recordings that have all that was said in a call, of which a file has one side.
fn owners(
    reader: &Reader,
    call: &str,
    role: SoundRole,
    side_of: SideOf<'_>,
) -> Result<BTreeSet<i64>, StoreError> {
    let mut owners = BTreeSet::new();
    let paths = if role.is_side() { reader.files_named_like(call)? } else { Vec::new() };
    for path in paths {
        let (other, other_role) = side_of(&path);
        let is_bare = role == SoundRole::Other && bare(&path) == call;
        if other == call && !other_role.is_side() && !is_bare {
            owners.extend(reader.recordings_with_sound(&path)?);
        }
    }
    Ok(owners)
}

/// Rows that share something by which they may be one: by ids, two or more.
fn runs(reader: &Reader, side_of: SideOf<'_>) -> Result<Vec<Vec<i64>>, StoreError> {
    let (mut keys, mut after) = (Vec::new(), 0);
    loop {
        let rows = reader.rows_to_tidy(after, PIECE)?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in rows.into_iter().filter(|row| row.complete) {
            let one = Candidate::new(row, side_of);
            keys.extend(one.keys().map(|key| (key, one.row.id)));
        }
    }
    keys.sort_unstable();
    let runs = keys.chunk_by(|one, next| one.0 == next.0);
    let runs = runs.filter(|run| (2..=MOST_ALIKE).contains(&run.len()));
    Ok(runs.map(|run| run.iter().map(|(_, id)| *id).collect()).collect())
}

fn candidates(reader: &Reader, ids: &[i64], side_of: SideOf<'_>) -> Result<Vec<Candidate>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(reader.row_to_tidy(*id)?.map(|row| Candidate::new(row, side_of)));
    }
    Ok(found)
}

/// Rows that are one recording, directly or by others.
#[derive(Default)]
struct Groups {
    sets: Vec<BTreeSet<i64>>,
    of: BTreeMap<i64, usize>,
}

impl Groups {
    fn unite(&mut self, one: i64, other: i64) {
        let places = [one, other].map(|id| self.of.get(&id).copied());
        let into = places.iter().flatten().min().copied().unwrap_or_else(|| {
            self.sets.push(BTreeSet::new());
            self.sets.len() - 1
        });
        let mut moved = BTreeSet::from([one, other]);
        places.iter().flatten().for_each(|from| moved.append(&mut self.sets[*from]));
        self.of.extend(moved.iter().map(|id| (*id, into)));
        self.sets[into].append(&mut moved);
    }
}

/// A row that may be one with another.
struct Candidate {
    row: TidyRow,
    /// The path that all files of the call have in common.
    call: String,
    role: SoundRole,
    /// Whether its start is what its name says.
    named: bool,
}

impl Candidate {
    fn new(row: TidyRow, side_of: SideOf<'_>) -> Candidate {
        let (call, role) = side_of(&row.path);
        let named = Ranks::parse(&row.ranks).start == OF_NAME;
        Candidate { row, call, role, named }
    }

    /// What rows that are one have in common: one of these at least.
    fn keys(&self) -> impl Iterator<Item = u64> {
        let TidyRow { customer, identity, path, sha256, .. } = &self.row;
        let key = |what: &dyn Fn(&mut DefaultHasher)| {
            let mut hasher = DefaultHasher::new();
            customer.hash(&mut hasher);
            what(&mut hasher);
            hasher.finish()
        };
        let (place, name) = (shelf(folder(&self.call)), self.call.rsplit('/').next());
        let by_place = key(&|hasher| (1, place, name).hash(hasher));
        let named = is_in_name(&identity.uniqueid, path);
        let by_call = named.then(|| key(&|hasher| (2, &identity.uniqueid).hash(hasher)));
        let by_content = sha256.as_ref().map(|digest| key(&|hasher| (3, digest).hash(hasher)));
        [Some(by_place), by_call, by_content].into_iter().flatten()
    }

    fn is_one_with(&self, other: &Candidate) -> bool {
        if self.row.id == other.row.id || self.row.path == other.row.path {
            return false;
        }
        if self.role.is_side() || other.role.is_side() {
            return self.is_side_of(other) || other.is_side_of(self);
        }
        is_one_recording(&self.heard(), &other.heard())
    }

    /// The mixed recording lies beside its sides. Of one of several streams it isn't the bare name: much ends in digits.
    fn is_side_of(&self, mix: &Candidate) -> bool {
        let (machine, other) = (&self.row.machine, &mix.row.machine);
        self.role.is_side()
            && !mix.role.is_side()
            && self.call == mix.call
            && (self.role != SoundRole::Other || mix.call != bare(&mix.row.path))
            && self.row.customer == mix.row.customer
            && (machine == other || machine.is_empty() || other.is_empty())
    }

    fn heard(&self) -> Heard<'_> {
        let TidyRow { customer, identity, machine, path, start, duration, sha256, .. } = &self.row;
        // Files without any sound are all alike.
        let has_sound = duration.is_some_and(|duration| duration > 0);
        Heard {
            machine,
            customer: *customer,
            uniqueid: &identity.uniqueid,
            told: Ranks::parse(&self.row.ranks).callid >= OF_RECORD,
            path,
            start: Some(*start).filter(|_| self.named),
            duration: *duration,
            sha256: sha256.as_deref().filter(|_| has_sound),
        }
    }

    /// Why a row stays one although it is a form of the one that is kept.
    fn why_not(&self, kept: &Candidate, reader: &Reader) -> Result<Option<&'static str>, StoreError> {
        if self.row.identity.recordgroup != kept.row.identity.recordgroup {
            return Ok(Some("it is filed in another record group"));
        }
        let shared = reader.recordings_with_sound(&self.row.path)?.len() > 1;
        Ok(shared.then_some("it has copies in other record groups"))
    }
}
