//! The admin port: `/metrics` for Prometheus, `/livez` and `/readyz` for whoever supervises the process, pages for
//! people.
//!
//! Liveness asks "would a restart help?": it fails when the worker's threads have stopped beating, never because a
//! broker is away. Readiness asks "is this worker taking part?": it fails before the first join and while draining.
//! Both answer with one JSON object that says why. Nothing here changes the worker. Metrics and probes answer whoever
//! reaches the port; the pages show what is in the articles and are stricter, see `guard`.

mod connections;
mod guard;
mod pages;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus::{Encoder, Registry, TextEncoder};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use pages::{Page, Pages, Playground};

/// Answers of the worker about its own state. `Err` says what is wrong.
pub trait Probes: Send + Sync + 'static {
    /// Whether the process works.
    fn live(&self) -> Result<(), String>;
    /// Whether the process takes part in the work.
    fn ready(&self) -> Result<(), String>;
}

/// Why the admin port cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address cannot be bound.
    #[error(
        "cannot listen on {address}: {source}; set http.listen to a free address or to off, or give each worker of this \
         host its http.port_offset"
    )]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

impl HttpError {
    /// A stable name for the kind of error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "bind",
        }
    }
}

/// What the routes read.
#[derive(Clone)]
struct Admin {
    registry: Registry,
    probes: Arc<dyn Probes>,
}

/// Binds the admin port. Port 0 takes a free one.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, HttpError> {
    TcpListener::bind(address).await.map_err(|source| HttpError::Bind { address, source })
}

/// Serves the admin port until `stop` is cancelled, and ends what is being answered then.
pub async fn serve(
    listener: TcpListener,
    registry: Registry,
    probes: Arc<dyn Probes>,
    pages: Arc<dyn Pages>,
    stop: CancellationToken,
) {
    let loopback = listener.local_addr().is_ok_and(|address| address.ip().is_loopback());
    let routes = routes(registry, probes).merge(pages::routes(pages, loopback));
    connections::serve(listener, routes, connections::Limits::of_process(), stop).await;
}

fn routes(registry: Registry, probes: Arc<dyn Probes>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/livez", get(|State(admin): State<Admin>| async move { probe(admin.probes.live()) }))
        .route("/readyz", get(|State(admin): State<Admin>| async move { probe(admin.probes.ready()) }))
        .with_state(Admin { registry, probes })
}

async fn metrics(State(admin): State<Admin>) -> Response {
    let encoder = TextEncoder::new();
    let mut body = Vec::new();
    match encoder.encode(&admin.registry.gather(), &mut body) {
        Ok(()) => ([(header::CONTENT_TYPE, encoder.format_type().to_owned())], body).into_response(),
        Err(e) => (StatusCode::INTERNAL_SERVER_ERROR, format!("cannot encode metrics: {e}\n")).into_response(),
    }
}

fn probe(state: Result<(), String>) -> Response {
    let (status, body) = match state {
        Ok(()) => (StatusCode::OK, serde_json::json!({"status": "ok"})),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, serde_json::json!({"status": "failing", "reason": reason})),
    };
    (status, [(header::CONTENT_TYPE, "application/json")], format!("{body}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    struct Draining;

    impl Probes for Draining {
        fn live(&self) -> Result<(), String> {
            Ok(())
        }
        fn ready(&self) -> Result<(), String> {
            Err("draining".into())
        }
    }

    struct Plain {
        playground: bool,
    }

    fn page(body: &str) -> Page {
        Page { body: body.to_owned(), policy: "default-src 'none'" }
    }

    impl Pages for Plain {
        fn status(&self) -> Page {
            page("the status")
        }
        fn fragment(&self) -> String {
            "a part".to_owned()
        }
        fn playground(&self) -> Option<Arc<dyn Playground>> {
            self.playground.then(|| Arc::new(Plain { playground: true }) as Arc<dyn Playground>)
        }
    }

    impl Playground for Plain {
        fn limit(&self) -> usize {
            1000
        }
        fn time(&self) -> std::time::Duration {
            std::time::Duration::from_secs(5)
        }
        fn form(&self, sample: Option<&str>) -> Page {
            page(&format!("form {sample:?}"))
        }
        fn read(&self, body: &[u8]) -> Result<Page, Page> {
            match body {
                b"panic" => panic!("as asked"),
                b"slow" => std::thread::sleep(std::time::Duration::from_secs(4)),
                b"bad" => return Err(page("not read")),
                _ => {}
            }
            Ok(page(&format!("read {} bytes", body.len())))
        }
        fn refuse(&self, reason: &str, _: &str) -> Page {
            page(reason)
        }
    }

    /// Starts a server; gives its address and what stops it.
    async fn serve_on_loopback(playground: bool) -> (SocketAddr, CancellationToken) {
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let pages = Arc::new(Plain { playground });
        tokio::spawn(serve(listener, Registry::new(), Arc::new(Draining), pages, stop.clone()));
        (address, stop)
    }

    async fn send(address: SocketAddr, request: String) -> String {
        let talk = move || {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            // The server may answer and close before it has read all of it.
            let _ = stream.write_all(request.as_bytes());
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer);
            String::from_utf8_lossy(&answer).into_owned()
        };
        let (tell, told) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || tell.send(talk()));
        told.await.unwrap()
    }

    fn post(headers: &str, body: &str) -> String {
        let length = body.len();
        format!(
            "POST /playground HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        )
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn pages_are_guarded() {
        let (address, stop) = serve_on_loopback(true).await;
        let get = |path: &str, host: &str| format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = send(address, get("/", "127.0.0.1:1")).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("the status"), "{answer}");
        for header in [
            "content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n",
            "x-content-type-options: nosniff\r\n",
            "referrer-policy: same-origin\r\n",
            "cache-control: no-store\r\n",
        ] {
            assert!(answer.contains(header), "no {header} in {answer}");
        }
        for path in ["/", "/status", "/playground"] {
            let answer = send(address, get(path, "attacker.example")).await;
            assert!(answer.starts_with("HTTP/1.1 421"), "{answer}");
        }
        let answer = send(address, get("/playground?sample=a.txt", "localhost")).await;
        assert!(answer.ends_with("form Some(\"a.txt\")"), "{answer}");
        let check = async |headers: &str, body: &str, status: &str, end: &str| {
            let answer = send(address, post(headers, body)).await;
            let line = answer.lines().next().unwrap_or_default();
            assert!(line.contains(status) && answer.ends_with(end), "{headers} {status} {end}: {answer}");
        };
        check("", "abc", "200", "read 3 bytes").await;
        check("Origin: http://localhost:1\r\n", "abc", "200", "read 3 bytes").await;
        check("Origin: http://attacker.example\r\n", "abc", "403", "cross_site").await;
        check("Sec-Fetch-Site: cross-site\r\n", "abc", "403", "cross_site").await;
        check("", "bad", "422", "not read").await;
        check("", "panic", "500", "panic").await;
        check("", "abc", "200", "read 3 bytes").await;
        check("", &"x".repeat(2000), "413", "too_large").await;
        let (slow, other) = tokio::join!(send(address, post("", "slow")), async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            send(address, post("", "abc")).await
        });
        assert!(slow.ends_with("read 4 bytes") && other.ends_with("busy"), "{slow} {other}");
        stop.cancel();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_playground_switched_off_is_not_there() {
        let (address, stop) = serve_on_loopback(false).await;
        let get = "GET /playground HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".to_owned();
        for request in [get, post("", "abc")] {
            let answer = send(address, request).await;
            assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
        }
        stop.cancel();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn routes_answer() {
        let registry = Registry::new();
        let counter = prometheus::IntCounter::new("dateline_test_total", "a test").unwrap();
        registry.register(Box::new(counter.clone())).unwrap();
        counter.inc();
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(
            listener,
            registry,
            Arc::new(Draining),
            Arc::new(Plain { playground: false }),
            stop.clone(),
        ));
        let ask = |path: &'static str| {
            std::thread::spawn(move || {
                let mut stream = std::net::TcpStream::connect(address).unwrap();
                write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                answer
            })
            .join()
            .unwrap()
        };
        let check = |path, status: &str, body: &str| {
            let answer = ask(path);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(body), "{path}: {answer}");
        };
        check("/livez", "200", "\"ok\"");
        check("/readyz", "503", "\"reason\":\"draining\"");
        check("/metrics", "200", "dateline_test_total 1");
        check("/metrics", "200", "text/plain; version=0.0.4");
        check("/nothing", "404", "");
        stop.cancel();
        server.await.unwrap();
    }
}
