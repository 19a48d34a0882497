//! The admission gate: bounds records and bytes in flight, with hysteresis.
//!
//! Closes when either count reaches its high mark and opens again only when both are at or below the low mark (half).
//! Trap: pausing throws away everything librdkafka has prefetched (librdkafka #2703), so the gate must not flip per
//! record. Bytes cover the input and, once there, the outputs made of it. One record may overshoot the mark: it was
//! admitted while the gate was open.

/// Admission gate.
#[derive(Debug)]
pub(super) struct Gate {
    max_records: usize,
    max_bytes: usize,
    records: usize,
    bytes: usize,
    closed: bool,
}

impl Gate {
    pub(super) fn new(max_records: usize, max_bytes: usize) -> Self {
        Self { max_records, max_bytes, records: 0, bytes: 0, closed: false }
    }

    /// Charges an admitted record.
    pub(super) fn admit(&mut self, bytes: usize) {
        self.records += 1;
        self.grow(bytes);
    }

    /// Charges further bytes to a record admitted before: its outputs.
    pub(super) fn grow(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.closed |= self.records >= self.max_records || self.bytes >= self.max_bytes;
    }

    /// Takes off bytes of a record that stays in flight.
    pub(super) fn shrink(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Gives back what a record was charged in all.
    pub(super) fn release(&mut self, bytes: usize) {
        debug_assert!(self.records > 0 && self.bytes >= bytes, "released more than was admitted");
        self.records = self.records.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
        if self.records <= self.max_records / 2 && self.bytes <= self.max_bytes / 2 {
            self.closed = false;
        }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.closed
    }

    pub(super) fn records(&self) -> usize {
        self.records
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn closes_at_the_mark_and_opens_at_half() {
        let mut gate = Gate::new(4, 1_000);
        (0..3).for_each(|_| gate.admit(1));
        assert!(gate.is_open());
        gate.admit(1);
        assert!(!gate.is_open(), "closed by records");
        gate.release(1);
        assert!(!gate.is_open(), "three are above half");
        gate.release(1);
        assert!(gate.is_open());
        gate.grow(998);
        assert!(!gate.is_open(), "closed by outputs");
        gate.release(999);
        assert!(gate.is_open());
    }

    #[test]
    fn one_oversized_record_passes() {
        let mut gate = Gate::new(4, 10);
        gate.admit(1_000);
        assert!(!gate.is_open());
        gate.release(1_000);
        assert!(gate.is_open());
    }

    proptest! {
        #[test]
        fn nothing_in_flight_means_open(sizes in prop::collection::vec(0usize..50, 0..40), max in 1usize..8) {
            let mut gate = Gate::new(max, 60);
            let mut held = Vec::new();
            for size in sizes {
                if gate.is_open() {
                    gate.admit(size);
                    held.push(size);
                    prop_assert!(gate.records() <= max);
                } else if let Some(size) = held.pop() {
                    gate.release(size);
                }
                prop_assert_eq!((gate.records(), gate.bytes()), (held.len(), held.iter().sum()));
            }
            held.drain(..).for_each(|size| gate.release(size));
            prop_assert!(gate.is_open());
            prop_assert_eq!((gate.records(), gate.bytes()), (0, 0));
        }
    }
}
