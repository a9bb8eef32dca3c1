//! ZIP archives, written front to back: what is stored in them is sent as it is, with its sum and size behind it.
//!
//! Section numbers are those of PKWARE's APPNOTE 6.3.10. Of a file nothing is kept but its entry of the central directory,
//! and that goes to a place of the caller's choice: other writers of archives hold it in memory.

use std::io::{self, Read, Seek, Write};

use jiff::civil::DateTime;

/// Sizes, offsets and counts from here on stand in a field of 64 bits.
const LARGE: u64 = u32::MAX as u64;
const MANY: u64 = u16::MAX as u64;
/// General purpose flags (4.4.4): sum and sizes follow the data; the name is UTF-8.
const FLAGS: u16 = 1 << 3 | 1 << 11;
/// Versions needed to extract (4.4.3): 2.0, and 4.5 for 64 bits.
const USUAL: u16 = 20;
const WIDE: u16 = 45;
/// Version made by (4.4.2): Unix, 4.5.
const MADE_BY: u16 = 3 << 8 | WIDE;
/// A regular file that its owner may write and all may read, where Unix looks for it.
const MODE: u32 = 0o100_644 << 16;

/// When a file was made.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// By the clock on the wall.
    pub local: DateTime,
    /// Unix seconds.
    pub unix: i64,
}

/// An archive on its way.
pub struct Archive<W, D> {
    out: W,
    directory: D,
    /// Bytes written so far.
    at: u64,
    entries: u64,
    directory_size: u64,
}

/// A file of an archive while its bytes come.
pub struct Entry {
    name: String,
    made: Made,
    offset: u64,
    wide: bool,
    sum: crc32fast::Hasher,
    size: u64,
}

impl<W: Write, D: Write + Read + Seek> Archive<W, D> {
    /// An empty one, written to `out`; `directory` is empty too, and takes some hundred bytes for each file.
    pub fn new(out: W, directory: D) -> Archive<W, D> {
        Archive { out, directory, at: 0, entries: 0, directory_size: 0 }
    }

    /// Begins a file of at most `most` bytes. Its name is not looked at, but for its length.
    pub fn begin(&mut self, name: &str, made: Made, most: u64) -> io::Result<Entry> {
        let wide = most >= LARGE;
        let entry =
            Entry { name: name.into(), made, offset: self.at, wide, sum: crc32fast::Hasher::new(), size: 0 };
        let header = entry.local_header()?;
        self.put(&header)?;
        Ok(entry)
    }

    /// The next bytes of a file.
    pub fn data(&mut self, entry: &mut Entry, bytes: &[u8]) -> io::Result<()> {
        entry.sum.update(bytes);
        entry.size += bytes.len() as u64;
        self.put(bytes)
    }

    /// Ends a file.
    pub fn end(&mut self, entry: Entry) -> io::Result<()> {
        let sum = entry.sum.clone().finalize();
        self.put(&entry.descriptor(sum))?;
        let header = entry.central_header(sum)?;
        self.directory.write_all(&header)?;
        self.directory_size += header.len() as u64;
        self.entries += 1;
        Ok(())
    }

    /// Writes the central directory and ends the archive.
    pub fn finish(mut self) -> io::Result<()> {
        let end = End { entries: self.entries, size: self.directory_size, offset: self.at };
        self.directory.rewind()?;
        io::copy(&mut self.directory, &mut self.out)?;
        self.out.write_all(&end.bytes())?;
        self.out.flush()
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

impl Entry {
    /// 4.3.7: sum and sizes are told later.
    fn local_header(&self) -> io::Result<Vec<u8>> {
        let extra = Extra::default().wide(if self.wide { &[0, 0] } else { &[] }).made(self.made.unix).0;
        let size = if self.wide { u32::MAX } else { 0 };
        let mut header = Fields::default().long(0x0403_4b50).short(self.version()).common(self, 0);
        header = header.long(size).long(size).short(self.name_length()?).short(extra.len() as u16);
        Ok(header.bytes(self.name.as_bytes()).bytes(&extra).0)
    }

    /// 4.3.9
    fn descriptor(&self, sum: u32) -> Vec<u8> {
        let fields = Fields::default().long(0x0807_4b50).long(sum);
        let size = self.size;
        if self.wide {
            fields.wide(size).wide(size).0
        } else {
            fields.long(narrow(size)).long(narrow(size)).0
        }
    }

    /// 4.3.12
    fn central_header(&self, sum: u32) -> io::Result<Vec<u8>> {
        let far = self.offset >= LARGE;
        let size = if self.wide { u32::MAX } else { narrow(self.size) };
        let values = [self.size, self.size, self.offset];
        let large = match (self.wide, far) {
            (true, true) => &values[..],
            (true, false) => &values[..2],
            (false, true) => &values[2..],
            (false, false) => &[],
        };
        let extra = Extra::default().wide(large).made(self.made.unix).0;
        let version = if large.is_empty() { USUAL } else { WIDE };
        let mut header = Fields::default().long(0x0201_4b50).short(MADE_BY).short(version).common(self, sum);
        header = header.long(size).long(size).short(self.name_length()?).short(extra.len() as u16);
        // No comment, the first disk, nothing about its contents.
        header = header.short(0).short(0).short(0).long(MODE).long(narrow(self.offset));
        Ok(header.bytes(self.name.as_bytes()).bytes(&extra).0)
    }

    fn version(&self) -> u16 {
        if self.wide { WIDE } else { USUAL }
    }

    fn name_length(&self) -> io::Result<u16> {
        u16::try_from(self.name.len()).map_err(io::Error::other)
    }
}

/// What stands at the end of an archive.
struct End {
    entries: u64,
    /// Of the central directory.
    size: u64,
    offset: u64,
}

impl End {
    fn bytes(&self) -> Vec<u8> {
        let End { entries, size, offset } = *self;
        let mut fields = Fields::default();
        if entries >= MANY || size >= LARGE || offset >= LARGE {
            // 4.3.14, and where it is: 4.3.15.
            fields = fields.long(0x0606_4b50).wide(44).short(MADE_BY).short(WIDE).long(0).long(0);
            fields = fields.wide(entries).wide(entries).wide(size).wide(offset);
            fields = fields.long(0x0706_4b50).long(0).wide(offset + size).long(1);
        }
        let count = u16::try_from(entries).unwrap_or(u16::MAX);
        // 4.3.16
        fields = fields.long(0x0605_4b50).short(0).short(0).short(count).short(count);
        fields.long(narrow(size)).long(narrow(offset)).short(0).0
    }
}

/// As 32 bits; all of them mean that it stands elsewhere.
fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Little-endian numbers, one behind the other.
#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn bytes(mut self, bytes: &[u8]) -> Fields {
        self.0.extend_from_slice(bytes);
        self
    }

    fn short(self, value: u16) -> Fields {
        self.bytes(&value.to_le_bytes())
    }

    fn long(self, value: u32) -> Fields {
        self.bytes(&value.to_le_bytes())
    }

    fn wide(self, value: u64) -> Fields {
        self.bytes(&value.to_le_bytes())
    }

    /// Flags, stored (4.4.5), time, date, sum: the same in both headers.
    fn common(self, entry: &Entry, sum: u32) -> Fields {
        let (date, time) = dos(entry.made.local);
        self.short(FLAGS).short(0).short(time).short(date).long(sum)
    }
}

/// Extra fields (4.5).
#[derive(Default)]
struct Extra(Vec<u8>);

impl Extra {
    /// 4.5.3: those sizes and that offset whose own field is too small.
    fn wide(self, values: &[u64]) -> Extra {
        if values.is_empty() {
            return self;
        }
        let fields = Fields(self.0).short(1).short(8 * values.len() as u16);
        Extra(values.iter().fold(fields, |fields, value| fields.wide(*value)).0)
    }

    /// Info-ZIP's time of modification: Unix seconds, whatever the zone of who unpacks.
    fn made(self, unix: i64) -> Extra {
        match i32::try_from(unix) {
            Ok(seconds) => {
                let fields = Fields(self.0).short(0x5455).short(5).bytes(&[1]);
                Extra(fields.bytes(&seconds.to_le_bytes()).0)
            }
            Err(_) => self,
        }
    }
}

/// Date and time as MS-DOS has them (4.4.6): from 1980 to 2107, in steps of two seconds.
fn dos(local: DateTime) -> (u16, u16) {
    let part = |value: i8| u16::try_from(value).unwrap_or(0);
    match local.year() {
        year @ 1980..=2107 => {
            let years = u16::try_from(year - 1980).unwrap_or(0);
            let date = years << 9 | part(local.month()) << 5 | part(local.day());
            (date, part(local.hour()) << 11 | part(local.minute()) << 5 | (part(local.second()) / 2))
        }
        year if year < 1980 => (1 << 5 | 1, 0),
        _ => (127 << 9 | 12 << 5 | 31, 23 << 11 | 59 << 5 | 29),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use jiff::civil::date;

    use super::*;

    const MADE: Made = Made { local: date(2026, 8, 20).at(14, 3, 5, 0), unix: 1_787_234_585 };

    fn entry(size: u64, most: u64, offset: u64) -> Entry {
        let sum = crc32fast::Hasher::new();
        Entry { name: "a".into(), made: MADE, offset, wide: most >= LARGE, sum, size }
    }

    fn end(entries: u64, size: u64, offset: u64) -> Vec<u8> {
        End { entries, size, offset }.bytes()
    }

    #[test]
    fn sixty_four_bits_are_used_from_where_thirty_two_do_not_do() {
        // The place of the extra field in a central header with a name of one byte.
        let extra = |entry: &Entry| entry.central_header(0).expect("a header")[47..].to_vec();
        let made = [&0x5455_u16.to_le_bytes()[..], &[5, 0, 1], &1_787_234_585_u32.to_le_bytes()].concat();
        let wide = |values: &[u64]| {
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            [&[1, 0, bytes.len() as u8, 0][..], &bytes, &made].concat()
        };
        let last = LARGE - 1;
        for (size, most, offset, expected, descriptor) in [
            (0, 0, 0, made.clone(), 16),
            (last, last, last, made.clone(), 16),
            (LARGE, LARGE, 0, wide(&[LARGE, LARGE]), 24),
            (5, LARGE, 0, wide(&[5, 5]), 24),
            (5, 5, LARGE, wide(&[LARGE]), 16),
            (LARGE + 7, LARGE + 7, LARGE + 9, wide(&[LARGE + 7, LARGE + 7, LARGE + 9]), 24),
        ] {
            let entry = entry(size, most, offset);
            assert_eq!(extra(&entry), expected, "{size} {most} {offset}");
            assert_eq!(entry.descriptor(0).len(), descriptor, "{size} {most} {offset}");
            let local = entry.local_header().expect("a header");
            assert_eq!(local.len(), 31 + 9 + if descriptor == 24 { 20 } else { 0 });
        }
        for (entries, size, offset, length) in
            [(MANY - 1, LARGE - 1, LARGE - 1, 22), (MANY, 0, 0, 98), (0, LARGE, 0, 98), (0, 0, LARGE, 98)]
        {
            assert_eq!(end(entries, size, offset).len(), length, "{entries} {size} {offset}");
        }
    }

    #[test]
    fn the_old_clock_has_its_limits() {
        for (local, expected) in [
            (date(1980, 1, 1).at(0, 0, 0, 0), (0x0021, 0)),
            (date(1969, 12, 31).at(23, 59, 59, 0), (0x0021, 0)),
            (date(2026, 8, 20).at(14, 3, 5, 0), (46 << 9 | 8 << 5 | 20, 14 << 11 | 3 << 5 | 2)),
            (date(2200, 1, 1).at(0, 0, 0, 0), (0xff9f, 0xbf7d)),
        ] {
            assert_eq!(dos(local), expected, "{local}");
        }
    }

    #[test]
    fn what_is_written_is_where_the_directory_says() {
        let mut out = Vec::new();
        let mut archive = Archive::new(&mut out, Cursor::new(Vec::new()));
        for (name, text) in [("a", &b"first"[..]), ("b", b""), ("c", b"third")] {
            let mut entry = archive.begin(name, MADE, text.len() as u64).expect("memory");
            for byte in text {
                archive.data(&mut entry, &[*byte]).expect("memory");
            }
            archive.end(entry).expect("memory");
        }
        archive.finish().expect("memory");
        let number = |at: usize| u32::from_le_bytes(out[at..at + 4].try_into().expect("four bytes"));
        let end = out.len() - 22;
        let (size, offset) = (number(end + 12) as usize, number(end + 16) as usize);
        assert_eq!(offset + size, end);
        let entry = size / 3;
        for (index, (name, length)) in [(b'a', 5), (b'b', 0), (b'c', 5)].into_iter().enumerate() {
            let at = offset + index * entry;
            assert_eq!((number(at), number(at + 24), out[at + 46]), (0x0201_4b50, length, name));
            assert_eq!(number(number(at + 42) as usize), 0x0403_4b50);
        }
    }
}
