//! What came as an article and is none: archives, documents, tables, and the envelopes of other serialisers.
//!
//! Recognised by first bytes or by shape before anything is read: a table read as prose tells events that nobody
//! reported. In doubt it is prose; what is declared as `text/plain` or `text/html` is not judged by its shape at all.

use super::error::IntakeError;

/// Files by their first bytes.
const FILES: &[(&[u8], Kind, &str)] = &[
    (b"\x1f\x8b", Kind::Compressed, "gzip"),
    (b"\x28\xb5\x2f\xfd", Kind::Compressed, "zstd"),
    (b"\x04\x22\x4d\x18", Kind::Compressed, "lz4"),
    (b"\xfd7zXZ\0", Kind::Compressed, "xz"),
    (b"\xff\x06\0\0sNaPpY", Kind::Compressed, "snappy"),
    (b"\x82SNAPPY\0", Kind::Compressed, "snappy"),
    (b"PK\x03\x04", Kind::Document, "a ZIP archive or an Office document"),
    (b"%PDF-", Kind::Document, "a PDF document"),
    (b"\xd0\xcf\x11\xe0", Kind::Document, "an Office document"),
    (b"{\\rtf", Kind::Document, "an RTF document"),
    (b"Obj\x01", Kind::Binary, "an Avro file"),
    (b"PAR1\x15", Kind::Binary, "a Parquet file"),
    (b"\x89PNG\r\n", Kind::Binary, "a PNG image"),
    (b"\xff\xd8\xff", Kind::Binary, "a JPEG image"),
    (b"GIF8", Kind::Binary, "a GIF image"),
];

#[derive(Clone, Copy)]
enum Kind {
    Compressed,
    Document,
    Binary,
}

/// Lengths of what serialisers of schema registries put before the value, after a first byte of 0: an id of 4 bytes
/// (Confluent, and Apicurio in its place) or of 8 (Apicurio's own).
const FRAMES: [usize; 2] = [5, 9];
/// AWS Glue: version, compression (0: none, 5: zlib), UUID.
const GLUE_FRAME: usize = 18;

/// The message itself, without the frame that a schema registry's JSON serialiser puts before it.
///
/// # Errors
/// The bytes are no text.
pub(super) fn unframed(bytes: &[u8]) -> Result<&[u8], IntakeError> {
    if let Some((_, kind, what)) = FILES.iter().find(|(start, ..)| bytes.starts_with(start)) {
        return Err(match kind {
            Kind::Compressed => IntakeError::Compressed { what },
            Kind::Document => IntakeError::Document { what },
            Kind::Binary => IntakeError::Binary { what },
        });
    }
    if is_utf16(bytes) {
        return Err(IntakeError::Utf16);
    }
    let frames: &[usize] = match bytes {
        [0, rest @ ..] if rest.len() > 4 => &FRAMES,
        [3, 0 | 5, rest @ ..] if rest.len() > 16 => &[GLUE_FRAME],
        _ => return Ok(bytes),
    };
    let object = |frame: &&usize| bytes.get(**frame..).is_some_and(|value| value.trim_ascii_start().starts_with(b"{"));
    match frames.iter().find(object) {
        Some(&frame) => Ok(&bytes[frame..]),
        None => Err(IntakeError::Framed),
    }
}

/// Two bytes to a character, told by its mark or by nearly every other byte being zero and no byte between them.
fn is_utf16(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(64) & !1];
    let zeros = |first: usize| start.iter().skip(first).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let marked = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    marked || (start.len() >= 8 && even.min(odd) == 0 && even.max(odd) * 8 >= start.len() * 3)
}

/// Characters looked at for [`check_characters`].
const LOOKED_AT: usize = 2_000;

/// Refuses bytes that are UTF-8 by chance. Single control characters are text; the marks of wire transmissions (SOH,
/// STX, SYN and their like) and escapes are, too.
pub(super) fn check_characters(text: &str) -> Result<(), IntakeError> {
    let odd = |c: &char| matches!(c, '\0' | '\x05'..='\x08' | '\x10'..='\x15' | '\x17'..='\x1a' | '\x1c'..='\x1f');
    let (mut all, mut strange) = (0, 0);
    for c in text.trim_end_matches('\0').chars().take(LOOKED_AT) {
        all += 1;
        strange += usize::from(odd(&c));
    }
    if strange >= 8 && strange * 20 > all {
        return Err(IntakeError::Binary { what: "binary data" });
    }
    Ok(())
}

/// Refuses what has the shape of other formats.
pub(super) fn check_shape(text: &str) -> Result<(), IntakeError> {
    if is_xml(text) {
        return Err(IntakeError::Xml);
    }
    match [',', ';', '\t', '|'].into_iter().find_map(|separator| table::columns(text, separator)) {
        Some(columns) => Err(IntakeError::Table { columns }),
        None => Ok(()),
    }
}

/// Roots that an HTML reader reads.
const READABLE_ROOTS: [&str; 5] = ["html", "nitf", "body", "article", "div"];

/// Whether a text is XML that is no (X)HTML: declared at its start, or by a name space at its root.
fn is_xml(text: &str) -> bool {
    let mut rest = text.trim_start();
    let declared = rest.starts_with("<?xml");
    // Declarations, comments and a document type come before the root.
    while let Some(end) = if rest.starts_with("<!--") {
        rest.find("-->").map(|at| at + 3)
    } else if rest.starts_with("<?") || rest.starts_with("<!") {
        rest.find('>').map(|at| at + 1)
    } else {
        None
    } {
        rest = rest[end..].trim_start();
    }
    let Some(root) = rest.strip_prefix('<') else { return declared };
    let tag = &root[..root.find('>').unwrap_or(root.len())];
    let name = tag.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default();
    let local = name.rsplit(':').next().unwrap_or_default();
    let readable = READABLE_ROOTS.iter().any(|known| local.eq_ignore_ascii_case(known));
    (declared || tag.contains(" xmlns")) && !readable
}

mod table {
    //! Values parted by a character. Not the `csv` crate: it reads whatever it is given, and takes prose for a table
    //! of one row; here the question is whether anybody wrote a table.

    /// Records looked at, and bytes.
    const RECORDS: usize = 50;
    const BYTES: usize = 64 << 10;

    /// Names of columns in tables of articles.
    const COLUMNS: &str = "id guid uuid url uri link source publisher title headline text full_text fulltext body \
        content article story summary description date published published_at pubdate timestamp author language lang \
        category section country";

    /// One row.
    #[derive(Default)]
    struct Record<'a> {
        fields: Vec<&'a str>,
        quoted: usize,
        /// Fields that begin with a blank: prose has one after its commas.
        loose: usize,
    }

    /// The number of columns, if the text is a table: its first line names columns of articles, or every row has as
    /// many fields, three or more, and either some are quoted or there are three rows without prose's blanks.
    pub(super) fn columns(text: &str, separator: char) -> Option<usize> {
        let records = read(text, separator)?;
        let first = records.first()?;
        let count = first.fields.len();
        let names = || first.fields.iter().map(|f| f.trim().trim_matches('"').to_ascii_lowercase());
        let known = names().filter(|name| COLUMNS.split_whitespace().any(|column| column == name)).count();
        let named = |name: String| {
            let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
            (1..=40).contains(&name.len()) && name.chars().all(letters)
        };
        if known >= 2 && names().all(named) {
            return Some(count);
        }
        let even = count >= 3 && records.iter().all(|record| record.fields.len() == count);
        let quoted = records.iter().any(|record| record.quoted > 0);
        let tight = records.len() >= 3 && records.iter().all(|record| record.loose == 0);
        (even && (quoted || tight)).then_some(count)
    }

    /// The first rows that are whole; none if a quote stands where no table has one.
    fn read(text: &str, separator: char) -> Option<Vec<Record<'_>>> {
        let part = &text[..text.floor_char_boundary(BYTES)];
        let mut records = Vec::new();
        let mut record = Record::default();
        let mut rest = part;
        while records.len() < RECORDS && !rest.is_empty() {
            let end = if rest.starts_with('"') {
                let end = closing_quote(rest);
                match end {
                    Some(end) => end,
                    // Cut off by our own limit, or by whoever sent it.
                    None => break,
                }
            } else {
                rest.find([separator, '\n']).unwrap_or(rest.len())
            };
            let field = rest[..end].trim_end_matches('\r');
            record.quoted += usize::from(field.starts_with('"'));
            record.loose += usize::from(field.starts_with(' ') && !record.fields.is_empty());
            record.fields.push(field);
            let after = &rest[end..];
            rest = match after.trim_start_matches('\r').chars().next() {
                Some(c) if c == separator => &after[separator.len_utf8()..],
                Some('\n') | None => {
                    let row = std::mem::take(&mut record);
                    if row.fields.iter().any(|field| !field.trim().is_empty()) {
                        records.push(row);
                    }
                    after.trim_start_matches('\r').strip_prefix('\n').unwrap_or_default()
                }
                Some(_) => return None,
            };
        }
        Some(records)
    }

    /// The byte after the quote that closes the field; doubled quotes stand for one.
    fn closing_quote(text: &str) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut at = 1;
        while let Some(found) = text[at..].find('"') {
            at += found + 1;
            if bytes.get(at) != Some(&b'"') {
                return Some(at);
            }
            at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Hint, Intake};

    const PROSE: &str = "PARIS (AP) — The port was closed on Monday after a ferry ran aground, officials said.";

    fn kind_of(bytes: &[u8]) -> &'static str {
        Intake::default().read(bytes, &Hint::default()).map_or_else(|e| e.kind(), |_| "article")
    }

    #[test]
    fn what_is_no_article_is_refused_with_its_own_reason() {
        let json = format!("{{\"text\": {PROSE:?}}}");
        let after = |start: &[u8], rest: &str| [start, rest.as_bytes()].concat();
        let utf16: Vec<u8> = PROSE.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16_marked: Vec<u8> =
            [0xfe, 0xff].into_iter().chain(PROSE.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        let msgpack_like: String = (0..60).map(|n| if n % 6 == 0 { '\x10' } else { 'a' }).collect();
        for (bytes, expect) in [
            // Frames of schema registries: JSON is read, everything else is not.
            (after(&[0, 0, 0, 0, 7], &json), "article"),
            (after(&[0, 0, 0, 0, 0, 0, 0, 0, 7], &json), "article"),
            (after(&[&[3, 0][..], &[9; 16]].concat(), &json), "article"),
            (after(&[0, 0, 0, 0, 7], "\x0cwire-7"), "schema_registry"),
            (after(&[0, 0, 0, 0, 7, 0, 0x0a], PROSE), "schema_registry"),
            (after(&[&[3, 5][..], &[9; 16]].concat(), "x\u{9c}"), "schema_registry"),
            // Files.
            (after(b"\x1f\x8b\x08\0", "x"), "compressed"),
            (after(b"\x28\xb5\x2f\xfd", "x"), "compressed"),
            (after(b"PK\x03\x04", "x"), "document"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3".to_vec(), "document"),
            (b"{\\rtf1\\ansi The port was closed.}".to_vec(), "document"),
            (b"Obj\x01\x04\x16avro.schema".to_vec(), "binary"),
            (b"\x89PNG\r\n\x1a\n".to_vec(), "binary"),
            (msgpack_like.into_bytes(), "binary"),
            (utf16, "utf_16"),
            (utf16_marked, "utf_16"),
            // JSON that is no object.
            (format!("[{json}]").into_bytes(), "not_an_object"),
            (format!("[{json},").into_bytes(), "truncated_json"),
            (format!("[{json}; ").into_bytes(), "not_json"),
            (b"[\"The port was closed.\"]".to_vec(), "not_an_object"),
            (b"[\"The port was clo".to_vec(), "truncated_json"),
            (b" \"The port was closed.\"\n".to_vec(), "not_an_object"),
            (b"null".to_vec(), "not_an_object"),
            (b"-17.5".to_vec(), "not_an_object"),
            // XML.
            (
                b"<?xml version=\"1.0\"?><rss><channel><item><title>Port closed</title></item></channel></rss>"
                    .to_vec(),
                "xml",
            ),
            (b"<?xml version=\"1.0\"?>\n<!-- x > y --><!DOCTYPE r>\n<r><p>One.</p><p>Two.</p></r>".to_vec(), "xml"),
            (b"<newsItem xmlns=\"http://iptc.org/std/nar/2006-10-01/\"><p>One.</p></newsItem>".to_vec(), "xml"),
            (
                format!("<?xml version=\"1.0\"?><html xmlns=\"x\"><body><p>{PROSE}</p></body></html>").into_bytes(),
                "article",
            ),
            (
                format!("<?xml version=\"1.0\"?><nitf><body><p>{PROSE}</p><p>{PROSE}</p></body></nitf>").into_bytes(),
                "article",
            ),
            // Tables.
            (b"id,title,text\n1,Port closed,The port was closed, officials said.\n".to_vec(), "table"),
            (b"title;text".to_vec(), "table"),
            (b"\"id\",\"body\"\r\n\"1\",\"The port was closed.\"\r\n".to_vec(), "table"),
            (b"17,reuters,\"The port was closed, officials said.\",2024-01-01\n".to_vec(), "table"),
            (b"17,\"He said \"\"no\"\",\nand left.\",x\n18,\"Two.\",y\n".to_vec(), "table"),
            (b"1\tPort closed\tThe port was closed on Monday.\n2\tA\tB\n3\tC\tD\n".to_vec(), "table"),
            (b"AAA,150.2,+1.2\nBBB,99.1,-0.3\nCCC,12.0,0\n".to_vec(), "table"),
        ] {
            assert_eq!(kind_of(&bytes), expect, "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn prose_is_let_through() {
        for text in [
            PROSE,
            "\"We will not go,\" the minister said, \"and that is final.\"",
            "\"Never again,\" she said.\n\n\"Never,\" he said, \"ever.\"\n\nThe port was closed on Monday.",
            "[Editor's note: this story was changed.] The port was closed on Monday, officials said.",
            "[1] The port was closed on Monday, officials said.",
            "Title, text and date were missing, the editor said.",
            "The port was closed on Monday. It reopened, police said.\n\nShips waited.\n\nOne sank, two left, four came.",
            "Paris, Lyon, Nice\nRome, Milan, Turin\nBonn, Berlin, Ulm",
            "\x01rtr0123 4 pol 05\r\n\x02The port was closed on Monday after a ferry ran aground.\x03\r\n\x04",
            "\x1b[31mThe port\x1b[0m was closed on Monday after a ferry ran aground, officials said.",
            "The port was closed on Monday after a ferry ran aground.\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            "<unknown> The port was closed on Monday after a ferry ran aground.",
            "123,000 people fled on Monday after a ferry ran aground, officials said.",
            "Home | World | Politics\nThe port was closed on Monday | AP",
        ] {
            assert_eq!(kind_of(text.as_bytes()), "article", "{text}");
        }
        let table = b"id,title,text\n1,Port closed,The port was closed.\n";
        let declared = Intake::default().read(table, &Hint::content_type("text/plain"));
        assert!(declared.is_ok(), "what is declared as text is read as text");
    }
}
