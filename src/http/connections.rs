//! Connections to the admin port: so many and no more, and none that dawdles.
//!
//! A process has a limited number of descriptors and needs them for its brokers, so nobody may use them up by opening
//! connections here. Whoever sends no request in time is shut out; when all seats are taken the oldest connection that
//! is not being answered goes, so that a probe that comes now is always heard.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, getrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, Id, JoinSet};
use tokio_util::sync::CancellationToken;

/// Connections at most: few people and probes ask here.
const MOST: usize = 128;
/// Wait after the system refused a connection (no descriptor is free).
const BREATH: Duration = Duration::from_millis(100);

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Connections at once.
    most: usize,
    /// Time for the head of a request, counted from the connection or from the answer before: a connection that idles
    /// for so long is closed, too.
    head: Duration,
    /// Age at which a connection gets no further request.
    age: Duration,
    /// The longest that an answer under way may still take then. Longer than the playground takes.
    last_answer: Duration,
}

impl Limits {
    /// Those of this process: a quarter of the descriptors that it may open; the rest is for the brokers.
    pub(super) fn of_process() -> Self {
        let descriptors = getrlimit(Resource::Nofile).current.and_then(|n| usize::try_from(n).ok());
        Self {
            most: descriptors.map_or(MOST, |n| n / 4).clamp(1, MOST),
            head: Duration::from_secs(10),
            age: Duration::from_secs(60),
            last_answer: Duration::from_secs(60),
        }
    }
}

/// A connection in service.
struct Seat {
    task: AbortHandle,
    /// Requests being answered.
    at_work: Arc<AtomicUsize>,
}

/// Accepts and serves until `stop`, then waits for the answers that are under way.
pub(super) async fn serve(listener: TcpListener, routes: Router, limits: Limits, stop: CancellationToken) {
    let mut tasks = JoinSet::new();
    // The oldest first.
    let mut seats: VecDeque<Seat> = VecDeque::new();
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = tasks.join_next_with_id() => {
                leave(&mut seats, ended.map_or_else(|e| e.id(), |(id, ())| id));
                continue;
            }
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!("the admin port cannot accept a connection: {error}");
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            },
        };
        if seats.len() >= limits.most {
            tracing::warn!(
                most = limits.most,
                "the admin port has as many connections as it may have; the oldest is closed"
            );
            make_room(&mut seats);
        }
        let at_work = Arc::new(AtomicUsize::new(0));
        let task = tasks.spawn(attend(stream, routes.clone(), limits, Arc::clone(&at_work), stop.clone()));
        seats.push_back(Seat { task, at_work });
    }
    drop(listener);
    while tasks.join_next().await.is_some() {}
}

fn leave(seats: &mut VecDeque<Seat>, id: Id) {
    seats.retain(|seat| seat.task.id() != id);
}

/// Closes the oldest connection, one that is not being answered if there is any.
fn make_room(seats: &mut VecDeque<Seat>) {
    let idle = seats.iter().position(|seat| seat.at_work.load(Ordering::Relaxed) == 0);
    if let Some(seat) = seats.remove(idle.unwrap_or(0)) {
        seat.task.abort();
    }
}

/// Counts a request for as long as it is answered.
struct Turn(Arc<AtomicUsize>);

impl Turn {
    fn begin(at_work: &Arc<AtomicUsize>) -> Self {
        at_work.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(at_work))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The life of a connection.
async fn attend(stream: TcpStream, routes: Router, limits: Limits, at_work: Arc<AtomicUsize>, stop: CancellationToken) {
    let routes = TowerToHyperService::new(routes);
    let service = service_fn(|request: Request<Incoming>| {
        let (turn, answer) = (Turn::begin(&at_work), routes.call(request));
        async move {
            let _turn = turn;
            answer.await
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    // How a connection ends is its client's affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => {}
        () = tokio::time::sleep(limits.age) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(limits.last_answer, connection).await;
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream as Client};

    use axum::routing::get;

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    /// Longer than any test takes.
    const LONG: Duration = Duration::from_secs(300);

    async fn start(routes: Router, most: usize, head: Duration) -> (SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let limits = Limits { most, head, age: LONG, last_answer: LONG };
        tokio::spawn(serve(listener, routes, limits, stop.clone()));
        (address, stop)
    }

    fn send(address: SocketAddr, bytes: &[u8]) -> Client {
        let mut client = Client::connect(address).unwrap();
        client.set_read_timeout(Some(LONG)).unwrap();
        client.write_all(bytes).unwrap();
        client
    }

    /// Everything until the end of an answer whose body is "ok", or until the connection ends.
    fn answer(client: &mut Client) -> String {
        let (mut text, mut byte) = (Vec::new(), [0]);
        while !text.ends_with(b"ok") && client.read(&mut byte).is_ok_and(|read| read > 0) {
            text.push(byte[0]);
        }
        String::from_utf8(text).unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_oldest_idle_connection_makes_room_and_one_being_answered_stays() {
        let release = CancellationToken::new();
        let wait = release.clone();
        let slow = get(|| async move {
            wait.cancelled().await;
            "ok"
        });
        let routes = Router::new().route("/", get(async || "ok")).route("/slow", slow);
        let (address, stop) = start(routes, 4, LONG).await;
        let mut at_work = send(address, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut idle = send(address, REQUEST);
        assert!(answer(&mut idle).starts_with("HTTP/1.1 200"), "who asks is answered");
        let mut half_open = Vec::new();
        for _ in 0..40 {
            half_open.push(send(address, b"GET / HT"));
            assert!(answer(&mut send(address, REQUEST)).starts_with("HTTP/1.1 200"), "and so is who comes later");
        }
        assert_eq!(answer(&mut idle), "", "the oldest was closed");
        assert_eq!(answer(&mut half_open[0]), "");
        release.cancel();
        assert!(answer(&mut at_work).starts_with("HTTP/1.1 200"), "the one being answered stayed");
        stop.cancel();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_sends_no_request_is_shut_out() {
        let (address, stop) = start(Router::new().route("/", get(async || "ok")), 4, Duration::from_millis(50)).await;
        for (sent, answered) in [(&b""[..], false), (b"GET / HTTP/1.1\r\nHo", false), (REQUEST, true)] {
            let mut text = String::new();
            // Waits for the end of the connection.
            let _ = send(address, sent).read_to_string(&mut text);
            assert_eq!(text.starts_with("HTTP/1.1 200"), answered, "{text}");
        }
        stop.cancel();
    }
}
