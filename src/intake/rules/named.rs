//! What a rule names, and what that is: found once and kept, so that nothing which is renamed, made or deleted later
//! leads to another customer.

use crate::config::{NameOrId, Rule};
use crate::model::names::same_username;
use crate::model::{Customer, Group};
use crate::store::{Change, RuleTarget, StoreError};

/// Where a rule files recordings, as it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Whose; `None`: the only customer that has such a group.
    customer: Option<NameOrId>,
    /// The group; `None`: the first one of the only customer.
    group: Option<NameOrId>,
}

/// A place that is there.
#[derive(Clone, Debug)]
pub struct Place {
    /// Whose it is.
    pub customer: i64,
    /// The group, and how it is set now.
    pub group: Group,
}

/// Why there is no place, and where it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoPlace {
    /// Whose it is; 0 unknown.
    pub customer: i64,
    /// The group that it was; 0 none so far.
    pub recordgroup: i64,
    /// Why, and what to do.
    pub why: String,
}

/// What was found.
pub(super) type Found = Result<Place, NoPlace>;

impl Named {
    pub(super) fn by(rule: &Rule) -> Named {
        Named { customer: rule.customer.clone(), group: rule.group.clone() }
    }

    /// The names as they are kept: of the customer, and of the group.
    pub(super) fn written(&self) -> [String; 2] {
        [&self.customer, &self.group].map(|named| named.as_ref().map_or(String::new(), written))
    }

    /// The place that these names were found to be; where they weren't yet, or it is gone, it is looked for.
    pub(super) fn place(&self, change: &Change<'_>) -> Result<Found, StoreError> {
        let [customer, group] = self.written();
        let kept = change.rule_target(&customer, &group)?;
        if self.group.is_none()
            && let several @ 2.. = change.customers()?.len()
        {
            let chosen = match change.chosen_rest()? {
                Some(chosen) => self.is_there(change, &chosen)?,
                None => None,
            };
            let found = chosen.map(|group| Place { customer: group.customer, group });
            return Ok(found.ok_or_else(|| NoPlace { why: whose_is_the_rest(several), ..NoPlace::default() }));
        }
        let target = match kept {
            Some(kept) if kept.recordgroup != 0 => {
                if let Some(group) = self.is_there(change, &kept)? {
                    return Ok(Ok(Place { customer: kept.customer, group }));
                }
                kept
            }
            Some(kept) if kept.customer == 0 => return Ok(none(0, 0, self.never_there(change)?)),
            Some(kept) => kept,
            None => match self.whose(change)? {
                Ok(target) => target,
                Err(why) => return Ok(none(0, 0, why)),
            },
        };
        self.look(change, target)
    }

    /// The group, if it is still that of the customer.
    fn is_there(&self, change: &Change<'_>, kept: &RuleTarget) -> Result<Option<Group>, StoreError> {
        let group = change.group_of_customer(kept.recordgroup)?;
        Ok(group.filter(|group| group.customer == kept.customer))
    }

    /// Whose the group is, when it is looked for the first time. Where no customer is named and there are several, that
    /// is decided now: a group which one of them makes later is not taken.
    fn whose(&self, change: &Change<'_>) -> Result<Result<RuleTarget, String>, StoreError> {
        let customers = change.customers()?;
        let [customer_named, recordgroup_named] = self.written();
        let target = RuleTarget { customer_named, recordgroup_named, ..RuleTarget::default() };
        let whose = |customer| RuleTarget { customer, ..target.clone() };
        if let Some(named) = &self.customer {
            return Ok(customer_named_by(change, named, &customers)?.map(whose));
        }
        match customers.as_slice() {
            [] => Ok(Err("there is no customer yet; add the first one, and a group: tapeline init".into())),
            [only] => Ok(Ok(whose(only.id))),
            several => {
                let groups = several.iter().map(|customer| self.candidates(change, customer.id, ""));
                let groups: Vec<Group> = groups.collect::<Result<Vec<_>, _>>()?.concat();
                if let [one] = groups.as_slice() {
                    return Ok(Ok(whose(one.customer)));
                }
                change.keep_rule_target(&target)?;
                Ok(Err(self.never_there(change)?))
            }
        }
    }

    /// Looks for the group among those of the customer, and keeps which one it is.
    fn look(&self, change: &Change<'_>, target: RuleTarget) -> Result<Found, StoreError> {
        let was = (target.customer, target.recordgroup);
        let customers = change.customers()?;
        let Some(customer) = customers.iter().find(|customer| customer.id == target.customer) else {
            let why =
                format!("its customer {} is gone; name the one whose the recordings are", target.customer);
            return Ok(none(was.0, was.1, why));
        };
        let mut groups = self.candidates(change, customer.id, &target.name)?;
        if groups.len() != 1 {
            // Kept also in vain: whose it is must not be decided again.
            change.keep_rule_target(&target)?;
            let why = self.no_group(customer, customers.len() > 1, was.1, groups.len());
            return Ok(none(was.0, was.1, why + &self.near(change, customer.id)?));
        }
        let group = groups.remove(0);
        change.keep_rule_target(&RuleTarget { recordgroup: group.id, name: group.name.clone(), ..target })?;
        Ok(Ok(Place { customer: customer.id, group }))
    }

    /// The groups of a customer that it may be. `last`: what it was called when it was found before.
    fn candidates(&self, change: &Change<'_>, customer: i64, last: &str) -> Result<Vec<Group>, StoreError> {
        let mut groups = change.groups_of(customer)?;
        match &self.group {
            Some(NameOrId::Id(id)) => groups.retain(|group| group.id == *id),
            Some(NameOrId::Name(name)) => groups.retain(|group| group.name == *name),
            None if last.is_empty() => groups.truncate(1),
            None => groups.retain(|group| group.name == last),
        }
        Ok(groups)
    }

    /// A word of the group that was likely meant: its name differs in case only, or in how its letters are put together.
    fn near(&self, change: &Change<'_>, customer: i64) -> Result<String, StoreError> {
        let Some(NameOrId::Name(name)) = &self.group else { return Ok(String::new()) };
        let is_near =
            |group: &Group| group.name != *name && same_username(&group.name) == same_username(name);
        let near = change.groups_of(customer)?.into_iter().find(is_near);
        Ok(near.map_or_else(String::new, |near| {
            format!("; or write {:?}, as the group there is called", near.name)
        }))
    }

    fn no_group(&self, customer: &Customer, several: bool, was: i64, found: usize) -> String {
        let Customer { id, name } = customer;
        let add = |group: &str| format!("tapeline group add {group:?} --customer {id}");
        let whose = match self.customer {
            None if several && was == 0 => {
                "; or, if another customer's is meant, say so, as in customer = \"…\""
            }
            _ => "",
        };
        let why = match &self.group {
            _ if found > 1 => format!(
                "customer {id} ({name}) has several groups of this name; name one by its id, from: tapeline group list"
            ),
            Some(NameOrId::Id(group)) if was == 0 => {
                format!("there is no group {group} of customer {id} ({name}); see: tapeline group list")
            }
            Some(NameOrId::Id(group)) => {
                format!("group {group} of customer {id} ({name}) is gone; name another one of the customer's")
            }
            Some(NameOrId::Name(group)) if was == 0 => {
                format!("there is no group {group:?}; add it with: {}", add(group))
            }
            Some(NameOrId::Name(group)) => {
                format!(
                    "its group {was} of customer {id} ({name}) is gone; make it again with: {}",
                    add(group)
                )
            }
            None if was == 0 => {
                format!("customer {id} ({name}) has no group yet; add one with: {}", add("All"))
            }
            None => format!(
                "group {was} of customer {id} ({name}), to which everything went, is gone; say in [[rules]] where new \
                 recordings are filed"
            ),
        };
        why + whose
    }

    /// Why a group without a named customer isn't found, nor looked for again.
    fn never_there(&self, change: &Change<'_>) -> Result<String, StoreError> {
        let name = match &self.group {
            Some(NameOrId::Id(id)) => id.to_string(),
            Some(NameOrId::Name(name)) => format!("{name:?}"),
            None => return Ok(String::new()),
        };
        let mut found = 0;
        for customer in change.customers()? {
            found += self.candidates(change, customer.id, "")?.len();
        }
        Ok(match found {
            2.. => format!("several customers have a group {name}; say which one, as in customer = \"…\""),
            _ => format!(
                "there was no group {name} when the rule was read first, and which of the customers makes one since then \
                 must not matter; say whose it is, as in customer = \"…\""
            ),
        })
    }
}

/// The customer of this name or id: found once, too.
fn customer_named_by(
    change: &Change<'_>,
    named: &NameOrId,
    customers: &[Customer],
) -> Result<Result<i64, String>, StoreError> {
    let text = written(named);
    let is_there = |id: i64| customers.iter().any(|customer| customer.id == id);
    if let Some(kept) = change.rule_target(&text, "")?.filter(|kept| kept.customer != 0) {
        let gone = || format!("customer {} is gone, which it calls {text}; name another one", kept.customer);
        return Ok(if is_there(kept.customer) { Ok(kept.customer) } else { Err(gone()) });
    }
    let found = customers.iter().find(|customer| match named {
        NameOrId::Id(id) => customer.id == *id,
        NameOrId::Name(name) => customer.name == *name,
    });
    let Some(found) = found else {
        return Ok(Err(match named {
            NameOrId::Id(id) => format!("there is no customer {id}; see: tapeline customer list"),
            NameOrId::Name(name) => {
                let near = customers.iter().find(|one| same_username(&one.name) == same_username(name));
                let near = near
                    .map_or_else(String::new, |near| format!("; or write {:?}, as it is called", near.name));
                format!("there is no customer {name:?}; add it with: tapeline customer add {name:?}{near}")
            }
        }));
    };
    let target = RuleTarget { customer_named: text, customer: found.id, ..RuleTarget::default() };
    change.keep_rule_target(&target)?;
    Ok(Ok(found.id))
}

fn whose_is_the_rest(customers: usize) -> String {
    format!(
        "there are {customers} customers, and nothing says where the rest of the new recordings is filed: end [[rules]] in \
         the configuration with one that has no condition, and a group, or skip = true to leave the rest out"
    )
}

fn written(named: &NameOrId) -> String {
    match named {
        NameOrId::Id(id) => id.to_string(),
        NameOrId::Name(name) => format!("\"{name}\""),
    }
}

fn none(customer: i64, recordgroup: i64, why: String) -> Found {
    Err(NoPlace { customer, recordgroup, why })
}
