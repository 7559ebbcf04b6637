//! Every bound and interval of the server, in one place.
//!
//! Lives here: numbers, with the reference server's values as defaults.
//! May not be here: the code that applies them.
//! Tests shrink the intervals to milliseconds; nothing else in the server may hold a time of its own.
//! Names say what is bounded; the reference server's own name stands in each description.

use crate::conversation::{CLIENT_TIMEOUT, HANDSHAKE_TIMEOUT, KEEP_ALIVE, RECEIVE_BYTES};
use std::time::Duration;
use switchhook::protocol::stateful::BUFFER_BYTES;

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
    /// A client with stateful reconnect whose socket broke is waited for this long (`DisconnectTimeout`).
    pub disconnect_timeout: Duration,
    /// One WebSocket message must leave within this time (`TransportSendTimeout`).
    pub send_timeout: Duration,
    /// How long a closing connection may take to finish the calls that it has accepted, then as long again to say
    /// its last words, and as long again to hear the other side's.
    pub close_timeout: Duration,
    /// With stateful reconnect: how long what has arrived may go without an acknowledgement.
    pub acknowledge_after: Duration,
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
    /// Whether clients may ask for stateful reconnect (`AllowStatefulReconnects`).
    pub stateful_reconnect: bool,
    /// Bytes that may be unacknowledged with stateful reconnect before more has to wait
    /// (`StatefulReconnectBufferSize`).
    pub stateful_bytes: usize,
    /// Plain calls of one client that are carried out at the same time (`MaximumParallelInvocationsPerClient`).
    /// Streams and calls with uploads do not count.
    pub parallel_calls: usize,
    /// Calls of one client that may wait for their turn. While so many wait, nothing more is read from it.
    pub waiting_calls: usize,
    /// Streams and calls with uploads that one client may have at the same time.
    pub streams: usize,
    /// Items of one upload that may wait for the method that takes them (`StreamBufferCapacity`). While so many
    /// wait, nothing more is read from the client.
    pub stream_items: usize,
    /// Calls of the server that one client may owe an answer to.
    pub questions: usize,
    /// Connections, open and negotiated together.
    pub connections: usize,
    /// Whether clients may present a new token on an open connection (`EnableAuthenticationRefresh`).
    pub authentication_refresh: bool,
    /// Whether a connection ends with its token (`CloseOnAuthenticationExpiration`).
    pub close_on_expiry: bool,
    /// Whether errors carry their cause (`EnableDetailedErrors`). The reference server's default is no;
    /// this hub is for demonstration and tests, where "Connection closed with an error." helps nobody.
    pub detailed_errors: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            keep_alive: KEEP_ALIVE,
            client_timeout: CLIENT_TIMEOUT,
            handshake_timeout: HANDSHAKE_TIMEOUT,
            connect_timeout: Duration::from_secs(15),
            disconnect_timeout: Duration::from_secs(15),
            send_timeout: Duration::from_secs(10),
            close_timeout: Duration::from_secs(5),
            acknowledge_after: Duration::from_secs(1),
            receive_bytes: RECEIVE_BYTES,
            receive_message_bytes: 1 << 20,
            queue_bytes: 8 << 20,
            batch_bytes: 64 << 10,
            stateful_reconnect: true,
            stateful_bytes: BUFFER_BYTES,
            parallel_calls: 1,
            waiting_calls: 64,
            streams: 100,
            stream_items: 10,
            questions: 100,
            connections: 10_000,
            authentication_refresh: true,
            close_on_expiry: false,
            detailed_errors: true,
        }
    }
}
