//! Articles from files and standard input, one after the other: JSON Lines, JSON documents or plain text.
//!
//! A stream of JSON is never held whole: an item is a line, or a document that goes over several lines. A plain text or
//! HTML file is one item. No item takes more memory than the limit; what is longer is skipped over and refused.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::article::{Article, Format, Hint, Intake, IntakeError};

/// An input that cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The file cannot be opened.
    #[error("cannot open {path}: {error}; check the path and its permissions")]
    Open {
        /// The path as given.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// Reading failed on the way.
    #[error("cannot read on in {path} after line {line}: {error}")]
    Read {
        /// The path as given.
        path: String,
        /// The last line read.
        line: u64,
        /// What the system says.
        error: io::Error,
    },
}

/// One message, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Name of the file, `-` for standard input.
    pub path: String,
    /// Its first line, from 1.
    pub line: u64,
    /// The message, cut off one byte after the limit.
    pub bytes: Vec<u8>,
    /// Its full length in bytes.
    pub len: usize,
    /// What the file's name says of the format.
    pub hint: Hint,
}

impl Item {
    /// Reads the article.
    pub fn article(&self, intake: &Intake) -> Result<Article, IntakeError> {
        let limit = intake.limits().bytes;
        if self.len > limit {
            return Err(IntakeError::TooLarge { bytes: self.len, limit });
        }
        intake.read(&self.bytes, &self.hint)
    }

    /// "path:line", for messages.
    pub fn position(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }
}

/// The messages of several inputs, in order. An input that cannot be opened gives one error and is left behind.
pub struct Items {
    paths: VecDeque<PathBuf>,
    open: Option<Input>,
    /// Bytes of an item that are kept.
    keep: usize,
    consumed: u64,
}

impl Items {
    /// Messages of the files; `-` is standard input, and so is an empty list. `limit` is that of the intake, in bytes.
    pub fn new(paths: &[PathBuf], limit: usize) -> Self {
        let mut paths: VecDeque<PathBuf> = paths.iter().cloned().collect();
        if paths.is_empty() {
            paths.push_back(PathBuf::from("-"));
        }
        Items { paths, open: None, keep: limit.saturating_add(1), consumed: 0 }
    }

    /// Bytes read so far, of all inputs: for progress.
    pub fn consumed(&self) -> u64 {
        self.consumed + self.open.as_ref().map_or(0, |input| input.consumed)
    }
}

impl Iterator for Items {
    type Item = Result<Item, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let input = match &mut self.open {
                Some(input) => input,
                none => match Input::open(self.paths.pop_front()?) {
                    Ok(input) => none.insert(input),
                    Err(error) => return Some(Err(error)),
                },
            };
            match input.next(self.keep) {
                Ok(Some(item)) => return Some(Ok(item)),
                Ok(None) => {}
                Err(error) => {
                    let (path, line) = (input.path.clone(), input.line);
                    self.open = None;
                    return Some(Err(InputError::Read { path, line, error }));
                }
            }
            self.consumed += input.consumed;
            self.open = None;
        }
    }
}

/// How an input is cut into items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Not known before its first line.
    Unknown,
    /// All of it is one item.
    Whole,
    /// A line is an item.
    Lines,
    /// An item ends where its braces are closed.
    Documents,
    Done,
}

struct Input {
    path: String,
    reader: Box<dyn BufRead + Send>,
    hint: Hint,
    cut: Cut,
    /// Lines read.
    line: u64,
    consumed: u64,
    /// A line read ahead, with its number.
    ahead: Option<(Capped, u64)>,
}

impl Input {
    fn open(path: PathBuf) -> Result<Self, InputError> {
        let name = path.display().to_string();
        let reader: Box<dyn BufRead + Send> = if path.as_os_str() == "-" {
            Box::new(BufReader::new(io::stdin()))
        } else {
            match File::open(&path) {
                Ok(file) => Box::new(BufReader::with_capacity(1 << 16, file)),
                Err(error) => return Err(InputError::Open { path: name, error }),
            }
        };
        Ok(Self::new(name, hint(&path), reader))
    }

    fn new(path: String, hint: Hint, reader: Box<dyn BufRead + Send>) -> Self {
        Input { path, reader, hint, cut: Cut::Unknown, line: 0, consumed: 0, ahead: None }
    }

    /// The next item, of which `keep` bytes are kept.
    fn next(&mut self, keep: usize) -> io::Result<Option<Item>> {
        match self.cut {
            Cut::Unknown => self.first(keep),
            Cut::Lines => self.next_line(keep),
            Cut::Documents => self.document(keep),
            Cut::Whole | Cut::Done => Ok(None),
        }
    }

    /// Looks at the first line that is not blank, decides how to cut, and gives the first item.
    fn first(&mut self, keep: usize) -> io::Result<Option<Item>> {
        let mut text = Capped::default();
        let start = loop {
            let before = text.bytes.len();
            if !self.line_into(&mut text, keep)? {
                break None;
            }
            let line = &text.bytes[before..];
            let line = if before == 0 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
            if !line.trim_ascii().is_empty() || text.len > keep {
                break Some(text.bytes.len() - line.len());
            }
        };
        let json = start.filter(|&start| match self.hint.format {
            Some(Format::Json) => true,
            Some(Format::Text | Format::Html) => false,
            None => text.bytes[start..].trim_ascii_start().starts_with(b"{"),
        });
        let Some(start) = json else {
            // A text keeps its leading blanks: offsets count from the first byte.
            self.cut = Cut::Whole;
            while self.line_into(&mut text, keep)? {}
            return Ok(Some(self.item(text, 1)));
        };
        let first = Capped { len: text.len - start, bytes: text.bytes.split_off(start) };
        self.ahead = Some((first, self.line));
        let mut braces = Braces::default();
        let closed = self.ahead.as_ref().is_some_and(|(line, _)| braces.closed_after(&line.bytes));
        self.cut = if closed { Cut::Lines } else { Cut::Documents };
        self.next(keep)
    }

    fn next_line(&mut self, keep: usize) -> io::Result<Option<Item>> {
        while let Some((line, number)) = self.take_line(keep)? {
            if line.len > line.bytes.len() || !line.bytes.trim_ascii().is_empty() {
                return Ok(Some(self.item(line, number)));
            }
        }
        self.cut = Cut::Done;
        Ok(None)
    }

    /// Lines until the braces are closed. JSON strings hold no line ends, so a line that ends within one is broken, and a
    /// line that opens an object in the first column begins a new item: one cut-off item does not swallow the rest.
    fn document(&mut self, keep: usize) -> io::Result<Option<Item>> {
        let mut item: Option<(Capped, u64)> = None;
        let mut braces = Braces::default();
        while let Some((line, number)) = self.take_line(keep)? {
            let Some((text, start)) = &mut item else {
                if line.bytes.trim_ascii().is_empty() {
                    continue;
                }
                let ends = braces.closed_after(&line.bytes) || braces.in_string;
                if ends {
                    return Ok(Some(self.item(line, number)));
                }
                item = Some((line, number));
                continue;
            };
            if line.bytes.starts_with(b"{") {
                let (text, start) = (std::mem::take(text), *start);
                self.ahead = Some((line, number));
                return Ok(Some(self.item(text, start)));
            }
            let ends = braces.closed_after(&line.bytes) || braces.in_string;
            text.extend(&line, keep);
            if ends {
                break;
            }
        }
        if item.is_none() {
            self.cut = Cut::Done;
        }
        Ok(item.map(|(text, line)| self.item(text, line)))
    }

    fn take_line(&mut self, keep: usize) -> io::Result<Option<(Capped, u64)>> {
        if let Some(line) = self.ahead.take() {
            return Ok(Some(line));
        }
        let mut line = Capped::default();
        Ok(self.line_into(&mut line, keep)?.then_some((line, self.line)))
    }

    /// Appends the next line with its end; false at the end of the input.
    fn line_into(&mut self, line: &mut Capped, keep: usize) -> io::Result<bool> {
        let mut any = false;
        loop {
            let buffer = match self.reader.fill_buf() {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if buffer.is_empty() {
                self.line += u64::from(any);
                return Ok(any);
            }
            any = true;
            let end = buffer.iter().position(|&b| b == b'\n');
            let taken = end.map_or(buffer.len(), |end| end + 1);
            line.push(&buffer[..taken], keep);
            self.reader.consume(taken);
            self.consumed += taken as u64;
            if end.is_some() {
                self.line += 1;
                return Ok(true);
            }
        }
    }

    fn item(&self, text: Capped, line: u64) -> Item {
        Item { path: self.path.clone(), line, bytes: text.bytes, len: text.len, hint: self.hint }
    }
}

/// Bytes of which only so many are kept.
#[derive(Debug, Default)]
struct Capped {
    bytes: Vec<u8>,
    /// All of them.
    len: usize,
}

impl Capped {
    fn push(&mut self, bytes: &[u8], keep: usize) {
        let room = keep.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.len += bytes.len();
    }

    fn extend(&mut self, other: &Capped, keep: usize) {
        self.push(&other.bytes, keep);
        self.len += other.len - other.bytes.len();
    }
}

/// Where braces and strings of JSON stand open.
#[derive(Debug, Default)]
struct Braces {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Braces {
    /// Goes over a line; whether everything opened is closed after it.
    fn closed_after(&mut self, line: &[u8]) -> bool {
        for &b in line {
            match b {
                b'\n' | b'\r' if self.in_string => break,
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                b'{' | b'[' if !self.in_string => self.depth += 1,
                b'}' | b']' if !self.in_string => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.depth == 0 && !self.in_string
    }
}

/// What a file's name says of its format.
fn hint(path: &Path) -> Hint {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    let format = match extension.as_str() {
        "json" | "jsonl" | "ndjson" => Some(Format::Json),
        "html" | "htm" | "xhtml" => Some(Format::Html),
        _ => None,
    };
    Hint { format }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each item as "line: bytes".
    fn cut(text: &str, format: Option<Format>, limit: usize) -> Vec<String> {
        let reader = Box::new(BufReader::with_capacity(7, io::Cursor::new(text.as_bytes().to_vec())));
        let open = Some(Input::new("-".into(), Hint { format }, reader));
        let items = Items { paths: VecDeque::new(), open, keep: limit + 1, consumed: 0 };
        items
            .map(|item| {
                let item = item.unwrap();
                format!("{}: {}", item.line, String::from_utf8_lossy(&item.bytes).trim_end())
            })
            .collect()
    }

    fn check(text: &str, expect: &[&str]) {
        assert_eq!(cut(text, None, 1000), expect, "{text:?}");
    }

    #[test]
    fn json_lines_documents_and_text_are_cut_apart() {
        check("{\"text\":\"a\"}\n\n{\"text\":\"b\"}\r\n", &["1: {\"text\":\"a\"}", "3: {\"text\":\"b\"}"]);
        check("\n{\n  \"text\": \"a\"\n}\n", &["2: {\n  \"text\": \"a\"\n}"]);
        check("{\n\"text\":\"a}\"\n}\n{\n\"text\":\"b\"\n}", &["1: {\n\"text\":\"a}\"\n}", "4: {\n\"text\":\"b\"\n}"]);
        check("One.\n\n{two}\n", &["1: One.\n\n{two}"]);
        check("\n\n One.\n", &["1: \n\n One."]);
        check("\u{feff}{\"text\":\"a\"}", &["1: {\"text\":\"a\"}"]);
        check("", &["1: "]);
        check("  \n", &["1: "]);
    }

    #[test]
    fn one_broken_line_does_not_swallow_the_rest() {
        check(
            "{\"text\":\"a\"}\n{\"text\":\"b\n{\"text\":\"c\"}",
            &["1: {\"text\":\"a\"}", "2: {\"text\":\"b", "3: {\"text\":\"c\"}"],
        );
        check("{\"text\":\"a\n{\"text\":\"b\"}", &["1: {\"text\":\"a", "2: {\"text\":\"b\"}"]);
        check("{\"a\":[1,\n{\"text\":\"b\"}", &["1: {\"a\":[1,", "2: {\"text\":\"b\"}"]);
    }

    #[test]
    fn long_items_are_cut_off_and_refused() {
        let long = format!("{{\"text\":\"{}\"}}\n{{\"text\":\"b\"}}\n", "a".repeat(100));
        let items = cut(&long, None, 20);
        assert_eq!(items.len(), 2, "{items:?}");
        assert_eq!(items[0].len(), "1: ".len() + 21);
        let item = Item { path: "-".into(), line: 1, bytes: vec![b'a'; 21], len: 5000, hint: Hint::default() };
        let intake = Intake::new(crate::article::Limits { bytes: 20, ..Default::default() });
        assert_eq!(item.article(&intake).unwrap_err(), IntakeError::TooLarge { bytes: 5000, limit: 20 });
    }

    #[test]
    fn a_missing_file_is_one_error_and_the_next_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("a.html");
        std::fs::write(&page, "{not json}<p>x</p>").unwrap();
        let mut items = Items::new(&[folder.path().join("missing"), page], 1000);
        assert!(matches!(items.next(), Some(Err(InputError::Open { .. }))));
        let item = items.next().unwrap().unwrap();
        assert_eq!((item.hint.format, item.len), (Some(Format::Html), 18));
        assert!(items.next().is_none());
        assert_eq!(items.consumed(), 18);
    }
}
