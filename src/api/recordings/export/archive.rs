//! The ZIP of an export, in constant memory.
//!
//! First the rows are copied out of the database, all of them as they are at one moment, so that no connection is kept while
//! hours of sound go over a slow line. Then file after file is sent, and last index.csv, which tells what became of each.
//! What is remembered on the way – the rows, the index, the archive's directory – lies in unnamed temporary files beside
//! the database, once it is more than a little.

use std::cell::RefCell;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use tempfile::SpooledTempFile;

use super::item::Item;
use super::others;
use super::selection::Selected;
use crate::api::wire::calendar;
use crate::api::wire::csv::Dialect;
use crate::api::wire::error::Refusal;
use crate::api::wire::stream::{Handing, PIECE};
use crate::media::names::{Names, ending};
use crate::media::zip::{Archive, Made};
use crate::media::{Media, NoSound, Shortage, Sound};
use crate::model::paths::bytes_of;
use crate::store::{ListRow, Reader};

/// What is remembered in memory before it goes to a file.
const LITTLE: usize = 256 << 10;
/// The list of what is in the archive, and what should be.
const INDEX: &str = "index.csv";
/// Its first columns: what a recording is called in the archive, and why it is not there or not whole.
const OF_INDEX: [&str; 2] = ["file", "missing"];

/// The rows of an export, copied out of the database.
pub struct Rows {
    spool: SpooledTempFile,
    /// The other forms and sides of each.
    others: SpooledTempFile,
    folder: PathBuf,
    dialect: Dialect,
    /// How many they are.
    pub count: i64,
}

impl Rows {
    /// Copies the rows. `database`: the file beside which there is room.
    pub fn gather(
        reader: &Reader,
        selected: &Selected,
        dialect: &Dialect,
        database: &Path,
    ) -> Result<Rows, Refusal> {
        let folder = database.parent().unwrap_or(Path::new(".")).to_owned();
        let copy = Rc::new(RefCell::new(Copying {
            out: BufWriter::new(spool(&folder)),
            dialect: dialect.clone(),
            item: Item::default(),
            done: Ok(0),
        }));
        let copying = Rc::clone(&copy);
        selected.each(reader, move |row| copying.borrow_mut().row(row))?;
        let failed = |error: io::Error| match Shortage::of(&error) {
            Some(shortage) => Refusal::short(shortage, &format!("rows cannot be set aside: {error}")),
            None => Refusal::internal(&format!("rows cannot be set aside: {error}")),
        };
        let copy = Rc::into_inner(copy).ok_or_else(|| Refusal::internal(&"rows are still read"))?;
        let Copying { out, done, .. } = copy.into_inner();
        let count = done.map_err(failed)?;
        let mut spool = out.into_inner().map_err(|error| failed(error.into_error()))?;
        let others = others::gather(reader, &mut spool, count, self::spool(&folder), failed)?;
        Ok(Rows { spool, others, folder, dialect: dialect.clone(), count })
    }

    /// Sends the archive. Breaks when the client is gone.
    pub fn send(self, media: &Media, send: Handing<'_>) -> Result<ControlFlow<()>, Refusal> {
        match self.write(media, Sink { buffer: Vec::new(), send }) {
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
            Err(error) => Err(Refusal::of_system(&error)),
        }
    }

    fn write(mut self, media: &Media, out: impl Write) -> io::Result<()> {
        self.spool.rewind()?;
        self.others.rewind()?;
        let (mut rows, mut others) = (BufReader::new(self.spool), BufReader::new(self.others));
        let mut archive = Archive::new(out, spool(&self.folder));
        let mut index = Index::new(&self.folder, self.dialect.clone())?;
        let mut names = Names::default();
        let mut item = Item::default();
        let mut without = 0_u64;
        for _ in 0..self.count {
            item.read(&mut rows)?;
            let made = Made { local: calendar::clock(&self.dialect.zone, item.start), unix: item.start };
            let (name, missing) = match media.open(&item.path) {
                Ok(sound) => {
                    let name = names.unique(&item.stem, &ending(&item.path));
                    let missing = add(&mut archive, &name, made, &sound)?;
                    (name, missing)
                }
                // It is there, and what is in the archive is to be relied on.
                Err(NoSound::Unreadable(why) | NoSound::NoRoot { why, .. })
                    if Shortage::of(&why).is_some() =>
                {
                    return Err(why);
                }
                Err(why) => {
                    let path = String::from_utf8_lossy(&item.path);
                    tracing::debug!(?path, "a recording has no sound to export: {why}");
                    without += 1;
                    (String::new(), if item.path.is_empty() { NEVER.into() } else { GONE.into() })
                }
            };
            index.row(&name, &missing, &item.line)?;
            for other in others::read(&mut others)? {
                // What plays is what is missed, if it is.
                if let Ok(sound) = media.open(&bytes_of(&other.path)) {
                    let name = names.unique(&other.stem(&item.stem), &ending(&bytes_of(&other.path)));
                    add(&mut archive, &name, made, &sound)?;
                }
            }
        }
        if without > 0 {
            tracing::warn!("{without} of {} recordings of an export have no sound", self.count);
        }
        let local = calendar::clock(&self.dialect.zone, crate::app::now());
        index.add_to(&mut archive, Made { local, unix: crate::app::now() })?;
        archive.finish()
    }
}

/// Why a recording is not in the archive. A path may tell of what else the machine has: the log says more.
const NEVER: &str = "no sound is known of it";
const GONE: &str = "its sound is not there or cannot be read";

/// Adds a sound as it is so far. Says what is missing of it.
fn add<D: Write + Read + Seek>(
    archive: &mut Archive<impl Write, D>,
    name: &str,
    made: Made,
    sound: &Sound,
) -> io::Result<String> {
    let mut entry = archive.begin(name, made, sound.size)?;
    let mut written = Ok(0_u64);
    let read = sound.read(0..sound.size, PIECE, |bytes| {
        let so_far = written.as_ref().copied().unwrap_or_default() + bytes.len() as u64;
        written = archive.data(&mut entry, &bytes).map(|()| so_far);
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let size = written?;
    archive.end(entry)?;
    let Err(why) = read else { return Ok(String::new()) };
    tracing::warn!(name, "the sound of a recording breaks off: {why}");
    Ok(format!("only the first {size} of {} bytes could be read", sound.size))
}

/// A place for what is remembered.
fn spool(folder: &Path) -> SpooledTempFile {
    tempfile::spooled_tempfile_in(LITTLE, folder)
}

/// index.csv as it grows.
struct Index {
    out: BufWriter<SpooledTempFile>,
    line: Vec<u8>,
    dialect: Dialect,
}

impl Index {
    fn new(folder: &Path, dialect: Dialect) -> io::Result<Index> {
        let mut index = Index { out: BufWriter::new(spool(folder)), line: Vec::new(), dialect };
        index.dialect.header(&OF_INDEX, &mut index.line);
        index.out.write_all(&index.line)?;
        Ok(index)
    }

    /// A row; `line`: its columns as in a CSV alone.
    fn row(&mut self, name: &str, missing: &str, line: &[u8]) -> io::Result<()> {
        self.line.clear();
        for text in [name, missing] {
            self.dialect.cell(text, &mut self.line);
        }
        self.line.extend_from_slice(line);
        self.out.write_all(&self.line)
    }

    fn add_to<D: Write + Read + Seek>(
        self,
        archive: &mut Archive<impl Write, D>,
        made: Made,
    ) -> io::Result<()> {
        let mut spool = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        let size = spool.stream_position()?;
        spool.rewind()?;
        let mut entry = archive.begin(INDEX, made, size)?;
        let mut piece = vec![0; PIECE];
        loop {
            match spool.read(&mut piece)? {
                0 => return archive.end(entry),
                length => archive.data(&mut entry, &piece[..length])?,
            }
        }
    }
}

/// Rows on their way out of the database.
struct Copying {
    out: BufWriter<SpooledTempFile>,
    dialect: Dialect,
    item: Item,
    /// How many, or why no more.
    done: io::Result<i64>,
}

impl Copying {
    fn row(&mut self, row: &ListRow<'_>) -> ControlFlow<()> {
        self.item.take(row, &self.dialect);
        let written = self.item.write(&mut self.out);
        if let (Ok(count), Ok(())) = (&mut self.done, &written) {
            *count += 1;
            return ControlFlow::Continue(());
        }
        self.done = written.map(|()| 0);
        ControlFlow::Break(())
    }
}

/// Gathers pieces and sends them.
struct Sink<'a> {
    buffer: Vec<u8>,
    send: Handing<'a>,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            // An empty chunk would be the last one.
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(2 * PIECE));
        match (self.send)(piece) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}
