//! The table: a line for each figure, beside the limit's, with the bar and whether it was kept.

use std::fs;
use std::path::Path;

/// What a figure has to keep.
#[derive(Clone, Copy, Default)]
pub enum Bar {
    /// Nothing; it is shown.
    #[default]
    None,
    /// At most so many times the limit's.
    Times(f64),
    /// At least so many times the limit's.
    TimesAtLeast(f64),
    /// At most so much, whatever the limit's.
    AtMost(f64),
}

impl Bar {
    fn kept(self, ours: f64, limit: Option<f64>) -> bool {
        match (self, limit) {
            (Bar::None, _) => true,
            (Bar::AtMost(most), _) => ours <= most,
            (Bar::Times(times), Some(limit)) => ours <= times * limit,
            (Bar::TimesAtLeast(times), Some(limit)) => ours >= times * limit,
            (Bar::Times(_) | Bar::TimesAtLeast(_), None) => false,
        }
    }

    fn words(self, unit: &str) -> String {
        match self {
            Bar::None => String::new(),
            Bar::Times(times) => format!("≤ {times:.1}×"),
            Bar::TimesAtLeast(times) => format!("≥ {times:.1}×"),
            Bar::AtMost(most) => format!("≤ {most} {unit}"),
        }
    }
}

/// A figure of each program.
#[derive(Default)]
pub struct Figure {
    /// The name in the design notes and what it is.
    pub what: String,
    /// Rows of the answer.
    pub rows: Option<u64>,
    /// ms, /s, MiB or s.
    pub unit: &'static str,
    /// The server's.
    pub ours: f64,
    /// The limit program's.
    pub limit: Option<f64>,
    /// How many times the limit's it was in the best turns.
    pub at_best: Option<f64>,
    /// An earlier server's.
    pub previous: Option<f64>,
    /// What ours has to keep.
    pub bar: Bar,
}

/// The table as it grows.
pub struct Report {
    with_previous: bool,
    missed: Vec<String>,
    bars: usize,
}

impl Report {
    /// Says what is measured where, and begins the table.
    pub fn begin(title: &str, with_previous: bool) -> Report {
        println!("\n## {title}\n\n{}\n", machine());
        println!(
            "| what | rows | tapeline | limit | ratio | at best | bar | |{}",
            if with_previous { " previous | now/previous |" } else { "" }
        );
        println!("|---|--:|--:|--:|--:|--:|--:|---|{}", if with_previous { "--:|--:|" } else { "" });
        Report { with_previous, missed: Vec::new(), bars: 0 }
    }

    /// A line of the table.
    pub fn add(&mut self, figure: Figure) {
        let Figure { what, rows, unit, ours, limit, at_best, previous, bar } = figure;
        let kept = bar.kept(ours, limit);
        let mark = match bar {
            Bar::None => "",
            _ if kept => "kept",
            _ => "**missed**",
        };
        let ratio = |of: Option<f64>| of.map_or_else(String::new, |of| format!("{:.2}×", ours / of));
        let amount = |value: Option<f64>| {
            value.map_or_else(String::new, |value| format!("{} {unit}", significant(value)))
        };
        let rows = rows.map_or_else(String::new, thousands);
        let at_best = at_best.map_or_else(String::new, |times| format!("{times:.2}×"));
        let (ours, ratio_to_limit, bar_words) = (amount(Some(ours)), ratio(limit), bar.words(unit));
        let limit = amount(limit);
        let mut line = format!(
            "| {what} | {rows} | {ours} | {limit} | {ratio_to_limit} | {at_best} | {bar_words} | {mark} |"
        );
        if self.with_previous {
            line += &format!(" {} | {} |", amount(previous), ratio(previous));
        }
        println!("{line}");
        self.bars += usize::from(!matches!(bar, Bar::None));
        if !kept {
            self.missed.push(what);
        }
    }

    /// Ends the table; true when every bar was kept.
    pub fn end(self) -> bool {
        println!();
        if self.bars == 0 {
            println!("No bar stands for what was measured.");
        } else if self.missed.is_empty() {
            println!("All {} bars are kept.", self.bars);
        } else {
            println!(
                "{} of {} bars are **missed**: {}.",
                self.missed.len(),
                self.bars,
                self.missed.join("; ")
            );
        }
        self.missed.is_empty()
    }
}

/// Three digits that count.
fn significant(value: f64) -> String {
    match value.abs() {
        small if small < 1.0 => format!("{value:.3}"),
        some if some < 10.0 => format!("{value:.2}"),
        medium if medium < 100.0 => format!("{value:.1}"),
        _ => thousands(value.round() as u64),
    }
}

/// A whole number with its thousands apart.
pub fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// The processor, the memory, the SQLite and how busy it all is.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(Path::new(path)).unwrap_or_default();
    let after = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_once(':').map_or_else(String::new, |(_, value)| value.trim().to_owned())
    };
    let processor = after(&read("/proc/cpuinfo"), "model name");
    let memory = after(&read("/proc/meminfo"), "MemTotal");
    let memory = memory.split(' ').next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) >> 20;
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("?");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut words = format!(
        "{processor}, {cores} cores, {memory} GiB; SQLite {}; load {load} at the beginning.",
        rusqlite::version()
    );
    if load.parse().is_ok_and(|load: f64| load > 0.5) {
        words += " Others use this machine: the ratios stand, the milliseconds don't.";
    }
    words
}
