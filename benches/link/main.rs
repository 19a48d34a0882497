//! What linking costs over simulated weeks: articles a second, bytes an open article, entries restored a second.
//!
//! `cargo bench --bench link [-- DAYS ARTICLES_A_DAY]`; 60 days of 500 by default. One
//! line every five days: what is open, the memory that the linker holds, and the speed since the last line.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::Ordering::Relaxed;

use dateline::link::{Input, Linker, Model, Settings};

mod articles;
#[path = "../counting/mod.rs"]
mod counting;
#[path = "../cpu/mod.rs"]
mod cpu;

use articles::{bases, made};
use counting::LIVE;

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).filter_map(|a| a.parse::<u64>().ok());
    let (days, a_day) = (numbers.next().unwrap_or(60), numbers.next().unwrap_or(500));
    let bases = bases()?;
    let mut linker = Linker::new(Model::embedded()?, Settings::default());
    let mut state: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    line(&format!(
        "{:>5}{:>10}{:>10}{:>12}{:>8}{:>12}{:>14}",
        "day", "articles", "events", "keys", "MB", "B/article", "articles/s"
    ));
    let (before, mut kept) = (LIVE.load(Relaxed), 0);
    let (mut seconds, mut applied) = (0.0, 0_u64);
    for day in 0..days {
        for n in 0..a_day {
            let article = made(&bases, day, day * a_day + n);
            let start = cpu::cpu_seconds()?;
            let changes = linker.apply(Input::Article(&article), None);
            linker.commit();
            seconds += cpu::cpu_seconds()? - start;
            applied += 1;
            // What is restored below, kept of a short run alone.
            if days * a_day <= 30_000 {
                let before = LIVE.load(Relaxed);
                for (key, value) in &changes.state {
                    match value {
                        Some(value) => state.insert(key.clone(), value.clone()),
                        None => state.remove(key),
                    };
                }
                kept = kept + LIVE.load(Relaxed) - before;
            }
        }
        if day % 5 == 4 || day + 1 == days {
            let (articles, events, keys) = linker.sizes();
            let bytes = LIVE.load(Relaxed) - before - kept;
            line(&format!(
                "{:5}{articles:10}{events:10}{keys:12}{:8.1}{:12}{:14.0}",
                day + 1,
                bytes as f64 / 1e6,
                bytes / articles.max(1),
                applied as f64 / seconds
            ));
            (seconds, applied) = (0.0, 0);
        }
    }
    if !state.is_empty() {
        let start = cpu::cpu_seconds()?;
        let mut restored = Linker::new(Model::embedded()?, Settings::default());
        for (key, value) in &state {
            restored.restore(key, Some(value))?;
        }
        restored.commit();
        let seconds = cpu::cpu_seconds()? - start;
        assert_eq!(restored.sizes(), linker.sizes());
        let of = |kind: &str| {
            let sizes: Vec<usize> =
                state.iter().filter(|(key, _)| key.starts_with(kind)).map(|(_, v)| v.len()).collect();
            (sizes.len(), sizes.iter().sum::<usize>() / sizes.len().max(1))
        };
        let ((articles, article), (events, event)) = (of("a:"), of("e:"));
        line(&format!(
            "restored {} entries in {seconds:.2} s, {:.0} a second: {articles} articles of {article} B, {events} events of {event} B",
            state.len(),
            state.len() as f64 / seconds
        ));
    }
    Ok(())
}

#[allow(clippy::print_stdout)]
fn line(text: &str) {
    println!("{text}");
}
