//! Many articles on many threads, results in the order of the articles.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::Enricher;

/// Does some work on every item, as many at a time as there are enrichers. Whoever is free takes the next item, because
/// articles differ in length. Without an enricher nothing is done, and the result is empty.
///
/// # Panics
/// Where the work does.
pub fn each<T: Sync, R: Send>(
    enrichers: &mut [Enricher],
    items: &[T],
    work: impl Fn(&mut Enricher, &T) -> R + Sync,
) -> Vec<R> {
    let (next, work) = (&AtomicUsize::new(0), &work);
    let mut results: Vec<(usize, R)> = thread::scope(|scope| {
        let threads: Vec<_> = enrichers
            .iter_mut()
            .map(|enricher| {
                scope.spawn(move || {
                    let mut own = Vec::new();
                    loop {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = items.get(i) else { return own };
                        own.push((i, work(enricher, item)));
                    }
                })
            })
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.flat_map(|own| own.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    results.sort_unstable_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}
