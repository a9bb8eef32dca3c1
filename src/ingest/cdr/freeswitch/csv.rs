//! mod_cdr_csv's files, in the templates that its configuration comes with. No row says which template it is of; where the
//! channel's UUID stands in it tells.
//!
//! What a template quotes isn't escaped: a name with a comma in it is several fields.

use std::path::Path;

use super::leg::unanswered;
use crate::ingest::cdr::clock::Clock;
use crate::ingest::cdr::disposition::Disposition;
use crate::ingest::cdr::fields::Fields;
use crate::ingest::cdr::format::Options;
use crate::ingest::cdr::record::{Cdr, Record};
use crate::ingest::cdr::rows::Rows;
use crate::ingest::files;
use crate::ingest::reading::{Length, Reading};
use crate::model::is_withheld;

/// Fields up to the UUID in the templates `example`, `default`, `snom`, `linksys` and `sql`, and in `asterisk`.
const EXAMPLE: usize = 10;
const ASTERISK: usize = 16;

pub(in crate::ingest::cdr) fn open(path: &Path, options: Options) -> anyhow::Result<Reading<Record>> {
    let (input, length) = files::open(path)?;
    let entries = Rows::of_lines(input).entries(path, move |fields| read(fields, &options.clock));
    Ok(Reading { entries, length: Length::Bytes(length), remarks: vec![] })
}

fn read(fields: &mut Fields, clock: &Clock) -> Result<Record, String> {
    fields.mend();
    let texts: Vec<&str> = (0..fields.len()).map(|index| plain(fields.text(index))).collect();
    let place = texts.iter().position(|text| is_uuid(text));
    let place = place.ok_or("no field of it is the UUID of a channel: ${uuid} is missing in the template")?;
    // A field so many before the UUID.
    let before = |count: usize| place.checked_sub(count).map_or("", |index| texts[index]);
    let after = |count: usize| texts.get(place + count).copied().unwrap_or_default();
    let row = match place {
        0 => Row {
            number: after(3),
            called: after(4),
            answer: after(5),
            end: after(6),
            billed: after(7),
            account: after(8),
            other: after(1),
            ..Row::default()
        },
        EXAMPLE..ASTERISK => Row {
            name: texts[..=place - EXAMPLE].join(","),
            number: before(9),
            called: before(8),
            context: before(7),
            start: before(6),
            answer: before(5),
            end: before(4),
            billed: before(2),
            cause: before(1),
            account: after(2),
            other: after(1),
        },
        ASTERISK.. => Row {
            // `"Name" <number>`, of which CSV took the first mark away.
            name: before(12).rsplit_once('<').map_or("", |(name, _)| name.trim().trim_matches('"')).into(),
            number: before(15),
            called: before(14),
            context: before(13),
            start: before(7),
            answer: before(6),
            end: before(5),
            billed: before(3),
            cause: before(2),
            account: before(ASTERISK),
            other: before(10),
        },
        _ => return Err("it is in none of mod_cdr_csv's templates".into()),
    };
    row.cdr(texts[place], clock)
}

/// What a row says.
#[derive(Default)]
struct Row<'a> {
    name: String,
    number: &'a str,
    called: &'a str,
    context: &'a str,
    start: &'a str,
    answer: &'a str,
    end: &'a str,
    billed: &'a str,
    cause: &'a str,
    account: &'a str,
    /// The channel that it was put through to.
    other: &'a str,
}

impl Row<'_> {
    fn cdr(self, uniqueid: &str, clock: &Clock) -> Result<Record, String> {
        let times = [self.start, self.answer, self.end];
        let start = times.iter().find_map(|time| clock.read(time, i64::MIN));
        let start = start.ok_or("it doesn't say when the call began")?;
        let end = clock.read(self.end, start).unwrap_or(start).max(start);
        let answer = clock.read(self.answer, start).map(|answer| answer.clamp(start, end));
        let billed = self.billed.parse::<u32>().map_or(0, i64::from);
        let disposition = match (answer, self.cause) {
            (Some(_), _) => Some(Disposition::Answer),
            (None, "") => None,
            (None, cause) => Some(unanswered(cause)),
        };
        // Who else answered stands in the record of that channel.
        let alone = answer.is_some() && self.other.is_empty();
        Ok(Record::from(Cdr {
            uniqueid: uniqueid.into(),
            callid: uniqueid.into(),
            start,
            answer,
            end: Some(end),
            talked: Some(answer.map_or(0, |answer| billed.min(end - answer))),
            disposition,
            presented: !is_withheld(self.number),
            source: self.number.into(),
            source_name: self.name,
            called: self.called.into(),
            destination: if alone { self.called.into() } else { String::new() },
            context: self.context.into(),
            accountcode: self.account.into(),
            ..Cdr::default()
        }))
    }
}

/// A field without what a template has around it: `INSERT INTO cdr VALUES ("…"` and ` "…");`.
fn plain(text: &str) -> &str {
    let text = text.split_once("VALUES (").map_or(text, |(_, text)| text).trim();
    text.strip_suffix(");").unwrap_or(text).trim_matches('"')
}

fn is_uuid(text: &str) -> bool {
    let hexadecimal = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    hexadecimal && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}
