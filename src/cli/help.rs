//! What `tapeline help` says beyond a line for each flag: what happens when, and how to set up a PBX. A line is as long as
//! a thought; clap breaks it as wide as the terminal is.

use clap::{Arg, Command};

/// What every command heeds.
const ALWAYS: [&str; 2] = ["db", "config"];

/// What a command heeds besides: the first ones are in the short help as well.
fn heeded(command: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match command {
        "init" => (&["media_root"], &["bcrypt_cost", "password_minimum"]),
        "demo" => (&["media_root"], &["bcrypt_cost"]),
        "user" => (&[], &["bcrypt_cost", "password_minimum"]),
        "rules" => (&["media_root"], &[]),
        "import" | "tidy" => (&["media_root"], &["prefer_formats"]),
        "asterisk" => (&["asterisk", "media_root"], &["asterisk_username", "asterisk_tls"]),
        "freeswitch" => (&["freeswitch", "media_root"], &["listen"]),
        _ => (&[], &[]),
    }
}

/// The command tree, whose help of a command tells the settings that it heeds and no others. All are taken everywhere.
pub(super) fn command(command: Command) -> Command {
    let settings: Vec<Arg> = command.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    let command =
        command.mut_args(|arg| if is_always(&arg) || !arg.is_global_set() { arg } else { arg.hide(true) });
    command.mut_subcommands(|command| match command.get_name() {
        "serve" | "config" => command.args(settings.clone()),
        name => {
            let (short, long) = heeded(name);
            let shown = |arg: &Arg| {
                let is = |names: &[&str]| names.contains(&arg.get_id().as_str());
                match arg.clone() {
                    arg if is(&ALWAYS) || is(short) => arg,
                    arg if is(long) => arg.hide_short_help(true),
                    arg => arg.hide(true),
                }
            };
            let settings = settings.iter().map(shown).collect::<Vec<_>>();
            command.args(settings)
        }
    })
}

fn is_always(arg: &Arg) -> bool {
    ALWAYS.contains(&arg.get_id().as_str())
}

/// Behind the flags of `tapeline serve --help`.
pub(super) const SERVE: &str = "\
How recordings get in:
  - A file that a PBX begins below the media root is a call in progress at once, complete when the PBX closes it, and in \
progress again when it is opened again. Files that are there already get their rows too; the days of their group count from \
that moment on.
  - Each file is filed once. What a rule left out stays out, and a recording that was deleted does not come back, unless \
another call is recorded under the same name. Customer, group and expiry are decided while the call goes on; afterwards a \
source that knows more (Asterisk, a call detail record) still completes numbers, names and times, each fact by whoever knows \
it best, in whatever order they come. What a person or another program changed in a row stays.
  - Nothing is deleted by itself: when a recording expires says when it may be.

What happens when
  - the PBX or its machine crashes, or another program that records: its calls are completed with the length of their sound, \
with status interrupted unless the PBX or a detail record knows how they ended.
  - Tapeline is killed, or not running: the next start finds what was written, closed, moved or deleted meanwhile.
  - a file is moved or renamed: its row goes with it, by inode, or by size and content on another disk.
  - a command makes another file of it: it is the same recording, whenever and in whatever order files are made, moved and \
removed. That is so beside it under the same name (x.ogg or x.wav.ogg of x.wav); in another folder by the uniqueid in its name, \
with an alike length; from MP3/ and ORIG/ to beside them; and for a copy by its content, if its name has the other one in it. Machine and customer must be the \
same. In doubt they are two recordings. A file of one side belongs to the file of the whole call beside it.
  - something else is written over it: soon (an hour after its end) and of an alike length, it is the recording. Otherwise the \
row stays as it was, log and status say so, and get with wrap=meta says changed; what is played is what is there.
  - a file is deleted: its row stays, stale is 1, until the file is back. Another file under its name, without a uniqueid, is \
another recording, and the row then names no file.
  - a folder that was named is missing, or has no sound at all although rows have theirs there: its disk is away. Nothing is \
made in its place, no row becomes stale, start, log, status and page say so, and it is watched as soon as it is back.
  - most files are gone at once: the disk may be away. Rows become stale only after rescan_minutes, and come back as soon as \
it is mounted.
  - a folder cannot be read: the log and the status name it; the rest is filed.
  - the database's disk is full, or another program holds it: it is tried again; nothing is left out.

Files and clocks:
  - A file that nobody saw closed counts as closed when its header is complete, or no process writes to it (as root), else \
after silent_minutes without a change. With more folders than fs.inotify.max_user_watches allows, those beyond it are looked at every rescan_minutes.
  - Clocks may be put forward or back, this machine's and the PBX's: what is in progress is waited for by a clock that nobody \
puts. A file whose time is before 1990 or more than a day ahead began when it was first seen, if nothing else says when; an \
end that is before the start, or twelve hours after the sound, is not believed. A machine that says a year before 2026 doesn't \
know the time: what it records then never expires, unless the PBX names a time that can be right.

SIGTERM and Ctrl-C end the requests in flight, then stop. The log goes to standard error, a line a request, and never holds a \
password, a token or a cookie; TAPELINE_LOG=warn makes it quiet, TAPELINE_LOG=tapeline=debug talkative.";

/// Behind the subcommands of `tapeline import --help`.
pub(super) const IMPORT: &str = "\
Every batch is one transaction, and what is known already stays: an import that was killed goes on when it is started again, \
and a second one changes nothing. The server may be running meanwhile.

  - A folder lies below the media root, from where its recordings are played; nothing is moved or copied.
  - Call detail records make no rows: they tell recordings, by uniqueid or else by the name of the sound file, who called and \
who answered; the number that was called is the one in the name of the sound file, if there is one. Of several records of a \
call, in whatever order and however split, the one that was answered speaks; a transferred call lasts from its first answer to \
its last end. They are kept for 30 days, for recordings and further records that come after them. Where a rule asks for an \
account code or a context, its recordings are filed anew once a record tells it, or leave the list (their files stay, and the \
audit log says recordings/withdraw); those that are held stay.
  - Columns of asterisk-csv: Master.csv in each of its settings (16 to 21 columns, which may change within the file), the \
mapping of Asterisk's sample cdr_custom.conf, a first line with names, or an order of its own. What cannot be told from the \
file takes --columns start,clid,src,dst,disposition,uniqueid, or the mapping's line itself.
  - Times are those of the PBX's clock: --timezone, else the zone of the folder in the settings, else this machine's. A file \
whose times contradict its uniqueids is refused, since then the zone is wrong; in the hour that autumn repeats the uniqueid \
decides.
  - csv restores every column, customer and group as they were. Sound is not in it: put it below the media root as before. \
A row whose group is another customer's here is not taken; --recordgroup files all rows under one group and its customer.

--dry-run says what would be done and changes nothing. A line of --report is file:line: reason.";

/// Behind the flags of `tapeline asterisk check --help`.
pub(super) const ASTERISK: &str = "\
From the account that Tapeline runs under, which must be able to read the recordings (root can; else add it to the group \
asterisk), it prints what is to be added: a user for manager.conf with no more rights than are needed and a filter that keeps \
a busy PBX from sending twenty times as much (by criteria where the PBX knows them, which cost it less), enabled = yes under \
[general] there, and for cdr_manager.conf the same and what is to be sent with the records. It names FreePBX's files for it.

It sets a variable of no channel that nobody uses and waits for the event of that, so that a filter that keeps everything back \
is noticed whatever it looks like. On the PBX itself, as root, it reads the files of the PBX with all that they include; else it \
asks for single settings, of which Asterisk does not tell all: what stays open is marked unsure.

The secret comes from TAPELINE_ASTERISK_SECRET or the configuration file. It is proved, not sent; a proxy that knows no \
challenge gets it itself, over TLS or on this machine only.

From another machine use TLS. In manager.conf, under [general], and then manager reload:
  tlsenable = yes
  tlsbindaddr = 0.0.0.0:5039
  tlscertfile = /etc/asterisk/keys/asterisk.pem       ; the certificate and its key
Here tls is \"system\", the file of an authority's certificate (the PBX's then has to have its name or address as \
subjectAltName), or \"sha256:…\", the one certificate that is right, whoever signed it: Asterisk's own ast_tls_cert makes such. \
Its fingerprint is what openssl x509 -noout -fingerprint -sha256 -in asterisk.pem says. Whom the setting does not trust is not \
talked to; this check and the status page say why. After a new certificate touch manager.conf: an unchanged one is not read \
again.

What happens when
  - the connection is lost: it is made again after half a second, later after up to 30; what began or ended meanwhile is asked \
for.
  - Asterisk dies in mid-call: its calls are over, with the length of their sound, status interrupted.
  - a call is transferred: one recording goes on: one row, with who answered first; what follows a REFER is recorded, and \
listed, by itself.
  - a recording is paused (mute): its length counts; how long it was is noted beside the row in the database \
(intake_files.note).
  - a conference is recorded: a row with its name or number, the first who came as caller, and all who took part in the note.

The status of a call is answer, noanswer, busy, cancel (the caller gave up), congestion, chanunavail, failed or interrupted.
Tested with Asterisk 16.28 and 22.10.";

/// Behind the flags of `tapeline freeswitch check --help`.
pub(super) const FREESWITCH: &str = "\
From the account that Tapeline runs under, which must be able to read the recordings, it prints what is to be added: the lines of \
event_socket.conf.xml, a list in acl.conf.xml where FreeSWITCH is another machine, and the lines of json_cdr.conf.xml.

The password comes from TAPELINE_FREESWITCH_PASSWORD or the configuration file. The event socket knows neither a challenge nor \
TLS, and whoever knows its password can do anything with FreeSWITCH: let it listen on this machine or on a network of your own, \
or reach it through a tunnel.

What happens when
  - the connection is lost: it is made again after half a second, later after up to 30; what began or ended meanwhile is asked \
for (channels, their recordings, conferences).
  - FreeSWITCH dies in mid-call: its calls are over, with the length of their sound, status interrupted.
  - a call is transferred or picked up: one recording goes on, also where FreeSWITCH hands it to another channel: one row, with \
who had the call first; whom it was transferred to is noted beside the row in the database (intake_files.note).
  - a call waits in a queue: it is answered when an agent has it, and cancelled where none came.
  - a conference is recorded: a row with the first who came as caller, its name and all who took part in the note.

Only the events that are needed are sent: of a call about eight, and nobody's talking in a conference.
Tested with what FreeSWITCH 1.10.12 said and answered.";

/// Behind the flags of `tapeline tidy --help`.
pub(super) const TIDY: &str = "\
New files find their recording by themselves; those that were filed before stay as they are until you say so. Two are one only \
if both are of the same machine, customer and record group, and have the same uniqueid in their names and lengths that are \
alike, or the same content; without a uniqueid only side by side under one name. In doubt they stay two, and it says why.
What is kept is the recording that somebody holds, has changed or heard, else the one that came first. It takes over what the \
other ones know and it doesn't, holds, and the longest expiry of all. No file is touched. Each is in the audit log \
(recordings/merge).";
