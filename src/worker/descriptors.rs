//! Open files: as many as the system lets this process have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than any cluster needs.
const ENOUGH: u64 = 65_536;

/// Raises the soft limit to the hard one. The soft one is 1,024 on most systems, for the sake of programs that call
/// `select`; librdkafka has a connection or two to every broker, of both clients, and calls `poll`.
pub(super) fn raise() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(ENOUGH, |hard| hard.min(ENOUGH));
    if limit.current.is_some_and(|soft| soft < wanted)
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum })
    {
        tracing::warn!(limit = limit.current, "the limit of open files cannot be raised: {error}");
    }
}
