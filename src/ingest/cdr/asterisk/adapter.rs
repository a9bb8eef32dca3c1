//! Asterisk's call detail records, wherever its modules put them.

use super::columns::Column;
use super::disposition;
use crate::ingest::cdr::clid::{Caller, known};
use crate::ingest::cdr::clock::{self, Clock};
use crate::ingest::cdr::record::{Cdr, Disposition};
use crate::model::{Direction, is_withheld};

/// Makes a record of its fields. The error is why there is none.
pub fn read<'a>(mut field: impl FnMut(Column) -> &'a str, clock: &Clock) -> Result<Cdr, &'static str> {
    let uniqueid = field(Column::UniqueId).trim();
    let file = file(field(Column::RecordingFile), field(Column::UserField));
    if uniqueid.is_empty() && file.is_empty() {
        return Err("it has neither a uniqueid nor a recordingfile, so it can't be matched");
    }
    let disposition =
        disposition::read(field(Column::Disposition)).ok_or("its disposition is none that Asterisk has")?;
    let begun = clock::epoch(uniqueid).unwrap_or(i64::MIN / 2);
    let start = clock.read(field(Column::Start), begun).ok_or("its start is not a time")?;
    let answer = clock.read(field(Column::Answer), start);
    let lasted = field(Column::Duration).parse::<u32>().map_or(0, i64::from);
    let end = clock.read(field(Column::End), start + lasted).unwrap_or(start + lasted).max(start);
    let talked = field(Column::BillSec).parse::<u32>().map_or(0, i64::from).min(end - start);
    let answered = disposition == Disposition::Answer;
    let caller = Caller::parse(field(Column::Clid));
    let source = known(field(Column::Src));
    let context = field(Column::DContext);
    let direction = direction(context);
    Ok(Cdr {
        uniqueid: uniqueid.to_owned(),
        callid: field(Column::LinkedId).to_owned(),
        file,
        start,
        answer: if answered { answer.unwrap_or(end - talked).clamp(start, end) } else { 0 },
        end,
        talked: if answered { talked } else { 0 },
        disposition,
        presented: !is_withheld(&source) && !is_withheld(&caller.number),
        source: if source.is_empty() { caller.number } else { source },
        source_name: caller.name,
        called: called(field(Column::Did), field(Column::Dst)),
        destination: destination(field(Column::DstChannel), field(Column::Dst), direction),
        direction,
        context: context.to_owned(),
        accountcode: field(Column::AccountCode).to_owned(),
    })
}

/// The base name of the sound file. Before there was `recordingfile`, FreePBX put `audio:` and the path in `userfield`.
fn file(recordingfile: &str, userfield: &str) -> String {
    let path = match recordingfile.trim() {
        "" => userfield.trim().strip_prefix("audio:").unwrap_or_default(),
        path => path,
    };
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The number that the caller dialled: outside, that is the DID; `s` and the like are no numbers.
fn called(did: &str, dst: &str) -> String {
    let did = known(did);
    if !did.is_empty() {
        return did;
    }
    if matches!(dst, "s" | "h" | "i" | "t" | "T" | "hang") { String::new() } else { known(dst) }
}

/// The extension of a channel such as `PJSIP/102-0000000a` or `Local/102@from-queue-0000000a;1`. A trunk's name is none:
/// then it is the number that was called, unless the call came in.
fn destination(channel: &str, dst: &str, direction: Option<Direction>) -> String {
    let Some((_, name)) = channel.split_once('/') else { return String::new() };
    let name = name.split(['@', ';', '/']).next().unwrap_or_default();
    let name = name.rsplit_once('-').map_or(name, |(name, _)| name);
    match (2..=8).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_digit()) {
        true => name.to_owned(),
        false if direction == Some(Direction::In) => String::new(),
        false => called("", dst),
    }
}

/// Only what comes from a trunk is told by its context: calls from inside may go out or not.
fn direction(context: &str) -> Option<Direction> {
    let outside = ["from-trunk", "from-pstn", "from-did", "ext-did", "from-analog", "from-dahdi"];
    outside.iter().any(|prefix| context.starts_with(prefix)).then_some(Direction::In)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::super::layout::Layouts;
    use super::*;
    use crate::ingest::cdr::fields::Fields;
    use crate::ingest::cdr::rows::Rows;

    fn cdrs(text: &[u8]) -> Vec<Result<Cdr, &'static str>> {
        let clock = Clock::new(TimeZone::get("America/New_York").unwrap());
        let mut layouts = Layouts::Asterisk(None);
        let mut rows = Rows::of_lines(text);
        let mut fields = Fields::default();
        let mut all = Vec::new();
        while rows.next(&mut fields).unwrap().is_some() {
            fields.mend();
            let layout = layouts.of(&fields).expect("a layout").clone();
            all.push(read(|column| layout.place(column).map_or("", |place| fields.text(place)), &clock));
        }
        all
    }

    #[test]
    fn a_record_of_every_field() {
        let row = br#""office","5551230004","5550100","from-trunk","""Maria \""ML\"" Lopez, 100%"" <5551230004>","PJSIP/trunk-00000002","PJSIP/101-00000003","Dial","PJSIP/101,10,tT","2026-11-24 00:53:29","2026-11-24 00:53:30","2026-11-24 00:53:36",6,5,"ANSWERED","DOCUMENTATION","pbx1-1795499609.45","audio:/var/spool/asterisk/monitor/2026/11/24/in-1.wav","","pbx1-1795499609.45",10"#;
        assert_eq!(
            cdrs(row),
            [Ok(Cdr {
                uniqueid: "pbx1-1795499609.45".into(),
                callid: "pbx1-1795499609.45".into(),
                file: "in-1.wav".into(),
                start: 1_795_499_609,
                answer: 1_795_499_610,
                end: 1_795_499_616,
                talked: 5,
                disposition: Disposition::Answer,
                source: "5551230004".into(),
                source_name: "Maria \"ML\" Lopez, 100%".into(),
                presented: true,
                called: "5550100".into(),
                destination: "101".into(),
                direction: Some(Direction::In),
                context: "from-trunk".into(),
                accountcode: "office".into(),
            })]
        );
    }

    fn with(changes: &[(usize, &str)]) -> Result<Cdr, &'static str> {
        let mut fields: Vec<&[u8]> = br#""","101","102","c","x <101>","PJSIP/101-1","PJSIP/102-2","Dial","","2026-11-24 00:53:26","2026-11-24 00:53:27","2026-11-24 00:53:31",5,4,"ANSWERED","","1795499606.0","","","",1"#
            .split(|byte| *byte == b',')
            .collect();
        changes.iter().for_each(|(place, text)| fields[*place] = text.as_bytes());
        cdrs(&[&fields[..], &[]].concat().join(&b","[..])).remove(0)
    }

    #[test]
    fn an_unanswered_call_has_no_answer_and_no_talk() {
        for answer in ["", "\"2026-11-24 00:53:27\""] {
            let cdr = with(&[(10, answer), (13, "4"), (14, "\"NO ANSWER\"")]).unwrap();
            assert_eq!((cdr.answer, cdr.talked, cdr.disposition), (0, 0, Disposition::NoAnswer));
        }
        assert_eq!(with(&[(14, "BUSY")]).unwrap().disposition.as_str(), "busy");
    }

    #[test]
    fn where_it_was_answered_is_an_extension_or_the_number() {
        for (channel, destination) in [
            ("PJSIP/102-0000000a", "102"),
            ("SIP/102-0000000a", "102"),
            ("Local/102@from-queue-0000000a;1", "102"),
            ("PJSIP/trunk-00000001", "999"),
            ("DAHDI/i1/5551234-1f", "999"),
            ("PJSIP/5551234567-00000001", "999"),
            ("", ""),
        ] {
            assert_eq!(with(&[(2, "999"), (6, channel)]).unwrap().destination, destination, "{channel}");
        }
        let incoming = [(2, "999"), (3, "from-trunk"), (6, "PJSIP/trunk-00000001")];
        assert_eq!(with(&incoming).unwrap().destination, "");
    }

    #[test]
    fn numbers_that_are_none() {
        assert_eq!(with(&[(2, "s")]).unwrap().called, "");
        for (source, presented) in
            [("anonymous", false), ("Restricted", false), ("unavailable", true), ("unknown", true)]
        {
            assert_eq!(with(&[(1, source)]).unwrap().presented, presented, "{source}");
        }
        assert_eq!(with(&[(1, "")]).unwrap().source, "101");
    }

    #[test]
    fn the_repeated_hour_is_that_of_the_channel() {
        // 2026-11-01: at 2:00 it is 1:00 again. 05:30 UTC is the first 1:30.
        for (uniqueid, start) in [("1793511000.1", 1_793_511_000), ("1793514600.1", 1_793_514_600)] {
            let times = [
                (9, "2026-11-01 01:30:00"),
                (10, "2026-11-01 01:30:05"),
                (11, "2026-11-01 01:40:00"),
                (12, "600"),
            ];
            let cdr = with(&[&times[..], &[(16, uniqueid)]].concat()).unwrap();
            assert_eq!((cdr.start, cdr.answer, cdr.end), (start, start + 5, start + 600));
        }
        // From the first 1:59:50 to the second 1:00:10.
        let times = [
            (9, "2026-11-01 01:59:50"),
            (10, "2026-11-01 01:59:55"),
            (11, "2026-11-01 01:00:10"),
            (12, "20"),
        ];
        let cdr = with(&[&times[..], &[(16, "1793512790.1")]].concat()).unwrap();
        assert_eq!((cdr.start, cdr.answer, cdr.end), (1_793_512_790, 1_793_512_795, 1_793_512_810));
    }

    #[test]
    fn a_wrong_field_is_named() {
        for (change, why) in
            [((9, "yesterday"), "start"), ((14, "PERHAPS"), "disposition"), ((16, ""), "uniqueid")]
        {
            assert!(with(&[change]).unwrap_err().contains(why), "{change:?}");
        }
    }

    #[test]
    fn damaged_utf8_is_mended() {
        let row = b"\"\",1,2,c,\"\"\"J\xfcrgen\"\" <1>\",a,b,c,d,2026-11-24 00:53:26,,2026-11-24 00:53:26,0,0,ANSWERED,,1795499606.0,,,,\n";
        assert_eq!(cdrs(row).remove(0).unwrap().source_name, "J\u{fffd}rgen");
    }

    proptest! {
        /// A row in which some bytes are others.
        #[test]
        fn anything_may_come(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12)) {
            let mut row = br#""office","5551230004","5550100","from-trunk","""Maria"" <5551230004>","PJSIP/trunk-00000002","PJSIP/101-00000003","Dial","PJSIP/101,10,tT","2026-11-24 00:53:29","2026-11-24 00:53:30","2026-11-24 00:53:36",6,5,"ANSWERED","DOCUMENTATION","pbx1-1795499609.45","x","","pbx1-1795499609.45",10"#.to_vec();
            let length = row.len();
            changes.iter().for_each(|(place, byte)| row[place.index(length)] = *byte);
            let clock = Clock::new(TimeZone::UTC);
            let mut rows = Rows::of_lines(&row[..]);
            let mut fields = Fields::default();
            while let Some((_, read_row)) = rows.next(&mut fields).unwrap() {
                fields.mend();
                let mut layouts = Layouts::Asterisk(None);
                let Some(layout) = layouts.of(&fields).filter(|_| read_row.is_ok()) else { continue };
                if let Ok(cdr) = read(|column| layout.place(column).map_or("", |place| fields.text(place)), &clock) {
                    prop_assert!(cdr.start <= cdr.end && (0..=cdr.end - cdr.start).contains(&cdr.talked));
                }
            }
        }
    }
}
