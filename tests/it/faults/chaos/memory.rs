//! The memory of the workers over a long run.

use std::fmt::Write as _;

use super::super::report;
use super::plan::MOST;
use crate::process::WorkerProcess;

const TABLE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/chaos.csv");
/// Memory that may be added by the second half of a run: a leak of a byte per article would stay below, one of a record
/// per article would not.
const GROWTH: f64 = 1.10;
/// Shorter runs are mostly warm-up and say nothing of leaks.
const SHORTEST: u64 = 20 * 60;

/// Resident bytes: second, worker, bytes, committed.
#[derive(Default)]
pub struct Memory(Vec<(u64, usize, u64, usize)>);

impl Memory {
    pub fn sample(&mut self, second: u64, committed: usize, workers: &[Option<WorkerProcess>]) {
        for (slot, worker) in workers.iter().enumerate() {
            if let Some(bytes) = worker.as_ref().and_then(WorkerProcess::memory) {
                self.0.push((second, slot, bytes, committed));
            }
        }
    }

    /// Reports the memory, and writes it to `chaos.csv`.
    pub fn report(&self) {
        let mut table = String::from("second,worker,resident_bytes,committed\n");
        for (second, slot, bytes, committed) in &self.0 {
            _ = writeln!(table, "{second},{slot},{bytes},{committed}");
        }
        std::fs::write(TABLE, table).unwrap();
        report(&plot(&self.0));
        let (first, second) = self.halves();
        let most = self.0.iter().map(|s| s.2).max().unwrap_or(0);
        report(&format!(
            "chaos: resident memory {} MiB in the first half, {} MiB in the second ({:+.1} %), {} MiB at most; {TABLE}",
            first >> 20,
            second >> 20,
            (second as f64 / first as f64 - 1.0) * 100.0,
            most >> 20,
        ));
    }

    pub fn assert_bounded(&self) {
        let (first, second) = self.halves();
        let long = self.0.last().is_some_and(|s| s.0 >= SHORTEST);
        assert!(!long || second as f64 <= first as f64 * GROWTH, "memory grew from {first} to {second} bytes");
    }

    /// The first tenth is warm-up; workers that have just been started are small, so the upper quarter of each half
    /// counts.
    fn halves(&self) -> (u64, u64) {
        let end = self.0.iter().map(|s| s.0).max().unwrap_or(0);
        let upper = |range: std::ops::Range<u64>| {
            let mut bytes: Vec<u64> = self.0.iter().filter(|s| range.contains(&s.0)).map(|s| s.2).collect();
            bytes.sort_unstable();
            bytes.get(bytes.len() * 3 / 4).copied().unwrap_or(0)
        };
        (upper(end / 10..end * 55 / 100), upper(end * 55 / 100..end + 1))
    }
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

/// A row per worker and a column per time, nine steps high: from nothing to the highest sample.
fn plot(samples: &[(u64, usize, u64, usize)]) -> String {
    const COLUMNS: u64 = 60;
    let end = samples.iter().map(|s| s.0).max().unwrap_or(0) + 1;
    let most = samples.iter().map(|s| s.2).max().unwrap_or(1).max(1);
    let mut text = String::new();
    for slot in 0..MOST {
        let column = |c: u64| {
            let range = end * c / COLUMNS..end * (c + 1) / COLUMNS;
            let bytes = median(samples.iter().filter(|s| s.1 == slot && range.contains(&s.0)).map(|s| s.2).collect());
            ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][usize::try_from(bytes * 8 / most).unwrap_or(0)]
        };
        let line: String = (0..COLUMNS).map(column).collect();
        _ = writeln!(text, "  worker {slot} |{line}|");
    }
    _ = writeln!(text, "  full height {} MiB, width {end} s, a dot where the worker was away", most >> 20);
    text
}
