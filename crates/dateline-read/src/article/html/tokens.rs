//! html5gum's tokens, handed to the reader with the received bytes of every run of characters.
//!
//! html5gum's own emitters join character tokens and so lose where an entity was; this one sees each run as it comes.

use std::convert::Infallible;
use std::ops::Range;

use html5gum::{Emitter, Error, State, Tokenizer, naive_next_state};

use super::Reader;
use crate::article::references;

/// Longest attribute value kept, in bytes.
const MAX_VALUE: usize = 200;

/// Feeds a document to the reader.
pub(super) fn run(text: &str, reader: &mut Reader) {
    let emitter = Tokens {
        source: text,
        reader,
        at: 0,
        run_start: 0,
        copied: 0..0,
        read: 0,
        tag: Tag::default(),
        last_start_tag: Vec::new(),
    };
    // Reading from a string cannot fail.
    let Ok(()) = Tokenizer::new_with_emitter(text, emitter).finish();
}

/// The attributes that matter; the others are not kept.
const KEPT: [&[u8]; 15] = [
    b"aria-hidden",
    b"aria-modal",
    b"class",
    b"content",
    b"datetime",
    b"hidden",
    b"href",
    b"itemprop",
    b"name",
    b"property",
    b"pubdate",
    b"role",
    b"style",
    b"title",
    b"type",
];

/// What a start tag says of its element.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    list: Vec<(Vec<u8>, String)>,
    pub(super) self_closing: bool,
}

impl Attributes {
    /// The value, empty where there is none; `None` without the attribute. Of two with one name the first counts.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.list.iter().find(|(n, _)| n == name.as_bytes()).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Tag {
    name: Vec<u8>,
    is_end: bool,
    self_closing: bool,
    /// Name and value; the last one may be one that is not kept.
    attributes: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Tag {
    /// Drops the attribute read last unless it is kept.
    fn settle(&mut self) {
        self.attributes.pop_if(|last| !KEPT.contains(&last.0.as_slice()));
        if let Some((last, before)) = self.attributes.split_last()
            && before.iter().any(|(name, _)| *name == last.0)
        {
            self.attributes.pop();
        }
    }
}

struct Tokens<'a> {
    source: &'a str,
    reader: &'a mut Reader,
    /// Bytes consumed.
    at: usize,
    /// Where the run of characters to come begins at the earliest.
    run_start: usize,
    /// Characters copied as they are and not handed over yet: the tokenizer may cut a run within a character.
    copied: Range<usize>,
    /// Up to where a reference was read that was encoded twice.
    read: usize,
    tag: Tag,
    last_start_tag: Vec<u8>,
}

impl Tokens<'_> {
    fn flush(&mut self) {
        let copied = std::mem::replace(&mut self.copied, self.at..self.at);
        let start = copied.start.max(self.read);
        if let Some(text) = self.source.get(start..copied.end).filter(|text| !text.is_empty()) {
            self.reader.copy(text, start);
        }
    }

    fn new_tag(&mut self, is_end: bool) {
        self.tag = Tag { is_end, name: std::mem::take(&mut self.tag.name), ..Tag::default() };
        self.tag.name.clear();
    }
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Emitter for Tokens<'_> {
    type Token = Infallible;

    fn move_position(&mut self, offset: isize) {
        self.at = self.at.saturating_add_signed(offset);
    }

    fn emit_string(&mut self, run: &[u8]) {
        let end = self.at.min(self.source.len());
        match end.checked_sub(run.len()).filter(|&start| self.source.as_bytes()[start..end] == *run) {
            Some(start) if start == self.copied.end => self.copied.end = end,
            Some(start) => {
                self.flush();
                self.copied = start..end;
            }
            None => {
                // What is not copied stands for everything since the last run or tag: one entity, one line end.
                self.flush();
                let start = self.run_start.min(end);
                // "&amp;ldquo;"
                let twice = self.source.get(end..).filter(|_| run == b"&").and_then(references::named);
                if let Some((c, len)) = twice {
                    self.read = end + len;
                    self.reader.replacement(c, start..self.read);
                    self.run_start = self.read;
                    return;
                }
                // One character at a time, so that it cannot pass for a copy by chance of length.
                let decoded = String::from_utf8_lossy(run);
                decoded.chars().for_each(|c| self.reader.replacement(c, start..end));
            }
        }
        self.run_start = end;
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        self.flush();
        self.run_start = self.at;
        self.tag.settle();
        let tag = std::mem::take(&mut self.tag);
        let name = string(&tag.name);
        if tag.is_end {
            self.last_start_tag.clear();
            self.reader.end(&name);
            return None;
        }
        let list = tag.attributes.into_iter().map(|(name, value)| (name, string(&value))).collect();
        let attributes = Attributes { list, self_closing: tag.self_closing };
        self.reader.start(&name, &attributes);
        self.last_start_tag = tag.name;
        naive_next_state(&self.last_start_tag)
    }

    fn init_start_tag(&mut self) {
        self.new_tag(false);
    }

    fn init_end_tag(&mut self) {
        self.new_tag(true);
    }

    fn push_tag_name(&mut self, s: &[u8]) {
        if self.tag.name.len() < MAX_VALUE {
            self.tag.name.extend_from_slice(s);
        }
    }

    fn init_attribute(&mut self) {
        self.tag.settle();
        self.tag.attributes.push((Vec::new(), Vec::new()));
    }

    fn push_attribute_name(&mut self, s: &[u8]) {
        if let Some((name, _)) = self.tag.attributes.last_mut().filter(|(name, _)| name.len() < MAX_VALUE) {
            name.extend_from_slice(s);
        }
    }

    fn push_attribute_value(&mut self, s: &[u8]) {
        if let Some((name, value)) = self.tag.attributes.last_mut()
            && KEPT.contains(&name.as_slice())
        {
            let room = MAX_VALUE.saturating_sub(value.len());
            value.extend_from_slice(&s[..s.len().min(room)]);
        }
    }

    fn set_self_closing(&mut self) {
        self.tag.self_closing = true;
    }

    fn emit_eof(&mut self) {
        self.flush();
    }

    fn emit_current_comment(&mut self) {
        self.flush();
        self.run_start = self.at;
    }

    fn emit_current_doctype(&mut self) {
        self.flush();
        self.run_start = self.at;
    }

    fn set_last_start_tag(&mut self, tag: Option<&[u8]>) {
        self.last_start_tag = tag.unwrap_or_default().to_vec();
    }

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.tag.is_end && !self.last_start_tag.is_empty() && self.last_start_tag == self.tag.name
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn pop_token(&mut self) -> Option<Infallible> {
        None
    }

    fn emit_error(&mut self, _: Error) {}
    fn init_comment(&mut self) {}
    fn push_comment(&mut self, _: &[u8]) {}
    fn init_doctype(&mut self) {}
    fn push_doctype_name(&mut self, _: &[u8]) {}
    fn set_doctype_public_identifier(&mut self, _: &[u8]) {}
    fn set_doctype_system_identifier(&mut self, _: &[u8]) {}
    fn push_doctype_public_identifier(&mut self, _: &[u8]) {}
    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}
    fn set_force_quirks(&mut self) {}
}
