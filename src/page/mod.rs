//! Pages for people: an article with everything found in it, the worker's status, the playground.
//!
//! Views only: data in, one self-contained HTML document out. No I/O, no clock, no external asset; style and script
//! stand in the document and are named by their hashes in its Content-Security-Policy, so no other script and no inline
//! style can run. Every text is escaped where it is written ([`maud`]). Everything but the linking of spans and the
//! live status works without JavaScript.

mod article;
mod axis;
mod event;
pub mod living;
mod map;
mod outline;
mod playground;
mod shell;
mod spans;
pub mod status;
mod story;
mod tables;
mod text;
mod timeline;
mod units;
mod when;
pub mod words;

pub use article::{View, articles};
pub use playground::{Refusal, Sample, form, reading, refusal};
pub use shell::Html;
