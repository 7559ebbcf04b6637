//! The routes of the hub and who may use them.
//!
//! Lives here: reading credentials, the token, directory, configuration and statistics answers, headers for all.
//! May not be here: the hub protocol (`signalr`), the meaning of methods (`desk`), files (`site`).
//! An agent proves nothing but its name: this is a simulation, and the name only says whose desk it is.
//! Every refusal is a sentence that says what to do; none repeats a secret.

use super::flood::FloodControl;
use super::origin::{self, AllowedOrigins};
use super::policy;
use super::signalr::{Hub, Registry, Unidentified, User};
use super::site::{Site, host_of};
use super::token::{Claims, Signer, TokenError};
use crate::desk::vocabulary::{Vocabularies, Vocabulary};
use crate::desk::{Directory, configuration, credentials, may_have_token, named_agent};
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use std::time::SystemTime;
use switchhook::vendor::time::Zone;
use tokio::time::Instant;

/// Where the SignalR hub is.
pub const HUB_PATH: &str = "/rte";

/// What the routes work with.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) signer: Arc<Signer>,
    pub(super) directory: Arc<Directory>,
    pub(super) site: Option<Site>,
    pub(super) origins: AllowedOrigins,
    /// Origins, beside the hub's own, whose pages may frame the page and speak to it.
    pub(super) portals: Arc<[String]>,
    pub(super) flooded: Arc<FloodControl>,
    pub(super) floods_on_request: bool,
    pub(super) vocabularies: Vocabularies,
    pub(super) callgem_offset: Zone,
    pub(super) registry: Arc<Registry>,
}

/// All routes.
pub(super) fn router<H: Hub>(context: Context, hub: Arc<H>) -> Router {
    let registry = Arc::clone(&context.registry);
    let hub = super::signalr::routes(HUB_PATH, hub, registry)
        .layer(middleware::from_fn_with_state(context.clone(), identify));
    let guarded = Router::new()
        .route("/token/{user}/rte/", get(token))
        .route("/token/{user}/rte", get(token))
        .route("/directory", get(directory))
        .route("/bench/stats", get(statistics))
        .route("/bench/flood", post(flood))
        .with_state(context.clone())
        .merge(hub)
        .layer(middleware::from_fn_with_state(
            context.origins.clone(),
            origin::guard,
        ));
    // What the page itself is made of has no secrets and is served to anybody.
    let portals = Arc::clone(&context.portals);
    Router::new()
        .route("/config.json", get(configuration))
        .fallback(file)
        .with_state(context)
        .merge(guarded)
        .layer(middleware::from_fn_with_state(portals, secure))
}

async fn token(State(context): State<Context>, Path(user): Path<String>, headers: HeaderMap) -> Response {
    let agent = match named_agent(&context.directory, authorization(&headers)) {
        Ok(agent) => agent,
        Err(text) => return unauthorized(text),
    };
    if let Err(text) = may_have_token(agent, &user) {
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    let Some(host) = host_of(&headers) else {
        let text = "The request names no host. Send a Host header.";
        return (StatusCode::BAD_REQUEST, text).into_response();
    };
    let scheme = if is_forwarded_tls(&headers) { "wss" } else { "ws" };
    uncached(json!({
        "WssEndpoint": format!("{scheme}://{host}{HUB_PATH}"),
        "Token": context.signer.issue(&agent.id, SystemTime::now()),
    }))
}

async fn directory(
    State(context): State<Context>,
    Query(query): Query<TokenQuery>,
    headers: HeaderMap,
) -> Response {
    let by_name = named_agent(&context.directory, authorization(&headers)).is_ok();
    if !by_name && let Err(error) = bearer(&context.signer, &headers, query.access_token.as_deref()) {
        return unauthorized(error.to_string());
    }
    uncached(json!(&*context.directory))
}

async fn configuration(State(context): State<Context>) -> Response {
    served_configuration(configuration::of_site(context.vocabularies, &context.portals))
}

fn served_configuration(configuration: serde_json::Value) -> Response {
    ([(header::CACHE_CONTROL, "no-cache")], Json(configuration)).into_response()
}

async fn statistics(State(context): State<Context>) -> Response {
    uncached(json!({
        "connections": context.registry.open_connections(),
        "eventsSent": context.flooded.events(),
        "messagesSent": context.flooded.messages(),
        "bytesSent": context.flooded.bytes(),
    }))
}

#[derive(Deserialize)]
struct FloodQuery {
    records: usize,
    total: u64,
}

/// Begins a run of the measuring feed and tells how its end can be recognised.
async fn flood(State(context): State<Context>, Query(query): Query<FloodQuery>) -> Response {
    if !context.floods_on_request {
        let text = "The measuring feed is not on request. Start the hub with --flood-wait.";
        return (StatusCode::CONFLICT, text).into_response();
    }
    let waiting = context.flooded.begin(query.records, query.total);
    uncached(json!({
        "queue": context.directory.first_queue().map(|queue| queue.id.as_str()),
        "waiting": waiting,
    }))
}

/// A file of the page. Below the folder of one vocabulary lies the same page with another configuration.
async fn file(State(context): State<Context>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let uri = match in_folder(context.vocabularies, uri.path()) {
        Some((vocabulary, "config.json")) => {
            return served_configuration(configuration::of_folder(
                vocabulary,
                context.callgem_offset,
                &context.portals,
            ));
        }
        Some((_, rest)) => format!("/{rest}").parse().unwrap_or(uri),
        None if is_folder(context.vocabularies, uri.path()) => {
            // The page's addresses are relative: they need the slash at the end.
            let place = format!("{}/", uri.path());
            return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, place)]).into_response();
        }
        None => uri,
    };
    if let Some(site) = &context.site {
        return site.serve(&method, &uri, &headers).await;
    }
    let text = "This hub serves no page. Start it with --site and the page's folder, or use /token/me/rte/ and /rte.";
    (StatusCode::NOT_FOUND, text).into_response()
}

/// The vocabulary in whose folder a path is, and the path there.
fn in_folder(spoken: Vocabularies, path: &str) -> Option<(Vocabulary, &str)> {
    let (folder, rest) = path.strip_prefix('/')?.split_once('/')?;
    let (vocabulary, _) = configuration::FOLDERS
        .into_iter()
        .find(|(vocabulary, name)| *name == folder && spoken.has(*vocabulary))?;
    Some((vocabulary, rest))
}

fn is_folder(spoken: Vocabularies, path: &str) -> bool {
    in_folder(spoken, &format!("{path}/")).is_some_and(|(_, rest)| rest.is_empty())
}

#[derive(Deserialize)]
struct TokenQuery {
    access_token: Option<String>,
}

/// Middleware of the hub's routes: says who is asking, as the token names it, or why that is not known (R1, R2).
async fn identify(
    State(context): State<Context>,
    Query(query): Query<TokenQuery>,
    mut request: Request,
    next: Next,
) -> Response {
    match bearer(&context.signer, request.headers(), query.access_token.as_deref()) {
        Ok(claims) => {
            let left = claims.lifetime(SystemTime::now());
            request.extensions_mut().insert(User {
                name: claims.sub,
                expires: Some(Instant::now() + left),
            });
        }
        Err(error) => {
            request.extensions_mut().insert(Unidentified(error.to_string()));
        }
    }
    next.run(request).await
}

/// What the request's token says; browsers cannot set headers on a WebSocket, hence the query.
fn bearer(signer: &Signer, headers: &HeaderMap, in_query: Option<&str>) -> Result<Claims, TokenError> {
    let token = credentials(authorization(headers), "bearer")
        .or(in_query)
        .filter(|token| !token.is_empty())
        .ok_or(TokenError::Missing)?;
    signer.check(token, SystemTime::now())
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()
}

fn is_forwarded_tls(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let by_proxy = text("x-forwarded-proto")
        .and_then(|list| list.split(',').next())
        .is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"));
    let by_standard = text("forwarded").is_some_and(|list| {
        list.split([',', ';'])
            .any(|pair| pair.trim().eq_ignore_ascii_case("proto=https"))
    });
    by_proxy || by_standard
}

fn unauthorized(text: String) -> Response {
    (StatusCode::UNAUTHORIZED, text).into_response()
}

fn uncached(answer: serde_json::Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// Middleware of everything: the security headers, those of the page included.
async fn secure(State(portals): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    let host = host_of(request.headers()).unwrap_or("localhost").to_owned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in policy::HEADERS {
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    // Older browsers do not count the socket's address as the same origin.
    let servers = [format!("ws://{host}"), format!("wss://{host}")];
    let policy = policy::content_security_policy(
        &servers.each_ref().map(String::as_str),
        &portals.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
