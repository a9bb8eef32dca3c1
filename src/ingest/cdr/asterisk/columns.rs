//! What a field of Asterisk's call detail records is called.

/// What a field of Asterisk's call detail records holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "Asterisk's own names, and FreePBX's")]
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
    /// FreePBX: the caller's own number and name, whatever an outbound route made of them.
    CNum,
    CNam,
    OutboundCNum,
    OutboundCNam,
    /// FreePBX: the name of who was called.
    DstCNam,
    /// Grandstream: who answered.
    DstAnswer,
}

use Column::{
    AccountCode, AmaFlags, Answer, BillSec, CNam, CNum, Channel, Clid, DContext, Did, Disposition, Dst,
    DstAnswer, DstCNam, DstChannel, Duration, End, LastApp, LastData, LinkedId, OutboundCNam, OutboundCNum,
    PeerAccount, RecordingFile, Sequence, Src, Start, UniqueId, UserField,
};

/// How many there are.
pub(super) const COLUMNS: usize = 29;

/// The names, as Asterisk, the tables of its modules, FreePBX, other PBXs, CDR viewers and the manager interface's Cdr event
/// write them: in small letters, without marks. Of several that a file has, the first that says something counts.
///
/// To add one: its name in the line of what it holds. What a column holds must look like that in a file's first rows
/// (`believe.rs`), else it isn't believed.
pub(super) const NAMES: [(Column, &[&str]); COLUMNS] = [
    (AccountCode, &["accountcode"]),
    (Src, &["src", "source", "srcnum", "caller", "callernumber", "callingnumber", "sourcenumber"]),
    (Dst, &["dst", "destination", "dstnum", "called", "callednumber", "dialednumber", "destinationnumber"]),
    (DContext, &["dcontext", "destinationcontext", "dstcontext"]),
    (Clid, &["clid", "callerid"]),
    (Channel, &["channel", "srcchan", "srcchannel", "sourcechannel"]),
    (DstChannel, &["dstchannel", "destinationchannel", "dstchan", "destchannel"]),
    (LastApp, &["lastapp", "lastapplication"]),
    (LastData, &["lastdata"]),
    (Start, &["start", "calldate", "starttime", "startdate", "datetime", "date"]),
    (Answer, &["answer", "answertime", "answerdate"]),
    (End, &["end", "endtime", "enddate", "hangup", "hanguptime", "hangupdate"]),
    (Duration, &["duration", "totalduration"]),
    (BillSec, &["billsec", "billableseconds", "billseconds", "talktime"]),
    (Disposition, &["disposition", "status", "callstatus"]),
    (AmaFlags, &["amaflags"]),
    (UniqueId, &["uniqueid"]),
    (UserField, &["userfield"]),
    (PeerAccount, &["peeraccount"]),
    (LinkedId, &["linkedid"]),
    (Sequence, &["sequence"]),
    (Did, &["did"]),
    (
        RecordingFile,
        &["recordingfile", "recordfiles", "recordfile", "filename", "record", "recording", "recordingpath"],
    ),
    (CNum, &["cnum"]),
    (CNam, &["cnam", "callername"]),
    (OutboundCNum, &["outboundcnum"]),
    (OutboundCNam, &["outboundcnam"]),
    (DstCNam, &["dstcnam"]),
    (DstAnswer, &["dstanswer"]),
];

/// A name in small letters, without blanks and marks, nor the table's name that some put before each.
pub(super) fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase());
    let plain: String = letters.collect();
    plain.strip_prefix("cdr").map(str::to_owned).unwrap_or(plain)
}

impl Column {
    /// The column of that name, whatever its case.
    pub fn named(name: &str) -> Option<Column> {
        Column::ranked(name).map(|(column, _)| column)
    }

    /// The column of that name, and which of its names it is.
    pub(super) fn ranked(name: &str) -> Option<(Column, usize)> {
        let name = plain(name);
        NAMES.iter().find_map(|(column, names)| {
            names.iter().position(|known| **known == *name).map(|rank| (*column, rank))
        })
    }

    /// Asterisk's name of it.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(column, _)| *column == self).map_or("", |(_, names)| names[0])
    }
}
