//! Which field of a row is what. Every PBX lays its call detail records out as its administrator likes.

use super::columns::Column::{
    AccountCode, AmaFlags, Answer, BillSec, Channel, Clid, DContext, Disposition, Dst, DstChannel, Duration,
    End, LastApp, LastData, LinkedId, PeerAccount, RecordingFile, Sequence, Src, Start, UniqueId, UserField,
};
use super::columns::{Column, NAMES};
use super::disposition;
use crate::ingest::cdr::clid::is_number;
use crate::ingest::cdr::clock::{civil, epoch};
use crate::ingest::cdr::fields::Fields;
use crate::media::is_sound_name;

/// What each field of a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// `None`: nothing of ours.
    columns: Vec<Option<Column>>,
    /// Where each column stands.
    places: Vec<Option<usize>>,
}

/// cdr_csv's sixteen, always there. With `loguniqueid`, `loguserfield` and `newcdrcolumns` others follow.
const CDR_CSV: [Column; 16] = [
    AccountCode,
    Src,
    Dst,
    DContext,
    Clid,
    Channel,
    DstChannel,
    LastApp,
    LastData,
    Start,
    Answer,
    End,
    Duration,
    BillSec,
    Disposition,
    AmaFlags,
];
/// The mapping in Asterisk's sample cdr_custom.conf; older ones lack the last.
const CDR_CUSTOM: [Column; 19] = [
    Clid,
    Src,
    Dst,
    DContext,
    Channel,
    DstChannel,
    LastApp,
    LastData,
    Start,
    Answer,
    End,
    Duration,
    BillSec,
    Disposition,
    AmaFlags,
    AccountCode,
    UniqueId,
    UserField,
    Sequence,
];

impl Layout {
    /// The columns in the order of their names. Names that we have no use for are kept a place.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Layout {
        Layout::new(names.into_iter().map(Column::named).collect())
    }

    fn new(columns: Vec<Option<Column>>) -> Layout {
        let mut places = vec![None; NAMES.len()];
        for (place, column) in columns.iter().enumerate() {
            if let Some(column) = column {
                places[*column as usize].get_or_insert(place);
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
        let layout = Layout::of_names(parts);
        layout.check().map(|()| layout)
    }

    fn check(&self) -> Result<(), String> {
        let has = |column| self.place(column).is_some();
        let twice = NAMES
            .iter()
            .find(|(column, _)| self.columns.iter().flatten().filter(|c| *c == column).count() > 1);
        if let Some((column, _)) = twice {
            return Err(format!("the column {} is named twice", column.name()));
        }
        if !has(UniqueId) && !has(RecordingFile) {
            return Err("there must be a column uniqueid or recordingfile".into());
        }
        if has(Start) { Ok(()) } else { Err("there must be a column start".into()) }
    }

    /// Where a column stands.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize]
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

    /// The layout that a first row names.
    fn of_header(fields: &Fields) -> Option<Layout> {
        let names: Vec<&str> = fields.iter().filter_map(|field| std::str::from_utf8(field).ok()).collect();
        let layout = Layout::of_names(names.iter().map(|name| name.trim_start_matches('\u{feff}')));
        let known = layout.columns.iter().flatten().count();
        (layout.check().is_ok() && known * 2 > fields.len()).then_some(layout)
    }

    /// The layout of a row of cdr_csv, or of the sample of cdr_custom.
    fn of_asterisk(fields: &Fields) -> Option<Layout> {
        let is_time = |place: usize| text(fields, place).and_then(civil).is_some();
        let is_disposition =
            |place| text(fields, place).is_some_and(|word| disposition::read(word).is_some());
        if is_time(8) && is_disposition(13) && matches!(fields.len(), 18 | 19) {
            return Some(Layout::new(CDR_CUSTOM[..fields.len()].iter().copied().map(Some).collect()));
        }
        if !is_time(9) && !is_disposition(14) {
            return None;
        }
        let has_uniqueid = || text(fields, 16).is_some_and(|text| epoch(text).is_some());
        let mut columns = CDR_CSV.to_vec();
        columns.extend_from_slice(match fields.len() {
            16 | 19 => &[],
            17 | 20 if has_uniqueid() => &[UniqueId],
            17 | 20 => &[UserField],
            18 | 21 => &[UniqueId, UserField],
            _ => return None,
        });
        if fields.len() >= 19 {
            columns.extend([PeerAccount, LinkedId, Sequence]);
        }
        Some(Layout::new(columns.into_iter().map(Some).collect()))
    }

    /// The layout that an answered call's fields look like, in whatever order somebody mapped them.
    fn guess(fields: &Fields) -> Option<Layout> {
        let texts: Vec<&str> =
            (0..fields.len()).map(|index| text(fields, index).unwrap_or_default()).collect();
        let places = |is: &dyn Fn(&str) -> bool| -> Vec<usize> {
            texts.iter().enumerate().filter(|(_, text)| is(text)).map(|(place, _)| place).collect()
        };
        let mut columns = vec![None; texts.len()];
        let mut set = |places: &[usize], names: &[Column]| {
            places.iter().zip(names).for_each(|(place, column)| columns[*place] = Some(*column));
        };
        let times = places(&|text| civil(text).is_some());
        set(&times, if times.len() > 2 { &[Start, Answer, End] } else { &[Start, End] });
        set(&places(&|text| epoch(text).is_some()), &[UniqueId, LinkedId]);
        set(&places(&|text| text == "ANSWERED"), &[Disposition]);
        set(&places(&is_file), &[RecordingFile]);
        let clid = *places(&|text| text.ends_with('>') && text.contains('<')).first()?;
        set(&[clid, clid + 1, clid + 2].map(|place| place.min(texts.len() - 1))[..], &[Clid, Src, Dst]);
        let whole = |text: &str| is_number(text) && text.len() < 6;
        let lengths = (clid + 3..texts.len().saturating_sub(1)).find(|at| {
            let seconds = |place: usize| texts[place].parse::<u32>().ok().filter(|_| whole(texts[place]));
            matches!((seconds(*at), seconds(at + 1)), (Some(duration), Some(billsec)) if duration >= billsec)
        });
        set(&lengths.map_or(vec![], |at| vec![at, at + 1]), &[Duration, BillSec]);
        let layout = Layout::new(columns);
        (layout.check().is_ok() && layout.place(Disposition).is_some()).then_some(layout)
    }
}

/// Whether it is the path of a sound file.
fn is_file(text: &str) -> bool {
    is_sound_name(text.rsplit('/').next().unwrap_or(text))
}

fn text(fields: &Fields, index: usize) -> Option<&str> {
    std::str::from_utf8(fields.get(index)).ok()
}

/// The layouts of a file. Settings may have changed in its years, so that rows differ.
#[derive(Debug)]
pub enum Layouts {
    /// All rows have this one, because somebody or the first row says so, or because they look like it.
    One(Layout),
    /// cdr_csv's, as many fields as a row has; that of the last one.
    Asterisk(Option<Layout>),
}

impl Layouts {
    /// What the first rows of a file look like; `None`: like nothing that we know. True: the first one is no
    /// record, but says the names.
    pub fn of_rows(rows: &[Fields]) -> Option<(Layouts, bool)> {
        if let Some(layout) = rows.first().and_then(Layout::of_header) {
            return Some((Layouts::One(layout), true));
        }
        if rows.iter().any(|row| Layout::of_asterisk(row).is_some()) {
            return Some((Layouts::Asterisk(None), false));
        }
        rows.iter().find_map(Layout::guess).map(|layout| (Layouts::One(layout), false))
    }

    /// What a row's fields are; `None` where their number is not right.
    pub fn of(&mut self, fields: &Fields) -> Option<&Layout> {
        match self {
            Layouts::One(layout) => Some(&*layout).filter(|layout| layout.width() == fields.len()),
            Layouts::Asterisk(last) => {
                // Only in these numbers are they always the same fields.
                let same = last.as_ref().is_some_and(|last| last.width() == fields.len());
                if !same || !matches!(fields.len(), 16 | 21) {
                    *last = Layout::of_asterisk(fields);
                }
                last.as_ref()
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
        let (mut layouts, header) = Layouts::of_rows(&rows).expect("a layout");
        (layouts.of(rows.last().unwrap()).map_or("?".into(), Layout::names), header)
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
        assert!(Layouts::of_rows(&rows(&format!("{SIXTEEN},1,2,3,4,5,6"))).is_none());
    }

    #[test]
    fn settings_change_within_a_file() {
        let text = format!("junk\n{SIXTEEN}\n{SIXTEEN},\"1795499606.0\"\n");
        assert_eq!(names(&text).0, format!("{NAMES_OF_SIXTEEN},uniqueid"));
    }

    #[test]
    fn a_first_row_may_say_the_names() {
        let text = "\u{feff}calldate,CLID,src,dst,weather,disposition,uniqueid\n1,2,3,4,5,6,7\n";
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

    #[test]
    fn a_person_lists_columns_or_the_mapping() {
        let mapping =
            "${CSV_QUOTE(${CDR(start)})},${CSV_QUOTE(${CDR(clid,u)})},${CDR(weather)},${CDR(uniqueid)}";
        for text in [mapping, "start, clid, weather, uniqueid"] {
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
    fn what_is_no_record_has_no_layout() {
        for text in ["", "\0\x01\x02", "a,b,c\n1,2,3", "recordings are,here", "\"x\" <1>,,"] {
            assert!(Layouts::of_rows(&rows(text)).is_none(), "{text}");
        }
    }
}
