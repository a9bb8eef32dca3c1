//! Sound: a long file beside nginx, a place far into ten minutes of GSM, and waveforms.

use anyhow::{Context as _, Result};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::Setup;
use crate::database::{PASSWORD, USERNAME};
use crate::load::{self, Connection};
use crate::programs::{self, Server};
use crate::report::{Bar, Figure, Report};
use crate::turns::middle;

const MIB: f64 = (1 << 20) as f64;
/// Bytes of the long file.
const LONG: usize = 100 << 20;
/// Downloads of each server.
const TURNS: usize = 15;
/// Waveforms of each kind.
const WAVEFORMS: usize = 9;
/// Frames of GSM in ten minutes, and samples.
const FRAMES: usize = 30_000;
const SAMPLES: usize = 160 * FRAMES;

const ROWS: &str = "
INSERT INTO customers (id, name) VALUES (1, 'Bench');
INSERT INTO recordgroups (id, customer, name) VALUES (1, 1, 'Bench');
INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, path) VALUES
  (1, 1, 'long', '1', 1, 1, 'long.wav'), (1, 1, 'gsm', '1', 2, 1, 'call.gsm'), (1, 1, 'wav', '1', 3, 1, 'call.wav');";

/// All of it.
pub fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let folder = programs::target()?.join("bench/sound");
    let _ = fs::remove_dir_all(&folder);
    let media = folder.join("media");
    fs::create_dir_all(&media)?;
    write_sound(&media)?;
    let db = folder.join("recordings.db");
    make_database(&setup.tapeline, &db)?;
    let mut server = Server::tapeline(&setup.tapeline, &db, "sound")?;
    server.wait_until_ready()?;
    download(&server, &media, report)?;
    seek(&server, report)?;
    for (what, name) in [("wav", "call.wav"), ("gsm", "call.gsm")] {
        waveforms(&server, what, &media.join(name), report)?;
    }
    fs::remove_dir_all(&folder)?;
    Ok(())
}

fn make_database(tapeline: &Path, db: &Path) -> Result<()> {
    rusqlite::Connection::open(db)?
        .execute_batch(&format!("{}{ROWS}", include_str!("../../schema.sql")))
        .context("making a database for sound")?;
    let add = ["user", "add", USERNAME, "--customer", "1", "--role", "supervisor", "--password-stdin"];
    programs::run(tapeline, &add, db, PASSWORD).map(drop)
}

fn write_sound(media: &Path) -> Result<()> {
    let noise: Vec<u8> =
        (0..LONG as u64).map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    fs::write(media.join("long.wav"), &noise)?;
    let mut frames = noise[..33 * FRAMES].to_vec();
    frames.iter_mut().step_by(33).for_each(|byte| *byte = 0xd0 | *byte & 15);
    fs::write(media.join("call.gsm"), frames)?;
    // A header of a call in progress: its length is the file's.
    let header =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0";
    fs::write(media.join("call.wav"), [&header[..], &noise[..2 * SAMPLES]].concat())?;
    Ok(())
}

fn target(function: &str, uniqueid: &str, more: &str) -> String {
    format!(
        "/api/json/recording/recordings/{function}?auth_username={USERNAME};auth_password={PASSWORD};recordgroup=1;uniqueid={uniqueid};recordid=1{more}"
    )
}

/// 100 MiB, in turns with nginx where there is one.
fn download(server: &Server, media: &Path, report: &mut Report) -> Result<()> {
    let Some(nginx) = nginx() else {
        eprintln!("nginx is not installed (Debian: nginx-light); sound is not compared with it");
        return Ok(());
    };
    let mut nginx = Server::nginx(&nginx, media)?;
    nginx.wait_until_ready()?;
    let ours = (server, load::request(&target("get", "long", ";wrap=none")));
    let theirs = (&nginx, load::request("/long.wav"));
    let mut speeds = [Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        for ((server, request), speeds) in [&ours, &theirs].into_iter().zip(&mut speeds) {
            let seconds = Connection::open(server.address())?.time(request)?.whole.as_secs_f64();
            speeds.push(LONG as f64 / MIB / seconds);
        }
    }
    let best = |speeds: &[f64]| speeds.iter().copied().fold(0.0, f64::max);
    let at_best = Some(best(&speeds[0]) / best(&speeds[1]));
    let [ours, limit] = speeds.map(middle);
    let what = "100 MiB of sound (limit: nginx)".to_owned();
    let bar = Bar::TimesAtLeast(0.8);
    report.add(Figure { what, unit: "MiB/s", ours, limit: Some(limit), at_best, bar, ..Figure::default() });
    Ok(())
}

fn nginx() -> Option<PathBuf> {
    ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"]
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.exists())
}

/// A range near the end of ten minutes of GSM: all before it is decoded.
fn seek(server: &Server, report: &mut Report) -> Result<()> {
    let end = 2 * SAMPLES;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: bench\r\nRange: bytes={}-{}\r\n\r\n",
        target("get", "gsm", ";wrap=none;play=1"),
        end - 65_536,
        end - 1
    );
    let mut connection = Connection::open(server.address())?;
    let times =
        (0..WAVEFORMS).map(|_| Ok(connection.time(request.as_bytes())?.whole)).collect::<Result<Vec<_>>>()?;
    report.add(figure("the end of ten minutes of GSM", times, Bar::None));
    Ok(())
}

/// The waveform of a file that changed, and of one that did not.
fn waveforms(server: &Server, name: &str, path: &Path, report: &mut Report) -> Result<()> {
    let request = load::request(&target("peaks", name, ""));
    let mut connection = Connection::open(server.address())?;
    let (mut first, mut kept) = (Vec::new(), Vec::new());
    for turn in 0..WAVEFORMS as u64 {
        File::options()
            .write(true)
            .open(path)?
            .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(turn))?;
        first.push(connection.time(&request)?.whole);
        kept.push(connection.time(&request)?.whole);
    }
    report.add(figure(&format!("waveform of ten minutes of {name}"), first, Bar::AtMost(1000.0)));
    report.add(figure(&format!("the same, kept ({name})"), kept, Bar::AtMost(50.0)));
    Ok(())
}

fn figure(what: &str, times: Vec<Duration>, bar: Bar) -> Figure {
    let ours = middle(times.into_iter().map(|time| time.as_secs_f64() * 1e3).collect());
    Figure { what: what.into(), unit: "ms", ours, bar, ..Figure::default() }
}
