//! `dateline health`: asks the worker on this machine how it is, for supervisors whose image has no HTTP client.
//!
//! One `GET` to the admin port of the same configuration, HTTP/1.0, so that the answer ends with the connection.
//! Everything is bounded: the time and the size of the answer.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, anyhow};

use super::Settings;
use super::exit::{Exit, Failure};

/// Longest wait for the connection and for each part of the answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longest answer read; the probes answer with one line.
const ANSWER_BYTES: u64 = 16 << 10;

/// Prints the probe's answer; the exit code says whether it was the good one.
pub(super) fn run(settings: &Settings, ready: bool, out: &mut impl Write) -> Result<Exit, Failure> {
    let (config, _) = settings.load()?;
    let Some(address) = config.http.address() else {
        return Err(Failure::new(Exit::Config, anyhow!("http.listen is off: there is nobody to ask")));
    };
    let address = reachable(address);
    let path = if ready { "/readyz" } else { "/livez" };
    let answer = get(address, path).with_context(|| format!("no answer from http://{address}{path}"));
    let answer = answer.map_err(|e| Failure::new(Exit::Unavailable, e))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let _ = writeln!(out, "{}", body.trim_end());
    if head.split(' ').nth(1) == Some("200") { Ok(Exit::Ok) } else { Ok(Exit::Unavailable) }
}

/// Where a listener on all addresses is reached from its own machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(a) if a.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, a.port()).into(),
        SocketAddr::V6(a) if a.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, a.port()).into(),
        other => other,
    }
}

fn get(address: SocketAddr, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES).read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_all_addresses_is_asked_on_loopback() {
        let check = |listen: &str, expect: &str| {
            assert_eq!(reachable(listen.parse().unwrap()), expect.parse().unwrap(), "{listen}");
        };
        check("0.0.0.0:9464", "127.0.0.1:9464");
        check("[::]:9464", "[::1]:9464");
        check("10.1.2.3:80", "10.1.2.3:80");
    }
}
