//! `tapeline config`.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::Context;

use super::settings::USUAL_PLACE;
use super::terminal::say;
use crate::config::{Given, sample};

/// Prints it, or writes it to a file, with what flags and environment say in force. `used`: the file that the settings are
/// in now.
pub(super) fn config(output: Option<PathBuf>, used: Option<PathBuf>, given: Given) -> anyhow::Result<()> {
    // The file counts wherever one stands.
    let absolute = |path: Option<PathBuf>| path.map(std::path::absolute).transpose();
    let given = Given { db: absolute(given.db)?, media_root: absolute(given.media_root)?, ..given };
    let sample = sample(&given);
    let Some(path) = output else {
        // Beside what may be written to a file.
        match used {
            Some(file) => eprintln!("The settings in use are those of {}.", file.display()),
            None => eprintln!("No settings file is in use; the usual place is {USUAL_PLACE}."),
        }
        return say(sample.trim_end());
    };
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(sample.as_bytes()))
        .with_context(|| {
            format!("{} cannot be made; an existing file is never overwritten", path.display())
        })?;
    say(&format!("{} has every setting, explained.", path.display()))
}
