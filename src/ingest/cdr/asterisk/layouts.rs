//! The layouts of a file: by its first row, by what programs are known to write, or else by what its rows look like.

use std::collections::BTreeMap;

use super::believe::{disbelieve, is_dated};
use super::columns::Column;
use super::guess;
use super::known::{most, of_asterisk, of_table, sign};
use super::layout::Layout;
use crate::ingest::cdr::fields::Fields;

/// So many layouts of one file are remembered.
const MOST: usize = 32;
/// Names that a first row has, at least, to be one.
const FEWEST: usize = 3;

/// The layouts of a file. Settings may have changed in its years, so that rows differ.
#[derive(Debug)]
pub enum Layouts {
    /// All rows have this one, because somebody or the first row says so, or because they look like it.
    One(Layout),
    /// Those of cdr_csv and cdr_custom, by what tells such rows apart.
    Asterisk(BTreeMap<(usize, bool, u32), Layout>),
}

/// What is found out about a file's columns.
#[derive(Debug)]
pub struct Found {
    /// What they are.
    pub layouts: Layouts,
    /// Whether the first row is no record, but says the names.
    pub has_header: bool,
    /// What is to be told of them.
    pub remarks: Vec<String>,
}

impl Layouts {
    /// What the first rows of a file look like; `None`: like nothing that we know. The error is why it is refused, though
    /// it plainly is one of call detail records.
    pub fn of_rows<'a>(rows: impl IntoIterator<Item = &'a Fields>) -> Result<Option<Found>, String> {
        let rows: Vec<&Fields> = rows.into_iter().collect();
        let Some((first, rest)) = rows.split_first() else { return Ok(None) };
        if is_header(first) {
            let names: Vec<&str> = (0..first.len()).map(|place| first.text(place)).collect();
            let (layout, remarks) = Layout::of_names(names).checked_with(rest)?;
            return Ok(Some(Found { layouts: Layouts::One(layout), has_header: true, remarks }));
        }
        let found =
            |layout: Layout, remarks| Found { layouts: Layouts::One(layout), has_header: false, remarks };
        let alike = alike(&rows);
        if let Some(layout) = of_table(&alike).and_then(|layout| layout.borne_out_by(&alike)) {
            return Ok(Some(found(layout, vec![])));
        }
        let is_asterisk =
            |row: &Fields| of_asterisk(row).is_some_and(|layout| layout.borne_out_by(&[row]).is_some());
        if most(&alike, is_asterisk) {
            let layouts = Layouts::asterisk();
            return Ok(Some(Found { layouts, has_header: false, remarks: vec![] }));
        }
        // A first row in another language says nothing.
        let guessed = match guess::layout(&alike) {
            Ok(None) | Err(_) if alike.len() > 1 => guess::layout(&alike[1..]),
            guessed => guessed,
        };
        let Some(layout) = guessed.map_err(str::to_owned)? else { return Ok(None) };
        let (layout, remarks) = layout.checked_by(alike.iter().copied())?;
        Ok(Some(found(layout, remarks)))
    }

    /// Those of Asterisk's own modules.
    pub fn asterisk() -> Layouts {
        Layouts::Asterisk(BTreeMap::new())
    }

    /// What a row's fields are; `None` where their number is not right.
    pub fn of(&mut self, fields: &Fields) -> Option<&Layout> {
        match self {
            Layouts::One(layout) => {
                // Spreadsheets put separators behind the last field.
                let is_rest_empty = || fields.iter().skip(layout.width()).all(<[u8]>::is_empty);
                let fits =
                    fields.len() == layout.width() || (fields.len() > layout.width() && is_rest_empty());
                fits.then_some(&*layout)
            }
            Layouts::Asterisk(known) => {
                let sign = sign(fields);
                if !known.contains_key(&sign) {
                    // One that is damaged is laid out as those before.
                    let like = |known: &BTreeMap<_, Layout>| {
                        known.values().find(|layout| layout.width() == fields.len()).cloned()
                    };
                    let layout = of_asterisk(fields).or_else(|| like(known))?;
                    if known.len() >= MOST {
                        known.clear();
                    }
                    known.insert(sign, layout);
                }
                known.get(&sign)
            }
        }
    }

    /// What a row should have been, for people.
    pub fn expected(&self) -> String {
        match self {
            Layouts::One(layout) => format!("{} fields ({})", layout.width(), layout.names()),
            Layouts::Asterisk(_) => "the 16 to 21 fields of Master.csv".into(),
        }
    }
}

impl Layout {
    /// The layout, if it is that of records and no column of it is contradicted.
    fn borne_out_by(self, rows: &[&Fields]) -> Option<Layout> {
        let mut layout = self;
        disbelieve(&mut layout, rows.iter().copied()).is_empty().then_some(layout)
    }

    /// The layout without what the rows contradict, and what is to be told of it. The error is why none is left.
    fn checked_with(self, rows: &[&Fields]) -> Result<(Layout, Vec<String>), String> {
        let width = self.width();
        self.checked_by(rows.iter().copied().filter(move |row| row.len() == width))
    }

    /// The same, of rows that are as wide as the layout.
    pub(super) fn checked_by<'a>(
        mut self,
        rows: impl Iterator<Item = &'a Fields> + Clone,
    ) -> Result<(Layout, Vec<String>), String> {
        let mut remarks = disbelieve(&mut self, rows);
        if let Err(why) = self.check() {
            let more = remarks.iter().map(|remark| format!("; {remark}")).collect::<String>();
            return Err(format!("{why}{more}"));
        }
        remarks.extend(self.lacks());
        Ok((self, remarks))
    }
}

/// Those rows that are as wide as most are.
fn alike<'a>(rows: &[&'a Fields]) -> Vec<&'a Fields> {
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    rows.iter().for_each(|row| *widths.entry(row.len()).or_default() += 1);
    let width = widths.iter().max_by_key(|(width, count)| (**count, **width)).map_or(0, |(width, _)| *width);
    rows.iter().copied().filter(|row| row.len() == width).collect()
}

/// Whether a row plainly says the names of columns.
fn is_header(row: &Fields) -> bool {
    let names = || (0..row.len()).map(|place| row.text(place)).filter(|name| !name.trim().is_empty());
    let known = names().filter(|name| Column::named(name).is_some()).count();
    known >= FEWEST && known * 3 > names().count() && !names().any(is_dated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::cdr::rows::Rows;

    fn rows(text: &str) -> Vec<Fields> {
        let mut rows = Rows::of_lines(text.as_bytes());
        let mut all = Vec::new();
        let mut fields = Fields::default();
        while rows.next(&mut fields).unwrap().is_some() {
            all.push(std::mem::take(&mut fields));
        }
        all
    }

    fn names(text: &str) -> (String, bool) {
        let rows = rows(text);
        let mut found = Layouts::of_rows(&rows).expect("no refusal").expect("a layout");
        let names = found.layouts.of(rows.last().unwrap()).map_or("?".into(), Layout::names);
        (names, found.has_header)
    }

    const SIXTEEN: &str = r#""","101","102","from-internal","""A"" <101>","PJSIP/101-1","PJSIP/102-2","Dial","PJSIP/102,20","2026-11-24 05:53:26",,"2026-11-24 05:53:31",5,0,"NO ANSWER","DOCUMENTATION""#;
    const NAMES_OF_SIXTEEN: &str = "accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,disposition,amaflags";

    #[test]
    fn each_number_of_fields_is_a_setting_of_cdr_csv() {
        for (more, names_of_more) in [
            ("", ""),
            (r#","1795499606.0""#, ",uniqueid"),
            (r#","note""#, ",userfield"),
            (r#","1795499606.0","note""#, ",uniqueid,userfield"),
            (r#","","1795499606.0",3"#, ",peeraccount,linkedid,sequence"),
            (r#","1795499606.0","","1795499606.0",3"#, ",uniqueid,peeraccount,linkedid,sequence"),
            (r#","note","","1795499606.0",3"#, ",userfield,peeraccount,linkedid,sequence"),
            (
                r#","pbx1-1795499606.0","note","","1795499606.0",3"#,
                ",uniqueid,userfield,peeraccount,linkedid,sequence",
            ),
        ] {
            let expected = (format!("{NAMES_OF_SIXTEEN}{names_of_more}"), false);
            assert_eq!(names(&format!("{SIXTEEN}{more}\n")), expected, "{more}");
        }
        let more = r#","note","pbx1-1795499606.0","pbx1-1795499606.0","",3"#;
        let alembic = ",userfield,uniqueid,linkedid,peeraccount,sequence";
        assert_eq!(names(&format!("{SIXTEEN}{more}\n")).0, format!("{NAMES_OF_SIXTEEN}{alembic}"));
    }

    #[test]
    fn settings_change_within_a_file() {
        let text = format!("junk\n{SIXTEEN}\n{SIXTEEN},\"1795499606.0\"\n");
        assert_eq!(names(&text).0, format!("{NAMES_OF_SIXTEEN},uniqueid"));
    }

    #[test]
    fn a_first_row_may_say_the_names() {
        let text = "calldate,CLID,src,dst,weather,disposition,uniqueid\n2026-11-24 05:53:26,A <1>,1,2,rain,BUSY,1795499606.0\n";
        assert_eq!(names(text), ("start,clid,src,dst,-,disposition,uniqueid".into(), true));
    }

    #[test]
    fn a_mapping_of_cdr_custom_is_known_by_its_fields() {
        let row = r#""""Alice"" <101>","101","102","from-internal","PJSIP/101-1","PJSIP/102-2","Dial","x","2026-11-24 05:53:26","2026-11-24 05:53:27","2026-11-24 05:53:31","5","4","ANSWERED","DOCUMENTATION","","1795499606.0","""#;
        let sample = "clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,disposition,amaflags,accountcode,uniqueid,userfield";
        assert_eq!(names(row).0, sample);
        assert_eq!(names(&format!("{row},\"7\"")).0, format!("{sample},sequence"));
        let own = r#""2026-11-24 05:53:26","""Alice"" <101>","101","5551234567","5","4","ANSWERED","1795499606.0","1795499606.0","out-5551234567-101-20261124-055326-1795499606.0.wav""#;
        assert_eq!(
            names(own).0,
            "start,clid,src,dst,duration,billsec,disposition,uniqueid,linkedid,recordingfile"
        );
    }

    /// How the columns of these rows are named, or why they are refused.
    fn found(text: &str) -> Result<String, String> {
        let rows = rows(text);
        let found = Layouts::of_rows(&rows)?;
        Ok(found.map_or("nothing".into(), |mut found| {
            found.layouts.of(rows.last().unwrap()).map_or("?".into(), Layout::names)
        }))
    }

    const TIMES: &str = r#""2026-11-24 05:53:26","2026-11-24 05:53:28","2026-11-24 05:53:40""#;

    #[test]
    fn columns_in_an_order_of_their_own_are_told_by_what_stands_in_them() {
        for (row, expected) in [
            (
                format!(r#""","101","5551234567","from-internal","""Alice"" <101>","PJSIP/101-1","PJSIP/trunk-2","Dial","PJSIP/5551234567@trunk",{TIMES},"2026-11-24 05:53:26","14","12","ANSWERED","DOCUMENTATION","","1795499606.0","1795499606.0","","7""#),
                "-,src,dst,dcontext,clid,channel,dstchannel,-,-,start,answer,end,-,duration,billsec,disposition,-,-,uniqueid,linkedid,-,-",
            ),
            (
                r#""2026-11-24 05:53:26","101","5551234567","""Alice"" <101>","PJSIP/101-1","PJSIP/trunk-2","14","12","ANSWERED","1795499606.0""#.into(),
                "start,src,dst,clid,channel,dstchannel,duration,billsec,disposition,uniqueid",
            ),
            (
                // The called number first, no caller id, and a number of the row.
                r#"17,"1795499606.0","5551234567","101","PJSIP/101-1","PJSIP/5551234567-2","BUSY","2026-11-24 05:53:26""#.into(),
                "-,uniqueid,dst,src,channel,dstchannel,disposition,start",
            ),
            (
                r#"1795499606,"""Alice"" <101>",101,102,14,12,"NO ANSWER",out-102-101-20261124-055326-1795499606.0.wav"#.into(),
                "start,clid,src,dst,duration,billsec,disposition,recordingfile",
            ),
        ] {
            assert_eq!(found(&row).as_deref(), Ok(expected), "{row}");
        }
    }

    #[test]
    fn the_linkedid_is_that_of_the_earlier_channel_in_whatever_order() {
        let row = |uniqueid: &str, linkedid: &str| {
            format!(r#"{linkedid},"2026-11-24 05:53:26",{uniqueid},"""A"" <101>",101,102,ANSWERED"#)
        };
        let text = [row("1795499606.9", "1795499606.2"), row("1795499606.1", "1795499606.1")].join("\n");
        assert_eq!(found(&text).as_deref(), Ok("linkedid,start,uniqueid,clid,src,dst,disposition"));
    }

    #[test]
    fn tables_of_databases_are_known_without_a_first_row() {
        let table = r#""2026-11-24 05:53:26","""Alice"" <101>","101","5551234567","from-internal","PJSIP/101-1","PJSIP/trunk-2","Dial","PJSIP/5551234567@trunk,300","14","12","ANSWERED","3","","1795499606.0","""#;
        let sixteen = "start,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,accountcode,uniqueid,userfield";
        let freepbx = ",did,recordingfile,cnum,cnam,outboundcnum,outboundcnam,dstcnam";
        let issabel = ",recordingfile,cnum,cnam,outboundcnum,outboundcnam,dstcnam,did";
        for (more, names) in [
            ("", ""),
            (r#","5556001","in-1.wav","101","Al","","","""#, freepbx),
            (r#","5556001","","101","Al","","","""#, freepbx),
            (
                r#","","in-1.wav","101","Al","","","","1795499606.0","","7""#,
                ",did,recordingfile,cnum,cnam,outboundcnum,outboundcnam,dstcnam,linkedid,peeraccount,sequence",
            ),
            (r#","in-1.wav","101","Al","","","","""#, issabel),
            (r#","","101","Al","","","","5556001""#, issabel),
            (r#","in-1.wav""#, ",recordingfile"),
        ] {
            assert_eq!(found(&format!("{table}{more}")), Ok(format!("{sixteen}{names}")), "{more}");
            let numbered = format!("1,{table}{more}");
            assert_eq!(found(&numbered), Ok(format!("-,{sixteen}{names}")), "{numbered}");
        }
    }

    #[test]
    fn a_first_row_that_lacks_what_is_needed_or_is_contradicted_is_refused_with_the_reason() {
        let refused = |text: &str| found(text).unwrap_err();
        assert!(refused("src,dst,disposition,uniqueid\n1,2,ANSWERED,3.4\n").contains("a column start"));
        assert!(
            refused("start,src,dst,disposition\n2026-11-24 05:53:26,1,2,BUSY\n")
                .contains("uniqueid or recordingfile")
        );
        let contradicted =
            refused("start,src,dst,uniqueid\n14,101,102,1795499606.0\n15,101,102,1795499607.0\n");
        assert!(contradicted.contains("a column start") && contradicted.contains("\"14\""), "{contradicted}");
    }

    #[test]
    fn what_a_column_does_not_hold_is_told_and_another_of_its_names_counts() {
        let rows =
            rows("date,calldate,src,dst,uniqueid\n24 Nov,2026-11-24 05:53:26,PJSIP/1-1,102,1795499606.0\n");
        let found = Layouts::of_rows(&rows).unwrap().unwrap();
        let Layouts::One(layout) = &found.layouts else { panic!("one layout") };
        assert_eq!(layout.names(), "-,start,-,dst,uniqueid");
        let told = found.remarks.join("\n");
        assert!(told.contains("column 1 is not taken for start") && told.contains("\"PJSIP/1-1\""), "{told}");
        assert!(told.contains("no column for the caller"), "{told}");
    }

    #[test]
    fn where_caller_and_called_number_cannot_be_told_nothing_is_taken() {
        let row =
            r#""2026-11-24 05:53:26","201","102","303","14","12","ANSWERED","1795499606.0","PJSIP/x-1""#;
        assert!(found(row).unwrap_err().contains("can't be told"));
    }

    #[test]
    fn what_is_no_record_has_no_layout() {
        for text in ["", "\0\x01\x02", "a,b,c\n1,2,3", "recordings are,here", "\"x\" <1>,,"] {
            assert!(matches!(Layouts::of_rows(&rows(text)), Ok(None)), "{text}");
        }
    }
}
