//! The one HTTP request that SignalR needs: an empty POST.
//!
//! Lives here: sending it over a fresh connection and reading a short answer.
//! May not be here: redirects, caching, retries; the machine decides on those.
//! The answer's size is limited, because it comes from a stranger.
//! No TLS, see the module above.

use crate::connection::{Headers, Secret, SecretUrl};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::time::Duration;
use tokio::net::TcpStream;

/// A negotiate answer is well below this.
const BODY_LIMIT: usize = 1024 * 1024;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
    pub(super) retry_after: Option<Duration>,
}

/// Sends the request; an error is that of the network, never of a status.
pub(super) async fn post(
    url: &SecretUrl,
    token: Option<&Secret>,
    headers: &Headers,
) -> Result<Answer, Box<dyn Error + Send + Sync>> {
    let uri: Uri = url.expose().parse()?;
    if uri.scheme_str() != Some("http") {
        return Err("this client has no TLS".into());
    }
    let authority = uri.authority().ok_or("the address names no host")?;
    let host = authority.host().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // Ends by itself when the sender is dropped.
    tokio::spawn(connection);

    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .body(Empty::<Bytes>::new())?;
    let own = request.headers_mut();
    for (name, value) in headers.iter() {
        own.insert(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    own.insert(HOST, HeaderValue::try_from(authority.as_str())?);
    // Kestrel answers 411 to a POST that does not say how long it is; hyper says nothing of an empty body.
    own.insert(CONTENT_LENGTH, HeaderValue::from(0));
    if let Some(token) = token {
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))?;
        value.set_sensitive(true);
        own.insert(AUTHORIZATION, value);
    }
    let response = sender.send_request(request).await?;
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    let body = Limited::new(response.into_body(), BODY_LIMIT)
        .collect()
        .await?
        .to_bytes();
    Ok(Answer {
        status,
        body,
        retry_after,
    })
}

/// The `Retry-After` header where it is a number of seconds (a date needs a calendar and is rare).
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
