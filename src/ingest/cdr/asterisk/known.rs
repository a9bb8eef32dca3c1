//! The layouts that programs write by themselves, without a first row that says the names.

use super::believe::{is_dated, is_file};
use super::columns::Column::{
    self, AccountCode, AmaFlags, Answer, BillSec, CNam, CNum, Channel, Clid, DContext, Did, Disposition, Dst,
    DstCNam, DstChannel, Duration, End, LastApp, LastData, LinkedId, OutboundCNam, OutboundCNum, PeerAccount,
    RecordingFile, Sequence, Src, Start, UniqueId, UserField,
};
use super::layout::Layout;
use crate::ingest::cdr::clock::epoch;
use crate::ingest::cdr::disposition::Disposition as Word;
use crate::ingest::cdr::fields::Fields;

/// More fields no row of Asterisk's own has.
const WIDEST: usize = 40;

/// cdr_csv's sixteen, always there. With `loguniqueid`, `loguserfield` and `newcdrcolumns` others follow. So do they in the
/// table of Asterisk's `contrib/ast-db-manage`, in another order.
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
/// The table of cdr_mysql, which FreePBX and Issabel have too; theirs go on.
const TABLE: [Column; 16] = [
    Start,
    Clid,
    Src,
    Dst,
    DContext,
    Channel,
    DstChannel,
    LastApp,
    LastData,
    Duration,
    BillSec,
    Disposition,
    AmaFlags,
    AccountCode,
    UniqueId,
    UserField,
];
const FREEPBX: [Column; 10] =
    [Did, RecordingFile, CNum, CNam, OutboundCNum, OutboundCNam, DstCNam, LinkedId, PeerAccount, Sequence];
const ISSABEL: [Column; 7] = [RecordingFile, CNum, CNam, OutboundCNum, OutboundCNam, DstCNam, Did];

/// The layout of a row of cdr_csv, or of the sample of cdr_custom.
pub(super) fn of_asterisk(fields: &Fields) -> Option<Layout> {
    if is_custom(fields) {
        return Some(Layout::new(CDR_CUSTOM[..fields.len()].iter().copied().map(Some).collect()));
    }
    if !(16..=WIDEST).contains(&fields.len()) || !(is_time_at(fields, 9) || is_word_at(fields, 14)) {
        return None;
    }
    let mut columns: Vec<Option<Column>> = CDR_CSV.iter().copied().map(Some).collect();
    columns.extend(behind_csv(fields));
    Some(Layout::new(columns))
}

fn is_custom(fields: &Fields) -> bool {
    matches!(fields.len(), 18 | 19)
        && is_time_at(fields, 8)
        && (is_word_at(fields, 13) || is_time_at(fields, 10))
}

/// What tells rows of one file apart whose layouts differ: the width, which sample they follow, and where uniqueids stand.
pub(super) fn sign(fields: &Fields) -> (usize, bool, u32) {
    let ids = (16..fields.len().min(WIDEST)).filter(|place| is_id(fields, *place));
    (fields.len(), is_custom(fields), ids.fold(0, |ids, place| ids | 1 << (place - 16)))
}

/// What follows the sixteen of cdr_csv: where the uniqueids stand tells which settings are on.
fn behind_csv(fields: &Fields) -> Vec<Option<Column>> {
    let is_id = |place: usize| is_id(fields, place);
    let named = |columns: &[Column]| columns.iter().copied().map(Some).collect();
    match fields.len() - 16 {
        0 => vec![],
        1 if is_id(16) => named(&[UniqueId]),
        1 => named(&[UserField]),
        2 if is_id(17) && !is_id(16) => named(&[UserField, UniqueId]),
        2 => named(&[UniqueId, UserField]),
        3 if is_id(16) && is_id(17) => named(&[UniqueId, LinkedId, Sequence]),
        3 => named(&[PeerAccount, LinkedId, Sequence]),
        4 if is_id(16) && is_id(17) => named(&[UniqueId, LinkedId, PeerAccount, Sequence]),
        4 if is_id(16) => named(&[UniqueId, PeerAccount, LinkedId, Sequence]),
        4 => named(&[UserField, PeerAccount, LinkedId, Sequence]),
        5 if is_id(17) && is_id(18) && !is_id(16) => {
            named(&[UserField, UniqueId, LinkedId, PeerAccount, Sequence])
        }
        5 => named(&[UniqueId, UserField, PeerAccount, LinkedId, Sequence]),
        _ => of_ids(fields),
    }
}

/// Uniqueids and sound files, wherever they stand behind the sixteen.
fn of_ids(fields: &Fields) -> Vec<Option<Column>> {
    let mut ids = [UniqueId, LinkedId].into_iter();
    let column = |place| match () {
        () if is_id(fields, place) => ids.next(),
        () if is_file(fields.text(place)) => Some(RecordingFile),
        () => None,
    };
    (16..fields.len()).map(column).collect()
}

/// The layout of rows of a table as cdr_mysql, FreePBX and Issabel have it; a number of the row may come first.
pub(super) fn of_table(rows: &[&Fields]) -> Option<Layout> {
    let width = rows.first()?.len();
    let is_row = |row: &Fields, first: usize| {
        let number = |place: usize| row.get(place).iter().all(u8::is_ascii_digit);
        is_time_at(row, first) && number(first + 9) && number(first + 10) && row.text(first + 5).contains('/')
    };
    let first = (0..2).find(|first| most(rows, |row| is_row(row, *first)))?;
    let rest = width.checked_sub(first + TABLE.len())?;
    let at = first + TABLE.len();
    let files = |place: usize| rows.iter().filter(|row| is_file(row.text(place))).count();
    let numbers = |place: usize| rows.iter().filter(|row| row.text(place).len() > 2).count();
    let issabel = match (files(at), files(at + 1)) {
        (0, 0) => rest <= ISSABEL.len() + 1 && numbers(at) < numbers(at + 6),
        (here, next) => here > next,
    };
    let behind = if issabel { &ISSABEL[..] } else { &FREEPBX[..] };
    // With so few columns behind the sixteen there are those that somebody added.
    let behind = if rest == 1 && files(at) > 0 { &[RecordingFile][..] } else { behind };
    let columns = TABLE.iter().chain(behind).copied().map(Some);
    let columns = std::iter::repeat_n(None, first).chain(columns).chain(std::iter::repeat(None));
    Some(Layout::new(columns.take(width).collect()))
}

/// Whether it holds for nearly all rows.
pub(super) fn most(rows: &[&Fields], is: impl Fn(&Fields) -> bool) -> bool {
    rows.iter().filter(|row| is(row)).count() * 10 >= rows.len() * 8 && !rows.is_empty()
}

fn is_time_at(fields: &Fields, place: usize) -> bool {
    is_dated(fields.text(place))
}

fn is_word_at(fields: &Fields, place: usize) -> bool {
    let word = fields.text(place);
    word.len() > 2 && Word::read(word).is_some()
}

fn is_id(fields: &Fields, place: usize) -> bool {
    epoch(fields.text(place)).is_some()
}
