//! Dead letters read back: decoded, put together from their pieces, chosen by what they say.

use std::collections::{BTreeMap, VecDeque};

use super::dead_letter::{self, Original, reassemble};
use super::process::{Header, Input};

/// How often an article has been replayed already. Not under the prefix of the diagnosis, so that a worker that gives
/// the article up again keeps it.
pub const REPLAYS: &str = "dateline.replay.count";

/// Records that may wait behind a letter whose pieces are still to come.
const LONGEST_WAIT: usize = 1_000;

/// A dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Partition of the dead-letter topic.
    pub partition: i32,
    /// Offset of its first record there.
    pub offset: i64,
    /// The article as it came.
    pub original: Original,
    /// Where it failed; empty if no worker of ours wrote it.
    pub stage: String,
    /// Why.
    pub reason: String,
    /// Why, for people.
    pub message: String,
    /// Topic the article came from.
    pub topic: String,
    /// Its partition there.
    pub origin_partition: Option<i32>,
    /// Its offset there.
    pub origin_offset: Option<i64>,
    /// When it was given up, else when the record was written.
    pub time: Option<jiff::Timestamp>,
    /// Records it consists of.
    pub parts: usize,
    /// How often it was replayed before.
    pub replays: u32,
}

fn text(input: &Input, name: &str) -> String {
    input.header(name).map(|v| String::from_utf8_lossy(v).into_owned()).unwrap_or_default()
}

fn letter(first: &Input, original: Original, parts: usize) -> Letter {
    let number = |h: &Header| std::str::from_utf8(h.value.as_deref()?).ok()?.parse().ok();
    let written = first.timestamp.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    Letter {
        partition: first.partition,
        offset: first.offset,
        stage: text(first, dead_letter::STAGE),
        reason: text(first, dead_letter::REASON),
        message: text(first, dead_letter::MESSAGE),
        topic: text(first, dead_letter::TOPIC),
        origin_partition: text(first, dead_letter::PARTITION).parse().ok(),
        origin_offset: text(first, dead_letter::OFFSET).parse().ok(),
        time: text(first, dead_letter::TIME).parse().ok().or(written),
        parts,
        replays: original.headers.iter().rev().find(|h| h.name == REPLAYS).and_then(number).unwrap_or(0),
        original,
    }
}

/// Which letters are meant. Everything that is not set fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The stage.
    pub stage: Option<String>,
    /// The reason.
    pub reason: Option<String>,
    /// Given up at this time or later.
    pub since: Option<jiff::Timestamp>,
    /// Given up before this time.
    pub until: Option<jiff::Timestamp>,
    /// Partition of the dead-letter topic.
    pub partition: Option<i32>,
}

impl Filter {
    /// Whether a letter is meant. One without a time fits no time.
    pub fn fits(&self, letter: &Letter) -> bool {
        self.stage.as_ref().is_none_or(|s| *s == letter.stage)
            && self.reason.as_ref().is_none_or(|r| *r == letter.reason)
            && self.since.is_none_or(|since| letter.time.is_some_and(|t| t >= since))
            && self.until.is_none_or(|until| letter.time.is_some_and(|t| t < until))
            && self.partition.is_none_or(|p| p == letter.partition)
    }
}

/// Puts the letters of one partition together. Letters leave in the order of their first records, each one only when it
/// is whole, so that [`Assembler::resume_at`] is always a place where reading can begin again without losing or doubling
/// a letter.
#[derive(Debug, Default)]
pub struct Assembler {
    waiting: VecDeque<Waiting>,
    seen: i64,
}

#[derive(Debug)]
struct Waiting {
    first: Input,
    /// Pieces after the first, and how many there are in all; `None`: one record.
    pieces: Option<(Vec<Vec<u8>>, usize)>,
    broken: bool,
}

impl Waiting {
    fn is_open(&self) -> bool {
        !self.broken && self.pieces.as_ref().is_some_and(|(rest, count)| rest.len() + 1 < *count)
    }
}

/// A letter, or the place of one of which pieces are missing or damaged.
pub type Assembled = Result<Letter, (i32, i64)>;

impl Assembler {
    /// Takes the next record of the partition.
    pub fn push(&mut self, input: Input) {
        self.seen = input.offset + 1;
        let Some((number, count)) = part(&input) else {
            self.waiting.push_back(Waiting { first: input, pieces: None, broken: false });
            return;
        };
        let open = self.waiting.iter_mut().find(|w| w.is_open() && w.first.key == input.key);
        match (number, open) {
            (1, open) => {
                if let Some(open) = open {
                    open.broken = true;
                }
                self.waiting.push_back(Waiting { first: input, pieces: Some((Vec::new(), count)), broken: false });
            }
            (_, Some(Waiting { pieces: Some((rest, of)), .. })) if rest.len() + 2 == number && *of == count => {
                rest.push(input.value.unwrap_or_default());
            }
            (_, Some(open)) => open.broken = true,
            // The rest of a letter that was dealt with before reading began here.
            (_, None) => {}
        }
        if self.waiting.len() > LONGEST_WAIT
            && let Some(front) = self.waiting.front_mut().filter(|w| w.is_open())
        {
            front.broken = true;
        }
    }

    /// The end is reached: what is not whole now never will be.
    pub fn finish(&mut self) {
        self.waiting.iter_mut().filter(|w| w.is_open()).for_each(|w| w.broken = true);
    }

    /// Whether pieces are still to come.
    pub fn is_waiting(&self) -> bool {
        self.waiting.iter().any(Waiting::is_open)
    }

    /// Where to begin again so that every letter that has left is done with and no other.
    pub fn resume_at(&self) -> i64 {
        self.waiting.front().map_or(self.seen, |w| w.first.offset)
    }
}

impl Iterator for Assembler {
    type Item = Assembled;

    fn next(&mut self) -> Option<Assembled> {
        if self.waiting.front()?.is_open() {
            return None;
        }
        let Waiting { first, pieces, broken } = self.waiting.pop_front()?;
        let place = (first.partition, first.offset);
        if broken {
            return Some(Err(place));
        }
        Some(match pieces {
            None => {
                let headers = dead_letter::kept(&first).collect();
                let original = Original { key: first.key.clone(), value: first.value.clone(), headers };
                Ok(letter(&first, original, 1))
            }
            Some((rest, count)) => {
                let values = first.value.iter().chain(&rest).map(Vec::as_slice);
                reassemble(values).map(|original| letter(&first, original, count)).ok_or(place)
            }
        })
    }
}

/// `number/count` of a piece.
fn part(input: &Input) -> Option<(usize, usize)> {
    let (number, count) = std::str::from_utf8(input.header(dead_letter::PART)?).ok()?.split_once('/')?;
    let (number, count) = (number.parse().ok()?, count.parse().ok()?);
    (1 <= number && number <= count).then_some((number, count))
}

/// The headers of an article that is replayed: its own, and how often that has been done.
pub fn replayed_headers(letter: &Letter) -> Vec<Header> {
    let own = letter.original.headers.iter().filter(|h| h.name != REPLAYS).cloned();
    own.chain([Header::new(REPLAYS, (letter.replays + 1).to_string())]).collect()
}

/// How many letters there are of each kind, and when.
#[derive(Debug, Default)]
pub struct Counts {
    /// By stage and reason.
    pub kinds: BTreeMap<(String, String), Count>,
    /// By start of the hour; letters without a time are left out.
    pub hours: BTreeMap<i64, u64>,
    /// Letters.
    pub total: u64,
}

/// Letters of one kind.
#[derive(Debug, Default, Clone, Copy)]
pub struct Count {
    /// How many.
    pub letters: u64,
    /// Of these, replayed before.
    pub replayed: u64,
    /// The first.
    pub first: Option<jiff::Timestamp>,
    /// The last.
    pub last: Option<jiff::Timestamp>,
}

impl Counts {
    /// Counts a letter.
    pub fn add(&mut self, letter: &Letter) {
        self.total += 1;
        let count = self.kinds.entry((letter.stage.clone(), letter.reason.clone())).or_default();
        count.letters += 1;
        count.replayed += u64::from(letter.replays > 0);
        if let Some(time) = letter.time {
            count.first = Some(count.first.map_or(time, |first| first.min(time)));
            count.last = Some(count.last.map_or(time, |last| last.max(time)));
            *self.hours.entry(time.as_second().div_euclid(3_600) * 3_600).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{OutputRecord, Rejection, Stage};

    fn dead(key: &str, value: &[u8], headers: Vec<Header>, limit: usize) -> Vec<OutputRecord> {
        let input = Input {
            topic: "articles.raw".into(),
            partition: 3,
            offset: 42,
            timestamp: None,
            key: Some(key.into()),
            value: Some(value.to_vec()),
            headers,
        };
        let rejection = Rejection::fault(Stage::Enrich, "timeout", "too slow");
        dead_letter::records(&"dead".into(), &input, &rejection, "2026-01-02T03:04:05Z".parse().unwrap(), limit)
    }

    fn stored(records: impl IntoIterator<Item = OutputRecord>) -> Vec<Input> {
        let place = |(offset, r): (usize, OutputRecord)| Input {
            topic: r.topic,
            partition: 0,
            offset: i64::try_from(offset).unwrap() + 10,
            timestamp: Some(0),
            key: r.key,
            value: r.value,
            headers: r.headers,
        };
        records.into_iter().enumerate().map(place).collect()
    }

    #[test]
    fn a_letter_is_read_as_it_was_written_and_its_count_goes_up() {
        let mut assembler = Assembler::default();
        let own = vec![Header::new("origin", "x"), Header::new(REPLAYS, "1")];
        stored(dead("k", b"text", own, 1 << 20)).into_iter().for_each(|i| assembler.push(i));
        assert_eq!(assembler.resume_at(), 10);
        let letter = assembler.next().unwrap().unwrap();
        assert_eq!((assembler.resume_at(), assembler.next()), (11, None));
        assert_eq!(
            (letter.stage.as_str(), letter.reason.as_str(), letter.message.as_str()),
            ("enrich", "timeout", "too slow")
        );
        assert_eq!(
            (letter.topic.as_str(), letter.origin_partition, letter.origin_offset),
            ("articles.raw", Some(3), Some(42))
        );
        assert_eq!((letter.replays, letter.parts, letter.original.value.as_deref()), (1, 1, Some(b"text".as_slice())));
        assert_eq!(replayed_headers(&letter), [Header::new("origin", "x"), Header::new(REPLAYS, "2")]);
        let at = |text: &str| Some(text.parse().unwrap());
        let fits = |filter: Filter| filter.fits(&letter);
        assert!(fits(Filter::default()) && fits(Filter { reason: Some("timeout".into()), ..Filter::default() }));
        assert!(!fits(Filter { stage: Some("read".into()), ..Filter::default() }));
        assert!(fits(Filter { since: at("2026-01-02T03:04:05Z"), ..Filter::default() }));
        assert!(!fits(Filter { until: at("2026-01-02T03:04:05Z"), ..Filter::default() }));
        assert!(!fits(Filter { partition: Some(1), ..Filter::default() }));
    }

    #[test]
    fn pieces_are_put_together_and_hold_back_what_came_between() {
        let value = vec![b'x'; 20_000];
        let mut records = dead("large", &value, Vec::new(), 6_000);
        assert!(records.len() > 2);
        let count = records.len();
        records.insert(1, dead("small", b"s", Vec::new(), 1 << 20).remove(0));
        let mut assembler = Assembler::default();
        for input in stored(records) {
            assert_eq!(assembler.next(), None, "nothing leaves before the pieces are together");
            assert!(assembler.resume_at() == 10 || assembler.resume_at() == 0);
            assembler.push(input);
        }
        let large = assembler.next().unwrap().unwrap();
        assert_eq!((large.parts, large.original.key.as_deref()), (count, Some(b"large".as_slice())));
        assert!(large.original.value.as_deref() == Some(&value[..]));
        assert_eq!(assembler.resume_at(), 11, "the small one has not left yet");
        assert_eq!(assembler.next().unwrap().unwrap().original.key.as_deref(), Some(b"small".as_slice()));
        assert_eq!(assembler.resume_at(), 10 + i64::try_from(count).unwrap() + 1);
    }

    #[test]
    fn what_is_not_whole_is_named_and_passed() {
        let mut records = dead("large", &[b'x'; 20_000], Vec::new(), 6_000);
        records.remove(1);
        let mut assembler = Assembler::default();
        stored(records).into_iter().for_each(|i| assembler.push(i));
        assert_eq!(assembler.next(), Some(Err((0, 10))));
        let mut assembler = Assembler::default();
        assembler.push(stored(dead("large", &[b'x'; 20_000], Vec::new(), 6_000)).remove(0));
        assert!(assembler.is_waiting() && assembler.next().is_none());
        assembler.finish();
        assert_eq!(assembler.next(), Some(Err((0, 10))));
        assert_eq!(assembler.resume_at(), 11);
    }
}
