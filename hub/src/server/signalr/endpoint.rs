//! The HTTP side of an endpoint: negotiate, the WebSocket upgrade, and presenting a new token.
//!
//! Lives here: the routes, their status codes and texts.
//! May not be here: authentication; whoever mounts the routes puts a [`User`] or [`Unidentified`] into each request.
//! WebSockets is the only transport; requests of the other transports get the reference server's refusals.
//! Source: `HttpConnectionDispatcher` of ASP.NET Core, TransportProtocols.md.

use super::connection;
use super::hub::Hub;
use super::registry::{Opened, Registry, RegistryError, Wish};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequestParts, Query, State, WebSocketUpgrade};
use axum::http::request::Parts;
use axum::http::{Extensions, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::time::Instant;

/// The newest negotiate version; a client that asks for a later one is answered with this.
const NEWEST_VERSION: i64 = 1;

/// Who makes a request; put into its extensions before it reaches the endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name that tells users apart.
    pub name: String,
    /// Until when what proves it is valid, where that ends at all.
    pub expires: Option<Instant>,
}

impl User {
    /// A user who may stay for ever.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            expires: None,
        }
    }

    /// Whole seconds until what proves it expires; `None` when that is never, or has happened.
    fn lifetime_seconds(&self) -> Option<u32> {
        let left = self.expires?.saturating_duration_since(Instant::now()).as_secs();
        // A client takes it for a signed number of 32 bits.
        let bounded = left.min(i32::MAX as u64);
        u32::try_from(bounded).ok().filter(|seconds| *seconds > 0)
    }
}

/// Why nobody is known to make a request, in words for people; put into its extensions in place of a [`User`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unidentified(pub String);

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        parts.extensions.get().cloned().ok_or_else(|| {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
            let text = why_unidentified(&parts.extensions);
            (StatusCode::UNAUTHORIZED, challenge, text).into_response()
        })
    }
}

fn why_unidentified(extensions: &Extensions) -> String {
    let Unidentified(text) = extensions
        .get()
        .cloned()
        .unwrap_or(Unidentified("Who is asking?".to_owned()));
    text
}

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
        .route(&format!("{path}/refresh"), any(refresh::<H>))
        .route(path, any(connect::<H>))
        .with_state(Endpoint { hub, registry })
}

#[derive(Deserialize)]
struct NegotiateQuery {
    #[serde(rename = "negotiateVersion")]
    version: Option<String>,
    #[serde(rename = "useStatefulReconnect")]
    stateful: Option<String>,
}

async fn negotiate<H: Hub>(
    State(endpoint): State<Endpoint<H>>,
    method: Method,
    Query(query): Query<NegotiateQuery>,
    user: User,
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
    let limits = endpoint.registry.limits();
    let is_asked = query
        .stateful
        .is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let wish = Wish {
        separate_token: version > 0,
        // Without a secret of its own a connection could be taken over by whoever has seen its id.
        stateful: is_asked && version > 0 && limits.stateful_reconnect,
    };
    let ticket = match endpoint.registry.negotiate(&user.name, wish) {
        Ok(ticket) => ticket,
        Err(error) => return refusal(&error),
    };
    let mut answer = json!({
        "negotiateVersion": version,
        "connectionId": ticket.connection_id,
        "availableTransports": [{ "transport": "WebSockets", "transferFormats": ["Text", "Binary"] }],
    });
    if let Value::Object(fields) = &mut answer {
        if wish.separate_token {
            fields.insert("connectionToken".to_owned(), ticket.token.into());
        }
        // Stock clients refuse what they did not ask for.
        if wish.stateful {
            fields.insert("useStatefulReconnect".to_owned(), true.into());
        }
        if let (true, Some(seconds)) = (limits.authentication_refresh, user.lifetime_seconds()) {
            fields.insert("tokenLifetimeSeconds".to_owned(), seconds.into());
        }
    }
    uncached(answer)
}

fn uncached(answer: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

#[derive(Deserialize)]
struct ConnectQuery {
    id: Option<String>,
}

/// Takes a new token for a connection that goes on (.NET 11).
async fn refresh<H: Hub>(
    State(endpoint): State<Endpoint<H>>,
    method: Method,
    Query(query): Query<ConnectQuery>,
    extensions: Extensions,
) -> Response {
    if method != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
    }
    let failed = |status: StatusCode, error: &str, why: &str| {
        let mut response = uncached(json!({ "error": error, "error_description": why }));
        *response.status_mut() = status;
        response
    };
    if !endpoint.registry.limits().authentication_refresh {
        let why = "This endpoint takes no new tokens. Connect again.";
        return failed(StatusCode::NOT_FOUND, "refresh_disabled", why);
    }
    let Some(token) = query.id.filter(|id| !id.is_empty()) else {
        let why = "The query names no connection. Send its connection token as id.";
        return failed(StatusCode::BAD_REQUEST, "missing_connection_token", why);
    };
    let user: Option<&User> = extensions.get();
    match endpoint.registry.refresh(&token, user) {
        Ok(connection_id) => {
            let now = chrono::DateTime::<chrono::Utc>::from(SystemTime::now());
            let mut answer = json!({
                "connectionId": connection_id,
                "refreshedAt": now.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            });
            if let (Value::Object(fields), Some(seconds)) =
                (&mut answer, user.and_then(User::lifetime_seconds))
            {
                fields.insert("tokenLifetimeSeconds".to_owned(), seconds.into());
            }
            uncached(answer)
        }
        Err(RegistryError::Unidentified) => {
            let why = why_unidentified(&extensions);
            failed(StatusCode::UNAUTHORIZED, "invalid_token", &why)
        }
        Err(RegistryError::Forbidden) => {
            let why = "The token is another user's. The connection goes on as it was.";
            failed(StatusCode::FORBIDDEN, "permission_change_rejected", why)
        }
        Err(error) => failed(
            StatusCode::NOT_FOUND,
            "connection_not_found",
            &format!("{error}. Connect again."),
        ),
    }
}

async fn connect<H: Hub>(
    State(endpoint): State<Endpoint<H>>,
    method: Method,
    Query(query): Query<ConnectQuery>,
    user: User,
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
    let bound = registry.limits().receive_message_bytes;
    let upgrade = upgrade.max_message_size(bound).max_frame_size(bound);
    let opened = match query.id {
        Some(token) => registry.open(&token, &user).map(|opened| (token, opened)),
        None => registry
            .open_directly(&user)
            .map(|(token, client)| (token, Opened::New(client, false))),
    };
    let (token, client, stateful) = match opened {
        Ok((token, Opened::New(client, stateful))) => (token, client, stateful),
        Ok((_, Opened::Again(client))) => {
            return upgrade.on_upgrade(move |socket| async move { client.line().attach(socket) });
        }
        Err(error) => return refusal(&error),
    };
    // Released by whoever ends: the connection's task, or the upgrade that never becomes one.
    let lease = Lease {
        registry: Arc::clone(registry),
        token,
    };
    upgrade.on_upgrade(move |socket| async move {
        let limits = lease.registry.limits();
        connection::serve(socket, &client, &endpoint.hub, limits, stateful).await;
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
        RegistryError::Unidentified => StatusCode::UNAUTHORIZED,
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
