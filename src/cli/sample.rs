//! `tapeline config`.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::Context;

use super::terminal::say;
use crate::config::sample;

pub(super) fn config(output: Option<PathBuf>) -> anyhow::Result<()> {
    let Some(path) = output else { return say(sample().trim_end()) };
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(sample().as_bytes()))
        .with_context(|| {
            format!("{} cannot be made; an existing file is never overwritten", path.display())
        })?;
    say(&format!("{} has every setting, explained.", path.display()))
}
