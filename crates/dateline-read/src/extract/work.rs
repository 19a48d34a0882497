//! Work done on an article, and whether to go on with it.
//!
//! Every step says how many things it is about to look at (tokens, mentions, pairs of them), and who reads the article
//! is asked whether to stop after each [`STRIDE`] of them. So no text holds a step up for long, and the number of
//! questions tells how much work a text made: `tests/it/growth.rs` holds it to the length of the text.

use std::cell::Cell;
use std::fmt;

use crate::nlp::Stopped;

/// Things looked at between two questions: a fraction of a millisecond.
const STRIDE: usize = 1_000;

/// Counts work and asks whether to stop.
pub struct Work<'a> {
    stop: &'a dyn Fn() -> bool,
    /// Done since the last question.
    done: Cell<usize>,
}

impl<'a> Work<'a> {
    /// Nothing done yet.
    pub fn new(stop: &'a dyn Fn() -> bool) -> Self {
        Self { stop, done: Cell::new(0) }
    }

    /// Adds work that is about to be done.
    ///
    /// # Errors
    /// [`Stopped`] when the caller says stop.
    pub fn add(&self, things: usize) -> Result<(), Stopped> {
        let done = self.done.get() + things;
        self.done.set(done % STRIDE);
        // A great step asks as often as many small ones would, so that the questions count.
        if (0..done / STRIDE).any(|_| (self.stop)()) { Err(Stopped) } else { Ok(()) }
    }
}

impl fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("done", &self.done).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_count_the_work() {
        let asked = Cell::new(0);
        let stop = || {
            asked.set(asked.get() + 1);
            asked.get() == 5
        };
        let work = Work::new(&stop);
        assert_eq!((0..999).try_for_each(|_| work.add(1)), Ok(()));
        assert_eq!(asked.get(), 0);
        assert_eq!((work.add(1), asked.get()), (Ok(()), 1));
        assert_eq!((work.add(3 * STRIDE), asked.get()), (Ok(()), 4));
        assert_eq!((work.add(3 * STRIDE), asked.get()), (Err(Stopped), 5));
    }
}
