//! The admin port: `/metrics` for Prometheus, `/livez` and `/readyz` for whoever supervises the process.
//!
//! Liveness asks "would a restart help?": it fails when the worker's threads have stopped beating, never because a
//! broker is away. Readiness asks "is this worker taking part?": it fails before the first join and while draining.
//! Both answer with one JSON object that says why. Nothing here changes the worker.

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
    #[error("cannot listen on {address}: {source}; set http.listen to a free address or to off")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The server failed later.
    #[error("the admin port failed: {0}")]
    Serve(#[source] std::io::Error),
}

impl HttpError {
    /// A stable name for the kind of error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "bind",
            Self::Serve(_) => "serve",
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

/// Serves the admin port until `stop` is cancelled.
pub async fn serve(
    listener: TcpListener,
    registry: Registry,
    probes: Arc<dyn Probes>,
    stop: CancellationToken,
) -> Result<(), HttpError> {
    let routes = routes(registry, probes);
    axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned()).await.map_err(HttpError::Serve)
}

fn routes(registry: Registry, probes: Arc<dyn Probes>) -> Router {
    Router::new()
        .route(
            "/",
            get(|| async { "dateline\n\n/metrics  Prometheus metrics\n/livez    liveness\n/readyz   readiness\n" }),
        )
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

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn routes_answer() {
        let registry = Registry::new();
        let counter = prometheus::IntCounter::new("dateline_test_total", "a test").unwrap();
        registry.register(Box::new(counter.clone())).unwrap();
        counter.inc();
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(listener, registry, Arc::new(Draining), stop.clone()));
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
        server.await.unwrap().unwrap();
    }
}
