//! News articles in, entities and coded events out: the reading core of Dateline, for programs without Kafka or HTTP.
//!
//! Pure: no I/O beyond loading a model from a path that it is given, no clock, no globals; the same article, model and
//! version give the same record, byte for byte. English texts.
//!
//! ```
//! use std::sync::Arc;
//!
//! use dateline_read::article::{Hint, Intake};
//! use dateline_read::extract::{Enricher, Pipeline};
//! use dateline_read::record::Tier;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Once: the model and the tables, which all threads share. `Tier::Accurate` finds more, and takes longer.
//! let pipeline = Arc::new(Pipeline::embedded(Tier::Fast)?);
//! // Once a thread.
//! let mut enricher = Enricher::new(pipeline);
//! // Plain text, HTML or `article.raw/1` JSON.
//! let intake = Intake::default().with_published_at("2031-05-04")?;
//! let text = "ARKENO, May 3 - Rebels attacked a police post near Maiduguri on Friday, killing four officers.";
//!
//! let article = intake.read(text.as_bytes(), &Hint::default())?;
//! let record = enricher.enrich(&article, &|| false)?;
//! for event in &record.events {
//!     let kind = event.class.plover.event.map_or("none", |kind| kind.as_str());
//!     let day = event.time.as_ref().map(|time| &time.timex.value);
//!     let killed = event.casualties.killed.as_ref().and_then(|told| told.best);
//!     println!("{kind} on {day:?}, {killed:?} killed"); // ASSAULT on Some("2031-05-02"), Some(4) killed
//! #   assert_eq!((kind, day.map(String::as_str), killed), ("ASSAULT", Some("2031-05-02"), Some(4)));
//! }
//! # assert_eq!(record.events.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! Many articles on all cores: [`extract::each`]. Rows for CSV, Parquet and Arrow: `table`. The same event across
//! articles: [`link::Linker`].
//!
//! Dependencies point downwards only:
//!
//! ```text
//! extract -> nlp, article, words        link -> article        table
//!    all of them -> record (a leaf)
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, missing_docs))]

pub mod article;
pub mod extract;
pub mod link;
pub mod nlp;
pub mod record;
#[cfg(feature = "tables")]
pub mod table;
pub mod words;
