//! Which field of a row is what. Every PBX lays its call detail records out as its administrator likes.

use super::columns::Column::{RecordingFile, Start, UniqueId};
use super::columns::{COLUMNS, Column, NAMES, plain};

/// What each field of a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// `None`: nothing of ours.
    columns: Vec<Option<Column>>,
    /// Where each column stands. Of several places the first that says something counts.
    places: Vec<Vec<usize>>,
}

impl Layout {
    /// The columns in the order of their names. Names that we have no use for are kept a place.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Layout {
        let ranked: Vec<Option<(Column, usize)>> = names.into_iter().map(Column::ranked).collect();
        let mut layout = Layout::new(ranked.iter().map(|name| name.map(|(column, _)| column)).collect());
        for places in &mut layout.places {
            places.sort_by_key(|place| ranked[*place].map(|(_, rank)| rank));
        }
        layout
    }

    pub(super) fn new(columns: Vec<Option<Column>>) -> Layout {
        let mut places = vec![Vec::new(); COLUMNS];
        for (place, column) in columns.iter().enumerate() {
            if let Some(column) = column {
                places[*column as usize].push(place);
            }
        }
        Layout { columns, places }
    }

    /// Columns as a person lists them, or a line of cdr_custom.conf: `${CSV_QUOTE(${CDR(clid)})},…`.
    pub fn parse(text: &str) -> Result<Layout, String> {
        let mut depth = 0_i32;
        let parts = text.split(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            c == ',' && depth == 0
        });
        let parts = parts.map(|part| match part.split_once("CDR(") {
            Some((_, name)) => name.split([')', ',']).next().unwrap_or_default(),
            None => part,
        });
        let names: Vec<&str> = parts.collect();
        let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let twice = plain.iter().enumerate().find(|(place, name)| plain[..*place].contains(name));
        if let Some((place, _)) = twice.filter(|(place, _)| Column::named(names[*place]).is_some()) {
            return Err(format!("the column {} is named twice", names[place].trim()));
        }
        let layout = Layout::of_names(names);
        layout.check().map(|()| layout)
    }

    /// Whether records can be made of it; if not, what it lacks.
    pub(super) fn check(&self) -> Result<(), String> {
        if !self.has(UniqueId) && !self.has(RecordingFile) {
            return Err("there must be a column uniqueid or recordingfile".into());
        }
        if self.has(Start) { Ok(()) } else { Err("there must be a column start".into()) }
    }

    /// Whether there is such a column.
    pub(super) fn has(&self, column: Column) -> bool {
        !self.places[column as usize].is_empty()
    }

    /// How many of its columns are known.
    pub(super) fn known(&self) -> usize {
        self.places.iter().filter(|places| !places.is_empty()).count()
    }

    /// Where a column stands first.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize].first().copied()
    }

    /// What a row says in a column: in the first of its places that says something.
    pub fn text<'a>(&self, column: Column, field: impl Fn(usize) -> &'a str) -> &'a str {
        let texts = self.places[column as usize].iter().map(|place| field(*place));
        texts.into_iter().find(|text| says(text)).unwrap_or_default()
    }

    /// The columns with their places.
    pub(super) fn columns(&self) -> impl Iterator<Item = (usize, Column)> {
        self.columns.iter().enumerate().filter_map(|(place, column)| column.map(|column| (place, column)))
    }

    /// What stands at a place is not that column after all.
    pub(super) fn drop(&mut self, place: usize) {
        self.columns[place] = None;
        self.places.iter_mut().for_each(|places| places.retain(|one| *one != place));
    }

    /// How many fields a row has.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The names, for people.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.map_or("-", Column::name)).collect();
        names.join(",")
    }

    /// Whether it has one of the parties, as every table of calls has.
    pub(super) fn has_party(&self) -> bool {
        [Column::Src, Column::Dst, Column::Clid, Column::Channel, Column::CNum]
            .iter()
            .any(|one| self.has(*one))
    }

    /// What is to be told of it: that it lacks what people look for.
    pub(super) fn lacks(&self) -> Option<String> {
        let has = |columns: &[Column]| columns.iter().any(|column| self.has(*column));
        let caller = has(&[Column::Src, Column::Clid, Column::CNum]);
        let called = has(&[Column::Dst, Column::Did]);
        let names = |column: Column| {
            let names = NAMES.iter().find(|(known, _)| *known == column).map_or(&[][..], |(_, names)| names);
            names.join(", ")
        };
        let told = |who: &str, names: String| {
            format!("there is no column for {who} ({names}), so recordings don't learn it from this file")
        };
        match (caller, called) {
            (true, true) => None,
            (false, true) => Some(told("the caller", format!("{}, clid", names(Column::Src)))),
            (true, false) => Some(told("the number that was called", names(Column::Dst))),
            (false, false) => Some(told("the caller and the number that was called", "src, dst".into())),
        }
    }
}

/// Whether a text says something. Tables have zeros for a time that is not known.
pub(super) fn says(text: &str) -> bool {
    !text.trim().is_empty() && !text.starts_with("0000-00-00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_lists_columns_or_the_mapping() {
        let mapping =
            "${CSV_QUOTE(${CDR(start)})},${CSV_QUOTE(${CDR(clid,u)})},${CDR(weather)},${CDR(uniqueid)}";
        for text in [mapping, "start, clid, weather, uniqueid", "calldate,Caller ID,-,unique_id"] {
            assert_eq!(Layout::parse(text).unwrap().names(), "start,clid,-,uniqueid");
        }
        for (text, why) in [
            ("start,uniqueid,uniqueid", "twice"),
            ("start,src", "uniqueid"),
            ("uniqueid", "start"),
            ("", "uniqueid"),
        ] {
            assert!(Layout::parse(text).unwrap_err().contains(why), "{text}");
        }
    }

    #[test]
    fn of_names_for_the_same_the_first_that_says_something_counts() {
        let layout = Layout::of_names(["calldate", "x", "start", "uniqueid"]);
        let text = |fields: [&'static str; 4]| layout.text(Start, |place| fields[place]);
        assert_eq!(text(["1", "", "2", ""]), "2", "start comes before calldate");
        for empty in ["", " ", "0000-00-00 00:00:00"] {
            assert_eq!(text(["1", "", empty, ""]), "1");
        }
    }

    #[test]
    fn what_a_file_lacks_is_told() {
        let lacks = |names: &str| Layout::of_names(names.split(',')).lacks().unwrap_or_default();
        assert_eq!(lacks("start,src,dst,uniqueid"), "");
        assert!(lacks("start,dst,uniqueid").contains("no column for the caller (src"));
        assert!(lacks("start,clid,uniqueid").contains("no column for the number that was called (dst"));
        assert!(lacks("start,uniqueid").contains("no column for the caller and the number"));
    }
}
