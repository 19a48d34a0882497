//! Standard output that forgets no failure, and complaints that cannot fail.
//!
//! Commands write as they go and need not ask whether it worked: the first failure is kept, nothing is written after
//! it, and the exit code tells at the end ([`Out::end`]). A reader that has seen enough ("| head") is no failure. Who
//! writes for long looks at the result and stops.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

use super::exit::{Exit, Failure};
use super::style::Style;
use super::visible::visible;

/// A writer that keeps its first failure.
pub(super) struct Out<W> {
    to: W,
    failure: Option<io::Error>,
}

impl<W: Write> Out<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, failure: None }
    }

    /// Writes what is still held back, and says how the command ended: a failure of its own counts for more than one
    /// of the output.
    pub(super) fn end(mut self, ended: Result<Exit, Failure>) -> Result<Exit, Failure> {
        let _ = self.flush();
        match (ended, self.failure) {
            (Ok(_), Some(e)) if e.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::new(Exit::Output, anyhow::anyhow!("cannot write to standard output: {e}")))
            }
            (ended, _) => ended,
        }
    }

    fn kept<T>(&mut self, attempt: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        if let Some(failure) = &self.failure {
            return Err(failure.kind().into());
        }
        attempt(&mut self.to).inspect_err(|e| {
            if e.kind() != ErrorKind::Interrupted {
                // Errors cannot be cloned; the system's number says as much.
                let same = e.raw_os_error().map_or_else(|| e.kind().into(), io::Error::from_raw_os_error);
                self.failure = Some(same);
            }
        })
    }
}

impl<W: Write> Write for Out<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.kept(|to| to.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.kept(Write::flush)
    }
}

/// Says on standard error what is wrong. Never panics, as `eprintln!` does where nobody can be told.
pub(super) fn complain(text: impl Display) {
    let style = Style::for_terminal(io::stderr().is_terminal());
    let _ = writeln!(io::stderr(), "{} {}", style.alarm("dateline:"), visible(&text.to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes some bytes and fails then.
    struct Full(usize, ErrorKind);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken == 0 { Err(self.1.into()) } else { Ok(taken) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_first_failure_is_kept_and_a_closed_pipe_is_none() {
        let check = |room: usize, kind: ErrorKind, ended: Result<Exit, Failure>, expect: Exit| {
            let mut out = Out::new(Full(room, kind));
            let _ = writeln!(out, "twelve bytes");
            let _ = writeln!(out, "more");
            assert_eq!(out.end(ended).unwrap_or_else(|failure| failure.exit), expect, "{room} {kind:?}");
        };
        let failed = || Err(Failure::new(Exit::Config, anyhow::anyhow!("its own")));
        check(100, ErrorKind::StorageFull, Ok(Exit::Data), Exit::Data);
        check(3, ErrorKind::StorageFull, Ok(Exit::Ok), Exit::Output);
        check(0, ErrorKind::StorageFull, Ok(Exit::Pending), Exit::Output);
        check(0, ErrorKind::StorageFull, failed(), Exit::Config);
        check(0, ErrorKind::BrokenPipe, Ok(Exit::Ok), Exit::Ok);
        check(0, ErrorKind::BrokenPipe, Ok(Exit::Data), Exit::Data);
    }
}
