//! One row of a CSV file, taken apart (RFC 4180).

use csv_core::{ReadRecordResult, Reader};
use memchr::memchr_iter;

/// The fields of a row.
#[derive(Debug, Default)]
pub struct Fields {
    text: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
}

impl Fields {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// A field's bytes; empty where there is none.
    pub fn get(&self, index: usize) -> &[u8] {
        if index >= self.count {
            return b"";
        }
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }

    /// A field's text; empty where there is none, or after [`Fields::mend`] never wrong.
    pub fn text(&self, index: usize) -> &str {
        std::str::from_utf8(self.get(index)).unwrap_or_default()
    }

    /// Puts U+FFFD where a field is not UTF-8.
    pub fn mend(&mut self) {
        // What is cut in two by the end of a field may be right as a whole.
        let ends = &self.ends[..self.count];
        if std::str::from_utf8(&self.text)
            .is_ok_and(|text| ends.iter().all(|end| text.is_char_boundary(*end)))
        {
            return;
        }
        let mended: Vec<String> =
            self.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
        self.text.clear();
        for (end, text) in self.ends.iter_mut().zip(&mended) {
            self.text.extend_from_slice(text.as_bytes());
            *end = self.text.len();
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.count).map(|index| self.get(index))
    }

    /// Takes a line apart. False: it has no fields, not even an empty one.
    pub(super) fn fill(&mut self, parser: &mut Reader, line: &[u8]) -> bool {
        parser.reset();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        self.text.resize(line.len() + 1, 0);
        self.ends.resize(memchr_iter(b',', line).count() + 1, 0);
        let (mut read, mut text, mut ends) = (0, 0, 0);
        loop {
            let (said, r, t, e) =
                parser.read_record(&line[read..], &mut self.text[text..], &mut self.ends[ends..]);
            (read, text, ends) = (read + r, text + t, ends + e);
            match said {
                // The end of the line is that of the input: the next call says so.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.push(0),
                ReadRecordResult::OutputEndsFull => self.ends.push(0),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => ends = 0,
            }
            if said == ReadRecordResult::End {
                break;
            }
        }
        self.count = ends;
        ends > 0
    }
}
