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
