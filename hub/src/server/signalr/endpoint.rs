//! The HTTP side of an endpoint: negotiate and the WebSocket upgrade.
//!
//! Lives here: the two routes, their status codes and texts.
//! May not be here: authentication; whoever mounts the routes puts a [`User`] into each request.
//! WebSockets is the only transport; requests of the other transports get the reference server's refusals.
//! Source: `HttpConnectionDispatcher` of ASP.NET Core, TransportProtocols.md.

use super::connection;
use super::hub::Hub;
use super::registry::{Registry, RegistryError};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Query, State, WebSocketUpgrade};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// The newest negotiate version; a client that asks for a later one is answered with this.
const NEWEST_VERSION: i64 = 1;

/// Who makes a request; put into its extensions before it reaches the endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User(pub String);

struct Endpoint<H> {
    hub: Arc<H>,
    registry: Arc<Registry>,
}

impl<H> Clone for Endpoint<H> {
    fn clone(&self) -> Self {
        Self {
            hub: Arc::clone(&self.hub),
            registry: Arc::clone(&self.registry),
        }
    }
}

/// The routes of an endpoint at `path` (such as `/rte`) that serves `hub`.
pub fn routes<H: Hub>(path: &str, hub: Arc<H>, registry: Arc<Registry>) -> Router {
    Router::new()
        .route(&format!("{path}/negotiate"), any(negotiate::<H>))
        .route(path, any(connect::<H>))
        .with_state(Endpoint { hub, registry })
}

#[derive(Deserialize)]
struct NegotiateQuery {
    #[serde(rename = "negotiateVersion")]
    version: Option<String>,
}

async fn negotiate<H: Hub>(
    State(endpoint): State<Endpoint<H>>,
    method: Method,
    Query(query): Query<NegotiateQuery>,
    Extension(User(user)): Extension<User>,
) -> Response {
    if method != Method::POST {
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "POST")],
            "Negotiate with POST.",
        )
            .into_response();
    }
    let version = match query.version.as_deref().map(str::parse::<i64>) {
        None => 0,
        Some(Ok(version)) => version.clamp(0, NEWEST_VERSION),
        Some(Err(_)) => {
            let text = "The client requested a non-integer protocol version.";
            return uncached(json!({ "error": text }));
        }
    };
    match endpoint.registry.negotiate(&user, version > 0) {
        Ok(ticket) => {
            let mut answer = json!({
                "negotiateVersion": version,
                "connectionId": ticket.connection_id,
                "availableTransports": [{ "transport": "WebSockets", "transferFormats": ["Text"] }],
            });
            if let (true, Value::Object(fields)) = (version > 0, &mut answer) {
                fields.insert("connectionToken".to_owned(), ticket.token.into());
            }
            uncached(answer)
        }
        Err(error) => refusal(&error),
    }
}

fn uncached(answer: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

#[derive(Deserialize)]
struct ConnectQuery {
    id: Option<String>,
}

async fn connect<H: Hub>(
    State(endpoint): State<Endpoint<H>>,
    method: Method,
    Query(query): Query<ConnectQuery>,
    Extension(User(user)): Extension<User>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let registry = &endpoint.registry;
    if let Some(token) = &query.id
        && !registry.knows(token)
    {
        return refusal(&RegistryError::Unknown);
    }
    if method != Method::GET {
        // Long polling and server-sent events send by POST; there are no such connections here.
        return match query.id {
            None => (StatusCode::BAD_REQUEST, "Connection ID required").into_response(),
            Some(_) => (
                StatusCode::METHOD_NOT_ALLOWED,
                [(header::ALLOW, "GET")],
                "This is a WebSocket connection: it takes no other requests.",
            )
                .into_response(),
        };
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let opened = match query.id {
        Some(token) => registry.open(&token, &user).map(|client| (token, client)),
        None => registry.open_directly(&user),
    };
    let (token, client) = match opened {
        Ok(opened) => opened,
        Err(error) => return refusal(&error),
    };
    let bound = registry.limits().receive_message_bytes;
    // Released by whoever ends: the connection's task, or the upgrade that never becomes one.
    let lease = Lease {
        registry: Arc::clone(registry),
        token,
    };
    upgrade
        .max_message_size(bound)
        .max_frame_size(bound)
        .on_upgrade(move |socket| async move {
            connection::serve(socket, client, &*endpoint.hub, lease.registry.limits()).await;
            drop(lease);
        })
}

/// Gives the connection's place back, however its task ends.
struct Lease {
    registry: Arc<Registry>,
    token: String,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.registry.release(&self.token);
    }
}

fn refusal(error: &RegistryError) -> Response {
    let status = match error {
        RegistryError::Unknown => StatusCode::NOT_FOUND,
        RegistryError::Busy => StatusCode::CONFLICT,
        RegistryError::Forbidden => StatusCode::FORBIDDEN,
        RegistryError::Full | RegistryError::NoRandomness => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut response = (status, error.to_string()).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let soon = header::HeaderValue::from_static("5");
        response.headers_mut().insert(header::RETRY_AFTER, soon);
    }
    response
}
