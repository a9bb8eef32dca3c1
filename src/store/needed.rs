//! Why something cannot be removed.

/// That something stays, since a rule leads to it: what people read who would delete it.
pub fn needed_by(rule: i64) -> String {
    match rule {
        0 => "New recordings are filed there, since no rule says otherwise. Write one into [[rules]] of the configuration, \
              and start the server again"
            .into(),
        rule => format!(
            "Rule {rule} files new recordings there. Let it name another group, in [[rules]] of the configuration, and \
             start the server again"
        ),
    }
}
