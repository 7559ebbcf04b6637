//! HTTP requests that end when they are dropped.
//!
//! Lives here: one GET or POST with a bearer token, its answer as status and bytes, and its abortion.
//! May not be here: retries, deadlines (the connection's and the session's), the meaning of a status.
//! Addresses may be relative to the page.
//! What the browser has kept is never taken unasked: a token, a directory, a release may be another one by now.
//! The answer's body is read whole; the servers asked here answer with a few kilobytes.

use crate::connection::Headers;
use gloo_net::http::RequestBuilder;
use std::time::Duration;
use web_sys::{AbortController, AbortSignal, RequestCache, RequestCredentials, RequestRedirect};

/// What to ask for.
pub(super) struct Request {
    pub(super) post: bool,
    pub(super) url: String,
    pub(super) headers: Option<Headers>,
    pub(super) authorization: Option<String>,
    pub(super) with_credentials: bool,
}

/// An answer, whatever its status.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) retry_after: Option<Duration>,
}

/// A request under way; dropping it aborts it.
pub(super) struct Pending {
    abort: Option<AbortController>,
}

impl Pending {
    /// Lets the request go on to its end.
    pub(super) fn let_run(mut self) {
        self.abort = None;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

/// Sends `request`; `tell` gets the answer, or a text for people, unless the pending request is dropped first.
pub(super) fn send(request: Request, tell: impl FnOnce(Result<Answer, String>) + 'static) -> Pending {
    start(request, RequestRedirect::Follow, Box::new(tell))
}

/// As [`send`], but fails where the server sends the request somewhere else.
pub(super) fn send_straight(
    request: Request,
    tell: impl FnOnce(Result<Answer, String>) + 'static,
) -> Pending {
    start(request, RequestRedirect::Error, Box::new(tell))
}

type Tell = Box<dyn FnOnce(Result<Answer, String>)>;

fn start(request: Request, redirect: RequestRedirect, tell: Tell) -> Pending {
    let abort = AbortController::new().ok();
    let signal = abort.as_ref().map(AbortController::signal);
    wasm_bindgen_futures::spawn_local(carry_out(request, redirect, signal, tell));
    Pending { abort }
}

/// Boxed is who waits for it, so that the page holds one such program for all that is asked for.
async fn carry_out(request: Request, redirect: RequestRedirect, signal: Option<AbortSignal>, tell: Tell) {
    let outcome = exchange(request, redirect, signal.as_ref()).await;
    if signal.is_none_or(|signal| !signal.aborted()) {
        tell(outcome);
    }
}

async fn exchange(
    request: Request,
    redirect: RequestRedirect,
    signal: Option<&AbortSignal>,
) -> Result<Answer, String> {
    let mut builder = if request.post {
        RequestBuilder::new(&request.url).method(gloo_net::http::Method::POST)
    } else {
        RequestBuilder::new(&request.url)
    };
    for (name, value) in request.headers.iter().flat_map(Headers::iter) {
        builder = builder.header(name, value);
    }
    if let Some(authorization) = &request.authorization {
        builder = builder.header("Authorization", authorization);
    }
    let credentials = if request.with_credentials {
        RequestCredentials::Include
    } else {
        RequestCredentials::SameOrigin
    };
    let response = builder
        .credentials(credentials)
        .redirect(redirect)
        .cache(RequestCache::NoCache)
        .abort_signal(signal)
        .send()
        .await
        .map_err(|_| "the browser could not reach it (network, name, certificate, CORS or a redirect that is not allowed)".to_owned())?;
    let retry_after = response
        .headers()
        .get("Retry-After")
        .and_then(|value| value.trim().parse().ok())
        .map(Duration::from_secs);
    let body = response
        .binary()
        .await
        .map_err(|_| "the answer broke off".to_owned())?;
    Ok(Answer {
        status: response.status(),
        body,
        retry_after,
    })
}
