//! Which rows are one recording, and which of them is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::intake::draft::LeftOut;
use crate::intake::facts::{OF_NAME, Ranks};
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

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// By the ids of the rows that are kept.
    pub merges: Vec<Merge>,
    /// Rows that may be forms of another one and stay rows, with the reason.
    pub left: Vec<(TidyRow, &'static str)>,
}

impl Plan {
    /// Looks at all rows. Changes nothing.
    pub fn make(store: &Store, side_of: SideOf<'_>) -> Result<Plan, StoreError> {
        let reader = store.reader()?;
        let runs = runs(&reader, side_of)?;
        let mut rows = BTreeMap::new();
        for id in runs.iter().flatten() {
            if let Some(row) = reader.row_to_tidy(*id)? {
                rows.insert(*id, Candidate::new(row, side_of));
            }
        }
        let mut plan = Plan::default();
        for group in groups(&runs, &rows) {
            plan.add(&reader, &group, &rows)?;
        }
        plan.add_sides(&reader, side_of)?;
        plan.merges.sort_by_key(|merge| merge.kept.id);
        Ok(plan)
    }

    /// Rows that are connected: one is kept, and what is one recording with it, and with nothing else that isn't, joins it.
    fn add(
        &mut self,
        reader: &Reader,
        group: &BTreeSet<i64>,
        rows: &BTreeMap<i64, Candidate>,
    ) -> Result<(), StoreError> {
        let group: Vec<&Candidate> = group.iter().filter_map(|id| rows.get(id)).collect();
        let mut best = None;
        for one in &group {
            let touched = reader.is_touched(&one.row.identity)?;
            let rank = (one.role.is_side(), !one.row.hold, !touched, one.row.id);
            if best.as_ref().is_none_or(|(least, _)| rank < *least) {
                best = Some((rank, *one));
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
                Some(why) => self.left.push((one.row.clone(), why)),
                None => others.push(Joined { row: one.row.clone(), role: one.role }),
            }
        }
        if !others.is_empty() {
            self.merges.push(Merge { kept: kept.row.clone(), others, sides: Vec::new() });
        }
        Ok(())
    }

    /// Sides that were left out when they were met: their recordings get them.
    fn add_sides(&mut self, reader: &Reader, side_of: SideOf<'_>) -> Result<(), StoreError> {
        let mut after = 0;
        loop {
            let files = reader.files_left_out(LeftOut::Side.reason(), after, PIECE)?;
            let Some(last) = files.last() else { return Ok(()) };
            after = last.line;
            for mut file in files {
                let (call, role) = side_of(&file.form.path);
                if role.is_side() {
                    file.form.role = role;
                    self.add_side(reader, &call, file, side_of)?;
                }
            }
        }
    }

    fn add_side(
        &mut self,
        reader: &Reader,
        call: &str,
        file: SideFile,
        side_of: SideOf<'_>,
    ) -> Result<(), StoreError> {
        let mut owners = BTreeSet::new();
        for path in reader.files_named_like(call)? {
            let (other, role) = side_of(&path);
            let is_bare = file.form.role == SoundRole::Other && bare(&path) == call;
            if other == call && !role.is_side() && !is_bare {
                owners.extend(reader.recordings_with_sound(&path)?);
            }
        }
        // One that joins another is there no more by then.
        let into =
            |id: &i64| self.merges.iter().position(|merge| merge.others.iter().any(|one| one.row.id == *id));
        let places: BTreeSet<usize> = owners.iter().filter_map(into).collect();
        owners.retain(|id| into(id).is_none());
        owners.extend(places.iter().map(|place| self.merges[*place].kept.id));
        let [owner] = owners.iter().copied().collect::<Vec<_>>()[..] else { return Ok(()) };
        if let Some(merge) = self.merges.iter_mut().find(|merge| merge.kept.id == owner) {
            merge.sides.push(file);
        } else if let Some(kept) = reader.row_to_tidy(owner)? {
            self.merges.push(Merge { kept, others: Vec::new(), sides: vec![file] });
        }
        Ok(())
    }
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

/// Rows that are one recording, directly or by others.
fn groups(runs: &[Vec<i64>], rows: &BTreeMap<i64, Candidate>) -> Vec<BTreeSet<i64>> {
    let mut groups: Vec<BTreeSet<i64>> = Vec::new();
    let mut group_of: BTreeMap<i64, usize> = BTreeMap::new();
    for run in runs {
        for (place, one) in run.iter().enumerate() {
            for other in &run[place + 1..] {
                let (Some(first), Some(second)) = (rows.get(one), rows.get(other)) else { continue };
                if !first.is_one_with(second) {
                    continue;
                }
                let into = match (group_of.get(one), group_of.get(other)) {
                    (Some(into), _) | (None, Some(into)) => *into,
                    (None, None) => groups.len(),
                };
                if into == groups.len() {
                    groups.push(BTreeSet::new());
                }
                let mut moved = BTreeSet::from([*one, *other]);
                for from in [one, other].map(|id| group_of.get(id).copied()).into_iter().flatten() {
                    moved.append(&mut groups[from]);
                }
                group_of.extend(moved.iter().map(|id| (*id, into)));
                groups[into] = moved;
            }
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
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
