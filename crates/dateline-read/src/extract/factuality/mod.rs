//! One reading of whether something happened: is it told, denied, feared, planned, asked for, past or to come?
//!
//! [`reading`] collects the words that bear on what a word tells ([`cues`] is their table), [`refuted`] says whether a
//! statement is called wrong, and [`mod@direction`] whether a verb looks back or ahead. Events, casualty claims and times
//! ask here. Knows the parse and the tables, neither triggers nor numbers nor dates.

pub(crate) mod cues;
pub(crate) mod direction;
pub(crate) mod reading;
mod refuted;

pub use cues::{Cue, Effect};
pub(crate) use cues::{CueKind, Cues};
pub(crate) use direction::{Direction, direction};
pub(crate) use reading::{Language, Reading, Told, read};
pub(crate) use refuted::is_refuted;
