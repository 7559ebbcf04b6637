//! Every bound and interval of the server, in one place.
//!
//! Lives here: numbers, with the reference server's values as defaults.
//! May not be here: the code that applies them.
//! Tests shrink the intervals to milliseconds; nothing else in the server may hold a time of its own.
//! Names say what is bounded; the reference server's own name stands in each description.

use std::time::Duration;

/// What a connection may take, and how long things may last.
#[derive(Debug, Clone)]
pub struct Limits {
    /// A ping goes out when nothing else did for this long (`KeepAliveInterval`).
    pub keep_alive: Duration,
    /// A client that has pinged once must be heard again within this time (`ClientTimeoutInterval`).
    pub client_timeout: Duration,
    /// The handshake must be complete within this time (`HandshakeTimeout`).
    pub handshake_timeout: Duration,
    /// A negotiated connection must be opened within this time (`DisconnectTimeout`).
    pub connect_timeout: Duration,
    /// One WebSocket message must leave within this time (`TransportSendTimeout`).
    pub send_timeout: Duration,
    /// How long a closing connection may take to say its last words and hear the other side's.
    pub close_timeout: Duration,
    /// Bytes in one record from a client (`MaximumReceiveMessageSize`).
    pub receive_bytes: usize,
    /// Bytes in one WebSocket message from a client, which may hold many records. Beyond it the connection is closed
    /// as for a record that is too long; the rest of the message is not read, so a client that first sends all of it
    /// and only then listens may miss the reason.
    pub receive_message_bytes: usize,
    /// Bytes that may wait for one slow client before it is closed.
    pub queue_bytes: usize,
    /// Waiting records are joined into WebSocket messages of up to about this many bytes.
    pub batch_bytes: usize,
    /// Connections, open and negotiated together.
    pub connections: usize,
    /// Whether errors carry their cause (`EnableDetailedErrors`). The reference server's default is no;
    /// this hub is for demonstration and tests, where "Connection closed with an error." helps nobody.
    pub detailed_errors: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            keep_alive: Duration::from_secs(15),
            client_timeout: Duration::from_secs(30),
            handshake_timeout: Duration::from_secs(15),
            connect_timeout: Duration::from_secs(15),
            send_timeout: Duration::from_secs(10),
            close_timeout: Duration::from_secs(5),
            receive_bytes: 32_768,
            receive_message_bytes: 1 << 20,
            queue_bytes: 8 << 20,
            batch_bytes: 64 << 10,
            connections: 10_000,
            detailed_errors: true,
        }
    }
}

/// `text`, with the cause appended in the reference server's manner where details are allowed.
pub(super) fn explained(text: &str, kind: &str, cause: &str, detailed: bool) -> String {
    if detailed {
        format!("{text} {kind}: {cause}")
    } else {
        text.to_owned()
    }
}
