//! W7: what stays the same however many rows there are.

use crate::Setup;
use crate::contest::{Contest, timed};
use crate::data::COMMON_DIGITS;
use crate::report::{Bar, Report, thousands};
use crate::same;
use crate::workloads::{self, Order};
use anyhow::{Context as _, Result};

/// Rows in front of the page that is asked for; fewer where only some calls match.
const DEPTH: u32 = 20_000;
const DEPTH_OF_MATCHES: u32 = 200;

const PAGE: u32 = 100;

/// At a tenth of the rows, at all of them, and with `--large` at ten times as many.
pub fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let rows = setup.options.rows;
    let sizes = [rows / 10, rows, rows * 10];
    for rows in &sizes[..if setup.options.large { 3 } else { 2 }] {
        let db = setup.shelf.adopted(&setup.tapeline, *rows, "tapeline")?;
        let contest = Contest::start(setup, &db, None)?;
        let of = format!("of {}", thousands(*rows));
        beginning(setup, &contest, &format!("W7 first 150 rows {of}"), &workloads::beginning(), report)?;
        beginning(setup, &contest, &format!("W7 W4b {of}"), &workloads::common(), report)?;
        page(setup, &contest, &of, "", DEPTH, report)?;
        page(setup, &contest, &of, COMMON_DIGITS, DEPTH_OF_MATCHES, report)?;
    }
    Ok(())
}

fn beginning(setup: &Setup, contest: &Contest, what: &str, query: &str, report: &mut Report) -> Result<()> {
    let rows = contest.check(query, Order::Same)?;
    report.add(timed(what.to_owned(), rows, &contest.time(query, setup.budget())?, Bar::None));
    Ok(())
}

/// A page deep in a list, by `after`. Beside it the limit program's first page, since it knows no `after`.
fn page(
    setup: &Setup,
    contest: &Contest,
    of: &str,
    called: &str,
    depth: u32,
    report: &mut Report,
) -> Result<()> {
    let what = format!("W7 page{} behind {depth} {of}", if called.is_empty() { "" } else { " of W4b" });
    let Some(next) = same::next(&contest.ours(&workloads::page(called, depth, ""))?)? else {
        eprintln!("{what}: the server gave no `next`; not measured");
        return Ok(());
    };
    let (deep, first) = (workloads::page(called, PAGE, &next), workloads::page(called, PAGE, ""));
    let as_far = contest.limit(&workloads::page(called, depth + PAGE, ""))?;
    let rows = same::last_rows(&contest.ours(&deep)?, &as_far, depth).context("comparing a page")?;
    report.add(timed(what, rows, &contest.time_two(&deep, &first, setup.budget())?, Bar::None));
    Ok(())
}
