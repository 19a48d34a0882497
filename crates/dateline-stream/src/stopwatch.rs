//! How long a thread has worked on something: by the clock on the wall, and by the thread's own, which runs only while
//! the thread does.
//!
//! On a host in trouble the two part. A process that is stopped, a container without CPU quota left, too many neighbours:
//! work of a second takes minutes there, and that is no fault of the work. So limits on what an article may cost are
//! limits on CPU time. Reading that clock is a system call; it is asked only once the wall clock has come so far, which
//! runs no slower.

use std::time::{Duration, Instant};

/// The time since a thread began something.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch {
    started: Instant,
    cpu: Duration,
    thread: i32,
}

impl Stopwatch {
    /// Starts for the calling thread.
    pub fn start() -> Self {
        let thread = rustix::thread::gettid().as_raw_nonzero().get();
        Self { started: Instant::now(), cpu: own_cpu_time(), thread }
    }

    /// When it was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Whether the calling thread, which must be the one that started it, has worked for so long.
    pub fn has_worked(&self, limit: Duration) -> bool {
        self.started.elapsed() >= limit && own_cpu_time().saturating_sub(self.cpu) >= limit
    }

    /// The same, asked by another thread. False where the system does not tell.
    pub(super) fn shows(&self, limit: Duration) -> bool {
        self.started.elapsed() >= limit
            && cpu_time(self.thread).is_some_and(|cpu| cpu.saturating_sub(self.cpu) >= limit)
    }
}

/// CPU time of the calling thread in its life.
fn own_cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// CPU time of a thread of this process in its life, to a hundredth of a second.
#[cfg(target_os = "linux")]
fn cpu_time(thread: i32) -> Option<Duration> {
    let stat = procfs::process::Process::myself().ok()?.task_from_tid(thread).ok()?.stat().ok()?;
    Some(Duration::from_secs(stat.utime + stat.stime) / u32::try_from(procfs::ticks_per_second()).ok()?)
}

#[cfg(not(target_os = "linux"))]
fn cpu_time(_thread: i32) -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn sleep_is_no_work_and_work_shows_from_outside() {
        const WORK: Duration = Duration::from_millis(60);
        let (watches, from) = mpsc::channel();
        let (finish, finished) = mpsc::channel::<()>();
        let worker = thread::spawn(move || {
            let watch = Stopwatch::start();
            thread::sleep(WORK);
            watches.send((watch, watch.has_worked(WORK / 2))).unwrap();
            finished.recv().unwrap();
            let watch = Stopwatch::start();
            while !watch.has_worked(WORK) {}
            watches.send((watch, true)).unwrap();
            finished.recv().unwrap();
        });
        let (idle, worked) = from.recv().unwrap();
        assert!(!worked && !idle.shows(WORK / 2));
        finish.send(()).unwrap();
        let (busy, _) = from.recv().unwrap();
        assert!(busy.shows(WORK / 2), "two ticks less at most");
        assert!(!busy.shows(WORK * 10));
        finish.send(()).unwrap();
        worker.join().unwrap();
    }
}
