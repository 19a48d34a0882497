//! Reports of many articles to canonical events: one record per real-world event, which grows.
//!
//! [`article()`] makes the slim `link.article/1` where an article is read. [`Linker`] applies one after the other: it knows
//! articles again (`state`), finds like ones by what they name (`index`), compares them (`traits`, `features`, `model`),
//! lets their events join, found, merge and part (`linker`, `evidence`), and tells each event by vote of its reports
//! (`merged`, `toll`, `canonical`).
//!
//! Pure: no I/O, no clock, no globals, no randomness; the changes are a function of the state and the input, so a stream
//! that is read again, in batches of any size, gives the same records. Reads `record`; tells of
//! a bad table as `words` does. Knows nothing of Kafka.
//!
//! ```
//! use std::sync::Arc;
//!
//! use dateline_read::article::{Hint, Intake, samples::ONE_EVENT};
//! use dateline_read::extract::{Enricher, Pipeline};
//! use dateline_read::link::{self, Idf, Input, Linker, Model, Settings, Text};
//! use dateline_read::record::Tier;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut enricher = Enricher::new(Arc::new(Pipeline::embedded(Tier::Fast)?));
//! let (intake, idf) = (Intake::default(), Idf::embedded()?);
//! let mut linker = Linker::new(Model::embedded()?, Settings::default());
//! for message in ONE_EVENT.lines() {
//!     let article = intake.read(message.as_bytes(), &Hint::default())?;
//!     let record = enricher.enrich(&article, &|| false)?;
//!     let changes = linker.apply(Input::Article(&link::article(&record, &Text::of(&article), idf)), None);
//!     println!("{}", changes.outcome.kind()); // founded, then joined or copied
//! }
//! let articles = linker.events().filter_map(|event| event.told).map(|told| told.sources.articles);
//! assert_eq!(articles.max(), Some(4)); // four articles, one event
//! # Ok(())
//! # }
//! ```

mod article;
mod canonical;
mod changes;
mod clock;
mod contradiction;
mod evidence;
mod features;
mod hash;
mod idf;
mod ids;
mod index;
mod linker;
mod lists;
mod material;
mod merged;
mod model;
mod probe;
mod settings;
mod state;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod toll;
mod traits;
mod words;

pub use article::{Text, article};
pub use changes::{Changes, Outcome};
pub use features::NAMES as FEATURES;
pub use idf::Idf;
pub use ids::CanonicalId;
pub use linker::{Input, Linker};
pub use material::pairs;
pub use model::Model;
pub use settings::Settings;
pub use state::RestoreError;
