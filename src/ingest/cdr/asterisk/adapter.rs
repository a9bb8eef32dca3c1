//! Asterisk's call detail records, wherever its modules put them.

use super::columns::Column;
use super::parties::{Parties, called, did, leg};
use crate::ingest::cdr::clock::{self, Clock};
use crate::ingest::cdr::disposition::Disposition;
use crate::ingest::cdr::record::Cdr;

/// Of a word that nobody knows so many letters are told.
const SHOWN: usize = 20;

/// Makes a record of its fields. The error is why there is none.
pub fn read<'a>(mut field: impl FnMut(Column) -> &'a str, clock: &Clock) -> Result<Cdr, &'static str> {
    let uniqueid = field(Column::UniqueId).trim();
    let mut files = files(field(Column::RecordingFile), field(Column::UserField));
    let file = files.next().unwrap_or_default();
    if uniqueid.is_empty() && file.is_empty() {
        return Err("it has neither a uniqueid nor a recordingfile, so it can't be matched");
    }
    let begun = clock::epoch(uniqueid).unwrap_or(i64::MIN / 2);
    let start = clock.read(field(Column::Start), begun).ok_or("its start is not a time")?;
    let lasted = seconds(field(Column::Duration));
    let ended = lasted.map(|lasted| start.saturating_add(lasted));
    let end = clock.read(field(Column::End), ended.unwrap_or(start)).or(ended).map(|end| end.max(start));
    let talked =
        seconds(field(Column::BillSec)).map(|talked| end.map_or(talked, |end| talked.min(end - start)));
    let disposition = Disposition::read(field(Column::Disposition));
    let is_void = disposition == Some(Disposition::Answer) && was_left_in_queue(&mut field);
    let disposition = if is_void { Some(Disposition::Cancel) } else { disposition };
    let answered =
        disposition.map_or(talked.is_some_and(|talked| talked > 0), |how| how == Disposition::Answer);
    let answer = clock.read(field(Column::Answer), start);
    let counted = end.zip(talked).map(|(end, talked)| end - talked);
    let answer = answer.map(|answer| answer.clamp(start, end.unwrap_or(answer).max(start))).or(counted);
    let parties = Parties::of(&mut field);
    let did = did(&mut field);
    Ok(Cdr {
        uniqueid: uniqueid.to_owned(),
        callid: field(Column::LinkedId).to_owned(),
        file,
        more_files: files.collect(),
        start,
        answer: answer.filter(|_| answered),
        end,
        // Whoever was not answered did not talk, whatever is counted.
        talked: if answered || disposition.is_none() { talked } else { Some(0) },
        disposition,
        doubt: doubt(disposition, field(Column::Disposition)),
        presented: parties.presented,
        source: parties.source,
        source_name: parties.source_name,
        from_inside: parties.from_inside,
        called_name: parties.called_name,
        dialled_outside: !did.is_empty(),
        called: if did.is_empty() { called(field(Column::Dst)) } else { did },
        queue: queue(field(Column::LastApp), field(Column::LastData)),
        leg: leg(&mut field),
        destination: parties.destination,
        destination_name: parties.destination_name,
        direction: parties.direction,
        context: field(Column::DContext).to_owned(),
        accountcode: field(Column::AccountCode).to_owned(),
        ..Cdr::default()
    })
}

/// What is to be said of how the call ended.
fn doubt(disposition: Option<Disposition>, word: &str) -> String {
    let start: String = word.trim().chars().take(SHOWN).collect();
    match disposition {
        Some(_) => String::new(),
        None if start.is_empty() => "it doesn't say how the call ended, so that stays open".into(),
        None => format!("{start:?} is no known word for how a call ended, so that stays open"),
    }
}

/// Seconds, as a number or as `h:mm:ss`.
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds));
    }
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let parts = whole.split(':').map(|part| part.parse::<u32>().ok().map(i64::from));
    parts.into_iter().try_fold(0_i64, |seconds, part| seconds.checked_mul(60)?.checked_add(part?))
}

/// The base names of the sound files. Before there was `recordingfile`, FreePBX put `audio:` and the path in `userfield`;
/// Grandstream puts an `@` behind each.
fn files<'a>(recordingfile: &'a str, userfield: &'a str) -> impl Iterator<Item = String> + use<'a> {
    let paths = match recordingfile.trim() {
        "" | "none" => userfield.trim().strip_prefix("audio:").unwrap_or_default(),
        path => path,
    };
    let mark = if paths.ends_with('@') { '@' } else { '\0' };
    let names = paths.split(mark).map(|path| path.rsplit(['/', '\\']).next().unwrap_or_default().trim());
    names.filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Whether whoever called waited in a queue, which answers by itself, until they hung up: nobody was sent to.
fn was_left_in_queue<'a>(field: &mut impl FnMut(Column) -> &'a str) -> bool {
    field(Column::LastApp) == "Queue"
        && !field(Column::Channel).is_empty()
        && field(Column::DstChannel).is_empty()
}

/// The queue that it waited in.
fn queue(application: &str, arguments: &str) -> String {
    let queue = if application == "Queue" { arguments.split(',').next() } else { None };
    queue.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::super::layouts::Layouts;
    use super::*;
    use crate::ingest::cdr::fields::Fields;
    use crate::ingest::cdr::rows::Rows;
    use crate::model::Direction;

    fn cdrs(text: &[u8]) -> Vec<Result<Cdr, &'static str>> {
        let clock = Clock::new(TimeZone::get("America/New_York").unwrap());
        let mut layouts = Layouts::asterisk();
        let mut rows = Rows::of_lines(text);
        let mut fields = Fields::default();
        let mut all = Vec::new();
        while rows.next(&mut fields).unwrap().is_some() {
            fields.mend();
            let layout = layouts.of(&fields).expect("a layout").clone();
            all.push(read(|column| layout.text(column, |place| fields.text(place)), &clock));
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
                answer: Some(1_795_499_610),
                end: Some(1_795_499_616),
                talked: Some(5),
                disposition: Some(Disposition::Answer),
                source: "5551230004".into(),
                source_name: "Maria \"ML\" Lopez, 100%".into(),
                presented: true,
                called: "5550100".into(),
                destination: "101".into(),
                direction: Some(Direction::In),
                context: "from-trunk".into(),
                accountcode: "office".into(),
                ..Cdr::default()
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
            assert_eq!(
                (cdr.answer, cdr.talked, cdr.disposition),
                (None, Some(0), Some(Disposition::NoAnswer))
            );
        }
        assert_eq!(with(&[(14, "BUSY")]).unwrap().disposition, Some(Disposition::Busy));
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
            assert_eq!((cdr.start, cdr.answer, cdr.end), (start, Some(start + 5), Some(start + 600)));
        }
        // From the first 1:59:50 to the second 1:00:10.
        let times = [
            (9, "2026-11-01 01:59:50"),
            (10, "2026-11-01 01:59:55"),
            (11, "2026-11-01 01:00:10"),
            (12, "20"),
        ];
        let cdr = with(&[&times[..], &[(16, "1793512790.1")]].concat()).unwrap();
        let times = (1_793_512_790, Some(1_793_512_795), Some(1_793_512_810));
        assert_eq!((cdr.start, cdr.answer, cdr.end), times);
    }

    #[test]
    fn a_wrong_field_is_named() {
        for (change, why) in [((9, "yesterday"), "start"), ((16, ""), "uniqueid")] {
            assert!(with(&[change]).unwrap_err().contains(why), "{change:?}");
        }
    }

    #[test]
    fn what_is_not_known_of_its_end_stays_open_and_is_told() {
        for (word, told) in
            [("PERHAPS", "\"PERHAPS\" is no known word"), ("", "doesn't say how the call ended")]
        {
            let cdr = with(&[(14, word)]).unwrap();
            assert_eq!(
                (cdr.disposition, cdr.talked, cdr.answer),
                (None, Some(4), Some(1_795_499_607)),
                "{word}"
            );
            assert!(cdr.doubt.contains(told), "{}", cdr.doubt);
        }
        let cdr = with(&[(14, ""), (12, ""), (13, ""), (11, "")]).unwrap();
        assert_eq!((cdr.end, cdr.talked, cdr.answer), (None, None, None), "unknown is not zero");
        let cdr = with(&[(12, "0:01:05"), (13, "0:01:00"), (11, "")]).unwrap();
        assert_eq!((cdr.end, cdr.talked), (Some(1_795_499_671), Some(60)));
        for (word, meant) in
            [("Answered", Disposition::Answer), ("8", Disposition::Answer), ("CANCEL", Disposition::Cancel)]
        {
            let cdr = with(&[(14, word)]).unwrap();
            assert_eq!((cdr.disposition, &*cdr.doubt), (Some(meant), ""), "{word}");
        }
    }

    #[test]
    fn the_trunks_number_is_not_the_callers() {
        let outgoing =
            [(1, "5556000"), (2, "5551234567"), (4, "\"Lab Office\" <5556000>"), (5, "PJSIP/101-0000000d")];
        let to_trunk = [&outgoing[..], &[(6, "PJSIP/labtrunk-0000000e")]].concat();
        let cdr = with(&to_trunk).unwrap();
        assert_eq!((&*cdr.source, &*cdr.source_name, cdr.direction), ("101", "", Some(Direction::Out)));
        let failed = [&outgoing[..], &[(6, ""), (8, "PJSIP/5551234567@labtrunk"), (14, "FAILED")]].concat();
        let cdr = with(&failed).unwrap();
        assert_eq!((&*cdr.source, cdr.direction), ("101", Some(Direction::Out)));
        let numbered = [&outgoing[..], &[(6, "IAX2/12345-77")]].concat();
        let cdr = with(&numbered).unwrap();
        assert_eq!((&*cdr.destination, cdr.direction), ("5551234567", Some(Direction::Out)));
        let inside = with(&[(5, "PJSIP/101-1"), (6, "PJSIP/102-2"), (4, "\"Anna\" <101>")]).unwrap();
        assert_eq!(
            (&*inside.source, &*inside.source_name, inside.direction),
            ("101", "Anna", Some(Direction::Internal))
        );
        let incoming = [(1, "5557770001"), (3, "from-trunk"), (5, "PJSIP/5556000-1"), (6, "PJSIP/101-2")];
        let cdr = with(&incoming).unwrap();
        assert_eq!((&*cdr.source, cdr.direction), ("5557770001", Some(Direction::In)));
    }

    #[test]
    fn a_local_channel_leads_to_the_number_that_it_dials() {
        for (channel, destination) in [
            ("Local/5558880001@from-internal-00000009;1", "5558880001"),
            ("Local/FMGL-5558880001#@from-internal-00000008;1", "5558880001"),
            ("Local/FMPR-104@from-internal-00000007;1", "104"),
            ("Local/102@from-queue-0000000a;1", "102"),
            ("Local/s@somewhere-1;1", "999"),
        ] {
            assert_eq!(with(&[(2, "999"), (6, channel)]).unwrap().destination, destination, "{channel}");
        }
    }

    #[test]
    fn a_queue_that_answers_by_itself_is_nobody_who_answered() {
        let queue = [(2, "703"), (6, ""), (7, "Queue"), (8, "\"703,t,,,60\"")];
        let cdr = with(&queue).unwrap();
        assert_eq!(
            (cdr.disposition, cdr.talked, cdr.answer, &*cdr.destination),
            (Some(Disposition::Cancel), Some(0), None, "")
        );
        let answered = with(&[&queue[..], &[(6, "Local/102@from-queue-0000000d;1")]].concat()).unwrap();
        assert_eq!((answered.disposition, &*answered.destination), (Some(Disposition::Answer), "102"));
        assert_eq!(answered.leg, "Local/102@from-queue-0000000d");
    }

    #[test]
    fn who_picked_up_is_another_than_who_was_called() {
        for (peer, dialled, leg) in [
            (
                "PJSIP/101-00000064",
                "\"PJSIP/102/sip:102@127.0.0.1:5080,,HhtrM(auto-blkvm)\"",
                "Local/102@from-queue-0000000d",
            ),
            ("PJSIP/102-00000064", "\"PJSIP/102/sip:102@127.0.0.1:5080,,HhtrM(auto-blkvm)\"", ""),
            ("PJSIP/101-00000064", "\"PJSIP/102&PJSIP/101,20\"", ""),
            ("PJSIP/trunk-00000064", "PJSIP/5551234@trunk", ""),
            ("PJSIP/101-00000064", "", ""),
        ] {
            let cdr =
                with(&[(2, "102"), (5, "Local/102@from-queue-0000000d;2"), (6, peer), (8, dialled)]).unwrap();
            assert_eq!(cdr.leg, leg, "{peer} {dialled}");
        }
    }

    #[test]
    fn sound_files_are_named_in_the_ways_of_each_pbx() {
        let named = |recordingfile: &str, userfield: &str| {
            files(recordingfile, userfield).collect::<Vec<_>>().join("|")
        };
        assert_eq!(named("/var/spool/a.wav", "audio:b.wav"), "a.wav");
        assert_eq!(named("", "audio:/x/b.wav"), "b.wav");
        assert_eq!(named("none", "campaign 7"), "");
        assert_eq!(named("2026-11/auto-1-101-102.wav@", ""), "auto-1-101-102.wav");
        assert_eq!(named("2026-11/a.wav@2026-11/b.wav@", ""), "a.wav|b.wav");
        assert_eq!(named("in-me@home.wav", ""), "in-me@home.wav");
        assert_eq!(named(r"C:\rec\a.wav", ""), "a.wav");
    }

    #[test]
    fn what_is_not_utf8_is_latin_1() {
        let row = b"\"\",1,2,c,\"\"\"J\xfcrgen\"\" <1>\",a,b,c,d,2026-11-24 00:53:26,,2026-11-24 00:53:26,0,0,ANSWERED,,1795499606.0,,,,\n";
        assert_eq!(cdrs(row).remove(0).unwrap().source_name, "Jürgen");
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
                let mut layouts = Layouts::asterisk();
                let Some(layout) = layouts.of(&fields).filter(|_| read_row.is_ok()) else { continue };
                if let Ok(cdr) = read(|column| layout.text(column, |place| fields.text(place)), &clock) {
                    let end = cdr.end.unwrap_or(i64::MAX);
                    prop_assert!(cdr.start <= end && (0..=end - cdr.start).contains(&cdr.talked.unwrap_or(0)));
                }
            }
        }
    }
}
