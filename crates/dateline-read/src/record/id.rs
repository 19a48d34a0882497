//! Deterministic ids: the same text and rules give the same ids, so replays overwrite rather than duplicate. Another model
//! or lexicon may find other mentions, whose ids differ; what was written under the old ids stays.

use sha2::{Digest, Sha256};

use super::plover::EventType;

/// SHA-256 of a text, lower-case hexadecimal.
pub fn text_sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Document id of a text's digest.
pub fn doc_id(text_sha256: &str) -> String {
    format!("sha256:{text_sha256}")
}

/// Article id for an input without one.
pub fn article_id(text_sha256: &str) -> String {
    format!("a1-{}", &text_sha256[..16])
}

/// Mention id. A model upgrade that keeps span and type keeps the id.
pub fn mention_id(doc_id: &str, byte: [usize; 2], event: Option<EventType>) -> String {
    short("em1", &[doc_id, &byte[0].to_string(), &byte[1].to_string(), event.map_or("", EventType::as_str)])
}

/// Event id, from the id of its first mention.
pub fn cluster_id(doc_id: &str, first_mention: &str) -> String {
    short("ec1", &[doc_id, first_mention])
}

/// Entity id within a document.
pub fn entity_id(doc_id: &str, kind: &str, name: &str) -> String {
    short("en1", &[doc_id, kind, name])
}

/// Casualty claim id.
pub fn claim_id(doc_id: &str, byte: [usize; 2], kind: &str) -> String {
    short("cc1", &[doc_id, &byte[0].to_string(), &byte[1].to_string(), kind])
}

/// Attribution id. `cue` is the byte range of the cue, or of the content where there is no cue.
pub fn attribution_id(doc_id: &str, cue: [usize; 2]) -> String {
    short("at1", &[doc_id, &cue[0].to_string(), &cue[1].to_string()])
}

/// Id under which an article is reported that is not about any of its events.
pub fn story_id(doc_id: &str, article_id: &str) -> String {
    short("st1", &[doc_id, article_id])
}

/// Generation of an article's `link.article/1`, from its text and all that names its producer.
pub fn generation(doc_id: &str, producer: &[&str]) -> String {
    short("lg1", &[&[doc_id], producer].concat())
}

/// Canonical id, from the id of the event that founded it and the day of that report (days since 1970).
pub fn canonical_id(founding_event: &str, day: i64) -> String {
    short("ca1", &[founding_event, &day.to_string()])
}

/// `prefix-` and the first 16 hexadecimal digits of the SHA-256 over the parts, each ended by a NUL byte.
fn short(prefix: &str, parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    format!("{prefix}-{}", &hex(&digest.finalize())[..16])
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_across_releases() {
        let sha = text_sha256("abc");
        assert_eq!(sha, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(mention_id(&doc_id(&sha), [1, 2], Some(EventType::Assault)), "em1-f90ca52516d05276");
        assert_eq!(cluster_id(&doc_id(&sha), "em1-f90ca52516d05276"), "ec1-8bfe8ebab2320774");
        assert_eq!(entity_id(&doc_id(&sha), "ORG", "Red Cross"), "en1-9a4c674dc6d60e62");
        assert_ne!(mention_id("a", [1, 2], None), mention_id("a", [12, 2], None));
        assert_ne!(short("x", &["ab", "c"]), short("x", &["a", "bc"]), "parts must not run together");
    }
}
