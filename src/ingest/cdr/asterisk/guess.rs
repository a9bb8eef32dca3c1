//! The layout of rows whose columns somebody put in an order of their own: by what stands in them.

use super::believe::{is_channel, is_dated, is_file, is_party};
use super::columns::Column;
use super::layout::Layout;
use crate::ingest::cdr::clid::Caller;
use crate::ingest::cdr::clock::{Stamp, epoch, seconds, stamp};
use crate::ingest::cdr::disposition::Disposition;
use crate::ingest::cdr::fields::Fields;

/// The columns of some rows that are as wide as one another.
struct Table<'a> {
    /// By column.
    texts: Vec<Vec<&'a str>>,
    columns: Vec<Option<Column>>,
}

/// What the rows look like. `None`: like no records. The error is what can't be told.
pub(super) fn layout(rows: &[&Fields]) -> Result<Option<Layout>, &'static str> {
    let Some(first) = rows.first() else { return Ok(None) };
    let texts = (0..first.len()).map(|place| rows.iter().map(|row| row.text(place).trim()).collect());
    let mut table = Table { texts: texts.collect(), columns: vec![None; first.len()] };
    table.ids();
    let found = |column, table: &Table<'_>| table.columns.contains(&Some(column));
    table.first(Column::RecordingFile, is_file);
    if !found(Column::UniqueId, &table) && !found(Column::RecordingFile, &table) {
        return Ok(None);
    }
    table.first(Column::Disposition, |text| text.len() > 2 && Disposition::read(text).is_some());
    table.first(Column::Channel, is_channel);
    table.first(Column::DstChannel, is_channel);
    table.first(Column::Clid, |text| text.ends_with('>') && text.contains('<'));
    table.first(Column::DContext, |text| text.starts_with("from-") || text.starts_with("ext-"));
    table.times();
    if !found(Column::Start, &table) {
        return Ok(None);
    }
    table.parties()?;
    if !found(Column::Clid, &table) && !found(Column::Src, &table) && !found(Column::Channel, &table) {
        return Ok(None);
    }
    Ok(Some(Layout::new(table.columns)))
}

impl<'a> Table<'a> {
    fn rows(&self) -> usize {
        self.texts.first().map_or(0, Vec::len)
    }

    fn free(&self) -> impl Iterator<Item = usize> {
        (0..self.columns.len()).filter(|place| self.columns[*place].is_none())
    }

    /// Whether nearly all that stands in a column is such.
    fn is(&self, place: usize, is: impl Fn(&str) -> bool) -> bool {
        let all = self.texts[place].iter().filter(|text| !text.is_empty());
        let (count, fitting) = (all.clone().count(), all.filter(|text| is(text)).count());
        count > 0 && fitting * 10 >= count * 9
    }

    fn is_filled(&self, place: usize) -> bool {
        self.texts[place].iter().filter(|text| !text.is_empty()).count() * 10 >= self.rows() * 9
    }

    fn first(&mut self, column: Column, is: impl Fn(&str) -> bool) {
        let first = self.free().find(|place| self.is(*place, &is));
        if let Some(place) = first {
            self.columns[place] = Some(column);
        }
    }

    /// Uniqueid and linkedid: the linkedid is that of the call's first channel.
    fn ids(&mut self) {
        let mut ids = self.free().filter(|place| self.is(*place, |text| epoch(text).is_some()));
        let (first, second) = (ids.next(), ids.next());
        drop(ids);
        let Some(first) = first else { return };
        self.columns[first] = Some(Column::UniqueId);
        let Some(second) = second else { return };
        self.columns[second] = Some(Column::LinkedId);
        let pairs = self.texts[first].iter().zip(&self.texts[second]);
        let later = |one: &str, other: &str| key(one) > key(other);
        let (uniqueid_first, linkedid_first) = (
            pairs.clone().filter(|(one, other)| later(one, other)).count(),
            pairs.filter(|(one, other)| later(other, one)).count(),
        );
        if uniqueid_first == 0 && linkedid_first > 0 {
            self.columns.swap(first, second);
        }
    }

    /// Start, answer and end, and how long it lasted.
    fn times(&mut self) {
        let of =
            |is: fn(&str) -> bool| self.free().filter(|place| self.is(*place, is)).collect::<Vec<usize>>();
        let dated = of(is_dated);
        let times = if dated.is_empty() { of(is_unix) } else { dated };
        let filled: Vec<usize> = times.iter().copied().filter(|place| self.is_filled(*place)).collect();
        let sum = |place: &usize| (self.seconds(*place).flatten().sum::<i64>(), *place);
        let Some(start) = filled.iter().copied().min_by_key(sum) else { return };
        let others: Vec<usize> = times.into_iter().filter(|place| *place != start).collect();
        let lasted = self.lasted(start, &others);
        let end = lasted.and_then(|lasted| others.iter().find(|end| self.is_between(start, **end, lasted)));
        let end = end
            .or_else(|| others.iter().filter(|place| filled.contains(place)).max_by_key(|place| sum(place)));
        let end = end.copied();
        let answer =
            others.iter().copied().find(|place| Some(*place) != end && self.is_within(start, *place, end));
        self.columns[start] = Some(Column::Start);
        for (place, column) in [(end, Column::End), (answer, Column::Answer)] {
            if let Some(place) = place {
                self.columns[place] = Some(column);
            }
        }
        if let Some(lasted) = lasted {
            self.columns[lasted] = Some(Column::Duration);
            self.columns[lasted + 1] = Some(Column::BillSec);
        }
    }

    /// Where the two lengths stand, the longer one first: before the disposition, or where times bear it out, or where there
    /// is only one such pair.
    fn lasted(&self, start: usize, times: &[usize]) -> Option<usize> {
        let number = |text: &str| text.len() < 6 && text.parse::<u32>().is_ok();
        let is_pair = |at: &usize| {
            let free = |place: usize| self.columns.get(place).is_some_and(Option::is_none);
            free(*at)
                && free(*at + 1)
                && self.is(*at, number)
                && self.is(*at + 1, number)
                && self.is_falling(*at)
        };
        let pairs: Vec<usize> = (0..self.columns.len()).filter(is_pair).collect();
        let before_word = |at: &usize| self.columns.get(*at + 2) == Some(&Some(Column::Disposition));
        let borne_out = |at: &usize| times.iter().any(|end| self.is_between(start, *end, *at));
        let only = |_: &usize| pairs.len() == 1 && !times.is_empty();
        let find = |is: &dyn Fn(&usize) -> bool| pairs.iter().copied().find(|at| is(at));
        find(&before_word).or_else(|| find(&borne_out)).or_else(|| find(&only))
    }

    fn is_falling(&self, at: usize) -> bool {
        let number = |text: &&str| text.parse::<u32>().unwrap_or(0);
        self.texts[at].iter().zip(&self.texts[at + 1]).all(|(one, other)| number(one) >= number(other))
    }

    fn seconds(&self, place: usize) -> impl Iterator<Item = Option<i64>> {
        self.texts[place].iter().map(|text| match stamp(text) {
            Some(Stamp::Civil(time)) => Some(seconds(time)),
            Some(Stamp::Unix(seconds)) => Some(seconds),
            None => None,
        })
    }

    /// Whether a length is that from one time to another.
    fn is_between(&self, start: usize, end: usize, lasted: usize) -> bool {
        let lasted = self.texts[lasted].iter().map(|text| text.parse::<i64>().ok());
        let all = self.seconds(start).zip(self.seconds(end)).zip(lasted);
        let fits = |((start, end), lasted): ((Option<i64>, Option<i64>), Option<i64>)| {
            Some((end? - start? - lasted?).abs() <= 1)
        };
        let all: Vec<bool> = all.filter_map(fits).collect();
        !all.is_empty() && all.iter().filter(|fits| **fits).count() * 10 >= all.len() * 9
    }

    /// Whether a time lies between two others wherever it stands.
    fn is_within(&self, start: usize, place: usize, end: Option<usize>) -> bool {
        let ends = end.map_or_else(|| vec![None; self.rows()], |end| self.seconds(end).collect());
        let mut all = self.seconds(start).zip(self.seconds(place)).zip(ends);
        all.all(|((start, time), end)| {
            time.is_none_or(|time| {
                start.is_none_or(|start| start <= time) && end.is_none_or(|end| time <= end)
            })
        })
    }

    /// Caller and called number. What stands beside them in a row tells which they are.
    fn parties(&mut self) -> Result<(), &'static str> {
        let numbers: Vec<usize> =
            self.free().filter(|place| self.is(*place, is_party) && !self.is_counted(*place)).collect();
        let pairs = numbers.iter().flat_map(|src| numbers.iter().map(move |dst| (*src, *dst)));
        let best = pairs.filter(|(src, dst)| src != dst).map(|pair| (self.borne_out(pair), pair));
        let Some((sure, (src, dst))) =
            best.max_by_key(|(sure, (src, dst))| (*sure, std::cmp::Reverse((*src, *dst))))
        else {
            return Ok(());
        };
        if sure <= self.rows() && numbers.len() > 2 {
            return Err("which of its columns are the caller and the called number can't be told");
        }
        self.columns[src] = Some(Column::Src);
        self.columns[dst] = Some(Column::Dst);
        Ok(())
    }

    /// How well the rows bear out that these are caller and called number.
    fn borne_out(&self, (src, dst): (usize, usize)) -> usize {
        let at = |column| self.columns.iter().position(|one| *one == Some(column));
        let (clid, channel, peer) = (at(Column::Clid), at(Column::Channel), at(Column::DstChannel));
        let text = |place: Option<usize>, row: usize| place.map_or("", |place| self.texts[place][row]);
        let beside = usize::from(dst == src + 1);
        (0..self.rows())
            .map(|row| {
                let (caller, called) = (self.texts[src][row], self.texts[dst][row]);
                let says =
                    |text: &str, number: &str| !number.is_empty() && text.contains(&format!("/{number}"));
                let dials = !called.is_empty() && self.texts.iter().any(|texts| says(texts[row], called));
                3 * usize::from(Caller::parse(text(clid, row)).number == caller && !caller.is_empty())
                    + 2 * usize::from(says(text(channel, row), caller))
                    + 2 * usize::from(says(text(peer, row), called))
                    + usize::from(dials)
                    + beside
            })
            .sum()
    }

    /// Whether a column counts the rows, or holds a few small numbers only, as amaflags does.
    fn is_counted(&self, place: usize) -> bool {
        let numbers: Vec<u64> = self.texts[place].iter().filter_map(|text| text.parse().ok()).collect();
        let rising = numbers.windows(2).all(|pair| pair[0] < pair[1]);
        let falling = numbers.windows(2).all(|pair| pair[0] > pair[1]);
        (numbers.len() == self.rows() && numbers.len() > 2 && (rising || falling))
            || self.texts[place].iter().all(|text| text.len() < 2)
    }
}

/// Whether it may be Unix seconds since there is Asterisk. So may be a telephone number.
fn is_unix(text: &str) -> bool {
    const SINCE: i64 = 946_684_800;
    matches!(stamp(text), Some(Stamp::Unix(seconds)) if (SINCE..3 * SINCE).contains(&seconds))
}

/// What uniqueids are ordered by: seconds and counter.
fn key(id: &str) -> (Option<i64>, Option<u64>) {
    (epoch(id), id.rsplit_once('.').and_then(|(_, counter)| counter.parse().ok()))
}
