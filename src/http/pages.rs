//! The pages for people: `/` (status), `/status` (its changing part) and `/playground`.
//!
//! What stands on them is made by whoever serves ([`Pages`]); this file knows who may ask and how much. The playground
//! reads one article at a time on a thread of its own, so it can take one core's time and no more from the worker;
//! what waits longer than a moment is told to come again.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use super::guard::{host_is_ours, same_origin};

/// Wait for the article before, and for a request's body to come in.
const PATIENCE: Duration = Duration::from_secs(3);
const BODY_TIME: Duration = Duration::from_secs(15);
/// What reading may take over its own limit before the answer is given up.
const GRACE: Duration = Duration::from_secs(5);
/// As the enrichment threads have it.
const STACK: usize = 8 << 20;

/// A document and the Content-Security-Policy that it needs.
#[derive(Debug, Clone)]
pub struct Page {
    /// HTML.
    pub body: String,
    /// Value of `Content-Security-Policy`.
    pub policy: &'static str,
}

/// Makes the pages. Called on the server's threads: must be quick.
pub trait Pages: Send + Sync + 'static {
    /// The status page.
    fn status(&self) -> Page;
    /// Its changing part, a fragment.
    fn fragment(&self) -> String;
    /// The playground, where it is switched on.
    fn playground(&self) -> Option<Arc<dyn Playground>>;
}

/// Reads an article on request.
pub trait Playground: Send + Sync + 'static {
    /// Most bytes of an article.
    fn limit(&self) -> usize;
    /// Most time one may take.
    fn time(&self) -> Duration;
    /// The empty form, or one with the sample of that name in it.
    fn form(&self, sample: Option<&str>) -> Page;
    /// Reads an article. Called on a thread of its own; may panic. `Err` has the page that says why not.
    fn read(&self, body: &[u8]) -> Result<Page, Page>;
    /// The page for an article that was not even tried.
    fn refuse(&self, reason: &str, message: &str) -> Page;
}

/// What the routes read.
#[derive(Clone)]
struct Site {
    pages: Arc<dyn Pages>,
    /// One article at a time.
    seat: Arc<Semaphore>,
    loopback: bool,
}

/// The routes. `loopback`: whether the port is reachable from this machine alone.
pub(super) fn routes(pages: Arc<dyn Pages>, loopback: bool) -> Router {
    let site = Site { pages, seat: Arc::new(Semaphore::new(1)), loopback };
    Router::new()
        .route("/", get(|State(site): State<Site>| async move { document(StatusCode::OK, site.pages.status()) }))
        .route("/status", get(fragment))
        .route("/playground", get(form).post(read))
        // On these routes alone: probes and metrics have other readers.
        .route_layer(from_fn_with_state(site.clone(), known_hosts))
        .route_layer(map_response(harden))
        .with_state(site)
}

async fn known_hosts(State(site): State<Site>, request: Request, next: Next) -> Response {
    if host_is_ours(request.headers(), site.loopback) {
        return next.run(request).await;
    }
    let message = "this port answers to localhost and loopback addresses only; set http.listen to open it to others\n";
    (StatusCode::MISDIRECTED_REQUEST, message).into_response()
}

/// What browsers must know of every answer.
async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // With "no-referrer", browsers would send "Origin: null" with the playground's own form.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn document(status: StatusCode, page: Page) -> Response {
    // A document's own policy, in its head, cannot say who may frame it.
    let policy = format!("{}; frame-ancestors 'none'", page.policy);
    let html = (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned());
    (status, [html, (header::CONTENT_SECURITY_POLICY, policy)], page.body).into_response()
}

async fn fragment(State(site): State<Site>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, "default-src 'none'")];
    (headers, site.pages.fragment()).into_response()
}

#[derive(serde::Deserialize)]
struct Choice {
    sample: Option<String>,
}

async fn form(State(site): State<Site>, Query(choice): Query<Choice>) -> Response {
    match site.pages.playground() {
        Some(playground) => document(StatusCode::OK, playground.form(choice.sample.as_deref())),
        None => off(),
    }
}

fn off() -> Response {
    (StatusCode::NOT_FOUND, "the playground is switched off: http.playground = false\n").into_response()
}

async fn read(State(site): State<Site>, request: Request) -> Response {
    let headers = request.headers();
    let Some(playground) = site.pages.playground() else { return off() };
    let refuse = |status, reason, message: &str| document(status, playground.refuse(reason, message));
    if !same_origin(headers) {
        let message = "the request comes from another site; open this page by itself";
        return refuse(StatusCode::FORBIDDEN, "cross_site", message);
    }
    // The form's name and line end come on top of the article.
    let limit = playground.limit() + 64;
    let too_large = format!("an article may have at most {} bytes", playground.limit());
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "too_large", &too_large);
    }
    let body = match timeout(BODY_TIME, to_bytes(request.into_body(), limit)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return refuse(StatusCode::PAYLOAD_TOO_LARGE, "too_large", &too_large),
        Err(_) => return refuse(StatusCode::REQUEST_TIMEOUT, "too_slow", "the article did not come in in time"),
    };
    let Ok(Ok(seat)) = timeout(PATIENCE, site.seat.acquire_owned()).await else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "busy", "another article is being read; try again in a moment");
    };
    let (tell, told) = oneshot::channel();
    let reader = Arc::clone(&playground);
    let thread = std::thread::Builder::new().name("playground".into()).stack_size(STACK).spawn(move || {
        // Held to the end, also when nobody waits for the answer any more, and let go if reading panics.
        let _seat = seat;
        let _ = tell.send(reader.read(&body));
    });
    if thread.is_err() {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "busy", "no thread could be started; try again in a moment");
    }
    match timeout(playground.time() + GRACE, told).await {
        Ok(Ok(Ok(page))) => document(StatusCode::OK, page),
        Ok(Ok(Err(page))) => document(StatusCode::UNPROCESSABLE_ENTITY, page),
        Ok(Err(_)) => refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            "panic",
            "the enrichment panicked on this article; please report it",
        ),
        Err(_) => refuse(StatusCode::GATEWAY_TIMEOUT, "timeout", "the article took too long"),
    }
}
