//! Dead letters: a bad article exactly as it came, with the reason in headers.
//!
//! Key, value and headers are kept byte for byte; `dateline.error.*` headers are set, not appended twice, so that a
//! replayed letter that fails again carries its last failure only. They are produced in the same transaction as
//! everything else, so a letter exists if and only if the article's offset has moved past it.
//!
//! The letter is larger than the article was, by the headers, and topics may have different limits: an article that
//! was just accepted upstream may be refused as a letter, and a worker that cannot write it would try for ever. Such a
//! letter first gives up the text of its diagnosis, then is cut into pieces: the record's *image* (key, headers and
//! value, length-prefixed) is spread over several records with one key, hence on one partition and in order.
//! [`reassemble`] is the way back. Nothing of the article is ever dropped.

use std::sync::Arc;

use super::process::{Header, Input, OutputRecord, Rejection};

/// Prefix of every header set here.
pub const PREFIX: &str = "dateline.error.";
/// Where it failed: `read`, `enrich`, `produce` or `worker`.
pub const STAGE: &str = "dateline.error.stage";
/// Stable name of the reason.
pub const REASON: &str = "dateline.error.reason";
/// The reason for people.
pub const MESSAGE: &str = "dateline.error.message";
/// Topic the article came from.
pub const TOPIC: &str = "dateline.error.topic";
/// Partition it came from.
pub const PARTITION: &str = "dateline.error.partition";
/// Its offset.
pub const OFFSET: &str = "dateline.error.offset";
/// When it was given up (RFC 3339).
pub const TIME: &str = "dateline.error.time";
/// Only on pieces: `number/count`, from 1.
pub const PART: &str = "dateline.error.part";

/// Longest diagnosis, in bytes.
const MAX_MESSAGE: usize = 1_000;

/// The smallest limit a letter can be cut to: headers of a piece and some of the article must fit.
pub(super) const MIN_LIMIT: usize = 4 * 1024;

/// The records that make up the dead letter of `input`: one, or pieces if it would exceed `limit` bytes.
pub(super) fn records(
    topic: &Arc<str>,
    input: &Input,
    rejection: &Rejection,
    time: jiff::Timestamp,
    limit: usize,
) -> Vec<OutputRecord> {
    let whole = |message: &str| OutputRecord {
        partition: None,
        topic: topic.clone(),
        key: input.key.clone(),
        value: input.value.clone(),
        headers: kept(input).chain(diagnosis(input, rejection, message, time)).collect(),
    };
    for message in [cut(&rejection.message, MAX_MESSAGE), ""] {
        let letter = whole(message);
        if letter.wire_size() <= limit {
            return vec![letter];
        }
    }
    pieces(topic, input, rejection, time, limit.max(MIN_LIMIT))
}

/// The input's headers without an earlier diagnosis.
pub(super) fn kept(input: &Input) -> impl Iterator<Item = Header> {
    input.headers.iter().filter(|header| !header.name.starts_with(PREFIX)).cloned()
}

fn diagnosis(input: &Input, rejection: &Rejection, message: &str, time: jiff::Timestamp) -> [Header; 7] {
    [
        Header::new(STAGE, rejection.stage.as_str()),
        Header::new(REASON, rejection.reason),
        Header::new(MESSAGE, message),
        Header::new(TOPIC, &*input.topic),
        Header::new(PARTITION, input.partition.to_string()),
        Header::new(OFFSET, input.offset.to_string()),
        Header::new(TIME, time.to_string()),
    ]
}

fn pieces(
    topic: &Arc<str>,
    input: &Input,
    rejection: &Rejection,
    time: jiff::Timestamp,
    limit: usize,
) -> Vec<OutputRecord> {
    let image = encode(input);
    let piece = |part: String, value: &[u8]| OutputRecord {
        partition: None,
        topic: topic.clone(),
        key: Some(format!("{}/{}/{}", input.topic, input.partition, input.offset).into_bytes()),
        value: Some(value.to_vec()),
        headers: diagnosis(input, rejection, "", time).into_iter().chain([Header::new(PART, part)]).collect(),
    };
    let room = limit.saturating_sub(piece("99999/99999".into(), b"").wire_size()).max(1);
    let count = image.len().div_ceil(room);
    image.chunks(room).enumerate().map(|(i, chunk)| piece(format!("{}/{count}", i + 1), chunk)).collect()
}

/// At most `max` bytes of a text, whole characters.
fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

/// What an article consisted of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Key.
    pub key: Option<Vec<u8>>,
    /// Value.
    pub value: Option<Vec<u8>>,
    /// Headers, earlier diagnoses removed.
    pub headers: Vec<Header>,
}

/// Puts the values of all pieces of a letter, in order, together again. `None` if pieces are missing or damaged.
pub fn reassemble<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Option<Original> {
    let image: Vec<u8> = values.into_iter().flatten().copied().collect();
    let mut rest = image.as_slice();
    let key = take_optional(&mut rest)?;
    let value = take_optional(&mut rest)?;
    let mut headers = Vec::new();
    for _ in 0..take_length(&mut rest)? {
        let name = String::from_utf8(take_bytes(&mut rest)?).ok()?;
        headers.push(Header { name, value: take_optional(&mut rest)? });
    }
    rest.is_empty().then_some(Original { key, value, headers })
}

fn encode(input: &Input) -> Vec<u8> {
    let headers: Vec<Header> = kept(input).collect();
    let mut image = Vec::with_capacity(input.size() + 64);
    put_optional(&mut image, input.key.as_deref());
    put_optional(&mut image, input.value.as_deref());
    image.extend((headers.len() as u64).to_be_bytes());
    for header in headers {
        put_bytes(&mut image, header.name.as_bytes());
        put_optional(&mut image, header.value.as_deref());
    }
    image
}

fn put_bytes(image: &mut Vec<u8>, bytes: &[u8]) {
    image.extend((bytes.len() as u64).to_be_bytes());
    image.extend(bytes);
}

fn put_optional(image: &mut Vec<u8>, bytes: Option<&[u8]>) {
    image.push(u8::from(bytes.is_some()));
    if let Some(bytes) = bytes {
        put_bytes(image, bytes);
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

fn take_length(rest: &mut &[u8]) -> Option<usize> {
    usize::try_from(u64::from_be_bytes(take(rest, 8)?.try_into().ok()?)).ok()
}

fn take_bytes(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let length = take_length(rest)?;
    take(rest, length).map(<[u8]>::to_vec)
}

fn take_optional(rest: &mut &[u8]) -> Option<Option<Vec<u8>>> {
    match take(rest, 1)? {
        [0] => Some(None),
        [1] => take_bytes(rest).map(Some),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::process::Stage;

    fn input(key: Option<Vec<u8>>, value: Option<Vec<u8>>, headers: Vec<Header>) -> Input {
        Input { topic: "articles.raw".into(), partition: 3, offset: 42, timestamp: None, key, value, headers }
    }

    fn rejection(message: &str) -> Rejection {
        Rejection::fault(Stage::Read, "not_utf8", message)
    }

    fn letter(input: &Input, message: &str, limit: usize) -> Vec<OutputRecord> {
        records(&"dead".into(), input, &rejection(message), jiff::Timestamp::UNIX_EPOCH, limit)
    }

    fn texts<'a>(record: &'a OutputRecord, name: &str) -> Vec<&'a str> {
        let text = |h: &'a Header| std::str::from_utf8(h.value.as_deref().unwrap()).unwrap();
        record.headers.iter().filter(|h| h.name == name).map(text).collect()
    }

    #[test]
    fn keeps_the_record_and_sets_the_reason() {
        let headers = vec![
            Header { name: "a".into(), value: None },
            Header::new("a", ""),
            Header { name: "b".into(), value: Some(vec![0, 255]) },
        ];
        let bad = input(Some(vec![1, 0, 255]), Some(vec![255, 254]), headers.clone());
        let [one] = &letter(&bad, "byte 0xff", 1 << 20)[..] else { panic!("one record") };
        assert_eq!((&one.key, &one.value), (&bad.key, &bad.value));
        assert_eq!(one.headers[..3], headers);
        assert_eq!(texts(one, STAGE), ["read"]);
        assert_eq!(texts(one, REASON), ["not_utf8"]);
        assert_eq!(texts(one, MESSAGE), ["byte 0xff"]);
        assert_eq!(texts(one, TOPIC), ["articles.raw"]);
        assert_eq!((texts(one, PARTITION), texts(one, OFFSET)), (vec!["3"], vec!["42"]));
        assert_eq!(texts(one, TIME), ["1970-01-01T00:00:00Z"]);
    }

    #[test]
    fn a_second_failure_replaces_the_first() {
        let first = letter(&input(None, None, vec![Header::new("x", "y")]), "one", 1 << 20).remove(0);
        let second = letter(&input(None, None, first.headers), "two", 1 << 20).remove(0);
        assert_eq!(texts(&second, MESSAGE), ["two"]);
        assert_eq!(second.headers.len(), 8);
    }

    #[test]
    fn gives_up_its_diagnosis_before_it_is_cut() {
        let bad = input(None, Some(vec![b'x'; 8_000]), Vec::new());
        let long = "é".repeat(2_000);
        assert_eq!(texts(&letter(&bad, &long, 1 << 20)[0], MESSAGE)[0].len(), 1_000);
        let tight = letter(&bad, &long, 8_800);
        assert_eq!((tight.len(), texts(&tight[0], MESSAGE)), (1, vec![""]));
        assert!(letter(&bad, &long, 8_000).len() > 1);
    }

    proptest! {
        #[test]
        fn pieces_fit_and_give_everything_back(
            key in prop::option::of(prop::collection::vec(any::<u8>(), 0..6_000)),
            value in prop::option::of(prop::collection::vec(any::<u8>(), 0..20_000)),
            header in prop::option::of(prop::collection::vec(any::<u8>(), 0..9_000)),
            limit in MIN_LIMIT..12_000usize,
        ) {
            let headers = vec![Header { name: "h".into(), value: header }, Header::new("dateline.error.stage", "old")];
            let bad = input(key.clone(), value.clone(), headers.clone());
            let letter = letter(&bad, "why", limit);
            prop_assert!(letter.iter().all(|record| record.wire_size() <= limit));
            if letter.len() > 1 {
                prop_assert!(letter.iter().all(|record| record.key == letter[0].key));
                let expect = Original { key, value, headers: headers[..1].to_vec() };
                let values = || letter.iter().map(|record| record.value.as_deref().unwrap());
                prop_assert_eq!(reassemble(values()), Some(expect));
                prop_assert_eq!(reassemble(values().skip(1)), None);
                prop_assert_eq!(reassemble(values().take(letter.len() - 1)), None);
            } else {
                prop_assert_eq!(&letter[0].value, &value);
            }
        }
    }
}
