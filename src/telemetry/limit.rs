//! Limits log lines of one kind: a broker that is down, or a feed of bad articles, must not fill the disk.
//!
//! A kind is a place in the code together with the fields that tell its cases apart (`reason`, `facility`, `code` and
//! the like, all of them closed lists). Of every kind the first lines of a minute are written and the rest counted.
//! `debug` and `trace` are not limited: who asks for them wants all.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Filter};

/// Lines of one kind that are written per window.
const LINES: u32 = 20;
const WINDOW: Duration = Duration::from_secs(60);
/// Kinds that are remembered; those beyond share one entry.
const KINDS: usize = 1_000;
/// Fields that tell the cases of one place in the code apart.
const FIELDS: [&str; 8] = ["client", "code", "event", "facility", "kind", "reason", "signal", "stage"];

/// What was written and what was not.
#[derive(Debug, Default)]
pub(super) struct Limit {
    kinds: Mutex<HashMap<u64, Kind>>,
}

#[derive(Debug)]
struct Kind {
    name: String,
    since: Instant,
    written: u32,
    dropped: u64,
}

impl Limit {
    /// Whether one more line may be written.
    fn admit(&self, key: u64, now: Instant, name: impl FnOnce() -> String) -> bool {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let key = if kinds.len() < KINDS || kinds.contains_key(&key) { key } else { 0 };
        let kind = kinds.entry(key).or_insert_with(|| Kind { name: name(), since: now, written: 0, dropped: 0 });
        if now.saturating_duration_since(kind.since) >= WINDOW {
            (kind.since, kind.written) = (now, 0);
        }
        if kind.written < LINES {
            kind.written += 1;
            return true;
        }
        kind.dropped += 1;
        false
    }

    /// Kinds with the lines that were left out since the last call.
    pub(super) fn take_dropped(&self) -> Vec<(String, u64)> {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let dropped = kinds.values_mut().filter(|kind| kind.dropped > 0);
        let mut dropped: Vec<_> = dropped.map(|kind| (kind.name.clone(), std::mem::take(&mut kind.dropped))).collect();
        dropped.sort();
        dropped
    }
}

/// [`Limit`] as a filter of a layer.
#[derive(Debug)]
pub(super) struct Limiter(pub(super) Arc<Limit>);

impl<S: Subscriber> Filter<S> for Limiter {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let metadata = event.metadata();
        if *metadata.level() > Level::INFO {
            return true;
        }
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        let mut hash = DefaultHasher::new();
        metadata.callsite().hash(&mut hash);
        fields.0.hash(&mut hash);
        let name =
            || format!("{} {}:{}{}", metadata.level(), metadata.target(), metadata.line().unwrap_or(0), fields.0);
        self.0.admit(hash.finish(), Instant::now(), name)
    }
}

/// The telling fields of an event.
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if FIELDS.contains(&field.name()) {
            // Writing to a string cannot fail.
            let _ = write!(self.0, " {}={value:?}", field.name());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use tracing_subscriber::{fmt, prelude::*};

    use super::*;

    #[test]
    fn a_kind_starts_afresh_every_minute() {
        let limit = Limit::default();
        let start = Instant::now();
        let write = |key: u64, after: u64| {
            let now = start + Duration::from_secs(after);
            (0..30).filter(|_| limit.admit(key, now, || key.to_string())).count()
        };
        assert_eq!([write(1, 0), write(1, 59), write(2, 59), write(1, 60)], [20, 0, 20, 20]);
        assert_eq!(limit.take_dropped(), [("1".to_owned(), 50), ("2".to_owned(), 10)]);
        assert!(limit.take_dropped().is_empty());
    }

    #[test]
    fn kinds_are_bounded() {
        let limit = Limit::default();
        let now = Instant::now();
        (1..5_000).for_each(|key| _ = limit.admit(key, now, String::new));
        assert!(limit.kinds.lock().unwrap().len() <= KINDS + 1);
    }

    /// Collects lines.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_of_one_kind_are_limited_and_no_others() {
        let (lines, limit) = (Lines::default(), Arc::new(Limit::default()));
        let writer = lines.clone();
        let layer = fmt::layer().with_writer(move || writer.clone()).with_filter(Limiter(Arc::clone(&limit)));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            for offset in 0..50 {
                for reason in ["too_large", "not_utf8"] {
                    tracing::warn!(reason, offset, "dead-lettered");
                }
                tracing::debug!(offset, "looked at");
            }
            tracing::warn!("something else");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let count = |part: &str| text.lines().filter(|line| line.contains(part)).count();
        assert_eq!([count("too_large"), count("not_utf8"), count("looked at"), count("else")], [20, 20, 50, 1]);
        let dropped = limit.take_dropped();
        assert!(dropped.len() == 2 && dropped.iter().all(|(_, lines)| *lines == 30), "{dropped:?}");
        assert!(dropped[0].0.contains("reason=\"not_utf8\""), "{dropped:?}");
    }
}
