//! Statements one after the other: what tables there are, and the rows of those that hold call detail records.

use std::io::{self, BufRead};

use super::bytes::Bytes;
use super::values::{Strings, name, skip, string, value};
use crate::ingest::cdr::asterisk::layout::Layout;
use crate::ingest::cdr::dialect::{Dialect, Quotes};
use crate::ingest::cdr::fields::Fields;

/// More tables and columns are not remembered.
const MOST: usize = 4_000;
/// What a line of COPY may have.
const LONGEST: usize = 1 << 20;
/// Lines of pg_dump's COPY.
const COPY: Dialect = Dialect { separator: b'\t', mark: b'"', quotes: Quotes::Bare, nulls: true };

/// A table, or one list of columns that statements fill in it.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) name: String,
    /// Empty where nothing says them.
    pub(super) columns: Vec<Named>,
}

/// A column of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    pub(super) name: String,
    /// Whether MySQL writes its times in the zone of the session, which a dump sets to UTC.
    is_timestamp: bool,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    /// From 1, of those that are read.
    pub(super) number: u64,
    /// The number of its table.
    pub(super) table: usize,
}

/// The statements of a file.
pub(super) struct Statements {
    bytes: Bytes,
    strings: Strings,
    /// Whether the session's zone is UTC.
    utc: bool,
    tables: Vec<Table>,
    /// What the next rows are of.
    state: State,
    rows: u64,
    text: Vec<u8>,
}

#[derive(Clone, Copy)]
enum State {
    Between,
    Values(usize),
    Copy(usize),
}

impl Statements {
    pub(super) fn new(input: Box<dyn BufRead + Send>) -> Statements {
        Statements {
            bytes: Bytes::new(input),
            strings: Strings::Escaped,
            utc: false,
            tables: Vec::new(),
            state: State::Between,
            rows: 0,
            text: Vec::new(),
        }
    }

    /// A table by its number.
    pub(super) fn table(&self, number: usize) -> &Table {
        &self.tables[number]
    }

    /// The names of all tables, for people.
    pub(super) fn table_names(&self) -> String {
        let mut names: Vec<&str> = self.tables.iter().map(|table| table.name.as_str()).collect();
        names.dedup();
        names.truncate(20);
        if names.is_empty() { "none".into() } else { names.join(", ") }
    }

    /// Bytes that were read so far.
    pub(super) fn read(&self) -> u64 {
        self.bytes.read()
    }

    /// Reads the next row of a table of call detail records into `fields`.
    pub(super) fn next(&mut self, fields: &mut Fields) -> io::Result<Option<Row>> {
        loop {
            let row = match self.state {
                State::Between => {
                    if !self.statement()? {
                        return Ok(None);
                    }
                    None
                }
                State::Values(table) => self.tuple(table, fields)?,
                State::Copy(table) => self.copied(table, fields)?,
            };
            if let Some((line, table)) = row {
                self.rows += 1;
                return Ok(Some(Row { line, number: self.rows, table }));
            }
        }
    }

    /// Reads a statement, or of one that holds rows what stands before them. False: there is none.
    fn statement(&mut self) -> io::Result<bool> {
        self.skip()?;
        if self.bytes.peek()?.is_none() {
            return Ok(false);
        }
        let word = name(&mut self.bytes)?.to_ascii_uppercase();
        match word.as_str() {
            "CREATE" => self.create()?,
            "INSERT" | "REPLACE" => self.insert()?,
            "COPY" => self.copy()?,
            "PRAGMA" => self.strings = Strings::Plain,
            _ => {}
        }
        if matches!(self.state, State::Between) {
            self.skip_to_end()?;
        }
        Ok(true)
    }

    fn skip(&mut self) -> io::Result<()> {
        let (strings, utc) = (&mut self.strings, &mut self.utc);
        skip(&mut self.bytes, |comment| {
            let comment = String::from_utf8_lossy(comment);
            if comment.contains("PostgreSQL database") {
                *strings = Strings::Plain;
            }
            if comment.contains("SET TIME_ZONE='+00:00'") {
                *utc = true;
            }
        })
    }

    /// Skips to behind the end of the statement.
    fn skip_to_end(&mut self) -> io::Result<()> {
        loop {
            self.skip()?;
            match self.bytes.next()? {
                None | Some(b';') => return Ok(()),
                Some(mark @ (b'\'' | b'"' | b'`')) => {
                    let strings = if mark == b'\'' { self.strings } else { Strings::Plain };
                    self.text.clear();
                    string(&mut self.bytes, mark, strings, &mut self.text)?;
                }
                Some(_) => {}
            }
        }
    }

    /// `CREATE TABLE [IF NOT EXISTS] name (column type …, …)`.
    fn create(&mut self) -> io::Result<()> {
        let table = self.words_before_name(&["TABLE", "TEMPORARY", "UNLOGGED", "IF", "NOT", "EXISTS"])?;
        if !table.words.iter().any(|word| word == "TABLE") || self.bytes.peek()? != Some(b'(') {
            return Ok(());
        }
        self.bytes.next()?;
        let mut columns = Vec::new();
        loop {
            self.skip()?;
            let marked = matches!(self.bytes.peek()?, Some(b'`' | b'"'));
            let column = name(&mut self.bytes)?;
            let keys = [
                "PRIMARY",
                "KEY",
                "UNIQUE",
                "CONSTRAINT",
                "INDEX",
                "FULLTEXT",
                "FOREIGN",
                "CHECK",
                "SPATIAL",
            ];
            let is_key = !marked && keys.iter().any(|key| key.eq_ignore_ascii_case(&column));
            self.skip()?;
            let is_timestamp = name(&mut self.bytes)?.eq_ignore_ascii_case("timestamp");
            if !column.is_empty() && !is_key && columns.len() < MOST {
                columns.push(Named { name: column, is_timestamp });
            }
            value(&mut self.bytes, self.strings, &mut self.text)?;
            if self.bytes.next()? != Some(b',') {
                break;
            }
        }
        self.tables.retain(|known| known.name != table.name || !known.columns.is_empty());
        self.remember(Table { name: table.name, columns });
        Ok(())
    }

    /// `INSERT [IGNORE] INTO name [(column, …)] VALUES`.
    fn insert(&mut self) -> io::Result<()> {
        let words = ["IGNORE", "INTO", "DELAYED", "LOW_PRIORITY", "HIGH_PRIORITY", "OR", "REPLACE"];
        let table = self.words_before_name(&words)?.name;
        let columns = self.names()?;
        self.skip()?;
        if !name(&mut self.bytes)?.to_ascii_uppercase().starts_with("VALUE") {
            return Ok(());
        }
        if let Some(number) = self.wanted(table, columns) {
            self.state = State::Values(number);
        }
        Ok(())
    }

    /// `COPY name (column, …) FROM stdin;`.
    fn copy(&mut self) -> io::Result<()> {
        let table = self.words_before_name(&[])?.name;
        let columns = self.names()?;
        self.skip_to_end()?;
        self.bytes.take_while(|byte| byte != b'\n', |_| ())?;
        self.bytes.next()?;
        let number = self.wanted(table, columns);
        // Lines of other tables are no statements either.
        self.state = State::Copy(number.unwrap_or(usize::MAX));
        Ok(())
    }

    /// Words, then a name, perhaps with that of its database before it.
    fn words_before_name(&mut self, known: &[&str]) -> io::Result<Name> {
        let mut words = Vec::new();
        loop {
            self.skip()?;
            let marked = matches!(self.bytes.peek()?, Some(b'`' | b'"'));
            let word = name(&mut self.bytes)?;
            let upper = word.to_ascii_uppercase();
            if !marked && known.contains(&upper.as_str()) {
                words.push(upper);
                continue;
            }
            self.skip()?;
            if self.bytes.peek()? != Some(b'.') {
                return Ok(Name { words, name: word });
            }
            self.bytes.next()?;
        }
    }

    /// Names in parentheses, if they stand here.
    fn names(&mut self) -> io::Result<Vec<Named>> {
        self.skip()?;
        let mut names = Vec::new();
        if self.bytes.peek()? != Some(b'(') {
            return Ok(names);
        }
        while let Some(b'(' | b',') = self.bytes.next()? {
            self.skip()?;
            let name = name(&mut self.bytes)?;
            if names.len() < MOST {
                names.push(Named { name, is_timestamp: false });
            }
            self.skip()?;
        }
        Ok(names)
    }

    fn remember(&mut self, table: Table) -> usize {
        if self.tables.len() < MOST {
            self.tables.push(table);
        }
        self.tables.len() - 1
    }

    /// The number of a table and these columns of it, if it holds call detail records.
    fn wanted(&mut self, table: String, mut columns: Vec<Named>) -> Option<usize> {
        let of = |known: &Table| known.name == table;
        let whole = self.tables.iter().position(of);
        if let Some(whole) = whole {
            for column in &mut columns {
                let known = self.tables[whole].columns.iter().find(|known| known.name == column.name);
                column.is_timestamp = known.is_some_and(|known| known.is_timestamp);
            }
        }
        let same = |known: &&Table| {
            of(known) && known.columns.iter().map(|one| &one.name).eq(columns.iter().map(|one| &one.name))
        };
        let number = match whole.filter(|_| columns.is_empty()) {
            Some(whole) => whole,
            None => match self.tables.iter().position(|known| same(&known)) {
                Some(number) => number,
                None => self.remember(Table { name: table, columns }),
            },
        };
        self.tables[number].holds_records().then_some(number)
    }

    /// The next row in parentheses. None: that was all of the statement.
    fn tuple(&mut self, table: usize, fields: &mut Fields) -> io::Result<Option<(u64, usize)>> {
        loop {
            self.skip()?;
            match self.bytes.peek()? {
                Some(b'(') => break,
                Some(b',') => drop(self.bytes.next()?),
                _ => {
                    self.state = State::Between;
                    self.skip_to_end()?;
                    return Ok(None);
                }
            }
        }
        let line = self.bytes.line();
        fields.clear();
        while let Some(b'(' | b',') = self.bytes.next()? {
            self.skip()?;
            value(&mut self.bytes, self.strings, &mut self.text)?;
            let columns = &self.tables[table].columns;
            if self.utc
                && !self.text.is_empty()
                && columns.get(fields.len()).is_some_and(|one| one.is_timestamp)
            {
                self.text.extend_from_slice(b"+00");
            }
            if fields.len() < MOST {
                fields.push(&self.text);
            }
        }
        Ok(Some((line, table)))
    }

    /// The next line of COPY. None: that was all, or it is of no such table.
    fn copied(&mut self, table: usize, fields: &mut Fields) -> io::Result<Option<(u64, usize)>> {
        let (line, text) = (self.bytes.line(), &mut self.text);
        text.clear();
        let add = |piece: &[u8]| {
            let room = LONGEST.saturating_sub(text.len());
            text.extend_from_slice(&piece[..piece.len().min(room)]);
        };
        self.bytes.take_while(|byte| byte != b'\n', add)?;
        let more = self.bytes.next()?.is_some();
        if !more || self.text.starts_with(b"\\.") {
            self.state = State::Between;
            return Ok(None);
        }
        let is_row = table != usize::MAX && fields.fill(COPY, &self.text);
        Ok(is_row.then_some((line, table)))
    }
}

struct Name {
    words: Vec<String>,
    name: String,
}

impl Table {
    /// Whether it holds call detail records: by the names of its columns, or by its own.
    fn holds_records(&self) -> bool {
        let layout = Layout::of_names(self.columns.iter().map(|column| column.name.as_str()));
        let by_name = self.name.to_ascii_lowercase().contains("cdr");
        (layout.check().is_ok() && layout.has_party()) || (by_name && self.columns.len() < FEWEST)
    }
}

/// So few columns no table of call detail records has: its names are not all there.
const FEWEST: usize = 5;
