//! Which parts of a script are code, which are comments, and which are texts that nothing may touch.

/// A part of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Code(&'a str),
    Comment(&'a str),
    /// A string, a part of a template, or a regular expression.
    Text(&'a str),
}

/// A slash after one of these words or characters begins a regular expression; elsewhere it divides.
const BEFORE_PATTERN: [&str; 12] =
    ["return", "typeof", "case", "in", "of", "void", "delete", "instanceof", "new", "throw", "await", "else"];
const SIGNS: &str = "(,=:[!&|?{};+-*%<>~^";

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    /// Where the code began that is being read.
    code: usize,
    /// For each template that is open, the braces that are open in its `${…}`.
    open: Vec<usize>,
    pieces: Vec<Piece<'a>>,
}

/// A script in pieces, which together are the script.
pub(super) fn pieces(source: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut lexer = Lexer { source, at: 0, code: 0, open: Vec::new(), pieces: Vec::new() };
    while lexer.at < source.len() {
        lexer.step()?;
    }
    lexer.end_code();
    if lexer.open.is_empty() { Ok(lexer.pieces) } else { Err("a template has no end".into()) }
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn step(&mut self) -> Result<(), String> {
        let rest = self.rest();
        match rest.as_bytes()[0] {
            b'/' if rest.starts_with("//") => self.take(Piece::Comment, rest.find('\n').or(Some(rest.len()))),
            b'/' if rest.starts_with("/*") => self.take(Piece::Comment, rest.find("*/").map(|end| end + 2)),
            b'/' if self.begins_pattern() => self.take(Piece::Text, pattern(rest)),
            quote @ (b'"' | b'\'') => self.take(Piece::Text, string(rest, quote)),
            b'`' => self.template(1),
            b'}' if self.open.last() == Some(&0) => {
                self.open.pop();
                self.template(1)
            }
            sign => {
                self.braces(sign);
                self.at += rest.chars().next().map_or(1, char::len_utf8);
                Ok(())
            }
        }
    }

    fn braces(&mut self, sign: u8) {
        if let Some(open) = self.open.last_mut() {
            *open = match sign {
                b'{' => *open + 1,
                b'}' => *open - 1,
                _ => *open,
            };
        }
    }

    /// A part of a template: to its end, or to where code stands in it.
    fn template(&mut self, from: usize) -> Result<(), String> {
        let rest = self.rest();
        let mut chars = rest.char_indices().skip_while(|(at, _)| *at < from).peekable();
        while let Some((at, sign)) = chars.next() {
            match sign {
                '\\' => drop(chars.next()),
                '`' => return self.take(Piece::Text, Some(at + 1)),
                '$' if chars.peek().is_some_and(|(_, next)| *next == '{') => {
                    self.open.push(0);
                    return self.take(Piece::Text, Some(at + 2));
                }
                _ => {}
            }
        }
        Err("a template has no end".into())
    }

    fn take(&mut self, piece: fn(&'a str) -> Piece<'a>, length: Option<usize>) -> Result<(), String> {
        let line = || self.source[..self.at].lines().count().max(1);
        let length = length.ok_or_else(|| format!("line {}: this has no end", line()))?;
        self.end_code();
        self.pieces.push(piece(&self.source[self.at..self.at + length]));
        self.at += length;
        self.code = self.at;
        Ok(())
    }

    fn end_code(&mut self) {
        if self.code < self.at {
            self.pieces.push(Piece::Code(&self.source[self.code..self.at]));
        }
    }

    fn begins_pattern(&self) -> bool {
        let code = self.source[self.code..self.at].trim_end();
        let before = || self.pieces.iter().rev().find(|piece| !matches!(piece, Piece::Comment(_)));
        let Some(last) = code.chars().next_back() else {
            return match before() {
                Some(Piece::Code(code)) => code.trim_end().ends_with(|sign| SIGNS.contains(sign)),
                Some(Piece::Text(text)) => text.ends_with("${"),
                _ => true,
            };
        };
        let word = code.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).next();
        SIGNS.contains(last) || word.is_some_and(|word| BEFORE_PATTERN.contains(&word))
    }
}

/// Where a string ends, which is on its line.
fn string(rest: &str, quote: u8) -> Option<usize> {
    ending(rest, |sign, _| sign == char::from(quote))
}

/// Where a regular expression ends, without its flags.
fn pattern(rest: &str) -> Option<usize> {
    ending(rest, |sign, in_class| sign == '/' && !in_class)
}

fn ending(rest: &str, is_end: impl Fn(char, bool) -> bool) -> Option<usize> {
    let mut in_class = false;
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, sign)) = chars.next() {
        match sign {
            '\\' => drop(chars.next()),
            '\n' => return None,
            _ if is_end(sign, in_class) => return Some(at + 1),
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        let text = |piece: &Piece<'static>| match *piece {
            Piece::Text(text) => Some(text),
            _ => None,
        };
        // Leaked: tests only.
        pieces(String::leak(source.into())).unwrap().iter().filter_map(text).collect()
    }

    #[test]
    fn comments_texts_and_patterns_are_told_from_code() {
        for (source, expected) in [
            ("a = \"// no\"; // \"yes\"", vec!["\"// no\""]),
            ("a = b / c / d; e(/[/\"]\\//g)", vec!["/[/\"]\\//"]),
            ("return /'/.test(a) /* \" */ / 2", vec!["/'/"]),
            ("a = 'it\\'s'", vec!["'it\\'s'"]),
            (
                "`a ${b ? `c ${ { d } }` : \"}\"} /* e */`",
                vec!["`a ${", "`c ${", "}`", "\"}\"", "} /* e */`"],
            ),
            ("`${/`/}`", vec!["`${", "/`/", "}`"]),
            ("`${a}/${b}`", vec!["`${", "}/${", "}`"]),
            ("f(a[0] / 2, b) / 3", vec![]),
        ] {
            assert_eq!(texts(source), expected, "{source}");
        }
    }

    #[test]
    fn what_has_no_end_is_refused() {
        for source in ["\"a\nb\"", "`a", "`${a", "/* a", "a = /b\n"] {
            assert!(pieces(source).is_err(), "{source}");
        }
    }

    #[test]
    fn the_pieces_together_are_the_script() {
        let source = "/** ä */\nconst a = `ß ${b} ü`; // ö\nf(/é/u, 'à')\n";
        let text = |piece: Piece| match piece {
            Piece::Code(text) | Piece::Comment(text) | Piece::Text(text) => text.to_owned(),
        };
        assert_eq!(pieces(source).unwrap().into_iter().map(text).collect::<String>(), source);
    }
}
