//! What the application decides about a connection, with defaults that suit a desk.
//!
//! Lives here: [`Options`], every span and limit the machine uses.
//! May not be here: anything that changes while the connection lives.
//! Defaults equal those of ASP.NET Core SignalR where both ends must agree: keep-alive 15 s,
//! server timeout 30 s, messages to the server of at most 32,768 bytes.

use super::address::HubAddress;
use super::headers::Headers;
use super::retry::{Backoff, RetryPolicy};
use crate::protocol::{Encoding, stateful};
use std::sync::Arc;
use std::time::Duration;

/// What happens to the connection when a record cannot be read. It is reported and counted either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BadRecords {
    /// The connection stays, its neighbours are delivered (the official client drops both, defect D7).
    #[default]
    Keep,
    /// The connection is closed as a protocol violation, after the records before it were delivered.
    Close,
}

/// Going on with a session over a new socket, where the server keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatefulReconnect {
    /// With so many bytes unacknowledged, sends wait to be told (the official client's `bufferSize`).
    pub buffer_bytes: usize,
    /// With so many, they are refused.
    pub bound_bytes: usize,
    /// For how long to try; servers keep a session for 15 s (`DisconnectTimeout`).
    pub grace: Duration,
}

impl Default for StatefulReconnect {
    fn default() -> Self {
        Self {
            buffer_bytes: stateful::BUFFER_BYTES,
            bound_bytes: 10 * stateful::BUFFER_BYTES,
            grace: Duration::from_secs(15),
        }
    }
}

/// A connection's settings.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the hub is.
    pub hub: HubAddress,
    /// Where else it is, in the order in which they are tried when it cannot be reached there.
    pub backups: Vec<HubAddress>,
    /// Names of requests and sockets begin with this number; several connections of one shell need different ones.
    pub names_from: u64,
    /// Of the HTTP requests.
    pub headers: Headers,
    /// How messages are written.
    pub encoding: Encoding,
    /// Whether and how to keep a session over a change of sockets. `useStatefulReconnect` in the hub's address
    /// decides before this does (case B03).
    pub stateful_reconnect: Option<StatefulReconnect>,
    /// How long before its end an access token is replaced; `None` leaves that to others.
    pub refresh_before: Option<Duration>,
    /// Open the socket without asking first; there is then no connection id (case N20).
    pub skip_negotiation: bool,
    /// When to try again.
    pub retry: Arc<dyn RetryPolicy>,
    /// Whether a first connect that fails is retried like a reconnect.
    pub retry_first_connect: bool,
    /// Whether to reconnect even after a Close record that does not allow it (a hub being redeployed).
    pub reconnect_after_close: bool,
    /// A ping is sent when nothing else was for this long.
    pub keep_alive: Duration,
    /// The connection is given up when nothing was received for this long.
    pub server_timeout: Duration,
    /// How long the token provider may take.
    pub token_deadline: Duration,
    /// How long each negotiate request may take.
    pub negotiate_deadline: Duration,
    /// How long the WebSocket may take to open (the official client waits for ever, defect D1).
    pub open_deadline: Duration,
    /// How long the handshake response may take (case H13).
    pub handshake_deadline: Duration,
    /// A hub method to invoke when the connection is in doubt. The protocol's ping is never answered, but an
    /// invocation is, even of a method the hub does not have. `None` probes with a ping and then expects the
    /// server's own.
    pub probe_method: Option<String>,
    /// How long the server has, once probed, to show any sign of life.
    pub probe_deadline: Duration,
    /// Longest record to send, in bytes with its separator; longer ones are refused here, because the server
    /// would close the connection.
    pub outgoing_limit: usize,
    /// Longest record to accept, in bytes.
    pub incoming_limit: usize,
    /// What to do about records that cannot be read.
    pub bad_records: BadRecords,
}

impl Options {
    /// The defaults, for the hub at `hub`.
    pub fn new(hub: HubAddress) -> Self {
        Self {
            hub,
            backups: Vec::new(),
            names_from: 0,
            headers: Headers::default(),
            encoding: Encoding::default(),
            stateful_reconnect: Some(StatefulReconnect::default()),
            refresh_before: Some(Duration::from_secs(300)),
            skip_negotiation: false,
            retry: Arc::new(Backoff::default()),
            retry_first_connect: false,
            reconnect_after_close: false,
            keep_alive: Duration::from_secs(15),
            server_timeout: Duration::from_secs(30),
            token_deadline: Duration::from_secs(15),
            negotiate_deadline: Duration::from_secs(15),
            open_deadline: Duration::from_secs(15),
            handshake_deadline: Duration::from_secs(15),
            probe_method: Some("Ping".to_owned()),
            probe_deadline: Duration::from_secs(3),
            outgoing_limit: 32_768,
            incoming_limit: 16 * 1024 * 1024,
            bad_records: BadRecords::Keep,
        }
    }
}
