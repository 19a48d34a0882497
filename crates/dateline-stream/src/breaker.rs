//! When too many articles are bad: stop reading instead of flooding the dead-letter topic.
//!
//! A circuit breaker over the results of the enrichment. *Closed*: all results are counted, in slices of a sliding
//! window, and one after the other. Too large a share of bad ones, or too long a run of nothing else, *halts* the
//! worker for a while; then a *trial* lets a few articles through, and their results decide. A stretch of bad articles is
//! thus passed at a trickle that people have time to notice, and whatever made them bad (a producer that changed its
//! format, a wrong topic) can be mended while nearly all of them still wait in Kafka.
//!
//! Articles that are not ours to read (another language) are neither good nor bad and are not counted: a feed of which
//! most is foreign goes on, and a producer that spoils all the rest still shows.
//!
//! Pure: time comes with each call. Holding articles back is up to the caller.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Articles of a trial.
const TRIAL: u64 = 10;
/// Slices of the window.
const SLICES: u32 = 10;

/// From when on too many articles are bad.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetterLimits {
    /// Largest share of bad articles, 0 to 1; 1 switches this limit off.
    pub max_ratio: f64,
    /// Articles in the window below which the share says nothing.
    pub min_records: u64,
    /// Bad articles in a row at most; 0 switches this limit off.
    pub max_burst: u64,
    /// Time over which the share is taken.
    pub window: Duration,
    /// Time until the next trial.
    pub pause: Duration,
}

impl Default for DeadLetterLimits {
    fn default() -> Self {
        Self {
            max_ratio: 0.5,
            min_records: 200,
            max_burst: 200,
            window: Duration::from_secs(300),
            pause: Duration::from_secs(60),
        }
    }
}

/// What the caller must do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turn {
    /// Begin no more articles, for this reason.
    Halt(String),
    /// Begin so many articles.
    Try(u64),
    /// Go on as usual.
    Resume,
}

#[derive(Debug)]
enum State {
    Closed,
    Halted { until: Instant },
    Trial { left: u64, bad: u64 },
}

#[derive(Debug)]
struct Slice {
    start: Instant,
    all: u64,
    bad: u64,
}

/// The breaker.
#[derive(Debug)]
pub(super) struct Breaker {
    limits: DeadLetterLimits,
    state: State,
    slices: VecDeque<Slice>,
    /// Bad articles since the last good one.
    burst: u64,
}

impl Breaker {
    pub(super) fn new(limits: DeadLetterLimits) -> Self {
        Self { limits, state: State::Closed, slices: VecDeque::new(), burst: 0 }
    }

    /// Whether nothing may be begun now.
    pub(super) fn is_halted(&self) -> bool {
        matches!(self.state, State::Halted { .. })
    }

    /// Whether only a few may be begun, and the results of as many are waited for.
    pub(super) fn is_trying(&self) -> bool {
        matches!(self.state, State::Trial { .. })
    }

    /// Takes the result of an article.
    pub(super) fn record(&mut self, bad: bool, now: Instant) -> Option<Turn> {
        match &mut self.state {
            // The last results of articles begun before.
            State::Halted { .. } => None,
            State::Trial { left, bad: found } => {
                *left = left.saturating_sub(1);
                *found += u64::from(bad);
                if *left > 0 {
                    return None;
                }
                let found = *found;
                if found == TRIAL || found as f64 > self.limits.max_ratio * TRIAL as f64 {
                    return Some(self.halt(format!("{found} of {TRIAL} articles tried were bad"), now));
                }
                (self.state, self.burst) = (State::Closed, 0);
                self.slices.clear();
                Some(Turn::Resume)
            }
            State::Closed => {
                self.count(bad, now);
                let (all, found) = self.slices.iter().fold((0, 0), |(all, bad), s| (all + s.all, bad + s.bad));
                let DeadLetterLimits { max_ratio, min_records, max_burst, window, .. } = self.limits;
                if max_burst > 0 && self.burst > max_burst {
                    return Some(self.halt(format!("{} bad articles came in a row", self.burst), now));
                }
                if all >= min_records && found as f64 > max_ratio * all as f64 {
                    let seconds = window.as_secs();
                    return Some(
                        self.halt(format!("{found} of the {all} articles of the last {seconds} s were bad"), now),
                    );
                }
                None
            }
        }
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self, now: Instant) -> Option<Turn> {
        match self.state {
            State::Halted { until } if now >= until => {
                self.state = State::Trial { left: TRIAL, bad: 0 };
                Some(Turn::Try(TRIAL))
            }
            _ => None,
        }
    }

    fn halt(&mut self, reason: String, now: Instant) -> Turn {
        self.state = State::Halted { until: now + self.limits.pause };
        Turn::Halt(reason)
    }

    fn count(&mut self, bad: bool, now: Instant) {
        self.burst = if bad { self.burst + 1 } else { 0 };
        let window = self.limits.window;
        while self.slices.front().is_some_and(|s| now.saturating_duration_since(s.start) >= window) {
            self.slices.pop_front();
        }
        if self.slices.back().is_none_or(|s| now.saturating_duration_since(s.start) >= window / SLICES) {
            self.slices.push_back(Slice { start: now, all: 0, bad: 0 });
        }
        if let Some(slice) = self.slices.back_mut() {
            slice.all += 1;
            slice.bad += u64::from(bad);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: DeadLetterLimits = DeadLetterLimits {
        max_ratio: 0.5,
        min_records: 10,
        max_burst: 8,
        window: Duration::from_secs(100),
        pause: Duration::from_secs(60),
    };

    /// Plays a script, one character per second, and tells the seconds at which the breaker turned: `.` good, `x` bad,
    /// a space nothing; digits repeat what follows.
    fn check(limits: &DeadLetterLimits, script: &str, expect: &[(u64, &str)]) {
        let mut breaker = Breaker::new(limits.clone());
        let start = Instant::now();
        let (mut second, mut turns, mut count) = (0, Vec::new(), 0);
        for c in script.chars() {
            if let Some(digit) = c.to_digit(10) {
                count = count * 10 + digit;
                continue;
            }
            for _ in 0..std::mem::take(&mut count).max(1) {
                let now = start + Duration::from_secs(second);
                let mut note = |turn: Option<Turn>| {
                    turns.extend(turn.map(|turn| match turn {
                        Turn::Halt(reason) => (second, reason),
                        Turn::Try(count) => (second, format!("try {count}")),
                        Turn::Resume => (second, "resume".to_owned()),
                    }));
                };
                note(breaker.tick(now));
                if c != ' ' {
                    note(breaker.record(c == 'x', now));
                }
                second += 1;
            }
        }
        let found: Vec<(u64, &str)> = turns.iter().map(|(second, text)| (*second, text.as_str())).collect();
        assert_eq!(found, expect, "{script:?}");
    }

    #[test]
    fn halts_tries_and_resumes() {
        check(&LIMITS, "50.", &[]);
        // Half is allowed, more is not; too few say nothing.
        check(&LIMITS, ".x.x.x.x.x", &[]);
        check(&LIMITS, "xxxxx", &[]);
        check(&LIMITS, ".x.x.x.x.xx", &[(10, "6 of the 11 articles of the last 100 s were bad")]);
        // A run, however many good ones there were before.
        check(&LIMITS, "50.9x", &[(58, "9 bad articles came in a row")]);
        check(&LIMITS, "50.8x.8x.", &[]);
        // What is long past does not count.
        check(&LIMITS, "6x.100 5x5.", &[]);
        // Results of articles begun before the halt say nothing; after the pause, ten are tried.
        let halted = (8, "9 bad articles came in a row");
        check(&LIMITS, "9x5x", &[halted]);
        check(&LIMITS, "9x60 10.", &[halted, (68, "try 10"), (78, "resume")]);
        check(&LIMITS, "9x60 5x5.2x", &[halted, (68, "try 10"), (78, "resume")]);
        check(&LIMITS, "9x60 4.6x", &[halted, (68, "try 10"), (78, "6 of 10 articles tried were bad")]);
        check(
            &LIMITS,
            "9x60 10x60 10.",
            &[halted, (68, "try 10"), (78, "10 of 10 articles tried were bad"), (138, "try 10"), (148, "resume")],
        );
        // Afterwards the count starts afresh.
        check(&LIMITS, "9x60 10.8x.", &[halted, (68, "try 10"), (78, "resume")]);
    }

    #[test]
    fn limits_can_be_switched_off() {
        let no_burst = DeadLetterLimits { max_burst: 0, min_records: 20, ..LIMITS };
        check(&no_burst, "100.40x", &[]);
        check(&no_burst, "20x", &[(19, "20 of the 20 articles of the last 100 s were bad")]);
        let no_ratio = DeadLetterLimits { max_ratio: 1.0, ..LIMITS };
        check(&no_ratio, "8x.8x.8x.", &[]);
        check(
            &no_ratio,
            "9x60 10x",
            &[(8, "9 bad articles came in a row"), (68, "try 10"), (78, "10 of 10 articles tried were bad")],
        );
        check(&DeadLetterLimits { max_burst: 0, max_ratio: 1.0, ..LIMITS }, "1000x", &[]);
    }
}
