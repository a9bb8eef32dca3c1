//! Text compared without regard to case: one character against one, as FTS5's trigram index does it.

use std::cell::RefCell;

use memchr::memmem::Finder;

/// Words that a search may have; more say nothing new of a call.
pub const MOST_WORDS: usize = 50;

/// The words of a search, folded. Words that are part of another one are left out: they are found with it.
///
/// Of more than [`MOST_WORDS`] words, one more: enough to see that there are too many.
pub fn fold_words(search: &str) -> Vec<String> {
    if search.split_whitespace().nth(MOST_WORDS).is_some() {
        return search.split_whitespace().take(MOST_WORDS + 1).map(str::to_owned).collect();
    }
    let mut words: Vec<String> = search.split_whitespace().map(folded).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        if !kept.iter().any(|longer| longer.contains(&word)) {
            kept.push(word);
        }
    }
    kept
}

fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// Upper case, then lower, wherever both are one character: É and é, Σ, σ and ς are the same, ß and SS are not.
pub(super) fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    if !FOLDED.iter().any(|range| range.contains(&c)) || APART.contains(&c) {
        return c;
    }
    single(single(c, char::to_uppercase), char::to_lowercase)
}

/// Latin, Greek, Coptic, Cyrillic, Armenian and what looks like them: where the tables of Unicode that FTS5 has, which
/// are older, know the same pairs as ours. Elsewhere a character is only itself.
const FOLDED: [std::ops::RangeInclusive<char>; 8] = [
    '\u{80}'..='\u{527}',
    '\u{531}'..='\u{587}',
    '\u{1e00}'..='\u{1fff}',
    '\u{2126}'..='\u{2188}',
    '\u{24b6}'..='\u{24e9}',
    '\u{2c80}'..='\u{2cff}',
    '\u{ff21}'..='\u{ff5a}',
    '\u{10400}'..='\u{1044f}',
];

/// Turkish ı, which without its dot is another letter; and a Greek letter that got its capital late.
const APART: [char; 3] = ['ı', '\u{37f}', '\u{3f3}'];

fn single<I: Iterator<Item = char>>(c: char, map: impl Fn(char) -> I) -> char {
    let mut mapped = map(c);
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Folded words, ready to be looked for in many rows.
pub(super) struct Needles(Vec<Finder<'static>>);

impl Needles {
    /// `words` has one on each line.
    pub(super) fn new(words: &[u8]) -> Needles {
        let words = words.split(|byte| *byte == b'\n').filter(|word| !word.is_empty());
        Needles(words.map(|word| Finder::new(word).into_owned()).collect())
    }

    /// Whether each word is in one of the texts.
    pub(super) fn all_in(&self, texts: impl Iterator<Item = impl AsRef<[u8]>>) -> bool {
        thread_local! {
            static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        LINES.with_borrow_mut(|lines| {
            lines.clear();
            for text in texts {
                fold_onto(text.as_ref(), lines);
                // No word has a line's end in it, so none is found across two texts.
                lines.push(b'\n');
            }
            self.0.iter().all(|word| word.find(lines).is_some())
        })
    }
}

fn fold_onto(text: &[u8], out: &mut Vec<u8>) {
    if text.is_ascii() {
        let begin = out.len();
        out.extend_from_slice(text);
        out[begin..].make_ascii_lowercase();
        return;
    }
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            out.extend_from_slice(fold(c).encode_utf8(&mut [0; 4]).as_bytes());
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

/// Trigrams of a needle as the index is asked for them, quoted; at most `most`, from all over the needle. Empty where
/// the index cannot help.
pub(super) fn trigrams(needle: &str, most: usize) -> Vec<String> {
    let characters: Vec<char> = needle.chars().collect();
    let mut found: Vec<String> = characters
        .windows(3)
        .filter(|window| window.iter().all(|c| is_indexed(*c)))
        .map(|window| format!("\"{}\"", window.iter().collect::<String>().replace('"', "\"\"")))
        .collect();
    found.sort();
    found.dedup();
    let step = found.len().div_ceil(most).max(1);
    found.into_iter().step_by(step).collect()
}

/// Blanks are left out of the indexed text, and FTS5 reads no further than a NUL. U+FFFD may stand for bytes that are
/// no UTF-8, but a character together with the bytes of the text beside them.
fn is_indexed(c: char) -> bool {
    !matches!(c, ' ' | '\0' | '\u{fffd}')
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn words_fold_and_shorter_ones_within_longer_ones_go() {
        assert_eq!(fold_words("  ÉMILE zola mil  Ola "), ["émile", "zola"]);
        assert_eq!(fold_words("ΣΊΣΥΦΟΣ"), fold_words("σίσυφος"));
        assert_eq!(fold_words("ДАВИД"), ["давид"]);
        assert_eq!(fold_words(" \t "), Vec::<String>::new());
    }

    #[test]
    fn all_words_must_be_found_and_none_across_two_texts() {
        let found = |words: &str, texts: &[&str]| {
            Needles::new(fold_words(words).join("\n").as_bytes())
                .all_in(texts.iter().map(|text| text.as_bytes()))
        };
        assert!(found("émile 201", &["0201", "ÉMILE Zola"]));
        assert!(!found("émile 202", &["0201", "ÉMILE Zola"]));
        assert!(!found("12", &["1", "2"]));
    }

    /// The characters that are one to us must be one to FTS5, or a row could be missed.
    #[test]
    fn what_is_the_same_here_is_the_same_to_the_index() {
        let connection = rusqlite::Connection::open_in_memory().expect("memory");
        connection
            .execute_batch(
                "CREATE VIRTUAL TABLE t USING fts5 (text, content = '', tokenize = 'trigram', detail = none, columnsize = 0);
                 CREATE VIRTUAL TABLE v USING fts5vocab (t, 'row');",
            )
            .expect("FTS5");
        let theirs = |c: char| -> Option<String> {
            connection.execute("INSERT INTO t (t) VALUES ('delete-all')", []).expect("delete");
            connection
                .execute("INSERT INTO t (rowid, text) VALUES (1, ?)", [format!("{c}{c}{c}")])
                .expect("insert");
            connection.query_row("SELECT term FROM v", [], |row| row.get(0)).ok()
        };
        let mut same: HashMap<char, Vec<char>> = HashMap::new();
        for c in (1..=0x10ffff).filter_map(char::from_u32) {
            same.entry(fold(c)).or_default().push(c);
        }
        let mut wrong: Vec<char> = Vec::new();
        for characters in same.into_values().filter(|characters| characters.len() > 1) {
            let first = theirs(characters[0]);
            if characters.iter().any(|c| theirs(*c) != first) {
                wrong.extend(characters);
            }
        }
        wrong.sort_unstable();
        assert_eq!(
            wrong.iter().map(|c| format!("{:x}", u32::from(*c))).collect::<Vec<_>>(),
            Vec::<String>::new()
        );
    }
}
