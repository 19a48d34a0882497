//! What an operator may set of the linker, with the values that were measured.

/// Bounds and thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Chance from which a report joins an event.
    pub join: f64,
    /// Chance from which two events are one.
    pub merge: f64,
    /// Chance from which two events may be the same.
    pub grey: f64,
    /// Days over which places and terms lead to earlier articles; an article that comes later than that is left out.
    pub window_days: i64,
    /// Days after its last report for which an event stays open that names people or has two reports; others stay for
    /// `window_days`.
    pub keep_days: i64,
    /// Open articles; of more than that the events are closed that would be closed next.
    pub articles: usize,
    /// Days for which a merged or retracted event's record stands before its tombstone.
    pub redirect_days: i64,
    /// Newest articles looked at for every key.
    pub newest: usize,
    /// Articles compared.
    pub candidates: usize,
    /// Articles that stand for an event.
    pub representatives: usize,
    /// Reports that an event keeps; it goes on counting.
    pub reports: usize,
    /// Minutes of the stream's time within which copies alone change an event once.
    pub copies_minutes: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            join: 0.5,
            merge: 0.7,
            grey: 0.3,
            window_days: 30,
            keep_days: 400,
            articles: 2_000_000,
            redirect_days: 90,
            newest: 32,
            candidates: 40,
            representatives: 8,
            reports: 100,
            copies_minutes: 10,
        }
    }
}
