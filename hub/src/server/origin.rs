//! Which other origins' pages may use this hub.
//!
//! Lives here: the list of allowed origins, the refusal of others, and the CORS headers stock clients need.
//! May not be here: who the user is.
//! A page of the same host is always allowed; a program that is no browser sends no origin and is, too.
//! WebSockets know no CORS, so the origin is checked here for every route that a token opens.

use super::site::host_of;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The origins, beside the hub's own, whose pages may use it.
#[derive(Debug, Clone, Default)]
pub struct AllowedOrigins(Arc<[String]>);

impl AllowedOrigins {
    /// Allows pages from `origins`, each such as `https://desk.example.com`.
    pub fn new(origins: Vec<String>) -> Self {
        let plain = |origin: String| origin.trim_end_matches('/').to_ascii_lowercase();
        Self(origins.into_iter().map(plain).collect())
    }

    fn allow(&self, origin: &str, headers: &HeaderMap) -> bool {
        let own = origin
            .split_once("://")
            .is_some_and(|(_, host)| host_of(headers) == Some(host));
        own || self.0.iter().any(|allowed| *allowed == origin)
    }
}

/// Middleware: answers preflights, refuses foreign pages, and marks answers as readable for allowed ones.
pub(super) async fn guard(State(allowed): State<AllowedOrigins>, request: Request, next: Next) -> Response {
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
        return next.run(request).await;
    };
    let text = origin.to_str().unwrap_or_default().to_ascii_lowercase();
    if !allowed.allow(&text, request.headers()) {
        let text = format!(
            "This hub does not serve pages from {text}. To allow them, start it with --allow-origin {text}."
        );
        return (StatusCode::FORBIDDEN, [(header::VARY, "Origin")], text).into_response();
    }
    let preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight {
        (
            StatusCode::NO_CONTENT,
            [
                (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST"),
                (
                    header::ACCESS_CONTROL_ALLOW_HEADERS,
                    "authorization, content-type, x-requested-with, x-signalr-user-agent",
                ),
                (header::ACCESS_CONTROL_MAX_AGE, "600"),
            ],
        )
            .into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        HeaderValue::from_static("true"),
    );
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_host_and_listed_origins_are_allowed_and_no_others() {
        let allowed = AllowedOrigins::new(vec!["https://Desk.example.com/".to_owned()]);
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8080"));
        assert!(allowed.allow("http://127.0.0.1:8080", &headers));
        assert!(allowed.allow("https://desk.example.com", &headers));
        for origin in [
            "null",
            "",
            "http://127.0.0.1:8081",
            "https://desk.example.com.evil.test",
            "http://desk.example.com",
        ] {
            assert!(!allowed.allow(origin, &headers), "{origin}");
        }
    }
}
