//! What a terminal shows and asks.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, bail};
use comfy_table::Table;
use serde::Serialize;

use crate::auth::{self, PasswordError};
use crate::config::Config;

/// Prints a line; a reader that went away, as in `… | head`, is no error.
pub(super) fn say(line: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("standard output cannot be written to"),
    }
}

/// Prints a line beside the answer, where a program reads that.
pub(super) fn complain(line: &str) -> anyhow::Result<()> {
    writeln!(io::stderr(), "{line}").context("standard error cannot be written to")
}

/// Prints a line that nobody should overlook: in red where a person reads it.
pub(super) fn say_red(line: &str) -> anyhow::Result<()> {
    let line = printable(line);
    if io::stdout().is_terminal() { say(&format!("\u{1b}[1;31m{line}\u{1b}[0m")) } else { say(&line) }
}

/// 12,345
pub(super) fn in_thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

/// Prints JSON.
pub(super) fn say_json(value: &impl Serialize) -> anyhow::Result<()> {
    say(&serde_json::to_string_pretty(value)?)
}

/// Prints a table, or `nothing` where it has no rows.
pub(super) fn say_table(head: &[&str], rows: &[Vec<String>], nothing: &str) -> anyhow::Result<()> {
    if rows.is_empty() {
        return say(nothing);
    }
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(head.to_vec());
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    for line in table.to_string().lines() {
        say(line.trim_end())?;
    }
    Ok(())
}

/// Names come from anywhere: none of them may move the cursor.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Reads a password that `username` is to have: from standard input, or from the terminal, twice and without echo.
pub(super) fn ask_password(from_stdin: bool, username: &str, config: &Config) -> anyhow::Result<String> {
    let check = |password: &str| auth::check_new_password(password, username, config.password_minimum);
    if !from_stdin {
        return ask_twice(check);
    }
    let password = read_line()?;
    check(&password)?;
    Ok(password)
}

fn read_line() -> anyhow::Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("the password on standard input is not UTF-8 text")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn ask_twice(check: impl Fn(&str) -> Result<(), PasswordError>) -> anyhow::Result<String> {
    if !io::stdin().is_terminal() {
        bail!("there is no terminal to ask for the password; send it with --password-stdin");
    }
    let password = rpassword::prompt_password("Password: ").context("the password cannot be read")?;
    check(&password)?;
    let again = rpassword::prompt_password("Again: ").context("the password cannot be read")?;
    if password != again {
        bail!("the two passwords differ; try again");
    }
    Ok(password)
}
