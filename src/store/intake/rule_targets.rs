//! What the rules of the configuration name: found once, and kept.

use rusqlite::{OptionalExtension, params};

use crate::model::{Customer, Group};
use crate::store::groups::customers::all_customers;
use crate::store::{Change, Reader, StoreError};

/// How the place is kept that was chosen for what no rule takes: no rule's names are without quotation marks.
const CHOSEN: &str = "*";

/// What a rule names, and what that was found to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleTarget {
    /// The customer as the rule names it; empty where it doesn't.
    pub customer_named: String,
    /// The group as the rule names it.
    pub recordgroup_named: String,
    /// Which customer that is; 0 none so far.
    pub customer: i64,
    /// Which group that is; 0 none so far.
    pub recordgroup: i64,
    /// The group's name when it was found.
    pub name: String,
}

impl Change<'_> {
    /// What was found for these names; `None` where nobody has looked yet.
    pub fn rule_target(&self, customer: &str, recordgroup: &str) -> Result<Option<RuleTarget>, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT customer, recordgroup, name FROM rule_targets WHERE customer_named = ? AND recordgroup_named = ?",
        )?;
        let found = statement.query_row((customer, recordgroup), |row| {
            Ok(RuleTarget {
                customer_named: customer.into(),
                recordgroup_named: recordgroup.into(),
                customer: row.get(0)?,
                recordgroup: row.get(1)?,
                name: row.get(2)?,
            })
        });
        Ok(found.optional()?)
    }

    /// Keeps what was found, or that nothing was.
    pub fn keep_rule_target(&self, target: &RuleTarget) -> Result<(), StoreError> {
        let RuleTarget { customer_named, recordgroup_named, customer, recordgroup, name } = target;
        if self.rule_target(customer_named, recordgroup_named)?.as_ref() == Some(target) {
            return Ok(());
        }
        self.transaction
            .prepare_cached(
                "INSERT INTO rule_targets (customer_named, recordgroup_named, customer, recordgroup, name, found)
                   VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
                   SET customer = excluded.customer, recordgroup = excluded.recordgroup, name = excluded.name, found = excluded.found",
            )?
            .execute(params![customer_named, recordgroup_named, customer, recordgroup, name, self.now])?;
        Ok(())
    }

    /// Files what no rule takes in this group, whatever other customers there are.
    pub fn choose_rest(&self, customer: i64, recordgroup: i64) -> Result<(), StoreError> {
        let named = || CHOSEN.to_owned();
        let (customer_named, recordgroup_named, name) = (named(), named(), String::new());
        self.keep_rule_target(&RuleTarget { customer_named, recordgroup_named, customer, recordgroup, name })
    }

    /// What was chosen for what no rule takes.
    pub fn chosen_rest(&self) -> Result<Option<RuleTarget>, StoreError> {
        self.rule_target(CHOSEN, CHOSEN)
    }

    /// Notes which rules name what, each with its number; forgets what none names any more, but where everything goes
    /// that no rule takes.
    pub fn note_rules(&self, naming: &[(i64, String, String)]) -> Result<(), StoreError> {
        let mut kept = self
            .transaction
            .prepare_cached("SELECT customer_named, recordgroup_named, rule FROM rule_targets")?;
        let kept = kept.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let kept: Vec<(String, String, Option<i64>)> = kept.collect::<rusqlite::Result<_>>()?;
        for (customer, recordgroup, noted) in kept {
            let names = |(_, c, r): &&(i64, String, String)| (c, r) == (&customer, &recordgroup);
            let rule = naming.iter().find(names).map(|(rule, ..)| *rule);
            let sql = match rule {
                Some(_) if rule == noted => continue,
                None if ![("", ""), (CHOSEN, CHOSEN)].contains(&(&customer, &recordgroup)) => {
                    "DELETE FROM rule_targets WHERE ?1 IS NULL AND customer_named = ?2 AND recordgroup_named = ?3"
                }
                None if noted.is_none() => continue,
                _ => "UPDATE rule_targets SET rule = ?1 WHERE customer_named = ?2 AND recordgroup_named = ?3",
            };
            self.transaction.prepare_cached(sql)?.execute((rule, customer, recordgroup))?;
        }
        Ok(())
    }

    /// Every customer, by id.
    pub fn customers(&self) -> Result<Vec<Customer>, StoreError> {
        all_customers(&self.transaction)
    }

    /// The settings of a group whose customer is there too.
    pub fn group_of_customer(&self, id: i64) -> Result<Option<Group>, StoreError> {
        let group = self.group_settings(id)?;
        let mut statement = self.transaction.prepare_cached("SELECT 1 FROM customers WHERE id = ?")?;
        match group {
            Some(group) if statement.exists([group.customer])? => Ok(Some(group)),
            _ => Ok(None),
        }
    }

    /// The first rule that names this group, or is all that says where recordings go (0).
    pub fn rule_of_group(&self, id: i64) -> Result<Option<i64>, StoreError> {
        self.rule_of("recordgroup", id)
    }

    /// The first rule that names this customer or one of its groups, or is all that says where recordings go (0).
    pub fn rule_of_customer(&self, id: i64) -> Result<Option<i64>, StoreError> {
        self.rule_of("customer", id)
    }

    fn rule_of(&self, column: &str, id: i64) -> Result<Option<i64>, StoreError> {
        let sql = format!("SELECT min(rule) FROM rule_targets WHERE {column} = ? AND rule IS NOT NULL");
        Ok(self.transaction.prepare_cached(&sql)?.query_row([id], |row| row.get(0))?)
    }
}

/// Recordings that wait for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The rule; 0 where none takes them.
    pub rule: i64,
    /// Why, and what to do.
    pub reason: String,
    /// How many.
    pub count: i64,
    /// Since when the first of them waits, Unix seconds.
    pub since: i64,
    /// Whether they wait for what a source may still tell: for a short while.
    pub to_come: bool,
}

impl Reader {
    /// Whether any recording waits.
    pub fn has_waiting(&self) -> Result<bool, StoreError> {
        Ok(self.0.prepare_cached("SELECT 1 FROM intake_waiting")?.exists([])?)
    }

    /// How many recordings wait, by rule and reason, and since when: all, or those of which it is known that they will be
    /// this customer's.
    pub fn waiting(&self, customer: Option<i64>) -> Result<Vec<Waiting>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT rule, reason, count(*), min(since), max(to_come) FROM intake_waiting
               WHERE ?1 IS NULL OR customer = ?1 GROUP BY rule, reason ORDER BY rule, reason",
        )?;
        let rows = statement.query_map([customer], |row| {
            Ok(Waiting {
                rule: row.get(0)?,
                reason: row.get(1)?,
                count: row.get(2)?,
                since: row.get(3)?,
                to_come: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
