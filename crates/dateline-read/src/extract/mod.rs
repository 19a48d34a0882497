//! An article to its entities, times, places, attributions, casualty claims and events.
//!
//! Pure: no I/O, no clock, no globals, no randomness; the same article and pipeline give the same record, byte for
//! byte. Every step reads the [`Story`] and the results of earlier steps and returns plain facts over token ranges;
//! [`assemble`] alone turns facts into records. Attribution comes before assertion, because "reported" depends on it.
//! Knows nothing of Kafka.

pub mod assemble;
pub mod attributions;
mod bulletin;
mod case;
pub mod casualties;
#[cfg(test)]
mod damaged;
pub mod entities;
pub mod events;
mod explain;
pub mod factuality;
mod many;
pub mod numbers;
pub mod pipeline;
pub mod places;
pub mod quotes;
pub mod reader;
mod reading;
pub mod rollup;
pub mod story;
mod syntax;
#[cfg(test)]
pub(crate) mod testing;
pub mod times;
pub mod work;

pub use many::each;
pub use pipeline::{EnrichError, Enricher, Pipeline, PipelineError};
pub use story::Story;
