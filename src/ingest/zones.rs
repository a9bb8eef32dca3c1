//! Whether the zone that is set is the PBX's: records and names say times without a zone, but the uniqueid of a channel
//! begins with its Unix time. Nothing is set right by itself; whoever reads is told.

/// Fewer calls than these may all have waited for as long by chance.
const FEWEST: usize = 3;
/// Seconds: zones differ by quarters of an hour; a call may have waited for one of them before it was recorded.
const QUARTER: f64 = 900.0;
const LEAST_MINUTES: i64 = 30;

/// Minutes from a channel's beginning to a time that is said of it, in quarters of an hour.
pub fn minutes_between(begun: i64, said: i64) -> i64 {
    (said.saturating_sub(begun) as f64 / QUARTER).round() as i64 * 15
}

/// The minutes by which all these times are off, if it is the same for all, and more than calls wait.
pub fn common_offset(minutes: impl IntoIterator<Item = i64>) -> Option<i64> {
    let mut minutes = minutes.into_iter();
    let first = minutes.next().filter(|minutes| minutes.abs() >= LEAST_MINUTES)?;
    let mut count = 1;
    let alike = minutes.all(|other| {
        count += 1;
        other == first
    });
    (alike && count >= FEWEST).then_some(first)
}

/// `1 h 30 min later`
pub fn off_by(minutes: i64) -> String {
    let which = if minutes > 0 { "later" } else { "earlier" };
    format!("{} h {} min {which}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_doubted_where_all_times_are_off_by_the_same() {
        assert_eq!(common_offset([60, 60, 60]), Some(60));
        assert_eq!(common_offset([-345; 20]), Some(-345));
        for minutes in [vec![], vec![60, 60], vec![60, 60, 0], vec![0, 60, 60], vec![15; 9]] {
            assert_eq!(common_offset(minutes.clone()), None, "{minutes:?}");
        }
        assert_eq!(minutes_between(1_795_499_606, 1_795_499_606 + 3_600 + 200), 60);
        assert_eq!(minutes_between(1_795_499_606, 1_795_499_606 - 3_600), -60);
        assert_eq!((off_by(90), off_by(-60)), ("1 h 30 min later".into(), "1 h 0 min earlier".into()));
    }
}
