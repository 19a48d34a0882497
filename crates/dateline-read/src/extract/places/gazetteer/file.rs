//! The gazetteer's file: one header, a checksum and named zstd sections of little-endian columns.
//!
//! ```text
//! 0   magic "DATELGAZ"
//! 8   u32 format version
//! 12  u32 number of sections
//! 16  SHA-256 of all that follows byte 48
//! 48  per section: tag (8 bytes, NUL-padded), u32 packed length, u32 raw length
//! ..  the sections' zstd frames, in the order of the table
//! ```
//!
//! Nothing in a file is trusted: lengths are checked before use, raw lengths are capped, the checksum is compared
//! first. What the columns mean is the business of [`super::Gazetteer`]; `models/gazetteer/compile.rs` writes the file.

use sha2::{Digest, Sha256};

use super::GazetteerError;

/// First bytes of a gazetteer file.
pub const MAGIC: [u8; 8] = *b"DATELGAZ";
/// Format version that this build reads and writes.
pub const VERSION: u32 = 1;
const HEADER: usize = 48;
const ENTRY: usize = 16;
/// Largest unpacked section. The largest real one has about 8 MB.
const SECTION_LIMIT: usize = 64 << 20;

/// Unpacked sections by tag.
#[derive(Debug)]
pub(super) struct Sections {
    list: Vec<([u8; 8], Vec<u8>)>,
    /// Checksum of the file, in hexadecimal.
    pub(super) sha256: String,
}

/// The eight bytes of a section's tag.
pub fn tag(name: &str) -> [u8; 8] {
    let mut tag = [0; 8];
    for (to, from) in tag.iter_mut().zip(name.bytes()) {
        *to = from;
    }
    tag
}

impl Sections {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, GazetteerError> {
        let header = bytes.get(..HEADER).ok_or(GazetteerError::Magic)?;
        if header[..8] != MAGIC {
            return Err(GazetteerError::Magic);
        }
        let word = |at: usize| u32_at(bytes, at).ok_or(GazetteerError::Damaged { what: "section table" });
        let version = word(8)?;
        if version != VERSION {
            return Err(GazetteerError::Version { found: version });
        }
        let digest = Sha256::digest(&bytes[HEADER..]);
        if digest.as_slice() != &header[16..48] {
            return Err(GazetteerError::Checksum);
        }
        let count = word(12)? as usize;
        if count > 64 {
            return Err(GazetteerError::Damaged { what: "section table" });
        }
        let mut at = HEADER + count * ENTRY;
        let mut list = Vec::with_capacity(count);
        for i in 0..count {
            let entry = HEADER + i * ENTRY;
            let (packed, raw) = (word(entry + 8)? as usize, word(entry + 12)? as usize);
            let frame = at.checked_add(packed).and_then(|end| bytes.get(at..end));
            let frame = frame.ok_or(GazetteerError::Damaged { what: "section table" })?;
            if raw > SECTION_LIMIT {
                return Err(GazetteerError::Damaged { what: "section length" });
            }
            let data = zstd::bulk::decompress(frame, raw).ok().filter(|d| d.len() == raw);
            let data = data.ok_or(GazetteerError::Damaged { what: "compressed section" })?;
            let mut name = [0; 8];
            name.copy_from_slice(&bytes[entry..entry + 8]);
            list.push((name, data));
            at += packed;
        }
        Ok(Self { list, sha256: digest.iter().map(|b| format!("{b:02x}")).collect() })
    }

    /// The bytes of a section.
    pub(super) fn bytes(&self, name: &'static str) -> Result<&[u8], GazetteerError> {
        let tag = tag(name);
        let found = self.list.iter().find(|(t, _)| *t == tag);
        found.map(|(_, data)| data.as_slice()).ok_or(GazetteerError::Damaged { what: name })
    }

    /// A section as UTF-8 text.
    pub(super) fn text(&self, name: &'static str) -> Result<&str, GazetteerError> {
        std::str::from_utf8(self.bytes(name)?).map_err(|_| GazetteerError::Damaged { what: name })
    }

    /// A column of unsigned 32-bit numbers.
    pub(super) fn u32s(&self, name: &'static str) -> Result<Vec<u32>, GazetteerError> {
        let (words, rest) = self.bytes(name)?.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(GazetteerError::Damaged { what: name });
        }
        Ok(words.iter().map(|w| u32::from_le_bytes(*w)).collect())
    }

    /// A column of signed 32-bit numbers.
    pub(super) fn i32s(&self, name: &'static str) -> Result<Vec<i32>, GazetteerError> {
        Ok(self.u32s(name)?.into_iter().map(u32::cast_signed).collect())
    }

    /// A column of unsigned 16-bit numbers.
    pub(super) fn u16s(&self, name: &'static str) -> Result<Vec<u16>, GazetteerError> {
        let (words, rest) = self.bytes(name)?.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(GazetteerError::Damaged { what: name });
        }
        Ok(words.iter().map(|w| u16::from_le_bytes(*w)).collect())
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

/// Packs sections into a file. Deterministic for one version of zstd.
///
/// # Errors
/// When zstd fails or a section exceeds what the reader accepts.
pub fn pack(sections: &[(&str, Vec<u8>)]) -> std::io::Result<Vec<u8>> {
    let mut table = Vec::new();
    let mut payload = Vec::new();
    for (name, data) in sections {
        if data.len() > SECTION_LIMIT {
            return Err(std::io::Error::other(format!("section {name} is too long")));
        }
        let frame = zstd::bulk::compress(data, 19)?;
        table.extend(tag(name));
        table.extend((frame.len() as u32).to_le_bytes());
        table.extend((data.len() as u32).to_le_bytes());
        payload.extend(frame);
    }
    let mut file = MAGIC.to_vec();
    file.extend(VERSION.to_le_bytes());
    file.extend((sections.len() as u32).to_le_bytes());
    table.append(&mut payload);
    file.extend(Sha256::digest(&table));
    file.append(&mut table);
    Ok(file)
}
