//! Whether what stands in a column looks like what it is called, or guessed to be.

use super::columns::Column;
use super::layout::{Layout, says};
use crate::ingest::cdr::clid::is_number;
use crate::ingest::cdr::clock::{epoch, stamp};
use crate::ingest::cdr::fields::Fields;
use crate::media::is_sound_name;
use crate::model::is_withheld;

/// Of a text that is no such thing so many letters are told.
const SHOWN: usize = 40;

/// Whether a text may stand in that column.
fn fits(column: Column, text: &str) -> bool {
    let text = text.trim();
    match column {
        Column::Start | Column::Answer | Column::End => is_time(text),
        Column::Duration | Column::BillSec => {
            text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'))
        }
        Column::UniqueId | Column::LinkedId => {
            !text.contains([' ', '/', '<'])
                && text.bytes().any(|byte| byte.is_ascii_digit())
                && !is_dated(text)
        }
        Column::Src | Column::Dst | Column::CNum | Column::Did | Column::DstAnswer => {
            !text.contains(['/', '<']) && !is_dated(text)
        }
        Column::Channel | Column::DstChannel => {
            // What a call file wanted to call when it failed.
            text == "OutgoingSpoolFailed" || (text.contains('/') && !text.contains(' '))
        }
        Column::RecordingFile => names_sound(text),
        _ => true,
    }
}

/// Whether it is a time, with or without a zone.
pub(super) fn is_time(text: &str) -> bool {
    stamp(text).is_some()
}

/// Whether it is a time with a date, which no number and no uniqueid looks like.
pub(super) fn is_dated(text: &str) -> bool {
    text.contains(':') && is_time(text)
}

/// Whether it is a channel: `PJSIP/101-0000000a`, `Local/102@from-queue-0000000a;1`.
pub(super) fn is_channel(text: &str) -> bool {
    let text = text.strip_suffix(";1").or(text.strip_suffix(";2")).unwrap_or(text);
    let Some((technology, name)) = text.split_once('/') else { return false };
    let Some((_, number)) = name.rsplit_once('-') else { return false };
    let is_word = !technology.is_empty() && technology.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_word && !number.is_empty() && number.len() <= 16 && number.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether it is what people dial, or stands for it.
pub(super) fn is_party(text: &str) -> bool {
    is_number(text) || is_withheld(text) || matches!(text, "s" | "h" | "i" | "t" | "unknown" | "<unknown>")
}

/// Whether it is the path of a sound file.
pub(super) fn is_file(text: &str) -> bool {
    is_sound_name(text.trim_end_matches('@').rsplit(['/', '\\']).next().unwrap_or(text))
}

/// Whether it may be the name of a sound file, also without its ending.
fn names_sound(text: &str) -> bool {
    let long = text.len() >= 8 && text.bytes().any(|byte| byte.is_ascii_digit());
    text == "none" || is_file(text) || epoch(text).is_some() || (long && !is_dated(text))
}

/// Takes from the layout of these rows what they contradict. Gives a line for each column that is not believed.
pub(super) fn disbelieve<'a>(
    layout: &mut Layout,
    rows: impl Iterator<Item = &'a Fields> + Clone,
) -> Vec<String> {
    let mut told = Vec::new();
    let columns: Vec<(usize, Column)> = layout.columns().collect();
    for (place, column) in columns {
        let texts = rows.clone().filter_map(|row| std::str::from_utf8(row.get(place)).ok());
        let texts: Vec<&str> = texts.filter(|text| says(text)).collect();
        let mut wrong = texts.iter().filter(|text| !fits(column, text));
        let Some(first) = wrong.next() else { continue };
        if (1 + wrong.count()) * 2 > texts.len() {
            layout.drop(place);
            let first: String = first.chars().take(SHOWN).collect();
            told.push(format!(
                "column {} is not taken for {}: that is not what {first:?} looks like",
                place + 1,
                column.name()
            ));
        }
    }
    told
}
