//! Reading costs what a text is long, whatever the text: counted in work, not in time.
//!
//! Every step says how much it is about to look at, and `stop` is asked after each thousand things, so the questions
//! count the work; the language engine's is added. `cargo bench --bench growth` measures the same kinds of text in seconds, up to the longest text accepted.

use std::cell::Cell;

use dateline::article::{Hint, Intake};
use dateline::extract::{EnrichError, Enricher};
use dateline::record::Tier;

#[path = "../../benches/growth/texts.rs"]
mod texts;

/// Bytes of a short and of a long text: the long one is more than one piece for the language engine.
const SHORT: usize = 8_000;
const LONG: usize = 64_000;

/// Near the limit of 500,000 characters, for kinds that many steps have to do with: each costs a test seconds.
const LONGEST: usize = 490_000;
const HARDEST: [&str; 2] = ["attack, toll and source", "distinct names"];

/// The greatest exponent of growth.
const LINEAR: f64 = 1.15;

/// Questions that a byte is worth for the language engine, which asks once in 10,240 tokens: 5.8 us of CPU a byte against
/// 12 us a question (debug build, the first kind of text at its three lengths).
const ENGINE: f64 = 0.5;

/// How often `stop` is asked while a text is read, and whether it was read to its end; the question with this number is
/// answered with yes.
fn asked(enricher: &mut Enricher, text: &str, until: usize) -> (usize, Result<(), EnrichError>) {
    let message = serde_json::json!({ "text": text, "published_at": "2024-05-06T00:00:00Z" }).to_string();
    let article =
        Intake::default().read(message.as_bytes(), &Hint::default()).unwrap_or_else(|e| panic!("{e}: {text:.80}"));
    let asked = Cell::new(0);
    let stop = || {
        asked.set(asked.get() + 1);
        asked.get() == until
    };
    let read = enricher.enrich(&article, &stop).map(drop);
    (asked.get(), read)
}

#[test]
fn work_grows_with_the_length_of_the_text() {
    assert!(texts::KINDS.len() >= 40);
    let mut enricher = crate::enriched::enricher(Tier::Fast);
    let mut steep = Vec::new();
    for kind in texts::KINDS {
        let mut sizes = vec![SHORT, LONG];
        sizes.extend(HARDEST.contains(&kind.name).then_some(LONGEST));
        let work: Vec<(f64, f64)> = sizes
            .into_iter()
            .map(|size| {
                let text = kind.text(size);
                let (asked, read) = asked(&mut enricher, &text, usize::MAX);
                assert_eq!(read, Ok(()), "{} of {size} bytes", kind.name);
                (text.len() as f64, asked as f64 + ENGINE * text.len() as f64)
            })
            .collect();
        for pair in work.windows(2) {
            let ((bytes, asked), (more_bytes, more_asked)) = (pair[0], pair[1]);
            let exponent = (more_asked / asked).ln() / (more_bytes / bytes).ln();
            if exponent > LINEAR {
                steep.push(format!("{}: {exponent:.2} from {asked:.0} to {more_asked:.0} questions", kind.name));
            }
        }
    }
    assert!(steep.is_empty(), "work grows faster than n^{LINEAR}:\n{}", steep.join("\n"));
}

#[test]
fn every_step_stops_when_it_is_told_to() {
    let mut enricher = crate::enriched::enricher(Tier::Fast);
    let text = "Gunmen attacked a market in Kano on Monday, killing 7 people, police said. ".repeat(30);
    let (all, read) = asked(&mut enricher, &text, usize::MAX);
    assert_eq!(read, Ok(()));
    for until in 1..=all {
        assert_eq!(asked(&mut enricher, &text, until), (until, Err(EnrichError::Stopped)));
    }
}
