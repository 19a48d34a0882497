//! Loopback ports for servers that the tests start.
//!
//! From below the range in which the system chooses ports of outgoing connections: of that range, a port that was free a
//! moment ago, or that a killed broker wants back, may be a client's by then. A client that connects to a closed port of
//! its own range can even reach itself.

use std::fs;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

const FIRST: u16 = 10_000;
/// What one run of the tests may use; runs side by side begin apart from each other.
const SHARE: u16 = 500;

/// A port that nobody listens on, and that this run gives to nobody else.
pub fn free() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let end = range.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(32_768);
    let shares = u32::from(u16::saturating_sub(end, FIRST) / SHARE).max(1);
    let first = FIRST + u16::try_from(std::process::id() % shares).unwrap() * SHARE;
    loop {
        let port = first + TAKEN.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
