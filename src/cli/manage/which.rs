//! Which customer, group, person or role somebody means: by id or by name. One way for all of them: the exact name, else the
//! only one whose name is the same but for case and the form of its letters; a number is an id, unless something else has
//! that name. `id=3` is the id in any case.

use anyhow::bail;

use crate::model::Group;
use crate::model::names::same_username as folded;
use crate::store::{Listed, Store};

/// Things that an error lists by name.
const FEW: usize = 8;

/// Something that can be meant.
struct Thing {
    id: i64,
    name: String,
    /// How it is told apart from others of its name.
    shown: String,
}

/// A kind of things.
struct Kind {
    what: &'static str,
    /// The command that lists them.
    list: &'static str,
    things: Vec<Thing>,
}

/// The id of the customer that is meant.
pub(in crate::cli) fn customer(store: &Store, text: &str) -> anyhow::Result<i64> {
    let customers = store.reader()?.customers()?.into_iter();
    let things = customers.map(|one| Thing { id: one.id, shown: one.name.clone(), name: one.name }).collect();
    Kind { what: "customer", list: "tapeline customer list", things }.meant(text)
}

/// The id of the customer that is meant, where one is given.
pub(in crate::cli) fn customer_of(store: &Store, text: Option<&str>) -> anyhow::Result<Option<i64>> {
    text.map(|text| customer(store, text)).transpose()
}

/// The person that is meant.
pub(in crate::cli) fn person(store: &Store, text: &str) -> anyhow::Result<Listed> {
    let mut people = store.reader()?.people(None)?;
    let thing = |one: &Listed| Thing { id: one.id, shown: one.username.clone(), name: one.username.clone() };
    let things = people.iter().map(thing).collect();
    let id = Kind { what: "user", list: "tapeline user list", things }.meant(text)?;
    people.retain(|person| person.id == id);
    people.pop().map_or_else(|| bail!("there is no user {text}; see: tapeline user list"), Ok)
}

/// The name of the role that is meant.
pub(in crate::cli) fn role(store: &Store, text: &str) -> anyhow::Result<String> {
    let names: Vec<String> = store.reader()?.roles()?.into_iter().map(|role| role.name).collect();
    let thing = |(name, id): (&String, i64)| Thing { id, shown: name.clone(), name: name.clone() };
    // A role has no id: its place stands for it, below what anybody would write.
    let things = names.iter().zip(1..).map(|(name, place)| thing((name, -place))).collect();
    let place = Kind { what: "role", list: "tapeline role list", things }.meant(text)?;
    let index = usize::try_from(-place - 1).unwrap_or_default();
    Ok(names.into_iter().nth(index).unwrap_or_default())
}

/// The group that is meant: of this customer, if one is given. `Customer/Group` is a group, too, and `id=3/Group`.
pub(in crate::cli) fn group(store: &Store, text: &str, customer: Option<i64>) -> anyhow::Result<Group> {
    let customers = store.reader()?.customers()?;
    let mut groups = store.reader()?.all_groups(customer)?;
    let whose = |group: &Group| customers.iter().find(|one| one.id == group.customer);
    let shown = |group: &Group| {
        format!(
            "{}/{}",
            whose(group).map_or_else(|| group.customer.to_string(), |one| one.name.clone()),
            group.name
        )
    };
    let thing = |group: &Group| Thing { id: group.id, shown: shown(group), name: group.name.clone() };
    let things: Vec<Thing> = groups.iter().map(thing).collect();
    let kind = Kind { what: "group", list: "tapeline group list", things };
    let by_ids: Vec<String> = groups.iter().map(|one| format!("id={}/{}", one.customer, one.name)).collect();
    let whole = |of: fn(&str) -> String| -> Vec<&Thing> {
        let both = kind.things.iter().zip(&by_ids);
        let same =
            both.filter(|(one, by_id)| [&one.shown, by_id].into_iter().any(|name| of(name) == of(text)));
        same.map(|(one, _)| one).collect()
    };
    let exactly = whole(str::to_owned);
    let id = match if exactly.is_empty() { whole(folded) } else { exactly }.as_slice() {
        [] => kind.meant(text)?,
        [one] => one.id,
        several => bail!("{}", kind.several(text, several)),
    };
    groups.retain(|group| group.id == id);
    groups.pop().map_or_else(|| bail!("there is no group {text}; see: tapeline group list"), Ok)
}

impl Kind {
    /// The id of the one that is meant, or the sentence that says why none is.
    fn meant(&self, text: &str) -> anyhow::Result<i64> {
        if let Some(id) = text.strip_prefix("id=") {
            return self.by_id(id).map_or_else(|| bail!(self.none(text)), |thing| Ok(thing.id));
        }
        let named = self.named(text);
        let numbered = self.by_id(text).filter(|one| !named.iter().any(|named| named.id == one.id));
        match (named.as_slice(), numbered) {
            ([one], None) => Ok(one.id),
            ([], Some(one)) => Ok(one.id),
            ([], None) => bail!(self.none(text)),
            (several, None) => bail!("{}", self.several(text, several)),
            (named, Some(one)) => bail!(
                "{text} is the id of {} and the name of {} {}; write id={text}, or the other one's id: id={}",
                one.shown,
                self.what,
                named[0].id,
                named[0].id
            ),
        }
    }

    fn by_id(&self, text: &str) -> Option<&Thing> {
        let id: i64 = text.parse().ok()?;
        self.things.iter().find(|thing| thing.id == id)
    }

    /// Those with exactly this name, else those whose name differs in case and the form of its letters.
    fn named(&self, text: &str) -> Vec<&Thing> {
        let of = |same: &dyn Fn(&str) -> bool| -> Vec<&Thing> {
            self.things.iter().filter(|thing| same(&thing.name)).collect()
        };
        let exactly = of(&|name| name == text);
        if exactly.is_empty() { of(&|name| folded(name) == folded(text)) } else { exactly }
    }

    fn none(&self, text: &str) -> String {
        let Kind { what, list, things } = self;
        let there: Vec<&str> = things.iter().map(|thing| thing.shown.as_str()).collect();
        let there = match there.len() {
            1..=FEW => format!(" (there is {})", there.join(", ")),
            _ => String::new(),
        };
        format!("there is no {what} {text}{there}; see: {list}")
    }

    fn several(&self, text: &str, found: &[&Thing]) -> String {
        let named: Vec<String> =
            found.iter().map(|thing| format!("{} (id {})", thing.shown, thing.id)).collect();
        let how = if self.what == "group" { ", or name its customer with --customer" } else { "" };
        format!("{text} may be {}; write it so, or its id{how}", named.join(" or "))
    }
}
