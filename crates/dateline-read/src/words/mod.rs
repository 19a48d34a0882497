//! The home of language knowledge: tables of words (`data/`), their one format, their checks, and the classes of words.
//!
//! [`table`] reads rows, and values as their types spell them; [`lexicons`] says which tables there are and lets others
//! take their place, [`book`] answers whether a word is of a class, and `check` finds what no loader can see: words listed
//! twice, unknown codes. Says what words can mean, never what they mean in an article. A leaf: knows neither files nor
//! articles. Tables with meanings of their own (triggers, units of time, codes of actors) are read where they are used,
//! from here.

pub mod book;
mod check;
pub mod lexicons;
pub mod table;

pub use book::{Book, WordClass};
pub use check::check;
pub use lexicons::Lexicons;
pub use table::{Row, TableError, rows};
