//! What a field of Asterisk's call detail records is called.

/// What a field of Asterisk's call detail records holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "Asterisk's own names")]
pub enum Column {
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
    UniqueId,
    UserField,
    PeerAccount,
    LinkedId,
    Sequence,
    Did,
    RecordingFile,
}

use Column::{
    AccountCode, AmaFlags, Answer, BillSec, Channel, Clid, DContext, Did, Disposition, Dst, DstChannel,
    Duration, End, LastApp, LastData, LinkedId, PeerAccount, RecordingFile, Sequence, Src, Start, UniqueId,
    UserField,
};

/// The names, as Asterisk, the tables of its modules, FreePBX and the manager interface's Cdr event write them.
pub(super) const NAMES: [(Column, &[&str]); 23] = [
    (AccountCode, &["accountcode"]),
    (Src, &["src", "source"]),
    (Dst, &["dst", "destination"]),
    (DContext, &["dcontext", "destinationcontext"]),
    (Clid, &["clid", "callerid"]),
    (Channel, &["channel"]),
    (DstChannel, &["dstchannel", "destinationchannel"]),
    (LastApp, &["lastapp", "lastapplication"]),
    (LastData, &["lastdata"]),
    (Start, &["start", "calldate", "starttime"]),
    (Answer, &["answer", "answertime"]),
    (End, &["end", "endtime"]),
    (Duration, &["duration"]),
    (BillSec, &["billsec", "billableseconds"]),
    (Disposition, &["disposition"]),
    (AmaFlags, &["amaflags"]),
    (UniqueId, &["uniqueid"]),
    (UserField, &["userfield"]),
    (PeerAccount, &["peeraccount"]),
    (LinkedId, &["linkedid"]),
    (Sequence, &["sequence"]),
    (Did, &["did"]),
    (RecordingFile, &["recordingfile"]),
];

impl Column {
    /// The column of that name, whatever its case.
    pub fn named(name: &str) -> Option<Column> {
        let name = name.trim().trim_matches('"');
        let is = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        NAMES.iter().find(|(_, names)| is(names)).map(|(column, _)| *column)
    }

    /// Asterisk's name of it.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(column, _)| *column == self).map_or("", |(_, names)| names[0])
    }
}
